"""Numbers printed in textbooks and papers, to the digits printed there."""

import numpy as np
import pytest
from stats_strategies import numbers_of

from trialtrace.stats import categorical, stratified
from trialtrace.stats.categorical.proportions import clopper_pearson, wilson
from trialtrace.stats.survival.kaplan_meier import cox, kaplan_meier, log_rank

# Newcombe, Stat Med 1998;17:857, table I (methods 3 and 5).
ONE_PROPORTION = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("x", "n", "score", "exact"), ONE_PROPORTION)
def test_newcombe_1998_one_proportion(x, n, score, exact):
    assert numbers_of(wilson(x, n, confidence=0.95))[1:] == pytest.approx(score, abs=5e-5)
    assert numbers_of(clopper_pearson(x, n, confidence=0.95))[1:] == pytest.approx(exact, abs=5e-5)


# Newcombe, Stat Med 1998;17:873, table II (methods 5 and 10).
DIFFERENCE = [
    ((56, 70, 48, 80), (0.0528, 0.3382), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1700, 0.8406), (0.1705, 0.8090)),
    ((5, 56, 0, 29), (-0.0326, 0.1933), (-0.0381, 0.1926)),
]


@pytest.mark.parametrize(("table", "score", "hybrid"), DIFFERENCE)
def test_newcombe_1998_difference(table, score, hybrid):
    mn = categorical.risk_difference_miettinen_nurminen(*table, confidence=0.95)
    newcombe = categorical.risk_difference_newcombe(*table, confidence=0.95)
    assert numbers_of(mn)[1:] == pytest.approx(score, abs=5e-5)
    assert numbers_of(newcombe)[1:] == pytest.approx(hybrid, abs=5e-5)


def test_fisher_tea_tasting():
    """Fisher, The Design of Experiments, 1935: three of four cups right, 17 of 70 ways."""
    assert categorical.fisher_exact(3, 4, 1, 4, sides="greater").p_value == pytest.approx(17 / 70)


def test_indomethacin_against_pancreatitis():
    """Elmunzer et al., N Engl J Med 2012;366:1414: 27 of 295 v 52 of 307, P = 0.005, NNT 13.

    The longer digits are R 4.2's (fisher.test, and Newcombe's formula on prop.test's bounds).
    """
    table = (27, 295, 52, 307)
    p = categorical.fisher_exact(*table, sides="two_sided").p_value
    assert p == pytest.approx(0.005339051, abs=5e-10)
    assert numbers_of(
        categorical.risk_difference_newcombe(*table, confidence=0.95)
    ) == pytest.approx((-0.077855676, -0.131621006, -0.023990951), abs=1e-8)
    odds = categorical.odds_ratio_sample(*table, confidence=0.95).estimate
    assert odds == pytest.approx(0.494044202, abs=5e-10)
    nnt = categorical.number_needed_to_treat(*table, confidence=0.95)
    assert round(nnt.estimate) == 13


def test_berkeley_admissions():
    """Men against women over six departments; printed by R's help of mantelhaen.test."""
    table = np.array(
        [
            [512, 353, 120, 138, 53, 22],
            [825, 560, 325, 417, 191, 373],
            [89, 17, 202, 131, 94, 24],
            [108, 25, 593, 375, 393, 341],
        ]
    )
    test = stratified.cochran_mantel_haenszel(*table, correction="continuity")
    assert (test.statistic, test.p_value) == pytest.approx((1.4269, 0.2323), abs=5e-5)
    odds = stratified.mantel_haenszel_odds_ratio(*table, confidence=0.95)
    assert numbers_of(odds) == pytest.approx((0.9046968, 0.7719074, 1.0603298), abs=5e-8)


def test_remission_of_leukaemia():
    """Freireich et al., Blood 1963;21:699: 6-mercaptopurine v placebo, weeks in remission.

    Medians 23 and 8, log-rank 16.79, log hazard ratio of placebo 1.509 (Breslow) and 1.572
    (Efron) as in Cox and Oakes, Analysis of Survival Data, 1984, and R's examples.
    """
    drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    time, event, arm = drug + placebo, seen + [1] * 21, np.repeat([0, 1], 21)
    for t, e, median in ((drug, seen, 23), (placebo, [1] * 21, 8)):
        curve = kaplan_meier(t, e, confidence=0.95, interval="log_log")
        assert curve.median().estimate == median
    assert log_rank(time, event, arm).statistic == pytest.approx(16.79, abs=5e-3)
    for ties, coef in (("breslow", 1.509), ("efron", 1.572)):
        fit = cox(time, event, arm[:, None], ties=ties, confidence=0.95)
        assert fit.coef[0] == pytest.approx(coef, abs=5e-4)
