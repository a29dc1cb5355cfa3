"""`trialtrace integrity`: the report by items, as a page and as CSV, by what may be disclosed."""

import csv
import re

import mini_run
import mini_trial
import pytest

from trialtrace.cli import main
from trialtrace.report.pages.item_report import evidence
from trialtrace.run.integrity.first_page import rows_text
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.registry import ITEMS

PLACE = "  site: site\n"
MILESTONES = f"{PLACE}  milestones: {{randomised: seen, birth: born}}\n"
BORN = "born,patients,,text,Born,,,date_ymd,,,,,,,,,,\n"
YOUNG = (5, 12)
"""The rows of patients who were born after they were randomised."""
CHECKS = """\
  old: {label: Nobody is above 57, table: patients, severity: flag, columns: [age],
    expect: {age: {at_most: 57}}}
"""


def patients() -> list[dict]:
    rows = [row | {"born": f"{1980 - row['age']}-05-05"} for row in mini_run.patients()]
    for line in YOUNG:
        rows[line - 2]["born"] = "2021-05-05"
    return rows


@pytest.fixture(scope="module", params=["full", "restricted"])
def written(request, tmp_path_factory):
    root = tmp_path_factory.mktemp(request.param)
    trial = mini_trial.TRIAL.replace(PLACE, MILESTONES)
    run = mini_run.run_mini(
        root,
        patients(),
        more=("born",),
        trial=trial,
        dictionary=mini_trial.DICTIONARY + BORN,
        cleaning=mini_trial.CLEANING + CHECKS,
    )
    config = run.at.config / "config.yaml"
    text = re.sub("disclosure: .*", f"disclosure: {request.param}", config.read_text())
    config.write_text(text)
    folder = root / "items"
    assert main(["--project", str(root), "integrity", "mini", "-o", str(folder)]) == 0
    return request.param, folder


def lines(folder) -> list[dict[str, str]]:
    with (folder / "integrity.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_item_has_a_line_and_its_judgement_is_empty(written):
    _, folder = written
    found = lines(folder)
    assert list(dict.fromkeys(line["item"] for line in found)) == [one.number for one in ITEMS]
    assert {line["judgement"] for line in found} == {""}
    assert all(line["done"] for line in found)


def test_rows_are_shown_where_disclosure_is_full_and_counted_else(written):
    disclosure, folder = written
    (flag,) = (line for line in lines(folder) if line["where"] == "patients.seen")
    assert (flag["item"], flag["flagged"]) == ("4.2", "yes")
    assert flag["result"] == "2 of 20 dates are before birth"
    shown = "5, 12" if disclosure == "full" else "2 rows"
    assert flag["rows"] == shown
    page = (folder / "integrity.html").read_text(encoding="utf-8")
    assert f"<td>{shown}</td>" in page or shown in page
    assert ("<svg" in page) is (disclosure == "full")


def test_breaks_of_declared_checks_are_flags_of_item_6_1(written):
    disclosure, folder = written
    old = [line for line, row in enumerate(patients(), start=2) if row["age"] > 57]
    (flag,) = (line for line in lines(folder) if "checks.old" in line["result"])
    assert (flag["item"], flag["flagged"]) == ("6.1", "yes")
    assert f"{len(old)} of {len(patients())} break" in flag["result"] and len(old)
    shown = rows_text(tuple(old)) if disclosure == "full" else f"{len(old)} row"
    assert shown in flag["result"]
    assert (f"rows: {rows_text(tuple(old))}" in flag["result"]) is (disclosure == "full")


def test_a_restricted_report_holds_no_value_of_a_patient(written):
    disclosure, folder = written
    text = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert disclosure == "full" or not re.search(r"20(20|21)-0\d-\d\d|19\d\d-05-05", text)


def test_files_of_real_patients_are_their_owners_alone(written):
    _, folder = written
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"integrity.html": 0o600, "integrity.csv": 0o600}


def test_a_trial_without_a_run_is_refused(tmp_path, capsys):
    mini_run.write_mini(tmp_path)
    assert main(["--project", str(tmp_path), "integrity", "mini"]) == 1
    assert "mini" in capsys.readouterr().err


@pytest.mark.parametrize(("verdict", "flags"), [("differs", 1), ("equals", 0)])
def test_published_numbers_that_differ_are_flags_of_item_7_1(verdict, flags):
    claim = {"claim_id": "t1_age", "against_data": verdict, "data_finding": "41 for 40."}
    (one,) = (each for each in evidence([], [claim]) if each.item.number == "7.1")
    assert one.flags == flags
    assert ("t1_age: 41 for 40." in one.broken) is bool(flags)


def test_what_was_not_done_says_what_to_declare():
    items = {one.item.number: one for one in evidence([Look("p.x", "t", 1.0, check="far")], [])}
    assert "subjects.correlated in trial.yaml" in items["3.1"].done
    assert items["4.1"].done.startswith("Not done") and "enrolment" in items["4.1"].done
    assert items["7.1"].done.startswith("Not done") and items["6.1"].done.endswith(": 1 check.")
