"""Papers as PDF: words with page and place. PDF holds no tables, so none is read from it."""

import re
from collections.abc import Iterable

from trialtrace.audit.locate.characters import tidy
from trialtrace.audit.locate.glyphs import Word, pages
from trialtrace.audit.locate.lines import blocks
from trialtrace.audit.locate.paper import Excluded, Passage, ReadPaper
from trialtrace.base.errors import Problem, UserError

NO_TABLES = (
    "tables of a PDF are not read, only its words: take the JATS, HTML or DOCX, or type the tables "
    "(trialtrace read --form)"
)


def read_pdf(content: bytes, shown: str) -> ReadPaper:
    """The words of a PDF, a passage a block of lines. Raises UserError where it is broken, locked,
    or has no text."""
    passages: list[Passage] = []
    excluded: list[Excluded] = []
    empty: list[int] = []
    number = 0
    for page in pages(content, shown):
        number = page.number
        if not page.words:
            empty.append(number)
        for block in blocks(page):
            passages.append(Passage(_text(block), f"page {number}"))
        excluded += [
            Excluded("raised: marks of notes, and exponents", word.mark)
            for word in page.words
            if word.mark
        ]
    if len(empty) == number:
        raise UserError(
            Problem(
                shown,
                found=f"{number} pages without text: pictures of pages, as scans are",
                expected="a PDF with text",
                do="have a program recognise its text first, or type its tables: "
                "trialtrace read --form",
            )
        )
    scans = [f"{len(empty)} pages without text, as scans are: {_few(empty)}"] if empty else []
    words = " ".join(passage.text for passage in passages[:8])
    doi = re.search(r"\b10\.[0-9]{4,9}/[^\s\"'<>]+", words)
    return ReadPaper(
        "",
        tuple(passages),
        (),
        doi.group().rstrip(".,;)") if doi else None,
        (NO_TABLES, *scans),
        tuple(excluded),
    )


def _text(block: Iterable[Iterable[Word]]) -> str:
    return tidy(" ".join(word.text for row in block for word in row))


def _few(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return f"{shown}, …" if len(numbers) > 5 else shown
