"""The words of a Word document as lines: a paragraph each, a row of a table with tabs between its
cells."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.bounded import check_xml
from trialtrace.base.errors import UserError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DOCUMENT = ".docx"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The words themselves, unpacked.
MOST_BYTES = 20_000_000


def word_text(path: Path) -> str:
    """The text; nothing of a file that is no Word document."""
    from xml.etree import ElementTree

    try:
        with zipfile.ZipFile(path) as packed:
            inside = packed.getinfo("word/document.xml")
            content = packed.read(inside) if inside.file_size <= MOST_BYTES else b""
        check_xml([content], str(path))
        body = ElementTree.fromstring(content).find(f"{_W}body")
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, UserError, NotImplementedError):
        return ""
    return "\n".join(_lines(body)) if body is not None else ""


def _lines(body: "Element") -> Iterator[str]:
    for block in body:
        if block.tag == f"{_W}p":
            style = block.find(f"{_W}pPr/{_W}pStyle")
            titled = style is not None and style.get(f"{_W}val", "").startswith(
                ("Heading", "Title")
            )
            yield from ("", f"{'# ' * titled}{_words(block)}")
        elif block.tag == f"{_W}tbl":
            yield ""
            for row in block.iter(f"{_W}tr"):
                yield "\t".join(
                    " ".join(map(_words, cell.iter(f"{_W}p"))).strip()
                    for cell in row.findall(f"{_W}tc")
                )


def _words(block: "Element") -> str:
    """What a paragraph says, on one line."""
    marks = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}noBreakHyphen": "-"}
    said = (
        (one.text or "") if one.tag == f"{_W}t" else marks.get(one.tag, "") for one in block.iter()
    )
    return " ".join("".join(said).split())
