"""Latent scores: standard normal, correlated within a parent, loaded on factors drawn before."""

from collections.abc import Mapping

import numpy as np

from trialtrace.run.synthetic.room import Room, normals
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.trial.cohort.quantities.options import Correlation


def score(
    room: Room,
    rows: Rows,
    name: str,
    loads: Mapping[str, float] | None,
    correlation: Correlation | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """A score for every row and whether it is known: a weighted sum of factors and a rest.

    score = sum(l_j f_j) + sqrt(1 - sum(l_j^2)) e; with independent factors its variance is 1. The
    rest e has the given correlation between the rows of one parent.
    """
    rest = _rest(room, rows, name, correlation)
    known = np.ones(rows.size, dtype=bool)
    total, left = np.zeros(rows.size), 1.0
    for factor, load in (loads or {}).items():
        values = rows[factor]
        known &= values.known
        total += load * np.where(values.known, values.data, 0.0)
        left -= load**2
    return total + np.sqrt(max(left, 0.0)) * rest, known


def _rest(room: Room, rows: Rows, name: str, correlation: Correlation | None) -> np.ndarray:
    stream = room.stream(name)
    if correlation is None:
        return normals(stream, rows.all)[rows.serial]
    parents = rows.above.size if rows.above is not None else rows.size
    parent = rows.parent if rows.parent is not None else np.arange(rows.size)
    if (rho := correlation.exchangeable) is not None:
        normal = normals(stream, rows.all)[rows.serial]
        shared = normals(room.stream(f"{name}.shared"), parents)[parent]
        return np.sqrt(rho) * shared + np.sqrt(1 - rho) * normal
    grid = normals(stream, parents * rows.width).reshape(parents, rows.width)
    if (rho := correlation.ar1) is not None:
        for column in range(1, rows.width):
            grid[:, column] = rho * grid[:, column - 1] + np.sqrt(1 - rho**2) * grid[:, column]
    else:
        matrix = np.asarray(correlation.unstructured, dtype=np.float64)
        grid = grid @ np.linalg.cholesky(matrix).T
    return grid[parent, rows.position]
