"""Power of a design over the effect that is assumed, with the simulated trials of its check."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures.canvas import COLOURS, FAINT, INK, LINES, drawing, percent_axis
from trialtrace.report.figures.picture import Data, Picture, nothing
from trialtrace.report.material import Material
from trialtrace.run.methods.planning.settings import settings
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.planning import (
    ANALYSIS,
    EquivalenceOfMeans,
    LogRank,
    MannWhitney,
    PairedMeans,
    Survival,
    TwoMeans,
    TwoProportions,
)

if TYPE_CHECKING:
    from trialtrace.run.methods.planning.setting import Setting
    from trialtrace.run.trial.plan.planning import Design

POINTS = 61
AXES = {
    "treated": "Risk that is assumed in the treated arm",
    "difference": "Difference that is assumed",
    "superiority": "Probability of superiority that is assumed",
    "hazard_ratio": "Hazard ratio that is assumed",
}
DATA = ("control", "effect", "power", "by", "result")


def draw(material: Material, texts: dict[str, str]) -> Picture:
    """A line for each risk of the reference by the formula; points are simulated trials."""
    entry = material.trial.plan.planning[texts["planning"]]
    rows = [row for row in material.of(ANALYSIS) if row["parameter"] == entry.name]
    powers = [row for row in rows if row["stat_name"] == "power" and row["stat_value"] is not None]
    if not powers:
        raise nothing(texts["title"], "no power of this design could be computed")
    options = json.loads(powers[0]["options"])
    axis = next(name for name in AXES if name in options)
    sizes = tuple(options["patients"])
    dense = [setting for setting in settings(_dense(entry), 0.95) if setting.stat == "power"]
    lines: dict[float | None, list[tuple[float, float]]] = {}
    for one in dense:
        lines.setdefault(_of(one, "control"), []).append(
            (present(_of(one, axis)), one.compute(sizes))
        )
    with drawing(7.2, 3.4) as figure:
        axes = figure.subplots()
        for at, (control, points) in enumerate(lines.items()):
            colour = COLOURS[at % len(COLOURS)] if len(lines) > 1 else INK
            name = "by formula" if control is None else f"reference {100 * control:g} %"
            x, y = np.array(sorted(points)).T
            axes.plot(x, y, color=colour, linestyle=LINES[at % len(LINES)], label=name)
            simulated = [each[:2] for each in _simulated(material, powers, axis, control)]
            x, y = np.array(simulated).reshape(-1, 2).T
            axes.plot(x, y, "o", color=colour, markersize=4)
        for level in getattr(entry, "power", ()):
            axes.axhline(level, color=FAINT, linewidth=0.8, linestyle="--")
        percent_axis(axes)
        axes.set_xlabel(AXES[axis])
        axes.set_ylabel("Power")
        axes.legend(frameon=False, fontsize=8)
    text = " and ".join(str(n) for n in sizes)
    caption = (
        f"{texts['title']}: power of {text} patients at level {options['alpha']:g}; lines are the "
        "formula, points simulated trials, dashed the wanted power. What is assumed is a grid of "
        "the plan, no result."
    )
    values = [
        (control, *point, "formula", "")
        for control, each in lines.items()
        for point in sorted(each)
    ] + [
        (control, *point, "simulated", result)
        for control in lines
        for *point, result in _simulated(material, powers, axis, control)
    ]
    alt = f"Curves of power, {len(lines)} line{'s' * (len(lines) > 1)}."
    return Picture(figure, caption, alt, Data(DATA, values))


def _of(setting: "Setting", name: str) -> float | None:
    value = setting.assumed.get(name)
    return value if isinstance(value, float | int) else None


def _dense(entry: "Design") -> "Design":
    """The entry with so many effects that they make a curve."""
    if isinstance(entry, TwoProportions):
        far = 0.005 if entry.better == "lower" else 0.995
        ends = [*entry.control, *entry.treated, far]
        return replace(entry, treated=_grid(min(ends), max(ends)))
    if isinstance(entry, TwoMeans):
        ends = [*entry.differences, 0.0]
        return replace(entry, differences=_grid(min(ends), max(ends)))
    if isinstance(entry, PairedMeans):
        top = max(entry.differences)
        return replace(entry, differences=_grid(top / POINTS, top))
    if isinstance(entry, EquivalenceOfMeans):
        # At a margin itself there is no power to show, but the level.
        step = (entry.upper - entry.lower) / POINTS
        return replace(entry, differences=_grid(entry.lower + step, entry.upper - step))
    if isinstance(entry, MannWhitney):
        ends = [*entry.superiorities, 0.5]
        return replace(entry, superiorities=_grid(min(ends), max(ends)))
    assert isinstance(entry, LogRank | Survival)
    ends = [*entry.hazard_ratios, 1.0]
    return replace(entry, hazard_ratios=_grid(min(ends), max(ends)))


def _grid(low: float, high: float) -> tuple[float, ...]:
    return tuple(float(x) for x in np.linspace(low, high, POINTS))


def _simulated(
    material: Material, powers: list[ResultRow], axis: str, control: float | None
) -> list[tuple[float, float, str]]:
    """(effect, share of simulated trials, result) of the grid of the plan."""
    found = []
    for row in powers:
        options = json.loads(row["options"])
        if options.get("control") != control:
            continue
        for check in material.tracer.checks.get(row["result_id"], ()):
            if check["component"] == "value" and check["recomputed"] is not None:
                found.append((float(options[axis]), check["recomputed"], row["result_id"]))
    return found
