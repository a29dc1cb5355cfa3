"""Tipping-point map: the p-value for every number of events among the missing of two arms."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.styles import Style
from trialtrace.base.words import p_text
from trialtrace.report.figures.canvas import INK, PALE, drawing, wrapped
from trialtrace.report.figures.picture import Data, Given, Picture, nothing
from trialtrace.report.material import Material
from trialtrace.run.tables.contracts.rows import present
from trialtrace.stats.missing.bounds import TippingMap, tipping_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TESTS = {"fisher": "Fisher's exact test", "chi_squared": "Pearson's χ² test without correction"}
# Below the level, at or above it: as unlike in grey, and both light enough to be written on.
BELOW, ABOVE = "#8DB8D6", "#FAF5EC"


def draw(material: Material, entry: Given) -> Picture:
    """Events and patients come from the analysis, the missing from its population."""
    analysis = material.trial.plan.analyses[entry["analysis"]]
    treated, reference = (_counts(material, entry, arm) for arm in (entry["of"], entry["to"]))
    if treated is None or reference is None or 0 in (treated[1], reference[1]):
        raise nothing(entry["title"], f"{analysis.label} counts no events in one of the arms")
    (x1, n1, m1), (x0, n0, m0) = treated, reference
    if m1 == 0 and m0 == 0:
        raise nothing(entry["title"], "no outcome is missing in these arms")
    level = analysis.decision_level
    found = tipping_map(x1, n1, m1, x0, n0, m0, test=entry["test"], level=level)
    arms = [material.arm_label(arm) for arm in (entry["of"], entry["to"])]
    up, across = (f"Events among {m} missing, {arm}" for m, arm in zip((m1, m0), arms, strict=True))
    with map_of_arms(entry["title"], level, across, up) as (figure, axes):
        _map(axes, found, level)
        _marks(axes, (x1, n1, m1), (x0, n0, m0))
    rows = [(float(x), float(y), p) for (x, y), p in np.ndenumerate(found.p_value)]
    data = Data((*(f"events among the missing, {arm}" for arm in arms), "p"), rows)
    return Picture(
        figure,
        _caption(entry, found, level, arms, material.trial.plan.style),
        _alt(found, level),
        data,
    )


def _counts(material: Material, entry: Given, arm: str) -> tuple[int, int, int] | None:
    """Events, patients with an outcome, patients of the population without one."""
    row = next(
        (
            row
            for row in material.of(entry["analysis"])
            if row["method"] == "count.events"
            and row["group1_level"] == arm
            and row["visit"] == entry.get("visit")
            and row["stratum"] is None
            and entry.get("parameter") in (None, row["parameter"])
        ),
        None,
    )
    if row is None or row["stat_value"] is None:
        return None
    size = next(
        present(each["stat_value"])
        for each in material.of("flow")
        if each["stat_name"] == "in_population"
        and each["parameter"] == row["population"]
        and each["group1_level"] == arm
    )
    n = present(row["denominator"])
    return round(row["stat_value"]), n, round(size) - n


@contextmanager
def map_of_arms(
    title: str, level: float, across: str, up: str
) -> Iterator[tuple["Figure", "Axes"]]:
    """A figure with axes for a map, what is told along its sides, and what its colours mean."""
    from matplotlib.patches import Patch

    with drawing(7.2, 3.6) as figure:
        axes = figure.subplots()
        yield figure, axes
        axes.set_ylabel(wrapped(up, 44))
        axes.set_xlabel(across)
        axes.set_title(title, fontsize=9, loc="left")
        handles = [
            Patch(facecolor=BELOW, label=f"p at most {level:g}"),
            Patch(facecolor=ABOVE, label=f"p above {level:g}"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)


def shade(axes: "Axes", significant: np.ndarray, ends: tuple[float, float, float, float]) -> None:
    """The fields of a map: a picture of points, as shapes thousands of them would take a megabyte
    of the page."""
    from matplotlib.colors import ListedColormap

    axes.imshow(
        significant.astype(float),
        origin="lower",
        aspect="auto",
        extent=ends,
        vmin=0,
        vmax=1,
        cmap=ListedColormap([ABOVE, BELOW]),
        interpolation="nearest",
    )


def _map(axes: "Axes", tipping_map: TippingMap, level: float) -> None:
    from matplotlib.ticker import MaxNLocator

    rows, columns = tipping_map.significant.shape
    ends = (-0.5, columns - 0.5, -0.5, rows - 0.5)
    shade(axes, tipping_map.significant, ends)
    if min(rows, columns) > 1:
        levels = [p for p in (0.001, 0.01, 0.1, 0.5) if p != level]
        with np.errstate(invalid="ignore"):
            lines = axes.contour(tipping_map.p_value, levels=levels, colors=INK, linewidths=0.7)
        axes.clabel(lines, fmt=lambda p: f"p = {p:g}", fontsize=6.5)
    for axis in (axes.xaxis, axes.yaxis):
        locator = axis.get_major_locator()
        assert isinstance(locator, MaxNLocator)
        locator.set_params(integer=True)
    axes.set_xlim(*ends[:2])
    axes.set_ylim(*ends[2:])


def _marks(axes: "Axes", item: tuple[int, int, int], two: tuple[int, int, int]) -> None:
    """As many events among the missing as among the observed, and the four corners."""
    (x1, n1, m1), (x0, n0, m0) = item, two
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": PALE, "alpha": 0.9}
    points = (
        (m0 * x0 / n0, m1 * x1 / n1, "o", "risks as observed"),
        (m0, 0, "v", "lowest difference"),
        (0, m1, "^", "highest difference"),
        (0, 0, "s", "no events"),
        (m0, m1, "D", "all events"),
    )
    for x, y, marker, label in points:
        axes.plot(
            x, y, marker, color="white", markeredgecolor=INK, markersize=7, clip_on=False, zorder=5
        )
        right = x > m0 / 2
        axes.annotate(
            label,
            (x, y),
            (-8 if right else 8, 9 if y <= m1 / 2 else -9),
            textcoords="offset points",
            fontsize=7,
            ha="right" if right else "left",
            va="center",
            bbox=box,
            zorder=6,
        )


def _caption(
    entry: Given, tipping_map: TippingMap, level: float, arms: list[str], style: Style
) -> str:
    share = tipping_map.significant.mean()
    p = p_text(tipping_map.observed_p_value, style)
    return (
        f"{entry['title']}, {arms[0]} against {arms[1]}: {TESTS[entry['test']]} for every number "
        f"of events among the patients without an outcome. Of the {tipping_map.p_value.size} "
        f"possibilities {100 * share:.0f}% have p at most {level:g}, which is no probability: "
        "some are less likely than others. With the observed patients "
        f"alone p {'' if p[0] in '<>' else '= '}{p}. The circle has the risks of the observed "
        "patients among the missing too."
    )


def _alt(tipping_map: TippingMap, level: float) -> str:
    (rows, columns), share = tipping_map.p_value.shape, 100 * tipping_map.significant.mean()
    return f"Map of {rows} by {columns} possibilities: {share:.0f}% have p at most {level:g}."
