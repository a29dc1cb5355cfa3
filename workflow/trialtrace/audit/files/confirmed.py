"""Claims that a program read out of a paper: nothing is judged from one that nobody confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialtrace.base.config.compose import Document
from trialtrace.base.errors import Problem, UserError


@dataclass(frozen=True)
class Standing:
    """How many claims a ledger has, how many of them nobody confirmed, and what was done."""

    claims: int
    unconfirmed: int
    trusted: bool

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
    claims: Claims, confirmed: Sequence[str], shown: str, *, trust: bool
) -> tuple[Claims, Standing]:
    """The claims that are judged. Raises UserError where none is left."""
    open_ = unconfirmed(claims, confirmed)
    found = Standing(len(claims), len(open_), trust)
    if trust or not open_:
        return claims, found
    kept = {}
    for name, claim in claims.items():
        if name in open_:
            continue
        given = claim.get("with")
        linked = [other for other in given if other not in open_] if isinstance(given, list) else []
        rest = {key: value for key, value in claim.items() if key != "with"}
        kept[name] = rest | ({"with": linked} if linked else {})
    if not kept:
        raise UserError(
            Problem(
                shown,
                found=f"{len(open_)} claims that a program read and nobody confirmed",
                expected="claims that a person has held against the paper",
                do="take `unconfirmed` away from each claim that is right, or name its place under "
                "`confirmed`; --trust judges them as they are, and says so",
            )
        )
    return kept, found
