"""Before cleaning: columns are those of the dictionary, arms are those of the design."""

import json
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems, UserError, did_you_mean, one_of
from trialtrace.run.cleaning.cells import as_mask, stripped
from trialtrace.run.cleaning.column_words import ToldColumns, told_columns
from trialtrace.run.cleaning.ignored import described_beside, ignored_by_entry
from trialtrace.run.cleaning.keys import PLACE
from trialtrace.run.cleaning.rejects import REJECT
from trialtrace.run.cleaning.summary import run_text
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cleaning import Convert
from trialtrace.run.trial.ignored import OTHERS, is_wide
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.tables import TableSpec
from trialtrace.run.trial.treatment import arm_columns

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


def _entries(strange: list[str], told: ToldColumns) -> str:
    """What to write under `ignore` for columns: their names where these may be told."""
    names = strange if told.by_name else [OTHERS]
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
    place: str, spec: TableSpec, variables: dict[str, Variable], told: ToldColumns
) -> None:
    """Where no declared column is there, the names are no names: told once, and not by name."""
    if variables and not told.known.intersection(told.there):
        raise UserError(
            place,
            f"the first row of the raw table {spec.of} does not look like a header",
            found=f"{len(told.there)} column(s), and none of the {len(variables)} that "
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
                problems.add(
                    f"{place}.{key}",
                    found=repr(name),
                    expected=f"a column of dictionary.csv: {one_of(variables)}",
                    do=did_you_mean(name, variables),
                )
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
    known = pc.is_in(text, value_set=pa.array(codes, type=pa.string()))
    bad = np.flatnonzero(as_mask(pc.and_(pc.is_valid(text), pc.invert(known))))
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
