"""What a DOCX shows, hides or alters by other means than the letters of its text.

Counted by what it is, with the places where it is. A report has few of these; one that it did not
have when it was made can let a reader see another number though every letter of the text is kept.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from trialtrace.report.shown.docx_allowed import KNOWN, NARROW, W, measure, odd, unknown
from trialtrace.report.shown.docx_styles import Behind, Styles
from trialtrace.report.shown.lines import CAPTION, HEADING, plain

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
SVG = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
OFF = ("0", "false", "off")
# What a program fills in by itself when it saves, and what leads somewhere.
PLAIN_FIELDS = (
    "HYPERLINK",
    "NUMPAGES",
    "PAGE",
    "PAGEREF",
    "REF",
    "SECTIONPAGES",
    "SEQ",
    "TOC",
)
BY_ELEMENT = {
    f"{W}altChunk": "text of another file",
    f"{W}subDoc": "text of another file",
    f"{W}sym": "a sign of a font",
    f"{W}dataBinding": "a text bound to data",
    f"{W}bdo": "text in another direction",
    f"{W}dir": "text in another direction",
    f"{W}framePr": "a paragraph placed on the page",
    f"{W}object": "an object of another program",
    f"{W}control": "an object of another program",
    f"{W}ruby": "text above text",
    f"{V}textpath": "drawn text",
    f"{V}rect": "a drawn shape",
    f"{V}roundrect": "a drawn shape",
    f"{V}oval": "a drawn shape",
    f"{V}line": "a drawn shape",
    f"{V}background": "a picture behind the page",
    f"{WPS}wsp": "a drawn shape",
    f"{SVG}svgBlip": "a picture in a second form",
    f"{WP}anchor": "a picture placed on the page",
}
# EMU: half a centimetre; twentieths of a point.
SMALLEST_PICTURE, NARROWEST = 180_000, 100


@dataclass
class Means:
    """How often each occurs, of letters how many; and where, in the order of the document."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, place: str, many: int = 1) -> None:
        self.counts[what] += many
        known = self.places.setdefault(what, [])
        if place not in known[-1:]:
            known.append(place)

    def __iadd__(self, other: "Means") -> "Means":
        self.counts += other.counts
        for what, places in other.places.items():
            self.places.setdefault(what, []).extend(places)
        return self


@dataclass
class _Table:
    """A table while it is read."""

    name: str
    style: str
    behind: Behind
    row: int = 0
    column: int = 0
    first: str = ""
    heads: list[str] = field(default_factory=list)


class _Around(NamedTuple):
    """What a part of the text stands in."""

    behind: Behind
    table: _Table | None = None


def other_means(name: str, root: Element, styles: Styles) -> Means:
    """What a part with text has of it."""
    reading = _Reading(styles, name.removeprefix("word/").removesuffix(".xml"))
    background = root.find(f"{W}background")
    reading.visit(root, _Around(reading.page(background)))
    return reading.means


