"""The lines of a DOCX, as a word processor shows them.

Read is the main text with its tables and text boxes, then footnotes, endnotes, headers and footers.
Deleted, hidden and struck text is not shown, nor a row or a cell that is; comments belong to no
report. Of a number of pages the program that saves writes the text, so it counts for nothing in
headers and footers.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from trialtrace.base.bounded import check_xml
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.report.shown.lines import (
    HEADING,
    Line,
    Piece,
    Writing,
    picture_of,
    plain,
    shown_lines,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Elements that show a picture, and which of their attributes names it.
PICTURES = {
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip": f"{R}embed",
    "{urn:schemas-microsoft-com:vml}imagedata": f"{R}id",
}
RUN = f"{W}rPr"
HIDE = ("vanish", "strike", "dstrike")
OFF = ("0", "false", "off", "none", "nil", "")
MAIN = "word/document.xml"
STYLES = "word/styles.xml"
PACKAGE = "_rels/.rels"
NOTES = re.compile(r"word/(footnotes|endnotes|header\d*|footer\d*)\.xml")
# A field that is a link: where it leads, and the place there, which some programs write apart.
HYPERLINK = re.compile(r'HYPERLINK(?:\s+"([^"]*)")?(?:\s+\\l\s+"([^"]*)")?')
PAGE_NUMBERS = re.compile(r"\b(PAGE|NUMPAGES|SECTIONPAGES)\b")
MARKS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "\u2011"}
# A document that was packed to fill the memory is none.
LARGEST = 1 << 28


class Styles:
    """Styles by their names, each with what it is based on: whether letters are hidden or struck
    through by them."""

    def __init__(self, root: Element | None):
        every = [] if root is None else root.findall(f"{W}style")
        self._by_id = {style.get(f"{W}styleId", ""): style for style in every}
        self._usual = next(
            (
                style.get(f"{W}styleId", "")
                for style in every
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default", "0") not in OFF
            ),
            "",
        )
        self._default = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{RUN}")
        self._based: dict[tuple[str, str], list[Element]] = {}

    def hidden(self, run: Element | None, paragraph: Element | None) -> bool:
        """Whether a run of a paragraph is hidden or struck through, by itself or by a style."""
        names = _style(run, "rStyle"), _style(paragraph, "pStyle") or self._usual
        if names not in self._based:
            styled = (style.find(RUN) for name in names for style in self._chain(name))
            self._based[names] = [look for look in (*styled, self._default) if look is not None]
        looks = self._based[names] if run is None else [run, *self._based[names]]
        return any(_is_on(looks, name) for name in HIDE)

    def _chain(self, name: str) -> Iterator[Element]:
        """A style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while name in self._by_id and name not in seen:
            seen.add(name)
            yield self._by_id[name]
            name = _value(self._by_id[name].find(f"{W}basedOn"))


class BrokenDocument(Exception):
    """A document that cannot be read, with the part that cannot."""


@dataclass(frozen=True)
class Docx:
    """What a DOCX shows, and the hash of each of its parts."""

    lines: list[Line]
    parts: dict[str, str]
    program: str


@dataclass
class _Story:
    """One part with text, while it is read."""

    links: dict[str, str]
    pictures: dict[str, str]
    body: bool
    styles: Styles
    lines: list[Line] = field(default_factory=list)
    tables: int = 0
    # Complex fields that are open: what each asks for, and whether its result has begun.
    fields: list[tuple[list[str], bool]] = field(default_factory=list)


def docx_lines(data: bytes) -> Docx:
    """Raises BrokenDocument."""
    parts = _unpacked(data)
    if MAIN not in parts:
        raise BrokenDocument(f"{MAIN} is not there: this is no DOCX")
    _check_main(parts)
    names = [MAIN, *sorted(name for name in parts if NOTES.fullmatch(name))]
    styles = Styles(_xml(parts, STYLES) if STYLES in parts else None)
    try:
        stories = {name: _xml(parts, name) for name in names}
        lines = _text(parts, stories, styles)
    except RecursionError as error:
        raise BrokenDocument("its parts lie in each other deeper than any report's") from error
    digests = {name: sha256_bytes(content) for name, content in sorted(parts.items())}
    match = re.search(
        rb"<Application>([^<]{1,60})</Application>", parts.get("docProps/app.xml", b"")
    )
    program = match.group(1).decode("utf-8", "replace") if match else "another program"
    return Docx(lines, digests, program)


