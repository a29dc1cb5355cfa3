"""What a person decides of claims that a program read, written into the ledger's own text.

Comments and the order of lines stay. The new text is read again before it takes the place of the
old one: it has to hold what was decided, and all else as it was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialtrace.audit.files.file import LARGEST
from trialtrace.audit.printed.expression import parse
from trialtrace.base.config.compose import Document, compose, compose_text
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text

ACCEPT, CORRECT, DROP, CONFIRM = "accept", "correct", "drop", "confirm"
DOES = (ACCEPT, CORRECT, DROP, CONFIRM)
Data = dict[str, object]
Edits = dict[int, str | None]
"""Line, counted from 0, to what takes its place; None takes it out."""


@dataclass(frozen=True)
class Decision:
    """What is done: `of` is a claim, of `confirm` a place; `printed` is what `correct` writes."""

    do: str
    of: str
    printed: str = ""


def decide(at: Project, path: Path, decision: Decision) -> None:
    """Write a decision into a ledger. Raises UserError where the file does not have the claim any
    more, or is written in a form in which single claims cannot be changed."""
    document = compose(at, path, LARGEST)
    if document.problems:
        raise ProblemsError(document.in_order())
    claims = mapping(document.data, "claims")
    places = [str(claim.get("place", "")) for claim in claims.values() if isinstance(claim, dict)]
    known = places if decision.do == CONFIRM else claims
    if not any(decision.of == one or one.startswith(f"{decision.of},") for one in known):
        raise UserError(
            Problem(document.shown, found=f'no "{decision.of}"', expected="one of its claims")
        )
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    edits = _edits(document, lines, claims, decision)
    text = "\n".join(
        line for at, old in enumerate(lines) if (line := edits.get(at, old)) is not None
    )
    text += "\n"
    again = compose_text(document.shown, text)
    if again.problems or again.data != _decided(document.data, decision):
        raise UserError(
            Problem(
                document.place(("claims", decision.of)),
                found="a claim that is not written with a line for each of its keys",
                expected="the form that `trialtrace read` writes",
                do="change it in the file",
            )
        )
    write_text(path, text)


def _decided(data: Data, decision: Decision) -> Data:
    """What the file has to hold once it is decided."""
    claims = {name: dict(one) for name, one in mapping(data, "claims").items()}
    rest = dict(data)
    if decision.do == CONFIRM:
        given = data.get("confirmed")
        rest["confirmed"] = [*(given if isinstance(given, list) else []), decision.of]
    elif decision.do == DROP:
        del claims[decision.of]
        for claim in claims.values():
            linked = claim.get("with")
            if isinstance(linked, list) and decision.of in linked:
                claim["with"] = [other for other in linked if other != decision.of]
                if not claim["with"]:
                    del claim["with"]
    else:
        claims[decision.of].pop("unconfirmed", None)
        if decision.do == CORRECT:
            claims[decision.of]["printed"] = decision.printed
    return {**rest, "claims": claims}


def mapping(data: object, key: str) -> dict[str, Data]:
    """What stands under a key, empty where it is no mapping."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, dict) else {}


def _edits(
    document: Document, lines: list[str], claims: Mapping[str, Data], decision: Decision
) -> Edits:
    """What becomes of which lines."""
    of = decision.of
    if decision.do == CONFIRM:
        return _confirmed(document, lines, of)
    if decision.do == DROP:
        edits: Edits = dict.fromkeys(span(document, lines, ("claims", of)))
        for name, claim in claims.items():
            linked = claim.get("with")
            if name != of and isinstance(linked, list) and of in linked:
                left = [other for other in linked if other != of]
                edits |= _written(document, lines, ("claims", name, "with"), left or None)
        return edits
    edits = {}
    if ("claims", of, "unconfirmed") in document.lines:
        edits |= _written(document, lines, ("claims", of, "unconfirmed"), None)
    if decision.do == CORRECT:
        parse(decision.printed, f"claims.{of}.printed", words=True)
        edits |= _written(document, lines, ("claims", of, "printed"), decision.printed)
    return edits


def _confirmed(document: Document, lines: list[str], place: str) -> Edits:
    """The places that are confirmed with one more; a line above the claims where there is none."""
    given = document.data.get("confirmed")
    places = [*(given if isinstance(given, list) else []), place]
    if ("confirmed",) in document.lines:
        return _written(document, lines, ("confirmed",), places)
    first = document.lines["claims",] - 1
    told = json.dumps(places, ensure_ascii=False)
    return {first: f"confirmed: {told}\n{lines[first]}"}


def span(document: Document, lines: list[str], key: tuple[str, ...]) -> range:
    """The lines of a key and its value: up to the next line that is not further in."""
    first = document.lines[key] - 1
    inward, last = indent(lines[first]), first + 1
    while last < len(lines) and lines[last].strip() and indent(lines[last]) > inward:
        last += 1
    return range(first, last)


def indent(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip(" "))


def _written(
    document: Document, lines: list[str], key: tuple[str, ...], value: object | None
) -> Edits:
    """A key with another value, on its first line; None takes it away."""
    first, *others = span(document, lines, key)
    told = json.dumps(value, ensure_ascii=False)
    line = f"{' ' * indent(lines[first])}{key[-1]}: {told}"
    return {first: None if value is None else line, **dict.fromkeys(others)}
