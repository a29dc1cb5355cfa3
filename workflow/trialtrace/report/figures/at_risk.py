"""What curves over time share: the unit of the axis, places on it, the table of numbers beneath."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.errors import one_of
from trialtrace.report.figures.canvas import FAINT, colour_of, wrapped
from trialtrace.report.figures.picture import Cell, Data, Request, columns_as_rows
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.origins import origin, time_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAYS = {
    "seconds": 1 / 86400,
    "minutes": 1 / 1440,
    "hours": 1 / 24,
    "days": 1.0,
    "weeks": 7.0,
    "months": 365.25 / 12,
    "years": 365.25,
}
# What a picture of some hundred points can show of a time or a share.
PLACES = 400
# Where single patients may not be shown, curves step at the ends of these parts of the axis alone,
# and only once so many more patients have had an event.
PARTS, FEWEST = 40, 5
POOLED = (
    f" Steps stand for at least {FEWEST} patients where there are as many, and lie at the ends of "
    f"{PARTS} parts of the axis, so that none tells a patient's day."
)

# The time of each event that a curve steps at, in the unit of the axis, and whose it is.
Events = tuple[np.ndarray, np.ndarray]
# Letters of a line of the name of a curve, of one beside the numbers at risk, and of what is said
# above all curves.
NAME, TABLE_NAME, ABOVE = 18, 26, 100


def with_table(figure: "Figure", arms: int, panels: int = 1) -> "list[Axes]":
    """Axes for the curves, one below the other, and, beneath, for a line of numbers an arm."""
    return list(with_tables(figure, arms, panels=panels)[0])


def with_tables(
    figure: "Figure", arms: int, beside: int = 1, panels: int = 1
) -> "list[list[Axes]]":
    """The same so many times beside each other, one scale of heights for all."""
    ratios = [*[1.0] * panels, (0.06 + 0.07 * arms) * panels**0.5]
    # The numbers at the two ends of neighbours must not run together.
    spaces = {"height_ratios": ratios} | ({"wspace": 0.06} if beside > 1 else {})
    every = figure.subplots(
        panels + 1, beside, sharex="col", sharey="row", gridspec_kw=spaces, squeeze=False
    )
    return [list(every[:, at]) for at in range(beside)]


def named_at_the_end(axes: "Axes", ends: Sequence[tuple[str, float, str]], top: float) -> None:
    """The name of each curve beside its last height, in its colour, (name, height, colour), moved
    apart where they would lie on each other; `top` is the height of the axes."""
    names = [wrapped(name, NAME) for name, _, _ in ends]
    free = top
    for at in sorted(range(len(ends)), key=lambda at: -ends[at][1]):
        _, height, colour = ends[at]
        half = (0.03 + 0.025 * names[at].count("\n")) * top
        place = min(height, free - half)
        free = place - half
        axes.annotate(
            names[at],
            (1.015, place),
            xycoords=("axes fraction", "data"),
            color=colour,
            fontsize=8,
            va="center",
            annotation_clip=False,
        )


def step_curve(axes: "Axes", places: Sequence[np.ndarray], width: float, **style: Any) -> None:
    """A curve of steps between its bounds."""
    time, steps, low, high = places
    axes.step(time, steps, where="post", linewidth=width, **style)
    axes.fill_between(time, low, high, step="post", color=style["color"], alpha=0.10, linewidth=0)


def axis_unit(request: Request) -> float:
    """How much of the endpoint's time a unit of the axis is; of a time without a unit, in days.

    Raises NothingToDraw for a unit that no axis can be converted from.
    """
    unit = time_unit(request.material.trial, request.entry["endpoint"]) or "days"
    if unit == request.entry["unit"]:
        return 1.0
    if unit not in DAYS:
        raise request.nothing(
            f"its times are in {unit}, and its axis in {request.entry['unit']}: write the unit of "
            f"the time as one of {one_of(DAYS)}, or convert the column"
        )
    return DAYS[request.entry["unit"]] / DAYS[unit]


def time_axis(request: Request, axes: "Axes") -> None:
    """The axis of time at the lowest curves, above the table of numbers."""
    unit = axis_unit(request)
    axes.set_xlim(0, max(request.entry["at"]) / unit or None)
    axes.set_xticks([time / unit for time in request.entry["at"]])
    axes.xaxis.set_major_formatter(lambda value, _: f"{round(value, 1):g}")
    axes.tick_params(axis="x", labelbottom=True)
    axes.set_xlabel(time_words(request))


def drawn_steps(
    request: Request, events: Events, time: np.ndarray, *heights: np.ndarray
) -> list[np.ndarray]:
    """Times (from 0, in the unit of the axis) and heights of a step curve as they are drawn.

    A drawing of vectors holds every place it is given, also beyond its axes: so the curve is cut
    where the axis ends, and has places only where it steps. Under restricted disclosure `events`
    are pooled, since each step would tell a patient's day.
    """
    asked = max(request.entry["at"]) / axis_unit(request)
    end = asked or rounded_up(float(time[-1]))
    if time[-1] > end:
        inside = time <= end
        time = np.append(time[inside], end)
        heights = tuple(np.append(height[inside], height[inside][-1]) for height in heights)
    if request.material.disclosure != "full":
        time, heights = _pooled(events, end, time, heights)
    return _where_it_steps(time, heights)


def _pooled(
    events: Events, end: float, time: np.ndarray, heights: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """A step curve that steps at the ends of PARTS of the axis, each time by FEWEST patients or
    more; what is left at its end goes with the step before, or is a step alone if it is all."""
    days, who = (event[events[0] <= end] for event in events)
    ends = [end * index / PARTS for index in range(1, PARTS + 1)]

    def part_of(day: float) -> float:
        return next((one for one in ends if one >= day), end)

    places, last = [0.0], 0.0
    for one in ends:
        here = set(who[(days > last) & (days <= one)].tolist())
        if min(len(here), len(set(who[days > one].tolist()))) >= FEWEST:
            places.append(one)
            last = one
    places += [part_of(days.max())] if len(days) else []
    # The curve goes on to the end of the part in which the last patient was seen.
    places.append(part_of(time[-1]))
    taken = np.searchsorted(time, np.array(places), side="right") - 1
    return np.array(places), tuple(on_grid(height[taken], 1.0) for height in heights)


def on_grid(places: np.ndarray, end: float, steps: int = PLACES) -> np.ndarray:
    """Places between 0 and `end`, each moved to the nearest of so many steps."""
    return np.round(places * (steps / end)) * (end / steps) if end else places


def rounded_up(last: float) -> float:
    """The next number of two digits: an axis must not end on one patient's day."""
    if last <= 0:
        return 0.0
    digit = 10.0 ** (floor(log10(last)) - 1)
    return ceil(last / digit) * digit


