"""Small pictures of findings on print, as inline SVG: no script, no font, no link.

A picture stands beside its finding and shows what the sentence says: the printed number in one
colour, what the arithmetic gives in another.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

Finding = Mapping[str, Any]
INK, SOFT, RULE, PRINTED, GIVEN = "#1f2933", "#5b6975", "#d5dbe1", "#a33a00", "#1d4f7c"
WIDTH, LEFT, RIGHT, LINE = 680, 310, 660, 22
UNSETTLED = ("inconsistent", "alternative")
MOST_DENOMINATORS = 400


def picture(finding: Finding) -> tuple[str, str] | None:
    """(SVG, caption) of a finding; None where a picture would say no more than the sentence."""
    draw = DRAWN.get(finding["check"])
    unsettled = finding["open"] or finding["agreement"] in UNSETTLED
    return draw(finding["detail"], unsettled) if draw else None


def _intervals(detail: Mapping[str, Any], _: bool) -> tuple[str, str] | None:
    """The printed interval of a share over those of each method."""
    if not detail.get("nearest"):
        return None
    estimate, *printed = detail["printed"]
    rows = [("printed", *printed, estimate, PRINTED)]
    for one in detail["nearest"]:
        x, n = one["of"]
        rows.append((f"{one['method']} on {x} of {n}", one["low"], one["high"], 100 * x / n, GIVEN))
    ends = [end for row in rows for end in row[1:3]]
    place, ticks = _linear(min(ends), max(ends))
    parts = list(_axis(place, ticks, len(rows), "%"))
    parts += [
        _line(place(end), 0, place(end), LINE * len(rows), "1", dash=True, colour=PRINTED)
        for end in printed
    ]
    for row, (label, low, high, middle, colour) in enumerate(rows):
        y = LINE * row + LINE / 2
        parts += [
            _label(label, y),
            _line(place(low), y, place(high), y, "2", colour=colour),
            _dot(place(middle), y, colour),
        ]
    return _svg(parts, LINE * len(rows) + 34, "Intervals by method beside the printed one"), (
        "The printed interval, and each method's on those of the possible counts that come "
        "nearest to it."
        if detail["sets"] > 1
        else "The printed interval, and each method's on the printed counts."
    )


def _p_by_test(detail: Mapping[str, Any], unsettled: bool) -> tuple[str, str] | None:
    """P by each test beside the printed one, on a logarithmic axis."""
    from trialtrace.audit.prints.two_groups.count_tests import NAMES

    found = {name: p for name, p in detail["p_values"].items() if p > 0}
    if not unsettled or not found or not detail["printed"]:
        return None
    values = [*found.values(), detail["printed"]]
    place, ticks = _decades(min(values), min(1.0, max(values)))
    parts = list(_axis(place, ticks, len(found), "P"))
    at = place(detail["printed"])
    parts.append(_line(at, 0, at, LINE * len(found), "1.5", colour=PRINTED))
    for row, (name, p) in enumerate(found.items()):
        y = LINE * row + LINE / 2
        parts += [_label(NAMES[name].removeprefix("the "), y), _dot(place(p), y, GIVEN)]
    text = _svg(parts, LINE * len(found) + 34, "P by each usual test beside the printed p")
    return text, "P by each usual test (points) and the printed P (line)."


def _epsilon(detail: Mapping[str, Any], _: bool) -> tuple[str, str] | None:
    """P of F over epsilon, the printed p, and the epsilons that give it."""
    if "f" not in detail:
        return None
    import numpy as np
    from scipy.special import fdtrc

    df1, df2 = detail["df"]
    epsilon = np.linspace(1 / df1, 1, 81)
    p = fdtrc(epsilon * df1, epsilon * df2, detail["f"])
    printed, height = detail["printed"], 150
    top = 1.1 * max(float(p.max()), printed)
    across, ticks = _linear(1 / df1, 1.0)

    def up(value: float) -> float:
        return height * (1 - value / top)

    parts = list(_axis(across, ticks, height / LINE, "ε"))
    for low, high in detail.get("epsilon", ()):
        left, width = across(max(low, 1 / df1)), across(min(high, 1.0)) - across(max(low, 1 / df1))
        parts.append(
            f'<rect x="{left:.1f}" y="0" width="{max(width, 1):.1f}" height="{height}" '
            f'fill="{GIVEN}" fill-opacity="0.12"/>'
        )
    points = " ".join(f"{across(e):.1f},{up(v):.1f}" for e, v in zip(epsilon, p, strict=True))
    parts += [
        f'<polyline points="{points}" fill="none" stroke="{GIVEN}" stroke-width="1.8"/>',
        _line(LEFT, up(printed), RIGHT, up(printed), "1.5", colour=PRINTED),
        _label(f"printed p: {printed:g}", up(printed), PRINTED),
    ]
    shaded = "; shaded are the ε that give it" if len(detail.get("epsilon", ())) else ""
    return _svg(parts, height + 34, "p over epsilon with the printed p"), (
        f"p of F({df1:g}, {df2:g}) = {detail['f']:g} over ε (curve), from its lower bound to 1, "
        f"and the printed p (line){shaded}."
    )


def _denominators(detail: Mapping[str, Any], _: bool) -> tuple[str, str] | None:
    """The possible denominators on a line, and the number randomised."""
    possible = [n for n in detail.get("denominators", ()) if n <= MOST_DENOMINATORS]
    if not possible:
        return None
    size = detail.get("randomised")
    place, ticks = _linear(0, max([*possible, size or 0]))
    parts = list(_axis(place, ticks, 1, "n"))
    parts += [_line(place(n), 4, place(n), LINE - 4, "2", colour=GIVEN) for n in possible]
    parts.append(_label("possible denominators", LINE / 2))
    if size:
        parts.append(_line(place(size), 0, place(size), LINE, "2.5", colour=PRINTED))
    caption = "The denominators on which the percentage can stand"
    if size:
        caption += f", and the {size} randomised (wide line)"
    return _svg(parts, LINE + 34, "Possible denominators"), f"{caption}."


DRAWN: dict[str, Callable[[Mapping[str, Any], bool], tuple[str, str] | None]] = {
    "interval.share": _intervals,
    "p.counts": _p_by_test,
    "statistic.epsilon": _epsilon,
    "share.everyone": _denominators,
    "share.denominator": _denominators,
}


def _linear(low: float, high: float) -> tuple[Callable[[float], float], list[float]]:
    """A linear scale with some room, and round ticks on it."""
    room = 0.04 * ((high - low) or 1.0)
    low, high = low - room, high + room
    step = 10.0 ** floor(log10((high - low) / 3))
    step *= next(f for f in (1, 2, 5, 10) if (high - low) / (step * f) <= 7)
    ticks = [step * k for k in range(ceil(low / step), floor(high / step) + 1)]
    return lambda value: LEFT + (RIGHT - LEFT) * (value - low) / (high - low), ticks


def _decades(low: float, high: float) -> tuple[Callable[[float], float], list[float]]:
    """A logarithmic scale over whole decades; p below 1e-12 stands at its end."""
    first, last = max(floor(log10(low)), -12), ceil(log10(high))
    first = first - 1 if first == last else first
    step = max(1, (last - first) // 6)

    def place(value: float) -> float:
        at = (log10(max(value, 10.0**first)) - first) / (last - first)
        return LEFT + (RIGHT - LEFT) * at

    return place, [10.0**k for k in range(first, last + 1, step)]


def _axis(
    place: Callable[[float], float], ticks: Sequence[float], rows: float, unit: str
) -> Iterator[str]:
    y = LINE * rows + 4
    yield _line(LEFT, y, RIGHT, y, "1")
    for tick in ticks:
        x = place(tick)
        yield _line(x, y, x, y + 4, "1")
        yield _text(x, y + 17, f"{tick:.10g}", SOFT, "middle")
    yield _text(LEFT - 26, y + 17, unit, SOFT, "end")


def _line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    width: str,
    *,
    colour: str = RULE,
    dash: bool = False,
) -> str:
    dashed = ' stroke-dasharray="3 3"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashed}/>'
    )


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _label(text: str, y: float, colour: str = INK) -> str:
    return _text(LEFT - 10, y + 4, text, colour, "end")


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="12">'
        f"{escape(text)}</text>"
    )


def _svg(parts: Sequence[str], height: float, title: str) -> str:
    return (
        f'<svg viewBox="0 -4 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
