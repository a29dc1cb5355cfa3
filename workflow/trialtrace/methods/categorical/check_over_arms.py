"""Values by arms: scipy's χ², every table in whole numbers, definitions with matrices."""

from collections.abc import Callable
from itertools import product
from math import comb, isnan, nan, prod, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from trialtrace.methods.categorical.check_score_ratio import tail
from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

MOST_LISTED = 200_000
BY_MATRICES = "numpy.linalg.pinv (definition with Kronecker products)"


def records(data: Data, asked: Asked) -> "pd.DataFrame":
    """AVAL, TRTP and the stratum ("" without strata) of each record that is used."""
    names = tuple(adsl_code(name) for name in asked.options.get("strata", ()))
    key = (
        "with strata",
        asked.analysis,
        asked.parameter,
        asked.visit,
        asked.stratum,
        asked.pair,
        names,
    )
    return data.once(key, lambda: _records(data, asked, list(names)))


def _records(data: Data, asked: Asked, names: list[str]) -> "pd.DataFrame":
    rows = data.records(asked)[["USUBJID", "TRTP", "AVAL"]]
    if not names:
        return rows.assign(stratum="")
    of_subject = data.adsl[["USUBJID", *names]].dropna()
    rows = rows.merge(of_subject, on="USUBJID")
    return rows.assign(stratum=rows[names].astype(str).agg("\x1f".join, axis=1))


def crosstabs(rows: "pd.DataFrame") -> np.ndarray:
    """Counts (strata, arms, values), whatever has no count left out."""
    import pandas as pd

    if rows.empty:
        return np.zeros((0, 0, 0))
    wide = pd.crosstab([rows["stratum"], rows["TRTP"]], rows["AVAL"])
    strata, arms = sorted(set(rows["stratum"])), sorted(set(rows["TRTP"]))
    wide = wide.reindex(pd.MultiIndex.from_product([strata, arms]), fill_value=0)
    return wide.to_numpy(float).reshape(len(strata), len(arms), -1)


def _chi_squared(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = records(data, asked)
        by, n = "scipy.stats.chi2_contingency (correction=False)", len(rows)
        made = crosstabs(rows)
        if min(made.shape[1:]) < 2:
            return Recomputed(by, nan, n_used=n)
        from scipy.stats import chi2_contingency

        found = chi2_contingency(made[0], correction=False)
        value = {"p_value": found.pvalue, "chi_squared": found.statistic, "df": found.dof}[part]
        return Recomputed(by, float(value), n_used=n)

    return check


def fisher_freeman_halton(data: Data, asked: Asked) -> Recomputed | None:
    """Every table of two lines in whole numbers; None for more lines or too many tables."""
    rows = records(data, asked)
    by, n = "math.comb (every table)", len(rows)
    if rows.empty:
        return Recomputed(by, nan, n_used=0)
    table = crosstabs(rows)[0].astype(int)
    table = table if table.shape[0] <= table.shape[1] else table.T
    if min(table.shape) < 2:
        return Recomputed(by, 1.0, n_used=n)
    sizes, line = table.sum(axis=0).tolist(), table[0].tolist()
    if len(table) > 2 or prod(size + 1 for size in sizes[:-1]) > MOST_LISTED:
        return None
    total, ways = sum(line), [[comb(size, x) for x in range(size + 1)] for size in sizes]
    own = prod(way[x] for way, x in zip(ways, line, strict=True))
    extreme = 0
    for first in product(*(range(size + 1) for size in sizes[:-1])):
        last = total - sum(first)
        if 0 <= last <= sizes[-1]:
            each = prod(way[x] for way, x in zip(ways, first, strict=False)) * ways[-1][last]
            extreme += each * (each <= own)
    return Recomputed(by, extreme / comb(sum(sizes), total), n_used=n)


def _generalised(mean_scores: bool, part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = records(data, asked)
        values = np.sort(rows["AVAL"].unique())
        scores = asked.options["scores"] if mean_scores else None
        found = _kronecker(crosstabs(rows), values, scores)
        df, statistic = found
        parts = {"p_value": float(chi2.sf(statistic, df)), "chi_squared": statistic, "df": df}
        value = nan if isnan(statistic) else parts[part]
        return Recomputed(BY_MATRICES, value, n_used=len(rows))

    return check


def _kronecker(tables: np.ndarray, values: np.ndarray, scores: str | None) -> tuple[float, float]:
    """Degrees of freedom and the statistic; NaN where no stratum lets anything be compared."""
    _, r, c = tables.shape
    g, v = 0.0, 0.0
    for table in tables:
        n = table.sum()
        if n < 2:
            continue
        row, column = table.sum(axis=1) / n, table.sum(axis=0) / n
        right = np.eye(c)[:-1] if scores is None else _scores(table, values, scores)[None, :]
        b = np.kron(np.eye(r)[:-1], right)
        spread_row = np.diag(row) - np.outer(row, row)
        spread_column = np.diag(column) - np.outer(column, column)
        g = g + b @ (table - n * np.outer(row, column)).ravel()
        v = v + n**2 / (n - 1) * b @ np.kron(spread_row, spread_column) @ b.T
    if np.ndim(v) == 0 or not v.size or np.abs(v).max() < 1e-12:
        return nan, nan
    scale = 1 / np.sqrt(np.where(np.diag(v) > 1e-14, np.diag(v), np.inf))
    v, g = v * np.outer(scale, scale), g * scale
    df = int(np.linalg.matrix_rank(v, tol=1e-9 * np.linalg.norm(v, 2), hermitian=True))
    return float(df), float(g @ np.linalg.pinv(v, rcond=1e-9, hermitian=True) @ g)


def _scores(table: np.ndarray, values: np.ndarray, scores: str) -> np.ndarray:
    if scores in ("values", "equal"):
        return values if scores == "values" else np.arange(1.0, len(values) + 1)
    size = table.sum(axis=0)
    ranks = size.cumsum() - (size - 1) / 2
    n = table.sum()
    return ranks / {"midranks": 1.0, "ridit": n, "modified_ridit": n + 1}[scores]


def _trend(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        rows = records(data, asked)
        by, n = "pandas: correlation of scores and events", len(rows)
        score = rows["TRTP"].map(asked.options["scores"]).astype(float)
        event = (rows["AVAL"] == 1).astype(float)
        if score.nunique() < 2 or event.nunique() < 2:
            return Recomputed(by, nan, n_used=n)
        size = n if asked.options["variance"] == "binomial" else n - 1
        z = float(score.corr(event)) * sqrt(size)
        value = z if part == "z" else tail(z, asked.options["sides"])
        return Recomputed(by, value, n_used=n)

    return check


CHECKS: dict[str, Callable[[Data, Asked], Recomputed | None]] = {
    "p_value.fisher_freeman_halton": fisher_freeman_halton,
}
for _part in ("p_value", "chi_squared", "df"):
    CHECKS |= {
        f"{_part}.chi_squared_table": _chi_squared(_part),
        f"{_part}.cmh_general_association": _generalised(False, _part),
        f"{_part}.cmh_row_mean_scores": _generalised(True, _part),
    }
for _part in ("p_value", "z"):
    CHECKS[f"{_part}.cochran_armitage"] = _trend(_part)
