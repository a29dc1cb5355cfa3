"""What readers have noted of a file, as red lines: without its name, without a value."""

import json
from types import SimpleNamespace

from trialtrace.run.cleaning.counting import file_warnings, noted_in


def told(tmp_path, notes: dict, missing: dict | None = None, choices: tuple = ()) -> list[str]:
    tables = {"sheet": {"source_file": "Doe_Jane.xlsx[S1]", "file": notes}}
    (tmp_path / "manifest.json").write_text(json.dumps({"tables": tables}))
    trial = SimpleNamespace(
        tables={"visits": SimpleNamespace(of="sheet")},
        dictionary={"visits": {"w": SimpleNamespace(choices=dict.fromkeys(choices, ""))}},
        cleaning=SimpleNamespace(tables={"visits": SimpleNamespace(absent=missing or {})}),
    )
    return [one.text for one in file_warnings(trial, noted_in(tmp_path))]


def test_the_name_of_a_file_may_be_a_patients(tmp_path):
    text = "Doe_Jane.xlsx[S1], row 4: a cell. Doe_Jane.xlsx: was the file cut?"
    assert told(tmp_path, {"warnings": [text]}) == [
        "sheet, row 4: a cell. sheet: was the file cut?"
    ]


def test_codes_that_the_file_declares_missing_and_nobody_else(tmp_path):
    notes = {"missing": {"w": {"999": 2, "998": 1}, "ignored": {"9": 4}}}
    (line,) = told(tmp_path, notes)
    assert line.startswith("Table visits, column w: 3 cells hold what the file of sheet itself")
    assert "99" not in line and "tables.visits.missing.w" in line
    assert told(tmp_path, notes, {"w": ("999", "998")}) == []
    assert told(tmp_path, notes, {"w": ("999",)}, ("998",)) == []
    assert "1 cells" in told(tmp_path, notes, {"w": ("999",)})[0]
