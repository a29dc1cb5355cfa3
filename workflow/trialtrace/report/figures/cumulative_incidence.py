"""Cumulative incidence of an event while another may come first: curves by arm, by Aalen-Johansen.

The other event has a panel of its own.
"""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import percent
from trialtrace.report.figures.along import results_along, whose_events
from trialtrace.report.figures.at_risk import (
    POOLED,
    axis_unit,
    curves_data,
    drawn_steps,
    named_at_the_end,
    numbers,
    step_curve,
    time_axis,
    with_table,
)
from trialtrace.report.figures.canvas import LINES, colour_of, drawing, percent_axis, wrapped
from trialtrace.report.figures.picture import Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.stats.survival.competing_risks import cumulative_incidence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVENT, COMPETING = 1, 2
# Letters of a line of the name of an axis.
WIDTH = 34


def draw(material: Material, entry: Given) -> Picture:
    """CNSR 0 is the event, 2 the competing one, anything else censoring. The competing event has a
    panel of its own."""
    request = Request(material, entry)
    arms = request.arms
    data = {arm: causes(request, arm) for arm in arms}
    data = {arm: each for arm, each in data.items() if len(each[0])}
    if not data:
        raise request.nothing("no patient has a time")
    if not any((cause > 0).any() for _, cause in data.values()):
        raise request.nothing("nobody had an event")
    competing = any((cause == COMPETING).any() for _, cause in data.values())
    titles = {EVENT: request.title} | ({COMPETING: _other(request)} if competing else {})
    along = results_along(request)
    with drawing(7.2, 1.3 + 2.6 * len(titles) + 0.2 * len(arms)) as figure:
        *panels, below = with_table(figure, len(arms), len(titles))
        drawn: dict[str, list[np.ndarray]] = {}
        for axes, (of, title) in zip(panels, titles.items(), strict=True):
            ends = []
            for at, (arm, each) in enumerate(data.items()):
                style = {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
                places = _curve(axes, request, each, of, style)
                name = material.arm_label(arm)
                label = name if of == EVENT else f"{title}, {name}"
                drawn[label] = places
                if of == COMPETING and material.disclosure == "full":
                    along.events[label] = whose_events(request, arm, COMPETING)
                ends.append((name, float(places[1][-1]), colour_of(arms, arm)))
            percent_axis(axes)
            axes.set_ylim(0, 1.0)
            axes.set_ylabel(wrapped(title, WIDTH))
            named_at_the_end(axes, ends, 1.0)
        at_risk = {arm: _at_risk(time, entry["at"]) for arm, (time, _) in data.items()}
        numbers(request, below, "Number at risk", at_risk)
        time_axis(request, panels[-1])
        along.link(panels[0], request, {name: drawn[name] for name in along.curve if name in drawn})
        along.link_numbers(below, request, at_risk)
    numbers_of = curves_data(request, drawn, at_risk, results=along.at_risk, events=along.events)
    alt = _alt(request, titles[EVENT], drawn)
    return Picture(figure, _caption(request, competing), alt, numbers_of)


def causes(request: Request, arm: str) -> tuple[np.ndarray, np.ndarray]:
    """Times, and the cause of each: 1 the event, 2 the competing one, 0 censored."""
    rows = request.records(request.entry["endpoint"], AVAL="present", TRTP={"is": arm})
    censored = rows.column("CNSR")
    cause = np.where(censored == 0, EVENT, np.where(censored == 2, COMPETING, 0))
    return rows.column("AVAL").astype(float), cause


def _at_risk(time: np.ndarray, at: list[float]) -> np.ndarray:
    return time.size - np.searchsorted(np.sort(time), at, side="left")


def _curve(
    axes: "Axes",
    request: Request,
    each: tuple[np.ndarray, np.ndarray],
    of: int,
    style: Given,
) -> list[np.ndarray]:
    """Draws the incidence of one of the events in one arm with its interval; its places."""
    unit = axis_unit(request)
    last, days = each[0].max() / unit, each[0][each[1] == of] / unit
    events = days, np.arange(len(days))
    if not (each[1] == of).any():
        time, nobody = drawn_steps(request, events, np.array([0.0, last]), np.zeros(2))
        axes.plot(time, nobody, linewidth=1.8, clip_on=False, **style)
        return [time, nobody]
    confidence = request.material.trial.plan.confidence
    curve = cumulative_incidence(*each, of=of, confidence=confidence, variance="delta")
    time = np.concatenate([[0.0], curve.time / unit, [last]])
    steps = np.concatenate([[0.0], curve.incidence, curve.incidence[-1:]])
    low, high = (
        np.concatenate([[0.0], np.nan_to_num(bound), np.nan_to_num(bound[-1:])])
        for bound in (curve.low, curve.high)
    )
    places = drawn_steps(request, events, time, steps, low, high)
    step_curve(axes, places, 1.8, **style)
    return places


def _caption(request: Request, competing: bool) -> str:
    text = (
        f"{request.title}, {request.population}: cumulative incidence by Aalen and "
        f"Johansen with {request.level} intervals; numbers at risk below."
    )
    if competing:
        text += f" {_other(request)}, which competes with it, has a panel of its own."
    return text if request.material.disclosure == "full" else text + POOLED


def _other(request: Request) -> str:
    """What comes first for those without the event, by its labels."""
    competing = request.endpoint(request.entry["endpoint"]).entry.competing or ()
    known = request.material.trial.endpoints
    labels = [known[name].label for name in competing if name in known]
    return " or ".join(labels) or "The competing event"


def _alt(request: Request, title: str, drawn: dict[str, list[np.ndarray]]) -> str:
    """The share with the event by the end of the axis, by arm."""
    when = f"{round(max(request.entry['at']) / axis_unit(request), 1):g} {request.entry['unit']}"
    arms = [request.material.arm_label(arm) for arm in request.arms]
    shares = [f"{arm} {percent(float(drawn[arm][1][-1]))}%" for arm in arms if arm in drawn]
    return f"Cumulative incidence curves, {title} by {when}: {', '.join(shares)}."
