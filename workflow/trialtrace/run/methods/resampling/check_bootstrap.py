"""Bootstrap intervals by scipy, whose resamples are others: bounds agree up to chance."""

from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    from collections.abc import Callable

BY = "scipy.stats.bootstrap"
RESAMPLES = 4000
# Standard errors by which the levels of two bounds may differ.
WIDTH = 5.0
ESTIMATES: "dict[str, Callable[..., np.ndarray]]" = {
    "mean_difference": np.mean,
    "difference_of_medians": np.median,
    "risk_difference": np.mean,
}


def check(data: Data, asked: Asked) -> Recomputed:
    """scipy's `bootstrap` of the samples of both arms, one of each stratum."""
    rows = data.records(asked)
    for name in asked.options["strata"]:
        subjects = data.adsl.set_index("USUBJID")[adsl_code(name)].dropna()
        rows = rows[rows["USUBJID"].isin(subjects.index)]
        rows = rows.assign(**{f"in_{name}": rows["USUBJID"].map(subjects).astype(str)})
    cells = [f"in_{name}" for name in asked.options["strata"]]
    n = len(rows)
    if asked.error or n == 0:
        return Recomputed(BY, nan, n_used=n)
    by_arm = []
    for arm in asked.contrast:
        row = rows[rows["TRTP"] == arm]
        parts = row.groupby(cells)["AVAL"] if cells else [(arm, row["AVAL"])]
        by_arm.append([values.to_numpy(float) for _, values in parts])
    key = ("bootstrap", asked.result_id.partition("/")[2], str(asked.options))
    value, bounds, chance = data.once(key, lambda: _interval(data, asked, by_arm))
    return Recomputed(BY, value, bounds, n_used=n, chance=chance, of_bounds=True)


Found = tuple[float, tuple[float, float], float]


def _interval(data: Data, asked: Asked, by_arm: list[list[np.ndarray]]) -> Found:
    """Estimate, bounds, and how far bounds may be off: quantiles at levels that chance moves."""
    from scipy.stats import bootstrap, norm

    of_arm, first = ESTIMATES[asked.stat], len(by_arm[0])
    strata = [*by_arm[0], *by_arm[1]]
    # scipy draws from two values or more; a stratum of one is drawn as it is.
    drawn_at = [at for at, values in enumerate(strata) if len(values) > 1]
    samples = [strata[at] for at in drawn_at]

    def statistic(*samples: np.ndarray, axis: int) -> np.ndarray:
        shape = samples[0].shape[:-1] if samples else (1,)
        whole = [np.broadcast_to(values, (*shape, len(values))) for values in strata]
        for at, values in zip(drawn_at, samples, strict=True):
            whole[at] = values
        arms = whole[:first], whole[first:]
        one, other = (of_arm(np.concatenate(arm, axis=axis), axis=axis) for arm in arms)
        return np.asarray(one - other)

    value = float(statistic(*(each[None] for each in samples), axis=1)[0])
    if not samples:
        return value, (value, value), 1e-9 * abs(value)
    method, confidence = asked.options["interval"], data.confidence(asked)
    results = bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        batch=500,
        vectorized=True,
        confidence_level=confidence,
        method="BCa" if method == "bca" else "percentile",
        rng=np.random.default_rng(20240606),
    )
    bounds = float(results.confidence_interval.low), float(results.confidence_interval.high)
    drawn = np.sort(results.bootstrap_distribution)
    spread = sqrt(1 / RESAMPLES + 1 / asked.options["resamples"])
    chance = 0.0
    for bound in bounds:
        rank = float(np.searchsorted(drawn, bound))
        level = min(max(rank / RESAMPLES, 1 / RESAMPLES), 1 - 1 / RESAMPLES)
        step = WIDTH * spread * sqrt(level * (1 - level)) + 2 * spread**2
        if method == "bca":
            # The correction for bias is drawn too, and moves a level twice.
            step += WIDTH * spread * 2 * 1.26 * float(norm.pdf(norm.ppf(level)))
        ends = np.quantile(drawn, [max(level - step, 0.0), min(level + step, 1.0)])
        chance = max(chance, *(float(abs(end - bound)) for end in ends))
    return value, bounds, chance + 1e-9 * max(map(abs, (value, *bounds)))


CHECKS = {f"{name}.bootstrap": check for name in ESTIMATES}
