"""Mistakes in endpoints over many rows of a subject, and in occurrences with further columns."""

import pytest
from mini_trial import DICTIONARY, ENDPOINTS, TRIAL, edit, told, write_project

MADE = """\
rdi:
  label: Relative dose intensity
  code: RDI
  kind: dose_intensity
  table: cycles
  cycle: cycle
  drug: drug
  planned: plan
  delivered: dose
  date: given
  interval: {by_drug: {v: 21, o: 14}}
  planned_cycles: rows
  convention: whole_plan
  last_interval: counted
  above_one: kept
  caps: {v: 2}
reduced:
  label: Changes of dose
  code: CHANGE
  kind: dose_change
  table: cycles
  planned: plan
  delivered: dose
  date: given
  planned_date: due
  reduced: {tolerance: 0.05}
  delayed: {more_than: 7}
  columns: {reason: why}
nerve:
  label: Changed for neuropathy
  code: NERVE
  kind: any_occurrence
  of: reduced
  where: {reason: {is: "Neuropathy"}}
  without_rows: missing
share:
  label: Attendance
  code: SHARE
  kind: attendance
  table: cycles
  done: {dose: {above: 0}}
  unknown: missing
  planned: {variable: age}
  end: {event: survival, date: given, after: not_done}
survival:
  label: Survival
  code: SURV
  kind: time_to_event
  table: patients
  start: seen
  event_date: seen
  event: {died: {is: "1"}}
  last_contact: seen
  terminal: true
  day_of_start: 0
  event_label: Died
  censored_label: Alive
opioids:
  label: Opioids
  code: OME
  kind: oral_morphine
  table: cycles
  drug: drug
  route: why
  dose: dose
  conversion: cdc_2022
  drugs: {v: morphine, o: oxycodone}
  without_rows: missing
span: {label: Days, code: SPAN, kind: aggregate, table: cycles, column: given, statistic: span}
typical: {label: Dose, code: TYPICAL, kind: aggregate, table: cycles, column: dose,
  statistic: quantile, quantile: 0.5}
classes: {label: Classes, code: CLASSES, kind: graded, of: first_pain,
  grades: {mild: {below: 4}, severe: {at_least: 4}}}
several: {label: Several, code: SEVERAL, kind: occurrence_count, of: nausea}
"""
ROWS = """\
id,cycles,,text,Number,,,integer,1,999,,,y,,,,,
cycle,cycles,,text,Cycle,,,integer,,,,,,,,,,
drug,cycles,,radio,Drug,"v, Vincristine | o, Oxaliplatin",,,,,,,,,,,,
plan,cycles,,text,Planned,,,number,,,,,,,,,,
dose,cycles,,text,Given,,,number,,,,,,,,,,
due,cycles,,text,Due,,,date_ymd,,,,,,,,,,
given,cycles,,text,Given on,,,date_ymd,,,,,,,,,,
why,cycles,,radio,Reason,"n, Neuropathy | b, Blood count",,,,,,,,,,,,
"""


@pytest.fixture
def at(tmp_path):
    trial = TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    seen: seen\n")
    trial = trial.replace(
        "  adverse: {", "  cycles: {of: events, key: [source_row], subject: id}\n  adverse: {"
    )
    at = write_project(
        tmp_path, endpoints=ENDPOINTS + MADE, dictionary=DICTIONARY + ROWS, trial=trial
    )
    folder = at.config / "conversions"
    folder.mkdir(exist_ok=True)
    (folder / "cdc_2022.csv").write_text(FACTORS)
    return at


FACTORS = """\
drug,route,unit,factor,version,verified,source
morphine,oral,mg/day,1,2022,yes,"a guideline, with a comma"
oxycodone,oral,mg/day,1.5,2022,yes,a guideline
"""


def test_the_whole_is_valid(at):
    assert told(at) == ""


