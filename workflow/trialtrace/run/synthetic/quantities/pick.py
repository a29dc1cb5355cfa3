"""pick: yes for exactly so many of the rows under each parent, those with the highest scores."""

import numpy as np

from trialtrace.run.synthetic.room import Room, parameter, score
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import Values, yes_no
from trialtrace.run.trial.cohort.quantities.pick import Pick


def draw(room: Room, rows: Rows, quantity: Pick) -> dict[str, Values]:
    z, known = score(room, rows, quantity.name, quantity.loads, quantity.correlation)
    known &= rows.met(quantity.where)
    wanted = parameter(rows, quantity.pick.count)
    known &= ~np.isnan(wanted)
    parent = rows.parent if rows.parent is not None else np.zeros(rows.size, dtype=np.int64)
    here = np.flatnonzero(known)
    order = here[np.lexsort((-z[here], parent[here]))]
    group = parent[order]
    first = np.concatenate(([True], group[1:] != group[:-1])) if len(group) else group.astype(bool)
    start = (
        np.maximum.accumulate(np.where(first, np.arange(len(order)), 0)) if len(order) else order
    )
    rank = np.arange(len(order)) - start
    yes = np.zeros(rows.size, dtype=bool)
    yes[order[rank < wanted[order]]] = True
    room.truth.parameters(quantity)
    _enough(room, rows, quantity, (parent, known, wanted))
    return {quantity.name: yes_no(yes, known)}


def _enough(
    room: Room, rows: Rows, quantity: Pick, asking: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    """Refuse more than there is; `asking`: parent, whether it is known, and the number, by row."""
    parent, known, wanted = asking
    parents = rows.above.size if rows.above is not None else 1
    there = np.bincount(parent[known], minlength=parents)
    asked = np.zeros(parents)
    asked[parent[known]] = wanted[known]
    if (asked > there).any():
        row = int(np.flatnonzero(asked > there)[0])
        above = rows.above.name if rows.above is not None else rows.name
        raise room.fail(
            quantity,
            "more rows are to be picked than there are",
            found=f"{asked[row]:g} of {there[row]} rows, first under row {row + 1} of {above}",
        )
