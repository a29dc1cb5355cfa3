"""Data contracts of a multiverse: its tables beside results and members, which are as ever."""

from typing import Annotated, TypedDict

from trialtrace.run.tables.contracts.definitions import Contract, columns_of

# The Monte Carlo interval of a p-value by draws.
Low = Annotated[float | None, "lower end of its Monte Carlo interval"]
High = Annotated[float | None, "upper end of its Monte Carlo interval"]


class SpecificationRow(TypedDict):
    """An estimate of a specification."""

    result_id: Annotated[str, "its estimate, a row of results.parquet beside this"]
    analysis_id: Annotated[str, "its analysis: a hash of its name"]
    specification: Annotated[str, "its name: factor=level;factor=level"]
    levels: Annotated[str, "the same as JSON, level by factor"]
    curve: Annotated[str, "curve on which it lies"]
    registered: Annotated[bool, "whether each of its levels is the registered one"]
    published: Annotated[bool, "whether each of its levels is the published one"]
    score: Annotated[str | None, "score by which it is tested"]
    untested: Annotated[str | None, "why it is shown and not tested"]
    z: Annotated[float | None, "sum of its scores by the standard deviation over all assignments"]
    p_value: Annotated[float | None, "p by re-randomisation, of it alone"]
    p_low: Annotated[float | None, "lower end of the Monte Carlo interval"]
    p_high: Annotated[float | None, "upper end of the Monte Carlo interval"]
    p_adjusted: Annotated[
        float | None, "the same, adjusted over the curve by the largest statistic"
    ]
    adjusted_low: Annotated[float | None, "lower end of the Monte Carlo interval"]
    adjusted_high: Annotated[float | None, "upper end of the Monte Carlo interval"]


class CurveRow(TypedDict):
    """A curve."""

    curve: Annotated[str, "statistic, comparison, population, endpoint, and what else it is of"]
    statistic: Annotated[str, "statistic: its scale"]
    population: Annotated[str, "population of its estimand"]
    parameter: Annotated[str, "endpoint of its estimand"]
    visit: Annotated[str | None, "visit"]
    rows: Annotated[str | None, "condition on the rows, of the plan and of levels, as JSON"]
    value: Annotated[str, "what is analysed: value, change or percent_change"]
    time: Annotated[float | None, "time that the estimates are at, or go up to"]
    asking: Annotated[
        str | None, "levels by factor that ask another question of endpoints, as JSON"
    ]
    comparison: Annotated[str, "treated arm"]
    reference: Annotated[str, "reference arm"]
    specifications: Annotated[int, "specifications on it"]
    estimated: Annotated[int, "those that have an estimate"]
    distinct: Annotated[int, "different estimates among them"]
    tested: Annotated[int, "those that are tested"]
    level: Annotated[float, "level of the tests"]
    draws: Annotated[int | None, "re-randomisations"]
    least: Annotated[float | None, "least estimate"]
    median: Annotated[
        float | None, "median estimate; none where the estimates are of several effects"
    ]
    largest: Annotated[float | None, "largest estimate"]
    no_median: Annotated[str | None, "why there is no median"]
    median_z: Annotated[float | None, "median z of the tested"]
    median_z_null: Annotated[
        float | None, "the median |z| that 95 % of re-randomised curves stay below"
    ]
    p_median: Annotated[float | None, "p of the median z, by re-randomisation"]
    p_median_low: Low
    p_median_high: High
    share: Annotated[
        float | None, "share of the tested that pass the level, by the normal quantile"
    ]
    share_null: Annotated[float | None, "the share that 95 % of re-randomised curves stay below"]
    p_share: Annotated[float | None, "p of the share, by re-randomisation"]
    p_share_low: Low
    p_share_high: High
    largest_z: Annotated[float | None, "largest |z|"]
    critical: Annotated[float | None, "the |z| that the largest one of a curve passes at the level"]
    p_smallest: Annotated[
        float | None, "p of the smallest p-value, by the largest |z|, by re-randomisation"
    ]
    p_smallest_low: Low
    p_smallest_high: High


class BandRow(TypedDict):
    """A place of an ordered curve."""

    curve: Annotated[str, "curve"]
    place: Annotated[int, "place of the ordered curve, from 1"]
    observed: Annotated[float, "z at this place"]
    low: Annotated[float, "2.5 % point of re-randomised curves at this place"]
    middle: Annotated[float, "their median"]
    high: Annotated[float, "their 97.5 % point"]


class SpreadRow(TypedDict):
    """A factor's share."""

    curve: Annotated[str, "curve"]
    factor: Annotated[str | None, "factor; empty for what the factors leave: interactions"]
    share: Annotated[float, "share of the variance of the estimates"]
    exact: Annotated[bool, "whether the grid is balanced, so that the order does not count"]


SPECIFICATIONS = Contract(
    "specifications",
    columns_of(SpecificationRow),
    ("result_id",),
    "an estimate of a specification of multiverse.yaml",
    sorted_by_key=False,
)
CURVES = Contract(
    "curves",
    columns_of(CurveRow),
    ("curve",),
    "a curve: the specifications of one estimand on one scale",
    sorted_by_key=False,
)
BANDS = Contract(
    "bands",
    columns_of(BandRow),
    ("curve", "place"),
    "a place of an ordered curve",
    sorted_by_key=False,
)
SPREADS = Contract(
    "spreads",
    columns_of(SpreadRow),
    ("curve", "factor"),
    "a factor's share in the spread of a curve",
    sorted_by_key=False,
)
