"""Means against margins: equivalence and non-inferiority."""

from __future__ import annotations

from functools import partial

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.endpoints.shared import Higher
from trialtrace.run.trial.plan.card import Card, Named, R
from trialtrace.run.trial.plan.gives import equivalence, non_inferiority
from trialtrace.run.trial.plan.methods import SCORES
from trialtrace.run.trial.plan.options import OwnMargins

SCHUIRMANN = "Schuirmann 1987, J Pharmacokinet Biopharm 15:657"
NON_INFERIORITY = "Piaggio et al. 2012, JAMA 308:2594"


@shape
class Equivalence(OwnMargins):
    """Two one-sided tests within margins."""

    lower: float = key("Lower margin: differences from here on do not matter.")
    upper: float = key("Upper margin: differences up to here do not matter.")
    alpha: float = key(
        "Level of each of the two one-sided tests; the interval has confidence 1 - 2 alpha.",
        exclusiveMinimum=0,
        exclusiveMaximum=0.5,
    )


@shape
class NonInferiority(OwnMargins):
    """One-sided test at a margin."""

    margin: float = key(
        "How much worse does not matter, as a difference: below 0 where higher is better, above "
        "0 where it is worse."
    )
    higher: Higher = key("Whether a higher value is better or worse.")
    alpha: float = key(
        "Level of the one-sided test; the interval has confidence 1 - 2 alpha.",
        exclusiveMinimum=0,
        exclusiveMaximum=0.5,
    )


_ARMS, _SIDES = "x, y", "change"


def _by_two_tests(of: str, estimate: str, more: str = "") -> R:
    """The two one-sided t tests, and the interval that goes with them."""
    return R(
        {
            "mean_difference": f"c({estimate}, ends)",
            "p_above_lower": "above",
            "p_below_upper": "below",
            "p_value": "max(above, below)",
            "verdict": "(ends[1] > {lower} && ends[2] < {upper}) - "
            "(ends[1] >= {upper} || ends[2] <= {lower})",
        },
        f"ends <- t.test({of}{more}, conf.level = 1 - 2 * {{alpha}})$conf.int\n"
        f'above <- t.test({of}{more}, mu = {{lower}}, alternative = "greater")$p.value\n'
        f'below <- t.test({of}{more}, mu = {{upper}}, alternative = "less")$p.value\n',
    )


def _by_one_test(of: str, estimate: str, more: str = "") -> R:
    """The t test at the margin, and the interval that goes with it."""
    return R(
        {
            "mean_difference": f"c({estimate}, ends)",
            "p_value": "p",
            "verdict": "if ({higher=better}) (ends[1] > {margin}) - (ends[2] <= {margin}) else "
            "(ends[2] < {margin}) - (ends[1] >= {margin})",
        },
        f"ends <- t.test({of}{more}, conf.level = 1 - 2 * {{alpha}})$conf.int\n"
        f"p <- t.test({of}{more}, mu = {{margin}},\n"
        '            alternative = if ({higher=better}) "greater" else "less")$p.value\n',
    )


_equivalence = partial(
    Card,
    options=Equivalence,
    gives=equivalence("mean_difference"),
    kinds=SCORES,
    compares="between",
)

_non_inferiority = partial(
    Card,
    options=NonInferiority,
    gives=non_inferiority("mean_difference"),
    kinds=SCORES,
    compares="between",
)

CARDS = (
    _equivalence(
        "equivalence.welch",
        also={"equivalence_welch": Named("two one-sided Welch tests", SCHUIRMANN)},
        formula=("continuous.means:mean_difference_welch", "continuous.means:welch_t"),
        r=_by_two_tests(_ARMS, "mean(x) - mean(y)"),
    ),
    _equivalence(
        "equivalence.student",
        also={"equivalence_student": Named("two one-sided Student t tests", SCHUIRMANN)},
        formula=("continuous.means:mean_difference_student", "continuous.means:student_t"),
        r=_by_two_tests(_ARMS, "mean(x) - mean(y)", ", var.equal = TRUE"),
    ),
    _equivalence(
        "equivalence.paired_t",
        "paired t test and interval",
        "Student 1908, Biometrika 6:1",
        compares="within",
        also={"equivalence_paired_t": Named("two one-sided paired t tests", SCHUIRMANN)},
        formula=("continuous.means:mean_interval", "continuous.means:paired_t"),
        r=_by_two_tests(_SIDES, "mean(change)"),
    ),
    _non_inferiority(
        "non_inferiority.welch",
        also={"non_inferiority_welch": Named("Welch's test at a margin", NON_INFERIORITY)},
        formula=("continuous.means:mean_difference_welch", "continuous.means:welch_t"),
        r=_by_one_test(_ARMS, "mean(x) - mean(y)"),
    ),
    _non_inferiority(
        "non_inferiority.student",
        also={"non_inferiority_student": Named("Student's t test at a margin", NON_INFERIORITY)},
        formula=("continuous.means:mean_difference_student", "continuous.means:student_t"),
        r=_by_one_test(_ARMS, "mean(x) - mean(y)", ", var.equal = TRUE"),
    ),
    _non_inferiority(
        "non_inferiority.paired_t",
        compares="within",
        also={"non_inferiority_paired_t": Named("paired t test at a margin", NON_INFERIORITY)},
        formula=("continuous.means:mean_interval", "continuous.means:paired_t"),
        r=_by_one_test(_SIDES, "mean(change)"),
    ),
)
