"""Categories, values of a scale and picked rows, drawn by scores; and text with a number in it."""

from collections.abc import Iterator, Mapping

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.synthetic.room import Room, group_text, groups, parameter, score
from trialtrace.run.synthetic.rows import CATEGORY, INTEGER, Rows, Values, yes_no
from trialtrace.run.trial.cohort.margins import Group
from trialtrace.run.trial.cohort.quantities.choice import (
    Categories,
    Choice,
    Ordinal,
    Pick,
    TextQuantity,
)


def _draw_choice(room: Room, rows: Rows, quantity: Choice) -> dict[str, Values]:
    """choice: a category by probabilities, by exact counts, or by quotas within groups.

    A score from low to high goes through the categories in the order in which they are written.
    """
    choice = quantity.choice
    z, open_ = score(room, rows, quantity.name, quantity.loads, quantity.correlation)
    open_ &= rows.met(quantity.where)
    codes = np.full(rows.size, -1)
    exact = choice.counts is not None
    labels = choice.names
    room.truth.parameters(quantity, {} if exact else {"of": choice.of})
    for group, weights, mask in _groups(rows, choice, open_):
        at, numbers = np.array([labels.index(c) for c in weights]), np.array([*weights.values()])
        here = np.flatnonzero(mask)
        if exact and not room.simulates:
            if numbers.sum() != len(here):
                raise room.fail(
                    quantity,
                    f"{group_text(group)}: the counts do not add up to the rows",
                    found=f"{numbers.sum()} in the counts, {len(here)} rows",
                )
            codes[here] = at[_by_counts(z[here], numbers)]
        elif choice.quota and not room.simulates:
            for cell in _cells(rows, choice.quota, here):
                codes[cell] = at[_by_counts(z[cell], _quota(numbers, len(cell)))]
        else:
            codes[here] = at[_by_probability(z[here], numbers / numbers.sum())]
        if exact:
            _tell(room, quantity, group, weights, codes[here] == at[:, None])
    return {quantity.name: Values(CATEGORY, codes, codes >= 0, labels)}


def _groups(
    rows: Rows, choice: Categories, mask: np.ndarray
) -> Iterator[tuple[Group, Mapping[str, float], np.ndarray]]:
    """Groups of rows with the counts, or else the probabilities, of their categories."""
    if choice.counts is not None:
        yield from groups(rows, choice.counts, mask)
    elif choice.of is not None:
        yield from groups(rows, choice.of, mask)


def _by_counts(z: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    table = np.empty(len(z), dtype=np.int64)
    table[np.argsort(z, kind="stable")] = np.repeat(np.arange(len(numbers)), numbers)
    return table


def _by_probability(z: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    borders = np.cumsum(probabilities)[:-1]
    found = np.searchsorted(borders, ndtr(z), side="right")
    # A category of probability 0 at an end is never reached.
    last = np.flatnonzero(probabilities)[-1]
    return np.minimum(found, last)


def _cells(rows: Rows, names: tuple[str, ...], here: np.ndarray) -> list[np.ndarray]:
    """The rows of `here` by the values of some quantities together."""
    codes = np.column_stack([rows[name].coded()[0][here] for name in names])
    _, cell = np.unique(codes, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    return [here[cell == number] for number in range(cell.max() + 1)] if len(cell) else []


def _quota(probabilities: np.ndarray, size: int) -> np.ndarray:
    """Whole numbers by largest remainders (Hamilton)."""
    exact = probabilities / probabilities.sum() * size
    found = np.floor(exact + 1e-9).astype(np.int64)
    rest = size - int(found.sum())
    found[np.argsort(-(exact - found), kind="stable")[:rest]] += 1
    return found


def _tell(
    room: Room, quantity: Choice, group: Group, weights: Mapping[str, float], drawn: np.ndarray
) -> None:
    """Rows of the truth for the counts of a group; `drawn`: shape (categories, rows)."""
    total = sum(weights.values())
    for (category, count), here in zip(weights.items(), drawn, strict=True):
        room.truth.add(
            quantity,
            group,
            f"count of {category}",
            printed=quantity.choice.printed,
            count=count,
            of=total,
            value=count / total if total else None,
            drawn=int(here.sum()),
            drawn_of=drawn.shape[1],
            margin=True,
            check=mapping_of(quantity.check),
        )


def _ordinal(room: Room, rows: Rows, quantity: Ordinal) -> dict[str, Values]:
    """ordinal: whole numbers from a latent score, cut where the probabilities say.

    With cumulative probabilities c_k the cuts are Phi^-1(c_k); a shift moves the score, so that
    with a shift the probabilities are those of an ordered probit model.
    """
    from scipy.special import ndtri

    scale = quantity.ordinal
    z, known = score(room, rows, quantity.name, quantity.loads, quantity.correlation)
    known &= rows.met(quantity.where)
    shift = parameter(rows, 0 if scale.shift is None else scale.shift)
    known &= ~np.isnan(shift)
    found, reached = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=bool)
    for _, probabilities, mask in groups(rows, scale.probabilities, known):
        weights = np.asarray(probabilities, dtype=np.float64)
        cuts = ndtri(np.cumsum(weights / weights.sum())[:-1])
        place = np.searchsorted(cuts, (z + shift)[mask], side="right")
        found[mask] = scale.from_ + np.minimum(place, np.flatnonzero(weights)[-1])
        reached |= mask
    room.truth.parameters(quantity)
    return {quantity.name: Values(INTEGER, found, known & reached)}


def _draw_pick(room: Room, rows: Rows, quantity: Pick) -> dict[str, Values]:
    """pick: yes for exactly so many rows under each parent, those with the highest scores."""
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


def _text(room: Room, rows: Rows, quantity: TextQuantity) -> dict[str, Values]:
    """text: a whole number with a prefix and leading zeros, such as an identifier."""
    number = rows[quantity.text.of]
    known = number.known & rows.met(quantity.where)
    found, codes = np.unique(number.data, return_inverse=True)
    prefix, width = quantity.text.prefix or "", quantity.text.width or 1
    labels = tuple(f"{prefix}{int(value):0{width}d}" for value in found.tolist())
    room.truth.parameters(quantity)
    return {quantity.name: Values(CATEGORY, codes.reshape(-1), known, labels)}


DRAWS = {"choice": _draw_choice, "ordinal": _ordinal, "pick": _draw_pick, "text": _text}
