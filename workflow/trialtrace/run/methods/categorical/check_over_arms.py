"""Values by arms: scipy's χ², every table in whole numbers, definitions with matrices."""

from itertools import product
from math import comb, isnan, nan, prod, sqrt

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency

from trialtrace.run.methods.categorical.check_score import tail
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    Answer,
    Check,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.trial.model import adsl_code

# Tables of two rows listed one by one: their number is the product of the sizes of the arms.
MOST_LISTED = 200_000
# Products of sums of strata; some seconds. Statistics that differ by less are as extreme.
MOST_SUMMED, TIE = 4_000_000, 1 + 1e-7
# Shuffles, and standard errors by which two shares of extreme ones may differ.
SHUFFLES, WIDTH = 2_000, 5.0
BY_MATRICES = "numpy.linalg.pinv (definition with Kronecker products)"


def records(data: Data, asked: Asked) -> pd.DataFrame:
    """AVAL, TRTP and the stratum ("" without strata) of each record that is used."""
    names = tuple(adsl_code(name) for name in asked.options.get("strata", ()))
    key = ("with strata", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
    return data.once((*key, names), lambda: _records(data, asked, list(names)))


def _records(data: Data, asked: Asked, names: list[str]) -> pd.DataFrame:
    rows = data.records(asked)[["USUBJID", "TRTP", "AVAL"]]
    if not names:
        return rows.assign(stratum="")
    of_subject = data.adsl[["USUBJID", *names]].dropna()
    rows = rows.merge(of_subject, on="USUBJID")
    return rows.assign(stratum=rows[names].astype(str).agg("\x1f".join, axis=1))


def crosstabs(rows: pd.DataFrame) -> np.ndarray:
    """Counts (strata, arms, values), whatever has no count left out."""
    if rows.empty:
        return np.zeros((0, 0, 0))
    wide = pd.crosstab([rows["stratum"], rows["TRTP"]], rows["AVAL"])
    strata, arms = sorted(set(rows["stratum"])), sorted(set(rows["TRTP"]))
    wide = wide.reindex(pd.MultiIndex.from_product([strata, arms]), fill_value=0)
    return wide.to_numpy(float).reshape(len(strata), len(arms), -1)


def rows_of(data: Data, asked: Asked) -> tuple[pd.DataFrame, int]:
    """The records with their stratum, and how many they are."""
    rows = records(data, asked)
    return rows, len(rows)


@peer("scipy.stats.chi2_contingency (correction=False)", rows_of)
def chi_squared(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """scipy's `chi2_contingency`; none of a single arm or value."""
    tables = crosstabs(rows)
    if min(tables.shape[1:]) < 2:
        return nan
    test = chi2_contingency(tables[0], correction=False)
    return {"p_value": test.pvalue, "chi_squared": test.statistic, "df": test.dof}


@peer("math.comb (every table)", rows_of)
def fisher_freeman_halton(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """Every table of two lines in whole numbers; no answer of more lines or too many tables."""
    if rows.empty:
        return nan
    table = crosstabs(rows)[0].astype(int)
    table = table if table.shape[0] <= table.shape[1] else table.T
    if min(table.shape) < 2:
        return 1.0
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
    return extreme / comb(sum(sizes), total)


def _generalised(mean_scores: bool) -> Check:
    @peer(BY_MATRICES, rows_of)
    def check(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
        values = np.sort(rows["AVAL"].unique())
        scores = asked.options["scores"] if mean_scores else None
        df, statistic = _kronecker(crosstabs(rows), values, scores)
        return nan if isnan(statistic) else of_chi_squared(statistic, df)

    return check


def _kronecker(tables: np.ndarray, values: np.ndarray, scores: str | None) -> tuple[float, float]:
    """Degrees of freedom and the statistic; NaN where no stratum lets anything be compared."""
    _, r, c = tables.shape
    g, v = np.zeros(()), np.zeros(())
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
    if v.ndim == 0 or not v.size or np.abs(v).max() < 1e-12:
        return nan, nan
    scale = 1 / np.sqrt(np.where(np.diag(v) > 1e-14, np.diag(v), np.inf))
    v, g = v * np.outer(scale, scale), g * scale
    df = int(np.linalg.matrix_rank(v, tol=1e-9 * np.linalg.norm(v, 2), hermitian=True))
    return float(df), float(g @ np.linalg.pinv(v, rcond=1e-9, hermitian=True) @ g)


@peer("math.comb (every table of every stratum)", rows_of)
def exact_association(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """Events by arm over all strata, counted in whole numbers; no answer of too many sums."""
    tables = crosstabs(rows)
    if min(tables.shape[1:]) < 2:
        return nan
    observed = _kronecker(tables, np.arange(2.0), None)[1]
    if isnan(observed):
        return nan
    arms = tables.shape[1]
    ways, mean, spread = {(0,) * arms: 1}, np.zeros(arms), np.zeros((arms, arms))
    for table in tables[tables.sum(axis=(1, 2)) > 1]:
        sizes, events = table.sum(axis=1).astype(int).tolist(), int(table[:, 1].sum())
        own = _of_stratum(sizes, events)
        if len(ways) * len(own) > MOST_SUMMED:
            return None
        both: dict[tuple[int, ...], int] = {}
        for (one, w), (other, v) in product(ways.items(), own.items()):
            at = tuple(map(sum, zip(one, other, strict=True)))
            both[at] = both.get(at, 0) + w * v
        ways, n = both, sum(sizes)
        share = np.array(sizes) / n
        mean += events * share
        spread += events * (n - events) / (n - 1) * (np.diag(share) - np.outer(share, share))
    distance = np.array(list(ways)) - mean
    inverse = np.linalg.pinv(spread, rcond=1e-9, hermitian=True)
    q = np.einsum("na,ab,nb->n", distance, inverse, distance)
    counts = list(ways.values())
    extreme = sum(w for w, far in zip(counts, q >= observed / TIE, strict=True) if far)
    return {"p_value": extreme / sum(counts), "chi_squared": observed}


def _of_stratum(sizes: list[int], events: int) -> dict[tuple[int, ...], int]:
    """The number of ways to each count of events by arm."""
    ways = {}
    for first in product(*(range(min(size, events) + 1) for size in sizes[:-1])):
        whole = (*first, events - sum(first))
        if 0 <= whole[-1] <= sizes[-1]:
            ways[whole] = prod(comb(size, x) for size, x in zip(sizes, whole, strict=True))
    return ways


def _scores(table: np.ndarray, values: np.ndarray, scores: str) -> np.ndarray:
    if scores in ("values", "equal"):
        return values if scores == "values" else np.arange(1.0, len(values) + 1)
    size = table.sum(axis=0)
    ranks = size.cumsum() - (size - 1) / 2
    n = table.sum()
    return ranks / {"midranks": 1.0, "ridit": n, "modified_ridit": n + 1}[scores]


@peer("pandas: correlation of scores and events", rows_of)
def trend(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """Cochran and Armitage's z is the correlation times the root of the subjects.

    pandas' `Series.corr`. The variance given the margins has one subject less.
    """
    score = rows["TRTP"].map(asked.options["scores"]).astype(float)
    event = (rows["AVAL"] == 1).astype(float)
    if score.nunique() < 2 or event.nunique() < 2:
        return nan
    size = len(rows) - (asked.options["variance"] != "binomial")
    z = float(score.corr(event)) * sqrt(size)
    return {"p_value": tail(z, asked.options["sides"]), "z": z}


CHECKS = by_name(
    {
        "p_value.fisher_freeman_halton": fisher_freeman_halton,
        "p_value,chi_squared,df.chi_squared_table": chi_squared,
        "p_value,chi_squared,df.cmh_general_association": _generalised(mean_scores=False),
        "p_value,chi_squared,df.cmh_row_mean_scores": _generalised(mean_scores=True),
        "p_value,chi_squared.cmh_general_association_exact": exact_association,
        "p_value,z.cochran_armitage": trend,
    }
)
