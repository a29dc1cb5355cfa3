"""Several events of a subject, and counts over an exposure.

Two arms of 50 followed for 0.5 to 1.5 years, two events a year in the reference. Where subjects
differ, each one's rate is drawn from a gamma distribution of variance 0.5: errors of a model in
which they do not (Andersen and Gill's, Poisson's own) are then known to be too small. Strata differ
in their rates by a factor of two, whatever the arm. A fit that is refused rejects and covers
nothing.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from simulated import Figure, covered, share
from trialtrace.stats import StatsError
from trialtrace.stats.regression.counts import negative_binomial, poisson_rates
from trialtrace.stats.results import Coefficients
from trialtrace.stats.survival.cox_start_stop import cox_start_stop
from trialtrace.stats.survival.recurrent import (
    mean_cumulative,
    mean_cumulative_difference,
    mean_cumulative_ratio,
)

LEVEL, CONFIDENCE = 0.05, 0.95
# A trial takes some twenty milliseconds.
MOST = 600
SUBJECTS, RATE, AT = 100, 2.0, 1.0
# Without more variance than a Poisson's it has no estimate.
REFUSED = "negative binomial regression"
WORDS = {True: "rates differ between subjects", False: "rates are alike within an arm"}


def simulate(rng: Generator, draws: int) -> list[Figure]:
    draws = min(draws, MOST)
    return [figure for differ in (False, True) for figure in _trials(rng, draws, differ=differ)]


def _trials(rng: Generator, draws: int, *, differ: bool) -> list[Figure]:
    rejected: dict[str, list[bool]] = {}
    inside: dict[str, list[bool]] = {}
    refused: list[bool] = []
    for ratio in (1.0, 1.5):
        for _ in range(draws):
            for name, compute in _fits(rng, ratio, differ=differ).items():
                low, high = _bounds(compute)
                if name == REFUSED and not differ:
                    refused.append(low != low)
                    continue
                if ratio == 1.0:
                    # The test of a rate ratio is its interval's.
                    rejected.setdefault(name, []).append(not low <= 0 <= high and low == low)
                else:
                    inside.setdefault(name, []).append(low <= np.log(ratio) <= high)
    means = np.array([_mean(rng, differ=differ) for _ in range(draws)])
    design = f"100 subjects, {WORDS[differ]}"
    never = [share(f"{REFUSED}, refused", design, None, refused)] if refused else []
    return [
        *never,
        *(share(f"{name}, type I error", design, LEVEL, yes) for name, yes in rejected.items()),
        *(share(f"{name}, coverage", design, CONFIDENCE, yes) for name, yes in inside.items()),
        *_compared(rng, draws, differ=differ),
        share(
            "mean cumulative number at a time, coverage",
            f"50 subjects, {WORDS[differ]}",
            CONFIDENCE,
            covered(*means.T, RATE * AT),
        ),
    ]


def _compared(rng: Generator, draws: int, *, differ: bool) -> list[Figure]:
    """Means of two arms at a time whose rates are as 1.5 to 1, by their difference and ratio."""
    held: dict[str, list[bool]] = {}
    truths = {"difference": 0.5 * RATE * AT, "ratio": 1.5}
    functions = {"difference": mean_cumulative_difference, "ratio": mean_cumulative_ratio}
    options = {"treated": 1, "reference": 0, "at": AT, "sides": "two_sided"}
    for _ in range(draws):
        rates = RATE * np.where(np.arange(SUBJECTS) % 2, 1.5, 1.0)
        rows, _, _ = _draw(rng, rates, differ=differ)
        for variance in ("robust", "poisson"):
            for name, function in functions.items():
                group = rows[3] % 2
                found = function(*rows, group, **options, variance=variance, confidence=CONFIDENCE)
                inside = found.low <= truths[name] <= found.high
                held.setdefault(f"{name} of mean numbers, {variance}", []).append(inside)
    design = f"100 subjects, {WORDS[differ]}"
    return [share(f"{name}, coverage", design, CONFIDENCE, yes) for name, yes in held.items()]


def _bounds(compute: Callable[[], Coefficients]) -> tuple[float, float]:
    """Those of the first arm's log ratio, the last column."""
    try:
        found = compute()
    except StatsError:
        return np.nan, np.nan
    return float(found.low[-1]), float(found.high[-1])


def _draw(
    rng: Generator, rate: np.ndarray, *, differ: bool
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Rows (start, stop, event, subject), and each subject's count and time."""
    n = rate.size
    own = rate * (rng.gamma(2.0, 0.5, n) if differ else 1.0)
    time = rng.uniform(0.5, 1.5, n)
    count = rng.poisson(own * time)
    subject = np.repeat(np.arange(n), count + 1)
    stop = np.concatenate([rng.uniform(0, 1, count.sum()) * np.repeat(time, count), time])
    event = np.concatenate([np.ones(count.sum()), np.zeros(n)])
    of = np.concatenate([np.repeat(np.arange(n), count), np.arange(n)])
    order = np.lexsort((stop, of))
    stop, event = stop[order], event[order]
    start = np.where(np.diff(subject, prepend=-1) > 0, 0.0, np.roll(stop, 1))
    return (start, stop, event, subject), count, time


def _fits(rng: Generator, ratio: float, *, differ: bool) -> dict[str, Callable[[], Coefficients]]:
    arm = np.arange(SUBJECTS) % 2.0
    stratum = np.arange(SUBJECTS) // 2 % 4
    plain = _draw(rng, RATE * ratio**arm, differ=differ)
    apart = _draw(rng, RATE * ratio**arm * 2.0 ** (stratum - 1.5), differ=differ)

    def model(
        drawn: tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray], variance: str, strata: bool
    ) -> Callable[[], Coefficients]:
        start, stop, event, subject = drawn[0]
        return lambda: cox_start_stop(
            start,
            stop,
            event,
            arm[subject][:, None],
            ties="efron",
            variance=variance,
            confidence=CONFIDENCE,
            subject=subject,
            strata=stratum[subject] if strata else None,
        )

    _, count, time = plain
    x = np.column_stack([np.ones(SUBJECTS), arm])
    told = {"exposure": time, "confidence": CONFIDENCE}
    return {
        "Andersen and Gill's model": model(plain, "model", False),
        "Lin, Wei, Yang and Ying's model": model(plain, "robust", False),
        "Andersen and Gill's model, four strata": model(apart, "model", True),
        "Lin, Wei, Yang and Ying's model, four strata": model(apart, "robust", True),
        "Poisson regression": lambda: poisson_rates(count, x, variance="model", **told),
        "Poisson regression, robust": lambda: poisson_rates(count, x, variance="robust", **told),
        REFUSED: lambda: negative_binomial(count, x, **told),
    }


def _mean(rng: Generator, *, differ: bool) -> tuple[float, float]:
    rows, _, _ = _draw(rng, np.full(SUBJECTS // 2, RATE), differ=differ)
    options = {"times": AT, "interval": "log", "variance": "robust"}
    found = mean_cumulative(*rows, **options, confidence=CONFIDENCE)
    return float(found.low), float(found.high)
