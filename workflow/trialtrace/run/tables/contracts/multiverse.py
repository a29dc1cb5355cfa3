"""Data contracts of a multiverse: its tables beside results and members, which are as ever."""

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


def _p(name: str, of: str) -> tuple[Column, ...]:
    """A p-value by draws, with its Monte Carlo interval."""
    return (
        Column(name, NUMBER, f"p of the {of}, by re-randomisation"),
        Column(f"{name}_low", NUMBER, "lower end of its Monte Carlo interval"),
        Column(f"{name}_high", NUMBER, "upper end of its Monte Carlo interval"),
    )


SPECIFICATIONS = Contract(
    "specifications",
    (
        _c("result_id", TEXT, "its estimate, a row of results.parquet beside this", True),
        _c("analysis_id", TEXT, "its analysis: a hash of its name", True),
        _c("specification", TEXT, "its name: factor=level;factor=level", True),
        _c("levels", TEXT, "the same as JSON, level by factor", True),
        _c("curve", TEXT, "curve on which it lies", True),
        _c("registered", FLAG, "whether each of its levels is the registered one", True),
        _c("published", FLAG, "whether each of its levels is the published one", True),
        _c("score", TEXT, "score by which it is tested"),
        _c("untested", TEXT, "why it is shown and not tested"),
        _c("z", NUMBER, "sum of its scores by the standard deviation over all assignments"),
        _c("p_value", NUMBER, "p by re-randomisation, of it alone"),
        _c("p_low", NUMBER, "lower end of the Monte Carlo interval"),
        _c("p_high", NUMBER, "upper end of the Monte Carlo interval"),
        _c("p_adjusted", NUMBER, "the same, adjusted over the curve by the largest statistic"),
        _c("adjusted_low", NUMBER, "lower end of the Monte Carlo interval"),
        _c("adjusted_high", NUMBER, "upper end of the Monte Carlo interval"),
    ),
    ("result_id",),
    "an estimate of a specification of multiverse.yaml",
    sorted_by_key=False,
)
CURVES = Contract(
    "curves",
    (
        _c(
            "curve",
            TEXT,
            "statistic, comparison, population, endpoint, and what else it is of",
            True,
        ),
        _c("statistic", TEXT, "statistic: its scale", True),
        _c("population", TEXT, "population of its estimand", True),
        _c("parameter", TEXT, "endpoint of its estimand", True),
        _c("visit", TEXT, "visit"),
        _c("rows", TEXT, "condition on the rows, of the plan and of levels, as JSON"),
        _c("value", TEXT, "what is analysed: value, change or percent_change", True),
        _c("time", NUMBER, "time that the estimates are at, or go up to"),
        _c("asking", TEXT, "levels by factor that ask another question of endpoints, as JSON"),
        _c("comparison", TEXT, "treated arm", True),
        _c("reference", TEXT, "reference arm", True),
        _c("specifications", INTEGER, "specifications on it", True),
        _c("estimated", INTEGER, "those that have an estimate", True),
        _c("distinct", INTEGER, "different estimates among them", True),
        _c("tested", INTEGER, "those that are tested", True),
        _c("level", NUMBER, "level of the tests", True),
        _c("draws", INTEGER, "re-randomisations"),
        _c("least", NUMBER, "least estimate"),
        _c("median", NUMBER, "median estimate; none where the estimates are of several effects"),
        _c("largest", NUMBER, "largest estimate"),
        _c("no_median", TEXT, "why there is no median"),
        _c("median_z", NUMBER, "median z of the tested"),
        _c("median_z_null", NUMBER, "the median |z| that 95 % of re-randomised curves stay below"),
        *_p("p_median", "median z"),
        _c("share", NUMBER, "share of the tested that pass the level, by the normal quantile"),
        _c("share_null", NUMBER, "the share that 95 % of re-randomised curves stay below"),
        *_p("p_share", "share"),
        _c("largest_z", NUMBER, "largest |z|"),
        _c("critical", NUMBER, "the |z| that the largest one of a curve passes at the level"),
        *_p("p_smallest", "smallest p-value, by the largest |z|"),
    ),
    ("curve",),
    "a curve: the specifications of one estimand on one scale",
    sorted_by_key=False,
)
BANDS = Contract(
    "bands",
    (
        _c("curve", TEXT, "curve", True),
        _c("place", INTEGER, "place of the ordered curve, from 1", True),
        _c("observed", NUMBER, "z at this place", True),
        _c("low", NUMBER, "2.5 % point of re-randomised curves at this place", True),
        _c("middle", NUMBER, "their median", True),
        _c("high", NUMBER, "their 97.5 % point", True),
    ),
    ("curve", "place"),
    "a place of an ordered curve",
    sorted_by_key=False,
)
SPREADS = Contract(
    "spreads",
    (
        _c("curve", TEXT, "curve", True),
        _c("factor", TEXT, "factor; empty for what the factors leave: interactions"),
        _c("share", NUMBER, "share of the variance of the estimates", True),
        _c("exact", FLAG, "whether the grid is balanced, so that the order does not count", True),
    ),
    ("curve", "factor"),
    "a factor's share in the spread of a curve",
    sorted_by_key=False,
)


class SpecificationRow(TypedDict):
    """An estimate of a specification."""

    result_id: str
    analysis_id: str
    specification: str
    levels: str
    curve: str
    registered: bool
    published: bool
    score: str | None
    untested: str | None
    z: float | None
    p_value: float | None
    p_low: float | None
    p_high: float | None
    p_adjusted: float | None
    adjusted_low: float | None
    adjusted_high: float | None


class CurveRow(TypedDict):
    """A curve."""

    curve: str
    statistic: str
    population: str
    parameter: str
    visit: str | None
    rows: str | None
    value: str
    time: float | None
    asking: str | None
    comparison: str
    reference: str
    specifications: int
    estimated: int
    distinct: int
    tested: int
    level: float
    draws: int | None
    least: float | None
    median: float | None
    largest: float | None
    no_median: str | None
    median_z: float | None
    median_z_null: float | None
    p_median: float | None
    p_median_low: float | None
    p_median_high: float | None
    share: float | None
    share_null: float | None
    p_share: float | None
    p_share_low: float | None
    p_share_high: float | None
    largest_z: float | None
    critical: float | None
    p_smallest: float | None
    p_smallest_low: float | None
    p_smallest_high: float | None


class BandRow(TypedDict):
    """A place of an ordered curve."""

    curve: str
    place: int
    observed: float
    low: float
    middle: float
    high: float


class SpreadRow(TypedDict):
    """A factor's share."""

    curve: str
    factor: str | None
    share: float
    exact: bool
