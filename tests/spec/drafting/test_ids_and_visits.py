"""Ids that come again, codes that are no ids, visits by a bare 0, and sentences that are true."""

import random
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from made_exports import ARMS, write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting import visits
from trialtrace.run.drafting.declared import declared
from trialtrace.run.drafting.described import Described
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.profile import SOURCE_ROW
from trialtrace.run.drafting.questions import first_choice, guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.drafting.write_dictionary import columns_of

N = 60
TOLD = {"arm": "arm", "control": "Placebo"}
DRAW = random.Random(9)
SCORES = [DRAW.randint(0, 90) for _ in range(N)]


def drafted(folder: Path, head: str, rows: list[str], **told: str) -> Draft:
    write(folder / "trial.csv", [f"{head},arm,score", *_with_arms(rows)])
    return decide(profile([str(folder / "trial.csv")]), TOLD | told, guess_nothing_told)


def _with_arms(rows: list[str]) -> list[str]:
    return [f"{row},{ARMS[at % 2]},{SCORES[at]}" for at, row in enumerate(rows)]


@pytest.mark.parametrize("last", [["56", "57"], ["1", "2"]])
def test_two_ids_that_come_again_are_named(tmp_path: Path, last: list[str]):
    """With the same arm as before, or with another."""
    ids = [str(n) for n in range(N - 2)] + last
    draft = drafted(tmp_path, "patient", ids)
    assert draft.key(draft.home) == ("patient",)
    (guess,) = [one for one in draft.guesses if one.name == "key.trial"]
    for text in last:
        assert str(ids.index(text) + 1) in guess.evidence


@pytest.mark.parametrize("name", ["icd_code", "atc_code", "ICD10code", "postcode", "batch_no"])
def test_codes_of_other_things_are_no_patients(tmp_path: Path, name: str):
    rows = [str(n) for n in range(100, 100 + N)]
    draft = drafted(tmp_path, name, rows)
    assert draft.subject == {"trial": "source_row"}


def test_a_postcode_is_no_part_of_a_key(tmp_path: Path):
    draft = drafted(tmp_path, "hospital_id,postcode", [f"H{n % 9},{10000 + n}" for n in range(N)])
    assert "postcode" not in draft.key(draft.home)


def test_a_bare_0_is_the_visit_before_one_with_a_unit(tmp_path: Path):
    rows = [f"P{n},{100 + SCORES[n]},{90 + SCORES[-n]}" for n in range(N)]
    draft = drafted(tmp_path, "pid,sbp_0,sbp_12w", rows, primary="sbp_12w")
    assert draft.primary.columns == (("0", "sbp_0"), ("12w", "sbp_12w"))
    assert draft.primary.before == ("0",)


def test_a_quality_of_life_is_no_time(tmp_path: Path):
    rows = [f"P{n},{('No', 'Yes')[SCORES[n] % 2]},{SCORES[-n]}" for n in range(N)]
    assert drafted(tmp_path, "pid,Death,qol", rows, primary="qol").primary.kind == "measure"


def test_the_unit_at_the_beginning_of_a_name(tmp_path: Path):
    draft = drafted(tmp_path, "pid,days_followup", [f"P{n},{SCORES[n]}" for n in range(N)])
    assert draft.home.column("days_followup").unit == "days"


def test_a_status_that_all_share_is_told(tmp_path: Path):
    rows = [f"P{n},{SCORES[n]},0" for n in range(N)]
    told = {"primary": "os_months", "status": "os_status"}
    with pytest.raises(UserError, match="os_status, 0 in every row"):
        drafted(tmp_path, "pid,os_months,os_status", rows, **told)


def test_a_time_below_0_is_rejected_and_told(tmp_path: Path):
    rows = [f"P{n},{SCORES[n] if n else -3},{SCORES[-n] % 2}" for n in range(N)]
    draft = drafted(tmp_path, "pid,os_time,event", rows, primary="os_time", status="event")
    columns = columns_of(draft)
    (line,) = [one for one in columns.rows if one["field_name"] == "os_time"]
    assert line["minimum"] == "0"
    assert "least are -3" in " ".join(one.evidence for one in columns.guesses)


