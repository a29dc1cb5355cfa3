"""Two treatments of one subject, by scipy, by statsmodels and by counting every assignment; two
periods."""

from collections import Counter
from decimal import Decimal
from math import inf, nan, sqrt

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.regression.linear_model import OLS as Model
from statsmodels.regression.linear_model import RegressionResults

from trialtrace.run.methods.checking.data import Asked, Data, level_text, tied
from trialtrace.run.methods.checking.outcome import Answer, by_name, peer
from trialtrace.run.trial.model import adsl_code

# All assignments of so many subjects are listed at once (32 MB).
LISTED = 22
# Of the sum of sizes: sums that differ by less are equal.
TIE = 1e-9
OLS = "statsmodels.regression.linear_model.OLS"
T_TEST = "scipy.stats.ttest_1samp"


def pairs(data: Data, asked: Asked) -> pd.DataFrame | None:
    """A row for each subject with both values: treated, reference, their difference `D`.

    No arm has its name: names of arms have small letters.

    None where a subject has several records under a treatment.
    """
    return wide_of(data.records(asked), asked.contrast)


def wide_of(records: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame | None:
    """The pairs of any records; None where a subject has several under a treatment."""
    # Who lacks a treatment has no pair, whatever else is wrong with the records.
    records = records[records.groupby("USUBJID")["TRTP"].transform("nunique") == len(pair)]
    if records.duplicated(["USUBJID", "TRTP"]).any():
        return None
    wide = records.pivot(index="USUBJID", columns="TRTP", values="AVAL")
    for arm in pair:
        if arm not in wide:
            wide[arm] = nan
    wide = wide.dropna(subset=list(pair))
    # In decimals, so that equal differences tie.
    first, second = (wide[arm].map(repr).map(Decimal) for arm in pair)
    return wide.assign(D=(first - second).astype(float))


def paired_rows(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int | None]:
    """The pairs, None where a subject has several records under a treatment, and how many."""
    wide = pairs(data, asked)
    return wide, None if wide is None else len(wide)


@peer(T_TEST, paired_rows)
def mean_difference(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """The interval of scipy's `ttest_1samp`; none of differences that are all the same."""
    d = wide["D"].to_numpy()
    if len(d) < 2:
        return nan
    bounds = nan, nan
    if np.ptp(d) > 0:
        bounds = stats.ttest_1samp(d, 0.0).confidence_interval(data.confidence(asked))
    return d.mean(), bounds


@peer(f"scipy.stats.gmean; {T_TEST}", paired_rows)
def fold_change(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """scipy's `gmean` of each subject's ratio; its interval is `ttest_1samp`'s of logarithms."""
    d = wide["D"].to_numpy()
    ratios = np.exp2(-d)
    if len(ratios) < 2:
        return nan
    bounds = nan, nan
    if np.ptp(d) > 0:
        found = stats.ttest_1samp(np.log(ratios), 0.0).confidence_interval(data.confidence(asked))
        bounds = np.exp(found.low), np.exp(found.high)
    return stats.gmean(ratios), bounds


@peer(T_TEST, paired_rows)
def paired_t(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """scipy's `ttest_1samp`; none of differences that are all the same."""
    d = wide["D"].to_numpy()
    if len(d) < 2 or np.ptp(d) == 0:
        return nan
    test = stats.ttest_1samp(d, 0.0, alternative=asked.alternative)
    return {"p_value": test.pvalue, "t": test.statistic, "df": test.df}


def _sums(sizes: np.ndarray) -> Counter:
    """How many choices of signs have each sum of the positive sizes, as whole numbers."""
    ways = Counter({0: 1})
    for size in sizes.tolist():
        more = Counter({total + size: count for total, count in ways.items()})
        ways += more
    return ways


def _tied(wide: pd.DataFrame) -> np.ndarray:
    """The differences, their sizes tied but for rounding, and 0 where no more is left of them."""
    d = wide["D"].to_numpy()
    return np.sign(d) * tied(np.abs(d), [0.0])[0]


@peer("scipy.stats.rankdata; sums of all signs counted", paired_rows)
def signed_rank(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """Ranks by scipy's `rankdata`; twice the ranks are whole, so that sums are counted exactly."""
    d = _tied(wide)
    if asked.options["zeros"] == "wilcoxon":
        d = d[d != 0]
    ranks = np.rint(2 * stats.rankdata(np.abs(d)))[d != 0].astype(int)
    if not len(ranks):
        return nan
    positive = int(ranks[d[d != 0] > 0].sum())
    if asked.stat == "v":
        return positive / 2
    ways = _sums(ranks)
    above = sum(count for total, count in ways.items() if total >= positive)
    below = sum(count for total, count in ways.items() if total <= positive)
    return _tail(above, below, 2 ** len(ranks), asked.options["sides"])


@peer("scipy.stats.wilcoxon", paired_rows)
def signed_rank_normal(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """scipy's `wilcoxon` by the normal law, which leaves differences of 0 out."""
    d = _tied(wide)
    d = d[d != 0]
    if not len(d):
        return nan
    test = stats.wilcoxon(
        d,
        correction=asked.options["correction"] == "continuity",
        alternative=asked.alternative,
        method="asymptotic",
    )
    # Its own statistic is the smaller sum where the test is two-sided.
    return {"p_value": test.pvalue, "v": stats.rankdata(np.abs(d))[d > 0].sum()}


def _tail(above: int, below: int, total: int, sides: str) -> float:
    return {
        "greater": above / total,
        "less": below / total,
        "two_sided": min(1.0, 2 * min(above, below) / total),
    }[sides]


@peer("numpy: Walsh averages; sums of all signs counted", paired_rows)
def pseudomedian(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """Walsh averages; the bounds leave out as many as the exact distribution allows."""
    d, n = wide["D"].to_numpy(), len(wide)
    if not n:
        return nan
    walsh = sorted((d[i] + d[j]) / 2 for i in range(n) for j in range(i + 1))
    ways, total, outside = _sums(np.arange(1, n + 1)), 0, 0
    tail = (1 - data.confidence(asked)) / 2 * (1 - 1e-12)
    while (total := total + ways[outside]) < tail * 2**n:
        outside += 1
    return np.median(walsh), (walsh[outside - 1], walsh[-outside]) if outside else (-inf, inf)


@peer("numpy: every assignment of the sides", paired_rows)
def rerandomised(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """The share of all assignments at least as extreme; no answer where these are too many."""
    if len(wide) > LISTED:
        return None
    sides = data.records(asked).pivot(index="USUBJID", columns="TRTP", values="LAT")
    sides = sides.reindex(index=wide.index, columns=list(asked.contrast))
    treated, other = (sides[arm] for arm in asked.contrast)
    usable = sides.notna().all(axis=None) and (treated != other).all()
    if not usable or treated.nunique() != 2 or len({*treated, *other}) != 2:
        return nan
    if asked.stat == "sum":
        return wide["D"].sum()
    first = (treated == treated.max()).to_numpy()
    score = np.where(first, 1.0, -1.0) * wide["D"].to_numpy()
    balanced = asked.options["allocation"] == "balanced"
    every = _assignments(score, int(first.sum()) if balanced else None)
    observed = float(score[first].sum() - score[~first].sum())
    centre = every.mean()
    tie = TIE * np.abs(score).sum()
    far = {
        "two_sided": np.abs(every - centre) >= abs(observed - centre) - tie,
        "greater": every >= observed - tie,
        "less": every <= observed + tie,
    }[asked.options["sides"]]
    return far.mean()


def _assignments(score: np.ndarray, size: int | None) -> np.ndarray:
    """Sum of signed scores for every choice of subjects treated on the first side.

    With `size` only the choices of so many subjects.
    """
    sums, chosen = np.zeros(1), np.zeros(1, dtype=np.int8)
    for value in score:
        sums = np.concatenate([sums + value, sums - value])
        chosen = np.concatenate([chosen + 1, chosen])
    return sums if size is None else sums[chosen == size]


# A fit of statsmodels with the columns of each covariate.
Regression = tuple["RegressionResults", dict[str, list[int]]]


def _regressed(data: Data, asked: Asked) -> tuple[Regression | None, int | None]:
    """The differences on centred covariates, None where these tell too little, and subjects."""
    wide, n = paired_rows(data, asked)
    if wide is None:
        return None, n
    records = data.records(asked)
    treated = records[records["TRTP"] == asked.contrast[0]].set_index("USUBJID").loc[wide.index]
    other = records[records["TRTP"] == asked.contrast[1]].set_index("USUBJID").loc[wide.index]
    subjects = data.adsl.set_index("USUBJID").loc[wide.index]
    blocks, places, width = [np.ones((len(wide), 1))], {}, 1
    for name in asked.options["covariates"]:
        block = _block(name, treated, other, subjects)
        if block is None:
            return None, n
        places[name] = list(range(width, width := width + block.shape[1]))
        blocks.append(block)
    x = np.hstack(blocks)
    if np.linalg.matrix_rank(x) < x.shape[1] or len(x) <= x.shape[1]:
        return None, n
    return (Model(wide["D"].to_numpy(), x).fit(), places), n


@peer(OLS, _regressed)
def regression(data: Data, asked: Asked, fitted: Regression) -> Answer:
    """The intercept of statsmodels' `OLS`: the difference at the mean of the covariates."""
    fit, _ = fitted
    return fit.params[0], fit.conf_int(alpha=1 - data.confidence(asked))[0]


@peer(f"{OLS}.f_test", _regressed)
def covariate(data: Data, asked: Asked, fitted: Regression) -> Answer:
    """statsmodels' `f_test` of the columns of a covariate."""
    fit, places = fitted
    place = places[asked.level]
    test = fit.f_test(np.eye(len(fit.params))[place])
    f = np.squeeze(test.fvalue)
    return {"p_value": test.pvalue, "f": f, "df1": len(place), "df2": fit.df_resid}


def _block(name: str, treated, other, subjects) -> np.ndarray | None:
    if name == "baseline":
        values = treated["BASE"] - other["BASE"]
    else:
        values = treated["LAT"] if name == "treated_side" else subjects[adsl_code(name)]
    if values.isna().any() or values.nunique() < 2:
        return None
    if pd.api.types.is_numeric_dtype(values):
        return (values - values.mean()).to_numpy(dtype=float)[:, None]
    levels = sorted(values.unique())
    last = (values == levels[-1]).to_numpy(dtype=float)
    return np.column_stack(
        [(values == level).to_numpy(dtype=float) - last for level in levels[:-1]]
    )


# What an estimate compares; a test says it itself.
EFFECTS = {
    "mean_difference": "treatment",
    "period_difference": "period",
    "carry_over": "carry_over",
}
TWO_SAMPLES = "scipy.stats.ttest_ind"


def sequences(data: Data, asked: Asked) -> tuple[pd.DataFrame | None, int | None]:
    """The pairs with the arm of each subject's first period; None where one is not told."""
    wide = pairs(data, asked)
    if wide is None:
        return None, None
    column = data.adsl.set_index("USUBJID")[adsl_code(asked.options["sequence"])]
    level = column.reindex(wide.index)
    arm = level[level.notna()].map(level_text).map(asked.options["starts_with"]).reindex(wide.index)
    whole = arm.isin(asked.contrast).all()
    return (wide.assign(FIRST=arm) if whole else None), len(wide)


def _compared(asked: Asked, wide: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
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


@peer(TWO_SAMPLES, sequences)
def difference(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """scipy's `ttest_ind` with the pooled variance; no bounds where nothing varies."""
    x, y = _compared(asked, wide)
    if min(len(x), len(y)) < 2:
        return nan
    value = x.mean() - y.mean()
    if not (np.ptp(x) or np.ptp(y)):
        return value, (nan, nan)
    return value, stats.ttest_ind(x, y).confidence_interval(data.confidence(asked))


@peer(TWO_SAMPLES, sequences)
def t_test(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
    """scipy's `ttest_ind` with the pooled variance; none where nothing varies."""
    x, y = _compared(asked, wide)
    if min(len(x), len(y)) < 2 or not (np.ptp(x) or np.ptp(y)):
        return nan
    test = stats.ttest_ind(x, y, alternative=asked.alternative)
    return {"p_value": test.pvalue, "t": test.statistic, "df": test.df}


@peer("scipy.stats.fisher_exact", sequences)
def mainland_gart(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
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
def prescott(data: Data, asked: Asked, wide: pd.DataFrame) -> Answer:
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


CHECKS = by_name(
    {
        "mean_difference.paired_t": mean_difference,
        "fold_change.paired_t": fold_change,
        "median_difference.signed_rank": pseudomedian,
        "mean_difference.paired_regression": regression,
        "p_value,t,df.paired_t": paired_t,
        "p_value,f,df1,df2.paired_regression": covariate,
        "p_value,v.signed_rank,signed_rank_pratt": signed_rank,
        "p_value,v.signed_rank_normal,signed_rank_normal_continuity": signed_rank_normal,
        "p_value,sum.rerandomise_sides,rerandomise_sides_balanced": rerandomised,
        "mean_difference,period_difference,carry_over.crossover": difference,
        "p_value.mainland_gart": mainland_gart,
        "p_value,t,df.crossover_t,crossover_t_period,crossover_t_carry_over": t_test,
        "p_value,z.prescott": prescott,
    }
)
