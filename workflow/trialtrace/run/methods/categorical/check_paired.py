"""Yes or no within subjects: statsmodels, and score tests by numerical maximum likelihood."""

from math import comb, nan, sqrt
from typing import TYPE_CHECKING

from scipy.optimize import brentq

from trialtrace.run.methods.categorical.check_score import EDGE
from trialtrace.run.methods.categorical.check_score_ratio import tail
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    CHI_SQUARED,
    ITERATIVE,
    Answer,
    Check,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.continuous.check_paired import paired_rows

if TYPE_CHECKING:
    import pandas as pd

COCHRAN = "statsmodels.stats.contingency_tables.cochrans_q"
MCNEMAR = "statsmodels.stats.contingency_tables.mcnemar"
BY_LIKELIHOOD = "scipy.optimize.brentq (restricted likelihood)"
# The discordant pairs of a coin that is thrown so often are summed in whole numbers.
SUMMED = 100_000


def discordant(wide: "pd.DataFrame") -> tuple[int, int]:
    """Subjects with the event under the first treatment alone, and under the second alone."""
    return int((wide["D"] > 0).sum()), int((wide["D"] < 0).sum())


def _mcnemar(correction: bool) -> Check:
    @peer(f"{MCNEMAR} (exact=False, correction={correction})", paired_rows)
    def check(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
        """statsmodels' `mcnemar` at two sides; the signed root of its statistic at one."""
        b, c = discordant(wide)
        if b + c == 0:
            return nan
        from statsmodels.stats.contingency_tables import mcnemar

        sides = asked.options["sides"]
        if sides == "two_sided":
            # The library takes 1 off also where nothing is there to take from.
            corrected = correction and b != c
            test = mcnemar([[0, b], [c, 0]], exact=False, correction=corrected)
            return {"z": sqrt(test.statistic) * (1 if b > c else -1), "p_value": test.pvalue}
        z = (b - c + correction * (1 if sides == "less" else -1)) / sqrt(b + c)
        return {"z": z, "p_value": tail(z, sides)}

    return check


@peer("math.comb (sums of whole numbers)", paired_rows)
def exact(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """Throws of a coin counted; no answer of more discordant pairs than can be."""
    b, c = discordant(wide)
    n = b + c
    if n > SUMMED:
        return None
    half = comb(n, b) if asked.options["mid_p"] == "half_of_observed" else 0
    # Doubled, so that half of a count is whole.
    above = 2 * sum(comb(n, k) for k in range(b, n + 1)) - half
    below = 2 * sum(comb(n, k) for k in range(b + 1)) - half
    ways = {"greater": above, "less": below, "two_sided": 2 * min(above, below)}
    return min(1.0, ways[asked.options["sides"]] / 2 ** (n + 1))


@peer("math: formula", paired_rows)
def wald(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """The mean of the differences by their variance with divisor n."""
    d = wide["D"].to_numpy()
    if not len(d):
        return nan
    spread = float(d.var())
    half = data.z(asked) * sqrt(spread / len(d)) if spread > 0 else nan
    return d.mean(), (d.mean() - half, d.mean() + half)


@peer("statsmodels.stats.proportion.proportion_confint (wilson)", paired_rows)
def newcombe(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """Newcombe's formula from statsmodels' Wilson bounds and pandas' counts."""
    if wide.empty:
        return nan
    from statsmodels.stats.proportion import proportion_confint

    alpha, n = 1 - data.confidence(asked), len(wide)
    first, second = (wide[arm] == 1 for arm in asked.contrast)
    p1, p0 = first.mean(), second.mean()
    (l1, u1), (l0, u0) = (
        proportion_confint(each.sum(), n, alpha=alpha, method="wilson") for each in (first, second)
    )
    # n times the covariance is (ad - bc) / n, of which a positive one loses 1/2.
    surplus = float((first & second).mean() - p1 * p0) * n
    surplus = surplus if surplus <= 0 else max(surplus - 0.5, 0.0)
    scale = sqrt(p1 * (1 - p1) * p0 * (1 - p0)) * n
    phi = surplus / scale if scale else 0.0
    value = float(p1 - p0)

    def apart(x: float, y: float) -> float:
        return sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0))

    return value, (value - apart(p1 - l1, u0 - p0), value + apart(u1 - p1, p0 - l0))


def tango_z(b: int, c: int, n: int, difference: float) -> float:
    """Tango's statistic; the risk of the event under the reference only by its likelihood."""
    low, high = max(0.0, -difference) + EDGE, (1 - difference) / 2 - EDGE
    same = n - b - c

    def slope(q: float) -> float:
        # The log-likelihood is concave: its slope falls and has at most one zero.
        up = (b / (q + difference) if b else 0.0) + (c / q if c else 0.0)
        return up - (2 * same / (1 - difference - 2 * q) if same else 0.0)

    if slope(low) <= 0:
        q = max(0.0, -difference)
    elif slope(high) >= 0:
        q = (1 - difference) / 2
    else:
        q = float(brentq(slope, low, high, xtol=1e-16, rtol=1e-15))
    return (b - c - n * difference) / sqrt(n * (2 * q + difference * (1 - difference)))


@peer(BY_LIKELIHOOD, paired_rows, ITERATIVE)
def tango(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """The differences at which the statistic is the quantile, by scipy's `brentq`."""
    if wide.empty:
        return nan
    (b, c), n, z = discordant(wide), len(wide), data.z(asked)
    return (b - c) / n, (-tango_upper(c, b, n, z), tango_upper(b, c, n, z))


def tango_upper(b: int, c: int, n: int, z: float) -> float:
    estimate = (b - c) / n
    if estimate == 1:
        return 1.0

    def excess(difference: float) -> float:
        return tango_z(b, c, n, difference) + z

    return float(brentq(excess, estimate + 1e-11, 1 - 1e-12, xtol=1e-14, rtol=1e-13))


@peer(BY_LIKELIHOOD, paired_rows, ITERATIVE)
def margin(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """Tango's statistic at the margin; none at 0 where nobody differs."""
    b, c = discordant(wide)
    at = asked.options["margin"]
    if wide.empty or (at == 0 and b + c == 0):
        return nan
    z = tango_z(b, c, len(wide), at)
    return {"z": z, "p_value": tail(z, asked.options["sides"])}


def _of_all(data: Data, asked: Asked) -> "tuple[pd.DataFrame | None, int | None]":
    """A row a subject and a column a treatment, of those with all; None where some have several."""
    rows = data.records(asked)
    arms = data.compared(asked)
    rows = rows[rows.groupby("USUBJID")["TRTP"].transform("nunique") == len(arms)]
    if rows.duplicated(["USUBJID", "TRTP"]).any():
        return None, rows["USUBJID"].nunique()
    wide = rows.pivot(index="USUBJID", columns="TRTP", values="AVAL")
    return wide, len(wide)


@peer(COCHRAN, _of_all)
def cochran_q(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """statsmodels' `cochrans_q`; none where nobody differs between treatments."""
    if wide.empty or (wide.nunique(axis=1) == 1).all():
        return nan
    from statsmodels.stats.contingency_tables import cochrans_q

    test = cochrans_q(wide.to_numpy())
    return of_chi_squared(float(test.statistic), float(test.df))


CHECKS: dict[str, Check] = {
    "risk_difference.wald_paired": wald,
    "risk_difference.newcombe_paired": newcombe,
    "risk_difference.tango": tango,
    "p_value.mcnemar_exact": exact,
}
for _stat in ("p_value", "z"):
    CHECKS |= {
        f"{_stat}.mcnemar": _mcnemar(correction=False),
        f"{_stat}.mcnemar_continuity": _mcnemar(correction=True),
        f"{_stat}.paired_risk_difference_margin": margin,
    }
CHECKS |= {f"{stat}.cochran_q": cochran_q for stat in CHI_SQUARED}
