"""The rows that a result should rest on, chosen anew from the result's own columns with pandas.

Nothing of the selection that made the results is used here: a result names its endpoint,
population, visit, stratum and arms, and plain masks over the derived tables turn these into rows.
"""

import datetime
import json
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from math import nan
from operator import and_, ge, gt, le, lt, or_
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, OCCDS, read_table
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import DATASETS
from trialtrace.run.trial.resolve import of_patients

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.plan.build import Analysis

ORDER = {"below": lt, "at_most": le, "above": gt, "at_least": ge}


def surely(condition: Mapping[str, Any], table: "pd.DataFrame") -> "pd.Series":
    """True in the rows that meet the condition whatever a missing value may be."""
    return _truth(condition, table).fillna(False).astype(bool)


def _truth(condition: Mapping[str, Any], table: "pd.DataFrame") -> "pd.Series":
    parts = []
    for name, test in condition.items():
        if name == "any" and isinstance(test, list):
            parts.append(reduce(or_, [_truth(part, table) for part in test]))
        elif name == "all" and isinstance(test, list):
            parts.append(reduce(and_, [_truth(part, table) for part in test]))
        elif name == "not":
            parts.append(~_truth(test, table))
        elif isinstance(test, str):
            parts.append(_tested(test, True, table[name], table))
        else:
            parts += [_tested(op, value, table[name], table) for op, value in test.items()]
    return reduce(and_, parts)


def _tested(operator: str, value: Any, column: "pd.Series", table: "pd.DataFrame") -> "pd.Series":
    missing = column.isna()
    if operator in ("missing", "present"):
        return (missing if operator == "missing" else ~missing).astype("boolean")
    if operator == "in":
        return reduce(or_, [_tested("is", one, column, table) for one in value])
    if operator == "between":
        low, high = value
        return _tested("at_least", low, column, table) & _tested("at_most", high, column, table)
    if isinstance(value, Mapping):
        operand = table[value["column"]]
        missing = missing | operand.isna()
    else:
        operand = _as_kind_of(column, value)
    lacking = bool(missing.any())
    known = column[~missing] if lacking else column
    if isinstance(value, Mapping) and lacking:
        operand = operand[~missing]
    met = known == operand if operator == "is" else ORDER[operator](known, operand)
    met = met.astype("boolean")
    return met.reindex(column.index) if lacking else met


def _as_kind_of(column: "pd.Series", value: Any) -> Any:
    """A date of the configuration is text; a column of dates holds dates."""
    first = next(iter(column.dropna()), None)
    return datetime.date.fromisoformat(value) if isinstance(first, datetime.date) else value


EVERYBODY = "all"
ADJUSTED = "p_adjusted"
# What checks use of a record.
USED = (
    *("USUBJID", "TRTP", "AVISIT", "AVISITN", "AVAL", "BASE", "LAT", "CNSR", "AVALLO", "AVALHI"),
    *("LOC", "TSTART", "TSTOP"),
)
# A time as it stands in the records, beside one that is joined with those next to it.
AS_RECORDED = "TIME_AS_RECORDED"

_FUNCTIONS = {
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "square_root": math.sqrt,
    "square": lambda number: number * number,
    "cube": lambda number: number * number * number,
    "inverse": lambda number: 1 / number,
}


@dataclass(frozen=True)
class Asked:
    """A result, as far as a check needs it."""

    result_id: str
    analysis: str
    method: str
    options: dict[str, Any]
    population: str
    parameter: str | None
    visit: str | None
    stratum: str | None
    group: str | None
    second: str | None
    pair: tuple[str, str] | None
    stat: str
    value: float
    interval: tuple[float, float] | None
    n_used: int | None
    error: str | None
    mc_se: float | None = None

    @classmethod
    def of(cls, row: ResultRow) -> "Asked":
        """From a row of the results table."""
        interval = None
        if row["ci_level"] is not None:
            interval = (_number(row["ci_low"]), _number(row["ci_high"]))
        treated, reference = row["comparison"], row["reference"]
        pair = None if treated is None or reference is None else (treated, reference)
        return cls(
            row["result_id"],
            row["analysis_id"],
            row["method"],
            json.loads(row["options"]),
            row["population"],
            row["parameter"],
            row["visit"],
            row["stratum"],
            row["group1_level"],
            row["group2_level"],
            pair,
            row["stat_name"],
            _number(row["stat_value"]),
            interval,
            row["n_used"],
            row["error"],
            row["mc_se"],
        )

    @property
    def is_p_value(self) -> bool:
        """Whether the statistic is a p-value, which can be truly small."""
        return self.stat.startswith("p_") or self.stat.endswith("_p")

    @property
    def contrast(self) -> tuple[str, str]:
        """The arm that is compared and its reference. Raises LookupError of a result without."""
        if self.pair is None:
            raise LookupError
        return self.pair

    @property
    def variable(self) -> str:
        """The endpoint or variable that a result is of. Raises LookupError of a result without."""
        if self.parameter is None:
            raise LookupError
        return self.parameter

    @property
    def level(self) -> str:
        """The time, category or effect a result is of. Raises LookupError of a result without."""
        if self.second is None:
            raise LookupError
        return self.second

    @property
    def alternative(self) -> str:
        """The sides of a test as scipy calls them."""
        return self.options["sides"].replace("_", "-")


