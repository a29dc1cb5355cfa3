"""A DOCX of which every letter is kept, and that shows something else."""

import re
from collections.abc import Callable

import pytest
from kept_report import FOLDER, repacked

from trialtrace.commands.verify import Verified
from trialtrace.ground.paths import Project

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
    assert [(one.what, one.place) for one in found] == [("means", told)]


@pytest.mark.parametrize(
    ("look", "told"),
    [
        ('<w:color w:val="FFFFFF"/>', "letters too pale to be read"),
        ('<w:sz w:val="1"/>', "letters too small to be read"),
        ('<w:w w:val="1"/>', "letters on top of each other"),
        ("<w:rtl/>", "text in another direction"),
        ('<w:rFonts w:ascii="Wingdings"/>', "letters in a font of signs"),
        ('<w:vertAlign w:val="superscript"/>', "letters above or below the line"),
    ],
)
def test_letters_that_are_hard_to_read(whole: Project, spoil: Spoil, look: str, told: str):
    (one,) = spoilt(whole, spoil, with_look(look)).found
    assert one.what == "means" and one.place.startswith(told)


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
    assert [one.what for one in found] == ["means"] and found[0].place.startswith(told)


def test_the_text_lies_in_another_part(whole: Project, spoil: Spoil):
    """A program opens what the package names."""
    told = spoilt(whole, spoil, lambda text: text.replace("document.xml", "other.xml"), PACKAGE)
    assert "its text is not in word/document.xml" in told.found[0].place


def test_paragraphs_in_each_other_without_end(whole: Project, spoil: Spoil):
    deep = "<w:p>" * 50_000 + "</w:p>" * 50_000
    told = spoilt(whole, spoil, lambda main: main.replace("</w:body>", f"{deep}</w:body>"))
    assert "deeper than any report" in told.found[0].place
