"""A DOCX of which every letter is kept, and that does not show all of them."""

import re
from collections.abc import Callable

import pytest
from kept_report import FOLDER, repacked

from trialtrace.base.paths import Project
from trialtrace.report.verify.verified import Verified

Spoil = Callable[[str, bytes], Verified]
DOCX = "report/report.docx"
MAIN, STYLES, PACKAGE = "word/document.xml", "word/styles.xml", "_rels/.rels"
RUN = re.compile(r'<w:r>(?:<w:rPr>(?:(?!</w:r>).)*?</w:rPr>)?<w:t xml:space="preserve">33\.3')


def spoilt(whole: Project, spoil: Spoil, change: Callable[[str], str], part: str = MAIN):
    def changed(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        text = change(data.decode())
        assert text != data.decode()
        return text.encode()

    return spoil(DOCX, repacked((whole.root / FOLDER / DOCX).read_bytes(), changed))


def with_look(look: str) -> Callable[[str], str]:
    """The first number with a property more."""

    def change(main: str) -> str:
        return RUN.sub(
            lambda run: (
                run[0].replace("<w:rPr>", f"<w:rPr>{look}", 1)
                if "<w:rPr>" in run[0]
                else run[0].replace("<w:r>", f"<w:r><w:rPr>{look}</w:rPr>", 1)
            ),
            main,
            count=1,
        )

    return change


def test_a_style_hides(whole: Project, spoil: Spoil):
    style = (
        '<w:style w:type="character" w:styleId="A"><w:basedOn w:val="B"/></w:style>'
        '<w:style w:type="character" w:styleId="B"><w:rPr><w:vanish/></w:rPr></w:style>'
    )

    def changed(name: str, data: bytes) -> bytes:
        if name == STYLES:
            return data.replace(b"</w:styles>", f"{style}</w:styles>".encode())
        look = with_look('<w:rStyle w:val="A"/>')
        return look(data.decode()).encode() if name == MAIN else data

    told = spoil(DOCX, repacked((whole.root / FOLDER / DOCX).read_bytes(), changed))
    assert [one.what for one in told.found] and "33.3" in str(told.found[0].kept)
    assert "33.3" not in str(told.found[0].shown)


@pytest.mark.parametrize(
    ("inside", "more"),
    [("tr", "<w:trPr><w:hidden/></w:trPr>"), ("tc", "<w:tcPr><w:vMerge/></w:tcPr>")],
)
def test_a_row_or_cell_is_hidden(whole: Project, spoil: Spoil, inside: str, more: str):
    def change(main: str) -> str:
        at = main.index("50.0", main.index("<w:tbl>"))
        start = main.index(">", main.rindex(f"<w:{inside}>", 0, at)) + 1
        return main[:start] + more + main[start:]

    told = spoilt(whole, spoil, change)
    assert any("50.0" in str(each.kept) for each in told.found)


def test_the_text_lies_in_another_part(whole: Project, spoil: Spoil):
    """A program opens what the package names."""
    told = spoilt(whole, spoil, lambda text: text.replace("document.xml", "other.xml"), PACKAGE)
    assert "its text is not in word/document.xml" in told.found[0].place


@pytest.mark.parametrize(
    ("look", "what"),
    [
        ('<w:sz w:val="2"/>', "text too small to be read"),
        ('<w:color w:val="FFFFFF"/>', "white text"),
        ("<w:vanish/>", "hidden text"),
    ],
)
def test_letters_that_no_one_sees(whole: Project, spoil: Spoil, look: str, what: str):
    told = spoilt(whole, spoil, with_look(look))
    assert "33.3" in str(told.found[0].kept) and "33.3" not in str(told.found[0].shown)
    assert f"it has {what}, which no report has" in [one.place for one in told.found]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ('<w:ins w:id="9" w:author="x"><w:r><w:t> </w:t></w:r></w:ins>', "a tracked insertion"),
        ("<w:r><w:pict><w:txbxContent/></w:pict></w:r>", "a text box"),
        ('<w:altChunk r:id="rId1"/>', "another document"),
    ],
)
def test_what_no_report_has_is_an_alteration(whole: Project, spoil: Spoil, more: str, what: str):
    told = spoilt(whole, spoil, lambda text: text.replace("</w:p>", f"{more}</w:p>", 1))
    assert [one.place for one in told.found] == [f"it has {what}, which no report has"]
