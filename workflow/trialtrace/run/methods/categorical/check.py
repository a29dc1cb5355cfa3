"""Events in one and two arms, by statsmodels and scipy from counts that pandas makes; compliers."""

from math import inf, nan, sqrt

import numpy as np
from scipy.stats import beta, binomtest, chi2_contingency
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Recomputed

UNDEFINED = nan, nan
# Events and subjects.
Counts = tuple[int, int]
# Events and subjects of the treated arm, then of the reference arm.
Table = tuple[int, int, int, int]


def two_by_two(data: Data, asked: Asked) -> Table:
    """Events and subjects of the treated arm, then of the reference arm."""
    treated, reference = (arm_counts(data, asked, arm) for arm in asked.contrast)
    return *treated, *reference


def both_arms(data: Data, asked: Asked) -> tuple[Table | None, int]:
    """The counts of two arms, None where one has nobody, and the subjects of both."""
    table = two_by_two(data, asked)
    return (table if table[1] and table[3] else None), table[1] + table[3]


def one_arm(data: Data, asked: Asked) -> tuple[tuple[int, int] | None, int]:
    """Events and subjects of a result's arm, None where it has nobody, and its subjects."""
    values = data.records(asked)["AVAL"]
    n = len(values)
    return ((int((values == 1).sum()), n) if n else None), n


def arm_counts(data: Data, asked: Asked, arm: str) -> tuple[int, int]:
    """Events and subjects of one arm."""
    values = data.records(asked, [arm])["AVAL"]
    return int((values == 1).sum()), len(values)


def events(data: Data, asked: Asked) -> Recomputed:
    """Records with the event, by pandas."""
    values = data.records(asked)["AVAL"]
    return Recomputed("pandas: records", float((values == 1).sum()), n_used=len(values))


def proportion(data: Data, asked: Asked, counts: Counts, *, method: str) -> Answer:
    """statsmodels' `proportion_confint`."""
    x, n = counts
    return x / n, proportion_confint(x, n, alpha=1 - data.confidence(asked), method=method)


def risk_difference(data: Data, asked: Asked, table: Table, *, method: str) -> Answer:
    """statsmodels' `confint_proportions_2indep`."""
    x1, n1, x0, n0 = table
    # Wald's error is 0 where nobody in an arm differs from the others.
    without_error = method == "wald" and x1 in (0, n1) and x0 in (0, n0)
    bounds = UNDEFINED if without_error else _two_risks(data, asked, table, method, "diff")
    return x1 / n1 - x0 / n0, bounds


def _two_risks(
    data: Data, asked: Asked, table: Table, method: str, compare: str
) -> tuple[float, float]:
    alpha = 1 - data.confidence(asked)
    return confint_proportions_2indep(*table, method=method, compare=compare, alpha=alpha)


def needed_to_treat(data: Data, asked: Asked, table: Table) -> Answer:
    """Reciprocals of the risk reduction and of its bounds, the lower first; none of a bound of 0.

    The bounds are those of statsmodels' `confint_proportions_2indep`.
    """
    x1, n1, x0, n0 = table
    value = inf if x1 * n0 == x0 * n1 else 1 / (x0 / n0 - x1 / n1)
    low, high = _two_risks(data, asked, table, "newcomb", "diff")
    if low * high == 0:
        return value, UNDEFINED
    ends = (-1 / low, -1 / high)
    return value, (min(ends), max(ends))


def risk_ratio(data: Data, asked: Asked, table: Table) -> Answer:
    """statsmodels' `confint_proportions_2indep`.

    No interval with no event in an arm, or with an event in every subject.
    """
    x1, n1, x0, n0 = table
    if 0 in (x1, x0) or (x1 == n1 and x0 == n0):
        return _quotient(x1 * n0, x0 * n1), UNDEFINED
    return (x1 / n1) / (x0 / n0), _two_risks(data, asked, table, "log", "ratio")


def odds_ratio(data: Data, asked: Asked, table: Table) -> Answer:
    """Woolf's interval by statsmodels' `Table2x2`; none with an empty cell."""
    (x1, y1), (x0, y0) = cells = _cells(table)
    if 0 in (x1, y1, x0, y0):
        return _quotient(x1 * y0, x0 * y1), UNDEFINED
    odds = Table2x2(cells, shift_zeros=False)
    return odds.oddsratio, odds.oddsratio_confint(alpha=1 - data.confidence(asked))


