"""What endpoints cannot use: by count, by arm, by event; and endpoints that tell nobody apart."""

import datetime

import mini_run
import pytest
from mini_trial import DICTIONARY, ENDPOINTS, TRIAL

from trialtrace.report.commands.closing import closing_lines
from trialtrace.report.material import Material
from trialtrace.report.page_one.page import page_one
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.endpoints.losses import EndpointLosses, read_losses
from trialtrace.run.rehearsal.data import rehearse
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_settings, load_trial

MORE = ("entered", "died_on", "last_on")
DATES = "".join(f"{name},patients,,text,{name},,,date_ymd,,,,,,,,,,\n" for name in MORE)
WITH_DATES = TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    entered: entered\n")
SURVIVAL = """\
survival:
  label: Overall survival
  code: OS
  kind: time_to_event
  table: patients
  start: entered
  last_contact: last_on
  terminal: true
  day_of_start: 0
  event_date: died_on
  event: {died: {is: "1"}}
  event_label: Death
  censored_label: Alive
"""
DIED = 44


def patients(n: int = 120, dead: int = DIED) -> list[dict]:
    """Of each arm half; the first ones died, in turn in both arms."""
    rows = [mini_run.patients()[at % 19] | {"id": at + 1, "arm": "AB"[at % 2]} for at in range(n)]
    for at, row in enumerate(rows):
        died = at < dead
        last = datetime.date(2020, 3, 1) + datetime.timedelta(days=at)
        row |= {"died": int(died), "died_on": last if died else "", "last_on": last}
        row |= {"entered": "2020-01-15", "pain1": at % 4}
    return rows


def later(row: dict, days: int) -> None:
    row["last_on"] += datetime.timedelta(days=days)


def made(root, rows, endpoints: str = SURVIVAL):
    files = {"endpoints": ENDPOINTS + endpoints, "dictionary": DICTIONARY + DATES}
    at = mini_run.write_mini(root, rows, more=MORE, trial=WITH_DATES, **files)
    return load_trial("mini", at)


def losses(root, rows, endpoints: str = SURVIVAL) -> EndpointLosses:
    trial = made(root, rows, endpoints)
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    derive_datasets(trial, root / "clean", root / "derived")
    return read_losses(root / "derived")


def red(root, rows, endpoints: str = SURVIVAL) -> list[str]:
    """What endpoints lose; that the rows are nineteen patients again and again is a line too, and
    so is a last contact before entry or after death."""
    warnings = losses(root, rows, endpoints).warnings
    of_rows = ("unusual_rows", "remark", "contradiction")
    return [one.text for one in warnings if one.kind not in of_rows]


def test_every_death_a_day_before_the_last_contact(tmp_path):
    rows = patients()
    for row in rows[:DIED]:
        later(row, 1)
    (line,) = red(tmp_path, rows)
    assert "cannot use 44 of 120 patients (36.7 %), by cells: contact after event 44." in line
    assert "By arm: Drug 22 of 60, Placebo 22 of 60." in line
    assert "with the event 44 of 44, of the others 0 of 76." in line


def test_nothing_lost_is_no_line(tmp_path):
    assert red(tmp_path, patients()) == []


@pytest.mark.parametrize(("lost", "told"), [(2, False), (3, True)])
def test_few_that_all_had_the_event_are_told_above_one_in_twenty_of_these(tmp_path, lost, told):
    """2 and 3 of 120 are far below, and 2 of 44 with the event still are."""
    rows = patients()
    for row in rows[:lost]:
        later(row, 1)
    lines = red(tmp_path, rows)
    assert bool(lines) == told and (not told or "with the event 3 of 44" in lines[0])


@pytest.mark.parametrize(("lost", "told"), [(3, False), (4, True)])
def test_few_of_one_arm_are_told_above_one_in_twenty_of_it(tmp_path, lost, told):
    """Those without the event, whose last contact is before the start: 4 of 60, and of 120."""
    rows = patients()
    for row in [row for row in rows[DIED:] if row["arm"] == "A"][:lost]:
        row["last_on"] = "2019-12-31"
    lines = [line for line in red(tmp_path, rows) if line.startswith("Endpoint")]
    assert bool(lines) == told and (not told or "Drug 4 of 60, Placebo 0 of 60" in lines[0])


def test_a_last_contact_far_in_the_future_takes_the_dead_alone(tmp_path):
    rows = patients()
    for row in [*rows[:11], *rows[-9:]]:
        row["last_on"] = "2099-01-01"
    (line,) = red(tmp_path, rows)
    assert "Of those with the event 11 of 44, of the others 0 of 76." in line


