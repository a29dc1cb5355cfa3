"""What cards say of their results, in the notation of `trialtrace.trial.plan.results`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialtrace.trial.plan.cards.association import Pearson
    from trialtrace.trial.plan.cards.continuous import Summary
    from trialtrace.trial.plan.cards.margins import Fisher
    from trialtrace.trial.plan.cards.within import RepeatedMeasuresAnova

GROUP, ARM, PAIR, EVERYONE, COMPARED = "group", "arm", "pair", "all", "compared"

_ANALYSIS_OF_VARIANCE = (
    "p_value",
    "f",
    "df1",
    "df2",
    "p_uncorrected",
    "partial_eta_squared",
    "generalised_eta_squared",
)
_SPHERICITY = ("epsilon_gg", "epsilon_hf", "p_gg", "p_hf", "mauchly_w", "mauchly_p")
_WITHIN = ("p_lower", "epsilon_lower", "df1_corrected", "df2_corrected")
_DESIGNS = {
    "cells": ("cell",),
    "treatment_by_visit": ("treatment", "visit", "treatment_visit"),
    "visits": ("visit",),
}


def _effects(effects: Mapping[str, Iterable[str]]) -> str:
    return " ".join(
        f"{stat}.{{}}@{EVERYONE};effect={effect}?"
        for effect, stats in effects.items()
        for stat in stats
    )


def f_test(of: str, second: str = "") -> str:
    """An F test; its statistic and degrees of freedom lack where it has no answer."""
    return " ".join(
        f"{stat}.{{}}@{of}{second}{'' if stat == 'p_value' else '?'}"
        for stat in ("p_value", "f", "df1", "df2")
    )


def rank_effects() -> str:
    """Effects of arm, visit and both by ranks, and each arm's relative effect."""
    effects = (f_test(EVERYONE, f";effect={effect}") for effect in ("arm", "visit", "arm_visit"))
    return " ".join((*effects, "relative_effect.{}@arm?"))


def mixed_effects() -> str:
    """Effects of arm, visit and both; those over visits with what sphericity needs."""
    over_visits = (*_ANALYSIS_OF_VARIANCE, *_SPHERICITY)
    return _effects({"arm": _ANALYSIS_OF_VARIANCE, "visit": over_visits, "arm_visit": over_visits})


def within_effects(options: "RepeatedMeasuresAnova", own: bool) -> str:
    """The effects of the design that the step names."""
    stats = (*_ANALYSIS_OF_VARIANCE, *_SPHERICITY, *_WITHIN)
    return _effects(dict.fromkeys(_DESIGNS[options.design], stats))


def summary(options: "Summary", own: bool) -> str:
    """The statistics that the step lists, and their number of values."""
    names = {
        "mean": ("mean.t_interval",),
        "quartiles": ("q1.descriptive", "q3.descriptive"),
    }
    listed = (
        each for name in options.statistics for each in names.get(name, (f"{name}.descriptive",))
    )
    return " ".join(("count.descriptive@group", *(f"{each}@group?" for each in listed)))


def correlation(options: "Pearson", own: bool) -> str:
    """A correlation and its test: of the differences where each subject has every treatment."""
    of = PAIR if own else GROUP
    test = " ".join(
        f"{stat}.{{}}_correlation@{of};with{mark}"
        for stat, mark in (("p_value", ""), ("t", "?"), ("df", "?"))
    )
    return f"correlation.{{}}@{of};with {test}"


def fragility(options: "Fisher", own: bool) -> str:
    """The index by the rule that the step names."""
    return f"fragility_index.{{}}_{options.rule}@pair"