def test_two_words_of_a_sex_are_told(tmp_path: Path):
    draft = drafted(
        tmp_path, "pid,sex", [f"P{n},{('male', 'Female', 'M')[n % 3]}" for n in range(N)]
    )
    (guess,) = [one for one in columns_of(draft).guesses if one.name == "spelling.trial"]
    assert "Female, M, male are fewer sexes than words" in guess.evidence


def test_labels_of_codes_for_missing_alone_are_no_contradiction():
    tally = Tally()
    tally.add(pa.array([*map(str, SCORES), "99"]))
    about = Described(by="The SPSS file", choices=(("99", "not done"),), missing=("99",))
    kind = declared("pain", tally, about, ".")
    assert kind.missing == ("99",) and "contradiction" not in dict(kind.also)


def test_visits_that_some_lack_are_not_said_to_be_each_once(tmp_path: Path):
    lines = [
        f"{n},{v},{ARMS[n % 2]},{n % 7}" for n in range(40) for v in (0, 4) if (n, v) != (11, 4)
    ]
    write(tmp_path / "long.csv", ["pid,week,arm,score", *lines])
    (table,) = profile([str(tmp_path / "long.csv")])
    assert len(lines) == 79 and "no subject has a level twice" in table.evidence["visit"]


@pytest.mark.parametrize(
    "codes",
    [
        ["ses-01", "ses-02", "ses-10"],
        ["week-0", "week-4", "week-12"],
        ["Day -1", "Day 1", "Day 7"],
        ["Day-1", "Day1", "Day7"],
        ["2021-12-06", "2021-12-13", "2021-12-20"],
    ],
)
def test_visits_come_by_number_and_day(codes):
    """A dash before every number is none of a minus, and days do not come by their years."""
    choices = tuple((code, code) for code in reversed(codes))
    column = SimpleNamespace(name="time", type="dropdown", choices=choices, values=())
    assert [*visits.labels_of(column, codes[::-1])] == codes


@pytest.mark.parametrize(
    ("label", "is_subject"),
    [
        ("participant number", True),
        ("number of the patient", True),
        ("Numéro du patient", True),
        ("weight of the patient", False),
        ("number of patients in the ward", False),
        ("goats", False),
    ],
)
@pytest.mark.parametrize("name", ["record", "no"])
def test_a_label_that_says_who_is_numbered(tmp_path: Path, name: str, label: str, is_subject: bool):
    """Of a column with another value in each row, whatever it is called."""
    write(tmp_path / "book.txt", [f"{name}: {label}", "score: pain", "arm: arm by lot"])
    write(
        tmp_path / "trial.csv", [f"{name},arm,score", *_with_arms([f"{n + 7}" for n in range(N)])]
    )
    (table,) = profile([str(tmp_path)])
    assert (table.subject[:1] == (name,)) == is_subject


def test_a_label_that_all_rows_of_several_share_tells_no_patient(tmp_path: Path):
    """Of a site the number of the patient within it comes again."""
    write(tmp_path / "book.txt", ["slot: patient number", "score: pain", "arm: arm by lot"])
    write(tmp_path / "trial.csv", ["slot,arm,score", *_with_arms([f"{n % 20}" for n in range(N)])])
    (table,) = profile([str(tmp_path)])
    assert "slot" not in table.subject


