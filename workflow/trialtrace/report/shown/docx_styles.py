"""Styles of a DOCX: whether letters are hidden by them, and what else is done to letters; colours
of letters and of what is behind them, and whether letters stand out."""

import colorsys
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from trialtrace.report.shown.docx_allowed import KNOWN, W, measure, odd, on, unknown

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
# WCAG 2.2, success criterion 1.4.3: the least contrast of text.
LEAST = 4.5
# ECMA-376 part 1, 17.18.40: the colours of a highlight.
HIGHLIGHTS = {
    "black": BLACK,
    "blue": (0, 0, 255),
    "cyan": (0, 255, 255),
    "green": (0, 255, 0),
    "magenta": (255, 0, 255),
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "white": WHITE,
    "darkBlue": (0, 0, 128),
    "darkCyan": (0, 128, 128),
    "darkGreen": (0, 128, 0),
    "darkMagenta": (128, 0, 128),
    "darkRed": (128, 0, 0),
    "darkYellow": (128, 128, 0),
    "darkGray": (128, 128, 128),
    "lightGray": (192, 192, 192),
}
# 17.15.1.20: what the settings map, where they map nothing.
USUAL = {"background1": "light1", "text1": "dark1", "background2": "light2", "text2": "dark2"}
MAPPED = {"background1": "bg1", "text1": "t1", "background2": "bg2", "text2": "t2"}
SHORT = {"dark1": "dk1", "light1": "lt1", "dark2": "dk2", "light2": "lt2"}
SHORT |= {"hyperlink": "hlink", "followedHyperlink": "folHlink"}
HEX = re.compile(r"[0-9A-Fa-f]{6}")


class Theme:
    """The colours that a document names by their part in it."""

    def __init__(self, theme: Element | None, settings: Element | None):
        scheme = None if theme is None else theme.find(f".//{A}clrScheme")
        self._colours = {"lt1": WHITE, "dk1": BLACK}
        for one in () if scheme is None else scheme:
            told = next((c.get("lastClr", c.get("val", "")) for c in one), "")
            if HEX.fullmatch(told):
                self._colours[one.tag.removeprefix(A)] = _of_hex(told)
        mapping = None if settings is None else settings.find(f"{W}clrSchemeMapping")
        self._mapping = dict(USUAL)
        for name, short in MAPPED.items():
            if mapping is not None and (other := mapping.get(f"{W}{short}")):
                self._mapping[name] = other

    def named(self, name: str, tint: str, shade: str) -> list[Colour]:
        """The colour of that name, lighter or darker (17.3.2.6); none for a name not known."""
        name = self._mapping.get(name, name)
        data = self._colours.get(SHORT.get(name, name))
        if data is None:
            return []
        hue, light, full = colorsys.rgb_to_hls(*(one / 255 for one in data))
        if (share := _share(tint)) is not None:
            light = light * share + 1 - share
        if (share := _share(shade)) is not None:
            light *= share
        red, green, blue = colorsys.hls_to_rgb(hue, light, full)
        return [(round(red * 255), round(green * 255), round(blue * 255))]

    def letters(self, colour: Element | None) -> list[Colour]:
        """What programs make of w:color: some go by its value, some by the theme."""
        if colour is None:
            return [BLACK]
        data = colour.get(f"{W}val", "auto")
        own = [_of_hex(data)] if HEX.fullmatch(data) else [BLACK]
        return own + self._themed(colour, "theme")

    def behind(self, shading: Element | None) -> list[Colour]:
        """What w:shd puts behind letters; nothing where it is clear."""
        if shading is None or shading.get(f"{W}val") == "nil":
            return []
        colours: list[Colour] = []
        pattern = shading.get(f"{W}val", "clear")
        if pattern != "solid" and HEX.fullmatch(data := shading.get(f"{W}fill", "auto")):
            colours.append(_of_hex(data))
        if pattern != "solid":
            colours += self._themed(shading, "themeFill")
        if pattern != "clear":
            data = shading.get(f"{W}color", "auto")
            colours.append(_of_hex(data) if HEX.fullmatch(data) else BLACK)
            colours += self._themed(shading, "theme")
        return colours

    def _themed(self, element: Element, prefix: str) -> list[Colour]:
        name = "themeColor" if prefix == "theme" else prefix
        data = element.get(f"{W}{name}")
        tint, shade = element.get(f"{W}{prefix}Tint", ""), element.get(f"{W}{prefix}Shade", "")
        return [] if data is None else self.named(data, tint, shade)


