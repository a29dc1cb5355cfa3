"""A run as an ADaM folder: other readers find the same values, and define.xml what they are."""

import csv
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from trialtrace.base.errors import UserError
from trialtrace.report.commands.export import write_form
from trialtrace.report.interchange import adam
from trialtrace.report.interchange.adam import DEF, ODM, XLINK, Column, Dataset, adam_files

FILES = {"adsl": "adsl", "adbds": "bds", "adtte": "adtte", "adoccds": "occds"}


@pytest.fixture(scope="module")
def folder(mini, tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("made") / "adam"
    assert "define.xml" in write_form(mini.trial, str(made), "adam")
    return made


@pytest.fixture(scope="module")
def define(folder) -> ET.Element:
    return ET.parse(folder / "define.xml").getroot()


def derived(mini, name: str) -> list[dict]:
    return pq.ParquetFile(mini.folder / "derived" / f"{FILES[name]}.parquet").read().to_pylist()


def as_told(value: object) -> object:
    return "" if value is None else value


@pytest.mark.parametrize("name", FILES)
def test_a_transport_file_holds_what_was_derived(mini, folder, name):
    frame, about = pyreadstat.read_xport(folder / f"{name}.xpt")
    rows = derived(mini, name)
    assert (about.table_name, len(frame)) == (name.upper(), len(rows))
    assert list(frame.columns) == list(rows[0])
    for read, row in zip(frame.to_dict("records"), rows, strict=True):
        for column, value in row.items():
            cell = read[column]
            told = None if cell is None or cell != cell else cell
            assert as_told(told) == as_told(value), column


def test_every_reference_of_define_xml_leads_somewhere(define, folder):
    told = {
        element.get("OID"): element
        for kind in ("ItemDef", "CodeList")
        for element in define.iter(f"{{{ODM}}}{kind}")
    }
    references = [each.get("ItemOID") for each in define.iter(f"{{{ODM}}}ItemRef")]
    lists = [each.get("CodeListOID") for each in define.iter(f"{{{ODM}}}CodeListRef")]
    assert sorted([*references, *lists]) == sorted(told)
    for leaf in define.iter(f"{{{DEF}}}leaf"):
        assert (folder / leaf.get(f"{{{XLINK}}}href")).is_file()


@pytest.mark.parametrize("name", FILES)
def test_define_xml_lists_columns_in_order_and_every_code_that_occurs(mini, define, name):
    group = define.find(f".//{{{ODM}}}ItemGroupDef[@Name='{name.upper()}']")
    rows = derived(mini, name)
    columns = [each.get("ItemOID").rpartition(".")[2] for each in group.iter(f"{{{ODM}}}ItemRef")]
    assert columns == list(rows[0])
    for codes in define.iter(f"{{{ODM}}}CodeList"):
        _, data_set, column = codes.get("OID").split(".")
        if data_set == name.upper():
            listed = {each.get("CodedValue") for each in codes.iter(f"{{{ODM}}}CodeListItem")}
            assert {row[column] for row in rows} - {None} <= listed, column


def test_two_exports_are_the_same_bytes(mini):
    assert adam_files(mini.trial) == adam_files(mini.trial)


def test_a_text_longer_than_a_transport_file_holds_is_refused(mini, monkeypatch):
    """200 bytes, which a writer of its own would take: 201, and 101 letters of two bytes each."""
    column = Column("NOTE", "Note", pa.chunked_array([["x" * 201]]), {}, None)
    for text, longest in (("x" * 201, 201), ("é" * 101, 202)):
        long = replace(column, values=pa.chunked_array([[text]]))
        data = Dataset("ADSL", "Subjects", "", "", 1, (long,))
        monkeypatch.setattr(adam, "datasets", lambda trial, data=data: (data,))
        with pytest.raises(UserError, match=f"a text of {longest} bytes"):
            adam_files(mini.trial)


@pytest.mark.r
def test_r_reads_the_same(mini, folder, tmp_path):
    """foreign::read.xport, a reader of its own."""
    script = """
    for (name in c("adsl", "adbds", "adtte", "adoccds")) {
      d <- foreign::read.xport(file.path(commandArgs(TRUE)[1], paste0(name, ".xpt")))
      out <- file.path(commandArgs(TRUE)[2], paste0(name, ".csv"))
      write.csv(d, out, row.names = FALSE, na = "")
    }"""
    subprocess.run(["Rscript", "-e", script, folder, tmp_path], check=True, capture_output=True)
    for name in FILES:
        rows = derived(mini, name)
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert len(read) == len(rows)
        for cells, row in zip(read, rows, strict=True):
            for column, value in row.items():
                if isinstance(value, date):
                    value = (value - date(1960, 1, 1)) // timedelta(days=1)
                if isinstance(value, int | float):
                    assert float(cells[column]) == pytest.approx(value, rel=1e-14), column
                else:
                    assert cells[column] == as_told(value), column
