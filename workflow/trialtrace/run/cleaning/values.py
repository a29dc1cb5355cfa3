"""Text becomes typed values. What cannot is named by a rule, in every row at once.

Each function takes text without blanks around it, missing cells as nulls, and gives the values
(null where there is none) with a mask for every broken rule. A cell breaks one rule at most.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError, one_of
from trialtrace.run.cleaning.rejects import (
    NUMBER,
    Broken,
    Finding,
    Parsed,
    as_mask,
    blank,
    limited,
    present_text,
    respelt,
    stripped,
    without_numbers,
)
from trialtrace.run.cleaning.times import (
    MOMENT,
    duration_number,
    moments,
    parse_clocks,
    parse_durations,
    split_datetimes,
)
from trialtrace.run.trial.cleaning import Convert, LinearFactor
from trialtrace.run.trial.dictionary import BOUNDS
from trialtrace.run.trial.model import Variable

# Text becomes dates, by the declared order of day, month and year.

ISO = r"^(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})$"
# What SDTM writes where the day, or the month too, is not known.
PARTIAL = r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$"
SHAPES = {
    "ymd": r"^(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})$",
    "dmy": r"^(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{4})$",
    "mdy": r"^(?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})[-/.](?P<y>[0-9]{4})$",
}


def parse_dates(text: pa.Array, order: str) -> Parsed:
    """Dates in the declared order, with a year of four digits.

    ISO dates (2026-11-20) are read under every order: they can mean one day only, and typed
    formats and database exports write them whatever was shown on the form.
    """
    iso, shaped = _parts(text, ISO), _parts(text, SHAPES[order])
    year, month, day = (np.where(i >= 0, i, s) for i, s in zip(iso, shaped, strict=True))
    present = as_mask(pc.is_valid(text))
    read = year >= 0
    part = as_mask(pc.match_substring_regex(text, PARTIAL))
    possible = read & _exists(year, month, day)
    days = _days(np.where(possible, year, 1970), np.where(possible, month, 1)) + day - 1
    values = pa.array(np.where(possible, days, 0).astype(np.int32), mask=~possible)
    words = {"d": "day", "m": "month", "y": "year"}
    spelt = ", ".join(words[letter] for letter in order)
    return values.cast(pa.date32()), [
        Broken("partial_date", "a month or a year, of which no day is known", part),
        Broken("not_a_date", f"not a date in the order {spelt}", present & ~read & ~part),
        Broken("impossible_date", "no such day in the calendar", read & ~possible),
    ]


def parse_datetimes(text: pa.Array, order: str, typed: bool) -> Parsed:
    """Dates with a time of day, to the second; ISO dates are read under every order.

    A date alone is midnight in the cells of a `typed` format, which writes it so; elsewhere its
    time is not known.
    """
    date, seconds, with_time, possible = split_datetimes(text)
    alone = as_mask(pc.is_valid(text)) & ~with_time
    days, broken = parse_dates(pc.if_else(pa.array(with_time), date, text), order)
    as_days = as_mask(pc.is_valid(days))
    without_time = alone & as_days
    usable = possible | (without_time if typed else np.zeros_like(alone))
    values = moments(days, np.where(with_time, seconds, 0), usable)
    partial = (without_time & ~typed) | broken[0].mask
    return values, [
        Broken("partial_date", "a date of which no day or no time is known", partial),
        Broken("not_a_date", f"{broken[1].reason} with a time of day", broken[1].mask),
        broken[2],
        Broken("impossible_time", "no such time of day", with_time & as_days & ~possible),
    ]


def _parts(text: pa.Array, shape: str) -> list[np.ndarray]:
    """Year, month, day as whole numbers; -1 where the text has another shape."""
    found = pc.extract_regex(text, shape)
    return [
        pc.fill_null(pc.struct_field(found, part).cast(pa.int64()), -1).to_numpy() for part in "ymd"
    ]


def _exists(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    proper = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    y, m = np.where(proper, year, 1970), np.where(proper, month, 1)
    length = _days(y + m // 12, m % 12 + 1) - _days(y, m)
    return proper & (day <= length)


def _days(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Days from 1970-01-01 to the first of the month."""
    months = (year - 1970) * 12 + (month - 1)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


WHOLE_CODE = re.compile(r"^([+-]?[0-9]+)\.0+$")
WHOLE = r"^[+-]?0*[0-9]{1,18}(\.0*)?$"
NOT_FINITE = r"(?i)^[+-]?(nan|inf|infinity)$"
EXACT = 2**53
TOO_LARGE = f"beyond {EXACT - 1}, up to which numbers are exact; a code of so many digits is text"


