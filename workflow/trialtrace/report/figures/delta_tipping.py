"""Tipping points of imputed means: the p-value over what is added to imputed values."""

from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.config.spec import structure
from trialtrace.base.words import decimals, p_text
from trialtrace.report.figures.canvas import INK
from trialtrace.report.figures.picture import Data, Picture, nothing
from trialtrace.report.figures.tipping import map_of_arms, shade
from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.cuts import cuts
from trialtrace.run.methods.missing.analyse_means import Imputed
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.cards.imputed_means import Drawn
from trialtrace.run.trial.plan.displays.decisions import DeltaTipping
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.missing.delta import DeltaGrid, delta_tipping
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Deltas along each side of the map.
STEPS = 81


def draw(material: Material, asked: dict[str, object]) -> Picture:
    """The draws are those of the analysis's own imputations, before any delta."""
    delta_tipping: DeltaTipping = structure(DeltaTipping, asked)
    found, level = grid(material, asked)
    arms = [material.arm_label(arm) for arm in (delta_tipping.of, delta_tipping.to)]
    up, across = (f"Added to imputed values, {arm}" for arm in arms)
    with map_of_arms(delta_tipping.title, level, across, up) as (figure, axes):
        _map(axes, found, level)
    plain = found.without_shift
    p = p_text(float(plain.p_value[0, 0]), material.trial.plan.style)
    estimate = decimals(float(plain.estimate[0, 0]), 2)
    share = 100 * found.significant.mean()
    caption = (
        f"{delta_tipping.title}, {arms[0]} against {arms[1]}, {delta_tipping.visit}: pooled "
        "analysis of covariance for every pair of deltas. Without any the difference is "
        f"{estimate}, p {'' if p[0] in '<>' else '= '}{p}; {share:.0f}% of the "
        f"map has p at most {level:g}."
    )
    alt = f"Map of two deltas: {share:.0f}% of it has p at most {level:g}."
    estimates, p_values = found.pooled.estimate, found.pooled.p_value
    rows = [
        (float(delta), float(two), float(estimates[i, j]), float(p_values[i, j]))
        for i, delta in enumerate(found.deltas[0])
        for j, two in enumerate(found.deltas[1])
    ]
    data = Data((*(f"added, {arm}" for arm in arms), "difference", "p"), rows)
    return Picture(figure, caption, alt, data)


def grid(material: Material, asked: dict[str, object]) -> tuple[DeltaGrid, float]:
    """The pooled results over both ranges, and the decision level."""
    given: DeltaTipping = structure(DeltaTipping, asked)
    trial = material.trial
    analysis = trial.plan.analyses[given.analysis]
    step = _imputing(analysis)
    wanted = [
        cut
        for cut in cuts(trial, analysis, material.tracer.frames, together=True)
        if cut.place.stratum is None and given.parameter in (None, cut.place.parameter)
    ]
    if not wanted or given.visit not in wanted[0].visits:
        raise nothing(given.title, f"{analysis.label} has no visit {given.visit}")
    if analysis.value == "percent_change":
        raise nothing(given.title, "a delta of the value is none of its change in percent")
    try:
        data = Imputed(wanted[0], step).unshifted(given.visit, (given.of, given.to))
        delta_grid = delta_tipping(
            data.completed,
            data.filled,
            data.arm,
            data.x,
            data.row,
            arms=(given.of, given.to),
            deltas=(_steps(given.of_deltas), _steps(given.to_deltas)),
            null=0.0,
            sides="two_sided",
            level=analysis.decision_level,
        )
    except StatsError as refused:
        raise nothing(given.title, str(refused)) from None
    return delta_grid, analysis.decision_level


def _imputing(analysis: Analysis) -> Step[Drawn]:
    """The first step of an analysis that imputes means."""
    for step in analysis.estimates:
        if isinstance(step.options, Drawn):
            return Step(step.statistic, step.method, step.options)
    raise LookupError


def _steps(ends: tuple[float, ...]) -> np.ndarray:
    return np.linspace(ends[0], ends[1], STEPS)


def _ends(deltas: np.ndarray) -> tuple[float, float]:
    """Where the first and the last field of a side end, in whose middle its delta is."""
    half = (deltas[1] - deltas[0]) / 2
    return float(deltas[0] - half), float(deltas[-1] + half)


def _map(axes: "Axes", delta_grid: DeltaGrid, level: float) -> None:
    first, second = delta_grid.deltas
    shade(axes, delta_grid.significant, (*_ends(second), *_ends(first)))
    p = delta_grid.pooled.p_value
    levels = [one for one in (0.001, 0.01, 0.1, 0.5) if one != level and p.min() < one < p.max()]
    if levels:
        lines = axes.contour(second, first, p, levels=levels, colors=INK, linewidths=0.7)
        axes.clabel(lines, fmt=lambda value: f"p = {value:g}", fontsize=6.5)
    axes.plot(0, 0, "o", color="white", markeredgecolor=INK, markersize=7, zorder=5)
    axes.set_xlim(second[0], second[-1])
    axes.set_ylim(first[0], first[-1])
