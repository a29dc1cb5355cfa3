"""Columns of numbers with signs and of days with words, which stay text: told, with their cells."""

import random
from pathlib import Path

import pytest
from exports import put, text

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.questions import guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.write_dictionary import columns_of

N = 40
_DRAW = random.Random(1)
DRAWN = [_DRAW.randint(20, 90) for _ in range(N)]
MONTHS = ("Jan", "Feb", "Mar", "May")
NEAR = {
    "money": [f"£{2 * one}" for one in DRAWN],
    "euros": [f"{one} €" for one in DRAWN],
    "shares": [f"{one}.5 %" for one in DRAWN],
    "ages": [f"{one} years" for one in DRAWN],
    "thousands": [f"1,{100 + one}.50" for one in DRAWN],
    "blanks": [f"1 {100 + one}" for one in DRAWN],
    "below": [f"<{one}" if at % 3 else str(one) for at, one in enumerate(DRAWN)],
    "minus": [f"\N{MINUS SIGN}{one}" if at % 2 else str(one) for at, one in enumerate(DRAWN)],
    "pressures": [f"{one + 60}/{one}" for one in DRAWN],
    "lengths": [f"{one // 30}:{one % 60:02}:00" for one in DRAWN],
    "days": [f"{1 + one % 28:02}-{MONTHS[one % 4]}-2021" for one in DRAWN],
    "long_days": [f"March {1 + one % 28}, 2021" for one in DRAWN],
    "half_missing": ["not done" if at % 2 else f"{one} mg" for at, one in enumerate(DRAWN)],
}
OTHERS = {
    "codes": [f"P{one:03}" for one in range(N)],
    "lettered": [f"{one}b" if at % 2 else f"{one}a" for at, one in enumerate(DRAWN)],
    "groups": [("18-25", "26-40", "41-60")[one % 3] for one in DRAWN],
    "doses": [("5 mg", "10 mg")[one % 2] for one in DRAWN],
    "words": [f"fell {one} times, then left" for one in DRAWN],
    "numbers": [str(one) for one in DRAWN],
}


def drafted(folder: Path, cells: list[str], **told: str):
    rows = [["pid", "arm", "value", "score"]]
    rows += [[n, ("A", "placebo")[n % 2], cell, n * 7 % 31] for n, cell in enumerate(cells)]
    path = put(folder / "a.csv", text(rows, ";"))
    return decide(profile([str(path)]), {"arm": "arm"} | told, guess_nothing_told)


@pytest.mark.parametrize("kind", NEAR)
def test_they_are_told_with_cells(tmp_path: Path, kind: str):
    draft = drafted(tmp_path, NEAR[kind], primary="score")
    (guess,) = [one for one in columns_of(draft).guesses if one.name.startswith("near_numbers")]
    assert guess.value == "value"
    odd = sorted(one for one in NEAR[kind] if not one.isdigit() and one != "not done")
    assert repr(odd[0]) in guess.evidence
    with pytest.raises(UserError, match="that no run reads"):
        drafted(tmp_path, NEAR[kind], primary="value")


@pytest.mark.parametrize("kind", OTHERS)
def test_other_columns_are_not(tmp_path: Path, kind: str):
    draft = drafted(tmp_path, OTHERS[kind], primary="score")
    assert not [one for one in columns_of(draft).guesses if one.name.startswith("near_numbers")]


def test_where_nothing_else_is_left_they_are_named(tmp_path: Path):
    rows = [["pid", "arm", "lvef"]]
    rows += [[n, ("A", "placebo")[n % 2], f"{cell}%"] for n, cell in enumerate(DRAWN)]
    path = put(tmp_path / "a.csv", text(rows, ";"))
    with pytest.raises(UserError, match=r"no column that could be one; lvef: 40 of 40 cells"):
        decide(profile([str(path)]), {"arm": "arm"}, guess_nothing_told)
