"""Ordinal categories as stacked bars: the share of each at every visit, a panel an arm."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.words import MINUS, number
from trialtrace.report.figures.behind import SUBJECTS, result_at, whose
from trialtrace.report.figures.canvas import drawing, panels, percent_axis, shades, wrapped
from trialtrace.report.figures.picture import Cell, Data, Given, Picture, Request
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MISSING = "missing"
HATCH, EDGE_OF_MISSING = "////", "#9aa5b1"
MOST_CATEGORIES = 12
Counts = dict[tuple[str, str], dict[str, int]]
# The patients themselves, of each of whom a record is counted.
Categories = dict[tuple[str, str], dict[str, list[str]]]


def draw(material: Material, entry: Given) -> Picture:
    """Categories are the bands of the display, else the values that occur, by their text."""
    request = Request(material, entry)
    name = entry["endpoint"]
    found, order = _counted(request, name)
    counts = {at: {label: len(who) for label, who in of.items()} for at, of in found.items()}
    if not order:
        raise request.nothing("no patient has a value")
    if len(order) > MOST_CATEGORIES:
        why = f"its {len(order)} values are too many to tell apart; `bands` can group them"
        raise request.nothing(why)
    missing = "; patients without a value are left out"
    if entry["missing"] == "shown":
        some = any(MISSING in group for group in counts.values())
        missing = "; patients without a value have a category of their own" * some
    caption = (
        f"{request.title}, {request.population}: share of patients in each "
        f"category{missing}. Above the bars: number of patients."
    )
    text = ", ".join(order)
    alt = f"Stacked bars of the categories {text}, by arm and visit."
    rows = [
        _line(request, at, category, who)
        for at, of in found.items()
        for category, who in of.items()
    ]
    data = Data(("result", "arm", "visit", "category", "n", SUBJECTS), rows)
    return Picture(_figure(request, counts, order), caption, alt, data)


def _line(request: Request, at: tuple[str, str], category: str, who: list[str]) -> tuple[Cell, ...]:
    """A category of a bar: the result that its count is, its place, and who is in it."""
    (arm, visit), n = at, len(who)
    where = {"group1_level": arm, "visit": visit or None, "group2_level": category}
    result = result_at(request, request.entry["endpoint"], "count", n, **where)
    return result, request.material.arm_label(arm), visit, category, float(n), whose(request, who)


def _counted(request: Request, name: str) -> tuple[Categories, list[str]]:
    """Patients by (arm, visit) and category, and the categories that occur, in order."""
    visits = request.visits(name) or [""]
    patients: Categories = {}
    found: dict[str, float] = {}
    # Grades that are no numbers (4-, 4+) are shown as they were written.
    grades = request.endpoint(name).entry.value_codes
    codes = {value: code.replace("-", MINUS) for code, value in grades.items()}
    for arm in request.arms:
        for visit in visits:
            at = {"AVISIT": {"is": visit}} if visit else {}
            rows = request.records(name, TRTP={"is": arm}, **at)
            values = rows.column("AVAL").astype(float)
            there = ~np.isnan(values)
            texts = np.array(
                [
                    codes.get(v, t)
                    for v, t in zip(values[there], rows.column("AVALC")[there], strict=True)
                ],
                dtype=object,
            )
            labels = _labels(values[there], texts, request.entry.get("bands"))
            for label, value in zip(labels.tolist(), values[there].tolist(), strict=True):
                found.setdefault(label, value)
            who = rows.column("USUBJID")
            patients[arm, visit] = {
                str(kind): who[there][labels == kind].tolist() for kind in np.unique(labels)
            }
            if request.entry["missing"] == "shown" and (~there).any():
                patients[arm, visit][MISSING] = who[~there].tolist()
    order = [band["label"] for band in request.entry.get("bands", ())]
    order += sorted(set(found) - set(order), key=found.__getitem__)
    return patients, [label for label in order if label in found]


def _labels(values: np.ndarray, texts: np.ndarray, bands: list[dict] | None) -> np.ndarray:
    """The category of each value: its band, else its text, else the number; outside all bands
    "other"."""
    plain = {value: number(value) for value in np.unique(values).tolist()}
    own = np.array([plain[value] for value in values.tolist()], dtype=object)
    own = np.where([text is not None for text in texts.tolist()], texts, own)
    if not bands:
        return own.astype(str)
    inside = [(values >= band["from"]) & (values <= band["to"]) for band in bands]
    return np.select(inside, [band["label"] for band in bands], "other").astype(str)


def _figure(request: Request, counts: Counts, order: list[str]) -> "Figure":
    arms = request.arms
    visits = list(dict.fromkeys(visit for _, visit in counts))
    colours = dict(zip(order, shades(len(order)), strict=True))
    if request.endpoint(request.entry["endpoint"]).higher == "better":
        colours = dict(zip(order, shades(len(order))[::-1], strict=True))
    if any(MISSING in group for group in counts.values()):
        colours[MISSING] = (1.0, 1.0, 1.0, 1.0)
    columns = min(len(arms), 4)
    with drawing(7.2, 3.4 * -(-len(arms) // columns)) as figure:
        every = panels(figure, len(arms), columns, sharey=True)
        for axes, arm in zip(every, arms, strict=True):
            _panel(axes, [counts[arm, visit] for visit in visits], colours)
            width = max(6, 60 // (columns * len(visits)))
            axes.set_xticks(range(len(visits)), [wrapped(visit, width) for visit in visits])
            axes.tick_params(axis="x", length=0, labelsize=9 if columns * len(visits) < 9 else 7)
            axes.set_title(wrapped(request.material.arm_label(arm), 24), fontsize=9, pad=16)
        percent_axis(every[0])
        every[0].set_ylabel(wrapped(request.title, 40))
        handles = [_patch(colour, label) for label, colour in reversed(colours.items())]
        figure.legend(handles=handles, loc="outside right center", frameon=False)
        return figure


def _panel(axes: "Axes", groups: list[dict[str, int]], colours: dict[str, Any]) -> None:
    totals = np.array([sum(group.values()) for group in groups], dtype=float)
    below = np.zeros(len(groups))
    with np.errstate(invalid="ignore"):
        for label, colour in colours.items():
            share = np.nan_to_num([group.get(label, 0) for group in groups] / totals)
            axes.bar(
                range(len(groups)),
                share,
                0.74,
                below,
                color=[colour],
                linewidth=0.6,
                edgecolor=EDGE_OF_MISSING if label == MISSING else "white",
                hatch=HATCH if label == MISSING else None,
            )
            below += share
    for place, total in enumerate(totals):
        axes.annotate(
            f"{total:.0f}",
            (place, 1),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            annotation_clip=False,
        )


def _patch(colour: Any, label: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(
        facecolor=colour,
        linewidth=0.6,
        label=wrapped(label, 22),
        edgecolor=EDGE_OF_MISSING if label == MISSING else "#c5ccd3",
        hatch=HATCH if label == MISSING else None,
    )
