"""Tables of a report as Markdown; every number is a link to its trace page."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from trialtrace.base.styles import style_of
from trialtrace.base.units import POINTS as POINTS_UNIT
from trialtrace.base.words import (
    LABELS,
    NOT_ESTIMABLE,
    NUMBER_NEEDED,
    POINTS,
    RATIOS,
    SPAN,
    decimals,
    interval_text,
    tight_percent,
    unit_text,
    upper_first,
    value_text,
)
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.years import parts_in_years
from trialtrace.run.trial.load import Trial

NO_BREAK = "\N{NO-BREAK SPACE}"
# The unit of a time that is stored in days and told otherwise.
YEARS = " years"
# What stands in a cell for which there is nothing to tell.
NOTHING = "\N{EN DASH}"
OF_A_TEST = {
    "chi_squared": "χ²",
    "f": "F",
    "t": "t",
    "u": "U",
    "v": "V",
    "z": "z",
    "sum": "sum",
    "df": "df",
    "df1": "df",
    "df2": "df",
}


def pipe_table(header: list[str], rows: list[list[str]], numbers_from: int = 1) -> str:
    """A Markdown table; columns from `numbers_from` on are set to the right.

    A first cell that is empty is of the line above. In a line that has anything behind its first
    cell an empty one says so by a dash.
    """
    rule = ["---" if at < numbers_from else "---:" for at in range(len(header))]
    lines = [header, rule, *map(_filled, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def under(over: str, text: str) -> str:
    """The head of a column that stands under words which the next may have too (tree/heads.py).

    `text` begins with what joins it to them where they stand in one line: " at", ", ", ": ".
    """
    return f"[{over}]{{.over}}{text}" if text else over


def _filled(line: list[str]) -> list[str]:
    first, *others = line
    return [first, *(cell or NOTHING for cell in others)] if any(others) else line


def captioned(material: Material, table: str, label: str, caption: str) -> str:
    """A table that can be referred to as @tbl-label."""
    return f"::: {{#tbl-{label}}}\n\n{table}\n{escape_markdown(caption)}\n\n:::\n"


def texts_table(
    material: Material, header: list[str], rows: list[list[str]], label: str, caption: str
) -> str:
    """The same of texts, none of which is set to the right."""
    return captioned(material, pipe_table(header, rows, numbers_from=99), label, caption)


def link(row: ResultRow, text: str | None = None, part: str = "") -> str:
    """A number of the report as a link to its trace, or to a `part` of it ("n")."""
    shown = escape_markdown(text if text is not None else short_text(row))
    return f"[{shown}]({trace_link(row['result_id'], part)})"


def pair_text(material: Material, row: ResultRow) -> str:
    """ "Drug against Placebo": the arms that a result compares."""
    return f"{material.arm_label(row['comparison'])} against {material.arm_label(row['reference'])}"


def arm_text(material: Material, row: ResultRow) -> str:
    """The arm that a result describes."""
    return material.arm_label(row["group1_level"])


def median_links(median: ResultRow, quartiles: Sequence[ResultRow]) -> str:
    """ "5.50 (4.50 to 6.00)": a median with its quartiles, if any, each with as many decimals as
    the one that has most by itself."""
    rows = [median, *quartiles]
    places = max(len(short_text(row).partition(".")[2]) for row in rows)
    first, *ends = [_with_decimals(row, places) for row in rows]
    return first + (f" ({' to '.join(ends)})" if ends else "")


def _with_decimals(row: ResultRow, places: int) -> str:
    value = row["stat_value"]
    return link(row, None if value is None else decimals(value, places))


def short_text(row: ResultRow) -> str:
    """A value with its interval, without unit and level, for a table cell."""
    value = row["stat_value"]
    if value is None:
        if row["n_used"] == 0:
            return "no patients"
        return "not reached" if row["stat_text"] == "not reached" else NOT_ESTIMABLE
    stat = row["stat_name"]
    if stat == "verdict" or SPAN in row["stat_text"]:
        return row["stat_text"]
    if YEARS in row["stat_text"] and row["unit"] == "days":
        shown, interval = parts_in_years(row)
        return f"{shown} years{f' ({interval})' if interval else ''}".replace(" ", NO_BREAK)
    if stat == NUMBER_NEEDED:
        level = f"{100 * present(row['ci_level']):g}% CI " if row["ci_level"] is not None else ""
        return tight_percent(row["stat_text"]).replace(level, "").replace(" ", NO_BREAK)
    style = style_of(row)
    ends = () if row["ci_level"] is None else (row["ci_low"], row["ci_high"])
    text = value_text(stat, value, style, ends) + (
        unit_text(stat, None) if unit_text(stat, None) == " %" else ""
    )
    if not ends:
        return text.replace(" ", NO_BREAK)
    bounds = interval_text(stat, value, *ends, style)
    bounds = "bounds " * (bounds == "not reached") + bounds
    return f"{text} ({bounds})".replace(" ", NO_BREAK)


def tight_text(row: ResultRow) -> str:
    """The same in a figure, which no document sets: no space before a percent sign."""
    return tight_percent(short_text(row))


def unit_of(row: ResultRow) -> str:
    """What follows a value, but for one that is told in years and says so itself."""
    return unit_text(row["stat_name"], None if YEARS in row["stat_text"] else row["unit"])


def with_level(row: ResultRow) -> str:
    """A number of a sentence as a link, its interval with the level: "30 (95 % CI 18 to 45)"."""
    before, bracket, interval = short_text(row).rpartition("(")
    if not bracket or row["ci_level"] is None:
        return link(row)
    return link(row, f"{before}({100 * row['ci_level']:g} % CI {interval}")


def sign(p: ResultRow) -> str:
    """ "= " before a number; nothing before "<0.0001" or words."""
    return "= " if p["stat_text"][0] in ".0123456789" else ""


def with_sign(p: ResultRow) -> str:
    """ "= 0.03" behind the word p, which no line parts from it."""
    return sign(p).replace(" ", NO_BREAK) + link(p)


def of_needed(rows: Iterable[ResultRow]) -> str:
    """What a caption says of numbers needed, and until when; empty where there are none."""
    found = [row for row in rows if row["stat_name"] == NUMBER_NEEDED]
    if not found:
        return ""
    visits = {row["visit"] for row in found}
    seen = f"at the visit {found[0]['visit']}" if len(visits) == 1 and None not in visits else ""
    return (
        " NNTB and NNTH: patients treated for one event fewer and for one more"
        f"{f', {seen}' if seen else ''}, rounded up."
    )


# A name as the configuration, a file or the code has it, what a text itself marks as code, or a
# table or column that a sentence about the export calls so.
_NAME = re.compile(
    r"`([A-Za-z0-9_]+)`|[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+(?:\.[a-z_]+)?"
    r"|(?:(?<=^Table )|(?<=, column )|(?<=raw table ))[a-z][A-Za-z0-9]*(?=[:,. ])"
)

# A column behind its table and a dot; a rule of cleaning with how many it rejected.
_COLUMN = re.compile(r"\b([a-z]\w*)\.([a-z]\w*)\b")
_RULE = re.compile(r"\b([a-z]\w*_\w+) (\d+)(?=[,;)])")


def with_names(text: str) -> str:
    """A text about the export with its names of tables, columns and rules set as code: Markdown."""
    shown, at = [], 0
    for match in _NAME.finditer(text):
        shown += [_piece(text[at : match.start()]), f"`{match[1] or match[0]}`"]
        at = match.end()
    return "".join([*shown, _piece(text[at:])])


def named(place: str) -> str:
    """A table, or a column behind its table and a dot, as code where it has a name for that."""
    return f"`{place}`" if re.fullmatch(r"[A-Za-z0-9_.]+", place) else with_names(place)


def in_labels(trial: Trial, text: str, *, named: bool = True) -> str:
    """A text about the export in words: of a column its label, with its name in brackets where it
    is to be `named`; labels of endpoints and checks in place of their names; counts behind rules
    without underscores."""
    for name, endpoint in trial.endpoints.items():
        text = text.replace(f"{name} ({endpoint.label}; ", f"“{endpoint.label}” (")

    def of_column(match: re.Match[str]) -> str:
        column = trial.dictionary.get(match[1], {}).get(match[2])
        name = f" ({match[0]})" * named
        return f"{column.label}{name}" if column and column.label else match[0]

    def of_rule(match: re.Match[str]) -> str:
        check = trial.cleaning.checks.get(match[1])
        return f"“{check.label}” {match[2]}" if check else match[0].replace("_", " ")

    return _RULE.sub(of_rule, _COLUMN.sub(of_column, text))


def about_export(material: Material, text: str, *, name: bool = True) -> str:
    """The same as Markdown; without the `name` of a column that has a label."""
    return named(in_labels(material.trial, text, named=name))


def _piece(text: str) -> str:
    """A part of a text, escaped, with the spaces at its ends."""
    shown = escape_markdown(text)
    before = " " if text[:1].isspace() else ""
    return before + shown + (" " if shown and text[-1:].isspace() else "")


def level_of(rows: Iterable[ResultRow]) -> float | None:
    """The confidence level of most intervals, the first of as many; None where there is none."""
    levels = Counter(row["ci_level"] for row in rows if row["ci_level"] is not None)
    return max(levels, key=lambda level: levels[level], default=None)


def axis_factor(stat: str) -> float:
    """What the values of a statistic are multiplied by on an axis: points are of 100."""
    return 100.0 if stat in POINTS else 1.0


def axis_label(stat: str, units: Collection[str | None]) -> str:
    """A statistic with the unit of its axis, where all values have the same."""
    known = POINTS_UNIT if stat in POINTS else next(iter(units)) if len(units) == 1 else None
    unit = f", {known}" if known else ""
    return upper_first(LABELS[stat]) + unit + (" (log scale)" if stat in RATIOS else "")


def slug(text: str) -> str:
    return text.replace("_", "-").replace(".", "-")
