"""Forest plot: estimates with their intervals, one line each."""

from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from trialtrace.analyses.words import LABELS, RATIOS
from trialtrace.display.figures.canvas import COLOURS, FAINT, INK, PALE, drawing
from trialtrace.display.material import Material
from trialtrace.display.tables import short_text
from trialtrace.trace.content import stratum_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]


def forest(material: Material, given: dict[str, Any]) -> "Figure":
    """The estimates that the plan lists, in its order; ratios on a log scale."""
    rows = [
        row
        for name in given["of"]
        for row in material.of(name)
        if row["method"] == given["estimate"] and row["stat_value"] is not None
    ]
    stat = given["estimate"].split(".", 1)[0]
    with drawing(7.2, 1.1 + 0.34 * len(rows)) as figure:
        axes = figure.subplots()
        several = _repeats_cuts(rows)
        _scale(axes, rows, stat)
        for position, row in enumerate(rows):
            _line(axes, row, -position, stat)
        axes.set_yticks(range(0, -len(rows), -1), [_name(material, row, several) for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        _texts(axes, rows)
        axes.set_xlabel(_axis_label(stat))
        return figure


def _repeats_cuts(rows: list[Row]) -> bool:
    """Whether two analyses have a line at the same visit or subgroup."""
    cuts = {(row["analysis_id"], row["visit"], row["stratum"]) for row in rows}
    of_cuts = [(visit, stratum) for _, visit, stratum in cuts if visit or stratum]
    return len(of_cuts) > len(set(of_cuts))


def _factor(stat: str) -> float:
    return 100.0 if stat == "risk_difference" else 1.0


def _null(stat: str) -> float:
    return 1.0 if stat in RATIOS else 0.5 if stat == "probability_of_superiority" else 0.0


def _axis_label(stat: str) -> str:
    unit = ", percentage points" if stat == "risk_difference" else ""
    scale = " (log scale)" if stat in RATIOS else ""
    label = LABELS[stat]
    return label[0].upper() + label[1:] + unit + scale


def _name(material: Material, row: Row, several: bool) -> str:
    """What tells a line apart: the subgroup or the visit, else the analysis; the arm if several."""
    analysis = material.trial.plan.analyses[row["analysis_id"]]
    parts = [stratum_words(material.trial, row["stratum"])] if row["stratum"] else []
    parts += [row["visit"]] if row["visit"] else []
    if not parts or several:
        parts.insert(0, analysis.label)
    if len(analysis.pairs) > 1:
        parts.append(material.arm_label(row["comparison"]))
    return ", ".join(parts)


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


def _line(axes: "Axes", row: Row, height: float, stat: str) -> None:
    factor = _factor(stat)
    if height % 2:
        axes.axhspan(height - 0.5, height + 0.5, color=PALE, alpha=0.35, linewidth=0, zorder=0)
    if row["ci_low"] is not None and row["ci_high"] is not None:
        ends = [factor * row["ci_low"], factor * row["ci_high"]]
        axes.plot(ends, [height, height], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=2)
    axes.plot(factor * row["stat_value"], height, "s", color=COLOURS[0], markersize=6, zorder=3)


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
