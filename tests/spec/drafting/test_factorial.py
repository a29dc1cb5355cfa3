"""Two columns to which patients were randomised, whatever the other says."""

import random
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.people import people, with_covariates
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile


def factors(folder: Path, head: str, rows: list[str], **told: str) -> list[Guessed]:
    write(folder / "trial.csv", [head, *rows])
    tables = profile([str(folder / "trial.csv")])
    draft = with_covariates(decide(tables, told, first_choice), first_choice)
    assert {*told.get("covariates", "").split(",")} <= {"", *draft.covariates}
    return [one for one in draft.guesses if one.name == "factor"]


def crossed(first: tuple[str, ...], second: tuple[str, ...], each: int = 60) -> list[str]:
    draw = random.Random(2)
    cells = [(one, other) for one in first for other in second for _ in range(each)]
    draw.shuffle(cells)
    return [
        f"P{n},{one},{other},{draw.choice('FM')},{draw.randint(0, 40)}"
        for n, (one, other) in enumerate(cells)
    ]


def test_a_second_arm_is_a_factor_and_a_covariate(tmp_path: Path):
    rows = crossed(("placebo", "active"), ("none", "low", "high"))
    told = {"arm": "arm", "control": "placebo", "primary": "score"}
    (guess,) = factors(tmp_path, "pid,arm,treatment,sex,score", rows, **told)
    assert guess.value == "treatment" and not guess.blinds
    assert factors(tmp_path, "pid,arm,treatment,sex,score", rows, **told, covariates="treatment")


def test_two_lots_of_yes_and_no_are_factors(tmp_path: Path):
    rows = crossed(("no", "yes"), ("no", "yes"))
    told = {"arm": "aspirin", "control": "no", "primary": "score"}
    (guess,) = factors(tmp_path, "pid,aspirin,carotene,sex,score", rows, **told)
    assert guess.value == "carotene"


def test_a_copy_of_a_factor_describes_no_patient(tmp_path: Path):
    rows = [
        f"{row},{int('high' in row)}" for row in crossed(("placebo", "active"), ("low", "high"))
    ]
    write(tmp_path / "trial.csv", ["pid,arm,treatment,sex,score,z_light", *rows])
    told = {"arm": "arm", "control": "placebo", "primary": "score"}
    draft = decide(profile([str(tmp_path / "trial.csv")]), told, first_choice)
    assert any(one.name == "factor" for one in draft.guesses)
    assert people(draft).variables == {}


def test_before_and_after_an_opening_are_no_treatments(tmp_path: Path):
    rows = crossed(("placebo", "active"), ("pre-opening", "post-opening"))
    told = {"arm": "arm", "control": "placebo", "primary": "score"}
    assert factors(tmp_path, "pid,arm,treatment,sex,score", rows, **told) == []


def test_what_hangs_on_the_arm_or_on_patients_is_none(tmp_path: Path):
    told = {"arm": "arm", "control": "placebo", "primary": "score"}
    rows = crossed(("placebo", "active"), ("mild", "severe"))
    assert not factors(tmp_path, "pid,arm,stage,sex,score", rows, **told)
    taken = crossed(("placebo", "active"), ("No", "Yes"), 40)
    assert not factors(tmp_path, "pid,arm,drug,sex,score", taken, **told)
    nested = [row.replace("placebo,mild", "placebo,severe") for row in rows]
    assert not factors(tmp_path, "pid,arm,treatment,sex,score", nested, **told)


def test_levels_that_lie_unlike_between_arms_or_are_rare_are_none(tmp_path: Path):
    """105 and 15 of 120 in one arm, 15 and 105 in the other; then 12 of 120 in each."""
    told = {"arm": "arm", "control": "placebo", "primary": "score"}
    for few in ({"placebo": "low", "active": "high"}, {"placebo": "low", "active": "low"}):
        cells = [(arm, one) for arm in few for one in ("low", "high") for _ in range(120)]
        kept = [
            f"P{n},{arm},{level},F,{n % 37}"
            for n, (arm, level) in enumerate(cells)
            if level != few[arm] or n % 10 == 0
        ]
        assert not factors(tmp_path, "pid,arm,treatment,sex,score", kept, **told)


def test_arms_of_two_treatments_and_both(tmp_path: Path):
    arms = ("placebo", "aspirin", "heparin", "aspirin + heparin")
    rows = crossed(arms, ("x", "y"), 20)
    told = {"arm": "arm", "control": "placebo", "primary": "score"}
    (guess,) = factors(tmp_path, "pid,arm,wing,sex,score", rows, **told)
    assert "Each of two treatments was given or not" in guess.evidence


def schools(folder: Path) -> Path:
    """28 schools of 20 pupils, each of one of four cells of two treatments, and their product."""
    draw = random.Random(4)
    rows = [
        f"{school},{a},{b},{a * b},{draw.randint(0, 1)}"
        for school in range(101, 129)
        for a, b in [divmod(school % 4, 2)]
        for _ in range(20)
    ]
    write(path := folder / "schools.csv", ["school,treat_cc,treat_tv,treat_both,smoked", *rows])
    return path


def test_two_factors_in_clusters_keep_the_clusters(tmp_path: Path):
    """Told or seen; the second factor, which is like another arm, is a covariate once the design
    is told, its product with the first never; without clusters none are taken."""
    tables = profile([str(schools(tmp_path))])
    told = {"arm": "treat_cc", "control": "0", "primary": "smoked", "design": "factorial"}
    for more in ({}, {"cluster": "school"}):
        draft = with_covariates(
            decide(tables, {**told, **more, "covariates": "treat_tv"}, first_choice), first_choice
        )
        assert (draft.design.kind, draft.design.cluster) == ("cluster", "school")
        assert draft.covariates == ("treat_tv",)
    draft = decide(tables, {**told, "cluster": "none"}, first_choice)
    assert draft.design.kind == "parallel"
    with pytest.raises(UserError, match="treat_both"):
        with_covariates(
            decide(tables, {**told, "covariates": "treat_both"}, first_choice), first_choice
        )


def test_a_cluster_beside_a_parallel_design_is_refused(tmp_path: Path):
    tables = profile([str(schools(tmp_path))])
    told = {"arm": "treat_cc", "control": "0", "primary": "smoked", "design": "parallel"}
    assert not decide(tables, told, first_choice).design.cluster
    with pytest.raises(UserError, match="has no clusters"):
        decide(tables, {**told, "cluster": "school"}, first_choice)


@pytest.mark.parametrize("flag", ["covariates", "later"])
def test_what_no_step_within_patients_takes_is_refused(tmp_path: Path, flag: str):
    """Of a crossover, where it would be without effect; of one treatment a patient it is taken."""
    for first in (True, False):
        rows = [
            f"P{n},{period},{'AB'[(n + period) % 2 if first else n % 2]},{n % 7},{n * period % 19}"
            for n in range(40)
            for period in ((1, 2) if first else (1,))
        ]
        write(tmp_path / "made.csv", ["pid,period,treatment,tired,score", *rows])
        told = {"control": "A", "primary": "score", "arm": "treatment", flag: "tired"}
        draft = decide(profile([str(tmp_path / "made.csv")]), told, first_choice)
        if first:
            with pytest.raises(UserError, match=f"--{flag}"):
                with_covariates(draft, first_choice)
        else:
            assert with_covariates(draft, first_choice).told[flag] == "tired"
