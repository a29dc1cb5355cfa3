"""The examples of docs/endpoints.md make one trial that is accepted and derived."""

import re

import pytest
import yaml
from doc_blocks import page
from mini_trial import HEADER, REPOSITORY, write_project

from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import ADTTE, BDS, read_table
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

TABLES = {
    "patients": "id arm age rand deviation followed last\n"
    "1 t 50 2020-01-01 0 90 2020-03-01\n2 u 60 2020-01-01 0 60 2020-03-01\n",
    "intervals": "id from_day to_day infected\n1 0 20 1\n1 20 90 0\n2 0 60 0\n",
    "relapses": "id day\n1 30\n1 40\n",
    "stays": "id came\n2 2020-01-31\n",
    "examination": "id visit site fork seen_on\n"
    "1 0 ankle 6 2020-01-01\n1 0 hand 6 2020-01-01\n"
    "1 1 ankle 3 2020-04-01\n1 1 hand 3 2020-04-01\n",
    "symptoms": "id visit ntx reflex status\n1 0 44 2 good\n1 1 40 1 poor\n1 2 38 1 .\n"
    "2 0 44 2 good\n2 2 44 2 good\n",
    "measurements": "id day ntx\n1 -3 44\n1 0 43\n1 80 40\n1 90 39\n2 20 44\n",
    "follow_up": "id died died_on last_on\n1 1 2021-01-01 2021-01-01\n2 0 . 2023-01-01\n",
    "events": "id what when grade\n1 fall 2020-05-01 3\n2 cold 2020-05-01 1\n",
    "cycles": "id cycle planned dose given_on why\n"
    "1 1 100 100 2020-01-05 .\n1 2 100 50 2020-01-19 n\n",
    "sessions": "id day done\n1 2020-02-01 1\n1 2020-02-08 0\n",
    "opioids": "id drug route dose\n1 m po 30\n1 o po 20\n",
}
CHOICES = {
    "arm": "t, Training | u, Usual care",
    "deviation": "0, No | 1, Yes",
    "site": "ankle, A | hand, H",
    "status": "poor, Poor | good, Good",
    "visit": "0, Start | 1, Week 12 | 2, End",
    "died": "0, No | 1, Yes",
    "done": "0, No | 1, Yes",
    "infected": "0, No | 1, Yes",
    "why": "n, Neuropathy",
    "drug": "m, Morphine | o, Oxycodone",
    "route": "po, Oral",
}
DATES = ("rand", "seen_on", "died_on", "last_on", "when", "given_on", "came", "last")
ARMS = """\
    training: {label: Training, code: "t"}
    usual: {label: Usual care, code: "u", control: true}
"""


def blocks() -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", page("docs/endpoints.md"), re.MULTILINE | re.DOTALL)


def dictionary() -> str:
    lines = []
    for table, text in TABLES.items():
        for name in text.split("\n")[0].split():
            kind, told, valid = "text", "", ""
            if name in CHOICES:
                kind, told = "radio", f'"{CHOICES[name]}"'
            elif name in DATES or (table, name) == ("sessions", "day"):
                valid = "date_ymd"
            elif name not in ("id", "what"):
                valid = "number"
            lines.append(f"{name},{table},,{kind},{name},{told},,{valid},,,,,,,,,,\n")
    return HEADER + "".join(lines)


def endpoints() -> str:
    """The page's endpoints, with a label and a code of their own where it leaves them out."""
    text, number = "", 0
    for block in blocks()[:-1]:
        for name, given in yaml.safe_load(block).items():
            number += 1
            head = {"label": name, "code": f"E{number}"}
            text += yaml.safe_dump({name: head | given}, sort_keys=False, default_flow_style=False)
    return text


@pytest.fixture
def at(tmp_path):
    items = "".join(
        f"    {name}: {{path: {name}.csv, format: csv, encoding: utf-8, "
        'separator: ";", decimal: "."}\n'
        for name in TABLES
    )
    tables = "".join(
        f"  {name}: {{of: {name}, key: [{key}], subject: id{more}}}\n"
        for name in TABLES
        for key, more in [("id", ", arm: arm") if name == "patients" else ("source_row", "")]
    )
    populations = "".join(f"  {line}\n" for line in blocks()[-1].splitlines())
    trial = f"""\
title: An example
question: Which kinds are there?
design:
  kind: parallel
  arms:
{ARMS}  randomisation: {{scheme: simple}}
source:
  kind: files
  folder: data
  items:
{items}tables:
{tables}subjects:
  table: patients
  age: {{column: age, unit: years}}
  variables: {{rand: rand, followed: followed, last: last}}
populations:
  itt: {{label: All, flag: ITTFL, where: {{arm: present}}}}
{populations}"""
    at = write_project(
        tmp_path,
        trial=trial,
        endpoints=endpoints(),
        dictionary=dictionary(),
        cleaning="tables: {}\nchecks: {}\n",
    )
    for folder in ("norms", "conversions"):
        (at.config / folder).symlink_to(REPOSITORY / "config" / folder)
    (at.root / "data").mkdir()
    for name, text in TABLES.items():
        cells = text.replace(" . ", "  ").replace(" .\n", " \n").replace(" ", ";")
        (at.root / "data" / f"{name}.csv").write_text(cells)
    return at


def test_the_page_is_one_trial(at, tmp_path):
    wrong = [one for one in check_trial(at, "mini") if "plan" not in one.place]
    wrong = [one for one in wrong if "claims" not in one.place]
    assert not wrong, "\n\n".join(map(str, wrong))
    trial = load_trial("mini", at)
    ingest_sources(trial, tmp_path / "raw")
    clean_tables(trial, tmp_path / "raw", tmp_path / "clean")
    derive_datasets(trial, tmp_path / "clean", tmp_path / "derived")
    rows = read_table(tmp_path / "derived" / "bds.parquet", BDS).to_pylist()
    value = {(r["USUBJID"][-1], r["PARAM"], r["AVISIT"]): r["AVAL"] for r in rows}
    assert value["1", "opioids", None] == 60 and value["1", "attendance", None] == 0.5
    assert value["1", "intensity", None] == 0.75 and value["1", "reduced", None] == 1
    assert value["1", "neuropathy", "week 12"] == 1 and value["1", "dead_5y", None] == 1
    assert value["2", "neuropathy", "week 12"] is None and value["1", "severe_fall", None] == 1
    assert value["1", "therapy_days", None] == 14
    assert [value["1", "status", v] for v in ("baseline", "week 12", "post")] == [1, 0, None]
    assert value["1", "worst_status", None] == 2 and value["2", "worst_status", None] == 1
    times = read_table(tmp_path / "derived" / "adtte.parquet", ADTTE).to_pylist()
    several = {"infection", "relapses", "visits_to_hospital"}
    found = [
        (r["PARAM"], r["USUBJID"][-1], r["TSTART"], r["TSTOP"], r["CNSR"])
        for r in times
        if r["PARAM"] in several
    ]
    assert sorted(found) == [
        ("infection", "1", 0, 20, 0),
        ("infection", "1", 20, 90, 1),
        ("infection", "2", 0, 60, 1),
        ("relapses", "1", 0, 30, 0),
        ("relapses", "1", 30, 40, 0),
        ("relapses", "1", 40, 90, 1),
        ("relapses", "2", 0, 60, 1),
        ("visits_to_hospital", "1", 0, 60, 1),
        ("visits_to_hospital", "2", 0, 30, 0),
        ("visits_to_hospital", "2", 30, 60, 1),
    ]
