"""Files that are streamed: the profile of a large file is that of its rows read whole."""

import large_exports
import pandas as pd
import pytest
from exports import put, text

from trialtrace.base.errors import UserError
from trialtrace.run.drafting import delimited
from trialtrace.run.drafting import places as drafting_places
from trialtrace.run.drafting.formats import sheets_of
from trialtrace.run.drafting.places import places
from trialtrace.run.drafting.tables import profile


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_streamed_and_read_whole_are_the_same(tmp_path, monkeypatch, shape):
    path = tmp_path / f"{shape}.csv"
    large_exports.write(shape, path, 1)
    whole = profile([str(path)])
    monkeypatch.setattr(delimited, "LARGE", 0)
    monkeypatch.setattr(delimited, "BLOCK", 1 << 18)
    assert profile([str(path)]) == whole
    (table,) = whole
    key = ("patient_id", "visit") if shape == "long" else ("patient_id",)
    assert (table.keys[0], table.arm[0]) == (key, "arm")


def test_a_row_that_is_cut_is_told_with_its_line(tmp_path, monkeypatch):
    rows = [["id", "arm"], *[[str(number), "ab"[number % 2]] for number in range(500)]]
    path = put(tmp_path / "a.csv", text(rows) + "501\n")
    monkeypatch.setattr(delimited, "LARGE", 0)
    with pytest.raises(UserError, match=r"a\.csv:502\n"):
        profile([str(path)])


def test_the_sheets_of_a_workbook_are_read_once_a_state(tmp_path, monkeypatch):
    read: list[str] = []

    def counted(path, text):
        read.append(text)
        return sheets_of(path, text)

    monkeypatch.setattr(drafting_places, "sheets_of", counted)
    path = tmp_path / "book.xlsx"
    pd.DataFrame({"id": [1, 2]}).to_excel(path, sheet_name="first", index=False)
    assert [one.sheet for one in places([str(path)]) + places([str(path)])] == ["first"] * 2
    assert len(read) == 1
    pd.DataFrame({"id": [1, 2, 3]}).to_excel(path, sheet_name="other", index=False)
    assert [one.sheet for one in places([str(path)])] == ["other"]
