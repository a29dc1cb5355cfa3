"""2x2 tables, one or several: what is printed, what is undefined, what is refused."""

from functools import partial
from math import inf, log, nan, sqrt

import pytest
from stats_strategies import numbers_of

from trialtrace.audit.summaries.count_tests import intervals_of_shares, p_values_of_tables
from trialtrace.stats import StatsError, stratified
from trialtrace.stats import categorical as c
from trialtrace.stats.categorical import paired, proportions

LEVEL = {"confidence": 0.95}
MN = {"variance": "miettinen_nurminen"}
FM = {"variance": "farrington_manning"}
MEASURES = [
    c.risk_difference_newcombe,
    c.risk_difference_wald,
    c.risk_difference_miettinen_nurminen,
    c.risk_ratio_log,
    c.odds_ratio_sample,
    partial(c.risk_ratio_score, **MN),
]
POOLED = [
    partial(stratified.stratified_risk_difference_score, weights="miettinen_nurminen", **MN),
    stratified.stratified_risk_difference_newcombe,
]
# Published numbers, to the digits printed: what is printed of estimate, low and high.
SAS = ([13, 20, 15, 12], [26, 28, 26, 20], [15, 15, 20, 12], [23, 22, 33, 22])
SIX_STRATA = (
    *([8, 4, 2, 5, 6, 5], [9, 4, 5, 7, 7, 8]),
    *([3, 6, 2, 3, 3, 3], [6, 12, 5, 4, 8, 5]),
)
PRINTED = [
    # Newcombe, Stat Med 1998;17:873, table II, methods 5, 10 and 7.
    (c.risk_difference_miettinen_nurminen, (56, 70, 48, 80), {}, (0.2, 0.0528, 0.3382)),
    (c.risk_difference_newcombe, (9, 10, 3, 10), {}, (0.6, 0.1705, 0.8090)),
    (c.risk_difference_score, (9, 10, 3, 10), FM, (0.6, 0.1821, 0.8370)),
    (c.risk_difference_score, (5, 56, 0, 29), FM, (0.0893, -0.0313, 0.1926)),
    # PROC FREQ of SAS: COMMONRISKDIFF(CL=MN) of made-up patients, and (CL=NEWCOMBE) of others.
    (
        stratified.stratified_risk_difference_score,
        SAS,
        {"weights": "miettinen_nurminen", **MN},
        (None, -0.1612, 0.1095),
    ),
    (stratified.stratified_risk_difference_newcombe, SIX_STRATA, {}, (0.2539, 0.0347, 0.4454)),
    # Fagerland, Lydersen and Laake, Stat Med 2014;33:2850: airway reactivity in 21 children.
    (paired.paired_risk_difference_newcombe, (1, 1, 7, 12), {}, (None, -0.507, -0.026)),
    # Newcombe, Stat Med 1998;17:857, table I, methods 3 and 5.
    (proportions.wilson, (81, 263), {}, (None, 0.2553, 0.3662)),
    (proportions.wilson, (1, 29), {}, (None, 0.0061, 0.1718)),
    (proportions.clopper_pearson, (0, 20), {}, (0.0, 0.0, 0.1684)),
    (proportions.clopper_pearson, (1, 29), {}, (None, 0.0009, 0.1776)),
    # Elmunzer et al., N Engl J Med 2012;366:1414, the digits of R 4.2.
    (c.risk_difference_newcombe, (27, 295, 52, 307), {}, (-0.07785568, -0.13162101, -0.02399095)),
    (c.number_needed_to_treat, (27, 295, 52, 307), {}, (12.844, None, None)),
    # R 4.2.2, metafor 3.8: exp() of escalc(measure = "PETO").
    (c.odds_ratio_peto, (3, 20, 9, 25), {}, (0.34993774911, 0.09396961338, 1.30314921862)),
]


