"""Latent scores in cohort.yaml: factors, loadings, correlations."""

from collections.abc import Mapping
from typing import Any

from trialtrace.base.config.compose import Document, Path_
from trialtrace.run.trial.cohort.quantities.continuous import Normal
from trialtrace.run.trial.cohort.quantities.options import Correlation, Loaded, Scored
from trialtrace.run.trial.cohort.quantities.quantity import Quantity
from trialtrace.run.trial.cohort.quantities.share import Share
from trialtrace.run.trial.cohort.types import Types

TINY = 1e-9


def check_scores(document: Document, types: Types, quantity: Quantity) -> None:
    base = ("quantities", quantity.name)
    if isinstance(quantity, Loaded):
        # A spread goes by the loaded part of the score alone, which may have any variance.
        standard = isinstance(quantity, Scored)
        _loads(document, types, (*base, "loads"), quantity.loads or {}, standard)
    if isinstance(quantity, Share):
        _loads(document, types, (*base, "known", "loads"), quantity.known_loads, True)
    if isinstance(quantity, Scored) and quantity.correlation is not None:
        _correlation(document, types, quantity, quantity.correlation)


def _loads(
    document: Document, types: Types, path: Path_, loads: Mapping[str, float], standard: bool
) -> None:
    for name in loads:
        factor = types.columns[name].of if name in types.columns else None
        if not isinstance(factor, Normal) or not _is_factor(factor):
            document.add(
                (*path, name),
                found=f"{name}, which is no standard normal quantity",
                expected="a quantity with normal: {mean: 0, sd: 1} and no limits, step or where",
            )
        elif len(loads) > 1 and factor.loads:
            document.add(
                (*path, name),
                found=f"{name}, which itself loads on others",
                expected="independent factors where there are several",
            )
    total = sum(load**2 for load in loads.values())
    if standard and total > 1 + TINY:
        document.add(
            path,
            found=f"squares of loadings that add up to {total:.4g}",
            expected="at most 1: the score has the variance 1",
        )


def _is_factor(quantity: Normal) -> bool:
    if quantity.limits or quantity.step or quantity.exact or quantity.where is not None:
        return False
    return (quantity.normal.mean, quantity.normal.sd) == (0, 1)


def _correlation(
    document: Document, types: Types, quantity: Scored, correlation: Correlation
) -> None:
    path, level = ("quantities", quantity.name, "correlation"), types.cohort.levels[quantity.level]
    if level.of is None:
        document.add(path, found=f"the level {level.name}", expected="a level below another one")
    if (matrix := correlation.unstructured) is not None:
        _matrix(document, (*path, "unstructured"), matrix, len(level.days))


def _matrix(
    document: Document, path: Path_, matrix: tuple[tuple[float, ...], ...], size: int
) -> None:
    import numpy as np

    if not size or len(matrix) != size or any(len(row) != size for row in matrix):
        text = " by ".join(str(n) for n in (len(matrix), max(map(len, matrix))))
        document.add(
            path,
            found=f"a matrix of {text}",
            expected=f"{size} by {size}, as many as labels" if size else "a level with labels",
        )
        return
    whole: Any = np.asarray(matrix, dtype=float)
    if not np.array_equal(whole, whole.T) or not np.array_equal(np.diag(whole), np.ones(size)):
        document.add(
            path,
            found="a matrix that is no correlation matrix",
            expected="the same above and below the diagonal, and 1 on it",
        )
    elif np.linalg.eigvalsh(whole).min() <= TINY:
        document.add(
            path,
            found="correlations that cannot hold together",
            expected="a positive definite matrix",
        )