MISTAKES = [
    (
        "a dose that is text",
        "delivered: dose\n  date: given\n  interval",
        "delivered: why\n  date: given\n  interval",
        "a column of text with choices",
    ),
    (
        "a date that is a number",
        "  date: given\n  interval",
        "  date: dose\n  interval",
        "a column of date",
    ),
    ("a drug without days", "{v: 21, o: 14}", "{v: 21}", "no days for o"),
    ("a drug that is none", "{v: 21, o: 14}", "{v: 21, o: 14, x: 7}", "a choice of drug"),
    ("no days", "interval: {by_drug: {v: 21, o: 14}}", "interval: 0", "rdi.interval"),
    ("days as text", "interval: {by_drug: {v: 21, o: 14}}", "interval: two weeks", "by_drug"),
    (
        "days of a column of dates",
        "interval: {by_drug: {v: 21, o: 14}}",
        "interval: {column: due}",
        "a column of number or integer",
    ),
    (
        "no plan for the whole plan",
        "  planned_cycles: rows\n",
        "",
        "whole_plan without planned_cycles",
    ),
    (
        "a plan for the cycles given",
        "convention: whole_plan",
        "convention: given_cycles",
        "given_cycles with planned_cycles",
    ),
    (
        "a convention that is none",
        "convention: whole_plan",
        "convention: half_plan",
        "given_cycles, whole_plan",
    ),
    (
        "no word on the last interval",
        "  last_interval: counted\n",
        "",
        "the key last_interval is missing",
    ),
    ("a cap below zero", "caps: {v: 2}", "caps: {v: -2}", "rdi.caps.v"),
    ("caps without a drug", "  cycle: cycle\n  drug: drug\n", "  cycle: cycle\n", "no drug"),
    (
        "a planned number of no cycles",
        "planned_cycles: rows",
        "planned_cycles: 0",
        "a number from 1 upwards",
    ),
    (
        "no change at all",
        "  reduced: {tolerance: 0.05}\n  delayed: {more_than: 7}\n",
        "",
        "one or more of reduced, delayed, stopped",
    ),
    ("a tolerance in per cent", "tolerance: 0.05", "tolerance: 5", "reduced.reduced.tolerance"),
    (
        "reduced without doses",
        "  planned: plan\n  delivered: dose\n  date: given\n  planned_date",
        "  date: given\n  planned_date",
        "no planned, delivered",
    ),
    ("delayed without a planned date", "  planned_date: due\n", "", "no planned_date"),
    (
        "a further column that is taken",
        "columns: {reason: why}",
        "columns: {term: why}",
        "another name",
    ),
    (
        "a further column of the flags",
        "columns: {reason: why}",
        "columns: {ittfl: why}",
        "another name",
    ),
    (
        "a further column that is none",
        "columns: {reason: why}",
        "columns: {reason: wyh}",
        'did you mean "why"?',
    ),
    ("a code for a label", 'reason: {is: "Neuropathy"}', 'reason: {is: "n"}', "a choice of reason"),
    (
        "a condition over no column",
        'where: {reason: {is: "Neuropathy"}}',
        'where: {resaon: {is: "n"}}',
        'did you mean "reason"?',
    ),
    ("occurrences of a value", "of: reduced", "of: pain", "kind occurrence or dose_change"),
    (
        "done by an unknown column",
        "done: {dose: {above: 0}}",
        "done: {dosis: {above: 0}}",
        'did you mean "dose"?',
    ),
    (
        "planned by a code",
        "planned: {variable: age}",
        "planned: {variable: smoker}",
        "a column of number or integer",
    ),
    (
        "planned by no variable",
        "planned: {variable: age}",
        "planned: {variable: agee}",
        'did you mean "age"?',
    ),
    (
        "planned as a word",
        "planned: {variable: age}",
        "planned: all",
        "rows, a number, or {variable",
    ),
    ("no word on the unknown", "  unknown: missing\n", "", "the key unknown is missing"),
    ("an end without dates", "event: survival", "event: death", "a time without dates"),
    ("an end that is no time", "event: survival", "event: relief", "kind time_to_event"),
    ("an end by a number", "date: given, after", "date: dose, after", "a column of date"),
    ("no such table of factors", "conversion: cdc_2022", "conversion: cdc_2020", "no such file"),
    ("a drug that the table lacks", "o: oxycodone", "o: oxycodon", 'did you mean "oxycodone"?'),
    ("a code that is no choice", "drugs: {v: morphine", "drugs: {w: morphine", "a choice of drug"),
    (
        "a dose in words",
        "  dose: dose\n  conversion",
        "  dose: why\n  conversion",
        "a column of number or integer",
    ),
    (
        "no word on missing rows",
        "  without_rows: missing\nspan",
        "span",
        "the key without_rows is missing",
    ),
    (
        "a mean of dates",
        "column: given, statistic: span",
        "column: given, statistic: mean",
        "a column of number or integer",
    ),
    (
        "a quantile without a share",
        "  statistic: quantile, quantile: 0.5}",
        "  statistic: quantile}",
        "quantile without quantile",
    ),
    (
        "a share without a quantile",
        "statistic: quantile, quantile",
        "statistic: mean, quantile",
        "mean with quantile",
    ),
    (
        "a mean that is zero",
        "statistic: span}",
        "statistic: span, without_rows: zero}",
        "zero for a span",
    ),
    ("grades of text", "{below: 4}", '{below: "4"}', "without quotes"),
    ("grades of a time", "of: first_pain", "of: death", "death, an endpoint of kind time_to_event"),
]


@pytest.mark.parametrize("what, old, new, words", MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_told(at, what, old, new, words):
    edit(at, "endpoints.yaml", old, new)
    text = told(at)
    assert words in text and "Traceback" not in text


TABLES = [
    ("another header", "drug,route,unit", "drug,way,unit", ":1", "drug, route, unit, factor"),
    ("a factor in words", "mg/day,1,2022", "mg/day,one,2022", ":2:4: column factor", '"one"'),
    ("a decimal comma", "mg/day,1.5,2022", 'mg/day,"1,5",2022', ":3:4: column factor", "1,5"),
    ("a factor of zero", "mg/day,1,2022", "mg/day,0,2022", ":2:4: column factor", "above 0"),
    ("no factor", "mg/day,1,2022", "mg/day,,2022", ":2:4: column factor", "nothing"),
    ("a drug twice", "oxycodone,oral", "morphine,oral", ":3", "a second time"),
    ("too few cells", "1.5,2022,yes,a guideline", "1.5,2022,yes", ":3", "6 cells"),
    ("no source", "yes,a guideline", "yes,", ":3:7: column source", "nothing"),
    ("perhaps verified", "yes,a guideline", "perhaps,a guideline", "column verified", "yes, no"),
    ("a quote that does not end", "yes,a guideline", 'yes,"a guideline', ":3", "not CSV"),
]


@pytest.mark.parametrize("what, old, new, place, words", TABLES, ids=[m[0] for m in TABLES])
def test_a_mistake_in_a_table_of_factors_is_told_by_line(at, what, old, new, place, words):
    path = at.config / "conversions" / "cdc_2022.csv"
    assert FACTORS.count(old) == 1
    path.write_text(FACTORS.replace(old, new))
    text = told(at)
    assert f"config/conversions/cdc_2022.csv, {place}" in text or place in text
    assert words in text and "Traceback" not in text


def test_an_empty_table_and_one_that_is_no_text(at):
    path = at.config / "conversions" / "cdc_2022.csv"
    path.write_text("")
    assert "no rows" in told(at)
    path.write_bytes(b"\xff\xfe\x00")
    assert "no UTF-8" in told(at)
