"""The check of imputed outcomes: its bounds and fractions over given draws are Rubin's."""

from math import exp, sqrt

import numpy as np
import pytest
from scipy.stats import t
from tiny_data import asked, data, two_arms

from trialtrace.run.methods.missing import check

N, M = 12, check.IMPUTATIONS


@pytest.fixture
def draws(monkeypatch):
    """Of two arms: the shares of the first differ from draw to draw, those of the other do not."""
    made = np.random.default_rng(1).random((M, 2 * N)) < np.linspace(0.1, 0.9, M)[:, None]
    made[:, N:] = [True, False] * (N // 2)
    monkeypatch.setattr(check, "_completed", lambda *_: made)
    return made


def found(method=""):
    rows = two_arms(6, N, 6, N)
    rows["TRT01P"] = rows["TRTP"]
    return check.imputed(data(rows), asked(method, imputations=20))


def variances(draws):
    """Between the draws, and within them, of the difference of both shares."""
    p = draws[:, :N].mean(axis=1)
    return np.var(p, ddof=1), np.mean(p * (1 - p) / N) + 0.25 / N


def test_bounds_are_those_of_the_share_of_missing_information(draws):
    """Rubin 1987, 3.1: m - 1 over the squared share of the variance that is between draws."""
    between, within = variances(draws)
    between *= 1 + 1 / M
    share = between / (between + within)
    half = t.ppf(0.975, (M - 1) / share**2) * sqrt(between + within)
    told = found()
    assert share > 0.5 and told.value == pytest.approx(draws[:, :N].mean() - 0.5)
    assert told.interval == pytest.approx((told.value - half, told.value + half))


def test_a_fraction_agrees_with_draws_that_chance_put_nearer_or_further(draws):
    """Of twenty draws against many: a variance is off by 2 / (m - 1) of its square."""
    between, within = variances(draws)
    factor = exp(check.WIDTH * sqrt(2 / 19 + 2 / (M - 1)))

    def fraction(between):
        r = (1 + 1 / 20) * between / within
        return (r + 2 / (19 * (1 + 1 / r) ** 2 + 3)) / (r + 1)

    told = found("fraction_missing")
    assert told.value == pytest.approx(fraction(between))
    off = [abs(fraction(each) - told.value) for each in (between / factor, between * factor)]
    assert off[0] > off[1] and told.chance == pytest.approx(off[0])
