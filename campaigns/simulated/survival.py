"""Times to an event.

Trials of two arms with exponential times and exponential censoring of another rate; times are
rounded to whole units where ties are named. Where the null hypothesis holds the arms are alike.
"""

from math import log

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats.survival.cox import cox, hazard_ratio_test
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.risk_sets import log_rank_sums, risk_sets

LEVEL = 0.05
RATIO = 1.3
MARGIN_LEVEL = 0.025


def simulate(rng: Generator, draws: int) -> list[Figure]:
    figures = [_log_rank(rng, draws // 4, 100, weight) for weight in ("log_rank", "peto_peto")]
    return [*figures, *_hazard_ratios(rng, draws // 4, 200)]


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
        *(_sites(rng, draws, n, sites) for sites in (20, 50)),
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
