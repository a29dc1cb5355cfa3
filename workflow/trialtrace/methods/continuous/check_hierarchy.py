"""Win statistics: every pair compared in a matrix, errors by leaving out each patient in turn."""

from math import exp, inf, isfinite, log, nan, sqrt

import numpy as np
from scipy.stats import norm

from trialtrace.methods.checking.data import Asked, Data
from trialtrace.methods.checking.outcome import Recomputed
from trialtrace.methods.checking.where import surely
from trialtrace.trial.plan.methods import DATASETS

BY = "numpy: all pairs, jackknife by arm"
NO_ERROR = 1e-12
# Of differences that are held against a margin.
DECIMALS = 9


def check(data: Data, asked: Asked) -> Recomputed:
    key = (
        "pairs",
        asked.analysis,
        asked.parameter,
        asked.visit,
        asked.stratum,
        asked.pair,
        str(asked.options),
    )
    made = data.once(key, lambda: _pairs(data, asked))
    if made is None or not (made["win"].any() or made["loss"].any()):
        return Recomputed(BY, nan)
    win, loss, n = made["win"], made["loss"], made["n"]
    if min(win.shape) < 2:
        return Recomputed(BY, nan, n_used=n)
    if asked.stat in ("wins", "losses"):
        at = made["names"].index(asked.second)
        return Recomputed(BY, float(made["levels"][at][asked.stat == "losses"]), n_used=n)
    if asked.stat == "ties":
        return Recomputed(BY, float(win.size - win.sum() - loss.sum()), n_used=n)
    return _estimate(data, asked, win, loss, n)


def _estimate(data: Data, asked: Asked, win, loss, n: int) -> Recomputed:
    z = float(norm.isf((1 - data.confidence(asked)) / 2))
    won, lost = float(win.mean()), float(loss.mean())
    net, se = won - lost, _error(win - loss)
    if asked.stat in ("p_value", "z"):
        value = net / se if se > 0 else nan
        p = 2 * float(norm.sf(abs(value))) if se > 0 else nan
        return Recomputed(BY, p if asked.stat == "p_value" else value, n_used=n)
    if asked.stat == "net_benefit":
        bounds = (net - z * se, net + z * se) if se > 0 else (nan, nan)
        return Recomputed(BY, net, bounds, n_used=n)
    if asked.stat == "win_odds":
        value = (1 + net) / (1 - net) if net < 1 else inf
        half = 2 * se / (1 - net**2) if abs(net) < 1 else nan
    else:
        value = won / lost if lost > 0 else inf
        half = _error(win / won - loss / lost) if won > 0 and lost > 0 else nan
    if not (0 < value < inf and isfinite(half) and half > 0):
        return Recomputed(BY, value, (nan, nan), n_used=n)
    bounds = exp(log(value) - z * half), exp(log(value) + z * half)
    return Recomputed(BY, value, bounds, n_used=n)


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


def _pairs(data: Data, asked: Asked) -> dict | None:
    """Matrices of wins and losses, treated across reference, with the counts of each level."""
    first = data.records(asked)
    if first["USUBJID"].duplicated().any():
        return None
    outcomes = [(asked.parameter, first, asked.options["first"])]
    for how in asked.options["then"]:
        records = outcome_records(data, asked, how, list(asked.pair))
        outcomes.append((how["endpoint"], records, how))
    arms = [first.loc[first["TRTP"] == arm, "USUBJID"].to_numpy() for arm in asked.pair]
    shape = tuple(map(len, arms))
    win, loss = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    levels, names = [], []
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
        levels.append((better.sum(), worse.sum()))
        names.append(name)
    return {
        "win": win.astype(float),
        "loss": loss.astype(float),
        "levels": levels,
        "names": names,
        "n": len(first),
    }


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


STATISTICS = ("win_ratio", "net_benefit", "win_odds", "p_value", "z", "wins", "losses", "ties")
CHECKS = {f"{name}.all_pairs": check for name in STATISTICS}
