"""Correlation."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.plan import gives
from trialtrace.trial.plan.card import Card, Named
from trialtrace.trial.words import AnalysedValue, Name, VisitLabel


@shape
class Pearson:
    """Correlation with another endpoint."""

    with_: Name = key("The other endpoint.")
    with_visit: VisitLabel | None = optional("Visit of the other endpoint, where it has several.")
    with_value: AnalysedValue = key("What is taken of the other endpoint.")


CARDS = (
    Card(
        "correlation.pearson",
        "Pearson's correlation, Fisher's interval",
        "Fisher 1921, Metron 1:3",
        options=Pearson,
        also={"pearson_correlation": Named("t test of no correlation", "")},
        gives=gives.correlation,
    ),
    Card(
        "correlation.spearman",
        "Spearman's correlation, Bonett and Wright's interval",
        "Spearman 1904, Am J Psychol 15:72; Bonett and Wright 2000, Psychometrika 65:23",
        options=Pearson,
        also={"spearman_correlation": Named("t test of no correlation of ranks", "")},
        gives=gives.correlation,
    ),
)