def _where_it_steps(time: np.ndarray, heights: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Without places at which nothing changes; of several at one time the last; both ends stay."""
    kept = np.append(time[1:] > time[:-1], True)
    time, every = time[kept], np.array(heights)[:, kept]
    told = np.nan_to_num(every, nan=-1.0)
    steps = np.any(told[:, 1:] != told[:, :-1], axis=0)
    kept = np.concatenate([[True], steps])
    kept[-1] = True
    return [time[kept], *every[:, kept]]


def time_words(request: Request) -> str:
    """ "Months since randomisation"; "Months" where nothing says since when; "Gestational age,
    weeks" where the display names its axis."""
    unit = request.entry["unit"]
    if "axis" in request.entry:
        return f"{request.entry['axis']}, {unit}"
    since = origin(request.material.trial, request.entry["endpoint"])
    return f"{unit.capitalize()} since {since}" if since else unit.capitalize()


def numbers(request: Request, axes: "Axes", title: str, counts: Mapping[str, np.ndarray]) -> None:
    """A line of numbers an arm, at the times of the display; 0 for an arm without anybody."""
    arms, unit = request.arms, axis_unit(request)
    for height, arm in enumerate(reversed(arms)):
        at = counts.get(arm, np.zeros(len(request.entry["at"])))
        for time, n in zip(request.entry["at"], at, strict=True):
            axes.text(
                time / unit,
                height,
                str(int(n)),
                ha="center",
                va="center",
                fontsize=8,
                color=colour_of(arms, arm),
            )
    names = [request.material.arm_label(arm) for arm in reversed(arms)]
    axes.set_yticks(range(len(arms)), [wrapped(name, TABLE_NAME) for name in names])
    # Of panels side by side the first alone has names.
    for text, arm in zip(axes.get_yticklabels(), reversed(arms), strict=False):
        text.set(color=colour_of(arms, arm), fontsize=8)
    axes.set_ylim(-0.6, len(arms) - 0.2)
    axes.tick_params(axis="y", length=0, pad=14)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.set_title(title, loc="left", fontsize=8, color=FAINT)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def curves_data(
    request: Request,
    curves: Mapping[str, Sequence[np.ndarray]],
    counts: Mapping[str, np.ndarray],
    height: str = "share",
    *,
    results: Mapping[str, Mapping[float, ResultRow]] | None = None,
    events: Mapping[str, Mapping[float, str]] | None = None,
) -> Data:
    """The places of step curves as they are drawn, with their bounds where they have any, a label
    an arm, and whose `events` make a step; then the numbers at risk that stand below, with those
    that are `results`, by arm and time."""
    unit, material = axis_unit(request), request.material
    rows: list[tuple[Cell, ...]] = []
    for label, places in curves.items():
        missing = [np.full(len(places[0]), np.nan)] * (4 - len(places))
        who = (events or {}).get(label, {})
        rows += columns_as_rows(
            [None] * len(places[0]),
            [label] * len(places[0]),
            *(each.tolist() for each in (*places, *missing)),
            [None] * len(places[0]),
            [who.get(time) for time in places[0].tolist()],
        )
    for arm, at in counts.items():
        label = material.arm_label(arm)
        known = (results or {}).get(label, {})
        for time, n in zip(request.entry["at"], at, strict=True):
            result_id = known[time]["result_id"] if time in known else None
            rows.append((result_id, label, time / unit, None, None, None, float(n), None))
    told = ("result", "line", request.entry["unit"], height, "low", "high", "at_risk", "subjects")
    return Data(told, rows)
