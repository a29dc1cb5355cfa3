"""Which statistics each step of a plan gives, and of what: the one list of their names.

What the check of claims accepts, what a planned result is called and what the documentation lists
all come from here. A test holds the results of runs to it.

A statistic is written `statistic.method@of`, `{}` standing for the method as results name it.
`of` is who it is about:

==========  =====================================================================================
`group`     each arm, and all of them where the plan says `overall`
`arm`       each arm
`pair`      each comparison
`all`       all arms at once
`compared`  all arms at once, or each comparison, as `groups` of the step says
==========  =====================================================================================

After it may stand `;key=value`, what tells several apart; a key alone takes its values from the
step or from the data. A `?` marks what stands only where it is defined: statistics and degrees of
freedom lack where a test has no answer, or is one of a distribution that has none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialtrace.trial.plan.methods import OVER_VISITS, result_method

GROUP, ARM, PAIR, EVERYONE, COMPARED = "group", "arm", "pair", "all", "compared"


@dataclass(frozen=True)
class Statistic:
    """A result of a step. `second` is what tells several apart, with its value where it is known.

    `visits`: "each", "later" than the first, or None where one result is over all visits; `sure` is
    false for what stands only where it is defined.
    """

    stat: str
    method: str
    of: str
    second: tuple[str, str | None] | None
    sure: bool
    visits: str | None

    @property
    def name(self) -> str:
        return f"{self.stat}.{self.method}"


def _chi_squared(of: str) -> str:
    return f"p_value.{{}}@{of} chi_squared.{{}}@{of}? df.{{}}@{of}?"


def _f(of: str, second: str = "") -> str:
    return " ".join(
        f"{stat}.{{}}@{of}{second}{'' if stat == 'p_value' else '?'}"
        for stat in ("p_value", "f", "df1", "df2")
    )


_PROPORTION = "count.events@group proportion.{}@group"
_P = "p_value.{}@pair"
_Z = "p_value.{}@pair z.{}@pair?"
_T = "p_value.{}@pair t.{}@pair? df.{}@pair?"
_SPHERICITY = ("epsilon_gg", "epsilon_hf", "p_gg", "p_hf", "mauchly_w", "mauchly_p")
_EFFECT = (
    "p_value",
    "f",
    "df1",
    "df2",
    "p_uncorrected",
    "partial_eta_squared",
    "generalised_eta_squared",
)
_WITHIN = ("p_lower", "epsilon_lower", "df1_corrected", "df2_corrected")
_EQUIVALENCE = " ".join(
    f"{stat}.equivalence_{{}}@pair{'' if stat == 'mean_difference' else '?'}"
    for stat in ("mean_difference", "p_value", "p_above_lower", "p_below_upper", "verdict")
)


def _effects(effects: Mapping[str, tuple[str, ...]]) -> str:
    return " ".join(
        f"{stat}.{{}}@all;effect={effect}?" for effect, stats in effects.items() for stat in stats
    )


_DESIGNS = {
    "cells": ("cell",),
    "treatment_by_visit": ("treatment", "visit", "treatment_visit"),
    "visits": ("visit",),
}
_KEYS = {
    "events.count": "count.subjects@group events.count@group",
    "survival.kaplan_meier": "survival.{}@group;time at_risk.count@group;time",
    "incidence.aalen_johansen": "incidence.{}@group;time",
    "incidence.turnbull": "incidence.{}@group;time",
    "incidence_difference.aalen_johansen": (
        "incidence_difference.{}@pair;time p_value.{}@pair;time z.{}@pair;time?"
    ),
    "mean_time_difference.restricted": (
        "mean_time_difference.{}@pair p_value.{}_difference@pair z.{}_difference@pair?"
    ),
    "mean_time_ratio.restricted": "mean_time_ratio.{}@pair p_value.{}_ratio@pair z.{}_ratio@pair?",
    "categories.count": "count.categories@group;category proportion.categories@group;category",
    "upper_bound.clopper_pearson": "count.events@group upper_bound.{}@group",
    "upper_bound.rule_of_three": "count.events@group upper_bound.{}@group",
    "proportion.missing_as_event": "proportion.{}@group",
    "proportion.missing_as_no_event": "proportion.{}@group",
    "proportion_bounds.best_worst": "proportion_lowest.{}@arm proportion_highest.{}@arm",
    "risk_difference_bounds.best_worst": (
        "risk_difference_lowest.{}@pair risk_difference_highest.{}@pair"
    ),
    "complier_difference_bounds.trimming": (
        "complier_difference_lowest.{}@pair complier_difference_highest.{}@pair"
    ),
    "tipping.fisher": "tipped.tipping_{}@pair p_lowest.tipping_{}@pair? p_highest.tipping_{}@pair?",
    "tipping.chi_squared": (
        "tipped.tipping_{}@pair p_lowest.tipping_{}@pair? p_highest.tipping_{}@pair?"
    ),
    "equivalence.welch": _EQUIVALENCE,
    "equivalence.paired_t": _EQUIVALENCE,
    "hazard_ratio.cox": "hazard_ratio.{}@pair p_value.{}_wald@pair?",
    "hazard_ratio.cox_stratified": "hazard_ratio.{}@pair p_value.{}_wald@pair?",
    "win_ratio.all_pairs": (
        "win_ratio.{}@pair net_benefit.{}@pair win_odds.{}@pair p_value.{}@pair z.{}@pair? "
        "wins.{}@pair;outcome? losses.{}@pair;outcome? ties.{}@pair?"
    ),
    "mean_difference.ancova": f"mean_difference.{{}}@pair {_f(PAIR)}",
    "mean_difference.random_site": f"mean_difference.{{}}@pair {_T}",
    "mean_difference.mmrm": (
        f"mean.{{}}@arm mean_difference.{{}}@pair {_T} {_f(EVERYONE, ';effect=arm_visit')}"
    ),
    "mean_difference.paired_regression": f"mean_difference.{{}}@pair {_f(PAIR, ';covariate')}",
    "change_difference.mixed_model": f"change_difference.{{}}@pair {_T}",
    "odds_ratio.proportional_odds": f"odds_ratio.{{}}@pair {_chi_squared(PAIR)} "
    "p_value.brant@all chi_squared.brant@all? df.brant@all?",
    "odds_ratio.ordinal_mixed": f"odds_ratio.{{}}@pair {_chi_squared(PAIR)}",
    "p_value.mixed_anova": _effects(
        {"arm": _EFFECT, "visit": _EFFECT + _SPHERICITY, "arm_visit": _EFFECT + _SPHERICITY}
    ),
    "p_value.rank_anova": " ".join(
        _f(EVERYONE, f";effect={one}") for one in ("arm", "visit", "arm_visit")
    )
    + " relative_effect.{}@arm?",
    "p_value.binomial": "p_value.{}@group",
    "p_value.cochran_armitage": "p_value.{}@all z.{}@all?",
    "p_value.proportional_hazards": _chi_squared(EVERYONE),
    "p_value.fisher_freeman_halton": "p_value.{}@compared",
    "p_value.rerandomisation": "p_value.{}@compared mc_se.{}@compared?",
    "p_value.paired_t": _T,
    "p_value.welch_t": _T,
    "p_value.signed_rank": "p_value.{}@pair v.{}@pair?",
    "p_value.rerandomise_sides": "p_value.{}@pair sum.{}@pair?",
    "p_value.mann_whitney": "p_value.{}@pair u.{}@pair?",
}
_KEYS |= {
    f"proportion.{method}": _PROPORTION
    for method in ("wilson", "clopper_pearson", "wald", "agresti_coull", "jeffreys")
}
_KEYS |= {
    f"p_value.{method}": _chi_squared(COMPARED)
    for method in (
        "log_rank",
        "weighted_log_rank",
        "gray",
        "interval_log_rank",
        "chi_squared_table",
        "cmh_general_association",
        "cmh_row_mean_scores",
        "logistic_interaction",
        "firth_interaction",
    )
}
_KEYS |= {
    f"p_value.{method}": _chi_squared(PAIR)
    for method in ("chi_squared", "cochran_mantel_haenszel", "breslow_day")
}
_KEYS |= {
    f"p_value.{method}": _Z
    for method in ("risk_difference_margin", "risk_difference_equivalence", "risk_ratio_margin")
}
_KEYS |= {
    f"p_value.{method}": _P
    for method in (
        "fisher",
        "exact_conditional",
        "zelen",
        "barnard",
        "boschloo",
        "rerandomisation_exact",
    )
}
_OF_GROUPS = ("median_time", "follow_up", "mean_time")


def statistics(key: str, options: Mapping[str, Any], *, own: bool) -> tuple[Statistic, ...]:
    """The statistics of a step, `key` its statistic.method; empty for a step that does not exist.

    `own` says that each subject has every treatment: a correlation is then of the differences, and
    what compares later visits with the first has none at that one.
    """
    statistic, _, method = key.partition(".")
    if key == "summary.descriptive":
        told = " ".join(_summary(options.get("statistics", ())))
    elif key == "p_value.repeated_measures_anova":
        stats = (*_EFFECT, *_SPHERICITY, *_WITHIN)
        told = _effects(dict.fromkeys(_DESIGNS.get(options.get("design", ""), ()), stats))
    elif statistic == "correlation":
        of = PAIR if own else GROUP
        told = f"{key}@{of};with " + " ".join(
            f"{stat}.{{}}_correlation@{of};with{mark}"
            for stat, mark in (("p_value", ""), ("t", "?"), ("df", "?"))
        )
    elif statistic == "fragility_index":
        told = f"{key}_{options.get('rule', '')}@pair"
    else:
        told = _KEYS.get(key, f"{statistic}.{{}}@{GROUP if statistic in _OF_GROUPS else PAIR}")
    named = result_method(method, options)
    return tuple(_read(one, named, key, options, own=own) for one in told.split())


def _summary(names: Any) -> Iterator[str]:
    yield "count.descriptive@group"
    for name in names:
        if name == "mean":
            yield "mean.t_interval@group?"
        else:
            stats = ("q1", "q3") if name == "quartiles" else (name,)
            yield from (f"{stat}.descriptive@group?" for stat in stats)


def _read(told: str, method: str, key: str, options: Mapping[str, Any], *, own: bool) -> Statistic:
    head, _, tail = told.removesuffix("?").partition(";")
    name, _, of = head.partition("@")
    stat, _, as_told = name.partition(".")
    second, _, value = tail.partition("=")
    if of == COMPARED:
        of = EVERYONE if options.get("groups") == "all" else PAIR
    return Statistic(
        stat,
        as_told.replace("{}", method),
        of,
        (second, value or None) if tail else None,
        not told.endswith("?"),
        _visits(key, second, own=own),
    )


def _visits(key: str, second: str, *, own: bool) -> str | None:
    """At which visits a step gives a statistic; of an effect over visits there is one."""
    method = key.partition(".")[2]
    if method not in OVER_VISITS:
        return "each"
    if second == "effect":
        return None
    return "later" if method == "mixed_model" or (own and method == "ordinal_mixed") else "each"
