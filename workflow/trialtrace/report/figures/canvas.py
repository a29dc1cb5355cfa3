"""One look and one way of writing for every figure, with the same bytes every time."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_bytes
from trialtrace.base.words import tight_percent
from trialtrace.report.links import FIELD, UP, trace_link

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType


# Points to the inch of the pixels of a figure.
DPI = 128


def title(name: str, stamp: Stamp | None) -> str:
    """What a figure is called in its files."""
    return f"{name} ({stamp.caption.lower()})" if stamp else name


# Okabe and Ito's colours, told apart by readers who see colours differently.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
INK, FAINT, PALE = "#1d2733", "#6b7785", "#d9dee4"
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))
STYLE: "dict[RcKeyType, object]" = {
    "font.family": "sans-serif",
    # Verdana, where DejaVu is not, is as wide.
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    # Words of a drawing are words, which are read aloud and searched.
    "svg.fonttype": "none",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.titley": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "trialtrace",
    "text.parse_math": False,
    "figure.dpi": 100,
}


@contextmanager
def drawing(width: float, height: float) -> Iterator["Figure"]:
    """A figure of a size in inches, in the house style, without any global state of pyplot."""
    import matplotlib

    with _without_manual():
        from matplotlib.figure import Figure
    with matplotlib.rc_context(STYLE):
        yield Figure(figsize=(width, height), layout="constrained")


@contextmanager
def _without_manual() -> Iterator[None]:
    """Matplotlib lists the properties of each of its artists as it is loaded, for a manual that
    nobody reads here, in a quarter of the time."""
    from matplotlib import artist

    kept = artist.kwdoc
    artist.kwdoc = lambda artist: ""
    try:
        yield
    finally:
        artist.kwdoc = kept


def save_drawing(figure: "Figure", folder: Path, name: str, stamp: Stamp | None) -> None:
    """Write name.svg and name.png; a stamp stands across both.

    The style holds here too: identifiers inside an SVG are made from its salt, else at random.
    """
    import matplotlib
    from matplotlib.text import Text

    with matplotlib.rc_context(STYLE):
        if stamp:
            size = min(44.0, 16.0 * figure.get_size_inches()[1])
            across: dict[str, Any] = {
                "ha": "center",
                "va": "center",
                "rotation": 25,
                "color": "#c0392b",
            }
            figure.text(0.5, 0.5, stamp.across, fontsize=size, alpha=0.18, zorder=100, **across)
        for text in figure.findobj(Text):
            assert isinstance(text, Text)
            text.set_text(_words(text.get_text()))
        _settle(figure)
        said = {"Title": title(name, stamp)}
        written = io.BytesIO()
        figure.savefig(written, format="svg", dpi=DPI, metadata={**said, "Date": None})
        write_bytes(folder / f"{name}.svg", _with_links(written.getvalue().decode()).encode())
        write_bytes(folder / f"{name}.png", _pixels(figure, said))


def _pixels(figure: "Figure", metadata: dict[str, str]) -> bytes:
    """The bytes of a PNG of at most 256 colours, a third of the size of one in full colour: a
    DOCX holds them all."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    drawn, written, info = io.BytesIO(), io.BytesIO(), PngInfo()
    figure.savefig(drawn, format="png", dpi=DPI)
    for key, value in metadata.items():
        info.add_itxt(key, value)
    picture = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(written, "png", optimize=True, dpi=(DPI, DPI), pnginfo=info)
    return written.getvalue()


def _words(text: str) -> str:
    """Words with blanks that stay: at the beginning of a line an SVG has none, of several one."""
    lines = tight_percent(text).split("\n")
    return "\n".join(
        line if line == " ".join(line.split()) else line.replace(" ", "\N{NO-BREAK SPACE}")
        for line in lines
    )


# Places of a drawing, in points; a link with its words; an area or a line that is not seen, which
# can be hit where it has a colour; the joints of lines, which a page that holds it has otherwise.
_PLACES = re.compile(r"\b(?:d|x|y)=\"[^\"]*\"|(?:translate|rotate)\([^)]*\)")
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-\d+)?")
_FIELD = re.compile(r"<a xlink:href=([\"'])(\S+) (.*?)\1 target=\"_blank\">", re.DOTALL)
_AREA = re.compile(r"style=\"fill: none; opacity: 0\"")
_WAY = re.compile(
    r"style=\"fill: none; stroke: ([^;]*); stroke-opacity: 0; stroke-width: ([^;\"]*)\""
)
_JOINTS = """  <style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
"""


