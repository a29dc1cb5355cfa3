"""Two columns of codes that say the same: the arm and what was given, a status and its reason."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import correspondence
from trialtrace.run.integrity.export import CODE, NUMBER, Column, Export, Sheet

N = 160
SITE = np.arange(N) % 4


def export(*columns: Column, arm=None, arms=("A", "B", "C"), **more) -> Export:
    none = np.zeros(N, np.intp)
    sheet = Sheet("p", np.arange(2, N + 2), np.arange(N), none, none, columns)
    at = None if arm is None else ("p", "group")
    used = frozenset({("p", "cured")})
    more |= {"arm": arm, "arm_column": at, "arms": arms, "used": used}
    return Export(N, "p", (sheet,), site=SITE, **more)


def arms(seed: int, codes: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).permutation(np.arange(N) % codes)


def given(values, levels=(), name="eye_drops", kind=CODE) -> Column:
    return Column(name, kind, np.asarray(values, float), levels=levels)


def of(made: Export):
    return min(correspondence.looks(made), key=lambda look: (look.p, not look.rows))


@pytest.mark.parametrize(
    "wrong", [SITE == 2, np.arange(N) >= 110, np.arange(N) < 20], ids=["site", "later", "first"]
)
def test_a_part_that_was_given_another_treatment_is_told_with_its_rows(wrong):
    arm = arms(1)
    look = of(export(given(np.where(wrong, 1 - arm, arm)), arm=arm))
    assert look.p < 1e-6 and look.where == "p.eye_drops"
    assert look.rows == tuple(np.flatnonzero(wrong) + 2)
    both = [int((wrong & (arm == code)).sum()) for code in (0, 1)]
    assert f"(A {both[0]}, B {both[1]})" in look.told
    # Of hidden arms nothing is said.
    assert not list(correspondence.looks(export(given(arm), arm=arm, arms=())))


def test_an_arm_one_row_down_is_told_by_a_dose():
    arm = arms(2, 3)
    dose = given(np.array([0.0, 5.0, 20.0])[arm], name="dose", kind=NUMBER)
    moved = np.append(arm[:1], arm[:-1])
    look = of(export(dose, arm=moved))
    assert look.p < 1e-30 and "159 of 159 rows with the row 1 above" in look.told
    assert not [one for one in correspondence.looks(export(dose, arm=arm)) if one.p < 1]


def test_single_rows_are_told_without_a_chance():
    arm = arms(3)
    wrong = np.isin(np.arange(N), [10, 60, 101, 155])
    look = of(export(given(np.where(wrong, 1 - arm, arm)), arm=arm))
    assert look.p > 0.05 and look.rows == (12, 62, 103, 157)
    assert look.remark == correspondence.OTHERWISE


def test_names_tell_arms_that_are_exchanged_in_all_rows():
    arm = arms(4)
    called = export(given(1 - arm, ("Timolol", "Placebo")), arm=arm, arms=("timolol", "placebo"))
    assert of(called).p < 1e-40 and len(of(called).rows) == N
    right = replace(called, arms=("placebo", "timolol"))
    assert not [look for look in correspondence.looks(right) if look.p < 1 or look.rows]


def test_what_only_goes_with_the_arm_says_nothing_of_it():
    rng, arm = np.random.default_rng(5), arms(5)
    better = np.where(rng.random(N) < 0.85, arm, 1 - arm)
    outcome = given(better, ("no", "yes"), name="better")
    assert not list(correspondence.looks(export(outcome, arm=arm)))
    same = export(given(np.where(SITE == 2, 1 - arm, arm)), arm=arm)
    assert not list(correspondence.looks(replace(same, outcomes=frozenset({("p", "eye_drops")}))))


REASONS = ("cure", "moved away", "study closed")


def test_a_status_turned_at_a_site_contradicts_its_reason():
    rng = np.random.default_rng(6)
    reason = given(rng.integers(0, 3, N), REASONS, name="reason")
    cured = (reason.values == 0) ^ (SITE == 1)
    look = of(export(given(cured, ("no", "yes"), "cured"), reason))
    assert look.where == "p.cured" and look.p < 1e-6
    assert look.rows == tuple(np.flatnonzero(SITE == 1) + 2)
    few = (reason.values == 0) ^ np.isin(np.arange(N), [30, 77, 140])
    look = of(export(given(few, ("no", "yes"), "cured"), reason))
    assert look.remark == correspondence.OTHER and look.rows == (32, 79, 142)
    # Where no name says that they belong together, an exception may well be one.
    other = replace(reason, levels=("a", "b", "c"))
    alone = of(export(given(few, ("no", "yes"), "cured"), other))
    assert alone.p > 0.05 and not alone.remark


def test_two_codes_of_clusters_are_few():
    """Of 14 practices most that are large are in towns; each has 11 or 12 rows."""
    practice = np.arange(N) % 14
    size, town = np.isin(practice, [0, 2, 4, 6, 8, 10]), np.isin(practice, [0, 2, 4, 6, 8, 12])
    both = given(size, name="cured"), given(town, name="town")
    assert list(correspondence.looks(export(*both)))
    assert not list(correspondence.looks(export(*both, cluster=practice)))


def test_the_chance_is_that_of_lots():
    known, part = np.ones(N, bool), np.arange(N) < 100
    wrong = np.arange(N) >= 140
    p = correspondence.spread(known, part, wrong)
    assert p == pytest.approx(stats.hypergeom(N, 60, 20).sf(19))
