"""Parquet, SAS, SPSS and Stata: typed values as text, record numbers as places."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from source_files import Bench, cells, places

from trialtrace.run.sources.readers import parquet

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
    manifest = json.loads((bench.out / "manifest.json").read_text())
    times = sum(row[FRAME.columns.get_loc("code")] == "99" for row in TEXT)
    assert manifest["tables"]["visits"]["file"]["missing"] == {"code": {"99": times}}


def test_a_range_and_a_word_that_spss_declares_missing(bench: Bench):
    frame = pd.DataFrame({"age": [40.0, 99.0, 90.0], "site": ["A", "ZZ", "B"], "dose": [1.0, 2, 3]})
    ranges = {"age": [{"lo": 90, "hi": 100}], "site": ["ZZ"]}
    pyreadstat.write_sav(frame, str(bench.data / "a.sav"), missing_ranges=ranges)
    bench.ingest("a.sav")
    manifest = json.loads((bench.out / "manifest.json").read_text())
    declared = {"age": {"90": 1, "99": 1}, "site": {"ZZ": 1}}
    assert manifest["tables"]["visits"]["file"]["missing"] == declared


@pytest.mark.parametrize("name", ["a.sav", "a.xpt", "a.dta"])
def test_times_of_more_than_a_day_are_durations(bench: Bench, name: str):
    """The library makes 06:00 of a stay of 30 hours, and 23:00 of an hour before."""
    seconds = [3600.0, 108000.0, -3600.0, 86399.5, None]
    frame = pd.DataFrame({"id": [1.0, 2.0, 3.0, 4.0, 5.0], "stay": seconds})
    path = str(bench.data / name)
    if name == "a.sav":
        pyreadstat.write_sav(frame, path, variable_format={"stay": "DTIME10"})
    elif name == "a.xpt":
        pyreadstat.write_xport(frame, path, table_name="DM", variable_format={"stay": "TIME8"})
    else:
        frame["stay"] *= 1000
        pyreadstat.write_dta(frame, path, variable_format={"stay": "%tcHH:MM:SS"})
    texts = [row["stay"] for row in bench.ingest(name)]
    assert texts == ["01:00:00", "30:00:00", "-01:00:00", "23:59:59.500000", None]


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
    assert message.startswith("demo: source.items.visits")
    assert "to do" in message


def test_a_header_that_counts_more_rows_than_the_file_can_hold(bench: Bench):
    """The library makes room for all of them: 1,360 bytes took 3 GB and more."""
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    whole = (bench.data / "a.sav").read_bytes()
    bench.put("a.sav", whole[:80] + (893006899).to_bytes(4, "little") + whole[84:])
    assert "its header counts 893006899 rows of 5 variables" in bench.refuses("a.sav")


def test_a_file_that_does_not_count_its_rows_is_told(bench: Bench):
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    whole = (bench.data / "a.sav").read_bytes()
    bench.put("a.sav", whole[:80] + b"\xff" * 4 + whole[84:])
    assert cells(bench.ingest("a.sav")) == TEXT
    (told,) = bench.warnings()
    assert told.startswith("demo: source.items.visits does not say how many rows it has")


def test_half_a_file(bench: Bench):
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    whole = (bench.data / "a.sav").read_bytes()
    bench.put("a.sav", whole[: len(whole) // 2])
    assert "cannot be read" in bench.refuses("a.sav")


def test_nested_values_have_no_text(bench: Bench):
    pq.write_table(pa.table({"list": pa.array([[1, 2]])}), bench.data / "a.parquet")
    assert "column 1 of 1" in bench.refuses("a.parquet")


def test_names_that_stand_twice(bench: Bench):
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), bench.data / "a.parquet")
    assert "stand twice, in positions 1, 2 of 2" in bench.refuses("a.parquet")


@pytest.mark.parametrize("encoding", ["nonsense", "ascii"])
def test_text_of_another_encoding(bench: Bench, encoding: str):
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    assert "declare its encoding" in bench.refuses("a.sav", encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8//IGNORE", "ascii//TRANSLIT", "é", "x" * 5000, ""])
def test_an_encoding_is_a_name_and_no_more(bench: Bench, encoding: str):
    """The library drops what it cannot read behind //IGNORE."""
    pyreadstat.write_sav(FRAME, str(bench.data / "a.sav"))
    message = bench.refuses("a.sav", encoding=encoding)
    assert "the name of a text encoding" in message
    assert len(message) < 300


