"""What files say of each other: notes that are read for nothing, dictionaries, visits in files of
their own, people whom one of them lacks, and flags of one beside others."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

ROWERS = range(1, 91)


def drafted(folder: Path, **told: str) -> Draft:
    return decide(profile([str(folder)]), told, first_choice)


def guess(draft: Draft, name: str) -> Guessed | None:
    return next((one for one in draft.guesses if one.name == name), None)


def crews(folder: Path, column: str = "", start: int = 1) -> None:
    """Rowers with a seat by lot, and in another file their strokes, of all or of those from a
    number on."""
    rows = [
        f"R{n},{('wood', 'placebo')[n % 2]},{150 + n % 40}" + (f",{n > 20}" if column else "")
        for n in ROWERS
    ]
    write(folder / "crew.csv", ["rower_id,arm,height" + (f",{column}" if column else ""), *rows])
    rows = [f"R{n},{n % 7 + n % 2}.5" for n in ROWERS if n >= start]
    write(folder / "strokes.csv", ["rower_id,final_score", *rows])


def test_a_file_that_says_nothing_is_named(at: Project, call: Callable[..., int], capsys):
    folder = at.root / "data" / "boats"
    folder.mkdir()
    crews(folder)
    (folder / "thanks").write_text("To all who rowed.\n", "utf-8")
    (folder / "run.yml").write_text("jobs: [row, rest]\n", "utf-8")
    assert call("new", "mine", folder, "--yes") == 0
    said = capsys.readouterr().out
    assert "run.yml, thanks: beside the tables, nothing of it is read" in said


def test_a_text_without_an_ending_is_a_codebook(tmp_path: Path):
    crews(tmp_path)
    (tmp_path / "legend").write_text("rower_id: who\nheight: how tall in cm\n", "utf-8")
    home = drafted(tmp_path).home
    assert home.column("height").label == "how tall in cm" and home.column("height").unit == "cm"
    assert "legend, which is no table of data" in home.evidence["described"]


def test_a_dictionary_in_yaml_gives_labels_and_codes(tmp_path: Path):
    lines = ["rower,seat,power", *(f"R{n},{n % 2},{n % 13}" for n in ROWERS)]
    write(tmp_path / "race.csv", lines)
    text = """\
about: {year: 1999, place: Henley}
columns:
  seat:
    label: Seat by lot
    values: {0: fixed, 1: sliding}
  power:
    label: Mean power
    unit: kg
"""
    (tmp_path / "race.yaml").write_text(text, "utf-8")
    home = drafted(tmp_path).home
    assert home.column("seat").label == "Seat by lot"
    assert home.column("seat").choices == (("0", "fixed"), ("1", "sliding"))
    assert (home.column("power").label, home.column("power").unit) == ("Mean power", "kg")
    assert "seat (line 3); power (line 6)" in home.evidence["described"]


def test_names_and_texts_alone_in_a_document_of_yaml_are_labels(tmp_path: Path):
    """Words on the data stand in a mapping of their own, and an empty document behind them."""
    lines = ["rower,seat,power", *(f"R{n},{n % 2},{n % 13}" for n in ROWERS)]
    write(tmp_path / "race.csv", lines)
    about = "---\nsource: Henley\nlicence: none\nformat: csv\nsize: 90 rows\nyear: 1999\n"
    text = (
        about + "vars:\n  seat: Seat by lot (0 = fixed, 1 = sliding)\n  power: Mean *power*\n---\n"
    )
    (tmp_path / "race.yaml").write_text(text, "utf-8")
    home = drafted(tmp_path).home
    assert home.column("seat").choices == (("0", "fixed"), ("1", "sliding"))
    assert home.column("power").label == "Mean power"
    assert "seat (line 8); power (line 9)" in home.evidence["described"]


@pytest.mark.parametrize("text", ["height: {label: [", "boat: &b {seat: *b}", "a: 1\n---\nb: 2"])
def test_yaml_that_is_broken_or_turns_in_itself_says_nothing(tmp_path: Path, text: str):
    crews(tmp_path)
    (tmp_path / "race.yaml").write_text(text, "utf-8")
    assert drafted(tmp_path).home.column("height").label == "height"


def test_people_whom_the_file_of_the_arm_lacks_are_told(
    at: Project, call: Callable[..., int], capsys
):
    folder = at.root / "data" / "boats"
    folder.mkdir()
    crews(folder)
    more = [f"R{n},3.5" for n in range(200, 204)]
    path = folder / "strokes.csv"
    path.write_text(path.read_text("utf-8") + "\n".join(more) + "\n", "utf-8")
    told = ("--arm", "arm", "--control", "placebo", "--primary", "final_score")
    assert call("new", "mine", folder, "--yes", *told) == 0
    said = capsys.readouterr().out
    assert "4 of its 94 are in no row of data," in said and "not told" not in said


def test_people_without_an_outcome_are_no_strangers(tmp_path: Path):
    crews(tmp_path, start=5)
    assert guess(drafted(tmp_path), "shared.data_2") is None


@pytest.mark.parametrize("column", ["Included_sprint", "excluded"])
def test_a_flag_of_the_file_of_people_is_asked(tmp_path: Path, column: str):
    """Who is in an experiment by a column of one of several files; told, the others' rows are of
    nobody, and conditions on rows of another file can stand beside it."""
    crews(tmp_path, column)
    asked = guess(drafted(tmp_path), "where")
    assert asked and asked.blinds and asked.value == "all" and column in asked.evidence
    draft = drafted(tmp_path, where=f"{column}=True")
    assert draft.home.rows == 70 and "arm" in draft.home.arm
    shared = guess(draft, "shared.data_2")
    assert shared and "20 of its 90 are in no row of data," in shared.evidence
    few = guess(drafted(tmp_path, where=f"{column}=False"), "shared.data_2")
    assert few and "70 of its 90" in few.evidence and not few.blinds


def seasons(
    folder: Path, marked: bool, shift: float = 0.0, names: tuple[str, str] = ("data_0S", "data_1S")
) -> None:
    """A file a season of the same rowers, told by a column or by the files' names alone."""
    for season in (0, 1):
        draw = random.Random(season)
        head = "rower_id,arm,pull" + (",season" if marked else "")
        rows = [
            f"R{n},{arm},{draw.gauss(100, 9) + shift * (arm == 'club'):.2f}"
            + (f",{season}" if marked else "")
            for n in ROWERS
            for arm in [("drill", "waiting list", "club")[n % 3]]
        ]
        write(folder / f"{names[season]}.csv", [head, *rows])


