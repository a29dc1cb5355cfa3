"""Forest plot: estimates with their intervals, one line each."""

from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from trialtrace.analyses.references import method_of
from trialtrace.analyses.words import LABELS, POINTS, RATIOS
from trialtrace.display.figures.canvas import FAINT, INK, PALE, colour_of, drawing, wrapped
from trialtrace.display.figures.lines import name_of, repeats_cuts
from trialtrace.display.figures.picture import Picture, arms_of, nothing
from trialtrace.display.material import Material
from trialtrace.display.tables import short_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]


def draw(material: Material, given: dict[str, Any]) -> Picture:
    """The estimates that the plan lists, in its order; ratios on a log scale."""
    wanted = given["estimate"]
    wanted = [wanted] if isinstance(wanted, str) else wanted
    rows = [
        row
        for name in given["of"]
        for row in material.of(name)
        if row["method"] in wanted and row["stat_value"] is not None
    ]
    if not rows:
        raise nothing(given["title"], "nothing could be estimated")
    level = next((row["ci_level"] for row in rows if row["ci_level"] is not None), None)
    interval = f"{100 * level:g} % confidence" if level is not None else "confidence"
    caption = f"{given['title']}: estimates with their {interval} intervals."
    lines = f"{len(rows)} line{'s' * (len(rows) > 1)}"
    return Picture(_figure(material, wanted[0], rows), caption, f"Forest plot of {lines}.")


def _figure(material: Material, estimate: str, rows: list[Row]) -> "Figure":
    stat = estimate.split(".", 1)[0]
    with drawing(7.2, 1.1 + 0.34 * len(rows)) as figure:
        axes = figure.subplots()
        _scale(axes, rows, stat)
        for position, row in enumerate(rows):
            arm = colour_of(arms_of(material), row["comparison"])
            _line(axes, row, -position, stat, arm)
        names = [wrapped(name, 44) for name in _names(material, rows)]
        axes.set_yticks(range(0, -len(rows), -1), names)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        _texts(axes, rows)
        axes.set_xlabel(_axis_label(stat))
        return figure


def _names(material: Material, rows: list[Row]) -> list[str]:
    """A name a line, with the method where a line stands there by several."""
    several = repeats_cuts(rows)
    names = [name_of(material, row, several) for row in rows]
    return [
        f"{name} ({method_of(row['method']).title})" if names.count(name) > 1 else name
        for name, row in zip(names, rows, strict=True)
    ]


def _factor(stat: str) -> float:
    return 100.0 if stat in POINTS else 1.0


def _null(stat: str) -> float:
    return 1.0 if stat in RATIOS else 0.5 if stat == "probability_of_superiority" else 0.0


def _axis_label(stat: str) -> str:
    unit = ", percentage points" if stat in POINTS else ""
    scale = " (log scale)" if stat in RATIOS else ""
    label = LABELS[stat]
    return label[0].upper() + label[1:] + unit + scale


def _scale(axes: "Axes", rows: list[Row], stat: str) -> None:
    factor = _factor(stat)
    ends = [
        factor * value
        for row in rows
        for value in (row["ci_low"], row["ci_high"], row["stat_value"])
        if value is not None
    ]
    ends.append(factor * _null(stat))
    low, high = min(ends), max(ends)
    if stat in RATIOS:
        axes.set_xscale("log")
        ticks = [
            t
            for t in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
            if low / 1.3 <= t <= high * 1.3
        ]
        axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axes.minorticks_off()
        axes.set_xlim(low / 1.15, high * 1.15)
    else:
        step = 10 ** floor(log10((high - low) or 1)) / 2
        axes.set_xlim(step * floor(low / step), step * ceil(high / step))
    axes.axvline(factor * _null(stat), color=FAINT, linewidth=0.9, zorder=1)


def _line(axes: "Axes", row: Row, height: float, stat: str, colour: str) -> None:
    factor = _factor(stat)
    if height % 2:
        axes.axhspan(height - 0.5, height + 0.5, color=PALE, alpha=0.35, linewidth=0, zorder=0)
    if row["ci_low"] is not None and row["ci_high"] is not None:
        ends = [factor * row["ci_low"], factor * row["ci_high"]]
        axes.plot(ends, [height, height], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=2)
    axes.plot(factor * row["stat_value"], height, "s", color=colour, markersize=6, zorder=3)


def _texts(axes: "Axes", rows: list[Row]) -> None:
    for position, row in enumerate(rows):
        axes.annotate(
            short_text(row), (1.02, -position), xycoords=("axes fraction", "data"), va="center"
        )
    level = next((row["ci_level"] for row in rows if row["ci_level"] is not None), None)
    if level is not None:
        axes.annotate(
            f"estimate ({100 * level:g} % CI)", (1.02, 0.72),
            xycoords=("axes fraction", "data"), color=FAINT, fontsize=8,
        )  # fmt: skip
