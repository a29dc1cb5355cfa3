"""What an SVG of matplotlib holds: places of what is drawn inside axes, in units of the x axis."""

import re
from pathlib import Path
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")

Places = list[tuple[float, float]]


def data_places(svg: Path, ticks: tuple[float, float], *, marks: bool = True) -> Places:
    """(x in units of the axis, y in points) of every vertex of lines and areas, and of every mark.

    `ticks` are the first and the last marked number of the x axis.
    """
    root = ElementTree.parse(svg).getroot()
    first, last = _tick_ends(root)
    unit = (ticks[1] - ticks[0]) / (last - first)
    # Letters, which are ways of steps, have a scale.
    shapes = {
        f"#{one.get('id')}": _numbers(one)
        for one in root.iter(f"{_SVG}path")
        if one.get("transform") is None
    }
    return [((x - first) * unit + ticks[0], y) for x, y in _drawn(root, shapes, marks)]


def _tick_ends(root: ElementTree.Element) -> tuple[float, float]:
    places = [
        float(use.get("x"))
        for group in root.iter(f"{_SVG}g")
        if (group.get("id") or "").startswith("xtick_")
        for use in group.iter(f"{_SVG}use")
        # A letter has a place along its word, a mark one on the drawing.
        if use.get("x") and use.get("y")
    ]
    return min(places), max(places)


def _drawn(element: ElementTree.Element, shapes: dict[str, Places], marks: bool) -> Places:
    """Not of axes, ticks, words, nor of the background."""
    name = element.get("id") or ""
    if element.tag == f"{_SVG}defs" or name.startswith(
        ("matplotlib.axis", "legend", "text_", "patch_")
    ):
        return []
    own = []
    if element.tag == f"{_SVG}use":
        at = float(element.get("x", 0)), float(element.get("y", 0))
        # An area is a shape with places of its own; a mark is one that is moved to its place.
        shape = shapes[element.get(_HREF)] if at[0] == 0 else [(0.0, 0.0)] * marks
        own = [(at[0] + x, at[1] + y) for x, y in shape]
    elif element.tag == f"{_SVG}path":
        own = _numbers(element)
    return own + [place for child in element for place in _drawn(child, shapes, marks)]


def _numbers(path: ElementTree.Element) -> Places:
    numbers = [float(n) for n in _NUMBER.findall(path.get("d", ""))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
