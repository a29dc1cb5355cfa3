"""Patient flow as boxes, in the stages of CONSORT 2025: assessed, randomised, received, followed
up, analysed. Who leaves stands at the side. A stage that no key of the plan tells from the export
has no box, never a 0, and the caption says so once; the boxes end with the primary analysis.

Where somebody in the export is not used, or has no arm, a box of the export stands above them all.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trialtrace.base.synthetic import SET_MARK
from trialtrace.report.audit.red_lines import not_used, reason_words
from trialtrace.report.figures.canvas import FAINT, INK, colour_of, drawing, field
from trialtrace.report.figures.picture import (
    Cell,
    Data,
    Picture,
    arm_words,
    arms_of,
    in_a_row,
)
from trialtrace.report.material import Material
from trialtrace.report.sections.imputed import drawn_beside
from trialtrace.report.sections.lost_sessions import LOST, hanging, lost_as_failures
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.cleaning.account import Selection
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.analyse import counted_at
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.plan.build import Analysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = dict[str, Any]
Key = tuple[str | None, ...]
Counts = dict[Key, int]
Lines = list[tuple[str, tuple[str, str] | None, bool]]
# Heights in lines of text: a box is as high as its lines and a margin, with an arrow between two.
MARGIN, GAP, LINE = 0.9, 1.0, 0.155
# Inches: the picture, an arm of more than three, and what a letter takes of a line.
WIDE, AN_ARM, LETTER = 7.2, 2.3, 0.062
# Shares of a column: the widest, the way down its boxes, and where boxes at its side begin.
WIDEST, WAY, SIDE = 0.5, 0.06, 0.14
NOT_REPORTED, UNREPORTED = "not reported", ", reason not reported"
NOT_IN_DATA = "not in the data"
UNDECIDED = "whether randomised is not recorded"
INSET = "   "
# Reasons of a box that have a place of their own; the others are counted together.
MOST_REASONS = 4


@dataclass(frozen=True)
class Box:
    """Texts, each with the result that it shows, if any; of those who leave it stands at the
    side."""

    texts: Sequence[tuple[str, ResultRow | None]]
    side: bool = False
    head: bool = False

    def lines(self, letters: int, of: str) -> Lines:
        """Lines of so many letters, each with its result and what it says of whom, and whether it
        is the head of an arm."""
        return [
            (line, (row["result_id"], f"{of}{text.strip()}") if row else None, self.head and not at)
            for at, (text, row) in enumerate(self.texts)
            for line in _wrapped(text, letters)
        ]


def _marked(material: Material, every: list[Box]) -> list[Box]:
    """The boxes with the mark behind counts that were set to published ones."""
    found = material.tracer.set_to_published

    def text(told: str, row: ResultRow | None) -> str:
        return told + SET_MARK * (row is not None and short_id(row["result_id"]) in found)

    return [replace(box, texts=[(text(*one), one[1]) for one in box.texts]) for box in every]


def draw(material: Material, row: Row) -> Picture:
    """The counts of the flow analysis, a column an arm; one column where patients have all arms."""
    known = {row[2] for row in counts(material) if row[0] == "randomised" and row[2] != ALL}
    groups = [arm for arm in arms_of(material) if arm in known]
    above = _marked(material, before(material, row))
    columns = [_marked(material, boxes(material, row, arm)) for arm in groups or [ALL]]
    across = max(WIDE, AN_ARM * len(columns))
    width = min(0.97 / len(columns), WIDEST)
    letters = int(0.95 * width * across / LETTER)
    top = [box.lines(int(0.95 * 0.44 * across / LETTER), "") for box in above]
    named = [f"{material.arm_label(arm)}, " for arm in groups] or [""]
    arms = [
        [box.lines(int(letters * (1 - SIDE * box.side)), of) for box in column]
        for column, of in zip(columns, named, strict=True)
    ]
    heights = [max(len(arm[level]) for arm in arms) for level in range(len(arms[0]))]
    total = sum(map(len, top)) + sum(heights) + (MARGIN + GAP) * (len(heights) + len(top)) + GAP
    with drawing(across, LINE * (total + 0.6)) as figure:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(-total - 0.3, 0.3)
        start = _column(axes, (0.5, 0.44), 0.0, list(zip(above, top, strict=True)), [], INK)
        for number, (column, lines) in enumerate(zip(columns, arms, strict=True)):
            x = (number + 0.5) / len(columns)
            colour = colour_of(arms_of(material), groups[number]) if groups else INK
            _branch(axes, start, x)
            both = list(zip(column, lines, strict=True))
            _column(axes, (x, width), start - 2 * GAP, both, heights, colour)
    names = [material.arm_label(group) for group in groups] or [""]
    data = _data(material, [("", above), *zip(names, columns, strict=True)])
    return Picture(figure, _caption(material, row), _alt(material, row), data)


def _caption(material: Material, row: Row) -> str:
    text = "Patient flow."
    if name := primary(material, row):
        label = material.trial.plan.analyses[name].label
        at = at_visit(material, material.trial.plan.analyses[name])
        failures = lost_as_failures(material, material.trial.plan.analyses[name])
        text += f" Analysed: patients whose values “{label}” is computed from{at}, of those in its "
        text += f"population{f'; with those lost: {failures}' if failures else ''}."
        text += drawn_beside(material, name)
    if len(row["analysed"]) > 1:
        text += " The other analyses are in the flow table."
    known = counts(material)
    untold = {
        "who was assessed for eligibility": not screened(material)
        and ("assessed", None, ALL, None) not in known,
        "who received the treatment": "received" not in row,
        "who was lost to follow-up": "ended" not in row,
    }
    missing = [words for words, is_untold in untold.items() if is_untold]
    return text + (f" Not reported in the data: {in_a_row(missing)}." if missing else "")


def primary(material: Material, row: Row) -> str:
    """The analysis with which the boxes end: the first primary one of those that the plan lists,
    else the first; nothing of an open report, which analyses nothing."""
    analyses, names = material.trial.plan.analyses, row["analysed"]
    return next((n for n in names if analyses[n].role == "primary"), next(iter(names), ""))


def before(material: Material, row: Row) -> list[Box]:
    """The boxes above the arms: the export, the assessed, the randomised."""
    who, planned = row.get("patients"), material.trial.design.planned
    randomised = of_flow(material)["randomised", None, ALL, None]
    n = f"n = {counts(material)['randomised', None, ALL, None]}"
    texts: list[tuple[str, ResultRow | None]] = [(who or "Randomised in the data", None)]
    after = [(f"Number randomised: {NOT_IN_DATA}", None)] if who else []
    if planned and not who:
        n += f" of {planned} planned"
    return [*exported(material), *screening(material), Box([*texts, (n, randomised), *after])]


def _data(material: Material, columns: Sequence[tuple[str, list[Box]]]) -> Data:
    """What stands in the boxes of each column, by the name of its arm: a result, of those analysed
    also of how many, or a line of text."""
    cells: list[tuple[Cell, ...]] = []
    for arm, column in columns:
        for box in column:
            for at, (text, row) in enumerate(box.texts):
                if row is not None:
                    cells += [_count(material, one, arm) for one in _shown(material, row)]
                elif at or not box.head:
                    line = text.strip().replace(NO_BREAK, " ")
                    cells.append(("", line, None, None, arm, None))
    return Data(("result", "count", "of", "reason", "arm", "n"), cells)


def _shown(material: Material, row: ResultRow) -> list[ResultRow]:
    """The results that a line of a box has: one, or "40 of 55"."""
    if row["stat_name"] != "analysed":
        return [row]
    population = material.trial.plan.analyses[present(row["parameter"])].estimand.population
    return [row, of_flow(material)["in_population", population, row["group1_level"], None]]


def _count(material: Material, row: ResultRow, arm: str) -> tuple[Cell, ...]:
    what = row["stat_label"], _of(material, row), row["group2_level"]
    return row["result_id"], *what, arm or row["group1_level"], row["stat_value"]


def _of(material: Material, row: ResultRow) -> str | None:
    """The label of the population or the analysis of which a count is."""
    name, plan = row["parameter"], material.trial.plan
    if name in plan.analyses:
        return plan.analyses[name].label
    return material.trial.populations[name].label if name in material.trial.populations else name


def _alt(material: Material, row: Row) -> str:
    """ "Randomised 602: Drug 295, Placebo 307. Relief: Drug 290 of 295, ..." in words, for who
    cannot see the boxes."""
    known, who = counts(material), row.get("patients")
    arms = [arm for arm in arms_of(material) if ("randomised", None, arm, None) in known]

    def by_arm(text: dict[str, str]) -> str:
        return ", ".join(f"{material.arm_label(arm)} {told}" for arm, told in text.items())

    first = "in the export" if exported(material) else lower_first(who or "randomised")
    alt = f"Boxes from the patients {first} to those analysed, "
    alt += f"{arm_words(material, arms_of(material))}."
    each = by_arm({arm: str(known["randomised", None, arm, None]) for arm in arms})
    alt += f" {who or 'Randomised'} {known['randomised', None, ALL, None]}"
    alt += f": {each}." if each else "."
    if not (name := primary(material, row)):
        return alt
    used = {arm: _of_those(material, name, arm) for arm in arms or [ALL]}
    analysis = material.trial.plan.analyses[name]
    lost = ", those lost counted as failures" * bool(lost_as_failures(material, analysis))
    alt += f" Analysed, {analysis.label}{at_visit(material, analysis)}{lost}: "
    return f"{alt}{by_arm(used) if arms else used[ALL]}."


def at_visit(material: Material, analysis: Analysis) -> str:
    """ " at week 4, the first of its visits", where an analysis is counted at one of several."""
    at = counted_at(material.trial, analysis)
    return f" at {at}, the first of its visits" if at else ""


def exported(material: Material) -> list[Box]:
    """Who is in the export, and at the side who is not in the boxes below, by reason; nothing where
    all of them are."""
    account, without = material.account, material.without_arm
    gone = not_used(account) + without
    if not gone:
        return []
    reasons = {reason_words(one.reason): one.n for one in account.subjects.excluded}
    if without:
        reasons["no arm in the data"] = without
    export = Box([("In the export", None), (f"n = {account.subjects.in_export}", None)])
    return [export, _side(f"Not used: {gone}", reasons, most=len(reasons))]


def screening(material: Material) -> list[Box]:
    """Who was assessed and, at the side, why some were not randomised, as far as the data tell."""
    known, rows = counts(material), of_flow(material)
    if log := screened(material):
        reasons = dict(log.reasons or {}) | ({UNDECIDED: log.undecided} if log.undecided else {})
        made = " (assumed, not printed)" if material.trial.synthetic else ""
        texts: list[tuple[str, ResultRow | None]] = [
            (f"Assessed for eligibility by the log{made}", None),
            (f"n = {log.rows}", None),
        ]
        randomised = known["randomised", None, ALL, None]
        used = log.rows - log.left_out - log.undecided
        if used != randomised:
            texts.append((f"Randomised by the log: {used}, in the data: {randomised}", None))
        gone = f"Excluded: {sum(reasons.values())}"
        return [Box(texts), _side(gone, reasons, most=len(reasons))]
    assessed = rows.get(("assessed", None, ALL, None))
    if assessed is None:
        return []
    n = known["assessed", None, ALL, None]
    reasons = {present(key[3]): n for key, n in known.items() if key[0] == "excluded"}
    by_reason = {present(key[3]): row for key, row in rows.items() if key[0] == "excluded"}
    gone = f"Excluded: {sum(reasons.values())}"
    first = Box([("Assessed for eligibility", None), (f"n = {n}", assessed)])
    return [first, _side(gone, reasons, by_reason)]


def screened(material: Material) -> Selection | None:
    """What the log of screening has, where the plan names one."""
    name = material.trial.plan.displays["flow"].get("screening")
    return next(
        (selection for selection in material.account.selections if selection.table == name), None
    )


def of_flow(material: Material) -> dict[Key, ResultRow]:
    """The results of the flow by statistic, parameter, group and level."""
    return {
        (row["stat_name"], row["parameter"], row["group1_level"], row["group2_level"]): row
        for row in material.of("flow")
    }


def counts(material: Material) -> Counts:
    """Counts by statistic, parameter, group and level."""
    return {key: round(present(row["stat_value"])) for key, row in of_flow(material).items()}


def boxes(material: Material, row: Row, group: str) -> list[Box]:
    """The boxes of one arm, from the arm itself to the primary analysis."""
    known, rows = counts(material), of_flow(material)
    name = primary(material, row)
    randomised = known["randomised", None, group, None]
    first: list[tuple[str, ResultRow | None]] = []
    if group != ALL:
        allocated = f"{row.get('patients', 'Allocated')}: {randomised}"
        first = [(material.arm_label(group), None)]
        first.append((allocated, rows["randomised", None, group, None]))
    found = []
    if "received" in row:
        n = known["received", None, group, None]
        first.append((f"Received the treatment: {n}", rows["received", None, group, None]))
        gone = f"Did not receive it: {randomised - n}"
        found.append(_left(material, gone, "not_received", None, group))
    if "ended" in row:
        n = sum(n for key, n in known.items() if key[0] == "ended" and key[2] == group)
        found.append(_left(material, f"Did not complete: {n}", "ended", None, group))
    if any(n for key, n in known.items() if key[:2] == ("not_analysed", name)):
        n = sum(n for key, n in known.items() if key[:3] == ("not_analysed", name, group))
        gone = f"Not analysed{_of_all(material, name, group)}: {n}"
        found.append(_left(material, gone, "not_analysed", name, group))
    if not name:
        return [*([Box(first, head=True)] if first else []), *found]
    analysed = rows["analysed", name, group, None]
    label = material.trial.plan.analyses[name].label
    texts = [(label, None), (f"Analysed: {_of_those(material, name, group)}", analysed)]
    if lost := hanging(material, material.trial.plan.analyses[name]).get(group):
        texts.append((f"{INSET}{lower_first(LOST)}:{NO_BREAK}{lost}", None))
    return [*([Box(first, head=True)] if first else []), *found, Box(texts)]


def _left(material: Material, gone: str, stat: str, name: str | None, group: str) -> Box:
    """Who of an arm is not in the next box, by reason."""
    rows = {
        present(key[3]): row
        for key, row in of_flow(material).items()
        if key[:3] == (stat, name, group)
    }
    return _side(gone, {why: round(present(row["stat_value"])) for why, row in rows.items()}, rows)


def _side(
    gone: str,
    reasons: dict[str, int],
    rows: dict[str, ResultRow] | None = None,
    most: int = MOST_REASONS,
) -> Box:
    """Who leaves, and a line for each reason that occurred, the rarest of many together; of a
    reason that is not reported that is told."""
    ordered = sorted(reasons.items(), key=lambda item: (item[0].endswith(UNREPORTED), -item[1]))
    some = [(reason, n) for reason, n in ordered if n]
    # One place more than there are reasons for is that of the last of them.
    shown = some if len(some) <= most + 1 else some[:most]
    texts = [(f"{INSET}{why}:{NO_BREAK}{n}", (rows or {}).get(why)) for why, n in shown]
    if rest := sum(n for _, n in some[len(shown) :]):
        texts.append((f"{INSET}other reasons:{NO_BREAK}{rest}", None))
    return Box([(gone, None), *texts], side=True)


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


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of so many letters, set in as the first is."""
    inset = text[: len(text) - len(text.lstrip())]
    yield from textwrap.wrap(text, width, subsequent_indent=f"{inset}  " if inset else "") or [text]


