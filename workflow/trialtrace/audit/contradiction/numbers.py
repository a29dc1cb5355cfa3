"""The printed numbers of a ledger one by one: each can be taken out, or read as another."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import About
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.forms import PLAIN

CLAIM, PATIENTS, RANDOMISED, SIZE = "claim", "patients", "randomised", "size"
TOGETHER = (
    ("ci_low", "ci_high"),
    ("quartile_low", "quartile_high"),
    ("least", "most"),
    ("df1", "df2"),
)
"""Components of which one says nothing without the other."""
_PLAIN_NUMBER = re.compile(r"-?(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)")


@dataclass(frozen=True, order=True)
class Number:
    """A component of a claim, the patients behind a claim, a group's size, or that in a population.

    `of` is the claim, the group or the population; `part` is the component, or the group of the
    population.
    """

    kind: str
    of: str
    part: str = ""


Changes = Mapping[Number, str]
"""What numbers would have to be printed as."""


def numbers_of(ledger: Ledger) -> list[Number]:
    """Every number of a ledger, the sizes first."""
    numbers = [Number(RANDOMISED, name) for name, one in ledger.groups.items() if one.size]
    for name, population in ledger.populations.items():
        numbers += [Number(SIZE, name, group) for group in population.size_of]
    numbers += [
        Number(PATIENTS, entry.name) for entry in ledger.entries.values() if entry.about.patients
    ]
    return numbers + [
        Number(CLAIM, name, part) for name, entry in ledger.entries.items() for part in entry.parts
    ]


def only(ledger: Ledger, claims: Collection[str]) -> Ledger:
    """The ledger with these claims alone."""
    kept = {name: entry for name, entry in ledger.entries.items() if name in claims}
    return replace(ledger, entries=kept)


def near(ledger: Ledger, claims: Collection[str]) -> Ledger:
    """The ledger with what these claims can be held against, but for sizes of groups."""
    entries = ledger.entries
    own = [entries[name] for name in claims]
    outcomes, facts = {claim.about.outcome for claim in own}, {claim.about.fact for claim in own}
    linked = {name for claim in own for name in claim.linked}
    names = {
        name
        for name, entry in entries.items()
        if entry.about.outcome in outcomes
        or entry.about.size is not None
        or (entry.about.fact is not None and entry.about.fact in facts)
        or name in linked
        or any(other in claims for other in entry.linked)
    }
    return only(ledger, names)


def without(ledger: Ledger, gone: Collection[Number]) -> Ledger:
    """The ledger as if these numbers were not printed, and what says nothing without them."""
    out = set(gone)
    groups = {
        name: replace(one, randomised=None) if Number(RANDOMISED, name) in out else one
        for name, one in ledger.groups.items()
    }
    populations = {
        name: replace(
            population,
            sizes={
                group: size
                for group, size in (population.sizes or {}).items()
                if Number(SIZE, name, group) not in out
            },
        )
        if any(Number(SIZE, name, group) in out for group in population.sizes or {})
        else population
        for name, population in ledger.populations.items()
    }
    entries = {}
    for name, entry in ledger.entries.items():
        lost = {key for key in entry.parts if Number(CLAIM, name, key) in out}
        lost |= {key for pair in TOGETHER if lost & set(pair) for key in pair}
        parts = {key: part for key, part in entry.parts.items() if key not in lost}
        if parts:
            about = _of_patients(entry, None) if Number(PATIENTS, name) in out else entry.about
            entries[name] = replace(entry, parts=parts, about=about)
    return replace(ledger, groups=groups, populations=populations, entries=entries)


def changed(ledger: Ledger, changes: Changes) -> Ledger:
    """The ledger as if other numbers were printed; a text has to be one that `value_of` reads."""
    groups, populations = dict(ledger.groups), dict(ledger.populations)
    entries = dict(ledger.entries)
    for number, text in changes.items():
        if number.kind == RANDOMISED:
            groups[number.of] = replace(groups[number.of], randomised=text)
        elif number.kind == SIZE:
            population = populations[number.of]
            sizes = {**(population.sizes or {}), number.part: text}
            populations[number.of] = replace(population, sizes=sizes)
        else:
            entry = entries[number.of]
            if number.kind == PATIENTS:
                entries[number.of] = replace(entry, about=_of_patients(entry, text))
            else:
                parts = {**entry.parts, number.part: _printed_as(entry.parts[number.part], text)}
                entries[number.of] = replace(entry, parts=parts)
    return replace(ledger, groups=groups, populations=populations, entries=entries)


def text_of(ledger: Ledger, number: Number) -> str:
    """The number as printed, with a plain sign; "" where it is a bound, words or no plain one."""
    if number.kind == RANDOMISED:
        return ledger.groups[number.of].randomised or ""
    if number.kind == SIZE:
        return (ledger.populations[number.of].sizes or {}).get(number.part, "")
    entry = ledger.entries[number.of]
    if number.kind == PATIENTS:
        return entry.about.patients or ""
    part = entry.parts[number.part]
    text = part.number if part.relation == "=" else ""
    plain = text.translate(PLAIN).replace("\N{EN DASH}", "-")
    return plain if _PLAIN_NUMBER.fullmatch(plain) else ""


def value_of(text: str) -> tuple[Decimal, int]:
    """The value of a number as `text_of` gives it, and its decimals."""
    plain = text.replace(",", "")
    return Decimal(plain), len(plain.partition(".")[2])


def _of_patients(claim: Claim, text: str | None) -> About:
    return replace(claim.about, patients=text)


def _printed_as(component: Component, text: str) -> Component:
    value, places = value_of(text)
    shown = component.text.replace(component.number, text, 1)
    return replace(component, value=value, places=places, number=text, text=shown)
