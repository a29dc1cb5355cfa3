"""A measure of each patient as a dot, with quartiles and median, side by side for the arms."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.words import number
from trialtrace.report.figures.behind import result_at
from trialtrace.report.figures.canvas import FAINT, INK, colour_of, drawing, panels, wrapped
from trialtrace.report.figures.picture import SUBJECT, Data, Given, Picture, Request
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What a box shows, and the statistic of a plan that it is.
BOX = {"n": "count", "lower quartile": "q1", "median": "median", "upper quartile": "q3"}


def draw(material: Material, entry: Given) -> Picture:
    """Dots are moved apart where they would hide each other, alike every time."""
    request = Request(material, entry)
    arms = request.arms
    found = {(name, arm): _values(request, name, arm) for name in request.names() for arm in arms}
    data = {name: {arm: found[name, arm][0] for arm in arms} for name in request.names()}
    data = {name: each for name, each in data.items() if any(map(len, each.values()))}
    if not data:
        raise request.nothing("no patient has a value")
    dots = material.disclosure == "full"
    columns = min(len(data), 3)
    with drawing(7.2, 3.4 * -(-len(data) // columns)) as figure:
        for axes, (name, each) in zip(
            panels(figure, len(data), columns), data.items(), strict=True
        ):
            _panel(request, axes, each, entry.get("threshold"), dots)
            label = request.endpoint(name).label if len(data) > 1 else request.title
            axes.set_ylabel(wrapped(label, 40))
    what = "each patient (dots), " if dots else ""
    threshold = entry.get("threshold")
    line = f" The dashed line is at {threshold:g}." if threshold is not None else ""
    caption = f"{request.title}, {request.population}: {what}median and quartiles (box)." + line
    rows = [
        (
            result_at(request, name, BOX[what], value, group1_level=arm) if what in BOX else None,
            request.endpoint(name).label,
            material.arm_label(arm),
            what,
            value,
            *[subject] * dots,
        )
        for name, each in data.items()
        for arm in each
        for what, value, subject in _drawn(*found[name, arm], dots)
    ]
    told = Data(("result", "endpoint", "arm", "what", "value", *[SUBJECT] * dots), rows)
    return Picture(figure, caption, f"Dots and boxes for {len(arms)} arms.", told)


def _drawn(
    values: np.ndarray, subjects: np.ndarray, dots: bool
) -> list[tuple[str, float, str | None]]:
    """What the dots and the box of an arm show; with dots whose each is."""
    if not len(values):
        return []
    numbers = [len(values), *_quartiles(values)]
    box = [(what, float(number), None) for what, number in zip(BOX, numbers, strict=True)]
    pairs = zip(values.tolist(), subjects.tolist(), strict=True)
    return [*box, *(("a patient", value, who) for value, who in pairs if dots)]


def _quartiles(values: np.ndarray) -> list[float]:
    quartiles: list[float] = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    return quartiles


def _values(request: Request, name: str, arm: str) -> tuple[np.ndarray, np.ndarray]:
    """The values of an arm, sorted, and whose each is."""
    rows = request.records(name, AVAL="present", TRTP={"is": arm})
    values = rows.column("AVAL").astype(float)
    order = np.argsort(values, kind="stable")
    return values[order], rows.column("USUBJID")[order]


def _panel(
    request: Request,
    axes: "Axes",
    each: dict[str, np.ndarray],
    threshold: float | None,
    dots: bool,
) -> None:
    arms = list(each)
    every = np.concatenate(list(each.values()))
    span = float(np.ptp(every)) or 1.0
    for at, (arm, values) in enumerate(each.items()):
        if not len(values):
            continue
        colour = colour_of(arms, arm)
        if dots:
            axes.plot(
                at + spread(values, span / 40),
                values,
                "o",
                color=colour,
                markersize=3,
                alpha=0.6,
                markeredgewidth=0,
            )
        low, middle, high = _quartiles(values)
        axes.bar(at, high - low, 0.5, low, fill=False, edgecolor=INK, linewidth=1)
        axes.plot([at - 0.25, at + 0.25], [middle, middle], color=INK, linewidth=2.2)
    if threshold is not None:
        axes.axhline(threshold, color=FAINT, linewidth=0.9, linestyle="--")
    labels = [
        f"{wrapped(request.material.arm_label(arm), 16)}\nn = {number(len(each[arm]))}"
        for arm in arms
    ]
    axes.set_xticks(range(len(arms)), labels)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(arms) - 0.4)


def spread(values: np.ndarray, width: float) -> np.ndarray:
    """Sideways places of sorted values: those within one bin of `width` stand side by side."""
    bins = np.floor((values - values[0]) / width)
    _, first, size = np.unique(bins, return_index=True, return_counts=True)
    rank = np.arange(len(values)) - np.repeat(first, size)
    size = np.repeat(size, size)
    step = np.minimum(0.05, 0.6 / size)
    return (rank - (size - 1) / 2) * step
