"""The tables of an analysis: lines by visit, stratum and group, columns by statistic."""

import json
from collections.abc import Callable, Iterable

from trialtrace.base.words import IN_UNITS, POINTS, SYMBOLS, upper_first
from trialtrace.report.figures.rows_shown import of_levels
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import period
from trialtrace.report.sections.anova import anova_tables, f_tests, told_ids
from trialtrace.report.sections.compact import compact_tables, of_whom
from trialtrace.report.sections.decisions import beside_adjusted
from trialtrace.report.sections.endpoints_section import scale_words
from trialtrace.report.sections.event_words import WITHOUT, stat_words, without_event
from trialtrace.report.sections.models import not_for_baseline
from trialtrace.report.sections.periods import periods_table
from trialtrace.report.sections.questions import of_look
from trialtrace.report.tables import (
    NO_BREAK,
    OF_A_TEST,
    arm_text,
    captioned,
    effects_table,
    level_of,
    link,
    of_needed,
    pair_text,
    pipe_table,
    slug,
    under,
)
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.words import stratum_words
from trialtrace.run.trace.years import parts_in_years, whole_years
from trialtrace.run.trial.plan.references import (
    ADJUSTMENTS,
    TOLD,
    adjustment_of,
    limits_of,
    method_of,
)

MOST_COLUMNS = 5


def analysis_tables(material: Material, name: str) -> str:
    """The tables of one analysis: by arm, by comparison, and what concerns all arms at once."""
    analysis = material.trial.plan.analyses[name]
    looks = of_look(material, analysis)
    rows = [row for one in (*looks, analysis) for row in material.shown(one.name)]
    if any(material.parameter_words(row) for row in rows):
        return compact_tables(material, name)
    effects = [row for row in rows if row["group2"] == "effect" and not row["comparison"]]
    by_arm = [row for row in rows if row["group1_level"] is not None]
    compared = [row for row in rows if row["comparison"] is not None]
    others = [
        row
        for row in rows
        if row["group1_level"] is None and row["comparison"] is None and row not in effects
    ]
    label, by = analysis.label, analysis.by
    tables = []
    beside = _side_by_side(material, by_arm, compared) if by is None else None
    if beside:
        against = material.arm_label(compared[0]["reference"])
        caption = f"{label}: {of_whom(by_arm)}, and comparisons against {against}"
        rows = [*by_arm, *compared]
        tables.append(_pivot(material, rows, f"{name}-arms", caption, "Arm", beside))
        compared = []
    elif by_arm:
        caption = f"{label}: {of_whom(by_arm)}"
        table = periods_table(material, name, by_arm)
        tables.append(table or _pivot(material, by_arm, f"{name}-arms", caption, "Arm", arm_text))
    interaction = [row for row in compared if by is not None and row["stratum"] is None]
    compared = [row for row in compared if row not in interaction]
    differs = "does the effect differ between the subgroups?"
    for part, own, title, who, name_of in (
        ("compared", compared, "comparisons", "Comparison", pair_text),
        ("interaction", interaction, differs, "Comparison", pair_text),
        ("all", others, "all arms together", "Arms", arm_text),
    ):
        if own:
            place, caption = f"{name}-{part}", f"{label}: {title}"
            tables.append(_pivot(material, own, place, caption, who, name_of))
    tables += anova_tables(material, name)
    told = told_ids(f_tests(material, name))
    effects = [row for row in effects if row["result_id"] not in told]
    tables += _effects(material, effects, name, label)
    return "\n".join(tables)


