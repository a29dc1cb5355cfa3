"""dictionary.csv of a draft, and what cleaning.yaml says of its columns."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.run.draft import names
from trialtrace.run.draft.draft import Draft, used_tables
from trialtrace.run.draft.metadata import cdisc, redcap
from trialtrace.run.draft.outcomes import DATES, EVENT, ORDERED
from trialtrace.run.draft.profile import SOURCE_ROW, Column, Table, is_choice
from trialtrace.run.draft.types import (
    CLOCK,
    CODE,
    DATE,
    DURATION,
    EMPTY,
    INTEGER,
    MOMENT,
    NUMBER_KIND,
    natural,
)
from trialtrace.run.tables.missing_markers import system_of
from trialtrace.run.trial.dictionary import (
    DURATIONS,
    PARTS,
    bounds_problem,
    is_field,
    kind_of,
)

# The validation type of a duration, by how it is written, and that of a date, without its order.
_DURATIONS = {written: validation for validation, written in reversed(DURATIONS.items())}
DATED = {DATE: "date", MOMENT: "datetime"}


@dataclass
class Columns:
    """The rows of the dictionary and the entries of cleaning.yaml, by table."""

    rows: list[dict[str, str]] = field(default_factory=list)
    cleaning: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def dictionary(self) -> str:
        """The text of dictionary.csv."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(PARTS.values())
        writer.writerows([row.get(part, "") for part in PARTS] for row in self.rows)
        return out.getvalue()


