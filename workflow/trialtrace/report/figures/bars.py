"""Proportions with their intervals as bars, an arm each, in groups of analysis, visit, stratum."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures import canvas
from trialtrace.report.figures.picture import Given, Picture, arms_of, in_a_row, nothing
from trialtrace.report.figures.rows_shown import (
    data_of,
    mark_of,
    mark_words,
    name_of,
    repeats_cuts,
    rows_of_bars,
    told,
)
from trialtrace.report.material import Material
from trialtrace.report.sections.thresholds import threshold_of
from trialtrace.report.tables import level_of, tight_text
from trialtrace.run.tables.contracts.rows import ResultRow, present

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_UPRIGHT = 6


def draw(material: Material, inputs: Given) -> Picture:
    """The proportions that the analyses of the display give, and nothing that they do not."""
    arms = arms_of(material)
    chosen = rows_of_bars(material, inputs)
    several = repeats_cuts(chosen)
    groups: dict[str, dict[str, ResultRow]] = {}
    for row in chosen:
        groups.setdefault(name_of(material, row, several), {})[present(row["group1_level"])] = row
    if not any(row["stat_value"] is not None for of in groups.values() for row in of.values()):
        raise nothing(inputs["title"], "no proportion could be estimated")
    shown = [arm for arm in arms if any(arm in group for group in groups.values())]
    rows = [row for group in groups.values() for row in group.values()]
    level = level_of(rows)
    interval = f" with {100 * level:g}% confidence intervals" if level is not None else ""
    caption = f"{inputs['title']}: share of patients by arm{interval}; events and patients beneath."
    caption += mark_words(material, rows)
    many = len(groups)
    bars = [f"{name}, {material.arm_label(arm)}" for name, of in groups.items() for arm in of]
    alt = f"Bars of shares, {many} group{'s' * (many > 1)}: {told(bars, rows)}."
    held = inputs.get("threshold")
    if held is not None:
        of = [material.trial.plan.analyses[name] for name in inputs["of"]]
        against = [f"“{one.label}”" for one in of if threshold_of(material, one)]
        which = f" of {in_a_row(against)}, against which nothing else here is held"
        caption += f" The line is at {100 * held:g} %" + ", the plan's threshold" * bool(against)
        caption += which * (0 < len(against) < len(of)) + "."
    figure = _figure(material, inputs["title"], groups, shown, held)
    lines = [name for name, group in groups.items() for _ in group]
    return Picture(figure, caption, alt, data_of(material, rows, lines))


def _figure(
    material: Material,
    title: str,
    groups: dict[str, dict[str, ResultRow]],
    arms: list[str],
    held: float | None,
) -> "Figure":
    upright = len(groups) <= MOST_UPRIGHT
    rows = [row for group in groups.values() for row in group.values()]
    ends = [end for row in rows for end in (row["stat_value"], row["ci_high"]) if end is not None]
    top = max(ends)
    height = 3.6 if upright else 1.2 + 0.17 * len(groups) * (len(arms) + 1)
    with canvas.drawing(7.2, height) as figure:
        axes = figure.subplots()
        for number in range(len(arms)):
            _arm(material, axes, groups, arms, number, upright)
        places, labels = np.arange(len(groups)), list(groups)
        if upright:
            width = max(10, 60 // len(groups))
            axes.set_xticks(places, [canvas.wrapped(label, width) for label in labels])
            axes.tick_params(axis="x", length=0, pad=14)
            axes.set_xlim(-0.6, len(groups) - 0.4)
            canvas.percent_axis(axes, "y", top)
            axes.set_ylabel(canvas.wrapped(title, 40))
        else:
            axes.set_yticks(-places, [canvas.wrapped(label, 38) for label in labels])
            axes.tick_params(axis="y", length=0)
            axes.set_ylim(-len(groups) + 0.4, 0.6)
            canvas.percent_axis(axes, "x", top)
            axes.set_xlabel(title)
        if held is not None:
            (axes.axhline if upright else axes.axvline)(held, color=canvas.INK, linestyle="--")
        canvas.legend_below(figure, axes)
        return figure


def _arm(
    material: Material,
    axes: "Axes",
    by_name: dict[str, dict[str, ResultRow]],
    arms: list[str],
    number: int,
    upright: bool,
) -> None:
    arm, width = arms[number], 0.8 / len(arms)
    names, groups = list(by_name), list(by_name.values())
    has = [at for at, of in enumerate(groups) if arm in of and of[arm]["stat_value"] is not None]
    rows = [groups[at][arm] for at in has]
    shift = (number - (len(arms) - 1) / 2) * width
    places = np.array(has) + shift if upright else -(np.array(has) + shift)
    share = np.array([row["stat_value"] for row in rows])
    ends = [
        [row["stat_value"] if row[end] is None else row[end] for row in rows]
        for end in ("ci_low", "ci_high")
    ]
    error = np.abs(np.array(ends) - share)
    bar = axes.bar if upright else axes.barh
    bar(
        places,
        share,
        width * 0.9,
        color=canvas.colour_of(list(material.trial.design.arms), arm),
        edgecolor="white",
        label=material.arm_label(arm),
        **{"yerr" if upright else "xerr": error},
        error_kw={"ecolor": canvas.INK, "elinewidth": 1.1, "capsize": 3},
    )
    for place, group, row in zip(places, has, rows, strict=True):
        text = _counts(row) + mark_of(material, row)
        across = place - width / 2, place + width / 2
        high = (0.0, max(row["ci_high"] or 0.0, present(row["stat_value"])))
        words = f"{names[group]}, {material.arm_label(arm)}: {text}, {tight_text(row)}"
        wide, tall = (across, high) if upright else (high, across)
        canvas.field(axes, wide, tall, (row["result_id"], words))
        if upright:
            axes.annotate(
                text,
                (place, 0),
                (0, -3),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
                annotation_clip=False,
            )
        else:
            axes.annotate(
                text, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=7
            )
    axes.set_axisbelow(True)
    axes.grid(axis="y" if upright else "x", color=canvas.PALE, linewidth=0.6)


def _counts(row: ResultRow) -> str:
    """ "12/40", where the analysis counts events; else the number analysed."""
    n = row["denominator"] or row["n_used"]
    if not n:
        return ""
    return f"{round(present(row['stat_value']) * n)}/{n}"
