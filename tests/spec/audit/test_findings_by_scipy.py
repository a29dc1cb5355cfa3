"""The numbers in the findings on the six trials, computed again by scipy and plain enumeration.

Nothing of the package's arithmetic is used here: printed values are typed in, and what they leave
room for is enumerated with fractions and integers.
"""

from fractions import Fraction
from itertools import product
from math import ceil, log, sqrt

import numpy as np
import pytest
from paper import THREE, claim, read
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.prints.registry import findings
from trialtrace.base.paths import project


@pytest.fixture(scope="module")
def finding():
    """A function: the finding of a check on a claim of a trial's ledger."""
    made = {}

    def one(trial, check, claim, words=""):
        if trial not in made:
            at = project()
            made[trial] = list(
                findings(read_standing(at, at.trial_config(trial) / "claims.yaml", trust=False)[0])
            )
        of_claim = [f for f in made[trial] if (f.check, f.claim) == (check, claim)]
        (found,) = [f for f in of_claim if words in f.sentence]
        return found

    return one


def counts(percent, digits, most):
    """(x, n) with n up to `most` whose percentage rounds to the printed one, half up."""
    unit = Fraction(1, 10**digits)
    low, high = Fraction(percent) - unit / 2, Fraction(percent) + unit / 2
    return [
        (x, n)
        for n in range(1, most + 1)
        for x in range(n + 1)
        if low <= Fraction(100 * x, n) < high
    ]


ITT = {"smt": counts("30.0", 1, 55), "wbv": counts("41.2", 1, 53), "tau": counts("70.6", 1, 50)}


def pearson(table):
    return stats.chi2_contingency(table, correction=False).pvalue


def test_thirty_sets_of_counts_and_the_three_that_give_p(finding):
    ps = [pearson([[x, n - x] for x, n in three]) for three in product(*ITT.values())]
    found = finding("streckmann2024", "p.count_sets", "cipn_p").detail
    assert len(ps) == found["sets"] == 30
    assert found["low"] == pytest.approx(min(ps)) and found["high"] == pytest.approx(max(ps))
    assert sum(0.0015 <= p < 0.0025 for p in ps) == found["fit"]["chi_squared"] == 3


def test_denominators_of_the_printed_percentages(finding):
    for group, own in ITT.items():
        found = finding("streckmann2024", "share.everyone", f"cipn_{group}").detail
        assert found["denominators"] == sorted({n for _, n in own})


def test_groups_whose_ranges_overlap(finding):
    text = finding("streckmann2024", "headline.everyone", "cipn_smt").sentence
    for one, size, words in (("smt", 55, "9 of 10"), ("wbv", 53, "5 of 6")):
        both = 0
        for (x, n), (y, m) in product(ITT[one], ITT["tau"]):
            both += x / size <= (y + 50 - m) / 50 and y / 50 <= (x + size - n) / size
        assert f"overlap with {words} sets" in text and f"{both} of" == words[:4]


PRINTED = [  # share, randomised, bounds
    (30.0, 55, 18, 42),
    (41.2, 53, 28, 55),
    (70.6, 50, 58, 83),
    (28.6, 55, 17, 41),
    (37.5, 53, 24, 51),
    (73.3, 50, 62, 86),
]


def near(finding, words):
    """The finding on what comes nearest to the printed intervals, of the two that there are."""
    return finding("streckmann2024", "interval.near", "cipn_smt", words)


def test_wald_on_the_numbers_randomised(finding):
    off, given = [], 0
    for percent, n, *bounds in PRINTED:
        half = 100 * stats.norm.ppf(0.975) * sqrt(percent / 100 * (1 - percent / 100) / n)
        for own, printed in zip((percent - half, percent + half), bounds, strict=True):
            off.append(abs(own - printed))
            given += printed - 0.5 <= own < printed + 0.5
    found = near(finding, "numbers randomised").detail
    assert found["given"] == given == 10 and max(off) <= found["off"] == 1.0


def test_wald_at_90_percent_on_counts(finding):
    given, bounds = 0, [(18, 42), (28, 55), (58, 83)]
    for (x, n), printed in zip([(12, 40), (14, 34), (24, 34)], bounds, strict=True):
        ends = proportion_confint(x, n, alpha=0.10, method="normal")
        given += sum(abs(100 * end - p) < 0.5 for end, p in zip(ends, printed, strict=True))
    assert near(finding, "Wald at 90 %").detail["given"] == given == 5


