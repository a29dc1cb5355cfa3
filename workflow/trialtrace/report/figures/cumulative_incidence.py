"""Cumulative incidence of an event while another may come first: curves by arm, by Aalen-Johansen.

The other event is drawn from above, so that what lies between the curves is neither.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.ground.words import lower_first
from trialtrace.report.figures.at_risk import (
    DAYS,
    curves_data,
    drawn_steps,
    numbers,
    time_axis,
    with_table,
)
from trialtrace.report.figures.canvas import LINES, colour_of, drawing, percent_axis, wrapped
from trialtrace.report.figures.picture import (
    Picture,
    arm_words,
    arms_of,
    endpoint_of,
    level_words,
    nothing,
    population_words,
    records,
)
from trialtrace.report.material import Material
from trialtrace.stats.survival.competing_risks import CumulativeIncidence, cumulative_incidence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVENT, COMPETING = 1, 2
# Letters of a line of the legend.
WIDTH = 64


def draw(material: Material, given: dict[str, Any]) -> Picture:
    """CNSR 0 is the event, 2 the competing one, anything else censoring."""
    arms = arms_of(material)
    data = {arm: causes(material, given, arm) for arm in arms}
    data = {arm: each for arm, each in data.items() if len(each[0])}
    if not data:
        raise nothing(given["title"], "no patient has a time")
    if not any((cause > 0).any() for _, cause in data.values()):
        raise nothing(given["title"], "nobody had an event")
    competing = sum((cause == COMPETING).any() for _, cause in data.values())
    with drawing(7.2, 3.9 + 0.2 * len(arms) + 0.3 * competing) as figure:
        axes, below = with_table(figure, len(arms))
        styles = {
            arm: {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
            for at, arm in enumerate(data)
        }
        drawn: dict[str, list[np.ndarray]] = {}
        for line in (_arm, _competing):
            for arm, each in data.items():
                drawn |= line(axes, material, given, each, styles[arm], material.arm_label(arm))
        percent_axis(axes)
        axes.set_ylim(0, 1.0)
        axes.set_ylabel(given["title"])
        if competing:
            axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1.01))
        else:
            axes.legend(frameon=False, loc="best")
        at_risk = {arm: _at_risk(time, given["at"]) for arm, (time, _) in data.items()}
        numbers(material, below, "Number at risk", given, at_risk)
        time_axis(material, axes, below, given)
    numbers_of = curves_data(material, given, drawn, at_risk)
    return Picture(figure, _caption(material, given, data), _alt(material, data), numbers_of)


def causes(material: Material, given: dict[str, Any], arm: str) -> tuple[np.ndarray, np.ndarray]:
    """Times, and the cause of each: 1 the event, 2 the competing one, 0 censored."""
    rows = records(material, given, given["endpoint"], AVAL="present", TRTP={"is": arm})
    censored = rows.column("CNSR")
    cause = np.where(censored == 0, EVENT, np.where(censored == 2, COMPETING, 0))
    return rows.column("AVAL").astype(float), cause


def _at_risk(time: np.ndarray, at: list[float]) -> np.ndarray:
    return time.size - np.searchsorted(np.sort(time), at, side="left")


def _curve(
    material: Material, each: tuple[np.ndarray, np.ndarray], of: int
) -> CumulativeIncidence | None:
    if not (each[1] == of).any():
        return None
    confidence = material.trial.plan.confidence
    return cumulative_incidence(*each, of=of, confidence=confidence, variance="delta")


def _arm(
    axes: "Axes",
    material: Material,
    given: dict[str, Any],
    each: tuple,
    style: dict[str, Any],
    label: str,
) -> dict[str, list[np.ndarray]]:
    unit = DAYS[given["unit"]]
    last = each[0].max() / unit
    curve = _curve(material, each, EVENT)
    if curve is None:
        time, nobody = drawn_steps(material, given, np.array([0.0, last]), np.zeros(2))
        axes.plot(time, nobody, linewidth=1.8, label=label, clip_on=False, **style)
        return {label: [time, nobody]}
    time = np.concatenate([[0.0], curve.time / unit, [last]])
    steps = np.concatenate([[0.0], curve.incidence, curve.incidence[-1:]])
    low, high = (
        np.concatenate([[0.0], np.nan_to_num(bound), np.nan_to_num(bound[-1:])])
        for bound in (curve.low, curve.high)
    )
    time, steps, low, high = drawn_steps(material, given, time, steps, low, high)
    axes.step(time, steps, where="post", linewidth=1.8, label=label, **style)
    axes.fill_between(time, low, high, step="post", color=style["color"], alpha=0.10, linewidth=0)
    return {label: [time, steps, low, high]}


def _competing(
    axes: "Axes",
    material: Material,
    given: dict[str, Any],
    each: tuple,
    style: dict[str, Any],
    label: str,
) -> dict[str, list[np.ndarray]]:
    """The other event as a thin line from above, named in the legend."""
    other = _curve(material, each, COMPETING)
    if other is None:
        return {}
    unit = DAYS[given["unit"]]
    time = np.concatenate([[0.0], other.time / unit, [each[0].max() / unit]])
    steps = 1 - np.concatenate([[0.0], other.incidence, other.incidence[-1:]])
    time, steps = drawn_steps(material, given, time, steps)
    told = wrapped(f"From the top: {lower_first(_other(material, given))}, {label}", WIDTH)
    axes.step(time, steps, where="post", linewidth=0.9, alpha=0.8, label=told, **style)
    return {told.replace("\n", " "): [time, steps]}


def _caption(material: Material, given: dict[str, Any], data: dict[str, Any]) -> str:
    text = (
        f"{given['title']}, {population_words(material, given)}: cumulative incidence by Aalen and "
        f"Johansen with {level_words(material)} intervals; numbers at risk below."
    )
    if any((cause == COMPETING).any() for _, cause in data.values()):
        text += f" {_other(material, given)} (thin lines) is counted from above."
    return text


def _other(material: Material, given: dict[str, Any]) -> str:
    """What comes first for those without the event, by its labels."""
    competing = endpoint_of(material, given["endpoint"]).entry.competing or ()
    known = material.trial.endpoints
    labels = [known[name].label for name in competing if name in known]
    return " or ".join(labels) or "The competing event"


def _alt(material: Material, data: dict[str, Any]) -> str:
    return f"Cumulative incidence curves for {arm_words(material, list(data))}."
