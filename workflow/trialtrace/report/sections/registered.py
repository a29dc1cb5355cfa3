"""What the sources of a trial's printed numbers and its registration lack, or say otherwise: which
papers nobody had in full, and how the outcome was registered."""

from collections.abc import Iterator

from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.ledger.texts import without_text
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import CONTRADICTS, NOT_CHECKED
from trialtrace.audit.registration.rows import CHANGED, LATE
from trialtrace.base.config.spec import structure
from trialtrace.base.words import upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import AUDIT_PAGE
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.tables.conditions import lower_first

OF_OUTCOMES = ("registered.outcome", "registered.measure")


def unread(material: Material) -> str:
    """The papers of which whoever typed the numbers had no text, or the abstract alone."""
    ledger: LedgerFile = structure(LedgerFile, material.trial.claims_document)
    used = {row["paper"] for row in material.claims}
    papers = [paper for paper in ledger.papers.values() if not isinstance(paper, str)]
    lacking: dict[str, list[str]] = {}
    for each in papers:
        if each.lacking and each.cited in used:
            lacking.setdefault(each.lacking, []).append(
                escape_markdown(each.short or each.citation)
            )
    return "".join(f" {upper_first(what)}: {'; '.join(of)}." for what, of in lacking.items())


def registered_unread(material: Material) -> Iterator[str]:
    """That nobody held the reported outcomes against those of a registration that is named, though
    perhaps against those of another text, such as a protocol."""
    number = material.trial.registration
    verdicts: dict[str, set[str]] = {}
    for row in material.printed.get("registration", ()):
        if row["check"] in OF_OUTCOMES:
            verdicts.setdefault(str(row["source"]), set()).add(str(row["verdict"]))
    compared = [source for source, found in verdicts.items() if found != {NOT_CHECKED}]
    if number and (len(compared) < len(verdicts) or not verdicts):
        others = f"; those of the {in_a_row(compared)} are" if compared else ""
        yield (
            "Registered and reported outcomes are not compared, nor the plan of this report with "
            f"the registered ones: the registry's entry {escape_markdown(number)} was not "
            f"available{escape_markdown(others)}."
        )


def registered_otherwise(material: Material) -> Iterator[str]:
    """Where the primary outcome was registered or planned otherwise than it is reported."""
    for source, told in otherwise(material):
        yield f"Reported differently than registered or planned ({source}): {told}"


def otherwise(material: Material) -> Iterator[tuple[str, str]]:
    """The same as (source with its link, what differs)."""
    wrong = (CHANGED, LATE, CONTRADICTS)
    for row in material.printed.get("registration", ()):
        if row["check"] in OF_OUTCOMES and row["verdict"] in wrong:
            source = f"[{escape_markdown(str(row['source']))}]({AUDIT_PAGE}#sec-registered)"
            told = escape_markdown(unbroken(str(row["finding"])))
            lacking = row["source"] in without_text(material.trial.claims_document["papers"])
            yield source + ", not read here" * lacking, told


def registered_late(material: Material) -> Iterator[str]:
    """That it was registered after its begin, where the audit of the registration says so."""
    for row in material.printed.get("registration", ()):
        if row["check"] == "registered.first" and row["verdict"] == LATE:
            told = escape_markdown(lower_first(unbroken(str(row["finding"]))))
            yield f"[Registered retrospectively]({AUDIT_PAGE}#sec-registered): {told}"
