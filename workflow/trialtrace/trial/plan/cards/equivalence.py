"""Equivalence of means within margins."""

from __future__ import annotations

from trialtrace.config.spec import key, shape
from trialtrace.trial.plan.card import Card, Named


@shape
class Welch:
    """Two one-sided tests within margins."""

    lower: float = key("Lower margin: differences from here on do not matter.")
    upper: float = key("Upper margin: differences up to here do not matter.")
    alpha: float = key(
        "Level of each of the two one-sided tests; the interval has confidence 1 - 2 alpha.",
        exclusiveMinimum=0,
        exclusiveMaximum=0.5,
    )


CARDS = (
    Card(
        "equivalence.welch",
        options=Welch,
        gives=(
            "mean_difference.equivalence_{}@pair p_value.equivalence_{}@pair? "
            "p_above_lower.equivalence_{}@pair? p_below_upper.equivalence_{}@pair? "
            "verdict.equivalence_{}@pair?"
        ),
        compares="between",
        also={
            "equivalence_welch": Named(
                "two one-sided Welch tests",
                "Schuirmann 1987, J Pharmacokinet Biopharm 15:657",
            )
        },
        formula=("continuous.means:mean_difference_welch", "continuous.means:welch_t"),
    ),
    Card(
        "equivalence.paired_t",
        "paired t test and interval",
        "Student 1908, Biometrika 6:1",
        options=Welch,
        gives=(
            "mean_difference.equivalence_{}@pair p_value.equivalence_{}@pair? "
            "p_above_lower.equivalence_{}@pair? p_below_upper.equivalence_{}@pair? "
            "verdict.equivalence_{}@pair?"
        ),
        compares="within",
        also={
            "equivalence_paired_t": Named(
                "two one-sided paired t tests",
                "Schuirmann 1987, J Pharmacokinet Biopharm 15:657",
            )
        },
        formula=("continuous.means:mean_interval", "continuous.means:paired_t"),
    ),
)