def _text(parts: dict[str, bytes], stories: dict[str, Element], styles: Styles) -> list[Line]:
    """What the parts with text show. Of headers and footers that are alike one counts: LibreOffice
    writes one for every section and for the first page."""
    lines: list[Line] = []
    seen: list[object] = []
    for name, root in stories.items():
        own = shown_lines(_part(parts, name, root, styles))
        what = NOTES.fullmatch(name)
        if what and what[1].startswith(("header", "footer")):
            shown = what[1][:6], [(line.key, line.row) for line in own]
            if shown in seen:
                continue
            seen.append(shown)
        lines += own
    return lines


def _check_main(parts: dict[str, bytes]) -> None:
    """What a program opens is the part that the package names, whatever another is called."""
    if PACKAGE not in parts:
        raise BrokenDocument(f"{PACKAGE} is not there: this is no DOCX")
    for one in _xml(parts, PACKAGE):
        if one.get("Type", "").endswith("/officeDocument"):
            if one.get("Target", "").lstrip("/") != MAIN:
                raise BrokenDocument(f"its text is not in {MAIN}, where every report has it")
            return
    raise BrokenDocument(f"{PACKAGE} names no text")


def _unpacked(data: bytes) -> dict[str, bytes]:
    name = "the list of its parts"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise BrokenDocument("its parts are larger than any report")
            parts = {}
            for name in archive.namelist():
                if name in parts:
                    raise BrokenDocument(f"{name} is in it twice")
                parts[name] = archive.read(name)
            return parts
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError) as error:
        raise BrokenDocument(f"{name} is damaged") from error
    except (NotImplementedError, RuntimeError) as error:
        raise BrokenDocument(f"{name} is packed in a way that no report is") from error


def _xml(parts: dict[str, bytes], name: str) -> Element:
    data = parts[name]
    try:
        check_xml([data], name)
        return ElementTree.fromstring(data)
    except UserError as error:
        raise BrokenDocument(f"{name} declares entities, which no report does") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BrokenDocument(f"{name} is no XML") from error


def _part(parts: dict[str, bytes], name: str, root: Element, styles: Styles) -> list[Line]:
    folder, file = posixpath.split(name)
    related = f"{folder}/_rels/{file}.rels"
    targets = (
        {one.get("Id", ""): one.get("Target", "") for one in _xml(parts, related)}
        if related in parts
        else {}
    )
    pictures = {}
    for key, target in targets.items():
        place = posixpath.normpath(posixpath.join(folder, target))
        place = target.lstrip("/") if target.startswith("/") else place
        if place in parts and place.startswith("word/media/"):
            pictures[key] = picture_of(parts[place])
    story = _Story(targets, pictures, name == MAIN, styles)
    for child in root:
        # In the body its children are text; footnotes are one level further in.
        _blocks(story, child)
    return story.lines


def _blocks(story: _Story, element: Element) -> None:
    """Paragraphs and tables, at any depth of what holds them."""
    if element.tag == f"{W}p":
        story.lines += _paragraph(story, element)
    elif element.tag == f"{W}tbl":
        _table(story, element)
    elif element.tag != FALLBACK:
        for child in element:
            _blocks(story, child)


def _table(story: _Story, element: Element) -> None:
    story.tables += 1
    table = story.tables
    for number, row in enumerate(_rows(element), 1):
        pieces, figures = [], []
        for cell in _cells(row):
            inner = _Story(story.links, story.pictures, story.body, story.styles)
            for child in () if _covered(cell) else cell:
                _blocks(inner, child)
            figures += [line for line in inner.lines if line.kind == "figure"]
            texts = [
                piece for line in inner.lines if line.kind != "figure" for piece in line.pieces
            ]
            pieces += [_together(texts), *[Piece("")] * (_columns(cell) - 1)]
        story.lines += figures
        story.lines.append(Line("row", tuple(pieces), table, number))


