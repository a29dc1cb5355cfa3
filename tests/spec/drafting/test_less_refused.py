"""Files that were refused, or silently misread: an arm or a treatment a file, a sheet by its
workbook, one table twice, wards within hospitals, and spans."""

import random
from pathlib import Path

import pandas as pd
import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import Question, first_choice
from trialtrace.run.drafting.tables import profile

ARMS = ("placebo", "honey")


def drafted(
    folder: Path, asked: dict[str, Question] | None = None, *files: str, **told: str
) -> Draft:
    def ask(question: Question) -> str | None:
        (asked if asked is not None else {})[question.flag] = question
        return first_choice(question)

    return decide(profile([str(folder / one) for one in files] or [str(folder)]), told, ask)


def guess(made: Draft, name: str) -> str:
    return next((one.evidence for one in made.guesses if one.name == name), "")


def blinds(made: Draft) -> set[str]:
    return {one.name for one in made.guesses if one.blinds}


def each_arm(folder: Path, *starts: int, age: bool = True) -> None:
    """A file an arm, whose patients count from these numbers on."""
    for arm, start in zip(ARMS, starts, strict=True):
        draw = random.Random(arm)
        rows = [
            f"{n}{f',{draw.randint(20, 80)}' * age},{draw.gauss(50, 9):.1f}"
            for n in range(start, start + 24)
        ]
        write(folder / f"{arm}.csv", [f"id{',age' * age},pain", *rows])


def test_a_file_an_arm_of_other_patients_may_be_taken(tmp_path: Path):
    """The same columns, nobody in both, and one called as a control: Enter takes it."""
    each_arm(tmp_path, 1, 25)
    asked: dict[str, Question] = {}
    made = drafted(tmp_path, asked)
    assert asked["stack"].sure and asked["stack"].choices[0][0] == "arm"
    assert {code for _, code in made.arms.values()} == {*ARMS} and made.control == "placebo"


def test_an_arm_of_patients_numbered_anew_is_asked_first(tmp_path: Path):
    each_arm(tmp_path, 1, 1)
    asked: dict[str, Question] = {}
    made = drafted(tmp_path, asked)
    assert not asked["stack"].sure and asked["stack"].choices[0][0] == "arm"
    assert "age differs" in asked["stack"].choices[0][1] and made.home.rows == 48
    assert made.home.joined and "stack" in blinds(made)


def test_a_file_a_treatment_of_the_same_patients_is_asked(tmp_path: Path):
    """They were tables of their own, of which none had an arm."""
    each_arm(tmp_path, 1, 1, age=False)
    asked: dict[str, Question] = {}
    made = drafted(tmp_path, asked)
    assert [name for name, _ in asked["stack"].choices][:2] == ["treatment", "arm"]
    assert not asked["stack"].sure and "stack" in blinds(made)
    assert (made.design.kind, made.arm.name) == ("within_subject", "treatment")
    other = drafted(tmp_path, stack="arm")
    assert other.design.kind == "parallel" and other.home.rows == 48


def weeks(folder: Path, lost: int, first: int) -> None:
    for week in (0, 6):
        draw = random.Random(week)
        rows = [
            f"{n},{ARMS[n % 2]},{draw.gauss(20, 3):.1f}"
            for n in range(first + lost * (week > 0), first + 40)
        ]
        write(folder / f"week{week}.csv", ["id,arm,pain", *rows])


@pytest.mark.parametrize(
    ("lost", "first", "sure"), [(0, 101, True), (3, 101, False), (0, 1, False)]
)
def test_a_file_a_visit_of_exactly_the_same_may_be_taken(tmp_path: Path, lost, first, sure):
    """Not of numbers from 1 on, which others have as well."""
    weeks(tmp_path, lost, first)
    asked: dict[str, Question] = {}
    drafted(tmp_path, asked)
    assert asked["stack"].choices[0][0] == "visit" and asked["stack"].sure == sure


