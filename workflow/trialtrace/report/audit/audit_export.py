"""An audit in every form in which it leaves: for a terminal, a program, a build, a reader."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.verdicts import PRINT
from trialtrace.audit.registration.rows import as_json
from trialtrace.audit.verdicts.tally import checked_text, tally
from trialtrace.audit.verdicts.text import told
from trialtrace.report.listing import json_text, listing
from trialtrace.run.tables.contracts import CLAIMS

if TYPE_CHECKING:
    from trialtrace.audit.ledger.ledger import Ledger
    from trialtrace.audit.registration.rows import Held
    from trialtrace.audit.verdicts.audit import PrintAudit


def ledger_text(
    audit: Mapping[str, Any], form: str, ledger: Path, *, width: int, every: bool
) -> str:
    """The audit of a ledger file; JSON is the whole audit."""
    if form == "json":
        return json_text(audit)
    if form == "table":
        return told(audit, width, every=every)
    title = f"Audit of {ledger.name}"
    return _common(audit, form, width=width, title=title, synthetic=False)


def editor_text(
    ledger: "Ledger",
    printed: "PrintAudit",
    registered: "Sequence[Held]",
    file: Path,
    standing: str = "",
) -> str:
    """The page of an audit for an editor."""
    from trialtrace.audit.editor.letter import lines, main_paper, together, unchecked
    from trialtrace.audit.editor.questions import questions
    from trialtrace.audit.ledger.texts import citation, source
    from trialtrace.report.audit.editor_page import editor_page

    told = lines(ledger, printed.judgements, printed.rows)
    whole = ["trialtrace", "audit", file.name, "--format", "html", "--output", "audit.html"]
    return editor_page(
        f"Audit for an editor: {citation(ledger.texts[main_paper(ledger)])}",
        " ".join(filter(None, [checked_text(tally(printed.rows)), standing])),
        [source(text) for text in ledger.texts.values()],
        together(told),
        questions(ledger, told, registered),
        as_json(registered),
        unchecked(ledger, printed.rows),
        join(whole),
    )


def trial_text(audit: Mapping[str, Any], form: str, *, width: int) -> str:
    """The audit of a trial, by data and on print; JSON is the rows of its claims.

    HTML and CSV need what audit/print.json has, too.
    """
    if form == "json":
        return json_text(audit["claims"])
    title, synthetic = audit.get("title", ""), audit.get("synthetic", False)
    return _common(audit, form, width=width, title=title, synthetic=synthetic)


def _common(audit: Mapping[str, Any], form: str, *, width: int, title: str, synthetic: bool) -> str:
    """What both have; the table is a paragraph a claim, in lines of `width` characters."""
    if form == "table":
        return told(audit, width)
    if form == "csv":
        rows = [*audit["claims"], *map(_registered, audit.get("registration", ()))]
        return listing(rows, CLAIMS.names, CLAIMS.names, form)
    from trialtrace.report.audit.audit_page import audit_page

    return audit_page(audit, title, synthetic=synthetic)


def _registered(entry: Mapping[str, object]) -> dict[str, object]:
    """A row of the registration among the claims: its first key and its check name it."""
    keys = entry["keys"]
    return {
        "claim_id": keys[0] if isinstance(keys, list | tuple) and keys else entry["check"],
        "component": entry["check"],
        "paper": entry["source"],
        "label": entry["what"],
        "quote": entry["registered"],
        "printed": entry["reported"],
        PRINT: entry["verdict"],
        "print_finding": entry["finding"],
    }
