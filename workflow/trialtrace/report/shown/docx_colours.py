"""Colours of letters and of what is behind them in a DOCX, and whether letters stand out."""

import colorsys
import re
from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
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
