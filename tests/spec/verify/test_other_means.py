"""A DOCX of which every letter is kept, and that shows something else."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from kept_report import FOLDER, repacked

from trialtrace.base.paths import Project
from trialtrace.report.shown.docx_styles import Colour, contrast
from trialtrace.report.verify.verified import Verified

PALE = "letters too like what is behind them to be read"
ASIDE, TURNED = "text out of its place", "text in another direction"
SHADE = '<w:shd w:val="clear" w:fill="111111"/>'
Spoil = Callable[[str, bytes], Verified]
DOCX = "report/report.docx"
MAIN, STYLES, PACKAGE = "word/document.xml", "word/styles.xml", "_rels/.rels"
RUN = re.compile(r'<w:r>(?:<w:rPr>(?:(?!</w:r>).)*?</w:rPr>)?<w:t xml:space="preserve">33\.3')
VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'
SHAPES = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
QUOTE = (
    '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText>QUOTE "9"'
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def spoilt(whole: Project, spoil: Spoil, change: Callable[[str], str], part: str = MAIN):
    def changed(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        text = change(data.decode())
        assert text != data.decode()
        return text.encode()

    return spoil(DOCX, repacked((whole.root / FOLDER / DOCX).read_bytes(), changed))


def before_the_run(text: str) -> Callable[[str], str]:
    return lambda main: RUN.sub(lambda run: text + run[0], main, count=1)


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<w:r><w:sym w:font="Arial" w:char="0031"/></w:r>', "a sign of a font"),
        ('<w:bdo w:val="rtl"><w:r><w:t></w:t></w:r></w:bdo>', "text in another direction"),
        (f'<w:r><w:pict {VML}><v:textpath string="9"/></w:pict></w:r>', "drawn text"),
        (f'<w:r><w:pict {VML}><v:rect fillcolor="white"/></w:pict></w:r>', "a drawn shape"),
        (f"<w:r><w:drawing><wps:wsp {SHAPES}/></w:drawing></w:r>", "a drawn shape"),
        ("<w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr></w:sdt>", "a text bound to data"),
        (QUOTE, "a field that a program fills in: QUOTE"),
    ],
)
def test_what_a_program_draws_or_writes_itself(whole: Project, spoil: Spoil, text: str, told: str):
    found = spoilt(whole, spoil, before_the_run(text)).found
    assert [(one.what, one.shown) for one in found] == [("means", told)]
    assert "Table" in found[0].place and "column " in found[0].place


@pytest.mark.parametrize(
    ("look", "told"),
    [
        ('<w:color w:val="FFFFFF"/>', PALE),
        ('<w:sz w:val="1"/>', "letters too small to be read"),
        ('<w:w w:val="1"/>', "letters on top of each other"),
        ("<w:rtl/>", "text in another direction"),
        ('<w:rFonts w:ascii="Wingdings"/>', "letters in a font of signs"),
        ('<w:vertAlign w:val="superscript"/>', "letters above or below the line"),
        ('<w:highlight w:val="black"/>', PALE),
        (SHADE, PALE),
        ('<w:color w:val="000000" w:themeColor="background1"/>', PALE),
        ('<w:em w:val="dot"/>', "a property that no report has: em"),
    ],
)
def test_letters_that_are_hard_to_read(whole: Project, spoil: Spoil, look: str, told: str):
    (one,) = spoilt(whole, spoil, with_look(look)).found
    assert one.what == "means" and str(one.shown).startswith(told)
    assert "Table" in one.place and "column " in one.place


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
        at = RUN.search(main).start()
        start = main.index(">", main.rindex(f"<w:{inside}>", 0, at)) + 1
        return main[:start] + more + main[start:]

    told = spoilt(whole, spoil, change)
    assert told.found and "33.3" in str(told.found[0].kept)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<a:xfrm", '<a:xfrm flipH="1"', "a picture turned or mirrored"),
        ("<a:xfrm", '<a:xfrm rot="10800000"', "a picture turned or mirrored"),
        ("<a:stretch", '<a:srcRect l="50000"/><a:stretch', "a picture cut"),
        ("<a:blip ", '<a:blip r:link="x" ', "a picture that lies elsewhere"),
        (' descr="', ' descr="No difference. ', "words for a picture: No difference. "),
    ],
)
def test_pictures(whole: Project, spoil: Spoil, old: str, new: str, told: str):
    found = spoilt(whole, spoil, lambda main: main.replace(old, new, 1)).found
    assert [one.what for one in found] == ["means"] and str(found[0].shown).startswith(told)


def test_the_text_lies_in_another_part(whole: Project, spoil: Spoil):
    """A program opens what the package names."""
    told = spoilt(whole, spoil, lambda text: text.replace("document.xml", "other.xml"), PACKAGE)
    assert "its text is not in word/document.xml" in told.found[0].place


def test_paragraphs_in_each_other_without_end(whole: Project, spoil: Spoil):
    deep = "<w:p>" * 50_000 + "</w:p>" * 50_000
    told = spoilt(whole, spoil, lambda main: main.replace("</w:body>", f"{deep}</w:body>"))
    assert "deeper than any report" in told.found[0].place


@pytest.mark.parametrize(
    ("inside", "more", "told"),
    [
        ("tc", f"<w:tcPr>{SHADE}</w:tcPr>", PALE),
        ("tc", '<w:tcPr><w:tcW w:w="1" w:type="dxa"/></w:tcPr>', "a column too narrow to be read"),
        ("p", f"<w:pPr>{SHADE}</w:pPr>", PALE),
        ("p", '<w:pPr><w:spacing w:line="1" w:lineRule="exact"/></w:pPr>', "lines on top of "),
        ("p", '<w:pPr><w:ind w:left="31000"/></w:pPr>', ASIDE),
        ("p", '<w:pPr><w:ind w:left="-20in"/></w:pPr>', ASIDE),
        ("tbl", "<w:tblPr><w:bidiVisual/></w:tblPr>", TURNED),
        ("tbl", f"<w:tblPr>{SHADE}</w:tblPr>", PALE),
        ("body", '<w:p/><w:sectPr><w:textDirection w:val="btLr"/></w:sectPr>', TURNED),
    ],
)
def test_what_is_around_letters(whole: Project, spoil: Spoil, inside: str, more: str, told: str):
    """The same cell, or the whole of its table or document."""

    def change(main: str) -> str:
        at = RUN.search(main).start()
        start = main.index(">", max(main.rfind(f"<w:{inside}{end}", 0, at) for end in "> ")) + 1
        return main[:start] + more + main[start:]

    found = spoilt(whole, spoil, change).found
    assert {one.what for one in found} == {"means"}
    assert {str(one.shown)[: len(told)] for one in found} == {told}


def test_the_colour_of_the_page(whole: Project, spoil: Spoil):
    page = '<w:background w:color="000000"/><w:body>'
    (one,) = spoilt(whole, spoil, lambda main: main.replace("<w:body>", page)).found
    assert (one.what, one.shown) == ("means", PALE)


def test_a_part_that_runs(whole: Project, spoil: Spoil):
    with zipfile.ZipFile(
        copy := io.BytesIO((whole.root / FOLDER / DOCX).read_bytes()), "a"
    ) as made:
        made.writestr("word/vbaProject.bin", b"x")
    (one,) = spoil(DOCX, copy.getvalue()).found
    assert one.shown == "a part that no report has: word/vbaProject.bin"


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [((0, 0, 0), (255, 255, 255), 21.0), ((119, 119, 119), (255, 255, 255), 4.48)],
)
def test_the_contrast_of_wcag(one: Colour, other: Colour, told: float):
    """Black on white and #777777 on white, as the explanation of WCAG 2.2 gives them."""
    assert contrast(one, other) == pytest.approx(told, abs=0.005) == contrast(other, one)
