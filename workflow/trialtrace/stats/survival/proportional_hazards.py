"""Test of proportional hazards in a Cox model: does a log hazard ratio change with time?

For each covariate x the model is widened by x g(t), and the score test of the new coefficient is
taken at the fitted model: g weights the Schoenfeld residuals (each event's covariates less their
mean in its risk set), and the variance is that of the full information. This is what `cox.zph` of
R's survival computes since version 3.0; the test of 1994 replaced the risk sets' variances by
their mean and gives other numbers.

A small p-value speaks against one hazard ratio for the whole follow-up; a large one in a small
trial says little.

References: Schoenfeld, Biometrika 1982;69:239. Grambsch and Therneau, Biometrika 1994;81:515.
Therneau and Grambsch, Modeling Survival Data, 2000, chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialtrace.base.arrays import Floats, Places
from trialtrace.stats._inputs import check_choice, chi2_tail
from trialtrace.stats._wald import column_names, numbered
from trialtrace.stats.results import Row, StatsError, Tabular, TestResult, rows_of_tests
from trialtrace.stats.survival.cox import _check_information, _maximise
from trialtrace.stats.survival.cox_start_stop import StartStop, start_stop_model

TRANSFORMS = ("km", "rank", "identity", "log")
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, repr=False)
class ProportionalHazards(Tabular):
    """One test for each term, by their `labels`, and one of all together.

    A term is a covariate, 1 df, or by names a factor or product with all its columns. `time` of
    shape (events,) and `residuals` of shape (events, columns): Schoenfeld residuals by stratum and
    time, in the covariates' units.
    """

    each: tuple[TestResult, ...]
    together: TestResult
    time: Floats
    residuals: Floats
    transform: str
    labels: tuple[str, ...]

    def rows(self) -> list[Row]:
        each = zip(self.labels, self.each, strict=True)
        return rows_of_tests([*each, ("together", self.together)])


def proportional_hazards_test(
    start: ArrayLike | None,
    stop: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    ties: str,
    transform: str,
    strata: ArrayLike | None = None,
    terms: bool | None = None,
) -> ProportionalHazards:
    """Score tests of a time-varying log hazard ratio, as `cox.zph(fit, transform)`.

    Arguments as in `cox_start_stop`; start None means observed from the outset. `transform` is
    g(t): "km" (R's default) is 1 - S(t-), Kaplan-Meier's of all rows, "rank" the mean rank of t
    among all rows' stops, "identity" t, "log" its logarithm. A factor by its name (`Conventions`)
    has one test of all its levels; `terms` False tests each column, as those of arrays always are.
    Oracle: cox.zph, resid(fit, "schoenfeld").

    Raises `StatsError` as `cox_start_stop` does; for "log" and an event at time 0; and where a
    covariate times g(t) adds nothing, as with all events at one time.

    R: `survival::cox.zph(fit, transform = "km")`.

    >>> stop, event, x = [4, 9, 7, 8, 3, 6], [1, 1, 1, 0, 1, 1], [[0], [1], [1], [0], [0], [1]]
    >>> found = proportional_hazards_test(None, stop, event, x, ties="efron", transform="identity")
    >>> found.together
    TestResult(statistic=2.58038, df=1, p_value=0.108196)
    """
    check_choice("transform", transform, TRANSFORMS)
    model, spread = start_stop_model(start, stop, event, x, strata, ties)
    _check_information(model.at(np.zeros(spread.size))[2])
    beta = _maximise(model)[0]
    g = _transformed(model, transform)[model.owner]
    weight, risk, mean = model.means(beta)
    products = weight[:, None, None] * (model.x[:, :, None] * model.x[:, None, :])
    second = model._risk_sums(products.reshape(weight.size, -1)).reshape(
        risk.size, *[beta.size] * 2
    )
    inner = second / risk[:, None, None] - mean[:, :, None] * mean[:, None, :]
    # A constant in g only moves the score by that of the fit, which is 0.
    g = g - g.mean()
    plain, once, twice = (np.einsum("e,eij->ij", g**power, inner) for power in (0, 1, 2))
    residuals, block = _schoenfeld(model, mean)
    # Tied events share their time, so their g is that of their block.
    score = (g[:, None] * residuals).sum(axis=0)
    adjusted = twice - once @ np.linalg.solve(plain, once)
    if not (np.diag(adjusted) > SINGULAR * np.diag(twice)).all():
        raise StatsError("the effect of a covariate over time cannot be told from its mean.")
    scale = np.sqrt(np.diag(adjusted))
    if not np.linalg.eigvalsh(adjusted / np.outer(scale, scale))[0] > SINGULAR:
        raise StatsError("the effects of covariates over time cannot be told from each other.")
    names = column_names(x) or numbered(beta.size)
    of = (None if terms is False else getattr(x, "terms", None)) or names
    places = {term: [j for j, each in enumerate(of) if each == term] for term in of}
    labels = [names[at[0]] if len(at) == 1 else term for term, at in places.items()]
    *each, together = (
        _score_test(score[at], adjusted[np.ix_(at, at)])
        for at in [*places.values(), [*range(beta.size)]]
    )
    return ProportionalHazards(
        tuple(each), together, model.time[block], residuals * spread, transform, tuple(labels)
    )


def _score_test(score: Floats, variance: Floats) -> TestResult:
    value = float(score @ np.linalg.solve(variance, score))
    return TestResult(value, float(score.size), chi2_tail(value, score.size))


def _schoenfeld(model: StartStop, mean: Floats) -> tuple[Floats, Places]:
    """Events' covariates less the mean in their risk set, that of tied events averaged."""
    deaths = np.maximum(model.per_block(np.ones(model.owner.size)), 1)
    average = model.per_block(mean) / deaths[:, None]
    died = model.event == 1
    return model.x[died] - average[model.block[died]], model.block[died]


def _transformed(model: StartStop, transform: str) -> Floats:
    """g at the time of every block."""
    time, stops = model.time, np.sort(model.time[model.block])
    if transform == "identity":
        return time
    if transform == "log":
        if (time[model.owner] <= 0).any():
            raise StatsError("an event at time 0 has no logarithm.")
        return np.log(np.maximum(time, np.finfo(float).tiny))
    below = np.searchsorted(stops, time, side="left")
    if transform == "rank":
        return (below + np.searchsorted(stops, time, side="right") + 1) / 2
    when, deaths = np.unique(time[model.owner], return_counts=True)
    at_risk = stops.size - np.searchsorted(stops, when, side="left")
    at_risk = at_risk - (stops.size - np.searchsorted(np.sort(model.entry), when, side="left"))
    survival = np.concatenate([[1.0], np.cumprod((at_risk - deaths) / at_risk)])
    return 1 - survival[np.searchsorted(when, time, side="left")]
