"""The data query log: ids over reruns and corrected exports, answers, states, and no value."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from mini_run import derive_stages, patients, write_mini
from mini_trial import edit

from trialtrace.base.errors import UserError
from trialtrace.report.interchange.query_log import (
    Query,
    queries_of,
    read_queries,
    with_former,
    written,
)
from trialtrace.run.endpoints.losses import read_losses, write_losses
from trialtrace.run.integrity.look import Look
from trialtrace.run.trial.load import Trial, load_trial


def exported(**cells: dict[int, str]) -> list[dict]:
    """The patients of the mini trial with some cells changed: column to patient to text."""
    rows = patients()
    for column, changed in cells.items():
        for number, text in changed.items():
            rows[number - 1][column] = text
    return rows


BAD = {"pain0": {3: "77", 6: "x"}, "seen": {5: "2020-02-31"}}


def ran(root: Path, rows: list[dict], disclosure: str = "full", key: Path | None = None) -> Trial:
    at = write_mini(root, rows)
    edit(at, "config.yaml", "disclosure: by_source", f"disclosure: {disclosure}")
    if key is not None:
        config = at.config / "config.yaml"
        config.write_text(config.read_text("utf-8") + f"hash_key: {key}\n", "utf-8")
    trial = load_trial("mini", at)
    derive_stages(trial, at.results / "mini")
    return trial


def of_cells(queries: list[Query]) -> dict[tuple[str, str], Query]:
    """Those on cells by column and rule."""
    return {(one.column, one.rule): one for one in queries if one.line}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_bytes(bytes(range(32)))
    file.chmod(0o600)
    return file


def edited(data: bytes, changes: dict[str, tuple[str, str]], more: str = "") -> bytes:
    """A workbook after a person has written states and answers: id to both."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    header = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        if (state := changes.get(sheet.cell(row, header["id"]).value)) is not None:
            sheet.cell(row, header["state"]).value, sheet.cell(row, header["answer"]).value = state
    if more:
        sheet.cell(1, len(header) + 1).value, sheet.cell(2, len(header) + 1).value = more, "me"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_each_rejected_cell_is_a_query_with_its_place(tmp_path: Path):
    found = of_cells(queries_of(ran(tmp_path / "a", exported(**BAD))))
    assert {at: (one.line, one.patient, one.value) for at, one in found.items()} == {
        ("pain0", "above_maximum"): (4, "3", "77"),
        ("pain0", "not_a_number"): (7, "6", "x"),
        ("seen", "impossible_date"): (6, "5", "2020-02-31"),
    }
    assert {one.state for one in found.values()} == {"open"}


def test_flags_of_the_checks_of_rows_are_queries_unless_they_are_declared_known(tmp_path: Path):
    trial = ran(tmp_path / "a", patients())
    derived = trial.at.results / "mini" / "derived"
    looks = (
        Look("patients.pain0", "15 values stand twice", 1e-9, (4, 5, 9), "blocks"),
        Look("patients.pain1", "as chance has it", 0.5, (4,), "filled"),
    )
    write_losses(derived, replace(read_losses(derived), looks=looks))
    (found,) = [one for one in queries_of(trial) if one.kind == "flag"]
    assert (found.table, found.column, found.rule) == ("patients", "pain0", "1.1 blocks")
    assert "4–5, 9" in found.question
    edit(trial.at, "cleaning.yaml", "  patients:\n", "  patients:\n    known: {pain0: copied}\n")
    again = load_trial("mini", trial.at)
    assert not [one for one in queries_of(again) if one.kind == "flag"]


def test_a_corrected_export_keeps_ids_answers_and_states_and_closes_what_is_gone(tmp_path: Path):
    first = queries_of(ran(tmp_path / "a", exported(**BAD)))
    before = of_cells(first)
    high, text, date = (
        before[at]
        for at in (
            ("pain0", "above_maximum"),
            ("pain0", "not_a_number"),
            ("seen", "impossible_date"),
        )
    )
    changes = {high.id: ("closed", "77 is right"), text.id: ("open", "asked the site")}
    former = read_queries(edited(written(first, True), changes, "who"), "log.xlsx")
    # The rows stand in another order, and the date is corrected.
    rows = exported(pain0=BAD["pain0"])[::-1]
    second = with_former(queries_of(ran(tmp_path / "b", rows)), former)
    now = {one.id: one for one in second}
    assert (now[high.id].line, now[high.id].state, now[high.id].answer) == (
        19, "closed", "77 is right",
    )  # fmt: skip
    assert (now[text.id].line, now[text.id].state) == (16, "answered")
    assert (now[date.id].state, now[date.id].closed) == ("closed", "no longer in the data")
    assert [one.more for one in second if one.more] == [{"who": "me"}]
    # It comes back.
    back = with_former(first, read_queries(written(second, True), "log.xlsx"))
    assert {one.id: one.state for one in back if one.line} == {
        high.id: "closed", text.id: "answered", date.id: "open",
    }  # fmt: skip


def test_a_restricted_log_has_no_value_and_no_patient_and_needs_a_key(tmp_path: Path, key: Path):
    with pytest.raises(UserError) as error:
        queries_of(ran(tmp_path / "a", exported(**BAD), "restricted"))
    assert "hash_key" in str(error.value)
    trial = ran(tmp_path / "b", exported(**BAD), "restricted", key)
    data = written(queries_of(trial), trial.shows_values)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = "".join(package.read(name).decode() for name in package.namelist())
    assert ">77<" not in text and "2020-02-31" not in text and ">patient<" not in text
    assert [(one.line, one.column) for one in read_queries(data, "log.xlsx") if one.line] == [
        (4, "pain0"), (6, "seen"), (7, "pain0"),
    ]  # fmt: skip


def test_the_same_run_gives_the_same_bytes(tmp_path: Path):
    queries = queries_of(ran(tmp_path / "a", exported(**BAD)))
    data = written(queries, True)
    again = written(with_former(queries, read_queries(data, "log.xlsx")), True)
    assert data == again == written(queries_of(ran(tmp_path / "b", exported(**BAD))), True)


def test_a_former_log_that_cannot_be_read_is_refused(tmp_path: Path):
    queries = queries_of(ran(tmp_path / "a", exported(**BAD)))
    data = written(queries, True)
    wrong = edited(data, {queries[-1].id: ("done", "")})
    for bad, said in ((wrong, '"done"'), (b"no zip", "no workbook")):
        with pytest.raises(UserError) as error:
            read_queries(bad, "log.xlsx")
        assert said in str(error.value)


def test_cells_are_text_and_no_formula(tmp_path: Path):
    row = exported(pain0={3: "=1+1"})
    data = written(queries_of(ran(tmp_path / "a", row)), True)
    cells = [
        cell for line in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0] for cell in line
    ]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
