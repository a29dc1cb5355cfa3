"""The statistics that the papers print: written here, by the textbook."""

import numpy as np
from scipy import stats
from scipy.optimize import brentq


def share_interval(k: int, n: int, method: str, level: float) -> tuple[float, float]:
    """An interval of a proportion."""
    z, a = stats.norm.ppf((1 + level) / 2), (1 - level) / 2
    if method == "wald":
        half = z * np.sqrt(k / n * (1 - k / n) / n)
        return max(0, k / n - half), min(1, k / n + half)
    if method == "wilson":
        mid, half = (k + z * z / 2), z * np.sqrt(k * (n - k) / n + z * z / 4)
        return max(0, (mid - half) / (n + z * z)), min(1, (mid + half) / (n + z * z))
    if method == "agresti_coull":
        m = n + z * z
        q = (k + z * z / 2) / m
        half = z * np.sqrt(q * (1 - q) / m)
        return max(0, q - half), min(1, q + half)
    low = 0.0 if k == 0 else stats.beta.ppf(a, k, n - k + 1)
    high = 1.0 if k == n else stats.beta.ppf(1 - a, k + 1, n - k)
    return low, high


def risk_difference(k1, n1, k2, n2, method: str, level: float):
    """The difference with Wald's, Newcombe's or Miettinen and Nurminen's interval."""
    p1, p2, z = k1 / n1, k2 / n2, stats.norm.ppf((1 + level) / 2)
    d = p1 - p2
    if method == "newcombe":
        l1, u1 = share_interval(k1, n1, "wilson", level)
        l2, u2 = share_interval(k2, n2, "wilson", level)
        return d, d - np.hypot(p1 - l1, u2 - p2), d + np.hypot(u1 - p1, p2 - l2)
    if method == "score":
        return d, *_miettinen_nurminen(k1, n1, k2, n2, z)
    half = z * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return d, d - half, d + half


def _restricted(k1, n1, k2, n2, delta):
    """The likeliest share of the second group where the difference is delta."""

    def slope(p):
        q = p + delta
        return k1 / q - (n1 - k1) / (1 - q) + k2 / p - (n2 - k2) / (1 - p)

    low, high = max(0, -delta) + 1e-10, min(1, 1 - delta) - 1e-10
    return brentq(slope, low, high)


def _miettinen_nurminen(k1, n1, k2, n2, z):
    d, n = k1 / n1 - k2 / n2, n1 + n2

    def score(delta):
        p2 = _restricted(k1, n1, k2, n2, delta)
        p1 = p2 + delta
        var = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
        return (d - delta) / np.sqrt(max(var, 1e-15))

    low = brentq(lambda x: score(x) - z, -0.9999, d)
    return low, brentq(lambda x: score(x) + z, d, 0.9999)


def ratio(k1, n1, k2, n2, odds: bool, level: float):
    """Risk or odds ratio with the interval of the logarithm."""
    z = stats.norm.ppf((1 + level) / 2)
    if odds:
        value = k1 * (n2 - k2) / (k2 * (n1 - k1))
        error = np.sqrt(1 / k1 + 1 / (n1 - k1) + 1 / k2 + 1 / (n2 - k2))
    else:
        value = k1 / n1 / (k2 / n2)
        error = np.sqrt(1 / k1 - 1 / n1 + 1 / k2 - 1 / n2)
    return value, value * np.exp(-z * error), value * np.exp(z * error)


def odds_exact(k1, n1, k2, n2, level: float):
    """Odds ratio as Fisher's exact test of R prints it: conditional, with its interval."""
    found = stats.contingency.odds_ratio([[k1, n1 - k1], [k2, n2 - k2]])
    low, high = found.confidence_interval(level)
    return found.statistic, low, high


def p_counts(table, test: str) -> float:
    """p of a table of counts."""
    table = np.asarray(table)
    table = table[:, table.sum(axis=0) > 0]
    if test == "fisher" and table.shape == (2, 2):
        return float(stats.fisher_exact(table).pvalue)
    corrected = test == "chi_squared_corrected" and table.shape == (2, 2)
    return float(stats.chi2_contingency(table, correction=corrected).pvalue)


def expected_small(table) -> bool:
    table = np.asarray(table)
    table = table[:, table.sum(axis=0) > 0]
    return bool(stats.contingency.expected_freq(table).min() < 5)


def mean_difference(a, b, test: str, level: float):
    """Difference, bounds, p, t and its degrees of freedom, standard error."""
    found = stats.ttest_ind(a, b, equal_var=test == "t")
    low, high = found.confidence_interval(level)
    d = a.mean() - b.mean()
    return d, low, high, found.pvalue, found.statistic, found.df, d / found.statistic


def regression(y, columns, level: float):
    """The first column's coefficient by least squares: value, bounds, p, t, df, error."""
    x = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    beta, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    rest = y - x @ beta
    df = len(y) - rank
    error = np.sqrt(rest @ rest / df * np.linalg.pinv(x.T @ x)[1, 1])
    t, half = beta[1] / error, stats.t.ppf((1 + level) / 2, df) * error
    return beta[1], beta[1] - half, beta[1] + half, 2 * stats.t.sf(abs(t), df), t, df, error


