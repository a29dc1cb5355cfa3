"""Forms of extraction sheets and folders, the files they are written as, and two reviewers."""

import csv
import io
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest

from trialtrace.audit.forms.merge import merged
from trialtrace.audit.forms.sheet import ledgers_of
from trialtrace.base.document import Document, Link, Table, csv_text, docx_bytes, html_text
from trialtrace.base.errors import UserError
from trialtrace.cli import main

SHEET = """\
Study,Arm,Outcome,Time point,N,Mean,SD,Events,Percent,P,Randomised,Whole,DOI
Adams 2019,Exercise,Fatigue,week 12,27,4.41,1.20,,,0.03,30,yes,https://doi.org/10.1000/abc
Adams 2019,Control,Fatigue,week 12,29,4.97,1.31,,,,30,yes,
Adams 2019,Exercise,Falls,,27,,,5,18.5,,,,
Adams 2019,Control,Falls,,29,,,7,21.4%,,,,
Brown 2021,A,Pain,,20,5.2,1.1,,,<0.001,,,
Brown 2021,B,Pain,,20,5.1,1.3,,,,,,
Clark 2020,A,Pain,,20,5.2,1.1,,,,,,
Clark 2020,B,Pain,,20,4.1,1.3,,,,,,
"""
REVMAN = """\
Analysis group,Analysis number,Analysis name,Subgroup,Study,GIV Mean,GIV SE,Experimental mean,\
Experimental SD,Experimental cases,Experimental N,Control mean,Control SD,Control cases,Control N,\
O-E,Variance,Mean,CI start,CI end
1,1,Pain,,Adams 2019,0,0,4.41,1.20,0,27,4.97,1.32,0,29,0,0,-0.56,-1.2,0.1
1,2,Falls,,Adams 2019,0,0,0,0,5,27,0,0,0,29,0,0,9,1,99
1,3,Pain of older studies,,Adams 2019,,,4.41,1.20,,27,4.97,1.32,,29,,,-0.56,-1.2,0.1
2,1,Falls,Women,Adams 2019,,,,,2,17,,,0,0,,,,,
2,2,Death,,Adams 2019,-0.2,0.1,0,0,0,27,0,0,0,29,0,0,0.8,0.6,1
"""
"""Data rows as RevMan writes them: 0, or nothing, where the kind of data has no such number."""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a review")
    sheet = folder / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    assert main(["audit", str(sheet), "--format", "inspect-sr"]) == 0
    return folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def proposals(path):
    return {(one["study"], one["check"]): one["proposed"] for one in rows(path) if one["proposed"]}


def test_a_sheet_gives_a_form_a_study(written):
    every = rows(written / "sheet.inspect-sr.csv")
    assert len(every) == 3 * 21
    assert {one["answer"] + one["date"] for one in every} == {""}
    assert proposals(written / "sheet.inspect-sr.csv") == {
        ("Adams 2019", "4.8"): "yes",
        ("Adams 2019", "4.9"): "unclear",
        ("Brown 2021", "4.9"): "unclear",
    }
    whole = next(one for one in every if (one["study"], one["check"]) == ("Adams 2019", "4.8"))
    assert "7 of 29" in whole["evidence"] and "row 5" in whole["place"]
    notice = next(one for one in every if one["check"] == "1.1")
    assert notice["evidence"] == "DOI 10.1000/abc"


def test_the_workbook_is_studies_by_checks(written):
    sheet = openpyxl.load_workbook(written / "sheet.inspect-sr.xlsx").active
    cells = [[cell or "" for cell in row] for row in sheet.values]
    assert len(cells) == 4 and {len(row) for row in cells} == {22}
    at = cells[0].index("4.8")
    assert [row[at] for row in cells[1:]] == ["yes", "", ""]


def test_docx_and_html_have_every_row_and_no_script(written):
    with zipfile.ZipFile(written / "sheet.inspect-sr.docx") as packed:
        assert packed.testzip() is None
        document = ElementTree.fromstring(packed.read("word/document.xml"))
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    assert len(list(document.iter(f"{word}tbl"))) == 1 + 3 * 5
    text = "".join(one.text or "" for one in document.iter(f"{word}t"))
    page = (written / "sheet.inspect-sr.html").read_text(encoding="utf-8")
    for told in ("7 of 29 is 24.14 %", "Clark 2020", "Domain 4"):
        assert told in text and told in page
    assert "<script" not in page and "https://inspect.sr/chapters/check_4_11.html" in page


def test_a_second_form_has_the_same_bytes(written):
    before = {path.name: path.read_bytes() for path in written.glob("*.inspect-sr.*")}
    assert main(["audit", str(written / "sheet.csv"), "--format", "inspect-sr"]) == 0
    assert {path.name: path.read_bytes() for path in written.glob("*.inspect-sr.*")} == before


