"""choice: a category by probabilities, by exact counts, or by quotas within groups.

A score from low to high goes through the categories in the order in which they are written.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.synthetic.room import Room, groups, score, told
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.values import CATEGORY, Values
from trialtrace.run.trial.cohort.margins import Group
from trialtrace.run.trial.cohort.quantities.choice import Categories, Choice


def draw(room: Room, rows: Rows, quantity: Choice) -> dict[str, Values]:
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
                    f"{told(group)}: the counts do not add up to the rows",
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
