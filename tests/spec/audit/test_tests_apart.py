"""Tests, bounds and degrees of freedom against estimates of the same comparison printed apart.

True numbers are scipy's, or by hand as the comments show; each spoiled number differs in one place.
"""

import numpy as np
import pytest
from paper import THREE, TWO, claim, read, said
from scipy import stats

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

AGE = {"outcome": "age", "compare": ["training", "control"]}
PAIRED = {**AGE, "design": ["paired"]}


def pair(seed):
    """Differences of 24 patients: scipy's t, the interval and the standard error."""
    rng = np.random.default_rng([seed, 31])
    first = rng.normal(6.9, 1.1, 24)
    second = first - rng.normal(0.6, 0.9, 24)
    found = stats.ttest_rel(first, second)
    return found, (first - second).mean(), stats.sem(first - second)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("by", "agreement"), [(1.0, "compatible"), (0.5, "inconsistent")])
def test_t_of_a_pair_against_the_interval_printed_apart(seed, by, agreement):
    found, mean, error = pair(seed)
    half = by * (found.confidence_interval(0.95).high - mean)
    ends = f"{mean - half:.2f} to {mean + half:.2f}"
    claims = {
        "d": claim(f"mean difference {mean:.2f} (95% CI {ends})", **PAIRED),
        "e": claim(f"mean difference {mean:.2f} (SE {by * error:.3f})", **PAIRED),
        "t": claim(f"t(23) = {found.statistic:.2f}", "results", **PAIRED, test="t"),
    }
    assert said("t", claims, "paired.t") == [agreement, agreement]


@pytest.mark.parametrize(
    "about", [AGE, {**AGE, "design": ["crossover"]}, {**PAIRED, "test": "mann_whitney"}]
)
def test_t_of_no_plain_pair_is_held_against_nothing(about):
    claims = {
        "d": claim("mean difference 0.60 (95% CI 0.44 to 0.76)", **PAIRED),
        "t": claim("t(23) = 3.65", "results", **about),
    }
    assert said("t", claims, "paired.t") == []


ARMS = {
    "new": {"label": "Short", "randomised": "150"},
    "old": {"label": "Standard", "randomised": "153", "control": True},
}
CURE = {"outcome": "cure", "compare": ["new", "old"]}
POINTS = {**CURE, "value": "-10", "scale": "percentage_points", "worse": "below", "level": "0.025"}


def of_margins(claims, reported=(), outcomes=None):
    """Findings of all checks, of claims of two arms with these margins."""
    whole = {
        "papers": {"main": "A paper"},
        "groups": ARMS,
        "outcomes": outcomes or {"cure": {"label": "Cure", "wanted": True}},
        "claims": claims,
        **({"reported": {"main": {"margins": list(reported)}}} if reported else {}),
    }
    return list(findings(ledger(whole)))


@pytest.mark.parametrize("margins", [(), ({**POINTS, "concludes": "non_inferior"},)])
@pytest.mark.parametrize(
    ("limit", "says", "agreement"),
    [
        ("-10.2", "was noninferior", "inconsistent"),  # −10.2 lies below −10
        ("-9.2", "was noninferior", "compatible"),
        ("-10.0", "was noninferior", "not_checkable"),  # −10.05 to −9.95
        ("-10.2", "was not shown to be noninferior", "compatible"),
    ],
)
def test_a_limit_of_one_side_beside_a_conclusion(margins, limit, says, agreement):
    printed = f"-2.9 percentage points (one-sided 97.5% CI, {limit} to ∞)"
    about = {**CURE, "measure": "risk_difference"} | ({} if margins else {"margin": "-10"})
    claims = {
        "d": claim(printed, **about),
        "says": claim(f"Short {says} to Standard", **CURE, concludes="non_inferiority"),
    }
    found = of_margins(claims, margins)
    assert [one.agreement for one in found if one.claim == "says"] == [agreement]


