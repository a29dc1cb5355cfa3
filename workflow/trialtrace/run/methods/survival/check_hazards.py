"""Cox models with covariates: statsmodels' `PHReg` for the estimate, sums over event times for
robust errors; discrete times are verified by their equations."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log, nan, sqrt

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.duration.hazard_regression import PHReg

from trialtrace.run.methods.checking import verify
from trialtrace.run.methods.checking.data import Asked, Data
from trialtrace.run.methods.checking.outcome import (
    ITERATIVE,
    Answer,
    by_name,
    of_chi_squared,
    peer,
)
from trialtrace.run.methods.regression.check_coefficients import (
    Coefficients,
    by_stratum,
    complete,
    design,
    named,
    row_of,
    wald,
    with_coefficients,
)
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.survival.cox import cox
from trialtrace.stats.survival.cox_start_stop import cox_start_stop

# Shares of the events, and weights of the rows at risk.
RiskSet = tuple[np.ndarray, np.ndarray]
PHREG = "statsmodels.duration.hazard_regression.PHReg"
SUMS = f"{PHREG}; numpy: squared scores, sums over event times"
EQUATIONS = "numpy: the equations of the model, by polynomials of the risk sets"
# Coefficients and their covariance, and the options that these depend on.
Fit = tuple[np.ndarray, np.ndarray]
OF_THE_FIT = ("ties", "covariates", "strata", "variance")


@dataclass(frozen=True)
class Model:
    """Intervals at risk after `start` and up to `time`, whether each ends with the event, columns
    of which the first are of the arms, strata, and the clusters of robust errors."""

    start: np.ndarray
    time: np.ndarray
    event: np.ndarray
    x: np.ndarray
    stratum: np.ndarray
    cluster: np.ndarray

    def risk_sets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Who has the event, and who is at risk, at each time of each stratum."""
        for level in np.unique(self.stratum):
            own = self.stratum == level
            for t in np.unique(self.time[own & self.event]):
                here = own & (self.start < t) & (self.time >= t)
                yield here & self.event & (self.time == t), here

    def weights(self, ties: str) -> Iterator[RiskSet]:
        """The risk set of each event: Efron's lose the tied events one by one."""
        for died, here in self.risk_sets():
            d = int(died.sum())
            for number in range(d):
                yield died / d, here - (number / d if ties == "efron" else 0.0) * died


def scores(x: np.ndarray, sets: Iterable[RiskSet], beta: np.ndarray) -> np.ndarray:
    """The score of each row: its covariates less their mean where it has the event and, by hazard,
    where it is at risk."""
    hazard, found = np.exp((x - x.mean(axis=0)) @ beta), np.zeros(x.shape)
    for share, weight in sets:
        own = weight * hazard / (weight @ hazard)
        found += (share - share.sum() * own)[:, None] * (x - own @ x)
    return found


def _model(data: Data, asked: Asked) -> tuple[Coefficients | None, int]:
    options, strata = asked.options, [adsl_code(name) for name in asked.options["strata"]]
    by_site = options["variance"] == "robust_by_site"
    covariates = map(adsl_code, options["covariates"])
    records = complete(data, asked, [*strata, *covariates] + ["SITEID"] * by_site)
    if records.empty:
        return None, 0
    groups = records[strata].astype(str).agg("|".join, axis=1) if strata else records["USUBJID"]
    stratum = groups.astype("category").cat.codes.to_numpy() if strata else np.zeros(len(records))
    cluster = records["SITEID" if by_site else "USUBJID"].to_numpy()
    event, x = (records["CNSR"] == 0).to_numpy(), design(data, asked, records)
    start = np.full(len(records), -np.inf)
    model = Model(start, records["AVAL"].to_numpy(), event, x.to_numpy(), stratum, cluster)
    key = ("hazards", asked.analysis, asked.parameter, asked.visit, asked.stratum)
    shared = {name: value for name, value in options.items() if name in OF_THE_FIT}
    fit = data.tried(
        (*key, str(shared)),
        lambda: fitted(model, options["ties"], robust=options["variance"] != "model"),
    )
    return named(fit, x.columns), len(records)


def fitted(model: Model, ties: str, *, robust: bool) -> Fit | None:
    """Coefficients and their covariance; None of too few clusters.

    statsmodels' maximisation starts at the statistics' estimates: from zero its steps can run away.
    Raises StatsError where these have none.
    """
    centre, spread = model.x.mean(axis=0), model.x.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = (model.x - centre) / spread
    start = None if np.isinf(model.start).all() else model.start
    own, strata = (model.time, model.event, model.x), model.stratum
    if ties == "discrete":
        coef = cox(*own, ties=ties, strata=strata, confidence=0.95).coef
        beta, bread = _discrete(model, scaled, coef * spread)
    else:
        coef = cox_start_stop(
            start, *own, ties=ties, strata=strata, variance="model", confidence=0.95
        ).coef
        beta, bread = _phreg(model, scaled, ties, coef * spread)
    if robust:
        _, cluster = np.unique(model.cluster, return_inverse=True)
        totals = np.zeros((cluster.max() + 1, len(beta)))
        np.add.at(totals, cluster, scores(scaled, model.weights(ties), beta))
        if len(totals) <= len(beta) + 1:
            return None
        bread = bread @ (totals.T @ totals) @ bread
    return beta / spread, bread / np.outer(spread, spread)