@pytest.mark.parametrize(("compute", "table", "options", "printed"), PRINTED)
def test_intervals_as_printed(compute, table, options, printed):
    found = numbers_of(compute(*table, **options, confidence=0.95))
    for own, other in zip(found, printed, strict=True):
        if other is not None:
            digits = len(str(other).partition(".")[2])
            assert own == pytest.approx(other, abs=max(0.51 * 10**-digits, 1e-11))


def test_fisher_as_printed():
    """Fisher, The Design of Experiments, 1935: three of four cups right, 17 of 70 ways.

    Elmunzer et al. 2012: 27 of 295 v 52 of 307, P = 0.005, here by R 4.2's fisher.test.
    """
    assert c.fisher_exact(3, 4, 1, 4, sides="greater").p_value == pytest.approx(17 / 70)
    found = c.fisher_exact(27, 295, 52, 307, sides="two_sided").p_value
    assert found == pytest.approx(0.005339051, abs=5e-10)


def test_the_iterated_weights_of_huge_counts():
    table = ([10**9, 10**8], [10**10, 10**9], [9 * 10**8, 10**8], [10**10, 10**9])
    found = stratified.stratified_risk_difference_score(
        *table, confidence=0.95, weights="miettinen_nurminen", **MN
    )
    half = 1.959963984540054 * sqrt((0.09 + 0.0819) / 1.1e10)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.02)


def test_petos_bounds_where_the_estimate_is_too_small_for_a_float():
    # O = 0, E = 745 / 746, V = 745 / 746^2, so log OR = -746 and its error is 746 / sqrt(745).
    found = c.odds_ratio_peto(0, 1, 745, 745, confidence=0.8)
    assert found.estimate == found.low == 0
    assert log(found.high) == pytest.approx(-746 + 1.2815515655446004 * 746 / sqrt(745), rel=1e-9)


# prop.test(correct = FALSE), binom.test and p ± qnorm(.975) sqrt(p (1 - p) / n) in R, of 4 of 5
# and 0 of 20; cut at 1 by hand.
BY_R = {
    "wilson": [[0.3755346298, 0.9637758914], [0.0, 0.1611251581]],
    "clopper_pearson": [[0.2835820639, 0.9949492366], [0.0, 0.168433471]],
    "wald": [[0.4493909838, 1.1506090162], [nan, nan]],
    # prop.test's correction of p by 1 / (2 n) on both sides: by hand, of Wald's bounds above.
    "wald_corrected": [[0.3493909838, 1.2506090162], [-0.025, 0.025]],
    "wald_corrected_cut": [[0.3493909838, 1.0], [0.0, 0.025]],
    "wald_cut": [[0.4493909838, 1.0], [nan, nan]],
}


@pytest.mark.parametrize("method", BY_R)
def test_what_r_gives(method):
    found = intervals_of_shares([4, 0], [5, 20], confidence=0.95)[method]
    assert found.tolist() == [pytest.approx(one, abs=1e-9, nan_ok=True) for one in BY_R[method]]


@pytest.mark.parametrize(("x", "n"), [([-1], [5]), ([6], [5]), ([0], [0])])
def test_counts_outside_their_patients_are_told(x, n):
    with pytest.raises(StatsError, match="within 0 and their number"):
        proportions.bounds(x, n, method="wilson", confidence=0.95)


def test_numbers_needed_to_treat_go_through_infinity_where_the_difference_may_be_none():
    for table, through in (((27, 295, 52, 307), False), ((9, 10, 8, 10), True)):
        found = c.number_needed_to_treat(*table, **LEVEL)
        assert found.through_infinity is through
        assert (found.low < found.estimate < found.high) is not through


