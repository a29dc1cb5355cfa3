"""Data sets of a submission: by Define-XML where it is there, by the conventions where not."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from exports import define, put

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.profile import Table
from trialtrace.run.drafting.tables import profile

LABELS = {"USUBJID": "Subject", "TRT01P": "Planned treatment", "AGE": "Age", "SAFFL": "Safety"}
CODES = {"TRT01P": {"A": "Active drug", "P": "Placebo"}, "SAFFL": {"Y": "Yes", "N": "No"}}


def adsl() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": [f"X-{number}" for number in range(1, 13)],
            "TRT01P": ["A", "P"] * 6,
            "AGE": [50.0 + number for number in range(12)],
            "AGEU": ["YEARS"] * 12,
            "SAFFL": ["Y"] * 11 + ["N"],
            "TRTSDT": [18000.0 + number for number in range(12)],
        }
    )


def folder(at: Path, document: str | None) -> Path:
    pyreadstat.write_xport(adsl(), at / "adsl.xpt", table_name="ADSL")
    if document is not None:
        put(at / "define.xml", document)
    return at


def of(at: Path) -> Table:
    (table,) = profile([str(at)])
    return table


def test_by_define_xml(tmp_path: Path):
    table = of(folder(tmp_path, define("ADSL", LABELS, CODES, key=("USUBJID",))))
    assert {name: table.column(name).label for name in LABELS} == LABELS
    assert dict(table.column("TRT01P").choices) == CODES["TRT01P"]
    assert table.keys[0] == ("USUBJID",)
    assert "The file has columns that Define-XML has not: AGEU, TRTSDT" in table.evidence["define"]


def test_ranges_of_the_document_are_the_bounds(tmp_path: Path):
    """Of one side or both; a comparison of another kind is no bound."""
    ranges = {"AGE": {"GE": "18", "LE": "59"}}
    age = of(folder(tmp_path, define("ADSL", LABELS, CODES, ranges=ranges))).column("AGE")
    assert age.bounds == ("18", "59") and age.evidence["bounds"] == "2 cells (60, 61)"
    ranges = {"AGE": {"GE": "52", "NE": "55"}}
    age = of(folder(tmp_path, define("ADSL", LABELS, CODES, ranges=ranges))).column("AGE")
    assert age.bounds == ("52", "120") and age.evidence["bounds"] == "2 cells (50, 51)"


def test_by_the_conventions(tmp_path: Path):
    table = of(folder(tmp_path, None))
    assert (table.subject[0], table.arm[0]) == ("USUBJID", "TRT01P")
    assert table.column("TRT01P").label == "Planned Treatment for Period 01"
    assert dict(table.column("SAFFL").choices) == CODES["SAFFL"]
    assert table.column("AGE").unit == "years"


def test_days_without_a_format_are_told(tmp_path: Path):
    day = of(folder(tmp_path, None)).column("TRTSDT")
    assert day.validation == "integer"
    assert "2009-04-13 to 2009-04-24" in day.evidence["date"]


def test_codes_that_the_document_does_not_have_are_told(tmp_path: Path):
    codes = {"TRT01P": {"A": "Active drug", "B": "Another"}}
    one = of(folder(tmp_path, define("ADSL", LABELS, codes))).column("TRT01P")
    assert ("P", "P") in one.choices
    assert "but not of P" in one.evidence["type"]


def test_a_declared_key_that_rows_share(tmp_path: Path):
    table = of(folder(tmp_path, define("ADSL", LABELS, CODES, key=("TRT01P",))))
    assert table.keys[0] == ("USUBJID",)
    assert "TRT01P is the declared key, but rows share it" in table.evidence["keys"]


@pytest.mark.parametrize("name", ["ADAE", "ADSL"])
def test_a_document_of_other_data(tmp_path: Path, name: str):
    folder(tmp_path, define(name, {"AETERM": "Term"}, {}))
    with pytest.raises(UserError, match="none of the variables in the files"):
        profile([str(tmp_path)])


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("<ODM", "not whole XML"),
        ("<page><ItemDef/></page>", "without a data set"),
        ("", "empty"),
    ],
)
def test_a_document_that_is_none(tmp_path: Path, document: str, words: str):
    folder(tmp_path, document)
    with pytest.raises(UserError, match=words):
        profile([str(tmp_path)])
