"""Sheets and files that say what codes mean, by a row for each code: no table of patients."""

import random
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

DRAW = random.Random(7)
HEAD = ["id", "grp", "sex", "severity", "hb"]
ROWS = [
    [n, DRAW.randint(0, 1), DRAW.randint(1, 2), DRAW.randint(0, 2), 100 + DRAW.randint(0, 60)]
    for n in range(1, 81)
]
VALUES = [("grp", 0, "Control"), ("grp", 1, "Training"), ("sex", 1, "male"), ("sex", 2, "female")]
VALUES += [("severity", 0, "none"), ("severity", 1, "mild"), ("severity", 2, "severe")]
Sheet = Sequence[Sequence[object]]


def drafted(folder: Path, **sheets: Sheet) -> Draft:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in {"Data": [HEAD, *ROWS], **sheets}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(folder / "trial.xlsx")
    return decide(profile([str(folder / "trial.xlsx")]), {}, first_choice)


def once(values: Sequence[tuple[str, int, str]]) -> list[list[object]]:
    """Each name in its first row alone."""
    names = [name for name, _, _ in values]
    return [[n if names.index(n) == at else None, *rest] for at, (n, *rest) in enumerate(values)]


@pytest.mark.parametrize(
    "rows",
    [
        [("Variable", "Value", "Label"), *VALUES],
        [("Variable name", "Code", "Code meaning"), *VALUES],
        [("Variable", "Code", "Label"), *once(VALUES)],
        [("Variable Values",), ("Value", None, "Label"), *once(VALUES)],
    ],
)
def test_a_row_for_each_value_of_each_column(tmp_path: Path, rows: Sheet):
    draft = drafted(tmp_path, Labels=rows)
    assert [table.rows for table in draft.tables] == [80]
    assert draft.arms == {"control": ("Control", "0"), "training": ("Training", "1")}
    assert draft.control == "control"
    assert dict(draft.home.column("severity").choices)["2"] == "severe"


@pytest.mark.parametrize(
    "sheets",
    [
        {"grp": [("code", "label"), (0, "Control"), (1, "Training")]},
        {"Labels": [("grp", "grp_label"), (0, "Control"), (1, "Training")]},
        {"Sheet2": [("grp", "grp name", "id"), (0, "Control", 1), (1, "Training", 2)]},
    ],
)
def test_the_codes_of_one_column(tmp_path: Path, sheets: dict[str, Sheet]):
    draft = drafted(tmp_path, **sheets)
    assert [table.rows for table in draft.tables] == [80]
    assert (draft.arm.name, draft.control) == ("grp", "control")


def test_heads_that_nobody_knows_beside_names_of_columns(tmp_path: Path):
    words = ["Patient number", "0 = control, 1 = training", "1=male 2=female", "0=no pain", "Blood"]
    rows = [("Short form", "Stands for", "Remark"), *zip(HEAD, words, "abcde", strict=True)]
    draft = drafted(tmp_path, Sheet2=rows)
    assert [table.rows for table in draft.tables] == [80]
    assert draft.control == "control"


def test_codes_of_no_column_are_left_aside_and_told(tmp_path: Path):
    codes = [(f"C{n}", f"illness number {n}") for n in range(30)]
    draft = drafted(tmp_path, ICD=[("code", "meaning"), *codes])
    assert [table.rows for table in draft.tables] == [80]
    assert draft.tables[0].evidence["set_aside"] == (
        "ICD: codes with labels, of no column, of which nothing is read."
    )


def test_results_by_variable_are_no_codebook(tmp_path: Path):
    rows = [("", "mean", "SD"), *((name, 1.5 * n, n) for n, name in enumerate(HEAD, start=1))]
    draft = drafted(tmp_path, Summary=rows)
    assert "described" not in draft.home.evidence


def test_events_and_answers_of_patients_are_tables(tmp_path: Path):
    write(tmp_path / "data.csv", [",".join(map(str, row)) for row in [HEAD, *ROWS]])
    events = [f"{n},an event of kind {n}" for n in range(1, 31)]
    write(tmp_path / "events.csv", ["id,description", *events])
    answers = [f"{n},{what},{n % 5}" for n in range(1, 81) for what in ("tired", "low")]
    write(tmp_path / "answers.csv", ["id,question,response", *answers])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert sorted(table.rows for table in draft.tables) == [30, 80, 160]


LABELS = {"grp": "Group by lot", "sex": "Sex of the child", "severity": "Severity at week 6"}


def with_labels(values: Sequence[tuple[str, int, str]]) -> list[list[object]]:
    """A row for each code: the column, what it is, the code, what the code means."""
    rows = [[name, LABELS[name], code, label] for name, code, label in values]
    return [["id", "Child", None, None], *rows, ["hb", "Haemoglobin", 999, "Not done"]]


def labels_once(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    names = [name for name, *_ in rows]
    return [
        [*(each[:2] if names.index(each[0]) == at else [None, None]), *each[2:]]
        for at, each in enumerate(rows)
    ]


@pytest.mark.parametrize("once_alone", [False, True])
@pytest.mark.parametrize(
    "heads",
    [
        ("variable", "variable_label", "code", "code_label"),
        ("variable", "description", "code", "meaning"),
        ("name", "label", "value", "label"),
        ("Variable", "Bezeichnung", "Wert", "Bedeutung"),
    ],
)
def test_a_label_of_the_column_beside_that_of_the_code(
    tmp_path: Path, heads: Sequence[str], once_alone: bool
):
    rows = with_labels(VALUES)
    draft = drafted(tmp_path, Labels=[heads, *(labels_once(rows) if once_alone else rows)])
    home = draft.home
    assert draft.arms == {"control": ("Control", "0"), "training": ("Training", "1")}
    assert {name: home.column(name).label for name in LABELS} == LABELS
    assert dict(home.column("severity").choices)["2"] == "severe"
    # One code alone is one for missing, and no word for the column.
    assert home.column("hb").label == "Haemoglobin"


def test_one_code_alone_without_a_label_of_its_column(tmp_path: Path):
    rows = [("variable", "code", "code_label"), *VALUES, ("hb", 999, "Not known")]
    home = drafted(tmp_path, Labels=rows).home
    assert home.column("hb").label == "hb"
    assert dict(home.column("sex").choices) == {"1": "male", "2": "female"}


def test_rows_of_one_code_each_are_no_list(tmp_path: Path):
    """A number in the column of codes of a codebook of a row a column stays beside its label."""
    rows = [("variable", "label", "values"), ("grp", "Group", "0-1"), ("hb", "Haemoglobin", 100)]
    assert drafted(tmp_path, Codebook=rows).home.column("hb").label == "Haemoglobin"


def test_one_file_of_columns_and_one_of_values(tmp_path: Path):
    write(tmp_path / "data.csv", [",".join(map(str, each)) for each in (HEAD, *ROWS)])
    write(
        tmp_path / "values.csv", ["variable,value,label", *(",".join(map(str, v)) for v in VALUES)]
    )
    names = [f"{name},{label}" for name, label in LABELS.items()]
    write(tmp_path / "variables.csv", ["variable,label", *names])
    (table,) = profile(sorted(map(str, tmp_path.iterdir())))
    assert {name: table.column(name).label for name in LABELS} == LABELS
    assert dict(table.column("grp").choices) == {"0": "Control", "1": "Training"}
