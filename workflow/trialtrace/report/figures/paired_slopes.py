"""Before and after of each patient joined by a line, a panel an arm or side of the body."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.words import number
from trialtrace.report.figures.canvas import FAINT, INK, colour_of, drawing, panels, wrapped
from trialtrace.report.figures.picture import (
    Data,
    Picture,
    arms_of,
    endpoint_of,
    nothing,
    population_words,
    unit_words,
    visits_of,
)
from trialtrace.report.figures.spaghetti import courses
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(material: Material, entry: dict[str, Any]) -> Picture:
    """Pairs with both values; values that coincide are moved apart a little, alike every time."""
    arms = arms_of(material)
    visits = visits_of(material, entry["endpoint"])
    columns = [visits.index(visit) for visit in entry["visits"] if visit in visits]
    pairs = {}
    for arm in arms:
        values = courses(material, entry, entry["endpoint"], arm)
        both = values[:, columns] if len(columns) == 2 else np.empty((0, 2))
        pairs[arm] = both[np.isfinite(both).all(axis=1)]
    if not any(len(each) for each in pairs.values()):
        raise nothing(entry["title"], "no patient has both values")
    before, after = entry["visits"]
    with drawing(7.2, 3.3) as figure:
        for axes, arm in zip(panels(figure, len(arms), len(arms), sharey=True), arms, strict=True):
            _panel(axes, pairs[arm], colour_of(arms, arm), (before, after))
            axes.set_title(_title(material, arm, pairs[arm]), fontsize=9)
            if arm == arms[0]:
                label = endpoint_of(material, entry["endpoint"]).label
                label += unit_words(material, entry["endpoint"])
                axes.set_ylabel(wrapped(label, 40))
    caption = (
        f"{entry['title']}, {population_words(material, entry)}: {before} and {after} of each "
        "patient with both values; a dashed line falls, a grey one stays, and the thick line joins "
        "the means."
    )
    alt = f"Lines from {before} to {after}, a panel each for {len(arms)} treatments."
    data = Data(
        ("arm", before, after),
        [(material.arm_label(arm), *pair) for arm in arms for pair in pairs[arm].tolist()],
    )
    return Picture(figure, caption, alt, data)


def _title(material: Material, arm: str, pairs: np.ndarray) -> str:
    change = f", mean change {number(_mean_change(pairs))}" if len(pairs) else ""
    return wrapped(f"{material.arm_label(arm)}: n = {len(pairs)}{change}", 34)


def _mean_change(pairs: np.ndarray) -> float:
    return float(np.round((pairs[:, 1] - pairs[:, 0]).mean(), 6))


def _panel(axes: "Axes", pairs: np.ndarray, colour: str, visits: tuple[str, str]) -> None:
    if len(pairs):
        rise = np.sign(pairs[:, 1] - pairs[:, 0])
        moved = np.linspace(-0.05, 0.05, len(pairs))
        at = np.stack([moved, 1 + moved])
        for sign, line in ((0, FAINT), (1, colour), (-1, colour)):
            chosen = rise == sign
            axes.plot(
                at[:, chosen],
                pairs[chosen].T,
                color=line,
                linewidth=0.8,
                marker="o",
                markersize=2.5,
                alpha=0.6,
                linestyle="--" if sign < 0 else "-",
            )
        axes.plot([0, 1], pairs.mean(axis=0), color=INK, linewidth=2.4, marker="o", markersize=5)
    axes.set_xticks([0, 1], [wrapped(visit, 16) for visit in visits])
    axes.set_xlim(-0.35, 1.35)