def parse(variable: Variable, text: pa.Array, spelling: "Spelling") -> Parsed:
    """The values of a column by the kind of its variable."""
    decimal, date_order = spelling.sign(variable), spelling.order(variable)
    if variable.choices:
        text, broken = parse_codes(text, variable.choices)
    else:
        broken = []
    if variable.kind == "text":
        return text, broken
    if variable.kind == "date":
        values, more = parse_dates(text, date_order)
    elif variable.kind == "datetime":
        values, more = parse_datetimes(text, date_order, spelling.typed)
    elif variable.kind == "time":
        values, more = parse_clocks(text)
    elif variable.duration:
        values, more = parse_durations(text, variable.duration, spelling.unit)
    elif variable.kind == "integer":
        values, more = parse_integers(text, decimal)
    else:
        values, more = parse_numbers(text, decimal)
    return values, broken + more


def parse_codes(text: pa.Array, choices: dict[str, str]) -> Parsed:
    """Codes of a closed list; 1.0 is the code 1, and 1 the code 1.0."""
    known = pc.is_in(text, value_set=pa.array(list(choices), type=pa.string()))
    numbers = {WHOLE_CODE.sub(r"\1", code): code for code in choices}
    same = pc.index_in(
        pc.replace_substring_regex(text, WHOLE_CODE.pattern, r"\1"),
        value_set=pa.array(list(numbers), type=pa.string()),
    )
    spelt = pa.array(list(numbers.values()), type=pa.string()).take(same)
    codes = pc.if_else(known, text, spelt)
    bad = pc.and_(pc.is_valid(text), pc.is_null(codes))
    reason = f"not one of the codes {one_of(choices)}"
    return codes, [Broken("unknown_code", reason, as_mask(bad))]


def codes_as_read(variable: Variable, text: pa.Array, codes: Iterable[str]) -> pa.Array:
    """Which of some codes the cells of a column are once they are read, where 1.0 is 1; null where
    none. Text without choices stays as it is spelt."""
    if variable.kind == "text" and not variable.choices:
        known = pc.is_in(text, value_set=pa.array([*codes], type=pa.string()))
        return blank(text, pc.invert(known))
    return parse_codes(text, dict.fromkeys(codes, ""))[0]


def parse_numbers(text: pa.Array, decimal: str) -> Parsed:
    """Finite numbers with the declared decimal sign; no grouping of thousands."""
    spelt, broken = _with_point(text, decimal)
    finite = pc.match_substring_regex(spelt, NUMBER)
    broken.append(_not_finite(spelt))
    bad = pc.and_not(pc.invert(finite), pc.match_substring_regex(spelt, NOT_FINITE))
    reason = f"not a number with the decimal sign {decimal!r}"
    broken.append(Broken("not_a_number", reason, as_mask(bad)))
    spelt = blank(spelt, pc.invert(finite))
    values = pc.utf8_ltrim(spelt, characters="+").cast(pa.float64())
    huge = pc.is_inf(values)
    if pc.any(huge).as_py():
        broken.append(Broken("not_finite", "too large for a number", as_mask(huge)))
        values = blank(values, huge)
    values, more = limited(values)
    return values, broken + more


MARKS = {" ": " \u00a0\u202f\u2009", "'": "'\u2019"}
"""The characters that a declared mark of thousands may be written as."""


def ungrouped(text: pa.Array, mark: str, decimal: str) -> pa.Array:
    """Numbers without their marks of thousands. A cell whose marks are not each before three digits
    stays as it is, and is then no number."""
    marks = f"[{re.escape(MARKS.get(mark, mark))}]"
    grouped = rf"^[+-]?[0-9]{{1,3}}(?:{marks}[0-9]{{3}})+(?:{re.escape(decimal)}[0-9]*)?$"
    without = pc.replace_substring_regex(text, marks, "")
    return pc.if_else(pc.match_substring_regex(text, grouped), without, text)


