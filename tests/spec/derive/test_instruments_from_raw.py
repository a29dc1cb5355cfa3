"""From the raw export to the scores and their results: a bad item is rejected, never scored."""

import pytest
from mini_run import run_stages, write_mini
from mini_trial import DICTIONARY, ENDPOINTS, PLAN, TRIAL

from trialtrace.run.tables.contracts import BDS, REJECTS, RESULTS, SOURCES, read_table
from trialtrace.run.trial.load import load_trial

ITEMS = "".join(
    f"q{item},forms,,text,Item {item},,,integer,1,{4 if item < 29 else 7},,,,,,,,\n"
    for item in range(1, 31)
)
FORMS = f"""\
id,forms,,text,Number,,,integer,1,999,,,y,,,,,
visit,forms,,radio,Visit,"1, Before | 2, After",,,,,,,y,,,,,
{ITEMS}vas,forms,,text,Pain,,,number,0,10,,,,,,,,
vas_unit,forms,,text,Unit of pain,,,,,,,,,,,,,
"""
ENTRIES = """\
qlq:
  kind: instrument
  instrument: qlq_c30
  label: QLQ-C30
  code: QLQ
  table: forms
  items: {prefix: q}
  scales: [ql, rf, sl]
  visit: {column: visit, labels: {"1": before, "2": after}}
  baseline: before
vas:
  label: Pain (VAS)
  kind: instrument
  instrument: vas
  code: VAS
  table: forms
  column: vas
  to: 10
  visit: {column: visit, labels: {"1": before, "2": after}}
  baseline: before
"""
ESTIMAND = """\
  qlq_itt: {treatment: {of: drug, to: placebo}, population: itt, variable: qlq, intercurrent: [],
    summary: difference in means}
analyses:
"""
ANALYSIS = """\
  qlq_each:
    label: Quality of life
    role: secondary
    estimand: qlq_itt
    visits: [after]
    estimates: [{mean_difference: welch}]
multiplicity:
"""
CLEANING = """\
tables:
  patients:
    ignore: {comment: free text that nobody analyses}
    missing: {relief: ["9"]}
    units: {age: years, days: days}
  forms:
    convert: {vas: {unit_column: vas_unit, to: cm, factors: {cm: 1, mm: 0.1}}}
"""
# The forms of patients 1 to 3 before treatment: what stands in the file, and the scores.
BAD = {
    1: {"q6": "5", "q7": "2"},
    2: {"q6": "2.5", "q7": "", "q29": "8", "q30": "7"},
    3: {f"q{item}": "" for item in range(1, 31)} | {"vas": "35", "vas_unit": ""},
    4: {"vas": "35", "vas_unit": "mm"},
    5: {"vas": "35", "vas_unit": "cm"},
    6: {"q11": "two"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    tables = "  forms: {of: forms, key: [id, visit], subject: id}\nsubjects:\n"
    item = (
        '    forms: {path: forms.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}\n'
    )
    at = write_mini(
        tmp_path_factory.mktemp("instruments"),
        trial=TRIAL.replace("subjects:\n", tables, 1).replace("tables:\n", f"{item}tables:\n", 1),
        dictionary=DICTIONARY + FORMS,
        cleaning=CLEANING,
        endpoints=ENDPOINTS + ENTRIES,
        plan=PLAN.replace("analyses:\n", ESTIMAND, 1).replace("multiplicity:\n", ANALYSIS, 1),
    )
    columns = ["id", "visit", *(f"q{item}" for item in range(1, 31)), "vas", "vas_unit"]
    lines = [",".join(columns)]
    for number in range(1, 21):
        for visit in (1, 2):
            row = {f"q{item}": str(1 + (item + number * visit) % 3) for item in range(1, 31)}
            row |= {"id": str(number), "visit": str(visit), "vas": "4", "vas_unit": "cm"}
            row |= BAD.get(number, {}) if visit == 1 else {}
            lines.append(",".join(row[name] for name in columns))
    (at.root / "data" / "forms.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run_stages(load_trial("mini", at), at.results / "mini", at)


def value(run, number: int, code: str, visit: str = "before"):
    rows = read_table(run.folder / "derived" / "bds.parquet", BDS).to_pylist()
    (row,) = [
        row
        for row in rows
        if (row["USUBJID"], row["PARAMCD"], row["AVISIT"]) == (f"mini-{number}", code, visit)
    ]
    return row["AVAL"]


def test_bad_cells_are_rejected_with_their_reason(run):
    rejects = read_table(run.folder / "clean" / "rejects.parquet", REJECTS).to_pylist()
    told = {(row["source_row"], row["column"]): row["rule"] for row in rejects}
    bad = {(2, "q6"), (4, "q6"), (4, "q29"), (6, "vas"), (10, "vas"), (12, "q11")}
    assert bad == set(told), told


def test_scores_are_made_of_what_is_left(run):
    assert value(run, 1, "QLQRF") == pytest.approx(200 / 3)  # half of its items: 2
    assert value(run, 2, "QLQRF") is None
    assert value(run, 2, "QLQQL") == 100  # half of its items: 7
    assert [value(run, 3, code) for code in ("QLQQL", "QLQRF", "QLQSL", "VAS")] == [None] * 4
    assert value(run, 4, "VAS") == 3.5
    assert value(run, 5, "VAS") is None  # 35 cm
    assert value(run, 6, "QLQSL") is None


def test_a_score_leads_to_its_items_in_the_export(run):
    edges = read_table(run.folder / "derived" / "sources.parquet", SOURCES).to_pylist()
    bds = read_table(run.folder / "derived" / "bds.parquet", BDS).to_pylist()
    (number,) = [
        row["ASEQ"]
        for row in bds
        if (row["USUBJID"], row["PARAMCD"], row["AVISIT"]) == ("mini-1", "QLQRF", "before")
    ]
    mine = {
        (edge["source_row"], edge["column"])
        for edge in edges
        if (edge["USUBJID"], edge["ASEQ"], edge["variable"]) == ("mini-1", number, "AVAL")
    }
    assert mine == {(2, "q6"), (2, "q7"), (2, "visit")}


def test_an_entry_stands_for_all_its_scales_in_the_plan(run):
    results = read_table(run.folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    found = {row["result_id"]: row["error"] for row in results if row["analysis_id"] == "qlq_each"}
    wanted = {
        f"mini/qlq_each/mean_difference.welch@drug-placebo;visit=after;parameter=qlq_{scale}"
        for scale in ("ql", "rf", "sl")
    }
    assert wanted <= set(found), found
    assert all(found[one] is None for one in wanted)
