"""Properties that a report has, or that Word and LibreOffice add when they save one.

Any other property of a DOCX is told: a program may do with it what nobody here has looked at.
Lengths are in twentieths of a point, as the format has them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
OFF = ("0", "false", "off", "none", "nil", "")
UNITS = {"pt": 20.0, "pc": 240.0, "pi": 240.0, "in": 1440.0, "cm": 1440 / 2.54, "mm": 144 / 2.54}
LENGTH = re.compile(r"([-+]?\d+(?:\.\d+)?)(pt|pc|pi|in|cm|mm)?")
DIRECTION, MOVED = "text in another direction", "text out of its place"
CLOSE, NARROW = "lines on top of each other", "a column too narrow to be read"
# Lines, rows and columns that hide letters; how far text moves within a line and within a cell.
LOWEST, NARROWEST, FARTHEST, FARTHEST_IN_CELL, FARTHEST_OUT = 120, 200, 6_000, 720, -400
SMALLEST_PAGE = 4_000

ALLOWED = {
    "rPr": (
        "rStyle rFonts b bCs i iCs u color sz szCs lang kern spacing w position vertAlign strike "
        "dstrike vanish rtl fitText highlight shd bdr noProof webHidden snapToGrid ins del "
        "moveFrom moveTo rPrChange"
    ),
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers "
        "pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
        "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
        "suppressOverlap jc textDirection textAlignment outlineLvl divId cnfStyle rPr sectPr "
        "pPrChange"
    ),
    "tblPr": (
        "tblStyle tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblInd "
        "tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange"
    ),
    "trPr": "cnfStyle divId cantSplit trHeight tblHeader jc hidden ins trPrChange",
    "tcPr": (
        "cnfStyle tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection vAlign hideMark "
        "cellIns tcPrChange"
    ),
    "sectPr": (
        "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders "
        "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi docGrid sectPrChange "
        "printerSettings"
    ),
}
ALLOWED["tblPrEx"] = ALLOWED["tblPr"]
KNOWN = {f"{W}{name}": {f"{W}{word}" for word in told.split()} for name, told in ALLOWED.items()}
LETTERS = {"ligatures", "numSpacing", "cntxtAlts", "stylisticSets"}
KNOWN[f"{W}rPr"] |= {f"{WORD_2010}{one}" for one in LETTERS}
PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/.*|customXml/.*|.*/"
    r"|word/(document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|people"
    r"|comments\w*|footnotes|endnotes|header\d*|footer\d*)\.xml"
    r"|word/_rels/[^/]*\.rels|word/(theme|glossary)/.*\.(xml|rels)|word/media/[^/]*"
)


def measure(element: Element, name: str, usual: float) -> float:
    """A length, which may have a unit; the usual one for none."""
    match = LENGTH.fullmatch(element.get(f"{W}{name}", "").strip())
    return float(match[1]) * UNITS.get(match[2] or "", 1.0) if match else usual


def on(element: Element) -> bool:
    """Whether a property that is there is on."""
    return element.get(f"{W}val", "1") not in OFF


def odd_parts(names: Iterable[str]) -> Iterator[str]:
    """The parts that no report has, and no program adds."""
    return (f"a part that no report has: {name}" for name in names if not PARTS.fullmatch(name))


def odd(properties: Element, in_cell: bool = False) -> Iterator[str]:
    """What is unusual among the properties of a paragraph, table, row, cell or section."""
    for found in properties:
        if found.tag not in KNOWN[properties.tag]:
            if on(found):
                yield unknown(found)
        elif limit := LIMITS.get(found.tag):
            yield from limit(found, in_cell)


def unknown(element: Element) -> str:
    return f"a property that no report has: {element.tag.rpartition('}')[2]}"


def _direction(element: Element, _: bool) -> Iterator[str]:
    if element.get(f"{W}val", "lrTb") not in ("lrTb", "tb"):
        yield DIRECTION


def _right_to_left(element: Element, _: bool) -> Iterator[str]:
    if on(element):
        yield DIRECTION


def _spacing(element: Element, _: bool) -> Iterator[str]:
    rule = element.get(f"{W}lineRule", "auto")
    if rule != "atLeast" and measure(element, "line", LOWEST) < LOWEST:
        yield CLOSE
    if min(measure(element, "before", 0), measure(element, "after", 0)) < 0:
        yield CLOSE


def _indent(element: Element, in_cell: bool) -> Iterator[str]:
    most = FARTHEST_IN_CELL if in_cell else FARTHEST
    sides = {one: measure(element, one, 0) for one in ("left", "start", "right", "end")}
    first = measure(element, "firstLine", 0), measure(element, "hanging", 0)
    begin = max(sides["left"], sides["start"]) - first[1]
    by_letters = (
        abs(measure(element, f"{one}Chars", 0)) for one in (*sides, "firstLine", "hanging")
    )
    far = max(*sides.values(), *first) > most or max(by_letters) > most
    if far or min(*sides.values(), begin) < FARTHEST_OUT:
        yield MOVED


def _table_indent(element: Element, _: bool) -> Iterator[str]:
    if not FARTHEST_OUT <= measure(element, "w", 0) <= FARTHEST_IN_CELL:
        yield MOVED


def _margins(element: Element, _: bool) -> Iterator[str]:
    if not all(0 <= measure(side, "w", 0) <= FARTHEST_IN_CELL for side in element):
        yield MOVED


def _width(element: Element, _: bool) -> Iterator[str]:
    if element.get(f"{W}type", "dxa") == "dxa" and 0 < measure(element, "w", 0) < NARROWEST:
        yield NARROW


def _row(element: Element, _: bool) -> Iterator[str]:
    if element.get(f"{W}hRule") == "exact" and measure(element, "val", LOWEST) < LOWEST:
        yield "a row too low to be read"


def _page(element: Element, _: bool) -> Iterator[str]:
    if min(measure(element, one, SMALLEST_PAGE) for one in ("w", "h")) < SMALLEST_PAGE:
        yield "a page too small to be read"


def _page_margins(element: Element, _: bool) -> Iterator[str]:
    sides = ("left", "right", "top", "bottom")
    if not all(0 <= measure(element, side, 0) <= SMALLEST_PAGE for side in sides):
        yield MOVED


LIMITS: dict[str, Callable[[Element, bool], Iterator[str]]] = {
    f"{W}textDirection": _direction,
    f"{W}bidi": _right_to_left,
    f"{W}bidiVisual": _right_to_left,
    f"{W}spacing": _spacing,
    f"{W}ind": _indent,
    f"{W}tblInd": _table_indent,
    f"{W}tblCellMar": _margins,
    f"{W}tcMar": _margins,
    f"{W}tcW": _width,
    f"{W}trHeight": _row,
    f"{W}pgSz": _page,
    f"{W}pgMar": _page_margins,
}
