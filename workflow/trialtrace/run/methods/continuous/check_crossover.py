"""Two treatments in two periods: scipy's t and exact tests of what pandas pairs."""

from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from trialtrace.run.methods.checking.data import Asked, Data, level_text
from trialtrace.run.methods.checking.outcome import Answer, Check, peer
from trialtrace.run.methods.continuous.check_paired import pairs
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

# What an estimate compares; a test says it itself.
EFFECTS = {
    "mean_difference": "treatment",
    "period_difference": "period",
    "carry_over": "carry_over",
}
T_TEST = "scipy.stats.ttest_ind"


def sequences(data: Data, asked: Asked) -> "tuple[pd.DataFrame | None, int | None]":
    """The pairs with the arm of each subject's first period; None where one is not told."""
    wide = pairs(data, asked)
    if wide is None:
        return None, None
    column = data.adsl.set_index("USUBJID")[adsl_code(asked.options["sequence"])]
    level = column.reindex(wide.index)
    arm = level[level.notna()].map(level_text).map(asked.options["starts_with"]).reindex(wide.index)
    whole = arm.isin(asked.contrast).all()
    return (wide.assign(FIRST=arm) if whole else None), len(wide)


def _compared(asked: Asked, wide: "pd.DataFrame") -> "tuple[np.ndarray, np.ndarray]":
    """By sequence, what the effect compares: the treated arm's first, then the other's."""
    treated, other = asked.contrast
    effect = EFFECTS.get(asked.stat) or asked.options["compared"]
    early = (wide["FIRST"] == treated).to_numpy()
    if effect == "carry_over":
        total = (wide[treated] + wide[other]).to_numpy()
        return total[early], total[~early]
    half = wide["D"].to_numpy() / 2
    # Treated less reference is first less second in one sequence, second less first in the other.
    return (half[early], -half[~early]) if effect == "treatment" else (-half[early], -half[~early])


@peer(T_TEST, sequences)
def difference(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """scipy's `ttest_ind` with the pooled variance; no bounds where nothing varies."""
    x, y = _compared(asked, wide)
    if min(len(x), len(y)) < 2:
        return nan
    value = x.mean() - y.mean()
    if not (np.ptp(x) or np.ptp(y)):
        return value, (nan, nan)
    return value, stats.ttest_ind(x, y).confidence_interval(data.confidence(asked))


@peer(T_TEST, sequences)
def t_test(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """scipy's `ttest_ind` with the pooled variance; none where nothing varies."""
    x, y = _compared(asked, wide)
    if min(len(x), len(y)) < 2 or not (np.ptp(x) or np.ptp(y)):
        return nan
    test = stats.ttest_ind(x, y, alternative=asked.alternative)
    return {"p_value": test.pvalue, "t": test.statistic, "df": test.df}


@peer("scipy.stats.fisher_exact", sequences)
def mainland_gart(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """scipy's `fisher_exact` of the subjects whose outcomes differ."""
    treated, _ = asked.contrast
    differ = wide[wide["D"] != 0]
    early = differ["FIRST"] == treated
    if early.all() or not early.any():
        return nan
    # The event in the first period: under the treatment if that came first.
    in_first = (differ["D"] > 0) == early
    table = [
        [int((each & in_first).sum()), int((each & ~in_first).sum())] for each in (early, ~early)
    ]
    return stats.fisher_exact(table, alternative=asked.alternative).pvalue


@peer("pandas: correlation of scores and sequences", sequences)
def prescott(data: Data, asked: Asked, wide: "pd.DataFrame") -> Answer:
    """The correlation times the root of one subject less."""
    treated, _ = asked.contrast
    early = (wide["FIRST"] == treated).astype(float)
    score = wide["D"] * (2 * early - 1)
    if early.nunique() < 2 or score.nunique() < 2:
        return nan
    z = float(score.corr(early)) * sqrt(len(wide) - 1)
    tails = {
        "two-sided": 2 * stats.norm.sf(abs(z)),
        "greater": stats.norm.sf(z),
        "less": stats.norm.cdf(z),
    }
    return {"p_value": float(tails[asked.alternative]), "z": z}


CHECKS: dict[str, Check] = {
    "mean_difference.crossover": difference,
    "period_difference.crossover": difference,
    "carry_over.crossover": difference,
    "p_value.mainland_gart": mainland_gart,
}
for _name in ("crossover_t", "crossover_t_period", "crossover_t_carry_over"):
    CHECKS |= {f"{stat}.{_name}": t_test for stat in ("p_value", "t", "df")}
CHECKS |= {f"{stat}.prescott": prescott for stat in ("p_value", "z")}
