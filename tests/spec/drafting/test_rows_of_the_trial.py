"""Rows of a file that are no part of its trial: who was never randomised."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.enrolled import WAS_IN, _parts
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

TOLD = {"arm": "arm", "control": "placebo", "primary": "score"}


def drafted(folder: Path, lines: list[str], told: Mapping[str, str] = TOLD) -> Draft:
    write(folder / "trial.csv", lines)
    return decide(profile([str(folder / "trial.csv")]), told, first_choice)


def beside(name: str, inside: str, outside: str) -> list[str]:
    """40 patients, and 20 people beside them of whom three columns have no value."""
    draw = random.Random(1)
    lines = [f"pid,arm,{name},sbp_before,pulse_before,pain_before,score"]
    for n in range(60):
        before = [f"{draw.randint(50, 150)}" if n < 40 else "" for _ in range(3)]
        cells = [f"P{n}", ("active", "placebo")[n % 2], inside if n < 40 else outside]
        lines.append(",".join([*cells, *before, str(draw.randint(0, 50))]))
    return lines


def test_a_level_that_says_so_leaves_rows_out(tmp_path: Path):
    draft = drafted(tmp_path, beside("phase", "Trial", "Not randomised"))
    assert (draft.home.rows, draft.home.kept) == (40, {"phase": ("Trial",)})
    (guess,) = [one for one in draft.guesses if one.name == "where"]
    assert not guess.blinds and "20 of 60 rows" in guess.evidence


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [("study_sample", "1", "0"), ("mood", "Depressed", "Non-depressed")],
)
def test_a_column_that_may_say_so_is_asked(tmp_path: Path, name: str, inside: str, outside: str):
    draft = drafted(tmp_path, beside(name, inside, outside))
    (guess,) = [one for one in draft.guesses if one.name == "where"]
    assert guess.blinds and guess.value == f"{name}={inside}"
    assert "3 columns have no value in any of them" in guess.evidence


def test_columns_of_the_same_rows_are_one_choice(tmp_path: Path):
    lines = beside("phase", "Trial", "Not randomised")
    again = [f"{lines[0]},mood"]
    again += [
        line + (",Non-depressed" if "Not randomised" in line else ",Depressed")
        for line in lines[1:]
    ]
    write(tmp_path / "trial.csv", again)
    (table,) = profile([str(tmp_path / "trial.csv")])
    assert [part.column for part in _parts(table)] == ["phase"]


def test_what_patients_have_is_no_sample(tmp_path: Path):
    lines = beside("blood_sample", "1", "0")
    full = [lines[0], *(line.replace(",,,,", ",7,8,9,") for line in lines[1:])]
    draft = drafted(tmp_path, full)
    assert draft.home.rows == 60 and "where" not in {one.name for one in draft.guesses}


def test_rows_are_told(at: Project, call, capsys: pytest.CaptureFixture[str]):
    write(at.root / "data" / "trial.csv", beside("cohort", "1", "2"))
    told = [text for flag, value in TOLD.items() for text in (f"--{flag}", value)]
    where = ["--where", "cohort=1"]
    assert call("new", "told", at.root / "data" / "trial.csv", "--yes", *told, *where) == 0
    text = (at.config / "trials" / "told" / "trial.yaml").read_text()
    assert 'where: {cohort: {present: true, is: "1"}}' in text
    with pytest.raises(UserError, match="cohort=2"):
        drafted(at.root / "data", beside("cohort", "1", "2"), TOLD | {"where": "cohort=3"})


@pytest.mark.parametrize("label", ["Died in the trial", "Randomised to aspirin", "Prior trial"])
def test_a_yes_of_something_else_leaves_nobody_out(label: str):
    assert not WAS_IN.fullmatch(label.lower())


@pytest.mark.parametrize("label", ["In the trial", "Randomised", "was enrolled in the study"])
def test_a_yes_of_who_was_in_it(label: str):
    assert WAS_IN.fullmatch(label)


@pytest.mark.parametrize(
    ("name", "inside", "page"),
    [
        ("randomised", "1", "randomised: 1 = drawn by lot, 0 = chose for itself"),
        ("stable", "1", "stable: 1 = randomised, 0 = stayed by preference of the owner"),
        ("randomised", "1", "pid: horse"),
        ("randomised", "True", "pid: horse"),
        ("in_trial", "True", "pid: horse"),
        ("eligible", "1", "pid: horse"),
    ],
)
def test_who_had_no_lot_is_asked_and_no_factor(tmp_path: Path, name: str, inside: str, page: str):
    """Nothing lacks of those who chose; a second lot of the same numbers is a factor."""
    draw = random.Random(4)
    outside = "False" if inside == "True" else "0"
    cells = [inside if n % 6 > 1 else outside for n in range(240)]
    rows = [f"{n},{'ab'[n % 2]},{cell},{draw.randint(0, 9)}" for n, cell in enumerate(cells)]
    (tmp_path / "names.txt").write_text(f"{page}\narm: feed\nscore: gait", "utf-8")
    for column in (name, "second_lot"):
        write(tmp_path / "trial.csv", [f"pid,arm,{column},score", *rows])
        tables = profile([str(tmp_path)])
        draft = decide(tables, {"arm": "arm", "control": "a", "primary": "score"}, first_choice)
        found = {one.name: one for one in draft.guesses}
        if column == "second_lot":
            assert "where" not in found
            continue
        assert found["where"].blinds and found["where"].value == f"{name}={inside}"
        assert "factor" not in found and "design" not in found and draft.home.rows == 160
        everybody = decide(tables, draft.told | {"where": "all"}, first_choice)
        assert "factor" not in {one.name for one in everybody.guesses}


def queued(folder: Path, said: str, told: Mapping[str, str] = TOLD) -> Draft:
    """90 patients, of whom 60 have a match, and a number in a queue, beside a text."""
    (folder / "README.md").write_text(said)
    lines = ["pid,arm,matched,queue,score"]
    lines += [
        f"P{n},{('active', 'placebo')[n % 2]},{int(n % 3 > 0)},{n}.5,{n * 7 % 40}"
        for n in range(90)
    ]
    write(folder / "trial.csv", lines)
    return decide(profile([str(folder)]), told, first_choice)


def test_a_sentence_on_who_was_studied_is_asked(tmp_path: Path):
    said = "All were called.\n\nThe study population consists of those with\nmatched=1 and "
    said += "queue < 50.\n"
    draft = queued(tmp_path, said)
    (guess,) = [one for one in draft.guesses if one.name == "where"]
    assert guess.blinds and guess.value == "matched=1,queue<50"
    assert "README.md, line 4: The study population consists of" in guess.evidence
    for other in (said.replace("queue <", "age <"), said.replace("matched=1", "matched=7")):
        assert "where" not in {one.name for one in queued(tmp_path, other).guesses}


def test_bounds_are_told(tmp_path: Path):
    def rows(where: str) -> int:
        return queued(tmp_path, "", TOLD | {"where": where}).home.rows

    assert rows("queue<=9.5") == 10 and rows("queue>=9.5,queue<20") == 11
    assert rows("matched>0") == 60 and rows("matched=1,queue<9") == 6
    with pytest.raises(UserError, match="--where"):
        rows("matched>1")


def test_bounds_are_conditions_of_the_draft(at: Project, call):
    lines = ["pid,arm,queue,score"]
    lines += [f"P{n},{('active', 'placebo')[n % 2]},{n}.5,{n * 7 % 40}" for n in range(90)]
    write(at.root / "data" / "trial.csv", lines)
    told = [text for flag, value in TOLD.items() for text in (f"--{flag}", value)]
    where = ("--where", "queue>=10,queue<50")
    assert call("new", "bounds", at.root / "data" / "trial.csv", *told, *where, "--yes") == 0
    text = (at.config / "trials" / "bounds" / "trial.yaml").read_text()
    assert "where: {queue: {present: true, at_least: 10, below: 50}}" in text


def test_a_flag_given_twice_is_refused(call, at, capsys):
    """Of two conditions the last would hold alone."""
    with pytest.raises(SystemExit) as ended:
        call("new", "twice", at.root / "data/trial.csv", "--where", "a=1", "--where", "b=2")
    assert ended.value.code == 2
    assert "--where is given twice" in capsys.readouterr().err
    assert not at.trial_config("twice").exists()


@pytest.mark.parametrize(
    ("labels", "asked"),
    [
        (("treatment", "control", "chose treatment", "chose control"), True),
        (("randomised to A", "randomised to B", "own choice A", "own choice B"), True),
        (("surgery", "control", "opted for surgery", "elected control"), True),
        # To choose is what these were randomised to.
        (("usual care", "decision aid", "self-selected dose"), False),
    ],
)
def test_who_chose_was_not_randomised(tmp_path: Path, labels: tuple[str, ...], asked: bool):
    draw = random.Random(2)
    lines = ["pid,arm,score"]
    lines += [f"P{n},{labels[n % len(labels)]},{draw.randint(0, 50)}" for n in range(80)]
    draft = drafted(tmp_path, lines, {"primary": "score"})
    found = [one for one in draft.guesses if one.name == "where"]
    assert [one.blinds for one in found] == [True] * asked
    assert not asked or draft.home.rows == 40


def test_two_groups_of_which_one_chose_are_no_arms_unasked(tmp_path: Path):
    draw = random.Random(3)
    for asked, labels in ((True, ("chose surgery", "control")), (False, ("surgery", "control"))):
        lines = ["pid,arm,score"]
        lines += [f"P{n},{labels[n % 2]},{draw.randint(0, 50)}" for n in range(80)]
        draft = drafted(tmp_path, lines, {"primary": "score"})
        assert [one.blinds for one in draft.guesses if one.name == "arm"] == [asked]
