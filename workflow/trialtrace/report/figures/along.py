"""What stands behind the curves of a figure: the results along them and at their numbers at risk,
and, where single patients may be shown, whose events make each step."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures.at_risk import axis_unit
from trialtrace.report.figures.canvas import field as linked_field
from trialtrace.report.figures.canvas import field_to, lead_to
from trialtrace.report.figures.make import asked, home
from trialtrace.report.figures.picture import Request
from trialtrace.report.links import figure_page
from trialtrace.report.sections.event_words import without_event
from trialtrace.report.tables import tight_text
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.short_id import short_id

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What an analysis tells of an arm at a time of its curve, and of its whole time.
AT_TIMES, WHOLE = ("survival", "incidence"), "events.count"
# Points of a curve that can be hit.
BREADTH = 9


@dataclass(frozen=True)
class Along:
    """By the label of an arm: its results by time, the last of them of the whole curve; those of
    its numbers at risk by time; and who had an event at each place of the axis."""

    curve: dict[str, list[tuple[float, ResultRow]]] = field(default_factory=dict)
    at_risk: dict[str, dict[float, ResultRow]] = field(default_factory=dict)
    events: dict[str, dict[float, str]] = field(default_factory=dict)

    def link(self, axes: "Axes", request: Request, places: Mapping[str, Sequence]) -> None:
        """Lay a link over each curve, up to each of its results, and from the last to its end."""
        unit = axis_unit(request)
        for label, (time, steps, *_) in places.items():
            start = 0.0
            for end, row in self.curve.get(label, ()):
                to = min(end / unit, time[-1])
                inside = (time > start) & (time < to)
                heights = [steps[np.searchsorted(time, x, side="right") - 1] for x in (start, to)]
                x = np.concatenate([[start], time[inside], [to]])
                y = np.concatenate([heights[:1], steps[inside], heights[1:]])
                (way,) = axes.step(x, y, where="post", linewidth=BREADTH, alpha=0, zorder=40)
                lead_to(way, (row["result_id"], f"{label}, {_words(request, row)}"))
                start = to

    def link_numbers(self, axes: "Axes", request: Request, arms_shown: Container[str]) -> None:
        """Lay a link over each number at risk of the arms that have a curve: to the result that it
        is, or to what the page of the figure says of it."""
        arms, unit, name = request.arms, axis_unit(request), name_of(request)
        for height, arm in enumerate(reversed(arms)):
            if arm not in arms_shown:
                continue
            label = request.material.arm_label(arm)
            known = self.at_risk.get(label, {})
            for at, time in enumerate(request.entry["at"]):
                half = 0.03 * max(request.entry["at"]) / unit
                across = time / unit - half, time / unit + half
                ends = height - 0.45, height + 0.45
                if row := known.get(time):
                    words = f"{label}, {_words(request, row)}"
                    linked_field(axes, across, ends, (row["result_id"], words))
                elif name:
                    anchor = at_risk_anchor(request.entry["endpoint"], label, at)
                    place = f"{figure_page(name)}#{anchor}"
                    words = f"{label}, at risk at {when(request, time)}"
                    field_to(axes, across, ends, (place, words))


def name_of(request: Request) -> str:
    """The name of a figure, of which a request may be a panel; "" where the plan asks for none."""
    endpoint = {"endpoint": request.entry["endpoint"]}
    return next(
        (name for _, name, given in asked(request.material) if given | endpoint == request.entry),
        "",
    )


def at_risk_anchor(endpoint: str, label: str, at: int) -> str:
    """The place of a number at risk, of an arm's label at one of the times, on the page of its
    figure (pages/at_risk_page.py)."""
    return short_id(f"{endpoint}/{label}/{at}")


def results_along(request: Request) -> Along:
    """The results of the analysis beside which a curve stands, of its endpoint by arm."""
    material, name = request.material, request.entry["endpoint"]
    rows = [
        row
        for row in material.of(home(material, request.entry))
        if row["parameter"] in (None, name)
        and row["comparison"] is None
        and row["stratum"] is None
        and row["group1_level"] in request.arms
    ]
    found = Along()
    for row in rows:
        label = material.arm_label(row["group1_level"])
        at = float(present(row["group2_level"])) if row["group2"] == "time" else inf
        if (row["stat_name"] in AT_TIMES and at < inf) or row["method"] == WHOLE:
            found.curve.setdefault(label, []).append((at, row))
        if row["stat_name"] == "at_risk" and at in request.entry["at"]:
            found.at_risk.setdefault(label, {})[at] = row
    for each in found.curve.values():
        each.sort(key=lambda pair: pair[0])
    if material.disclosure == "full":
        for arm in request.arms:
            found.events[material.arm_label(arm)] = whose_events(request, arm)
    return found


def whose_events(request: Request, arm: str, how: int = 0) -> dict[float, str]:
    """Who of an arm had the event at each place of the axis, or ended otherwise, by CNSR."""
    name, unit = request.entry["endpoint"], axis_unit(request)
    events = request.records(name, AVAL="present", TRTP={"is": arm}, CNSR={"is": how})
    at_place: dict[float, str] = {}
    for time, subject in zip(events.column("AVAL").tolist(), events.column("USUBJID"), strict=True):
        before = at_place.get(time / unit)
        at_place[time / unit] = f"{before}; {subject}" if before else str(subject)
    return at_place


def _words(request: Request, row: ResultRow) -> str:
    """ "at risk at 365 days: 252", "events: 119 of 304"."""
    shown, label = tight_text(row), row["stat_label"]
    if row["stat_name"] == "survival":
        label = without_event(request.material.trial, row["parameter"])
    if row["group2"] == "time":
        return f"{label} at {when(request, float(present(row['group2_level'])))}: {shown}"
    return f"{label}: {shown} of {row['denominator']}"


def when(request: Request, time: float) -> str:
    """ "2 years": a time in the unit of the axis."""
    shown = round(time / axis_unit(request), 1)
    unit = request.entry["unit"].removesuffix("s" if shown == 1 else "")
    return f"{shown:g} {unit}"
