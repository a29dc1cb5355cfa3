"""Products with the arm, logarithms, predictions and questions of a mother in names and labels."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.arms import with_said_codes
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.likely_outcome import candidates
from trialtrace.run.drafting.names import unit_of
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.wide import over_visits
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


@pytest.mark.parametrize("product", [True, False])
def test_an_interaction_is_the_arm_times_another(tmp_path: Path, product: bool):
    draw = random.Random(3)
    rows = [
        f"P{n},{n % 2},{(time := n // 2 % 3)},{(time if product else time + n % 5) * (n % 2)},"
        f"{draw.randint(0, 40)}"
        for n in range(60)
    ]
    write(tmp_path / "trial.csv", ["pid,treat,time1,Inter1,score", *rows])
    told = {"control": "0", "primary": "score"}
    draft = decide(profile([str(tmp_path / "trial.csv")]), told, first_choice)
    assert ("Inter1" in str(columns_of(draft).cleaning)) is product


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


def drafted(folder: Path, lines: list[str], **told: str) -> Draft:
    write(folder / "trial.csv", lines)
    return decide(profile([str(folder / "trial.csv")]), told, first_choice)


def test_a_change_is_later_by_its_cells(tmp_path: Path):
    draw = random.Random(3)
    rows = []
    for n in range(40):
        one, two, bmi = draw.randint(3, 15), draw.randint(3, 15), draw.randint(19, 35)
        rows.append(
            f"P{n},{'ab'[n % 2]},{bmi},{one},{two},{one - two},{draw.randint(-9, 9)}"
            f",{(one - two) / 4:.4f}"
        )
    lines = ["pid,treatment,bmi,psqi1,psqi2,dpsqi,balance,zd", *rows]
    who = people(drafted(tmp_path, lines, control="a", primary="psqi{visit}"))
    assert who.left_out["dpsqi"] == "the change from psqi1 to psqi2"
    assert who.left_out["zd"] == "dpsqi on another scale"
    assert {"bmi", "balance"} <= {*who.variables.values()}


def test_levels_of_time_are_no_arm(tmp_path: Path):
    draw = random.Random(3)
    rows = [
        f"P{n},{time},{at},{('botox', 'sol_fisio')[n % 2]},{draw.randint(0, 90)}"
        for n in range(20)
        for at, time in enumerate(("time 0", "1 week", "1 month", "6 months"))
    ]
    draft = drafted(tmp_path, ["paz,tempo,time,farmaco,lta", *rows])
    assert (draft.arm.name, draft.arms[draft.control][1]) == ("farmaco", "sol_fisio")
    assert not {one.name for one in draft.guesses if one.blinds} & {"arm", "control"}


def test_a_label_names_one_dose(tmp_path: Path):
    rows = [f"P{n},{(0, 81, 325)[n % 3]},{n % 7}" for n in range(60)]
    write(tmp_path / "trial.csv", ["pid,dose,score", *rows])
    (table,) = profile([str(tmp_path / "trial.csv")])
    dose = with_said_codes(replace(table.column("dose"), label="Aspirin dose (0=placebo)"))
    assert dict(dose.choices) == {"0": "placebo", "81": "dose 81", "325": "dose 325"}
    assert with_said_codes(table.column("dose")) == table.column("dose")


@pytest.mark.parametrize(("label", "visits"), [("Predicted probability of death", 0), ("Pain", 2)])
def test_what_was_predicted_for_two_times_has_no_visits(tmp_path: Path, label: str, visits: int):
    draw = random.Random(3)
    rows = [f"P{n},{draw.random():.3f},{draw.random():.3f}" for n in range(60)]
    write(tmp_path / "trial.csv", ["pid,expd6,expd14", *rows])
    (table,) = profile([str(tmp_path / "trial.csv")])
    columns = [replace(one, label=f"{label} at {one.name[4:]} days") for one in table.columns]
    table = replace(table, columns=tuple(columns))
    found = candidates(table, ["pid"], "")
    assert max(len(one.columns) for one in over_visits(found, table, {})) == visits
