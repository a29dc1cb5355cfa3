"""Distributions of many values a patient as ridges, a ridge each, the arms laid over each other."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.report.figures.canvas import INK, colour_of, drawing, wrapped
from trialtrace.report.figures.clean_rows import clean_rows
from trialtrace.report.figures.picture import (
    Data,
    Picture,
    arms_of,
    endpoint_of,
    nothing,
    population_words,
    unit_words,
)
from trialtrace.report.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from trialtrace.run.trial.endpoints.aggregate import Aggregate

MOST_RIDGES = 60
POINTS = 256


def draw(material: Material, given: dict[str, Any]) -> Picture:
    """Gaussian kernels of Silverman's width; the lowest ridge is of all patients together."""
    entry: Aggregate = endpoint_of(material, given["endpoint"]).entry
    rows = clean_rows(material, given)
    values = rows.numbers(entry.column)
    known = ~np.isnan(values)
    rows, values = rows.chosen(known), values[known]
    if len(values) < 2 or np.ptp(values) == 0:
        raise nothing(given["title"], "there are too few different values")
    patients = np.unique(rows.subject)
    shown = patients[:MOST_RIDGES]
    at = np.linspace(values.min(), values.max(), POINTS)
    arms = arms_of(material)
    with drawing(7.2, 1.2 + 0.26 * (len(shown) + 2)) as figure:
        axes = figure.subplots()
        for number, patient in enumerate([*shown, None]):
            place = -number - (1 if patient is None else 0)
            mine = np.ones(len(values), bool) if patient is None else rows.subject == patient
            parts = {arm: values[mine & (rows.arm == arm)] for arm in arms}
            _ridge(axes, at, parts, place, arms)
        _finish(material, axes, given, list(shown))
    left = len(patients) - len(shown)
    caption = (
        f"{given['title']}, {population_words(material, given)}: distribution of the single values "
        "of each patient, and of all patients together (below)."
        + (f" {left} further patients are left out." if left else "")
    )
    told = np.isin(rows.subject, shown)
    each = zip(
        rows.subject[told].tolist(), rows.arm[told].tolist(), values[told].tolist(), strict=True
    )
    data = Data(
        ("patient", "arm", "value"),
        [(who.rpartition("-")[2], material.arm_label(arm), value) for who, arm, value in each],
    )
    alt = f"Ridges of {len(shown)} patients, an arm a colour."
    return Picture(figure, caption, alt, data)


def _ridge(
    axes: "Axes", at: np.ndarray, parts: dict[str, np.ndarray], place: float, arms: list[str]
) -> None:
    found = {arm: density(values, at) for arm, values in parts.items()}
    top = max((curve.max() for curve in found.values() if curve is not None), default=1.0)
    for arm, curve in found.items():
        if curve is None:
            continue
        colour, height = colour_of(arms, arm), place + 0.95 * curve / top
        axes.fill_between(at, place, height, color=colour, alpha=0.28, linewidth=0)
        axes.plot(at, height, color=colour, linewidth=0.9)
        middle = float(np.median(parts[arm]))
        axes.plot([middle, middle], [place, place + 0.3], color=colour, linewidth=1.6)


def density(values: np.ndarray, at: np.ndarray) -> np.ndarray | None:
    """Gaussian kernel density at `at`; None for fewer than two different values."""
    from scipy.stats import gaussian_kde

    if len(values) < 2 or np.ptp(values) == 0:
        return None
    return gaussian_kde(values, bw_method="silverman")(at)


def _finish(material: Material, axes: "Axes", entry: dict[str, Any], texts: list[str]) -> None:
    from matplotlib.patches import Patch

    places = [*range(0, -len(texts), -1), -len(texts) - 1]
    axes.set_yticks(places, [*(name.rpartition("-")[2] for name in texts), "all"], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(places[-1] - 0.2, 1.1)
    axes.set_xlabel(wrapped(f"{entry['title']}{unit_words(material, entry['endpoint'])}", 80))
    arms = arms_of(material)
    handles = [
        Patch(facecolor=colour_of(arms, arm), alpha=0.5, label=material.arm_label(arm))
        for arm in arms
    ]
    axes.figure.legend(
        handles=handles,
        frameon=False,
        loc="outside lower center",
        ncols=len(arms),
        title="short line: median",
        title_fontsize=8,
        labelcolor=INK,
    )
