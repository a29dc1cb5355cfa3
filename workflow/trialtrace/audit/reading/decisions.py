"""What a person decides of claims that a program read, written into the ledger's own text.

Decided is a table, or a section, at a time: what the cells of a column have in common is a matter,
and is set for all of them. Comments and the order of lines stay. The new text is read again before
it takes the place of the old one: it has to hold what was decided, and all else as it was.
"""

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.audit.files.file import LARGEST, unconfirmed
from trialtrace.audit.ledger.about import check_about
from trialtrace.audit.printed.expression import parse
from trialtrace.audit.reading.draft import slug
from trialtrace.audit.reading.item import NO_GROUPS
from trialtrace.audit.verdicts.readings import form_of, numbers_in
from trialtrace.base.config.compose import Document, compose, compose_text
from trialtrace.base.config.schema import validate
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.errors import Problem, ProblemsError, UserError, visible
from trialtrace.base.grouping import grouped
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes, write_text

Data = dict[str, object]
Claims = Mapping[str, Mapping[str, object]]
Edits = dict[int, str | None]
"""Line, counted from 0, to what takes its place; None takes it out."""
SETTLE, KEEP, ALL = "settle", "keep", "all"
"""Of what is not said to be right: it is taken out, stays open, or is right too."""
SHARED = ("whose", "patients", "visit")
"""What a claim is about that the cells of a column mostly have in common."""
AGAINST = " against "
COMPARED = "all compared"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

MOST_BLOCKS = 4
"""In so many blocks of several rows, of other patients or visits, a column is shown."""


@dataclass(frozen=True)
class Matter:
    """The claims of one column, or of a block of its rows, that are printed in one form, and what
    they have in common: None where they differ. `rows` are the first and the last."""

    column: str
    form: str | None
    claims: tuple[str, ...]
    shared: Mapping[str, str | None]
    rows: tuple[int, int]


def place_of(claim: Mapping[str, object]) -> str:
    """The table, figure or section that a claim is of."""
    return str(claim.get("place", "")).partition(",")[0]


def open_claims(data: Mapping[str, object]) -> dict[str, list[str]]:
    """The names of the claims that nobody confirmed, by place."""
    claims, confirmed = mapping(data, "claims"), data.get("confirmed")
    open_ = unconfirmed(claims, confirmed if isinstance(confirmed, list) else [])
    names = (name for name in claims if name in open_)
    return grouped(names, lambda name: place_of(claims[name]))


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
        by, key=lambda matter: ([int(at) for at in re.findall(r"\d+", matter[0])], matter[1] or "")
    )
    made = []
    for column, form in order:
        own = by[column, form]
        of_blocks = grouped(own, lambda name: _block(mapping(claims[name], "about"))).values()
        apart = len(of_blocks) <= MOST_BLOCKS and all(len(block) > 1 for block in of_blocks)
        for block in of_blocks if apart else [own]:
            abouts = [mapping(claims[name], "about") for name in block]
            shared = {key: _shared([_said(about, key) for about in abouts]) for key in SHARED}
            rows = [_row(claims[name]) for name in block]
            made.append(Matter(column, form, tuple(block), shared, (min(rows), max(rows))))
    return made


def _block(about: Mapping[str, object]) -> tuple[object, ...]:
    return about.get("patients"), about.get("visit")


def _row(claim: Mapping[str, object]) -> int:
    found = re.search(r", row (\d+)", str(claim.get("place", "")))
    return int(found[1]) if found else 0


def whose(about: Mapping[str, object]) -> str:
    """The group of a number, "a against b" of two that it compares."""
    compare = about.get("compare", ())
    if isinstance(compare, list):
        return AGAINST.join(map(str, compare))
    return COMPARED if compare else str(about.get("group", ""))


def nameless(claim: Mapping[str, object]) -> bool:
    """Whether a claim is in doubt for the groups that it compares, and has none: only a tick of
    its own says that it is right."""
    return NO_GROUPS in str(claim.get("unconfirmed")) and not whose(mapping(claim, "about"))


def _said(about: Mapping[str, object], key: str) -> str:
    return whose(about) if key == "whose" else str(about.get(key, ""))


def _shared(values: Sequence[str]) -> str | None:
    return values[0] if all(value == values[0] for value in values) else None


