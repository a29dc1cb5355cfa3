"""The blocks under "Tables of another shape" of docs/your-own-export.md, each in a small trial."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from doc_blocks import page
from mini_trial import HEADER, REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.cleaning.account import read_account
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import ADSL, BDS, CLEAN, SOURCES, read_table
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

SECTION = re.compile(r"^## Tables of another shape\n(.*?)^## ", re.MULTILINE | re.DOTALL)
PART = re.compile(r"^### (.*?)\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

TRIAL = """
version: 3
title: A trial of another shape
question: Is it read?
design:
  kind: parallel
  arms:
    new: {label: New, code: "A"}
    old: {label: Old, code: "C", control: true}
  randomisation: {scheme: simple}
source: {kind: files, folder: data, items: {}}
tables:
  patients: {of: patients, key: [id], subject: id, arm: arm}
subjects: {table: patients}
populations:
  itt: {label: All randomised, flag: ITTFL, where: {id: present}}
"""
ENDPOINTS = """
treated:
  {label: Treated, code: TREATED, kind: event, table: patients, event: {arm: {is: "A"}}}
"""
PATIENTS = "id;arm\n1;A\n2;C\n3;A\n4;C\n"


def field(name: str, table: str, kind: str = "text", choices: str = "", valid: str = "") -> str:
    return f"{name},{table},,{kind},{name},{choices},,{valid},,,,,,,,,,\n"


PATIENT_FIELDS = field("id", "patients") + field("arm", "patients", "radio", '"A, New | C, Old"')


def parts() -> dict[str, list[dict[str, Any]]]:
    """Heading -> the blocks beneath it."""
    section = SECTION.search(page("docs/your-own-export.md"))
    assert section is not None
    found = PART.findall(section[1])
    return {title: [yaml.safe_load(block) for block in YAML.findall(text)] for title, text in found}


def merged(one: Any, other: Any) -> Any:
    """Two configurations as one; a name that both have is the second's."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return {
        key: merged(one.get(key, {}), other[key]) if key in other else one[key]
        for key in {**one, **other}
    }


