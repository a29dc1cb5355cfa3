"""The p-value of an F test within subjects over epsilon, from its lower bound to 1."""

from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.base.styles import Style
from trialtrace.base.words import number, p_text
from trialtrace.report.figures.canvas import COLOURS, FAINT, INK, MARKERS, drawing
from trialtrace.report.figures.picture import Data, Given, Picture, nothing
from trialtrace.report.material import Material
from trialtrace.run.tables.contracts.rows import present

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TICKS = (1e-8, 1e-6, 1e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MARKED = {
    "epsilon_lower": "lower bound",
    "epsilon_gg": "Greenhouse\N{EN DASH}Geisser",
    "epsilon_hf": "Huynh\N{EN DASH}Feldt",
}


def draw(material: Material, entry: Given) -> Picture:
    """F and its degrees of freedom are the analysis's; epsilon multiplies both of them."""
    analysis = material.trial.plan.analyses[entry["analysis"]]
    effects = [
        row
        for row in material.of(entry["analysis"])
        if row["group2"] == "effect" and entry.get("parameter") in (None, row["parameter"])
    ]
    wanted = effect_name(entry["effect"])
    rows: dict[str, float | None] = {}
    results: dict[str, str] = {}
    for row in effects:
        if row["group2_level"] == wanted:
            rows.setdefault(row["stat_name"], row["stat_value"])
            results.setdefault(row["stat_name"], row["result_id"])
    if any(rows.get(name) is None for name in ("f", "df1", "df2")):
        known = ", ".join(dict.fromkeys(present(row["group2_level"]) for row in effects)) or "none"
        why = f"{analysis.label} has no F for {wanted}; its effects are: {known}"
        raise nothing(entry["title"], why)
    f, df1, df2 = (present(rows[name]) for name in ("f", "df1", "df2"))
    if df1 <= 1:
        raise nothing(entry["title"], "with one degree of freedom there is nothing to correct")
    lower = 1 / df1
    marks = {"epsilon_lower": lower} | {
        name: min(value, 1.0) for name in MARKED if (value := rows.get(name)) is not None
    }
    with drawing(7.2, 3.2) as figure:
        axes = figure.subplots()
        epsilon = np.linspace(lower, 1, 200)
        curve_p = p_values(f, df1, df2, epsilon)
        axes.plot(epsilon, curve_p, color=INK, linewidth=1.6)
        _marks(axes, f, df1, df2, marks, material.trial.plan.style)
        _scaled(axes, analysis.decision_level, p_values(f, df1, df2, [lower, 1.0]).tolist())
    caption = (
        f"{entry['title']}: p of F({number(df1)}, {number(df2)}) = {number(f)} when both degrees "
        f"of freedom are multiplied by ε; the dashed line is the significance level."
    )
    alt = "Curve of p over epsilon with the estimated epsilons marked."
    curve = [("", "curve", x, p) for x, p in zip(epsilon.tolist(), curve_p.tolist(), strict=True)]
    points = [
        (results.get(name, ""), MARKED[name], x, float(p_values(f, df1, df2, x)))
        for name, x in marks.items()
    ]
    return Picture(
        figure, caption, alt, Data(("result", "what", "epsilon", "p"), [*curve, *points])
    )


def _scaled(axes: "Axes", level: float, ends: list[float]) -> None:
    """The line of the decision level, the scales, and the legend."""
    axes.axhline(level, color=FAINT, linewidth=0.9, linestyle="--")
    axes.annotate(
        f"{level:g}",
        (1, level),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=FAINT,
    )
    axes.set_yscale("log")
    within = [*ends, level]
    ticks = [t for t in TICKS if min(within) / 2 <= t <= max(within) * 2]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_xlabel("ε")
    axes.set_ylabel("p (log scale)")
    axes.legend(frameon=False, fontsize=8)


def effect_name(text: str) -> str:
    """An effect as results name it: "arm × visit" and "arm:visit" are "arm_visit"."""
    return text.replace(" \N{MULTIPLICATION SIGN} ", "_").replace(":", "_")


def p_values(f: float, df1: float, df2: float, epsilon: Any) -> np.ndarray:
    """Upper tail of F with both degrees of freedom multiplied by epsilon (Box 1954)."""
    from scipy.special import fdtrc

    return fdtrc(np.asarray(epsilon) * df1, np.asarray(epsilon) * df2, f)


def _marks(
    axes: "Axes", f: float, df1: float, df2: float, marks: dict[str, float], style: Style
) -> None:
    points = {MARKED[name]: at for name, at in marks.items()} | {"uncorrected": 1.0}
    for at, (label, epsilon) in enumerate(points.items()):
        p = float(p_values(f, df1, df2, epsilon))
        shown = p_text(p, style)
        text = f"{label}: ε = {epsilon:.3f}, p {'' if shown[0] in '<>' else '= '}{shown}"
        axes.plot(
            epsilon,
            p,
            MARKERS[at],
            color=COLOURS[at],
            markersize=7,
            label=text,
            zorder=3,
            clip_on=False,
        )
