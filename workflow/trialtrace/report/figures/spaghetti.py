"""Every patient's course over the visits as a thin line, with the mean; a panel an arm."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures.canvas import INK, colour_of, drawing, panels, wrapped
from trialtrace.report.figures.picture import SUBJECT, Data, Given, Picture, Request
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(material: Material, entry: Given) -> Picture:
    """A row of panels an endpoint; several records of a patient at a visit are lines of their own
    where side or location tell them apart."""
    request = Request(material, entry)
    arms = request.arms
    every = {(name, arm): courses(request, name, arm) for name in request.names() for arm in arms}
    picture = {place: values for place, (_, values) in every.items()}
    chosen = [n for n in request.names() if any(np.isfinite(picture[n, arm]).any() for arm in arms)]
    if not chosen:
        raise request.nothing("no patient has a value")
    with drawing(7.2, 0.4 + 2.7 * len(chosen)) as figure:
        grid = panels(figure, len(chosen) * len(arms), len(arms), sharey="row")
        for at, (axes, (name, arm)) in enumerate(
            zip(grid, [(n, a) for n in chosen for a in arms], strict=True)
        ):
            _panel(request, axes, name, arm, picture[name, arm])
            if at % len(arms) == 0:
                label = request.endpoint(name).label if len(chosen) > 1 else request.title
                axes.set_ylabel(wrapped(label + request.unit(name), 30))
    caption = (
        f"{request.title}, {request.population}: each patient's values (thin "
        "lines), and the mean at each visit of those who have a value then (thick line)."
    )
    alt = f"Individual courses with means, an arm a panel; endpoints: {len(chosen)}."
    data = Data(
        ("endpoint", "arm", "line", "visit", "value", SUBJECT),
        [
            (request.endpoint(name).label, material.arm_label(arm), float(line), visit, value, who)
            for name in chosen
            for arm in arms
            for line, (who, values) in enumerate(zip(*every[name, arm], strict=True), 1)
            for visit, value in zip(request.visits(name), values.tolist(), strict=True)
            if np.isfinite(value)
        ],
    )
    return Picture(figure, caption, alt, data)


def courses(request: Request, name: str, arm: str) -> tuple[list[str], np.ndarray]:
    """Values of an arm, a row for each patient, side and location, a column for each visit; and
    the patient of each row."""
    rows = request.records(name, TRTP={"is": arm}, AVISIT="present")
    visits = request.visits(name)
    keys = [rows.column(c).astype(str) for c in ("USUBJID", "LAT", "LOC")]
    joined = np.char.add(np.char.add(np.char.add(keys[0], "\0"), keys[1]), "\0")
    _, first, line = np.unique(np.char.add(joined, keys[2]), return_index=True, return_inverse=True)
    values = np.full((len(first), len(visits)), np.nan)
    column = np.searchsorted(sorted(visits), rows.column("AVISIT").astype(str))
    order = np.argsort(visits, kind="stable")
    if rows.n:
        values[line, order[column]] = rows.column("AVAL").astype(float)
    return keys[0][first].tolist(), values


def _panel(request: Request, axes: "Axes", name: str, arm: str, values: np.ndarray) -> None:
    visits, arms = request.visits(name), request.arms
    at = np.arange(len(visits))
    colour = colour_of(arms, arm)
    with_value = values[np.isfinite(values).any(axis=1)]
    if len(with_value):
        axes.plot(
            at, with_value.T, color=colour, linewidth=0.6, alpha=0.35, marker="o", markersize=1.5
        )
        n = np.isfinite(with_value).sum(axis=0)
        total = np.nansum(with_value, axis=0)
        mean = np.divide(total, n, out=np.full(len(visits), np.nan), where=n > 0)
        axes.plot(at, mean, color=INK, linewidth=2.2, marker="o", markersize=4)
    axes.set_xticks(at, [wrapped(visit, max(6, 40 // (len(arms) * 2))) for visit in visits])
    axes.margins(x=0.08)
    axes.set_title(
        f"{wrapped(request.material.arm_label(arm), 24)}, n = {len(with_value)}", fontsize=9
    )