def _with_links(svg: str) -> str:
    """A drawing whose links say their words and can be hit, with places to a hundredth of a
    point: a finer one would say more than the picture."""
    svg = _PLACES.sub(lambda match: _LONG.sub(lambda one: _rounded(one[0]), match[0]), svg)
    svg = _FIELD.sub(rf'{FIELD}\2"><title>\3</title>', svg)
    svg = _AREA.sub('fill-opacity="0"', svg)
    svg = _WAY.sub(r'fill="none" stroke="\1" stroke-opacity="0" stroke-width="\2"', svg)
    svg = svg.replace(_JOINTS, "", 1)
    return svg.replace(' version="1.1"', ' stroke-linejoin="round" version="1.1"', 1)


@lru_cache(20_000)
def _rounded(number: str) -> str:
    return f"{round(float(number), 2) + 0.0:g}"


def field(
    axes: "Axes",
    across: tuple[float, float],
    ends: tuple[float, float],
    lead: tuple[str, str],
    *,
    whole: bool = False,
) -> None:
    """A part of the axes, between two places each way, as a link to a result: `lead` is its
    identifier and what it says. `whole` counts what is across in shares of the figure."""
    lead_to(_area(axes, across, ends, whole=whole), lead)


def field_to(
    axes: "Axes", across: tuple[float, float], ends: tuple[float, float], lead: tuple[str, str]
) -> None:
    """The same as a link to a page of the report."""
    _link_to(_area(axes, across, ends), *lead)


def _area(
    axes: "Axes", across: tuple[float, float], ends: tuple[float, float], *, whole: bool = False
) -> "Artist":
    from matplotlib.patches import Rectangle
    from matplotlib.transforms import blended_transform_factory

    size = across[1] - across[0], ends[1] - ends[0]
    area = Rectangle((across[0], ends[0]), *size, alpha=0, linewidth=0, zorder=50, clip_on=False)
    if whole:
        figure = axes.get_figure(root=True)
        assert figure is not None
        area.set_transform(blended_transform_factory(figure.transFigure, axes.transData))
    area.set_in_layout(False)
    return axes.add_artist(area)


def lead_to(artist: "Artist", lead: tuple[str, str]) -> None:
    """Make what is drawn a link to a result, by its identifier and what it says."""
    result_id, words = lead
    _link_to(artist, trace_link(result_id), words)


def _link_to(artist: "Artist", link: str, words: str) -> None:
    artist.set_url(f"{UP}{link} {tight_percent(words)}")


def _settle(figure: "Figure") -> None:
    """Find the layout.

    Its solver takes the terms in the order of their places in memory, so that the last bits of what
    it finds differ from run to run: they are rounded off.
    """
    engine = figure.get_layout_engine()
    if engine is None:
        return
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.label.get_text():
                # Else a place beside all its ticks is found for no words, time and again.
                axis.set_label_coords(0, 0)
    engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = axes.get_position(original=True).bounds
        axes.set_position((round(left, 6), round(bottom, 6), round(width, 6), round(height, 6)))


def wrapped(text: str, width: int) -> str:
    """Text in lines of at most `width` characters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def shades(n: int) -> list[tuple[float, ...]]:
    """n shades of one colour from light to dark, which keep their order without colour too."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = ["#e1eaf2", "#7fb0d3", "#1f6fa8", "#0a2f4f"]
    scale = LinearSegmentedColormap.from_list("shades", ends)
    return [scale(at / max(n - 1, 1)) for at in range(n)]


def panels(figure: "Figure", n: int, columns: int, **options: Any) -> "list[Axes]":
    """n axes in rows of `columns`; places of the last row that are left over stay empty."""
    rows = -(-n // columns)
    found = list(figure.subplots(rows, columns, squeeze=False, **options).flat)
    for axes in found[n:]:
        axes.set_axis_off()
    return found[:n]


def legend_below(figure: "Figure", axes: "Axes") -> None:
    """One legend for all panels, under them."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        columns = min(4, len(labels))
        figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)


def percent_axis(axes: "Axes", which: str = "y", top: float = 1.0) -> None:
    """An axis of shares from 0 to `top`, told in percent."""
    step = 5 if top <= 0.25 else 10 if top <= 0.5 else 20
    ends = [p for p in range(0, 101, step) if p - step < 100 * top]
    getattr(axes, f"set_{which}ticks")([p / 100 for p in ends], [f"{p}%" for p in ends])
    getattr(axes, f"set_{which}lim")(0, ends[-1] / 100)


def colour_of(arms: list[str], arm: str) -> str:
    return COLOURS[arms.index(arm) % len(COLOURS)] if arm in arms else FAINT
