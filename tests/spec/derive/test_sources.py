"""Every derived value leads to raw cells that are there, and can be made from them again."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.model import adsl_code

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")
ROW = ["dataset", "USUBJID", "ASEQ"]


def derived_rows(tables: dict[str, pa.Table]) -> pa.Table:
    """The keys of all derived rows; ASEQ is 0 in ADSL."""
    adsl = tables["adsl"].select(["USUBJID"])
    parts = [adsl.append_column("ASEQ", pa.repeat(0, len(adsl)).cast(pa.int64()))]
    parts += [tables[name].select(["USUBJID", "ASEQ"]) for name in ("bds", "adtte", "occds")]
    names = ("adsl", "bds", "adtte", "occds")
    return pa.concat_tables(
        part.append_column("dataset", pa.repeat(name, len(part)))
        for name, part in zip(names, parts, strict=True)
    )


@pytest.mark.parametrize("name", TRIALS)
def test_edges_lead_from_derived_rows(derived, name):
    tables = derived(name)
    lost = tables["sources"].join(derived_rows(tables), ROW, join_type="left anti")
    assert lost.num_rows == 0


@pytest.mark.parametrize("name", TRIALS)
def test_edges_lead_to_raw_cells(derived, folder_of, name):
    trial, sources = load_trial(name), derived(name)["sources"]
    for table in pc.unique(sources["table"]).to_pylist():
        raw = pq.read_table(folder_of(name) / "raw" / f"{trial.tables[table].of}.parquet")
        edges = sources.filter(pc.equal(sources["table"], table))
        assert set(edges["column"].to_pylist()) <= set(raw.column_names)
        place = ["source_file", "source_row"]
        assert edges.join(raw.select(place), place, join_type="left anti").num_rows == 0


@pytest.mark.parametrize("name", TRIALS)
def test_every_value_has_an_edge(derived, name):
    tables = derived(name)
    traced = tables["sources"].filter(
        pc.is_in(tables["sources"]["variable"], pa.array(["AVAL", "TERM"]))
    )
    for data_set, value in [("bds", "AVAL"), ("adtte", "AVAL"), ("occds", "TERM")]:
        rows = tables[data_set].filter(pc.is_valid(tables[data_set][value]))
        rows = rows.select(["USUBJID", "ASEQ"])
        own = traced.filter(pc.equal(traced["dataset"], data_set))
        assert rows.join(own, ["USUBJID", "ASEQ"], join_type="left anti").num_rows == 0


@pytest.mark.parametrize("name", TRIALS)
def test_every_variable_of_adsl_has_an_edge_for_every_subject(derived, name):
    trial, tables = load_trial(name), derived(name)
    flags = [population.flag for population in trial.populations.values()]
    sources = tables["sources"].filter(pc.equal(tables["sources"]["dataset"], "adsl"))
    pairs = sources.group_by(["USUBJID", "variable"]).aggregate([])
    own = [adsl_code(variable) for variable in trial.subjects.origins]
    for variable in ["ARM", "TRT01P", *own, *flags]:
        assert pc.sum(pc.equal(pairs["variable"], variable)).as_py() == tables["adsl"].num_rows


@pytest.mark.parametrize("name", TRIALS)
def test_every_subject_has_a_record_in_every_parameter_and_visit(derived, name):
    trial, tables = load_trial(name), derived(name)
    for endpoint in trial.endpoints.values():
        visits = len(endpoint.entry.visit_labels) or 1
        for data_set in ("bds", "adtte"):
            table = tables[data_set]
            records = table.filter(pc.equal(table["PARAMCD"], endpoint.code))
            if endpoint.kind in ("measure", "repeated", "any_occurrence") and data_set == "bds":
                assert records.num_rows == visits * tables["adsl"].num_rows
            if endpoint.kind == "time_to_event" and data_set == "adtte":
                assert records.num_rows == tables["adsl"].num_rows


def test_the_raw_cells_give_the_values_again(derived, folder_of):
    """Pancreatitis by hand: the raw cell behind AVAL says 1_yes exactly where AVAL is 1."""
    tables = derived("elmunzer2012")
    bds, sources = tables["bds"], tables["sources"]
    records = bds.filter(pc.equal(bds["PARAMCD"], "PEP"))
    raw = pq.read_table(folder_of("elmunzer2012") / "raw" / "indo_rct.parquet")
    edges = sources.filter(
        pc.and_(pc.equal(sources["dataset"], "bds"), pc.equal(sources["variable"], "AVAL"))
    )
    cells = edges.join(
        records.select(["USUBJID", "ASEQ", "AVAL"]), ["USUBJID", "ASEQ"], join_type="inner"
    )
    cells = cells.join(raw.select(["source_row", "outcome"]), ["source_row"])
    assert cells.num_rows == 602
    assert set(zip(cells["AVAL"].to_pylist(), cells["outcome"].to_pylist(), strict=True)) == {
        (1.0, "1_yes"),
        (0.0, "0_no"),
    }
