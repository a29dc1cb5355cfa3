"""Data contracts of a simulation: each replicate of each result, and what came of all of them."""

from typing import Annotated, TypedDict

from trialtrace.run.tables.contracts.definitions import Contract, columns_of

Error = Annotated[float | None, "its Monte Carlo standard error"]


class ReplicateRow(TypedDict):
    """A result of one simulated trial."""

    truth: Annotated[str, "truth of simulation.yaml"]
    result_id: Annotated[
        str, "what a run would call the result; trial/analysis where the analysis has none"
    ]
    replicate: Annotated[int, "number of the trial, from 1"]
    seed: Annotated[int, "seed of its cohort"]
    value: Annotated[float | None, "estimate or p-value"]
    ci_low: Annotated[float | None, "lower end of the interval"]
    ci_high: Annotated[float | None, "upper end of the interval"]
    n_used: Annotated[int | None, "number it is based on"]
    error: Annotated[str | None, "why there is no value"]


class CharacteristicRow(TypedDict):
    """A result under a truth."""

    truth: Annotated[str, "truth of simulation.yaml"]
    result_id: Annotated[
        str, "what a run would call the result; trial/analysis of one that has none in any trial"
    ]
    analysis_id: Annotated[str, "analysis of the plan"]
    stat_name: Annotated[str | None, "statistic; none of an analysis without a result"]
    method: Annotated[str | None, "statistic.method"]
    comparison: Annotated[str | None, "treated arm"]
    reference: Annotated[str | None, "reference arm"]
    group: Annotated[str | None, "arm, of what is of one arm"]
    effect: Annotated[str | None, "effect of an analysis of variance, or what else tells it apart"]
    visit: Annotated[str | None, "visit"]
    unit: Annotated[str | None, "unit"]
    log: Annotated[bool, "whether bias, sd and mean_se are of the logarithm: of ratios"]
    replicates: Annotated[int, "trials drawn"]
    failed: Annotated[int, "those without a value: they count in no other column"]
    no_logarithm: Annotated[
        int, "those whose ratio is 0: they count in all columns but bias and sd"
    ]
    reason: Annotated[str | None, "why, of most of them"]
    true_value: Annotated[float | None, "what is true of the estimand"]
    true_error: Annotated[float | None, "its standard error; 0 where it is exact"]
    true_by: Annotated[str | None, "arms alike, stated shares, or a large trial"]
    null: Annotated[
        bool | None,
        "whether what is tested is true, so that to reject is an error; none where nobody can "
        "say, or where no difference between arms is tested",
    ]
    level: Annotated[float | None, "level of the test; of an interval, one less its confidence"]
    rejected: Annotated[
        float | None, "share that reject: p at most the level, or no effect outside"
    ]
    rejected_error: Error
    rejected_low: Annotated[float | None, "lower end of its 95 % interval (Wilson)"]
    rejected_high: Annotated[float | None, "upper end of its 95 % interval (Wilson)"]
    bias: Annotated[
        float | None, "mean of the estimates less what is true, whose error is in that of the bias"
    ]
    bias_error: Error
    sd: Annotated[float | None, "standard deviation of the estimates"]
    sd_error: Error
    mean_se: Annotated[
        float | None,
        "root of the mean squared standard error that intervals imply: half of the width by the "
        "normal quantile",
    ]
    mean_se_error: Error
    coverage: Annotated[
        float | None,
        "share of the intervals that hold what is true; with the error of what is true in its "
        "own, by the share where that is one standard error off",
    ]
    coverage_error: Error
    width: Annotated[float | None, "mean width of the intervals, as they are printed"]
    width_error: Error


REPLICATES = Contract(
    "replicates",
    columns_of(ReplicateRow),
    ("truth", "result_id", "replicate"),
    "a result of one simulated trial",
    sorted_by_key=False,
)
CHARACTERISTICS = Contract(
    "characteristics",
    columns_of(CharacteristicRow),
    ("truth", "result_id"),
    "a result under a truth",
    sorted_by_key=False,
)
