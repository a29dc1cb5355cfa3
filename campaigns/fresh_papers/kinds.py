"""What the errors have in common: where they can be planted, digits that change places."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from numpy.random import Generator

from fresh_papers.habits import number
from fresh_papers.paper import Claim, Paper

Plant = Callable[[Paper, Generator], list[str]]
KINDS: dict[str, "Kind"] = {}


class NotHereError(Exception):
    """The paper has no place for this error."""


@dataclass(frozen=True)
class Kind:
    """A kind of error: `words` say what went wrong, `plant` does it and names what it altered."""

    name: str
    family: str
    words: str
    plant: Plant


def kind(family: str, words: str) -> Callable[[Plant], Plant]:
    def enter(plant: Plant) -> Plant:
        KINDS[plant.__name__] = Kind(plant.__name__, family, words, plant)
        return plant

    return enter


def names(paper: Paper, role: str | tuple[str, ...], ok: Callable[[Claim], bool]) -> list[str]:
    roles = (role,) if isinstance(role, str) else role
    return [n for n, claim in paper.claims.items() if claim.role in roles and ok(claim)]


def some(
    paper: Paper,
    rng: Generator,
    role: str | tuple[str, ...],
    ok: Callable[[Claim], bool] = lambda claim: True,
) -> str:
    found = names(paper, role, ok)
    if not found:
        raise NotHereError
    return found[int(rng.integers(len(found)))]


def need(condition: object) -> None:
    if not condition:
        raise NotHereError


def partner(paper: Paper, name: str, arm: str) -> str:
    """The claim of the same line in another arm's column."""
    own = paper.claims[name]

    def line(claim: Claim) -> dict[str, object]:
        return {key: v for key, v in claim.about.items() if key not in ("group", "patients")}

    for other, claim in paper.claims.items():
        same = (claim.section, claim.role, claim.place) == (own.section, own.role, own.place)
        if same and claim.arm == arm and line(claim) == line(own):
            return other
    raise NotHereError


def pair(paper: Paper, name: str) -> tuple[str, str]:
    """This line in the columns of treatment and control."""
    one, two = paper.pair
    return partner(paper, name, one), partner(paper, name, two)


def transposed(text: str) -> str:
    """The first two neighbouring digits that differ, in each other's place."""
    for place in range(len(text) - 1):
        a, b = text[place], text[place + 1]
        if a.isdigit() and b.isdigit() and a != b and not (place == 0 and b == "0"):
            return text[:place] + b + a + text[place + 2 :]
    raise NotHereError


def set_parts(paper: Paper, name: str, **parts: str) -> None:
    claim = paper.claims[name]
    before = claim.printed
    claim.parts = claim.parts | parts
    need(claim.printed != before)


def has(paper: Paper, section: object, role: str) -> bool:
    return any(c.section == section and c.role == role for c in paper.claims.values())


def of(paper: Paper, section: str, roles: Iterable[str]) -> list[Claim]:
    return [c for c in paper.claims.values() if c.section == section and c.role in roles]


def value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def measure_of(claim: Claim) -> str:
    return str(claim.about.get("measure"))


def is_ratio(claim: Claim) -> bool:
    return measure_of(claim) in ("risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")


def set_limits(paper: Paper, name: str, est: float, low: float, high: float) -> None:
    """Another estimate with its interval, the same decimals."""
    places = int(paper.claims[name].raw["places"])
    shown = number(est, places, paper.habits)
    set_parts(paper, name, est=shown, **paper.limits(low, high, places))
