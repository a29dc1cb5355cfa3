"""The check of imputed outcomes: its bounds over given draws are Rubin's."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import t
from tiny_data import asked, data, two_arms

from trialtrace.run.methods.missing import check


def test_bounds_are_those_of_the_share_of_missing_information(monkeypatch):
    """Rubin 1987, 3.1: m - 1 over the squared share of the variance that is between draws."""
    n, m = 12, check.IMPUTATIONS
    draws = np.random.default_rng(1).random((m, 2 * n)) < np.linspace(0.1, 0.9, m)[:, None]
    draws[:, n:] = [True, False] * (n // 2)
    monkeypatch.setattr(check, "_completed", lambda *_: draws)
    rows = two_arms(6, n, 6, n)
    rows["TRT01P"] = rows["TRTP"]
    found = check.imputed(data(rows), asked(imputations=20))
    p = draws[:, :n].mean(axis=1)
    between, within = (1 + 1 / m) * np.var(p, ddof=1), np.mean(p * (1 - p) / n) + 0.25 / n
    share = between / (between + within)
    half = t.ppf(0.975, (m - 1) / share**2) * sqrt(between + within)
    assert share > 0.5 and found.value == pytest.approx(p.mean() - 0.5)
    assert found.interval == pytest.approx((found.value - half, found.value + half))
