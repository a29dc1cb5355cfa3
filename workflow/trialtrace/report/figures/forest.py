"""Forest plot: estimates with their intervals, one line each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.number_needed import through_infinity
from trialtrace.base.words import LABELS, NOT_ESTIMABLE, RATIOS, upper_first
from trialtrace.report.figures.canvas import FAINT, INK, PALE, colour_of, drawing, wrapped
from trialtrace.report.figures.picture import Given, Picture, arms_of, nothing
from trialtrace.report.figures.rows_shown import (
    TOTAL,
    counted,
    data_of,
    estimates,
    name_of,
    notes_of,
    repeats_cuts,
    sides,
    told,
    wanted_of,
    whole,
)
from trialtrace.report.material import Material
from trialtrace.report.tables import axis_factor, axis_label, level_of, no_effect, short_text
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Notes = Mapping[str, Sequence[tuple[str, ResultRow | None]]]
HEAD = 13
# Inches that a character takes in the columns of text.
LETTER = 0.073
# Ticks of ratios; with more than nine of them, those of whole decades alone.
TICKS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7),
    *(1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000),
)
MOST_TICKS, DECADES = 9, (0.001, 0.01, 0.1, 1, 10, 100, 1000)
ALL = "All patients"
# Points along a square of which nothing is known.
SIDE = 6.0


@dataclass(frozen=True)
class Look:
    """Inches across, and letters in a line of the names beside the plot."""

    across: float = 8.6
    letters: int = 38


@dataclass(frozen=True)
class Line:
    """A line of the plot: an estimate with what is counted for it, or a note without one; a
    heading stands above its lines, with what a test says of them all."""

    name: str
    row: ResultRow | None
    counts: tuple[str, ...] = ()
    heading: bool = False
    test: str = ""


# A strip has long names and one count a line; printed, its type is as large as that of tables.
STRIP_LOOK = Look(7.6, 54)


def draw(material: Material, inputs: Given) -> Picture:
    """The estimates that the plan lists, in its order; ratios on a log scale. Beneath the subgroups
    of an analysis its test of interaction."""
    rows = estimates(material, inputs)
    if not rows:
        raise nothing(inputs["title"], "nothing could be estimated")
    level = level_of(rows)
    interval = f"{100 * level:g} % confidence" if level is not None else "confidence"
    caption = (
        f"{inputs['title']}: estimates with their {interval} intervals; a square is the larger, "
    )
    caption += "the narrower its interval."
    stat, titles = wanted_of(inputs)[0].split(".", 1)[0], _titles(material, rows)
    names = [_whole_name(*title) for title in titles]
    notes = notes_of(material, inputs)
    alt = f"Forest plot of the {LABELS[stat]}: {told(names, rows)}."
    alt += "".join(f" {text}." for each in notes.values() for text, _ in each)
    figure = forest(material, stat, rows, titles, notes, inputs.get("better"))
    tests = [(text, row) for each in notes.values() for text, row in each if row is not None]
    by = sorted({method_of(row["method"]).title for _, row in tests})
    caption += f" Interaction: {', '.join(by)}." if by else ""
    every = [*rows, *(row for _, row in tests)]
    return Picture(
        figure, caption, alt, data_of(material, every, [*names, *(text for text, _ in tests)])
    )


def forest(
    material: Material,
    stat: str,
    rows: list[ResultRow],
    titles: list[tuple[str, str]],
    notes: Notes,
    better: str | None,
) -> "Figure":
    """A line for each row: its name under its heading, what is counted for it, the estimate as a
    mark and in figures; `notes` stand at the heading of their analysis, or beneath its lines."""
    heads, counts = counted(material, rows)
    lines = _lines(rows, titles, counts, notes)
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
    names = [wrapped(line.name, look.letters) for line in lines]
    heights = np.array([max(1.0, 0.6 + 0.5 * name.count("\n")) for name in names])
    edges = -np.concatenate([[0.0], np.cumsum(heights)])
    places = (edges[:-1] + edges[1:]) / 2
    heads = [wrapped(head, HEAD) for head in heads]
    top = 0.16 * (1 + max(head.count("\n") for head in heads))
    counts = 1.0 * len(heads) + 0.1 if len(heads) > 1 else 0.6
    widths = [counts, 3.0, 1 + LETTER * max(len(short_text(row)) for row in rows)]
    sizes = iter(_sizes(rows, stat))
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
                _line(axes, line.row, places[number], stat, arm, next(sizes))
        text.set_yticks(places, names)
        text.set_ylim(edges[-1] - 0.1, 0.1)
        for number, line in enumerate(lines):
            if line.heading:
                text.get_yticklabels()[number].set(fontweight="bold")
            elif line.row is None:
                text.get_yticklabels()[number].set(color=FAINT, fontsize=8)
        _texts(text, heads, places, [line.counts for line in lines])
        level = level_of(rows)
        head = upper_first(LABELS[stat])
        head += f"\n({100 * level:g} % CI)" if level is not None else ""
        estimates = [(short_text(line.row) if line.row else line.test,) for line in lines]
        _texts(shown, [head], places, estimates)
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(axis_label(stat, {row["unit"] for row in rows}))
        _sides(axes, axis_factor(stat) * no_effect(stat), *sides(material, stat, rows, better))
        return figure


def _lines(
    rows: list[ResultRow], titles: list[tuple[str, str]], counts: list[list[str]], notes: Notes
) -> list[Line]:
    lines: list[Line] = []
    above = ""
    for at, (row, (heading, name), cells) in enumerate(zip(rows, titles, counts, strict=True)):
        of_analysis = list(notes.get(row["analysis_id"], ()))
        if heading and heading != above:
            # One test of interaction stands beside its heading; of several each needs its words.
            first = at == 0 or rows[at - 1]["analysis_id"] != row["analysis_id"]
            alone = first and len(of_analysis) == 1 and row["stratum"]
            test = of_analysis[0] if alone else None
            lines.append(Line(heading, None, heading=True, test=_test(*test) if test else ""))
        above = heading
        lines.append(Line(f"    {name}" if heading else name, row, tuple(cells)))
        last = at + 1 == len(rows) or rows[at + 1]["analysis_id"] != row["analysis_id"]
        if last and not (len(of_analysis) == 1 and heading and row["stratum"]):
            lines += [Line(text, None) for text, _ in of_analysis]
    return lines


def _test(text: str, row: ResultRow | None) -> str:
    """A test of interaction at the heading of its subgroups: its p alone, of the words for it."""
    return f"p for interaction {row['stat_text'] or NOT_ESTIMABLE}" if row is not None else text


def _sides(axes: "Axes", null: float, left: str, right: str) -> None:
    """Under the axis, left and right of no effect: whom either side favours."""
    if not left:
        return
    left, right = wrapped(f"\N{BLACK LEFT-POINTING TRIANGLE} {left}", 26), wrapped(right, 24)
    right += " \N{BLACK RIGHT-POINTING TRIANGLE}"
    for text, shift, side in ((left, -6, "right"), (right, 6, "left")):
        words = axes.annotate(
            text,
            (null, 0),
            (shift, -20),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha=side,
            va="top",
            fontsize=8,
        )
        # They may reach beneath the columns beside the plot, which is not to shrink for them.
        words.set_in_layout(False)
    axes.xaxis.labelpad = 8 + 11 * (1 + max(left.count("\n"), right.count("\n")))


def _titles(material: Material, rows: list[ResultRow]) -> list[tuple[str, str]]:
    """The heading of each line, empty where it has none, and its name.

    Levels of a subgroup stand under its variable, arms under what they share; the method is told
    where names repeat, a visit that all lines share is left out.
    """
    several = repeats_cuts(rows)
    if len({row["visit"] for row in rows}) == 1:
        shown = [row | {"comparison": None, "visit": None} for row in rows]
    else:
        shown = [row | {"comparison": None} for row in rows]
    bases = [
        ALL if _is_whole(row, rows) else name_of(material, each, several)
        for row, each in zip(rows, shown, strict=True)
    ]
    arms = [_arm(material, row) for row in rows]
    titles = []
    for row, base, arm in zip(rows, bases, arms, strict=True):
        twins = [each for each in zip(bases, arms, strict=True) if each == (base, arm)]
        method = f" ({method_of(row['method']).title})" if len(twins) > 1 else ""
        heading, name = "", base
        if len({each for at, each in zip(bases, arms, strict=True) if at == base}) > 1:
            heading, name = base, arm
        elif row["stratum"] and ": " in base:
            heading, level = base.rsplit(": ", 1)
            name = ", ".join(filter(None, (level, arm)))
        elif arm:
            name = f"{base}, {arm}"
        titles.append((heading, name + method))
    return titles


def _is_whole(row: ResultRow, rows: list[ResultRow]) -> bool:
    """Whether a line is of all patients beside lines of subgroups, all of one outcome."""
    wholes = [each for each in rows if each["stratum"] is None]
    one_outcome = len({each["parameter"] for each in rows}) == 1
    return one_outcome and wholes == [row] and len(rows) > 1


def _whole_name(heading: str, name: str) -> str:
    """A line's name for who has no headings: in words and in files."""
    return f"{heading}: {name}" if heading else name