def test_a_death_without_a_date_is_an_event_and_a_date_without_a_death_is_none(tmp_path):
    rows = patients()
    for row in rows[:4]:
        row["died_on"] = ""
    rows[-1]["died_on"] = rows[-1]["last_on"]
    (line,) = red(tmp_path, rows)
    assert "event without date 4, date without event 1" in line
    assert "with the event 4 of 44, of the others 1 of 76" in line


def test_rows_are_counted_where_a_patient_has_several(tmp_path):
    """An event of adverse events is on a row; here those of one patient come before the start."""
    recurrent = """\
nauseas:
  label: Attacks
  code: ATTACKS
  kind: recurrent_events
  table: adverse
  date: seen_on
  start: entered
  end: ended
  same_time: once
  event_label: Attack
  censored_label: End
"""
    trial = WITH_DATES.replace(
        "    entered: entered\n", "    entered: entered\n    ended: last_on\n"
    )
    dictionary = DICTIONARY + DATES + "seen_on,adverse,,text,Seen,,,date_ymd,,,,,,,,,,\n"
    files = {"trial": trial, "dictionary": dictionary, "endpoints": ENDPOINTS + recurrent}
    at = mini_run.write_mini(tmp_path, patients(), more=MORE, **files)
    rows = [f"{n},nausea,2020-02-0{n % 9 + 1}" for n in range(1, 31)]
    rows[:2] = ["1,nausea,2019-02-01", "2,nausea,2019-02-01"]
    text = "\n".join(["id,what,seen_on", *rows]) + "\n"
    (at.root / "data" / "events.csv").write_text(text)
    found = rehearse(load_trial("mini", at))
    assert found.problems == []
    (line,) = [one for one in found.remarks if one.startswith("Endpoint nauseas")]
    assert "cannot use 2 of 120 patients (1.7 %), by cells: event not after start 2." in line
    assert "Of those with the event 2 of 30, of the others 0 of 90." in line


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    rows = patients()
    for row in rows[:DIED]:
        later(row, 1)
        row["relief"] = 0
    for row in rows[DIED:]:
        row["relief"] = 0
    files = {"endpoints": ENDPOINTS + SURVIVAL, "dictionary": DICTIONARY + DATES}
    claims = "papers: {}\nclaims: {}\n"
    root = tmp_path_factory.mktemp("losses")
    return mini_run.run_mini(root, rows, more=MORE, trial=WITH_DATES, claims=claims, **files)


def test_it_stands_on_page_1_and_in_the_last_lines_of_a_run(run):
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    told = "Endpoint survival (Overall survival) cannot use 44 of 120 patients"
    assert [line for line in material.red_lines if told in line]
    (rows,) = (line for line in material.red_lines if line.startswith("Rows 2–45 of patients, "))
    assert "44 of 44 dates are before the last contact" in rows
    block = page_one(material, {})
    assert block.startswith("::: {.lost}") and "cannot use 44 of 120 patients" in block
    stages = ("clean_tables", "derive_datasets")
    lines = closing_lines(run.folder, "mini", stages)
    assert [line for line in lines if line.startswith(f"  ! {told}")]
    assert closing_lines(run.folder, "mini", ("clean_tables",)) == [lines[0].split(", 44 not")[0]]


def notes(root, change, endpoints: str = "") -> list[str]:
    rows = patients()
    for row in rows:
        change(row)
    return [one.text for one in losses(root, rows, endpoints).notes]


def test_events_of_everybody_and_one_value_of_everybody(tmp_path):
    found = notes(tmp_path, lambda row: row.update(relief=1, died=1, pain0=5))
    assert found[0].startswith(
        "All patients have relief (Relief; 120 of 120), death (Death; 120 of"
    )
    assert found[1] == "All values are equal: first_pain (Pain before; 120 values)."


def test_no_death_is_told_and_another_endpoint_is_not(tmp_path):
    (line,) = notes(tmp_path, lambda row: row.update(died=0))
    assert line.startswith("No patient has death (Death; 0 of 120). ")


def test_a_condition_that_nothing_can_meet(tmp_path):
    impossible = """\
never:
  label: Relief of the dead
  code: NEVER
  kind: event
  table: patients
  event: {all: [{relief: {is: "1"}}, {relief: {is: "0"}}]}
"""
    (line,) = notes(tmp_path, lambda row: None, impossible)
    assert line.startswith("No patient has never (Relief of the dead; 0 of 120). ")
