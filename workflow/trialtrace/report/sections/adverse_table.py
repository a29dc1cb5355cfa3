"""The tables of a report on adverse events: by term and by further columns."""

from collections.abc import Mapping
from typing import Any

from trialtrace.base.words import percent
from trialtrace.report.audit.cohort_words import of_results
from trialtrace.report.links import component_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import NO_BREAK, captioned, link, pipe_table, short_text
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.analyse_adverse_events import ANALYSIS, ANY, TERM
from trialtrace.run.tables.contracts.rows import ResultRow, present

MOST_TERMS = 60


def adverse_table(material: Material, given: Mapping[str, Any]) -> str:
    """The table of a display of adverse events."""
    rows = [row for row in material.of(ANALYSIS) if row["parameter"] == given["endpoint"]]
    by = {(row["stat_name"], row["group2_level"], row["group1_level"]): row for row in rows}
    groups = list(dict.fromkeys(present(row["group1_level"]) for row in rows))
    terms = _levels(rows, TERM)
    terms.sort(key=lambda term: -present(by["patients", term, ALL]["stat_value"]))
    body = [["**Any**", *(_any(by, group) for group in groups)]]
    body += [_line(by, term, groups) for term in terms[:MOST_TERMS]]
    for column in given.get("columns", ()):
        name = escape_markdown(column.replace("_", " ").capitalize())
        lines = [_line(by, level, groups) for level in _levels(rows, column)]
        body += [[f"**{name}**", *[""] * len(groups)], *lines] if lines else []
    header = ["Event", *(_head(by, material, group) for group in groups)]
    caption = (
        f"{given['title']}: patients with any (percent of the arm), number of occurrences; in the "
        f"first line the {100 * material.trial.plan.confidence:g} % exact interval of the share."
    )
    if len(terms) > MOST_TERMS:
        caption += f" {len(terms) - MOST_TERMS} rarer terms are left out."
    slug = f"adverse-{_slug(given['endpoint'])}"
    table = captioned(material, pipe_table(header, body), slug, caption)
    return "\n\n".join(filter(None, [table, of_results(material, [ANALYSIS])]))


def _levels(rows: list[ResultRow], column: str) -> list[str]:
    levels = dict.fromkeys(row["group2_level"] for row in rows if row["group2_level"])
    return [level for level in levels if level.partition("=")[0] == column]


def _head(by: dict, material: Material, group: str) -> str:
    row = by["patients", ANY, group]
    n = f"[{row['denominator']}]({component_link(row['result_id'], 'denominator')})"
    return f"{escape_markdown(material.arm_label(group))} (n{NO_BREAK}={NO_BREAK}{n})"


def _line(by: dict, level: str, groups: list[str]) -> list[str]:
    label = escape_markdown(level.partition("=")[2])
    return [f"{NO_BREAK}{NO_BREAK}{label}", *(_cell(by, level, group) for group in groups)]


def _cell(by: dict, level: str, group: str) -> str:
    """ "3 (5.5 %), 4": patients, their share, occurrences."""
    patients, events = by["patients", level, group], by["occurrences", level, group]
    n = patients["denominator"]
    share = f"{NO_BREAK}({percent(patients['stat_value'] / n)}{NO_BREAK}%)" if n else ""
    return f"{link(patients, short_text(patients) + share)}, {link(events)}"


def _any(by: dict, group: str) -> str:
    """ "3 (5.5 %), 4; 1.1 to 15.1": as in every line, and the interval of the share."""
    share = by["any_event", ANY, group]
    _, _, interval = short_text(share).partition("(")
    return f"{_cell(by, ANY, group)}; {link(share, interval.rstrip(')') or None)}"


def _slug(text: str) -> str:
    return text.replace("_", "-")
