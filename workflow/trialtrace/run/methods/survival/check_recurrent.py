"""Several events a subject: pandas for counts, sums over event times for means and models."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import ITERATIVE, Answer, Check, Recomputed, peer
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    complete,
    design,
    named,
    wald,
    with_coefficients,
)
from trialtrace.run.methods.survival.check_hazards import newton, recedes, varies
from trialtrace.run.trial.model import adsl_code

if TYPE_CHECKING:
    import pandas as pd

COUNTED = "pandas: groups of rows"
SUMS = "numpy: sums over event times and subjects"
Fit = tuple[np.ndarray, np.ndarray]


def counts(data: Data, asked: Asked) -> Recomputed:
    """Subjects, those with an event, events, time at risk and rate, by pandas."""
    records = data.records(asked)
    happened, by = records[records["CNSR"] == 0], records.groupby("USUBJID")
    time = float((by["TSTOP"].sum() - by["TSTART"].sum()).sum()) if len(records) else nan
    found = {
        "analysed": float(by.ngroups),
        "patients": float(happened["USUBJID"].nunique()),
        "events": float(len(happened)),
        "person_time": time,
        "rate": len(happened) / time * asked.options["per"],
    }
    return Recomputed(COUNTED, found[asked.stat], n_used=by.ngroups)


def _means(data: Data, asked: Asked) -> "tuple[pd.DataFrame | None, int]":
    records = data.records(asked)
    followed = not records.empty and float(asked.level) <= records["TSTOP"].max()
    return (records if followed else None), records["USUBJID"].nunique()


@peer(SUMS, _means)
def mean_events(data: Data, asked: Asked, records: "pd.DataFrame") -> Answer:
    """The jumps up to the time and, subject by subject, the square of what each adds to them."""
    start, stop = records["TSTART"].to_numpy(), records["TSTOP"].to_numpy()
    event = (records["CNSR"] == 0).to_numpy()
    who = records["USUBJID"].astype("category").cat.codes.to_numpy()
    mean, influence = 0.0, np.zeros(who.max() + 1)
    for t in np.unique(stop[event & (stop <= float(asked.level))]):
        here, now = (start < t) & (t <= stop), event & (stop == t)
        jump = now.sum() / here.sum()
        mean += jump
        np.add.at(influence, who[here], (now[here] - jump) / here.sum())
    if mean == 0:
        return 0.0, (nan, nan)
    half = data.z(asked) * sqrt(influence @ influence)
    if asked.options["interval"] == "plain":
        return mean, (max(0.0, mean - half), mean + half)
    return mean, (mean * exp(-half / mean), mean * exp(half / mean))


@dataclass(frozen=True)
class Model:
    """Intervals at risk, whether each ends with the event, columns, and subjects."""

    start: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    x: np.ndarray
    subject: np.ndarray
    stratum: np.ndarray

    def risk_sets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Which intervals end with the event, and which are at risk, at each time of a stratum."""
        for t, own in sorted(
            set(zip(self.stop[self.event], self.stratum[self.event], strict=True))
        ):
            here = (self.start < t) & (t <= self.stop) & (self.stratum == own)
            yield self.event & (self.stop == t) & here, here


def _model(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    strata = [adsl_code(name) for name in asked.options.get("strata", ())]
    covariates = [adsl_code(name) for name in asked.options["covariates"]]
    records = complete(data, asked, [*covariates, *strata])
    if records.empty:
        return None, 0
    x = design(data, asked, records)
    model = Model(
        records["TSTART"].to_numpy(),
        records["TSTOP"].to_numpy(),
        (records["CNSR"] == 0).to_numpy(),
        x.to_numpy(),
        records["USUBJID"].astype("category").cat.codes.to_numpy(),
        (records.groupby(strata).ngroup() if strata else records["TSTART"] * 0).to_numpy(),
    )
    robust = "lwyy" in asked.method
    key = ("recurrent", asked.analysis, asked.parameter, asked.stratum, robust, str(asked.options))
    fit = data.once(key, lambda: _fitted(model, asked.options["ties"], robust=robust))
    return named(fit, x.columns), records["USUBJID"].nunique()


def _fitted(model: Model, ties: str, *, robust: bool) -> Fit | None:
    """Coefficients and their covariance; None where there is no estimate."""
    sets = list(model.risk_sets())
    if not sets or not varies(model.x, sets) or recedes(model.x, sets, discrete=False):
        return None
    centre, spread = model.x.mean(axis=0), model.x.std(axis=0)
    scaled = (model.x - centre) / spread
    p = scaled.shape[1]

    def parts(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores of the subjects, and the information."""
        weight = np.exp(scaled @ beta)
        scores, information = np.zeros(scaled.shape), np.zeros((p, p))
        for died, here in sets:
            d = int(died.sum())
            for number in range(d):
                left = number / d if ties == "efron" else 0.0
                own = weight * (here - left * died)
                mean = own @ scaled / own.sum()
                apart = scaled - mean
                scores += (died / d - own / own.sum())[:, None] * apart
                information += (own[:, None] * apart).T @ apart / own.sum()
        totals = np.zeros((model.subject.max() + 1, p))
        np.add.at(totals, model.subject, scores)
        return totals, information

    beta = newton(lambda b: parts(b)[0].sum(axis=0), lambda b: parts(b)[1], p)
    totals, information = parts(beta)
    bread = np.linalg.inv(information)
    if robust and len(totals) <= p:
        return None
    covariance = bread @ (totals.T @ totals) @ bread if robust else bread
    return beta / spread, covariance / np.outer(spread, spread)


@peer(SUMS, _model, ITERATIVE)
def rates(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """The maximum of the partial likelihood; `scipy.stats.norm` for its test."""
    return wald(data, asked, fit)


CHECKS: dict[str, Check] = {
    **{
        f"{stat}.recurrent": counts
        for stat in ("analysed", "patients", "events", "person_time", "rate")
    },
    "mean_events.lawless_nadeau": mean_events,
}
for _model_name in ("andersen_gill", "lwyy", "andersen_gill_stratified", "lwyy_stratified"):
    CHECKS |= with_coefficients(f"rate_ratio.{_model_name}", rates)
    CHECKS[f"p_value.{_model_name}_wald"] = rates
