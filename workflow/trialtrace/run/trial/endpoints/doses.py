"""Entries about doses and sessions: relative dose intensity, daily opioids, attendance."""

from typing import Annotated, Literal

from trialtrace.base.config.names import Name, Text, Value, VisitLabel, Words
from trialtrace.base.config.references import (
    ColumnName,
    DateColumn,
    NumberColumn,
    Ref,
    SubjectNumber,
    TableCondition,
)
from trialtrace.base.config.spec import Filled, Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.base.words import number
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.context import Columns, Files, Given, known
from trialtrace.run.trial.endpoints.norms import Conversions
from trialtrace.run.trial.endpoints.shared import (
    Labels,
    Location,
    Side,
    TableEntry,
    TimeEndpoint,
    VisitDates,
    WithoutValues,
)
from trialtrace.run.trial.plan.methods import TIMES

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


@shape
class OralMorphine(TableEntry):
    """Daily dose of opioids in mg of oral morphine."""

    visit: VisitDates | None = optional("How visits are told.")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")
    side: Side | None = optional("How sides of the body are told (LAT).")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    drug: ColumnName = key("Column of the drug.")
    route: ColumnName = key("Column of the route.")
    dose: NumberColumn = key("Column of the dose in the unit of the table of factors.")
    unit_column: ColumnName | None = optional(
        "Column of the unit of the dose; another unit than the table's makes the value missing."
    )
    conversion: Name = key(
        "Table of factors: config/conversions/<name>.csv with drug, route, unit, factor, "
        "version, verified, source."
    )
    drugs: Filled[DrugCode, Words] | None = optional(
        "Value of the column, in quotes, to the drug's name in the table of factors, "
        "where they differ."
    )
    routes: Filled[Annotated[Value, Ref("code", of="route")], Words] | None = optional(
        "Value of the column, in quotes, to the route's name in the table of factors, "
        "where they differ."
    )
    units: Filled[Annotated[Value, Ref("code", of="unit_column")], Words] | None = optional(
        "Value of the column, in quotes, to the unit in the table of factors, where they differ."
    )
    none: TableCondition | None = optional("Rows that say that no opioid was taken.")
    without_rows: WithoutValues = key("What a subject, or its visit, without any row is.")

    @property
    def project_tables(self) -> list[tuple[str, str]]:
        return [(Conversions.folder, self.conversion)]

    def rule(self, labels: Labels) -> str:
        unverified = Conversions.read(labels.at, self.conversion).unverified
        sources = ", not verified: a source was not at hand" if unverified else ""
        factors = self.conversion.replace("_", " ")
        return f"dose times the factor of drug and route, summed; factors: {factors}{sources}"


@shape
class PlannedVariable:
    """A subject variable."""

    variable: SubjectNumber = key("Subject variable with the number of planned sessions.")


@shape
class End:
    """An event, such as death, after which no session can be done."""

    event: TimeEndpoint = key("Time-to-event endpoint with dates.")
    date: DateColumn = key("Column with the date of the session.")
    after: Literal["not_done", "not_planned"] = key(
        "Whether a session after it was planned and not done, or was not planned any more."
    )
    lost: Literal["done"] | None = optional(
        "What the sessions after the last contact of who was lost without the event are: done. "
        "Left out, they are as the rows say."
    )


@shape
class Attendance(TableEntry):
    """Share of the planned sessions that a subject did, from 0 to 1."""

    done: TableCondition = key("When a session was done.")
    unknown: Literal["missing", "not_done"] = key(
        "What a session is of which this is unknown: it makes the share missing, or was not done."
    )
    planned: (
        Annotated[float, Rule(expected="a number above 0", exclusiveMinimum=0)]
        | Literal["rows"]
        | PlannedVariable
    ) = key(
        "Planned sessions: rows (each row that counts is one), a number, or {variable: …}.",
        expected="rows, a number, or {variable: a subject variable}",
        constant="planned sessions",
    )
    end: End | None = optional("An event, such as death, after which no session can be done.")
    without_rows: WithoutValues | None = optional(
        "What a subject without any row is whose plan is a number or a variable: 0, or "
        "missing (so where it is left out)."
    )

    @property
    def parents(self) -> list[str]:
        return [self.end.event] if self.end else []

    def rule(self, labels: Labels) -> str:
        done = labels.condition(self.done, self.table)
        where = labels.condition(self.where, self.table) if self.where else ""
        among = f", of those where {where}" if where else ""
        if self.planned == "rows":
            text = f"share of the rows where {done}{among}"
        else:
            plan = _plan(self.planned, labels)
            text = f"rows where {done}{among}, over the planned {plan}"
        unknown = "counts as not done" if self.unknown == "not_done" else "makes it missing"
        text += f"; an unknown session {unknown}"
        if self.end:
            after = "is not done" if self.end.after == "not_done" else "is not planned"
            text += f"; a session after the event ({labels.of(self.end.event)}) {after}"
            text += "; those of who was lost that nobody could see are done" * bool(self.end.lost)
        return text


def _plan(planned: float | PlannedVariable, labels: Labels) -> str:
    if isinstance(planned, PlannedVariable):
        return f"number in {lower_first(labels.variable(planned.variable))}"
    return number(planned)


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


def _check_attendance(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    if entry["planned"] == "rows" and entry.get("without_rows") == "zero":
        expected = "missing; without rows nothing is planned"
        document.add((name, "without_rows"), "zero with planned: rows", expected)
    if end := entry.get("end"):
        ending = files.derived.get(end["event"])
        if ending is not None and ending.kind in TIMES and ending.entry.start is None:
            found = f"{end['event']}, a time without dates"
            document.add((name, "end", "event"), found, "a time_to_event endpoint from dates")


def _check_oral_morphine(files: Files, name: str, entry: Given, columns: Columns) -> None:
    document = files.endpoints
    table, problems = Conversions.checked(files.at, entry["conversion"])
    for problem in problems:
        document.tell(problem)
    if problems:
        return
    named = {"drugs": table.drugs, "routes": table.routes, "units": table.units}
    for option, names in named.items():
        for code, told in entry.get(option, {}).items():
            what = f"a {option[:-1]} of config/conversions/{entry['conversion']}.csv"
            known(document, (name, option, code), told, names, what)
    if "units" in entry and "unit_column" not in entry:
        document.add((name, "units"), "no unit_column", "unit_column with units")


ENTRIES = {
    "dose_intensity": DoseIntensity,
    "oral_morphine": OralMorphine,
    "attendance": Attendance,
}

CHECKS = {
    "dose_intensity": _check_dose_intensity,
    "attendance": _check_attendance,
    "oral_morphine": _check_oral_morphine,
}
