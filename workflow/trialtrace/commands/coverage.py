"""`trialtrace coverage`: the rows as text, CSV, JSON or a page."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from trialtrace.claims.coverage import coverage
from trialtrace.report.audit.coverage_page import coverage_page, coverage_text
from trialtrace.report.listing import listing

if TYPE_CHECKING:
    from trialtrace.trial.load import Trial

SEPARATOR = "; "


def coverage_as(trial: "Trial", form: str) -> str:
    """The coverage of a trial's texts in one of the forms of the command."""
    rows = coverage(trial)
    if form == "table":
        return coverage_text(rows)
    if form == "html":
        return coverage_page(rows, trial.title, synthetic=trial.synthetic, draft=trial.draft)
    found = [asdict(row) | {"how": row.how} for row in rows]
    if form == "csv":
        found = [
            {k: SEPARATOR.join(v) if isinstance(v, tuple) else v for k, v in row.items()}
            for row in found
        ]
    return listing(found, list(found[0]) if found else [], [], form)
