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
        row = (np.ones(len(at)), (np.zeros(len(at), dtype=int), at))
        blocks.append(csr_matrix(row, shape=(1, n * m)))
        least.append(np.array([float(wanted)]))
        most.append(np.array([float(wanted)]))
    rules = LinearConstraint(vstack(blocks).tocsc(), np.concatenate(least), np.concatenate(most))
    done = milp(
        -gain.reshape(-1), constraints=rules, bounds=Bounds(0, known.reshape(-1).astype(float)),
        integrality=np.ones(n * m),
    )  # fmt: skip
    if done.x is None:
        told = "; ".join(f"{name}: {wanted}" for _, _, wanted, name in sums)
        raise NoAssignment(f"no table has all of these sums together ({told})")
    return np.rint(done.x).astype(bool).reshape(n, m)
