"""Forest plot: estimates with their intervals, one line each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.number_needed import through_infinity
from trialtrace.base.words import (
    LABELS,
    MINUS,
    NOT_ESTIMABLE,
    RATIOS,
    no_effect,
    upper_first,
)
from trialtrace.report.figures.canvas import (
    FAINT,
    INK,
    PALE,
    colour_of,
    drawing,
    field,
    wrapped,
)
from trialtrace.report.figures.picture import Given, Picture, arms_of, nothing
from trialtrace.report.figures.rows_shown import (
    TOTAL,
    counted,
    data_of,
    estimates,
    mark_words,
    name_of,
    not_drawn,
    notes_of,
    repeats_cuts,
    reservations,
    sides,
    told,
    wanted_of,
    whole,
)
from trialtrace.report.material import Material
from trialtrace.report.sections.models import not_for_baseline
from trialtrace.report.tables import axis_factor, axis_label, level_of, tight_text
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Notes = Mapping[str, Sequence[tuple[str, ResultRow | None]]]
# Letters in a line of the head of a column; what says that no test of interaction is planned.
HEAD, NOT_PLANNED = 13, "not planned"
# Inches that a character takes in the columns of text, and in the names beside the plot; the least
# that the plot takes, and what lies between the columns. How much wider bold letters are.
LETTER, NAME_LETTER, LEAST, BETWEEN = 0.068, 0.07, 1.9, 0.3
BOLD = 1.2
INDENT = "    "
# Ticks of ratios; with more than nine of them, those of whole decades alone.
TICKS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7),
    *(1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000),
)
MOST_TICKS, DECADES = 9, (0.001, 0.01, 0.1, 1, 10, 100, 1000)
# Ticks of differences lie so many units of a decade apart, at most so many of them.
STEPS, MOST_STEPS = (1, 2, 5, 10, 20), 5
ALL = "All patients"
# Points along a square of which nothing is known, and along the least one; how much longer the
# diagonal of a square is; how many times as wide as most an interval is that the axis cuts.
SIDE, LEAST_MARK, DIAGONAL, WIDE = 6.0, 1.5, 2**0.5, 3.0
# The column of the plot among those beside it.
PLOT = 2


@dataclass(frozen=True)
class Look:
    """Inches across, and letters in a line of the names beside the plot."""

    across: float = 8.6
    letters: int = 30


@dataclass(frozen=True)
class Line:
    """A line of the plot: an estimate with what is counted for it, or a note without one; a
    heading stands above its lines, with the p of the test of them all. `whole` is of all
    patients."""

    name: str
    row: ResultRow | None
    counts: tuple[str, ...] = ()
    test: ResultRow | None = None
    heading: bool = False
    p: str = ""
    whole: bool = False


# Inches of a line, and how many such it and each further line of a name take: less of many lines,
# which a page of print would else make too small to read; their headings run on over the counts.
ROW, CLOSE, MANY = (0.34, 0.6, 0.5), (0.22, 1.0, 0.68), 24
# A strip has long names and one count a line.
STRIP_LOOK = Look(8.6, 54)


def draw(material: Material, inputs: Given) -> Picture:
    """The estimates that the plan lists, in its order; ratios on a log scale. Beneath the subgroups
    of an analysis its test of interaction."""
    rows = estimates(material, inputs)
    if not rows:
        raise nothing(inputs["title"], "nothing could be estimated")
    level = level_of(rows)
    interval = f"{100 * level:g}% confidence" if level is not None else "confidence"
    caption = f"{inputs['title']}: estimates with their {interval} intervals; squares are larger "
    caption += "where the interval is narrower."
    alone = any(row["ci_low"] is None and row["stat_value"] is not None for row in rows)
    caption += " A mark without a line has no interval." * alone
    stat = wanted_of(inputs)[0].split(".", 1)[0]
    caption += arrows(rows, stat) + not_drawn(material, inputs)
    caption += " A diamond is of all patients." if any(_is_whole(row, rows) for row in rows) else ""
    titles = _titles(material, rows)
    names = [_whole_name(*title) for title in titles]
    notes = notes_of(material, inputs)
    alt = f"Forest plot of the {LABELS[stat]}: {told(names, rows)}."
    alt += "".join(f" {text}." for note in notes.values() for text, _ in note)
    figure = forest(material, stat, rows, titles, notes, inputs.get("better"))
    tests = [(text, row) for note in notes.values() for text, row in note if row is not None]
    by = sorted({method_of(row["method"]).title for _, row in tests})
    caption += f" Interaction: {', '.join(by)}." if by else ""
    caption += reservations(material, rows) + mark_words(material, rows)
    caption += not_for_baseline(material, {row["analysis_id"] for row in rows})
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
    """Columns as journals have them: names, counts by arm, the plot, estimates, p for interaction
    where there is any."""
    rows = [line.row for line in lines if line.row is not None]
    close = len(lines) > MANY
    pitch, first, more = CLOSE if close else ROW
    names = [_in_lines(line, look.letters) for line in lines]
    widths = _widths(lines, names, len(heads), look)
    if close:
        further = int(widths[1] / (NAME_LETTER * BOLD))
        letters = [look.letters + further * (line.heading and not line.counts) for line in lines]
        names = [_in_lines(*each) for each in zip(lines, letters, strict=True)]
    heights = np.array([max(1.0, first + more * name.count("\n")) for name in names])
    edges = -np.concatenate([[0.0], np.cumsum(heights)])
    places = (edges[:-1] + edges[1:]) / 2
    heads = [wrapped(head, HEAD) for head in heads]
    level = level_of(rows)
    mixed = len({row["ci_level"] for row in rows} - {None}) > 1
    head = upper_first(LABELS[stat])
    head += f"\n({'' if mixed else f'{100 * level:g}% '}CI)" if level is not None else ""
    top = 0.16 * (1 + max(text.count("\n") for text in (*heads, head)))
    sizes = iter(_sizes(rows, stat))
    with drawing(sum(widths) + BETWEEN, 1.2 + top + pitch * float(heights.sum())) as figure:
        every = figure.subplots(1, len(widths), width_ratios=widths, sharey=True)
        beside, text, axes, shown, *tests = every
        _scale(axes, rows, stat)
        points = 72 * widths[PLOT]
        for number, line in enumerate(lines):
            ends = (edges[number + 1], edges[number])
            if number % 2:
                for each in every:
                    each.axhspan(*ends, color=PALE, alpha=0.35, linewidth=0, zorder=0)
            if line.row is not None:
                arm = colour_of(arms_of(material), present(line.row["comparison"]))
                mark = "D" if line.whole else "s"
                size = min(next(sizes), _room(axes, line.row, stat, points, mark))
                _line(axes, line.row, places[number], stat, (arm, size, mark))
        _named(beside, lines, names, edges)
        # What runs on stands over the shades of the next columns.
        beside.set_zorder(close)
        beside.set_ylim(edges[-1] - 0.1, 0.1)
        beside.set_yticks([])
        _texts(beside, [""], places, [()] * len(lines))
        _texts(text, heads, places, [line.counts for line in lines])
        estimates = [(_estimate(line.row, level) if line.row else "",) for line in lines]
        _texts(shown, [head], places, estimates)
        for test in tests:
            _texts(test, ["p for\ninteraction"], places, [(line.p,) for line in lines])
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(axis_label(stat, {row["unit"] for row in rows}))
        named_sides(axes, axis_factor(stat) * no_effect(stat), *sides(material, stat, rows, better))
        return figure


def _estimate(row: ResultRow, level: float | None) -> str:
    """An estimate with its interval, and the level of this where the head has another."""
    other = row["ci_level"] is not None and row["ci_level"] != level
    return tight_text(row) + f" at {100 * (row['ci_level'] or 0):g}%" * other


def _widths(lines: Sequence[Line], names: list[str], counts: int, look: Look) -> list[float]:
    """Inches of names, counts by arm, the plot, estimates and, where there is any, p."""
    longest = max(
        len(part) * (BOLD if line.heading else 1)
        for name, line in zip(names, lines, strict=True)
        for part in name.split("\n")
    )
    rows = [line.row for line in lines if line.row is not None]
    estimate = max(len(_estimate(row, level_of(rows))) for row in rows)
    before = [max(1.2, NAME_LETTER * longest), 0.85 * counts if counts > 1 else 0.6]
    behind = [0.2 + LETTER * estimate, *([LETTER * HEAD] if any(line.p for line in lines) else [])]
    plot = max(LEAST, look.across - BETWEEN - sum(before) - sum(behind))
    return [*before, plot, *behind]


def _named(axes: "Axes", lines: Sequence[Line], names: list[str], edges: np.ndarray) -> None:
    """The names beside the plot, and over the whole of each line a link to the result that it
    shows, called with what it stands under."""
    over: list[str] = []
    for number, (line, name) in enumerate(zip(lines, names, strict=True)):
        note = line.row is None and not line.heading
        axes.text(
            0,
            (edges[number] + edges[number + 1]) / 2,
            name,
            va="center",
            fontsize=8 if note else 9,
            color=FAINT if note else INK,
            fontweight="bold" if line.heading or line.whole else "normal",
            in_layout=not line.heading,
        )
        told = ", ".join([*over[: _depth(line)], line.name.strip()])
        if line.heading:
            over[_depth(line) :] = [line.name.strip()]
        if shows := line.row or line.test:
            shown = f"p for interaction {line.p}" if line.p else tight_text(shows)
            lead = shows["result_id"], f"{told}: {shown}"
            field(axes, (0, 1), (edges[number + 1], edges[number]), lead, whole=True)


def _depth(line: Line) -> int:
    """Under how many headings a line stands."""
    return (len(line.name) - len(line.name.lstrip())) // len(INDENT)


def _in_lines(line: Line, letters: int) -> str:
    """The name of a line, wrapped; what is set in stays so."""
    name = line.name.lstrip()
    inset = line.name[: len(line.name) - len(name)]
    return inset + wrapped(name, letters - len(inset)).replace("\n", f"\n{inset}")


def _lines(
    rows: list[ResultRow], titles: list[tuple[str, str]], counts: list[list[str]], notes: Notes
) -> list[Line]:
    lines: list[Line] = []
    above = ""
    for at, (row, (heading, name), cells) in enumerate(zip(rows, titles, counts, strict=True)):
        of_analysis = list(notes.get(row["analysis_id"], ()))
        if heading != above:
            # One test of interaction stands beside its heading; of several each needs its words.
            first = at == 0 or rows[at - 1]["analysis_id"] != row["analysis_id"]
            alone = first and len(of_analysis) == 1 and row["stratum"]
            lines += _headings(row, heading, above, of_analysis[0][1:] if alone else ())
        above = heading
        # Arms stand under their level, which stands under its variable.
        inset = INDENT * (2 if row["stratum"] and ": " in heading else 1) if heading else ""
        lines.append(Line(f"{inset}{name}", row, tuple(cells), whole=name == ALL))
        last = at + 1 == len(rows) or rows[at + 1]["analysis_id"] != row["analysis_id"]
        if last and not (len(of_analysis) == 1 and heading and row["stratum"]):
            lines += [Line(text, None, test=test) for text, test in of_analysis]
    return lines


def _headings(
    row: ResultRow, heading: str, above: str, tests: Sequence[ResultRow | None]
) -> Iterator[Line]:
    """What stands over lines and not over those `above`: what they share, or a variable with its
    test of interaction, if any, and their level of it."""
    variable, _, level = heading.rpartition(": ") if row["stratum"] else (heading, "", "")
    if not variable:
        variable, level = level, ""
    if variable and variable != (above.rpartition(": ")[0] if level else above):
        p = [(test["stat_text"] or NOT_ESTIMABLE) if test else NOT_PLANNED for test in tests]
        test = next(iter(tests), None)
        yield Line(variable, None, test=test, heading=True, p=" ".join(p))
    if level:
        yield Line(f"{INDENT}{level}", None, heading=True)


def named_sides(axes: "Axes", null: float, left: str, right: str) -> None:
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


def arrows(rows: list[ResultRow], stat: str) -> str:
    """What an arrow is, where an interval ends beyond the axis."""
    left, right = _axis(rows, stat)[1:]
    bounds = [ends for row in rows if (ends := _bounded(row, stat))]
    beyond = any(axis_factor(stat) * low < left for low, _ in bounds)
    beyond |= any(axis_factor(stat) * high > right for _, high in bounds)
    return " Where an interval goes on beyond the axis, it ends in an arrow." * beyond


def _scale(axes: "Axes", rows: list[ResultRow], stat: str) -> None:
    ticks, left, right = _axis(rows, stat)
    if stat in RATIOS:
        axes.set_xscale("log")
    shown = [f"{round(tick, 10):g}".replace("-", MINUS) for tick in ticks]
    axes.set_xticks(ticks, shown)
    axes.minorticks_off()
    axes.set_xlim(left, right)
    axes.axvline(axis_factor(stat) * no_effect(stat), color=FAINT, linewidth=0.9, zorder=1)


def _axis(rows: list[ResultRow], stat: str) -> tuple[list[float], float, float]:
    """The ticks of the axis and its ends."""
    factor = axis_factor(stat)
    low, high = (factor * end for end in _reach(rows, stat))
    if stat in RATIOS:
        # A tick either side of 1 at least, and none further than the first beyond the intervals.
        least = max((tick for tick in TICKS if tick <= min(low, 0.9)), default=low)
        most = min((tick for tick in TICKS if tick >= max(high, 1.1)), default=high)
        ticks = [tick for tick in TICKS if least <= tick <= most]
        if len(ticks) > MOST_TICKS:
            ticks = [tick for tick in ticks if tick in DECADES]
        return ticks, least / 1.05, most * 1.05
    null = factor * no_effect(stat)
    decade = 10 ** (floor(log10((high - low) or 1)) - 1)
    step = next(n * decade for n in STEPS if high - low <= MOST_STEPS * n * decade)
    # A tick either side of no effect at least.
    first = min(floor((low - null) / step), -1)
    last = max(ceil((high - null) / step), 1)
    ticks = [null + n * step for n in range(first, last + 1)]
    return ticks, ticks[0], ticks[-1]


def _bounded(row: ResultRow, stat: str) -> tuple[float, float] | None:
    """The ends of an interval that is one stretch of the axis."""
    low, high = row["ci_low"], row["ci_high"]
    whole = low is not None and high is not None and not through_infinity(stat, low, high)
    return (present(low), present(high)) if whole else None


def _reach(rows: list[ResultRow], stat: str) -> tuple[float, float]:
    """What the axis holds: all estimates and no effect, and the intervals but those much wider than
    most, which would leave the others no room."""
    scale = np.log if stat in RATIOS else np.asarray
    bounds = [ends for row in rows if (ends := _bounded(row, stat))]
    with np.errstate(divide="ignore"):
        across = [float(scale(high) - scale(low)) for low, high in bounds]
    most = WIDE * float(np.median(across)) if across else 0.0
    shown = [end for ends, each in zip(bounds, across, strict=True) if each <= most for end in ends]
    values = [row["stat_value"] for row in rows if row["stat_value"] is not None]
    every = [*shown, *values, no_effect(stat)]
    return min(every), max(every)


def _room(axes: "Axes", row: ResultRow, stat: str, points: float, mark: str) -> float:
    """The largest mark, in points, that does not reach beyond its interval: what it covers up is
    no part of this."""
    ends, factor = _bounded(row, stat), axis_factor(stat)
    if ends is None:
        return SIDE
    scale = np.log if stat in RATIOS else np.asarray
    with np.errstate(divide="ignore"):
        low, high = (scale(factor * end) for end in ends)
        value = scale(factor * present(row["stat_value"]))
        left, right = (scale(end) for end in axes.get_xlim())
    half = float(min(value - low, high - value) / (right - left)) * points
    return max(LEAST_MARK, 2 * half / (DIAGONAL if mark == "D" else 1))


def _sizes(rows: list[ResultRow], stat: str) -> np.ndarray:
    """Sides of the squares in points: their areas as the precisions, 1 / width of interval²."""
    widths = np.full(len(rows), np.nan)
    for at, row in enumerate(rows):
        if ends := _bounded(row, stat):
            low, high = ends
            scale = np.log if stat in RATIOS else np.asarray
            with np.errstate(divide="ignore"):
                widths[at] = scale(high) - scale(low)
    widths[~(np.isfinite(widths) & (widths > 0))] = np.nan
    if np.isnan(widths).all():
        return np.full(len(rows), SIDE)
    return np.clip(np.nan_to_num(1.3 * SIDE * np.nanmin(widths) / widths, nan=SIDE), 3.0, None)


def _line(
    axes: "Axes", row: ResultRow, height: float, stat: str, look: tuple[str, float, str]
) -> None:
    """An estimate with its interval; `look` is its colour, its size in points and its mark."""
    colour, size, mark = look
    factor = axis_factor(stat)
    if bounds := _bounded(row, stat):
        ends = [factor * end for end in bounds]
        axes.plot(ends, [height, height], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=2)
        left, right = axes.get_xlim()
        beyond = {"<": left} if ends[0] < left else {}
        beyond |= {">": right} if ends[1] > right else {}
        for arrow, edge in beyond.items():
            axes.plot(edge, height, arrow, color=INK, markersize=SIDE, clip_on=False, zorder=2)
    axes.plot(
        factor * present(row["stat_value"]), height, mark, color=colour, markersize=size, zorder=3
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
