"""Text becomes typed values; what cannot is rejected on its own, and the row stays."""

import datetime as dt

import pyarrow as pa
import pytest
import tiny_tables
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_tables import TinyTrial, column, rejects, variable

from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.rejects import without_numbers
from trialtrace.run.cleaning.typed import read_otherwise
from trialtrace.run.cleaning.values import parse_codes


def one_column(cells: list[str], kind: str, settings: dict | None = None, **given):
    """A table of a row number and one column of the given cells ("_" is a blank)."""
    trial = TinyTrial(
        [variable("x", kind, **given)],
        key=("source_row",),
        subject="source_row",
        settings=settings or {},
    )
    return trial.clean("x\n" + "\n".join(cells) + "\n")


# Codes for missing, and cells that are one of them or not.
CODES = {"-9": ("-9 -9.0 -09 -9.00", "9 -9.1 -9_0"), "-9.0": ("-9", ""), "999": ("9.99e2", "")}


@pytest.mark.parametrize(("code", "cells"), [*CODES.items(), ("NA", ("", "-9"))])
def test_a_number_is_a_code_for_missing_however_it_is_spelt(code, cells):
    """A program that holds missing values writes whole numbers with a point."""
    missing, others = (each.split() for each in cells)
    text = pa.array([*missing, *others, "x", None])
    kept = [*[None] * len(missing), *others, "x", None]
    assert without_numbers(text, (code,), ".").to_pylist() == kept
    assert without_numbers(pa.array(["-9,0"]), ("-9",), ",").to_pylist() == [None]


# Kind, order of dates, and cells with what they become; nothing is a missing value.
READ = """
number  -    3=3 -0.5=-0.5 +2=2 .5=0.5 5.=5 1e3=1000 007=7 = ~= _= _4_=4
integer -    3=3 3.0=3 3.=3 -7=-7 +7=7 007=7 1e3=1000 0=0 -0=0 = -9007199254740991=-9007199254740991
date    ymd  2026-11-20=2026-11-20 2026/1/2=2026-01-02 2024-02-29=2024-02-29 1899-12-31=1899-12-31
date    ymd  2000-02-29=2000-02-29
date    dmy  01.02.2026=2026-02-01 2026-11-20=2026-11-20
date    mdy  01/02/2026=2026-01-02
"""
TYPES = {"number": float, "integer": int, "date": dt.date.fromisoformat}


@pytest.mark.parametrize("line", READ.strip().splitlines())
def test_what_is_read(line: str):
    kind, order, *pairs = line.split()
    cells, values = zip(*(pair.split("=") for pair in pairs), strict=True)
    given = {} if order == "-" else {"date_order": order}
    cleaned = one_column(list(cells), kind, **given)
    assert column(cleaned, "x") == [TYPES[kind](value) if value else None for value in values]
    assert rejects(cleaned) == []