# The call, and estimate, low and high where there is no or no finite one.
NONE, ANY = nan, None
WITHOUT = [
    (lambda: c.risk_ratio_log(0, 10, 0, 12, **LEVEL), (NONE, NONE, NONE)),
    (lambda: c.risk_ratio_log(3, 10, 0, 12, **LEVEL), (inf, NONE, NONE)),
    (lambda: c.risk_ratio_log(10, 10, 12, 12, **LEVEL), (1, NONE, NONE)),
    (lambda: c.odds_ratio_sample(0, 10, 4, 12, **LEVEL), (0, NONE, NONE)),
    (lambda: c.risk_difference_wald(10, 10, 12, 12, **LEVEL), (0, NONE, NONE)),
    (lambda: c.number_needed_to_treat(5, 10, 5, 10, **LEVEL), (inf, ANY, ANY)),
    (lambda: c.odds_ratio_peto(0, 5, 0, 7, **LEVEL), (NONE, NONE, NONE)),
    (lambda: c.risk_ratio_score(0, 4, 0, 6, **LEVEL, **MN), (NONE, ANY, inf)),
    (lambda: proportions.wald(0, 9, **LEVEL), (0, NONE, NONE)),
    (lambda: stratified.odds_ratio_conditional(0, 4, 0, 6, **LEVEL), (NONE, 0, inf)),
    (lambda: stratified.odds_ratio_conditional(4, 4, 6, 6, **LEVEL), (NONE, 0, inf)),
    (lambda: stratified.mantel_haenszel_risk_ratio([0], [4], [0], [6], **LEVEL), (ANY, NONE, ANY)),
    # Yan and Su's quantile is 0/0 where no stratum of an arm varies.
    (
        lambda: stratified.stratified_risk_difference_newcombe(
            [0, 0], [20, 15], [3, 5], [18, 16], **LEVEL
        ),
        (ANY, NONE, NONE),
    ),
]


@pytest.mark.parametrize(("call", "expected"), WITHOUT)
def test_what_is_undefined_is_missing_and_the_rest_stays(call, expected):
    for own, other in zip(numbers_of(call()), expected, strict=True):
        assert other is ANY or own == pytest.approx(other, nan_ok=True)


def test_tests_of_tables_that_say_nothing():
    two = {"sides": "two_sided"}
    for x1, x0 in ((0, 0), (4, 6)):
        test = stratified.exact_conditional_test(x1, 4, x0, 6, mid_p="none", **two)
        assert test.p_value == 1
        assert c.barnard(x1, 4, x0, 6, statistic="wald", **two).p_value == 1
    # Infinite z of the unpooled statistic: at "less" every table is as extreme.
    assert c.barnard(5, 5, 0, 5, sides="less", statistic="wald").p_value == pytest.approx(1)
    assert paired.mcnemar_exact(0, 0, mid_p="none", **two).p_value == 1


COUNTS = [
    ((0, 0, 1, 5), "the treated arm"),
    ((1, 5, 0, 0), "the control arm"),
    ((6, 5, 1, 5), "between 0 and its size"),
    ((-1, 5, 1, 5), "between 0 and its size"),
    ((1.5, 5, 1, 5), "whole numbers"),
    ((None, 5, 1, 5), "None"),
]


@pytest.mark.parametrize(("counts", "named"), COUNTS)
def test_bad_counts_are_refused(counts, named):
    for method in MEASURES:
        with pytest.raises(StatsError, match=named):
            method(*counts, **LEVEL)


NO_STRATA = [
    ([], [], [], []),
    ([1], [0], [0], [5]),
    ([5], [3], [1], [4]),
    ([0.5], [3], [1], [4]),
    ([1, 2], [3, 4], [1], [4]),
    (1, 3, 1, 4),
]


@pytest.mark.parametrize("table", NO_STRATA)
def test_what_are_no_strata_is_refused(table):
    for measure in POOLED:
        with pytest.raises(StatsError):
            measure(*table, **LEVEL)


@pytest.mark.parametrize("one", [(3, 2, 1, 4), (1, 2, -1, 4), (0, 0, 1, 4)])
def test_impossible_tables_are_refused(one):
    with pytest.raises(StatsError):
        p_values_of_tables(*([value] for value in one))


def spoiled(function, good, *cases):
    """Rows of a table of refusals: a function, its arguments with one changed, what is named."""
    return [(partial(function, **good | wrong), named) for wrong, named in cases]


