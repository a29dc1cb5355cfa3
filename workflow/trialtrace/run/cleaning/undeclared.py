"""Cells that may mean something else than what they are read as, and that nothing declares.

Markers of missing values, marks of thousands, and dates that a spreadsheet made of ranges. Each is
a red line; none is decided here.
"""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.cleaning.lines import lines_alone
from trialtrace.run.cleaning.rejects import NUMBER, stripped
from trialtrace.run.cleaning.typed import Typed, spelling_of
from trialtrace.run.tables.missing_markers import CASTOR, CASTOR_CODES, markers_among
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.source import raw_tables

MOST_LEVELS = 30
"""A column of more different values is no list of codes or ranges."""
# As spreadsheets abbreviate months in English, German, French, Spanish, Italian and Dutch.
# fmt: off
MONTHS = frozenset((
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mrz",
    "mär", "mai", "okt", "dez", "fév", "avr", "jui", "aoû", "déc", "ene", "abr", "ago", "dic",
    "gen", "mag", "giu", "lug", "set", "ott", "maa", "mei",
))
# fmt: on
_DAY_MONTH = re.compile(
    r"\d{1,2}[-./ ]{1,2}([^\W\d_]{3,5})\.?|([^\W\d_]{3,5})\.?[-./ ]{1,2}\d{1,2}"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}( 00:00(:00)?)?|\d{1,2}([./])\d{1,2}\3(\d{4})?")
_NUMBER_OR_RANGE = re.compile(
    r"[<>≤≥=]*\s*\d+([.,]\d+)?\s*\+?|\d+([.,]\d+)?\s*(-|–|to)\s*\d+([.,]\d+)?"
)


def undeclared(trial: Trial, typed: Typed, column: str) -> list[RedLine]:
    """The red lines of a column."""
    variable = trial.dictionary[typed.spec.name][column]
    if variable.identifier or column == typed.spec.subject:
        return []
    if variable.kind == "text":
        text = stripped(typed.raw[column], spelling_of(trial, typed.spec, column).missing)
        return [*_markers(typed, column, text), *_spreadsheet_dates(typed, column, text)]
    if variable.kind in ("number", "integer") and not (variable.choices or variable.duration):
        return [*_castor_numbers(typed, column), *_thousands(trial, typed, column)]
    return []


def _rows(typed: Typed, text: pa.Array, values: list[str]) -> np.ndarray:
    """The accepted rows that hold one of these texts."""
    at = pc.is_in(text, value_set=pa.array(values, type=pa.string()))
    return np.intersect1d(np.flatnonzero(np.asarray(at)), typed.kept)


def _markers(typed: Typed, column: str, text: pa.Array) -> list[RedLine]:
    """Markers that are used as text or as a code: an event of "all others" would have them too."""
    used = typed.columns[column].values.drop_null().unique().to_pylist()
    found = markers_among(used)
    rows = _rows(typed, text, list(found))
    if not len(rows):
        return []
    system = next(one for value, one in found.items()).system
    table = typed.spec.name
    said = f"Table {table}, column {column}: {len(rows)} cells hold what {system} writes for a "
    said += (
        f"missing value ({lines_alone(typed, rows)}), and are used as values. If they are missing, "
    )
    said += f"list them in cleaning.yaml: tables.{table}.missing.{column}."
    return [RedLine("missing_marker", table, column, said)]


def _castor_numbers(typed: Typed, column: str) -> list[RedLine]:
    """Castor's codes -95 to -99 in a column whose other numbers are all 0 or more."""
    values = typed.columns[column].values.cast(pa.float64())
    codes = pc.is_in(values, value_set=pa.array([float(code) for code in CASTOR_CODES]))
    rows = np.intersect1d(np.flatnonzero(np.asarray(codes)), typed.kept)
    others = values.filter(pc.invert(codes)).drop_null()
    if not len(rows) or not len(others) or pc.min(others).as_py() < 0:
        return []
    table = typed.spec.name
    said = f"Table {table}, column {column}: {len(rows)} cells hold -95 to -99 "
    said += f"({lines_alone(typed, rows)}), as {CASTOR.system} writes missing values, and no other "
    said += f"number is below 0. If they are missing, list them in cleaning.yaml: tables.{table}."
    said += f"missing.{column}."
    return [RedLine("missing_marker", table, column, said)]


