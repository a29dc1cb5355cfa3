"""What a DOCX shows, hides or alters by other means than the letters of its text.

Counted by what it is. A report has few of these; one that it did not have when it was made can let
a reader see another number though every letter of the text is kept.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
V = "{urn:schemas-microsoft-com:vml}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
SVG = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
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
    f"{W}sym": "a sign of a font",
    f"{W}dataBinding": "a text bound to data",
    f"{W}bdo": "text in another direction",
    f"{W}dir": "text in another direction",
    f"{W}framePr": "a paragraph placed on the page",
    f"{V}textpath": "drawn text",
    f"{V}rect": "a drawn shape",
    f"{V}roundrect": "a drawn shape",
    f"{V}oval": "a drawn shape",
    f"{V}line": "a drawn shape",
    f"{WPS}wsp": "a drawn shape",
    f"{SVG}svgBlip": "a picture in a second form",
}
SIGN_FONTS = ("symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings")
# Half points; channels of a colour; per cent of a letter's width; twentieths of a point.
SMALLEST_SIZE, PALEST, NARROWEST, LOWEST_ROW, CLOSEST = 8, 0xD8, 50, 120, -20


class RunLook(NamedTuple):
    """Whether letters are hidden or struck through, and what else is done to them."""

    hidden: bool
    effects: tuple[str, ...]


class Styles:
    """Styles by their names, each with what it is based on."""

    def __init__(self, root: Element | None):
        found = [] if root is None else root.findall(f"{W}style")
        self._by_id = {one.get(f"{W}styleId", ""): one for one in found}
        self._default = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._based: dict[tuple[str, str], list[Element]] = {}
        self._told: dict[object, RunLook] = {}

    def chain(self, name: str) -> Iterator[Element]:
        """A style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while name in self._by_id and name not in seen:
            seen.add(name)
            yield self._by_id[name]
            name = _value(self._by_id[name].find(f"{W}basedOn"))

    def looks(self, run: Element | None, paragraph: Element | None) -> list[Element]:
        """The properties of a run that count, the nearest first."""
        names = _style(run, "rStyle"), _style(paragraph, "pStyle")
        if names not in self._based:
            every = (one.find(f"{W}rPr") for name in names for one in self.chain(name))
            self._based[names] = [one for one in (*every, self._default) if one is not None]
        return self._based[names] if run is None else [run, *self._based[names]]

    def look(self, run: Element | None, paragraph: Element | None) -> "RunLook":
        """What the properties of a run of a paragraph and of their styles do to its letters.

        Runs with the same properties look alike; a report has tens of thousands of runs.
        """
        own = () if run is None else tuple((one.tag, *one.attrib.items()) for one in run)
        key = own, _style(paragraph, "pStyle")
        if key not in self._told:
            looks = self.looks(run, paragraph)
            hides = any(_is_on(_nearest(looks, name)) for name in ("vanish", "strike", "dstrike"))
            self._told[key] = RunLook(hides, tuple(_effects(looks)))
        return self._told[key]

    def hidden(self, run: Element | None, paragraph: Element | None) -> bool:
        """Whether a run of a paragraph is hidden or struck through, by itself or by a style."""
        return self.look(run, paragraph).hidden

    def numbered(self, paragraph: Element | None) -> bool:
        """Whether a number or a sign is put before a paragraph."""
        own = [paragraph, *(one.find(f"{W}pPr") for one in self.chain(_style(paragraph, "pStyle")))]
        for each in own:
            number = None if each is None else each.find(f"{W}numPr/{W}numId")
            if number is not None:
                return _value(number) != "0"
        return False


def other_means(stories: Mapping[str, Element], styles: Styles) -> Counter[str]:
    """How often each occurs in the parts with text; of letters, how many."""
    counts: Counter[str] = Counter()
    for root in stories.values():
        for paragraph in root.iter(f"{W}p"):
            look = paragraph.find(f"{W}pPr")
            counts["a number or sign before a paragraph"] += styles.numbered(look)
            for run in paragraph.iter(f"{W}r"):
                if many := sum(len(one.text or "") for one in run.iter(f"{W}t")):
                    for effect in styles.look(run.find(f"{W}rPr"), look).effects:
                        counts[effect] += many
        for found in root.iter():
            _element(counts, found)
    return +counts


def _effects(looks: list[Element]) -> Iterator[str]:
    """What is done to letters; a word once for each way in which it is."""
    colour = _value(_nearest(looks, "color"))
    if len(colour) == 6 and all(int(colour[at : at + 2], 16) >= PALEST for at in (0, 2, 4)):
        yield "letters too pale to be read"
    if _number(_nearest(looks, "sz"), SMALLEST_SIZE) < SMALLEST_SIZE:
        yield "letters too small to be read"
    narrow = _number(_nearest(looks, "w"), 100) < NARROWEST
    if narrow or _number(_nearest(looks, "spacing"), 0) < CLOSEST:
        yield "letters on top of each other"
    if _is_on(_nearest(looks, "rtl")):
        yield "text in another direction"
    if _nearest(looks, "fitText") is not None:
        yield "letters on top of each other"
    fonts = _nearest(looks, "rFonts")
    named = [] if fonts is None else [fonts.get(f"{W}{one}", "") for one in ("ascii", "hAnsi")]
    if any(name.lower() in SIGN_FONTS for name in named):
        yield "letters in a font of signs"
    raised = _value(_nearest(looks, "vertAlign"))
    if raised in ("superscript", "subscript") or _number(_nearest(looks, "position"), 0):
        yield "letters above or below the line"


def _element(counts: Counter[str], found: Element) -> None:
    tag = found.tag
    if tag in BY_ELEMENT:
        counts[BY_ELEMENT[tag]] += 1
    elif tag == f"{A}blip":
        counts["a picture that lies elsewhere"] += f"{R}link" in found.attrib
        counts["a picture with an effect"] += any(one.tag != f"{A}extLst" for one in found)
    elif tag == f"{A}xfrm":
        turned = any(found.get(one, "0") not in OFF for one in ("flipH", "flipV", "rot"))
        counts["a picture turned or mirrored"] += turned
    elif tag == f"{A}srcRect":
        cut = any(value not in ("0", "") for value in found.attrib.values())
        counts["a picture cut"] += cut
    elif tag == f"{WP}docPr":
        for name in ("descr", "title"):
            if told := found.get(name):
                counts[f"words for a picture: {told}"] = 1
    elif tag == f"{W}trHeight":
        exact = found.get(f"{W}hRule") == "exact"
        counts["a row too low to be read"] += exact and _number(found, LOWEST_ROW) < LOWEST_ROW
    elif tag in (f"{W}fldSimple", f"{W}instrText"):
        asked = (found.get(f"{W}instr") or found.text or "").split()
        if asked and asked[0].isupper() and asked[0] not in PLAIN_FIELDS:
            counts[f"a field that a program fills in: {asked[0]}"] += 1


def _style(look: Element | None, name: str) -> str:
    return "" if look is None else _value(look.find(f"{W}{name}"))


def _nearest(looks: list[Element], name: str) -> Element | None:
    return next((one for look in looks if (one := look.find(f"{W}{name}")) is not None), None)


def _value(found: Element | None) -> str:
    return "" if found is None else found.get(f"{W}val", "")


def _is_on(found: Element | None) -> bool:
    return found is not None and _value(found) not in OFF


def _number(found: Element | None, usual: int) -> int:
    """A whole number, which a program may write with a unit or a sign; the usual one for none."""
    digits = _value(found).strip().removesuffix("%")
    return int(digits) if digits.lstrip("-").isdigit() else usual
