"""Curves under re-randomisation, against every assignment listed here."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trialtrace.stats import resampling
from trialtrace.stats.resampling.curves import (
    Curve,
    border,
    curve,
    curve_draws,
    joined,
    joint_inference,
    spread_by_choice,
    summarised,
)
from trialtrace.stats.results import StatsError

ARM = np.array(["a", "b", "a", "b", "b", "a", "a", "b", "b"])
STRATUM = np.array([1, 1, 1, 1, 1, 2, 2, 2, 2])
VALUES = np.array([3.0, 7.0, 1.0, 8.0, 4.0, 6.0, 2.0, 9.0, 5.5])
SCHEME = resampling.stratified(ARM, STRATUM)
LEVEL = 0.1


def columns() -> np.ndarray:
    """Three analyses: of values, of ranks, of values above 4."""
    return np.column_stack([VALUES, stats.rankdata(VALUES), VALUES > 4])


def every_assignment() -> list[np.ndarray]:
    """Who is in b, for every assignment with the sizes kept in each stratum."""
    ways = []
    for stratum in (1, 2):
        members = np.flatnonzero(stratum == STRATUM)
        size = int((ARM[members] == "b").sum())
        ways.append([set(chosen) for chosen in combinations(members.tolist(), size)])
    return [np.isin(np.arange(len(ARM)), sorted(set().union(*sets))) for sets in product(*ways)]


def listed_z(scores: np.ndarray) -> np.ndarray:
    """z of every assignment, (assignments, analyses): sums less their mean, by their spread."""
    sums = np.array([scores[chosen].sum(axis=0) for chosen in every_assignment()])
    return (sums - sums.mean(axis=0)) / sums.std(axis=0)


def observed_of(scores: np.ndarray) -> np.ndarray:
    mine = ARM == "b"
    at = next(i for i, chosen in enumerate(every_assignment()) if (chosen == mine).all())
    return listed_z(scores)[at]


def counts(scores: np.ndarray) -> dict[str, np.ndarray]:
    """Each p-value's share of assignments, counted in so many words."""
    z, mine = listed_z(scores), observed_of(scores)
    eps = 1e-9
    passes = stats.norm.ppf(1 - LEVEL / 2)
    share = (np.abs(z) >= passes).sum(axis=1)
    return {
        "p_value": (np.abs(z) >= np.abs(mine) - eps).mean(axis=0),
        "adjusted": np.array([(np.abs(z).max(axis=1) >= abs(m) - eps).mean() for m in mine]),
        "p_median": (np.abs(np.median(z, axis=1)) >= abs(np.median(mine)) - eps).mean(),
        "p_share": (share >= (np.abs(mine) >= passes).sum()).mean(),
        "p_smallest": (np.abs(z).max(axis=1) >= np.abs(mine).max() - eps).mean(),
    }


def test_z_is_the_sum_by_its_spread_over_all_assignments():
    assert curve(SCHEME, columns(), arm="b").z == pytest.approx(observed_of(columns()), abs=1e-12)


def test_p_values_of_all_assignments_are_those_counted_by_hand():
    observed = curve(SCHEME, columns(), arm="b")
    z, wanted = listed_z(columns()), counts(columns())
    joint = joint_inference(
        observed, summarised(observed, z, level=LEVEL), level=LEVEL, confidence=0.95
    )
    number = len(z)
    for name, share in wanted.items():
        p = getattr(joint, name)[..., 0]
        assert p == pytest.approx((share * number + 1) / (number + 1), abs=1e-12), name


def test_draws_give_them_within_their_monte_carlo_intervals():
    observed = curve(SCHEME, columns(), arm="b")
    draws = curve_draws(observed, level=LEVEL, seed=(20261120, 5), start=0, stop=20_000)
    joint = joint_inference(observed, draws, level=LEVEL, confidence=0.999)
    for name, share in counts(columns()).items():
        low, high = getattr(joint, name)[..., 1], getattr(joint, name)[..., 2]
        assert np.all((low <= share) & (share <= high)), name


def test_p_is_that_of_scipy_where_one_stratum_is_all():
    arm = np.array(list("aaaabbbbb"))
    scheme = resampling.fixed_margins(arm)
    observed = curve(scheme, VALUES[:, None], arm="b")
    sums = np.array([VALUES[list(c)].sum() for c in combinations(range(9), 5)])
    z = ((sums - sums.mean()) / sums.std())[:, None]
    draws = summarised(observed, z, level=LEVEL)
    theirs = stats.permutation_test(
        (VALUES[arm == "b"], VALUES[arm == "a"]),
        lambda x, y: abs(x.sum() / 5 - y.sum() / 4),
        alternative="greater",
        n_resamples=np.inf,
    )
    assert draws.extreme[0] / len(z) == pytest.approx(theirs.pvalue, abs=1e-12)


def test_p_of_an_analysis_is_that_of_its_own_test():
    observed = curve(SCHEME, columns(), arm="b")
    draws = curve_draws(observed, level=LEVEL, seed=(7, 8), start=0, stop=999)
    joint = joint_inference(observed, draws, level=LEVEL, confidence=0.95)
    test = resampling.rerandomisation_test(
        SCHEME,
        columns(),
        arm="b",
        sides="two_sided",
        draws=999,
        exact_up_to=0,
        seed=(7, 8),
        confidence=0.95,
        tie_tolerance=resampling.TIE_TOLERANCE,
    )
    assert joint.p_value[:, 0].tolist() == test.p_value.tolist()


