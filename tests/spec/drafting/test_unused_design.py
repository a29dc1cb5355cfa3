"""What a file tells of its design and a draft does not use is named; what no step compares is
refused before anything is asked."""

import random
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.questions import Question, first_choice
from trialtrace.run.drafting.tables import profile

HEAD = "pid,arm,age,score"


def unused(folder: Path, columns: dict[str, list[object]], kept: range = range(60)) -> str:
    """The guess on what is not used, of 60 patients with further columns."""
    draw = random.Random(4)
    rows = [f"P{n},{'ab'[(n + n // 2) % 2]},{draw.randint(20, 70)},{n % 37}" for n in range(60)]
    beside = [",".join(map(str, cells)) for cells in zip(*columns.values(), strict=True)]
    lines = [f"{row},{cells}" for row, cells in zip(rows, beside, strict=True)]
    write(folder / "trial.csv", [f"{HEAD},{','.join(columns)}", *(lines[n] for n in kept)])
    told = {"arm": "arm", "control": "a", "primary": "score"}
    draft = decide(profile([str(folder / "trial.csv")]), told, first_choice)
    assert draft.design.kind == "parallel"
    return next((one.evidence for one in draft.guesses if one.name == "unused"), "")


def test_strata_clusters_pairs_and_sides_are_named(tmp_path: Path):
    rows = range(60)
    assert "stratum may have stratified" in unused(tmp_path, {"stratum": [n % 3 for n in rows]})
    village = [f"V{n % 11}" for n in rows]
    assert "village has 11 groups" in unused(tmp_path, {"village": village})
    pairs = unused(tmp_path, {"pair_id": [n // 2 for n in rows]}, range(1, 60))
    assert "29 of 30 pairs with a patient of each arm" in pairs
    sides = {"iop_left": [n % 13 for n in rows], "iop_right": [n % 17 for n in rows]}
    assert "iop_left and iop_right are of two sides" in unused(tmp_path, sides)


def test_measures_and_places_are_not(tmp_path: Path):
    columns = {"site": [n % 3 for n in range(60)], "mother_age": [n % 40 for n in range(60)]}
    assert not unused(tmp_path, columns)


def test_a_replicated_crossover_is_refused_before_anything_is_asked(tmp_path: Path):
    # What a period does to all is in the mean of one treatment.
    orders = ("TRTR", "TTRR")
    rows = [
        f"{n},{at + 1},{orders[n % 2]},{orders[n % 2][at]},{10 + (7 * n + at) % 31}"
        for n in range(24)
        for at in range(4)
    ]
    write(tmp_path / "trial.csv", ["id,period,seq,formula,auc", *rows])
    asked: list[str] = []

    def ask(question: Question) -> str | None:
        asked.append(question.flag)
        return first_choice(question)

    with pytest.raises(UserError, match=r"column formula(.|\n)*replicated crossover(.|\n)*mean"):
        decide(profile([str(tmp_path / "trial.csv")]), {}, ask)
    assert asked == ["arm"]


def test_treatments_without_outcomes_in_their_rows_are_refused(tmp_path: Path):
    turns = [f"{n},{treatment}" for n in range(12) for treatment in ("placebo", "glucose")]
    write(tmp_path / "sup.csv", ["subject,supplement", *turns])
    rows = [f"{n},{'MF'[n % 2]},{10 + 7 * n % 31}" for n in range(12)]
    write(tmp_path / "legs.csv", ["subject,sex,torque", *rows])
    tables = profile([str(tmp_path / "sup.csv"), str(tmp_path / "legs.csv")])
    with pytest.raises(UserError, match="in the rows with supplement"):
        decide(tables, {}, first_choice)


def in_periods(folder: Path, second: bool, **told: str) -> str:
    """The design of 60 patients with a treatment in each of two columns, the `second` one another
    than the first, or of a lot of its own."""
    rows = [
        f"{n},{n % 2 + 1},{n % 2},{1 - n % 2 if second else n // 2 % 2},{n % 37}.5,{n % 31}.5"
        for n in range(60)
    ]
    write(folder / "trial.csv", ["pid,sequence,treatment_p1,treatment_p2,sbp_p1,sbp_p2", *rows])
    return decide(profile([str(folder / "trial.csv")]), told, first_choice).design.kind


@pytest.mark.parametrize("arm", ["", "treatment_p2", "treatment_p1,treatment_p2", "sequence"])
def test_a_crossover_whose_periods_are_columns_is_refused(tmp_path: Path, arm: str):
    with pytest.raises(UserError, match="a crossover whose periods are columns") as error:
        in_periods(tmp_path, True, **({"arm": arm} if arm else {}))
    assert "one row for each period of a patient" in str(error.value)


def test_its_first_period_may_be_told_to_be_the_trial(tmp_path: Path):
    told = {"arm": "treatment_p1", "control": "0", "primary": "sbp_p1", "before": "none"}
    assert in_periods(tmp_path, True, **told, design="parallel") == "parallel"
    assert in_periods(tmp_path, False, **told) == "parallel"


def test_arms_with_a_column_of_yes_and_no_each_are_no_periods(tmp_path: Path):
    rows = [f"{n},{n % 2},{1 - n % 2},{n % 37}.5" for n in range(60)]
    write(tmp_path / "trial.csv", ["pid,trt1,trt2,sbp", *rows])
    told = {"arm": "trt1", "control": "0", "primary": "sbp"}
    tables = profile([str(tmp_path / "trial.csv")])
    assert decide(tables, told, first_choice).design.kind == "parallel"


@pytest.mark.parametrize("plan", ["plan", "strategy"])
def test_a_treatment_that_begins_later_in_some_is_no_arm_beside_what_stays(
    tmp_path: Path, plan: str
):
    """Beehives that were fed from the second week on, or from a week of their own, or never."""
    lines = [f"hive_id,{plan},week,treated,honey"]
    for n in range(40):
        begins = (1, 9, 1, 2 + n // 4 % 2)[n % 4]
        for week in range(4):
            plans = ("at once", "late")[n % 2]
            lines.append(f"H{n},{plans},{week},{int(week >= begins)},{n * 7 % 13 + week}")
    write(tmp_path / "hives.csv", lines)
    draft = decide(profile([str(tmp_path / "hives.csv")]), {"primary": "honey"}, first_choice)
    (guess,) = [one for one in draft.guesses if one.name == "arm"]
    assert guess.blinds and draft.arm.name == plan
