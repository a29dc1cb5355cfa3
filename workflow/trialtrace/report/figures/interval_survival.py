"""Event-free share where events are seen only at visits: Turnbull's estimate by arm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import percent
from trialtrace.report.figures.at_risk import PARTS, axis_unit, on_grid, rounded_up, time_words
from trialtrace.report.figures.behind import SUBJECTS, whose
from trialtrace.report.figures.canvas import LINES, colour_of, drawing, percent_axis, wrapped
from trialtrace.report.figures.picture import Cell, Data, Given, Picture, Request, columns_as_rows
from trialtrace.report.material import Material
from trialtrace.stats.survival.interval_censored import Turnbull, turnbull

HATCHES = ("//", "\\\\", "||")

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(material: Material, entry: Given) -> Picture:
    """Inside an interval of the estimate the curve can run anywhere: that is the shaded box, in
    which no line is drawn."""
    request = Request(material, entry)
    arms = request.arms
    turnbulls: dict[str, Turnbull] = {}
    # Of each innermost interval those whose own has it within.
    members: dict[str, list[list[str]]] = {}
    for arm in arms:
        where = {"AVALLO": "present", "TRTP": {"is": arm}}
        rows = request.records(entry["endpoint"], **where)
        if rows.n:
            right = rows.column("AVALHI").astype(float)
            left, right = (
                rows.column("AVALLO").astype(float),
                np.where(np.isnan(right), np.inf, right),
            )
            turnbulls[arm] = turnbull(left, right)
            members[arm] = [
                rows.column("USUBJID")[(left <= start) & (end <= right)].tolist()
                for start, end in zip(turnbulls[arm].left, turnbulls[arm].right, strict=True)
            ]
    if not turnbulls:
        raise request.nothing("no patient has an interval")
    last = max(
        [
            *entry["at"],
            *(e for fit in turnbulls.values() for e in fit.right[np.isfinite(fit.right)]),
        ]
    )
    unit = axis_unit(request)
    fine = material.disclosure == "full"
    last = (last if fine else rounded_up(last)) / unit
    lines: list[tuple[Cell, ...]] = []
    with drawing(7.2, 3.6) as figure:
        axes = figure.subplots()
        for at, (arm, fit) in enumerate(turnbulls.items()):
            style = {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
            hatch = HATCHES[at % len(HATCHES)]
            label = f"{material.arm_label(arm)} (n = {fit.n})"
            places = _places(fit, unit, last, fine)
            _draw(axes, places, style, label, hatch)
            names = (whose(request, one) for one in members[arm])
            lines += places.rows(material.arm_label(arm), names)
        percent_axis(axes)
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, last or None)
        axes.set_xticks([time / unit for time in entry["at"]])
        axes.xaxis.set_major_formatter(lambda value, _: f"{round(value, 1):g}")
        axes.set_ylabel(wrapped(request.title, 40))
        axes.set_xlabel(time_words(request))
        axes.legend(frameon=False, loc="lower left")
    caption = (
        f"{request.title}, {request.population}: Turnbull's estimate from events "
        "that lie between two visits. Within a box, between two examinations and hatched in the "
        "colour of its arm, the data do not say how the curve runs; an arm has a line alone where "
        "the estimate is one number, 100% before its first box. The shares have no interval."
    )
    caption += _after_the_last_step(material, turnbulls) if fine else ""
    alt = f"Interval-censored curves without the event for {request.arm_words(turnbulls)}."
    ends = [f"{end} ({entry['unit']})" for end in ("from", "to")]
    return Picture(
        figure, caption, alt, Data(("line", *ends, "share_before", "share_after", SUBJECTS), lines)
    )


def _after_the_last_step(material: Material, turnbulls: Mapping[str, Turnbull]) -> str:
    """How many had the event in the end, which a time before the last visits does not tell."""
    shares = [
        f"{material.arm_label(arm)} {percent(fit.mass[np.isfinite(fit.right)].sum())} %"
        for arm, fit in turnbulls.items()
    ]
    return f" The share with the event after the last step: {'; '.join(shares)}."


@dataclass(frozen=True)
class Places:
    """Ends of the innermost intervals (`right` infinite where nothing ends it) and the share
    without the event before and after each."""

    left: np.ndarray
    right: np.ndarray
    before: np.ndarray
    after: np.ndarray

    def rows(self, label: str, names: Iterable[str | None]) -> list[tuple[Cell, ...]]:
        """A line an interval, with the names of those who have it; one that nothing ends has no
        end."""
        right = np.where(np.isfinite(self.right), self.right, np.nan)
        places = (each.tolist() for each in (self.left, right, self.before, self.after))
        return columns_as_rows([label] * len(self.left), *places, names)


def _places(fit: Turnbull, unit: float, last: float, fine: bool) -> Places:
    """In the unit of the axis; on a grid where the ends would tell the days of patients' visits."""
    left, after = np.minimum(fit.left / unit, last), 1 - np.cumsum(fit.mass)
    right = fit.right / unit
    if not fine:
        left, after = on_grid(left, last, PARTS), on_grid(after, 1.0)
        right = np.where(np.isfinite(right), on_grid(right, last, PARTS), np.inf)
    return Places(left, right, np.concatenate([[1.0], after[:-1]]), after)


def _draw(axes: "Axes", at: Places, style: Given, label: str, hatch: str) -> None:
    shown = np.isfinite(at.right)
    left, right, before, after = (each[shown] for each in (at.left, at.right, at.before, at.after))
    # Flat between the innermost intervals, and broken within each.
    gap = np.full(len(left), np.nan)
    time = np.concatenate([[0.0], np.column_stack([left, gap, right]).ravel()])
    share = np.concatenate([[1.0], np.column_stack([before, gap, after]).ravel()])
    end = at.left[~shown][0] if (~shown).any() else time[-1]
    axes.plot(
        np.append(time, max(end, time[-1])),
        np.append(share, share[-1]),
        linewidth=1.7,
        label=label,
        **style,
    )
    for low, high, top, bottom in zip(left, right, before, after, strict=True):
        # Boxes of several arms may lie on one another, and an outline reads as a line of the curve.
        # Hatches are drawn apart: of one drawing all, a pattern of an SVG has the fill's own colour
        # behind them.
        face, edge = (style["color"], 0.13), (style["color"], 0.7)
        axes.fill_between([low, high], bottom, top, facecolor=face, linewidth=0)
        axes.fill_between(
            [low, high], bottom, top, facecolor="none", edgecolor=edge, hatch=hatch, linewidth=0
        )
