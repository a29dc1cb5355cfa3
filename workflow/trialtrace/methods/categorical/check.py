"""Events in two arms, by statsmodels and scipy from counts that pandas makes."""

from collections.abc import Callable
from math import inf, nan

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed

PROPORTION = "statsmodels.stats.proportion.proportion_confint"
TWO_RISKS = "statsmodels.stats.proportion.confint_proportions_2indep"
UNDEFINED = nan, nan


def two_by_two(data: Data, asked: Asked) -> tuple[int, int, int, int]:
    """Events and subjects of the treated arm, then of the reference arm."""
    treated, reference = (arm_counts(data, asked, arm) for arm in asked.pair)
    return *treated, *reference


def arm_counts(data: Data, asked: Asked, arm: str) -> tuple[int, int]:
    """Events and subjects of one arm."""
    values = data.records(asked, [arm])["AVAL"]
    return int((values == 1).sum()), len(values)


def events(data: Data, asked: Asked) -> Recomputed:
    values = data.records(asked)["AVAL"]
    return Recomputed("pandas: records", float((values == 1).sum()), n_used=len(values))


def _proportion(method: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        values = data.records(asked)["AVAL"]
        by, n = f"{PROPORTION} ({method})", len(values)
        if n == 0:
            return Recomputed(by, nan, n_used=0)
        from statsmodels.stats.proportion import proportion_confint

        happened = int((values == 1).sum())
        alpha = 1 - data.confidence(asked)
        low, high = proportion_confint(happened, n, alpha=alpha, method=method)
        return Recomputed(by, happened / n, (float(low), float(high)), n_used=n)

    return check


def _difference(method: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x1, n1, x0, n0 = two_by_two(data, asked)
        by, n = f"{TWO_RISKS} ({method})", n1 + n0
        if 0 in (n1, n0):
            return Recomputed(by, nan, n_used=n)
        value = x1 / n1 - x0 / n0
        if method == "wald" and x1 in (0, n1) and x0 in (0, n0):
            return Recomputed(by, value, UNDEFINED, n_used=n)
        return Recomputed(by, value, _two_risks(data, asked, method, "diff"), n_used=n)

    return check


def _two_risks(data: Data, asked: Asked, method: str, compare: str) -> tuple[float, float]:
    from statsmodels.stats.proportion import confint_proportions_2indep

    alpha = 1 - data.confidence(asked)
    counts = two_by_two(data, asked)
    low, high = confint_proportions_2indep(*counts, method=method, compare=compare, alpha=alpha)
    return float(low), float(high)


def needed_to_treat(data: Data, asked: Asked) -> Recomputed:
    """Reciprocals of the risk reduction and of its bounds; none where these contain zero."""
    x1, n1, x0, n0 = two_by_two(data, asked)
    by, n = f"{TWO_RISKS} (newcomb, reciprocal)", n1 + n0
    if 0 in (n1, n0):
        return Recomputed(by, nan, n_used=n)
    value = inf if x1 * n0 == x0 * n1 else 1 / (x0 / n0 - x1 / n1)
    low, high = _two_risks(data, asked, "newcomb", "diff")
    bounds = (-1 / low, -1 / high) if low * high > 0 else UNDEFINED
    return Recomputed(by, value, bounds, n_used=n)


def risk_ratio(data: Data, asked: Asked) -> Recomputed:
    """No interval with no event in an arm, or with an event in every subject."""
    x1, n1, x0, n0 = two_by_two(data, asked)
    by, n = f"{TWO_RISKS} (log ratio)", n1 + n0
    if 0 in (n1, n0):
        return Recomputed(by, nan, n_used=n)
    if 0 in (x1, x0) or (x1 == n1 and x0 == n0):
        return Recomputed(by, _quotient(x1 * n0, x0 * n1), UNDEFINED, n_used=n)
    return Recomputed(by, (x1 / n1) / (x0 / n0), _two_risks(data, asked, "log", "ratio"), n_used=n)


def odds_ratio(data: Data, asked: Asked) -> Recomputed:
    """Woolf's interval; none with an empty cell."""
    x1, n1, x0, n0 = two_by_two(data, asked)
    by, n = "statsmodels.stats.contingency_tables.Table2x2", n1 + n0
    if 0 in (n1, n0):
        return Recomputed(by, nan, n_used=n)
    cells = [[x1, n1 - x1], [x0, n0 - x0]]
    if 0 in (*cells[0], *cells[1]):
        value = _quotient(x1 * (n0 - x0), x0 * (n1 - x1))
        return Recomputed(by, value, UNDEFINED, n_used=n)
    from statsmodels.stats.contingency_tables import Table2x2

    table = Table2x2(cells, shift_zeros=False)
    low, high = table.oddsratio_confint(alpha=1 - data.confidence(asked))
    return Recomputed(by, float(table.oddsratio), (float(low), float(high)), n_used=n)


def _quotient(above: int, below: int) -> float:
    if below:
        return above / below
    return inf if above else nan


def fisher(data: Data, asked: Asked) -> Recomputed:
    x1, n1, x0, n0 = two_by_two(data, asked)
    by, n = "scipy.stats.fisher_exact", n1 + n0
    if 0 in (n1, n0):
        return Recomputed(by, nan, n_used=n)
    from scipy.stats import fisher_exact

    sides = asked.options["sides"].replace("_", "-")
    found = fisher_exact([[x1, n1 - x1], [x0, n0 - x0]], alternative=sides)
    return Recomputed(by, float(found.pvalue), n_used=n)


def _chi_squared(correction: bool, part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        x1, n1, x0, n0 = two_by_two(data, asked)
        by, n = f"scipy.stats.chi2_contingency (correction={correction})", n1 + n0
        if 0 in (n1, n0) or x1 + x0 in (0, n):
            return Recomputed(by, nan, n_used=n)
        from scipy.stats import chi2_contingency

        found = chi2_contingency([[x1, n1 - x1], [x0, n0 - x0]], correction=correction)
        return Recomputed(by, float(getattr(found, part)), n_used=n)

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
for _name, _corrected in (("chi_squared", False), ("chi_squared_continuity", True)):
    for _stat, _part in (("p_value", "pvalue"), ("chi_squared", "statistic"), ("df", "dof")):
        CHECKS[f"{_stat}.{_name}"] = _chi_squared(_corrected, _part)