@dataclass
class _Uses:
    """What a draft does with columns of a table: those that it reads as codes, as numbers, and as
    dates in the order that was told; codes of visits in their order; units."""

    codes: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    dates: dict[str, Column] = field(default_factory=dict)
    orders: dict[str, Sequence[str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def columns_of(draft: Draft, whole: Sequence[Table]) -> Columns:
    """Every column of the used tables: declared, or ignored with the reason. `whole` are the tables
    with all of their rows, by which columns are declared."""
    made = Columns()
    for used in used_tables(draft):
        table = next(table for table in whole if table.raw is used.raw)
        uses = _uses(draft, table)
        needed = {*uses.codes, *uses.numbers, *uses.dates}
        needed |= {draft.subject, draft.cluster, *draft.baseline, *draft.covariates}
        ignore: dict[str, str] = {}
        missing: dict[str, object] = {}
        partial: dict[str, object] = {}
        units: dict[str, str] = {}
        for name, one in table.columns.items():
            if name not in needed and (reason := _unused(one)):
                ignore[name] = reason
                continue
            listed = name in uses.codes or (name not in uses.numbers and _is_listed(one))
            order = uses.orders.get(name, ())
            made.rows.append(_row(table, uses.dates.get(name, one), listed, order))
            if absent := {*one.missing, *one.declared.missing}:
                missing[name] = _missing(one, sorted(absent, key=natural))
            if unit := uses.units.get(name, one.unit):
                units[name] = unit
            if draft.partial and one.is_date and one.kind.misfits:
                partial[name] = _day_taken(draft, name)
        beside = {name for each in whole if each.raw.of == table.raw.of for name in each.columns}
        if table.raw.of and beside - {*table.columns}:
            ignore["others"] = "columns of other rows of the file"
        parts = {"ignore": ignore, "missing": missing, "forms": dict(table.raw.forms)}
        parts |= {"units": units, "partial_dates": partial}
        made.cleaning[table.name] = {part: each for part, each in parts.items() if each}
        if draft.own_treatment and used.raw is draft.home.raw:
            _patients(draft, table, made)
    return made


def _patients(draft: Draft, table: Table, made: Columns) -> None:
    """The columns of the table of patients, of the same rows: what is the same in all of them."""
    kept = {draft.subject, *names.variables(draft)}
    kept |= {pair[0] for pair in (draft.where, draft.population) if pair}
    own = [row for row in made.rows if row["form_name"] == table.name and row["field_name"] in kept]
    name = names.subjects_table(draft)
    made.rows = [*({**row, "form_name": name} for row in own), *made.rows]
    made.cleaning[name] = {"ignore": {"others": f"in the table {table.name}"}}


def _uses(draft: Draft, table: Table) -> _Uses:
    made = _Uses()
    made.codes |= {pair[0] for pair in (draft.where, draft.population) if pair} | {draft.factor}
    made.numbers.add(names.of_adam(draft).get("age", ""))
    if table.raw is draft.home.raw:
        made.codes.add(draft.arm.name)
        if draft.primary.origin:
            made.dates[draft.primary.start] = draft.primary.origin
    made.codes |= {name for name in (redcap.INSTRUMENT,) if name in table.columns}
    for one in (one for one in draft.outcomes if one.table.raw is table.raw):
        name = one.column.name
        (made.codes if one.kind in (EVENT, ORDERED) else made.numbers).add(name)
        made.codes |= {one.status, one.visit}
        made.orders[one.visit] = one.visits
        if one.parameter:
            made.codes |= {cdisc.PARAMETER, cdisc.ANALYSED}
        if one.kind == DATES:
            made.dates |= {name: one.column, one.last_contact: one.table.column(one.last_contact)}
        elif one.unit:
            made.units[name] = one.unit
    return made


def _unused(one: Column) -> str:
    """Why a column is left out; nothing where it is declared."""
    if one.kind.name == EMPTY:
        return "no value in the file"
    if not is_field(one.name) or one.name == SOURCE_ROW:
        return "a name that a dictionary cannot hold"
    return ""


def _missing(one: Column, codes: Sequence[str]) -> object:
    """Codes for a missing value; each with what it says where that is declared."""
    said = {code: one.declared.missing.get(code, "") or _says(code) for code in codes}
    if any(said.values()):
        return {Quoted(code): words or f"coded {code}" for code, words in said.items()}
    return [Quoted(code) for code in codes]


def _day_taken(draft: Draft, name: str) -> dict[str, object]:
    """The rule for the partial dates of a column; those of the primary outcome have bounds."""
    rule: dict[str, object] = {"impute": draft.partial, "highest": "month"}
    one = draft.primary
    if name in (one.column.name, one.last_contact):
        rule["not_before"] = [one.start]
    if name == one.column.name != one.last_contact:
        key = "not_before" if one.terminal else "not_after"
        rule[key] = [*([one.start] if one.terminal else []), one.last_contact]
    return rule | {"reason": f"answered: the {draft.partial} possible day"}


def _says(code: str) -> str:
    """What the system that writes a marker says by it."""
    system = system_of(code)
    return system.codes.get(code, "") if system else ""


def _is_listed(one: Column) -> bool:
    """Whether a column has a list of choices: codes, whole numbers of two values, and declared
    choices that all cells have."""
    declared = bool(one.declared.choices) and {*one.values} <= {*one.declared.choices}
    return declared or one.kind.name == CODE or (one.kind.name == INTEGER and len(one.values) <= 2)


def _row(table: Table, one: Column, listed: bool, order: Sequence[str]) -> dict[str, str]:
    """The row of a column, by our names of the dictionary's columns; its codes are in this order,
    where one is known."""
    row = {
        "field_name": one.name,
        "form_name": table.name,
        "field_type": "text",
        "label": one.label,
        "branching": one.declared.branching,
        "identifier": "y" if one.declared.identifier else "",
    }
    if listed and is_choice(one):
        return row | {"field_type": "radio", "choices": " | ".join(_choices(one, order))}
    if not (validation := _validation(one)):
        return row
    low, high = one.declared.low, one.declared.high
    # A dictionary of REDCap may also name a field, or today.
    if bounds_problem(kind_of(None, "text", validation), low or None, high or None):
        low = high = ""
    return row | {"validation": validation, "minimum": low, "maximum": high}


def _validation(one: Column) -> str:
    """The validation type of a column; empty of a text, and of dates in an unknown order."""
    kind, order = one.kind, one.kind.orders[0] if len(one.kind.orders) == 1 else ""
    if kind.name == NUMBER_KIND:
        return "number_comma_decimal" if kind.decimal == "," else "number"
    if one.is_date:
        return f"{DATED[kind.name]}_{order}" if order else ""
    clock = "time" if one.declared.kind == CLOCK else ""
    return {INTEGER: "integer", DURATION: _DURATIONS.get(order, ""), CLOCK: clock}.get(
        kind.name, ""
    )


def _choices(one: Column, order: Sequence[str]) -> Iterator[str]:
    """The declared codes, then those that the file has besides, with labels that differ."""
    codes = [*one.declared.choices, *order, *sorted(one.values, key=natural)]
    taken: set[str] = set()
    for code in dict.fromkeys(code for code in codes if code not in one.missing):
        label = " ".join(one.label_of(code).replace("|", "/").split())
        label = f"{label} ({code})" if label in taken else label
        taken.add(label)
        yield f"{code}, {label}"


def decimal_sign(table: Table) -> str:
    """The decimal sign of a text file's numbers."""
    signs = {one.kind.decimal for one in table.columns.values() if one.kind.name == NUMBER_KIND}
    return "," if signs == {","} else "."
