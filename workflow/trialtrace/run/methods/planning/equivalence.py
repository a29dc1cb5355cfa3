"""Two means that are to lie within margins of each other: power, sizes, widths."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import Setting, Sizes
from trialtrace.stats.design.means import (
    power_equivalence_means,
    precision_two_means,
    sample_size_equivalence_means,
)

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import EquivalenceOfMeans


def equivalence_means(entry: "EquivalenceOfMeans", confidence: float) -> Iterator[Setting]:
    """The interval that decides has twice the level outside; the width is of the plan's own."""
    method = "equivalence_of_means"
    for difference in entry.differences:
        yield Setting(
            "power", method, {"difference": difference}, partial(_power, entry, difference)
        )
        for wanted in entry.power:
            yield Setting(
                "patients_needed",
                method,
                {"difference": difference, "power": wanted},
                partial(_patients, entry, difference, wanted),
            )
    yield Setting(
        "width_difference",
        "student_expected",
        {"sd": entry.sd},
        partial(_width, entry.sd, confidence),
        confidence,
    )


def _power(entry: "EquivalenceOfMeans", difference: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    found = power_equivalence_means(
        difference, entry.sd, n1, n0, lower=entry.lower, upper=entry.upper, alpha=entry.alpha
    )
    return float(found)


def _patients(entry: "EquivalenceOfMeans", difference: float, wanted: float, _: Sizes) -> float:
    each = sample_size_equivalence_means(
        difference,
        entry.sd,
        lower=entry.lower,
        upper=entry.upper,
        power=wanted,
        alpha=entry.alpha,
    )
    return 2 * float(each)


def _width(sd: float, confidence: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    return float(precision_two_means(sd, n1, n0, confidence=confidence))
