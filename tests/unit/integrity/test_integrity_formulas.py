"""Chances that the checks of rows tell, against R and against brute force."""

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import (
    allocation,
    balance,
    blocks,
    carried,
    correlations,
    digits,
    duplicates,
    sites,
    weekdays,
)
from trialtrace.run.integrity.export import (
    CODE,
    NUMBER,
    Export,
    Slice,
)

AT = np.arange(60)
DAY = ((AT * AT * 7) % 41).astype(float)
ARM = ((AT * 3 + AT // 5) % 2).astype(np.intp)
SITE = ((AT * 7) % 3).astype(np.intp)
X = ((AT * AT * 13) % 97 + SITE * 3 * (AT % 4)).astype(float)
Y = ((AT * 17) % 29).astype(float)


def column(values, kind=NUMBER, name="x"):
    values = np.asarray(values, float)
    return Slice("t", name, kind, 0, 0, values, np.arange(2, len(values) + 2))


def test_arms_by_day_are_kruskal_and_wallis_as_in_r():
    # kruskal.test(day, factor(arm))
    look = next(allocation._by_date(ARM, DAY, column(DAY)))
    assert look.p == pytest.approx(0.326184852513097, rel=1e-12)


def test_runs_have_the_moments_of_all_orders():
    arm = np.array([0, 0, 0, 1, 1, 2, 2])
    runs = np.array([1 + np.count_nonzero(np.diff(o)) for o in permutations(arm)], float)
    z = (1 + np.count_nonzero(np.diff(arm)) - runs.mean()) / runs.std()
    assert allocation.runs_z([arm]) == pytest.approx(z, rel=1e-12)
    # Strata add: the same twice is the square root of two further.
    assert allocation.runs_z([arm, arm]) == pytest.approx(z * np.sqrt(2), rel=1e-12)


def test_weekdays_are_those_of_the_calendar():
    import datetime

    first = datetime.date(1970, 1, 1)
    days = np.arange(0, 20000, 37).astype(float)
    dates = [first + datetime.timedelta(days=int(day)) for day in days]
    assert allocation.weekdays(days).tolist() == [date.weekday() for date in dates]
    off = [(date.month, date.day) in {(1, 1), (12, 25), (12, 26)} for date in dates]
    assert weekdays.holidays(days).tolist() == off
    assert any(off)


def test_weekends_are_binomial_and_fishers_test_as_in_r():
    # pbinom(19, 40, 2/7, lower.tail = FALSE)
    free = np.arange(40) < 20
    assert weekdays.too_many(free, np.arange(40)) == pytest.approx(0.00339761060398694, rel=1e-12)
    # fisher.test(table(site == s, free), alternative = "greater"), the least of three, times three
    free = (AT * 5) % 7 >= 5
    assert weekdays.by_site(free, SITE) == pytest.approx(1.0)
    one = (SITE == 1).astype(np.intp)
    least = min(
        stats.fisher_exact(
            [[(free & (one == s)).sum(), (~free & (one == s)).sum()],
             [(free & (one != s)).sum(), (~free & (one != s)).sum()]], "greater"
        )[1]
        for s in (0, 1)
    )  # fmt: skip
    assert weekdays.by_site(free, one) == pytest.approx(min(1, 2 * least))
    assert least == pytest.approx(0.534209882537229, rel=1e-12)


def test_spread_by_site_is_brown_and_forsythes_test_as_in_r():
    # anova(lm(abs(x - ave(x, g, FUN = median)) ~ g))
    export = Export(60, "t", (), site=SITE)
    export.__dict__["numbers"] = (column(X),)
    look = next(sites.looks(export))
    assert look.p == pytest.approx(0.303181200487723, rel=1e-12)


def test_distances_from_the_centre_are_mahalanobis_of_normal_scores_as_in_r():
    # mahalanobis(cbind(n, m), 0, cov(cbind(n, m))) of qnorm((rank - 0.5) / 60), centred
    far = sites.distances(np.column_stack([X, Y]))
    assert far[:3] == pytest.approx([8.60445198349536, 1.99254553950839, 0.948866493451913])
    assert far.sum() == pytest.approx(118)
    # wilcox.test(d[site == 1], d[site != 1], alternative = "less")
    p = stats.mannwhitneyu(far[SITE == 1], far[SITE != 1], alternative="less").pvalue
    assert p == pytest.approx(0.631996918425449)


def test_a_whole_and_its_part_are_no_pair_between_sites():
    """Nor two that exclude each other; of two of three values each is one of its own."""
    whole = np.repeat([0.0, 1.0], 100)
    part, answer = whole * np.tile([0.0, 1.0], 100), np.tile([0.0, 1.0], 100)
    assert correlations._follows(whole, part)
    assert correlations._follows(part, 1 - whole)
    assert not correlations._follows(whole, answer)
    assert not correlations._follows(whole, np.tile([0.0, 1.0, 2.0, 0.0], 50))


def test_correlations_as_in_r():
    assert correlations.rank_correlation(X, Y) == pytest.approx(0.0833275451656142)
    assert correlations.weaker(0.05, 80, 0.2) == pytest.approx(0.0965635709254564)
    export = Export(60, "t", (), site=SITE)
    p = correlations.unlike(export, column(X), column(Y))
    assert p == pytest.approx(0.636760003660429)


def test_the_variance_of_a_rank_correlation_holds():
    rng = np.random.default_rng(5)
    normal = rng.multivariate_normal([0, 0], [[1, 0.209], [0.209, 1]], (2000, 60))
    drawn = [correlations.rank_correlation(*one.T) for one in normal]
    p = np.array([correlations.weaker(r, 60, 0.2) for r in drawn])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_baseline_sums_are_pearsons_and_their_tails_those_of_all_allocations():
    arm = np.array([0, 1, 0, 1, 1, 0, 0, 1])
    code = np.array([0, 0, 1, 1, 2, 0, 1, 2])
    data = balance.columns(column(code, CODE), np.arange(8))
    seen, drawn = balance.statistics(data, arm, np.zeros(8, np.intp))
    counts = np.array([[(code[arm == a] == c).sum() for c in range(3)] for a in (0, 1)])
    due = counts.sum(1)[:, None] * counts.sum(0) / 8
    assert seen.sum() == pytest.approx(((counts - due) ** 2 / due).sum())

    def of(chosen):
        own = np.isin(np.arange(8), chosen).astype(int)
        return balance.statistics(data, own, np.arange(8))[0].sum()

    every = np.array([of(chosen) for chosen in combinations(range(8), 4)])
    below, above = balance.tails(seen.sum(), drawn.sum(axis=1))
    assert below == pytest.approx((every <= seen.sum() + 1e-9).mean(), abs=0.04)
    assert above == pytest.approx((every >= seen.sum() - 1e-9).mean(), abs=0.04)


def test_draws_of_arms_stay_within_strata():
    strata = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    arm = np.array([0, 1, 1, 0, 0, 0, 0, 1])
    data = (strata == 0).astype(float)[:, None]
    seen, drawn = balance.statistics(data, arm, strata)
    assert np.allclose(drawn, seen)


def test_draws_in_batches_are_those_of_one_batch(monkeypatch):
    data = np.column_stack([X, Y])
    whole = balance.statistics(data, ARM, SITE)
    monkeypatch.setattr(balance, "CELLS", 700)
    for one, other in zip(whole, balance.statistics(data, ARM, SITE), strict=True):
        assert np.allclose(one, other, rtol=1e-12)


def test_pairs_score_what_counting_gives():
    rng = np.random.default_rng(3)
    values = rng.integers(0, 30, 25).astype(float)
    codes = rng.integers(0, 3, 25).astype(float)
    values[3] = np.nan
    total = duplicates.pair_scores([column(values), column(codes, CODE)])
    there = [i for i in range(25) if i != 3]

    def middle(i):
        below = sum(values[j] < values[i] for j in there)
        return (below + sum(values[j] == values[i] for j in there) / 2) / 24

    def number(i, j):
        ties = [sum(values[k] == values[at] for k in there) / 24 for at in (i, j)]
        return -np.log(min(1, 2 * abs(middle(i) - middle(j)) + sum(ties) / 2))

    def code(i, j):
        return -np.log((codes == codes[i]).mean()) if codes[i] == codes[j] else 0

    numbers = np.array([[number(i, j) for j in there] for i in there])
    same = np.array([[code(i, j) for j in range(25)] for i in range(25)])
    assert total[0, 5] == pytest.approx(
        numbers[0, there.index(5)] - numbers.mean() + same[0, 5] - same.mean(), abs=1e-4
    )
    assert total[3, 7] == pytest.approx(same[3, 7] - same.mean(), abs=1e-4)


def test_the_gap_near_the_top_has_its_chance_in_an_exponential_tail():
    rng = np.random.default_rng(8)
    p = [duplicates.top_gap(rng.exponential(size=2000))[0] for _ in range(1500)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.02)
    # One gap by itself: the first against a hundred others is F with 2 and 200 degrees of freedom.
    x = np.sort(rng.exponential(size=400))[::-1]
    x[0] += 20
    gaps = np.arange(1, 200) * -np.diff(x)[:199]
    f = gaps[0] / gaps[1:101].mean()
    assert duplicates.top_gap(x)[0] == pytest.approx(100 * stats.f.sf(f, 2, 200), rel=1e-6)
    assert duplicates.top_gap(x)[1] == 1


def brute_longest(values):
    n = len(values)
    best = 0
    for i in range(n):
        for j in range(i + 1, n):
            length = 0
            while j + length < n and values[i + length] == values[j + length]:
                length += 1
                if len(set(values[i : i + length])) > 1 or length == 1:
                    best = max(best, length)
    return best


def test_the_longest_run_that_stands_twice():
    rng = np.random.default_rng(2)
    for size in (5, 12, 40, 80):
        for levels in (2, 5, 30):
            values = rng.integers(0, levels, size).astype(float)
            assert blocks.longest(values)[0] == brute_longest(values.tolist())
    length, starts = blocks.longest(np.array([7.0, 1, 2, 3, 9, 1, 2, 3, 8]))
    assert (length, starts) == (3, (1, 5))


def test_the_chance_of_a_run_is_that_of_orders_drawn_by_lot():
    rng = np.random.default_rng(4)
    values = np.round(rng.normal(50, 8, 120))
    drawn = np.array([blocks.longest(rng.permutation(values))[0] for _ in range(1500)])
    for length in (3, 4):
        seen = (drawn >= length).mean()
        assert blocks.chance(values, length) == pytest.approx(seen, abs=0.25 * seen + 0.01)


def test_last_digits_follow_the_shape_of_the_column():
    rng = np.random.default_rng(6)
    p = [digits.preference(np.round(rng.exponential(25, 400)).astype(int) + 30) for _ in range(600)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.025)
    seen, smooth = digits.inner(np.array([3, 47, 47, 120]))
    assert seen.tolist() == [0, 0, 0, 0, 0, 0, 0, 2, 0, 0]
    # Each value has a tenth at the nine around it and half of one at the two beyond.
    assert smooth == pytest.approx(np.full(10, 0.2) + 0.05 * np.isin(np.arange(10), [5, 8]))


def test_rounding_is_no_preference():
    rng = np.random.default_rng(7)
    fives = np.round(rng.normal(130, 15, 300) / 5).astype(int) * 5
    twos = np.round(rng.normal(130, 15, 300) / 2).astype(int) * 2
    assert digits.preference(fives) is None
    assert digits.preference(np.concatenate([fives, twos])) > 0.001


def test_digits_between_groups_are_pearsons_test():
    group = (np.arange(400) % 2).astype(np.intp)
    digit = (np.arange(400) * 7 // 3) % 10
    p = [
        stats.chi2_contingency(
            [[((group == g) & (digit == d)).sum() for d in alike] for g in (0, 1)],
            correction=False,
        ).pvalue
        for alike in ((1, 3, 7, 9), (2, 4, 6, 8))
    ]
    assert digits.between(digit, group) == pytest.approx(min(1, 2 * min(p)))
    # A group that rounds to fives has other digits, and no others among these.
    rounded = np.where(group == 1, np.where(np.arange(400) % 4 == 1, 5, digit), digit)
    assert digits.between(rounded, group) > 0.01


def test_values_that_meet_a_target_are_fishers_test():
    x = np.array([100.0] * 30 + [103] * 20 + [110] * 4 + [112] * 26 + [91] * 20)
    target = np.full(100, 100.0)
    same, p = carried.met(x, target, 1.0)
    assert same.sum() == 30
    # Near 100: 30 of 50 meet it; near 110 and 90: 4 of 50 meet those.
    assert p == pytest.approx(stats.fisher_exact([[30, 20], [4, 46]], "greater")[1])
