"""One look and one way of writing for every figure, with the same bytes every time."""

import io
import json
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialtrace.base.stamp import Stamp
from trialtrace.base.store import write_bytes
from trialtrace.base.words import tight_percent
from trialtrace.report.links import FIELD, UP, trace_link
from trialtrace.report.render.typeset import further_fonts

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType


# The pixels of figures are PNG files of their SVG, not drawn a second time. typst reads the
# drawings, all of them at once, with the fonts that it has for a PDF.
DPI = 128
_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
# Colours of a PNG, and how many of them are kept exactly.
_PALETTE, _KEPT = 128, 32
# The first part of a PNG, with its size, comes right behind the signature: 8 and 25 bytes.
_HEAD = 33
_PER_METRE = round(DPI / 0.0254)


def title(name: str, stamp: Stamp | None) -> str:
    """What a figure is called in its files."""
    return f"{name} ({stamp.caption.lower()})" if stamp else name


def write_pixels(folder: Path, names: Sequence[str], stamp: Stamp | None) -> None:
    """Write name.png beside each name.svg in `folder`."""
    import typst

    if not names:
        return
    pages = "\n".join(_page(folder, name) for name in names).encode()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[further_fonts()])
    setter = typst.Compiler(pages, root=str(folder), font_paths=fonts)
    made = setter.compile(format="png", ppi=DPI)
    each = made if isinstance(made, list) else [made or b""]
    for name, data in zip(names, each, strict=True):
        write_bytes(folder / f"{name}.png", _titled(_few_colours(data), title(name, stamp)))


def _page(folder: Path, name: str) -> str:
    """A page with nothing but the drawing."""
    with open(folder / f"{name}.svg", encoding="utf-8") as file:
        size = _SIZE.search(file.read(1000))
    assert size is not None
    place = json.dumps(f"/{name}.svg", ensure_ascii=False)
    return f"#page(width: {size[1]}pt, height: {size[2]}pt, margin: 0pt, image({place}))"


