"""Listings of single patients, as ICH E3 has them in 16.2: rows of clean tables, under full
disclosure alone."""

import datetime
from collections.abc import Collection

from trialtrace.report.figures.clean_rows import CleanRows, table_rows
from trialtrace.report.figures.picture import Given
from trialtrace.report.links import data_page, listed_place, listing_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import captioned, pipe_table
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan.displays.tables import ICH_SECTIONS

# The kinds of a listing that tell harms.
EVENTS, DEATHS = "adverse_events", "deaths"
# More rows fill a document; the page of the raw table has them all.
MOST = 300
NOT_SHOWN = "not shown, since its rows are single patients and disclosure is restricted."


def listings(material: Material) -> str:
    """The listings of the plan in their order, each under its title; a sentence for each where
    single patients may not be shown."""
    entries = material.trial.plan.displays.get("listings", ())
    if material.disclosure != "full":
        titles = (escape_markdown(entry["title"]) for entry in entries)
        return "\n\n".join(f"Listing “{title}”: {NOT_SHOWN}" for title in titles)
    return "\n\n".join(
        f"### {escape_markdown(entry['title'])} {{#{listing_place(n)}}}\n\n"
        + _listing(material, entry, n)
        for n, entry in enumerate(entries, start=1)
    )


def listings_of(trial: Trial, kinds: Collection[str]) -> dict[str, Given]:
    """The place of each listing of some kinds, and what the plan says of it."""
    entries = enumerate(trial.plan.displays.get("listings", ()), start=1)
    return {listing_place(n): entry for n, entry in entries if entry.get("kind") in kinds}


def _listing(material: Material, entry: Given, number: int) -> str:
    """A row for each of the table that is asked for, by arm and patient; its patient leads to the
    row as it was exported."""
    rows = _rows(material, entry)
    variables = material.trial.dictionary[entry["table"]]
    columns = [variables[name] for name in entry["columns"]]
    header = [
        "Patient",
        "Arm",
        *(escape_markdown(column.label or column.name) for column in columns),
    ]
    body = _body(material, rows, entry["table"], columns, number)
    who = lower_first(material.trial.populations[entry["population"]].label)
    many, patients = len(body), len(set(rows.subject.tolist()))
    caption = f"{entry['title']}, {who}: {many} row{'s' * (many != 1)} of {patients} "
    caption += f"patient{'s' * (patients != 1)}"
    caption += f" (ICH E3 {ICH_SECTIONS[entry['kind']]})." if "kind" in entry else "."
    if many > MOST:
        caption += f" The first {MOST} stand here."
    if not body:
        return escape_markdown(f"{caption} None meets the condition.")
    table = pipe_table(header, body[:MOST], numbers_from=99)
    return captioned(material, table, f"listing-{number}", caption)


def listed_lines(material: Material, entry: Given) -> list[tuple[str, int]]:
    """The pages and lines of the export whose rows a listing has, in its order."""
    rows = _rows(material, entry)
    places = _places(material, rows, entry["table"])
    return [places[at] for at in _order(material, rows, entry["table"])[:MOST]]


def _places(material: Material, rows: CleanRows, table: str) -> list[tuple[str, int]]:
    """The page of the raw rows and the line of each row."""
    raw, pages = material.trial.tables[table].of, material.tracer.pages
    places = (rows.table[name].to_pylist() for name in ("source_file", "source_row"))
    return [(pages[raw, file], line) for file, line in zip(*places, strict=True)]


def _rows(material: Material, entry: Given) -> CleanRows:
    return table_rows(material, entry["table"], entry["population"], (entry.get("where"),))


def _order(material: Material, rows: CleanRows, table: str) -> list[int]:
    """Rows by arm and patient, as they are exported."""
    arms = {arm: at for at, arm in enumerate(material.trial.design.arms)}
    lines = _places(material, rows, table)
    who = rows.table[material.trial.tables[table].subject].to_pylist()
    return sorted(
        range(len(lines)),
        key=lambda at: (arms.get(str(rows.arm[at]), len(arms)), who[at], lines[at]),
    )


def _body(
    material: Material, rows: CleanRows, table: str, columns: list[Variable], number: int
) -> list[list[str]]:
    lines = _places(material, rows, table)
    who = rows.table[material.trial.tables[table].subject].to_pylist()
    values = [
        [_words(variable, value) for value in rows.table[variable.name].to_pylist()]
        for variable in columns
    ]
    return [
        [
            f"[{escape_markdown(str(who[at]))}]({data_page(page)}#L{line})"
            f"{{#{listed_place(listing_place(number), line, page)}}}",
            escape_markdown(material.arm_label(str(rows.arm[at]))),
            *(column[at] for column in values),
        ]
        for at in _order(material, rows, table)
        for page, line in [lines[at]]
    ]


def _words(variable: Variable, value: object) -> str:
    """A cell by the label of its choice; empty where it is missing."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    return escape_markdown(variable.choices.get(text, text))
