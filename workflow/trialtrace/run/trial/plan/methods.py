"""Kinds of endpoint by what they hold, and how results name a method."""

from trialtrace.base.config.spec import items_of

# Options that are part of a result's name, and their choices that are not.
NAMING = ("correction", "zeros", "allocation", "design", "compared")
PLAIN = ("none", "wilcoxon", "coin", "treatment")
BINARY = (
    "event",
    "any_occurrence",
    "instrument_event",
    "finding",
    "composite_event",
    "event_by",
    "outside_window",
    # Measured by codes of which each is yes or no.
    "measure_event",
    "repeated_event",
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
)
OCCURRENCES = ("occurrence", "dose_change", "deviation")
TIMES = ("time_to_event",)
INTERVALS = ("interval_time",)
RECURRENT = ("recurrent_events",)
# Kinds whose values may be numbers of events.
COUNTS = ("measure", "repeated", "aggregate", "occurrence_count")
# Kinds with one value, or one a visit.
OF_ONE_VALUE = BINARY + SCORES + TIMES + INTERVALS
ANALYSABLE = BINARY + SCORES + TIMES + INTERVALS + RECURRENT
OVER_TIME = ("repeated", "instrument")

# Kind of endpoint -> data set of its records; bds where it does not stand here.
DATASETS = {
    "time_to_event": "adtte",
    "interval_time": "adtte",
    "recurrent_events": "adtte",
    "occurrence": "occds",
    "dose_change": "occds",
    "deviation": "occds",
}

OWN_TREATMENT = ("within_subject", "crossover")

# What a count is over, where that is no variable of the subjects.
AT_RISK, SAME_FOR_ALL = "time_at_risk", "same_for_all"

# Statistics of an interim look, which what comes after it decides.
INTERIM = ("conditional_power", "futility_limit")


def result_method(method: str, options: object) -> str:
    """A method's name in results: a choice that makes another number of it is part of the name."""
    choices = items_of(options)
    choice = next((choices[key] for key in NAMING if key in choices), None)
    return method if choice in (None, *PLAIN) else f"{method}_{choice}"
