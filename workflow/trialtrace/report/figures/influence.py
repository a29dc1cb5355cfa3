"""Dots: the primary estimates without each patient in turn."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.words import COUNTS, LABELS, OF_P_VALUES, SYMBOLS
from trialtrace.report.figures.canvas import COLOURS, FAINT, INK, drawing, panels, save, wrapped
from trialtrace.run.methods.analysing.influence import Primary, Varied

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trialtrace.run.trial.load import Trial

# More are no picture that can be read; the table has all.
MOST, WIDTH = 12, 44
# What goes with a number beside it, or is only counted.
LEFT_OUT = {*COUNTS, *SYMBOLS, *OF_P_VALUES}


def draw_influence(
    trial: "Trial", whole: Sequence[Primary], left: Sequence[Varied], place: Path
) -> None:
    """Write place.svg and place.png: a panel a result, a dot a patient, in the order of values.

    Counts, and what belongs to a test beside its p value, have none. The line is the result with
    every patient; a dot in the other colour crosses the decision level. A synthetic cohort is
    stamped across.
    """
    named = [
        primary for primary in whole if primary.value is not None and primary.stat not in LEFT_OUT
    ]
    shown = named[:MOST]
    columns = min(2, len(shown))
    with drawing(7.2, 0.6 + 2.4 * -(-len(shown) // max(columns, 1))) as figure:
        for axes, one in zip(panels(figure, len(shown), columns), shown, strict=True):
            _panel(axes, one, [each for each in left if each.result_id == one.result_id])
    save(figure, place.parent, place.stem, synthetic=trial.synthetic)


def _panel(axes: "Axes", whole: Primary, left: Sequence[Varied]) -> None:
    known = sorted((varied.value, varied.crosses) for varied in left if varied.value is not None)
    at = range(1, len(known) + 1)
    colours = [COLOURS[1] if crosses else COLOURS[0] for _, crosses in known]
    axes.scatter([value for value, _ in known], list(at), s=9, c=colours, linewidths=0)
    if whole.value is not None:
        axes.axvline(whole.value, color=INK, linewidth=0.9)
    if whole.decision_level is not None:
        axes.axvline(whole.decision_level, color=FAINT, linewidth=0.9, linestyle=(0, (5, 1.5)))
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(LABELS[whole.stat])
    axes.set_ylabel("patients, each left out")
    analysis, what = whole.result_id.split("/")[1:]
    parts = what.replace("@", " @").replace(";", " ;")
    axes.set_title(f"{analysis}\n{wrapped(parts, WIDTH)}", fontsize=7, loc="left")
