"""Patient flow as boxes: randomised, treated, lost and why, in each population and analysis.

Where somebody in the export is not used, or has no arm, a box of the export stands above them all.
"""

from typing import TYPE_CHECKING, Any

from trialtrace.ground.contracts.rows import present
from trialtrace.methods.analysing.rows import ALL
from trialtrace.report.audit.red_lines import not_used, reason_words
from trialtrace.report.figures.canvas import FAINT, INK, PALE, colour_of, drawing
from trialtrace.report.figures.picture import Cell, Data, Picture, arm_words, arms_of
from trialtrace.report.material import Material
from trialtrace.report.tables import NO_BREAK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = dict[str, Any]
# Heights in lines of text: a box is as high as its lines and a margin, with an arrow between two.
MARGIN, GAP, LINE = 1.1, 1.3, 0.165


def draw(material: Material, given: Row) -> Picture:
    """The counts of the flow analysis, a column an arm; one column where patients have all arms."""
    export = exported(material)
    first = "in the export" if export else "randomised"
    alt = f"Boxes from the patients {first} to those analysed, {arm_words(material)}. "
    alt += _told(material)
    groups = [
        arm for arm in arms_of(material) if ("randomised", None, arm, None) in counts(material)
    ]
    columns = [boxes(material, given, group) for group in groups or [ALL]]
    top = [*_screening(material), *_wrapped("Randomised in the data", 60)]
    top.append(_n(material, ALL, "randomised", None))
    if material.trial.design.planned:
        top[-1] += f" of {material.trial.design.planned} planned"
    heights = [max(len(column[level]) for column in columns) for level in range(len(columns[0]))]
    above = [box for box in (export, top) if box]
    total = sum(map(len, above)) + sum(heights) + (MARGIN + GAP) * (len(heights) + len(above))
    with drawing(7.2, LINE * total) as figure:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(-total, 0)
        start = _stacked(axes, above)
        for number, column in enumerate(columns):
            x = (number + 0.5) / len(columns)
            colour = colour_of(arms_of(material), groups[number]) if groups else INK
            _column(axes, x, start, column, heights, colour, _followed(material))
    caption = "Patient flow. Analysed: patients with a value, of those in the population."
    return Picture(figure, caption, alt, _data(material, export))


def _data(material: Material, export: list[str]) -> Data:
    """The lines of the box of the export, then every count of the flow as a result."""
    rows: list[tuple[Cell, ...]] = [
        (
            row["result_id"],
            row["stat_label"],
            row["parameter"],
            row["group2_level"],
            row["group1_level"],
            row["stat_value"],
        )
        for row in material.of("flow")
    ]
    told: list[tuple[Cell, ...]] = [("", line, None, None, None, None) for line in export]
    return Data(("result", "count", "of", "reason", "arm", "n"), [*told, *rows])


def _told(material: Material) -> str:
    """ "Randomised 602: Drug 295, Placebo 307." in words, for who cannot see the boxes."""
    known = counts(material)
    arms = [
        f"{material.arm_label(arm)} {known['randomised', None, arm, None]}"
        for arm in arms_of(material)
        if ("randomised", None, arm, None) in known
    ]
    whole = f"Randomised {known['randomised', None, ALL, None]}"
    return f"{whole}: {', '.join(arms)}." if arms else f"{whole}."


def exported(material: Material) -> list[str]:
    """Who is in the export and not in the boxes below, by reason; nothing where all of them are."""
    account, without = material.account, material.without_arm
    gone = not_used(account) + without
    if not gone:
        return []
    lines = ["In the export", f"n = {account.subjects.in_export}", f"Not used: {gone}"]
    reasons = [(reason_words(one.reason), one.n) for one in account.subjects.excluded]
    if without:
        reasons.append(("no arm in the data", without))
    return lines + [line for why, n in reasons for line in _wrapped(f"{why}: {n}", 60)]


def _screening(material: Material) -> list[str]:
    """Who was assessed and why some were not randomised; nothing where the data do not tell."""
    known = counts(material)
    if ("assessed", None, ALL, None) not in known:
        return []
    reasons = {key[3]: n for key, n in known.items() if key[0] == "excluded" and n}
    lines = ["Assessed for eligibility", _n(material, ALL, "assessed", None)]
    if reasons:
        lines.append(f"Not randomised: {sum(reasons.values())}")
        lines += [line for name, n in reasons.items() for line in _wrapped(f"{name}: {n}", 60)]
    return lines


def counts(material: Material) -> dict[tuple, int]:
    """Counts by statistic, parameter, group and level."""
    return {
        (row["stat_name"], row["parameter"], row["group1_level"], row["group2_level"]): round(
            present(row["stat_value"])
        )
        for row in material.of("flow")
    }


