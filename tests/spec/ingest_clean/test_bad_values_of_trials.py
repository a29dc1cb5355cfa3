"""Bad values in the export of each synthetic trial: listed with their rule, at their line, counted.

A case changes rows of the trial's own export, cleans it by the trial's own configuration, and says
what is listed beyond the mess that is there anyway.
"""

import csv
import datetime
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from mini_trial import REPOSITORY

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_json
from trialtrace.run.cleaning.account import Excluded, read_account
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.synthetic import make, raw_tables
from trialtrace.run.synthetic.export import Export
from trialtrace.run.tables.contracts import CLEAN, RAW, REJECTS, conform, read_table, write_table
from trialtrace.run.trial.cleaning import OnConflict
from trialtrace.run.trial.load import Trial, load_trial

pytestmark = pytest.mark.full

Row = dict[str, str]
Listed = Counter[tuple[str, str | None, str, str]]


@dataclass(frozen=True)
class Cohort:
    """A trial, its export, the rows of its forms, and what cleaning lists of it as it is."""

    trial: Trial
    made: Export
    forms: dict[str, list[Row]]
    listed: Listed

    def date(self, record: str, days: int, column: str = "randomised_on") -> str:
        """Days after a date of the patients' form."""
        row = next(row for row in self.forms["patients"] if row["record_id"] == record)
        moved = datetime.date.fromisoformat(row[column]) + datetime.timedelta(days)
        return moved.isoformat()

    def death(self, record: str, days: int) -> str:
        """Days after the death of a patient who has died."""
        row = next(row for row in self.forms["follow_up"] if row["record_id"] == record)
        assert len(row["died_on"]) == 10, "a patient who has died"
        moved = datetime.date.fromisoformat(row["died_on"]) + datetime.timedelta(days)
        return moved.isoformat()


def separator_of(trial: Trial, form: str) -> str:
    return trial.source.items[form].separator or ","


def rows_of(trial: Trial, form: str, data: bytes) -> list[Row]:
    text = io.StringIO(data.decode(trial.source.items[form].encoding or "utf-8"))
    return list(csv.DictReader(text, delimiter=separator_of(trial, form)))


def cleaned(trial: Trial, made: Export, out: Path) -> Listed:
    for raw in raw_tables(trial, trial.source, made):
        write_table(out / "raw" / f"{raw.name}.parquet", conform(raw.table(), RAW, raw.name), RAW)
    write_json(out / "raw" / "manifest.json", {"tables": {}})
    clean_tables(trial, out / "raw", out / "clean")
    rejects = read_table(out / "clean" / "rejects.parquet", REJECTS).to_pylist()
    return Counter((r["table"], r["column"], r["rule"], r["severity"]) for r in rejects)


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Cohort]:
    known: dict[str, Cohort] = {}

    def cohort(name: str) -> Cohort:
        if name not in known:
            trial = load_trial(name, Project(REPOSITORY))
            made = make(trial)
            forms = {
                form: rows_of(trial, form, made.files[f"{form}.csv"]) for form in trial.source.items
            }
            listed = cleaned(trial, made, tmp_path_factory.mktemp(name))
            known[name] = Cohort(trial, made, forms, listed)
        return known[name]

    return cohort


