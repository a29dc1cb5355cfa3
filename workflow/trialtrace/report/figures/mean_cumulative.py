"""Mean number of events a patient by time: curves by arm with Lawless and Nadeau's intervals."""

import numpy as np

from trialtrace.report.figures.along import results_along
from trialtrace.report.figures.at_risk import (
    POOLED,
    axis_unit,
    curves_data,
    drawn_steps,
    numbers,
    step_curve,
    time_axis,
    with_table,
)
from trialtrace.report.figures.canvas import LINES, colour_of, drawing, wrapped
from trialtrace.report.figures.picture import Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.stats.survival.recurrent import mean_cumulative

# Start, stop, event and subject of each interval of an arm.
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def draw(material: Material, inputs: Given) -> Picture:
    """Steps at the events; patients under observation at the times of the table below."""
    request = Request(material, inputs)
    arms = request.arms
    data = {arm: rows for arm in arms if len((rows := intervals(request, arm))[0])}
    if not data:
        raise request.nothing("no patient was at risk")
    if not any(event.any() for _, _, event, _ in data.values()):
        raise request.nothing("nobody had an event")
    along = results_along(request)
    curves = {arm: _curve(request, rows) for arm, rows in data.items()}
    top = max(float(np.nanmax(np.concatenate(curve[1:]))) for curve in curves.values())
    with drawing(7.2, 3.9 + 0.2 * len(arms)) as figure:
        axes, below = with_table(figure, len(arms))
        drawn = {}
        for at, (arm, (time, *heights)) in enumerate(curves.items()):
            style = {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
            _, stop, event, who = data[arm]
            events = stop[event == 1] / axis_unit(request), who[event == 1]
            places = drawn_steps(request, events, time, *(height / top for height in heights))
            label = material.arm_label(arm)
            drawn[label] = [places[0], *(place * top for place in places[1:])]
            step_curve(axes, drawn[label], 1.6, label=label, **style)
        axes.set_ylim(0, 1.05 * top)
        axes.set_ylabel(wrapped(f"{request.title}, mean number", 40))
        axes.legend(frameon=False, loc="upper left")
        seen = {arm: at_risk(rows, inputs["at"]) for arm, rows in data.items()}
        numbers(request, below, "Number at risk", seen)
        time_axis(request, axes)
        along.link_numbers(below, request, seen)
    caption = (
        f"{request.title}, {request.population}: mean number of events a patient "
        f"(Nelson and Aalen) with {request.level} intervals by Lawless and Nadeau on the "
        "logarithm's scale; numbers at risk below."
    )
    caption += "" if material.disclosure == "full" else POOLED
    alt = f"Mean cumulative functions for {request.arm_words(data)}."
    shown = curves_data(
        request, drawn, seen, "mean_number", results=along.at_risk, events=along.events
    )
    return Picture(figure, caption, alt, shown)


def intervals(request: Request, arm: str) -> Rows:
    """The intervals at risk of an arm."""
    rows = request.records(request.entry["endpoint"], AVAL="present", TRTP={"is": arm})
    start, stop = (rows.column(name).astype(float) for name in ("TSTART", "TSTOP"))
    event = (rows.column("CNSR") == 0).astype(float)
    return start, stop, event, rows.column("USUBJID").astype(str)


def at_risk(rows: Rows, at: list[float]) -> np.ndarray:
    """Patients at risk at each time: just after the start, at 0."""
    start, stop, *_ = rows
    return np.array([((start < t) & (t <= stop)).sum() if t else (start <= 0).sum() for t in at])


def _curve(request: Request, rows: Rows) -> list[np.ndarray]:
    """Times on the axis, mean and bounds at them, from 0 at the start; bounds at a mean of 0 are
    0."""
    _, stop, event, _ = rows
    times = np.concatenate([[0.0], np.unique(stop[event == 1]), [stop.max()]])
    found = mean_cumulative(
        *rows,
        times=times,
        interval="log",
        variance="robust",
        confidence=request.material.trial.plan.confidence,
    )
    heights = (np.nan_to_num(one) for one in (found.estimate, found.low, found.high))
    return [times / axis_unit(request), *heights]