def decide(at: Project, path: Path, form: Mapping[str, str]) -> None:
    """Write what a form says of the open claims of a place (`of`) into a ledger. Raises UserError
    where these are others by now than were seen (`state`), or the file is written in a form in
    which single claims cannot be changed.

    `right` are the names of those that are; the others are taken out, or stay open, or are right
    too, by what it is to `do`; a place of which nothing is ticked is settled only with `none`, and
    what is taken out stays as a comment. "printed.NAME" and the like correct one, ticked or not;
    "whose.2" and the like set what the claims of a matter have in common, where it differs from
    what they have; of those in "rows.2" alone, where these are fewer."""
    document = compose(at, path, LARGEST)
    if document.problems:
        raise ProblemsError(document.in_order())
    claims, place = mapping(document.data, "claims"), form.get("of", "")
    names = open_claims(document.data).get(place, [])
    if not names or state_of(claims, names) != form.get("state"):
        raise UserError(
            Problem(
                document.shown,
                found=f'other claims of "{place}" than were looked at',
                do="look at them once more: the file has changed",
            )
        )
    decided = _decided(document.data, names, form)
    written(document, path, decided)


def written(document: Document, path: Path, after: Mapping[str, Mapping[str, Data]]) -> None:
    """Write the entries of sections into a ledger; a section without any goes. Raises UserError
    where its text is in a form that does not hold them then, or no ledger's any more."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    before = mapping(document.data, "claims")
    edits = _edits(document, lines, before, after["claims"])
    for section, entries in after.items():
        known = mapping(document.data, section)
        if known and not entries:
            edits |= dict.fromkeys(span(document, lines, (section,)))
        for key, entry in known.items() if section != "claims" else ():
            if key not in entries:
                edits |= dict.fromkeys(span(document, lines, (section, key)))
            elif entries[key] != entry:
                edits |= _written(document, lines, (section, key), entries[key])
        new = [line for key in entries if key not in known for line in _entry(key, entries[key])]
        if new:
            there = (section,) in document.lines
            head = document.lines[(section,) if there else ("claims",)] - 1
            old = edits.get(head) or lines[head]
            parts = [old, *new] if there else [f"{section}:", *new, old]
            edits[head] = "\n".join(parts)
    text = "\n".join(
        line for at, old in enumerate(lines) if (line := edits.get(at, old)) is not None
    )
    text += "\n"
    again = compose_text(document.shown, text)
    held = {key: one for key, one in {**document.data, **after}.items() if one or key not in after}
    if again.problems or again.data != held:
        raise UserError(
            Problem(
                document.place(("claims", *list(before)[:1])),
                found="a claim that is not written with a line for each of its keys",
                expected="the form that `trialtrace read` writes",
                do="change it in the file",
            )
        )
    validate(again, schema_folder(), "ledger")
    if not again.problems:
        check_about(again)
    if again.problems:
        raise ProblemsError(again.in_order())
    write_text(path, text)


def _entry(key: str, entry: Data) -> list[str]:
    return [
        f"  {key}:",
        *(f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items()),
    ]


def _decided(
    data: Mapping[str, object], names: list[str], form: Mapping[str, str]
) -> dict[str, dict[str, Data]]:
    """The claims once it is decided, and the outcomes with those that were typed."""
    claims, outcomes = mapping(data, "claims"), dict(mapping(data, "outcomes"))
    made, out = copy.deepcopy(dict(claims)), set[str]()
    ticked = [] if form["do"] == ALL else form.get("right", "").split()
    right = [*names] if form["do"] == ALL else [*ticked]
    for at, one in enumerate(matters(claims, names)):
        within = _within(one, form.get(f"rows.{at}", ""))
        own = [name for name in one.claims if within[0] <= _row(claims[name]) <= within[1]]
        for key, now in {**one.shared, "form": one.form}.items():
            text = form.get(f"{key}.{at}", "").strip()
            if f"{key}.{at}" in form and text != (now or ""):
                for name in own:
                    _set(made[name], key, text)
        right += own if f"all.{at}" in form else ()
    if form["do"] == SETTLE and not right and "none" not in form:
        raise UserError(
            Problem(
                f'"{form["of"]}"',
                found=f"no tick, by which all of its {len(names)} numbers would be taken out",
                do='tick what is right, or tick "also where nothing is ticked"',
            )
        )
    for name in names:
        if form["do"] == SETTLE and name not in right:
            out.add(name)
            del made[name]
            continue
        about = mapping(claims[name], "about")
        for key in ("whose", "patients", "visit", "outcome", "test", "basis"):
            if f"{key}.{name}" in form:
                text = form[f"{key}.{name}"].strip()
                if key == "outcome" and about.get(key) and not text:
                    where = f"outcome of {name}"
                    raise UserError(Problem(where, found="none", do="say what is measured"))
                told = _outcome(text, outcomes, about) if key == "outcome" else text
                if told != _said(about, key):
                    _set(made[name], key, told)
        before = str(claims[name]["printed"])
        if (text := form.get(f"printed.{name}", before).strip()) != before:
            numbers = any(map(str.isdigit, before))
            parse(text, f"claims.{name}.printed", words=not numbers)
            made[name]["printed"] = text
        label = _label(claims[name], made[name], mapping(data, "groups"), outcomes)
        made[name]["label"] = label
        if name in right and (name in ticked or not nameless(made[name])):
            made[name].pop("unconfirmed")
            made[name].pop("chance", None)
    if made == claims:
        unsaid = [name for name in names if name in right and nameless(made[name])]
        found = f"{', '.join(unsaid)}: {NO_GROUPS}" if unsaid else "no tick and no correction"
        raise UserError(
            Problem(
                f'"{form["of"]}"',
                found=f"{found}, so that nothing is written",
                do="give the groups, or tick each by itself"
                if unsaid
                else 'tick what is right, or press "All of it is right"',
            )
        )
    for claim in made.values():
        linked = claim.get("with")
        if isinstance(linked, list) and out & set(linked):
            claim["with"] = [other for other in linked if other not in out]
            if not claim["with"]:
                del claim["with"]
    return {"claims": made} | ({"outcomes": outcomes} if outcomes else {})


def _within(matter: Matter, text: str) -> tuple[int, int]:
    """The rows that a line of a form is of, as typed: "4" or "4–9"."""
    if not text.strip():
        return matter.rows
    ends = re.split("[–-]", text)
    if len(ends) > 2 or not all(end.strip().isdecimal() for end in ends):
        at = f"column {matter.column}, rows"
        raise UserError(Problem(at, found=f'"{visible(text)}"', expected="rows such as 4–9"))
    return int(ends[0]), int(ends[-1])


def _label(
    before: Mapping[str, object],
    claim: Mapping[str, object],
    groups: Mapping[str, Data],
    outcomes: Mapping[str, Data],
) -> object:
    """The label of a claim, with the names of another outcome and another group than before."""
    old, new = mapping(before, "about"), mapping(claim, "about")
    label = str(before.get("label", ""))
    other = [old.get("outcome") != new.get("outcome"), old.get("group") != new.get("group")]
    if not any(other):
        return before.get("label")
    was, now = (str(groups.get(str(one.get("group")), {}).get("label", "")) for one in (old, new))
    called = outcomes.get(str(new.get("outcome")), {}).get("label")
    if other[0] and called:
        label = ", ".join(map(str, filter(None, [called, new.get("category"), was])))
    return of_group(label, was, now)


def of_group(label: str, was: str, now: str) -> str:
    """A label that ends with the name of another group than before."""
    stem = label.removesuffix(f", {was}") if was else label
    return ", ".join(filter(None, [stem, now]))


def _outcome(text: str, outcomes: dict[str, Data], about: Mapping[str, object]) -> str:
    """The name of an outcome by its name or label, of several with one label that which a claim
    has; another text is a new one, of the time before treatment where that was."""
    labels = {str(entry.get("label")): key for key, entry in outcomes.items()}
    if (now := str(about.get("outcome"))) in outcomes:
        labels[str(outcomes[now].get("label"))] = now
    if not text or text in outcomes or text in labels:
        return labels.get(text, text)
    name = free(outcomes, slug(text, 30) or "outcome")
    before = {"baseline": True} if outcomes.get(now, {}).get("baseline") else {}
    outcomes[name] = {"label": text, **before}
    return name


def free(known: Mapping[str, object], name: str) -> str:
    """The name, with a number behind it where it is known."""
    return name if name not in known else free(known, f"{name}_2")


def _set(claim: Data, key: str, value: object) -> None:
    """Set what a column was told to be; what is empty is taken away."""
    if key == "form":
        numbers = numbers_in(form_of(str(claim["printed"])) or "", str(claim["printed"]))
        if str(value).count("{}") == len(numbers):
            claim["printed"] = str(value).format(*numbers)
        return
    if key == "patients":
        value = _THOUSANDS.sub("", str(value))
    about: Data = {**mapping(claim, "about"), key: value}
    if key == "whose":
        pair = str(value).split(AGAINST)
        compare: object = "all" if value == COMPARED else pair if len(pair) == 2 else ""
        group = "" if compare else value
        del about["whose"]
        about |= {"group": group, "compare": compare}
    claim["about"] = {name: one for name, one in about.items() if one}
    if not claim["about"]:
        del claim["about"]


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
            first, *others = span(document, lines, ("claims", name))
            gone = f"{claim.get('place', '')}: {claim.get('printed', '')}"
            more = (str(claim.get("label", "")), whose(mapping(claim, "about")))
            gone = " ".join(", ".join(filter(None, [gone, *more])).split())
            text = f"{' ' * indent(lines[first])}# Taken out: {visible(gone)}"
            edits |= {first: text, **dict.fromkeys(others)}
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
