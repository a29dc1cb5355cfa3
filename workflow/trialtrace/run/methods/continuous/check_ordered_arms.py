"""Arms in an order by scipy and numpy: Kendall's test, counts of pairs, means over directions."""

from math import nan, sqrt

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, Recomputed, peer
from trialtrace.run.methods.continuous.check_several_arms import (
    OPPOSITE,
    WIDE,
    Arms,
    Tail,
    largest_of,
    of_arms,
)

Samples = list[np.ndarray]


def samples(data: Data, asked: Asked) -> tuple[Samples | None, int]:
    """The values of each arm in the order of the step; None where one has none or all are equal."""
    records = data.records(asked, data.compared(asked))
    found = [
        records.loc[records["TRTP"] == arm, "AVAL"].to_numpy() for arm in asked.options["order"]
    ]
    usable = all(own.size for own in found) and records["AVAL"].nunique() > 1
    return (found if usable else None), len(records)


def pairs_in_order(ordered: Samples) -> float:
    """Pairs of patients of two arms whose values rise, ties half."""
    return sum(
        float((after[:, None] > before).sum() + (after[:, None] == before).sum() / 2)
        for place, after in enumerate(ordered)
        for before in ordered[:place]
    )


@peer("scipy.stats.kendalltau (asymptotic)", samples)
def trend(data: Data, asked: Asked, ordered: Samples) -> Answer:
    """scipy's `kendalltau` of the values and the place of their arm."""
    from scipy.stats import kendalltau

    place = np.repeat(np.arange(len(ordered)), [own.size for own in ordered])
    test = kendalltau(
        place, np.concatenate(ordered), method="asymptotic", alternative=asked.alternative
    )
    return {"p_value": float(test.pvalue), "j": pairs_in_order(ordered)}


@peer("numpy.convolve (counts of orders)", samples)
def exact_trend(data: Data, asked: Asked, ordered: Samples) -> Answer:
    """J is the sum of independent counts, each of an arm beside all arms before it."""
    values = np.concatenate(ordered)
    if np.unique(values).size < values.size:
        return nan
    j, before, chance = pairs_in_order(ordered), ordered[0].size, np.ones(1)
    for own in ordered[1:]:
        chance = np.convolve(chance, _rank_sums(before, own.size))
        before += own.size
    above, below = chance[round(j) :].sum(), chance[: round(j) + 1].sum()
    p = {"greater": above, "less": below}
    return {"p_value": p.get(asked.options["sides"], min(1, 2 * min(above, below))), "j": j}


def _rank_sums(m: int, n: int) -> np.ndarray:
    """Chances of Mann and Whitney's U: patients in order, each of the one sample or the other."""
    ways = np.zeros((m + 1, m * n + 1))
    ways[0, 0] = 1.0
    for seen in range(m + n):
        made = np.zeros_like(ways)
        # So many of the first sample are among those seen; the next is of the first, or above them.
        for first in range(max(0, seen - n), min(m, seen) + 1):
            if first < m:
                made[first + 1] += ways[first] * (m - first) / (m + n - seen)
            rest = n - (seen - first)
            if rest:
                shifted = ways[first, : m * n + 1 - first]
                made[first, first:] += shifted * rest / (m + n - seen)
        ways = made
    return np.asarray(ways[m])


@peer("numpy.linalg.eigh (mean over directions)", of_arms)
def williams(data: Data, asked: Asked, arms: Arms) -> Recomputed:
    """The largest contrast of each dose, and of every higher one, over directions."""
    doses, reference = asked.options["doses"], asked.contrast[1]
    sign = OPPOSITE[asked.options["sides"]]
    place = doses.index(asked.contrast[0]) if asked.contrast[0] in doses else -1
    n = sum(arms.n.values())
    if place < 0 or reference in doses:
        return Recomputed("numpy.linalg.eigh", nan, n_used=n)
    if asked.stat == "df":
        return Recomputed("numpy.linalg.eigh", arms.df, n_used=n)
    values, worst, error = [], 0.0, 0.0
    for dose in range(place, len(doses)):
        upwards = doses[: dose + 1]
        statistic, tail = _williams(data, arms, upwards, reference, sign)
        values.append(statistic)
        if asked.stat == "p_value":
            p, spread = tail(statistic, False)
            worst, error = max((worst, error), (p, spread))
    if asked.stat == "t":
        return Recomputed("numpy.linalg.eigh", sign * values[0], n_used=n)
    return Recomputed("numpy.linalg.eigh", worst, None, ITERATIVE, n, WIDE * error)


def _williams(
    data: Data, arms: Arms, doses: list[str], reference: str, sign: float
) -> tuple[float, Tail]:
    """The statistic of the highest of these doses, and the tail of its largest contrast."""
    sizes = np.array([arms.n[arm] for arm in (reference, *doses)], float)
    means = sign * np.array([arms.mean[arm] for arm in (reference, *doses)])
    rows = np.zeros((len(doses), len(sizes)))
    for start, row in enumerate(rows):
        row[0], row[start + 1 :] = -1.0, sizes[start + 1 :] / sizes[start + 1 :].sum()
    unit = sqrt(1 / sizes[0] + 1 / sizes[-1])
    spread = (rows / sizes) @ rows.T / unit**2
    tail = data.once(("williams", spread.tobytes(), arms.df), lambda: largest_of(spread, arms.df))
    return float((rows @ means).max()) / (unit * sqrt(arms.variance)), tail


CHECKS: dict[str, Check] = {
    **{f"{stat}.jonckheere_terpstra": trend for stat in ("p_value", "j")},
    **{f"{stat}.jonckheere_terpstra_exact": exact_trend for stat in ("p_value", "j")},
    **{f"{stat}.williams": williams for stat in ("p_value", "t", "df")},
}
