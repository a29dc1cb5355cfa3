"""What curves over time share: the unit of the axis and the table of numbers beneath."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.analyses.words import lower_first
from trialtrace.display.figures.canvas import FAINT, colour_of
from trialtrace.display.figures.picture import arms_of
from trialtrace.display.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}


def with_table(figure: "Figure", arms: int) -> "tuple[Axes, Axes]":
    """Axes for the curves and, beneath, for a line of numbers an arm."""
    return tuple(figure.subplots(2, 1, sharex=True, height_ratios=[1, 0.06 + 0.07 * arms]))


def time_axis(material: Material, axes: "Axes", below: "Axes", given: dict[str, Any]) -> None:
    unit = DAYS[given["unit"]]
    axes.set_xlim(0, max(given["at"]) / unit or None)
    below.set_xlabel(since(material, given))


def since(material: Material, given: dict[str, Any]) -> str:
    """ "Months since randomisation", or since the date from which the endpoint's time runs."""
    trial = material.trial
    options = trial.endpoints[given["endpoint"]].options
    while "first_of" in options:
        options = trial.endpoints[options["first_of"][0]].options
    column = trial.subjects.variables.get(options.get("start", ""))
    label = "randomisation"
    if column is not None:
        label = trial.dictionary[trial.subjects.table][column].label
        label = lower_first(label.removeprefix("Date of "))
    return f"{given['unit'].capitalize()} since {label}"


def numbers(
    material: Material, axes: "Axes", title: str, given: dict[str, Any], counts: dict[str, Any]
) -> None:
    """A line of numbers an arm, at the times of the display; 0 for an arm without anybody."""
    arms, unit = arms_of(material), DAYS[given["unit"]]
    for height, arm in enumerate(reversed(arms)):
        at = counts.get(arm, np.zeros(len(given["at"])))
        for time, n in zip(given["at"], at, strict=True):
            axes.text(
                time / unit, height, str(int(n)), ha="center", va="center", fontsize=8,
                color=colour_of(arms, arm),
            )  # fmt: skip
    axes.set_yticks(range(len(arms)), [material.arm_label(arm) for arm in reversed(arms)])
    axes.set_ylim(-0.6, len(arms) - 0.2)
    axes.tick_params(axis="y", length=0, pad=14)
    axes.set_title(title, loc="left", fontsize=8, color=FAINT)
    axes.set_xticks([time / unit for time in given["at"]])
    axes.xaxis.set_major_formatter(lambda value, _: f"{round(value, 1):g}")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