RISKS = {"x1": 1, "n1": 4, "x0": 2, "n0": 6, "sides": "two_sided"}
NOBODY, EVERYBODY = {"x1": 0, "x0": 0}, {"x1": 4, "x0": 6}
STRATA = {"x1": [1], "n1": [4], "x0": [2], "n0": [5]}
REFUSED = [
    *spoiled(
        proportions.wilson,
        {"x": 3, "n": 10},
        *(({"confidence": value}, "confidence") for value in (0, 1, 95, -0.5, nan, None, True)),
    ),
    *spoiled(
        partial(c.chi_squared, n1=4, n0=6, correction="none"),
        {},
        (NOBODY, "nobody"),
        (EVERYBODY, "everybody"),
    ),
    *spoiled(
        partial(c.risk_difference_score_test, margin=0, **MN),
        RISKS,
        (NOBODY, "nobody"),
        *(({"margin": value}, "between -1 and 1") for value in (1, -1, nan, "0.1", 10)),
    ),
    *spoiled(
        partial(c.risk_ratio_score_test, margin=1, **MN),
        RISKS,
        (NOBODY, "nobody"),
        (EVERYBODY, "everybody"),
        *(({"margin": value}, "margin") for value in (0, -1, nan, inf, None)),
    ),
    *spoiled(
        partial(c.odds_ratio_wald_test, margin=1),
        RISKS,
        ({"margin": 0}, "positive"),
        ({"margin": -1}, "positive"),
        ({"x1": 0}, "empty"),
        ({"x1": 4}, "empty"),
        ({"x0": 0}, "empty"),
        ({"x0": 6}, "empty"),
    ),
    *spoiled(
        partial(c.barnard, statistic="score"),
        RISKS,
        ({"n1": 40_000, "n0": 40_000}, "too large"),
        ({"x0": 0, "n0": 0}, "the control arm"),
    ),
    *spoiled(
        stratified.mantel_haenszel_odds_ratio,
        STRATA | LEVEL,
        ({"x0": [0], "n0": [0]}, "no stratum"),
        ({"x1": [1, 2]}, "differ in shape"),
        ({"x0": [0, 1], "n0": [3, 3]}, "one length"),
    ),
    (
        lambda: stratified.cochran_mantel_haenszel(
            [0, 5], [9, 5], [0, 4], [8, 4], correction="none"
        ),
        "no stratum has both arms and both outcomes",
    ),
    (
        lambda: stratified.breslow_day([1, 0], [4, 5], [2, 0], [5, 6], correction="none"),
        "fewer than two strata",
    ),
    (
        lambda: stratified.breslow_day([0, 0], [4, 5], [2, 3], [5, 6], correction="tarone"),
        "odds ratio is 0",
    ),
    (
        lambda: stratified.logistic_trend_ratio([1, 0, 1, 0], [1, 1, 0, 0], [1] * 4, **LEVEL),
        "two scores",
    ),
    *spoiled(
        partial(paired.mcnemar, reference_only=3, sides="less", correction="none"),
        {},
        *(({"treated_only": count}, "number") for count in (-1, 0.5, [1, 2], 1e308, None)),
        ({"treated_only": 0, "reference_only": 0}, "nobody differs"),
    ),
    *spoiled(
        partial(paired.paired_risk_difference_newcombe, 1, reference_only=2, neither=3, **LEVEL),
        {},
        *(({"treated_only": count}, "number") for count in (-1, 0.5, [1, 2], 1e308, None)),
    ),
    *spoiled(
        paired.cochran_q,
        {},
        ({"outcomes": [[1], [0]]}, "at least two"),
        ({"outcomes": [1, 0]}, "at least two"),
        ({"outcomes": [[1, 2]]}, "1 for the event"),
        ({"outcomes": [[1, 1], [0, 0]]}, "nobody differs"),
    ),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_refused(call, named):
    with pytest.raises(StatsError, match=named):
        call()
