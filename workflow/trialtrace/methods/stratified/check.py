"""Events compared over strata: statsmodels' StratifiedTable, and two formulas that it lacks."""

from collections.abc import Callable
from math import inf, nan, sqrt
from typing import TYPE_CHECKING

from scipy.optimize import brentq
from scipy.stats import chi2, norm

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

STRATIFIED = "statsmodels.stats.contingency_tables.StratifiedTable"
BY_ROOTS = "scipy.optimize.brentq (expected counts of Breslow and Day)"
HALF = 0.5 - 1e-9
# So near to a common odds ratio of 1 the library's expected counts lose their digits (0/0 at 1).
NEAR_ONE = 1e-3


def strata(data: Data, asked: Asked) -> "tuple[pd.DataFrame, int]":
    """Events (x1, x0) and subjects (n1, n0) of the strata with both arms; subjects in any."""
    key = ("strata", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
    names = tuple(asked.options["strata"])
    return data.once((*key, names), lambda: _strata(data, asked, names))


def _strata(data: Data, asked: Asked, names: tuple[str, ...]) -> "tuple[pd.DataFrame, int]":
    columns = [adsl_code(name) for name in names]
    of_subject = data.adsl[["USUBJID", *columns]].dropna()
    # One column more, the same for all, is the stratum where none is named.
    records = data.records(asked).merge(of_subject, on="USUBJID").assign(all_of_them="")
    keys = [records[name] for name in ("all_of_them", *columns, "TRTP")]
    happened = (records["AVAL"] == 1).groupby(keys)
    wide = happened.agg(["sum", "size"]).unstack("TRTP", fill_value=0)
    treated, reference = asked.pair
    wide = wide.reindex(
        columns=[(part, arm) for arm in (treated, reference) for part in ("sum", "size")],
        fill_value=0,
    )
    table = wide.astype(float).set_axis(["x1", "n1", "x0", "n0"], axis=1)
    return table[(table["n1"] > 0) & (table["n0"] > 0)], len(records)


def _stratified(table: "pd.DataFrame"):
    from statsmodels.stats.contingency_tables import StratifiedTable

    cells = [[[row.x1, row.n1 - row.x1], [row.x0, row.n0 - row.x0]] for row in table.itertuples()]
    return StratifiedTable(cells)


def odds_ratio(data: Data, asked: Asked) -> Recomputed:
    """No interval where one of the two Mantel-Haenszel sums is zero."""
    table, n = strata(data, asked)
    if table.empty:
        return Recomputed(STRATIFIED, nan, n_used=n)
    up = float((table.x1 * (table.n0 - table.x0)).sum())
    down = float((table.x0 * (table.n1 - table.x1)).sum())
    if 0 in (up, down):
        value = nan if up == down else (inf if up else 0.0)
        return Recomputed(STRATIFIED, value, (nan, nan), n_used=n)
    found = _stratified(table)
    low, high = found.oddsratio_pooled_confint(alpha=1 - data.confidence(asked))
    return Recomputed(
        STRATIFIED, float(found.oddsratio_pooled), (float(low), float(high)), n_used=n
    )


def risk_difference(data: Data, asked: Asked) -> Recomputed:
    """Weights n1 n0 / N; variance of Sato (1989), or of Greenland and Robins (1985)."""
    table, n = strata(data, asked)
    variance = {"sato": _sato, "greenland_robins": _greenland_robins}[asked.options["variance"]]
    by = f"pandas: {asked.options['variance']} formula"
    if table.empty:
        return Recomputed(by, nan, n_used=n)
    weight = 1 / (1 / table.n1 + 1 / table.n0)
    difference = table.x1 / table.n1 - table.x0 / table.n0
    value = float((weight * difference).sum() / weight.sum())
    spread = variance(table, value) / float(weight.sum()) ** 2
    if spread <= 0:
        return Recomputed(by, value, (nan, nan), n_used=n)
    half = float(norm.isf((1 - data.confidence(asked)) / 2)) * sqrt(spread)
    return Recomputed(by, value, (value - half, value + half), n_used=n)


def _sato(t: "pd.DataFrame", difference: float) -> float:
    """difference * sum of P + sum of Q, as in the paper's equation."""
    total = t.n1 + t.n0
    p = t.n1**2 * t.x0 - t.n0**2 * t.x1 + 0.5 * t.n1 * t.n0 * (t.n0 - t.n1)
    q = t.x1 * (t.n0 - t.x0) + t.x0 * (t.n1 - t.x1)
    return float(difference * (p / total**2).sum() + (q / (2 * total)).sum())


def _greenland_robins(t: "pd.DataFrame", difference: float) -> float:
    """The binomial variances of the strata, weighted twice."""
    weight = t.n1 * t.n0 / (t.n1 + t.n0)
    risk1, risk0 = t.x1 / t.n1, t.x0 / t.n0
    spread = risk1 * (1 - risk1) / t.n1 + risk0 * (1 - risk0) / t.n0
    return float((weight**2 * spread).sum())


def _informative(table: "pd.DataFrame") -> "pd.DataFrame":
    """Strata with both outcomes; the others make the library's sums undefined."""
    happened = table.x1 + table.x0
    return table[(happened > 0) & (happened < table.n1 + table.n0)]


def _cmh(correction: bool, part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        table, n = strata(data, asked)
        table = _informative(table)
        by = f"{STRATIFIED}.test_null_odds (correction={correction})"
        if table.empty:
            return Recomputed(by, nan, n_used=n)
        # The library takes 1/2 off also where less than 1/2 is there to take from.
        shift = (table.x1 - table.n1 * (table.x1 + table.x0) / (table.n1 + table.n0)).sum()
        found = _stratified(table).test_null_odds(correction=correction and abs(shift) > HALF)
        return Recomputed(by, _part(part, float(found.statistic), 1), n_used=n)

    return check


def _breslow_day(tarone: bool, part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        table, n = strata(data, asked)
        table = _informative(table)
        by = f"{STRATIFIED}.test_equal_odds (adjust={tarone})"
        common = odds_ratio(data, asked).value
        if len(table) < 2 or common in (0.0, inf):
            return Recomputed(by, nan, n_used=n)
        if abs(common - 1) > NEAR_ONE:
            statistic = float(_stratified(table).test_equal_odds(adjust=tarone).statistic)
        else:
            by, statistic = BY_ROOTS, _equal_odds(table, common, tarone)
        return Recomputed(by, _part(part, statistic, len(table) - 1), n_used=n)

    return check


def _equal_odds(table: "pd.DataFrame", common: float, tarone: bool) -> float:
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


def _part(part: str, statistic: float, df: int) -> float:
    """The p-value by the upper tail: one minus the lower, as the library has it, loses digits."""
    return {"p_value": float(chi2.sf(statistic, df)), "chi_squared": statistic, "df": df}[part]


CHECKS: dict[str, Callable[[Data, Asked], Recomputed]] = {
    "odds_ratio.mantel_haenszel": odds_ratio,
    "risk_difference.mantel_haenszel": risk_difference,
}
for _part_name in ("p_value", "chi_squared", "df"):
    CHECKS |= {
        f"{_part_name}.cochran_mantel_haenszel": _cmh(False, _part_name),
        f"{_part_name}.cochran_mantel_haenszel_continuity": _cmh(True, _part_name),
        f"{_part_name}.breslow_day": _breslow_day(False, _part_name),
        f"{_part_name}.breslow_day_tarone": _breslow_day(True, _part_name),
    }