def _arm(material: Material, row: ResultRow) -> str:
    """The treated arm of a line where its analysis compares several."""
    several = len(material.trial.plan.analyses[row["analysis_id"]].pairs) > 1
    return material.arm_label(row["comparison"]) if several else ""


def _scale(axes: "Axes", rows: list[ResultRow], stat: str) -> None:
    factor = axis_factor(stat)
    ends = [
        factor * value
        for row in rows
        for value in (row["ci_low"], row["ci_high"], row["stat_value"])
        if value is not None
    ]
    ends.append(factor * no_effect(stat))
    low, high = min(ends), max(ends)
    if stat in RATIOS:
        axes.set_xscale("log")
        # A tick either side of 1 at least, and none further than the first beyond the intervals.
        least = max((tick for tick in TICKS if tick <= min(low, 0.9)), default=low)
        most = min((tick for tick in TICKS if tick >= max(high, 1.1)), default=high)
        ticks = [tick for tick in TICKS if least <= tick <= most]
        if len(ticks) > MOST_TICKS:
            ticks = [tick for tick in ticks if tick in DECADES]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlim(least / 1.05, most * 1.05)
    else:
        step = 10 ** floor(log10((high - low) or 1)) / 2
        axes.set_xlim(step * floor(low / step), step * ceil(high / step))
    axes.axvline(factor * no_effect(stat), color=FAINT, linewidth=0.9, zorder=1)


