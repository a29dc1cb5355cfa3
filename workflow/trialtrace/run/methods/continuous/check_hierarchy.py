"""Outcomes of one patient together: win statistics by all pairs, correlations by scipy."""

from dataclasses import dataclass, replace
from math import atanh, exp, inf, isfinite, log, nan, sqrt, tanh

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import norm

from trialtrace.run.methods.checking.data import Asked, Data, surely, tied
from trialtrace.run.methods.checking.outcome import Answer, by_name, peer
from trialtrace.run.methods.continuous.check_paired import pairs, wide_of
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.methods import DATASETS, OWN_TREATMENT

BY = "numpy: all pairs, jackknife by arm"
NO_ERROR = 1e-12
# Of differences that are held against a margin.
DECIMALS = 9


@dataclass(frozen=True)
class Pairs:
    """Wins and losses of the treated across the reference arm; both counted at each level."""

    win: np.ndarray
    loss: np.ndarray
    levels: dict[str, tuple[int, int]]
    n: int


def _compared(data: Data, asked: Asked) -> tuple[Pairs | None, int | None]:
    """The pairs, None where no pair is decided, and the subjects."""
    key = ("pairs", asked.analysis, asked.parameter, asked.visit, asked.stratum, asked.pair)
    pairs = data.once((*key, str(asked.options)), lambda: _pairs(data, asked))
    if pairs is None or not (pairs.win.any() or pairs.loss.any()):
        return None, None
    return pairs, pairs.n


@peer(BY, _compared)
def check(data: Data, asked: Asked, pairs: Pairs) -> Answer:
    """Wins, losses and ties by counting; the statistics from their shares of all pairs."""
    win, loss = pairs.win, pairs.loss
    if min(win.shape) < 2:
        return nan
    if asked.stat in ("wins", "losses"):
        return pairs.levels[asked.level][asked.stat == "losses"]
    if asked.stat == "ties":
        return win.size - win.sum() - loss.sum()
    z, won, lost = data.z(asked), float(win.mean()), float(loss.mean())
    net, se = won - lost, _error(win - loss)
    if asked.stat in ("p_value", "z"):
        statistic = net / se if se > 0 else nan
        return {"z": statistic, "p_value": 2 * float(norm.sf(abs(statistic)))}
    if asked.stat == "net_benefit":
        return net, (net - z * se, net + z * se) if se > 0 else (nan, nan)
    if asked.stat == "win_odds":
        value = (1 + net) / (1 - net) if net < 1 else inf
        # The delta method on log((1 + d) / (1 - d)).
        error = 2 * se / (1 - net**2) if abs(net) < 1 else nan
    else:
        value = won / lost if lost > 0 else inf
        error = _error(win / won - loss / lost) if won > 0 and lost > 0 else nan
    if not (0 < value < inf and isfinite(error) and error > 0):
        return value, (nan, nan)
    return value, (exp(log(value) - z * error), exp(log(value) + z * error))


def _error(matrix: np.ndarray) -> float:
    """Jackknife standard error of a mean over pairs, the two arms apart."""
    m, k = matrix.shape
    whole = matrix.sum()
    rows = (whole - matrix.sum(axis=1)) / ((m - 1) * k)
    columns = (whole - matrix.sum(axis=0)) / (m * (k - 1))
    square = (m - 1) / m * ((rows - rows.mean()) ** 2).sum()
    square += (k - 1) / k * ((columns - columns.mean()) ** 2).sum()
    error = sqrt(square)
    return error if error > NO_ERROR else nan


def _pairs(data: Data, asked: Asked) -> Pairs | None:
    """Every pair, decided at the first level that tells the two apart."""
    first = data.records(asked)
    if first["USUBJID"].duplicated().any():
        return None
    outcomes = [(asked.variable, first, asked.options["first"])]
    for how in asked.options["then"]:
        records = outcome_records(data, asked, how, list(asked.contrast))
        outcomes.append((how["endpoint"], records, how))
    arms = [first.loc[first["TRTP"] == arm, "USUBJID"].to_numpy() for arm in asked.contrast]
    shape = tuple(map(len, arms))
    win, loss = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    levels: dict[str, tuple[int, int]] = {}
    for name, records, how in outcomes:
        if records["USUBJID"].duplicated().any():
            return None
        own = records.set_index("USUBJID")
        if how["wins"] == "later" and not set(first["USUBJID"]) <= set(own.index):
            return None
        a, b = (own.reindex(arm) for arm in arms)
        better, worse = _sign(a, b, how)
        undecided = ~(win | loss)
        better, worse = better & undecided, worse & undecided
        win, loss = win | better, loss | worse
        # Of an endpoint that stands at two levels the first is told.
        levels.setdefault(present(name), (better.sum(), worse.sum()))
    return Pairs(win.astype(float), loss.astype(float), levels, len(first))