def test_a_folder_is_one_table_of_all_its_studies(written, tmp_path):
    (tmp_path / "one.csv").write_text(SHEET, encoding="utf-8")
    (tmp_path / "two.csv").write_text(REVMAN.replace("Adams", "Davis"), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("none", encoding="utf-8")
    target = tmp_path / "out" / "forms.csv"
    target.parent.mkdir()
    command = ["audit", str(tmp_path), "--format", "inspect-sr", "--output", str(target)]
    assert main(command) == 0
    assert [one["study"] for one in rows(target)[::21]] == [
        *("Adams 2019", "Brown 2021", "Clark 2020", "Davis 2019"),
    ]


def numbers(path):
    (draft,) = ledgers_of(path).values()
    return {name: one["printed"] for name, one in draft.document()["claims"].items()}


def test_rows_of_revman_are_two_arms_with_the_numbers_of_their_kind_of_data(tmp_path):
    path = tmp_path / "revman.csv"
    path.write_text(REVMAN, encoding="utf-8")
    (draft,) = ledgers_of(path).values()
    assert [(one["label"], one["printed"]) for one in draft.claims.values()] == [
        ("1.1 Pain, Experimental", "mean (SD) 4.41 (1.20)"),
        ("1.1 Pain, Control", "mean (SD) 4.97 (1.32)"),
        ("1.2 Falls, Experimental", "5 of 27"),
        ("1.2 Falls, Control", "0 of 29"),
        ("2.1 Falls: Women, Experimental", "2 of 17"),
    ]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_delimiters_and_decimal_commas(tmp_path, sign):
    path = tmp_path / "sheet.csv"
    lines = ["study,arm,outcome,n,mean,sd", "A,x,Pain,20,5:20,1:1", "A,y,Pain,20.0,4:1,1:3"]
    text = "\n".join(lines).replace(",", sign).replace(":", ",")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert list(numbers(path).values()) == ["mean (SD) 5.20 (1.1)", "mean (SD) 4.1 (1.3)"]


def test_a_workbook_keeps_the_digits_that_its_cells_show(tmp_path):
    path = tmp_path / "sheet.xlsx"
    book = openpyxl.Workbook()
    for row in (["study", "arm", "outcome", "n", "mean", "sd"], ["A", "x", "P", 20, 5.2, 1.1]):
        book.active.append(row)
    book.active["E2"].number_format = "0.00"
    book.save(path)
    assert list(numbers(path).values()) == ["mean (SD) 5.20 (1.1)"]


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("study,outcome,n\nA,P,3\n", "sheet.csv:1", "missing: arm"),
        ("study,arm,outcome,n,mean,sd\nA,x,P,20,5.2,1.1\nA,y,P,20,about 5,1\n", ":3", "about 5"),
        ("study,arm,outcome,n,mean,sd\n", "sheet.csv", "no line"),
        ("", "sheet.csv", "empty"),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_place(tmp_path, text, place, told):
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        ledgers_of(path)
    assert place in str(refused.value) and told in str(refused.value)


def reviewed(folder, name, answers):
    sheet = folder / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    path = folder / f"{name}.csv"
    command = ["audit", str(sheet), "--format", "inspect-sr", "--reviewer", name]
    assert main([*command, "--output", str(path)]) == 0
    every = rows(path)
    for one in every:
        one["answer"] = answers.get((one["study"], one["check"]), "")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(every[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(every)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def test_two_reviewers_side_by_side(tmp_path):
    one = {("Adams 2019", "4.8"): "Yes", ("Adams 2019", "4.9"): "unclear"}
    two = {("Adams 2019", "4.8"): "yes", ("Adams 2019", "4.9"): "no", ("Brown 2021", "4.9"): "no"}
    first, second = reviewed(tmp_path, "Ann", one), reviewed(tmp_path, "Bob", two)
    table = merged(first, second)
    found = {tuple(row[:2]): dict(zip(table.heads, row, strict=True)) for row in table.rows}
    assert len(found) == 63
    agreed = found["Adams 2019", "4.8"]
    assert (agreed["Ann"], agreed["Bob"], agreed["agreement"], agreed["consensus"]) == (
        *("yes", "yes"),
        *("yes", "yes"),
    )
    assert found["Adams 2019", "4.9"]["agreement"] == "no"
    assert found["Adams 2019", "4.9"]["consensus"] == ""
    assert found["Brown 2021", "4.9"]["agreement"] == ""
    assert "1 of 2" in table.caption
    output = tmp_path / "both.csv"
    assert main(["audit", "--merge", str(first), str(second), "--output", str(output)]) == 0
    assert len(rows(output)) == 63


def test_forms_of_different_ledgers_are_not_merged(tmp_path):
    first, second = reviewed(tmp_path, "Ann", {}), reviewed(tmp_path, "Bob", {})
    text = second.read_text(encoding="utf-8")
    second.write_text(text.replace(rows(second)[0]["ledger_sha256"], "0" * 64), encoding="utf-8")
    with pytest.raises(UserError, match="different ledgers"):
        merged(first, second)
    with pytest.raises(UserError, match="inspect-sr"):
        merged(first, tmp_path / "sheet.csv")


def test_hostile_texts_stay_texts():
    table = Table(["a"], [["=1+1"], ["<b>&"], ["a\x0bb"], [Link("<x>", 'https://a/"b')]])
    page = html_text(Document("<t>", ["<p>"], [table]))
    assert "<b>" not in page and "&lt;b&gt;&amp;" in page and 'href="https://a/&quot;b"' in page
    assert csv_text(table).splitlines()[1] == "'=1+1"
    with zipfile.ZipFile(io.BytesIO(docx_bytes(Document("<t>", [], [table])))) as packed:
        for name in packed.namelist():
            ElementTree.fromstring(packed.read(name))
