"""Yes and no in a table of rows and parts, with sums by row and by column.

Each row has between `low` and `high` yes; the sums over given rows of a part are fixed. Of all such
tables the one with the greatest gain is taken. Rows and columns make a transport problem, whose
linear programme has whole solutions.
"""

import numpy as np

Sum = tuple[int, np.ndarray, int, str]


class NoAssignment(Exception):
    """Sums that no table has."""


def assign(
    gain: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray, sums: list[Sum]
) -> np.ndarray:
    """A table of truth, shape (rows, parts), false where `known` is false.

    `sums` has (part, mask of rows, number of yes, name). Raises NoAssignment. Oracle: all tables
    of small cases, one by one.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix, vstack

    n, m = known.shape
    for _, mask, wanted, name in sums:
        if wanted > mask.sum():
            raise NoAssignment(f"{name}: {wanted} yes, but {int(mask.sum())} rows have a value")
    if (low > high).any():
        row = int(np.flatnonzero(low > high)[0])
        raise NoAssignment(f"row {row + 1}: {low[row]} parts have to be yes, {high[row]} can be")
    if n == 0:
        return np.zeros((0, m), dtype=bool)
    cells = np.arange(n * m)
    by_row = csr_matrix((np.ones(n * m), (cells // m, cells)), shape=(n, n * m))
    blocks, least, most = [by_row], [low.astype(float)], [high.astype(float)]
    for part, mask, wanted, _ in sums:
        at = np.flatnonzero(mask) * m + part
        ones = (np.ones(len(at)), (np.zeros(len(at), dtype=int), at))
        blocks.append(csr_matrix(ones, shape=(1, n * m)))
        least.append(np.array([float(wanted)]))
        most.append(np.array([float(wanted)]))
    rules = LinearConstraint(vstack(blocks).tocsc(), np.concatenate(least), np.concatenate(most))
    done = milp(
        -gain.reshape(-1),
        constraints=rules,
        bounds=Bounds(0, known.reshape(-1).astype(float)),
        integrality=np.ones(n * m),
    )
    if done.x is None:
        text = "; ".join(f"{name}: {wanted}" for _, _, wanted, name in sums)
        raise NoAssignment(f"no table has all of these sums together ({text})")
    return np.rint(done.x).astype(bool).reshape(n, m)


def assign_with_gaps(
    gains: tuple[np.ndarray, np.ndarray],
    able: np.ndarray,
    bounds: tuple[np.ndarray, np.ndarray],
    counts: tuple[np.ndarray, np.ndarray],
    sums: tuple[list[Sum], list[Sum]],
) -> np.ndarray:
    """Which cells have a value, so that a table of yes and no exists; shape (rows, parts).

    `gains` of a yes and of a gap; `able`: cells that can have a value; `bounds`: least and greatest
    number of yes of each row; `counts`: rows whose gaps count for the least, and those whose gaps
    count against the greatest; `sums` of yes and of gaps. Raises NoAssignment. Whole numbers by
    branch and bound. Oracle: all tables of small cases.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix, diags, hstack, identity, vstack

    n, m = able.shape
    size = n * m
    cells = np.arange(size)
    by_row = csr_matrix((np.ones(size), (cells // m, cells)), shape=(n, size))
    none = np.full(n, -np.inf)
    blocks = [
        (hstack([identity(size), identity(size)]), np.zeros(size), np.ones(size)),
        (hstack([by_row, diags(counts[0].astype(float)) @ by_row]), bounds[0].astype(float), -none),
        (hstack([by_row, diags(counts[1].astype(float)) @ by_row]), none, bounds[1].astype(float)),
    ]
    for offset, entries in ((0, sums[0]), (size, sums[1])):
        for part, mask, wanted, _ in entries:
            at = np.flatnonzero(mask) * m + part + offset
            row = (np.ones(len(at)), (np.zeros(len(at), dtype=int), at))
            fixed = np.array([float(wanted)])
            blocks.append((csr_matrix(row, shape=(1, 2 * size)), fixed, fixed))
    gaps = np.zeros((n, m), dtype=bool)
    for part, mask, _, _ in sums[1]:
        gaps[mask, part] = True
    rules = LinearConstraint(
        vstack([block for block, _, _ in blocks]).tocsc(),
        np.concatenate([low for _, low, _ in blocks]),
        np.concatenate([high for _, _, high in blocks]),
    )
    top = np.concatenate([able.reshape(-1), (able & gaps).reshape(-1)]).astype(float)
    cost = -np.concatenate([np.clip(gain, -40, 40).reshape(-1) for gain in gains])
    done = milp(
        cost,
        constraints=rules,
        bounds=Bounds(0, top),
        integrality=np.ones(2 * size),
        options={"mip_rel_gap": 0.01},
    )
    if done.x is None:
        text = "; ".join(f"{name}: {wanted}" for _, _, wanted, name in sums[0])
        raise NoAssignment(f"no table has all of these sums together ({text})")
    return able & ~np.rint(done.x[size:]).astype(bool).reshape(n, m)
