"""Forest plot: estimates with their intervals, one line each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.number_needed import through_infinity
from trialtrace.base.units import POINTS as POINTS_UNIT
from trialtrace.base.words import LABELS, POINTS, RATIOS
from trialtrace.report.figures.canvas import FAINT, INK, PALE, colour_of, drawing, wrapped
from trialtrace.report.figures.forest_columns import TOTAL, counted, sides, whole
from trialtrace.report.figures.picture import Given, Picture, arms_of, nothing
from trialtrace.report.figures.rows_shown import (
    data_of,
    estimates,
    name_of,
    notes_of,
    repeats_cuts,
    told,
    wanted_of,
)
from trialtrace.report.material import Material
from trialtrace.report.tables import short_text
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Notes = Mapping[str, Sequence[tuple[str, ResultRow | None]]]
HEAD = 13
# Inches that a character takes in the columns of text.
LETTER = 0.073


@dataclass(frozen=True)
class Look:
    """Inches across, and letters in a line of the names beside the plot."""

    across: float = 8.6
    letters: int = 38


@dataclass(frozen=True)
class Line:
    """A line of the plot: an estimate with what is counted for it, or a note without one; a
    heading stands above its lines."""

    name: str
    row: ResultRow | None
    counts: tuple[str, ...] = ()
    heading: bool = False


# A strip has long names and one count a line; printed, its type is as large as that of tables.
STRIP_LOOK = Look(7.6, 54)


def draw(material: Material, inputs: Given) -> Picture:
    """The estimates that the plan lists, in its order; ratios on a log scale. Beneath the subgroups
    of an analysis its test of interaction."""
    rows = estimates(material, inputs)
    if not rows:
        raise nothing(inputs["title"], "nothing could be estimated")
    level = next((row["ci_level"] for row in rows if row["ci_level"] is not None), None)
    interval = f"{100 * level:g} % confidence" if level is not None else "confidence"
    caption = f"{inputs['title']}: estimates with their {interval} intervals."
    stat, names = wanted_of(inputs)[0].split(".", 1)[0], _names(material, rows)
    notes = notes_of(material, inputs)
    alt = f"Forest plot of the {LABELS[stat]}: {told(names, rows)}."
    alt += "".join(f" {text}." for each in notes.values() for text, _ in each)
    figure = forest(material, stat, rows, names, notes, inputs.get("better"))
    tests = [(text, row) for each in notes.values() for text, row in each if row is not None]
    every = [*rows, *(row for _, row in tests)]
    return Picture(
        figure, caption, alt, data_of(material, every, [*names, *(text for text, _ in tests)])
    )


def forest(
    material: Material,
    stat: str,
    rows: list[ResultRow],
    names: list[str],
    notes: Notes | None = None,
    better: str | None = None,
) -> "Figure":
    """A line for each row: its name, what is counted for it, the estimate as a mark and in
    figures; `notes` stand beneath the last line of their analysis."""
    heads, counts = counted(material, rows)
    lines = _lines(rows, names, counts, notes or {})
    return _plot(material, stat, lines, heads, better, Look())


def strip(
    material: Material,
    stat: str,
    blocks: Mapping[str, Sequence[tuple[str, ResultRow]]],
    better: str | None,
) -> "Figure":
    """The same of many analyses of one question: blocks of lines under their headings, if any,
    with the patients of each line."""
    lines = []
    for heading, rows in blocks.items():
        lines += [Line(heading, None, heading=True)] if heading else []
        lines += [Line(name, row, (whole(row),)) for name, row in rows]
    return _plot(material, stat, lines, [TOTAL], better, STRIP_LOOK)


def _plot(
    material: Material,
    stat: str,
    lines: Sequence[Line],
    heads: list[str],
    better: str | None,
    look: Look,
) -> "Figure":
    rows = [line.row for line in lines if line.row is not None]
    heights = np.array([_height(line, look) for line in lines])
    edges = -np.concatenate([[0.0], np.cumsum(heights)])
    places = (edges[:-1] + edges[1:]) / 2
    heads = [wrapped(head, HEAD) for head in heads]
    top = 0.16 * (1 + max(head.count("\n") for head in heads))
    counts = 1.0 * len(heads) + 0.1 if len(heads) > 1 else 0.6
    widths = [counts, 3.0, 1 + LETTER * max(len(short_text(row)) for row in rows)]
    with drawing(look.across, 1.3 + top + 0.34 * float(heights.sum())) as figure:
        text, axes, shown = figure.subplots(1, 3, width_ratios=widths, sharey=True)
        _scale(axes, rows, stat)
        for number, line in enumerate(lines):
            if number % 2:
                ends = (edges[number + 1], edges[number])
                for each in (text, axes, shown):
                    each.axhspan(*ends, color=PALE, alpha=0.35, linewidth=0, zorder=0)
            if line.row is not None:
                arm = colour_of(arms_of(material), present(line.row["comparison"]))
                _line(axes, line.row, places[number], stat, arm)
        text.set_yticks(places, [wrapped(line.name, look.letters) for line in lines])
        text.set_ylim(edges[-1] - 0.1, 0.1)
        for number, line in enumerate(lines):
            if line.heading:
                text.get_yticklabels()[number].set(fontweight="bold")
            elif line.row is None:
                text.get_yticklabels()[number].set(color=FAINT, fontsize=8)
        _texts(text, heads, places, [line.counts for line in lines])
        level = next((row["ci_level"] for row in rows if row["ci_level"] is not None), None)
        head = f"estimate ({100 * level:g} % CI)" if level is not None else "estimate"
        estimates = [(short_text(line.row),) if line.row else () for line in lines]
        _texts(shown, [head], places, estimates)
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(_axis_label(stat, {row["unit"] for row in rows}))
        _sides(axes, *sides(material, stat, rows, better))
        return figure


def _lines(
    rows: list[ResultRow], names: list[str], counts: list[list[str]], notes: Notes
) -> list[Line]:
    lines = []
    for at, (row, name, cells) in enumerate(zip(rows, names, counts, strict=True)):
        lines.append(Line(name, row, tuple(cells)))
        last = at + 1 == len(rows) or rows[at + 1]["analysis_id"] != row["analysis_id"]
        if last:
            lines += [Line(text, None) for text, _ in notes.get(row["analysis_id"], ())]
    return lines


def _height(line: Line, look: Look) -> float:
    return max(1.0, 0.6 + 0.5 * wrapped(line.name, look.letters).count("\n"))


def _sides(axes: "Axes", left: str, right: str) -> None:
    """Beneath the name of the axis: whom its left and its right favour."""
    if not left:
        return
    sides = f"\N{BLACK LEFT-POINTING TRIANGLE} {left}", f"{right} \N{BLACK RIGHT-POINTING TRIANGLE}"
    between = "     " if len(left) + len(right) < 36 else "\n"
    axes.set_xlabel(f"{axes.get_xlabel()}\n{between.join(sides)}", linespacing=1.5)


def _names(material: Material, rows: list[ResultRow]) -> list[str]:
    """A name a line; the arm alone beneath a line of the same name, the method where names repeat.

    A visit that all lines share is left out.
    """
    several = repeats_cuts(rows)
    if len({row["visit"] for row in rows}) == 1:
        shown = [row | {"visit": None} for row in rows]
    else:
        shown = rows
    bases = [name_of(material, row | {"comparison": None}, several) for row in shown]
    arms = [_arm(material, row) for row in rows]
    names = []
    for at, (base, arm) in enumerate(zip(bases, arms, strict=True)):
        again = at > 0 and base == bases[at - 1] and arm and arm != arms[at - 1]
        name = arm if again else ", ".join(filter(None, (base, arm)))
        twin = [index for index in range(len(rows)) if (bases[index], arms[index]) == (base, arm)]
        names.append(f"{name} ({method_of(rows[at]['method']).title})" if len(twin) > 1 else name)
    return names


def _arm(material: Material, row: ResultRow) -> str:
    """The treated arm of a line where its analysis compares several."""
    several = len(material.trial.plan.analyses[row["analysis_id"]].pairs) > 1
    return material.arm_label(row["comparison"]) if several else ""


def _factor(stat: str) -> float:
    return 100.0 if stat in POINTS else 1.0


def _null(stat: str) -> float:
    return 1.0 if stat in RATIOS else 0.5 if stat == "probability_of_superiority" else 0.0


def _axis_label(stat: str, units: set[str | None]) -> str:
    """The statistic with its unit, where all lines have the same."""
    known = POINTS_UNIT if stat in POINTS else units.pop() if len(units) == 1 else None
    unit = f", {known}" if known else ""
    scale = " (log scale)" if stat in RATIOS else ""
    label = LABELS[stat]
    return label[0].upper() + label[1:] + unit + scale


def _scale(axes: "Axes", rows: list[ResultRow], stat: str) -> None:
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


def _line(axes: "Axes", row: ResultRow, height: float, stat: str, colour: str) -> None:
    factor = _factor(stat)
    low, high = row["ci_low"], row["ci_high"]
    if low is not None and high is not None and not through_infinity(stat, low, high):
        ends = [factor * low, factor * high]
        axes.plot(ends, [height, height], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=2)
    axes.plot(
        factor * present(row["stat_value"]), height, "s", color=colour, markersize=6, zorder=3
    )


def _texts(
    axes: "Axes", heads: list[str], places: np.ndarray, cells: Sequence[Sequence[str]]
) -> None:
    """Columns of text as wide as each other, with their heads, on axes that show nothing else."""
    at = [(number + 0.5) / len(heads) for number in range(len(heads))]
    for place, line in zip(places, cells, strict=True):
        for x, cell in zip(at, line, strict=False):
            axes.text(x, place, cell, ha="center", va="center")
    for x, head in zip(at, heads, strict=True):
        axes.text(x, 0.35, head, ha="center", va="bottom", color=FAINT, fontsize=8)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
