"""Parquet, SAS, SPSS and Stata: typed values as text, record numbers as places."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from source_files import Bench, cells, places

FRAME = pd.DataFrame(
    {
        "id": [1.0, 2.0, 3.5],
        "name": ["Ana", "", "Zoë"],
        "born": [dt.date(1950, 12, 31), None, dt.date(2020, 2, 29)],
        "at": pd.to_datetime(["2020-01-02 10:00:01", None, "2020-01-03 00:00:00"]),
        "code": [1.0, 99.0, None],
    }
)
TEXT = [
    ("1", "Ana", "1950-12-31", "2020-01-02T10:00:01", "1"),
    ("2", "", None, None, "99"),
    ("3.5", "Zoë", "2020-02-29", "2020-01-03", None),
]


def test_parquet(bench: Bench):
    typed = {
        "whole": pa.array([1, None]),
        "part": pa.array([0.1, 2.0]),
        "huge": pa.array([1e22, float("nan")]),
        "text": pa.array(["a", ""]),
        "factor": pa.array(["x", "y"]).dictionary_encode(),
        "yes": pa.array([True, None]),
        "day": pa.array([dt.date(2026, 11, 20), None]),
        "at": pa.array([dt.datetime(2026, 11, 20), dt.datetime(2026, 11, 20, 8)]),
        "cash": pa.array([None, None], type=pa.decimal128(5, 2)),
    }
    pq.write_table(pa.table(typed), bench.data / "a.parquet")
    rows = bench.ingest("a.parquet")
    assert cells(rows) == [
        ("1", "0.1", "1e+22", "a", "x", "TRUE", "2026-11-20", "2026-11-20", None),
        (None, "2", "nan", "", "y", None, None, "2026-11-20T08:00:00", None),
    ]
    assert places(rows) == [1, 2]


def test_sas_transport(bench: Bench):
    pyreadstat.write_xport(FRAME, str(bench.data / "a.xpt"), table_name="DM")
    rows = bench.ingest("a.xpt", format="xpt")
    assert cells(rows) == TEXT
    assert places(rows) == [1, 2, 3]


def test_spss_keeps_codes_and_declared_missing_values(bench: Bench):
    pyreadstat.write_sav(
        FRAME,
        str(bench.data / "a.sav"),
        variable_value_labels={"code": {1.0: "yes", 99.0: "not done"}},
        missing_ranges={"code": [99]},
    )
    assert cells(bench.ingest("a.sav")) == TEXT


def test_stata_keeps_codes_and_letters_of_missing_values(bench: Bench):
    frame = FRAME.assign(code=pd.Series([1, "a", None], dtype=object))
    pyreadstat.write_dta(
        frame,
        str(bench.data / "a.dta"),
        missing_user_values={"code": ["a"]},
        variable_value_labels={"id": {1: "one"}},
    )
    expected = [(*row[:-1], code) for row, code in zip(TEXT, ["1", ".a", None], strict=True)]
    assert cells(bench.ingest("a.dta")) == expected


HAVEN = Path("/usr/lib/R/site-library/haven/examples/iris.sas7bdat")


@pytest.mark.skipif(not HAVEN.is_file(), reason="needs the example file of R's haven")
def test_sas7bdat(bench: Bench):
    """No free library writes this format, so the file is one that SAS wrote."""
    bench.put("iris.sas7bdat", HAVEN.read_bytes())
    rows = bench.ingest("iris.sas7bdat")
    assert (len(rows), places(rows)[-1]) == (150, 150)
    assert cells(rows)[0] == ("5.1", "3.5", "1.4", "0.2", "setosa")


@pytest.mark.parametrize("name", ["a.xpt", "a.sav", "a.dta", "a.sas7bdat", "a.parquet"])
def test_files_that_are_something_else(bench: Bench, name: str):
    bench.put(name, "id,age\n1,2\n")
    message = bench.refuses(name)
    assert message.startswith(name)
    assert "to do" in message


def test_half_a_file(bench: Bench):
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    whole = (bench.data / "a.sav").read_bytes()
    bench.put("a.sav", whole[: len(whole) // 2])
    assert "cannot be read" in bench.refuses("a.sav")


def test_nested_values_have_no_text(bench: Bench):
    pq.write_table(pa.table({"list": pa.array([[1, 2]])}), bench.data / "a.parquet")
    assert "column list" in bench.refuses("a.parquet")


def test_names_that_stand_twice(bench: Bench):
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), bench.data / "a.parquet")
    assert "stand twice: a" in bench.refuses("a.parquet")


@pytest.mark.parametrize("encoding", ["nonsense", "ascii"])
def test_text_of_another_encoding(bench: Bench, encoding: str):
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    assert "declare its encoding" in bench.refuses("a.sav", encoding=encoding)


def test_a_file_without_records(bench: Bench):
    pyreadstat.write_sav(FRAME.iloc[:0], str(bench.data / "a.sav"))
    assert bench.ingest("a.sav") == []
