"""Means of a repeated outcome with missing visits.

Trials of two arms of 60 with a baseline and two later visits. Half of those in the treated arm
whose first visit went badly leave before the last; nobody else does, so values are missing at
random. The truth of an interval is the difference of the last visit if nobody had left, or, where
those who left go on as the reference arm does, the difference that this makes. Where the last visit
is a count or a level its mean rests on the first visit alone, and the truth is a difference of 0.
Twenty imputations a trial.
"""

from functools import partial

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import missing
from trialtrace.stats.regression.ancova import ancova, arm_difference

CONFIDENCE, EFFECT = 0.95, 0.8
MATCHED = "predictive_mean_matching"
ARM = np.arange(120) % 2
IMPUTATIONS = 20
MARKS = {"not_to_impute": False, "if_marked": "refuse", "start": 0, "stop": IMPUTATIONS}
DESIGN = "120 patients, a quarter of one arm leaves"


def simulate(rng: Generator, draws: int) -> list[Figure]:
    trials = [_trial(rng) for _ in range(draws // 4)]
    return [
        _figure("multiple imputation, visit after visit", trials, _monotone, EFFECT),
        _figure("multiple imputation, chained", trials, _chained, EFFECT),
        _figure("predictive mean matching, chained", trials, partial(_of_kind, MATCHED), EFFECT),
        _figure("imputed counts", trials, partial(_of_kind, "count"), 0.0),
        _figure("imputed levels", trials, partial(_of_kind, "ordinal"), 0.0),
        _figure("jump to reference imputed, jump to reference true", trials, _jumped, None),
        _figure("last observation carried forward", trials, _carried, EFFECT),
        _figure("baseline observation carried forward", trials, _returned, EFFECT),
    ]


Trial = tuple[np.ndarray, np.ndarray, np.ndarray]


def _trial(rng: Generator) -> Trial:
    """Baseline, both visits with the last one missing, and the last as it is under the reference.

    The last are the values that those who left have where they lose the effect; their difference of
    means, given the baseline, is what jump to reference estimates.
    """
    base, noise = rng.normal(0, 1, ARM.size), rng.normal(0, 0.8, (2, ARM.size))
    residual = 0.6 * base + noise[0]
    last = 0.3 * base + 0.5 * residual + noise[1]
    first = residual + 0.4 * ARM
    gone = (ARM == 1) & (residual < 0) & (rng.random(ARM.size) < 0.5)
    seen = np.where(gone, np.nan, last + EFFECT * ARM)
    return base, np.column_stack([first, seen]), np.where(gone, last, last + EFFECT * ARM)


def _pooled(values: np.ndarray, base: np.ndarray) -> tuple[float, float]:
    x = np.column_stack([np.ones(ARM.size), ARM, base])
    found = missing.pooled_contrast(
        missing.fit_imputed(values, x),
        [0, 1, 0],
        df="barnard_rubin",
        null=0.0,
        sides="two_sided",
        confidence=CONFIDENCE,
    )
    return float(found.low), float(found.high)


def _monotone(trial: Trial, number: int) -> tuple[float, float]:
    base, y, _ = trial
    made = missing.impute_monotone(
        y, ARM, base[:, None], kinds=("normal",) * 2, arms="by_arm", seed=(number, 1), **MARKS
    )
    return _pooled(made.values[:, :, 1], base)


def _chained(trial: Trial, number: int) -> tuple[float, float]:
    base, y, _ = trial
    # A few first visits are lacking too, so that the pattern has gaps.
    y = y.copy()
    y[3::17, 0] = np.nan
    made = missing.impute_chained(
        y,
        ARM,
        base[:, None],
        kinds=("normal",) * 2,
        arms="by_arm",
        logistic="maximum",
        cycles=5,
        seed=(number, 2),
        **MARKS,
    )
    return _pooled(made.values[:, :, 1], base)


def _of_kind(kind: str, trial: Trial, number: int) -> tuple[float, float]:
    """The last visit as it is, or in its place a count or one of three levels given the first."""
    base, y, _ = trial
    last = y[:, 1]
    if kind != MATCHED:
        rng = np.random.default_rng([number, 4])
        rate = 0.3 + 0.3 * base + 0.4 * y[:, 0] * (ARM == 0) + 0.4 * (y[:, 0] - 0.4) * (ARM == 1)
        counts = rng.poisson(np.exp(rate))
        levels = np.searchsorted([-0.7, 0.7], rate - 0.3 + rng.logistic(0, 1, ARM.size))
        last = np.where(np.isnan(last), np.nan, counts if kind == "count" else levels)
    made = missing.impute_chained(
        np.column_stack([y[:, 0], last]),
        ARM,
        base[:, None],
        kinds=("normal", kind),
        arms="in_model",
        logistic="maximum",
        cycles=1,
        seed=(number, 5),
        donors=5 if kind == MATCHED else None,
        **MARKS,
    )
    return _pooled(made.values[:, :, 1], base)


def _jumped(trial: Trial, number: int) -> tuple[float, float]:
    base, y, _ = trial
    made = missing.impute_reference_based(
        y,
        ARM,
        base[:, None],
        reference=0,
        assumption="jump_to_reference",
        arms="in_model",
        cycles=1,
        seed=(number, 3),
        **MARKS,
    )
    return _pooled(made.values[:, :, 1], base)


def _single(filled: np.ndarray, base: np.ndarray) -> tuple[float, float]:
    fit = ancova(filled, ARM, covariates=base, strata=None, variance="model", confidence=CONFIDENCE)
    found = arm_difference(fit, 1, 0, sides="two_sided", confidence=CONFIDENCE).interval
    return found.low, found.high


def _carried(trial: Trial, number: int) -> tuple[float, float]:
    base, y, _ = trial
    filled = missing.last_observation_carried_forward(y, not_to_impute=False, before_first="refuse")
    return _single(filled[:, 1], base)


def _returned(trial: Trial, number: int) -> tuple[float, float]:
    base, y, _ = trial
    filled = missing.baseline_observation_carried_forward(y, base, not_to_impute=False)
    return _single(filled[:, 1], base)


def _figure(what: str, trials: list[Trial], interval, truth: float | None) -> Figure:
    bounds = np.array([interval(trial, number) for number, trial in enumerate(trials)])
    if truth is None:
        # A quarter of the treated arm leaves and loses the effect.
        truth = float(np.mean([_difference(last, base) for base, _, last in trials]))
    return share(f"{what}, coverage", DESIGN, CONFIDENCE, covered(*bounds.T, truth))


def _difference(values: np.ndarray, base: np.ndarray) -> float:
    x = np.column_stack([np.ones(ARM.size), ARM, base])
    return float(np.linalg.lstsq(x, values, rcond=None)[0][1])
