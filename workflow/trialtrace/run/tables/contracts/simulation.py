"""Data contracts of a simulation: each replicate of each result, and what came of all of them."""

from typing import TypedDict

from trialtrace.run.tables.contracts.definitions import (
    FLAG,
    INTEGER,
    NUMBER,
    TEXT,
    Column,
    Contract,
)

_c = Column


def _measured(name: str, means: str) -> tuple[Column, ...]:
    """What came of the replicates, with its Monte Carlo standard error."""
    return (
        Column(name, NUMBER, means),
        Column(f"{name}_error", NUMBER, "its Monte Carlo standard error"),
    )


REPLICATES = Contract(
    "replicates",
    (
        _c("truth", TEXT, "truth of simulation.yaml", True),
        _c(
            "result_id",
            TEXT,
            "what a run would call the result; trial/analysis where the analysis has none",
            True,
        ),
        _c("replicate", INTEGER, "number of the trial, from 1", True),
        _c("seed", INTEGER, "seed of its cohort", True),
        _c("value", NUMBER, "estimate or p-value"),
        _c("ci_low", NUMBER, "lower end of the interval"),
        _c("ci_high", NUMBER, "upper end of the interval"),
        _c("n_used", INTEGER, "number it is based on"),
        _c("error", TEXT, "why there is no value"),
    ),
    ("truth", "result_id", "replicate"),
    "a result of one simulated trial",
    sorted_by_key=False,
)
CHARACTERISTICS = Contract(
    "characteristics",
    (
        _c("truth", TEXT, "truth of simulation.yaml", True),
        _c(
            "result_id",
            TEXT,
            "what a run would call the result; trial/analysis of one that has none in any trial",
            True,
        ),
        _c("analysis_id", TEXT, "analysis of the plan", True),
        _c("stat_name", TEXT, "statistic; none of an analysis without a result"),
        _c("method", TEXT, "statistic.method"),
        _c("comparison", TEXT, "treated arm"),
        _c("reference", TEXT, "reference arm"),
        _c("group", TEXT, "arm, of what is of one arm"),
        _c("effect", TEXT, "effect of an analysis of variance, or what else tells it apart"),
        _c("visit", TEXT, "visit"),
        _c("unit", TEXT, "unit"),
        _c("log", FLAG, "whether bias, sd and mean_se are of the logarithm: of ratios", True),
        _c("replicates", INTEGER, "trials drawn", True),
        _c("failed", INTEGER, "those without a value: they count in no other column", True),
        _c(
            "no_logarithm",
            INTEGER,
            "those whose ratio is 0: they count in all columns but bias and sd",
            True,
        ),
        _c("reason", TEXT, "why, of most of them"),
        _c("true_value", NUMBER, "what is true of the estimand"),
        _c("true_error", NUMBER, "its standard error; 0 where it is exact"),
        _c("true_by", TEXT, "arms alike, stated shares, or a large trial"),
        _c(
            "null",
            FLAG,
            "whether what is tested is true, so that to reject is an error; none where nobody can "
            "say, or where no difference between arms is tested",
        ),
        _c("level", NUMBER, "level of the test; of an interval, one less its confidence"),
        *_measured("rejected", "share that reject: p at most the level, or no effect outside"),
        _c("rejected_low", NUMBER, "lower end of its 95 % interval (Wilson)"),
        _c("rejected_high", NUMBER, "upper end of its 95 % interval (Wilson)"),
        *_measured(
            "bias", "mean of the estimates less what is true, whose error is in that of the bias"
        ),
        *_measured("sd", "standard deviation of the estimates"),
        *_measured(
            "mean_se",
            "root of the mean squared standard error that intervals imply: half of the width by "
            "the normal quantile",
        ),
        *_measured(
            "coverage",
            "share of the intervals that hold what is true; with the error of what is true in its "
            "own, by the share where that is one standard error off",
        ),
        *_measured("width", "mean width of the intervals, as they are printed"),
    ),
    ("truth", "result_id"),
    "a result under a truth",
    sorted_by_key=False,
)


class ReplicateRow(TypedDict):
    """A result of one simulated trial."""

    truth: str
    result_id: str
    replicate: int
    seed: int
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n_used: int | None
    error: str | None


class CharacteristicRow(TypedDict):
    """A result under a truth."""

    truth: str
    result_id: str
    analysis_id: str
    stat_name: str | None
    method: str | None
    comparison: str | None
    reference: str | None
    group: str | None
    effect: str | None
    visit: str | None
    unit: str | None
    log: bool
    replicates: int
    failed: int
    no_logarithm: int
    reason: str | None
    true_value: float | None
    true_error: float | None
    true_by: str | None
    null: bool | None
    level: float | None
    rejected: float | None
    rejected_error: float | None
    rejected_low: float | None
    rejected_high: float | None
    bias: float | None
    bias_error: float | None
    sd: float | None
    sd_error: float | None
    mean_se: float | None
    mean_se_error: float | None
    coverage: float | None
    coverage_error: float | None
    width: float | None
    width_error: float | None