def _side_by_side(
    material: Material, arms: list[ResultRow], compared: list[ResultRow]
) -> Callable[[Material, ResultRow], str] | None:
    """What the lines or columns of one table of arms and comparisons are called; None where they
    have a table each.

    A single pair has a column of its own beside its arms; several against the same arm stand with
    the arm that is compared.
    """
    if material.trial.design.kind != "parallel" or not arms or not compared:
        return None
    rows = [*arms, *compared]
    pairs = {(row["comparison"], row["reference"]) for row in compared}
    single = len({_cut(material, row) for row in rows}) == 1
    shown = {_column(row) for row in rows if not _inside_p(row, rows)}
    names = len({arm_text(material, row) for row in arms})
    if single and len(shown) > MOST_COLUMNS and names < MOST_COLUMNS and len(pairs) == 1:
        return _arm_or_pair
    fits = len(shown) <= MOST_COLUMNS + 1 or (single and names <= MOST_COLUMNS)
    return _arm_or_compared if fits and len({against for _, against in pairs}) == 1 else None


def _arm_or_pair(material: Material, row: ResultRow) -> str:
    return pair_text(material, row) if row["comparison"] else arm_text(material, row)


def _arm_or_compared(material: Material, row: ResultRow) -> str:
    return material.arm_label(row["comparison"]) if row["comparison"] else arm_text(material, row)


def _effects(material: Material, rows: list[ResultRow], name: str, label: str) -> Iterable[str]:
    """A table of effects for each endpoint, visit, subgroup and method."""
    cuts: dict[tuple[str, str], list[ResultRow]] = {}
    for row in rows:
        cuts.setdefault((row["method"].split(".", 1)[1], _cut(material, row)), []).append(row)
    several = len({method for method, _ in cuts}) > 1
    for number, ((method, cut), own) in enumerate(cuts.items()):
        place = f"{name}-effects" + (f"-{number + 1}" if number else "")
        how = method_of(f"p_value.{method}").title if several else ""
        text = ", ".join(part for part in (cut, how) if part)
        caption = f"{label}{': ' + text if text else ''}: effects."
        yield effects_table(material, own, place, caption)


def _pivot(
    material: Material,
    rows: list[ResultRow],
    label: str,
    caption: str,
    who: str,
    name_of: Callable[[Material, ResultRow], str],
) -> str:
    """A line for each visit, stratum and group, a column for each statistic.

    With more columns than a page bears, or a single line, lines and columns change places; with
    many of both the columns are cut into several tables.
    """
    shown = [row for row in rows if not _inside_p(row, rows)]
    columns = list(dict.fromkeys(_column(row) for row in shown))
    lines: dict[tuple[str, str], dict[tuple, str]] = {}
    time_unit = _time_unit(material, rows)
    years = rows[0]["analysis_id"] in material.yearly
    for row in shown:
        key = (_cut(material, row), name_of(material, row))
        lines.setdefault(key, {})[_column(row)] = _cell(row, years=years) + _statistic(row, rows)
    level = level_of(rows)
    titles = _titles(material, shown, columns, level, time_unit, years=years)
    cells = [[line.get(column, "") for column in columns] for line in lines.values()]
    one_cut = None if caption.endswith("?") else _only([cut for cut, _ in lines])
    if one_cut is not None:
        caption += f", {one_cut}" if one_cut else ""
        lines = {("", name): line for (_, name), line in lines.items()}
    if level is not None:
        others = len({row["ci_level"] for row in rows} - {None}) > 1
        named = ", at another level where it is named" * others
        caption += f" ({100 * level:g} % confidence intervals in brackets{named})"
    caption = (caption if caption.endswith("?") else f"{caption}.") + of_needed(shown)
    caption += _of_scale(material, shown) + beside_adjusted(material, shown)
    caption += not_for_baseline(material, {r["analysis_id"] for r in shown if r["comparison"]})
    if len(of := {row["analysis_id"] for row in shown}) > 1:
        caption += of_levels(material, [material.trial.plan.analyses[one] for one in of])
    if len(lines) == 1 or (len(columns) > MOST_COLUMNS and len(lines) <= MOST_COLUMNS):
        names = [_name(*key) for key in lines]
        body = [
            [over + own, *column]
            for (over, own), column in zip(titles, zip(*cells, strict=True), strict=True)
        ]
        return captioned(material, pipe_table(["Statistic", *names], body), slug(label), caption)
    made = []
    for number, source in enumerate(_parts(len(columns)), start=1):
        here = [line[source] for line in cells]
        cut_title = None if one_cut is not None else _cut_title(rows)
        table = _lines_down(list(lines), who, titles[source], here, cut_title)
        again = f"-{number}" if number > 1 else ""
        made.append(captioned(material, table, f"{slug(label)}{again}", caption))
    return "\n".join(made)


