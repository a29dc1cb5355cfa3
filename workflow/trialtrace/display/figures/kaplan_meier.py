"""Kaplan-Meier curves by arm, with their intervals and the numbers at risk below."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.display.figures.canvas import FAINT, LINES, colour_of, drawing
from trialtrace.display.material import Material
from trialtrace.stats.survival import KaplanMeier, kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}


def curves(material: Material, given: dict[str, Any]) -> dict[str, KaplanMeier]:
    """The curve of each arm, over the subjects of the population with a time; none without any."""
    trial = material.trial
    endpoint = trial.endpoints[given["endpoint"]]
    flag = trial.populations[given["population"]].flag
    found = {}
    for arm in trial.design.arms:
        rows = material.tracer.frames.select(
            "adtte",
            {"PARAMCD": {"is": endpoint.code}, flag: {"is": "Y"}, "AVAL": "present",
             "TRTP": {"is": arm}},
        )  # fmt: skip
        if rows.n:
            found[arm] = kaplan_meier(
                rows.column("AVAL"), rows.column("CNSR") == 0,
                confidence=trial.plan.confidence, interval="log_log",
            )  # fmt: skip
    return found


def kaplan_meier_figure(material: Material, given: dict[str, Any]) -> "Figure":
    """Curves as steps; ticks mark no censoring, since at these sizes they would hide the curve."""
    arms = list(material.trial.design.arms)
    found = curves(material, given)
    unit = DAYS[given["unit"]]
    last = max(given["at"]) / unit
    with drawing(7.2, 3.9 + 0.2 * len(arms)) as figure:
        axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 0.06 + 0.07 * len(arms)])
        for arm, curve in found.items():
            _draw(axes, curve, unit, colour_of(arms, arm), LINES[arms.index(arm) % len(LINES)],
                  material.arm_label(arm))  # fmt: skip
        axes.set_xlim(0, last or None)
        axes.set_ylim(0, 1.02)
        axes.set_yticks(np.arange(0, 1.01, 0.2), [f"{p} %" for p in range(0, 101, 20)])
        axes.set_ylabel(given["title"])
        if found:
            axes.legend(frameon=False, loc="lower left")
        _numbers(material, below, found, given["at"], unit)
        below.set_xlabel(f"{given['unit'].capitalize()} since randomisation")
        return figure


def _draw(
    axes: "Axes", curve: KaplanMeier, unit: float, colour: str, line: Any, label: str
) -> None:
    time = np.concatenate([[0.0], curve.time / unit])
    axes.step(
        time, np.concatenate([[1.0], curve.survival]), where="post",
        color=colour, linestyle=line, linewidth=1.6, label=label,
    )  # fmt: skip
    low, high = (np.concatenate([[1.0], bound]) for bound in (curve.low, curve.high))
    axes.fill_between(time, low, high, step="post", color=colour, alpha=0.10, linewidth=0)


def _numbers(
    material: Material, axes: "Axes", found: dict[str, KaplanMeier], at: list[float], unit: float
) -> None:
    arms = list(material.trial.design.arms)
    for height, arm in enumerate(reversed(arms)):
        at_risk = found[arm].n_at_risk(at) if arm in found else [0] * len(at)
        for time, n in zip(at, at_risk, strict=True):
            axes.text(
                time / unit, height, str(int(n)), ha="center", va="center", fontsize=8,
                color=colour_of(arms, arm),
            )  # fmt: skip
    axes.set_yticks(range(len(arms)), [material.arm_label(arm) for arm in reversed(arms)])
    axes.set_ylim(-0.6, len(arms) - 0.2)
    axes.tick_params(axis="y", length=0, pad=14)
    axes.set_title("Number at risk", loc="left", fontsize=8, color=FAINT)
    axes.set_xticks([time / unit for time in at])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
