"""What a person decides of claims that a program read, written into the ledger's own text.

Decided is a table, or a section, at a time: what the cells of a column have in common is a matter,
and is set for all of them. Comments and the order of lines stay. The new text is read again before
it takes the place of the old one: it has to hold what was decided, and all else as it was.
"""

import copy
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.audit.files.file import LARGEST, unconfirmed
from trialtrace.audit.printed.expression import parse
from trialtrace.base.config.compose import Document, compose, compose_text
from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes, write_text

Data = dict[str, object]
Claims = Mapping[str, Mapping[str, object]]
Edits = dict[int, str | None]
"""Line, counted from 0, to what takes its place; None takes it out."""
SHARED = ("group", "compare", "patients", "visit")
"""What a claim is about that the cells of a column mostly have in common."""
FORMS = (
    ("mean (SD) {} ({})", "mean {} (SE {})", "{} ± {}", "{} ({}%)"),
    ("median (IQR) {} ({} to {})", "median {} (range {} to {})", "mean {} (95% CI {} to {})"),
    ("mean {}", "median {}", "{}%", "{}"),
)
"""Forms that the same numbers may have, as the head of a column tells them."""


@dataclass(frozen=True)
class Matter:
    """The claims of one column that are printed in one form, or those of a section, and what they
    have in common: None where they differ."""

    column: str
    form: str | None
    claims: tuple[str, ...]
    shared: Mapping[str, object]


@dataclass(frozen=True)
class Decision:
    """What a person says of all open claims of a `place`: `right` are the names of those that are;
    the others are taken out where it is `whole`, else left open. `printed` corrects single claims;
    `changed` has for the number of a matter what is to be set for all its claims. `state` is of the
    claims as they were seen."""

    place: str
    right: Collection[str]
    state: str
    whole: bool = True
    printed: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[int, Mapping[str, object]] = field(default_factory=dict)


def place_of(claim: Mapping[str, object]) -> str:
    """The table, figure or section that a claim is of."""
    return str(claim.get("place", "")).partition(",")[0]


def open_claims(data: Mapping[str, object]) -> dict[str, list[str]]:
    """The names of the claims that nobody confirmed, by place."""
    claims, confirmed = mapping(data, "claims"), data.get("confirmed")
    open_ = unconfirmed(claims, confirmed if isinstance(confirmed, list) else [])
    made: dict[str, list[str]] = {}
    for name, claim in claims.items():
        if name in open_:
            made.setdefault(place_of(claim), []).append(name)
    return made


def state_of(claims: Claims, names: Iterable[str]) -> str:
    """What changes where one of the claims does."""
    return sha256_bytes(repr([(name, claims[name]) for name in names]).encode())[:16]


def matters(claims: Claims, names: Iterable[str]) -> list[Matter]:
    """The matters of a place, in the order of its columns; numbers of sentences have none."""
    by: dict[tuple[str, str | None], list[str]] = {}
    for name in names:
        column = str(claims[name].get("place", "")).partition(", column ")[2]
        if column:
            by.setdefault((column, form_of(str(claims[name]["printed"]))), []).append(name)
    order = sorted(
        by, key=lambda one: ([int(at) for at in re.findall(r"\d+", one[0])], one[1] or "")
    )
    made = []
    for column, form in order:
        own = by[column, form]
        abouts = [mapping(claims[name], "about") for name in own]
        shared = {key: _shared([about.get(key, "") for about in abouts]) for key in SHARED}
        made.append(Matter(column, form, tuple(own), shared))
    return made


def _shared(values: Sequence[object]) -> object:
    return values[0] if all(value == values[0] for value in values) else None


def form_of(printed: str) -> str | None:
    """The form of an expression, {} in the place of its numbers; None where it has another."""
    every = (form for forms in FORMS for form in forms)
    return next((form for form in every if _numbers(form, printed)), None)


