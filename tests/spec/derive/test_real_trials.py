"""The three real trials: counts known from the papers and from the packages' documentation."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from real_trials import make_clean

from trialtrace.config.load import load_trial
from trialtrace.contracts import ADSL, ADTTE, BDS, OCCDS, SOURCES, read_table
from trialtrace.endpoints.derive import derive_datasets

CONTRACTS = (ADSL, BDS, ADTTE, OCCDS, SOURCES)


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    """A function: the five tables of a trial, derived once."""
    made = {}

    def tables(name: str) -> dict[str, pa.Table]:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            trial = load_trial(name)
            derive_datasets(trial, make_clean(trial, folder / "clean"), folder / "derived")
            made[name] = {
                c.name: read_table(folder / f"derived/{c.name}.parquet", c) for c in CONTRACTS
            }
        return made[name]

    return tables


def events(table: pa.Table, code: str, arm: str, visit: str | None = None) -> tuple[float, int]:
    """(sum of AVAL, records with a value) of a parameter in an arm."""
    chosen = pc.and_(pc.equal(table["PARAMCD"], code), pc.equal(table["TRTP"], arm))
    if visit is not None:
        chosen = pc.and_(chosen, pc.equal(table["AVISIT"], visit))
    values = table.filter(chosen)["AVAL"]
    return pc.sum(values).as_py(), pc.count(values).as_py()


def test_elmunzer_pancreatitis_and_bleeding(derived):
    tables = derived("elmunzer2012")
    assert tables["adsl"].num_rows == 602
    assert events(tables["bds"], "PEP", "indomethacin") == (27, 295)
    assert events(tables["bds"], "PEP", "placebo") == (52, 307)
    assert events(tables["bds"], "BLEED", "indomethacin") == (4, 295)
    assert events(tables["bds"], "BLEED", "placebo") == (7, 307)
    assert tables["occds"].num_rows == 11
    assert tables["adtte"].num_rows == 0


def test_ruetzler_sore_throat(derived):
    tables = derived("ruetzler2013")
    assert tables["adsl"].num_rows == 235
    assert events(tables["bds"], "THRANY", "licorice", "4 h") == (24, 117)
    assert events(tables["bds"], "THRANY", "sugar", "4 h") == (52, 116)
    at_4h = pc.and_(
        pc.equal(tables["bds"]["PARAMCD"], "THRANY"), pc.equal(tables["bds"]["AVISIT"], "4 h")
    )
    records = tables["bds"].filter(at_4h)
    assert (records.num_rows, records["AVAL"].null_count) == (235, 2)


def test_moertel_recurrences(derived):
    tables = derived("moertel1990")
    assert tables["adsl"].num_rows == 929
    recurrence = tables["adtte"].filter(pc.equal(tables["adtte"]["PARAMCD"], "RECUR"))
    assert recurrence.num_rows == 929
    assert pc.sum(pc.equal(recurrence["CNSR"], 0)).as_py() == 468
    assert set(recurrence["AVALU"].to_pylist()) == {"days"}
