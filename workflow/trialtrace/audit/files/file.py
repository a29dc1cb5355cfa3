"""A ledger file on its own: read strictly, held to its schema, and its names to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialtrace.audit.files.make import ledger
from trialtrace.audit.ledger.about import check_about, known_name
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import parse
from trialtrace.base.config.compose import Document
from trialtrace.base.config.files import read_document
from trialtrace.base.config.schema import at_definitions
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project

FORM = ".inspect-sr."
"""What the name of a written form has in it; such files are no papers and no sheets."""

# Claims that a program read out of a paper: nothing is judged from one that nobody confirmed.


@dataclass(frozen=True)
class Standing:
    """How many claims a ledger has, how many of them nobody confirmed, and what was done: trusted
    are those that were read right with a chance of at least `least`, `below` counts the rest."""

    claims: int
    unconfirmed: int
    trusted: bool
    least: float = 0.0
    below: int = 0

    @property
    def told(self) -> str:
        """A sentence of it for the output; "" where every claim is a person's."""
        if not self.unconfirmed:
            return ""
        one = self.unconfirmed == 1
        read = (
            f"{self.unconfirmed} of {self.claims} claims {'was' if one else 'were'} "
            "read by a program"
        )
        if self.trusted and self.least:
            return (
                f"{read} and confirmed by nobody; {self.unconfirmed - self.below} judged all the "
                f"same, {self.below} read right with a chance below {self.least:g} left out "
                f"(--trust {self.least:g})."
            )
        if self.trusted:
            return f"{read} and confirmed by nobody; judged all the same (--trust)."
        return f"{read} and confirmed by nobody: left out."


Claims = Mapping[str, Mapping[str, object]]


def unconfirmed(claims: Claims, confirmed: Sequence[str]) -> set[str]:
    """The names of the claims that nobody confirmed, neither by themselves nor by their place."""
    places = [place.casefold() for place in confirmed]
    return {
        name
        for name, claim in claims.items()
        if claim.get("unconfirmed") is not None
        and not any(_lies_in(str(claim.get("place", "")).casefold(), place) for place in places)
    }


def _lies_in(place: str, whole: str) -> bool:
    return place == whole or place.startswith(f"{whole},")


def check_confirmed(document: Document) -> None:
    """Every place that is confirmed has claims."""
    claims = [claim for _, claim in document.entries("claims")]
    places = document.get("confirmed")
    for position, place in enumerate(places if isinstance(places, list) else ()):
        known = [str(claim.get("place", "")).casefold() for claim in claims]
        if not any(_lies_in(one, str(place).casefold()) for one in known):
            document.add(
                ("confirmed", position),
                found=f'"{place}"',
                expected="the place of a claim, or what it begins with up to a comma",
            )


def standing(
    claims: Claims, confirmed: Sequence[str], text: str, *, trust: bool, least: float = 0.0
) -> tuple[Claims, Standing]:
    """The claims that are judged. Raises UserError where none is left."""
    open_ = unconfirmed(claims, confirmed)
    # A claim without a chance, of a ledger drafted by hand, is below any limit.
    below = {name for name in open_ if float(str(claims[name].get("chance", 0))) < least}
    found = Standing(len(claims), len(open_), trust, least, len(below))
    # What a person confirmed by its place has no doubt any more.
    claims = {
        name: claim
        if name in open_
        else {key: value for key, value in claim.items() if key != "unconfirmed"}
        for name, claim in claims.items()
    }
    out = below if trust else open_
    if not out:
        return claims, found
    kept = {}
    for name, claim in claims.items():
        if name in out:
            continue
        data = claim.get("with")
        linked = [other for other in data if other not in out] if isinstance(data, list) else []
        rest = {key: value for key, value in claim.items() if key != "with"}
        kept[name] = rest | ({"with": linked} if linked else {})
    if not kept:
        raise UserError(
            Problem(
                text,
                found=f"{len(out)} claims that a program read and nobody confirmed"
                + (f", each with a chance below {least:g} to be read right" if trust else ""),
                expected="claims that a person has held against the paper",
                do="take `unconfirmed` away from each claim that is right, or name its place under "
                "`confirmed`; --trust judges them as they are, and says so",
            )
        )
    return kept, found


MOST_CLAIMS = 50_000
LARGEST = 32 << 20


def read_standing(
    at: Project, path: Path, *, trust: bool, least: float = 0.0
) -> tuple[Ledger, Standing]:
    """The ledger without the claims that nobody confirmed, and how much of it a person did; with
    `trust` also what a program read with at least a chance of `least` to be right. Raises UserError
    with every mistake, each with its line and key."""
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
    judged, found = standing(given, confirmed, document.shown, trust=trust, least=least)
    return ledger({**document.data, "claims": judged}), found


def _links(
    document: Document, name: str, entry: dict[str, Any], names: dict[str, None], papers: list[str]
) -> None:
    known_name(document, ("claims", name, "from"), entry["from"], papers, "papers")
    for position, other in enumerate(entry.get("with", ())):
        if other == name or other not in names:
            place = ("claims", name, "with", position)
            known_name(document, place, other, [one for one in names if one != name], "claims")
