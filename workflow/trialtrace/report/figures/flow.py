"""Patient flow as boxes, in the stages of CONSORT 2025: assessed, randomised, received, followed
up, analysed. What no key of the plan tells from the export is "not reported", never 0.

Where somebody in the export is not used, or has no arm, a box of the export stands above them all.
"""

import textwrap
from typing import TYPE_CHECKING, Any

from trialtrace.report.audit.red_lines import not_used, reason_words
from trialtrace.report.figures.canvas import FAINT, INK, PALE, colour_of, drawing
from trialtrace.report.figures.picture import Cell, Data, Picture, arm_words, arms_of
from trialtrace.report.material import Material
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.cleaning.account import Selection
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = dict[str, Any]
Counts = dict[tuple[Any, ...], int]
# Heights in lines of text: a box is as high as its lines and a margin, with an arrow between two.
MARGIN, GAP, LINE = 0.9, 1.2, 0.155
# Inches: the picture, and what a letter takes of a line.
WIDE, LETTER = 7.2, 0.062
NOT_REPORTED, UNREPORTED = "not reported", ", reason not reported"
NOT_IN_DATA = "not in the data"
UNDECIDED = "whether randomised is not recorded"
POPULATIONS, BULLET = "In the population:", "\N{BULLET} "
# Reasons of a box that have a place of their own; the others are counted together.
MOST_REASONS = 4


def draw(material: Material, row: Row) -> Picture:
    """The counts of the flow analysis, a column an arm; one column where patients have all arms."""
    export = exported(material)
    who = row.get("patients")
    first = "in the export" if export else lower_first(who or "randomised")
    arms = arm_words(material, arms_of(material))
    alt = f"Boxes from the patients {first} to those analysed, {arms}. {_told(material, row)}"
    groups = [
        arm for arm in arms_of(material) if ("randomised", None, arm, None) in counts(material)
    ]
    columns = [boxes(material, row, group) for group in groups or [ALL]]
    top = [who or "Randomised in the data", _n(material, "randomised")]
    if who:
        top.insert(0, f"Randomised: {NOT_IN_DATA}")
    elif material.trial.design.planned:
        top[-1] += f" of {material.trial.design.planned} planned"
    heights = [max(len(column[level]) for column in columns) for level in range(len(columns[0]))]
    above = [box for box in (export, screening(material), top) if box]
    total = sum(map(len, above)) + sum(heights) + (MARGIN + GAP) * (len(heights) + len(above))
    with drawing(WIDE, LINE * (total + 0.6)) as figure:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(-total - 0.3, 0.3)
        start = _stacked(axes, above)
        for number, column in enumerate(columns):
            x = (number + 0.5) / len(columns)
            colour = colour_of(arms_of(material), groups[number]) if groups else INK
            _column(axes, x, 0.96 / len(columns), start, column, heights, colour)
    caption = (
        "Patient flow. Analysed: patients in whom the outcome is known, of those in the "
        "population. Not reported: "
        "the export does not tell, or the plan does not say how it does."
    )
    return Picture(figure, caption, alt, _data(material, export))


def _data(material: Material, export: list[str]) -> Data:
    """The lines of the box of the export, then every count of the flow as a result."""
    arms = arms_of(material)
    rows: list[tuple[Cell, ...]] = [
        (
            row["result_id"],
            row["stat_label"],
            _of(material, row),
            row["group2_level"],
            material.arm_label(arm) if (arm := row["group1_level"]) in arms else arm,
            row["stat_value"],
        )
        for row in material.of("flow")
    ]
    cells: list[tuple[Cell, ...]] = [("", line, None, None, None, None) for line in export]
    return Data(("result", "count", "of", "reason", "arm", "n"), [*cells, *rows])


def _of(material: Material, row: ResultRow) -> str | None:
    """The label of the population or the analysis of which a count is."""
    name, plan = row["parameter"], material.trial.plan
    if name in plan.analyses:
        return plan.analyses[name].label
    return material.trial.populations[name].label if name in material.trial.populations else name


