"""What other choices give for a primary result, a line each kind of them: of the summary."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.base.styles import style_of
from trialtrace.base.words import LABELS, unit_text, upper_first, value_text
from trialtrace.report.links import analysis_place, choices_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import primary
from trialtrace.report.sections.key_sentences import (
    exceptions,
    excluding,
    leaves_out_no_effect,
    with_no_effect,
)
from trialtrace.report.sections.readings import Readings, added_by, includes_no_effect, readings
from trialtrace.report.sections.subgroups import subgroups
from trialtrace.report.tables import link, pair_text, pipe_table
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis

MOST_FURTHER = 3
METHOD = "Another method or model"
RULES = "Other rules of the outcome"
# The cells of a line by its label, one for each comparison.
Lines = dict[str, dict[int, str]]


def choices_in_short(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """Of each primary analysis a table, a column a comparison: its first estimate, and how far it
    goes under other choices; or that the plan has none. Then its subgroups."""
    for analysis in primary(material):
        blocks: dict[tuple[str | None, ...], list[Readings]] = {}
        for one in readings(material, analysis):
            blocks.setdefault((one.first["parameter"], one.first["visit"]), []).append(one)
        several = len(primary(material)) > 1 or len(blocks) > 1
        for block in blocks.values():
            yield from _block(material, analysis, block, places, several=several)
        yield " ".join(subgroups(material, analysis, lambda name: place_link(name, places)))


def _block(
    material: Material,
    analysis: Analysis,
    block: Sequence[Readings],
    places: Mapping[str, str],
    *,
    several: bool,
) -> Iterator[str]:
    """What a table is of, and the table; a sentence where nothing would stand beside the result."""
    first, lines = block[0].first, _lines(material, block)
    visit = [first["visit"]] if several and first["visit"] else []
    where = [*([analysis.label] if several else []), *material.parameter_words(first), *visit]
    if not lines:
        label = escape_markdown(", ".join(where) or analysis.label)
        yield f"{label}: no other analysis of the plan answers the same question."
        return
    stat = first["stat_name"]
    unit = unit_text(stat, first["unit"]).strip()
    level = f"{100 * present(first['ci_level']):g} % CI" if first["ci_level"] else ""
    references = {material.arm_label(one.first["reference"]) for one in block}
    against = f" against {references.pop()}" if len(references) == 1 else ""
    heads = [
        material.arm_label(one.first["comparison"]) if against else pair_text(material, one.first)
        for one in block
    ]
    label = upper_first(LABELS[stat]) + against
    what = escape_markdown(", ".join(filter(None, [label, unit, level])))
    place = place_link(choices_place(analysis.name), places)
    place = place or place_link(analysis_place(analysis.name), places)
    what = f"[{what}]({place})" if place else what
    yield ": ".join(filter(None, [escape_markdown(", ".join(where)), what])) + "."
    header = ["", *map(escape_markdown, heads)]
    body = [["The result", *(link(one.first) for one in block)]]
    for label, cells in lines.items():
        body.append([label, *(cells.get(at, "") for at in range(len(block)))])
    yield pipe_table(header, body, numbers_from=99)


def _lines(material: Material, block: Sequence[Readings]) -> Lines:
    lines: Lines = {}
    kinds = [dict(_cells(material, one)) for one in block]
    for label in dict.fromkeys(label for cells in kinds for label in cells):
        lines[label] = {at: cells[label] for at, cells in enumerate(kinds) if label in cells}
    return lines


def _cells(material: Material, one: Readings) -> Iterator[tuple[str, str]]:
    """The label of each line and what stands in it, in one comparison."""
    analyses = material.trial.plan.analyses
    if one.methods:
        several = len(one.methods) > 1
        yield "Other methods or models" if several else METHOD, _reach(one.methods)
    if one.everybody:
        yield "All randomised", "; ".join(map(link, one.everybody))
    for row in one.planned:
        what = LABELS[row["stat_name"]] if row["stat_name"] != one.first["stat_name"] else ""
        label = escape_markdown(analyses[row["analysis_id"]].label)
        yield label, f"{escape_markdown(what)} {link(row)}".strip()
    others = ""
    for row in one.decided:
        added = present(added_by(material, row))
        of = f" of the {added.n + added.undecided}" if added.undecided else ""
        others = f" over the other {added.undecided}" if added.undecided else ""
        yield (
            f"Adding {added.n}{of} incomplete outcomes, decided by their known parts",
            link(row),
        )
    for lead, over, bounds in (
        ("Worst", others, one.bounds),
        (f"{RULES}: worst", "", one.ruled_bounds),
    ):
        told = {
            low["result_id"]: f"{link(low)} to {link(high)}"
            + (f", {with_no_effect(clear=False)}" if includes_no_effect(low, high) else "")
            for low, high in bounds
        }
        if told:
            yield f"{lead}-case bounds{over}, without sampling error", "; ".join(told.values())
    if len(one.rules) == 1:
        label = analyses[one.rules[0]["analysis_id"]].label
        yield f"Another rule of the outcome: {escape_markdown(label)}", link(one.rules[0])
    elif one.rules:
        yield RULES, _reach(one.rules)
    for row in one.further[:MOST_FURTHER]:
        label = escape_markdown(upper_first(analyses[row["analysis_id"]].label))
        yield f"Another question: {label}", link(row)
    if len(one.further) > MOST_FURTHER:
        yield "Other questions", f"{len(one.further) - MOST_FURTHER} more"


def _reach(rows: Sequence[ResultRow]) -> str:
    """ "−41.2 to −38.3; all 6 incompatible with no effect", or the one estimate."""
    if len(rows) == 1:
        return link(rows[0])
    by_value = sorted(rows, key=lambda row: present(row["stat_value"]))
    ends = {
        value_text(row["stat_name"], present(row["stat_value"]), style_of(row)): row
        for row in (by_value[-1], by_value[0])
    }
    reach = " to ".join(link(row, text) for text, row in reversed(ends.items()))
    whole = [row for row in rows if None not in (row["ci_low"], row["ci_high"])]
    count = excluding(sum(map(leaves_out_no_effect, whole)), len(whole))
    count = count.replace(" intervals are ", " ").replace(" intervals is ", " ")
    bare = "".join(f"; {link(row)} without an interval" for row in rows if row not in whole)
    return f"{reach}; {count}{exceptions(whole)}{bare}" if whole else reach