def _sizes(rows: list[ResultRow], stat: str) -> np.ndarray:
    """Sides of the squares in points: their areas as the precisions, 1 / width of interval²."""
    widths = np.full(len(rows), np.nan)
    for at, row in enumerate(rows):
        low, high = row["ci_low"], row["ci_high"]
        if low is not None and high is not None and not through_infinity(stat, low, high):
            scale = np.log if stat in RATIOS else np.asarray
            with np.errstate(divide="ignore"):
                widths[at] = scale(high) - scale(low)
    widths[~(np.isfinite(widths) & (widths > 0))] = np.nan
    if np.isnan(widths).all():
        return np.full(len(rows), SIDE)
    return np.clip(np.nan_to_num(1.3 * SIDE * np.nanmin(widths) / widths, nan=SIDE), 3.0, None)


def _line(axes: "Axes", row: ResultRow, height: float, stat: str, colour: str, size: float) -> None:
    factor = axis_factor(stat)
    low, high = row["ci_low"], row["ci_high"]
    if low is not None and high is not None and not through_infinity(stat, low, high):
        ends = [factor * low, factor * high]
        axes.plot(ends, [height, height], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=2)
    axes.plot(
        factor * present(row["stat_value"]), height, "s", color=colour, markersize=size, zorder=3
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
