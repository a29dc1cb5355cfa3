"""Mean profile of a repeated endpoint: mean and interval at each visit, by arm."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.analyses.cuts import endpoint_visits
from trialtrace.display.figures.canvas import LINES, MARKERS, colour_of, drawing
from trialtrace.display.material import Material
from trialtrace.stats.means import describe, mean_interval
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def mean_profile(material: Material, given: dict[str, Any]) -> "Figure":
    """Every subject with a value at a visit counts there; intervals are Student's t."""
    trial = material.trial
    endpoint = trial.endpoints[given["endpoint"]]
    visits = endpoint_visits(trial.endpoints, endpoint)
    arms = list(trial.design.arms)
    with drawing(7.2, 3.4) as figure:
        axes = figure.subplots()
        for number, arm in enumerate(arms):
            shift = 0.06 * (number - (len(arms) - 1) / 2)
            points = np.array([_point(material, given, endpoint.code, arm, v) for v in visits])
            mean, low, high = points.T
            axes.errorbar(
                np.arange(len(visits)) + shift, mean, yerr=[mean - low, high - mean],
                color=colour_of(arms, arm), marker=MARKERS[number % len(MARKERS)],
                linestyle=LINES[number % len(LINES)],
                capsize=3, linewidth=1.5, label=material.arm_label(arm),
            )  # fmt: skip
        axes.set_xticks(range(len(visits)), visits)
        axes.set_ylabel(f"{given['title']}, mean")
        axes.margins(x=0.08)
        scale = endpoint.options.get("scale", {})
        if scale.get("from") == 0:
            axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        return figure


def _point(
    material: Material, given: dict[str, Any], code: str, arm: str, visit: str
) -> tuple[float, float, float]:
    flag = material.trial.populations[given["population"]].flag
    rows = material.tracer.frames.select(
        "bds",
        {"PARAMCD": {"is": code}, flag: {"is": "Y"}, "AVAL": "present", "TRTP": {"is": arm},
         "AVISIT": {"is": visit}},
    )  # fmt: skip
    values = rows.column("AVAL")
    if not len(values):
        return (np.nan, np.nan, np.nan)
    try:
        found = mean_interval(values, confidence=material.trial.plan.confidence)
    except StatsError:
        mean = describe(values).mean
        return (mean, mean, mean)
    return (found.estimate, found.low, found.high)
