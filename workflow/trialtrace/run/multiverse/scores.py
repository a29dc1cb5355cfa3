"""The score that belongs to an estimate: one number a subject, the arms not looked at.

Under the sharp null hypothesis a score is what it is in every re-randomisation, so that a test of
its sum over an arm is exact whatever model gave it. The estimate itself is computed once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.arrays import Floats, Places
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.subject_tables import TWICE
from trialtrace.run.methods.regression.analyse_covariates import columns_of
from trialtrace.run.methods.stratified.analyse import keys_of
from trialtrace.run.methods.survival.analyse import times
from trialtrace.run.methods.survival.analyse_competing import EVENT, causes
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.registry import cards
from trialtrace.stats.regression.logistic import logistic
from trialtrace.stats.regression.poisson import modified_poisson
from trialtrace.stats.resampling.scores import (
    log_rank_scores,
    mean_scores,
    rank_scores,
    residual_scores,
    stratum_scores,
)
from trialtrace.stats.resampling.time_scores import incidence_scores, restricted_mean_scores
from trialtrace.stats.results import StatsError

Score = Callable[["Sampled"], Floats]
NO_SCORE = "the estimate has no score here that is a sum over an arm"


@dataclass(frozen=True)
class Sampled:
    """The rows of a comparison as they were analysed, with the options of the estimate."""

    cut: Cut
    rows: Selection
    options: Content

    @property
    def covariates(self) -> Sequence[str]:
        return tuple(self.options.get("covariates", ()))

    @property
    def strata(self) -> Sequence[str]:
        return tuple(self.options.get("strata", ()))

    @property
    def values(self) -> Floats:
        """What is analysed of each row."""
        return self.cut.values(self.rows).astype(float)


def _means(sample: Sampled) -> Floats:
    return mean_scores(sample.values, included=None)


def _ranks(sample: Sampled) -> Floats:
    return rank_scores(sample.values, stratum=None, weights="equal", included=None)


def _strata(sample: Sampled) -> Floats:
    if not sample.strata:
        return _means(sample)
    cells = keys_of(sample.rows, sample.strata)
    return stratum_scores(sample.values, cells, included=None)


def _log_rank(sample: Sampled) -> Floats:
    """Within strata; of a model with covariates there is none."""
    if sample.covariates:
        raise StatsError(NO_SCORE)
    event = (sample.rows.column("CNSR") == 0).astype(float)
    stratum = keys_of(sample.rows, sample.strata) if sample.strata else None
    return log_rank_scores(sample.values, event, stratum=stratum, included=None)


def _survival(sample: Sampled) -> Floats:
    """Of being without the event at the time of the estimate, others competing not."""
    time, event = times(sample.rows)
    return -incidence_scores(time, event, of=EVENT, at=sample.options["time"])


def _incidence(sample: Sampled) -> Floats:
    at = sample.options["time"]
    return incidence_scores(*causes(sample.rows), of=EVENT, at=at)


def _mean_time(sample: Sampled) -> Floats:
    """Of the time without the event, or with the other sign of that lost to it."""
    sign = -1.0 if sample.options.get("of") == "time_lost" else 1.0
    scores = restricted_mean_scores(*times(sample.rows), tau=sample.options["horizon"])
    return sign * scores


def _columns(sample: Sampled) -> Floats:
    """Covariates and strata as columns; without any, none."""
    columns = columns_of(sample.rows, [*sample.covariates, *sample.strata])
    return np.empty((sample.rows.n, 0)) if columns is None else columns


def _least_squares(sample: Sampled) -> Floats:
    return residual_scores(sample.values, _columns(sample), included=None)


def _with_intercept(sample: Sampled) -> Floats:
    return np.column_stack([np.ones(sample.rows.n), _columns(sample)])


def _logistic(sample: Sampled) -> Floats:
    """Events less the risks of a model without the arm."""
    x = _with_intercept(sample)
    scores: Floats = sample.values - expit(x @ logistic(sample.values, x, confidence=0.95).coef)
    return scores


def _poisson(sample: Sampled) -> Floats:
    """Events less the means of a log-linear model without the arm."""
    x = _with_intercept(sample)
    return sample.values - np.exp(x @ modified_poisson(sample.values, x, confidence=0.95).coef)


_BINARY = ("risk_difference", "risk_ratio", "odds_ratio")
# The name of each score, and what it is of.
SCORES: dict[str, tuple[str, Score]] = {
    "means": ("sum of values", _means),
    "ranks": ("sum of ranks", _ranks),
    "strata": ("sum of values less the mean of their stratum", _strata),
    "log_rank": ("observed less expected events", _log_rank),
    "survival": ("sum of what each adds to survival at the time", _survival),
    "incidence": ("sum of what each adds to incidence at the time", _incidence),
    "mean_time": ("sum of what each adds to the mean time", _mean_time),
    "least_squares": ("sum of residuals of the values on the covariates", _least_squares),
    "logistic": ("sum of events less the risks by the covariates", _logistic),
    "poisson": ("sum of events less the means by the covariates", _poisson),
}
# The score of an estimate, "statistic.method"; another estimate is shown and not tested.
SCORE_OF = {
    **{card.step: card.score for card in cards() if card.score},
    **dict.fromkeys(("mean_difference.welch", "mean_difference.student"), "means"),
    **dict.fromkeys(
        ("median_difference.hodges_lehmann", "probability_of_superiority.brunner_munzel"), "ranks"
    ),
    **dict.fromkeys(
        (
            *(f"{name}.mantel_haenszel" for name in _BINARY),
            "risk_difference.stratified_miettinen_nurminen",
            "risk_difference.stratified_newcombe",
            "odds_ratio.conditional",
        ),
        "strata",
    ),
    **dict.fromkeys(("hazard_ratio.cox", "hazard_ratio.cox_adjusted"), "log_rank"),
    **dict.fromkeys(
        ("survival_difference.kaplan_meier", "survival_ratio.kaplan_meier"), "survival"
    ),
    "incidence_difference.aalen_johansen": "incidence",
    **dict.fromkeys(("mean_time_difference.restricted", "mean_time_ratio.restricted"), "mean_time"),
    "mean_difference.ancova": "least_squares",
    **dict.fromkeys(
        (*(f"{name}.standardised" for name in _BINARY[:2]), "odds_ratio.logistic"), "logistic"
    ),
    "odds_ratio.firth": "logistic",
    "risk_ratio.modified_poisson": "poisson",
}


def score_of(step: str, sample: Sampled, place: Places, subjects: int) -> Floats:
    """Scores of all subjects of a comparison, (subjects,), 0 of those who are not analysed.

    `place` has the position of each row's subject. Raises StatsError for an estimate without a
    score, and for subjects with several rows.
    """
    if step not in SCORE_OF:
        raise StatsError(NO_SCORE)
    if len(np.unique(place)) < len(place):
        raise StatsError(TWICE)
    scores = np.zeros(subjects)
    scores[place] = SCORES[SCORE_OF[step]][1](sample)
    return scores
