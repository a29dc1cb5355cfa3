"""choice: a category by probabilities, by exact counts, or by quotas within groups.

A score from low to high goes through the categories in the order in which they are written.
"""

import numpy as np

from trialtrace.synthetic.room import Room, groups, told
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.scores import score
from trialtrace.synthetic.values import CATEGORY, Values
from trialtrace.trial.cohort.model import Quantity


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    z, open_ = score(room, rows, one.name, one.options)
    open_ &= rows.met(one.where)
    codes = np.full(rows.size, -1)
    exact = "counts" in one.given
    table = one.given["counts" if exact else "of"]
    labels = categories(one)
    room.truth.parameters(one, {} if exact else {"of": table})
    for path, weights, mask in groups(rows, table, open_):
        at, numbers = np.array([labels.index(c) for c in weights]), np.array([*weights.values()])
        here = np.flatnonzero(mask)
        if exact and not room.simulates:
            if numbers.sum() != len(here):
                raise room.fail(
                    one,
                    f"{told(path)}: the counts do not add up to the rows",
                    found=f"{numbers.sum()} in the counts, {len(here)} rows",
                )
            codes[here] = at[_by_counts(z[here], numbers)]
        elif "quota" in one.given and not room.simulates:
            for part in _parts(rows, one.given["quota"], here):
                codes[part] = at[_by_counts(z[part], _quota(numbers, len(part)))]
        else:
            codes[here] = at[_by_probability(z[here], numbers / numbers.sum())]
        if exact:
            _tell(room, one, path, weights, codes[here] == at[:, None], len(here))
    return {one.name: Values(CATEGORY, codes, codes >= 0, labels)}


def categories(one: Quantity) -> tuple[str, ...]:
    """Every category, in the order in which they first stand."""
    from trialtrace.trial.cohort.model import cells

    table = one.given.get("counts", one.given.get("of"))
    return tuple(dict.fromkeys(name for _, leaf in cells(table) for name in leaf))


def _by_counts(z: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    found = np.empty(len(z), dtype=np.int64)
    found[np.argsort(z, kind="stable")] = np.repeat(np.arange(len(numbers)), numbers)
    return found


def _by_probability(z: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    borders = np.cumsum(probabilities)[:-1]
    found = np.searchsorted(borders, ndtr(z), side="right")
    # A category of probability 0 at an end is never reached.
    last = np.flatnonzero(probabilities)[-1]
    return np.minimum(found, last)


def _parts(rows: Rows, names: list[str], here: np.ndarray) -> list[np.ndarray]:
    codes = np.column_stack([rows[name].coded()[0][here] for name in names])
    _, part = np.unique(codes, axis=0, return_inverse=True)
    part = part.reshape(-1)
    return [here[part == number] for number in range(part.max() + 1)] if len(part) else []


def _quota(probabilities: np.ndarray, size: int) -> np.ndarray:
    """Whole numbers by largest remainders (Hamilton)."""
    exact = probabilities / probabilities.sum() * size
    found = np.floor(exact + 1e-9).astype(np.int64)
    rest = size - int(found.sum())
    found[np.argsort(-(exact - found), kind="stable")[:rest]] += 1
    return found


def _tell(room: Room, one: Quantity, path, weights: dict, drawn: np.ndarray, size: int) -> None:
    total = sum(weights.values())
    for (category, count), here in zip(weights.items(), drawn, strict=True):
        room.truth.add(
            one,
            path,
            f"count of {category}",
            printed=one.given.get("printed"),
            count=count,
            of=total,
            value=count / total if total else None,
            drawn=int(here.sum()),
            drawn_of=size,
            margin=True,
            check=one.options.get("check"),
        )