def test_an_encoding_that_the_library_stumbles_over(bench: Bench):
    frame = pd.DataFrame({"w": [1.0], "d": [2.0]})
    pyreadstat.write_sav(frame, str(bench.data / "a.sav"))
    assert "declare its encoding" in bench.refuses("a.sav", encoding="UTF-16")


def test_portable_files_have_no_encoding(bench: Bench):
    """A declared one was noted and not used."""
    pyreadstat.write_por(FRAME[["id"]], str(bench.data / "a.por"))
    assert cells(bench.ingest("a.por")) == [("1",), ("2",), ("3.5",)]
    for file in bench.out.iterdir():
        file.unlink()
    bench.out.rmdir()
    assert "leave it out" in bench.refuses("a.por", encoding="latin-1")


def test_a_file_without_records(bench: Bench):
    pyreadstat.write_sav(FRAME.iloc[:0], str(bench.data / "a.sav"))
    assert bench.ingest("a.sav") == []


SINGLES = [61.1, 3.0, 0.1, 1e-7, 16777215.0, 2.5e8]
AS_TEXT = ["61.1", "3", "0.1", "1e-07", "16777215", "250000000"]


@pytest.mark.parametrize("name", ["a.dta", "a.parquet"])
def test_singles_have_the_digits_that_were_typed(bench: Bench, name: str):
    """Stata stores as singles unless told otherwise; as a double, 61.1 is 61.09999847412109."""
    frame = pd.DataFrame({"w": np.array(SINGLES, dtype="float32"), "d": SINGLES})
    frame.loc[0, "d"] = 61.0999984741
    if name == "a.dta":
        frame.to_stata(bench.data / name, write_index=False)
    else:
        pq.write_table(pa.Table.from_pandas(frame), bench.data / name)
    rows = bench.ingest(name)
    assert [row["w"] for row in rows] == AS_TEXT
    assert [row["d"] for row in rows] == ["61.0999984741", *AS_TEXT[1:]]
    assert bench.warnings() == []


WIDENED = {
    "a.dta": lambda frame, path: pyreadstat.write_dta(frame, str(path)),
    "b.dta": lambda frame, path: frame.to_stata(path, write_index=False),
    "a.sav": lambda frame, path: pyreadstat.write_sav(frame, str(path)),
    "a.xpt": lambda frame, path: pyreadstat.write_xport(frame, str(path), table_name="DM"),
    "a.parquet": lambda frame, path: pq.write_table(pa.Table.from_pandas(frame), path),
    "a.xlsx": lambda frame, path: frame.to_excel(path, index=False),
}


@pytest.mark.parametrize("name", WIDENED)
def test_singles_that_were_widened_have_the_digits_that_were_typed(bench: Bench, name: str):
    """A float of Stata is a double in R, SPSS, SAS and a spreadsheet; 16ths stay 16ths."""
    widened = np.array([61.1] * 12, dtype="float32").astype(float)
    exact = [12345.0625, 0.30126953125, 1 / 3, 61.1, 0.1234588623046875, 7.5] * 2
    WIDENED[name](pd.DataFrame({"w": widened, "d": exact}), bench.data / name)
    rows = bench.ingest(name)
    assert [row["w"] for row in rows] == ["61.1"] * 12
    # SAS transport has the numbers of an IBM mainframe.
    assert [float(row["d"]) for row in rows] == pytest.approx(exact, rel=1e-15)
    (told,) = bench.warnings()
    assert "column w" in told


