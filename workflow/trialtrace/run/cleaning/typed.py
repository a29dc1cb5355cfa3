"""Typing: a raw table of text as typed rows, before any check looks at them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.account import Balance, Decision
from trialtrace.run.cleaning.keys import PLACE, Roster, TextOf, bad_rows, subject_text
from trialtrace.run.cleaning.layout import check_arms, check_columns, check_named
from trialtrace.run.cleaning.other_tables import Accepted
from trialtrace.run.cleaning.partial_dates import imputed
from trialtrace.run.cleaning.rejects import (
    FLAG,
    Finding,
    RejectLog,
    as_mask,
    blank,
    present_text,
    stripped,
    without_numbers,
)
from trialtrace.run.cleaning.spans import span_columns
from trialtrace.run.cleaning.unopened import without_unopened
from trialtrace.run.cleaning.values import (
    CleanColumn,
    Conversion,
    Spelling,
    clean_column,
    codes_as_read,
    conversion_of,
)
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.cleaning import ConvertAll, LinearFactor
from trialtrace.run.trial.load import Trial, arm_columns, arm_origin
from trialtrace.run.trial.model import Condition
from trialtrace.run.trial.study.file import TableSpec
from trialtrace.run.trial.study.source import (
    Delimited,
    date_order,
    decimal_sign,
    raw_tables,
    thousands_mark,
)

# The rows of a raw table that a clean table is made of: `tables.<name>.where` of trial.yaml.
#
#     rows of the raw table = selected + left out + undecided
#
# It comes before every other rule, so that a cell is judged as what it is in the rows of its own
# kind. A row is undecided where a value that the condition needs is missing or cannot be used; it
# is left out, and told.


@dataclass(frozen=True)
class Selected:
    """The rows that are used; positions in the whole raw table of those that are not."""

    whole: pa.Table
    raw: pa.Table
    left_out: np.ndarray
    undecided: np.ndarray

    @property
    def unused(self) -> pa.Table:
        """The rows that are not used."""
        return self.whole.take(pa.array(np.union1d(self.left_out, self.undecided)))


def all_rows(raw: pa.Table) -> Selected:
    """A table without a condition."""
    nothing = np.array([], dtype=np.int64)
    return Selected(raw, raw, nothing, nothing)


def select_rows(raw: pa.Table, where: Condition, values: Callable[[str], pa.Array]) -> Selected:
    """The rows that surely meet a condition over typed columns; `values` gives one by its name."""
    truth = evaluate(where, pa.table({name: values(name) for name in columns_of(where)}))
    unknown = as_mask(pc.is_null(truth))
    chosen = as_mask(pc.fill_null(truth, False))
    return Selected(
        raw,
        raw.filter(pa.array(chosen)),
        np.flatnonzero(~chosen & ~unknown),
        np.flatnonzero(unknown),
    )


@dataclass(frozen=True)
class Typed:
    """A table before its checks. `raw` are the rows of the raw table that it is made of, `kept` the
    positions of the accepted ones among them."""

    spec: TableSpec
    raw: pa.Table
    subject: pa.Array
    columns: dict[str, CleanColumn]
    kept: np.ndarray
    accepted: Accepted
    log: RejectLog
    selected: Selected

    def column(self, name: str) -> pa.Array:
        """The values of a column in every row, before any row is rejected."""
        if name in PLACE:
            return self.raw[name].combine_chunks()
        return self.columns[name].values

    def text(self, name: str) -> pa.Array:
        """The cells of a column in every row, without blanks around them; null where missing."""
        cells = pc.utf8_trim_whitespace(self.raw[name].combine_chunks())
        return blank(cells, pa.array(self.columns[name].missing))


@dataclass(frozen=True)
class Cleaned:
    """A clean table, its rejects, its counts, its subjects as text, and what it is made of."""

    table: pa.Table
    rejects: pa.Table
    balance: Balance
    subjects: pa.Array
    typed: Typed


def type_table(
    trial: Trial, spec: TableSpec, raw: pa.Table, known: Roster | None, names: bool = False
) -> Typed:
    """The typed rows of a raw table that `where` selects and whose keys are good; what is not good
    is in the log.

    `known` says whose rows they may be; None for the table that says who there is. `names` tells
    the names of columns that nobody declared. Raises UserError for columns and arms that are not
    those of the configuration.
    """
    check_columns(trial, spec, raw, names)
    check_named(trial, spec, raw)
    selected = _selected(trial, spec, without_unopened(trial, spec, raw))
    raw = selected.raw
    check_arms(trial, spec, raw)
    log = RejectLog(spec.name)
    columns = {name: clean_cells(trial, spec, raw, name) for name in trial.dictionary[spec.name]}
    subject = subject_text(_table(raw, columns, {}), spec)
    marks = _impute(trial, spec, raw, columns, subject, known)
    for column in columns.values():
        for finding in column.findings:
            log.add(finding)
    rules = trial.cleaning.tables[spec.name]
    spans, found = span_columns(rules.spans, lambda name: columns[name].values)
    for finding in found:
        log.add(finding)
    typed = _table(raw, columns, marks | spans)
    text = text_of(trial, spec, raw)
    for finding in bad_rows(typed, text, spec, subject, known, rules.conflict.take):
        log.add(finding)
    accepted = np.ones(raw.num_rows, dtype=bool)
    accepted[log.rejected_rows()] = False
    kept = np.flatnonzero(accepted)
    _flag_required(trial, spec, columns, kept, log)
    rows = Accepted(typed.take(kept), subject.take(pa.array(kept)))
    return Typed(spec, raw, subject, columns, kept, rows, log, selected)


def _table(
    raw: pa.Table, columns: Mapping[str, CleanColumn], further: dict[str, pa.Array]
) -> pa.Table:
    place = {name: raw[name] for name in PLACE}
    return pa.table(place | {name: column.values for name, column in columns.items()} | further)


def _impute(
    trial: Trial,
    spec: TableSpec,
    raw: pa.Table,
    columns: dict[str, CleanColumn],
    subject: pa.Array,
    known: Roster | None,
) -> dict[str, pa.Array]:
    """Give the partial dates of `columns` a day where cleaning.yaml says which; the further columns
    that say so."""
    # A bound is a known date, not one that another rule takes.
    given = {name: column.values for name, column in columns.items()}

    milestones = trial.subjects.milestones
    life = milestones.origins(trial.subjects.table) if milestones else {}

    def bounds(name: str) -> pa.Array:
        if name not in given and name in life:
            name = life[name].column
        if name in given:
            return given[name]
        if known is None or name not in known.dates:
            return pa.nulls(raw.num_rows, pa.date32())
        return known.dates[name].take(pc.index_in(subject, value_set=known.accepted))

    marks: dict[str, pa.Array] = {}
    for name, rule in trial.cleaning.tables[spec.name].partial_dates.items():
        variable, spelling = trial.dictionary[spec.name][name], spelling_of(trial, spec, name)
        text = stripped(raw[name], spelling.missing)
        columns[name], more = imputed(variable, columns[name], text, spelling, rule, bounds)
        marks |= more
    return marks


def _selected(trial: Trial, spec: TableSpec, raw: pa.Table) -> Selected:
    if spec.where is None:
        return all_rows(raw)
    return select_rows(raw, spec.where, lambda name: clean_cells(trial, spec, raw, name).values)


def clean_cells(trial: Trial, spec: TableSpec, raw: pa.Table, name: str) -> CleanColumn:
    """A column of a table, by the dictionary and cleaning.yaml."""
    rules = trial.cleaning.tables[spec.name]
    data = rules.convert.get(name)
    conversion: Conversion | LinearFactor | None = None
    if isinstance(data, ConvertAll):
        conversion = data.linear
    elif data is not None:
        conversion = conversion_of(data, rules.absent.get(data.unit_column, ()))
    variable, spelling = trial.dictionary[spec.name][name], spelling_of(trial, spec, name)
    return clean_column(variable, raw, spelling, conversion, name == spec.subject)


def spelling_of(trial: Trial, spec: TableSpec, column: str) -> Spelling:
    """How the cells of a column are written, by its source and cleaning.yaml."""
    # Items of one table are spelt alike.
    raw = trial.source.items[raw_tables(trial.source)[spec.of][0]]
    missing = trial.cleaning.tables[spec.name].absent.get(column, ())
    spelt = spelt_as(trial, spec, column)
    typed = not isinstance(raw, Delimited)
    unit = trial.cleaning.tables[spec.name].units.get(column, "s")
    thousands = thousands_mark(raw)
    return Spelling(decimal_sign(raw), date_order(raw), missing, spelt, typed, unit, thousands)


def spelt_as(trial: Trial, spec: TableSpec, column: str) -> dict[str, str]:
    """Other spellings of the codes of a column, with the code that each is read as."""
    spelt = dict(trial.cleaning.tables[spec.name].spelt.get(column, {}))
    if column in arm_columns(trial, spec):
        for arm in trial.design.arms.values():
            spelt |= dict.fromkeys(arm.codes[1:], arm.code)
    return spelt


def read_otherwise(trial: Trial, typed: Typed) -> Iterator[Decision]:
    """What is converted by a factor, and what is read as another code, with the cells of each."""
    spec = typed.spec
    for column, given in trial.cleaning.tables[spec.name].convert.items():
        if isinstance(given, ConvertAll):
            factor = given.linear
            added = f", then {factor.add:+g}" if factor.add else ""
            what = f"{given.from_} to {given.to}, times {factor.multiply:g}{added}"
            n = int((~typed.columns[column].missing).sum())
            yield Decision(spec.name, column, what, n, "the unit that cleaning.yaml declares")
    yield from kinds_of_missing(trial, typed)
    for column in typed.columns:
        spelt, cells = spelt_as(trial, spec, column), None
        for code in dict.fromkeys(spelt.values()):
            others = [other for other, meant in spelt.items() if meant == code]
            cells = typed.text(column).to_pylist() if cells is None else cells
            quoted = ", ".join(f'"{other}"' for other in others)
            n = sum(cell in others for cell in cells)
            yield Decision(spec.name, column, f'{quoted} read as "{code}"', n, "declared synonyms")


def kinds_of_missing(trial: Trial, typed: Typed) -> Iterator[Decision]:
    """How many cells hold each value that means missing, where cleaning.yaml says what it says."""
    spec = typed.spec
    for column, kinds in trial.cleaning.tables[spec.name].missing.items():
        if isinstance(kinds, Mapping) and column in typed.columns:
            sign = spelling_of(trial, spec, column).sign(trial.dictionary[spec.name][column])
            text = stripped(typed.raw[column], ())
            for code, kind in kinds.items():
                left = without_numbers(present_text(text, (code,)), (code,), sign)
                n = left.null_count - text.null_count
                yield Decision(spec.name, column, f'"{code}" is missing', n, kind)


def text_of(trial: Trial, spec: TableSpec, raw: pa.Table) -> TextOf:
    """Gives, for some rows, the cells of the dictionary's columns without blanks around them."""
    missing = trial.cleaning.tables[spec.name].absent

    def text(positions: np.ndarray) -> pa.Table:
        rows = raw.select(list(trial.dictionary[spec.name])).take(pa.array(positions))
        cells = {n: stripped(rows[n], missing.get(n, ())) for n in rows.column_names}
        return pa.table(cells)

    return text