# Kind, order of dates, the rule by which cells are rejected, and the cells.
REFUSED = """
number  -    not_a_number    abc 1_2 0x1F 12% <5 --1 ٣
number  -    decimal_sign    1,5 1,000.5
number  -    not_finite      inf -Infinity NaN 1e999
integer -    not_an_integer  3.5 1e-3
integer -    not_a_number    three
integer -    decimal_sign    3,0
integer -    not_finite      nan
integer -    too_large       1e30 12345678901234567890
date    ymd  impossible_date 2026-02-30 1900-02-29 2026-13-01 2026-00-10 0000-01-01 2026-01-00
date    dmy  impossible_date 31.04.2026 01.13.2026
date    ymd  not_a_date      20.11.2026 2026-11-20T08:00:00 yesterday 2026-13
date    dmy  not_a_date      20.11.26
date    ymd  partial_date    2026-11
date    dmy  partial_date    2026
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_what_is_not_read_is_rejected_by_itself(line: str):
    kind, order, rule, *cells = line.split()
    good, given = ("2026-01-01", {"date_order": order}) if kind == "date" else ("1", {})
    cleaned = one_column([good, *cells, good], kind, **given)
    values = column(cleaned, "x")
    assert values[0] == values[-1] == TYPES[kind](good) and values[1:-1] == [None] * len(cells)
    assert rejects(cleaned) == [(3 + n, "x", rule, "reject") for n in range(len(cells))]
    listed = sorted(cleaned.rejects["value"].to_pylist())
    assert listed == sorted(cell.replace("_", " ") for cell in cells)


def test_blanks_around_a_cell_are_counted():
    cleaned = one_column(["_a", "b", "_", "c_"], "text")
    assert column(cleaned, "x") == ["a", "b", None, "c"]
    assert cleaned.balance.columns["x"].padded == 2


def test_a_scale_with_another_zero():
    factors = {"C": 1, "F": {"multiply": 5 / 9, "add": -160 / 9}}
    trial = TinyTrial(
        [variable("id", "integer"), variable("t", "number")],
        ignore={"unit": "used to convert t"},
        convert={"t": {"unit_column": "unit", "to": "C", "factors": factors}},
    )
    cleaned = trial.clean("id|t|unit\n1|37|C\n2|98.6|F\n")
    assert column(cleaned, "t") == pytest.approx([37.0, 37.0])


def test_every_value_by_one_factor():
    trial = TinyTrial(
        [variable("id", "integer"), variable("far", "number", maximum="5")],
        convert={"far": {"factor": 0.001, "from": "m", "to": "km"}},
    )
    cleaned = trial.clean("id|far\n1|1500\n2|\n3|9000\n4|x\n")
    assert column(cleaned, "far") == [1.5, None, None, None]
    assert rejects(cleaned) == [
        (4, "far", "above_maximum", "reject"),
        (5, "far", "not_a_number", "reject"),
    ]
    assert cleaned.rejects["value"].to_pylist() == ["x", "9000"]  # as the file has them
    (told,) = read_otherwise(trial, cleaned.typed)
    assert (told.column, told.what, told.n) == ("far", "m to km, times 0.001", 3)


def test_a_factor_with_something_added():
    convert = {"t": {"factor": {"multiply": 0.5, "add": -16}, "from": "F", "to": "C"}}
    trial = TinyTrial([variable("id", "integer"), variable("t", "number")], convert=convert)
    cleaned = trial.clean("id|t\n1|100\n")
    assert column(cleaned, "t") == [34.0]
    assert next(read_otherwise(trial, cleaned.typed)).what == "F to C, times 0.5, then -16"


def test_a_code_is_its_number_however_it_is_spelt():
    cells = ["1.0", "2.00", "1", "1.5", "01.0", "x.0", ""]
    cleaned = one_column(cells, "text", choices={"1": "Yes", "2": "No"})
    assert column(cleaned, "x") == ["1", "2", "1", None, None, None, None]
    assert [row for row, *_ in rejects(cleaned)] == [5, 6, 7]
    cleaned = one_column(["1", "1.0", "2"], "text", choices={"1.0": "Yes", "2": "No"})
    assert column(cleaned, "x") == ["1.0", "1.0", "2"]


def test_other_spellings_of_a_code_are_read_as_it():
    choices = {"pentax AWS": "Pentax", "mac": "Macintosh"}
    trial = TinyTrial(
        [variable("id", "integer"), variable("device", choices=choices)],
        synonyms={"device": {"pentax AWS": ["pentax", "P"], "mac": "Mac"}},
    )
    cleaned = trial.clean("id|device\n1|pentax AWS\n2|_pentax\n3|P\n4|mac\n5|pent\n6|\n")
    assert column(cleaned, "device") == ["pentax AWS"] * 3 + ["mac", None, None]
    assert rejects(cleaned) == [(6, "device", "unknown_code", "reject")]
    told = [(one.what, one.n) for one in read_otherwise(trial, cleaned.typed)]
    assert told == [('"pentax", "P" read as "pentax AWS"', 2), ('"Mac" read as "mac"', 0)]


def test_kinds_of_missing_are_counted_apart():
    trial = TinyTrial(
        [variable("id", "integer"), variable("got", "integer"), variable("bp", "integer")],
        missing={"got": {".a": "not tested", "-9": "no record"}, "bp": ["-9"]},
    )
    cleaned = trial.clean("id|got|bp\n1|.a|-9\n2|-9.0|120\n3|_.a|7\n4||8\n5|1|9\n")
    assert column(cleaned, "got") == [None] * 4 + [1]
    told = [(one.column, one.n, one.reason) for one in read_otherwise(trial, cleaned.typed)]
    assert told == [("got", 2, "not tested"), ("got", 1, "no record")]


def test_other_spellings_of_an_arm_are_read_as_its_code(monkeypatch):
    monkeypatch.setitem(tiny_tables.ARMS, "a", {"label": "Active", "code": ["A", "active"]})
    trial = TinyTrial([variable("id", "integer"), variable("rx")], arm="rx")
    cleaned = trial.clean("id|rx\n1|A\n2|active\n3|P\n")
    assert column(cleaned, "rx") == ["A", "A", "P"]
    (told,) = read_otherwise(trial, cleaned.typed)
    assert (told.column, told.what, told.n) == ("rx", '"active" read as "A"', 1)
    with pytest.raises(UserError, match="1 other code"):
        trial.clean("id|rx\n1|A\n2|Active\n")


def test_reasons_hold_no_value():
    cleaned = one_column(["Jane Doe 1950"], "number")
    assert "Jane" not in cleaned.rejects["reason"][0].as_py()
    assert cleaned.rejects["value"][0].as_py() == "Jane Doe 1950"


LONG = ["12", "9007199254740991", "9007199254740992", "491701234567890123", "9" * 40, "1e30"]


@pytest.mark.parametrize("bounds", [{}, {"minimum": "0", "maximum": "120"}])
def test_whole_numbers_beyond_what_is_exact_are_rejected(bounds: dict):
    """A barcode or phone number in "age" is a cell that is not used, and no more."""
    cleaned = one_column([*LONG, "-9007199254740992"], "integer", **bounds)
    within = None if bounds else 9007199254740991
    assert column(cleaned, "x") == [12, within, *[None] * 5]
    told = [(4, "x", "too_large", "reject"), (5, "x", "too_large", "reject")]
    assert [one for one in rejects(cleaned) if one[0] in (4, 5)] == told
    assert all(rule == "too_large" for row, _, rule, _ in rejects(cleaned) if row > 3)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.text("0123456789", max_size=60) | st.text("0123456789+-.,eE/", max_size=12)),
    st.sampled_from(["integer", "number", "date"]),
    st.booleans(),
)
def test_no_text_of_digits_makes_cleaning_stumble(cells: list[str], kind: str, bounded: bool):
    low, high = ("1900-01-01", "2100-01-01") if kind == "date" else ("0", "120")
    bounds = {"minimum": low, "maximum": high} if bounded else {}
    cleaned = one_column(["1", *cells], kind, **bounds)
    missing = sum(not cell for cell in cells)
    counts = cleaned.balance.columns["x"]
    assert (counts.cells_in, counts.missing) == (len(cells) + 1, missing)
    if kind != "date":
        assert all(abs(value) < 2**53 for value in column(cleaned, "x") if isinstance(value, int))


def test_codes_that_are_one_number_stay_apart_where_both_are_declared():
    codes = {"1": "by mouth", "1.0": "by vein", "2": "neither"}
    parsed, broken = parse_codes(pa.array(["1", "1.0", "2", "2.00", "3"]), codes)
    assert parsed.to_pylist() == ["1", "1.0", "2", "2", None]
    assert [one.mask.tolist() for one in broken] == [[False, False, False, False, True]]