def parse_integers(text: pa.Array, decimal: str) -> Parsed:
    """Whole numbers; 3.0 is 3, and 3.5 is rejected."""
    spelt, _ = _with_point(text, decimal)
    plain = pc.match_substring_regex(spelt, WHOLE)
    digits = pc.replace_substring_regex(blank(spelt, pc.invert(plain)), r"\.0*$|^\+", "")
    values = digits.cast(pa.int64())
    others, broken = parse_numbers(blank(text, pc.fill_null(plain, False)), decimal)
    if others.null_count == len(others):
        return values, broken
    number = others.to_numpy(zero_copy_only=False)
    large = np.abs(number) >= EXACT
    whole = np.isfinite(number) & (number == np.floor(number)) & ~large
    bad = ~np.isnan(number) & ~whole & ~large
    broken.append(Broken("not_an_integer", "not a whole number", bad))
    broken.append(Broken("too_large", TOO_LARGE, large))
    rest = pa.array(np.where(whole, number, 0).astype(np.int64), mask=~whole)
    return pc.coalesce(values, rest), broken


def exact_integers(values: pa.Array) -> Parsed:
    """Whole numbers that are the same as a float, which every later step may make of them."""
    large = pc.or_(pc.greater_equal(values, EXACT), pc.less_equal(values, -EXACT))
    return blank(values, large), [Broken("too_large", TOO_LARGE, as_mask(large))]


def _with_point(text: pa.Array, decimal: str) -> Parsed:
    """Numbers spelt with a point; those with the sign that was not declared are rejected."""
    other = "," if decimal == "." else "."
    wrong = pc.match_substring(text, other)
    reason = f"holds {other!r}, and the declared decimal sign is {decimal!r}"
    spelt = blank(text, wrong)
    if decimal != ".":
        spelt = pc.replace_substring(spelt, decimal, ".")
    return spelt, [Broken("decimal_sign", reason, as_mask(wrong))]


def _not_finite(spelt: pa.Array) -> Broken:
    mask = pc.match_substring_regex(spelt, NOT_FINITE)
    return Broken("not_finite", "infinite or not a number", as_mask(mask))


# Units of measurement: every value of a column in one unit.
#
# `convert: {distance: {from: m, to: km, factor: 0.001}}` is of all values of a column,
# `convert: {weight: {unit_column: weight_unit, to: kg, factors: {kg: 1, g: 0.001}}}`. A factor is a
# number, or `{multiply: 0.5555555555555556, add: -17.77777777777778}` for scales with another zero.


@dataclass(frozen=True)
class Conversion:
    """The column that holds the unit of each value, and how each unit becomes `to`."""

    unit_column: str
    to: str
    multiply: dict[str, float]
    add: dict[str, float]
    missing: tuple[str, ...] = ()


def conversion_of(declared: Convert, missing: tuple[str, ...]) -> Conversion:
    """A conversion from its entry under `cleaning.tables.<table>.convert`."""
    multiply = {unit: float(factor.multiply) for unit, factor in declared.linear.items()}
    add = {unit: float(factor.add) for unit, factor in declared.linear.items()}
    return Conversion(declared.unit_column, declared.to, multiply, add, missing)


def convert_all(values: pa.Array, factor: LinearFactor) -> Parsed:
    """All values by one factor."""
    product = pc.multiply(values.cast(pa.float64()), float(factor.multiply))
    return limited(pc.add(product, float(factor.add)))


def convert(values: pa.Array, raw: pa.Table, conversion: Conversion) -> Parsed:
    """Values in the unit `to`; a value whose unit is missing or unknown is rejected."""
    units = stripped(raw[conversion.unit_column], conversion.missing)
    known = list(conversion.multiply)
    index = pc.index_in(units, value_set=pa.array(known, type=pa.string()))
    present = pc.is_valid(values)
    absent = pc.and_(present, pc.is_null(units))
    unknown = pc.and_(present, pc.and_(pc.is_valid(units), pc.is_null(index)))
    multiply = pa.array(np.array([conversion.multiply[unit] for unit in known])).take(index)
    add = pa.array(np.array([conversion.add[unit] for unit in known])).take(index)
    converted = pc.add(pc.multiply(values.cast(pa.float64()), multiply), add)
    converted, huge = limited(converted)
    column = conversion.unit_column
    return blank(converted, pc.or_(absent, unknown)), [
        Broken("missing_unit", f"a number without its unit in {column}", as_mask(absent)),
        Broken(
            "unknown_unit", f"the unit in {column} is not one of {one_of(known)}", as_mask(unknown)
        ),
        *huge,
    ]