def _told(material: Material, row: Row) -> str:
    """ "Randomised 602: Drug 295, Placebo 307. Relief: Drug 290 of 295, ..." in words, for who
    cannot see the boxes."""
    known = counts(material)
    arms = [arm for arm in arms_of(material) if ("randomised", None, arm, None) in known]

    def by_arm(text: dict[str, str]) -> str:
        return ", ".join(f"{material.arm_label(arm)} {told}" for arm, told in text.items())

    each = by_arm({arm: str(known["randomised", None, arm, None]) for arm in arms})
    who = row.get("patients", "Randomised")
    told = [f"{who} {known['randomised', None, ALL, None]}{f': {each}' if each else ''}."]
    for name in row["analysed"]:
        label = material.trial.plan.analyses[name].label
        used = {arm: _of_those(material, name, arm) for arm in arms or [ALL]}
        told.append(f"Analysed, {label}: known in {by_arm(used) if arms else used[ALL]}.")
    return " ".join(told)


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


def screening(material: Material) -> list[str]:
    """Who was assessed and why some were not randomised, as far as the data tell it."""
    known = counts(material)
    if log := screened(material):
        reasons = dict(log.reasons or {}) | ({UNDECIDED: log.undecided} if log.undecided else {})
        gone = f"Excluded: {sum(reasons.values())}{_in_brackets(reasons, most=len(reasons))}"
        made = " (made up, not printed)" if material.trial.synthetic else ""
        lines = [f"Assessed for eligibility by the log{made}", f"n = {log.rows}"]
        lines += _wrapped(gone, 60)
        randomised = known["randomised", None, ALL, None]
        used = log.rows - log.left_out - log.undecided
        if used != randomised:
            lines += _wrapped(f"Randomised by the log: {used}, in the data: {randomised}", 60)
        return lines
    if ("assessed", None, ALL, None) not in known:
        return [f"Assessed for eligibility: {NOT_REPORTED}", f"Excluded: {NOT_REPORTED}"]
    reasons = {key[3]: n for key, n in known.items() if key[0] == "excluded"}
    gone = f"Excluded: {sum(reasons.values())}{_in_brackets(reasons)}"
    return ["Assessed for eligibility", _n(material, "assessed"), *_wrapped(gone, 60)]


def screened(material: Material) -> Selection | None:
    """What the log of screening has, where the plan names one."""
    name = material.trial.plan.displays["flow"].get("screening")
    return next(
        (selection for selection in material.account.selections if selection.table == name), None
    )


def counts(material: Material) -> Counts:
    """Counts by statistic, parameter, group and level."""
    return {
        (row["stat_name"], row["parameter"], row["group1_level"], row["group2_level"]): round(
            present(row["stat_value"])
        )
        for row in material.of("flow")
    }


def boxes(material: Material, row: Row, group: str) -> list[list[str]]:
    """The lines of each box of one arm, from the arm itself to the analyses."""
    known, trial = counts(material), material.trial
    columns = len(arms_of(material)) if group != ALL else 1
    width = min(60, int(0.9 * WIDE / columns / LETTER))
    randomised = known["randomised", None, group, None]
    found = []
    named = row.get("patients", "Allocated")
    first = [] if group == ALL else [material.arm_label(group), f"{named}: {randomised}"]
    if "received" in row:
        n = known["received", None, group, None]
        reasons = _by_reason(known, "not_received", None, group)
        first.append(
            f"Received the treatment: {n}; did not: {randomised - n}{_in_brackets(reasons)}"
        )
    else:
        first.append(f"Received the treatment: {NOT_REPORTED}")
    found.append(_lines(first, width))
    if "ended" in row:
        reasons = {key[3]: n for key, n in known.items() if key[0] == "ended" and key[2] == group}
        found.append(
            _wrapped(f"Did not complete: {sum(reasons.values())}{_in_brackets(reasons)}", width)
        )
    else:
        found.append([f"Lost to follow-up: {NOT_REPORTED}"])
    narrower = [
        f"{population.label}: {known['in_population', name, group, None]}"
        for name, population in trial.populations.items()
        if _loses(material, name)
    ]
    if narrower:
        found.append(_lines([POPULATIONS, *(f"{BULLET}{one}" for one in narrower)], width))
    return [*found, _analysed(material, row, group, width)]


def _analysed(material: Material, row: Row, group: str, width: int) -> list[str]:
    """One box for all analyses, since none of them follows on another."""
    known, texts = counts(material), ["Analysed:"]
    for name in row["analysed"]:
        label = material.trial.plan.analyses[name].label
        reasons = _by_reason(known, "not_analysed", name, group)
        text = f"{BULLET}{label}: known in {_of_those(material, name, group)}"
        if sum(reasons.values()):
            text += f"; not{_of_all(material, name, group)}: "
            text += f"{sum(reasons.values())}{_in_brackets(reasons)}"
        texts.append(text)
    return _lines(texts, width)


