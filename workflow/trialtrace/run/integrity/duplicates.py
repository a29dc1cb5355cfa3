"""Patients who are nearly the same: pairs that share more, and rarer, values than any others.

For each column a pair has the share of patients who would be as near to one of the two (ties
count), and its score is the sum of minus the logs over all columns, each about its mean; a missing
value counts as neither near nor far. Columns that go together make the tail of these scores long,
so it is not compared with independent columns but with itself: of an exponential tail the
normalised gaps between neighbours are independent and alike (Rényi, Acta Math Hung 1953;4:191),
and the largest gap near the top is held against the next 100.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity.export import CODE, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, FEWEST_COLUMNS = 20, 6
TOP, BELOW = 200, 100
WORK = 6e7


def looks(export: Export) -> Iterator[Look]:
    """One look at all pairs of patients."""
    chosen = informative(export)
    if export.n < FEWEST or len(chosen) < FEWEST_COLUMNS:
        return
    scores = pair_scores(chosen)
    left, right = np.triu_indices(export.n, 1)
    above = scores[left, right]
    p, pairs = top_gap(above)
    first = np.argsort(-above, kind="stable")[:pairs]
    who = np.unique(np.concatenate([left[first], right[first]]))
    text = f"{pairs} of {len(above)} pairs of patients stand apart from the others in how many "
    text += f"of {len(chosen)} values they share"
    yield Look(export.subjects, text, p, export.places(who))


def informative(export: Export) -> list[Slice]:
    """Columns that most have and that vary, those that tell most first, as many as time allows."""
    told = []
    for one in export.slices:
        values = one.values[one.there]
        if 2 * len(values) >= export.n:
            share = np.unique(values, return_counts=True)[1] / len(values)
            if len(share) > 1:
                told.append((float((share**2).sum()), one))
    told.sort(key=lambda pair: pair[0])
    return [one for _, one in told[: int(WORK // max(1, export.n**2)) or 1]]


def pair_scores(chosen: list[Slice]) -> Floats:
    """The score of each pair, a symmetric matrix."""
    n = len(chosen[0].values)
    total = np.zeros((n, n), dtype=np.float32)
    for one in chosen:
        there = ~np.isnan(one.values)
        values = one.values[there]
        _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        share = (counts / len(values))[place].astype(np.float32)
        if one.kind == CODE:
            same = place[:, None] == place[None, :]
            own = np.where(same, -np.log(share)[:, None], np.float32(0))
        else:
            middle = ((np.cumsum(counts) - counts / 2) / len(values))[place].astype(np.float32)
            own = np.abs(middle[:, None] - middle[None, :])
            own *= 2
            own += share[:, None] / 2
            own += share[None, :] / 2
            np.minimum(own, np.float32(1), out=own)
            np.log(own, out=own)
            np.negative(own, out=own)
        own -= np.float32(own.mean())
        if there.all():
            total += own
        else:
            at = np.flatnonzero(there)
            total[np.ix_(at, at)] += own
    return total.astype(np.float64)


def top_gap(scores: Floats) -> tuple[float, int]:
    """The chance of so wide a gap near the top, and how many scores are above it."""
    most = min(TOP, len(scores) // 4)
    below = min(BELOW, len(scores) // 4)
    x = -np.partition(-scores, most + below)[: most + below + 1]
    x = np.sort(x)[::-1]
    j = np.arange(1, most + 1)
    gap = j * (x[j - 1] - x[j])
    sums = np.append(0.0, np.cumsum(x))
    rest = sums[j + below] - sums[j] + j * x[j] - (j + below) * x[j + below]
    rest = np.maximum(rest, 1e-9 * max(1.0, float(np.abs(x).max())))
    log_p = -below * np.log1p(gap / rest)
    at = int(np.argmin(log_p))
    return float(min(1.0, most * np.exp(log_p[at]))), int(j[at])
