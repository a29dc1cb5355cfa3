"""Curves under re-randomisation and scores against every assignment listed."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from stats_strategies import given as few
from stats_strategies import same, samples

from trialtrace.stats import StatsError, resampling
from trialtrace.stats import resampling as r
from trialtrace.stats.resampling.curves import (
    Curve,
    curve,
    curve_draws,
    joined,
    joint_inference,
    spread_by_choice,
    summarised,
)
from trialtrace.stats.resampling.drawing import blocks, layout_of

LETTERS = np.array(["a", "b", "a", "b", "b", "a", "a", "b", "b"])
STRATUM = np.array([1, 1, 1, 1, 1, 2, 2, 2, 2])
VALUES = np.array([3.0, 7.0, 1.0, 8.0, 4.0, 6.0, 2.0, 9.0, 5.5])
SCHEME = resampling.stratified(LETTERS, STRATUM)
LEVEL = 0.1


def columns() -> np.ndarray:
    """Three analyses: of values, of ranks, of values above 4."""
    return np.column_stack([VALUES, stats.rankdata(VALUES), VALUES > 4])


def every_assignment() -> list[np.ndarray]:
    """Who is in b, for every assignment with the sizes kept in each stratum."""
    ways = []
    for stratum in (1, 2):
        members = np.flatnonzero(stratum == STRATUM)
        size = int((LETTERS[members] == "b").sum())
        ways.append([set(chosen) for chosen in combinations(members.tolist(), size)])
    return [np.isin(np.arange(len(LETTERS)), sorted(set().union(*sets))) for sets in product(*ways)]


def listed_z(scores: np.ndarray) -> np.ndarray:
    """z of every assignment, (assignments, analyses): sums less their mean, by their spread."""
    sums = np.array([scores[chosen].sum(axis=0) for chosen in every_assignment()])
    return (sums - sums.mean(axis=0)) / sums.std(axis=0)


def observed_of(scores: np.ndarray) -> np.ndarray:
    mine = LETTERS == "b"
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


def test_estimates_that_are_all_one_have_no_spread():
    shares, _ = spread_by_choice([2.0, 2.0], [[0], [1]])
    assert shares.tolist() == [0.0]


OPTIONS = {
    "draws": 50,
    "exact_up_to": 0,
    "seed": (1, 2),
    "confidence": 0.95,
    "tie_tolerance": r.TIE_TOLERANCE,
}
TEST = {"arm": 1, "sides": "two_sided", **OPTIONS}


def test_darwins_maize_as_fisher_counted_it():
    """The Design of Experiments, 1935, section 21: 863 of 32,768 sums reach 314, 1,726 both ways.

    Differences of crossed less self-fertilised plants of 15 pairs, in eighths of an inch.
    """
    d = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
    # The crossed plant is on the second side throughout but for one pair, turned around.
    scheme, turned = r.within_patient(["2"] * 14 + ["1"]), d * np.array([1] * 14 + [-1])
    for sides, count in (("greater", 863), ("two_sided", 1726)):
        options = {**TEST, "arm": "2", "sides": sides, "exact_up_to": 2**15}
        found = r.rerandomisation_test(scheme, turned, **options)
        assert (found.exact, found.statistic, found.extreme) == (True, [314], [count])


@few(x=samples(4, 12))
def test_scores_sum_to_nothing_and_leave_out_who_is_not_included(x):
    n = x.size
    keep, stratum = np.arange(n) % 4 > 0, np.arange(n) % 2
    time, event = np.abs(x) + 1, (x > 0).astype(float)
    missing = np.where(keep, x, np.nan)
    for f in (
        lambda y, k: r.mean_scores(y, included=k),
        lambda y, k: r.rank_scores(y, stratum=None, weights="equal", included=k),
        lambda y, k: r.rank_scores(y, stratum=stratum, weights="van_elteren", included=k),
        lambda y, k: r.stratum_scores(y, stratum, included=k),
        lambda y, k: r.log_rank_scores(time, event, stratum=stratum, included=k),
    ):
        scores = f(missing, keep)
        assert abs(scores.sum()) < 1e-9 and not scores[~keep].any()
        same(f(x, np.ones(n, dtype=bool)), f(x, None))
    two = np.column_stack([stratum, 1 - stratum])
    once, twice = (r.residual_scores(x, z, included=None) for z in (two[:, :1], two))
    same(once, twice)
    same(once, r.stratum_scores(x, stratum, included=None))
    same(
        r.residual_scores(missing, 60 + two, included=keep)[keep],
        r.residual_scores(x[keep], two[keep], included=None),
    )


ARM = [0, 1, 0, 1]
REFUSED = {
    "no block has patients of two arms": lambda: r.permuted_blocks(ARM, [1, 2, 3, 4]),
    "2 to 100 arms": lambda: r.fixed_margins([1, 1, 1]),
    "missing labels": lambda: r.stratified(ARM, [1, None, 2, 2]),
    "stratum must have shape": lambda: r.stratified(ARM, [1, 2]),
    "two sides": lambda: r.within_patient([0, 1, 2]),
    "sum to 1": lambda: r.bernoulli(ARM, probabilities=[0.5, 0.6]),
    "2 probabilities are needed": lambda: r.bernoulli(ARM, probabilities=[1.0]),
    "no arm 5": lambda: r.fixed_margins(ARM).between(0, 5),
    "two different arms": lambda: r.fixed_margins(ARM).between(0, 0),
    "choose two with": lambda: r.rerandomisation_test(
        r.fixed_margins([0, 1, 2]), [1, 2, 3], **TEST
    ),
    "one row a patient": lambda: r.rerandomisation_test(r.fixed_margins(ARM), [1, 2, 3], **TEST),
    "1 missing or infinite": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1, 2, np.nan, 4], **TEST
    ),
    "seed must be a whole number": lambda: r.draw_assignments(
        r.fixed_margins(ARM), seed=-1, start=0, stop=1
    ),
    "numbered from 0": lambda: r.draw_assignments(
        r.fixed_margins(ARM), seed=(1, 2), start=-1, stop=1
    ),
    "rows must be": lambda: next(
        blocks(layout_of(r.fixed_margins(ARM)), seed=(1, 2), start=0, stop=9, rows=-1)
    ),
    "draws must be": lambda: r.global_test(
        r.fixed_margins(ARM), [1, 2, 3, 4], **{**OPTIONS, "draws": 0}
    ),
    "no arms; use rerandomisation_test": lambda: r.global_test(
        r.within_patient(ARM), [1, 2, 3, 4], **OPTIONS
    ),
    "tie_tolerance": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1, 2, 3, 4], **{**TEST, "tie_tolerance": 0.5}
    ),
    "exact_up_to must be": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1, 2, 3, 4], **{**TEST, "exact_up_to": 1e6}
    ),
    "too large to be added up": lambda: r.rerandomisation_test(
        r.fixed_margins(ARM), [1e308, -1e308, 0, 1], **TEST
    ),
    "residual degrees": lambda: r.residual_scores([1, 2], [[1], [2]], included=None),
    "no patient is included": lambda: r.mean_scores([1, 2], included=[False, False]),
    "weights must be": lambda: r.rank_scores([1, 2], stratum=None, weights="x", included=None),
    "constant within every cell": lambda: curve(SCHEME, np.ones((9, 1)), arm="b"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_a_reason(message):
    with pytest.raises(StatsError, match=message):
        REFUSED[message]()


def test_small_and_constant_trials():
    constant = r.rerandomisation_test(r.fixed_margins(ARM), np.full(4, 0.1 + 0.2), **TEST)
    assert (constant.p_value, constant.sd, constant.statistic) == ([1.0], [0.0], [0.0])
    in_strata = r.stratified([0, 1, 0] * 3, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    flat = r.rerandomisation_test(in_strata, np.repeat([0.1, 1e6 + 0.1, 0.7], 3), **TEST)
    assert (flat.p_value, flat.sd, flat.statistic) == ([1.0], [0.0], [0.0])
    none, *_ = r.monte_carlo([0, 999], draws=999, confidence=0.95)
    assert none.tolist() == [0.001, 1.0]
    everyone = r.binary_exact([3, 0], [3, 0], [2, 1], [2, 1])
    assert everyone == r.BinaryExact(3.0, 3.0, 0.0, 1.0, 1.0, 1.0, 1.0)
    flat = r.global_test(r.fixed_margins([0, 1, 2]), [5, 5, 5], **OPTIONS)
    assert (flat.p_value, flat.df, flat.statistic) == ([1.0], [0.0], [0.0])
    options = {**OPTIONS, "exact_up_to": 100}
    two = r.rerandomisation_test(r.fixed_margins([0, 1]), [1, 2], arm=1, sides="greater", **options)
    assert (two.p_value, two.draws, two.exact) == ([0.5], 2, True)
