"""A ledger file on its own: read strictly, held to its schema, and its names to each other."""

from pathlib import Path
from typing import Any

from trialtrace.audit.files.confirmed import Standing, check_confirmed, standing
from trialtrace.audit.files.make import ledger
from trialtrace.audit.ledger.about import check_about, known_name
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import parse
from trialtrace.base.config.compose import Document
from trialtrace.base.config.definitions import at_definitions
from trialtrace.base.config.files import read_document
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project

MOST_CLAIMS = 10_000
LARGEST = 8 << 20


def read_ledger(at: Project, path: Path) -> Ledger:
    """The ledger in a file without the claims that nobody confirmed. Raises UserError with every
    mistake, each with its line and key."""
    return read_standing(at, path, trust=False)[0]


def read_standing(at: Project, path: Path, *, trust: bool) -> tuple[Ledger, Standing]:
    """The ledger, and how much of it a person confirmed; with `trust` all of it."""
    document = read_document(at, path, "ledger", LARGEST)
    check_about(document)
    check_confirmed(document)
    claims = dict.fromkeys(document.names("claims") or ())
    papers = document.names("papers") or []
    for name, given in document.entries("claims"):
        _links(document, name, given, claims, papers)
        try:
            parse(given["printed"], words=True, fact="fact" in given.get("about", {}))
        except UserError as error:
            problem = error.problems[0]
            document.add(
                ("claims", name, "printed"),
                found=problem.found,
                expected=problem.expected,
                do=problem.do,
            )
    if len(claims) > MOST_CLAIMS:
        document.problems.append(
            Problem(
                document.shown,
                found=f"{len(claims)} claims",
                expected=f"at most {MOST_CLAIMS} in one file",
            )
        )
    if document.problems:
        raise ProblemsError(at_definitions(document.in_order(), [document]))
    given, confirmed = document.data["claims"], document.data.get("confirmed", ())
    judged, found = standing(given, confirmed, document.shown, trust=trust)
    return ledger({**document.data, "claims": judged}), found


def _links(
    document: Document, name: str, given: dict[str, Any], names: dict[str, None], papers: list[str]
) -> None:
    known_name(document, ("claims", name, "from"), given["from"], papers, "papers")
    for position, other in enumerate(given.get("with", ())):
        if other == name or other not in names:
            place = ("claims", name, "with", position)
            known_name(document, place, other, [one for one in names if one != name], "claims")
