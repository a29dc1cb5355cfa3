"""Which method suits which kind of endpoint: the one table of it."""

BINARY = (
    "event",
    "any_occurrence",
    "instrument_event",
    "finding",
    "composite_event",
    "event_by",
)
SCORES = ("measure", "repeated", "instrument")
TIMES = ("time_to_event",)
INTERVALS = ("interval_time",)
ANALYSABLE = BINARY + SCORES + TIMES + INTERVALS

# Kind of endpoint -> data set of its records; bds where it does not stand here.
DATASETS = {"time_to_event": "adtte", "interval_time": "adtte", "occurrence": "occds"}

# Section of an analysis -> statistic or test -> kinds of endpoint.
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "describe": {
        "proportion": BINARY,
        "summary": SCORES,
        "events": TIMES,
        "survival": TIMES,
        "median_time": TIMES,
        "follow_up": TIMES,
        "upper_bound": BINARY,
    },
    "estimates": {
        "risk_difference": BINARY,
        "risk_ratio": BINARY,
        "odds_ratio": BINARY,
        "number_needed_to_treat": BINARY,
        "probability_of_superiority": SCORES,
        "mean_difference": SCORES,
        "hazard_ratio": TIMES,
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
    },
    "interaction": {
        "breslow_day": BINARY,
        "zelen": BINARY,
        "logistic_interaction": BINARY,
        "firth_interaction": BINARY,
    },
}

# These see all visits of a subject at once, so their results have no visit.
OVER_VISITS = ("mixed_anova",)


def suited(section: str, kind: str) -> list[str]:
    """What a section offers for a kind of endpoint."""
    return [name for name, kinds in KINDS[section].items() if kind in kinds]
