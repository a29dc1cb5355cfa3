"""Printed numbers on the summary: their verdicts, what does not hold, what was not checked and why,
and of which texts they are."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.audit.ledger.paper import cited
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import COLUMNS, DATA, FAILS, SHOWN
from trialtrace.audit.prints.finding import INCONSISTENT
from trialtrace.audit.registration.rows import CHANGED, LATE
from trialtrace.audit.verdicts.tally import of_claims, tally, tally_text, worst, worst_first
from trialtrace.base.config.spec import structure
from trialtrace.report.audit.cohort_words import put_in
from trialtrace.report.links import AUDIT_PAGE, claim_anchor, component_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown

Row = Mapping[str, object]
MOST_CLAIMS, MOST_REASONS, MOST_NAMED = 6, 4, 3
NOT_CHECKABLE = "not_checkable"
# What whoever typed the numbers had before them.
READ = {
    "at_hand": "its text was at hand",
    "abstract_at_hand": "its abstract alone was at hand",
    "not_at_hand": "its text was not at hand: numbers are known from a description of the trial",
}
UNCHECKED = "Not checked against the data, by reason:"
TEXTS = "The printed numbers are of these texts:"


def printed_in_short(material: Material) -> Iterator[str]:
    """The verdicts in a line, then the printed numbers that do not hold."""
    if not material.claims:
        yield "No published numbers are configured for this trial."
        return
    counts = escape_markdown(tally_text(tally(material.claims)))
    yield f"[{counts}]({AUDIT_PAGE}){f' {told}' if (told := put_in(material)) else ''}"
    failing = [
        _claim(rows, verdicts)
        for rows in worst_first(material.claims)
        if (verdicts := _failing(rows))
    ]
    lines = failing[:MOST_CLAIMS]
    if more := len(failing) - len(lines):
        lines.append(f"- [{more} more that do not hold]({AUDIT_PAGE})")
    yield "\n".join(lines)
    yield _not_checked(material)
    yield _texts(material)


def registered_otherwise(material: Material) -> Iterator[str]:
    """Where the primary outcome was registered or planned otherwise than it is reported."""
    wrong = (CHANGED, LATE, INCONSISTENT)
    for row in material.printed.get("registration", ()):
        if row["check"] in ("registered.outcome", "registered.measure") and row["verdict"] in wrong:
            source = f"[{escape_markdown(str(row['source']))}]({AUDIT_PAGE}#sec-registered)"
            told = escape_markdown(unbroken(str(row["finding"])))
            yield f"Registered and reported, {source}: {told}"


def _failing(rows: Sequence[Row]) -> list[str]:
    """The verdicts of a claim that fail, "against the data differs: they give 31 %"."""
    told = []
    for column, name in COLUMNS.items():
        if (verdict := worst(rows, column)) in FAILS:
            given = _given(rows) if column == DATA else ""
            told.append(f"{name} {SHOWN[verdict]}{given}")
    return told


def _given(rows: Sequence[Row]) -> str:
    """What the data give in the place of the numbers of a claim that differ."""
    told = [
        f"[{escape_markdown(str(row['recomputed_text']))}]"
        f"({component_link(str(row['result_id']), str(row['component']))})"
        for row in rows
        if row[DATA] in FAILS and row["recomputed_text"] and row["result_id"]
    ]
    return f": they give {', '.join(told)}" if told else ""


def _claim(rows: Sequence[Row], verdicts: Sequence[str]) -> str:
    printed = f"{rows[0]['label']}, printed {rows[0]['quote']}"
    return f"- {_to_audit(rows[0], printed)}: {'; '.join(verdicts)}"


def _to_audit(row: Row, words: str) -> str:
    return f"[{escape_markdown(words)}]({AUDIT_PAGE}#{claim_anchor(str(row['claim_id']))})"


def _not_checked(material: Material) -> str:
    """What was not held against the data, by reason, as a list with links to the claims."""
    if material.trial.synthetic:
        return "Nothing of it is held against the data, which are synthetic."
    reasons: dict[str, list[Row]] = {}
    for rows in of_claims(material.claims).values():
        if worst(rows, DATA) == NOT_CHECKABLE:
            why = next(str(row["data_finding"]) for row in rows if row[DATA] == NOT_CHECKABLE)
            reasons.setdefault(why, []).append(rows[0])
    ordered = sorted(reasons.items(), key=lambda one: -len(one[1]))
    lines = [
        f"- {escape_markdown(why.rstrip('.'))}: {_named(own)}"
        for why, own in ordered[:MOST_REASONS]
    ]
    if rest := sum(len(own) for _, own in ordered[MOST_REASONS:]):
        lines.append(f"- [{rest} more for other reasons]({AUDIT_PAGE})")
    return "\n".join([UNCHECKED, "", *lines]) if lines else ""


def _named(rows: Sequence[Row]) -> str:
    """Claims by label and quote, each a link; of many the first ones."""
    told = [_to_audit(row, f"{row['label']}, {row['quote']}") for row in rows[:MOST_NAMED]]
    if more := len(rows) - len(told):
        told.append(f"[{more} more]({AUDIT_PAGE})")
    return "; ".join(told)


def _texts(material: Material) -> str:
    """How each paper is cited of which a number is, and what of its text was at hand."""
    ledger: LedgerFile = structure(LedgerFile, material.trial.claims_document)
    used = {row["paper"] for row in material.claims}
    lines = []
    for paper in ledger.papers.values():
        if cited(paper) not in used:
            continue
        if isinstance(paper, str):
            lines.append(f"- {escape_markdown(paper)}")
            continue
        parts = [
            paper.citation,
            f"doi {paper.doi}" if paper.doi else "",
            READ.get(paper.text or ""),
        ]
        lines.append(f"- {escape_markdown('; '.join(part for part in parts if part))}")
    return "\n".join([TEXTS, "", *lines]) if lines else ""
