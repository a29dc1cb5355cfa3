"""Visits compared two at a time, after or beside an analysis of variance."""

from __future__ import annotations

from functools import partial
from typing import Literal

from trialtrace.base.config.names import Sides
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.plan import gives
from trialtrace.run.trial.plan.card import Card, R
from trialtrace.run.trial.plan.methods import OVER_TIME


@shape
class VisitPairs:
    """Differences of two visits."""

    pairs: Literal["every", "since_first"] = key(
        "Every two visits, or each later one with the first."
    )
    sides: Sides = key("Sidedness of the test; the interval is two-sided.")


def _r(score: str, samples: str, own: R | None = None) -> R:
    """The t test of samples of what each subject has as its `score`."""
    call = f"t.test({samples}, conf.level = {{confidence}}"
    return R(
        {
            "visit_difference": "c(sum(both$estimate * c(1, -1)[seq_along(both$estimate)]), "
            "both$conf.int)",
            "p_value": "test$p.value",
            "t": "test$statistic",
            "df": "test$parameter",
        },
        'ends <- strsplit({contrast}, " less ")[[1]]\n'
        f"{score}test <- {call}, alternative = {{sides}})\nboth <- {call})\n",
        own=own,
    )


_pairs = partial(
    Card,
    options=VisitPairs,
    kinds=OVER_TIME,
    visits="whole",
    formula="repeated.contrasts:repeated_contrast",
)

CARDS = (
    _pairs(
        "p_value.visit_pairs",
        "paired t test of two visits within an arm",
        "Maxwell and Delaney 2004, chapter 11: each contrast with its own error term",
        means="Differences of two visits within each arm, each with its own error.",
        gives=gives.contrast("visit_difference", "arm", ";contrast"),
        r=_r("score <- wide[, ends[1]] - wide[, ends[2]]\n", "score"),
    ),
    _pairs(
        "p_value.visit_pairs_compared",
        "t test of the difference of two visits between treatments",
        "Maxwell and Delaney 2004, chapter 12; Welch 1947, Biometrika 34:28",
        means=(
            "Differences of two visits compared between treatments: by Welch's test between arms, "
            "paired where every subject has both treatments."
        ),
        gives=gives.contrast("visit_difference", "pair", ";contrast"),
        r=_r(
            "score <- wide[, ends[1]] - wide[, ends[2]]\n",
            "score[group == {treated}], score[group == {reference}]",
            own=_r(
                "course <- across[, {treated}, ] - across[, {reference}, ]\n"
                "score <- course[, ends[1]] - course[, ends[2]]\n",
                "score",
            ),
        ),
    ),
)
