"""Error rates of models for correlated outcomes in few subjects, under a known truth.

Seeds are fixed; a rate may miss its nominal value by four Monte Carlo standard errors, and by what
the method's approximation is known to add.
"""

from math import nan

import numpy as np

from trialtrace.stats.mixed.mixed_tests import f_test, mixed_contrast
from trialtrace.stats.mixed.mmrm import mmrm
from trialtrace.stats.mixed.visit_design import difference_row, visit_design
from trialtrace.stats.regression.gee import gee

TEST = {"sides": "two_sided", "confidence": 0.95}


def draws(rng, n, visits=3):
    """Two arms alike; each arm's first subjects have every visit, others drop out at random."""
    y = rng.normal(size=(n, 1)) + np.cumsum(rng.normal(size=(n, visits)), axis=1)
    last = rng.integers(1, visits + 2, n)
    last[: n // 2] = visits
    return np.where(np.arange(visits) < last[:, None], y, nan)


def test_type_one_error_of_mmrm_in_few_subjects():
    """16 subjects: Kenward-Roger keeps its level where a normal reference has 0.09 and more."""
    rng, count = np.random.default_rng(20), 400
    design = visit_design(np.arange(16) % 2, range(3), coding="cell_means")
    row = difference_row(design, arm=1, reference=0, visit=2)
    rows = np.stack([difference_row(design, arm=1, reference=0, visit=v) for v in range(3)])
    rejected = np.zeros((count, 3))
    for i in range(count):
        model = mmrm(draws(rng, 16), design.x, structure="unstructured", method="REML")
        one = [
            mixed_contrast(model, row, df=df, **TEST) for df in ("satterthwaite", "kenward_roger")
        ]
        every = f_test(model, rows, df="kenward_roger")
        rejected[i] = [one[0].p_value < 0.05, one[1].p_value < 0.05, every.p_value < 0.05]
    # Monte Carlo standard error 0.011; Satterthwaite is known to be somewhat liberal here.
    error = np.sqrt(0.05 * 0.95 / count)
    rate = rejected.mean(axis=0)
    assert abs(rate[1] - 0.05) < 4 * error and abs(rate[2] - 0.05) < 4 * error
    assert rate[0] < 0.05 + 4 * error + 0.02


def test_type_one_error_of_gee_in_few_subjects():
    """20 subjects: the plain sandwich with a normal reference is liberal, corrected ones not."""
    rng, count = np.random.default_rng(21), 400
    arm = np.arange(20) % 2
    x = np.broadcast_to(np.column_stack([np.ones(20), arm])[:, None], (20, 3, 2))
    ways = {
        "plain": {"variance": "robust", "reference": "normal"},
        "kauermann_carroll": {"variance": "kauermann_carroll", "reference": "t"},
        "mancl_derouen": {"variance": "mancl_derouen", "reference": "t"},
    }
    rejected = dict.fromkeys(ways, 0)
    for _ in range(count):
        y = draws(rng, 20)
        for name, how in ways.items():
            model = gee(y, x, family="gaussian", working="exchangeable", confidence=0.95, **how)
            rejected[name] += model.p_value[1] < 0.05
    rate = {name: n / count for name, n in rejected.items()}
    # Monte Carlo standard error 0.011.
    assert rate["plain"] > rate["kauermann_carroll"] >= rate["mancl_derouen"]
    assert abs(rate["kauermann_carroll"] - 0.05) < 4 * 0.011 + 0.01
    assert abs(rate["mancl_derouen"] - 0.05) < 4 * 0.011
