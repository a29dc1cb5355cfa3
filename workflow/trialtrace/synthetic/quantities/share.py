"""share: yes or no, with exact counts in a display cohort and further margins among others.

Who is yes goes by a latent score, who has a value at all by another one ("known"). Rows that the
margins cannot tell apart are a cell; how many of each cell have a value and are yes is settled in
`counts`. In simulate mode the shares of a display cohort's cells are the probabilities.
"""

from typing import Any

import numpy as np

from trialtrace.synthetic.counts import Cells, Margin, NoCounts, settle
from trialtrace.synthetic.room import Path, Room, groups, parameter, told
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.scores import score
from trialtrace.synthetic.streams import uniforms
from trialtrace.synthetic.values import Values, yes_no
from trialtrace.trial.cohort.model import Quantity
from trialtrace.trial.cohort.printed_counts import rivals_of


def draw(room: Room, rows: Rows, one: Quantity) -> dict[str, Values]:
    z, open_ = score(room, rows, one.name, one.options)
    open_ &= rows.met(one.where)
    waiting, _ = score(room, rows, f"{one.name}.known", one.options.get("known", {}))
    yes, known = np.zeros(rows.size, dtype=bool), np.zeros(rows.size, dtype=bool)
    fixed: list[tuple[Path, dict, np.ndarray]] = []
    for path, leaf, mask in groups(rows, one.given):
        here = mask & open_
        if "count" in leaf:
            fixed.append((path, leaf, here))
            continue
        p = parameter(rows, leaf["probability"])
        known |= here & ~np.isnan(p)
        yes |= known & here & (_place(z) > 1 - p)
    cells, margins = _cells(rows, one, fixed)
    plan = _plan(room, one, cells, margins)
    for cell, (share_known, share_yes) in enumerate(plan):
        here = np.flatnonzero(cells.of == cell)
        name = f"{one.name}.{''.join('01'[inside] for inside in cells.keys[cell])}"
        has = _top(room, f"{name}.known", waiting, here, share_known)
        known[has] = True
        yes[_top(room, name, z, has, share_yes)] = True
    room.truth.parameters(one, {})
    _tell(room, rows, one, yes, known)
    return {one.name: yes_no(yes & known, known)}


def _place(z: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def _top(room: Room, name: str, z: np.ndarray, rows: np.ndarray, wanted: float) -> np.ndarray:
    """The rows of the highest scores: so many, or in simulate mode a binomial number of them."""
    if room.simulates:
        from scipy.stats import binom

        wanted = binom.ppf(uniforms(room.stream(name), 1)[0], len(rows), wanted) if len(rows) else 0
    return rows[np.argsort(-z[rows], kind="stable")[: int(wanted)]]


def _cells(rows: Rows, one: Quantity, fixed: list) -> tuple[Cells, list[Margin]]:
    """Rows by what the margins tell apart, and the margins over them."""
    masks = [(path, leaf, mask, "") for path, leaf, mask in fixed]
    for margin in one.options.get("among", ()):
        inside = rows[margin["of"]].is_yes()
        part = groups(rows, margin["margin"], inside)
        masks += [(path, leaf, mask, margin["of"]) for path, leaf, mask in part if "count" in leaf]
    covered = np.zeros(rows.size, dtype=bool)
    for _, _, mask in fixed:
        covered |= mask
    pattern = np.array([mask & covered for _, _, mask, _ in masks], dtype=bool).reshape(
        len(masks), rows.size
    )
    found, of = np.unique(pattern[:, covered], axis=1, return_inverse=True)
    whole = np.full(rows.size, -1)
    whole[covered] = of.reshape(-1)
    keys = [tuple(found[:, cell].tolist()) for cell in range(found.shape[1])]
    sizes = np.bincount(of.reshape(-1), minlength=len(keys))
    margins = [
        Margin(
            f"{told(path)}{f' among {name}' if name else ''}",
            found[at],
            leaf["count"],
            leaf.get("of"),
        )
        for at, (path, leaf, _, name) in enumerate(masks)
    ]
    return Cells(whole, keys, sizes), margins


def _plan(
    room: Room, one: Quantity, cells: Cells, margins: list[Margin]
) -> list[tuple[float, float]]:
    """For each cell how many have a value and how many are yes; shares in simulate mode."""
    if room.simulates:
        shares = (room.reference or {}).get(one.name, {})
        return [shares.get(key, (1.0, 0.0)) for key in cells.keys]
    try:
        known, yes = settle(cells, margins)
    except NoCounts as reason:
        raise room.fail(
            one, str(reason), expected="counts that the rows of this cohort can have"
        ) from None
    room.noted[one.name] = {
        key: (known[at] / max(size, 1), yes[at] / max(known[at], 1))
        for at, (key, size) in enumerate(zip(cells.keys, cells.sizes.tolist(), strict=True))
    }
    return list(zip(known, yes, strict=True))


def _tell(room: Room, rows: Rows, one: Quantity, yes: np.ndarray, known: np.ndarray) -> None:
    every = np.ones(rows.size, dtype=bool)
    margins: list[tuple[str, Any, np.ndarray, Any, Any]] = [
        ("", one.given, every, one.given.get("set"), one.options.get("check"))
    ]
    for margin in one.options.get("among", ()):
        inside = rows[margin["of"]].is_yes()
        margins.append(
            (margin["of"], margin["margin"], inside, margin.get("set"), margin.get("check"))
        )
    for among, table, inside, name, check in margins:
        leaves = list(groups(rows, table, inside))
        tell_margin(room, one, leaves, among, (name, check), (yes, known))


def tell_margin(
    room: Room, one: Quantity, leaves: list, among: str, named: tuple, drawn: tuple
) -> None:
    """Rows of the truth for one margin: a row a group, with the sets that print the same."""
    yes, known = drawn
    rivals = [_rivals(room, (one.name, among, path), leaf, mask) for path, leaf, mask in leaves]
    tags = [leaf.get("tag", one.tag) for _, leaf, _ in leaves]
    sets = 1
    for number, tag in zip(rivals, tags, strict=True):
        sets *= number if number and tag == "arithmetic" else 1
    for (path, leaf, mask), number, tag in zip(leaves, rivals, tags, strict=True):
        counted = "count" in leaf
        got, of = int((yes & known & mask).sum()), int((known & mask).sum())
        wanted_of = leaf.get("of", of)
        if room.simulates:
            wanted_of = leaf.get("of", (room.reference or {}).get(("of", one.name, among, path)))
        else:
            room.noted["of", one.name, among, path] = of
        room.truth.add(
            one,
            path,
            f"share among {among}" if among else "share",
            tag=tag if counted else "assumed",
            printed=leaf.get("printed"),
            count=leaf.get("count"),
            of=wanted_of if counted else None,
            set=named[0],
            rivals=number if tag == "arithmetic" else None,
            rival_sets=sets if tag == "arithmetic" and number else None,
            value=_value(leaf, wanted_of),
            drawn=got,
            drawn_of=of,
            margin=counted,
            check=named[1],
        )


def _rivals(room: Room, margin: tuple, leaf: dict, mask: np.ndarray) -> int | None:
    """Counts that print the same, of at most the rows that a display cohort has."""
    if room.simulates:
        return (room.reference or {}).get(("rivals", *margin))
    found = room.noted["rivals", *margin] = rivals_of(leaf.get("printed"), int(mask.sum()))
    return found


def _value(leaf: dict, of: int | None) -> Any:
    if "count" not in leaf:
        from trialtrace.synthetic.truth import plain

        return plain(leaf["probability"])
    return leaf["count"] / of if of else None
