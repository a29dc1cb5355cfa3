"""Attendance as a map: a line a patient, a column a planned session, by whether it was attended."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.report.figures.canvas import FAINT, PALE, colour_of, drawing, wrapped
from trialtrace.report.figures.clean_rows import CleanRows, clean_rows
from trialtrace.report.figures.picture import SUBJECT, Data, Given, Picture, Request
from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.rows import ALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trialtrace.run.endpoints.kinds.attendance import Attendance, End

NONE, MISSED, DONE = 0, 1, 2
STATES = {MISSED: "not attended", DONE: "attended"}
MISSED_COLOUR = "#1d2733"


def draw(material: Material, entry: Given) -> Picture:
    """Patients with the most sessions attended stand on top of their arm."""
    request = Request(material, entry)
    sessions: Attendance = request.endpoint(entry["endpoint"]).entry
    rows = clean_rows(material, entry)
    day = rows.numbers(entry["day"])
    known = ~np.isnan(day)
    rows, day = rows.chosen(known), day[known]
    if not len(day):
        raise request.nothing("no session has a day")
    state = np.where(rows.met(sessions.done), DONE, MISSED)
    if sessions.end:
        rest = MISSED if sessions.end.after == "not_done" else NONE
        state = np.where(_after_the_end(material, sessions.end, rows), rest, state)
    maps = {arm: _grid(rows.subject, rows.arm == arm, day, state) for arm in (*request.arms, ALL)}
    by_arm = {arm: grid for arm, (_, grid) in maps.items() if len(grid)}
    sizes = [len(grid) for grid in by_arm.values()]
    with drawing(7.2, 1.4 + min(6.0, 0.06 * sum(sizes) + 0.25 * len(sizes))) as figure:
        every = figure.subplots(len(by_arm), 1, sharex=True, squeeze=False, height_ratios=sizes)
        for axes, (arm, grid) in zip(every[:, 0], by_arm.items(), strict=True):
            _panel(axes, grid, day.min(), colour_of(request.arms, arm))
            axes.set_ylabel(f"{wrapped(material.arm_label(arm), 18)}\n(n = {len(grid)})")
        every[-1, 0].set_xlabel(entry.get("day_label", "Day"))
        figure.legend(
            handles=_legend(list(by_arm)), loc="outside lower center", ncols=3, frameon=False
        )
    colour = "dark grey" if list(by_arm) == [ALL] else "the colour of the arm"
    caption = (
        f"{request.title}, {request.population}: a line a patient; a session "
        f"attended in {colour}, one that was not in black, none planned in light grey."
    )
    first = int(day.min())
    cells = [
        (label, float(line + 1), float(first + at), STATES[int(grid[line, at])], who[line])
        for label, who, grid in ((material.arm_label(arm), *maps[arm]) for arm in by_arm)
        for line, at in np.argwhere(grid > NONE).tolist()
    ]
    data = Data(("arm", "line", "day", "session", SUBJECT), cells)
    alt = f"Map of {sum(sizes)} patients by day, sorted by attendance."
    return Picture(figure, caption, alt, data)


def _after_the_end(material: Material, end: "End", rows: CleanRows) -> np.ndarray:
    """Rows dated after the event, such as death, after which no session can be done."""
    code = material.trial.endpoints[end.event].code
    events = material.tracer.frames.select("adtte", {"PARAMCD": {"is": code}, "CNSR": {"is": 0}})
    days = events.column("ADT").astype("datetime64[D]").astype(float)
    last = dict(zip(events.column("USUBJID").tolist(), days.tolist(), strict=True))
    ends = np.array([last.get(one, np.inf) for one in rows.subject.tolist()])
    return rows.numbers(end.date) > ends


def _grid(
    subject: np.ndarray, values: np.ndarray, day: np.ndarray, state: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Patients, and patients x days: no session, missed, done; a day with several counts as its
    best."""
    first = int(day.min())
    patients, line = np.unique(subject[values], return_inverse=True)
    grid = np.zeros((len(patients), int(day.max()) - first + 1), dtype=int)
    np.maximum.at(grid, (line, day[values].astype(int) - first), state[values])
    order = np.lexsort((-(grid > NONE).sum(axis=1), -(grid == DONE).sum(axis=1)))
    return patients[order].tolist(), grid[order]


def _panel(axes: "Axes", grid: np.ndarray, first: float, colour: str) -> None:
    from matplotlib.colors import ListedColormap

    days = grid.shape[1]
    axes.imshow(
        grid,
        aspect="auto",
        interpolation="nearest",
        vmin=NONE,
        vmax=DONE,
        cmap=ListedColormap(["#f1f3f5", MISSED_COLOUR, colour]),
        extent=(first - 0.5, first + days - 0.5, len(grid) - 0.5, -0.5),
    )
    axes.set_yticks([])
    if len(grid) <= 80:
        axes.hlines(np.arange(len(grid) - 1) + 0.5, *axes.get_xlim(), color="white", linewidth=0.5)
    for side in axes.spines.values():
        side.set_color(PALE)


def _legend(arms: list[str]) -> list[Any]:
    from matplotlib.patches import Patch

    told = "attended" if arms == [ALL] else "attended (colour of the arm)"
    return [
        Patch(facecolor=FAINT, label=told),
        Patch(facecolor=MISSED_COLOUR, label="planned, not attended"),
        Patch(facecolor="#f1f3f5", edgecolor=PALE, label="none planned"),
    ]
