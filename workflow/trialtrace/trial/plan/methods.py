"""Which method suits which kind of endpoint: the one table of it."""

from collections.abc import Mapping
from typing import Any

# Options that are part of a result's name, and their choices that are not.
NAMING = ("correction", "zeros", "allocation", "design")
PLAIN = ("none", "wilcoxon", "coin")
BINARY = (
    "event",
    "any_occurrence",
    "instrument_event",
    "finding",
    "composite_event",
    "event_by",
)
SCORES = (
    "measure",
    "repeated",
    "instrument",
    "aggregate",
    "graded",
    "dose_intensity",
    "attendance",
    "oral_morphine",
    "occurrence_count",
    "difference",
)
OCCURRENCES = ("occurrence", "dose_change")
TIMES = ("time_to_event",)
INTERVALS = ("interval_time",)
ANALYSABLE = BINARY + SCORES + TIMES + INTERVALS

# Kind of endpoint -> data set of its records; bds where it does not stand here.
DATASETS = {
    "time_to_event": "adtte",
    "interval_time": "adtte",
    "occurrence": "occds",
    "dose_change": "occds",
}

# Section of an analysis -> statistic or test -> kinds of endpoint.
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "describe": {
        "proportion": BINARY,
        "summary": SCORES,
        "events": TIMES + INTERVALS,
        "survival": TIMES,
        "median_time": TIMES,
        "follow_up": TIMES,
        "upper_bound": BINARY,
        "incidence": TIMES + INTERVALS,
        "mean_time": TIMES,
        "proportion_bounds": BINARY,
        "categories": SCORES,
    },
    "estimates": {
        "risk_difference": BINARY,
        "risk_ratio": BINARY,
        "odds_ratio": BINARY,
        "number_needed_to_treat": BINARY,
        "probability_of_superiority": SCORES,
        "mean_difference": SCORES,
        "hazard_ratio": TIMES,
        "change_difference": SCORES,
        "median_difference": SCORES,
        "incidence_difference": TIMES,
        "mean_time_difference": TIMES,
        "mean_time_ratio": TIMES,
        "win_ratio": TIMES + SCORES,
        "risk_difference_bounds": BINARY,
        "tipping": BINARY,
        "fragility_index": BINARY,
        "complier_difference": BINARY,
        "complier_difference_bounds": BINARY,
        "equivalence": SCORES,
        "correlation": SCORES,
    },
    "tests": {
        "fisher": BINARY,
        "chi_squared": BINARY,
        "cochran_mantel_haenszel": BINARY,
        "breslow_day": BINARY,
        "mann_whitney": SCORES,
        "welch_t": SCORES,
        "mixed_anova": ("repeated", "instrument"),
        "log_rank": TIMES,
        "chi_squared_table": BINARY + SCORES,
        "fisher_freeman_halton": BINARY + SCORES,
        "cmh_general_association": BINARY + SCORES,
        "cmh_row_mean_scores": BINARY + SCORES,
        "cochran_armitage": BINARY,
        "exact_conditional": BINARY,
        "zelen": BINARY,
        "barnard": BINARY,
        "boschloo": BINARY,
        "binomial": BINARY,
        "risk_difference_margin": BINARY,
        "risk_difference_equivalence": BINARY,
        "risk_ratio_margin": BINARY,
        "logistic_interaction": BINARY,
        "firth_interaction": BINARY,
        "paired_t": SCORES,
        "signed_rank": SCORES,
        "rerandomise_sides": SCORES,
        "repeated_measures_anova": ("repeated", "instrument"),
        "gray": TIMES,
        "weighted_log_rank": TIMES,
        "interval_log_rank": INTERVALS,
        "proportional_hazards": TIMES,
        "rerandomisation_exact": BINARY,
        "rerandomisation": BINARY + SCORES + TIMES,
        "rank_anova": ("repeated", "instrument"),
    },
    "interaction": {
        "breslow_day": BINARY,
        "zelen": BINARY,
        "logistic_interaction": BINARY,
        "firth_interaction": BINARY,
    },
}

# Method -> kinds of endpoint, where it does not suit all kinds of its statistic.
NARROWER: dict[str, tuple[str, ...]] = {
    "aalen_johansen": TIMES,
    "turnbull": INTERVALS,
    "proportional_odds": SCORES,
    "ordinal_mixed": SCORES,
}

# Methods that see all visits of a subject at once.
OVER_VISITS = (
    "mixed_anova",
    "repeated_measures_anova",
    "rank_anova",
    "mmrm",
    "mixed_model",
    "ordinal_mixed",
)
# Of these, what has no result of a single visit, and is of subjects with every value.
WHOLE_SUBJECTS = ("mixed_anova", "repeated_measures_anova", "rank_anova")
# Methods that compare the two treatments of a subject, and those that compare separate subjects.
WITHIN_SUBJECTS = (
    "paired_t",
    "paired_regression",
    "signed_rank",
    "rerandomise_sides",
    "mixed_model",
    "repeated_measures_anova",
)
BETWEEN_SUBJECTS = (
    "welch",
    "welch_t",
    "mann_whitney",
    "brunner_munzel",
    "hodges_lehmann",
    "mixed_anova",
    "ancova",
    "mmrm",
    "random_site",
    "rank_anova",
    "proportional_odds",
)
OWN_TREATMENT = ("within_subject", "crossover")


def result_method(method: str, options: Mapping[str, Any]) -> str:
    """A method's name in results: a choice that makes another number of it is part of the name."""
    choice = next((options[key] for key in NAMING if key in options), None)
    return method if choice in (None, *PLAIN) else f"{method}_{choice}"


def kinds_of(section: str, statistic: str, method: str) -> tuple[str, ...]:
    """The kinds of endpoint that a step suits."""
    return NARROWER.get(method, KINDS[section][statistic])


def suited(section: str, kind: str) -> list[str]:
    """What a section offers for a kind of endpoint."""
    return [name for name, kinds in KINDS[section].items() if kind in kinds]
