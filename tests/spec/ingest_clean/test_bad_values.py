"""Values that a trial's export should not have: each is listed with its rule, and nothing is lost.

The forms are those of a trial with chemotherapy, questionnaires, opioids, two sides of the body,
gene expression and biopsies.
"""

import json
from pathlib import Path

import pytest
from mini_trial import CONFIG, HEADER, REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import REJECTS, read_table
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

FORMS = {
    "patients": ["id"],
    "visits": ["id", "visit"],
    "chemo": ["id", "cycle"],
    "plans": ["id", "drug"],
    "sessions": ["id", "day"],
    "opioids": ["source_row"],
    "sides": ["id", "side"],
    "genes": ["source_row"],
    "fibres": ["source_row"],
}
TRIAL = f"""
title: A trial of many forms
question: Does it work?
design:
  kind: parallel
  arms:
    active: {{label: Active, code: "1"}}
    control: {{label: Control, code: "2", control: true}}
  randomisation: {{scheme: simple}}
source:
  kind: files
  folder: data
  items:
{
    chr(10).join(
        f'    {n}: {{path: {n}.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}}'
        for n in FORMS
    )
}
tables:
{
    chr(10).join(
        f"  {n}: {{of: {n}, key: [{', '.join(key)}], subject: id"
        + (", arm: arm}" if n == "patients" else "}")
        for n, key in FORMS.items()
    )
}
subjects:
  table: patients
  variables: {{stratum: stratum}}
populations:
  itt: {{label: All randomised, flag: ITTFL, where: {{arm: present}}}}
"""
CLEANING = """
tables:
  visits:
    convert: {vas: {unit_column: vas_unit, to: cm, factors: {cm: 1, mm: 0.1}}}
checks:
  one_person_one_record:
    {label: A person is in the trial once, table: patients, severity: flag,
     unique: [born, initials]}
  died_after_last_visit:
    label: Nobody is seen after death
    table: patients
    severity: flag
    columns: [died]
    beside: {last: {table: visits, column: date, take: highest}}
    expect: {died: {at_least: {column: last}}}
  done_at_most_planned:
    label: Not more sessions than planned
    table: patients
    severity: flag
    columns: [planned]
    beside: {done: {table: sessions, take: count, where: {done: {is: "1"}}}}
    expect: {done: {at_most: {column: planned}}}
  pain_at_baseline:
    label: Pain is known at baseline
    table: patients
    severity: flag
    columns: [id]
    beside: {pain: {table: visits, column: vas, take: lowest, where: {visit: {is: 0}}}}
    expect: {pain: present}
  biopsy_has_fibres:
    label: A biopsy has fibres
    table: sides
    severity: flag
    columns: [side]
    where: {biopsy: {is: "1"}}
    beside: {fibres: {table: fibres, take: count, match: {side: side}}}
    expect: {fibres: {above: 0}}
  after_randomisation:
    label: No visit before randomisation
    table: visits
    severity: reject
    columns: [date]
    beside: {start: {table: patients, column: randomised}}
    expect: {date: {at_least: {column: start}}}
  arm_as_randomised:
    label: The arm of a visit is that of the randomisation
    table: visits
    severity: flag
    columns: [arm]
    beside: {randomised_arm: {table: patients, column: arm}}
    expect: {arm: {is: {column: randomised_arm}}}
  no_dose_of_zero:
    {label: A delivered dose is above 0, table: chemo, severity: flag, columns: [dose],
     expect: {dose: {above: 0}}}
  dose_is_planned:
    label: What is given was planned
    table: chemo
    severity: flag
    columns: [dose]
    where: {dose: present}
    beside: {plan: {table: plans, column: dose, match: {drug: drug}}}
    expect: {plan: present}
  stratum_is_drug:
    label: The drug is that of the stratum
    table: chemo
    severity: flag
    columns: [drug]
    beside: {stratum: {table: patients, column: stratum}}
    expect: {drug: {is: {column: stratum}}}
  alive_in_session:
    label: No session after death
    table: sessions
    severity: reject
    columns: [done]
    beside: {died: {table: patients, column: died}}
    expect: {any: [{died: missing}, {day: {at_most: {column: died}}}]}
  opioid_has_route:
    {label: An opioid has its route, table: opioids, severity: flag, columns: [route],
     where: {drug: present}, expect: {route: present}}
  opioid_above_zero:
    {label: A dose of an opioid is above 0, table: opioids, severity: flag, columns: [dose],
     expect: {dose: {above: 0}}}
  real_and_sham:
    label: One side is stimulated and the other not
    table: sides
    severity: reject
    each_of: {column: treatment, values: [real, sham], times: once}
  reference_gene:
    label: A sample has the reference gene
    table: genes
    severity: flag
    each_of: {column: gene, values: [GAPDH], times: at_least_once, by: [side]}
  amplified:
    {label: A Ct of 40 is no value, table: genes, severity: flag, columns: [ct],
     expect: {ct: {below: 40}}}
"""
FIELDS = """\
patients.id|text||integer
patients.arm|radio|1, Active ¦ 2, Control|
patients.stratum|radio|vinca, Vinca ¦ oxa, Oxaliplatin|
patients.born|text||date_ymd
patients.initials|text||
patients.randomised|text||date_ymd
patients.died|text||date_ymd
patients.planned|text||integer
visits.id|text||integer
visits.visit|text||integer
visits.arm|radio|1, Active ¦ 2, Control|
visits.date|text||date_ymd
visits.item|radio|1, no ¦ 2, little ¦ 3, some ¦ 4, much|
visits.vas|text||number|0|10
visits.vas_unit|text||
visits.fork|text||number|0|8
visits.mrc|radio|0, 0 ¦ 1, 1 ¦ 2, 2 ¦ 3, 3 ¦ 4, 4 ¦ 5, 5|
chemo.id|text||integer
chemo.cycle|text||integer
chemo.drug|radio|vinca, Vinca ¦ oxa, Oxaliplatin|
chemo.dose|text||number|0|
plans.id|text||integer
plans.drug|radio|vinca, Vinca ¦ oxa, Oxaliplatin|
plans.dose|text||number|0|
sessions.id|text||integer
sessions.day|text||date_ymd
sessions.done|radio|0, No ¦ 1, Yes|
opioids.id|text||integer
opioids.drug|radio|morphine, Morphine ¦ fentanyl, Fentanyl|
opioids.route|radio|oral, Oral ¦ patch, Patch|
opioids.dose|text||number|0|
sides.id|text||integer
sides.side|radio|l, Left ¦ r, Right|
sides.treatment|radio|real, Real ¦ sham, Sham|
sides.biopsy|yesno||
genes.id|text||integer
genes.side|radio|l, Left ¦ r, Right|
genes.gene|text||
genes.ct|text||number|0|40
fibres.id|text||integer
fibres.side|radio|l, Left ¦ r, Right|
fibres.area|text||number|0|
"""
GOOD = {
    "patients": "1,1,oxa,1970-01-01,AB,2020-01-01,,2\n"
    "2,2,vinca,1960-01-01,CD,2020-01-02,2020-06-01,2",
    "visits": "1,0,1,2020-01-01,1,3,cm,8,5\n1,1,1,2020-03-01,2,45,mm,7.5,4\n"
    "2,0,2,2020-01-02,4,9,cm,0,0",
    "chemo": "1,1,oxa,85\n2,1,vinca,1.4",
    "plans": "1,oxa,85\n2,vinca,1.4",
    "sessions": "1,2020-01-03,1\n1,2020-01-04,0\n2,2020-01-05,1",
    "opioids": "1,morphine,oral,10",
    "sides": "1,l,real,1\n1,r,sham,0\n2,l,sham,0\n2,r,real,0",
    "genes": "1,l,GAPDH,18\n1,l,MYOG,30",
    "fibres": "1,l,2500\n1,l,3100",
}
# Further patients, so that one bad value is a small part of its column.
MORE = {
    "patients": "{n},1,oxa,19{n}-01-01,P{n},2020-01-01,,2",
    "visits": "{n},0,1,2020-01-01,1,3,cm,8,5",
    "chemo": "{n},1,oxa,85",
    "plans": "{n},oxa,85",
    "sessions": "{n},2020-01-03,1",
    "opioids": "{n},morphine,oral,10",
    "sides": "{n},l,real,0\n{n},r,sham,0",
    "genes": "{n},l,GAPDH,18",
    "fibres": "{n},l,2500",
}
# What is put in the place of a good row, and what cleaning must say: table, column, rule, severity.
BAD = {
    "item of 5": (
        "visits",
        "2,0,2,2020-01-02,4",
        "2,0,2,2020-01-02,5",
        [("visits", "item", "unknown_code", "reject")],
    ),
    "item of 2.5": (
        "visits",
        "2,0,2,2020-01-02,4",
        "2,0,2,2020-01-02,2.5",
        [("visits", "item", "unknown_code", "reject")],
    ),
    "VAS in mm among cm": (
        "visits",
        "45,mm",
        "45,cm",
        [("visits", "vas", "above_maximum", "reject")],
    ),
    "VAS without unit": ("visits", "45,mm", "45,", [("visits", "vas", "missing_unit", "reject")]),
    "VAS missing at baseline": (
        "visits",
        "9,cm,0",
        ",,0",
        [("patients", "id", "pain_at_baseline", "flag")],
    ),
    "tuning fork of 9": ("visits", "7.5", "9", [("visits", "fork", "above_maximum", "reject")]),
    "MRC 4+": ("visits", "7.5,4", "7.5,4+", [("visits", "mrc", "unknown_code", "reject")]),
    "MRC 4-": ("visits", "7.5,4", "7.5,4-", [("visits", "mrc", "unknown_code", "reject")]),
    "visit before randomisation": (
        "visits",
        "1,0,1,2020-01-01",
        "1,0,1,2019-12-31",
        [("visits", "date", "after_randomisation", "reject")],
    ),
    "death before the last visit": (
        "patients",
        "2020-06-01",
        "2020-01-01",
        [
            ("patients", "died", "died_after_last_visit", "flag"),
            ("sessions", "done", "alive_in_session", "reject"),
        ],
    ),
    "arm switch": ("visits", "1,1,1,", "1,1,2,", [("visits", "arm", "arm_as_randomised", "flag")]),
    "dose of 0": ("chemo", "1.4", "0", [("chemo", "dose", "no_dose_of_zero", "flag")]),
    "negative dose": ("chemo", "1.4", "-1.4", [("chemo", "dose", "below_minimum", "reject")]),
    "dose without a plan": (
        "plans",
        "\n2,vinca,1.4",
        "",
        [("chemo", "dose", "dose_is_planned", "flag")],
    ),
    "unknown drug": (
        "chemo",
        "2,1,vinca",
        "2,1,taxol",
        [("chemo", "dose", "dose_is_planned", "flag"), ("chemo", "drug", "unknown_code", "reject")],
    ),
    "two strata": (
        "chemo",
        "2,1,vinca",
        "2,1,oxa",
        [
            ("chemo", "dose", "dose_is_planned", "flag"),
            ("chemo", "drug", "stratum_is_drug", "flag"),
        ],
    ),
    "one person under two numbers": (
        "patients",
        "1960-01-01,CD",
        "1970-01-01,AB",
        [("patients", c, "one_person_one_record", "flag") for c in ("born", "initials")] * 2,
    ),
    "session after death": (
        "sessions",
        "2,2020-01-05",
        "2,2020-06-02",
        [("sessions", "done", "alive_in_session", "reject")],
    ),
    "more done than planned": (
        "patients",
        "2020-01-01,,2",
        "2020-01-01,,0",
        [("patients", "planned", "done_at_most_planned", "flag")],
    ),
    "opioid unknown": (
        "opioids",
        "morphine",
        "poppy",
        [("opioids", "drug", "unknown_code", "reject")],
    ),
    "opioid without route": (
        "opioids",
        "oral",
        "",
        [("opioids", "route", "opioid_has_route", "flag")],
    ),
    "opioid of 0": ("opioids", "10", "0", [("opioids", "dose", "opioid_above_zero", "flag")]),
    "both sides stimulated": (
        "sides",
        "1,r,sham",
        "1,r,real",
        [("sides", "treatment", "real_and_sham", "reject")] * 2,
    ),
    "one side only": (
        "sides",
        "\n2,r,real,0",
        "",
        [("sides", "treatment", "real_and_sham", "reject")],
    ),
    "Ct of 40": ("genes", "30", "40", [("genes", "ct", "amplified", "flag")]),
    "no reference gene": (
        "genes",
        "1,l,GAPDH,18\n",
        "",
        [("genes", "gene", "reference_gene", "flag")],
    ),
    "a biopsy without fibres": (
        "fibres",
        "1,l,2500\n1,l,3100",
        "1,r,2500",
        [("sides", "side", "biopsy_has_fibres", "flag")],
    ),
}


