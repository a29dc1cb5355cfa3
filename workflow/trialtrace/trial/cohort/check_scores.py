"""Latent scores in cohort.yaml: factors, loadings, correlations."""

from collections.abc import Mapping
from typing import Any

from trialtrace.config.compose import Document, Path_
from trialtrace.trial.cohort.model import Quantity
from trialtrace.trial.cohort.types import Types

TINY = 1e-9


def check_scores(document: Document, types: Types, one: Quantity) -> None:
    base = ("quantities", one.name)
    _loads(document, types, (*base, "loads"), one.options.get("loads", {}), one.kind != "spread")
    known = one.options.get("known", {}).get("loads", {})
    _loads(document, types, (*base, "known", "loads"), known, True)
    if "correlation" in one.options:
        _correlation(document, types, one, (*base, "correlation"))


def _loads(
    document: Document, types: Types, path: Path_, loads: Mapping[str, float], standard: bool
) -> None:
    for name in loads:
        factor = types.columns[name].of if name in types.columns else None
        if factor is None or not _is_factor(factor):
            document.add(
                (*path, name),
                found=f"{name}, which is no standard normal quantity",
                expected="a quantity with normal: {mean: 0, sd: 1} and no limits, step or where",
            )
        elif len(loads) > 1 and "loads" in factor.options:
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


def _is_factor(one: Quantity) -> bool:
    plain = not {"limits", "step", "exact"} & set(one.options) and one.where is None
    return one.kind == "normal" and one.given == {"mean": 0, "sd": 1} and plain


def _correlation(document: Document, types: Types, one: Quantity, path: Path_) -> None:
    level = types.cohort.levels[one.level]
    if level.of is None:
        document.add(path, found=f"the level {one.level}", expected="a level below another one")
    if (matrix := one.options["correlation"].get("unstructured")) is not None:
        _matrix(document, (*path, "unstructured"), matrix, len(level.labels))


def _matrix(document: Document, path: Path_, matrix: list[list[float]], size: int) -> None:
    import numpy as np

    if not size or len(matrix) != size or any(len(row) != size for row in matrix):
        told = " by ".join(str(n) for n in (len(matrix), max(map(len, matrix))))
        document.add(
            path,
            found=f"a matrix of {told}",
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
