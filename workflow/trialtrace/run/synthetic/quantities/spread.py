"""spread: a total, such as of adverse events, spread over rows; each one falls on any row alike.

With loads, rows of high scores get more: a row's weight is exp(s - v/2), s the loaded part of the
score and v its variance. In simulate mode the number of a row is Poisson with the mean of a display
cohort, total / rows, times the weight.
"""

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.synthetic.room import Room, groups, told, uniforms
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import INTEGER, Values
from trialtrace.run.trial.cohort.quantities.spread import Spread


def draw(room: Room, rows: Rows, quantity: Spread) -> dict[str, Values]:
    open_ = rows.met(quantity.where)
    weight = _weights(rows, quantity)
    open_ &= ~np.isnan(weight)
    found, covered = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=bool)
    room.truth.parameters(quantity, {})
    noted = room.noted.setdefault(quantity.name, {})
    for group, leaf, mask in groups(rows, quantity.table, open_):
        here = np.flatnonzero(mask)
        if len(here):
            means = weight[here] / weight[here].mean()
        if room.simulates:
            mean = (room.reference or {}).get(quantity.name, {}).get(group, 0.0)
            if len(here):
                found[here] = _poisson(
                    uniforms(room.stream(quantity.name), rows.all)[rows.serial[here]], mean * means
                )
        elif len(here):
            name = f"{quantity.name} {told(group)}" if group else quantity.name
            place = uniforms(room.stream(name), leaf.total)
            row = np.searchsorted(np.cumsum(means) / means.sum(), place, side="right")
            found[here] = np.bincount(np.minimum(row, len(here) - 1), minlength=len(here))
            noted[group] = leaf.total / len(here)
        elif leaf.total:
            raise room.fail(
                quantity, f"{told(group)}: there are no rows", found=f"total {leaf.total}"
            )
        covered |= mask
        room.truth.add(
            quantity,
            group,
            "total",
            printed=leaf.printed,
            count=leaf.total,
            value=leaf.total,
            drawn=int(found[here].sum()),
            drawn_of=len(here),
            margin=True,
            check=mapping_of(quantity.check),
        )
    return {quantity.name: Values(INTEGER, found, covered)}


def _weights(rows: Rows, quantity: Spread) -> np.ndarray:
    total, variance = np.zeros(rows.size), 0.0
    for factor, load in (quantity.loads or {}).items():
        total = total + load * rows[factor].numbers
        variance += load**2
    return np.exp(total - variance / 2)


def _poisson(place: np.ndarray, mean: np.ndarray) -> np.ndarray:
    from scipy.stats import poisson

    return np.asarray(poisson.ppf(place, mean)).astype(np.int64)
