"""What counts give as a measure is printed, and as which other measure it would be."""

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.shared.two_groups import (
    RATIOS,
    WORDS,
    Table,
    conditional_odds_ratio,
    estimate,
)
from trialtrace.audit.relations.ranges import prints
from trialtrace.audit.relations.wording import (
    signed,
)
from trialtrace.stats.categorical.contingency import odds_ratio_peto


def shown_of(main: Component, measure: str, value: float | None) -> str:
    """What the counts give, a digit finer than it is printed."""
    if value is None:
        return "none"
    points = measure == "risk_difference" and main.name == "percent"
    return signed(value, max(main.places, 0) + 1) + (" percentage points" if points else "")


def other_odds_ratio(main: Component, table: Table) -> str | None:
    """The estimate of an odds ratio, beside that of the cells, that prints as given."""
    if fits(main, conditional_odds_ratio(table), False):
        return "the conditional estimate, which goes with Fisher's exact test"
    if fits(main, odds_ratio_peto(*table, confidence=0.95).estimate, False):
        return "Peto's one-step odds ratio"
    return None


def misnamed_as(main: Component, measure: str, table: Table) -> str | None:
    """The other ratio of the same table that prints as given."""
    if measure not in RATIOS:
        return None
    others = (other for other in RATIOS if other != measure)
    return next(
        (WORDS[other] for other in others if fits(main, estimate(other, table), False)), None
    )


def rounded_up(main: Component, value: float) -> bool:
    """Whether a whole number needed is the next one above its value, as is usual.

    Source: Cook & Sackett 1995; a patient is not treated in part.
    """
    return main.places <= 0 and 0 < value < float(main.value or 0) < value + 1


def harm(main: Component) -> str:
    """What the other sign of a number needed says."""
    if main.word == "higher":
        return (
            "Fewer events with the first group are a number needed to treat, not to harm, unless "
            "they are wanted (`wanted: true` of the outcome)."
        )
    return (
        "More events with the first group are a number needed to harm, unless they are wanted "
        "(`wanted: true` of the outcome)."
    )


def fits(main: Component, value: float | None, unsigned: bool) -> bool:
    return value is not None and (prints(main, value) or (unsigned and prints(main, -value)))
