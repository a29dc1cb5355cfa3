"""A small picture of estimates with their intervals, as SVG inside a page."""

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, log, log10

from trialtrace.base.number_needed import through_infinity
from trialtrace.base.units import POINTS as POINTS_UNIT
from trialtrace.base.words import LABELS, MINUS, POINTS, RATIOS
from trialtrace.run.tables.contracts.rows import ResultRow, present

WIDTH, LEFT, RIGHT, LINE, FOOT = 620, 16, 604, 16, 34
# A ratio's axis names these, as far as it reaches.
RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
WIDEST_RATIO = 1000.0
"""What lies further out stands at the edge."""
MOST_TICKS = 7


def null_of(stat: str) -> float:
    """The value of a statistic where groups do not differ."""
    return 1.0 if stat in RATIOS else 0.5 if stat == "probability_of_superiority" else 0.0


def interval_picture(lines: Sequence[tuple[str, ResultRow]], synthetic: bool) -> str:
    """A figure of (name, result) of one statistic; "" where none has a value.

    Ratios stand on a log scale. Each of several lines is drawn under its words; an end that is
    infinite or not estimable runs to the edge of the picture.
    """
    drawn = [(name, row) for name, row in lines if row["stat_value"] is not None]
    if not drawn:
        return ""
    stat = drawn[0][1]["stat_name"]
    place, ticks = _scale([row for _, row in drawn], stat)
    parts = []
    for name, row in drawn:
        told = escape(f"{name}: {LABELS[stat]} {row['stat_text']}")
        parts.append(f"<p>{told}</p>" if len(drawn) > 1 else "")
        parts.append(_svg(LINE, _line(row, place, stat), told))
    parts.append(_axis(place, ticks, _axis_label(stat, drawn[0][1]["unit"])))
    caption = "<figcaption>Synthetic data: not evidence</figcaption>" if synthetic else ""
    return f'<figure class="interval">{"".join(parts)}{caption}</figure>'


def _line(row: ResultRow, place: Callable[[float], float], stat: str) -> list[str]:
    factor, middle = _factor(stat), LINE // 2
    null = place(factor * null_of(stat))
    parts = [f'<line class="null" x1="{null}" y1="0" x2="{null}" y2="{LINE}"/>']
    low, high = row["ci_low"], row["ci_high"]
    if (low is not None or high is not None) and not through_infinity(stat, low, high):
        left = LEFT if low is None else place(factor * low)
        right = RIGHT if high is None else place(factor * high)
        parts.append(f'<line class="ci" x1="{left}" y1="{middle}" x2="{right}" y2="{middle}"/>')
    at = place(factor * present(row["stat_value"]))
    parts.append(f'<rect class="dot" x="{at - 4:g}" y="{middle - 4}" width="8" height="8"/>')
    return parts


def _axis(place: Callable[[float], float], ticks: Sequence[float], label: str) -> str:
    parts = [f'<line class="axis" x1="{LEFT}" y1="1" x2="{RIGHT}" y2="1"/>']
    for tick in ticks:
        at = place(tick)
        parts.append(f'<line class="axis" x1="{at}" y1="1" x2="{at}" y2="5"/>')
        words = f"{tick:g}".replace("-", MINUS)
        parts.append(f'<text class="tick" x="{at}" y="16">{words}</text>')
    parts.append(f'<text class="tick" x="{WIDTH // 2}" y="{FOOT - 4}">{escape(label)}</text>')
    return _svg(FOOT, parts)


def _svg(height: int, parts: Sequence[str], told: str = "") -> str:
    """A strip of the picture, with what it shows in words."""
    words = f'role="img" aria-label="{told}"' if told else 'aria-hidden="true"'
    return f'<svg viewBox="0 0 {WIDTH} {height}" {words}>{"".join(parts)}</svg>'


def _factor(stat: str) -> float:
    return 100.0 if stat in POINTS else 1.0


def _axis_label(stat: str, unit: str | None) -> str:
    known = POINTS_UNIT if stat in POINTS else unit
    scale = " (log scale)" if stat in RATIOS else ""
    return LABELS[stat][:1].upper() + LABELS[stat][1:] + (f", {known}" if known else "") + scale


def _scale(rows: Sequence[ResultRow], stat: str) -> tuple[Callable[[float], float], list[float]]:
    """The place of a value across the picture, held to its edges, and the ticks."""
    factor = _factor(stat)
    ends = [factor * null_of(stat)]
    for row in rows:
        ends += [factor * end for end in (row["ci_low"], row["ci_high"]) if end is not None]
        ends.append(factor * present(row["stat_value"]))
    log_scale = stat in RATIOS
    least, most = (1 / WIDEST_RATIO, WIDEST_RATIO) if log_scale else (-float("inf"), float("inf"))
    finite = [end for end in ends if least < end < most]
    if log_scale:
        low, high = min(finite) / 1.15, max(finite) * 1.15
        ticks = [tick for tick in RATIO_TICKS if low <= tick <= high]
    else:
        low, high, ticks = _round_ends(min(finite), max(finite))

    def place(value: float) -> float:
        if value <= low:
            return LEFT
        if value >= high:
            return RIGHT
        share = log(value / low) / log(high / low) if log_scale else (value - low) / (high - low)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    return place, ticks


def _round_ends(low: float, high: float) -> tuple[float, float, list[float]]:
    """Ends of a linear axis at round numbers, and at most some seven ticks between."""
    span = (high - low) or 1.0
    power = 10.0 ** floor(log10(span))
    steps = (power * factor for factor in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0))
    step = next(each for each in steps if span / each <= MOST_TICKS - 1)
    first, last = floor(low / step), ceil(high / step)
    ticks = [round(step * n, 12) for n in range(first, last + 1)]
    return ticks[0], ticks[-1], ticks