def _number(value: float | None) -> float:
    return nan if value is None else float(value)


@dataclass
class Data:
    """The derived tables of a trial, its configuration, and what has been computed once."""

    trial: "Trial"
    folder: Path
    recompute: "Callable[[Asked], Any] | None" = None
    results: list[Asked] = field(default_factory=list)
    members: list[MemberRow] = field(default_factory=list)
    _known: dict[Hashable, Any] = field(default_factory=dict)

    @cached_property
    def adsl(self) -> "pd.DataFrame":
        """A row for each subject; functions of a variable are computed anew from that one."""
        table = read_table(self.folder / "adsl.parquet", ADSL).to_pandas()
        for name, short_name in self.trial.subjects.transformed.items():
            numbers = table[adsl_code(short_name.of)].astype(float)
            table[adsl_code(name)] = numbers.map(_FUNCTIONS[short_name.as_])
        return table

    @cached_property
    def bds(self) -> "pd.DataFrame":
        """Measured values and events, with the columns of their subject."""
        return self._with_subjects(read_table(self.folder / "bds.parquet", BDS).to_pandas())

    @cached_property
    def adtte(self) -> "pd.DataFrame":
        """Times to events, with the columns of their subject."""
        return self._with_subjects(read_table(self.folder / "adtte.parquet", ADTTE).to_pandas())

    @cached_property
    def occds(self) -> "pd.DataFrame":
        """Occurrences, without the columns of their subject."""
        return read_table(self.folder / "occds.parquet", OCCDS).to_pandas()

    def _with_subjects(self, records: "pd.DataFrame") -> "pd.DataFrame":
        """Records with the ADSL columns of their subject; where both have one, ADSL is believed."""
        own = [name for name in self.adsl.columns if name not in ("STUDYID", "USUBJID")]
        mine = records.drop(columns=[name for name in own if name in records.columns])
        return mine.merge(self.adsl[["USUBJID", *own]], on="USUBJID", how="left")

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The value of `compute`, computed once for each key."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]

    def tried(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The same of a fit of the statistics' code: None where that refuses, or where the
        equations have no answer."""

        def guarded() -> Any:
            try:
                return compute()
            except ValueError:
                return None

        return self.once(key, guarded)

    def analysis(self, asked: Asked) -> "Analysis":
        """The analysis of the plan that a result is of."""
        return self.trial.plan.analyses[asked.analysis]

    def confidence(self, asked: Asked) -> float:
        """The confidence of a result's interval."""
        return self.analysis(asked).confidence

    def z(self, asked: Asked) -> float:
        """The normal quantile of a result's two-sided interval."""
        from scipy.stats import norm

        return float(norm.isf((1 - self.confidence(asked)) / 2))

    def subjects(self, asked: Asked) -> "pd.DataFrame":
        """The subjects of a result of the baseline table: its population, its arm or level."""

        def choose() -> "pd.DataFrame":
            chosen = self.adsl[self.trial.populations[asked.population].flag] == "Y"
            if asked.group != EVERYBODY:
                chosen &= self.adsl["TRT01P"] == asked.group
            if asked.stratum is not None:
                name, _, level = asked.stratum.partition("=")
                chosen &= self.adsl[adsl_code(name)].map(level_text) == level
            return self.adsl[chosen]

        return self.once(("subjects", asked.population, asked.group, asked.stratum), choose)

    def compared(self, asked: Asked) -> list[str]:
        """Every arm that the analysis of a result compares."""
        estimand = self.analysis(asked).estimand
        return [*estimand.treated, estimand.reference]

    def arms(self, asked: Asked) -> list[str]:
        """The arms that a result is about."""
        if asked.pair is not None:
            return list(asked.pair)
        if asked.group not in (None, EVERYBODY):
            return [asked.group]
        return self.compared(asked)

    def records(self, asked: Asked, arms: list[str] | None = None) -> "pd.DataFrame":
        """The records with a value that a result rests on, of its own arms or of those given."""
        arms = self.arms(asked) if arms is None else arms
        rows = self.endpoint_records(asked)
        if of_patients(self.trial, self.trial.endpoints[asked.variable]):
            return rows
        key = ("arms", *self.cut(asked), tuple(arms))
        return self.once(key, lambda: rows[rows["TRTP"].isin(arms)])

    def some_records(self, asked: Asked) -> "tuple[pd.DataFrame | None, int]":
        """The records of a result, None where there are none, and how many they are."""
        records = self.records(asked)
        return (None if records.empty else records), len(records)

    def endpoint_records(self, asked: Asked) -> "pd.DataFrame":
        """The same in any arm."""
        return self.once(("records", *self.cut(asked)), lambda: self._records(asked))

    def cut(self, asked: Asked) -> tuple[str | None, ...]:
        """What tells the records of one result from those of another, but for its arms."""
        return (asked.analysis, asked.parameter, asked.population, asked.visit, asked.stratum)

    def of_endpoint(self, name: str) -> "pd.DataFrame":
        """Every record of an endpoint."""
        endpoint = self.trial.endpoints[name]
        in_adtte = DATASETS.get(endpoint.kind) == "adtte"

        def choose() -> "pd.DataFrame":
            table = self.adtte if in_adtte else self.bds
            return table[table["PARAMCD"] == endpoint.code]

        return self.once(("endpoint", name), choose)

    def _records(self, asked: Asked) -> "pd.DataFrame":
        table = self.of_endpoint(asked.variable)
        chosen = table["AVAL"].notna()
        chosen &= table[self.trial.populations[asked.population].flag] == "Y"
        if asked.visit is not None:
            chosen &= table["AVISIT"] == asked.visit
        if asked.stratum is not None:
            name, _, level = asked.stratum.partition("=")
            chosen &= table[adsl_code(name)].map(level_text) == level
        analysis = self.analysis(asked)
        if analysis.where is not None:
            chosen &= surely(analysis.where, table)
        rows = table.loc[chosen, [name for name in USED if name in table.columns]]
        if "CNSR" in rows:
            return rows.assign(AVAL=_joined(rows["AVAL"]), **{AS_RECORDED: rows["AVAL"]})
        return _changed(rows, analysis.value)


def tied(*samples: Any) -> list["np.ndarray"]:
    """Arrays to rank: values that differ by no more than 1e-11 of their mean size, as rounding
    leaves it, are the least of them."""
    import numpy as np
    import pandas as pd

    arrays = [np.asarray(one, dtype=float) for one in samples]
    every = _joined(pd.Series(np.concatenate([one.ravel() for one in arrays])), 1e-11).to_numpy()
    ends = np.cumsum([one.size for one in arrays])[:-1]
    parts = zip(np.split(every, ends), arrays, strict=True)
    return [part.reshape(one.shape) for part, one in parts]


def _joined(times: "pd.Series", share: float = 2.0**-26) -> "pd.Series":
    """Times that differ by rounding alone as the least of them, by R's `timefix`: neighbours that
    are no further apart than the root of the machine's precision, of the mean distinct time."""
    distinct = times.drop_duplicates().sort_values()
    least = distinct.abs().mean() * share
    firsts = distinct.where(~(distinct.diff() <= least)).ffill()
    return times.map(dict(zip(distinct, firsts, strict=True)))


def _changed(rows: "pd.DataFrame", value: str) -> "pd.DataFrame":
    """The records with what is analysed as their AVAL: the value or its change from baseline."""
    if value == "value":
        return rows
    change = rows["AVAL"] - rows["BASE"]
    if value == "percent_change":
        change = 100 * change / rows["BASE"].where(rows["BASE"] != 0)
    # To the digits of the derived data, so that equal changes tie.
    return rows.assign(AVAL=change.map("{:.12g}".format).astype(float)).loc[change.notna()]


def level_text(value: Any) -> str:
    """A level as results spell it: a whole number without its decimal point."""
    return f"{value:.0f}" if isinstance(value, float) and value % 1 == 0 else str(value)
