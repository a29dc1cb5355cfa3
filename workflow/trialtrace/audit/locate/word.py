"""Papers as DOCX: their paragraphs and tables as those of a web page."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.locate.markup import Node, Piece, read_xml, untaken
from trialtrace.audit.locate.paper import Passage, ReadPaper
from trialtrace.audit.locate.web import web_paper
from trialtrace.base.errors import Problem, UserError

_DOCUMENT, LARGEST = "word/document.xml", 200 << 20


def read_word(content: bytes, text: str) -> ReadPaper:
    """The paper in a DOCX file. Raises UserError where it is broken, locked or not one."""
    parts = _parts(content, text)
    root = read_xml(parts[_DOCUMENT], text)
    body = root.first("body")
    paper = web_paper(Node("body", {}, [] if body is None else list(_blocks(body))))
    passages, excluded = list(paper.passages), list(untaken(root))
    for name in NOTES:
        notes = read_xml(parts[name], text) if name in parts else Node("")
        kind = name.partition("/")[2].removesuffix(".xml")
        for at, note in enumerate(notes.every("p"), 1):
            if words := _paragraph(note).take():
                passages.append(Passage(words, f"{kind}, paragraph {at}"))
        excluded += untaken(notes)
    return replace(paper, passages=tuple(passages), excluded=tuple(excluded))


NOTES = ("word/footnotes.xml", "word/endnotes.xml")


def _parts(content: bytes, text: str) -> dict[str, bytes]:
    """The document and its notes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as whole:
            if _DOCUMENT not in whole.namelist():
                raise UserError(
                    Problem(text, found="a ZIP archive of another kind", expected="a DOCX file")
                )
            names = [name for name in (_DOCUMENT, *NOTES) if name in whole.namelist()]
            size = sum(whole.getinfo(name).file_size for name in names)
            if size > LARGEST:
                raise UserError(
                    Problem(
                        text,
                        found=f"{size >> 20} MB of text",
                        expected=f"at most {LARGEST >> 20} MB",
                    )
                )
            return {name: whole.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError) as error:
        raise UserError(
            Problem(
                text, found=(f"a DOCX file that cannot be opened: {error}"), expected="a whole one"
            )
        ) from None


def _blocks(node: Node) -> Iterator[Node]:
    for child in node.elements():
        if child.name == "p":
            yield _paragraph(child)
        elif child.name == "tbl":
            yield _table(child)
        elif child.name in ("sdt", "sdtcontent", "ins"):
            yield from _blocks(child)


def _paragraph(node: Node) -> Node:
    style = node.first("pstyle")
    named = "" if style is None else style.given.get("val", "")
    level = re.search(r"(?:Heading|berschrift|Titre)\s?([1-4])$", named, re.IGNORECASE)
    name = f"h{level.group(1)}" if level else "h1" if named.lower() == "title" else "p"
    return Node(name, {}, list(_runs(node)))


def _runs(node: Node) -> Iterator[Node | str]:
    for child in node.elements():
        if child.name == "r":
            raised = child.first("vertalign")
            text: list[Node | str] = list(_texts(child))
            if raised is not None and raised.given.get("val") == "superscript":
                yield Node("sup", {}, text)
            else:
                yield from text
        elif child.name not in ("del", "ppr"):
            yield from _runs(child)


def _texts(run: Node) -> Iterator[str]:
    for child in run.elements():
        if child.name == "t":
            yield from (piece for piece in child.children if isinstance(piece, Piece))
        elif child.name in ("tab", "br", "cr"):
            yield " "
        elif child.name == "nobreakhyphen":
            yield "-"


def _table(node: Node) -> Node:
    """The table with its merged cells as spans, and its head rows under `thead`."""
    heads: list[Node | str] = []
    body: list[Node | str] = []
    open_: dict[int, Node] = {}
    for row in node.every("tr"):
        cells: list[Node | str] = []
        column = 0
        for cell in row.every("tc"):
            span = cell.first("gridspan")
            given = "1" if span is None else span.given.get("val", "1")
            width = int(given) if given.isdecimal() else 1
            merged = cell.first("vmerge")
            if merged is not None and merged.given.get("val") != "restart" and column in open_:
                above = open_[column].given
                above["rowspan"] = str(int(above.get("rowspan", "1")) + 1)
            else:
                made = Node("td", {"colspan": str(width)}, [*_cell(cell)])
                cells.append(made)
                open_[column] = made
            column += width
        head = row.first("tblheader") is not None and not body
        (heads if head else body).append(Node("tr", {}, cells))
    return Node("table", {}, [Node("thead", {}, heads), Node("tbody", {}, body)])


def _cell(cell: Node) -> Iterator[Node]:
    for child in cell.elements():
        if child.name == "p":
            yield Node("p", {}, list(_runs(child)))