def test_half_precision(bench: Bench):
    column = pa.array(np.array([61.1, 2.0, 0.1], dtype="float16"))
    pq.write_table(pa.table({"w": column}), bench.data / "a.parquet")
    assert cells(bench.ingest("a.parquet")) == [("61.1",), ("2",), ("0.1",)]


@pytest.mark.parametrize("name", ["a.dta", "a.parquet", "a.sav", "a.xpt"])
def test_whole_numbers_of_which_digits_are_lost_are_told(bench: Bench, name: str):
    frame = pd.DataFrame({"id": [9007199254740992.0, 12345678901234567.0, 3.0]})
    write = {
        "a.dta": lambda path: frame.to_stata(path, write_index=False),
        "a.parquet": lambda path: pq.write_table(pa.Table.from_pandas(frame), path),
        "a.sav": lambda path: pyreadstat.write_sav(frame, str(path)),
        "a.xpt": lambda path: pyreadstat.write_xport(frame, str(path), table_name="DM"),
    }
    write[name](bench.data / name)
    texts = [row["id"] for row in bench.ingest(name)]
    # SAS transport has the numbers of an IBM mainframe, with more digits and a coarser grid.
    assert all(text.isdigit() for text in texts)
    assert texts[0] == "9007199254740992"
    (told,) = bench.warnings()
    assert "holds whole numbers of 9007199254740992 or more" in told
    assert "Export identifiers as text" in told


def test_singles_lose_digits_earlier(bench: Bench):
    frame = pd.DataFrame({"id": np.array([123456789, 1], dtype="float32")})
    frame.to_stata(bench.data / "a.dta", write_index=False)
    assert cells(bench.ingest("a.dta")) == [("123456790",), ("1",)]
    assert "holds whole numbers of 16777216 or more" in bench.warnings()[0]


def test_fractions_in_few_bytes_are_told(bench: Bench):
    """SAS cuts numbers that are stored in fewer than 8 bytes."""
    frame = pd.DataFrame({"w": [61.1], "n": [3.0]})
    pyreadstat.write_xport(frame, str(bench.data / "a.xpt"), table_name="DM")
    whole = (bench.data / "a.xpt").read_bytes()
    start = len(whole) - 80
    short = b"".join(whole[start + at : start + at + 4] for at in (0, 8)).ljust(80)
    described = whole[:start].replace(b"\0\1\0\0\0\x08\0", b"\0\1\0\0\0\x04\0")
    second = described.replace(b"\0\0\0\x08" + bytes(4), b"\0\0\0\x04" + bytes(4))
    bench.put("a.xpt", second + short)
    ((weight, number),) = cells(bench.ingest("a.xpt"))
    assert (weight[:5], number) == ("61.09", "3")
    (told,) = bench.warnings()
    assert "column w is stored in 4 bytes" in told


def test_integers_keep_every_digit(bench: Bench):
    pq.write_table(pa.table({"id": pa.array([2**63 - 1, 2**53 + 1])}), bench.data / "a.parquet")
    assert cells(bench.ingest("a.parquet")) == [("9223372036854775807",), ("9007199254740993",)]
    assert bench.warnings() == []


def transport(rows: int) -> pd.DataFrame:
    numbers = np.arange(rows)
    return pd.DataFrame({"id": [f"P{one:03d}" for one in numbers], "age": numbers + 40.0})


@pytest.mark.parametrize("version", [5, 8])
@pytest.mark.parametrize("cut", [1, 79, 80, 100, 160, 200])
def test_a_cut_transport_file(bench: Bench, version: int, cut: int):
    """The library reads what is left of it without a word."""
    path = bench.data / "a.xpt"
    pyreadstat.write_xport(transport(60), str(path), table_name="DM", file_format_version=version)
    assert len(bench.ingest("a.xpt")) == 60
    for file in bench.out.iterdir():
        file.unlink()
    bench.out.rmdir()
    path.write_bytes(path.read_bytes()[:-cut])
    assert "not whole" in bench.refuses("a.xpt")


