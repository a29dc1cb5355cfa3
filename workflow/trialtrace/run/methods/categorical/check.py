"""Events in two arms, by statsmodels and scipy from counts that pandas makes."""

from math import inf, nan

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import CHI_SQUARED, Answer, Check, Recomputed, peer

PROPORTION = "statsmodels.stats.proportion.proportion_confint"
TWO_RISKS = "statsmodels.stats.proportion.confint_proportions_2indep"
UNDEFINED = nan, nan
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


def _proportion(method: str) -> Check:
    @peer(f"{PROPORTION} ({method})", one_arm)
    def check(data: Data, asked: Asked, counts: tuple[int, int]) -> Answer:
        """statsmodels' `proportion_confint`."""
        from statsmodels.stats.proportion import proportion_confint

        x, n = counts
        return x / n, proportion_confint(x, n, alpha=1 - data.confidence(asked), method=method)

    return check


def _difference(method: str) -> Check:
    @peer(f"{TWO_RISKS} ({method})", both_arms)
    def check(data: Data, asked: Asked, table: Table) -> Answer:
        """statsmodels' `confint_proportions_2indep`."""
        x1, n1, x0, n0 = table
        # Wald's error is 0 where nobody in an arm differs from the others.
        without_error = method == "wald" and x1 in (0, n1) and x0 in (0, n0)
        bounds = UNDEFINED if without_error else _two_risks(data, asked, table, method, "diff")
        return x1 / n1 - x0 / n0, bounds

    return check


def _two_risks(
    data: Data, asked: Asked, table: Table, method: str, compare: str
) -> tuple[float, float]:
    from statsmodels.stats.proportion import confint_proportions_2indep

    alpha = 1 - data.confidence(asked)
    return confint_proportions_2indep(*table, method=method, compare=compare, alpha=alpha)


@peer(f"{TWO_RISKS} (newcomb, reciprocal)", both_arms)
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


@peer(f"{TWO_RISKS} (log ratio)", both_arms)
def risk_ratio(data: Data, asked: Asked, table: Table) -> Answer:
    """statsmodels' `confint_proportions_2indep`.

    No interval with no event in an arm, or with an event in every subject.
    """
    x1, n1, x0, n0 = table
    if 0 in (x1, x0) or (x1 == n1 and x0 == n0):
        return _quotient(x1 * n0, x0 * n1), UNDEFINED
    return (x1 / n1) / (x0 / n0), _two_risks(data, asked, table, "log", "ratio")


@peer("statsmodels.stats.contingency_tables.Table2x2", both_arms)
def odds_ratio(data: Data, asked: Asked, table: Table) -> Answer:
    """Woolf's interval by statsmodels' `Table2x2`; none with an empty cell."""
    from statsmodels.stats.contingency_tables import Table2x2

    (x1, y1), (x0, y0) = cells = _cells(table)
    if 0 in (x1, y1, x0, y0):
        return _quotient(x1 * y0, x0 * y1), UNDEFINED
    odds = Table2x2(cells, shift_zeros=False)
    return odds.oddsratio, odds.oddsratio_confint(alpha=1 - data.confidence(asked))


def _cells(table: Table) -> list[list[int]]:
    """With and without the event, a line for each arm."""
    x1, n1, x0, n0 = table
    return [[x1, n1 - x1], [x0, n0 - x0]]


def _quotient(above: int, below: int) -> float:
    if below:
        return above / below
    return inf if above else nan


@peer("scipy.stats.fisher_exact", both_arms)
def fisher(data: Data, asked: Asked, table: Table) -> Answer:
    """scipy's `fisher_exact`."""
    from scipy.stats import fisher_exact

    return fisher_exact(_cells(table), alternative=asked.alternative).pvalue


def _chi_squared(correction: bool) -> Check:
    @peer(f"scipy.stats.chi2_contingency (correction={correction})", both_arms)
    def check(data: Data, asked: Asked, table: Table) -> Answer:
        """scipy's `chi2_contingency`; nothing to test where all or none have the event."""
        from scipy.stats import chi2_contingency

        x1, n1, x0, n0 = table
        if x1 + x0 in (0, n1 + n0):
            return nan
        test = chi2_contingency(_cells(table), correction=correction)
        return {"p_value": test.pvalue, "chi_squared": test.statistic, "df": test.dof}

    return check


CHECKS = {
    "count.events": events,
    "proportion.wilson": _proportion("wilson"),
    "proportion.clopper_pearson": _proportion("beta"),
    "risk_difference.newcombe": _difference("newcomb"),
    "risk_difference.wald": _difference("wald"),
    "number_needed_to_treat.newcombe": needed_to_treat,
    "risk_ratio.katz_log": risk_ratio,
    "odds_ratio.woolf": odds_ratio,
    "p_value.fisher": fisher,
}
for _stat in CHI_SQUARED:
    CHECKS[f"{_stat}.chi_squared"] = _chi_squared(correction=False)
    CHECKS[f"{_stat}.chi_squared_continuity"] = _chi_squared(correction=True)