def _flag_required(
    trial: Trial,
    spec: TableSpec,
    columns: dict[str, CleanColumn],
    kept: np.ndarray,
    log: RejectLog,
) -> None:
    """A required value that is missing is listed; its row stays."""
    for name, variable in trial.dictionary[spec.name].items():
        if variable.required:
            absent = np.intersect1d(np.flatnonzero(columns[name].missing), kept)
            log.add(Finding("required", "a value is required and missing", absent, name, FLAG))


@dataclass(frozen=True)
class Arms:
    """Label of each arm -> its subjects as text; none where a patient has every treatment, and none
    of an open report."""

    subjects: Mapping[str, pa.Array] = field(default_factory=dict)

    def rows(self, typed: Typed) -> dict[str, np.ndarray]:
        """Label of each arm -> a mask of the rows of a table."""
        return {
            label: pc.is_in(typed.subject, value_set=subjects).to_numpy(zero_copy_only=False)
            for label, subjects in self.subjects.items()
        }


def arms_of(trial: Trial, typed: Mapping[str, Typed]) -> Arms:
    """The subjects of each arm, by the column that says it."""
    origin = arm_origin(trial)
    if origin is None or trial.pooled:
        return Arms()
    one = typed[origin.table]
    every = [code for arm in trial.design.arms.values() for code in arm.codes]
    variable = trial.dictionary[origin.table][origin.column]
    code = codes_as_read(variable, one.text(origin.column), every)
    return Arms(
        {
            arm.label: pc.unique(
                pc.drop_null(
                    one.subject.filter(
                        pc.fill_null(pc.is_in(code, value_set=pa.array(arm.codes)), False)
                    )
                )
            )
            for arm in trial.design.arms.values()
        }
    )


def told_by_arm(arms: Mapping[str, np.ndarray], gone: np.ndarray, there: np.ndarray) -> str:
    """ "By arm: Active 2 of 20, Control 0 of 20", of masks of rows; empty where no arm has any."""
    parts = [
        f"{label} {int((gone & mask).sum())} of {int((there & mask).sum())}"
        for label, mask in arms.items()
        if (there & mask).any()
    ]
    return f"By arm: {', '.join(parts)}" if len(arms) > 1 and parts else ""
