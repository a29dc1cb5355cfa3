"""A ledger of printed numbers: who and what each is about, and which belong together.

A ledger needs no data and no trial. `groups` are the arms as the paper prints them, `populations`
what it calls the patients it analysed, `outcomes` what was measured; a claim's `about` ties its
printed expression to them. Numbers about one outcome, population, visit and stratum belong
together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from math import ceil, floor

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import TIMED, Claim
from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.ledger.paper import PaperGroup, PaperOutcome, PaperPopulation, PaperStrata
from trialtrace.audit.ledger.texts import PaperText
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.rounding_habit import Habit
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.base.grouping import grouped

FEWEST_CATEGORIES = 2
"""So many other categories tell of how many patients the percentages of an outcome are."""


def _alike(claims: Sequence[Claim], name: str) -> bool:
    """Whether a component of claims can be one number, printed with more or fewer digits."""
    parts = [claim.parts[name] for claim in claims]
    told = {(part.relation, part.word, part.unit) for part in parts}
    symbols = {part.symbol for part in parts} - {None}
    if len(told) > 1 or len(symbols) > 1:
        return False
    low, high = (max(p.bounds[0] for p in parts), min(p.bounds[1] for p in parts))
    return low < high or len({part.value for part in parts}) == 1


def _can_be_of(component: Component, count: int | None, fewest: int, most: int) -> bool:
    """Whether a percentage, or a count with it, is one of a number of patients in this range.

    Rounded or cut off: how the paper rounds is known only later.
    """
    low, high = ((component.value or 0) + component.ulp * by for by in (Decimal("-0.5"), 1))
    if count is None:
        every = range(fewest, most + 1)
        return any(ceil(low * n / 100) <= floor(high * n / 100) for n in every)
    last = floor(100 * count / low) if low > 0 else most
    return high > 0 and max(fewest, ceil(100 * count / high), count) <= min(most, last)


@dataclass(frozen=True)
class Ledger:
    """A whole ledger. Populations in order; the first is that of claims which name none.

    `habits` are how each paper rounds, by its name. `registered` and `reported` are what registry
    and protocol, and what the papers tell of the design, by the name of the paper, `texts` each
    paper as declared. Of a `brief` ledger only verdicts are asked for: a check may leave out what
    it would look for to explain.
    """

    papers: Mapping[str, str]
    groups: Mapping[str, PaperGroup]
    populations: Mapping[str, PaperPopulation]
    outcomes: Mapping[str, PaperOutcome]
    entries: Mapping[str, Claim]
    strata: PaperStrata
    habits: Mapping[str, Habit] = field(default_factory=dict)
    registered: Mapping[str, ToldDesign] = field(default_factory=dict)
    reported: Mapping[str, ToldDesign] = field(default_factory=dict)
    texts: Mapping[str, str | PaperText] = field(default_factory=dict)
    brief: bool = False

    @cached_property
    def possible(self) -> "Ledger":
        """Without the claims that nothing is held against.

        A number of these is impossible, or the expression does not say what it is.
        """
        ledger = {
            name: entry
            for name, entry in self.entries.items()
            if not entry.impossible and name not in self.unclear
        }
        return self if len(ledger) == len(self.entries) else replace(self, entries=ledger)

    @cached_property
    def unclear(self) -> set[str]:
        """Claims that do not say what their numbers are.

        Such as "62 (9)", which may be means where none of their outcome is a share, and "4 (2-7)".
        """
        unsaid = [
            entry
            for entry in self.of_group()
            if "count" in entry.parts
            and (data := entry.parts.get("percent")) is not None
            and data.symbol == UNSAID
        ]
        of_outcome = grouped(unsaid, lambda entry: entry.about.outcome)
        return {entry.name for entry in self.of_group() if entry.bare_pair} | {
            entry.name
            for entries in of_outcome.values()
            if not any(self._is_share(entry) for entry in entries)
            for entry in entries
            if self.size(entry)
        }

    def _is_share(self, entry: Claim) -> bool:
        """Whether a percentage is that of the count before it, within one unit of its digits."""
        n, part = self.size(entry), entry.parts["percent"]
        if not n:
            return True
        count = entry.parts["count"].value or Decimal(0)
        return abs(100 * count / n - (part.value or 0)) <= part.ulp

    def population(self, entry: Claim) -> PaperPopulation | None:
        name = entry.about.population or next(iter(self.populations), None)
        return self.populations.get(name) if name else None

    def size(self, entry: Claim) -> int | None:
        """The printed number of patients behind a group's claim: its own, else its population's.

        None for a subgroup without its own: it is a part of its population.
        """
        if "denominator" in entry.parts:
            return int(entry.parts["denominator"].value or 0)
        if entry.about.n is not None:
            return entry.about.n
        if entry.about.part:
            return None
        population = self.population(entry)
        own = population.size_of.get(entry.about.group or "") if population else None
        return self._of_randomised(entry) if own is None else own

    def assumed(self, entry: Claim) -> bool:
        """Whether its size is that of all randomised, and no percentage beside it bears it out."""
        if entry.about.part or entry.about.n is not None:
            return False
        if {"denominator", "percent"} & set(entry.parts):
            return False
        population = self.population(entry)
        own = population.size_of.get(entry.about.group or "") if population else None
        return own is None and self._of_randomised(entry) is not None

    def _of_randomised(self, entry: Claim) -> int | None:
        """The number randomised to a group, where the ledger has no other for its population.

        It has to be the population of everyone, or none be named, and every percentage of the
        group in it a share of that number. A percentage alone may be one of fewer patients, where
        no population of everyone is named.
        """
        if entry.about.size is not None or (self._alone(entry) and not self._of_everyone(entry)):
            return None
        population, group = self.population(entry), self.groups.get(entry.about.group or "")
        if population and (population.size_of or not population.everyone):
            return None
        name = population.name if population else None
        if group is None or (name, group.name) in self._fewer or entry.name in self._unfit:
            return None
        return group.size

    def _alone(self, entry: Claim) -> bool:
        return "percent" in entry.parts and "count" not in entry.parts

    def _of_everyone(self, entry: Claim) -> bool:
        population = self.population(entry)
        return population is not None and population.everyone and entry.share is not None

    def taken(self, entry: Claim) -> int | None:
        """The number randomised where it is the size of a percentage without a count."""
        own = entry.about.n is None and "denominator" not in entry.parts
        return self._of_randomised(entry) if own and self._alone(entry) else None

    def of_all_randomised(self, entry: Claim) -> int | None:
        """The number randomised that a percentage without a size may be of, as far as it tells."""
        population, group = self.population(entry), self.groups.get(entry.about.group or "")
        name = population.name if population else None
        if population and (population.size_of or not population.everyone):
            return None
        if group is None or entry.about.part or (name, group.name) in self._fewer:
            return None
        if entry.name in self._unfit:
            return None
        return group.size if self.size(entry) is None else None

    @cached_property
    def _unfit(self) -> dict[str, bool]:
        """The claims whose percentage is not one of all randomised, and whether it can be one of
        fewer of them.

        One that can be of more alone, or of no number of patients, tells nothing of the group's.
        """
        unfit = {name for name, n in self._of_no_size.items() if not self._is_of(name, n)}
        return {
            name: _can_be_of(part, entry.whole_count, 1, self._of_no_size[name])
            for name in sorted(unfit)
            if (part := (entry := self.entries[name]).share) is not None
            if not self._others_are_of_all(entry, unfit)
        }

    @cached_property
    def _of_no_size(self) -> dict[str, int]:
        """The percentages of a group that print no size of their own, each with the number
        randomised to the group."""
        return {
            entry.name: group.size
            for entry in self.of_group()
            if (group := self.groups.get(entry.about.group or "")) is not None and group.size
            if (part := entry.share) is not None and part.relation == "="
            if not entry.about.part and entry.about.n is None and "denominator" not in entry.parts
        }

    def _is_of(self, name: str, n: int) -> bool:
        part = self.entries[name].share
        return part is not None and _can_be_of(part, self.entries[name].whole_count, n, n)

    def _others_are_of_all(self, entry: Claim, unfit: Collection[str]) -> bool:
        """Whether the other categories, of which there are several, are shares of all randomised:
        then a percentage that is not is no sign of fewer patients, but is held against them."""
        own = self.categories.get((*entry.about.cell, entry.about.group), [])
        others = {
            claim.about.category: claim.name
            for claim in own
            if claim.about.category not in (None, entry.about.category)
            if claim.name in self._of_no_size and claim.whole_count
        }
        whole = entry.about.category is not None and len(others) >= FEWEST_CATEGORIES
        return whole and not any(name in unfit for name in others.values())

    @cached_property
    def _fewer(self) -> set[tuple[str | None, str]]:
        """Populations and groups of which a percentage is that of fewer than all randomised."""
        known = [self.entries[name] for name, possible in self._unfit.items() if possible]
        populations = [(self.population(claim), claim.about.group or "") for claim in known]
        return {(one.name if one else None, group) for one, group in populations}

    @cached_property
    def _printed_sizes(self) -> dict[str, set[int]]:
        """Every number of patients that is printed for a group anywhere, by group."""
        sizes: dict[str, set[int]] = {}
        for entry in self.of_group():
            if n := self.size(entry):
                sizes.setdefault(entry.about.group or "", set()).add(n)
        for population in self.populations.values():
            for name, n in population.size_of.items():
                sizes.setdefault(name, set()).add(n)
        for group in self.groups.values():
            if group.size:
                sizes.setdefault(group.name, set()).add(group.size)
        return sizes

    def printed_sizes(self, group: str) -> set[int]:
        """Every size that is printed anywhere for a group."""
        return self._printed_sizes.get(group, set())

    def size_of(self, entry: Claim, group: str) -> int | None:
        """The printed number of patients of one of the groups that a claim compares."""
        sizes = {self.size(claim) for claim in self.beside(entry, group)} - {None}
        if len(sizes) == 1:
            return sizes.pop()
        if entry.about.part:
            return None
        population, known = self.population(entry), self.groups.get(group)
        own = population.size_of.get(group) if population else None
        return own or (known.size if known else None)

    def fewest_of(self, entry: Claim, group: str) -> int | None:
        """The patients of a compared group, as few as it has anywhere where nothing else is
        printed of it: of what is compared it may have so few."""
        if self.beside(entry, group):
            return self.size_of(entry, group)
        return min(self.printed_sizes(group), default=None)

    def sizes(self, kind: str, population: str | None = None) -> dict[str, Claim]:
        """The claims that print a number of patients (planned, randomised, analysed), by group.

        Of several for a group it is the last one.
        """
        return {name: own[-1] for name, own in self.every_size(kind, population).items()}

    def every_size(self, kind: str, population: str | None = None) -> dict[str, list[Claim]]:
        """All claims that print a number of patients, by group: in the flow, in the abstract."""
        sizes = [
            entry
            for entry in self.entries.values()
            if (entry.about.size, entry.about.population) == (kind, population)
        ]
        return grouped(sizes, lambda entry: entry.about.group or ALL)

    @cached_property
    def apart(self) -> tuple[str, ...]:
        """The groups of which each patient is in one: not those made of others, or among them."""
        return tuple(name for name, one in self.groups.items() if not (one.of or one.among))

    @cached_property
    def patients_of_every_group(self) -> int | None:
        """How many patients there are where all of them are in every group, as two sides of one."""
        total = self.sizes("randomised").get(ALL)
        groups = {self.groups[name].size for name in self.apart}
        one = len(self.apart) > 1 and total is not None and groups == {total.whole_count}
        return groups.pop() if one else None

    def group_label(self, entry: Claim) -> str:
        """The label of the group a claim is about."""
        group = self.groups.get(entry.about.group or "")
        return group.label if group else "all groups"

    def of_group(self) -> Iterator[Claim]:
        """Claims about one group."""
        return (entry for entry in self.entries.values() if entry.about.group)

    def beside(self, entry: Claim, group: str) -> list[Claim]:
        """The claims about one of the groups that a claim compares.

        A change and a value of one visit are two things. A comparison that is not called one of
        changes is about these where nothing else is printed, and one of the first population about
        claims that name none, or the other way round.
        """
        about = entry.about
        claims = (group, about.category, *about.cell)
        if claims in self._by_cell or not about.compared:
            return self._by_cell.get(claims, [])
        populations = [about.population]
        first = next(iter(self.populations), None)
        if about.population in (None, first):
            populations.append(None if about.population else first)
        for change in (about.change, True):
            for population in populations:
                other = replace(about, population=population, change=change)
                if (key := (group, about.category, *other.cell)) in self._by_cell:
                    return self._by_cell[key]
        return []

    @cached_property
    def _by_cell(self) -> dict[tuple, list[Claim]]:
        """The claims about one group, by (group, category, cell)."""
        return grouped(
            self.of_group(), lambda cell: (cell.about.group, cell.about.category, *cell.about.cell)
        )

    @cached_property
    def of_cell(self) -> dict[tuple, list[Claim]]:
        """The claims about one group, by cell."""
        return grouped(self.of_group(), lambda entry: entry.about.cell)

    @cached_property
    def facts(self) -> dict[str, list[Claim]]:
        """The claims that tell a fact, by its name."""
        told = [entry for entry in self.entries.values() if entry.about.fact is not None]
        return grouped(told, lambda entry: entry.about.fact or "")

    @cached_property
    def timed(self) -> set[str | None]:
        """The outcomes of which a claim is of times: a rate, a curve, a log-rank test."""
        return {
            entry.about.outcome
            for entry in self.entries.values()
            if entry.measure in TIMED
            or entry.about.basis == "curve"
            or entry.about.test == "log_rank"
        }

    @cached_property
    def comparisons(self) -> dict[tuple, list[Claim]]:
        """The claims that compare groups, by cell."""
        comparisons = [entry for entry in self.entries.values() if entry.about.compared]
        return grouped(comparisons, lambda entry: entry.about.cell)

    def compared(self, entry: Claim, *names: str) -> list[Claim] | None:
        """For a comparison, the claim of each group that has all the components `names`.

        None where a group has no such claim, or several that do not agree.
        """
        groups = self.compared_groups(entry)
        claims = [self.agreed(self.beside(entry, group), *names) for group in groups]
        known = [claim for claim in claims if claim is not None]
        return known if known and len(known) == len(groups) else None

    def agreed(self, claims: Iterable[Claim], *names: str) -> Claim | None:
        """The claim of those that have all the components `names`; None where they differ.

        What is printed in several places is one number: of a table, of the text with fewer digits,
        of the abstract without its patients. Taken is the one that tells most.
        """
        every = [claim for claim in claims if set(names) <= set(claim.parts)]
        sizes = {self.size(one) for one in every} - {None}
        if not every or len(sizes) > 1 or not all(_alike(every, name) for name in names):
            return None
        digits = {one.name: sum(one.parts[name].places for name in names) for one in every}
        return max(
            every, key=lambda entry: (digits[entry.name], self.size(entry) or 0, len(entry.parts))
        )

    def compared_groups(self, entry: Claim) -> tuple[str, ...]:
        return self.apart if entry.about.compared == (ALL,) else entry.about.compared

    @cached_property
    def categories(self) -> dict[tuple, list[Claim]]:
        """Claims of the categories of one outcome in one group, by (cell, group)."""
        claims = [entry for entry in self.of_group() if entry.about.category is not None]
        return grouped(claims, lambda entry: (*entry.about.cell, entry.about.group))
