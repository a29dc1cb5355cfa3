"""P-values of very many 2x2 tables at once, for searches over counts and denominators.

The tests are those of `count_tests.p_values_of_counts`, and the numbers the same; here each is
computed for arrays of tables. Sources: those of `contingency` and `exact_stratified`. Oracle: the
single functions, whose own is R.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, gammaln

from trialtrace.stats._inputs import Floats
from trialtrace.stats.results import StatsError

# As in `contingency.fisher_exact`: tables whose probabilities differ by rounding only are tied.
RELATIVE_TIE = 1e-7
_CELLS = 4_000_000


def p_values_of_tables(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike
) -> dict[str, Floats]:
    """P-values of x1 of n1 against x0 of n0 for arrays of one shape (tables,), by test.

    chi_squared, chi_squared_corrected, fisher, mid_p and mid_p_all are two-sided; fisher_less and
    fisher_greater are the tails of a lower and a higher risk in the first arm;
    chi_squared_one_sided is half of chi_squared. NaN where nobody or everybody has the event, for
    the chi-squared tests. Raises `StatsError` for counts outside 0..n and empty arms. Oracle: the
    single functions.
    """
    a, n, c, m = np.broadcast_arrays(*(np.asarray(v, dtype=np.int64) for v in (x1, n1, x0, n0)))
    if a.ndim != 1:
        raise StatsError("tables are given as arrays of one dimension.")
    if ((n < 1) | (m < 1) | (a < 0) | (a > n) | (c < 0) | (c > m)).any():
        raise StatsError("counts must lie within 0 and the size of their arm.")
    found = _asymptotic(*(v.astype(np.float64) for v in (a, n, c, m)))
    exact = {name: np.empty(a.size) for name in _EXACT}
    widest = int((a + c).max(initial=0)) + 1
    step = max(1, _CELLS // widest)
    for start in range(0, a.size, step):
        part = slice(start, start + step)
        for name, values in _exact(a[part], n[part], c[part], m[part]).items():
            exact[name][part] = values
    return found | exact


_EXACT = ("fisher", "mid_p", "mid_p_all", "fisher_less", "fisher_greater")


def _asymptotic(a: Floats, n: Floats, c: Floats, m: Floats) -> dict[str, Floats]:
    total, events = n + m, a + c
    spread = np.abs(a * (m - c) - c * (n - a))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = total / (n * m * events * (total - events))
        plain = chdtrc(1, scale * spread**2)
        corrected = chdtrc(1, scale * np.maximum(spread - total / 2, 0) ** 2)
    return {
        "chi_squared": plain,
        "chi_squared_corrected": corrected,
        "chi_squared_one_sided": plain / 2,
    }


def _exact(a, n, c, m) -> dict[str, Floats]:
    """Hypergeometric probabilities of every table with the same margins, then their sums."""
    events = a + c
    x = np.arange(int(events.max(initial=0)) + 1)[None, :]
    n, m, events = n[:, None], m[:, None], events[:, None]
    possible = (x <= n) & (x <= events) & (events - x <= m)
    other = np.where(possible, events - x, 0)
    inside = np.where(possible, x, 0)
    logs = _choose(n, inside) + _choose(m, other) - _choose(n + m, events)
    chance = np.where(possible, np.exp(logs), 0.0)
    chance /= chance.sum(axis=1, keepdims=True)
    own = np.take_along_axis(chance, a[:, None], axis=1)
    ties = np.abs(chance - own) <= own * RELATIVE_TIE
    fisher = np.where(possible & ((chance < own) | ties), chance, 0.0).sum(axis=1)
    less = np.where(x <= a[:, None], chance, 0.0).sum(axis=1)
    greater = np.where(x >= a[:, None], chance, 0.0).sum(axis=1)
    return {
        "fisher": np.minimum(fisher, 1.0),
        "mid_p": fisher - own[:, 0] / 2,
        "mid_p_all": fisher - np.where(ties & possible, chance, 0.0).sum(axis=1) / 2,
        "fisher_less": np.minimum(less, 1.0),
        "fisher_greater": np.minimum(greater, 1.0),
    }


def _choose(n, k) -> Floats:
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