def test_a_limit_of_the_other_side_tells_nothing():
    printed = "-2.9 percentage points (one-sided 97.5% CI, -∞ to 12.0)"
    claims = {
        "d": claim(printed, **CURE, measure="risk_difference"),
        "says": claim("Short was noninferior", **CURE, concludes="non_inferiority"),
    }
    found = [one for one in of_margins(claims, [POINTS]) if one.claim == "says"]
    assert [one.agreement for one in found] == ["not_checkable"]


# By hand: Wald's z is (0.1 − 0.0288) / √(0.8667 · 0.1333 / 150 + 0.8954 · 0.1046 / 153) = 1.92 with
# p of one side 0.028; the restricted test has 0.032 (R's root finder, tests/oracle/score.R).
@pytest.mark.parametrize("margins", [(), (POINTS,)])
@pytest.mark.parametrize(
    ("p", "agreement"),
    [
        ("0.028", "compatible"),
        ("0.032", "compatible"),
        ("0.06", "not_checkable"),  # z 1.55
        ("0.25", "inconsistent"),  # z 0.67
        ("0.48", "inconsistent"),
    ],
)
def test_a_p_of_a_margin_of_risks_against_the_counts(p, agreement, margins):
    margin = {**CURE, "margin": "-10"}
    printed = "difference -2.9 percentage points (95% CI -10.2 to 4.5)"
    claims = {
        "a": claim("130 of 150 (86.7%)", outcome="cure", group="new"),
        "b": claim("137 of 153 (89.5%)", outcome="cure", group="old"),
        "d": claim(printed, **(CURE if margins else margin), ordered=True, interval="wald"),
        "p": claim(f"P={p}", **margin, sides="greater", test="other"),
    }
    found = [one for one in of_margins(claims, margins) if one.check == "margin.p"]
    assert [one.agreement for one in found] == [agreement]


# z = (2 − 0.70) / (1.40 / 1.968) = 1.83 by t of 301 degrees of freedom, p of one side 0.034.
@pytest.mark.parametrize(
    ("p", "test", "agreement"),
    [
        ("0.034", "t", "compatible"),
        ("0.06", "t", "not_checkable"),  # z 1.55: another variance
        ("0.45", "t", "inconsistent"),  # z 0.13
        ("0.45", "mann_whitney", "not_checkable"),
    ],
)
def test_a_p_of_a_margin_of_means_by_a_stated_t_test(p, test, agreement):
    about = {**CURE, "margin": "2"}
    claims = {
        "d": claim("mean difference 0.70 (95% CI -0.70 to 2.10)", **about, ordered=True),
        "p": claim(f"P={p}", **about, sides="less", test=test),
    }
    found = of_margins(claims, outcomes={"cure": {"label": "Score"}})
    assert [one.agreement for one in found if one.check == "margin.p"] == [agreement]


@pytest.mark.parametrize(
    ("head", "by", "agreement"),
    [
        ("6 events; ", 1.0, ["compatible"]),
        ("6 relapses, ", 0.3, ["inconsistent"]),
        # Six patients may have more events than patients.
        ("6 patients; ", 0.3, []),
    ],
)
def test_the_interval_of_a_rate_behind_its_events(head, by, agreement):
    """Garwood's interval by scipy, of 6 events in 304.6 years."""
    rate, ends = 6 / 3.046, np.array([stats.chi2.ppf(0.025, 12) / 2, stats.chi2.ppf(0.975, 14) / 2])
    low, high = rate + by * (ends / 3.046 - rate)
    printed = f"{head}{rate:.2f} per 100 patient-years (95% CI {low:.2f} to {high:.2f})"
    claims = {"rate": claim(printed, outcome="event", group="training")}
    assert said("rate", claims, "rate.error") == agreement


