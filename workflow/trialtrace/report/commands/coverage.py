"""`trialtrace coverage`: the rows as text, CSV, JSON or a page."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from trialtrace.report.audit.coverage_page import (
    coverage_page,
    coverage_text,
    report_pages,
    section_pages,
)
from trialtrace.report.links import place_link
from trialtrace.report.listing import listing
from trialtrace.run.claims.coverage import coverage

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

SEPARATOR = "; "


def coverage_as(trial: "Trial", form: str) -> str:
    """The coverage of a trial's texts in one of the forms of the command.

    Sections have the page on which they stand in the report of the last run, if there is one.
    """
    rows = coverage(trial)
    places = section_pages(report_pages(trial.at.results / trial.name / "report"))
    if form == "table":
        return coverage_text(rows, places)
    if form == "html":
        return coverage_page(trial, rows, places)
    found = [
        asdict(row)
        | {"report": tuple(place_link(one, places) or one for one in row.report), "how": row.how}
        for row in rows
    ]
    if form == "csv":
        found = [
            {k: SEPARATOR.join(v) if isinstance(v, tuple) else v for k, v in row.items()}
            for row in found
        ]
    return listing(found, list(found[0]) if found else [], [], form)
