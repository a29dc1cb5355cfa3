"""Residuals of an analysis of variance of repeated measures against normal quantiles."""

import json
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from trialtrace.base.arrays import Floats, Labels
from trialtrace.base.words import number
from trialtrace.report.figures.canvas import (
    FAINT,
    MARKERS,
    colour_of,
    drawing,
    legend_below,
    panels,
    wrapped,
)
from trialtrace.report.figures.picture import SUBJECT, Data, Picture, arms_of, in_a_row, nothing
from trialtrace.report.material import Material
from trialtrace.run.tables.frames import Selection

DATA = ("visit", "arm", "normal_quantile", "residual", SUBJECT)
COLUMNS = 4


class Panel(NamedTuple):
    """The residuals of a visit in ascending order, with the normal quantiles of their ranks."""

    visit: str
    arm: Labels
    normal: Floats
    residual: Floats
    subject: Labels

    @property
    def likeness(self) -> float:
        """Correlation of the residuals with the quantiles: 1 where they are normal."""
        return float(np.corrcoef(self.normal, self.residual)[0, 1])


def draw(material: Material, texts: dict[str, str]) -> Picture:
    """A value less the mean of its arm or side at the visit, over the standard deviation there.

    The values are those that the F test rests on. A cell of which all values are equal has none.
    """
    selection = _analysed(material, texts)
    arms = arms_of(material)
    found = [panel for panel in _panels(material, texts, selection) if len(panel.residual) > 2]
    if not found:
        raise nothing(texts["title"], "no visit has residuals that differ")
    columns = min(len(found), COLUMNS)
    with drawing(7.2, 0.7 + 2.3 * -(-len(found) // columns)) as figure:
        grid = panels(figure, len(found), columns, sharex=True, sharey=True)
        far = max(float(np.abs([each.normal, each.residual]).max()) for each in found)
        for axes, panel in zip(grid, found, strict=True):
            axes.plot([-far, far], [-far, far], color=FAINT, linewidth=0.9)
            for at, arm in enumerate(arms):
                own = panel.arm == arm
                axes.plot(
                    panel.normal[own],
                    panel.residual[own],
                    MARKERS[at % len(MARKERS)],
                    color=colour_of(arms, arm),
                    markersize=3.5,
                    alpha=0.8,
                    label=material.arm_label(arm),
                )
            axes.set_title(f"{wrapped(panel.visit, 26)}\nr = {panel.likeness:.3f}", fontsize=9)
            axes.set_xlabel("Normal quantile")
        grid[0].set_ylabel("Residual, in SD")
        legend_below(figure, grid[0])
    caption = (
        f"{texts['title']}: what the analysis of variance leaves of each value, which is the value "
        "less the mean of its group at the visit, over the standard deviation there. Normal values "
        "lie on the line; r is their correlation with it. The picture decides nothing."
    )
    data = [
        (panel.visit, material.arm_label(str(arm)), float(x), float(y), str(who))
        for panel in found
        for arm, x, y, who in zip(
            panel.arm, panel.normal, panel.residual, panel.subject, strict=True
        )
    ]
    return Picture(figure, caption, _alt(found), Data(DATA, data))


def _analysed(material: Material, texts: dict[str, str]) -> Selection:
    """The rows that the first F test of the analysis rests on."""
    for row in material.of(texts["analysis"]):
        if row["stat_name"] != "f" or texts.get("parameter") not in (None, row["parameter"]):
            continue
        for member in material.tracer.members[row["result_id"]]:
            if member["role"] == "analysed":
                where = json.loads(member["predicate"])
                return material.tracer.frames.select(member["dataset"], where)
    raise nothing(texts["title"], "the analysis has no F")


def _panels(material: Material, texts: dict[str, str], selection: Selection) -> list[Panel]:
    """A panel a visit, in their order."""
    value = material.trial.plan.analyses[texts["analysis"]].value
    values = selection.column("AVAL" if value == "value" else "CHG").astype(float)
    if value == "percent_change":
        values = 100 * values / selection.column("BASE").astype(float)
    arm, visit = selection.column("TRTP").astype(str), selection.column("AVISIT").astype(str)
    numbers = selection.column("AVISITN").astype(float)
    who = selection.column("USUBJID").astype(str)
    place = selection.column("LOC").astype(str)
    cells = np.unique(np.array([arm, visit, place]), axis=1, return_inverse=True)[1].reshape(-1)
    size = np.bincount(cells)
    centred = values - (np.bincount(cells, values) / size)[cells]
    spread = np.sqrt(np.bincount(cells, centred**2) / np.maximum(size - 1, 1))
    varied = spread[cells] > 1e-12 * max(float(np.abs(values).max(initial=0.0)), 1e-300)
    panels = []
    for at in np.unique(numbers):
        own = np.flatnonzero((numbers == at) & varied)
        residual = centred[own] / spread[cells[own]]
        order = np.argsort(residual, kind="stable")
        normal = ndtri(_positions(len(own)))
        shown = own[order]
        if len(own):
            label = str(visit[own[0]])
            panels.append(Panel(label, arm[shown], normal, residual[order], who[shown]))
    return panels


def _positions(n: int) -> Floats:
    """Chances whose quantiles n values in order are held against, as in R's `ppoints`."""
    share = 3 / 8 if n <= 10 else 1 / 2
    positions = (np.arange(1, n + 1) - share) / (n + 1 - 2 * share)
    return positions.astype(np.float64)


def _alt(panels: list[Panel]) -> str:
    """What is to be seen: how far the ends lie from those of normal values, visit by visit."""
    told = [
        f"{panel.visit}, {len(panel.residual)} values from {number(float(panel.residual[0]))} to "
        f"{number(float(panel.residual[-1]))} standard deviations where normal ones would reach "
        f"±{number(float(panel.normal[-1]))}, correlation {panel.likeness:.3f}"
        for panel in panels
    ]
    return f"Residuals against normal quantiles: {in_a_row(told)}."