class _Reading:
    def __init__(self, styles: Styles, part: str):
        self.styles, self.means = styles, Means()
        self.heading, self.caption = "" if part == "document" else part, ""
        self.tables = 0

    def page(self, background: Element | None) -> Behind:
        """What the colour of the page puts behind everything."""
        if background is None:
            return Behind()
        return Behind().under(self.styles.theme.letters(background))

    def visit(self, element: Element, around: _Around) -> None:
        """What holds paragraphs, in the order of the document."""
        tag = element.tag
        if tag == f"{W}p":
            self._paragraph(element, around)
            return
        if tag == f"{W}tbl":
            around = self._table(element, around)
        elif tag == f"{W}tr" and around.table is not None:
            table = around.table
            table.row, table.column, table.first = table.row + 1, 0, ""
        elif tag == f"{W}tc" and around.table is not None:
            around = self._cell(element, around, around.table)
        self._element(element, around)
        for child in element:
            self.visit(child, around)

    def _table(self, element: Element, around: _Around) -> _Around:
        self.tables += 1
        style = self.styles.table_style(element.find(f"{W}tblPr"))
        name, self.caption = self.caption or f"table {self.tables}", ""
        behind = around.behind.under(self.styles.behind_table(style))
        behind = behind.under(self.styles.theme.behind(element.find(f"{W}tblPr/{W}shd")))
        made = _Around(behind, _Table(name, style, behind))
        for what in self.styles.odd_table(style):
            self._tell(what, made)
        return made

    def _cell(self, element: Element, around: _Around, table: _Table) -> _Around:
        table.column += 1
        if table.row == 1 or table.column == 1:
            text = _text(element)
            if table.row == 1:
                table.heads.append(text)
            if table.column == 1:
                table.first = text
        shading = self.styles.theme.behind(element.find(f"{W}tcPr/{W}shd"))
        return around._replace(behind=around.behind.under(shading))

    def _paragraph(self, element: Element, around: _Around) -> None:
        look = element.find(f"{W}pPr")
        style = look.find(f"{W}pStyle") if look is not None else None
        heading = style is not None and HEADING.match(style.get(f"{W}val", ""))
        if heading or around.table is None:
            text = _text(element)
            if heading:
                self.heading, self.caption = text, ""
            elif told := CAPTION.match(text):
                self.caption = told[0]
        for each in element.iter(f"{W}p"):
            self._letters(each, around)
        for one in element.iter():
            self._element(one, around)

    def _letters(self, element: Element, around: _Around) -> None:
        look = element.find(f"{W}pPr")
        if self.styles.numbered(look):
            self._tell("a number or sign before a paragraph", around)
        for what in self.styles.odd_paragraph(look, around.table is not None):
            self._tell(what, around)
        behind = self.styles.behind(look, around.behind)
        table = around.table.style if around.table else ""
        for tag in (f"{W}r", f"{M}r"):
            for run in element.iter(tag):
                letters = (*run.iter(f"{W}t"), *(run.iter(f"{M}t") if tag == f"{M}r" else ()))
                if many := sum(len(letter.text or "") for letter in letters):
                    run_look = self.styles.look(run.find(f"{W}rPr"), look, table, behind)
                    for effect in run_look.effects:
                        self._tell(effect, around, many)

    def _tell(self, what: str, around: _Around, many: int = 1) -> None:
        words = [self.heading] if self.heading else []
        if (table := around.table) is not None:
            words.append(table.name)
            if table.row:
                words.append(f"row {table.row}" + (f" ({table.first})" if table.first else ""))
            if table.column:
                head = table.heads[table.column - 1 : table.column]
                told = f" ({head[0]})" if head and head[0] else ""
                words.append(f"column {table.column}{told}")
        self.means.add(what, ", ".join(words) or "text", many)

    def _element(self, element: Element, around: _Around) -> None:
        tag = element.tag
        if tag in KNOWN and tag not in (f"{W}rPr", f"{W}pPr"):
            for what in odd(element):
                self._tell(what, around)
        for what in _means_of(element):
            # Pictures with the same words count once.
            if not (tag == f"{WP}docPr" and what in self.means.counts):
                self._tell(what, around)


def _text(element: Element) -> str:
    return plain("".join(one.text or "" for one in element.iter(f"{W}t")))


def _means_of(element: Element) -> Iterable[str]:
    tag = element.tag
    if tag in BY_ELEMENT:
        yield BY_ELEMENT[tag]
    elif tag == f"{A}blip":
        if f"{R}link" in element.attrib:
            yield "a picture that lies elsewhere"
        if any(one.tag != f"{A}extLst" for one in element):
            yield "a picture with an effect"
    elif tag == f"{A}graphicData":
        if element.get("uri") != PICTURE:
            yield "a drawn shape"
    elif tag == f"{WP}extent":
        sides = [element.get(one, "") for one in ("cx", "cy")]
        if not all(side.isdigit() and int(side) >= SMALLEST_PICTURE for side in sides):
            yield "a picture too small to be seen"
    elif tag == f"{A}xfrm":
        if any(element.get(one, "0") not in OFF for one in ("flipH", "flipV", "rot")):
            yield "a picture turned or mirrored"
    elif tag == f"{A}srcRect":
        if any(value not in ("0", "") for value in element.attrib.values()):
            yield "a picture cut"
    elif tag == f"{WP}docPr":
        told = (element.get(one) for one in ("descr", "title"))
        yield from (f"words for a picture: {one}" for one in told if one)
    elif tag == f"{W}gridCol":
        if 0 < measure(element, "w", 0) < NARROWEST:
            yield NARROW
    elif tag == f"{W}cols":
        if measure(element, "num", 1) > 1:
            yield unknown(element)
    elif tag in (f"{W}fldSimple", f"{W}instrText"):
        asked = (element.get(f"{W}instr") or element.text or "").split()
        if asked and asked[0].isupper() and asked[0] not in PLAIN_FIELDS:
            yield f"a field that a program fills in: {asked[0]}"
