"""pick: yes for exactly so many of the rows under each parent, those with the highest scores."""

import numpy as np

from trialtrace.synthetic.room import Room, parameter
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.scores import score
from trialtrace.synthetic.values import Values, yes_no
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    z, known = score(room, rows, one.name, one.options)
    known &= rows.met(one.where)
    wanted = parameter(rows, one.given["count"])
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
    room.truth.parameters(one)
    _enough(room, rows, one, parent, known, wanted)
    return {one.name: yes_no(yes, known)}


def _enough(room, rows: Rows, one: Quantity, parent, known, wanted) -> None:
    parents = rows.above.size if rows.above is not None else 1
    there = np.bincount(parent[known], minlength=parents)
    asked = np.zeros(parents)
    asked[parent[known]] = wanted[known]
    if (asked > there).any():
        row = int(np.flatnonzero(asked > there)[0])
        above = rows.above.name if rows.above is not None else rows.name
        raise room.fail(
            one,
            "more rows are to be picked than there are",
            found=f"{asked[row]:g} of {there[row]} rows, first under row {row + 1} of {above}",
        )
