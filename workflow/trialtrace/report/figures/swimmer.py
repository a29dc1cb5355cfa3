"""Cycles of each patient as bars on a line: full dose, reduced, left out; gaps are delays."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.report.figures.canvas import INK, PALE, colour_of, drawing, wrapped
from trialtrace.report.figures.clean_rows import CleanRows, clean_rows
from trialtrace.report.figures.picture import (
    SUBJECT,
    Cell,
    Data,
    Given,
    Picture,
    Request,
    columns_as_rows,
)
from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import present

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trialtrace.run.endpoints.kinds.dose_intensity import DoseIntensity

FULL, REDUCED, OMITTED = "full dose", "reduced", "not given"
REDUCED_COLOUR, OMITTED_COLOUR = "#F0E442", "#1d2733"
# A dose is reduced where it is below the plan by more than rounding.
WHOLE = 0.995
DAYS_SHOWN = 6.0


def draw(material: Material, entry: Given) -> Picture:
    """A line a patient, by arm and length; a drug of a cycle is a mark of its own."""
    request = Request(material, entry)
    doses: DoseIntensity = request.endpoint(entry["endpoint"]).entry
    rows = clean_rows(material, entry)
    share = _share(rows, doses)
    day = since_first(rows, doses.date, _planned(rows, share, entry))
    known = ~np.isnan(day) & ~np.isnan(share)
    if not known.any():
        raise request.nothing("no cycle has a date and doses")
    arms = request.arms
    rows, day, share = rows.chosen(known), day[known], share[known]
    by_arm = {arm: rows.arm == arm for arm in (*arms, ALL) if (rows.arm == arm).any()}
    sizes = [len(np.unique(rows.subject[own])) for own in by_arm.values()]
    with drawing(7.2, 1.4 + min(7.5, 0.06 * sum(sizes) + 0.25 * len(sizes))) as figure:
        every = figure.subplots(len(by_arm), 1, sharex=True, squeeze=False, height_ratios=sizes)
        marks: list[tuple[Cell, ...]] = []
        for axes, (arm, own) in zip(every[:, 0], by_arm.items(), strict=True):
            line = _panel(axes, rows.subject[own], day[own], share[own], colour_of(arms, arm))
            label = material.arm_label(arm)
            axes.set_ylabel(wrapped(f"{label} (n = {line.max() + 1})", 18))
            places = (line + 1.0, day[own], share[own], rows.subject[own])
            marks += columns_as_rows([label] * len(line), *(place.tolist() for place in places))
        every[-1, 0].set_xlabel("Days since the first cycle")
        figure.legend(handles=_legend(), loc="outside lower center", ncols=3, frameon=False)
    caption = (
        f"{request.title}, {request.population}: a line a patient, a mark a cycle; "
        "full dose in the colour of the arm, reduced doses in yellow, cycles not given in black"
        f"{' at their planned day' if 'planned_date' in entry else ''}."
    )
    data = Data(("arm", "line", "day", "share_of_planned_dose", SUBJECT), marks)
    return Picture(figure, caption, f"Cycles of {sum(sizes)} patients, a line each.", data)


def _planned(rows: CleanRows, share: np.ndarray, entry: Given) -> np.ndarray | None:
    """The planned day of cycles that were not given, which have no other."""
    if "planned_date" not in entry:
        return None
    return np.where(share <= 0, rows.numbers(entry["planned_date"]), np.nan)


def since_first(rows: CleanRows, column: str, instead: np.ndarray | None = None) -> np.ndarray:
    """Days from each patient's first date; a row without one has `instead`, or NaN."""
    day = rows.numbers(column)
    if instead is not None:
        day = np.where(np.isnan(day), instead, day)
    patients, line = np.unique(rows.subject, return_inverse=True)
    first = np.full(len(patients), np.inf)
    np.fmin.at(first, line, day)
    return day - first[line]


def _share(rows: CleanRows, doses: "DoseIntensity") -> np.ndarray:
    """Delivered of planned dose, NaN without a planned one; caps are highest planned doses."""
    planned, delivered = rows.numbers(doses.planned), rows.numbers(doses.delivered)
    for drug, cap in (doses.caps or {}).items():
        capped = rows.met({present(doses.drug): {"is": drug}}) & (planned > cap)
        planned = np.where(capped, cap, planned)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(planned > 0, delivered / planned, np.nan)


def _panel(
    axes: "Axes", subject: np.ndarray, day: np.ndarray, share: np.ndarray, colour: str
) -> np.ndarray:
    """Draw the marks; returns the line of each, from 0."""
    patients, line = np.unique(subject, return_inverse=True)
    last = np.zeros(len(patients))
    np.maximum.at(last, line, day)
    rank = np.empty(len(patients), dtype=int)
    rank[np.argsort(-last, kind="stable")] = np.arange(len(patients))
    place = rank[line]
    axes.hlines(rank, 0, last, color=PALE, linewidth=0.8, zorder=1)
    for kind, mask in kinds(share).items():
        shade = {FULL: colour, REDUCED: REDUCED_COLOUR, OMITTED: OMITTED_COLOUR}[kind]
        _marks(axes, place[mask], day[mask], shade)
    axes.set_ylim(len(patients) - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xlim(left=-2)
    axes.spines["left"].set_visible(False)
    return place


def _marks(axes: "Axes", place: np.ndarray, day: np.ndarray, shade: str) -> None:
    """Bars of one colour as one artist: a trial has thousands of them."""
    from matplotlib.collections import PolyCollection

    x, y = np.array([0, DAYS_SHOWN, DAYS_SHOWN, 0]), np.array([-0.41, -0.41, 0.41, 0.41])
    corners = np.stack([day[:, None] + x, place[:, None] + y], axis=-1)
    axes.add_collection(PolyCollection(list(corners), facecolors=shade, linewidths=0, zorder=2))


def kinds(share: np.ndarray) -> dict[str, np.ndarray]:
    """Which cycles had the full dose, less, or none."""
    return {
        FULL: share >= WHOLE,
        REDUCED: (share > 0) & (share < WHOLE),
        OMITTED: share <= 0,
    }


def _legend() -> list[Any]:
    from matplotlib.patches import Patch

    return [
        Patch(facecolor="#6b7785", label=f"{FULL} (colour of the arm)"),
        Patch(facecolor=REDUCED_COLOUR, label=REDUCED),
        Patch(facecolor=OMITTED_COLOUR, edgecolor=INK, label=OMITTED),
    ]
