"""Mean profiles of repeated endpoints: mean and interval at each visit, by arm, a panel each."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.report.figures import canvas
from trialtrace.report.figures.behind import SUBJECTS, result_at, whose
from trialtrace.report.figures.picture import (
    Cell,
    Data,
    Given,
    Picture,
    Request,
    columns_as_rows,
)
from trialtrace.report.material import Material
from trialtrace.report.sections.endpoints_section import scale_words
from trialtrace.stats.continuous.means import describe, mean_interval
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = dict[tuple[str, str], np.ndarray]
# Rows of panels as high as they are wide; more would be too small to read on a page of print.
MANY_ROWS = 4


def draw(material: Material, entry: Given) -> Picture:
    """Every subject with a value at a visit counts there; intervals are Student's t."""
    request = Request(material, entry)
    chosen = request.names()
    picture = {
        (name, place): _points(request, name, place)
        for name in chosen
        for place in places_of(request, name)
    }
    with_values = [
        key for key, points in picture.items() if any(point[3] for point in points.values())
    ]
    if not with_values:
        raise request.nothing("no patient has a value")
    several = len(picture) > 1
    columns = 1 if not several else 2 if len(with_values) <= 4 else 3
    rows = -(-len(with_values) // columns)
    high = 3.4 if columns == 1 else 2.3 if rows <= MANY_ROWS else 1.8
    with canvas.drawing(7.2, high * rows + 0.3 * several) as figure:
        every = canvas.panels(figure, len(with_values), columns)
        for axes, (name, place) in zip(every, with_values, strict=True):
            parts = [request.endpoint(name).label] * (len(chosen) > 1) + [place] * bool(place)
            label = ", ".join(parts) if several else request.title
            _panel(request, axes, name, picture[name, place], label, several)
        if several:
            canvas.legend_below(figure, every[0])
        else:
            every[0].legend(frameon=False)
    caption = (
        f"{request.title}, {request.population}: mean with {request.level} "
        f"t interval at each visit.{_sides(request, chosen)}"
        " Beneath: patients with a value, in the order of the arms; those of a later visit may be "
        "others."
        f"{_absent(request, chosen, [name for name, _ in with_values])}"
    )
    alt = (
        f"Means over the visits for {request.arm_words(request.arms)}; panels: {len(with_values)}."
    )
    lines = [
        _line(request, key, at, point) for key in with_values for at, point in picture[key].items()
    ]
    told = ("result", "endpoint", "place", "arm", "visit", "mean", "low", "high", "n", SUBJECTS)
    return Picture(figure, caption, alt, Data(told, lines))


def _line(
    request: Request, key: tuple[str, str], at: tuple[str, str], point: np.ndarray
) -> tuple[Cell, ...]:
    """What a point shows: the result that it is, its place, and whose values it has."""
    (name, place), (arm, visit) = key, at
    ((mean, *rest),) = columns_as_rows(*([x] for x in point.tolist()))
    result = None
    if isinstance(mean, float) and not place:
        where = {"group1_level": arm, "visit": visit or None}
        result = result_at(request, name, "mean", mean, **where)
    here = {"LOC": {"is": place}} if place else {}
    here |= {"AVISIT": {"is": visit}} if visit else {}
    rows = request.records(name, AVAL="present", TRTP={"is": arm}, **here)
    labels = request.endpoint(name).label, place, request.material.arm_label(arm), visit
    return result, *labels, mean, *rest, whose(request, rows.column("USUBJID"))


def places_of(request: Request, name: str) -> list[str]:
    """The locations (LOC) of an endpoint's records, in their order; [""] where it has none."""
    places = request.records(name).column("LOC").tolist()
    return list(dict.fromkeys(place for place in places if place is not None)) or [""]


def _sides(request: Request, chosen: list[str]) -> str:
    sides = any(request.records(name, LAT="present").n for name in chosen)
    own = request.material.trial.design.kind == "parallel"
    return " The sides of a patient are averaged first." if sides and own else ""


def _absent(request: Request, chosen: list[str], texts: list[str]) -> str:
    absent = [request.endpoint(name).label for name in chosen if name not in texts]
    return f" Without any value: {', '.join(absent)}." if absent else ""


def _panel(
    request: Request, axes: "Axes", name: str, points: Points, label: str, small: bool
) -> None:
    arms, visits = request.arms, request.visits(name)
    for at, arm in enumerate(arms):
        shift = 0.06 * (at - (len(arms) - 1) / 2)
        mean, low, high, _ = np.array([points[arm, visit] for visit in visits]).T
        axes.errorbar(
            np.arange(len(visits)) + shift,
            mean,
            yerr=[mean - low, high - mean],
            color=canvas.colour_of(arms, arm),
            marker=canvas.MARKERS[at % len(canvas.MARKERS)],
            linestyle=canvas.LINES[at % len(canvas.LINES)],
            capsize=2 if small else 3,
            markersize=4 if small else 6,
            linewidth=1.3 if small else 1.5,
            label=request.material.arm_label(arm),
        )
    numbers = ["/".join(f"{points[arm, visit][3]:g}" for arm in arms) for visit in visits]
    named = [canvas.wrapped(visit, 12).split("\n") for visit in visits]
    high = max(map(len, named))
    labels = [
        "\n".join([*lines, *[""] * (high - len(lines)), n])
        for lines, n in zip(named, numbers, strict=True)
    ]
    axes.set_xticks(range(len(visits)), labels)
    axes.margins(x=0.08)
    endpoint = request.endpoint(name)
    mean, scale = f"mean{request.unit(name)}", scale_words(endpoint)
    if small:
        axes.set_title(canvas.wrapped(label, 28), fontsize=8.5, loc="left")
        axes.tick_params(labelsize=7.5)
        axes.set_ylabel("\n".join(filter(None, [mean, scale])), fontsize=7.5)
    else:
        mean = "; ".join(filter(None, [mean, scale]))
        axes.set_ylabel(canvas.wrapped(f"{label}, {mean}", 44))
    if endpoint.scale and endpoint.scale.low == 0:
        axes.set_ylim(bottom=0)


def _points(request: Request, name: str, place: str) -> Points:
    """Mean, bounds and number of subjects by (arm, visit); NaN where nobody has a value."""
    there = {"LOC": {"is": place}} if place else {}
    rows = request.records(name, AVAL="present", **there)
    values = rows.column("AVAL").astype(float)
    subject, arms, visits = (rows.column(c).astype(str) for c in ("USUBJID", "TRTP", "AVISIT"))
    confidence = request.material.trial.plan.confidence
    points = {}
    for arm in request.arms:
        for visit in request.visits(name):
            at = (arms == arm) & (visits == visit)
            points[arm, visit] = _point(subject[at], values[at], confidence)
    return points


def _point(subject: np.ndarray, values: np.ndarray, confidence: float) -> np.ndarray:
    """Mean and bounds over subjects, of whom several records are averaged first."""
    if not len(values):
        return np.array([np.nan, np.nan, np.nan, 0])
    _, line, size = np.unique(subject, return_inverse=True, return_counts=True)
    means = np.bincount(line, values) / size
    try:
        interval = mean_interval(means, confidence=confidence)
    except StatsError:
        return np.array([*np.full(3, describe(means).mean), len(means)])
    return np.array([interval.estimate, interval.low, interval.high, len(means)])
