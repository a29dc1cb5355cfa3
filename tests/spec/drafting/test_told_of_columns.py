"""What names and labels say of columns that describe nobody, of an age, and of rows."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

TOLD = {"arm": "arm", "control": "placebo", "primary": "final_score"}
ARMS = ("violin", "placebo")


def drafted(folder: Path, **told: str) -> Draft:
    return decide(profile([str(folder)]), told, first_choice)


def pupils(folder: Path, name: str, label: str = "") -> Draft:
    """Pupils with a number under a name, which a codebook may describe."""
    draw = random.Random(3)
    rows = [
        f"P{n},{ARMS[n % 2]},{draw.randint(6, 48)},{n * 7 % 19}.5,{draw.randint(1, 9)}"
        for n in range(80)
    ]
    write(folder / "music.csv", [f"pupil_id,arm,{name},final_score,songs_before", *rows])
    if label:
        text = f"pupil_id: who\n{name}: {label}\nsongs_before: songs known\n"
        (folder / "codebook.txt").write_text(text, "utf-8")
    return drafted(folder, **TOLD)


@pytest.mark.parametrize(("name", "unit"), [("age", "years"), ("age_months", "months")])
@pytest.mark.parametrize("label", ["", "the age of the pupil"])
def test_an_age_of_a_patient(tmp_path: Path, name: str, unit: str, label: str):
    assert people(pupils(tmp_path, name, label)).age == (name, unit)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *((name, "") for name in ("age_stop", "age_onset", "mom_age", "age_at_death")),
        ("lesson_age", "age of the lesson, hours"),
    ],
)
def test_an_age_of_something_else(tmp_path: Path, name: str, label: str):
    assert people(pupils(tmp_path, name, label)).age is None


@pytest.mark.parametrize(
    ("name", "label"),
    [("idade", "idade em meses no início"), ("alter", "Alter in Monaten bei Beginn")],
)
def test_the_unit_of_an_age_in_a_label(tmp_path: Path, name: str, label: str):
    label = label.replace("Monaten", "Monate")
    assert people(pupils(tmp_path, name, label)).age == (name, "months")


@pytest.mark.parametrize("name", ["opened", "clicked", "unsubscribed", "age_stop"])
def test_what_came_later_describes_nobody(tmp_path: Path, name: str):
    who = people(pupils(tmp_path, name))
    assert name not in who.variables.values() and name in who.left_out


def test_a_weight_of_sampling_is_none_of_a_body(tmp_path: Path):
    draft = pupils(tmp_path, "wt", "Inverse-probability-of-sampling weights of the pupils")
    assert draft.home.column("wt").bounds is None
    assert people(draft).left_out["wt"] == "a weight of sampling"


def test_a_weight_of_a_body_has_bounds(tmp_path: Path):
    draft = pupils(tmp_path, "wt", "Body weight")
    assert draft.home.column("wt").bounds and "wt" in people(draft).variables.values()


def throws(each: int) -> list[str]:
    """Points of darts, of which a player has the same again and again in one arm."""
    draw = random.Random(8)
    return [
        f"D{n},{ARMS[n % 2]},{n % 5},{draw.randint(0, 15)}" for n in range(40) for _ in range(each)
    ]


def test_trials_of_a_person_that_are_alike_are_no_copies(
    at: Project, call: Callable[..., int], capsys
):
    path = at.root / "data" / "darts.csv"
    write(path, ["player_id,arm,years_before,points", *throws(12)])
    assert call("new", "mine", path, "--yes", "--primary", "points", "--kind", "mean") == 0
    said = capsys.readouterr().out
    assert "trials of a person may be the same by chance" in said and "drop them" not in said


def test_a_file_that_stands_in_itself_twice_is_copies(
    at: Project, call: Callable[..., int], capsys
):
    path, draw = at.root / "data" / "darts.csv", random.Random(9)
    rows = [f"D{n},{ARMS[n % 2]},{draw.uniform(0, 99):.3f}" for n in range(40) for _ in range(6)]
    write(path, ["player_id,arm,points", *rows, *rows])
    call("new", "mine", path, "--yes", "--primary", "points", "--kind", "mean")
    said = capsys.readouterr()
    assert "240 of 480 rows are exact copies" in said.out + said.err