def dictionary() -> str:
    lines = [HEADER.rstrip("\n")]
    for line in FIELDS.splitlines():
        place, kind, choices, *rest = line.split("|")
        table, name = place.split(".")
        validation, low, high = (*rest, "", "", "")[:3]
        told = f'"{choices.replace("¦", "|")}"'
        lines.append(f"{name},{table},,{kind},{name},{told},,{validation},{low},{high},,,,,,,,")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("bad")
    folder = root / "config" / "trials" / "many"
    folder.mkdir(parents=True)
    (root / "workflow").symlink_to(REPOSITORY / "workflow")
    (folder / "trial.yaml").write_text(TRIAL)
    (folder / "cleaning.yaml").write_text(CLEANING)
    (folder / "dictionary.csv").write_text(dictionary())
    (root / "data").mkdir()
    (root / "config" / "config.yaml").write_text(CONFIG)
    return Project(root)


def cleaned(at: Project, out: Path, **changed: str) -> list[tuple[str, str | None, str, str]]:
    columns: dict[str, list[str]] = {}
    for line in FIELDS.splitlines():
        table, name = line.split("|")[0].split(".")
        columns.setdefault(table, []).append(name)
    for table, rows in (GOOD | changed).items():
        more = "".join(MORE[table].format(n=number) + "\n" for number in range(11, 23))
        text = ",".join(columns[table]) + "\n" + rows + "\n" + more
        (at.root / "data" / f"{table}.csv").write_text(text)
    trial = load_trial("many", at)
    ingest_sources(trial, out / "raw")
    clean_tables(trial, out / "raw", out / "clean")
    rejects = read_table(out / "clean" / "rejects.parquet", REJECTS).to_pylist()
    return sorted((r["table"], r["column"], r["rule"], r["severity"]) for r in rejects)


def test_the_configuration_of_these_checks_is_in_order(at: Project):
    told = [str(problem) for problem in check_trial(at, "many")]
    assert not [line for line in told if "cleaning" in line or "trial.yaml" in line]


def test_good_rows_are_all_accepted(at: Project, tmp_path: Path):
    assert cleaned(at, tmp_path) == []


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_value_is_listed_with_its_rule_and_counted(at: Project, tmp_path: Path, bad: str):
    table, old, new, expected = BAD[bad]
    assert GOOD[table].count(old) == 1
    found = cleaned(at, tmp_path, **{table: GOOD[table].replace(old, new)})
    assert found == sorted(expected)
    balances = json.loads((tmp_path / "clean" / "conservation.json").read_text())
    for name, column, rule, _ in expected:
        counts = balances[name]["checks"].get(rule)
        assert (counts["broken"] if counts else balances[name]["columns"][column]["rejected"]) > 0