def _of_scale(material: Material, rows: list[ResultRow]) -> str:
    """ " Values: 0 to 28, higher is worse.", of values of an endpoint in its unit."""
    names = [row["parameter"] for row in rows if row["stat_name"] in IN_UNITS]
    scale = scale_words(material.trial.endpoints.get(names[0] or "")) if names else ""
    return f" Values: {scale}." if scale else ""


def _titles(
    material: Material,
    rows: list[ResultRow],
    columns: list[tuple],
    level: float | None,
    unit: str,
    *,
    years: bool,
) -> list[tuple[str, str]]:
    """The titles of the columns, with what limits a number and its level where that is not the
    table's."""
    free = _free(material, rows)
    limits = {
        _column(row): limits_of(row["options"]) + period(material, row, unit, years=years)
        for row in rows
    }
    others = {
        _column(row): f", {100 * row['ci_level']:g} % interval"
        for row in rows
        if row["ci_level"] not in (None, level)
    }
    return [
        (over, title + _escaped(limits[column] + others.get(column, "")))
        for column in columns
        for over, title in [_title(column, columns, unit, free, years=years)]
    ]


def _escaped(text: str) -> str:
    """Text as Markdown, which takes the blank that it begins with."""
    return " " * text.startswith(" ") + escape_markdown(text)


def _free(material: Material, rows: list[ResultRow]) -> str:
    """What patients are whom the event has not met, where all rows are of one endpoint."""
    endpoints = {row["parameter"] for row in rows}
    return without_event(material.trial, *endpoints) if len(endpoints) == 1 else WITHOUT


def _only(cuts: list[str]) -> str | None:
    """The visit or subgroup that all lines share; it is told in the caption."""
    return cuts[0] if len(set(cuts)) == 1 else None