@pytest.mark.parametrize("version", [5, 8])
def test_special_missing_values_of_a_transport_file_keep_their_letters(bench: Bench, version: int):
    """SAS writes .A as the letter and zeros, a plain missing value as a point and zeros."""
    frame = transport(4).assign(pain=[np.nan, 3.0, np.nan, np.nan])
    path = bench.data / "a.xpt"
    pyreadstat.write_xport(frame, str(path), table_name="DM", file_format_version=version)
    data = path.read_bytes()
    header, rows = data[: (at := data.index(b"P000"))], data[at:]
    missing = b"." + bytes(7)
    for letter in (b"A", b"_"):
        rows = rows.replace(missing, letter + bytes(7), 1)
    path.write_bytes(header + rows)
    assert cells(bench.ingest("a.xpt")) == [
        ("P000", "40", ".A"),
        ("P001", "41", "3"),
        ("P002", "42", "._"),
        ("P003", "43", None),
    ]


def test_a_transport_file_of_two_tables(bench: Bench):
    """Only the first of them was read."""
    for name in ("DM", "AE"):
        pyreadstat.write_xport(transport(3), str(bench.data / name), table_name=name)
    second = (bench.data / "AE").read_bytes()[240:]
    bench.put("a.xpt", (bench.data / "DM").read_bytes() + second)
    assert "2 tables in one file" in bench.refuses("a.xpt")


def test_timestamps_keep_their_nanoseconds(bench: Bench):
    at = [1580774400000000001, 1580774400000000000, 1580774400120000000, None]
    columns = {
        "at": pa.array(at, pa.timestamp("ns")),
        "zone": pa.array([0, 1, None, None], pa.timestamp("us", "Europe/Berlin")),
        "time": pa.array([1001, 1000, 0, None], pa.time64("ns")),
        "day": pa.array([86400000, 86400005, 0, None], pa.int64()).view(pa.date64()),
    }
    pq.write_table(pa.table(columns), bench.data / "a.parquet")
    zone = "1970-01-01T01:00:00"
    assert cells(bench.ingest("a.parquet")) == [
        ("2020-02-04T00:00:00.000000001", f"{zone}+01:00", "00:00:00.000001001", "1970-01-02"),
        ("2020-02-04", f"{zone}.000001+01:00", "00:00:00.000001", "1970-01-02"),
        ("2020-02-04T00:00:00.120000", None, "00:00:00", "1970-01-01"),
        (None, None, None, None),
    ]


def not_utf8() -> pa.Array:
    bytes_ = pa.array([b"ok", b"\xff\xfe"], pa.binary()).buffers()
    return pa.StringArray.from_buffers(2, bytes_[1], bytes_[2])


UNREADABLE = {
    "year 300000": (pa.array([9402804000000000], pa.timestamp("ms")), "the years 1 to 9999"),
    "a distant date": (pa.array([10**7], pa.int32()).view(pa.date32()), "the years 1 to 9999"),
    "a zone that is none": (pa.array([0], pa.timestamp("us", "Nowhere/Land")), "'Nowhere/Land'"),
    "no time of a day": (pa.array([10**15], pa.time64("us")), "more than a day"),
    "text that is not UTF-8": (not_utf8(), "not UTF-8"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_columns_of_parquet_that_have_no_text(bench: Bench, case: str):
    column, told = UNREADABLE[case]
    pq.write_table(pa.table({"x": column}), bench.data / "a.parquet")
    message = bench.refuses("a.parquet")
    assert message.startswith("demo: source.items.visits, column 1 of 1")
    assert told in message


def test_more_cells_than_a_file_of_its_size_has(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parquet, "SMALL", 1_000)
    pq.write_table(pa.table({"x": pa.nulls(1_000_000, pa.int8())}), bench.data / "a.parquet")
    assert "1000000 rows of 1 columns" in bench.refuses("a.parquet")