@pytest.mark.parametrize("marked", [True, False])
def test_files_of_one_form_and_the_same_people_are_visits(tmp_path: Path, marked: bool):
    seasons(tmp_path, marked)
    draft = drafted(tmp_path)
    told = guess(draft, "stack")
    assert told and told.blinds and "most of the same rower_id" in told.evidence
    # A number that no word of a time stands before may count readings as well.
    assert told.value == ("visit" if marked else "repeat")
    assert ("told by season" in told.evidence) == marked
    assert draft.home.rows == 2 * len(ROWERS)
    again = drafted(tmp_path, stack="visit")
    assert guess(again, "stack") is None and again.primary.visit and again.primary.column == "pull"


def test_files_of_one_form_under_words_may_be_measures(tmp_path: Path):
    seasons(tmp_path, marked=False, names=("left_hand", "right_hand"))
    assert guess(drafted(tmp_path), "stack") is None


@pytest.mark.parametrize(("shift", "asked"), [(60.0, True), (0.0, False), (4.0, False)])
@pytest.mark.parametrize("whole", [True, False])
def test_an_arm_that_no_lot_made_is_asked(tmp_path: Path, shift: float, asked: bool, whole: bool):
    """One of three groups was far from both others before anything was done."""
    seasons(tmp_path, marked=True, shift=shift)
    if whole:
        head, *first = (tmp_path / "data_0S.csv").read_text("utf-8").splitlines()
        rest = (tmp_path / "data_1S.csv").read_text("utf-8").splitlines()[1:]
        for path in tmp_path.iterdir():
            path.unlink()
        write(tmp_path / "all.csv", [head.replace("season", "visit"), *first, *rest])
    found = guess(drafted(tmp_path), "where")
    assert (found is not None) == asked
    if found:
        assert found.blinds and found.value == "arm=drill,waiting list"
        assert "club may never have been randomised" in found.evidence


def test_files_that_may_be_arms_are_refused_with_the_way_or_asked(tmp_path: Path):
    for name in ("upstream", "downstream"):
        draw = random.Random(name)
        rows = [f"{draw.uniform(1, 99):.1f},{draw.uniform(1, 99):.1f}" for _ in ROWERS]
        write(tmp_path / f"{name}.csv", ["S1,S2", *rows])
    with pytest.raises(UserError, match="--stack arm, visit or part says so") as raised:
        drafted(tmp_path)
    assert "which arm" not in str(raised.value)
    text = "Fish live.\nDownstream holds the control plots and upstream\nthe treated ones.\n"
    (tmp_path / "about.txt").write_text(text, "utf-8")
    draft = drafted(tmp_path)
    told = guess(draft, "stack")
    assert told and told.blinds and told.value == "arm"
    assert "about.txt, line 3, says which of them is which arm" in told.evidence
    # No number tells any patient: each row of each file is one.
    assert draft.subject == {"stacked": "row"} and draft.home.rows == 2 * len(ROWERS)
    assert draft.control == "downstream" and {*draft.arms} == {"downstream", "upstream"}
