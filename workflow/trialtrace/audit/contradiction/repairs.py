"""What would mend a contradiction: one number in place of another, or two that are exchanged.

Candidates are what a usual misprint may have been made from, and what the other numbers imply: the
values behind the finding, else the nearest ones on the printed grid. Each is tried by making the
checks again; one that mends this and contradicts something else is none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite

from trialtrace.audit.contradiction.cores import Core
from trialtrace.audit.contradiction.misprints import KINDS, NEIGHBOUR, Place, likelihood, usual
from trialtrace.audit.contradiction.numbers import (
    CLAIM,
    PATIENTS,
    Changes,
    Number,
    changed,
    near,
    text_of,
    value_of,
)
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.registry import CONTRADICTS, findings
from trialtrace.stats.results import StatsError

Key = tuple[str, str, str]
MOST_TRIED = 200
"""Values on the grid that are tried for what the others imply."""
MOST_RUN = 25
"""How many values in a row are looked at for the one in their middle."""
MOST_FOUND, MOST_BESIDE = 3, 12
"""How many repairs are enough; where a p is printed that no usual test gives, and may then be."""
MOST_BEHIND = 40
"""Values behind a finding that are tried."""
MOST_CHECKS = 2_000
"""How many checks are made again for all candidates together; what is found by then is told. It is
no time, so that the same ledger gives the same text."""
SIGNED = ("value", "percent", "ci_low", "ci_high", "statistic", "effect")
"""Components that may have a sign in a comparison; of a group where a neighbour has one."""
COUNTS = ("count", "denominator")
"""Components that are whole numbers."""
SWAPPED = 0.1
"""How often an error is an exchange of two numbers, as the shares of `misprints.KINDS`."""
SWAP = "exchanged between the groups"


@dataclass(frozen=True)
class Repair:
    """Numbers in place of others that mend a contradiction; `weight` puts repairs in order, behind
    those by which a usual test gives p of the claims `given` as well."""

    changes: Changes
    how: str
    weight: float
    cores: tuple[Core, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, float]:
        """The likeliest first."""
        return -len(self.given), -self.weight


class Whole:
    """The whole ledger with what it contradicts as it stands."""

    def __init__(self, ledger: Ledger, findings: Sequence[Finding]):
        self.ledger, self.left = replace(ledger, brief=True), MOST_CHECKS
        self.before = set(_contradicted(findings))
        self.open = set(_contradicted(one for one in findings if one.open))

    def mends(self, cores: Sequence[Core], changes: Changes) -> bool:
        """Whether none of these contradictions is left."""
        try:
            return all(self._mends(core, changes) for core in cores)
        except StatsError:
            return False

    def _mends(self, core: Core, changes: Changes) -> bool:
        self.left -= 1
        if self.left < 0:
            return False
        inside = all(n.kind != CLAIM or n.of in core.ledger.entries for n in changes)
        own = replace(core.ledger, brief=True) if inside else self.ledger
        return core.again.mended(changed(own, changes))

    def tried(self, repair: Repair) -> Repair | None:
        """The repair, with the claims whose p it gives; None where it contradicts what nothing
        contradicted before.

        Numbers that no formula takes, such as more events than patients, do.
        """
        near = self._near(repair.changes)
        try:
            keys = set(_contradicted(findings(changed(near, repair.changes))))
        except StatsError:
            return None
        if not keys <= self.before:
            return None
        given = (key[1] for key in sorted(self.open - keys) if key[1] in near.entries)
        return replace(repair, given=tuple(given))

    def beside(self, cores: Sequence[Core]) -> bool:
        """Whether a p that no usual test gives is of what these contradictions are of."""
        of = {
            self.ledger.entries[n.of].about.outcome
            for core in cores
            for n in core.numbers
            if n.kind == CLAIM
        }
        return any(self.ledger.entries[claim].about.outcome in of for _, claim, _ in self.open)

    def _near(self, changes: Changes) -> Ledger:
        """The claims that a changed number can be held against; all for sizes."""
        if any(number.kind != CLAIM for number in changes):
            return self.ledger
        return near(self.ledger, {number.of for number in changes})


def _contradicted(findings: Iterable[Finding]) -> Iterator[Key]:
    return (
        (finding.check, finding.claim, finding.component)
        for finding in findings
        if finding.agreement in CONTRADICTS or finding.open
    )


def repairs(whole: Whole, cores: Sequence[Core]) -> list[Repair]:
    """Single repairs that mend all of these contradictions, the likeliest first.

    They are tried from the likeliest on, until there are enough. What the others imply is looked
    for last, but for a number that is the same as a neighbour's.
    """
    shared = sorted(set.intersection(*(set(core.numbers) for core in cores)))
    suspects = [Suspect(whole, cores, number) for number in shared]
    tries = [attempt for suspect in suspects for attempt in suspect.tries()]
    tries.sort(key=lambda attempt: -attempt.weight)
    found = _enough(whole, cores, tries)
    implied = (context for suspect in suspects for context in suspect.implied())
    return found or _enough(whole, cores, implied)


def _enough(
    whole: Whole, cores: Sequence[Core], tries: Iterable["Repair | Around"]
) -> list[Repair]:
    repairs: list[Repair] = []
    most = MOST_BESIDE if whole.beside(cores) else MOST_FOUND
    for one in tries:
        made = one.nearest() if isinstance(one, Around) else one
        known = made is None or any(made.changes == other.changes for other in repairs)
        if made is None or known or not whole.mends(made.cores, made.changes):
            continue
        if kept := whole.tried(made):
            repairs.append(kept)
        if len(repairs) == most:
            break
    return sorted(repairs, key=lambda repair: repair.order)


def exchanges(whole: Whole, cores: Sequence[Core]) -> Iterator[tuple[Repair, list[Core]]]:
    """Exchanges of a number between two groups that mend every contradiction of either."""
    tried: set[frozenset[Number]] = set()
    for number in dict.fromkeys(number for core in cores for number in core.numbers):
        for other in _siblings(whole.ledger, number):
            texts = text_of(whole.ledger, number), text_of(whole.ledger, other)
            pair = frozenset((number, other))
            if pair in tried or "" in texts or value_of(texts[0]) == value_of(texts[1]):
                continue
            tried.add(pair)
            own = [core for core in cores if pair & set(core.numbers)]
            changes = {number: texts[1], other: texts[0]}
            repair = Repair(changes, SWAP, SWAPPED, tuple(own))
            if whole.mends(own, changes) and (made := whole.tried(repair)):
                yield made, own


@dataclass(frozen=True)
class Around:
    """A number that no usual misprint explains: the nearest values on the printed grid."""

    suspect: "Suspect"
    weight: float

    def nearest(self) -> Repair | None:
        """The middle of the nearest values in a row that mend all."""
        suspect = self.suspect
        value, places = value_of(suspect.text)
        unit = Decimal(1).scaleb(-places)
        for step in range(1, MOST_TRIED // 2 + 1):
            for way in (-unit, unit):
                if suspect.whole.left < 0:
                    return None
                run = 0
                while run < MOST_RUN and suspect.fits(value + (step + run) * way, places):
                    run += 1
                if run:
                    middle = value + (step + (run - 1) // 2) * way
                    return suspect.repair(f"{middle:.{places}f}")
        return None


class Suspect:
    """A number that all contradictions share, and what may have stood in its place."""

    def __init__(self, whole: Whole, cores: Sequence[Core], number: Number):
        self.whole, self.cores, self.number = whole, tuple(cores), number
        self.text, self.place = text_of(whole.ledger, number), place_of(whole.ledger, number)

    def repair(self, meant: str) -> Repair:
        weight, how = likelihood(self.text, meant, self.place)
        return Repair({self.number: meant}, how, weight, self.cores)

    def fits(self, meant: Decimal, places: int) -> bool:
        """Whether a value mends all; one of another sign is not tried."""
        text = f"{meant:.{places}f}"
        if not self.place.may(text) or (meant < 0) != (value_of(self.text)[0] < 0):
            return False
        return self.whole.mends(self.cores, {self.number: text})

    def tries(self) -> Iterator[Repair | Around]:
        """Before any usual misprint, and by the findings on the number itself."""
        if not self.text:
            return
        texts = [*usual(self.text, self.place), *_behind(self.cores, self.number, self.text)]
        for meant in dict.fromkeys(texts):
            if meant != self.text and self.place.may(meant):
                yield self.repair(meant)
        if self.text in self.place.neighbours:
            yield Around(self, KINDS[NEIGHBOUR][0] / len(self.place.neighbours))

    def implied(self) -> Iterator[Around]:
        """By the grid, where nothing else was found."""
        if self.text and self.number.kind == CLAIM:
            yield Around(self, 0.0)


def _behind(cores: Sequence[Core], number: Number, text: str) -> Iterator[str]:
    """What the findings on a number give for it, rounded as it is printed."""
    _, places = value_of(text)
    for core in cores:
        finding = core.again.finding
        if finding.claim == number.of and finding.component == number.part:
            for value in _floats(finding.detail):
                yield f"{value:.{places}f}"


def _floats(value: object) -> Iterator[float]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _floats(one)
    elif isinstance(value, list | tuple):
        for one in value[:MOST_BEHIND]:
            yield from _floats(one)
    elif isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        yield float(value)


def place_of(ledger: Ledger, number: Number) -> Place:
    """The neighbours of a number, and the patients behind a standard deviation."""
    place = [text_of(ledger, sibling) for sibling in _siblings(ledger, number)]
    patients, most, signed = None, None, False
    if number.kind == CLAIM:
        entry = ledger.entries[number.of]
        signed = number.part in SIGNED and entry.about.group is None
        names = list(ledger.entries)
        at = names.index(number.of)
        for near in names[max(at - 1, 0) : at] + names[at + 1 : at + 2]:
            if number.part in ledger.entries[near].parts:
                place.append(text_of(ledger, Number(CLAIM, near, number.part)))
        if number.part == "sd":
            patients = ledger.size(entry)
    if number.kind == PATIENTS:
        # A head of a column is printed once: where its group has more patients elsewhere.
        group = ledger.entries[number.of].about.group
        most = (
            max(
                (
                    one.about.n or 0
                    for one in ledger.entries.values()
                    if one.about.group == group and one.name != number.of
                ),
                default=0,
            )
            or None
        )
    signed = signed or any(one.startswith("-") for one in place)
    texts = tuple(dict.fromkeys(one for one in place if one))
    nothing = number.kind == CLAIM and number.part != "p"
    whole = number.kind != CLAIM or number.part in COUNTS
    whole = whole or (number.part == "value" and ledger.entries[number.of].whole_count is not None)
    return Place(texts, signed, nothing, whole, patients, most)


def _siblings(ledger: Ledger, number: Number) -> Iterator[Number]:
    """The same component of the other groups."""
    if number.kind != CLAIM:
        return
    entry = ledger.entries[number.of]
    if entry.about.group is None:
        return
    for other in ledger.of_cell.get(entry.about.cell, ()):
        same = other.about.category == entry.about.category
        # A count and a rate, or a mean, are two things.
        same = same and (other.whole_count is None) == (entry.whole_count is None)
        if same and other.about.group != entry.about.group and number.part in other.parts:
            yield Number(CLAIM, other.name, number.part)