@pytest.mark.parametrize(("by", "agreement"), [(1.0, "compatible"), (0.5, "inconsistent")])
def test_the_exact_interval_of_a_rate_ratio_is_not_below_poissons(by, agreement):
    """Of 21 and 60 events the conditional interval is a binomial's, by scipy, over the times."""
    share, times = stats.binomtest(21, 81).proportion_ci(0.95, "exact"), 305.7 / 308.2
    ratio = 21 / 60 / times
    low, high = (ratio * (end / (1 - end) / times / ratio) ** by for end in (share.low, share.high))
    pair = {"outcome": "event", "compare": ["training", "control"]}
    claims = {
        "a": claim("21 events in 305.7 patient-years", outcome="event", group="training"),
        "b": claim("60 events in 308.2 patient-years", outcome="event", group="control"),
        "r": claim(
            f"rate ratio {ratio:.2f} (95% CI {low:.2f} to {high:.2f})", **pair, interval="exact"
        ),
    }
    assert said("r", claims, "rate.interval") == [agreement]


EVENT = {"outcome": "event", "compare": ["training", "control"]}
HAZARD = "hazard ratio 0.93 (95% CI 0.81 to 1.08{})"


# z of log 0.93 over log(1.08 / 0.81) / 3.92 is 0.99, p 0.32; P = 0.004 has z of 2.88.
@pytest.mark.parametrize(
    ("own", "others", "wrong"),
    [
        ("", {"b": "log-rank P=0.31"}, set()),
        ("", {"b": "log-rank P=0.004"}, {"b"}),
        ("", {"b": "log-rank P=0.004", "c": "log-rank P=0.32"}, {"b"}),
        ("; P=0.32", {"b": "log-rank P=0.004"}, {"b"}),
        ("; P=0.32", {"b": "log-rank P=0.31"}, set()),
    ],
)
def test_each_log_rank_p_is_held_against_the_ratio(own, others, wrong):
    claims = {
        "hr": claim(HAZARD.format(own), **EVENT),
        **{name: claim(printed, **EVENT) for name, printed in others.items()},
    }
    found = [one for one in findings(read(claims)) if one.check == "hazard.log_rank"]
    assert {one.claim for one in found} == wrong


@pytest.mark.parametrize(
    ("statistic", "agreement"),
    [
        (stats.norm.isf(0.34 / 2) ** 2, []),
        (stats.norm.isf(0.10 / 2) ** 2, ["not_checkable"]),  # z 1.64 for 0.95: of strata
        (stats.norm.isf(0.004 / 2) ** 2, ["inconsistent"]),  # z 2.88
    ],
)
@pytest.mark.parametrize("p", ["", ", P={:.2g}"])
def test_a_log_rank_test_in_two_places(statistic, agreement, p):
    """p of χ² with one degree of freedom is that of its root, by scipy."""
    printed = f"χ²(1) = {statistic:.2f}" + p.format(stats.chi2.sf(statistic, 1))
    claims = {
        "a": claim("log-rank P=0.34", **EVENT),
        "b": claim(printed, "results", **EVENT, test="log_rank"),
    }
    assert said("b", claims, "hazard.log_rank_twice") == agreement


# An error of log(1.08 / 0.81) / 3.92 = 0.0734: 0.93 exp(1.96 · 0.0734) = 1.07 at 97.5 % of one side
# and 1.05 at 95 %, 0.93 exp(1.7 · 1.96 · 0.0734) = 1.19.
@pytest.mark.parametrize(
    ("limit", "agreement"),
    [
        ("upper limit of the one-sided 97.5% CI 1.07", "compatible"),
        ("upper limit of the one-sided 95% CI 1.05", "compatible"),
        ("one-sided 97.5% CI, 0 to 1.07", "compatible"),
        ("one-sided 97.5% CI, 0 to 1.19", "not_checkable"),
        ("upper limit of the one-sided 97.5% CI 0.95", "inconsistent"),
        ("one-sided 97.5% CI, 0 to 1.60", "inconsistent"),
    ],
)
def test_a_limit_of_one_side_against_the_interval_of_the_same_ratio(limit, agreement):
    claims = {
        "hr": claim(HAZARD.format(""), **EVENT),
        "bound": claim(f"hazard ratio 0.93 ({limit})", "abstract", **EVENT),
    }
    assert said("bound", claims, "comparison.bound_apart") == [agreement]