def _sign(a, b, how) -> tuple[np.ndarray, np.ndarray]:
    x, y = a["AVAL"].to_numpy()[:, None], b["AVAL"].to_numpy()[None]
    if how["wins"] == "later":
        seen_x, seen_y = (d["CNSR"].to_numpy() == 0 for d in (a, b))
        seen_x, seen_y = seen_x[:, None], seen_y[None]
        better = seen_y & ((x > y) | ((x == y) & ~seen_x))
        return better, seen_x & ((y > x) | ((x == y) & ~seen_y))
    difference = np.round(x - y if how["wins"] == "higher" else y - x, DECIMALS)
    return difference > how["margin"], -difference > how["margin"]


def outcome_records(data: Data, asked: Asked, how, arms: list[str]):
    """The records of another endpoint in the population, with what is compared as AVAL."""
    endpoint = data.trial.endpoints[how["endpoint"]]
    table = data.adtte if DATASETS.get(endpoint.kind) == "adtte" else data.bds
    chosen = (table["PARAMCD"] == endpoint.code) & table["TRTP"].isin(arms)
    chosen &= table[data.trial.populations[asked.population].flag] == "Y"
    chosen &= surely({"AVAL": "present"}, table)
    if "visit" in how:
        chosen &= table["AVISIT"] == how["visit"]
    rows = table[chosen]
    if how["value"] != "value":
        change = rows["AVAL"] - rows["BASE"]
        if how["value"] == "percent_change":
            change = 100 * change / rows["BASE"].where(rows["BASE"] != 0)
        rows = rows.assign(AVAL=change.map("{:.12g}".format).astype(float)).loc[change.notna()]
    return rows


def _of_ranks(asked: Asked) -> bool:
    return asked.method.partition(".")[2].startswith("spearman")


def _by(asked: Asked) -> str:
    return f"scipy.stats.{'spearmanr' if _of_ranks(asked) else 'pearsonr'}"


def _read(data: Data, asked: Asked) -> tuple[tuple[pd.Series, pd.Series] | None, int]:
    """The two series, None of fewer than three subjects or of equal values, and subjects."""
    x, y = _both(data, asked)
    enough = len(x) >= 3 and x.nunique() > 1 and y.nunique() > 1
    return ((x, y) if enough else None), len(x)


@peer(_by, _read)
def correlation(data: Data, asked: Asked, both: tuple[pd.Series, pd.Series]) -> Answer:
    """scipy's `pearsonr`, of the ranks for Spearman's; Fisher's z for the interval.

    Its variance is 1 / (n - 3), for ranks with the factor 1 + r²/2 of Bonett and Wright (2000).
    """
    x, y = both
    n, rank = len(x), _of_ranks(asked)
    if rank:
        x, y = (stats.rankdata(tied(one)[0]) for one in both)
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            return nan
    test = stats.pearsonr(x, y)
    r = float(test.statistic)
    perfect = abs(r) > 1 - 1e-12
    if asked.stat == "correlation":
        if n == 3 or perfect:
            return r, (nan, nan)
        half = data.z(asked) * sqrt((1 + r**2 / 2 if rank else 1.0) / (n - 3))
        return r, (tanh(atanh(r) - half), tanh(atanh(r) + half))
    if perfect:
        return nan
    t = r * sqrt((n - 2) / (1 - r**2))
    return {"p_value": test.pvalue, "t": t, "df": n - 2}


def _both(data: Data, asked: Asked) -> tuple[pd.Series, pd.Series]:
    """The two series of the subjects that have both, in one order."""
    how = {
        "endpoint": asked.options["with"],
        "value": asked.options["with_value"],
        **({"visit": asked.options["with_visit"]} if "with_visit" in asked.options else {}),
    }
    if data.trial.design.kind in OWN_TREATMENT:
        other = outcome_records(data, asked, how, list(asked.contrast))
        x, y = (
            None if wide is None else wide["D"]
            for wide in (pairs(data, asked), wide_of(other, asked.contrast))
        )
    else:
        of_group = replace(asked, pair=None)
        arms = data.arms(of_group)
        x = _series(data.records(of_group, arms))
        y = _series(outcome_records(data, asked, how, arms))
    if x is None or y is None:
        return pd.Series(dtype=float), pd.Series(dtype=float)
    shared = x.index.intersection(y.index).sort_values()
    return x.loc[shared], y.loc[shared]


def _series(records: pd.DataFrame) -> pd.Series | None:
    """Values by subject; None where a subject has several."""
    if records["USUBJID"].duplicated().any():
        return None
    return records.set_index("USUBJID")["AVAL"]


CHECKS = by_name(
    {
        "win_ratio,net_benefit,win_odds,p_value,z,wins,losses,ties.all_pairs": check,
        "correlation.pearson,spearman": correlation,
        "p_value,t,df.pearson_correlation,spearman_correlation": correlation,
    }
)
