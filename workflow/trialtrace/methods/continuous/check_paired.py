"""Two treatments of one subject, by scipy, by statsmodels and by counting every assignment."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from math import inf, nan
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

# All assignments of so many subjects are listed at once (32 MB).
LISTED = 22
# Of the sum of sizes: sums that differ by less are equal.
TIE = 1e-9
OLS = "statsmodels.regression.linear_model.OLS"


def pairs(data: Data, asked: Asked) -> "pd.DataFrame | None":
    """A row for each subject with both values: treated, reference, their difference `d`.

    None where a subject has several records under a treatment.
    """
    return wide_of(data.records(asked), asked.pair)


def wide_of(records: "pd.DataFrame", pair: tuple[str, str]) -> "pd.DataFrame | None":
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
    return wide.assign(d=(first - second).astype(float))


def _checked(compute: Callable) -> Callable[[Data, Asked], Recomputed]:
    """A check of the differences; several records under a treatment give no value."""

    def check(data: Data, asked: Asked) -> Recomputed:
        wide = pairs(data, asked)
        if wide is None:
            return Recomputed("pandas: records", nan)
        return compute(data, asked, wide)

    return check


@_checked
def mean_difference(data: Data, asked: Asked, wide: "pd.DataFrame") -> Recomputed:
    d, by = wide["d"].to_numpy(), "scipy.stats.ttest_1samp"
    if len(d) < 2:
        return Recomputed(by, nan, n_used=len(d))
    bounds = (nan, nan)
    if np.ptp(d) > 0:
        found = stats.ttest_1samp(d, 0.0).confidence_interval(data.confidence(asked))
        bounds = float(found.low), float(found.high)
    return Recomputed(by, float(d.mean()), bounds, n_used=len(d))


def _paired_t(part: str) -> Callable[[Data, Asked], Recomputed]:
    @_checked
    def check(data: Data, asked: Asked, wide: "pd.DataFrame") -> Recomputed:
        d, by = wide["d"].to_numpy(), "scipy.stats.ttest_1samp"
        if len(d) < 2 or np.ptp(d) == 0:
            return Recomputed(by, nan, n_used=len(d))
        found = stats.ttest_1samp(d, 0.0, alternative=asked.options["sides"].replace("_", "-"))
        return Recomputed(by, float(getattr(found, part)), n_used=len(d))

    return check


def _sums(sizes: np.ndarray) -> Counter:
    """How many choices of signs have each sum of the positive sizes, as whole numbers."""
    ways = Counter({0: 1})
    for size in sizes.tolist():
        more = Counter({total + size: count for total, count in ways.items()})
        ways += more
    return ways


def _signed_rank(part: str) -> Callable[[Data, Asked], Recomputed]:
    @_checked
    def check(data: Data, asked: Asked, wide: "pd.DataFrame") -> Recomputed:
        d, by = wide["d"].to_numpy(), "scipy.stats.rankdata; sums of all signs counted"
        n = len(d)
        if asked.options["zeros"] == "wilcoxon":
            d = d[d != 0]
        ranks = np.rint(2 * stats.rankdata(np.abs(d)))[d != 0].astype(int)
        if not len(ranks):
            return Recomputed(by, nan, n_used=n)
        positive = int(ranks[d[d != 0] > 0].sum())
        if part == "v":
            return Recomputed(by, positive / 2, n_used=n)
        ways = _sums(ranks)
        above = sum(count for total, count in ways.items() if total >= positive)
        below = sum(count for total, count in ways.items() if total <= positive)
        p = _tail(above, below, 2 ** len(ranks), asked.options["sides"])
        return Recomputed(by, p, n_used=n)

    return check


def _tail(above: int, below: int, total: int, sides: str) -> float:
    return {
        "greater": above / total,
        "less": below / total,
        "two_sided": min(1.0, 2 * min(above, below) / total),
    }[sides]


@_checked
def pseudomedian(data: Data, asked: Asked, wide: "pd.DataFrame") -> Recomputed:
    """Walsh averages; the bounds leave out as many as the exact distribution allows."""
    d, n = wide["d"].to_numpy(), len(wide)
    by = "numpy: Walsh averages; sums of all signs counted"
    if not n:
        return Recomputed(by, nan, n_used=0)
    walsh = sorted((d[i] + d[j]) / 2 for i in range(n) for j in range(i + 1))
    ways, total, outside = _sums(np.arange(1, n + 1)), 0, 0
    tail = (1 - data.confidence(asked)) / 2 * (1 - 1e-12)
    while (total := total + ways[outside]) < tail * 2**n:
        outside += 1
    bounds = (walsh[outside - 1], walsh[-outside]) if outside else (-inf, inf)
    return Recomputed(by, float(np.median(walsh)), bounds, n_used=n)


def _rerandomised(part: str) -> Callable[[Data, Asked], "Recomputed | None"]:
    @_checked
    def check(data: Data, asked: Asked, wide: "pd.DataFrame") -> Recomputed | None:
        by, n = "numpy: every assignment of the sides", len(wide)
        if n > LISTED:
            return None
        sides = data.records(asked).pivot(index="USUBJID", columns="TRTP", values="LAT")
        sides = sides.reindex(index=wide.index, columns=list(asked.pair))
        treated, other = (sides[arm] for arm in asked.pair)
        usable = sides.notna().all(axis=None) and (treated != other).all()
        if not usable or treated.nunique() != 2 or len({*treated, *other}) != 2:
            return Recomputed(by, nan, n_used=n)
        if part == "sum":
            return Recomputed(by, float(wide["d"].sum()), n_used=n)
        first = (treated == treated.max()).to_numpy()
        score = np.where(first, 1.0, -1.0) * wide["d"].to_numpy()
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
        return Recomputed(by, float(far.mean()), n_used=n)

    return check


def _assignments(score: np.ndarray, size: int | None) -> np.ndarray:
    """Sum of signed scores for every choice of subjects treated on the first side.

    With `size` only the choices of so many subjects.
    """
    sums, chosen = np.zeros(1), np.zeros(1, dtype=np.int8)
    for value in score:
        sums = np.concatenate([sums + value, sums - value])
        chosen = np.concatenate([chosen + 1, chosen])
    return sums if size is None else sums[chosen == size]


def regression(data: Data, asked: Asked) -> Recomputed:
    by = OLS
    fit, n, _ = _regressed(data, asked)
    if fit is None:
        return Recomputed(by, nan, n_used=n)
    low, high = fit.conf_int(alpha=1 - data.confidence(asked))[0]
    return Recomputed(by, float(fit.params[0]), (float(low), float(high)), n_used=n)


def _covariate(part: str) -> Callable[[Data, Asked], Recomputed]:
    def check(data: Data, asked: Asked) -> Recomputed:
        fit, n, places = _regressed(data, asked)
        if fit is None:
            return Recomputed(OLS, nan, n_used=n)
        own = places[asked.second]
        rows = np.eye(len(fit.params))[own]
        found = fit.f_test(rows)
        value = {
            "p_value": float(found.pvalue),
            "f": float(np.squeeze(found.fvalue)),
            "df1": float(len(own)),
            "df2": float(fit.df_resid),
        }[part]
        return Recomputed(f"{OLS}.f_test", value, n_used=n)

    return check


def _regressed(data: Data, asked: Asked):
    """The fit of the differences on centred covariates, subjects, and each covariate's columns."""
    wide = pairs(data, asked)
    if wide is None:
        return None, None, {}
    names = asked.options["covariates"]
    records = data.records(asked)
    treated = records[records["TRTP"] == asked.pair[0]].set_index("USUBJID").loc[wide.index]
    other = records[records["TRTP"] == asked.pair[1]].set_index("USUBJID").loc[wide.index]
    subjects = data.adsl.set_index("USUBJID").loc[wide.index]
    blocks, places, width = [np.ones((len(wide), 1))], {}, 1
    for name in names:
        block = _block(name, treated, other, subjects)
        if block is None:
            return None, len(wide), {}
        places[name] = list(range(width, width := width + block.shape[1]))
        blocks.append(block)
    x = np.hstack(blocks)
    if np.linalg.matrix_rank(x) < x.shape[1] or len(x) <= x.shape[1]:
        return None, len(wide), {}
    from statsmodels.regression.linear_model import OLS as Model

    return Model(wide["d"].to_numpy(), x).fit(), len(wide), places


def _block(name: str, treated, other, subjects) -> np.ndarray | None:
    import pandas as pd

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


CHECKS = {
    "mean_difference.paired_t": mean_difference,
    "p_value.paired_t": _paired_t("pvalue"),
    "t.paired_t": _paired_t("statistic"),
    "df.paired_t": _paired_t("df"),
    "median_difference.signed_rank": pseudomedian,
    "mean_difference.paired_regression": regression,
}
for _part in ("p_value", "f", "df1", "df2"):
    CHECKS[f"{_part}.paired_regression"] = _covariate(_part)
for _name in ("signed_rank", "signed_rank_pratt"):
    CHECKS |= {f"{part}.{_name}": _signed_rank(part) for part in ("p_value", "v")}
for _name in ("rerandomise_sides", "rerandomise_sides_balanced"):
    CHECKS |= {f"{part}.{_name}": _rerandomised(part) for part in ("p_value", "sum")}