def with_rows(cohort: Cohort, form: str, rows: list[Row]) -> Export:
    """The export with other rows in a form."""
    text = io.StringIO()
    names = list(cohort.forms[form][0])
    writer = csv.DictWriter(
        text, names, delimiter=separator_of(cohort.trial, form), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    encoding = cohort.trial.source.items[form].encoding or "utf-8"
    files = cohort.made.files | {f"{form}.csv": text.getvalue().encode(encoding)}
    return replace(cohort.made, files=files)


Put = dict[str, str] | Callable[[Cohort, Row], dict[str, str]]


def put(form: str, where: Callable[[Row], Any], values: Put) -> Callable[[Cohort], Export]:
    """Other values in the first row that is so."""

    def change(cohort: Cohort) -> Export:
        rows = [dict(row) for row in cohort.forms[form]]
        row = next(row for row in rows if where(row))
        row |= values(cohort, row) if callable(values) else values
        return with_rows(cohort, form, rows)

    return change


def drop(form: str, where: Callable[[Row], Any]) -> Callable[[Cohort], Export]:
    def change(cohort: Cohort) -> Export:
        rows = [row for row in cohort.forms[form] if not where(row)]
        assert len(rows) < len(cohort.forms[form])
        return with_rows(cohort, form, rows)

    return change


def again(form: str, values: dict[str, str]) -> Callable[[Cohort], Export]:
    """The first row once more at the end, with other values."""

    def change(cohort: Cohort) -> Export:
        rows = cohort.forms[form]
        return with_rows(cohort, form, [*rows, rows[0] | values])

    return change


def number(text: str) -> float:
    return float(text) if text not in ("", "-99") and text.replace(".", "").isdigit() else -1.0


STRECKMANN = {
    "a questionnaire item of 5": (
        put("qlq_c30", lambda r: r["q1"] in "1234" and r["q1"], {"q1": "5"}),
        {("qlq_c30", "q1", "above_maximum", "reject"): 1},
    ),
    "a questionnaire item of 2.5": (
        put("qlq_c30", lambda r: r["q1"] in "1234" and r["q1"], {"q1": "2.5"}),
        {("qlq_c30", "q1", "not_an_integer", "reject"): 1},
    ),
    "VAS in mm among cm": (
        put("vas", lambda r: r["vas_unit"] == "cm" and number(r["pain"]) >= 0, {"pain": "45"}),
        {("vas", "pain", "pain_on_the_scale", "reject"): 1},
    ),
    "a dose of 0 without a reason": (
        put(
            "cycles",
            lambda r: number(r["delivered_dose"]) > 0 and not r["reason"],
            {"delivered_dose": "0"},
        ),
        {("cycles", "reason", "change_has_a_reason", "flag"): 1},
    ),
    "a negative dose": (
        put("cycles", lambda r: number(r["delivered_dose"]) > 0, {"delivered_dose": "-85"}),
        {("cycles", "delivered_dose", "below_minimum", "reject"): 1},
    ),
    "a delivered dose without a planned one": (
        put("cycles", lambda r: number(r["delivered_dose"]) > 0, {"planned_dose": ""}),
        {("cycles", "delivered_dose", "dose_with_a_plan", "reject"): 1},
    ),
    "an unknown drug": (
        put("cycles", lambda r: r["agent"], {"agent": "taxol"}),
        {("cycles", "agent", "unknown_code", "reject"): 1},
    ),
    "a drug of the other stratum": (
        put("cycles", lambda r: r["agent"] == "oxaliplatin", {"agent": "vincristine"}),
        {("cycles", "agent", "drug_of_the_stratum", "flag"): 1},
    ),
    "an examination before randomisation": (
        put(
            "examination",
            lambda r: r["visit"] == "baseline",
            lambda c, r: {"exam_date": c.date(r["record_id"], -3)},
        ),
        {("examination", "exam_date", "examined_after_randomisation", "reject"): 1},
    ),
    "a death before the last visit": (
        put(
            "follow_up", lambda r: r["died_on"], lambda c, r: {"died_on": c.date(r["record_id"], 9)}
        ),
        {
            ("follow_up", "died_on", "death_after_last_visit", "flag"): 1,
            ("cycles", "given_on", "given_before_death", "flag"): 7,
        },
    ),
    "a tuning fork of 9": (
        put("tuning_fork", lambda r: number(r["fork"]) >= 0, {"fork": "9"}),
        {("tuning_fork", "fork", "above_maximum", "reject"): 1},
    ),
    "ten times the planned dose": (
        put("cycles", lambda r: r["delivered_dose"] == "1.4", {"delivered_dose": "14"}),
        {("cycles", "delivered_dose", "dose_within_the_plan", "flag"): 1},
    ),
    "a dose without a date": (
        put("cycles", lambda r: number(r["delivered_dose"]) > 0, {"given_on": ""}),
        {("cycles", "given_on", "dose_has_a_date", "flag"): 1},
    ),
    "a dose before its planned date": (
        put(
            "cycles",
            lambda r: r["cycle"] == "5" and r["given_on"],
            lambda c, r: {"given_on": c.date(r["record_id"], 20)},
        ),
        {("cycles", "given_on", "given_when_planned", "flag"): 1},
    ),
    "a session before randomisation": (
        put(
            "sessions",
            lambda r: r["record_id"] > "S100",
            lambda c, r: {"session_on": c.date(r["record_id"], -3)},
        ),
        {("sessions", "session_on", "attended_after_randomisation", "flag"): 1},
    ),
    "an adverse event before randomisation": (
        put(
            "adverse_events",
            lambda r: r["record_id"] > "S100",
            lambda c, r: {"ae_onset": c.date(r["record_id"], -3)},
        ),
        {("adverse_events", "ae_onset", "event_after_randomisation", "flag"): 1},
    ),
    "a last contact before the last visit": (
        put(
            "follow_up",
            lambda r: r["died"] == "0" and not r["progressed_on"],
            lambda c, r: {"last_contact": c.date(r["record_id"], 9)},
        ),
        {("follow_up", "last_contact", "contact_after_last_visit", "flag"): 1},
    ),
    "a date of death of one of whom no death is told": (
        put("follow_up", lambda r: r["died_on"], {"died": ""}),
        {("follow_up", "died_on", "no_date_without_death", "flag"): 1},
    ),
    "an arm switch in place, from training": (
        put("patients", lambda r: r["arm"] == "smt", {"arm": "tau"}),
        {("sessions", "attended", "no_session_without_training", "flag"): 48},
    ),
    "an arm switch in place, to training": (
        put("patients", lambda r: r["arm"] == "tau", {"arm": "smt"}),
        {("patients", "arm", "training_has_sessions", "flag"): 1},
    ),
    "a patient under a second number, in another stratum": (
        again("patients", {"record_id": "S159", "drug": "oxaliplatin", "arm": "tau"}),
        {
            ("patients", column, "one_person_one_record", "flag"): 2
            for column in ("randomised_on", "centre", "age", "sex")
        },
    ),
}
MUSARO = {
    "both sides stimulated, in strength": (
        put("strength", lambda r: r["treatment"] == "sham", {"treatment": "real"}),
        {("strength", "treatment", "real_side_of_strength", "reject"): 1},
    ),
    "both sides stimulated, in amplitudes": (
        put("cmap", lambda r: r["treatment"] == "sham", {"treatment": "real"}),
        {
            ("cmap", "treatment", "one_real_side_of_cmap", "flag"): 2,
            ("cmap", "treatment", "real_side_of_cmap", "reject"): 1,
        },
    ),
    "a grade of 4+/5": (
        put("strength", lambda r: r["mrc"] == "5", {"mrc": "4+/5"}),
        {("strength", "mrc", "unknown_code", "reject"): 1},
    ),
    "a grade of 4+, which the dictionary has": (
        put("strength", lambda r: r["mrc"] == "5", {"mrc": "4+"}),
        {},
    ),
    "a grade of 4-, which the dictionary has": (
        put("strength", lambda r: r["mrc"] == "5", {"mrc": "4-"}),
        {},
    ),
    "a threshold cycle of 40, which is the end of the run": (
        put("ct", lambda r: r["gene"] == "IGF1", {"ct": "40"}),
        {},
    ),
    "a threshold cycle of 41": (
        put("ct", lambda r: r["gene"] == "IGF1", {"ct": "41"}),
        {("ct", "ct", "above_maximum", "reject"): 1},
    ),
}
SPRAVE = {
    "a session on a day after death": (
        put(
            "sessions",
            lambda r: r["done"] == "1",
            lambda c, r: {"planned_on": c.death(r["record_id"], 3)},
        ),
        {("sessions", "done", "no_session_after_death", "reject"): 1},
    ),
    "a session beyond the fractions": (
        again("sessions", {"session": "41", "phase": "rt", "done": "1"}),
        {("sessions", "done", "sessions_within_fractions", "reject"): 1},
    ),
    "a session beyond the plan": (
        again("sessions", {"session": "121", "phase": "home", "done": "1"}),
        {("sessions", "done", "sessions_within_plan", "reject"): 1},
    ),
    "an unknown opioid": (
        put("opioids", lambda r: r["drug"] == "morphine", {"drug": "pethidine"}),
        {
            ("opioids", "drug", "unknown_code", "reject"): 1,
            ("opioids", "dose", "dose_has_a_drug", "reject"): 1,
        },
    ),
    "a dose without a route": (
        put("opioids", lambda r: r["drug"] == "morphine", {"route": ""}),
        {("opioids", "dose", "dose_has_a_route", "reject"): 1},
    ),
    "a dose of no opioid": (
        put("opioids", lambda r: r["drug"] == "none", {"dose": "30"}),
        {("opioids", "dose", "no_dose_of_nothing", "reject"): 1},
    ),
    "an opioid at a dose of 0": (
        put(
            "opioids", lambda r: r["drug"] == "morphine" and r["visit"] == "baseline", {"dose": "0"}
        ),
        {("opioids", "dose", "opioid_has_a_dose", "flag"): 1},
    ),
    "no pain at baseline": (
        put("pain", lambda r: r["visit"] == "baseline" and number(r["vas"]) > 0, {"vas": ""}),
        {},
    ),
    "pain in mm": (
        put("pain", lambda r: number(r["vas"]) > 0, {"vas": "55"}),
        {("pain", "vas", "above_maximum", "reject"): 1},
    ),
    "a CT after death": (
        put(
            "imaging",
            lambda r: r["visit"] == "end_rt",
            lambda c, r: {"imaged_on": c.death(r["record_id"], 8)},
        ),
        {
            ("imaging", column, "image_before_death", "reject"): 1
            for column in ("imaged_on", "density", "local_progress", "new_fracture")
        },
    ),
}


def after_death(cohort: Cohort) -> tuple[str, dict[str, dict[str, str]]]:
    """One who died and had sessions, and what is dated after the death in three forms."""
    dead = {r["record_id"] for r in cohort.forms["follow_up"] if r["died"] == "1"}
    one = next(r["record_id"] for r in cohort.forms["sessions"] if r["record_id"] in dead)
    later = cohort.death(one, 30)
    return one, {
        "sessions": {"session_on": later, "attended": "1", "minutes": ""},
        "cycles": {"given_on": later},
        "adverse_events": {"ae_onset": later},
    }


def found(cohorts: Any, name: str, case: Any, out: Path) -> tuple[Listed, Cohort]:
    cohort = cohorts(name)
    return cleaned(cohort.trial, case(cohort), out) - cohort.listed, cohort


@pytest.mark.parametrize("bad", STRECKMANN)
def test_bad_values_of_streckmann2024(cohorts: Any, tmp_path: Path, bad: str):
    case, expected = STRECKMANN[bad]
    listed, _ = found(cohorts, "streckmann2024", case, tmp_path)
    assert listed == Counter(expected)


@pytest.mark.parametrize(
    "form, column, rule",
    [
        ("sessions", "attended", "attended_before_death"),
        ("cycles", "given_on", "given_before_death"),
        ("adverse_events", "ae_onset", "event_before_death"),
    ],
)
def test_nothing_happens_after_death(cohorts: Any, tmp_path: Path, form, column, rule):
    cohort = cohorts("streckmann2024")
    one, values = after_death(cohort)
    where = (lambda r: r["record_id"] == one) if form != "adverse_events" else (lambda r: True)
    case = put(form, where, values[form] | {"record_id": one})
    listed, _ = found(cohorts, "streckmann2024", case, tmp_path)
    assert listed == Counter({(form, column, rule, "flag"): 1})


@pytest.mark.parametrize("bad", MUSARO)
def test_bad_values_of_musaro2019(cohorts: Any, tmp_path: Path, bad: str):
    case, expected = MUSARO[bad]
    listed, _ = found(cohorts, "musaro2019", case, tmp_path)
    assert listed == Counter(expected)


@pytest.mark.parametrize("bad", SPRAVE)
def test_bad_values_of_sprave2019(cohorts: Any, tmp_path: Path, bad: str):
    case, expected = SPRAVE[bad]
    listed, _ = found(cohorts, "sprave2019", case, tmp_path)
    assert listed == Counter(expected)


def twice(cohort: Cohort, changed: str) -> Export:
    """The first patient once more, in another arm or stratum."""
    own = cohort.forms["patients"][0]
    other = next(row[changed] for row in cohort.forms["patients"] if row[changed] != own[changed])
    return again("patients", {changed: other})(cohort)


@pytest.mark.parametrize("changed", ["arm", "drug"])
def test_a_patient_who_is_there_twice_stops_the_run(cohorts: Any, tmp_path: Path, changed: str):
    """An arm switch, or two strata: nothing says which row is right."""
    cohort = cohorts("streckmann2024")
    with pytest.raises(UserError) as caught:
        cleaned(cohort.trial, twice(cohort, changed), tmp_path)
    message = str(caught.value)
    assert "2 of 159 rows share their record_id and differ: " in message
    assert "lines 2, 160" in message
    assert "two versions of a row" in message
    assert "would be unique" not in message


def test_a_patient_who_is_there_twice_may_be_left_out_with_a_reason(cohorts: Any, tmp_path: Path):
    cohort = cohorts("streckmann2024")
    trial = load_trial("streckmann2024", Project(REPOSITORY))
    rules = trial.cleaning.tables["patients"]
    object.__setattr__(rules, "on_conflict", OnConflict(reject="neither record is signed"))
    listed = cleaned(trial, twice(cohort, "arm"), tmp_path) - cohort.listed
    assert listed["patients", None, "duplicate_key", "reject"] == 2
    lost = {key[0] for key in listed if key[2] == "excluded_subject"}
    assert {"examination", "qlq_c30", "cycles"} <= lost
    assert {key[2] for key in listed} == {"duplicate_key", "excluded_subject"}
    who = read_account(tmp_path / "clean").subjects
    assert (who.in_export, who.kept) == (158, 157)
    assert who.excluded == (Excluded(1, "duplicate_key: neither record is signed"),)


def test_a_questionnaire_without_any_answer_is_missing_not_wrong(cohorts: Any, tmp_path: Path):
    items = {f"q{number}": "" for number in range(1, 31)}
    case = put("qlq_c30", lambda r: all(r[item] for item in items), items)
    listed, _ = found(cohorts, "streckmann2024", case, tmp_path)
    assert listed == Counter()


def test_a_patient_of_musaro2019_with_one_side_only(cohorts: Any, tmp_path: Path):
    cohort = cohorts("musaro2019")
    one = cohort.forms["strength"][0]["record_id"]
    case = drop("strength", lambda r: r["record_id"] == one and r["side"] == "r")
    listed, _ = found(cohorts, "musaro2019", case, tmp_path)
    left = sum(r["record_id"] == one and r["side"] == "l" for r in cohort.forms["strength"])
    assert listed == Counter({("strength", "side", "both_sides_graded", "flag"): left})


def test_a_sample_without_its_reference_gene(cohorts: Any, tmp_path: Path):
    cohort = cohorts("musaro2019")
    one = {k: cohort.forms["ct"][0][k] for k in ("record_id", "side")}
    case = drop("ct", lambda r: r["gene"] == "GAPDH" and one.items() <= r.items())
    listed, _ = found(cohorts, "musaro2019", case, tmp_path)
    left = sum(one.items() <= r.items() and r["gene"] != "GAPDH" for r in cohort.forms["ct"])
    assert listed == Counter({("ct", "gene", "reference_genes", "flag"): left})


@pytest.mark.parametrize("sides", [["r"], ["l", "r"]])
def test_a_biopsy_without_fibres(cohorts: Any, tmp_path: Path, sides: list[str]):
    cohort = cohorts("musaro2019")
    one = cohort.forms["fibres"][0]["record_id"]
    case = drop("fibres", lambda r: r["record_id"] == one and r["side"] in sides)
    listed, _ = found(cohorts, "musaro2019", case, tmp_path)
    samples = sum(r["record_id"] == one and r["side"] in sides for r in cohort.forms["ct"])
    assert listed["ct", "side", "biopsy_has_fibres", "flag"] == samples > 0


def test_a_threshold_cycle_of_40_is_kept(cohorts: Any, tmp_path: Path):
    case, _ = MUSARO["a threshold cycle of 40, which is the end of the run"]
    found(cohorts, "musaro2019", case, tmp_path)
    values = read_table(tmp_path / "clean" / "ct.parquet", CLEAN)["ct"].to_pylist()
    assert 40.0 in values
