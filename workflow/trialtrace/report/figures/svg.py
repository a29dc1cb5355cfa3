"""Matplotlib's SVG, with each word measured and set once for all figures of a process.

Imports matplotlib; import this module only inside functions.
"""

import io
from functools import cache
from typing import TYPE_CHECKING, Literal

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

    # A letter of a word: its name, where it stands, and its size; and the ways of letters.
    Placed = tuple[str, float, float, float]
    Ways = dict[str, tuple[np.ndarray, np.ndarray]]
    # Lines of fractions and roots.
    Lines = tuple[list[tuple[float, float]], list[int]]

# Points of an SVG to the inch.
DPI = 72


class _Letters(TextToPath):
    """Words as ways. A report has the same words in each pass of a layout and in many figures."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes: dict[tuple[str, str], tuple[float, float, float]] = {}
        self._words: dict[tuple[object, ...], list[Placed]] = {}
        self._ways: Ways = {}

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: "bool | Literal['TeX']"
    ) -> tuple[float, float, float]:
        key = s, _file(prop)
        if key not in self._sizes:
            whole = prop.copy()
            whole.set_size(self.FONT_SCALE)
            self._sizes[key] = super().get_text_width_height_descent(s, whole, ismath)
        scale = prop.get_size_in_points() / self.FONT_SCALE
        width, height, descent = self._sizes[key]
        return width * scale, height * scale, descent * scale

    def get_glyphs_with_font(
        self,
        font: "FT2Font",
        s: str,
        glyph_map: "Mapping[str, object] | None" = None,
        return_new_glyphs_only: bool = False,
        *,
        features: tuple[str] | None = None,
        language: str | list[tuple[str, int, int]] | None = None,
    ) -> "tuple[list[Placed], Ways, list[Lines]]":
        key = font.fname, s, features, str(language)
        if key not in self._words:
            self._words[key], _, _ = super().get_glyphs_with_font(
                font, s, self._ways, features=features, language=language
            )
        placed = self._words[key]
        known = glyph_map if glyph_map and return_new_glyphs_only else {}
        return placed, {one: self._ways[one] for one, *_ in placed if one not in known}, []


@cache
def _letters() -> _Letters:
    return _Letters()


class _Renderer(RendererSVG):
    """No text is set as mathematics: the style of figures says so."""

    def __init__(
        self, size: tuple[float, float], file: io.StringIO, dpi: float, told: dict[str, str | None]
    ) -> None:
        super().__init__(*size, file, image_dpi=dpi, metadata=told)
        self._text2path = _letters()

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        """Ascent, descent and gap of lines, of which else the font is asked for every text."""
        return _heights(_file(prop), prop.get_size_in_points())


@cache
def _heights(file: str, size: float) -> tuple[float, float, float]:
    font = get_font(file)
    head, table = font.get_sfnt_table("head"), font.get_sfnt_table("OS/2")
    assert head is not None
    assert table is not None
    scale = 1 / head["unitsPerEm"] * size * DPI / 72
    rise, fall = table["sTypoAscender"], table["sTypoDescender"]
    return rise * scale, -fall * scale, table["sTypoLineGap"] * scale


_FILES: dict[tuple[object, ...], str] = {}


def _file(prop: FontProperties) -> str:
    """The file of a font, whatever its size."""
    key = *prop.get_family(), prop.get_style(), prop.get_weight()
    if key not in _FILES:
        _FILES[key] = str(findfont(prop))
    return _FILES[key]


class Canvas(FigureCanvasSVG):
    """The canvas of one figure, which is laid out and drawn by the same renderer."""

    def __init__(self, figure: "Figure", told: dict[str, str | None]) -> None:
        super().__init__(figure)
        dpi, (width, height) = figure.dpi, figure.get_size_inches()
        figure.set_dpi(DPI)
        self._text = io.StringIO()
        self._renderer = _Renderer((width * DPI, height * DPI), self._text, dpi, told)

    def get_renderer(self) -> RendererSVG:
        return self._renderer

    def drawn(self) -> str:
        """The SVG; once."""
        self.figure.draw(self._renderer)
        self._renderer.finalize()
        return self._text.getvalue()