def _of_those(material: Material, name: str, group: str) -> str:
    """ "40 of 55": who was analysed, of those in the population of the analysis."""
    n, of = counts(material)["analysed", name, group, None], _size(material, name, group)
    return f"{n} of {of}".replace(" ", NO_BREAK)


def _of_all(material: Material, name: str, group: str) -> str:
    """ ", of all 55", where reasons are of more patients than those of the population."""
    all_of_them = counts(material)["randomised", None, group, None]
    return f", of all {all_of_them}" if all_of_them > _size(material, name, group) else ""


def _size(material: Material, name: str, group: str) -> int:
    """How many of a group are in the population of an analysis."""
    population = material.trial.plan.analyses[name].estimand.population
    return counts(material)["in_population", population, group, None]


def _by_reason(known: Counts, stat: str, name: str | None, group: str) -> dict[str, int]:
    """How many of an arm are not in a box, by reason."""
    return {key[3]: n for key, n in known.items() if key[:3] == (stat, name, group)}


def _in_brackets(reasons: dict[str, int], most: int = MOST_REASONS) -> str:
    """ " (died 2, withdrew 1)": reasons that occurred, the rarest of many together; for those
    without one that none is reported. Empty where nobody is counted."""
    ordered = sorted(reasons.items(), key=lambda item: (item[0].endswith(UNREPORTED), -item[1]))
    some = [(reason, n) for reason, n in ordered if n]
    if len(some) > most + 1:
        rest = sum(n for _, n in some[most:])
        some = [*some[:most], ("other reasons", rest)]
    brackets = [f"{reason.removesuffix(UNREPORTED)}{NO_BREAK}{n}" for reason, n in some]
    why = UNREPORTED if any(reason.endswith(UNREPORTED) for reason, _ in some) else ""
    if len(some) == 1:
        brackets = [some[0][0].removesuffix(UNREPORTED)]
    return f" ({', '.join(brackets)}{why})" if brackets else ""


def _loses(material: Material, name: str) -> bool:
    """Whether a population lacks anybody who was randomised."""
    known = counts(material)
    groups = {key[2] for key in known if key[0] == "randomised"}
    return any(
        known["in_population", name, group, None] < known["randomised", None, group, None]
        for group in groups
    )


def _n(material: Material, stat: str) -> str:
    return f"n = {counts(material)[stat, None, ALL, None]}"


def _lines(texts: list[str], width: int) -> list[str]:
    return [line for text in texts for line in _wrapped(text, width)]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width) or [text]


def _stacked(axes: "Axes", boxes: list[list[str]]) -> float:
    """The boxes before the arms, an arrow from each to the next; where the last one ends."""
    edge = 0.0
    for number, lines in enumerate(boxes):
        top = edge - GAP if number else edge
        if number:
            _arrow(axes, (0.5, edge), (0.5, top))
        edge = top - len(lines) - MARGIN
        _box(axes, (0.5, 0.6), (top, edge), lines, INK)
    return edge


def _column(
    axes: "Axes",
    x: float,
    width: float,
    start: float,
    column: list[list[str]],
    heights: list[int],
    colour: str,
) -> None:
    """Boxes below each other, an arrow from each to the next; not to the analyses from the
    populations, since some are of everybody."""
    above, edge = (0.5, start), start
    for number, (lines, height) in enumerate(zip(column, heights, strict=True)):
        top = edge - GAP
        edge = top - height - MARGIN
        if not column[number - 1][0].startswith(POPULATIONS):
            _arrow(axes, above, (x, top))
        _box(axes, (x, width), (top, edge), lines, colour)
        above = (x, edge)


def _box(
    axes: "Axes",
    across: tuple[float, float],
    ends: tuple[float, float],
    lines: list[str],
    colour: str,
) -> None:
    """A box of a middle and a width, from its top to its bottom, its lines from the left."""
    from matplotlib.patches import Rectangle

    (x, width), (top, bottom) = across, ends
    left = x - width / 2
    patch = Rectangle(
        (left, bottom), width, top - bottom, facecolor="white", edgecolor=colour, linewidth=1.1
    )
    axes.add_patch(patch)
    for number, line in enumerate(lines):
        place = top - MARGIN / 2 - number - 0.5
        axes.text(left + 0.012, place, line, ha="left", va="center", fontsize=8, zorder=2)


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
