"""Designs of two means, also within margins of each other, of several, of pairs, and of two arms
compared by ranks: power, sizes, what is detected, widths."""

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import (
    SAME,
    Setting,
    Sizes,
    over_effects,
    over_powers,
)
from trialtrace.stats.design.clusters import design_effect
from trialtrace.stats.design.detectable import (
    detectable_paired_means,
    detectable_superiority,
    detectable_two_means,
)
from trialtrace.stats.design.means import (
    power_paired_means,
    power_two_means,
    precision_paired_means,
    precision_two_means,
    sample_size_paired_means,
    sample_size_two_means,
    variance_factor,
)
from trialtrace.stats.design.ranks import (
    power_mann_whitney,
    precision_mann_whitney,
    sample_size_mann_whitney,
)
from trialtrace.stats.design.several import power_several_means, sample_size_several_means

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import (
        MannWhitney,
        PairedMeans,
        SeveralMeans,
        TwoMeans,
        Visits,
    )

# Probability of superiority of two arms that do not differ.
EVEN = 0.5


def two_means(entry: "TwoMeans", confidence: float) -> Iterator[Setting]:
    method = "two_means" if entry.margin is None else "margin_of_means"
    method = "repeated_means" if entry.visits is not None else method
    method = "means_of_clusters" if entry.clusters is not None else method
    apart = [difference for difference in entry.differences if considered(entry, difference)]
    yield from over_effects(entry, method, "difference", apart, _power, _patients)
    if entry.margin is None:
        yield from over_powers(entry, method, "detectable_difference", _detected)

    def width(sizes: Sizes) -> float:
        return _width(scale(entry), confidence, _units(entry, sizes))

    yield Setting("width_difference", "student_expected", {"sd": entry.sd}, width, confidence)


def considered(entry: "TwoMeans", difference: float) -> bool:
    """Whether there is a difference; with a margin, whether it is no worse than that."""
    if entry.margin is None:
        return abs(difference) > SAME
    worse = difference if entry.better == "lower" else -difference
    return worse < entry.margin - SAME


def null_of(entry: "TwoMeans") -> float:
    """The difference under the null hypothesis."""
    if entry.margin is None:
        return 0.0
    return entry.margin if entry.better == "lower" else -entry.margin


def scale(entry: "TwoMeans") -> float:
    """Standard deviation of what is compared: a patient, a mean of visits, a mean of a cluster."""
    if (its := entry.clusters) is not None:
        effect = float(design_effect(its.size, its.icc, variation=its.variation))
        return entry.sd * sqrt(effect / its.size)
    return over_visits(entry.sd, entry.visits)


def over_visits(sd: float, seen: "Visits | None") -> float:
    """Standard deviation of the outcome of a patient, or a pair, who is seen so often."""
    if seen is None:
        return sd
    factor = variance_factor(
        seen.correlation,
        baselines=seen.baselines,
        follow_ups=seen.follow_ups,
        analysis=seen.analysis,
    )
    return sd * sqrt(float(factor))


def _units(entry: "TwoMeans", sizes: Sizes) -> tuple[int, int]:
    """Patients, or whole clusters."""
    n1, n0 = sizes
    each = 1 if entry.clusters is None else entry.clusters.size
    return n1 // each, n0 // each


def _power(entry: "TwoMeans", difference: float, sizes: Sizes) -> float:
    null, sd = null_of(entry), scale(entry)
    n1, n0 = _units(entry, sizes)
    found = power_two_means(difference, sd, n1, n0, null=null, alpha=entry.alpha, sides=entry.sides)
    return float(found)


