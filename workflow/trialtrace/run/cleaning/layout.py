"""Before cleaning: columns are those of the dictionary, arms are those of the design."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, UserError, did_you_mean, one_of
from trialtrace.base.words import column_letters
from trialtrace.run.cleaning.account import Decision, run_text
from trialtrace.run.cleaning.keys import PLACE
from trialtrace.run.cleaning.rejects import REJECT, as_mask, stripped
from trialtrace.run.cleaning.values import codes_as_read
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cleaning import Convert
from trialtrace.run.trial.ignored import OTHERS, covered_by, is_wide
from trialtrace.run.trial.load import Trial, arm_columns
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import TableSpec

# Columns of a raw table that cleaning.yaml leaves out, by name, by pattern, or as the rest.


def ignored_by_entry(trial: Trial, spec: TableSpec, raw: pa.Table) -> dict[str, list[str]]:
    """Each entry of `ignore` and the columns of the raw table that it covers."""
    described = trial.dictionary.get(spec.name, {})
    free = [name for name in raw.column_names if name not in described and name not in PLACE]
    entries = trial.cleaning.tables[spec.name].ignore
    elsewhere = described_beside(trial, spec)
    return covered_by(entries, [one for one in free if one in entries or one not in elsewhere])


def described_beside(trial: Trial, spec: TableSpec) -> set[str]:
    """Columns of the same raw table that the dictionary describes for another table made of it."""
    beside = [
        name for name, table in trial.tables.items() if table.of == spec.of and name != spec.name
    ]
    return {column for name in beside for column in trial.dictionary.get(name, {})}


def ignored_columns(trial: Trial, spec: TableSpec, raw: pa.Table) -> dict[str, str]:
    """Each column that is left out, with the reason."""
    reasons = trial.cleaning.tables[spec.name].ignore
    covered = ignored_by_entry(trial, spec, raw)
    return {name: reasons[entry] for entry, names in covered.items() for name in names}


def ignore_decisions(trial: Trial, spec: TableSpec, raw: pa.Table) -> list[Decision]:
    """What patterns and `others` cover; an entry that names its column says so itself."""
    rules = trial.cleaning.tables[spec.name]
    there = [name for name in raw.column_names if name not in PLACE]
    known = [*trial.dictionary[spec.name], *rules.ignore]
    told = told_columns(there, known, trial.source.kind)
    return [
        Decision(
            spec.name, None, _what(entry, told.several(names)), len(names), rules.ignore[entry]
        )
        for entry, names in ignored_by_entry(trial, spec, raw).items()
        if is_wide(entry) and names != [entry]
    ]


def _what(entry: str, columns: str) -> str:
    meant = "other columns" if entry == OTHERS else f"columns {entry}"
    return f"{meant} not used: {columns or 'none'}"


# How messages speak of the columns of a raw table.
#
# Where a file has no header its first row stands in its place, and where it is read in another
# encoding the whole file may: then what looks like a name is a patient's cell. So of a trial's own
# files only names that the configuration knows are told; others by their place.

LONGEST = 40


@dataclass(frozen=True)
class ToldColumns:
    """The columns of a raw table in their order; `known` are those that the configuration names.

    `by_name` says whether names that it does not know may be told.
    """

    there: list[str]
    known: frozenset[str]
    by_name: bool

    @property
    def strange(self) -> list[str]:
        return [name for name in self.there if name not in self.known]

    def one(self, name: str) -> str:
        """A column: "column weight", or "column 28 of 60 (AB)"."""
        if self.by_name or name in self.known:
            return f"column {name[:LONGEST]}"
        position = self.there.index(name) + 1
        return f"column {position} of {len(self.there)} ({column_letters(position)})"

    def several(self, names: list[str]) -> str:
        """Columns in a list: all their names, or their places; empty where there are none."""
        if self.by_name or not names:
            return ", ".join(name[:LONGEST] for name in names)
        places = {name: position for position, name in enumerate(self.there, start=1)}
        return f"columns {run_text(places[name] for name in names)} of {len(self.there)}"

    def all(self) -> str:
        """What there is, for an `expected` line."""
        shown = self.there if self.by_name else [one for one in self.there if one in self.known]
        hidden = len(self.there) - len(shown)
        others = f"; {hidden} that nobody declared" if hidden else ""
        names = one_of(name[:LONGEST] for name in shown)
        return f"one of its {len(self.there)} columns: {names}{others}"

    def near(self, name: str) -> str | None:
        """A question after the column that a name may mean, or None where none is near."""
        found = self.like(name)
        return f"did you mean {self.one(found)}? Its name is much like this" if found else None

    def like(self, name: str) -> str | None:
        """The column that nobody declared whose name is like this one; None where none is."""
        return next((one for one in self.strange if did_you_mean(name, [one])), None)


def told_columns(
    there: list[str], known: Iterable[str], kind: str, names: bool = False
) -> ToldColumns:
    """For a raw table of a source of this kind: files are a trial's own, whose names are told where
    the reader has asked for `names`."""
    return ToldColumns(there, frozenset(known), names or kind != "files")


ROWS_TOLD = 20
NO_REASON = '""'


def check_columns(trial: Trial, spec: TableSpec, raw: pa.Table, names: bool = False) -> None:
    """Every column is described or ignored with a reason, and every described one is there.

    `names` tells the names of a file's columns that nobody declared; else their places.
    """
    problems = Problems()
    place = f"{trial.name}: table {spec.name}"
    variables = trial.dictionary.get(spec.name, {})
    ignore = trial.cleaning.tables[spec.name].ignore
    there = [name for name in raw.column_names if name not in PLACE]
    told = told_columns(there, [*variables, *ignore], trial.source.kind, names)
    _check_header(place, spec, variables, told)
    gone = [name for name in variables if name not in there]
    for name in gone:
        problems.add(
            f"{place}, column {name}",
            f"is in dictionary.csv (row {variables[name].row}) and not in the raw table {spec.of}",
            expected=told.all(),
            do=told.near(name) or "take it out of the dictionary, or mend the export",
        )
    covered = ignored_by_entry(trial, spec, raw)
    _check_ignore(trial, spec, there, covered, problems)
    # What a described column is told to be meant by is no further mistake.
    known = {*variables, *chain(*covered.values()), *map(told.like, gone)}
    known |= described_beside(trial, spec)
    if strange := [name for name in there if name not in known]:
        problems.add(
            place,
            found=f"{len(strange)} of {len(there)} columns of the raw table {spec.of} that neither "
            f"dictionary.csv nor cleaning.yaml has: {told.several(strange)}",
            expected="every column described, or left out with its reason",
            do="describe them in dictionary.csv, or write in cleaning.yaml, with the reason "
            f"between the quotes, tables: {{{spec.name}: {{ignore: {_entries(strange, told)}}}}}",
        )
    problems.raise_if_any()


def _entries(strange: list[str], columns: ToldColumns) -> str:
    """What to write under `ignore` for columns: their names where these may be told."""
    names = strange if columns.by_name else [OTHERS]
    quoted = (json.dumps(name, ensure_ascii=False) for name in names)
    return f"{{{', '.join(f'{name}: {NO_REASON}' for name in quoted)}}}"


def _check_ignore(
    trial: Trial,
    spec: TableSpec,
    there: list[str],
    covered: dict[str, list[str]],
    problems: Problems,
) -> None:
    """Every entry of `ignore` says why, and covers a column; the rest may be none."""
    for name, reason in trial.cleaning.tables[spec.name].ignore.items():
        at = f"{trial.name}: cleaning.yaml: tables.{spec.name}.ignore.{name}"
        if name in there and name not in covered[name]:
            problems.add(at, "dictionary.csv describes this column", do="keep one of the two")
        elif not covered[name] and name != OTHERS:
            what = "column that fits and is left for it" if is_wide(name) else "such column"
            problems.add(at, f"the raw table {spec.of} has no {what}", do="take the entry out")
        elif not str(reason or "").strip():
            problems.add(at, "says no reason", expected="why the column is not used")


def _check_header(
    place: str, spec: TableSpec, variables: dict[str, Variable], columns: ToldColumns
) -> None:
    """Where no declared column is there, the names are no names: told once, and not by name."""
    if variables and not columns.known.intersection(columns.there):
        raise UserError(
            place,
            f"the first row of the raw table {spec.of} does not look like a header",
            found=f"{len(columns.there)} column(s), and none of the {len(variables)} that "
            f"dictionary.csv declares for {spec.name}",
            expected=f"columns such as {one_of(variables, 6)}",
            do="look at the export's first row, and at source in trial.yaml: separator, "
            "encoding, sheet",
        )


def check_named(trial: Trial, spec: TableSpec, raw: pa.Table) -> None:
    """The columns that trial.yaml and cleaning.yaml name are there and of a kind that fits."""
    problems = Problems()
    variables = trial.dictionary[spec.name]
    rules = trial.cleaning.tables[spec.name]
    place = f"{trial.name}: trial.yaml: tables.{spec.name}"
    named = {"subject": (spec.subject,), "key": spec.key_, "arm": tuple(arm_columns(trial, spec))}
    named["where"] = tuple(columns_of(spec.where or {}))
    for key, columns in named.items():
        for name in columns:
            if name not in variables and name not in PLACE:
                expected = f"a column of dictionary.csv: {one_of(variables)}"
                do = did_you_mean(name, variables)
                problems.add(f"{place}.{key}", found=repr(name), expected=expected, do=do)
    at = f"{trial.name}: cleaning.yaml: tables.{spec.name}"
    for name, column in rules.convert.items():
        if name not in variables or variables[name].kind != "number":
            problems.add(f"{at}.convert.{name}", expected="a column of numbers in dictionary.csv")
        if isinstance(column, Convert) and column.unit_column not in raw.column_names:
            problems.add(
                f"{at}.convert.{name}.unit_column",
                found=repr(column.unit_column),
                expected="a column of the raw table",
                do=did_you_mean(column.unit_column, [*variables, *rules.ignore]),
            )
    for name in rules.missing:
        if name not in raw.column_names:
            problems.add(f"{at}.missing.{name}", expected="a column of the raw table")
    for check in trial.cleaning.checks.values():
        held = set(check.listed) & {spec.subject, *spec.key_}
        if check.table == spec.name and check.severity == REJECT and held:
            problems.add(
                f"{trial.name}: cleaning.yaml: checks.{check.name}",
                f"would take away key columns: {one_of(sorted(held))}",
                do="list other columns, or use severity: flag",
            )
    if spec.name == trial.subjects.table and not raw.num_rows:
        problems.add(f"{trial.name}: raw table {spec.of}", "has no rows, so there is no subject")
    problems.raise_if_any()


def check_arms(trial: Trial, spec: TableSpec, raw: pa.Table) -> None:
    """Every arm in the data is an arm of the design: a wrong arm would be a wrong analysis."""
    for column in arm_columns(trial, spec):
        _check_arms(trial, spec, column, raw)


def _check_arms(trial: Trial, spec: TableSpec, column: str, raw: pa.Table) -> None:
    missing = trial.cleaning.tables[spec.name].absent.get(column, ())
    text = stripped(raw[column], missing)
    codes = [code for arm in trial.design.arms.values() for code in arm.codes]
    read = codes_as_read(trial.dictionary[spec.name][column], text, codes)
    bad = np.flatnonzero(as_mask(pc.and_(pc.is_valid(text), pc.is_null(read))))
    if not len(bad):
        return
    other = pc.unique(text.take(bad)).to_pylist()
    lines = run_text(raw["source_row"].take(bad[:ROWS_TOLD]).to_pylist())
    more = ", …" if len(bad) > ROWS_TOLD else ""
    file = raw["source_file"][int(bad[0])].as_py()
    spelt = {_plain(code): code for code in codes}
    near = sorted({spelt[_plain(one)] for one in other if _plain(one) in spelt})
    meant = f"did you mean {one_of(near)}, but for capital letters or blanks? " if near else ""
    raise UserError(
        f"{trial.name}: table {spec.name}, column {column}",
        "the data has arms that the design does not have",
        found=f"{len(other)} other code(s) in {len(bad)} row(s): {file}, lines {lines}{more}",
        expected=f"the arms' codes in trial.yaml: {one_of(codes)}",
        do=f"{meant}mend design.arms, where `code` may be a list of spellings, or the export; "
        "a code that is listed under missing in cleaning.yaml leaves its patients out of all "
        "arms",
    )


def _plain(code: str) -> str:
    """A code without capital letters and blanks."""
    return "".join(code.casefold().split())