def _column(
    axes: "Axes",
    across: tuple[float, float],
    start: float,
    boxes: Sequence[tuple[Box, Lines]],
    heights: Sequence[int],
    colour: str,
) -> float:
    """Boxes below each other from `start` on, in a column of a middle and a width, the lines of
    each as many as `heights` says, else as it has; where the last one ends. The way from a box to
    the next passes those at the side."""
    x, width = across
    left, edge = x - width / 2, start
    at_side = any(box.side for box, _ in boxes)
    # Above the arms the way goes down the middle, and those at the side stand right of it.
    middle = not heights or not at_side
    way = x if middle else left + WAY * width
    above: float | None = None
    for number, (box, lines) in enumerate(boxes):
        top = edge - GAP if number else edge
        edge = top - (heights[number] if heights else len(lines)) - MARGIN
        if box.side:
            begin = x + 0.04 if middle else left + SIDE * width
            end = 0.985 if middle else left + width
            _box(axes, (begin, end), (top, edge), lines, colour)
            height = (top + edge) / 2
            axes.plot([way, begin], [height, height], color=FAINT, linewidth=0.9, zorder=1)
            continue
        if above is not None:
            _arrow(axes, (way, above), (way, top))
        _box(axes, (left, left + width), (top, edge), lines, colour)
        above = edge
    return edge


def _branch(axes: "Axes", start: float, x: float) -> None:
    """From the randomised to an arm, at right angles."""
    axes.plot(
        [0.5, 0.5, x], [start, start - GAP, start - GAP], color=FAINT, linewidth=0.9, zorder=1
    )
    _arrow(axes, (x, start - GAP), (x, start - 2 * GAP))


def _box(
    axes: "Axes",
    across: tuple[float, float],
    ends: tuple[float, float],
    lines: Lines,
    colour: str,
) -> None:
    """A box from its left to its right and from its top to its bottom; each of its lines that shows
    a result leads there."""
    from matplotlib.patches import Rectangle

    (left, right), (top, bottom) = across, ends
    size = right - left, top - bottom
    axes.add_patch(
        Rectangle((left, bottom), *size, facecolor="white", edgecolor=colour, linewidth=1.1)
    )
    for number, (line, lead, head) in enumerate(lines):
        place = top - MARGIN / 2 - number - 0.5
        weight = "bold" if head else "normal"
        axes.text(left + 0.012, place, line, va="center", fontsize=8, fontweight=weight, zorder=2)
        if lead is not None:
            field(axes, across, (place - 0.5, place + 0.5), lead)


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
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
