"""Re-randomisation: convolution by scipy, or the draws of the plan.

A draw has no equations to verify: tests/second shuffles by another generator.
"""

from collections.abc import Callable
from functools import partial
from math import nan

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from trialtrace.run.methods.categorical.check_exact import TIE
from trialtrace.run.methods.checking.data import Asked, Data, tied
from trialtrace.run.methods.checking.outcome import Answer, Recomputed, peer
from trialtrace.run.methods.inputs import stream
from trialtrace.run.methods.stratified.check import strata
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.resampling.arms import GlobalRerandomisation, global_test
from trialtrace.stats.resampling.linear import Rerandomisation, rerandomisation_test
from trialtrace.stats.resampling.schemes import fixed_margins, stratified
from trialtrace.stats.resampling.sums import TIE_TOLERANCE

CONVOLVED = "scipy.stats.hypergeom (strata combined)"
# A test by draws, of two arms or of all.
Drawn = Rerandomisation | GlobalRerandomisation
DRAWN = "trialtrace.stats: draws of the plan; scores apart"


@peer(CONVOLVED, strata)
def exact(data: Data, asked: Asked, table: pd.DataFrame) -> Answer:
    """The sum of the strata's counts by scipy's `hypergeom`, one stratum after the other."""
    chance, at, least, mean = np.ones(1), 0, 0, 0.0
    for row in table.astype(int).itertuples():
        events, total = row.x1 + row.x0, row.n1 + row.n0
        support = np.arange(max(0, events - row.n0), min(row.n1, events) + 1)
        chance = np.convolve(chance, hypergeom.pmf(support, total, events, row.n1))
        at, least, mean = at + row.x1, least + support[0], mean + events * row.n1 / total
    s = least + np.arange(chance.size)
    here = chance[s == at]
    sides = asked.options["sides"]
    if sides == "two_sided" and asked.options["two_sided"] == "probability":
        chosen = chance <= here * TIE
    elif sides == "two_sided":
        chosen = np.abs(s - mean) >= abs(at - mean) * (1 - 1e-9) - 1e-9
    else:
        chosen = s >= at if sides == "greater" else s <= at
    return min(float(chance[chosen].sum()), 1.0)


def drawn(data: Data, asked: Asked) -> Recomputed:
    """The p-value of the plan's draws, or its Monte Carlo error; of scores computed here."""
    options = asked.options
    names = [adsl_code(name) for name in options["strata"]]
    rows = data.records(asked).merge(data.adsl[["USUBJID", *names]].dropna(), on="USUBJID")
    n = len(rows)
    timed = "CNSR" in rows and data.trial.endpoints[asked.variable].kind == "time_to_event"
    one = pd.Series("", index=rows.index)
    cells = rows[names].astype(str).agg("\x1f".join, axis=1) if names else one
    if n == 0 or timed != (options["scores"] == "log_rank"):
        return Recomputed(DRAWN, nan, n_used=n)
    key = ("drawn", *data.cut(asked), asked.pair, str(options))
    found = data.tried(key, lambda: _test(data, asked, rows, cells))
    value = nan if found is None else float(getattr(found, asked.stat)[0])
    return Recomputed(DRAWN, value, n_used=n)


def _test(data: Data, asked: Asked, rows: pd.DataFrame, cells: pd.Series) -> Drawn:
    arm, options = rows["TRTP"].to_numpy(str), asked.options
    scheme = stratified(arm, cells.to_numpy(str)) if options["strata"] else fixed_margins(arm)
    test: Callable[..., Drawn] = global_test
    if asked.pair is not None:
        test = partial(rerandomisation_test, arm=asked.pair[0], sides=options["sides"])
    return test(
        scheme,
        scores_of(rows, cells, options),
        draws=options["draws"],
        exact_up_to=0,
        seed=(options["seed"], stream(asked)),
        confidence=data.confidence(asked),
        tie_tolerance=TIE_TOLERANCE,
    )


def scores_of(rows, cells, options) -> np.ndarray:
    if options["scores"] == "log_rank":
        time, event = rows["AVAL"].to_numpy(), (rows["CNSR"] == 0).to_numpy()
        hazard = [
            sum(
                (event & (time == t)).sum() / (time >= t).sum()
                for t in np.unique(time[event])
                if t <= own
            )
            for own in time
        ]
        return event - np.array(hazard, dtype=float)
    if options["scores"] == "means":
        values = rows["AVAL"]
        return (values - values.mean()).to_numpy()
    values = pd.Series(tied(rows["AVAL"])[0], index=rows.index)
    ranks = values.groupby(cells).rank()
    return (ranks - ranks.groupby(cells).transform("mean")).to_numpy()


CHECKS = {
    "p_value.rerandomisation_exact": exact,
    "p_value.rerandomisation": drawn,
    "mc_se.rerandomisation": drawn,
}