def test_two_limits_of_one_side_are_one_only_where_a_ratio_begins_at_0():
    claims = {
        "hr": claim(HAZARD.format(""), **EVENT),
        "ratio": claim("hazard ratio 0.93 (one-sided 97.5% CI, 0.50 to 1.07)", "abstract", **EVENT),
        "d": claim("mean difference 0.70 (95% CI -0.70 to 2.10)", **AGE),
        "zero": claim("mean difference 0.70 (one-sided 97.5% CI, 0 to 2.10)", **AGE),
    }
    assert said("ratio", claims, "comparison.bound_apart") == []
    assert said("zero", claims, "comparison.bound_apart") == []


@pytest.mark.parametrize(("limit", "agreement"), [("2.10", "compatible"), ("1.20", "inconsistent")])
def test_a_limit_of_one_side_of_a_difference(limit, agreement):
    claims = {
        "d": claim("mean difference 0.70 (95% CI -0.70 to 2.10)", **AGE),
        "bound": claim(f"mean difference 0.70 (one-sided 97.5% CI, −∞ to {limit})", **AGE),
    }
    assert said("bound", claims, "comparison.bound_apart") == [agreement]


ARMS_OF_THREE = ["smt", "wbv", "tau"]


def three(claims, check, name):
    """The agreements of a finding on a claim, in the paper of three groups of 55, 53 and 50."""
    found = findings(read(claims, THREE))
    return [one.agreement for one in found if (one.check, one.claim) == (check, name)]


@pytest.mark.parametrize(
    "table", [[[20, 35], [30, 23], [12, 38]], [[9, 20, 26], [12, 11, 30], [20, 15, 15]]]
)
@pytest.mark.parametrize("more", [0, 1, 2])
def test_degrees_of_freedom_of_counts(table, more):
    """χ² and its degrees of freedom by scipy, of an event and of three categories."""
    found = stats.chi2_contingency(table, correction=False)
    claims = {
        f"{group}{k}": claim(
            f"{x} ({100 * x / sum(row):.1f}%)",
            outcome="event",
            group=group,
            patients=str(sum(row)),
            **({"category": f"level {k}"} if len(row) > 2 else {}),
        )
        for group, row in zip(ARMS_OF_THREE, table, strict=True)
        for k, x in enumerate(row if len(row) > 2 else row[:1])
    }
    degrees = found.dof + more
    printed = f"χ²({degrees}) = {found.statistic:.2f}"
    claims["x"] = claim(printed, outcome="event", compare="all", test="chi_squared")
    assert three(claims, "degrees.counts", "x") == ["inconsistent"] * bool(more)


def test_a_test_for_trend_of_counts_has_one_degree_of_freedom():
    claims = {
        group: claim(f"{x} ({100 * x / n:.1f}%)", outcome="event", group=group, patients=str(n))
        for group, x, n in (("smt", 20, 55), ("wbv", 30, 53), ("tau", 12, 50))
    }
    claims["x"] = claim("χ²(1) = 1.37", outcome="event", compare="all", test="chi_squared")
    assert three(claims, "degrees.counts", "x") == []


