"""Text becomes typed values. What cannot is named by a rule, in every row at once.

Each function takes text without blanks around it, missing cells as nulls, and gives the values
(null where there is none) with a mask for every broken rule. A cell breaks one rule at most.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.cells import NUMBER, Broken, Parsed, as_mask, blank, limited
from trialtrace.run.trial.model import Variable

# Text becomes dates, by the declared order of day, month and year.

ISO = r"^(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})$"
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
    possible = read & _exists(year, month, day)
    days = _days(np.where(possible, year, 1970), np.where(possible, month, 1)) + day - 1
    values = pa.array(np.where(possible, days, 0).astype(np.int32), mask=~possible)
    words = {"d": "day", "m": "month", "y": "year"}
    spelt = ", ".join(words[letter] for letter in order)
    return values.cast(pa.date32()), [
        Broken("not_a_date", f"not a date in the order {spelt}", present & ~read),
        Broken("impossible_date", "no such day in the calendar", read & ~possible),
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


WHOLE = r"^[+-]?0*[0-9]{1,18}(\.0*)?$"
NOT_FINITE = r"(?i)^[+-]?(nan|inf|infinity)$"
EXACT = 2**53
TOO_LARGE = f"beyond {EXACT - 1}, up to which numbers are exact; a code of so many digits is text"


def parse(variable: Variable, text: pa.Array, decimal: str, date_order: str) -> Parsed:
    """The values of a column by the kind of its variable."""
    if variable.choices:
        text, broken = parse_codes(text, variable.choices)
    else:
        broken = []
    if variable.kind == "text":
        return text, broken
    if variable.kind == "date":
        values, more = parse_dates(text, date_order)
    elif variable.kind == "integer":
        values, more = parse_integers(text, decimal)
    else:
        values, more = parse_numbers(text, decimal)
    return values, broken + more


def parse_codes(text: pa.Array, choices: dict[str, str]) -> Parsed:
    """Codes of a closed list."""
    known = pc.is_in(text, value_set=pa.array(list(choices), type=pa.string()))
    bad = pc.and_(pc.is_valid(text), pc.invert(known))
    reason = f"not one of the codes {one_of(choices)}"
    return blank(text, bad), [Broken("unknown_code", reason, as_mask(bad))]


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