def cells(table: Table) -> tuple[list[list[int]]]:
    """The table as a library takes it."""
    return (_cells(table),)


def events_and_subjects(counts: Counts) -> Counts:
    """What a library takes."""
    return counts


def _cells(table: Table) -> list[list[int]]:
    """With and without the event, a line for each arm."""
    x1, n1, x0, n0 = table
    return [[x1, n1 - x1], [x0, n0 - x0]]


def _quotient(above: int, below: int) -> float:
    if below:
        return above / below
    return inf if above else nan


def chi_squared(data: Data, asked: Asked, table: Table, *, correction: bool) -> Answer:
    """scipy's `chi2_contingency`; nothing to test where all or none have the event."""
    x1, n1, x0, n0 = table
    if x1 + x0 in (0, n1 + n0):
        return nan
    test = chi2_contingency(_cells(table), correction=correction)
    return {"p_value": test.pvalue, "chi_squared": test.statistic, "df": test.dof}


def wald(data: Data, asked: Asked, counts: Counts) -> Answer:
    """No interval where all or none have the event: the error is 0."""
    x, n = counts
    half = data.z(asked) * sqrt(x * (n - x) / n**3)
    return x / n, UNDEFINED if x in (0, n) else (x / n - half, x / n + half)


def agresti_coull(data: Data, asked: Asked, counts: Counts) -> Answer:
    """Wald's interval with z²/2 events and z²/2 failures more."""
    (x, n), z = counts, data.z(asked)
    p = (x + z * z / 2) / (n + z * z)
    half = z * sqrt(p * (1 - p) / (n + z * z))
    return x / n, (p - half, p + half)


def jeffreys(data: Data, asked: Asked, counts: Counts) -> Answer:
    """Quantiles of scipy's `beta` with half an event and half a failure more.

    The bound is that of the range itself where no event, or no failure, was seen.
    """
    x, n = counts
    posterior, tail = beta(x + 0.5, n - x + 0.5), (1 - data.confidence(asked)) / 2
    return x / n, (posterior.ppf(tail) if x else 0.0, posterior.isf(tail) if x < n else 1.0)


def upper(data: Data, asked: Asked, counts: Counts) -> Answer:
    """The one-sided interval of scipy's `binomtest`."""
    one_sided = binomtest(*counts, alternative="less")
    return one_sided.proportion_ci(data.confidence(asked), "exact").high


Outcomes = tuple[np.ndarray, np.ndarray, np.ndarray]


def receipt(data: Data, asked: Asked) -> tuple[Outcomes | None, int]:
    """Outcome, arm (1 treated) and receipt of both arms, and their subjects.

    None where an arm has nobody, or nobody received the treatment.
    """
    flag = data.trial.populations[asked.options["receipt"]].flag
    rows = data.records(asked).merge(data.adsl[["USUBJID", flag]], on="USUBJID")
    z = (rows["TRTP"] == asked.contrast[0]).astype(float)
    d = z * (rows[flag] == "Y")
    outcomes = rows["AVAL"].to_numpy(), z.to_numpy(), d.to_numpy()
    return (outcomes if z.nunique() == 2 and d.any() else None), len(rows)


def complier_difference(data: Data, asked: Asked, outcomes: Outcomes) -> Answer:
    """Receipt instrumented by the arm; the error is that of White without a correction."""
    y, z, d = outcomes
    n = len(y)
    x, instruments = np.column_stack([np.ones(n), d]), np.column_stack([np.ones(n), z])
    cross = instruments.T @ x
    beta = np.linalg.solve(cross, instruments.T @ y)
    residual = y - x @ beta
    value = float(beta[1])
    if np.abs(residual).max() < 1e-12:
        return value, (nan, nan)
    meat = (instruments.T * residual**2) @ instruments
    bread = np.linalg.inv(cross)
    half = data.z(asked) * sqrt((bread @ meat @ bread.T)[1, 1])
    return value, (value - half, value + half)


def complier_bounds(data: Data, asked: Asked, outcomes: Outcomes) -> Answer:
    """The compliers of the control arm as its first ones, events last or first."""
    y, z, d = outcomes
    share = d[z == 1].mean()
    control = np.sort(y[z == 0])
    control = control if asked.stat.endswith("highest") else control[::-1]
    weight = np.clip(share * control.size - np.arange(control.size), 0, 1)
    return float(y[d == 1].mean() - weight @ control / weight.sum())
