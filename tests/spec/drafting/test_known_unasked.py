"""What the files tell of arm, control and primary endpoint is taken unasked, and named among the
guesses; where they could say something else it is asked."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

N = 240
DRAW = random.Random(34)
HALVES = [n % 2 for n in range(N)]


def codes(*values: object) -> list[object]:
    """One of the values a row, in every arm alike."""
    return [values[n // 2 % len(values)] for n in range(N)]


def numbers(low: int, high: int) -> list[int]:
    return [DRAW.randint(low, high) for _ in range(N)]


def drafted(folder: Path, note: str = "", **columns: Sequence[object]) -> Draft:
    """Taken as under --yes; `_` in a name of a column stands for a point."""
    rows = zip(*columns.values(), strict=True)
    head = ",".join(name.replace("__", ".") for name in columns)
    write(folder / "trial.csv", [head, *(",".join(map(str, row)) for row in rows)])
    if note:
        write(folder / "notes.txt", [note])
    return decide(profile([str(folder)]), {}, first_choice)


def taken(draft: Draft, name: str) -> tuple[str, bool]:
    """The value of a guess, and whether it was taken unasked."""
    (guess,) = [one for one in draft.guesses if one.name == name]
    return guess.value, not guess.blinds


@pytest.mark.parametrize(
    ("note", "label"),
    [
        ("zone: 1 - control; 2 - steroid", "control"),
        ('zone: 1 == "Control", 2 == "Drug"', "Control"),
        (
            "zone: levels 1 (indicating control group) and 2 (indicating drug group)",
            "control group",
        ),
        ("zone: whether it is control (zone=1) or drug (zone=2)", "control"),
    ],
)
def test_codes_in_the_words_of_a_codebook(tmp_path: Path, note: str, label: str):
    draft = drafted(
        tmp_path, f"{note}\npain: of 0 to 100", zone=[1 + h for h in HALVES], pain=numbers(0, 100)
    )
    assert dict(draft.table("trial").column("zone").choices)["1"] == label


def test_a_codebook_names_columns_in_whole_words(tmp_path: Path):
    note = (
        "treatment group: 1 = standard, 2 = test\nT-stage: of the tumour\nsex: 1 = male, 2 = female"
    )
    arm = [1 + half for half in HALVES]
    draft = drafted(tmp_path, note, treatm=arm, tstage=codes(1, 2, 3), sex=codes(1, 2), dead=HALVES)
    assert dict(draft.arm.choices) == {"1": "standard", "2": "test"}
    assert draft.table("trial").column("tstage").label == "of the tumour"
    assert taken(draft, "control") == ("1", True)
