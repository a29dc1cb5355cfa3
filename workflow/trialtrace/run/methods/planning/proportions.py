"""Designs of one proportion, of two, and of several: power, sizes, what is detected, widths."""

from collections.abc import Iterator
from functools import partial
from math import floor
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import SAME, Setting, Sizes, over_effects
from trialtrace.stats.design.clusters import design_effect, sample_size_clusters
from trialtrace.stats.design.detectable import detectable_two_proportions
from trialtrace.stats.design.proportions import (
    power_fisher,
    power_two_proportions,
    sample_size_two_proportions,
)
from trialtrace.stats.design.several import (
    power_several_proportions,
    sample_size_several_proportions,
)
from trialtrace.stats.design.widths import width_one_proportion, width_two_proportions

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import (
        Clusters,
        OneProportion,
        SeveralProportions,
        TwoProportions,
    )

Pair = tuple[float, float]


def two_proportions(entry: "TwoProportions", confidence: float) -> Iterator[Setting]:
    """Fisher's exact test has no size: its power falls here and there while patients are added."""
    fisher = entry.test == "fisher"
    method = "fisher_exact_power" if fisher else "chi_squared_formula"
    method = method if entry.margin is None else "margin_of_proportions"
    for p0 in entry.control:
        for p1 in entry.treated:
            if not considered(entry, p0, p1):
                continue
            risks = {"control": p0, "treated": p1}
            yield Setting("power", method, risks, partial(_power, entry, (p1, p0)))
            for wanted in () if fisher else entry.power:
                needed = partial(_patients, entry, (p1, p0), wanted)
                yield Setting("patients_needed", method, risks | {"power": wanted}, needed)
        for wanted in entry.power if entry.margin is None else ():
            detected = partial(_detected, entry, p0, wanted)
            assumed = {"control": p0, "power": wanted}
            yield Setting("detectable_proportion", method, assumed, detected)
        width, same = partial(_width, entry, p0, confidence), {"control": p0, "treated": p0}
        yield Setting("width_points", "newcombe_expected", same, width, confidence)


def considered(entry: "TwoProportions", p0: float, p1: float) -> bool:
    """Whether a pair of risks is better in the treated arm, or worse by less than the margin."""
    gain = p0 - p1 if entry.better == "lower" else p1 - p0
    return gain > SAME if entry.margin is None else gain > SAME - entry.margin


def null_of(entry: "TwoProportions") -> float:
    """The risk difference under the null hypothesis."""
    if entry.margin is None:
        return 0.0
    return entry.margin if entry.better == "lower" else -entry.margin


def variance_of(entry: "TwoProportions") -> str:
    return "pooled" if entry.margin is None else "unpooled"


def effective(sizes: Sizes, clusters: "Clusters | None") -> tuple[int, int]:
    """Patients by themselves that two arms are worth, in whole numbers; of clusters fewer."""
    n1, n0 = sizes
    if clusters is None:
        return n1, n0
    effect = float(design_effect(clusters.size, clusters.icc, variation=clusters.variation))
    return max(floor(n1 / effect + 1e-9), 1), max(floor(n0 / effect + 1e-9), 1)


def _power(entry: "TwoProportions", risks: Pair, sizes: Sizes) -> float:
    n1, n0 = effective(sizes, entry.clusters)
    if entry.test == "fisher":
        return power_fisher(*risks, n1, n0, alpha=entry.alpha, sides=entry.sides)
    found = power_two_proportions(
        *risks,
        n1,
        n0,
        null=null_of(entry),
        variance=variance_of(entry),
        alpha=entry.alpha,
        sides=entry.sides,
    )
    return float(found)


def _patients(entry: "TwoProportions", risks: Pair, wanted: float, _: Sizes) -> float:
    """Of both arms, which are of one size; of clusters whole ones."""
    n1, n0 = sample_size_two_proportions(
        *risks,
        null=null_of(entry),
        variance=variance_of(entry),
        power=wanted,
        ratio=1,
        alpha=entry.alpha,
        sides=entry.sides,
    )
    if (its := entry.clusters) is None:
        return float(n1 + n0)
    clusters = sample_size_clusters([n1, n0], its.size, its.icc, variation=its.variation)
    return float(clusters.sum() * its.size)


def _detected(entry: "TwoProportions", p0: float, wanted: float, sizes: Sizes) -> float:
    n1, n0 = effective(sizes, entry.clusters)
    return detectable_two_proportions(
        p0,
        n1,
        n0,
        better=entry.better,
        test=entry.test,
        power=wanted,
        alpha=entry.alpha,
        sides=entry.sides,
    )


def _width(entry: "TwoProportions", risk: float, confidence: float, sizes: Sizes) -> float:
    n1, n0 = effective(sizes, entry.clusters)
    return width_two_proportions(risk, risk, n1, n0, confidence=confidence)


def several_proportions(entry: "SeveralProportions", _: float) -> Iterator[Setting]:
    method = "several_proportions"
    return over_effects(entry, method, "risks", entry.risks, _power_of_all, _patients_of_all)


def _power_of_all(entry: "SeveralProportions", risks: tuple[float, ...], sizes: Sizes) -> float:
    return float(power_several_proportions(risks, sizes, alpha=entry.alpha))


def _patients_of_all(
    entry: "SeveralProportions", risks: tuple[float, ...], wanted: float, _: Sizes
) -> float:
    each = sample_size_several_proportions(risks, power=wanted, alpha=entry.alpha)
    return len(risks) * float(each)


def one_proportion(entry: "OneProportion", confidence: float) -> Iterator[Setting]:
    """Its interval alone."""
    for risk in entry.risks:
        width = partial(_width_of_one, risk, confidence)
        yield Setting("width_points", "wilson_expected", {"risk": risk}, width, confidence)


def _width_of_one(risk: float, confidence: float, sizes: Sizes) -> float:
    return width_one_proportion(risk, sum(sizes), confidence=confidence)
