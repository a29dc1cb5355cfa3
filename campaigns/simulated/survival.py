"""Times to an event.

Trials of two arms with exponential times and exponential censoring of another rate; times are
rounded to whole units where ties are named. Where the null hypothesis holds the arms are alike.
"""

from math import log

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import StatsError
from trialtrace.stats.survival.cox import cox, hazard_ratio_test
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.fine_gray import fine_gray
from trialtrace.stats.survival.kaplan_meier import SCALES, kaplan_meier
from trialtrace.stats.survival.risk_sets import log_rank_sums, risk_sets
from trialtrace.stats.survival.survival_at import (
    survival_difference,
    survival_ratio,
)
from trialtrace.stats.survival.weighted_log_rank import at_risk_log_rank

LEVEL = 0.05
RATIO = 1.3
MARGIN_LEVEL = 0.025


def simulate(rng: Generator, draws: int) -> list[Figure]:
    figures = [_log_rank(rng, draws // 4, 100, weight) for weight in ("log_rank", "peto_peto")]
    figures += [_at_risk(rng, draws // 8, 100, weight) for weight in ("gehan", "tarone_ware")]
    figures += [_fine_gray(rng, draws // 4, 50)]
    return [
        *figures,
        *_hazard_ratios(rng, draws // 4, 200),
        *_at_a_time(rng, draws // 8, 30),
        *_quartiles(rng, draws // 4, 60),
    ]


def _two_arms(rng: Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, events and arms, half and half, of one trial in which the arms are alike."""
    event, censoring = rng.exponential(1.0, n), rng.exponential(2.0, n)
    return np.minimum(event, censoring), (event <= censoring).astype(float), np.arange(n) % 2


def _log_rank(rng: Generator, draws: int, n: int, weight: str) -> Figure:
    rejected = np.empty(draws)
    for draw in range(draws):
        time, event, arm = _two_arms(rng, n)
        sets = risk_sets(time, event, arm, np.ones((1, n), dtype=bool), groups=2)
        rejected[draw] = log_rank_sums(sets, weight=weight).p_value()[0] <= LEVEL
    return share(f"log-rank test ({weight}), type I error", f"{n} patients", LEVEL, rejected)


def _at_risk(rng: Generator, draws: int, n: int, weight: str) -> Figure:
    """Two strata, of which one has twice the hazard."""
    stratum, rejected = np.arange(n) // 2 % 2, np.empty(draws)
    for draw in range(draws):
        time, event, arm = _two_arms(rng, n)
        time = time / (1 + stratum)
        test = at_risk_log_rank(time, event, arm, weight=weight, strata=stratum)
        rejected[draw] = test.p_value <= LEVEL
    what = f"log-rank test ({weight}, two strata), type I error"
    return share(what, f"{n} patients", LEVEL, rejected)


def _at_a_time(rng: Generator, draws: int, n: int) -> list[Figure]:
    """Arms of n: survival .85 and .7 at a time, where a quarter is censored before; and .85 twice.

    Where a method gives no interval, none covers; where it gives no test, none rejects.
    """
    ways = {
        "difference, plain": (survival_difference, {"interval": "plain"}, 0.15),
        "difference, log(-log)": (survival_difference, {"interval": "log_log"}, 0.15),
        "difference, log": (survival_difference, {"interval": "log"}, 0.15),
        "difference, arcsine": (survival_difference, {"interval": "arcsin"}, 0.15),
        "difference, logit": (survival_difference, {"interval": "logit"}, 0.15),
        "ratio": (survival_ratio, {}, 0.85 / 0.7),
    }
    held = {name: np.zeros(draws, dtype=bool) for name in ways}
    rejected = {name: np.zeros(draws, dtype=bool) for name in ways}
    options = {"at": 1.0, "confidence": 0.95, "sides": "two_sided"}
    for draw in range(draws):
        arms = [_arm_at(rng, n, survival) for survival in (0.85, 0.7, 0.85)]
        for name, (function, choices, true) in ways.items():
            try:
                found = function(**_both(arms[0], arms[1]), **options, **choices)
                held[name][draw] = covered(found.low, found.high, true)
            except StatsError:
                pass
            try:
                test = function(**_both(arms[0], arms[2]), **options, **choices)
                rejected[name][draw] = test.p_value <= LEVEL
            except StatsError:
                pass
    return [
        *(
            share(f"survival at a time, {name}, coverage", f"arms of {n}, .85 and .7", 0.95, each)
            for name, each in held.items()
        ),
        *(
            share(f"survival at a time, {name}, type I error", f"arms of {n}, .85", LEVEL, each)
            for name, each in rejected.items()
        ),
    ]


def _quartiles(rng: Generator, draws: int, n: int) -> list[Figure]:
    """Times by which a quarter and a half of n have had the event, by each scale of the bounds."""
    truths = {"lower quartile": log(4 / 3), "median": log(2)}
    held = {(name, scale): np.zeros(draws, dtype=bool) for name in truths for scale in SCALES}
    for draw in range(draws):
        time, event, _ = _two_arms(rng, n)
        for scale in SCALES:
            quartiles = kaplan_meier(time, event, confidence=0.95, interval=scale).quartiles()
            for (name, true), found in zip(truths.items(), quartiles[:2], strict=True):
                # A bound that is not reached leaves that side open.
                low, high = np.nan_to_num([found.low, found.high], nan=np.inf)
                held[name, scale][draw] = low <= true <= high
    return [
        share(f"{name}, {scale.replace('_', '-')}, coverage", f"{n} patients", 0.95, each)
        for (name, scale), each in held.items()
    ]


Arm = tuple[np.ndarray, np.ndarray]


def _both(treated: Arm, reference: Arm) -> dict[str, object]:
    """The arguments of two arms."""
    time, event = (np.concatenate(pair) for pair in zip(treated, reference, strict=True))
    group = np.repeat([1, 0], [len(treated[0]), len(reference[0])])
    return {"time": time, "event": event, "group": group, "treated": 1, "reference": 0}


def _arm_at(rng: Generator, n: int, survival: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and events of an arm with this survival at 1; somebody is followed beyond it."""
    event = rng.exponential(-1 / log(survival), n)
    censoring = rng.uniform(0, 4, n)
    censoring[0] = 4.0
    return np.minimum(event, censoring), (event <= censoring).astype(float)


def _fine_gray(rng: Generator, draws: int, n: int) -> Figure:
    """Cumulative incidence 1 - (1 - p (1 - exp(-t)))^exp(bx), p = .5, after Fine and Gray 1999."""
    true, p, arm = log(1.5), 0.5, np.arange(n) % 2
    ratio, held = np.exp(true * arm), np.zeros(draws, dtype=bool)
    ever = 1 - (1 - p) ** ratio
    for draw in range(draws):
        first = rng.random(n) < ever
        u = rng.random(n) * ever
        own = -np.log(1 - (1 - (1 - u) ** (1 / ratio)) / p)
        event = np.where(first, own, rng.exponential(1 / ratio))
        censoring = rng.uniform(0.5, 4, n)
        cause = np.where(event <= censoring, np.where(first, 1, 2), 0)
        fit = fine_gray(
            np.minimum(event, censoring), cause, arm[:, None].astype(float), of=1, confidence=0.95
        )
        held[draw] = covered(fit.low[0], fit.high[0], true)
    return share("Fine and Gray's model, coverage", f"{n} patients, ratio 1.5", 0.95, held)


def _hazard_ratios(rng: Generator, draws: int, n: int) -> list[Figure]:
    """Hazard ratios of 1.3 given a covariate, whole times, and sites that are randomised."""
    true, arm = log(RATIO), np.arange(n) % 2
    held, reached, discrete = (np.zeros(draws, dtype=bool) for _ in range(3))
    for draw in range(draws):
        x = np.column_stack([arm, rng.normal(size=n)])
        event, censoring = rng.exponential(np.exp(-x @ [true, 0.5])), rng.exponential(2.0, n)
        data = np.minimum(event, censoring), (event <= censoring).astype(float)
        fit = cox(*data, x, ties="efron", confidence=0.95)
        held[draw] = covered(fit.low[0], fit.high[0], true)
        given = float(fit.coef[0]), float(fit.se[0])
        p = hazard_ratio_test(*given, margin=RATIO, sides="less").p_value
        reached[draw] = p <= MARGIN_LEVEL
        # Odds of 0.15 in each of eight steps, times the ratio under treatment.
        odds = 0.15 * np.exp(true * arm)
        step = rng.geometric(odds / (1 + odds))
        fit = cox(np.minimum(step, 8.0), step <= 8, x[:, :1], ties="discrete", confidence=0.95)
        discrete[draw] = covered(fit.low[0], fit.high[0], true)
    trials = f"{n} patients, ratio {RATIO}"
    return [
        share("Cox model with a covariate, coverage", trials, 0.95, held),
        share("Cox model of discrete times, coverage", f"{trials}, 8 steps", 0.95, discrete),
        share("hazard ratio against a margin, type I error", trials, MARGIN_LEVEL, reached),
        *(_sites(rng, draws // 2, n, sites) for sites in (20, 100)),
    ]


def _sites(rng: Generator, draws: int, n: int, sites: int) -> Figure:
    """Sites of equal size in one arm each, with hazards from a gamma distribution."""
    site = np.arange(n) % sites
    x = (site % 2)[:, None].astype(float)
    rejected = np.empty(draws)
    for draw in range(draws):
        hazard = rng.gamma(4, 1 / 4, sites)[site]
        event, censoring = rng.exponential(1 / hazard), rng.exponential(2.0, n)
        fit = cox_start_stop(
            None,
            np.minimum(event, censoring),
            event <= censoring,
            x,
            ties="efron",
            confidence=0.95,
            variance="robust",
            cluster=site,
        )
        rejected[draw] = fit.wald.p_value <= LEVEL
    trials = f"{sites} randomised sites of {n // sites}"
    return share("Cox model, robust by site, type I error", trials, LEVEL, rejected)