def _phreg(model: Model, x: np.ndarray, ties: str, start: np.ndarray) -> Fit:
    """The maximum of statsmodels' likelihood. Its intervals are closed where they begin."""
    entry = None if np.isinf(model.start).all() else np.nextafter(model.start, np.inf)
    event = model.event.astype(int)
    library = PHReg(model.time, x, event, entry=entry, ties=ties, strata=model.stratum)
    found = library.fit(start_params=start)
    return found.params, found.cov_params()


def _discrete(model: Model, x: np.ndarray, start: np.ndarray) -> Fit:
    """The maximum of the product of the events' weights over all sets of as many at risk."""
    sets = list(model.risk_sets())

    def likelihood(beta: np.ndarray) -> complex:
        weight, total = np.exp(x @ beta), 0.0
        for died, here in sets:
            # The coefficients of the product of (1 + w z), up to that of the events.
            product = np.zeros(died.sum() + 1, dtype=complex)
            product[0] = 1
            for w in weight[here]:
                product[1:] = product[1:] + w * product[:-1]
            total = total + x[died].sum(axis=0) @ beta - np.log(product[-1])
        return total

    return verify.near(lambda at: verify.slopes(likelihood, at), start)


def with_strata(data: Data, asked: Asked) -> tuple[pd.DataFrame, int]:
    """The records whose strata are known, with these, and how many they are."""
    names = [adsl_code(name) for name in asked.options["strata"]]
    rows = data.records(asked).drop(columns=names, errors="ignore")
    rows = rows.merge(data.adsl[["USUBJID", *names]].dropna(), on="USUBJID")
    return rows.assign(stratum=rows[names].astype(str).agg("\x1f".join, axis=1)), len(rows)


def _by(asked: Asked) -> str:
    if asked.options["ties"] == "discrete":
        return EQUATIONS
    return PHREG if asked.options["variance"] == "model" else SUMS


@peer(_by, _model, ITERATIVE)
def hazards(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """The coefficients of statsmodels' `PHReg`, or their ratios, with Wald's bounds and test."""
    return wald(data, asked, fit)


TAILS: dict[str, Callable[[float], float]] = {
    "two_sided": lambda z: 2 * float(norm.sf(abs(z))),
    "less": lambda z: float(norm.cdf(z)),
    "greater": lambda z: float(norm.sf(z)),
}


@peer(_by, _model, ITERATIVE)
def margin(data: Data, asked: Asked, fit: Coefficients) -> Answer:
    """Distance of the log hazard ratio from that of the margin in standard errors."""
    row = row_of(asked, fit.names)
    variance = float(row @ fit.covariance @ row)
    if not variance > 0:
        return nan
    z = (float(row @ fit.beta) - log(asked.options["margin"])) / sqrt(variance)
    return {"z": z, "p_value": TAILS[asked.options["sides"]](z)}


@peer(PHREG, with_strata, ITERATIVE)
def interaction(data: Data, asked: Asked, rows: pd.DataFrame) -> Answer:
    """The products of arms and strata in statsmodels' `PHReg`, tested together by Wald's form.

    None where a cell has no event, since the hazard ratios then have no estimate.
    """
    happened = pd.crosstab(rows["TRTP"], rows["stratum"], rows["CNSR"] == 0, aggfunc="sum")
    if min(happened.shape) < 2 or not (happened.fillna(0) > 0).to_numpy().all():
        return nan
    if (columns := by_stratum(rows["TRTP"], rows["stratum"])) is None:
        return nan
    event, always = (rows["CNSR"] == 0).to_numpy(), np.zeros(len(rows))
    start, x, k = np.full(len(rows), -np.inf), np.column_stack(columns), columns[1].shape[1]
    model = Model(start, rows["AVAL"].to_numpy(), event, x, always, always)
    key = ("interaction", *data.cut(asked), asked.pair, str(asked.options))
    fit = data.tried(key, lambda: fitted(model, asked.options["ties"], robust=False))
    if fit is None:
        return nan
    beta, spread = fit[0][-k:], fit[1][-k:, -k:]
    return of_chi_squared(float(beta @ np.linalg.solve(spread, beta)), float(k))


CHECKS = by_name(
    {
        "p_value,chi_squared,df.cox_interaction": interaction,
        **with_coefficients("hazard_ratio.cox_adjusted", hazards),
        "p_value.cox_adjusted_wald": hazards,
        "p_value,z.hazard_ratio_margin": margin,
    }
)
