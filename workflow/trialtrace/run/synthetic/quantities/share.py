"""share: yes or no, with exact counts in a display cohort and further margins among others.

Who is yes goes by a latent score, who has a value at all by another one ("known"). Rows that the
margins cannot tell apart are a cell; how many of each cell have a value and are yes is settled in
`counts`. In simulate mode the shares of a display cohort's cells are the probabilities.
"""

from dataclasses import dataclass

import numpy as np

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.synthetic.room import Room, group_text, groups, parameter, score, uniforms
from trialtrace.run.synthetic.rows import INTEGER, Rows, Values, yes_no
from trialtrace.run.synthetic.truth import plain
from trialtrace.run.trial.cohort.margins import Group, MarginCheck, ShareMargin, rivals_of
from trialtrace.run.trial.cohort.quantities.quantity import Quantity
from trialtrace.run.trial.cohort.quantities.share import Share, Spread

# Whole numbers in cells that add up to several margins at once.
# For each cell of n rows: how many have a value, and how many of these are yes. Every margin fixes
# the sums over its cells. Among all solutions the one nearest to equal shares in each margin is
# taken (integer linear programme; least sum of absolute deviations).


class NoCounts(Exception):
    """Margins that no whole numbers meet; its text says which."""


@dataclass(frozen=True)
class Cells:
    """`of` has the cell of each row (-1: none); `keys` and `sizes` are those of the cells."""

    of: np.ndarray
    keys: list[tuple[bool, ...]]
    sizes: np.ndarray


@dataclass(frozen=True)
class Margin:
    """Of the rows in `cells` (a mask) `of` have a value (None: all) and `count` of them are yes."""

    name: str
    cells: np.ndarray
    count: int
    of: int | None


def settle(cells: Cells, margins: list[Margin]) -> tuple[list[int], list[int]]:
    """Rows with a value, and yes among them, for each cell. Raises NoCounts."""
    sizes = cells.sizes.astype(np.int64)
    if not len(sizes):
        for margin in margins:
            if margin.count or margin.of:
                raise NoCounts(f"{margin.name}: there are no rows")
        return [], []
    wanted = []
    for margin in margins:
        rows = int(sizes[margin.cells].sum())
        of = rows if margin.of is None else margin.of
        if of > rows:
            raise NoCounts(f"{margin.name}: {of} have a value, but there are {rows} rows")
        if margin.count > of:
            raise NoCounts(f"{margin.name}: {margin.count} of {of} cannot be")
        wanted.append((margin, of))
    if all(margin.cells.sum() == 1 for margin, _ in wanted) and len(wanted) == len(sizes):
        return _one_by_one(sizes, wanted)
    return _programme(sizes, wanted)


def _one_by_one(sizes: np.ndarray, wanted: list) -> tuple[list[int], list[int]]:
    known, yes = [0] * len(sizes), [0] * len(sizes)
    for margin, of in wanted:
        at = int(np.flatnonzero(margin.cells)[0])
        known[at], yes[at] = of, margin.count
    return known, yes


