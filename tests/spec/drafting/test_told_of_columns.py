"""What names and labels say of columns that describe nobody, of an age, and of rows."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
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
        ("out_age", "age at discharge from school"),
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


def test_before_the_experiment_is_before(tmp_path: Path):
    draft = pupils(tmp_path, "tones", "tones heard before the experiment")
    assert "tones" in people(draft).variables.values()
    assert all("tones" not in one.names for one in draft.others)


@pytest.mark.parametrize(
    "label",
    [
        "Inverse-probability-of-sampling weights of the pupils",
        "post-stratification factor",
        "Raking weight",
    ],
)
def test_a_weight_of_sampling_is_none_of_a_body(tmp_path: Path, label: str):
    draft = pupils(tmp_path, "wt", label)
    assert draft.home.column("wt").bounds is None
    assert people(draft).left_out["wt"] == "a weight of sampling"


def test_a_text_that_says_that_a_weight_is_of_sampling(tmp_path: Path):
    rows = [f"{n},{ARMS[n % 2]},{1 + n % 17},{n % 23}" for n in range(60)]
    texts = {
        "Pupils of a school. weight: sampling weight. tones: heard.": True,
        "The weight of pupils by sampling weights is not known.": False,
    }
    for text, is_one in texts.items():
        (tmp_path / "notes.txt").write_text(text, "utf-8")
        write(tmp_path / "pupils.csv", ["pupil,arm,weight,tones", *rows])
        told = {"arm": "arm", "control": ARMS[0], "primary": "tones"}
        draft = decide(profile([str(tmp_path)]), told, first_choice)
        assert ("weight" in people(draft).left_out) == is_one
        assert (draft.home.column("weight").bounds is None) == is_one


@pytest.mark.parametrize(
    ("label", "of_a_pupil"),
    [
        ("Age of the piano, years", False),
        ("age of the instrument", False),
        ("Age of the pupil, years", True),
        ("Age of each young person", True),
        ("Age in years", True),
    ],
)
def test_the_age_of_a_thing_is_no_age_of_a_pupil(tmp_path: Path, label: str, of_a_pupil: bool):
    draft = pupils(tmp_path, "age", label)
    who = people(draft)
    assert (who.age == ("age", "years")) == of_a_pupil
    assert ("age" in who.variables.values()) != of_a_pupil
    assert (draft.home.column("age").bounds is not None) == of_a_pupil


@pytest.mark.parametrize(
    ("label", "missing"),
    [
        ("joy of playing 1 to 5, 8 = does not know", True),
        ("joy of playing 1 to 5 (8 = not asked)", True),
        ("joy of playing, 8 = very high", False),
    ],
)
def test_a_code_of_a_label_for_who_does_not_know(tmp_path: Path, label: str, missing: bool):
    rows = [f"{n},{ARMS[n % 2]},{(1, 2, 3, 4, 5, 8)[n % 6]},{n % 23}" for n in range(60)]
    (tmp_path / "codes.txt").write_text(f"pupil: who\njoy: {label}\ntones: heard", "utf-8")
    write(tmp_path / "pupils.csv", ["pupil,arm,joy,tones", *rows])
    (table,) = profile([str(tmp_path)])
    assert ("8" in table.column("joy").missing_codes) == missing


def test_a_weight_of_a_body_has_bounds(tmp_path: Path):
    draft = pupils(tmp_path, "wt", "Body weight")
    assert draft.home.column("wt").bounds and "wt" in people(draft).variables.values()


def test_when_it_happened_describes_nobody(tmp_path: Path):
    """Those alone who stopped have a tempo; whether somebody has a piano is by chance."""
    rows = [
        f"P{n},{ARMS[n % 2]},{n * 7 % 19}.5,{int(n % 3 > 0)},{n % 9 + 1 if n % 3 else ''},"
        f"{n % 5 if n % 4 else ''}"
        for n in range(80)
    ]
    write(tmp_path / "music.csv", ["pupil_id,arm,final_score,dropout,tempo,piano", *rows])
    who = people(drafted(tmp_path, **TOLD))
    assert who.left_out["tempo"] == "dropout tells who has a value of it"
    assert "piano" in who.variables.values()


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


def lifts() -> list[str]:
    """Lifters on several machines under each of two coaches; one machine has a row of each coach
    for most of them."""
    draw = random.Random(4)
    return [
        f"L{n},{coach},{machine},{draw.uniform(60, 180):.3f}"
        for n in range(30)
        for machine in ("bench", *("press", "row")[n % 2 :])
        for coach in ("none", "coached")
        for _ in range(1 + (machine != "bench"))
    ]


def test_means_of_trials_are_taken_where_they_are_told(tmp_path: Path):
    write(tmp_path / "gym.csv", ["lifter_id,coach,machine,seconds", *lifts()])
    told = {"arm": "coach", "control": "none", "primary": "seconds"}
    (where,) = [one for one in drafted(tmp_path, **told).guesses if one.name == "where"]
    assert where.value == "machine=bench" and where.blinds
    assert "30 of 30 patients" in where.evidence and "--kind mean" in where.evidence
    draft = drafted(tmp_path, **told, kind="mean")
    assert draft.primary.kind == "mean" and draft.design.kind == "crossover"


def droughts() -> list[str]:
    """Fields with a row of each dry time, in days from the first one on."""
    draw, rows = random.Random(5), []
    for n in range(50):
        day = 0
        for _ in range(1 + n % 4):
            end = day + draw.randint(2, 20)
            rows.append(f"F{n},{ARMS[n % 2]},{day},{end},{draw.randint(0, 1)}")
            day = end + 3
    return rows


@pytest.mark.parametrize("names", ["inizio,fine", "ini,fim"])
def test_intervals_in_other_languages(tmp_path: Path, names: str):
    write(tmp_path / "fields.csv", [f"subject_id,arm,{names},status", *droughts()])
    primary = drafted(tmp_path, **{**TOLD, "primary": "status"}).primary
    assert (primary.kind, primary.starts, primary.stops) == ("recurrent_events", *names.split(","))


def test_intervals_are_named_by_a_flag(tmp_path: Path):
    write(tmp_path / "fields.csv", ["subject_id,arm,dry,rain,status", *droughts()])
    told = {**TOLD, "primary": "status"}
    assert drafted(tmp_path, **told).primary.kind != "recurrent_events"
    primary = drafted(tmp_path, **told, interval="dry,rain").primary
    assert (primary.kind, primary.starts, primary.stops) == ("recurrent_events", "dry", "rain")
    for wrong in ("dry", "dry,status,rain", "dry,arm"):
        with pytest.raises(UserError, match="START,STOP"):
            drafted(tmp_path, **told, interval=wrong)
