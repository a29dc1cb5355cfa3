"""Visits compared two at a time, after or beside an analysis of variance."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan import gives
from trialtrace.trial.plan.card import Card
from trialtrace.trial.plan.methods import OVER_TIME
from trialtrace.trial.words import Sides


@shape
class VisitPairs:
    """Differences of two visits."""

    pairs: Literal["every", "since_first"] = key(
        "Every two visits, or each later one with the first."
    )
    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


CARDS = (
    Card(
        "p_value.visit_pairs",
        "paired t test of two visits within an arm",
        "Maxwell and Delaney 2004, chapter 11: each contrast with its own error term",
        means="Differences of two visits within each arm, each with its own error.",
        options=VisitPairs,
        gives=gives.contrast("visit_difference", "arm", ";contrast"),
        kinds=OVER_TIME,
        visits="whole",
        formula="repeated.contrasts:repeated_contrast",
    ),
    Card(
        "p_value.visit_pairs_compared",
        "t test of the difference of two visits between treatments",
        "Maxwell and Delaney 2004, chapter 12; Welch 1947, Biometrika 34:28",
        means=(
            "Differences of two visits compared between treatments: by Welch's test between arms, "
            "paired where every subject has both treatments."
        ),
        options=VisitPairs,
        gives=gives.contrast("visit_difference", "pair", ";contrast"),
        kinds=OVER_TIME,
        visits="whole",
        formula="repeated.contrasts:repeated_contrast",
    ),
)
