"""Events compared over strata: statsmodels' StratifiedTable, and two formulas that it lacks."""

from math import inf, nan, sqrt

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize
from statsmodels.discrete.discrete_model import Logit
from statsmodels.stats.contingency_tables import StratifiedTable

from trialtrace.run.methods.categorical.check_over_arms import rows_of
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    Check,
    Recomputed,
    by_name,
    of_chi_squared,
    of_root,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import by_stratum, recedes
from trialtrace.run.trial.model import adsl_code

STRATIFIED = "statsmodels.stats.contingency_tables.StratifiedTable"
BY_ROOTS = "scipy.optimize.brentq (expected counts of Breslow and Day)"
HALF = 0.5 - 1e-9
# So near to a common odds ratio of 1 the library's expected counts lose their digits (0/0 at 1).
NEAR_ONE = 1e-3


def strata(data: Data, asked: Asked) -> tuple[pd.DataFrame, int]:
    """Events (x1, x0) and subjects (n1, n0) of the strata with both arms; subjects in any."""
    key = ("strata", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
    names = tuple(asked.options["strata"])
    return data.once((*key, names), lambda: _strata(data, asked, names))


def _strata(data: Data, asked: Asked, names: tuple[str, ...]) -> tuple[pd.DataFrame, int]:
    columns = [adsl_code(name) for name in names]
    of_subject = data.adsl[["USUBJID", *columns]].dropna()
    # One column more, the same for all, is the stratum where none is named.
    records = data.records(asked).merge(of_subject, on="USUBJID").assign(all_of_them="")
    keys = [records[name] for name in ("all_of_them", *columns, "TRTP")]
    happened = (records["AVAL"] == 1).groupby(keys)
    wide = happened.agg(["sum", "size"]).unstack("TRTP", fill_value=0)
    treated, reference = asked.contrast
    wide = wide.reindex(
        columns=[(part, arm) for arm in (treated, reference) for part in ("sum", "size")],
        fill_value=0,
    )
    table = wide.astype(float).set_axis(["x1", "n1", "x0", "n0"], axis=1)
    return table[(table["n1"] > 0) & (table["n0"] > 0)], len(records)


def _stratified(table: pd.DataFrame):
    cells = [[[row.x1, row.n1 - row.x1], [row.x0, row.n0 - row.x0]] for row in table.itertuples()]
    return StratifiedTable(cells)


def compared_strata(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int]:
    """The same, None without a stratum of both arms."""
    table, n = strata(data, asked)
    return (None if table.empty else table), n


def informative_strata(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int]:
    """Those with both outcomes, None without one; the others make the library's sums undefined."""
    table, n = strata(data, asked)
    happened = table.x1 + table.x0
    table = table[(happened > 0) & (happened < table.n1 + table.n0)]
    return (None if table.empty else table), n


@peer(STRATIFIED, compared_strata)
def odds_ratio(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """statsmodels' `StratifiedTable.oddsratio_pooled`.

    No interval where one of the two Mantel-Haenszel sums is zero.
    """
    up = float((table.x1 * (table.n0 - table.x0)).sum())
    down = float((table.x0 * (table.n1 - table.x1)).sum())
    if 0 in (up, down):
        return (nan if up == down else inf if up else 0.0), (nan, nan)
    pooled = _stratified(table)
    bounds = pooled.oddsratio_pooled_confint(alpha=1 - data.confidence(asked))
    return pooled.oddsratio_pooled, bounds


@peer(lambda asked: f"pandas: {asked.options['variance']} formula", compared_strata)
def risk_difference(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """Weights n1 n0 / N; variance of Sato (1989), or of Greenland and Robins (1985)."""
    variance = {"sato": _sato, "greenland_robins": _greenland_robins}[asked.options["variance"]]
    weight = 1 / (1 / table.n1 + 1 / table.n0)
    difference = table.x1 / table.n1 - table.x0 / table.n0
    value = float((weight * difference).sum() / weight.sum())
    spread = variance(table, value) / float(weight.sum()) ** 2
    if spread <= 0:
        return value, (nan, nan)
    half = data.z(asked) * sqrt(spread)
    return value, (value - half, value + half)


def _sato(t: pd.DataFrame, difference: float) -> float:
    """difference * sum of P + sum of Q, as in the paper's equation."""
    total = t.n1 + t.n0
    p = t.n1**2 * t.x0 - t.n0**2 * t.x1 + 0.5 * t.n1 * t.n0 * (t.n0 - t.n1)
    q = t.x1 * (t.n0 - t.x0) + t.x0 * (t.n1 - t.x1)
    return float(difference * (p / total**2).sum() + (q / (2 * total)).sum())


def _greenland_robins(t: pd.DataFrame, difference: float) -> float:
    """The binomial variances of the strata, weighted twice."""
    weight = t.n1 * t.n0 / (t.n1 + t.n0)
    risk1, risk0 = t.x1 / t.n1, t.x0 / t.n0
    spread = risk1 * (1 - risk1) / t.n1 + risk0 * (1 - risk0) / t.n0
    return float((weight**2 * spread).sum())


def _cmh(correction: bool) -> Check:
    by = f"{STRATIFIED}.test_null_odds (correction={correction})"

    @peer(by, informative_strata)
    def check(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
        """statsmodels' `StratifiedTable.test_null_odds`."""
        # The library takes 1/2 off also where less than 1/2 is there to take from.
        shift = (table.x1 - table.n1 * (table.x1 + table.x0) / (table.n1 + table.n0)).sum()
        test = _stratified(table).test_null_odds(correction=correction and abs(shift) > HALF)
        return of_root(asked, float(test.statistic), 1, shift)

    return check


def _breslow_day(tarone: bool) -> Check:
    by = f"{STRATIFIED}.test_equal_odds (adjust={tarone})"

    @peer(by, informative_strata)
    def check(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
        """statsmodels' `StratifiedTable.test_equal_odds`."""
        pooled = odds_ratio(data, asked)
        if pooled is None or len(table) < 2 or pooled.value in (0.0, inf):
            return nan
        common = pooled.value
        if abs(common - 1) > NEAR_ONE:
            statistic = float(_stratified(table).test_equal_odds(adjust=tarone).statistic)
            return of_chi_squared(statistic, len(table) - 1)
        statistics = of_chi_squared(_equal_odds(table, common, tarone), len(table) - 1)
        n = strata(data, asked)[1]
        return Recomputed(BY_ROOTS, statistics[asked.stat], n_used=n)

    return check


def _equal_odds(table: pd.DataFrame, common: float, tarone: bool) -> float:
    """The same statistic, its expected counts being found numerically."""
    distance, variances = 0.0, []
    square = 0.0
    for row in table.itertuples():
        events = row.x1 + row.x0
        low, high = max(0.0, events - row.n0), min(row.n1, events)

        def excess(a: float, row=row, events=events) -> float:
            return a * (row.n0 - events + a) - common * (events - a) * (row.n1 - a)

        a = float(brentq(excess, low, high, xtol=1e-14, rtol=1e-14))
        cells = (a, row.n1 - a, events - a, row.n0 - events + a)
        variances.append(1 / sum(1 / cell for cell in cells))
        square += (row.x1 - a) ** 2 / variances[-1]
        distance += row.x1 - a
    return square - (distance**2 / sum(variances) if tarone else 0.0)


LOGIT = "statsmodels.discrete.discrete_model.Logit"


def _designs(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    """Columns without and with the products of arm and stratum; None where a cell is empty."""
    if (columns := by_stratum(rows["TRTP"], rows["stratum"])) is None:
        return None
    smaller = np.column_stack([np.ones(len(rows)), columns[0]])
    return smaller, np.column_stack([smaller, columns[1]])


@peer(LOGIT, rows_of, ITERATIVE)
def logistic(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """Twice the difference of two log-likelihoods of statsmodels' `Logit`."""
    designs = _designs(rows)
    # Without an event, or with events only, in a cell the saturated model has no maximum.
    if designs is None or rows.groupby(["TRTP", "stratum"])["AVAL"].nunique().min() < 2:
        return nan
    return _twice_the_gain(rows["AVAL"].to_numpy(), *designs)


def _twice_the_gain(y: np.ndarray, smaller: np.ndarray, larger: np.ndarray) -> Answer:
    """Of the log-likelihood, by the columns that the larger model has beside those of the other."""
    without, gained = (
        Logit(y, x).fit(disp=0, tol=1e-12, maxiter=200).llf for x in (smaller, larger)
    )
    return of_chi_squared(2 * (gained - without), larger.shape[1] - smaller.shape[1])


@peer(LOGIT, rows_of, ITERATIVE)
def trend(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """The same of arm by a number of each row, the stratum as it is read."""
    score = pd.to_numeric(rows["stratum"], errors="coerce")
    arm = pd.get_dummies(rows["TRTP"], drop_first=True, dtype=float)
    if score.isna().any() or score.nunique() < 2 or arm.empty:
        return nan
    smaller = np.column_stack([np.ones(len(rows)), arm, score])
    larger = np.column_stack([smaller, *(arm[name] * score for name in arm)])
    y = rows["AVAL"].to_numpy()
    full = np.linalg.matrix_rank(larger) == larger.shape[1]
    if not full or recedes(y, larger, "binomial"):
        return nan
    return _twice_the_gain(y, smaller, larger)


@peer(LOGIT, rows_of, ITERATIVE)
def trend_ratio(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """The exponential of the coefficient of arm by score of statsmodels' `Logit`."""
    score = pd.to_numeric(rows["stratum"], errors="coerce")
    treated = (rows["TRTP"] == asked.contrast[0]).astype(float)
    if score.isna().any() or score.nunique() < 2 or treated.nunique() < 2:
        return nan
    x = np.column_stack([np.ones(len(rows)), treated, score, treated * score])
    y = rows["AVAL"].to_numpy()
    if np.linalg.matrix_rank(x) < x.shape[1] or recedes(y, x, "binomial"):
        return nan
    fit = Logit(y, x).fit(disp=0, tol=1e-12, maxiter=200)
    low, high = np.exp(fit.conf_int(alpha=1 - data.confidence(asked))[3])
    return float(np.exp(fit.params[3])), (float(low), float(high))


def peak(y: np.ndarray, x: np.ndarray, held: float | None = None) -> tuple[float, np.ndarray]:
    """The highest penalised log-likelihood and its coefficients; the first may be held."""
    fixed = np.zeros(0) if held is None else np.full(1, held)

    def value(beta: np.ndarray) -> tuple[float, np.ndarray]:
        eta = x @ beta
        p = 1 / (1 + np.exp(-eta))
        weight = p * (1 - p)
        information = (x.T * weight) @ x
        size = np.linalg.slogdet(information)[1] / 2
        leverage = np.einsum("ij,ji->i", x, np.linalg.solve(information, x.T)) * weight
        slope = x.T @ (y - p + leverage * (0.5 - p))
        return float(y @ eta - np.logaddexp(0, eta).sum() + size), slope

    def loss(free: np.ndarray) -> tuple[float, np.ndarray]:
        height, slope = value(np.concatenate([fixed, free]))
        return -height, -slope[fixed.size :]

    start = np.zeros(x.shape[1] - fixed.size)
    for _ in range(3 if start.size else 0):
        start = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-11}).x
    beta = np.concatenate([fixed, start])
    return value(beta)[0], beta


CHECKS = by_name(
    {
        "odds_ratio.mantel_haenszel": odds_ratio,
        "risk_difference.mantel_haenszel": risk_difference,
        "p_value,chi_squared,df,z.cochran_mantel_haenszel": _cmh(correction=False),
        "p_value,chi_squared,df,z.cochran_mantel_haenszel_continuity": _cmh(correction=True),
        "p_value,chi_squared,df.breslow_day": _breslow_day(tarone=False),
        "p_value,chi_squared,df.breslow_day_tarone": _breslow_day(tarone=True),
        "p_value,chi_squared,df.logistic_interaction": logistic,
        "p_value,chi_squared,df.logistic_trend": trend,
        "odds_ratio_trend.logistic": trend_ratio,
    }
)