@pytest.mark.parametrize(
    ("degrees", "label", "agreement"),
    [
        (2, "Kruskal-Wallis", "compatible"),
        (3, "Kruskal-Wallis", "inconsistent"),
        (3, "χ²", "not_checkable"),
    ],
)
def test_degrees_of_freedom_of_the_kruskal_wallis_test(degrees, label, agreement):
    """Its statistic is a χ² of groups less one: p of scipy's kruskal is that of two here."""
    rng = np.random.default_rng(5)
    samples = [rng.exponential(scale, 40) for scale in (5, 6, 8)]
    found = stats.kruskal(*samples)
    assert found.pvalue == pytest.approx(stats.chi2.sf(found.statistic, 2))
    claims = {
        group: claim("median (IQR) {1:.1f} ({0:.1f} to {2:.1f})".format(*quartiles), **about)
        for group, sample in zip(ARMS_OF_THREE, samples, strict=True)
        for quartiles in [np.quantile(sample, [0.25, 0.5, 0.75])]
        for about in [{"outcome": "age", "group": group}]
    }
    about = {"outcome": "age", "compare": "all", "test": "other"}
    claims["kw"] = claim(f"χ²({degrees}) = {found.statistic:.2f}", **about) | {"label": label}
    assert three(claims, "degrees.ranks", "kw") == [agreement]


# Of 158 patients in three groups a covariate leaves 158 − 3 − 1 = 154 degrees of freedom.
@pytest.mark.parametrize(
    ("degrees", "design", "agreement"),
    [
        (154, ["adjusted"], ["compatible"]),
        (150, ["adjusted", "bonferroni"], ["compatible"]),
        (155, ["adjusted"], ["inconsistent"]),
        (158, ["adjusted"], ["inconsistent"]),
        (470, ["adjusted"], ["not_checkable"]),  # three values a patient
        (158, ["adjusted", "imputed"], []),
    ],
)
def test_degrees_of_freedom_of_an_adjusted_analysis(degrees, design, agreement):
    f = claim(f"F(2, {degrees}) = 4.10", outcome="age", compare="all", design=design)
    assert three({"f": f}, "degrees.adjusted", "f") == agreement


def test_a_contrast_of_two_of_three_groups_has_those_of_all():
    f = claim("F(1, 154) = 4.10", outcome="age", compare=["smt", "tau"], design=["adjusted"])
    assert three({"f": f}, "degrees.adjusted", "f") == []


@pytest.mark.parametrize(
    ("adjusted", "agreement"),
    [
        ("adjusted P<0.001", "inconsistent"),
        ("adjusted P=0.80", "compatible"),
        ("adjusted P<0.5", "compatible"),
    ],
)
def test_an_adjusted_p_below_a_limit_is_not_below_the_plain_one(adjusted, agreement):
    """No procedure makes p smaller (Holm 1979: each is the plain p times at least 1)."""
    about = {"outcome": "age", "compare": ["wbv", "tau"], "test": "other"}
    claims = {
        "plain": claim("P=0.40", **about),
        "holm": claim(adjusted, "table 5", **about, design=["holm"]),
    }
    assert three(claims, "p.adjusted", "holm") == [agreement]


@pytest.mark.parametrize("raw", [{}, {"m1": "41.0 (10.3)", "m0": "45.9 (10.5)"}])
@pytest.mark.parametrize(
    ("difference", "agreement"),
    [
        ("-5.1 (95% CI -7.7 to -2.5)", "compatible"),
        ("-15.0 (95% CI -17.6 to -12.4)", "inconsistent"),
    ],
)
def test_raw_means_beside_least_squares_means_silence_nothing(raw, difference, agreement):
    """40.7 − 45.8 = −5.1, with an error of √(0.93² + 0.94²) = 1.32."""
    claims = {
        "l1": claim("LS mean 40.7 (SE 0.93)", outcome="age", group="training"),
        "l0": claim("LS mean 45.8 (SE 0.94)", outcome="age", group="control"),
        "d": claim(f"LS mean difference {difference}", **AGE),
        **{
            name: claim(f"mean (SD) {printed}", outcome="age", group=group)
            for (name, printed), group in zip(raw.items(), TWO, strict=False)
        },
    }
    assert said("d", claims, "difference.estimate") == [agreement]
