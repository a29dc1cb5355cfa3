"""How many published numbers can be checked, and what the check says of them."""

from trialtrace.audit.printed.verdicts import (
    CONTRADICTS,
    DATA,
    DIFFERS,
    EQUALS,
    HOLDS,
    OTHER_CHOICE,
    PRINT,
    QUESTION,
)
from trialtrace.audit.verdicts.tally import Row, of_claims, worst
from trialtrace.report.links import AUDIT_PAGE
from trialtrace.report.material import Material
from trialtrace.report.sections.findings import primary
from trialtrace.run.claims.select import rows_of

CHECKED = {EQUALS, OTHER_CHOICE, DIFFERS, CONTRADICTS, QUESTION, HOLDS}


def published_line(material: Material) -> str:
    """ "43 of 85 can be checked: 5 contradict, 1 question; 4 of these concern the primary
    result." Markdown."""
    if not material.claims:
        return "None are configured for this trial."
    claims = of_claims(material.claims)
    checked = [name for name, rows in claims.items() if contradicts(rows) or can_be_checked(rows)]
    against = [name for name, rows in claims.items() if contradicts(rows)]
    asked = [name for name, rows in claims.items() if questions(rows) and name not in against]
    told = f"[{len(checked)} of {len(claims)}]({AUDIT_PAGE}) can be checked: "
    told += f"{len(against)} contradict{'s' * (len(against) == 1)}, "
    told += f"{len(asked)} question{'s' * (len(asked) != 1)}"
    if touched := sum(of_primary(material, name) for name in (*against, *asked)):
        told += f"; {touched} of these concern{'s' * (touched == 1)} the primary result"
    return f"{told}."


def contradicts(rows: list[Row]) -> bool:
    """Whether a published number contradicts the data or another number."""
    return worst(rows, DATA) == DIFFERS or worst(rows, PRINT) == CONTRADICTS


def questions(rows: list[Row]) -> bool:
    """Whether a published number is a question to its authors, without a contradiction."""
    return worst(rows, PRINT) == QUESTION


def can_be_checked(rows: list[Row]) -> bool:
    """Whether data or other numbers decide anything of a published number."""
    return any(worst(rows, column) in CHECKED for column in (DATA, PRINT))


def of_primary(material: Material, claim: str) -> bool:
    """Whether a published number is one of a result of a primary analysis."""
    names = {analysis.name for analysis in primary(material)}
    declared = material.tracer.declared.get(claim)
    return any(
        row["analysis_id"] in names
        for selection in (declared.selections.values() if declared else ())
        for row in rows_of(material.results, dict(selection), claim)
    )
