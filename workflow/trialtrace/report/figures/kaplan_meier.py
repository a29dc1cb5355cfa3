"""Kaplan-Meier curves by arm, with their intervals and the numbers at risk below."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import LABELS, percent, unit_text, upper_first
from trialtrace.report.figures.at_risk import (
    POOLED,
    above,
    axis_unit,
    curves_data,
    drawn_steps,
    lines_above,
    named_at_the_end,
    numbers,
    step_curve,
    time_axis,
    with_table,
)
from trialtrace.report.figures.canvas import INK, LINES, colour_of, drawing, percent_axis
from trialtrace.report.figures.make import home
from trialtrace.report.figures.picture import Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.report.tables import short_text
from trialtrace.stats.survival.kaplan_meier import KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A curve with more censored times has smaller and thinner marks.
MOST_MARKS = 40
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
    """Curves as steps with a mark at each censored time, and what the plan estimates of them."""
    request = Request(material, entry)
    arms, fine = request.arms, material.disclosure == "full"
    found = curves(request)
    if not found:
        raise request.nothing("no patient has a time")
    told = compared(material, home(material, entry), entry["endpoint"])
    with drawing(7.2, 3.9 + 0.2 * len(arms) + 0.16 * len(lines_above(told))) as figure:
        axes, below = with_table(figure, len(arms))
        drawn, ends = {}, []
        for at, (arm, curve) in enumerate(found.items()):
            style = {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
            label = material.arm_label(arm)
            drawn[label] = _places(request, curve)
            step_curve(axes, drawn[label], 1.6, label=label, **style)
            if fine:
                _censored(axes, axis_unit(request), max(entry["at"]), curve, drawn[label])
            ends.append((label, float(drawn[label][1][-1]), colour_of(arms, arm)))
        percent_axis(axes)
        axes.set_ylim(0, 1.02)
        axes.set_ylabel(request.title)
        named_at_the_end(axes, ends, 1.02)
        above(figure, told)
        at_risk = {arm: curve.n_at_risk(entry["at"]) for arm, curve in found.items()}
        numbers(request, below, "Number at risk", at_risk)
        time_axis(request, axes, below)
    caption = (
        f"{request.title}, {request.population}: Kaplan-Meier estimates with "
        f"{request.level} log-log intervals; {'marks are censored times, ' * fine}numbers "
        f"at risk below.{'' if fine else POOLED}"
    )
    alt = f"Kaplan-Meier curves for {request.arm_words(found)}; "
    alt += f"{_told(request, found)}. {' '.join(f'{one}.' for one in told)}".rstrip()
    return Picture(figure, caption, alt, curves_data(request, drawn, at_risk))


def _told(request: Request, kaplan_meiers: dict[str, KaplanMeier]) -> str:
    """The share without the event at the last time of the table, by arm."""
    at = max(request.entry["at"])
    shares = []
    for arm, curve in kaplan_meiers.items():
        steps = int(np.searchsorted(curve.time, at, side="right"))
        share = float(curve.survival[steps - 1]) if steps else 1.0
        shares.append(f"{request.material.arm_label(arm)} {percent(share)} %")
    when = f"{round(at / axis_unit(request), 1):g} {request.entry['unit']}"
    return f"without the event at {when}: {', '.join(shares)}"


def compared(material: Material, analysis: str, endpoint: str) -> list[str]:
    """What an analysis of an endpoint's times estimates of each pair of arms:
    "Hazard ratio against Placebo: Drug 0.60 (0.47 to 0.76)"."""
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
        what = f"{LABELS[row['stat_name']]} against {material.arm_label(row['reference'])}"
        estimate = f"{short_text(row)}{unit_text(row['stat_name'], row['unit'])}"
        arm = material.arm_label(row["comparison"])
        texts.setdefault(upper_first(what), []).append(f"{arm} {estimate}")
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
    return drawn_steps(request, events, time, *(np.concatenate([[1.0], each]) for each in heights))