def write(
    root: Path,
    title: str,
    raw: dict[str, str],
    fields: str,
    cleaning: str = "{}",
    trial: str = "{}",
    blocks: list[dict[str, Any]] | None = None,
) -> Project:
    """The small trial with the first block of a part in trial.yaml, a second in endpoints.yaml."""
    folder = root / "config" / "trials" / "shapes"
    folder.mkdir(parents=True)
    (root / "workflow").symlink_to(REPOSITORY / "workflow")
    settings = "trials: [shapes]\nseed: 1\ndisclosure: full\nreport: {formats: [html]}\n"
    (root / "config" / "config.yaml").write_text(settings)
    blocks = blocks or parts()[title]
    items = {
        name: {
            "path": f"{name}.csv",
            "format": "csv",
            "encoding": "utf-8",
            "separator": ";",
            "decimal": ".",
        }
        for name in raw
    }
    base = merged(yaml.safe_load(TRIAL), {"source": {"items": items}})
    whole = merged(merged(base, yaml.safe_load(trial)), blocks[0])
    (folder / "trial.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    made = blocks[1] if len(blocks) > 1 else yaml.safe_load(ENDPOINTS)
    (folder / "endpoints.yaml").write_text(yaml.safe_dump(made, sort_keys=False))
    (folder / "cleaning.yaml").write_text(cleaning)
    (folder / "dictionary.csv").write_text(HEADER + fields)
    (root / "data").mkdir()
    for name, text in raw.items():
        (root / "data" / whole["source"]["items"][name]["path"]).write_text(text)
    return Project(root)


def cleaned(at: Project) -> Any:
    """The account of a project whose configuration has no mistake but for what it lacks."""
    problems = [str(one) for one in check_trial(at, "shapes")]
    asked = ("trial.yaml", "dictionary.csv", "cleaning.yaml", "endpoints.yaml")
    assert [one for one in problems if any(file in one for file in asked)] == []
    trial = load_trial("shapes", at)
    ingest_sources(trial, at.root / "raw")
    clean_tables(trial, at.root / "raw", at.root / "clean")
    return read_account(at.root / "clean")


def derived(at: Project) -> dict[str, list[dict[str, Any]]]:
    derive_datasets(load_trial("shapes", at), at.root / "clean", at.root / "derived")
    tables = (ADSL, BDS, SOURCES)
    return {
        c.name: read_table(at.root / f"derived/{c.name}.parquet", c).to_pylist() for c in tables
    }


def rows(at: Project, name: str) -> list[dict[str, Any]]:
    return read_table(at.root / "clean" / f"{name}.parquet", CLEAN).to_pylist()


def test_every_part_has_a_test():
    here = Path(__file__).read_text(encoding="utf-8")
    assert [title for title in parts() if f'"{title}"' not in here] == []


LABS = (
    "id;test;month;value\n1;hb;0;13.1\n1;culture;0;negative\n2;hb;0;12.5\n2;hb;3;12.9\n"
    "3;culture;0;positive\n3;;0;11.0\n"
)


def test_rows_of_one_kind(tmp_path: Path):
    fields = PATIENT_FIELDS
    for table, value in (
        ("haemoglobin", field("value", "haemoglobin", valid="number")),
        ("cultures", field("value", "cultures")),
    ):
        fields += field("id", table) + field("test", table) + field("month", table) + value
    covers = "tables: {haemoglobin: {covers: some}, cultures: {covers: some}}"
    at = write(tmp_path, "Rows of one kind", {"patients": PATIENTS, "labs": LABS}, fields, covers)
    account = cleaned(at)
    assert [row["value"] for row in rows(at, "haemoglobin")] == [13.1, 12.5, 12.9]
    assert [row["source_row"] for row in rows(at, "cultures")] == [3, 6]
    assert {one.kind for one in account.warnings} == {"where_undecided"}


def test_rows_around_the_table(tmp_path: Path):
    labs = "Laboratory\n\nid;value;by\n;g/dl;\n1;13.1;K\n2;12.5;L\nmean;12.8;\nend of list\n"
    table = "tables: {labs: {of: labs, key: [id], subject: id}}"
    fields = PATIENT_FIELDS + field("id", "labs") + field("value", "labs", valid="number")
    fields += field("by", "labs")
    covers = "tables: {labs: {covers: some}}"
    title = "A title, a row of units, sums at the end"
    at = write(tmp_path, title, {"patients": PATIENTS, "labs": labs}, fields, covers, table)
    assert cleaned(at).warnings == ()
    assert [(row["source_row"], row["value"]) for row in rows(at, "labs")] == [(5, 13.1), (6, 12.5)]


def test_one_table_in_several_files(tmp_path: Path):
    """A row of month 3 is that of its file, whatever line it stands in there."""
    later = "id,pain\n3,4\n1,2\n"
    raw = {"patients": PATIENTS, "month0": "id,pain\n1,6\n2,5\n3,8\n", "month3": later}
    fields = PATIENT_FIELDS + field("id", "scores") + field("pain", "scores", valid="integer")
    fields += field("month", "scores", valid="integer")
    covers = "tables: {scores: {covers: some}}"
    at = write(tmp_path, "One table in several files", raw, fields, covers)
    assert cleaned(at).warnings == ()
    found = [
        (row["source_file"], row["source_row"], row["id"], row["month"], row["pain"])
        for row in rows(at, "scores")
    ]
    assert found == [
        ("month0.csv", 2, "1", 0, 6),
        ("month0.csv", 3, "2", 0, 5),
        ("month0.csv", 4, "3", 0, 8),
        ("month3.csv", 2, "3", 3, 4),
        ("month3.csv", 3, "1", 3, 2),
    ]


def test_names_of_rows(tmp_path: Path):
    labs = '"","id","value"\n"1",1,13.1\n"2",2,12.5\n'
    table = "tables: {labs: {of: labs, key: [rownames], subject: id}}"
    fields = PATIENT_FIELDS + field("id", "labs") + field("value", "labs", valid="number")
    fields += field("rownames", "labs")
    covers = "tables: {labs: {covers: some}}"
    raw = {"patients": PATIENTS, "labs": labs}
    at = write(tmp_path, "Names of rows", raw, fields, covers, table)
    assert cleaned(at).warnings == ()
    told = [(row["rownames"], row["value"]) for row in rows(at, "labs")]
    assert told == [("1", 13.1), ("2", 12.5)]


def test_one_row_of_several(tmp_path: Path):
    visits = "id;month;status\n" + "".join(f"{n};{m};good\n" for n in (1, 2, 3) for m in (0, 1))
    visits = visits.replace("1;1;good", "1;1;poor") + "4;1;good\n"
    table = "tables: {visits: {of: visits, key: [id, month], subject: id}}"
    fields = PATIENT_FIELDS + field("id", "visits") + field("month", "visits", valid="integer")
    fields += field("status", "visits")
    title = "One row of several for a subject"
    at = write(tmp_path, title, {"patients": PATIENTS, "visits": visits}, fields, trial=table)
    cleaned(at)
    made = derived(at)
    assert [row["START"] for row in made["adsl"]] == ["good", "good", "good", None]
    behind = [one for one in made["sources"] if one["variable"] == "START"]
    assert [(one["table"], one["source_row"]) for one in behind] == [
        ("visits", 2),
        ("visits", 4),
        ("visits", 6),
    ]


OF_PAIN = """
decision_level: 0.05
confidence: 0.95
estimands:
  pain: {treatment: {of: new, to: old}, population: itt, variable: pain, intercurrent: [],
         summary: mean difference}
analyses:
  pain: {label: Pain, role: primary, estimand: pain, describe: [{summary: [mean]}]}
"""


def test_the_treatment_of_a_period_in_another_table(tmp_path: Path):
    raw = {
        "patients": "id;seen\n1;y\n2;y\n",
        "periods": "id;period;treatment\n2;1;C\n1;2;C\n1;1;A\n",
        "outcomes": "id;period;pain\n1;1;6\n1;2;5\n2;1;8\n",
    }
    fields = field("id", "patients") + field("seen", "patients")
    for table in ("periods", "outcomes"):
        fields += field("id", table) + field("period", table)
    fields += field("treatment", "periods", "radio", '"A, New | C, Old"')
    fields += field("pain", "outcomes", valid="integer")
    (block,) = parts()[title := "The treatment of a period in another table"]
    pain = {"label": "Pain", "code": "PAIN", "kind": "measure", "table": "outcomes"}
    place = {"column": "period", "labels": {"1": "first", "2": "second"}}
    blocks = [block, {"pain": {**pain, "column": "pain", "location": place}}]
    own = "design: {kind: crossover}"
    at = write(tmp_path, title, raw, fields, trial=own, blocks=blocks)
    path = at.trial_config("shapes") / "trial.yaml"
    trial = yaml.safe_load(path.read_text())
    del trial["tables"]["patients"]["arm"]
    path.write_text(yaml.safe_dump(trial, sort_keys=False))
    path.with_name("plan.yaml").write_text(OF_PAIN)
    cleaned(at)
    found = [(row["USUBJID"][-1], row["LOC"], row["TRTP"]) for row in derived(at)["bds"]]
    assert [one for one in found if one[2]] == [
        ("1", "first", "new"),
        ("1", "second", "old"),
        ("2", "first", "old"),
    ]


def test_the_arm_apart(tmp_path: Path):
    fields = field("id", "patients") + field("id", "randomisation")
    fields += field("arm", "randomisation", "radio", '"A, New | C, Old"')
    raw = {"patients": "id\n1\n2\n3\n", "randomisation": "id;arm\n2;A\n1;C\n"}
    at = write(tmp_path, "The arm in a table of its own", raw, fields, trial="{}")
    folder = at.trial_config("shapes")
    trial = yaml.safe_load((folder / "trial.yaml").read_text())
    del trial["tables"]["patients"]["arm"]
    (folder / "trial.yaml").write_text(yaml.safe_dump(trial, sort_keys=False))
    treated = ENDPOINTS.replace("table: patients", "table: randomisation")
    (folder / "endpoints.yaml").write_text(treated)
    account = cleaned(at)
    assert "no_arm" in {one.kind for one in account.warnings}
    made = derived(at)["adsl"]
    assert [(row["TRT01P"], row["ITTFL"]) for row in made] == [
        ("old", "Y"),
        ("new", "Y"),
        (None, "N"),
    ]


def test_repeating_instruments(tmp_path: Path):
    export = (
        "id;redcap_repeat_instrument;redcap_repeat_instance;arm;grade\n1;;;A;\n"
        "1;adverse_events;1;;3\n1;adverse_events;2;;1\n2;;;C;\n"
    )
    fields, instrument = "", "redcap_repeat_instrument"
    for table in ("patients", "events"):
        fields += field("id", table) + field(instrument, table)
    fields += field("redcap_repeat_instance", "events", valid="integer")
    fields += field("arm", "patients", "radio", '"A, New | C, Old"')
    fields += field("grade", "events", valid="integer")
    title = "Repeating instruments of REDCap"
    at = write(tmp_path, title, {"export": export}, fields, "tables: {events: {covers: some}}")
    assert cleaned(at).warnings == ()
    assert [(row["source_row"], row["arm"]) for row in rows(at, "patients")] == [(2, "A"), (5, "C")]
    assert [(row["source_row"], row["grade"]) for row in rows(at, "events")] == [(3, 3), (4, 1)]


def test_a_column_for_each_visit(tmp_path: Path):
    scores = "id;score_0;score_3;v0_q6;v0_q7;v3_q6;v3_q7\n1;5;3;1;1;4;4\n2;4;;2;3;;1\n"
    scores += "3;1;1;1;1;1;1\n4;1;1;1;1;1;1\n"
    fields = PATIENT_FIELDS + field("id", "scores")
    for name in scores.split("\n")[0].split(";")[1:]:
        fields += field(name, "scores", valid="integer")
    raw = {"patients": PATIENTS, "scores": scores}
    at = write(tmp_path, "A column for each visit", raw, fields)
    cleaned(at)
    found = [row for row in derived(at)["bds"] if row["USUBJID"].endswith(("-1", "-2"))]
    values = [(row["PARAMCD"], row["AVISIT"], row["AVAL"], row["CHG"]) for row in found]
    assert sorted(values, key=str) == sorted(
        [
            ("QRF", "before", 100, 0),
            ("QRF", "month 3", 0, -100),
            ("QRF", "before", 50, 0),
            ("QRF", "month 3", 100, 50),
            ("SCORE", "before", 5, 0),
            ("SCORE", "month 3", 3, -2),
            ("SCORE", "before", 4, 0),
            ("SCORE", "month 3", None, None),
        ],
        key=str,
    )


def test_groups_of_subjects(tmp_path: Path):
    patients = "id;arm;age;centre\n1;A;49;01\n2;C;50;02\n3;A;65;03\n4;C;;03\n"
    fields = PATIENT_FIELDS + field("age", "patients", valid="integer")
    fields += field("centre", "patients", "radio", '"01, Aa | 02, Bb | 03, Cc"')
    at = write(tmp_path, "Groups of subjects", {"patients": patients}, fields)
    cleaned(at)
    made = derived(at)
    assert [(row["AGEGRP"], row["REGION"]) for row in made["adsl"]] == [
        ("under 50", "north"),
        ("50 to 64", "north"),
        ("65 and over", "south"),
        (None, "south"),
    ]
    behind = {row["column"] for row in made["sources"] if row["variable"] == "AGEGRP"}
    assert behind == {"age"}


def test_functions_of_a_covariate(tmp_path: Path):
    patients = "id;arm;visit;age;bili;weight\n1;A;0;50;1;64\n2;C;0;60;2;32\n3;A;0;;4;\n"
    fields = PATIENT_FIELDS + field("visit", "patients", "radio", '"0, Entry | 1, Later"')
    fields += field("age", "patients", valid="integer")
    fields += "".join(field(name, "patients", valid="number") for name in ("bili", "weight"))
    at = write(tmp_path, "Functions of a covariate", {"patients": patients}, fields)
    cleaned(at)
    made = derived(at)["adsl"]
    assert [row["LOG_BILI"] for row in made] == pytest.approx([0, 0.69314718056, 1.38629436112])
    assert [row["LOG_WT"] for row in made] == [6, 5, None]
    assert [row["AGE_SQ"] for row in made] == [2500, 3600, None]


def test_other_spellings(tmp_path: Path):
    patients = "id;arm;view;distance\n1;A;I;1200\n2;C;1;800\n3;A;i;40\n"
    fields = PATIENT_FIELDS + field("view", "patients", "radio", '"I, Whole | II, Part"')
    fields += field("distance", "patients", valid="number")
    title = "Other spellings, another unit"
    (block,) = parts()[title]
    spelt = yaml.safe_dump(block)
    at = write(tmp_path, title, {"patients": patients}, fields, spelt, blocks=[{}])
    cleaned(at)
    assert [(row["view"], row["distance"]) for row in rows(at, "patients")] == [
        ("I", 1.2),
        ("I", 0.8),
        ("I", 0.04),
    ]
