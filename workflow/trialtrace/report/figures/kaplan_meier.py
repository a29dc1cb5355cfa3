"""Kaplan-Meier curves by arm, with their intervals and the numbers at risk below."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import percent, upper_first
from trialtrace.report.figures.along import results_along
from trialtrace.report.figures.at_risk import (
    ABOVE,
    POOLED,
    axis_unit,
    curves_data,
    drawn_steps,
    named_at_the_end,
    numbers,
    step_curve,
    time_axis,
    with_tables,
)
from trialtrace.report.figures.canvas import INK, LINES, colour_of, drawing, percent_axis, wrapped
from trialtrace.report.figures.make import home
from trialtrace.report.figures.picture import Data, Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.report.sections.absolute import ADVICE, FEW_AT_RISK, period
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.tables import tight_text, unit_of
from trialtrace.stats.survival.kaplan_meier import KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A curve with more censored times has smaller and thinner marks.
MOST_MARKS = 40
# Letters of a line above one of several panels.
SIDE_BY_SIDE = 44
# What compares the curves of two arms.
SHOWN = ("hazard_ratio", "mean_time_difference", "mean_time_ratio", "survival_difference")


def curves(request: Request) -> dict[str, KaplanMeier]:
    """The curve of each arm, over the subjects of the population with a time; none without any."""
    found = {}
    for arm in request.arms:
        rows = request.records(request.entry["endpoint"], AVAL="present", TRTP={"is": arm})
        if rows.n:
            found[arm] = kaplan_meier(
                rows.column("AVAL"),
                rows.column("CNSR") == 0,
                confidence=request.material.trial.plan.confidence,
                interval="log_log",
            )
    return found


def draw(material: Material, entry: Given) -> Picture:
    """Curves as steps with a mark at each censored time, and what the plan estimates of them; of
    several endpoints a panel each, side by side."""
    whole = Request(material, entry)
    panels = [
        (one, found)
        for name in whole.names()
        if (found := curves(one := Request(material, entry | {"endpoint": name})))
    ]
    if not panels:
        raise whole.nothing("no patient has a time")
    arms, alone, fine = whole.arms, len(panels) == 1, material.disclosure == "full"
    letters = ABOVE if alone else SIDE_BY_SIDE
    told = [_compared_lines(one, letters) for one, _ in panels]
    high = 3.9 + 0.2 * len(arms) + 0.16 * max(map(len, told)) + (0 if alone else 0.2)
    with drawing(7.2 if alone else 1.4 + 3.3 * len(panels), high) as figure:
        data: list[Data] = []
        places = with_tables(figure, len(arms), len(panels))
        for (request, found), lines, (axes, below) in zip(panels, told, places, strict=True):
            first = not data
            data.append(_panel(request, found, axes, below, alone=alone))
            axes.set_ylabel(wrapped(whole.title, 40) if first else "")
            title = [] if alone else [wrapped(request.label, letters)]
            axes.set_title("\n".join([*title, *lines]), loc="left", fontsize=8)
    caption = (
        f"{whole.title}, {whole.population}: Kaplan-Meier estimates with "
        f"{whole.level} log-log intervals; {'marks are censored times, ' * fine}numbers "
        f"at risk below.{'' if fine else POOLED}{_few(panels)}"
    )
    alt = " ".join(_alt(request, found, alone=alone) for request, found in panels)
    single = len(whole.names()) == 1
    columns = data[0].columns if single else ("endpoint", *data[0].columns)
    rows = [
        tuple(row) if single else (request.label, *row)
        for (request, _), each in zip(panels, data, strict=True)
        for row in each.rows
    ]
    return Picture(figure, caption, alt, Data(columns, rows))


def _few(panels: list[tuple[Request, dict[str, KaplanMeier]]]) -> str:
    """From which time of the axis on fewer than a fifth of an arm are at risk in a panel."""
    request, _ = panels[0]
    few = [
        time
        for time in request.entry["at"]
        for _, of in panels
        for whole, n in (curve.n_at_risk([0.0, time]) for curve in of.values())
        if n < FEW_AT_RISK * whole
    ]
    if not few:
        return ""
    at = round(min(few) / axis_unit(request), 1)
    return (
        f" From {at:g} {request.entry['unit']} on fewer than a fifth of an arm are at risk, and "
        f"curves are uncertain ({ADVICE})."
    )


def _panel(
    request: Request, curves: dict[str, KaplanMeier], axes: "Axes", below: "Axes", *, alone: bool
) -> Data:
    """The curves of one endpoint with their numbers at risk, as links; what it shows."""
    material, arms, along = request.material, request.arms, results_along(request)
    drawn, ends = {}, []
    for at, (arm, curve) in enumerate(curves.items()):
        style = {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
        label = material.arm_label(arm)
        drawn[label] = _places(request, curve)
        step_curve(axes, drawn[label], 1.6, label=label, **style)
        if material.disclosure == "full":
            last = max(request.entry["at"])
            _censored(axes, axis_unit(request), last, curve, drawn[label])
        ends.append((label, float(drawn[label][1][-1]), colour_of(arms, arm)))
    percent_axis(axes)
    axes.set_ylim(0, 1.02)
    if alone:
        named_at_the_end(axes, ends, 1.02)
    at_risk = {arm: curve.n_at_risk(request.entry["at"]) for arm, curve in curves.items()}
    numbers(request, below, "Number at risk", at_risk)
    time_axis(request, axes)
    along.link(axes, request, drawn)
    along.link_numbers(below, request, at_risk)
    return curves_data(request, drawn, at_risk, results=along.at_risk, events=along.events)


def _compared_lines(request: Request, letters: int) -> list[str]:
    """What is estimated of each pair of arms, in lines of so many letters."""
    material, name = request.material, request.entry["endpoint"]
    texts = compared(material, home(material, request.entry), name)
    return [line for text in texts for line in _lines(text, letters)]


def _lines(text: str, letters: int) -> list[str]:
    """A text in lines of so many letters; one that takes several has a line an arm."""
    if len(text) <= letters:
        return [text]
    what, _, arms = text.partition(": ")
    parts = [f"{what}:", *arms.split("; ")]
    return [line for part in parts for line in wrapped(part, letters).split("\n")]


def _alt(request: Request, curves: dict[str, KaplanMeier], *, alone: bool) -> str:
    of = "" if alone else f" of {request.label}"
    words = f"Kaplan-Meier curves{of} for {request.arm_words(curves)}; {_ends(request, curves)}."
    name = request.entry["endpoint"]
    texts = compared(request.material, home(request.material, request.entry), name)
    return " ".join([words, *(f"{text}." for text in texts)])


def _ends(request: Request, kaplan_meiers: dict[str, KaplanMeier]) -> str:
    """The share without the event at the last time of the table, by arm."""
    at = max(request.entry["at"])
    shares = []
    for arm, curve in kaplan_meiers.items():
        steps = int(np.searchsorted(curve.time, at, side="right"))
        share = float(curve.survival[steps - 1]) if steps else 1.0
        shares.append(f"{request.material.arm_label(arm)} {percent(share)}%")
    when = f"{round(at / axis_unit(request), 1):g} {request.entry['unit']}"
    return f"without the event at {when}: {', '.join(shares)}"


def compared(material: Material, analysis: str, endpoint: str) -> list[str]:
    """What an analysis of an endpoint's times estimates of each pair of arms:
    "Hazard ratio (95% CI) against Placebo: Drug 0.60 (0.47 to 0.76)"."""
    rows = [
        row
        for row in material.of(analysis)
        if row["stat_name"] in SHOWN
        and row["comparison"]
        and row["stat_value"] is not None
        and row["stratum"] is None
        and row["visit"] is None
        and row["parameter"] == endpoint
    ]
    texts: dict[str, list[str]] = {}
    for row in rows:
        level = f" ({100 * row['ci_level']:g}% CI)" if row["ci_level"] is not None else ""
        what = effect_words(material.trial, row) + period(material, row, years=True)
        what += f"{level} against {material.arm_label(row['reference'])}"
        arm = material.arm_label(row["comparison"])
        texts.setdefault(upper_first(what), []).append(f"{arm} {tight_text(row)}{unit_of(row)}")
    return [f"{what}: {'; '.join(each)}" for what, each in texts.items()]


def _censored(
    axes: "Axes", unit: float, last: float, curve: KaplanMeier, places: list[np.ndarray]
) -> None:
    """A mark on the curve at each time with somebody censored, on the places of its steps, up to
    the last time of the axis; `unit` is how much of the time a unit of the axis is."""
    time, steps = places[0], places[1]
    at = curve.time[curve.n_censored > 0] / unit
    end = last / unit or float(time[-1])
    at = at[at <= end]
    heights = steps[np.searchsorted(time, at, side="right") - 1]
    size, width = (4.5, 0.6) if len(at) <= MOST_MARKS else (3.0, 0.3)
    axes.plot(at, heights, "|", color=INK, markersize=size, markeredgewidth=width, zorder=3)


def _places(request: Request, curve: KaplanMeier) -> list[np.ndarray]:
    """Time, survival and its bounds, from 1 at the start."""
    time = np.concatenate([[0.0], curve.time / axis_unit(request)])
    heights = (curve.survival, curve.low, curve.high)
    days = np.repeat(time[1:], curve.n_event.astype(int))
    events = days, np.arange(len(days))
    return drawn_steps(
        request, events, time, *(np.concatenate([[1.0], height]) for height in heights)
    )
