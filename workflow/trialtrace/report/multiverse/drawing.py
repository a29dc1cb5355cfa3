"""A specification curve as an SVG: estimates in their order, z with the null band, the choices;
and each estimate against its z (a vibration plot).

Drawn by hand, since each of thousands of points is a link to its row.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from trialtrace.base.words import value_text
from trialtrace.report.figures.canvas import COLOURS, FAINT, INK, PALE
from trialtrace.report.multiverse.material import CurveTables, Point
from trialtrace.report.pages.plots import WIDTH, drawing
from trialtrace.run.trial.multiverse.file import Factor
from trialtrace.stats.resampling.curves import border

LEFT, RIGHT = 250.0, 20.0
ESTIMATES, SCORES, ROW, GAP = 240.0, 130.0, 14.0, 26.0
# The height of a word.
LINE = 12.0
MARKS = {"registered": COLOURS[1], "published": COLOURS[2]}


class Panel:
    """A part of the picture with a scale of its own, upwards."""

    def __init__(self, top: float, height: float, values: Sequence[float]):
        self.top, self.height = top, height
        low, high = min(values), max(values)
        margin = 0.05 * (high - low) or 1.0
        self._low, self._high = low - margin, high + margin

    def y(self, value: float) -> float:
        """Where a value stands."""
        share = (value - self._low) / (self._high - self._low)
        return round(self.top + self.height * (1 - share), 1)

    def lines(self, levels: Mapping[float, str], colour: str = PALE) -> Iterator[str]:
        """Levels with what they are called, each word below the one above it."""
        below = -LINE
        for value in sorted(levels, reverse=True):
            y, text = self.y(value), escape(levels[value])
            below = round(max(y + 4, below + LINE), 1)
            yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{colour}"/>'
            yield f'<text x="{LEFT - 8}" y="{below}" text-anchor="end">{text}</text>'


def specification_curve(curve: CurveTables, factors: dict[str, Factor]) -> str:
    """The picture of a curve that has an estimate."""
    points = curve.estimated
    tested = [point for point in points if point.row["z"] is not None]
    varied = curve.varied(factors)
    rows = sum(len(factor.levels) for factor in varied.values())
    top = ESTIMATES + GAP
    below = top + (SCORES + GAP if tested else 0)
    height = below + ROW * (rows + len(varied))
    parts = [*_estimates(curve, points)]
    if tested:
        parts += _scores(curve, tested, top)
    parts += _choices(curve, varied, below)
    title = f"Specification curve of {curve.row['curve']}, {curve.row['estimated']} estimates"
    return drawing(title, height, parts)


def vibration(curve: CurveTables) -> str:
    """Each tested estimate against its z; empty where fewer than two are tested."""
    points = [point for point in curve.estimated if point.row["z"] is not None]
    if len(points) < 2:
        return ""
    level = border(curve.row["level"])
    zs = [point.z for point in points]
    panel = Panel(0.0, ESTIMATES, zs)
    least, largest = points[0].value or 0.0, points[-1].value or 0.0
    wide = (largest - least) or 1.0
    inside = {z: "level" for z in (-level, level) if min(zs) < z < max(zs)}
    ends = {z: f"z {value_text('z', z)}" for z in (min(zs), max(zs))}
    parts = [*panel.lines(ends | inside)]
    for value, anchor in ((least, "start"), (largest, "end")):
        x = LEFT if anchor == "start" else WIDTH - RIGHT
        text = escape(value_text(curve.row["statistic"], value))
        parts.append(f'<text x="{x}" y="{ESTIMATES + 16}" text-anchor="{anchor}">{text}</text>')
    span = WIDTH - LEFT - RIGHT
    for point in points:
        x = round(LEFT + span * ((point.value or 0.0) - least) / wide, 1)
        parts.append(_dot(point, x, panel.y(point.z)))
    return drawing(f"Estimates of {curve.row['curve']} against z", ESTIMATES + 22, parts)


def _x(place: int, of: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / of, 1)


def _estimates(curve: CurveTables, points: Sequence[Point]) -> Iterator[str]:
    """Each estimate with its interval, least first."""
    ends = [
        value
        for point in points
        for value in (point.value, point.result["ci_low"], point.result["ci_high"])
        if value is not None
    ]
    panel = Panel(0.0, ESTIMATES, ends)
    statistic, of = curve.row["statistic"], curve.row["estimated"]
    shown = (min(ends), curve.number("least"), curve.number("largest"), max(ends))
    yield from panel.lines({value: value_text(statistic, value) for value in shown})
    intervals = [
        f"M{_x(point.place, of)} {panel.y(point.result['ci_low'])}"
        f"V{panel.y(point.result['ci_high'])}"
        for point in points
        if point.result["ci_low"] is not None and point.result["ci_high"] is not None
    ]
    yield f'<path d="{"".join(intervals)}" stroke="{PALE}" stroke-width="0.8"/>'
    for point in points:
        yield _dot(point, _x(point.place, of), panel.y(point.value or 0.0))
    for mark, colour in MARKS.items():
        for point in points:
            if mark in point.marks:
                yield _marked(mark, colour, _x(point.place, of), panel.y(point.value or 0.0))


def _dot(point: Point, x: float, y: float) -> str:
    colour = COLOURS[0] if point.row["z"] is not None else FAINT
    return (
        f'<a href="#{point.anchor}"><circle cx="{x}" cy="{y}" r="2" fill="{colour}">'
        f"<title>{escape(point.result['stat_text'])}</title></circle></a>"
    )


def _marked(mark: str, colour: str, x: float, y: float) -> str:
    """A ring around the registered or the published one; the second is wider, where both are."""
    radius = 5 if mark == "registered" else 8
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{colour}" '
        f'stroke-width="1.8"><title>{mark}</title></circle>'
    )


def _scores(curve: CurveTables, points: Sequence[Point], top: float) -> Iterator[str]:
    """z in its order over the band of re-randomised curves."""
    of, level = curve.row["tested"], border(curve.row["level"])
    values = [point.z for point in points]
    values += [end for row in curve.band for end in (row["low"], row["high"])]
    panel = Panel(top, SCORES, [*values, -level, level])
    upper = [f"{_x(row['place'] - 1, of)} {panel.y(row['high'])}" for row in curve.band]
    lower = [f"{_x(row['place'] - 1, of)} {panel.y(row['low'])}" for row in reversed(curve.band)]
    yield f'<path d="M{"L".join([*upper, *lower])}Z" fill="{PALE}" opacity="0.7"/>'
    levels = {value: f"z {value_text('z', value)}" for value in (-level, 0.0, level)}
    yield from panel.lines(levels, FAINT)
    for point in sorted(points, key=lambda point: point.place_z):
        yield _dot(point, _x(point.place_z, of), panel.y(point.z))


def _choices(curve: CurveTables, varied: dict[str, Factor], top: float) -> Iterator[str]:
    """Under each estimate the level of each factor."""
    y, of = top, curve.row["estimated"]
    width = max((WIDTH - LEFT - RIGHT) / of, 0.8)
    for name, factor in varied.items():
        y += ROW
        # A head has its row to itself, however long it is.
        yield f'<text x="0" y="{y}" font-weight="650">{escape(factor.label)}</text>'
        for level in factor.levels:
            y += ROW
            bars = "".join(
                f"M{_x(point.place, of)} {y - 9}v8"
                for point in curve.estimated
                if point.levels[name] == level
            )
            yield f'<text x="{LEFT - 8}" y="{y}" text-anchor="end">{escape(level)}</text>'
            yield f'<path d="{bars}" stroke="{INK}" stroke-width="{width:.1f}"/>'