@given(st.lists(st.integers(1, 399), max_size=4, unique=True).map(sorted))
def test_any_division_of_the_draws_gives_the_same_bytes(borders: list[int]):
    observed = curve(SCHEME, columns(), arm="b")
    ends = [0, *borders, 400]
    parts = [
        curve_draws(observed, level=LEVEL, seed=(1, 2), start=first, stop=stop)
        for first, stop in pairwise(ends)
    ]
    whole = curve_draws(observed, level=LEVEL, seed=(1, 2), start=0, stop=400)
    together = joined(parts)
    for name in ("extreme", "largest", "median", "passing", "ordered"):
        assert getattr(together, name).tobytes() == getattr(whole, name).tobytes()


def test_many_analyses_are_asked_for_as_often_as_few_and_give_the_same(monkeypatch):
    """Scores of a large multiverse are read from files each time."""
    asked = []

    def slabs():
        asked.append(True)
        yield from np.hsplit(columns(), 3)

    def draws() -> list[bytes]:
        asked.clear()
        found = curve_draws(
            curve(SCHEME, slabs, arm="b"), level=LEVEL, seed=(1, 2), start=0, stop=500
        )
        return [getattr(found, name).tobytes() for name in found.__dataclass_fields__]

    wanted, few = draws(), len(asked)
    # Three cells are one draw of three analyses, as of millions with all the room.
    monkeypatch.setattr("trialtrace.stats.resampling.curves.CHUNK_CELLS", 3)
    assert draws() == wanted
    assert len(asked) == few


def test_the_other_arm_has_the_other_sign_and_the_same_p():
    first, second = (curve(SCHEME, columns(), arm=arm) for arm in "ab")
    assert first.z.tolist() == (-second.z).tolist()
    one, two = (
        joint_inference(
            each,
            curve_draws(each, level=LEVEL, seed=(1, 2), start=0, stop=500),
            level=LEVEL,
            confidence=0.95,
        )
        for each in (first, second)
    )
    assert one.p_value.tolist() == two.p_value.tolist()
    assert one.adjusted.tolist() == two.adjusted.tolist()


def test_another_analysis_leaves_the_others_p_and_does_not_lower_their_adjusted_p():
    fewer, more = (
        joint_inference(
            each,
            curve_draws(each, level=LEVEL, seed=(1, 2), start=0, stop=500),
            level=LEVEL,
            confidence=0.95,
        )
        for each in (
            curve(SCHEME, columns()[:, :2], arm="b"),
            curve(SCHEME, columns(), arm="b"),
        )
    )
    assert fewer.p_value.tolist() == more.p_value[:2].tolist()
    assert (more.adjusted[:2, 0] >= fewer.adjusted[:, 0]).all()


def test_scores_that_no_assignment_tells_apart_are_refused():
    with pytest.raises(StatsError, match="constant within every cell"):
        curve(SCHEME, np.ones((9, 1)), arm="b")


def test_the_border_of_a_level_is_the_normal_quantile():
    assert border(0.05) == pytest.approx(1.959963984540054, abs=1e-12)


def test_an_observed_curve_beyond_all_others_has_the_least_p():
    observed = curve(SCHEME, columns(), arm="b")
    far = Curve(SCHEME, observed.scores, "b", observed.z + 50, observed.sd, observed.tolerance)
    draws = curve_draws(far, level=LEVEL, seed=(1, 2), start=0, stop=199)
    joint = joint_inference(far, draws, level=LEVEL, confidence=0.95)
    assert joint.p_smallest[0] == 1 / 200


def test_the_spread_over_a_balanced_grid_is_that_of_sums_of_squares_by_hand():
    # Means over a 2 and 6, over b 3, 4 and 5, of all 4: sums of squares 24, 4 and in all 28.
    estimates = [1.0, 2.0, 3.0, 5.0, 6.0, 7.0]
    choices = [[a, b] for a in (0, 1) for b in (0, 1, 2)]
    shares, exact = spread_by_choice(estimates, choices)
    assert exact
    assert shares == pytest.approx([24 / 28, 4 / 28], abs=1e-12)
    turned, _ = spread_by_choice(estimates, [row[::-1] for row in choices])
    assert turned == pytest.approx([4 / 28, 24 / 28], abs=1e-12)


def test_the_spread_over_any_grid_is_that_of_sequential_sums_of_squares():
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    a, b = [0, 0, 0, 1, 1, 2, 2], [0, 1, 1, 0, 1, 0, 0]
    y = [1.0, 2.5, 2.0, 4.0, 3.0, 7.0, 7.5]
    table = anova_lm(ols("y ~ C(a) + C(b)", pd.DataFrame({"y": y, "a": a, "b": b})).fit(), typ=1)
    shares, exact = spread_by_choice(y, np.column_stack([a, b]))
    assert not exact
    total = table["sum_sq"].sum()
    assert shares == pytest.approx((table["sum_sq"] / total).tolist()[:2], rel=1e-9)


def test_estimates_that_are_all_one_have_no_spread():
    shares, _ = spread_by_choice([2.0, 2.0], [[0], [1]])
    assert shares.tolist() == [0.0]
