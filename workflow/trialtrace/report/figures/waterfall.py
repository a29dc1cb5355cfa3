"""The best change of every patient since the first visit as a bar, from worst to best by arm."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures.canvas import FAINT, colour_of, drawing, panels, wrapped
from trialtrace.report.figures.picture import (
    BEFORE,
    SUBJECT,
    Cell,
    Data,
    Given,
    Picture,
    Request,
    columns_as_rows,
)
from trialtrace.report.figures.spaghetti import courses
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Values at the first visit, the best after it, which visit that is, the change, and whose it is.
Changes = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def draw(material: Material, entry: Given) -> Picture:
    """Who has no value at the first visit, or none after it, has no bar."""
    request = Request(material, entry)
    name, arms = entry["endpoint"], request.arms
    found = {arm: _changes(request, name, arm) for arm in arms}
    if not any(len(each[3]) for each in found.values()):
        raise request.nothing("no patient has a value at both visits")
    percent = entry["change"] == "percent"
    unit = " (%)" if percent else request.unit(name)
    with drawing(7.2, 3.6) as figure:
        for axes, arm in zip(panels(figure, len(arms), len(arms), sharey=True), arms, strict=True):
            _panel(axes, found[arm][3], colour_of(arms, arm), entry.get("threshold"))
            n = len(found[arm][3])
            axes.set_title(f"{wrapped(material.arm_label(arm), 24)}, n = {n}", fontsize=9)
        figure.axes[0].set_ylabel(wrapped(f"{request.title}{unit}", 40))
    which = {"lower": "lowest", "higher": "highest"}[entry["better"]]
    caption = (
        f"{request.title}, {request.population}: a bar a patient, the {which} value after "
        f"“{entry['baseline']}” less the value then{', in percent of it' * percent}, sorted; "
        "patients without a value then or after it have no bar."
    )
    sign = -1 if entry["better"] == "lower" else 1
    told = [
        f"{material.arm_label(arm)} {int((sign * each[3] > 0).sum())} of {len(each[3])}"
        for arm, each in found.items()
    ]
    rows: list[tuple[Cell, ...]] = []
    for arm, (before, best, visit, change, who) in found.items():
        lines = np.arange(1, len(change) + 1, dtype=float)
        places = (each.tolist() for each in (lines, before, best, visit, change, who))
        rows += columns_as_rows([material.arm_label(arm)] * len(change), *places)
    data = Data(("arm", "line", BEFORE, "best", "visit", "change", SUBJECT), rows)
    alt = (
        f"Waterfall of the best change by arm; {entry['better']} than before in {', '.join(told)}."
    )
    return Picture(figure, caption, alt, data)


def _changes(request: Request, name: str, arm: str) -> Changes:
    """From the largest change in the worse direction to the best."""
    entry, visits = request.entry, np.array(request.visits(name), dtype=object)
    subject, values = courses(request, name, arm)
    first = visits.tolist().index(entry["baseline"])
    before, after = values[:, first], values[:, first + 1 :]
    lowest = entry["better"] == "lower"
    known = np.isfinite(before) & np.isfinite(after).any(axis=1)
    if entry["change"] == "percent":
        known &= before != 0
    before, after, who = before[known], after[known], np.array(subject, dtype=object)[known]
    filled = np.where(np.isfinite(after), after, np.inf if lowest else -np.inf)
    at = filled.argmin(axis=1) if lowest else filled.argmax(axis=1)
    best = filled[np.arange(len(at)), at]
    change = best - before
    if entry["change"] == "percent":
        change = 100 * change / np.abs(before)
    order = np.argsort(-change if lowest else change, kind="stable")
    return before[order], best[order], visits[first + 1 :][at][order], change[order], who[order]


def _panel(axes: "Axes", change: np.ndarray, colour: str, threshold: float | None) -> None:
    axes.bar(np.arange(len(change)), change, width=0.85, color=colour)
    # Who did not change has a bar that can be seen.
    still = np.flatnonzero(change == 0)
    axes.plot(still, np.zeros(len(still)), "_", color=colour, markersize=4)
    axes.axhline(0, color=FAINT, linewidth=0.9)
    if threshold is not None:
        axes.axhline(threshold, color=FAINT, linewidth=0.9, linestyle="--")
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