def _numbers(form: str, printed: str) -> tuple[str, ...]:
    pattern = re.escape(form).replace(r"\{\}", r"([-+]?[0-9.,]+)")
    match = re.fullmatch(pattern, printed)
    return match.groups() if match else ()


def decide(at: Project, path: Path, decision: Decision) -> None:
    """Write a decision into a ledger. Raises UserError where the file does not have the claims any
    more, or is written in a form in which single claims cannot be changed."""
    document = compose(at, path, LARGEST)
    if document.problems:
        raise ProblemsError(document.in_order())
    claims = mapping(document.data, "claims")
    names = open_claims(document.data).get(decision.place, [])
    if not names or state_of(claims, names) != decision.state:
        raise UserError(
            Problem(
                document.shown,
                found=f'other claims of "{decision.place}" than were looked at',
                do="look at them once more: the file has changed",
            )
        )
    decided = _decided(claims, names, decision)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    edits = _edits(document, lines, claims, decided)
    text = "\n".join(
        line for at, old in enumerate(lines) if (line := edits.get(at, old)) is not None
    )
    text += "\n"
    again = compose_text(document.shown, text)
    if again.problems or again.data != {**document.data, "claims": decided}:
        raise UserError(
            Problem(
                document.place(("claims", names[0])),
                found="a claim that is not written with a line for each of its keys",
                expected="the form that `trialtrace read` writes",
                do="change it in the file",
            )
        )
    write_text(path, text)


def _decided(claims: Mapping[str, Data], names: list[str], decision: Decision) -> dict[str, Data]:
    """The claims once it is decided."""
    made = copy.deepcopy(dict(claims))
    every = matters(claims, names)
    for number, change in decision.changed.items():
        for name in every[number].claims if number < len(every) else ():
            _set(made[name], change)
    out = set()
    for name in names:
        if name in decision.right:
            made[name].pop("unconfirmed")
            made[name].pop("chance", None)
            if name in decision.printed:
                parse(decision.printed[name], f"claims.{name}.printed", words=True)
                made[name]["printed"] = decision.printed[name]
        elif decision.whole:
            out.add(name)
            del made[name]
    for claim in made.values():
        linked = claim.get("with")
        if isinstance(linked, list) and out & set(linked):
            claim["with"] = [other for other in linked if other not in out]
            if not claim["with"]:
                del claim["with"]
    return made


def _set(claim: Data, change: Mapping[str, object]) -> None:
    """Set what a column was told to be; what is empty is taken away."""
    about: Data = {**mapping(claim, "about")}
    for key, value in change.items():
        if key == "form":
            numbers = _numbers(form_of(str(claim["printed"])) or "", str(claim["printed"]))
            if str(value).count("{}") == len(numbers):
                claim["printed"] = str(value).format(*numbers)
        elif value:
            about[key] = value
        else:
            about.pop(key, None)
    claim.pop("about", None)
    if about:
        claim["about"] = about


def mapping(data: object, key: str) -> dict[str, Data]:
    """What stands under a key, empty where it is no mapping."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, dict) else {}


def _edits(
    document: Document, lines: list[str], before: Mapping[str, Data], after: Mapping[str, Data]
) -> Edits:
    """What becomes of which lines: a line for each key that has changed."""
    edits: Edits = {}
    for name, claim in before.items():
        if name not in after:
            edits |= dict.fromkeys(span(document, lines, ("claims", name)))
            continue
        for key in dict.fromkeys([*claim, *after[name]]):
            value = after[name].get(key)
            if claim.get(key) == value or ("claims", name) not in document.lines:
                continue
            if ("claims", name, key) in document.lines:
                edits |= _written(document, lines, ("claims", name, key), value)
            else:
                head = document.lines["claims", name] - 1
                told = json.dumps(value, ensure_ascii=False)
                edits[head] = f"{lines[head]}\n{' ' * (indent(lines[head]) + 2)}{key}: {told}"
    return edits


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
