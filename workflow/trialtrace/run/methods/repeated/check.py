"""Mixed analysis of variance: pingouin where it computes the same, linear models where not.

pingouin's sums of squares are of type II. For `arm` and `arm_visit` types II and III are equal with
one factor between subjects; `visit` of type III is the intercept of linear models of orthonormal
contrasts of the visits, the arms coded to sum to zero.
"""

from dataclasses import dataclass
from itertools import combinations
from math import nan

import numpy as np
import pandas as pd
from scipy.linalg import helmert
from scipy.stats import ttest_1samp, ttest_ind

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import Answer, Recomputed, peer
from trialtrace.run.methods.displays.check_flow import complete, visits_of
from trialtrace.run.methods.repeated.check_pingouin import (
    box_test,
    chosen,
    corrected,
    eta_limits,
    lecoutre,
    mauchly,
    mixed_table,
)
from trialtrace.run.methods.repeated.check_within import grouped
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

PINGOUIN = "pingouin.mixed_anova"
MODELS = "statsmodels.regression.linear_model.OLS (intercepts of visit contrasts)"
MAUCHLY = ("mauchly_w", "mauchly_p", "mauchly_p_r")
SOURCES = {"arm": "TRTP", "visit": "AVISIT", "arm_visit": "Interaction"}


@dataclass(frozen=True)
class Table:
    """The statistics of each effect, and by whom; subjects that entered."""

    effects: dict[str, dict[str, float]]
    by: dict[str, str]
    n: int


def check(data: Data, asked: Asked) -> Recomputed | None:
    """One statistic of one effect; NaN where there is no variation to analyse.

    None where pingouin divides by zero on the way, as on one degree of freedom and three visits.
    """
    squares = asked.options["sums_of_squares"]
    key = ("mixed", asked.analysis, asked.parameter, asked.stratum, squares)
    table = data.once(key, lambda: _analyse(data, asked, squares))
    if table is None:
        return None
    if not table.effects:
        return Recomputed(PINGOUIN, nan, n_used=table.n)
    effect, name = table.effects[asked.level], asked.stat
    sphericity = "none" if asked.level == "arm" else asked.options["sphericity"]
    value = chosen(effect, name, sphericity)
    bounds = None
    if name == "partial_eta_squared":
        bounds = eta_limits(effect["f"], effect["df1"], effect["df2"])
    return Recomputed(table.by[asked.level], value, bounds, n_used=table.n)


def _analyse(data: Data, asked: Asked, squares: str) -> Table | None:
    visits = visits_of(data, asked)
    records = complete(data.records(asked, data.compared(asked)), visits)
    wide = records.pivot(index="USUBJID", columns="AVISIT", values="AVAL")
    arms = records.groupby("USUBJID")["TRTP"].first()
    if _nothing_to_analyse(wide, arms):
        return Table({}, {}, len(wide))
    try:
        table = mixed_table(records)
    except ZeroDivisionError:
        return None
    shape = _shape(table, wide, arms)
    effects = {name: _effect(table.loc[source]) for name, source in SOURCES.items()}
    by = dict.fromkeys(effects, PINGOUIN)
    if squares == "III":
        # Does each contrast of visits have a mean over arms of zero?
        names = [str(name) for name in wide]
        models = grouped(
            wide.to_numpy(), [names], ["AVISIT"], arms[wide.index].astype(str).tolist()
        )
        effects["visit"], by["visit"] = models["visit"], MODELS
    for name in ("visit", "arm_visit"):
        effects[name] |= shape | corrected(effects[name], shape)
    return Table(effects, by, len(wide))


def _nothing_to_analyse(wide: pd.DataFrame, arms: pd.Series) -> bool:
    """Fewer than two arms or visits, no subject more than arms, or no variation left over."""
    if wide.shape[1] < 2 or arms.nunique() < 2 or len(wide) <= arms.nunique():
        return True
    size = max(float(wide.abs().max().max()), 1e-300)
    level = wide.mean(axis=1)
    left = wide.sub(level, axis=0)
    between = (level - level.groupby(arms).transform("mean")).abs().max()
    within = (left - left.groupby(arms).transform("mean")).abs().max().max()
    return min(between, within) <= 1e-13 * size


def _shape(table: pd.DataFrame, wide: pd.DataFrame, arms: pd.Series) -> dict[str, float]:
    """Epsilons and Mauchly's test, which are those of the error and equal for both effects.

    Huynh and Feldt's epsilon follows from Greenhouse and Geisser's by Lecoutre's formula. Mauchly's
    test is undefined where the error has fewer dimensions than there are contrasts of visits.
    """
    d, df = wide.shape[1] - 1, len(wide) - arms.nunique()
    if d == 1:
        return dict.fromkeys(("epsilon_gg", "epsilon_hf", "epsilon_lower"), 1.0)
    row = table.loc["AVISIT"]
    gg = float(row["eps"])
    error = (wide - wide.groupby(arms).transform("mean")).to_numpy() @ helmert(d + 1).T
    shape = {"epsilon_gg": gg, "epsilon_hf": lecoutre(gg, d, df), "epsilon_lower": 1 / d}
    if np.linalg.matrix_rank(error) < d:
        return shape | dict.fromkeys(MAUCHLY, nan)
    return shape | mauchly(float(row["W_spher"]), float(row["p_spher"]), d, df)


