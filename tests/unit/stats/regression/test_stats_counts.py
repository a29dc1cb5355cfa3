"""Poisson and negative binomial regression over an exposure: by hand, printed numbers, refusals."""

from math import log, sqrt

import numpy as np
import pytest

from trialtrace.stats import StatsError
from trialtrace.stats.regression.counts import negative_binomial, poisson_rates

TWO = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
COUNTS, TIMES = [0, 3, 9, 0, 1, 5], [1, 2, 3, 1, 1, 2]


def test_the_sandwich_of_two_arms_by_hand():
    """The squared residuals of an arm over the square of its events."""
    fit = poisson_rates(COUNTS, TWO, exposure=TIMES, variance="robust", confidence=0.95)
    parts = [(np.array([2, 1, -3]) ** 2).sum() / 12**2, (np.array([1.5, 0.5, -2]) ** 2).sum() / 36]
    assert fit.se[1] == pytest.approx(sqrt(sum(parts)))


def test_negative_binomial_of_two_arms_of_equal_exposure():
    """The means are the arms' own; 1/theta of R's glm.nb is 1.163892269."""
    fit = negative_binomial(COUNTS, TWO, exposure=[1] * 6, confidence=0.95)
    assert fit.coef == pytest.approx([log(4), log(0.5)])
    assert fit.dispersion == pytest.approx(1.163892269, abs=1e-9)
    assert fit.se[1] == pytest.approx(1.0128811279, abs=1e-9)


@pytest.mark.parametrize(
    ("y", "exposure", "words"),
    [
        ([0.5, 1, 2, 3, 4, 5], TIMES, "whole numbers"),
        ([-1, 1, 2, 3, 4, 5], TIMES, "whole numbers"),
        (COUNTS, [0, 1, 1, 1, 1, 1], "above 0"),
        (COUNTS, [1, 1], "exposure has 2 values"),
        (COUNTS, None, "exposure is None"),
        ([0] * 6, TIMES, "no events"),
        ([0, 0, 0, 1, 4, 2], TIMES, "0 or infinite"),
    ],
)
def test_what_has_no_answer_is_refused(y, exposure, words):
    for fit in (
        lambda: poisson_rates(y, TWO, exposure=exposure, variance="model", confidence=0.95),
        lambda: negative_binomial(y, TWO, exposure=exposure, confidence=0.95),
    ):
        with pytest.raises(StatsError, match=words):
            fit()


def test_counts_that_vary_less_than_poisson_are_poisson_counts_and_say_so():
    """Seven events and three in three subjects each: means and errors by hand."""
    fit = negative_binomial([2, 2, 3, 1, 1, 1], TWO, exposure=[1] * 6, confidence=0.95)
    assert fit.coef == pytest.approx([np.log(7 / 3), np.log(3 / 7)])
    assert fit.se == pytest.approx([(1 / 7) ** 0.5, (1 / 7 + 1 / 3) ** 0.5])
    assert (fit.dispersion, fit.boundary, fit.error) == (0, True, "Poisson")
    assert "dispersion is estimated as 0" in repr(fit)
    overdispersed = negative_binomial(COUNTS, TWO, exposure=[1] * 6, confidence=0.95)
    assert (overdispersed.boundary, overdispersed.error) == (False, "negative binomial")
    assert overdispersed.notes == ()


def test_a_rate_ratio_is_that_of_any_unit_of_time():
    fits = [
        model(COUNTS, TWO, exposure=np.array(TIMES) * unit, confidence=0.95, **more)
        for unit in (1, 365.25)
        for model, more in ((poisson_rates, {"variance": "robust"}), (negative_binomial, {}))
    ]
    for one, other in zip(fits[:2], fits[2:], strict=True):
        assert one.coef[1] == pytest.approx(other.coef[1])
        assert one.se[1] == pytest.approx(other.se[1])


def test_deviance_scale_and_quasi_errors_by_hand():
    """Arms of 2 an hour and 1.5 an hour: Pearson's sum over 4 is what errors are multiplied by."""
    fit = poisson_rates(COUNTS, TWO, exposure=TIMES, variance="quasi", confidence=0.95)
    mean = np.array([2, 4, 6, 1.5, 1.5, 3])
    pearson = float(np.sum((np.array(COUNTS) - mean) ** 2 / mean))
    assert (fit.pearson, fit.residual_df, fit.scale) == pytest.approx((pearson, 4, pearson / 4))
    assert fit.se[0] == pytest.approx(sqrt(pearson / 4 / 12)) and fit.df == 4
    y = np.array(COUNTS, dtype=float)
    logs = np.log(y / mean, where=y > 0, out=np.zeros(6))
    assert fit.deviance == pytest.approx(2 * float(np.sum(y * logs - (y - mean))))


def test_at_the_bound_there_is_no_more_than_poisson():
    fit = negative_binomial([2, 2, 2, 3, 3, 3], TWO, exposure=[1] * 6, confidence=0.95)
    assert fit.boundary and (fit.against_poisson.statistic, fit.against_poisson.p_value) == (0, 0.5)
