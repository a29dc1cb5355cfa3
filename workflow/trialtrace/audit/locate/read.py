"""Reads a file as a paper, by what it holds and not by its name."""

import re
from pathlib import Path

from trialtrace.audit.locate.confined import confined
from trialtrace.audit.locate.numbers import located
from trialtrace.audit.locate.paper import LocatedPaper, ReadPaper
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import sha256_bytes

_OLE = b"\xd0\xcf\x11\xe0"
LARGEST = 100 << 20
FORMS = (
    "a paper as JATS XML, HTML, DOCX or PDF, a table typed as CSV or XLSX, or a record of "
    "ClinicalTrials.gov as JSON"
)


def paper_of(content: bytes, shown: str) -> LocatedPaper:
    """The paper in the content of a file; a child process with limits reads it."""
    suffix = Path(shown).suffix.lower()
    file, sha256 = Path(shown).name, sha256_bytes(content)

    def work() -> LocatedPaper:
        return located(_parsed(in_utf8(content), shown, suffix), file, sha256)

    paper = confined(work, shown)
    if not paper.numbers:
        raise UserError(
            Problem(
                shown,
                found=f"no numbers in {len(paper.tables)} tables and "
                f"{len(paper.sentences)} sentences",
                expected="a report of a trial with numbers that can be held against each other",
                do="; ".join(paper.remarks) or None,
            )
        )
    return paper


def content_of(path: Path) -> bytes:
    """The bytes of a file. Raises UserError where there is none, or too much."""
    shown = str(path)
    if path.is_dir():
        raise UserError(Problem(shown, found="a folder", expected=FORMS))
    if not path.exists():
        raise UserError(Problem(shown, found="no such file", expected=FORMS))
    if path.stat().st_size > LARGEST:
        raise UserError(
            Problem(
                shown,
                found=f"{path.stat().st_size >> 20} MB",
                expected=f"at most {LARGEST >> 20} MB",
            )
        )
    return path.read_bytes()


def is_record(content: bytes) -> bool:
    """Whether a file is JSON, as a registry's record is."""
    return in_utf8(content)[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def in_utf8(content: bytes) -> bytes:
    """The same text in UTF-8 where it is in UTF-16, which its first two bytes tell."""
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return content
    text = content.decode("utf-16", errors="replace")
    return re.sub(r"^(<\?xml[^>]*?)\s+encoding=[\"'][^\"']*[\"']", r"\1", text).encode()


def _parsed(content: bytes, text: str, suffix: str) -> ReadPaper:
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        web = b"<html" in start.lower() or b"<!doctype html" in start.lower()
        if not web and (b"<article" in content[:65536] or start.startswith(b"<?xml")):
            from trialtrace.audit.locate.jats import read_jats

            return read_jats(content, text)
        from trialtrace.audit.locate.web import read_web

        return read_web(content, text)
    if start.startswith(b"PK\x03\x04"):
        if suffix == ".xlsx":
            from trialtrace.audit.locate.form import read_sheet

            return read_sheet(content, text)
        from trialtrace.audit.locate.word import read_word

        return read_word(content, text)
    if start.startswith(b"%PDF"):
        from trialtrace.audit.locate.pdf import read_pdf

        return read_pdf(content, text)
    if start.startswith(_OLE):
        raise UserError(
            Problem(
                text,
                found="a Word file of the old form, or one locked with a password",
                expected=FORMS,
                do="save it as DOCX without a password",
            )
        )
    if suffix in (".csv", ".tsv", ".txt") and b"\x00" not in start:
        from trialtrace.audit.locate.form import read_form

        return read_form(content, text)
    raise UserError(Problem(text, found="a file of another kind", expected=FORMS))