@pytest.mark.parametrize("told", ["one.xlsx[Data]", "one[Data]"])
def test_a_sheet_is_told_with_its_workbook(tmp_path: Path, told: str):
    for number, book in enumerate(("one", "two")):
        draw = random.Random(number)
        rows = [(n, ARMS[n % 2], draw.gauss(50 - number, 9)) for n in range(40 - 10 * number)]
        with pd.ExcelWriter(tmp_path / f"{book}.xlsx") as out:
            frame = pd.DataFrame(rows, columns=["id", "arm", "pain"])
            frame.to_excel(out, sheet_name="Data", index=False)
    made = drafted(tmp_path, tables=told)
    assert [one.rows for one in made.tables] == [40]
    with pytest.raises(UserError, match="three"):
        drafted(tmp_path, tables="three.xlsx[Data]")


def test_a_table_that_another_holds_is_used_once_and_told(tmp_path: Path):
    draw = random.Random(5)
    rows = [f"{n},{ARMS[n % 2]},{draw.gauss(50, 9):.1f},{draw.gauss(3, 1):.2f}" for n in range(40)]
    write(tmp_path / "raw.csv", ["id,arm,pain,crp", *rows])
    few = ["id,arm,pain", *(row.rpartition(",")[0] for row in sorted(rows))]
    write(tmp_path / "analysed.csv", few)
    made = drafted(tmp_path)
    assert [one.item.rpartition("/")[2] for one in made.tables] == ["raw.csv"]
    assert "analysed.csv is in raw.csv, which has crp too" in guess(made, "copies.tables")
    assert "copies.tables" not in blinds(made)
    # Another value, and it is a table of its own; named, it is the one.
    write(tmp_path / "analysed.csv", [few[0], *(row + "1" for row in few[1:])])
    assert len(drafted(tmp_path).tables) == 2
    assert [one.rows for one in drafted(tmp_path, tables="analysed").tables] == [40]


def wards(folder: Path, *, own: bool) -> Path:
    """Four wards in each of eight hospitals, of which two were drawn; `own` numbers all of them."""
    draw, rows = random.Random(9), []
    for hospital in range(1, 9):
        drawn = draw.sample(range(1, 5), 2)
        for ward in range(1, 5):
            arm = ARMS[ward in drawn]
            unit = f"{40 + 4 * hospital + ward}," * own
            rows += [
                f"{len(rows) + n},{hospital},{ward},{unit}{arm},{draw.gauss(9, 2):.1f}"
                for n in range(6)
            ]
    write(folder / "stays.csv", [f"pid,hospital,ward,{'wardid,' * own}arm,days", *rows])
    return folder


def test_wards_within_hospitals_are_told_apart_by_both(tmp_path: Path):
    made = drafted(wards(tmp_path, own=False), primary="days")
    assert (made.design.kind, made.design.joined) == ("cluster", ("hospital", "ward"))
    assert made.home.column("hospital_ward").distinct == 32
    assert "ward counts anew in each hospital" in guess(made, "design")


def test_a_number_that_each_ward_has_is_preferred(tmp_path: Path):
    made = drafted(wards(tmp_path, own=True), primary="days")
    assert (made.design.cluster, made.design.joined) == ("wardid", ())


@pytest.mark.parametrize(
    ("ends", "sure"), [(("01", "23", "45", "67"), False), (("02", "13", "24", "36"), True)]
)
def test_numbers_that_may_be_spans_are_asked(tmp_path: Path, ends: tuple[str, ...], sure: bool):
    draw = random.Random(1)
    rows = [
        ",".join([str(n), ARMS[n % 2], *(f"{draw.gauss(40, 9):.1f}" for _ in ends)])
        for n in range(40)
    ]
    write(tmp_path / "diary.csv", [",".join(["id,arm", *(f"pain_{end}" for end in ends)]), *rows])
    asked: dict[str, Question] = {}
    drafted(tmp_path, asked)
    assert asked["primary"].sure == sure
    assert ("spans of two" in asked["primary"].choices[0][1]) != sure