def _parts(columns: int) -> list[slice]:
    """Columns in parts that a page bears, as even as can be."""
    parts = -(-columns // (MOST_COLUMNS + 1))
    size = -(-columns // parts) if parts else 1
    return [slice(start, start + size) for start in range(0, columns, size)]


def _lines_down(
    keys: list[tuple[str, str]],
    who: str,
    titles: list[tuple[str, str]],
    cells: list[list[str]],
    cut_title: str | None,
) -> str:
    """Lines by cut and name; names that are the same in every line stand in the header once."""
    same = cut_title is not None and len({name for _, name in keys}) == 1
    lead = ([cut_title] if cut_title else []) + ([] if same else [who])
    body, before = [], None
    for (cut, name), line in zip(keys, cells, strict=True):
        first = [escape_markdown(cut if cut != before else "")] if cut_title else []
        body.append([*first, *([] if same else [escape_markdown(name)]), *line])
        before = cut
    if same:
        lead = [f"{cut_title} ({escape_markdown(keys[0][1])})"]
    return pipe_table([*lead, *(under(*title) for title in titles)], body, len(lead))


def _name(cut: str, name: str) -> str:
    """The head of a column that was a line."""
    own = escape_markdown(name)
    return under(escape_markdown(cut), f", {own}" if own else "") if cut else own


def _cut_title(rows: list[ResultRow]) -> str | None:
    """What tells the lines of a group apart: a subgroup, a visit, or nothing."""
    if any(row["stratum"] for row in rows):
        return "Subgroup"
    return "Visit" if any(row["visit"] for row in rows) else None


def _column(row: ResultRow) -> tuple:
    second = (row["group2"], row["group2_level"]) if row["group2"] else None
    return (row["method"], second, row["unit"], row["analysis_id"])


def _inside_p(row: ResultRow, rows: list[ResultRow]) -> bool:
    """A test's statistic stands in brackets behind its p-value."""
    return row["stat_name"] in OF_A_TEST and any(
        each["stat_name"] == "p_value" and _same_test(row, each) for each in rows
    )


def _same_test(result_row: ResultRow, other: ResultRow) -> bool:
    keys = (
        "parameter",
        "visit",
        "stratum",
        "comparison",
        "reference",
        "group1_level",
        "group2",
        "group2_level",
    )
    same_method = result_row["method"].split(".", 1)[1] == other["method"].split(".", 1)[1]
    return same_method and values_of(result_row, keys) == values_of(other, keys)


def _statistic(p: ResultRow, rows: list[ResultRow]) -> str:
    """ " (χ² 8.00, df 1)" with links, or nothing."""
    if p["stat_name"] != "p_value":
        return ""
    parts = [
        f"{OF_A_TEST[row['stat_name']]}{NO_BREAK}{link(row)}"
        for row in rows
        if row["stat_name"] in OF_A_TEST and _same_test(row, p)
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _cut(material: Material, row: ResultRow) -> str:
    stratum = stratum_words(material.trial, row["stratum"]) if row["stratum"] else None
    return ", ".join(part for part in (stratum, row["visit"]) if part)


def _cell(row: ResultRow, *, years: bool) -> str:
    if row["method"] in ("count.events", "events.count") or row["stat_name"] == "tipped":
        return link(row, f"{row['stat_text']} of {row['denominator']}".replace(" ", NO_BREAK))
    if years and row["unit"] == "days":
        value, interval = parts_in_years(row)
        shown = f"{value} ({interval})" if interval else value
        return link(row, shown.replace(" ", NO_BREAK))
    return link(row)


def _time_unit(material: Material, rows: list[ResultRow]) -> str:
    """ " days", the unit of the endpoint's time; empty where it has none."""
    of_time = next(
        (
            row
            for row in rows
            if row["parameter"]
            and (row["group2"] == "time" or "horizon" in json.loads(row["options"] or "{}"))
        ),
        None,
    )
    return material.tracer.about.time_unit(of_time) if of_time else ""


def _title(
    column: tuple, columns: list[tuple], time_unit: str, free: str, *, years: bool = False
) -> tuple[str, str]:
    """The header of a column, its statistic and what follows; the method is named where its
    statistic has several; whom the event has not met is `free` of it. Times are in `years` where
    all of them are whole ones."""
    method, second, unit, _ = column
    stat, how = method.split(".", 1)
    if method in ("count.events", "events.count"):
        return "Patients with the event", ""
    title, own = free if stat == "survival" else stat_words(stat), ""
    methods = {m.split(".", 1)[1] for m, *_ in columns if m.split(".", 1)[0] == stat}
    if stat == "p_adjusted":
        own += f", {ADJUSTMENTS[present(adjustment_of(how))].title}"
    elif stat == "p_value" or stat in OF_A_TEST or len(methods) > 1 or how in TOLD:
        own += f", {method_of(method).title}"
    if stat in POINTS:
        own += ", percentage points"
    if unit and stat not in ("proportion",):
        own += ", years" if years and unit == "days" else f", {unit}"
    if second is not None:
        timed = second[0] == "time"
        at, whole = f"{second[1]}{time_unit}", whole_years(second[1], time_unit) if timed else ""
        at = whole if years else f"{at} ({whole})" if whole else at
        own += f" at {at}" if timed else ""
        own += "" if timed else f", {second[1]}"
    plain = stat in SYMBOLS or title.partition(",")[0] == "p"
    joint = own[:1] if own[:1] == " " else ""
    over = escape_markdown(title if plain else upper_first(title))
    return over, joint + escape_markdown(own)