def _effect(row: pd.Series) -> dict[str, float]:
    f, df1, df2 = (float(row[name]) for name in ("F", "DF1", "DF2"))
    return {
        "f": f,
        "df1": df1,
        "df2": df2,
        "p_uncorrected": float(row["p_unc"]),
        "partial_eta_squared": f * df1 / (f * df1 + df2),
        "generalised_eta_squared": float(row["ng2"]),
    }


# By how many powers of ten the roots of a covariance matrix may lie apart to be told from 0.
SINGULAR = 1e-12

Arms = tuple["pd.DataFrame", "pd.Series"]


def visits_by_arm(data: Data, asked: Asked) -> tuple[Arms | None, int]:
    """Values by subject and visit, and arms; None where an arm has no covariance matrix of rank."""
    visits, arms = visits_of(data, asked), data.compared(asked)
    records = complete(data.records(asked, arms), visits)
    if records.empty:
        return None, 0
    wide = records.pivot(index="USUBJID", columns="AVISIT", values="AVAL")[visits]
    of_subject = records.groupby("USUBJID")["TRTP"].first().loc[wide.index]
    parts = [own.to_numpy() for _, own in wide.groupby(of_subject)]
    k = len(visits)
    usable = k > 1 and len(parts) > 1 and all(len(own) > k and _full(own) for own in parts)
    return ((wide, of_subject) if usable and _shrinks(parts, k) else None), len(wide)


def _full(values: np.ndarray) -> bool:
    roots = np.linalg.eigvalsh(np.cov(values, rowvar=False))
    return bool(roots[0] > SINGULAR * roots[-1])


def _shrinks(parts: list[np.ndarray], k: int) -> bool:
    """Whether the arms are large enough for the approximation's factor to be above 0."""
    free = np.array([len(own) - 1 for own in parts])
    scale = (2 * k**2 + 3 * k - 1) / (6 * (k + 1) * (len(parts) - 1))
    return bool(scale * ((1 / free).sum() - 1 / free.sum()) < 1)


def box_m(data: Data, asked: Asked, arms: Arms) -> Answer:
    """No answer where pingouin's product of determinants is below the smallest number."""
    found = box_test(*arms)
    return found if np.isfinite(found["chi_squared"]) else None


Differences = list[np.ndarray]


def _differences(data: Data, asked: Asked) -> tuple[Differences | None, int]:
    """Each subject's difference of the two visits by arm; one array where all are of one kind."""
    visits = visits_of(data, asked)
    arms = data.arms(asked)
    records = data.records(asked, arms)
    records = records[records["AVISIT"].isin(visits)]
    if asked.pair is not None and data.trial.design.kind in OWN_TREATMENT:
        return _of_both(records, arms, visits, asked)
    records = complete(records, visits)
    n = records["USUBJID"].nunique()
    if records.duplicated(["USUBJID", "AVISIT"]).any():
        return None, n
    differences = [
        _difference(record.pivot(index="USUBJID", columns="AVISIT", values="AVAL"), asked, visits)
        for arm in arms
        if len(record := records[records["TRTP"] == arm])
    ]
    return (differences if len(differences) == len(arms) else None), n


def _of_both(
    records: pd.DataFrame, arms: list[str], visits: list[str], asked: Asked
) -> tuple[Differences | None, int]:
    """The difference of the treatments within subjects who have every visit under both."""
    cells = records["TRTP"].astype(str) + "|" + records["AVISIT"].astype(str)
    whole = cells.groupby(records["USUBJID"]).transform("nunique") == 2 * len(visits)
    kept = records[whole]
    if kept.empty or kept.duplicated(["USUBJID", "TRTP", "AVISIT"]).any():
        return None, kept["USUBJID"].nunique()
    wide = kept.pivot(index="USUBJID", columns=["TRTP", "AVISIT"], values="AVAL")
    return [_difference(wide[arms[0]] - wide[arms[1]], asked, visits)], len(wide)


def _difference(wide: pd.DataFrame, asked: Asked, visits: list[str]) -> np.ndarray:
    (pair,) = ((a, b) for a, b in combinations(visits, 2) if asked.second == f"{b} less {a}")
    return np.asarray(wide[pair[1]] - wide[pair[0]], dtype=float)


@peer("scipy.stats (t tests of differences)", _differences)
def visit_pairs(data: Data, asked: Asked, differences: Differences) -> Answer:
    """One sample against 0, or Welch's test of two."""
    if any(difference.size < 2 for difference in differences):
        return nan
    largest = max(float(np.abs(difference).max()) for difference in differences)
    if all(np.ptp(difference) <= 1e-13 * max(largest, 1e-300) for difference in differences):
        return nan
    first, *others = differences
    if others:
        test = ttest_ind(first, others[0], equal_var=False, alternative=asked.alternative)
        value = first.mean() - others[0].mean()
        bounds = ttest_ind(first, others[0], equal_var=False)
    else:
        test = ttest_1samp(first, 0.0, alternative=asked.alternative)
        value, bounds = first.mean(), ttest_1samp(first, 0.0)
    if asked.stat == "visit_difference":
        low, high = bounds.confidence_interval(data.confidence(asked))
        return float(value), (float(low), float(high))
    return {"p_value": float(test.pvalue), "t": float(test.statistic), "df": float(test.df)}
