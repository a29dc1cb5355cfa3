"""Patient flow as boxes: randomised, by arm, in each population, in each analysis."""

from typing import TYPE_CHECKING, Any

from trialtrace.analyses.rows import ALL
from trialtrace.display.figures.canvas import FAINT, INK, colour_of, drawing
from trialtrace.display.figures.picture import Picture, arm_words
from trialtrace.display.material import Material

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]


def draw(material: Material, given: Row) -> Picture:
    """The counts of the flow analysis."""
    alt = f"Boxes from the patients randomised to those analysed, {arm_words(material)}."
    return Picture(_figure(material), "Patient flow.", alt)


def _figure(material: Material) -> "Figure":
    """Arms side by side."""
    rows = material.of("flow")
    count = {
        (r["stat_name"], r["parameter"], r["group1_level"]): round(r["stat_value"]) for r in rows
    }
    arms = list(material.trial.design.arms)
    steps = _steps(material, count)
    height = 1.5 + 0.95 * len(steps)
    with drawing(7.2, height) as figure:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(-len(steps) - 0.5, 0.6)
        planned = material.trial.design.planned
        text = f"Randomised in the data\nn = {count['randomised', None, ALL]}"
        _box(axes, 0.5, 0, text + (f" of {planned} planned" if planned else ""), INK)
        for number, arm in enumerate(arms):
            x = (number + 0.5) / len(arms)
            colour = colour_of(arms, arm)
            _arrow(axes, (0.5, -0.28), (x, -0.72))
            for level, (stat, parameter, label) in enumerate(steps, start=1):
                title = material.arm_label(arm) if stat == "randomised" else label
                n = count[stat, parameter, arm]
                before = count[steps[level - 2][0], steps[level - 2][1], arm] if level > 1 else n
                lost = f"  ({before - n} fewer)" if before > n else ""
                _box(axes, x, -level, f"{title}\nn = {n}{lost}", colour, len(arms))
                if level > 1:
                    _arrow(axes, (x, -level + 0.72), (x, -level + 0.28))
        return figure


def _steps(material: Material, count: dict[tuple, int]) -> list[tuple[str, str | None, str]]:
    """(statistic, parameter, label) of each row of boxes; none for a population losing nobody."""
    trial, arms = material.trial, list(material.trial.design.arms)
    steps: list[tuple[str, str | None, str]] = [("randomised", None, "")]
    for name, population in trial.populations.items():
        if any(count["in_population", name, a] < count["randomised", None, a] for a in arms):
            steps.append(("in_population", name, population.label))
    for name in trial.plan.displays["flow"]["analysed"]:
        steps.append(("analysed", name, f"Analysed: {trial.plan.analyses[name].label}"))
    return steps


def _box(axes: "Axes", x: float, y: float, text: str, colour: str, columns: int = 1) -> None:
    import textwrap

    width = {1: 60, 2: 44}.get(columns, 30)
    title, n = text.split("\n")
    wrapped = "\n".join([*textwrap.wrap(title, width), n])
    axes.text(
        x, y, wrapped, ha="center", va="center", fontsize=8.5, linespacing=1.35,
        bbox={"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": colour,
              "linewidth": 1.1},
    )  # fmt: skip


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": FAINT, "linewidth": 0.9}
    )
