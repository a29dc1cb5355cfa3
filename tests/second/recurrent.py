"""Models of several events a subject, again: sums over event times."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from second.hazards import newton, recedes, varies
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    by_name,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    complete,
    design,
    named,
    wald,
    with_coefficients,
)
from trialtrace.run.trial.model import adsl_code

SUMS = "numpy: sums over event times and subjects"
Fit = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Model:
    """Intervals at risk, whether each ends with the event, columns, and subjects."""

    start: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    x: np.ndarray
    subject: np.ndarray

    def risk_sets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Which intervals end with the event, and which are at risk, at each time of one."""
        for t in sorted(set(self.stop[self.event])):
            here = (self.start < t) & (t <= self.stop)
            yield self.event & (self.stop == t) & here, here


def _model(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    records = complete(data, asked, map(adsl_code, asked.options["covariates"]))
    if records.empty:
        return None, 0
    x = design(data, asked, records)
    model = Model(
        records["TSTART"].to_numpy(),
        records["TSTOP"].to_numpy(),
        (records["CNSR"] == 0).to_numpy(),
        x.to_numpy(),
        records["USUBJID"].astype("category").cat.codes.to_numpy(),
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
    if robust and len(totals) <= p + 1:
        return None
    covariance = bread @ (totals.T @ totals) @ bread if robust else bread
    return beta / spread, covariance / np.outer(spread, spread)


@peer(SUMS, _model, ITERATIVE)
def rates(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """The maximum of the partial likelihood; `scipy.stats.norm` for its test."""
    return wald(data, asked, fit)


_COX = "andersen_gill", "lwyy"
CHECKS = by_name(
    {
        **with_coefficients(f"rate_ratio.{','.join(_COX)}", rates),
        **{f"p_value.{method}_wald": rates for method in _COX},
    }
)
