"""spread: a total, such as of adverse events, spread over rows; each one falls on any row alike.

With loads, rows of high scores get more: a row's weight is exp(s - v/2), s the loaded part of the
score and v its variance. In simulate mode the number of a row is Poisson with the mean of a display
cohort, total / rows, times the weight.
"""

import numpy as np

from trialtrace.synthetic.room import Room, groups, told
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.streams import uniforms
from trialtrace.synthetic.values import INTEGER, Values
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    open_ = rows.met(one.where)
    weight = _weights(rows, one)
    open_ &= ~np.isnan(weight)
    found, covered = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=bool)
    room.truth.parameters(one, {})
    noted = room.noted.setdefault(one.name, {})
    for path, leaf, mask in groups(rows, one.given, open_):
        here = np.flatnonzero(mask)
        if len(here):
            means = weight[here] / weight[here].mean()
        if room.simulates:
            mean = (room.reference or {}).get(one.name, {}).get(path, 0.0)
            if len(here):
                found[here] = _poisson(
                    uniforms(room.stream(one.name), rows.all)[rows.serial[here]], mean * means
                )
        elif len(here):
            name = f"{one.name} {told(path)}" if path else one.name
            place = uniforms(room.stream(name), leaf["total"])
            row = np.searchsorted(np.cumsum(means) / means.sum(), place, side="right")
            found[here] = np.bincount(np.minimum(row, len(here) - 1), minlength=len(here))
            noted[path] = leaf["total"] / len(here)
        elif leaf["total"]:
            raise room.fail(one, f"{told(path)}: there are no rows", found=f"total {leaf['total']}")
        covered |= mask
        room.truth.add(
            one,
            path,
            "total",
            printed=leaf.get("printed"),
            count=leaf["total"],
            value=leaf["total"],
            drawn=int(found[here].sum()),
            drawn_of=len(here),
            margin=True,
            check=one.options.get("check"),
        )
    return {one.name: Values(INTEGER, found, covered)}


def _weights(rows: Rows, one: Quantity) -> np.ndarray:
    total, variance = np.zeros(rows.size), 0.0
    for factor, load in one.options.get("loads", {}).items():
        total = total + load * rows[factor].numbers
        variance += load**2
    return np.exp(total - variance / 2)


def _poisson(place: np.ndarray, mean: np.ndarray) -> np.ndarray:
    from scipy.stats import poisson

    return np.asarray(poisson.ppf(place, mean)).astype(np.int64)