def _few_colours(data: bytes) -> bytes:
    """A PNG of a palette, less than half of the bytes: a figure has few colours and their edges.

    The most frequent colours are kept as they are, the others drawn together. Nothing shines
    through. Runs of a colour are looked at, not pixels, of which there are twenty times as many.
    """
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        whole = np.asarray(image.convert("RGBA"))
    pixels = whole.view("<u4").ravel() & 0xFFFFFF
    begin = np.flatnonzero(np.append(True, pixels[1:] != pixels[:-1]))
    length = np.diff(begin, append=pixels.size)
    codes, place = np.unique(pixels[begin], return_inverse=True)
    colours = codes.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
    order = np.lexsort((*colours.T[::-1], np.bincount(place, weights=length)))[::-1]
    kept, rest = np.split(colours[order], [_KEPT])
    shown = np.arange(len(colours))
    if len(rest):
        few = Image.fromarray(rest[None]).quantize(
            _PALETTE - _KEPT, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        drawn = np.array(few.getpalette(), dtype=np.uint8).reshape(-1, 3)
        shown[_KEPT:] = _KEPT + np.asarray(few)[0]
        kept = np.concatenate([kept, drawn[: _PALETTE - _KEPT]])
    place_of = np.empty(len(colours), dtype=np.uint8)
    place_of[order] = shown
    made = Image.fromarray(np.repeat(place_of[place], length).reshape(whole.shape[:2]))
    made.putpalette(kept.tobytes())
    output = io.BytesIO()
    made.save(output, "PNG", compress_level=6)
    return output.getvalue()


def _titled(data: bytes, words: str) -> bytes:
    """A PNG that tells its title, and its size in print."""
    size = _chunk(b"pHYs", struct.pack(">IIB", _PER_METRE, _PER_METRE, 1))
    told = _chunk(b"iTXt", b"Title\0\0\0\0\0" + words.encode())
    return data[:_HEAD] + size + told + data[_HEAD:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


# How many places are kept in their short form.
KEPT = 20_000
# Okabe and Ito's colours, told apart by readers who see colours differently.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
INK, FAINT, PALE = "#1d2733", "#6b7785", "#d9dee4"
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))
STYLE: "dict[RcKeyType, object]" = {
    "font.family": "DejaVu Sans",
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
    """Write name.svg, of which `write_pixels` makes name.png; a stamp stands across it.

    The style holds here too: identifiers inside an SVG are made from its salt, else at random.
    """
    import matplotlib

    from trialtrace.report.figures.svg import FAMILY, SIZE, Canvas

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
        canvas = Canvas(figure, {"Title": title(name, stamp), "Date": None})
        _settle(figure)
        look = f'{_JOINED} font-family="{FAMILY}" font-size="{SIZE}"'
        write_bytes(folder / f"{name}.svg", _shortened(canvas.drawn(), look).encode())


# Fields of a figure that lead to the trace of a result: a drawing has them as links.

_FIELD = re.compile(r"<a xlink:href=([\"'])(\S+) (.*?)\1 target=\"_blank\">", re.DOTALL)
# An area or a line that is not seen can be hit where it has a colour, and be shown by a page.
_AREA = re.compile(r"style=\"fill:none;opacity:0\"")
_WAY = re.compile(r"style=\"fill:none;stroke:([^;]*);stroke-opacity:0;stroke-width:([^;\"]*)\"")


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


# Attributes of places, and what stands in them in points.
_PLACES = re.compile(r"\b(?:d|x|y)=\"[^\"]*\"|translate\([^)]*\)")
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-\d+)?")
_INDENT = re.compile(r"\n +")
_COMMAND = re.compile(r"\s*([MLHVCSQTAZz])\s*")
_LOOK = re.compile(r"style=\"[^\"]*\"")
# Marks of one look, each of which would tell it.
_MARKS = re.compile(
    r"(<g clip-path=\"[^\"]*\")>\n((?:<use xlink:href=\"[^\"]*\" x=\"[^\"]*\" y=\"[^\"]*\""
    r"(?P<look> style=\"[^\"]*\")/>\n)(?:<use [^>]*(?P=look)/>\n)+)(?=</g>)"
)
# Areas of one colour that follow each other, and a box between straight lines.
_AREAS = re.compile(
    r"<path d=\"[^\"]*z\"(?P<look> clip-path=\"[^\"]*\" style=\"fill:#\w{6}\")/>\n"
    r"(?:<path d=\"[^\"]*z\"(?P=look)/>\n)+"
)
_DRAWN = re.compile(r" d=\"([^\"]*)\"")
_BOX = re.compile(r"(M(\S+) (\S+))L(\S+) \3L\4 (\S+)L\2 \5z")
_JOINTS = """<defs>
<style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
</defs>
"""
_JOINED = 'stroke-linejoin="round"'


def _shortened(svg: str, look: str) -> str:
    """The same drawing in fewer bytes: places to a hundredth of a point, no blanks that mean
    nothing. `look` is what its root says of all that it holds."""
    svg = _INDENT.sub("\n", _PLACES.sub(lambda match: _rounded(match[0]), svg))
    svg = _LOOK.sub(lambda look: look[0].replace(": ", ":").replace("; ", ";"), svg)
    svg = _FIELD.sub(rf'{FIELD}\2"><title>\3</title>', svg)
    svg = _AREA.sub('fill-opacity="0"', svg)
    svg = _WAY.sub(r'fill="none" stroke="\1" stroke-opacity="0" stroke-width="\2"', svg)
    svg = _MARKS.sub(lambda match: f"{match[1]}{match[3]}>\n{match[2].replace(match[3], '')}", svg)
    svg = _AREAS.sub(_one_area, svg)
    # Joints for the drawing alone: a page that holds it has others.
    return svg.replace(_JOINTS, "", 1).replace('version="1.1"', f'{look} version="1.1"', 1)


def _one_area(areas: re.Match[str]) -> str:
    way = _BOX.sub(r"\1H\4V\5H\2z", "".join(_DRAWN.findall(areas[0])))
    return f'<path d="{way}"{areas["look"]}/>\n'


@lru_cache(KEPT)
def _rounded(places: str) -> str:
    """A way or a place, shorter. Marks have the same in many figures."""
    short = _LONG.sub(lambda number: f"{round(float(number[0]), 2) + 0.0:g}", places)
    return _COMMAND.sub(r"\1", short).replace(' \n"', '"') if short.startswith("d=") else short


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
