"""An audit in every form in which it leaves: for a terminal, a program, a build, a reader."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trialtrace.contracts import CLAIMS
from trialtrace.display.listing import json_text, listing
from trialtrace.paths import Project

FORMATS = ("table", "json", "csv", "html", "sarif")
CLAIM_COLUMNS = ("claim_id", "component", "printed", "recomputed_text", "agreement", "finding")


def ledger_text(audit: Mapping[str, Any], form: str, at: Project, ledger: Path) -> str:
    """The audit of a ledger file; the table is a paragraph a claim, JSON the whole audit."""
    from trialtrace.claims.told import told

    if form == "table":
        return told(audit)
    if form == "json":
        return json_text(audit)
    return _shared(audit, form, at, ledger, title=f"Audit of {ledger.name}", synthetic=False)


def trial_text(audit: Mapping[str, Any], form: str, at: Project, ledger: Path) -> str:
    """The audit of a trial, by data and on print; JSON and CSV are the rows of its claims.

    HTML and SARIF need the findings too, which stand in audit/print.json.
    """
    from trialtrace.claims.tally import tally, tally_text

    if form in ("table", "json"):
        text = listing(audit["claims"], CLAIMS.names, CLAIM_COLUMNS, form)
        return text + (f"\n{tally_text(tally(audit['claims']))}\n" if form == "table" else "")
    return _shared(
        audit,
        form,
        at,
        ledger,
        title=audit.get("title", ""),
        synthetic=audit.get("synthetic", False),
    )


def _shared(
    audit: Mapping[str, Any], form: str, at: Project, ledger: Path, *, title: str, synthetic: bool
) -> str:
    if form == "csv":
        return listing(audit["claims"], CLAIMS.names, CLAIM_COLUMNS, form)
    if form == "html":
        from trialtrace.display.audit_page import audit_page

        return audit_page(audit, title, synthetic=synthetic)
    from trialtrace.claims.sarif import claim_lines, sarif

    return json_text(sarif(audit, _uri(ledger), claim_lines(at, ledger)))


def _uri(path: Path) -> str:
    """Relative to the working folder where it lies inside, as code hosts want it."""
    from urllib.parse import quote

    whole = path.resolve()
    inside = whole.is_relative_to(Path.cwd().resolve())
    return quote(whole.relative_to(Path.cwd().resolve()).as_posix()) if inside else whole.as_uri()