def logistic(y, columns, level: float):
    """The first column's odds ratio, bounds and Wald's p."""
    x = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    beta = np.zeros(x.shape[1])
    for _ in range(40):
        m = 1 / (1 + np.exp(-x @ beta))
        info = x.T @ (x * (m * (1 - m))[:, None])
        step = np.linalg.solve(info, x.T @ (y - m))
        beta += np.clip(step, -2, 2)
        if abs(step).max() < 1e-10:
            break
    error = np.sqrt(np.linalg.inv(info)[1, 1])
    return _wald_ratio(beta[1], error, level)


def _wald_ratio(b, error, level):
    z = stats.norm.ppf((1 + level) / 2)
    p = 2 * stats.norm.sf(abs(b / error))
    return np.exp(b), np.exp(b - z * error), np.exp(b + z * error), p


def rate_ratio(e1, t1, e2, t2, level: float):
    return _wald_ratio(np.log(e1 / t1 / (e2 / t2)), np.sqrt(1 / e1 + 1 / e2), level)


def mantel_haenszel(tables, level: float):
    """Odds ratio over strata with Robins, Breslow and Greenland's interval, and p."""
    a, b, c, d = (np.array([t[i][j] for t in tables], float) for i in (0, 1) for j in (0, 1))
    n = a + b + c + d
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    var = (p * r).sum() / (2 * r.sum() ** 2) + (q * s).sum() / (2 * s.sum() ** 2)
    var += (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    value, low, high, _ = _wald_ratio(np.log(r.sum() / s.sum()), np.sqrt(var), level)
    mean = (a + b) * (a + c) / n
    spread = (a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))
    chi = (a - mean).sum() ** 2 / spread.sum()
    return value, low, high, float(stats.chi2.sf(chi, 1))


def _risk_table(time, status, x):
    """At each time of an event: at risk and events, by x being 0 or 1."""
    times = np.unique(time[status == 1])
    at0, at1 = ((time[x == g][:, None] >= times).sum(axis=0) for g in (0, 1))
    ev0, ev1 = ((time[(x == g) & (status == 1)][:, None] == times).sum(0) for g in (0, 1))
    return at0, at1, ev0, ev1


def cox(time, status, x, level: float):
    """Hazard ratio of x by Newton's method, ties by Efron: value, bounds, Wald's p."""
    rows = [np.array(r, float) for r in _risk_table(time, status, x)]
    terms = [(i, m / d) for i, d in enumerate(rows[2] + rows[3]) for m in range(int(d))]
    index, part = np.array([t[0] for t in terms]), np.array([t[1] for t in terms])
    at0, at1, ev0, ev1 = (r[index] for r in rows)
    b = 0.0
    for _ in range(60):
        s1 = np.exp(b) * (at1 - part * ev1)
        share = s1 / (s1 + at0 - part * ev0)
        info = (share * (1 - share)).sum()
        step = (rows[3].sum() - share.sum()) / info
        b += np.clip(step, -1, 1)
        if abs(step) < 1e-11:
            break
    return _wald_ratio(b, 1 / np.sqrt(info), level)


def log_rank(time, status, x) -> float:
    at0, at1, ev0, ev1 = (np.array(r, float) for r in _risk_table(time, status, x))
    n, d = at0 + at1, ev0 + ev1
    var = np.where(n > 1, d * at0 * at1 * (n - d) / (n * n * np.maximum(n - 1, 1)), 0)
    return float(stats.chi2.sf((ev1 - d * at1 / n).sum() ** 2 / var.sum(), 1))


def kaplan_meier(time, status, when: float, level: float):
    """Share without the event at a time, with the log-log interval."""
    times = np.unique(time[(status == 1) & (time <= when)])
    n = (time[:, None] >= times).sum(axis=0)
    d = ((time[:, None] == times) & (status[:, None] == 1)).sum(axis=0)
    s = float(np.prod(1 - d / n))
    if not 0 < s < 1:
        return s, s, s
    green = (d / (n * np.maximum(n - d, 1e-9))).sum()
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(green) / np.log(s)
    bounds = sorted((s ** np.exp(half), s ** np.exp(-half)))
    return s, bounds[0], bounds[1]


def groups_by_visits(values, arm):
    """Interaction of arms and visits: F, df, p, epsilon, p by Greenhouse-Geisser, partial eta2."""
    n, visits = values.shape
    names = np.unique(arm)
    basis = np.linalg.qr(np.column_stack([np.ones(visits), np.eye(visits)[:, 1:]]))[0][:, 1:]
    w = values @ basis
    means = {g: w[arm == g].mean(axis=0) for g in names}
    inner = w - np.array([means[g] for g in arm])
    error = inner.T @ inner
    ssh = sum((arm == g).sum() * ((means[g] - w.mean(axis=0)) ** 2).sum() for g in names)
    df1, df2 = (len(names) - 1) * (visits - 1), (n - len(names)) * (visits - 1)
    f = ssh / df1 / (np.trace(error) / df2)
    eps = np.trace(error) ** 2 / ((visits - 1) * np.trace(error @ error))
    p, p_eps = stats.f.sf(f, df1, df2), stats.f.sf(f, eps * df1, eps * df2)
    return f, df1, df2, p, eps, p_eps, ssh / (ssh + np.trace(error))
