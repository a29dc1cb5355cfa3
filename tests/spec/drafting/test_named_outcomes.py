"""Plain outcomes among the candidates: headings, kinds of causes, letters for what nobody knows."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.likely_outcome import candidates
from trialtrace.run.drafting.outcomes import MEAN
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.questions import first_choice, guess_nothing_told
from trialtrace.run.drafting.tables import profile

LABELS = {
    "DEAD1": "Causes of death: initial stroke",
    "DEAD2": "Causes of death: pneumonia",
    "DEAD3": "Causes of death: heart disease",
    "DEAD4": "Causes of death: embolism",
    "LIVER": "Causes of death: liver enlarged",
    "ID14": "Indicator of death at 14 days",
    "FORM": "Date form received",
    "FDEAD": "Dead at six months",
}


def labelled(folder: Path) -> Table:
    """A table with the labels that a file of a package would have."""
    draw = random.Random(5)
    rows = [
        f"P{n},{n % 2},{','.join(str(draw.randint(0, 1)) for _ in range(6))},"
        f"{draw.randint(1, 400)},{draw.choice('YYYNNNNNNU')}"
        for n in range(200)
    ]
    write(folder / "trial.csv", [f"pid,arm,{','.join(LABELS)}", *rows])
    (table,) = profile([str(folder / "trial.csv")])
    columns = (replace(one, label=LABELS.get(one.name, one.name)) for one in table.columns)
    return replace(table, columns=tuple(columns))


def test_a_plain_outcome_comes_before_kinds_of_causes(tmp_path: Path):
    table = labelled(tmp_path)
    found = {one.column: one for one in candidates(table, ["pid", "arm"], "")}
    assert [*found][:2] == ["FDEAD", "ID14"]
    assert "one of 4 kinds" in found["DEAD2"].evidence
    assert "measured before" not in found["DEAD2"].evidence
    # The heading is of a form, and no date is measured.
    assert "death" not in found["LIVER"].evidence
    assert "FORM" not in found
    assert (table.column("FDEAD").missing_codes, found["FDEAD"].event) == (("U",), "Y")


def test_a_mean_asked_for_is_of_a_number_at_visits(tmp_path: Path):
    rows = [f"P{n},{'ab'[n % 2]},{v},{n + v}" for n in range(20) for v in range(6)]
    write(tmp_path / "trial.csv", ["pid,treatment,week,score", *rows])
    tables = profile([str(tmp_path / "trial.csv")])
    draft = decide(tables, {"kind": MEAN, "control": "a"}, guess_nothing_told)
    assert (draft.primary.column, draft.primary.kind) == ("score", MEAN)
    with pytest.raises(UserError, match="no column that could be one of kind event"):
        decide(tables, {"kind": "event", "control": "a"}, guess_nothing_told)


@pytest.mark.parametrize(
    ("beside", "cells", "sure"),
    [
        # Both later; two numbers; of how the trial went; of no time; called primary.
        ("resolved_day7", ("no", "yes"), False),
        ("stiff_day7", (1, 2, 3, 4, 5, 6), True),
        ("dropout_day7", ("no", "yes"), True),
        ("resolved", ("no", "yes"), True),
        ("resolved_day7_primary", ("no", "yes"), True),
    ],
)
def test_a_number_beside_an_event_that_both_came_later(tmp_path: Path, beside, cells, sure: bool):
    draw = random.Random(6)
    rows = [
        f"{n},{('drug', 'placebo')[n % 2]},{draw.choice(cells)},{draw.randint(0, 10)}"
        for n in range(60)
    ]
    write(tmp_path / "trial.csv", [f"id,treatment,{beside},ear_pain_day3", *rows])
    draft = decide(profile([str(tmp_path / "trial.csv")]), {}, first_choice)
    (told,) = [one for one in draft.guesses if one.name == "primary"]
    assert told.blinds is not sure


@pytest.mark.parametrize(
    ("label", "called"),
    [
        ("voted in the 2006 primary election", False),
        ("asked in the primary poll", False),
        ("pupil of the primary school", False),
        ("primary, at week 6", True),
    ],
)
def test_the_primary_of_an_election_is_no_role(tmp_path: Path, label: str, called: bool):
    rows = [f"{n % 2},{n // 2 % 2},{n // 3 % 2}" for n in range(90)]
    write(tmp_path / "trial.csv", ["arm,primary_06,general_06", *rows])
    write(tmp_path / "codebook.csv", ["variable,label", f"primary_06,{label}", "arm,arm by lot"])
    (table,) = profile([str(tmp_path)])
    found = {one.column: one for one in candidates(table, ["arm"], "")}
    assert ("primary" in found["primary_06"].evidence) == called
