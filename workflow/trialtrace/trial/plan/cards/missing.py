"""Outcomes that are missing: filled in one way, bounded, tipped."""

from __future__ import annotations

from trialtrace.trial.plan.card import Card, Named

CARDS = (
    Card(
        "proportion.missing_as_event",
        "missing counted as event",
        "single imputation; Hollis 2002",
        gives="proportion.{}@group",
        formula="categorical.proportions:wilson",
    ),
    Card(
        "risk_difference.missing_as_event",
        formula="categorical.contingency:risk_difference_newcombe",
    ),
    Card(
        "proportion.missing_as_no_event",
        "missing counted as no event",
        "single imputation; Hollis 2002",
        gives="proportion.{}@group",
        formula="categorical.proportions:wilson",
    ),
    Card(
        "risk_difference.missing_as_no_event",
        formula="categorical.contingency:risk_difference_newcombe",
    ),
    Card(
        "proportion_bounds.best_worst",
        "all possible outcomes of the missing",
        "Horowitz and Manski 2000, J Am Stat Assoc 95:77",
        gives="proportion_lowest.{}@arm proportion_highest.{}@arm",
        formula="missing.bounds:proportion_bounds",
    ),
    Card(
        "risk_difference_bounds.best_worst",
        gives="risk_difference_lowest.{}@pair risk_difference_highest.{}@pair",
        formula="missing.bounds:worst_and_best",
    ),
    Card(
        "tipping.fisher",
        gives="tipped.tipping_{}@pair p_lowest.tipping_{}@pair? p_highest.tipping_{}@pair?",
        also={
            "tipping_fisher": Named(
                "all possible outcomes of the missing, Fisher's exact test",
                "Yan, Lee and Li 2009, J Biopharm Stat 19:1085",
            )
        },
        formula="missing.bounds:tipping_map",
    ),
    Card(
        "tipping.chi_squared",
        gives="tipped.tipping_{}@pair p_lowest.tipping_{}@pair? p_highest.tipping_{}@pair?",
        also={
            "tipping_chi_squared": Named(
                "all possible outcomes of the missing, Pearson's χ² test",
                "Yan, Lee and Li 2009, J Biopharm Stat 19:1085",
            )
        },
        formula="missing.bounds:tipping_map",
    ),
)