@pytest.mark.parametrize("printed", [(2, 58), (8, 61), (17, 42)])
def test_the_counts_whose_interval_comes_nearest(printed):
    """Of all counts of up to 55 that print as 30 %, by the larger of both distances."""
    text = "30% (95% CI {} to {})".format(*printed)
    claims = {"share": claim(text, outcome="event", group="smt")}
    (found,) = [one for one in findings(read(claims, THREE)) if one.check == "interval.share"]
    told = {each["method"]: each for each in found.detail["nearest"]}
    for name, method in (("Wald", "normal"), ("Wilson", "wilson"), ("Clopper-Pearson", "beta")):
        off = {}
        for pair in counts("30", 0, 55):
            ends = 100 * np.array(proportion_confint(*pair, method=method))
            off[pair] = float(np.abs(ends - printed).max())
        ends = np.array([told[name]["low"], told[name]["high"]])
        assert np.abs(ends - printed).max() == pytest.approx(min(off.values()), abs=1e-9)
        assert off[tuple(told[name]["of"])] == pytest.approx(min(off.values()), abs=1e-9)


@pytest.mark.parametrize("method", ["normal", "wilson", "beta", "agresti_coull", "jeffreys"])
def test_no_usual_interval_leans_away_from_a_half(method):
    """73.3 % with 62 to 86, whose middle is 73.5 at least."""
    for n in range(5, 200):
        for x in range(n // 2 + 1, n):
            low, high = proportion_confint(x, n, method=method)
            assert (low + high) / 2 <= x / n + 1e-12


def test_deaths_on_the_counts_that_the_intervals_leave(finding):
    """Wald on 1 of 52 and 7 of 41, alone among all counts that print as 1.9 % and 17 %."""
    for percent, digits, most, low, high, unit, only in (
        ("1.9", 1, 55, 0.0, 5.7, 0.05, [(1, 52)]),
        ("17", 0, 50, 5.6, 29, None, [(7, 41)]),
    ):
        kept = []
        for x, n in counts(percent, digits, most):
            for method in ("normal", "wilson", "beta", "agresti_coull", "jeffreys"):
                ends = [100 * max(0.0, end) for end in proportion_confint(x, n, method=method)]
                reach = (unit, unit) if unit else (0.05, 0.5)
                if abs(ends[0] - low) < reach[0] and abs(ends[1] - high) < reach[1]:
                    kept.append((x, n))
        assert sorted(set(kept)) == only
    table = [[1, 51], [7, 34]]
    ps = [pearson(table), stats.chi2_contingency(table).pvalue, stats.fisher_exact(table).pvalue]
    text = finding("streckmann2024", "p.count_sets", "deaths_p").sentence
    assert f"p is {min(ps):.2g} to {max(ps):.2g} by the usual tests" in text


def test_vibration_has_no_counts_with_p_below_5_percent(finding):
    ps = [
        pearson([[x, n - x], [y, m - y]])
        for (x, n), (y, m) in product(counts("33", 0, 55), counts("50", 0, 50))
        if 0 < x + y < n + m
    ]
    found = finding("streckmann2024", "p.count_sets", "vibration_p").detail
    assert min(ps) == pytest.approx(found["low"]) and min(ps) > 0.05


def test_relative_reductions(finding):
    """Over all that prints as 41.2 and 70.6, and as 37.5 and 73.3."""
    found = finding("streckmann2024", "headline.reduction", "headline_wbv")
    for base, own in ((70.6, 41.2), (73.3, 37.5)):
        ends = [100 * (1 - (own + s) / (base - s)) for s in (0.05, -0.05)]
        assert f"{ends[0]:.1f} to {ends[1]:.1f} %" in found.sentence


def test_age_over_everything_that_prints_so(finding):
    """The corners of the box of means and deviations, by scipy's t tests."""
    text = finding("sprave2019", "p.means", "age_p").sentence
    for equal, name in ((True, "Student's t test gives"), (False, "Welch's t test")):
        ps = [
            stats.ttest_ind_from_stats(a, s, 27, b, t, 29, equal_var=equal).pvalue
            for a, s, b, t in product((62.05, 62.15), (8.75, 8.85), (61.05, 61.15), (8.45, 8.55))
        ]
        assert f"{name} p from {min(ps):.3f} to {max(ps):.3f}" in text
        assert max(ps) < 0.7235


def test_tumours_before_and_after_repair(finding):
    text = finding("sprave2019", "p.categories", "tumour_p").sentence
    for other in (3, 7):
        assert f"P = {pearson([[8, 7, 4, 8], [14, 6, 2, other]]):.3f} by the χ² test" in text
    assert round(100 * 7 / 29, 1) == 24.1 and 14 + 6 + 2 + 7 == 29


def test_fractures(finding):
    found = finding("sprave2019", "p.counts", "fracture_p").detail["p_values"]
    table = [[1, 26], [3, 26]]
    assert found["fisher"] == pytest.approx(stats.fisher_exact(table).pvalue)
    assert found["chi_squared"] == pytest.approx(pearson(table))
    # What the search names: 18 is printed nowhere.
    for table in ([[1, 13], [3, 15]], [[1, 3], [3, 25]]):
        assert round(pearson(table), 3) == 0.419
    assert round(stats.chi2_contingency([[1, 17], [3, 11]]).pvalue, 3) == 0.419


def test_f_with_63_degrees_of_freedom(finding):
    f, (df1, df2) = 5.907, (3, 63)
    found = finding("musaro2019", "statistic.epsilon", "strength").detail

    def p(epsilon, value=f):
        return stats.f.sf(value, epsilon * df1, epsilon * df2)

    # The printed F stands for 5.9065 up to 5.9075.
    assert found["p_uncorrected"] == pytest.approx([p(1, 5.9075), p(1, 5.9065)])
    assert round(p(1), 4) == 0.0013 and round(p(1 / 3), 4) == 0.0241
    least = optimize.brentq(lambda e: p(e, 5.9075) - 0.01, 1 / 3, 1)
    assert found["epsilon"][0][0] == pytest.approx(least, abs=1e-4) and round(least, 3) == 0.531
    effect = finding("musaro2019", "statistic.effect", "strength").detail
    assert round(f * df1 / (f * df1 + df2), 3) == 0.220 == round(effect["low"], 3)


@pytest.mark.parametrize(
    ("trial", "claim", "n"),
    [
        ("sprave2019", "safety", 27),
        ("sprave2019", "safety", 29),
        ("musaro2019", "safety", 22),
        ("streckmann2024", "related", 108),
    ],
)
def test_what_no_event_leaves_room_for(finding, trial, claim, n):
    assert (
        f"up to {100 * (1 - 0.05 ** (1 / n)):.1f} %"
        in finding(trial, "statement.safety", claim).sentence
    )


def test_feasibility(finding):
    text = finding("sprave2019", "statement.feasibility", "conclusion").sentence
    for x, n in ((18, 27), (16, 29)):
        low, high = proportion_confint(x, n, method="wilson")
        assert f"{x} of {n} (" in text and f"{100 * low:.0f} to {100 * high:.0f} %" in text


def test_no_split_of_52_of_307(finding):
    def ways(outside, low1, high1, low2, high2):
        """(x1, n1, x2, n2) in the two ranges, in thousandths; the events outside are free."""
        n1, x1, x2 = np.ogrid[1 : 307 - outside, :53, :53]
        n2, most = 307 - outside - n1, 1000
        fits = (x1 <= n1) & (x2 <= n2) & (x1 + x2 >= 52 - outside) & (x1 + x2 <= 52)
        fits &= (2 * most * x1 >= low1 * n1) & (2 * most * x1 < high1 * n1)
        fits &= (2 * most * x2 >= low2 * n2) & (2 * most * x2 < high2 * n2)
        return [(x, n + 1, y, 306 - outside - n) for n, x, y in np.argwhere(fits).tolist()]

    rounded = 321, 323, 411, 413  # twice 16.05 % to 16.15 % and 20.55 % to 20.65 %, in thousandths
    assert not ways(0, *rounded) and not ways(1, *rounded) and ways(2, *rounded)
    assert ways(0, *rounded[:2], 412, 414) == [(40, 249, 12, 58)]  # 20.6 % cut off
    assert not ways(0, 322, 324, *rounded[2:])  # 16.1 % cut off
    assert not ways(0, 322, 324, 412, 414)  # both: 40 of 249 is 16.06 %, cut off 16.0
    one = finding("elmunzer2012", "split.total", "no_stent_placebo")
    assert one.detail["outside"] == 2 and one.detail["truncated"] == [[40, 249, 12, 58]]
    assert "With only 20.6% cut off, 40 of 249 and 12 of 58 would." in one.sentence
    p = f"{stats.fisher_exact([[12, 46], [3, 45]])[1]:.4f}"
    one = finding("elmunzer2012", "p.count_sets", "no_stent_p")
    assert (p, one.agreement, one.open) == ("0.0487", "alternative", False)
    assert "12 of 58, which 20.6% would be if cut off" in one.sentence
    assert f"Fisher's exact test gives P = {p}, as printed." in one.sentence


@pytest.mark.parametrize(
    ("claim", "ratio", "p"),
    [
        ("recurrence_lev_5fu", 0.595, 0.0001),
        ("death_lev_5fu", 0.665, 0.00075),
        ("first_death_lev_5fu", 0.665, 0.007),
    ],
)
def test_events_that_a_hazard_ratio_needs(finding, claim, ratio, p):
    """The ratio furthest from 1 and the largest p that print as given."""
    least = 4 * stats.norm.isf(p / 2) ** 2 / log(ratio) ** 2
    assert finding("moertel1990", "hazard.events", claim).detail["events"] == ceil(least)


def test_the_information_of_an_event_is_at_most_a_quarter():
    """The bound behind the events: the information of a simulated Cox model at any ratio."""
    rng = np.random.default_rng(1)
    for b in (-1.0, -0.4, 0.0, 0.7):
        arm = rng.permutation(np.repeat([0, 1], 60))
        order = np.argsort(rng.exponential(1 / np.exp(b * arm)))
        at_risk = arm[order]
        weights = np.exp(b * at_risk)
        share = np.cumsum((weights * at_risk)[::-1])[::-1] / np.cumsum(weights[::-1])[::-1]
        assert (share * (1 - share)).sum() <= 120 / 4
