"""Matplotlib's SVG with its words as words, each measured once for all figures of a process.

Imports matplotlib; import this module only inside functions.
"""

import io
from functools import cache
from typing import TYPE_CHECKING, Literal

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

from trialtrace.base.words import tight_percent

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# Points of an SVG to the inch.
DPI = 72
# Verdana, where DejaVu is not, is as wide. A drawing says both, and this size, for all its words.
FAMILY, SIZE = "DejaVu Sans, Verdana, sans-serif", 9
ANCHORS = {"center": "middle", "right": "end"}
NO_BREAK = "\N{NO-BREAK SPACE}"


class _Measured(TextToPath):
    """Sizes of words. A report has the same words in each pass of a layout and in many figures."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes: dict[tuple[str, str], tuple[float, float, float]] = {}

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: "bool | Literal['TeX']"
    ) -> tuple[float, float, float]:
        s = tight_percent(s)
        key = s, _file(prop)
        if key not in self._sizes:
            whole = prop.copy()
            whole.set_size(self.FONT_SCALE)
            self._sizes[key] = super().get_text_width_height_descent(s, whole, ismath)
        scale = prop.get_size_in_points() / self.FONT_SCALE
        width, height, descent = self._sizes[key]
        return width * scale, height * scale, descent * scale


@cache
def _measured() -> _Measured:
    return _Measured()


class _Renderer(RendererSVG):
    """No text is set as mathematics: the style of figures says so."""

    def __init__(
        self, size: tuple[float, float], file: io.StringIO, dpi: float, meta: dict[str, str | None]
    ) -> None:
        super().__init__(*size, file, image_dpi=dpi, metadata=meta)
        self._text2path = _measured()

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float]:
        """Ascent, descent and gap of lines, of which else the font is asked for every text."""
        return _heights(_file(prop), prop.get_size_in_points())

    def draw_text(
        self,
        gc: "GraphicsContextBase",
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: "bool | Literal['TeX']" = False,
        mtext: "Text | None" = None,
    ) -> None:
        """Words as words, which are read aloud and searched; whose place is that of their middle or
        end has it there in another font too."""
        attributes = {"fill": to_hex(gc.get_rgb())}
        side = mtext.get_horizontalalignment() if mtext is not None and angle == 0 else ""
        if mtext is not None and side in ANCHORS:
            x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
            attributes["text-anchor"] = ANCHORS[side]
        if (size := prop.get_size_in_points()) != SIZE:
            attributes["font-size"] = f"{size:g}"
        if prop.get_weight() not in ("normal", 400):
            attributes["font-weight"] = str(prop.get_weight())
        if prop.get_style() != "normal":
            attributes["font-style"] = prop.get_style()
        if (alpha := gc.get_alpha()) not in (None, 1):
            attributes["fill-opacity"] = f"{alpha:g}"
        place = {"x": f"{x:.2f}", "y": f"{y:.2f}"}
        if angle:
            place = {"transform": f"translate({x:.2f} {y:.2f}) rotate({-angle:g})"}
        # Blanks at the beginning, or several, would else be none, or one.
        words = tight_percent(s)
        words = words if words == " ".join(words.split()) else words.replace(" ", NO_BREAK)
        if words.strip():
            self.writer.element("text", words, attrib=place | attributes)


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

    def __init__(self, figure: "Figure", meta: dict[str, str | None]) -> None:
        super().__init__(figure)
        dpi, (width, height) = figure.dpi, figure.get_size_inches()
        figure.set_dpi(DPI)
        self._text = io.StringIO()
        self._renderer = _Renderer((width * DPI, height * DPI), self._text, dpi, meta)

    def get_renderer(self) -> RendererSVG:
        return self._renderer

    def drawn(self) -> str:
        """The SVG; once."""
        self.figure.draw(self._renderer)
        self._renderer.finalize()
        return self._text.getvalue()