class Behind(NamedTuple):
    """What can be behind letters: the nearest that is not clear counts."""

    colours: tuple[Colour, ...] = (WHITE,)

    def under(self, nearer: Iterable[Colour]) -> "Behind":
        """The same with something nearer to the letters."""
        behind = tuple(nearer)
        return Behind(behind) if behind else self


def stand_out(letters: Iterable[Colour], behind: Behind) -> bool:
    """Whether letters can be read on all that may be behind them."""
    ground = behind.colours
    return all(contrast(letter, other) >= LEAST for letter in letters for other in ground)


def contrast(colour: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (one / 255 for one in colour)
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _of_hex(text: str) -> Colour:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _share(text: str) -> float | None:
    return int(text, 16) / 255 if re.fullmatch(r"[0-9A-Fa-f]{1,2}", text) else None


SIGN_FONTS = ("symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings")
# Half points; per cent of a letter's width; twentieths of a point.
SMALLEST_SIZE, NARROWEST, CLOSEST = 8, 50, -20
PALE = "letters too like what is behind them to be read"
OVERLAP = "letters on top of each other"
RUN = f"{W}rPr"


class RunLook(NamedTuple):
    """Whether letters are hidden or struck through, and what else is done to them."""

    hidden: bool
    effects: tuple[str, ...]


class Styles:
    """Styles by their names, each with what it is based on."""

    def __init__(self, root: Element | None, theme: Theme):
        found = [] if root is None else root.findall(f"{W}style")
        self._by_id = {one.get(f"{W}styleId", ""): one for one in found}
        self._usual = {
            one.get(f"{W}type", ""): one.get(f"{W}styleId", "")
            for one in found
            if one.get(f"{W}default", "0") not in ("0", "false", "off")
        }
        self._default = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._based: dict[tuple[str, str, str], list[Element]] = {}
        self._told: dict[object, RunLook] = {}
        self._odd: dict[object, tuple[str, ...]] = {}
        self.theme = theme

    def chain(self, name: str) -> Iterator[Element]:
        """A style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while name in self._by_id and name not in seen:
            seen.add(name)
            yield self._by_id[name]
            name = value(self._by_id[name].find(f"{W}basedOn"))

    def looks(
        self, run: Element | None, paragraph: Element | None, table: str = ""
    ) -> list[Element]:
        """The properties of a run that count, the nearest first; of a table's style each that
        counts somewhere in it."""
        names = _style(run, "rStyle"), self._paragraph_style(paragraph), table
        if names not in self._based:
            every = [element.find(RUN) for name in names[:2] for element in self.chain(name)]
            every += [each for element in self.chain(table) for each in element.iter(RUN)]
            self._based[names] = [one for one in (*every, self._default) if one is not None]
        return self._based[names] if run is None else [run, *self._based[names]]

    def look(
        self,
        run: Element | None,
        paragraph: Element | None,
        table: str = "",
        behind: Behind | None = None,
    ) -> RunLook:
        """What the properties of a run of a paragraph and of their styles do to its letters.

        Runs with the same properties look alike; a report has tens of thousands of runs.
        """
        own = () if run is None else tuple((one.tag, *one.attrib.items()) for one in run)
        key = own, self._paragraph_style(paragraph), table, behind
        if key not in self._told:
            looks = self.looks(run, paragraph, table)
            hides = any(_is_on(_nearest(looks, name)) for name in ("vanish", "strike", "dstrike"))
            effects = [*_effects(looks), *self._colour(looks, behind or Behind())]
            self._told[key] = RunLook(hides, tuple(effects))
        return self._told[key]

    def hidden(self, run: Element | None, paragraph: Element | None) -> bool:
        """Whether a run of a paragraph is hidden or struck through, by itself or by a style."""
        return self.look(run, paragraph).hidden

    def numbered(self, paragraph: Element | None) -> bool:
        """Whether a number or a sign is put before a paragraph."""
        for each in self._paragraphs(paragraph):
            number = each.find(f"{W}numPr/{W}numId")
            if number is not None:
                return value(number) != "0"
        return False

    def behind(self, paragraph: Element | None, outer: Behind) -> Behind:
        """What is behind a paragraph."""
        shading = _nearest(list(self._paragraphs(paragraph)), "shd")
        return outer.under(self.theme.behind(shading))

    def behind_table(self, table: str) -> list[Colour]:
        """What a table's style puts behind its cells, anywhere."""
        shadings = (shd for element in self.chain(table) for shd in element.iter(f"{W}shd"))
        return [colour for shading in shadings for colour in self.theme.behind(shading)]

    def odd_paragraph(self, paragraph: Element | None, in_cell: bool) -> Iterator[str]:
        """What is unusual about a paragraph and its style."""
        if paragraph is not None:
            yield from odd(paragraph, in_cell)
        name = self._paragraph_style(paragraph)
        if (name, in_cell) not in self._odd:
            every = (element.find(f"{W}pPr") for element in self.chain(name))
            told = (what for each in every if each is not None for what in odd(each, in_cell))
            self._odd[name, in_cell] = tuple(told)
        yield from self._odd[name, in_cell]

    def odd_table(self, table: str) -> Iterator[str]:
        """What is unusual about a table's style."""
        for style in self.chain(table):
            for name in ("tblPr", "trPr", "tcPr", "pPr"):
                for found in style.iter(f"{W}{name}"):
                    yield from odd(found, True)

    def table_style(self, element: Element | None) -> str:
        return _style(element, "tblStyle") or self._usual.get("table", "")

    def _paragraph_style(self, paragraph: Element | None) -> str:
        return _style(paragraph, "pStyle") or self._usual.get("paragraph", "")

    def _paragraphs(self, paragraph: Element | None) -> Iterator[Element]:
        """The properties of a paragraph that count, the nearest first."""
        own = (element.find(f"{W}pPr") for element in self.chain(self._paragraph_style(paragraph)))
        return (one for one in (paragraph, *own) if one is not None)

    def _colour(self, looks: list[Element], behind: Behind) -> Iterator[str]:
        highlight = HIGHLIGHTS.get(value(_nearest(looks, "highlight")))
        shading = self.theme.behind(_nearest(looks, "shd"))
        under = behind.under([highlight] if highlight else shading)
        if not stand_out(self.theme.letters(_nearest(looks, "color")), under):
            yield PALE


def _effects(looks: list[Element]) -> Iterator[str]:
    """What is done to letters; a word once for each way in which it is."""
    if _number(_nearest(looks, "sz"), "val", SMALLEST_SIZE, 10) < SMALLEST_SIZE:
        yield "letters too small to be read"
    narrow = _number(_nearest(looks, "w"), "val", 100) < NARROWEST
    if narrow or _number(_nearest(looks, "spacing"), "val", 0) < CLOSEST:
        yield OVERLAP
    if _is_on(_nearest(looks, "rtl")):
        yield "text in another direction"
    if _nearest(looks, "fitText") is not None:
        yield OVERLAP
    fonts = _nearest(looks, "rFonts")
    named = [] if fonts is None else [fonts.get(f"{W}{one}", "") for one in ("ascii", "hAnsi")]
    if any(name.lower() in SIGN_FONTS for name in named):
        yield "letters in a font of signs"
    raised = value(_nearest(looks, "vertAlign"))
    if raised in ("superscript", "subscript") or _number(_nearest(looks, "position"), "val", 0):
        yield "letters above or below the line"
    effects: set[str] = set()
    for one in (one for look in looks for one in look):
        if one.tag not in effects and one.tag not in KNOWN[RUN]:
            effects.add(one.tag)
            if on(one):
                yield unknown(one)


def value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def _style(look: Element | None, name: str) -> str:
    return "" if look is None else value(look.find(f"{W}{name}"))


def _nearest(looks: list[Element], name: str) -> Element | None:
    return next((one for look in looks if (one := look.find(f"{W}{name}")) is not None), None)


def _is_on(element: Element | None) -> bool:
    return element is not None and on(element)


def _number(element: Element | None, name: str, usual: float, unit: float = 1) -> float:
    """A length, in its own measure where it has a unit; a per cent as it stands."""
    if element is None:
        return usual
    figure = element.get(f"{W}{name}", "").strip()
    if figure.endswith("%"):
        return float(figure[:-1]) if figure[:-1].isdigit() else usual
    length = measure(element, name, usual)
    return length if figure.lstrip("+-").replace(".", "").isdigit() else length / unit