def _covered(cell: Element) -> bool:
    """Whether the cell above reaches over it."""
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return merged is not None and merged.get(f"{W}val") != "restart"


def _columns(cell: Element) -> int:
    """How many it reaches over; those behind the first are empty."""
    many = _value(cell.find(f"{W}tcPr/{W}gridSpan"))
    return int(many) if re.fullmatch(r"[1-9]\d?", many) else 1


def _together(pieces: list[Piece]) -> Piece:
    links = tuple(link for piece in pieces for link in piece.links)
    return Piece(plain(" ".join(piece.text for piece in pieces)), links)


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == f"{W}tr":
            if child.find(f"{W}trPr/{W}hidden") is None:
                yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _cells(child)


def _paragraph(story: _Story, element: Element) -> list[Line]:
    """The paragraph; before it the figures in it, after it what stands in its text boxes."""
    writing = Writing()
    lines: list[Line] = []
    _inline(story, element, writing, lines, element.find(f"{W}pPr"))
    style = element.find(f"{W}pPr/{W}pStyle")
    kind = "heading" if HEADING.match(_value(style)) else "text"
    figures = [line for line in lines if line.kind == "figure"]
    others = [line for line in lines if line.kind != "figure"]
    return [*figures, Line(kind, (writing.done(),)), *others]


def _inline(
    story: _Story,
    element: Element,
    writing: Writing,
    beside: list[Line],
    look: Element | None = None,
) -> None:
    """What stands in a line; `look` are the properties of its paragraph."""
    for child in element:
        tag = child.tag
        if tag in (f"{W}del", f"{W}moveFrom", FALLBACK, f"{W}pPr", f"{W}rPr"):
            continue
        if tag == f"{W}r" and story.styles.hidden(child.find(f"{W}rPr"), look):
            continue
        if tag == f"{W}txbxContent":
            inner = _Story(story.links, story.pictures, story.body, story.styles)
            for block in child:
                _blocks(inner, block)
            beside += inner.lines
        elif tag == f"{W}hyperlink":
            writing.open(story.links.get(child.get(f"{R}id", ""), ""), child.get(f"{W}anchor"))
            _inline(story, child, writing, beside, look)
            writing.close()
        elif tag == f"{W}fldSimple":
            if not _page_number(story, child.get(f"{W}instr", "")):
                _inline(story, child, writing, beside, look)
        elif tag == f"{W}fldChar":
            _field(story, child.get(f"{W}fldCharType", ""), writing)
        elif tag == f"{W}instrText":
            if story.fields:
                story.fields[-1][0].append(child.text or "")
        elif tag in PICTURES:
            figure = story.pictures.get(child.get(PICTURES[tag], ""), "a picture that is not there")
            beside.append(Line("figure", (Piece(f"#{figure}"),)))
        elif tag in (f"{W}t", f"{M}t"):
            if not any(
                shown and _page_number(story, "".join(asked)) for asked, shown in story.fields
            ):
                writing.write(child.text or "")
        elif tag in MARKS:
            writing.write(MARKS[tag])
        else:
            _inline(story, child, writing, beside, look)


def _field(story: _Story, what: str, writing: Writing) -> None:
    """The begin, the middle or the end of a complex field."""
    if what == "begin":
        story.fields.append(([], False))
    elif what == "separate" and story.fields:
        asked, _ = story.fields[-1]
        story.fields[-1] = (asked, True)
        if match := HYPERLINK.search("".join(asked)):
            writing.open(match.group(1) or "", match.group(2))
    elif what == "end" and story.fields:
        asked, _ = story.fields.pop()
        if HYPERLINK.search("".join(asked)):
            writing.close()


def _page_number(story: _Story, asked: str) -> bool:
    """Whether a field of a header or footer counts pages."""
    return not story.body and bool(PAGE_NUMBERS.search(asked))


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def _style(look: Element | None, name: str) -> str:
    return "" if look is None else _value(look.find(f"{W}{name}"))


def _is_on(looks: list[Element], name: str) -> bool:
    """Whether the nearest that says it says yes; without a value it does."""
    nearest = next((each for look in looks if (each := look.find(f"{W}{name}")) is not None), None)
    return nearest is not None and nearest.get(f"{W}val", "on") not in OFF
