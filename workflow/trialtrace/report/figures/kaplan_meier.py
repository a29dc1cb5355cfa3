"""Kaplan-Meier curves by arm, with their intervals and the numbers at risk below."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.ground.words import percent
from trialtrace.report.figures.at_risk import (
    DAYS,
    Given,
    curves_data,
    drawn_steps,
    numbers,
    time_axis,
    with_table,
)
from trialtrace.report.figures.canvas import LINES, colour_of, drawing, percent_axis
from trialtrace.report.figures.picture import (
    Picture,
    arm_words,
    arms_of,
    level_words,
    nothing,
    population_words,
    records,
)
from trialtrace.report.material import Material
from trialtrace.stats.survival.kaplan_meier import KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curves(material: Material, given: dict[str, Any]) -> dict[str, KaplanMeier]:
    """The curve of each arm, over the subjects of the population with a time; none without any."""
    found = {}
    for arm in arms_of(material):
        rows = records(material, given, given["endpoint"], AVAL="present", TRTP={"is": arm})
        if rows.n:
            found[arm] = kaplan_meier(
                rows.column("AVAL"),
                rows.column("CNSR") == 0,
                confidence=material.trial.plan.confidence,
                interval="log_log",
            )
    return found


def draw(material: Material, given: dict[str, Any]) -> Picture:
    """Curves as steps; ticks mark no censoring, since at these sizes they would hide the curve."""
    arms = arms_of(material)
    found = curves(material, given)
    if not found:
        raise nothing(given["title"], "no patient has a time")
    with drawing(7.2, 3.9 + 0.2 * len(arms)) as figure:
        axes, below = with_table(figure, len(arms))
        drawn = {}
        for at, (arm, curve) in enumerate(found.items()):
            style = {"color": colour_of(arms, arm), "linestyle": LINES[at % len(LINES)]}
            label = material.arm_label(arm)
            drawn[label] = _places(material, given, curve)
            _draw(axes, drawn[label], style, label)
        percent_axis(axes)
        axes.set_ylim(0, 1.02)
        axes.set_ylabel(given["title"])
        axes.legend(frameon=False, loc="lower left")
        at_risk = {arm: curve.n_at_risk(given["at"]) for arm, curve in found.items()}
        numbers(material, below, "Number at risk", given, at_risk)
        time_axis(material, axes, below, given)
    caption = (
        f"{given['title']}, {population_words(material, given)}: Kaplan-Meier estimates with "
        f"{level_words(material)} log-log intervals; numbers at risk below."
    )
    alt = f"Kaplan-Meier curves for {arm_words(material, list(found))}; "
    alt += f"{_told(material, given, found)}."
    return Picture(figure, caption, alt, curves_data(material, given, drawn, at_risk))


def _told(material: Material, given: Given, found: dict[str, KaplanMeier]) -> str:
    """The share without the event at the last time of the table, by arm."""
    at = max(given["at"])
    shares = []
    for arm, curve in found.items():
        steps = int(np.searchsorted(curve.time, at, side="right"))
        share = float(curve.survival[steps - 1]) if steps else 1.0
        shares.append(f"{material.arm_label(arm)} {percent(share)} %")
    return f"without the event at {at:g} days: {', '.join(shares)}"


def _places(material: Material, given: dict[str, Any], curve: KaplanMeier) -> list[np.ndarray]:
    """Time, survival and its bounds, from 1 at the start."""
    time = np.concatenate([[0.0], curve.time / DAYS[given["unit"]]])
    heights = (curve.survival, curve.low, curve.high)
    return drawn_steps(material, given, time, *(np.concatenate([[1.0], each]) for each in heights))


def _draw(axes: "Axes", places: list[np.ndarray], style: dict[str, Any], label: str) -> None:
    time, steps, low, high = places
    axes.step(time, steps, where="post", linewidth=1.6, label=label, **style)
    axes.fill_between(time, low, high, step="post", color=style["color"], alpha=0.10, linewidth=0)
