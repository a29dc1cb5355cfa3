"""A PDF, as an editor prints and a screen reader reads it."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from pypdfium2 import PdfDocument, raw

from trialtrace.base.errors import UserError
from trialtrace.base.stamp import SYNTHETIC
from trialtrace.base.store import sha256_bytes
from trialtrace.report.render import pandoc
from trialtrace.report.render.api import render_document
from trialtrace.report.render.house import AUTHOR
from trialtrace.report.render.pandoc import SETTER
from trialtrace.report.render.typeset import STANDARD
from trialtrace.report.seal_file import Kept
from trialtrace.report.shown.lines import BrokenDocument
from trialtrace.report.shown.pdf_lines import pdf_lines
from trialtrace.report.verify.document import judged

pytestmark = pytest.mark.full

WIDE = "| " + " | ".join(["word" * 5] * 7) + " |\n|" + "---|" * 7 + "\n"
WIDE += WIDE.split("\n")[0] + "\n"
LONG = "| name | n |\n|---|--:|\n" + "".join(f"| line {n} | {n} |\n" for n in range(90))
BODY = f"""
## One {{#sec-one}}

The difference is [−7.8](trace/a.html#abcd2345) points; see [the audit](audit.html), @tbl-far,
[outside](https://example.org).

![What the picture tells](figures/dot.png){{#fig-dot fig-alt="All lie left of zero."}}

::: {{.synthetic}}
Nothing of this is evidence.
:::

::: {{.callout-note title="Mind"}}
This.
:::

## Far {{#sec-far}}

::: {{#tbl-far}}

{LONG}

Many lines.

:::

### Wide {{#sec-wide}}

::: {{#tbl-wide}}

{WIDE}

Many columns.

:::

statsmodels.stats.contingency_tables.StratifiedTable.test_equal_odds
"""
FRONT = "title: T of it\nformat: {html: {number-sections: true, toc: true}, docx: {toc: true}}\n"
FRONT += "execute: {echo: false}"
Make = Callable[[str], bytes]


@pytest.fixture
def make(write: Callable[[str, str], Path], figures: Path, tmp_path: Path) -> Make:
    def made(body: str) -> bytes:
        files = render_document(
            write(body, FRONT),
            out_dir=tmp_path / "out",
            stem="report",
            inputs={"figures": figures},
            formats=("pdf",),
            stamp=SYNTHETIC,
            numbers=["abcd2345"],
        )
        assert files.pdf and files.files == (files.pdf,)
        return files.pdf.read_bytes()

    return made


@pytest.fixture
def pdf(make: Make) -> bytes:
    return make(BODY)


@contextmanager
def opened(data: bytes) -> Iterator[PdfDocument]:
    with PdfDocument(data) as document:
        yield document


def unpacked(data: bytes) -> bytes:
    """Its objects as text, none of them in a stream."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(
            output,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    return output.getvalue()


def texts(data: bytes) -> list[str]:
    with opened(data) as document:
        return [one.get_textpage().get_text_range() for one in document]


def test_all_pages_of_a_report_are_in_it_and_say_whose_they_are(pdf: bytes):
    pages = texts(pdf)
    whole = "\n".join(pages)
    assert "1 One" in whole and "2 Far" in whole and "Table\N{NO-BREAK SPACE}1: Many" in whole
    for number, text in enumerate(pages, 1):
        assert text.startswith("Synthetic data: not evidence")
        assert f"{number} of {len(pages)}" in text
    assert all("T of it" in text for text in pages)
    assert "Contents" in pages[0] and "2.1 Wide" in pages[0]


@pytest.mark.parametrize("words", [50, 300])
def test_a_summary_is_the_first_page_and_the_contents_follow_it(make: Make, words: int):
    """Of more words than a summary has."""
    text = " ".join(f"word{n}" for n in range(words))
    first, second, *_ = texts(make(f"::: {{.summary}}\n\n{text}\n\n:::\n\n{BODY}"))
    assert "word0 " in first and f"word{words - 1}" in first.replace("\r\n", " ")
    assert "Contents" not in first and "Contents" in second and "word" not in second


def test_a_summary_that_no_page_holds_is_shown_whole(make: Make):
    pages = texts(make("::: {.summary}\n\n" + "word " * 4000 + f"\n\n:::\n\n{BODY}"))
    assert sum(text.count("word") for text in pages) == 4000 + 5 * 7 * 2
    assert "Contents" not in pages[1]


def test_a_formula_and_a_rule_are_set(make: Make):
    """A formula says its source to who cannot see it."""
    pdf = make("Before $x^2 + y$ it.\n\n---\n\n$$\\frac{a}{b}$$\n\nBehind it.\n")
    assert "Behind it." in texts(pdf)[0]
    plain = unpacked(pdf)
    assert b"/Alt (x^2 + y)" in plain and b"/Alt (\\\\frac{a}{b})" in plain


def test_the_author_of_a_document_is_that_of_the_file(write, tmp_path: Path):
    source = write("Text.", 'title: T\nauthor: Ann O\'Neil-Smith, "Q"')
    made = render_document(source, out_dir=tmp_path, stem="a", formats=("pdf",)).pdf
    assert made is not None
    with PdfDocument(made) as document:
        assert document.get_metadata_value("Author") == 'Ann O\'Neil-Smith, "Q"'


def test_a_supplement_is_a_document_of_its_own(write, figures: Path, tmp_path: Path):
    near, far = BODY.split("## Far", maxsplit=1)
    report = write(near, FRONT)
    other = report.with_name("supplement.qmd")
    other.write_text(f"## Far{far}", encoding="utf-8")
    files = render_document(
        report,
        other,
        out_dir=tmp_path,
        stem="report",
        inputs={"figures": figures},
        formats=("pdf",),
    )
    assert [one.name for one in files.files] == ["report.pdf", "supplement.pdf"]
    report, supplement = ("\n".join(texts(one.read_bytes())) for one in files.files)
    assert "S1 Far" in supplement and "Supplement: T of it" in supplement
    assert "Far" not in report and "Table\N{NO-BREAK SPACE}S1, outside" in report


def test_a_table_goes_on_with_its_head_and_a_wide_one_lies(pdf: bytes):
    with opened(pdf) as document:
        lying = [width > height for width, height in (one.get_size() for one in document)]
    pages = texts(pdf)
    assert sum("name n" in text.replace("\r\n", " ") for text in pages) >= 2
    (across,) = (text for text, lies in zip(pages, lying, strict=True) if lies)
    assert "Wide" in across and "2: Many columns" in across.replace("\N{NO-BREAK SPACE}", " ")


def test_a_heading_goes_with_its_table_wherever_the_page_ends(make: Make):
    table = "| name | n |\n|---|--:|\n" + "".join(f"| line {n} | {n} |\n" for n in range(30))
    body = [
        f"{f'Filler.{chr(10)}{chr(10)}' * (at % 31)}\n## Head{at} {{#sec-h{at}}}\n\n"
        f"::: {{#tbl-t{at}}}\n\n{table}\nMany lines.\n\n:::\n"
        for at in range(93)
    ]
    pages = [text for text in texts(make("\n".join(body))) if "Filler" in text or "line " in text]
    assert len(pages) > 60
    for text in pages:
        *_, last, number = (line for line in text.splitlines() if line.strip())
        assert " of " in number
        assert "Head" not in last and "Many lines" not in last


def test_code_is_nearly_as_large_as_the_words_around_it(make: Make):
    with opened(make("Words beside `mono`.\n\n| a | b |\n|---|---|\n| Words | `mono` |\n")) as pdf:
        page = pdf[0].get_textpage()
        text = page.get_text_range()
        found = [
            [raw.FPDFText_GetFontSize(page.raw, at) for at in places]
            for places in ((text.index(w), text.rindex(w)) for w in ("Words", "mono"))
        ]
    for words, code in zip(*found, strict=True):
        assert 0.75 < code / words <= 1


def test_links_lead_into_it_or_out_to_the_world(pdf: bytes):
    """None to a file of the folder, which is not mailed; a number leads to its first place."""
    plain = unpacked(pdf)
    assert b"audit.html" not in plain and b"trace/a" not in plain
    assert plain.count(b"/URI (") == 1 and b"/URI (https://example.org)" in plain
    with pikepdf.open(io.BytesIO(pdf)) as document:
        (to,) = (
            one
            for name, one in pikepdf.NameTree(document.Root.Names.Dests).items()
            if name == "abcd2345"
        )
        where = [page.objgen for page in document.pages].index(to[0].objgen)
    with opened(pdf) as document:
        page = document[0]
        told = raw.FPDFLink_GetLinkAtPoint
        found = set()
        width, height = page.get_size()
        for x in range(60, int(width), 4):
            for y in range(60, int(height), 4):
                if link := told(page, x, y):
                    to = raw.FPDFLink_GetDest(document, link)
                    found.add(raw.FPDFDest_GetDestPageIndex(document, to) if to else None)
    assert where in found and None in found


ANCHORS = [f"{a}{b}cd2345" for a in "abcdefghij" for b in "klmnopqrst"]


def of_many_numbers(write, folder: Path) -> bytes:
    """A hundred numbers, which fill lines of a paragraph."""
    links = " ".join(f"[{n + 100}.5](trace/a.html#{anchor})" for n, anchor in enumerate(ANCHORS))
    made = render_document(
        write(f"## One {{#sec-one}}\n\n{links}\n", FRONT),
        out_dir=folder / "out",
        stem="report",
        inputs={},
        formats=("pdf",),
        numbers=ANCHORS,
    )
    assert made.pdf is not None
    return made.pdf.read_bytes()


def test_what_typst_sets_has_no_link_to_look_up(
    write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It had it set all tables twice."""
    sources: list[str] = []

    def kept(source: Path, *_: object, **__: object) -> bytes:
        sources.append(source.read_text(encoding="utf-8"))
        return b""

    monkeypatch.setattr(pandoc, "set_pdf", kept)
    of_many_numbers(write, tmp_path)
    (source,) = sources
    assert source.count('link("n-') == len(ANCHORS) and "link(<n-" not in source


def test_a_jump_to_a_number_lands_on_the_line_of_its_mark(write, tmp_path: Path):
    """Each leads to its own line, where it stands first, and says the page."""
    anchors, data = ANCHORS, of_many_numbers(write, tmp_path)
    with pikepdf.open(io.BytesIO(data)) as document:
        numbers = {page.objgen: n for n, page in enumerate(document.pages)}
        targets = [
            link.get("/Dest", link.get("/A", {}).get("/D")) for link in document.pages[0].Annots
        ]
        jumps = [
            (numbers[to[0].objgen], float(to[3])) for to in targets if isinstance(to, pikepdf.Array)
        ]
        said = [str(link.Contents) for link in document.pages[0].Annots]
        names = pikepdf.NameTree(document.Root.Names.Dests)
        named = [(numbers[names[one][0].objgen], float(names[one][3])) for one in anchors]
        assert "sec-one" in names
    assert named == jumps
    assert len(jumps) == len(anchors)
    assert said[-len(jumps) :] == [f"page {page + 1}" for page, _ in jumps]
    with opened(data) as document:
        pages = [one.get_textpage() for one in document]
        words = [page.get_text_range() for page in pages]
        for n, (page, down) in enumerate(jumps):
            shown = f"{n + 100}.5"
            assert shown in words[page]
            _, _, _, top = pages[page].get_charbox(words[page].index(shown))
            assert 0 < down - top < 8, shown


def test_a_letter_that_no_font_has_stops_nothing_and_is_found_by_its_text(make: Make):
    """A name in Chinese, Hebrew or Thai: a box where the fonts have none, the letter beneath it."""
    names = "\u60a3\u8005 \u05e9\u05dc\u05d5\u05dd \u0e44\u0e17\u0e22 \N{GRINNING FACE} \u0141odz"
    (page,) = texts(make(f"## One {{#sec-one}}\n\nWards {names} `\u60a3`.\n"))
    assert all(letter in page for letter in "\u60a3\u8005\u0e44\N{GRINNING FACE}\u0141")


def test_what_a_reader_of_screens_is_told(pdf: bytes):
    plain = unpacked(pdf)
    assert STANDARD == "ua-1" and b"pdfuaid" in plain
    assert b"/Lang (en-GB)" in plain and b"/Alt (All lie left of zero.)" in plain
    assert b"/Title (T of it)" in plain and b"/S /TH" in plain


def test_a_file_that_is_mailed_has_an_author(write, tmp_path: Path):
    for front, author in ((FRONT, AUTHOR), (f"{FRONT}\nauthor: A. Bee", "A. Bee")):
        made = render_document(
            write("Text.", front), out_dir=tmp_path, stem="a", formats=("pdf", "docx")
        )
        with pikepdf.open(made.pdf) as document:
            assert str(document.docinfo["/Author"]).strip(", ") == author
            shown = pdf_lines(made.pdf.read_bytes())
        assert (AUTHOR in str(shown), "A. Bee" in str(shown)) == (False, author == "A. Bee")
        with zipfile.ZipFile(made.docx) as archive:
            core = archive.read("docProps/core.xml").decode()
        assert f"<dc:creator>{author}</dc:creator>" in core


def test_a_high_drawing_leaves_room_for_its_caption(make: Make, figures: Path):
    size = 'width="500pt" height="2000pt"'
    (figures / "dot.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size}/></svg>'
    )
    pages = texts(make(BODY))
    assert sum("Figure\N{NO-BREAK SPACE}1: What" in one for one in pages) == 1
    with opened(make(BODY)) as document:
        drawn = next(n for n, text in enumerate(pages) if "Figure\N{NO-BREAK SPACE}1" in text)
        boxes = [one.get_bounds() for one in document[drawn].get_objects(filter=[2])]
    assert max(top - bottom for _, bottom, _, top in boxes) <= 571


def test_it_has_no_date_and_the_same_bytes_each_time(pdf: bytes, make: Make):
    plain = unpacked(pdf)
    assert b"/Creator" in plain
    assert all(key not in plain for key in (b"CreationDate", b"ModDate", b"CreateDate"))
    assert make(BODY) == pdf


def test_the_cores_do_not_show(tmp_path: Path):
    (tmp_path / "a.typ").write_text(
        '#set document(title: "T", date: none)\n' + "#lorem(400)\n#pagebreak()\n" * 12
    )
    made = set()
    for cores in ("1", "8"):
        told = [sys.executable, "-I", str(SETTER), "a.typ", f"{cores}.pdf"]
        more = {"RAYON_NUM_THREADS": cores}
        subprocess.run(told, cwd=tmp_path, env=os.environ | more, check=True)
        made.add((tmp_path / f"{cores}.pdf").read_bytes())
    assert len(made) == 1


def test_a_number_that_is_another_is_named_with_its_page(pdf: bytes, make: Make):
    kept = Kept("report.pdf", sha256_bytes(pdf), pdf_lines(pdf), {})
    assert judged(kept, pdf, "report.pdf", {}).found == []
    (found,) = judged(kept, make(BODY.replace("−7.8", "−9.8")), "report.pdf", {}).found
    assert (found.what, found.place.startswith("page 1, line ")) == ("number", True)
    assert found.shown and found.kept
    assert "−9.8" in found.shown and "−7.8" in found.kept
    other = judged(kept, pdf + b"% more\n", "report.pdf", {}).found
    assert [one.what for one in other] == ["changed"] and "no text" in other[0].place
    assert [one.what for one in judged(kept, b"%PDF-1.7 x", "report.pdf", {}).found] == ["changed"]
    with pytest.raises(BrokenDocument):
        pdf_lines(b"%PDF-1.7 x")


def test_what_cannot_be_set_is_said_unless_it_may_hold_a_value(write, tmp_path: Path):
    source = write("An [end](#nowhere) of it.")
    for private, told in ((False, "nowhere"), (True, "may hold a value")):
        with pytest.raises(UserError, match=told):
            render_document(source, out_dir=tmp_path, stem="a", formats=("pdf",), private=private)
