"""Archives and XML that would grow inside their reader are refused before it."""

import io
import zipfile

import pytest

from trialtrace.audit.locate.form import read_sheet
from trialtrace.base import bounded
from trialtrace.base.errors import UserError
from trialtrace.report.shown.docx_lines import _xml
from trialtrace.report.shown.lines import BrokenDocument
from trialtrace.run.draft.metadata.cdisc import read_define

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


def package(name: str, text: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/plain.xml", "<a/>")
        archive.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, f"<!--{'x' * 70_000}-->{OUTSIDE}"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding_and_behind_a_long_remark(text, encoding):
    content = text.removeprefix('<?xml version="1.0"?>').encode(encoding)
    for call in (
        lambda: bounded.check_xml([content], "a.xml"),
        lambda: bounded.check_package(package("xl/sharedStrings.xml", content), "a.xlsx"),
        lambda: bounded.check_package(package("_rels/.RELS", content), "a.xlsx"),
        lambda: read_sheet(package("xl/workbook.xml", content), "a.xlsx"),
    ):
        with pytest.raises(UserError, match="a document type"):
            call()
    with pytest.raises(BrokenDocument, match="declares entities"):
        _xml({"word/document.xml": content}, "word/document.xml")


def test_what_has_none_is_let_through_also_where_it_is_broken():
    for text in (
        "<a><!-- <!DOCTYPE a> --></a>",
        "<?xml version='1.0'?>\n<a>&lt;</a>",
        "<a",
        "x",
        "",
    ):
        bounded.check_xml([text.encode()], "a.xml")
    bounded.check_package(package("xl/a.xml", b"<a>"), "a.xlsx")
    with pytest.raises(zipfile.BadZipFile):
        bounded.check_package(b"x", "a.xlsx")


def test_a_head_without_end_and_an_archive_that_grows_are_refused(monkeypatch):
    remark = b"<!--" + b"x" * (bounded.HEAD + bounded.PIECE)
    pieces = [remark[at : at + bounded.PIECE] for at in range(0, len(remark), bounded.PIECE)]
    with pytest.raises(UserError, match="no element in the first 1 MB"):
        bounded.check_xml(pieces, "a.xml")
    monkeypatch.setattr(bounded, "SMALL", 1000)
    with pytest.raises(UserError, match="unpacks to"):
        bounded.check_package(package("xl/a.xml", b"<a/>" + b" " * 1_000_000), "a.xlsx")


def test_a_define_with_entities_is_refused():
    with pytest.raises(UserError, match="a document type"):
        read_define(OUTSIDE.encode(), "define.xml")
