"""Analyses of variance by pingouin, as tables by effect: the one module that imports it.

What pingouin does not give follows from what it does: Huynh and Feldt's epsilon as corrected by
Lecoutre from Greenhouse and Geisser's, Mauchly's p as published from its W (its own p is R's), and
the limits of partial eta squared from F.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import log, nan
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, chi2, poisson
from scipy.stats import f as f_distribution

if TYPE_CHECKING:
    import pandas as pd

CORRECTED = {"greenhouse_geisser": "gg", "huynh_feldt": "hf", "lower_bound": "lower"}
BOX = {"p_value": "pval", "chi_squared": "Chi2", "df": "df"}
# The probabilities that leave 90 % between the limits of a noncentrality.
TAILS = (0.95, 0.05)


def mixed_table(records: "pd.DataFrame") -> "pd.DataFrame":
    """The table of effects; generalised eta squared beside the partial one."""
    from pingouin import mixed_anova

    columns = {"dv": "AVAL", "within": "AVISIT", "subject": "USUBJID", "between": "TRTP"}
    frame = records[list(columns.values())].astype({"AVISIT": object, "TRTP": object})
    with _as_pandas_is():
        table = mixed_anova(data=frame, correction=True, effsize="ng2", **columns)
    return table.set_index("Source")


def within_table(records: "pd.DataFrame", factors: list[str]) -> "pd.DataFrame":
    """The table of effects of one or two factors within subjects, by "A" or "A * B"; both etas."""
    from pingouin import rm_anova

    frame = records[["AVAL", "USUBJID", *factors]].astype(dict.fromkeys(factors, object))
    given = {
        "data": frame,
        "dv": "AVAL",
        "subject": "USUBJID",
        "within": factors if len(factors) > 1 else factors[0],
    }
    with _as_pandas_is():
        table = rm_anova(correction=True, detailed=True, effsize="ng2", **given)
        table["np2"] = rm_anova(correction=True, detailed=True, effsize="np2", **given)["np2"]
    if "ddof1" not in table:
        # With one factor pingouin gives the error a line of its own.
        table["ddof1"], table["ddof2"] = table["DF"], table["DF"].iloc[-1]
    return table.set_index("Source")


def huynh_feldt_below_one(wide: "pd.DataFrame") -> float:
    """Huynh and Feldt's epsilon of one factor of three levels or more, which pingouin cuts at 1."""
    from pingouin import epsilon

    with _as_pandas_is():
        return float(epsilon(wide, correction="hf"))


def box_test(wide: "pd.DataFrame", arms: "pd.Series") -> dict[str, float]:
    """Box's M by chi-squared; none of its numbers is finite where a product of roots underflows."""
    from pingouin import box_m

    frame = wide.copy()
    frame.columns = [f"visit {position}" for position in range(wide.shape[1])]
    visits = list(frame.columns)
    frame["arm"] = arms
    with np.errstate(divide="ignore"):
        row = box_m(frame, dvs=visits, group="arm").iloc[0]
    return {name: float(row[own]) for name, own in BOX.items()}


@contextmanager
def _as_pandas_is() -> Iterator[None]:
    """pingouin 0.7 calls pandas in a way that pandas 4 will not know."""
    from pandas.errors import Pandas4Warning

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The inplace keyword in DataFrame", Pandas4Warning)
        yield


def lecoutre(gg: float, d: int, df: int) -> float:
    """Huynh and Feldt's epsilon as corrected by Lecoutre; NaN where its denominator is 0."""
    room = d * (df - d * gg)
    return ((df + 1) * d * gg - 2) / room if room > 1e-9 * d * df else nan


def mauchly(w: float, p: float, d: int, df: int) -> dict[str, float]:
    """Mauchly's W, its p as R prints it, and its p by the expansion that Anderson published."""
    return {"mauchly_w": w, "mauchly_p": mauchly_p(w, d, df, d), "mauchly_p_r": p}


def mauchly_p(w: float, d: int, df: int, columns: int) -> float:
    """p by the chi-squared expansion to second order; R takes all responses for `columns`."""
    rho = 1 - (2 * d**2 + d + 2) / (6 * d * df)
    cubic = 2 * d**3 + 6 * d**2 + 3 * columns + 2
    second = (d + 2) * (d - 1) * (d - 2) * cubic / (288 * (df * d * rho) ** 2)
    z, k = -df * rho * log(w), d * (d + 1) / 2 - 1
    return float(chi2.sf(z, k) + second * (chi2.sf(z, k + 4) - chi2.sf(z, k)))


def corrected(effect: dict[str, float], shape: dict[str, float]) -> dict[str, float]:
    """p-values with both degrees of freedom multiplied by an epsilon, at most 1."""
    p_values = {}
    for name in CORRECTED.values():
        scale = np.minimum(shape[f"epsilon_{name}"], 1.0)
        df1, df2 = effect["df1"] * scale, effect["df2"] * scale
        p_values[f"p_{name}"] = float(f_distribution.sf(effect["f"], df1, df2))
    return p_values


def chosen(effect: dict[str, float], name: str, sphericity: str) -> float:
    """A statistic of an effect; `p_value` and the corrected df are those the plan says."""
    correction = CORRECTED.get(sphericity)
    if name == "p_value":
        name = "p_uncorrected" if correction is None else f"p_{correction}"
    if not name.endswith("_corrected"):
        return effect[name]
    scale = 1.0 if correction is None else float(np.minimum(effect[f"epsilon_{correction}"], 1.0))
    return effect[name.removesuffix("_corrected")] * scale


def eta_limits(f: float, df1: float, df2: float) -> tuple[float, float]:
    """90 % limits of partial eta squared: the noncentral F as a mixture of beta distributions."""

    def below(noncentrality: float, wanted: float) -> float:
        terms = np.arange(noncentrality / 2 + 12 * np.sqrt(noncentrality / 2) + 60)
        shares = beta.cdf(df1 * f / (df1 * f + df2), df1 / 2 + terms, df2 / 2)
        return float(poisson.pmf(terms, noncentrality / 2) @ shares) - wanted

    limits = []
    for wanted in TAILS:
        top = 10 * (df1 * f + 10)
        found = 0.0
        if below(0.0, wanted) > 0:
            found = brentq(below, 0.0, top, args=(wanted,), xtol=1e-13, rtol=1e-14, maxiter=500)
        limits.append(found / (found + df1 + df2 + 1))
    return limits[0], limits[1]