def _patients(entry: "TwoMeans", difference: float, wanted: float, _: Sizes) -> float:
    n1, n0 = sample_size_two_means(
        difference,
        scale(entry),
        null=null_of(entry),
        power=wanted,
        ratio=1,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    return float(n1 + n0) * (1 if entry.clusters is None else entry.clusters.size)


def _detected(entry: "TwoMeans", wanted: float, sizes: Sizes) -> float:
    n1, n0 = _units(entry, sizes)
    sd = scale(entry)
    return detectable_two_means(sd, n1, n0, power=wanted, alpha=entry.alpha, sides=entry.sides)


def several_means(entry: "SeveralMeans", _: float) -> Iterator[Setting]:
    method = "several_means"
    return over_effects(entry, method, "means", entry.means, _power_of_all, _patients_of_all)


def _power_of_all(entry: "SeveralMeans", means: tuple[float, ...], sizes: Sizes) -> float:
    return float(power_several_means(means, entry.sd, sizes, alpha=entry.alpha))


def _patients_of_all(
    entry: "SeveralMeans", means: tuple[float, ...], wanted: float, _: Sizes
) -> float:
    each = sample_size_several_means(means, entry.sd, power=wanted, alpha=entry.alpha)
    return len(means) * float(each)


def paired_means(entry: "PairedMeans", confidence: float) -> Iterator[Setting]:
    method = "paired_means" if entry.visits is None else "repeated_pairs"
    yield from over_effects(entry, method, "difference", entry.differences, _power_of_pairs, _pairs)
    yield from over_powers(entry, method, "detectable_difference", _detected_in_pairs)

    def width(sizes: Sizes) -> float:
        sd = over_visits(entry.sd, entry.visits)
        return float(precision_paired_means(sd, sum(sizes), confidence=confidence))

    yield Setting("width_difference", "student_expected", {"sd": entry.sd}, width, confidence)


def _power_of_pairs(entry: "PairedMeans", difference: float, sizes: Sizes) -> float:
    n, sd = sum(sizes), over_visits(entry.sd, entry.visits)
    found = power_paired_means(difference, sd, n, null=0, alpha=entry.alpha, sides=entry.sides)
    return float(found)


def _pairs(entry: "PairedMeans", difference: float, wanted: float, _: Sizes) -> float:
    sd = over_visits(entry.sd, entry.visits)
    found = sample_size_paired_means(
        difference, sd, null=0, power=wanted, alpha=entry.alpha, sides=entry.sides
    )
    return float(found)


def _detected_in_pairs(entry: "PairedMeans", wanted: float, sizes: Sizes) -> float:
    n, sd = sum(sizes), over_visits(entry.sd, entry.visits)
    return detectable_paired_means(sd, n, power=wanted, alpha=entry.alpha, sides=entry.sides)


def _width(sd: float, confidence: float, sizes: Sizes) -> float:
    return float(precision_two_means(sd, *sizes, confidence=confidence))


def mann_whitney(entry: "MannWhitney", confidence: float) -> Iterator[Setting]:
    method = "noether_formula"
    apart = [superiority for superiority in entry.superiorities if abs(superiority - EVEN) > SAME]
    yield from over_effects(
        entry, method, "superiority", apart, _power_of_ranks, _patients_of_ranks
    )
    yield from over_powers(entry, method, "detectable_superiority", _detected_of_ranks)
    assumed = {"superiority": EVEN}

    def width(sizes: Sizes) -> float:
        return float(precision_mann_whitney(*sizes, confidence=confidence))

    yield Setting("width_superiority", "superiority_expected", assumed, width, confidence)


def _power_of_ranks(entry: "MannWhitney", superiority: float, sizes: Sizes) -> float:
    return float(power_mann_whitney(superiority, *sizes, alpha=entry.alpha, sides=entry.sides))


def _patients_of_ranks(entry: "MannWhitney", superiority: float, wanted: float, _: Sizes) -> float:
    n1, n0 = sample_size_mann_whitney(
        superiority, power=wanted, ratio=1, alpha=entry.alpha, sides=entry.sides
    )
    return float(n1 + n0)


def _detected_of_ranks(entry: "MannWhitney", wanted: float, sizes: Sizes) -> float:
    return detectable_superiority(*sizes, power=wanted, alpha=entry.alpha, sides=entry.sides)
