"""Relative dose intensity: the dose delivered in the time it took, against the plan.

(delivered dose / elapsed time) / (planned dose / planned time), after Hryniuk and Levine (J Clin
Oncol 1986;4:1281), by drug, then the mean over a subject's drugs.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import pyarrow as pa

from trialtrace.base.config.names import Text, Value
from trialtrace.base.config.references import (
    ColumnName,
    DateColumn,
    NumberColumn,
    Ref,
)
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.endpoints.kinds.measure import unit_column
from trialtrace.run.endpoints.layout import Placed, gather
from trialtrace.run.endpoints.records import Reason, Records
from trialtrace.run.endpoints.study import Study
from trialtrace.run.trial.context import Columns, Files, Given
from trialtrace.run.trial.endpoints.shared import (
    Labels,
    TableEntry,
)
from trialtrace.run.trial.model import Endpoint

DrugCode = Annotated[Value, Ref("code", of="drug")]


PLANS = {
    "given_cycles": "the plan ends at the last cycle given",
    "whole_plan": "against the whole plan",
}


@shape(by="by_drug")
class IntervalByDrug:
    """Days by drug."""

    by_drug: Filled[DrugCode, Annotated[float, Rule(exclusiveMinimum=0)]] = key(
        "Code of a drug, in quotes, to days.", constant="days from one cycle to the next"
    )


@shape
class IntervalColumn:
    """Days from a column."""

    column: NumberColumn = key("Column of the days.")


@shape
class PlannedCyclesColumn:
    """A column."""

    column: NumberColumn = key("Column of the planned number of cycles.")


@shape
class DoseIntensity(TableEntry):
    """Relative dose intensity: the dose delivered in its time, against the plan; by drug, then
    the mean."""

    cycle: NumberColumn = key("Column with the number of the cycle.")
    planned: NumberColumn = key("Column of the planned dose.")
    delivered: NumberColumn = key("Column of the delivered dose; 0 where none was given.")
    date: DateColumn = key("Column with the date of the dose.")
    drug: ColumnName | None = optional("Column of the drug, where there are several.")
    interval: (
        Annotated[float, Rule(expected="a number of days above 0", exclusiveMinimum=0)]
        | IntervalByDrug
        | IntervalColumn
    ) = key(
        "Planned days from one cycle to the next: a number, {column: …}, or {by_drug: "
        "{drug: days}}.",
        expected="a number of days, {column: name} or {by_drug: {drug: days}}",
        constant="days from one cycle to the next",
    )
    planned_cycles: (
        Annotated[float, Rule(expected="a number from 1 upwards", minimum=1)]
        | Literal["rows"]
        | PlannedCyclesColumn
        | None
    ) = optional(
        "Planned number of cycles: rows (of the table, also those not given), a number, "
        "or {column: …}; needed with convention: whole_plan.",
        expected="rows, a number, or {column: name}",
        constant="planned number of cycles",
    )
    convention: Literal["given_cycles", "whole_plan"] = key(
        "given_cycles: against the plan up to the last cycle given. whole_plan: against "
        "all planned cycles; those not reached add their planned dose and days.",
        constant="plan that the dose is held against",
    )
    last_interval: Literal["counted", "not_counted"] = key(
        "Whether the days after the last cycle belong to the time.",
        constant="the days after the last cycle",
    )
    caps: Filled[DrugCode, Annotated[float, Rule(exclusiveMinimum=0)]] | None = optional(
        "Code of a drug, in quotes, to the highest dose that is planned in a cycle, such "
        "as 2 mg of vincristine.",
        constant="highest dose that is planned in a cycle",
    )
    above_one: Literal["kept", "cut"] = key(
        "Whether the intensity of a drug above 1 is kept, or cut to 1.",
        constant="intensity above 1",
    )
    unit: Text | None = optional("Unit of the value.")

    def rule(self, labels: Labels) -> str:
        last = "counts" if self.last_interval == "counted" else "does not count"
        cut = "; cut at 1" if self.above_one == "cut" else ""
        return (
            "delivered dose in the elapsed time over planned dose in the planned time, by drug, "
            f"then their mean; {PLANS[self.convention]}; the last cycle's interval {last}{cut}"
        )


def _check_dose_intensity(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    whole = entry["convention"] == "whole_plan"
    if whole != ("planned_cycles" in entry):
        document.add(
            (name, "convention"),
            f"{entry['convention']} {'without' if whole else 'with'} planned_cycles",
            "planned_cycles with whole_plan, and only there",
        )
    by_drug = entry["interval"].get("by_drug", {}) if isinstance(entry["interval"], dict) else {}
    drug = (columns or {}).get(entry.get("drug", ""))
    for option, codes in (("interval", by_drug), ("caps", entry.get("caps", {}))):
        if codes and "drug" not in entry:
            document.add((name, option), "no drug", "drug: the column of the drug")
    if by_drug and drug is not None and drug.choices:
        lacking = [code for code in drug.choices if code not in by_drug]
        if lacking:
            found = f"no days for {one_of(lacking)}"
            document.add((name, "interval", "by_drug"), found, "days for every drug")


ENTRIES = {"dose_intensity": DoseIntensity}
CHECKS = {"dose_intensity": _check_dose_intensity}


# --- what is derived -----------------------------------------------------------------------------

NEGATIVE = Reason("negative_dose", "a delivered dose below 0")
NO_PLAN = Reason("no_planned_dose", "a cycle without a planned dose above 0")
NO_DRUG = Reason("no_drug", "a cycle without a drug")
NO_CYCLE = Reason("no_cycle", "a dose without the number of its cycle")
TWICE = Reason("cycle_twice", "a cycle that stands twice for the drug")
NO_DATE = Reason("no_date", "a first or last dose without a date")
DISORDER = Reason("date_order", "the last dose is dated before the first")


@dataclass(frozen=True)
class Cycles:
    """A row a cycle and drug: its course (subject × drug), number, doses, day and plan.

    `interval` is the planned days from one cycle to the next, `planned_cycles` the planned number
    of cycles of the course (NaN where the rows are the plan).
    """

    course: np.ndarray
    number: np.ndarray
    planned: np.ndarray
    delivered: np.ndarray
    day: np.ndarray
    interval: np.ndarray
    planned_cycles: np.ndarray


def derive_dose_intensity(endpoint: Endpoint[DoseIntensity], study: Study) -> Records:
    """AVAL the relative dose intensity of each subject, 1 as planned.

    Missing where a cycle of the subject has no number, drug, planned or delivered dose, where the
    first or last dose has no date, and where no time can have elapsed. Impossible cells are listed.
    """
    entry = endpoint.entry
    used = _columns(entry)
    given = _Given(gather(endpoint, study, used))
    cycles, record, drug = given.cycles, given.gathered.record, given.drug
    bad = given.wrong()
    courses = study.size * max(len(given.drugs), 1)
    value = course_intensity(
        cycles, courses, entry.convention, counted=entry.last_interval == "counted"
    )
    if entry.above_one == "cut":
        value = np.minimum(value, 1.0)
    value = np.where(np.bincount(cycles.course, bad, courses) > 0, np.nan, value)
    having = (np.bincount(cycles.course, minlength=courses) > 0).reshape(-1, study.size)
    by_drug = np.where(having, value.reshape(-1, study.size), 0.0)
    none = np.bincount(record, drug < 0, study.size) > 0
    n = having.sum(axis=0)
    mean = by_drug.sum(axis=0) / np.where((n == 0) | none, np.nan, n)
    records = {
        "AVAL": pa.array(mean, mask=np.isnan(mean)),
        "AVALU": unit_column(entry.unit, study.size),
    }
    return Records("bds", np.arange(study.size), records, tuple(given.gathered.cells(used)))


def course_intensity(cycles: Cycles, courses: int, convention: str, *, counted: bool) -> np.ndarray:
    """The relative dose intensity of each course; NaN where it cannot be computed.

    `given_cycles`: the plan up to the last cycle in which a dose was given. `whole_plan`: the plan
    of all cycles; a cycle that was not reached adds its planned dose and planned days. With
    `counted` the interval after the last cycle belongs to the time. Cycles before the first dose
    count their planned days. A planned cycle without a row has the planned dose of the first.
    """
    course, number = cycles.course, cycles.number
    given = cycles.delivered > 0

    def lowest(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
        found = np.full(courses, np.inf)
        np.fmin.at(found, course[mask], values[mask])
        return found

    first, first_given = lowest(number, np.ones(len(number), bool)), lowest(number, given)
    last_given = -lowest(-number, given)
    dose = np.bincount(course, np.nan_to_num(cycles.delivered), courses)
    at_first = number == first[course]
    first_plan = np.bincount(course[at_first], cycles.planned[at_first], courses)
    interval = np.bincount(course[at_first], cycles.interval[at_first], courses)
    n_plan = np.bincount(course[at_first], cycles.planned_cycles[at_first], courses)
    rows = np.bincount(course, minlength=courses)
    n_plan = np.where(np.isnan(n_plan), rows, n_plan)
    reached = np.where(np.isfinite(last_given), last_given - first + 1, 0)
    whole = convention == "whole_plan"
    n = np.maximum(n_plan, reached) if whole else reached
    inside = np.ones(len(number), bool) if whole else number <= last_given[course]
    planned = np.bincount(course[inside], cycles.planned[inside], courses)
    planned = planned + (n - np.bincount(course[inside], minlength=courses)) * first_plan
    start, end = (
        lowest(cycles.day, given & (number == first_given[course])),
        -lowest(-cycles.day, given & (number == last_given[course])),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        elapsed = end - start + interval * (first_given - first) + interval * counted
        elapsed += interval * (n - reached)
        time = interval * (n - (not counted))
        found = (dose / elapsed) / (planned / time)
        usable = (rows > 0) & (elapsed > 0) & (time > 0) & (planned > 0)
        found = np.where(usable & np.isfinite(found), found, np.nan)
    nothing = (rows > 0) & ~np.isfinite(last_given)
    return np.where(nothing, 0.0 if whole else np.nan, found)


def _columns(entry: DoseIntensity) -> list[str]:
    """The columns that an endpoint over cycles reads, each once."""
    used = [entry.cycle, entry.planned, entry.delivered, entry.date]
    used += [entry.drug] if entry.drug else []
    for number in (entry.interval, entry.planned_cycles):
        used += [number.column] if isinstance(number, IntervalColumn | PlannedCyclesColumn) else []
    return list(dict.fromkeys(used))


@dataclass(frozen=True)
class _Given:
    """The rows of an endpoint over cycles."""

    gathered: Placed[DoseIntensity]

    @property
    def entry(self) -> DoseIntensity:
        return self.gathered.endpoint.entry

    @cached_property
    def _coded(self) -> tuple[np.ndarray, list[str]]:
        if self.entry.drug is None:
            return np.zeros(len(self.gathered.rows), dtype=np.int64), []
        coded = self.gathered.coded(self.entry.drug)
        drug = coded.indices.fill_null(-1).to_numpy().astype(np.int64)
        return drug, coded.dictionary.to_pylist()

    @property
    def drug(self) -> np.ndarray:
        """The number of each row's drug, -1 where there is none."""
        return self._coded[0]

    @property
    def drugs(self) -> list[str]:
        """The codes of the drugs."""
        return self._coded[1]

    @cached_property
    def cycles(self) -> Cycles:
        entry = self.entry
        columns = (entry.cycle, entry.planned, entry.delivered)
        number, planned, delivered = map(self.gathered.numbers, columns)
        caps = [(entry.caps or {}).get(drug, np.inf) for drug in self.drugs] or [np.inf]
        return Cycles(
            np.maximum(self.drug, 0) * self.gathered.study.size + self.gathered.record,
            number,
            np.minimum(planned, np.array(caps)[self.drug]),
            delivered,
            self.gathered.days(entry.date),
            self._planned(entry.interval),
            self._planned(entry.planned_cycles or "rows"),
        )

    def _planned(
        self, plan: float | str | IntervalColumn | IntervalByDrug | PlannedCyclesColumn
    ) -> np.ndarray:
        """A number for each row: one for all, a column's, or the drug's; NaN for `rows`."""
        if isinstance(plan, IntervalColumn | PlannedCyclesColumn):
            return self.gathered.numbers(plan.column)
        if not isinstance(plan, IntervalByDrug):
            return np.full(len(self.gathered.rows), np.nan if plan == "rows" else float(plan))
        each = [float(plan.by_drug.get(code, np.nan)) for code in self.drugs] or [np.nan]
        return np.where(self.drug < 0, np.nan, np.array(each)[self.drug])

    def wrong(self) -> np.ndarray:
        """Rows that make their course unusable; what is impossible in them is listed."""
        entry, cycles, drug = self.entry, self.cycles, self.drug
        keys = np.where(drug < 0, -1 - np.arange(len(drug)), cycles.course)
        order = np.lexsort((cycles.number, keys))
        same = (np.diff(keys[order]) == 0) & (np.diff(cycles.number[order]) == 0)
        twice = np.zeros(len(keys), dtype=bool)
        twice[order[1:][same]] = True
        undated, disorder = _dates(cycles)
        listed = (
            (cycles.delivered < 0, entry.delivered, NEGATIVE),
            (~(cycles.planned > 0), entry.planned, NO_PLAN),
            (np.isnan(cycles.number), entry.cycle, NO_CYCLE),
            (twice, entry.cycle, TWICE),
            (undated, entry.date, NO_DATE),
            (disorder, entry.date, DISORDER),
        )
        bad = np.isnan(cycles.delivered)
        for mask, column, why in listed:
            self.gathered.reject(mask, column, why)
            bad = bad | mask
        if entry.drug:
            self.gathered.reject(drug < 0, entry.drug, NO_DRUG)
        return bad | (drug < 0)


def _dates(cycles: Cycles) -> tuple[np.ndarray, np.ndarray]:
    """First and last doses of a course without a date; last doses dated before the first."""
    given = (cycles.delivered > 0) & ~np.isnan(cycles.number)
    size = int(cycles.course.max(initial=0)) + 1
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.fmin.at(first, cycles.course[given], cycles.number[given])
    np.fmax.at(last, cycles.course[given], cycles.number[given])
    is_first = given & (cycles.number == first[cycles.course])
    is_last = given & (cycles.number == last[cycles.course])
    undated = (is_first | is_last) & np.isnan(cycles.day)
    begin = np.full(size, np.inf)
    np.fmin.at(begin, cycles.course[is_first], cycles.day[is_first])
    return undated, is_last & (cycles.day < begin[cycles.course])
