"""A status told by words at each visit is yes or no: its chain from raw cells to results."""

import pyarrow.compute as pc
import pytest
import yaml
from mini_run import patients, run_mini
from mini_trial import DICTIONARY, PLAN
from scipy.stats import chi2_contingency

from trialtrace.run.tables.contracts import BDS, RESULTS, SOURCES, read_table

STATUS = {
    "label": "Good status",
    "code": "STATUS",
    "kind": "repeated",
    "table": "patients",
    "codes": {"poor": 0, "good": 1},
    "visits": {"pain0": "before", "pain1": "after"},
    "baseline": "before",
}
MIXED = {"method": "logistic_mixed", "effect": "over_visits", "covariates": [], "nodes": "enough"}
GEE = {
    "method": "gee",
    "effect": "over_visits",
    "working": "exchangeable",
    "variance": "robust",
    "reference": "normal",
    "covariates": [],
}
ANALYSES = {
    "status": {
        "label": "Status",
        "role": "secondary",
        "estimand": "status",
        "visits": "all",
        "describe": [{"proportion": "wilson"}],
        "estimates": [{"risk_difference": "newcombe"}],
        "tests": [{"chi_squared": {"correction": "none"}}],
    },
    "status_over_visits": {
        "label": "Status over the visits",
        "role": "registered",
        "of": "status",
        "estimates": [{"odds_ratio": GEE}, {"odds_ratio": MIXED}],
    },
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The mini trial with words for pain: some good at each visit, three of them missing."""
    rows = patients()
    for number, row in enumerate(rows):
        for visit, column in enumerate(("pain0", "pain1")):
            good = (number * 7 + visit * 5) % 11 < (4 if row["arm"] == "B" else 6)
            row[column] = "good" if good else "poor"
    for number, column in ((2, "pain0"), (5, "pain1"), (8, "pain1")):
        rows[number][column] = ""
    dictionary = DICTIONARY
    for visit in ("before", "after"):
        old = f"text,Pain {visit},,,integer,0,10,,,,,,,,"
        assert old in dictionary
        new = f'radio,Pain {visit},"poor, Poor | good, Good",,,,,,,,,,,,'
        dictionary = dictionary.replace(old, new)
    plan = yaml.safe_load(PLAN)
    plan["estimands"] = {"status": plan["estimands"]["relief_itt"] | {"variable": "status"}}
    plan["analyses"] = ANALYSES
    shown = {"title": "S", "endpoint": "status", "population": "itt", "missing": "shown"}
    plan["displays"] = {"stacked": [shown]}
    del plan["multiplicity"]
    run = run_mini(
        tmp_path_factory.mktemp("codes"),
        rows,
        dictionary=dictionary,
        endpoints=yaml.safe_dump({"status": STATUS}),
        plan=yaml.safe_dump(plan, sort_keys=False),
        claims="papers: {}\nclaims: {}\n",
    )
    return run, rows


def cells(rows, arm, column):
    """(good, known) of an arm at a visit, counted in the raw rows."""
    known = [row[column] for row in rows if row["arm"] == arm and row[column]]
    return known.count("good"), len(known)


def results(run):
    rows = read_table(run.folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    return {row["result_id"].split("/", 1)[1]: row for row in rows}


def test_words_become_no_and_yes_and_blanks_stay_missing(ran):
    run, rows = ran
    bds = read_table(run.folder / "derived" / "bds.parquet", BDS)
    bds = bds.filter(pc.equal(bds["PARAMCD"], "STATUS")).to_pylist()
    for visit, column in (("before", "pain0"), ("after", "pain1")):
        found = {r["USUBJID"]: (r["AVAL"], r["AVALC"]) for r in bds if r["AVISIT"] == visit}
        told = {"good": (1.0, "Y"), "poor": (0.0, "N"), "": (None, None)}
        assert found == {f"mini-{row['id']}": told[row[column]] for row in rows}


def test_each_value_leads_to_its_own_cell(ran):
    run, _ = ran
    sources = read_table(run.folder / "derived" / "sources.parquet", SOURCES).to_pylist()
    bds = read_table(run.folder / "derived" / "bds.parquet", BDS).to_pylist()
    place = {(r["USUBJID"], r["ASEQ"]): r for r in bds if r["PARAMCD"] == "STATUS"}
    found = {
        (place[key]["AVISIT"], one["column"])
        for one in sources
        if one["variable"] == "AVAL" and (key := (one["USUBJID"], one["ASEQ"])) in place
    }
    assert found == {("before", "pain0"), ("after", "pain1")}


def test_counts_and_shares_by_visit_are_those_of_the_raw_words(ran):
    run, rows = ran
    found = results(run)
    for visit, column in (("before", "pain0"), ("after", "pain1")):
        for arm, name in (("A", "drug"), ("B", "placebo")):
            good, known = cells(rows, arm, column)
            end = f"@{name};visit={visit}"
            assert found[f"status/count.events{end}"]["stat_value"] == good
            share = found[f"status/proportion.wilson{end}"]
            assert share["stat_value"] == pytest.approx(good / known, rel=1e-11)
            assert share["n_used"] == known


def test_a_test_at_a_visit_is_scipys(ran):
    run, rows = ran
    table = []
    for arm in ("A", "B"):
        good, known = cells(rows, arm, "pain1")
        table.append([good, known - good])
    mine = results(run)["status/p_value.chi_squared@drug-placebo;visit=after"]["stat_value"]
    assert mine == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-11)
