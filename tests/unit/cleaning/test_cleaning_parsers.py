"""The parsers against Python's own: the same values, and no text that makes them stumble."""

import datetime as dt
import re

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialtrace.run.cleaning.values import parse_dates, parse_integers, parse_numbers

PYTHON_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
TEXTS = st.lists(st.text("0123456789+-.,eEinfa _", max_size=8), min_size=1, max_size=20)


def column(texts: list[str]) -> pa.Array:
    return pa.array([text or None for text in texts], type=pa.string())


def broken_rows(broken: list, rows: int) -> list[int]:
    return [sum(bool(rule.mask[row]) for rule in broken) for row in range(rows)]


def python_number(text: str) -> float | None:
    if not PYTHON_NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) < 1e100 else None


@settings(max_examples=300)
@given(TEXTS)
@example(["1e999", "-0", "+.5e-3", "1e-999", "00012", "9" * 400])
def test_numbers(texts: list[str]):
    values, broken = parse_numbers(column(texts), ".")
    assert values.to_pylist() == [python_number(text) for text in texts]
    expected = [int(bool(text) and python_number(text) is None) for text in texts]
    assert broken_rows(broken, len(texts)) == expected


def test_whole_numbers_that_share_a_float_are_not_guessed():
    """2^53 and 2^53 + 1 are one float: neither is taken from a spelling with an exponent."""
    texts = ["9.007199254740991e15", "9.007199254740992e15", "9.007199254740993e15"]
    values, broken = parse_integers(column(texts), ".")
    assert values.to_pylist() == [2**53 - 1, None, None]
    assert broken_rows(broken, 3) == [0, 1, 1]


@settings(max_examples=300)
@given(TEXTS)
@example(["3.0", "-0", "+7.", "1e3", "999999999999999999", "-1e16", "0.0", "00.5"])
def test_integers(texts: list[str]):
    """Up to 18 digits exactly; other spellings of whole numbers below 2^53."""
    values, broken = parse_integers(column(texts), ".")
    for text, value in zip(texts, values.to_pylist(), strict=True):
        number = python_number(text)
        if value is not None:
            assert value == (int(text) if re.fullmatch(r"[+-]?\d+", text) else number)
        else:
            assert number is None or number != int(number) or abs(number) >= 2**53
    refused = [
        bool(text) and not valid
        for text, valid in zip(texts, values.is_valid().to_pylist(), strict=True)
    ]
    assert broken_rows(broken, len(texts)) == [int(one) for one in refused]


def python_date(text: str) -> dt.date | None:
    try:
        day, month, year = (int(part) for part in text.split("."))
        return dt.date(year, month, day)
    except ValueError:
        return None


PARTS = st.tuples(st.integers(0, 32), st.integers(0, 13), st.integers(0, 9999))


@settings(max_examples=300)
@given(st.lists(PARTS, min_size=1, max_size=20))
@example([(29, 2, 1900), (29, 2, 2000), (31, 12, 9999), (1, 1, 1), (31, 4, 2026)])
def test_dates(parts: list[tuple[int, int, int]]):
    texts = [f"{day}.{month:02d}.{year:04d}" for day, month, year in parts]
    values, broken = parse_dates(column(texts), "dmy")
    assert values.to_pylist() == [python_date(text) for text in texts]
    assert broken_rows(broken, len(texts)) == [int(python_date(text) is None) for text in texts]
