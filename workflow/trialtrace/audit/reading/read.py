"""Reads a file as a paper, by what it holds and not by its name."""

import re
from pathlib import Path

from trialtrace.audit.reading.confined import confined
from trialtrace.audit.reading.draft import Draft, draft
from trialtrace.audit.reading.paper import ReadPaper
from trialtrace.audit.reading.registry.ledger import registry_ledger
from trialtrace.audit.reading.registry.record import one_record, read_record
from trialtrace.base.errors import Problem, UserError

_OLE = b"\xd0\xcf\x11\xe0"
LARGEST = 100 << 20
FORMS = (
    "a paper as JATS XML, HTML, DOCX or PDF, a table typed as CSV or XLSX, or a record of "
    "ClinicalTrials.gov as JSON or in its older XML"
)


def read_paper(path: Path) -> Draft:
    """The draft ledger of a file. Raises UserError for one that holds no paper, or no numbers."""
    shown = str(path)
    content = _in_bytes(_content(path, shown))

    def work() -> Draft:
        if content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return registry_ledger(read_record(content, shown))
        if b"<clinical_study" in content[:65536]:
            from trialtrace.audit.reading.registry.older import older_record

            return registry_ledger(one_record(older_record(content, shown), shown))
        paper, typed = parsed(content, shown, path.suffix.lower())
        return draft(paper, typed=typed)

    made = confined(work, shown)
    if not made.claims:
        raise UserError(
            Problem(
                shown,
                found=f"no statistics in {len(made.paper.tables)} tables and "
                f"{len(made.paper.passages)} paragraphs",
                expected="a report of a trial with numbers that can be held against each other",
                do="; ".join(made.paper.remarks) or None,
            )
        )
    return made


def _content(path: Path, text: str) -> bytes:
    if path.is_dir():
        raise UserError(Problem(text, found="a folder", expected=FORMS))
    if not path.exists():
        raise UserError(Problem(text, found="no such file", expected=FORMS))
    if path.stat().st_size > LARGEST:
        raise UserError(
            Problem(
                text,
                found=f"{path.stat().st_size >> 20} MB",
                expected=f"at most {LARGEST >> 20} MB",
            )
        )
    return path.read_bytes()


def _in_bytes(content: bytes) -> bytes:
    """The same text in UTF-8 where it is in UTF-16, which its first two bytes tell."""
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return content
    text = content.decode("utf-16", errors="replace")
    return re.sub(r"^(<\?xml[^>]*?)\s+encoding=[\"'][^\"']*[\"']", r"\1", text).encode()


def parsed(content: bytes, text: str, suffix: str) -> tuple[ReadPaper, bool]:
    """The paper in a file's content, and whether a person typed it."""
    content = _in_bytes(content)
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        web = b"<html" in start.lower() or b"<!doctype html" in start.lower()
        if not web and (b"<article" in content[:65536] or start.startswith(b"<?xml")):
            from trialtrace.audit.reading.formats.jats import read_jats

            return read_jats(content, text), False
        from trialtrace.audit.reading.formats.web import read_web

        return read_web(content, text), False
    if start.startswith(b"PK\x03\x04"):
        if suffix == ".xlsx":
            from trialtrace.audit.reading.formats.form import read_sheet

            return read_sheet(content, text), True
        from trialtrace.audit.reading.formats.word import read_word

        return read_word(content, text), False
    if start.startswith(b"%PDF"):
        from trialtrace.audit.reading.formats.pdf import read_pdf

        return read_pdf(content, text), False
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
        from trialtrace.audit.reading.formats.form import read_form

        return read_form(content, text), True
    raise UserError(Problem(text, found="a file of another kind", expected=FORMS))