@dataclass(frozen=True)
class Spelling:
    """How the cells of a source are written. A comma declared there or for a field holds.

    `typed` says that the source's format knows dates and times itself, `unit` the unit in which a
    duration is counted, `thousands` what stands between groups of three digits.
    """

    decimal: str = "."
    date_order: str | None = None
    missing: tuple[str, ...] = ()
    spelt: Mapping[str, str] = field(default_factory=dict)
    typed: bool = False
    unit: str = "s"
    thousands: str | None = None

    def order(self, variable: Variable) -> str:
        """The order of a variable's dates."""
        return variable.date_order or self.date_order or "ymd"

    def sign(self, variable: Variable) -> str:
        """The decimal sign of a variable's numbers."""
        return "," if "," in (variable.decimal, self.decimal) else "."


@dataclass(frozen=True)
class CleanColumn:
    """The values of a column, the cells that were missing, what was found, and the padded cells."""

    values: pa.Array
    missing: np.ndarray
    findings: list[Finding]
    padded: int


def clean_column(
    variable: Variable,
    raw: pa.Table,
    spelling: Spelling,
    conversion: Conversion | LinearFactor | None,
    identifies: bool = False,
) -> CleanColumn:
    """The typed values of a variable, with a finding for each rule that cells break.

    A column that `identifies` subjects is never calculated with: every digit of a whole number
    counts, and a number (a float) cannot keep them all.
    """
    cells = raw[variable.name].combine_chunks()
    trimmed = pc.utf8_trim_whitespace(cells)
    text = present_text(trimmed, spelling.missing)
    if spelling.spelt:
        text = respelt(text, spelling.spelt)
    numeric = variable.kind in ("number", "integer") and not variable.duration
    if numeric and spelling.thousands and not variable.choices:
        text = ungrouped(text, spelling.thousands, spelling.sign(variable))
    if numeric and not variable.choices:
        text = without_numbers(text, spelling.missing, spelling.sign(variable))
    values, broken = parse(variable, text, spelling)
    if variable.kind == ("number" if identifies else "integer"):
        values, more = exact_integers(values)
        broken += more
    if conversion is not None:
        if isinstance(conversion, LinearFactor):
            values, more = convert_all(values, conversion)
        else:
            values, more = convert(values, raw, conversion)
        broken += more
    values, more = check_range(variable, values, spelling.unit)
    missing = as_mask(pc.is_null(text))
    kept = pc.binary_length(trimmed)
    shorter = pc.and_(pc.greater(pc.binary_length(cells), kept), pc.greater(kept, 0))
    padded = pc.sum(shorter).as_py() or 0
    findings = [
        Finding(one.rule, one.reason, np.flatnonzero(one.mask), variable.name)
        for one in broken + more
    ]
    return CleanColumn(values, missing, findings, padded)


def check_range(
    variable: Variable, values: pa.Array, unit: str = "s"
) -> tuple[pa.Array, list[Broken]]:
    """Values between the dictionary's minimum and maximum, both included."""
    broken = []
    checks: list[tuple[str, str | None, Callable[..., Any], str]] = [
        ("below_minimum", variable.minimum, pc.less, "below the minimum of"),
        ("above_maximum", variable.maximum, pc.greater, "above the maximum of"),
    ]
    result = values
    for rule, limit, compare, words in checks:
        if limit is not None and variable.kind != "text":
            outside = compare(_comparable(values), _limit(variable, limit, unit))
            broken.append(Broken(rule, f"{words} the dictionary, {limit}", as_mask(outside)))
            result = blank(result, outside)
    return result, broken


def _comparable(values: pa.Array) -> pa.Array:
    """Whole numbers as floats, as limits are."""
    return values.cast(pa.float64(), safe=False) if pa.types.is_integer(values.type) else values


def _limit(variable: Variable, limit: str, unit: str) -> Any:
    try:
        if variable.kind == "date":
            return pa.scalar(datetime.date.fromisoformat(limit), type=pa.date32())
        if variable.kind == "datetime":
            return pa.scalar(datetime.datetime.fromisoformat(limit), type=MOMENT)
        if variable.kind == "time":
            return parse_clocks(pa.array([limit]))[0][0]
        if variable.duration:
            return pa.scalar(duration_number(limit, variable.duration, unit), type=pa.float64())
        return pa.scalar(float(limit.replace(",", ".")))
    except ValueError:
        raise UserError(
            f"dictionary.csv, row {variable.row}: minimum or maximum of {variable.name}",
            found=repr(limit),
            expected=BOUNDS.get(variable.kind, "a number"),
        ) from None