def _thousands(trial: Trial, typed: Typed, column: str) -> list[RedLine]:
    """Three digits behind the decimal sign of every cell that has one: 8.360 may be 8360.

    Nothing is said where the source declares its mark of thousands, the dictionary the number of
    decimals, where a cell of 1000 or more has no mark, or where the maximum forbids thousands.
    """
    variable = trial.dictionary[typed.spec.name][column]
    spelling = spelling_of(trial, typed.spec, column)
    if spelling.typed or spelling.thousands or variable.decimals is not None:
        return []
    sign = re.escape(spelling.sign(variable))
    values = typed.columns[column].values.cast(pa.float64())
    text = stripped(typed.raw[column], spelling.missing)
    marked = pc.and_(pc.is_valid(values), pc.match_substring_regex(text, sign))
    grouped = pc.match_substring_regex(text, rf"^[+-]?[1-9][0-9]{{0,2}}{sign}[0-9]{{3}}$")
    rows = np.flatnonzero(np.asarray(pc.fill_null(marked, False)))
    if not len(rows) or not pc.all(grouped.filter(marked)).as_py():
        return []
    least = 1000 * (pc.min(pc.abs(values.filter(marked))).as_py() or 0)
    limit = (variable.maximum or "").replace(",", ".")
    if (pc.max(pc.abs(values)).as_py() or 0) >= 1000 or (
        re.match(NUMBER, limit) and least > float(limit)
    ):
        return []
    table, items = typed.spec.name, raw_tables(trial.source)[typed.spec.of]
    mark = spelling.sign(variable)
    said = f"Table {table}, column {column}: all {len(rows)} numbers with a {mark!r} have three "
    said += (
        f"digits behind it ({lines_alone(typed, rows)}), and are read as fractions. If they are "
    )
    said += f'thousands, write trial.yaml: source.items.{items[0]}.thousands: "{mark}"; if they '
    said += "are fractions, give the field the validation number_3dp in dictionary.csv."
    return [RedLine("thousands", table, column, said)]


def is_date_of_spreadsheet(value: str) -> bool:
    """Whether a text is a day and a month, or a date, as a spreadsheet writes it."""
    if match := _DAY_MONTH.fullmatch(value):
        return (match[1] or match[2])[:3].casefold() in MONTHS
    return _DATE.fullmatch(value) is not None


def _spreadsheet_dates(typed: Typed, column: str, text: pa.Array) -> list[RedLine]:
    """Dates among numbers or ranges in a column of few levels: 03-Jan was 1-3, or 3-1."""
    levels = text.take(pa.array(typed.kept)).drop_null().unique().to_pylist()
    if len(levels) > MOST_LEVELS:
        return []
    dates = [level for level in levels if is_date_of_spreadsheet(level)]
    others = [level for level in levels if _NUMBER_OR_RANGE.fullmatch(level)]
    if not dates or not others:
        return []
    rows, table = _rows(typed, text, dates), typed.spec.name
    said = f"Table {table}, column {column}: {len(dates)} of its {len(levels)} different values "
    said += (
        f"are dates ({lines_alone(typed, rows)}), and others are numbers or ranges. A spreadsheet "
    )
    said += "makes the date 03-Jan of the range 1-3: compare the column with its source, and write "
    said += f"the ranges into the export, or accept it: cleaning.yaml, tables.{table}.accept."
    return [RedLine("spreadsheet_dates", table, column, said + f"{column}.")]
