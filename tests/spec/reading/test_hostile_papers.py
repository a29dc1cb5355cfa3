"""Papers that are made to cost time or memory, or are damaged: each ends in a sentence."""

import faulthandler
import io
import os
import resource
import signal
import time
import zipfile
import zlib

import pytest

from trialtrace.audit.locate import confined, markup
from trialtrace.audit.locate.confined import confined as in_a_child
from trialtrace.base.errors import Problem, UserError
from trialtrace.cli import main

WORD = '<w:document xmlns:w="w"><w:body>{}</w:body></w:document>'


def docx(body, damaged=False):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("word/document.xml", WORD.format(body))
    content = bytearray(packed.getvalue())
    for at in range(200, 220) if damaged else ():
        content[at] ^= 0x55
    return bytes(content)


def test_a_child_that_dies_leaves_no_dump(capfd):
    """pytest, and who asks Python for it, has a dying process write its stack."""
    faulthandler.enable()
    with pytest.raises(UserError):
        in_a_child(os.abort, "paper.pdf")
    assert capfd.readouterr().err == ""


def pdf(operators, pages=1):
    """A PDF in which every page has the same stream of operators, packed."""
    packed = zlib.compress(operators, 9)
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
    kids = b" ".join(b"%d 0 R" % at for at in range(5, 5 + pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 3 0 R"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        stream,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[page + b"/Resources<</Font<</F 4 0 R>>>>>>"] * pages,
    ]
    made, begins = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        begins.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % begin for begin in begins)
    count = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, entries)
    return (
        made
        + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            count,
            len(made),
        )
    )


def xlsx(cell):
    import openpyxl

    book, packed = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "label"
    book.active[cell] = 1
    book.save(packed)
    return packed.getvalue()


@pytest.fixture
def refused(tmp_path, capsys):
    """What `trialtrace read` says of a file that it refuses."""

    def read(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        assert main(["read", str(path)]) == 1
        said = capsys.readouterr().err
        assert "Traceback" not in said and str(path) in said
        return said

    return read


PAGE = "<html><body><h2>Results</h2><p>With training 17/55 (31%) fell.</p>{}"
LAST = markup.LONGEST_OPEN


@pytest.mark.parametrize(
    "part", ["<!", "<!--", "</", "<?", "<![CDATA[", "<a ", "<script></"], ids=repr
)
def test_a_page_that_never_closes_what_it_opens(refused, part):
    said = refused("p.html", PAGE.format(part * LAST).encode())
    assert "no end of it in the rest of the page" in said and "save it anew" in said


def test_a_page_cut_off_within_a_tag_is_read(tmp_path, capsys):
    path = tmp_path / "p.html"
    path.write_text(PAGE.format("<td colspa"))
    assert main(["read", "--located", str(path)]) == 0
    assert "17/55 (31%)" in capsys.readouterr().out


def test_a_marked_section_that_is_none(refused):
    assert "broken HTML" in refused("p.html", PAGE.format("<![foo[").encode())


def test_more_elements_than_a_paper_has(refused, monkeypatch):
    monkeypatch.setattr(markup, "MOST_ELEMENTS", 1_000)
    assert "elements of XML" in refused("p.docx", docx("<w:p/>" * 1_000))
    jats = f"<?xml version='1.0'?><article>{'<p/>' * 1_000}</article>".encode()
    assert "elements of XML" in refused("p.xml", jats)


def test_a_damaged_stream(refused):
    text = "".join(f"<w:p><w:r><w:t>{at} of 60</w:t></w:r></w:p>" for at in range(300))
    assert "a DOCX file that cannot be opened" in refused("p.docx", docx(text, damaged=True))


def test_a_cell_that_is_longer_than_a_table_has(refused):
    assert "line 2: field larger" in refused("p.csv", b"a,b,c\n1,2," + b"x" * 200_000)


def test_a_table_of_more_rows_than_are_read(tmp_path, capsys):
    """Rows that were left out would be told nowhere."""
    rows = "".join(f"<tr><td>Row {at}</td><td>{at} (5%)</td></tr>" for at in range(2001))
    paper = tmp_path / "p.html"
    paper.write_text(PAGE.format(f"<table><tr><th></th><th>Drug</th></tr>{rows}</table>"))
    assert main(["read", str(paper)]) == 1
    assert "at most 2000" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cell", "said"), [("XFD1048576", "at most 5000"), ("XFD3", "row 3"), ("GT2", "column 200")]
)
def test_a_cell_in_the_corner_of_a_sheet(refused, cell, said):
    assert said in refused("t.xlsx", xlsx(cell))


def test_a_stream_of_a_pdf_that_unpacks_to_more_than_fits(refused, monkeypatch):
    monkeypatch.setattr(confined, "MEMORY", 100 << 20)
    said = refused("p.pdf", pdf(b"BT /F 9 Tf 10 10 Td (27 of 60) Tj ET\n" * 1_000_000))
    assert "100 MB" in said and "read --form" in said


def test_a_pdf_of_many_pages_is_read_within_the_limits(tmp_path, capsys):
    line = b"BT /F 9 Tf 50 %d Td (With training 17/55 \\(31%%\\) fell in all.) Tj ET\n"
    path = tmp_path / "p.pdf"
    path.write_bytes(pdf(b"".join(line % at for at in range(50, 750, 15)), pages=60))
    assert main(["read", "--located", str(path)]) == 0
    out = capsys.readouterr().out
    assert "17/55 (31%)" in out and "page 60" in out


def test_a_child_gives_its_value_and_its_errors():
    assert in_a_child(lambda: {"a": (1, 2)}, "p.pdf") == {"a": (1, 2)}
    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)

    def fails():
        raise UserError(Problem("p.pdf", found="nothing"))

    with pytest.raises(UserError, match="nothing"):
        in_a_child(fails, "p.pdf")
    with pytest.raises(ZeroDivisionError):
        in_a_child(lambda: 1 / 0, "p.pdf")
    assert before == (
        resource.getrlimit(resource.RLIMIT_AS),
        resource.getrlimit(resource.RLIMIT_CPU),
    )


def forever():
    while True:
        pass


@pytest.mark.parametrize(
    ("limit", "value", "work", "said"),
    [
        ("MEMORY", 1 << 26, lambda: bytearray(1 << 27), "more than 64 MB of memory"),
        ("SECONDS", 1, forever, "more than 1 s of processor time"),
        ("WAIT", 0.1, lambda: time.sleep(600), "nothing read of it"),
        ("MEMORY", 1 << 26, lambda: os.kill(os.getpid(), signal.SIGKILL), "broke off"),
    ],
)
def test_a_child_beyond_its_limits_is_told(monkeypatch, limit, value, work, said):
    monkeypatch.setattr(confined, limit, value)
    with pytest.raises(UserError, match=said):
        in_a_child(work, "p.pdf")
