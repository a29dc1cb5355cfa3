"""Products with the arm, logarithms, predictions and questions of a mother in names and labels."""

import random
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.names import unit_of
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.write_dictionary import columns_of


def test_a_product_with_the_arm_is_left_out(tmp_path: Path):
    draw = random.Random(3)
    rows = [
        f"P{n},{n % 2},{(sbp := draw.randint(80, 140))},{sbp * (n % 2)},{draw.randint(0, 40)}"
        for n in range(60)
    ]
    write(tmp_path / "trial.csv", ["pid,treat,sbp,sbpXtreat,score", *rows])
    told = {"control": "0", "primary": "score"}
    draft = decide(profile([str(tmp_path / "trial.csv")]), told, first_choice)
    ignored = columns_of(draft).cleaning["tables"][draft.home.name]["ignore"]
    assert ignored == {"sbpXtreat": "a product with treat, whose rows would tell the arm"}
    assert "sbpXtreat" not in people(draft).variables.values()


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("Months since onset, logged", ""),
        ("Weight (kg), log10", ""),
        ("Months since onset", "months"),
    ],
)
def test_a_logarithm_has_no_unit(label: str, unit: str):
    assert unit_of(label) == unit


@pytest.mark.parametrize(
    ("names", "visits"),
    [(("mo_485_2", "mo_487_2"), False), (("pain_6mo_b", "pain_12mo_b"), True)],
)
def test_no_visit_is_forty_years_later(tmp_path: Path, names: tuple[str, str], visits: bool):
    draw = random.Random(3)
    rows = [
        f"P{n},{'ab'[n % 2]},{draw.randint(0, 9)},{draw.randint(0, 9)},{draw.randint(0, 30)}"
        for n in range(60)
    ]
    write(tmp_path / "trial.csv", [f"pid,treatment,{','.join(names)},score", *rows])
    draft = decide(profile([str(tmp_path / "trial.csv")]), {"control": "a"}, first_choice)
    found = [one for one in (draft.primary, *draft.others) if len(one.columns) == 2]
    assert bool(found) is visits
