"""Bad input: an error in the house's form, or a guess that is told."""

from pathlib import Path

import pytest
from cost import seconds
from exports import frame, put, rows_of, sheets, text

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.tables import profile

pytestmark = pytest.mark.full

ENDINGS = ("csv", "tsv", "xlsx", "parquet", "xpt", "sas7bdat", "sav", "dta")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_file(tmp_path: Path, ending: str):
    with pytest.raises(UserError, match="the file is empty"):
        profile([str(put(tmp_path / f"a.{ending}", ""))])


@pytest.mark.parametrize("ending", ENDINGS[2:])
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, ending: str):
    with pytest.raises(UserError):
        profile([str(put(tmp_path / f"a.{ending}", "id,arm\n1,a\n2,b\n"))])


@pytest.mark.parametrize("content", [" \n\n", "id,arm\n"])
def test_a_file_without_rows(tmp_path: Path, content: str):
    with pytest.raises(UserError, match=r"blanks only|a header and no row"):
        profile([str(put(tmp_path / "a.csv", content))])


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "utf-8-sig", "utf-16-le"])
def test_another_encoding(tmp_path: Path, encoding: str):
    lines = [["id", "arm"], *[[str(n), ("Prüfmedikation", "Plazebo")[n % 2]] for n in range(1, 9)]]
    (table,) = profile([str(put(tmp_path / "a.csv", text(lines, ";").encode(encoding)))])
    assert dict(table.column("arm").values) == {"Prüfmedikation": 4, "Plazebo": 4}
    assert table.evidence["encoding"]


def test_two_files_of_one_stem(tmp_path: Path):
    paths = [put(tmp_path / folder / "visits.csv", "id\n1\n") for folder in ("a", "b")]
    with pytest.raises(UserError, match="several that would be the table visits"):
        profile([str(path) for path in paths])


def test_a_folder_without_a_table(tmp_path: Path):
    put(tmp_path / "readme.txt", "nothing")
    (tmp_path / "visits.csv").mkdir()
    with pytest.raises(UserError, match="a folder without a table"):
        profile([str(tmp_path)])
    with pytest.raises(UserError, match="a folder without a table"):
        profile([str(tmp_path / "visits.csv")])


@pytest.mark.parametrize("name", ["nothing.csv", "a" * 300, "a\0b", "no/such/folder"])
def test_what_is_not_there(name: str):
    with pytest.raises(UserError, match="there is no such file"):
        profile([name])


def test_a_workbook_without_a_cell(tmp_path: Path):
    with pytest.raises(UserError, match="no sheet of the workbook has a cell"):
        profile([str(sheets(tmp_path / "a.xlsx", {"Sheet1": []}))])


def test_five_thousand_columns(tmp_path: Path):
    """At the cost of four times 1,250, and with the key found."""

    def wide(many: int) -> Path:
        names = ["id", "arm", *[f"v{number}" for number in range(many - 2)]]
        numbers = range(many - 2)
        rows = [[str(n), "ab"[n % 2], *[str(n * k % 97) for k in numbers]] for n in range(1, 31)]
        return put(tmp_path / f"wide{many}.csv", text([names, *rows]))

    made, paths = [], [str(wide(1250)), str(wide(5000))]
    costs = [seconds(lambda at=path: made.append(profile([at]))) for path in paths]
    assert costs[1] < 9 * costs[0]
    (table,) = made[1]
    assert len(table.columns) == 5000
    assert (table.keys[0], table.arm[0]) == (("id",), "arm")


def test_an_old_encoding_of_a_statistical_file(tmp_path: Path):
    """An XPT says no encoding; letters of Windows are no UTF-8."""
    import pyreadstat

    path = tmp_path / "a.xpt"
    named = frame().assign(site="Muenchen")
    pyreadstat.write_xport(named, path, table_name="A")
    path.write_bytes(path.read_bytes().replace(b"Muenchen", b"M\xfcnchen "))
    (table,) = profile([str(path)])
    assert table.reading["encoding"] == "windows-1252"
    assert table.column("site").values[0][0] == "München"
    assert "cannot be read in the encoding" in table.evidence["encoding"]


def test_a_value_beside_a_sheet(tmp_path: Path):
    rows = rows_of(frame())
    rows[3] = [*rows[3], None, "see page 2"]
    with pytest.raises(UserError, match="beside the table"):
        profile([str(sheets(tmp_path / "a.xlsx", {"Visits": rows}))])


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_ends_of_lines(tmp_path: Path, end: str):
    rows = [f"{n},{'ab'[n % 2]},{n % 7}" for n in range(1, 31)]
    path = tmp_path / "lines.csv"
    path.write_bytes((end.join(["id,arm,score", *rows]) + end).encode())
    (table,) = profile([str(path)])
    assert (table.rows, [one.name for one in table.columns]) == (30, ["id", "arm", "score"])


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UserError, match="no such file"):
        profile([str(tmp_path / "pipe.csv")])


def test_codes_that_differ_in_capitals_alone_are_told(tmp_path: Path):
    rows = [f"{n},{('Drug', 'drug', 'Placebo')[n % 3]}" for n in range(1, 31)]
    path = tmp_path / "arms.csv"
    path.write_text("\n".join(["id,arm", *rows]) + "\n", encoding="utf-8")
    (table,) = profile([str(path)])
    assert (
        table.column("arm").evidence["spelling"]
        == "1 level differs from another in capitals alone."
    )