def _programme(sizes: np.ndarray, wanted: list) -> tuple[list[int], list[int]]:
    """Variables: known, yes, and the two deviations of each, a block of cells each."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    k = len(sizes)
    zero, one = np.zeros((k, k)), np.eye(k)
    usual_known, usual_yes = _usual(sizes, wanted)
    rules = [np.hstack([one, -one, zero, zero])]
    low, high = [np.zeros(k)], [np.full(k, np.inf)]
    # Deviations: d >= v - usual and d >= usual - v.
    for at, usual in ((0, usual_known), (1, usual_yes)):
        blocks = [zero] * 4
        for sign in (1, -1):
            blocks[at], blocks[at + 2] = -sign * one, one
            rules.append(np.hstack(blocks))
            low.append(-sign * usual)
            high.append(np.full(k, np.inf))
    for margin, of in wanted:
        row = np.zeros((2, 4 * k))
        row[0, :k][margin.cells] = 1
        row[1, k : 2 * k][margin.cells] = 1
        rules.append(row)
        low.append(np.array([of, margin.count], dtype=float))
        high.append(np.array([of, margin.count], dtype=float))
    top = np.concatenate([sizes, sizes, np.full(2 * k, np.inf)])
    # A small slope by the number of the cell makes the solution the only one.
    cost = np.concatenate([np.zeros(2 * k), 1 + 1e-4 * np.arange(2 * k)])
    done = milp(
        cost,
        constraints=LinearConstraint(np.vstack(rules), np.concatenate(low), np.concatenate(high)),
        bounds=Bounds(np.zeros(4 * k), top),
        integrality=np.concatenate([np.ones(2 * k), np.zeros(2 * k)]),
    )
    if done.x is None:
        text = "; ".join(f"{margin.name}: {margin.count} of {of}" for margin, of in wanted)
        raise NoCounts(f"no numbers of patients meet all margins together ({text})")
    found = np.rint(done.x[: 2 * k]).astype(int).tolist()
    return found[:k], found[k:]


def _usual(sizes: np.ndarray, wanted: list) -> tuple[np.ndarray, np.ndarray]:
    """What each cell would have if the first margin that holds it were spread evenly."""
    known, yes = sizes.astype(float), np.zeros(len(sizes))
    for margin, of in reversed(wanted):
        rows = max(int(sizes[margin.cells].sum()), 1)
        known[margin.cells] = sizes[margin.cells] * of / rows
        yes[margin.cells] = sizes[margin.cells] * margin.count / rows
    return known, yes


# A group of rows, what its margin says, and its rows.
Cell = tuple[Group, ShareMargin, np.ndarray]


def _draw_share(room: Room, rows: Rows, quantity: Share) -> dict[str, Values]:
    from scipy.special import ndtr

    name = quantity.name
    z, open_ = score(room, rows, name, quantity.loads, quantity.correlation)
    open_ &= rows.met(quantity.where)
    waiting, _ = score(room, rows, f"{name}.known", quantity.known_loads)
    yes, known = np.zeros(rows.size, dtype=bool), np.zeros(rows.size, dtype=bool)
    fixed: list[Cell] = []
    for group, leaf, mask in groups(rows, quantity.table):
        here = mask & open_
        if leaf.probability is None:
            fixed.append((group, leaf, here))
            continue
        p = parameter(rows, leaf.probability)
        known |= here & ~np.isnan(p)
        yes |= known & here & (ndtr(z) > 1 - p)
    cells, margins = _cells(rows, quantity, fixed)
    plan = _plan(room, quantity, cells, margins)
    for cell, (share_known, share_yes) in enumerate(plan):
        here = np.flatnonzero(cells.of == cell)
        stream = f"{name}.{''.join('01'[inside] for inside in cells.keys[cell])}"
        has = _top(room, f"{stream}.known", waiting, here, share_known)
        known[has] = True
        yes[_top(room, stream, z, has, share_yes)] = True
    room.truth.parameters(quantity, {})
    _tell(room, rows, quantity, yes, known)
    return {name: yes_no(yes & known, known)}


def _top(room: Room, name: str, z: np.ndarray, rows: np.ndarray, wanted: float) -> np.ndarray:
    """The rows of the highest scores: so many, or in simulate mode a binomial number of them."""
    if room.simulates:
        from scipy.stats import binom

        wanted = binom.ppf(uniforms(room.stream(name), 1)[0], len(rows), wanted) if len(rows) else 0
    return rows[np.argsort(-z[rows], kind="stable")[: int(wanted)]]


def _cells(rows: Rows, quantity: Share, fixed: list[Cell]) -> tuple[Cells, list[Margin]]:
    """Rows by what the margins tell apart, and the margins over them."""
    counted = [(group_text(group), leaf, mask) for group, leaf, mask in fixed]
    for other in quantity.among or ():
        inside = rows[other.of].is_yes()
        counted += [
            (f"{group_text(group)} among {other.of}", leaf, mask)
            for group, leaf, mask in groups(rows, other.margin, inside)
            if leaf.count is not None
        ]
    covered = np.zeros(rows.size, dtype=bool)
    for _, _, mask in fixed:
        covered |= mask
    pattern = np.array([mask & covered for _, _, mask in counted], dtype=bool).reshape(
        len(counted), rows.size
    )
    found, of = np.unique(pattern[:, covered], axis=1, return_inverse=True)
    whole = np.full(rows.size, -1)
    whole[covered] = of.reshape(-1)
    keys = [tuple(found[:, cell].tolist()) for cell in range(found.shape[1])]
    sizes = np.bincount(of.reshape(-1), minlength=len(keys))
    margins = [
        Margin(name, found[at], leaf.count or 0, leaf.of)
        for at, (name, leaf, _) in enumerate(counted)
    ]
    return Cells(whole, keys, sizes), margins


def _plan(
    room: Room, quantity: Share, cells: Cells, margins: list[Margin]
) -> list[tuple[float, float]]:
    """For each cell how many have a value and how many are yes; shares in simulate mode."""
    if room.simulates:
        shares = (room.reference or {}).get(quantity.name, {})
        return [shares.get(key, (1.0, 0.0)) for key in cells.keys]
    try:
        known, yes = settle(cells, margins)
    except NoCounts as reason:
        raise room.fail(
            quantity, str(reason), expected="counts that the rows of this cohort can have"
        ) from None
    room.noted[quantity.name] = {
        key: (known[at] / max(size, 1), yes[at] / max(known[at], 1))
        for at, (key, size) in enumerate(zip(cells.keys, cells.sizes.tolist(), strict=True))
    }
    return list(zip(known, yes, strict=True))


def _tell(room: Room, rows: Rows, quantity: Share, yes: np.ndarray, known: np.ndarray) -> None:
    every = np.ones(rows.size, dtype=bool)
    told_margin = ToldMargin(quantity, quantity.share.set, quantity.check)
    tell_margin(room, told_margin, list(groups(rows, quantity.table, every)), (yes, known))
    for other in quantity.among or ():
        inside = rows[other.of].is_yes()
        told_margin = ToldMargin(quantity, other.set, other.check, among=other.of)
        tell_margin(room, told_margin, list(groups(rows, other.margin, inside)), (yes, known))


@dataclass(frozen=True)
class ToldMargin:
    """A margin of the truth manifest: whose it is, its set of counts, what it is compared with.

    `among` is the yes/no quantity among whose rows it holds, "" for all rows.
    """

    quantity: Quantity
    set: str | None
    check: MarginCheck | None
    among: str = ""


def tell_margin(
    room: Room, margin: ToldMargin, leaves: list[Cell], drawn: tuple[np.ndarray, np.ndarray]
) -> None:
    """Rows of the truth for one margin: a row a group, with the sets that print the same.

    `drawn`: where it is yes, and where it has a value.
    """
    quantity, among = margin.quantity, margin.among
    yes, known = drawn
    rivals = [
        _rivals(room, (quantity.name, among, group), leaf, mask) for group, leaf, mask in leaves
    ]
    tags = [leaf.tag or quantity.origin for _, leaf, _ in leaves]
    sets = 1
    for number, tag in zip(rivals, tags, strict=True):
        sets *= number if number and tag == "arithmetic" else 1
    for (group, leaf, mask), number, tag in zip(leaves, rivals, tags, strict=True):
        counted = leaf.count is not None
        got, of = int((yes & known & mask).sum()), int((known & mask).sum())
        display_of: int | None = of
        if room.simulates:
            display_of = (room.reference or {}).get(("of", quantity.name, among, group))
        else:
            room.noted["of", quantity.name, among, group] = of
        wanted_of = display_of if leaf.of is None else leaf.of
        room.truth.add(
            quantity,
            group,
            f"share among {among}" if among else "share",
            tag=tag if counted else "assumed",
            printed=leaf.printed,
            count=leaf.count,
            of=wanted_of if counted else None,
            set=margin.set,
            rivals=number if tag == "arithmetic" else None,
            rival_sets=sets if tag == "arithmetic" and number else None,
            value=_value(leaf, wanted_of),
            drawn=got,
            drawn_of=of,
            margin=counted,
            check=mapping_of(margin.check),
        )


def _rivals(
    room: Room, margin: tuple[str, str, Group], leaf: ShareMargin, mask: np.ndarray
) -> int | None:
    """Counts that print the same, of at most the rows that a display cohort has."""
    if room.simulates:
        return (room.reference or {}).get(("rivals", *margin))
    rivals = room.noted["rivals", *margin] = rivals_of(leaf.printed, int(mask.sum()))
    return rivals


def _value(leaf: ShareMargin, of: int | None) -> object:
    if leaf.count is None:
        return plain(leaf.probability)
    return leaf.count / of if of else None


def _draw_spread(room: Room, rows: Rows, quantity: Spread) -> dict[str, Values]:
    """spread: a total, as of adverse events, spread over rows; each one falls on any row alike.

    With loads, rows of high scores get more: a row's weight is exp(s - v/2), s the loaded part of
    the score and v its variance. In simulate mode the number of a row is Poisson with the mean of a
    display cohort, total / rows, times the weight.
    """
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
            name = f"{quantity.name} {group_text(group)}" if group else quantity.name
            place = uniforms(room.stream(name), leaf.total)
            row = np.searchsorted(np.cumsum(means) / means.sum(), place, side="right")
            found[here] = np.bincount(np.minimum(row, len(here) - 1), minlength=len(here))
            noted[group] = leaf.total / len(here)
        elif leaf.total:
            raise room.fail(
                quantity, f"{group_text(group)}: there are no rows", found=f"total {leaf.total}"
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


DRAWS = {"share": _draw_share, "spread": _draw_spread}