def boxes(material: Material, given: Row, group: str) -> list[list[str]]:
    """The lines of each box of one arm, from the arm itself to the analyses."""
    known, trial = counts(material), material.trial
    several = len(arms_of(material))
    width = {1: 60, 2: 44}.get(several, 30 if several == 3 else 22)
    found = []
    if group != ALL:
        found.append(
            [*_wrapped(material.arm_label(group), width), _n(material, group, "randomised", None)]
        )
    if "received" in given:
        n = known["received", None, group, None]
        less = known["randomised", None, group, None] - n
        others = _by_reason(known, "not_received", None, group, width)
        found.append(["Received the treatment", f"n = {n}{_fewer(less)}", *others])
    if "ended" in given:
        found.append(_ended(known, group, width))
    for name, population in trial.populations.items():
        if _loses(material, name):
            n = known["in_population", name, group, None]
            less = known["randomised", None, group, None] - n
            found.append([*_wrapped(population.label, width), f"n = {n}{_fewer(less)}"])
    return [*found, _analysed(material, given, group, width)]


def _followed(material: Material) -> int:
    """Populations that lack anybody, and the analyses, which are of each of them or of all."""
    return sum(_loses(material, name) for name in material.trial.populations) + 1


def _analysed(material: Material, given: Row, group: str, width: int) -> list[str]:
    """One box for all analyses, since none of them follows on another."""
    known, lines = counts(material), ["Analysed"]
    for name in given["analysed"]:
        analysis = material.trial.plan.analyses[name]
        of = known["in_population", analysis.estimand.population, group, None]
        n = known["analysed", name, group, None]
        counted = f"{n} of {of}".replace(" ", NO_BREAK)
        lines += _wrapped(f"{analysis.label}: {counted}", width)
        others = _by_reason(known, "not_analysed", name, group, width)
        lines += ["Not analysed:", *others] if others else []
    return lines


def _by_reason(
    known: dict[tuple, int], stat: str, name: str | None, group: str, width: int
) -> list[str]:
    """Those who are not in a box, and the reasons that occurred in any arm."""
    mine = [key for key in known if key[:2] == (stat, name)]
    reasons = dict.fromkeys(key[3] for key in mine if known[key])
    return [
        line
        for reason in reasons
        for line in _wrapped(f"{reason}: {known[stat, name, group, reason]}", width)
    ]


def _ended(known: dict[tuple, int], group: str, width: int) -> list[str]:
    """Those who did not complete the trial, and the reasons that occurred in any arm."""
    reasons = list(dict.fromkeys(key[3] for key in known if key[0] == "ended"))
    shown = [r for r in reasons if any(known[k] for k in known if k[0] == "ended" and k[3] == r)]
    total = sum(known["ended", None, group, reason] for reason in reasons)
    lines = [f"Did not complete: n = {total}"]
    for reason in shown:
        lines += _wrapped(f"{reason}: {known['ended', None, group, reason]}", width)
    return lines


def _loses(material: Material, name: str) -> bool:
    """Whether a population lacks anybody who was randomised."""
    known = counts(material)
    groups = {key[2] for key in known if key[0] == "randomised"}
    return any(
        known["in_population", name, group, None] < known["randomised", None, group, None]
        for group in groups
    )


def _n(material: Material, group: str, stat: str, parameter: str | None) -> str:
    return f"n = {counts(material)[stat, parameter, group, None]}"


def _fewer(n: int) -> str:
    return f"  ({n} not)" if n > 0 else ""


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width) or [text]


def _stacked(axes: "Axes", boxes: list[list[str]]) -> float:
    """The boxes before the arms, an arrow from each to the next; where the last one ends."""
    edge = 0.0
    for number, lines in enumerate(boxes):
        top = edge - GAP if number else edge
        if number:
            _arrow(axes, (0.5, edge), (0.5, top))
        edge = top - len(lines) - MARGIN
        _box(axes, 0.5, (top + edge) / 2, lines, INK)
    return edge


def _column(
    axes: "Axes",
    x: float,
    start: float,
    column: list[list[str]],
    heights: list[int],
    colour: str,
    followed: int,
) -> None:
    """Boxes below each other; the last ones, `followed` of them, do not follow on each other."""
    above, edge = (0.5, start), start
    for number, (lines, height) in enumerate(zip(column, heights, strict=True)):
        top = edge - GAP
        if number <= len(column) - followed:
            _arrow(axes, above, (x, top))
        _box(axes, x, top - (height + MARGIN) / 2, lines, colour)
        edge = top - height - MARGIN
        above = (x, edge)


def _box(axes: "Axes", x: float, y: float, lines: list[str], colour: str) -> None:
    axes.text(
        x,
        y,
        "\n".join(lines),
        ha="center",
        va="center",
        fontsize=8.5,
        linespacing=1.3,
        bbox={
            "boxstyle": "round,pad=0.45",
            "facecolor": "white",
            "edgecolor": colour,
            "linewidth": 1.1,
        },
        zorder=2,
    )


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.plot([start[0], end[0]], [start[1], end[1]], color=PALE, linewidth=0.1, zorder=1)
    axes.annotate(
        "",
        end,
        start,
        zorder=1,
        arrowprops={
            "arrowstyle": "-|>",
            "color": FAINT,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