@pytest.mark.parametrize("label", ["students identifier", "Identification number of the student"])
def test_a_number_by_its_label_is_no_variable_of_patients(tmp_path: Path, label: str):
    """Unique it is the patient; where it comes again it is nobody's value all the same, while a
    number without such a label describes patients."""
    for each in (1, 2):
        rows = [f"{n % 2},{4000 + n // each},{20 + n % 31},{n % 17}" for n in range(60)]
        write(tmp_path / "t.csv", ["arm,roll,weight,score", *rows])
        said = ["variable,label", f"roll,{label}", "weight,Weight at the start", "score,Score"]
        write(tmp_path / "codebook.csv", said)
        told = {"arm": "arm", "control": "0", "primary": "score", "design": "parallel"}
        draft = decide(profile([str(tmp_path)]), told, first_choice)
        assert draft.subject == {"data": "roll" if each == 1 else SOURCE_ROW}
        assert {*people(draft).variables.values()} == {"weight"}


def grouped(folder: Path, page: list[str]) -> Draft:
    """60 patients without an id, each with one of three values of a pid."""
    write(folder / "book.txt", [*page, "score: pain", "arm: arm by lot"])
    cells = [f"{n % 3 - 1}" for n in range(N)]
    write(folder / "trial.csv", ["pid,arm,score", *_with_arms(cells)])
    return decide(profile([str(folder)]), TOLD, guess_nothing_told)


def test_a_pid_of_parties_is_no_patient(tmp_path: Path):
    party = "pid: Party identification, -1=Republican, 0=Independent, 1=Democrat"
    draft = grouped(tmp_path, [party])
    (guess,) = [one for one in draft.guesses if one.name.startswith("subject")]
    assert (guess.value, draft.home.subject) == ("source_row", ())


def test_a_handful_of_patients_with_many_rows_each_is_a_guess(tmp_path: Path):
    draft = grouped(tmp_path, ["pid: Number of the patient"])
    (guess,) = [one for one in draft.guesses if one.name.startswith("subject")]
    assert guess.value == "pid" and guess.blinds and "3 different" in guess.evidence


def test_a_few_who_have_several_rows_are_no_guess(tmp_path: Path):
    """Eight patients in a crossover of four periods."""
    lines = [f"P{n % 8},{n // 8}" for n in range(32)]
    draft = drafted(tmp_path, "patient,period", lines, design="parallel", kind="mean")
    assert not [one for one in draft.guesses if one.name.startswith("subject")]


def test_a_row_without_an_id_is_the_cause_of_a_refusal(tmp_path: Path):
    made = [f"P{n},{'yn'[n % 2]}" if n != 4 else "," for n in range(N)]
    with pytest.raises(UserError) as caught:
        drafted(tmp_path, "id,asked", made)
    (problem,) = caught.value.problems
    assert "1 of 60 rows has no value (row 5)" in problem.found
    assert "--subject source_row, or leave it out: --where asked=" in problem.do


def test_a_row_without_an_id_and_without_an_arm_is_left_out(tmp_path: Path):
    """Nobody was drawn for it, which a guess says."""
    rows = [f"P{n},{'yn'[n % 2]},{n % 7}.5" if n != 4 else ",,4.5" for n in range(N)]
    write(tmp_path / "data.csv", ["id,treated,weight", *rows])
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    told = {one.name: one for one in made.guesses}["where"]
    assert (told.value, told.blinds) == ("treated=n,y", False)
    assert "1 of 60 rows has no value (row 5)" in told.evidence
    assert made.home.rows == N - 1 and made.home.subject == ("id",)


def test_rows_without_an_id_are_no_patient_though_an_outcome_is_told(tmp_path: Path):
    """Two of them would be one patient with two values."""
    made = [f"P{n},{n % 7}.5" if n not in (4, 9) else f",{n}" for n in range(N)]
    told = {"primary": "weight", "kind": "mean"}
    with pytest.raises(UserError, match=r"2 of 60 rows have no value \(row 5, row 10\)"):
        drafted(tmp_path, "id,weight", made, **told)
    assert drafted(tmp_path, "id,weight", made, primary="weight", subject="source_row")
    # One in each arm: no arm varies within them.
    made = [f"P{n},{n}" if n not in (4, 9) else f",{n}" for n in range(N)]
    with pytest.raises(UserError, match="2 of 60 rows have no value"):
        drafted(tmp_path, "id,height", made)
