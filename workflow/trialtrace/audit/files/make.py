"""Makes a ledger from its document: expressions read, each number rounded as its paper rounds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from trialtrace.audit.ledger.claim import Claim, claims_of
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperStrata
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.ledger.texts import cited
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.rounding_habit import CUT, EITHER, EVEN, OPEN, UP, WAYS, Habit
from trialtrace.audit.relations.ranges import as_range, prints
from trialtrace.audit.relations.shapes import table_of
from trialtrace.audit.relations.solvers.counts import WORDS, estimate
from trialtrace.audit.summaries.percentages import counts_for_percentage
from trialtrace.base.config.spec import structure

# How a paper rounds, from all its numbers of which the exact value is known.
# A share of a printed count, or of some count of a printed size, and an estimate that the counts
# give tell which ways of rounding print them so: halves up (or away from zero), halves to the even
# digit, digits cut off. What a paper leaves open is held against nothing.

FEWEST = 2
"""From this many numbers on, cutting off digits is a habit, not a slip."""


def with_habits(ledger: Ledger) -> Ledger:
    """The ledger with each number read as its paper rounds."""
    habits = {paper: habit(ledger.possible, paper) for paper in ledger.papers}
    entries = {
        name: replace(entry, parts=_read(entry, habits[entry.paper]))
        for name, entry in ledger.entries.items()
    }
    return replace(ledger, entries=entries, habits=habits)


def _read(entry: Claim, own: Habit) -> Mapping[str, Component]:
    share = entry.share if entry.of_count else None
    return {
        name: replace(part, rounding=own.rounding if part is share else own.others)
        for name, part in entry.parts.items()
    }


def habit(ledger: Ledger, paper: str) -> Habit:
    """What the numbers of one paper say of its rounding."""
    known = [(name, ways) for name, ways in _sole(ledger, _evidence(ledger, paper)) if ways]
    cut = tuple(name for name, ways in known if ways == {CUT})
    rounded = tuple(name for name, ways in known if CUT not in ways)
    up = tuple(name for name, ways in known if UP in ways and EVEN not in ways)
    even = tuple(name for name, ways in known if EVEN in ways and UP not in ways)
    if len(cut) >= FEWEST and len(cut) > len(rounded):
        return Habit(CUT, OPEN, cut, rounded, up, even)
    way = UP if up and not even else EVEN if even and not up else EITHER
    return Habit(way, way, cut, rounded, up, even)


def _sole(ledger: Ledger, claims: Iterable[tuple[str, set[str]]]) -> Iterator[tuple[str, set[str]]]:
    """One number printed several times, as with two intervals, is one piece of evidence."""
    seen = set()
    for name, ways in claims:
        about, main = ledger.entries[name].about, ledger.entries[name].main
        key = about.cell, about.category, about.group, about.compared, main and main.text
        if key not in seen:
            seen.add(key)
            yield name, ways


def _evidence(ledger: Ledger, paper: str) -> Iterator[tuple[str, set[str]]]:
    """The ways of rounding that print each number of known value as it is printed."""
    for entry in ledger.possible.entries.values():
        main = entry.main
        if entry.paper != paper or main is None or main.relation != "=":
            continue
        if entry.of_count and entry.share and (n := ledger.size(entry)):
            yield entry.name, {way for way in WAYS if _possible(entry, n, way)}
        elif _is_estimate(entry, main) and (table := table_of(ledger.possible, entry)):
            value = estimate(entry.measure or "", table[1])
            yield entry.name, {way for way in WAYS if prints(main, value, rounding=way)}


def _is_estimate(entry: Claim, main: Component) -> bool:
    """Whether it should be what the counts of two groups give, by its sign and scale too."""
    plain = main.word is None and entry.basis is None
    return plain and entry.measure in WORDS and len(entry.about.compared) == 2


def _possible(entry: Claim, n: int, way: str) -> bool:
    """Whether the printed count, or any count, of n prints as the share."""
    part, count = entry.parts["percent"], entry.whole_count
    if count is not None:
        return prints(part, 100 * count / n, rounding=way)
    return len(counts_for_percentage(as_range(part, rounding=way), n)) > 0


_DIFFERENCE = re.compile(r"(?:(?:treatment|between[\s-]group) )?difference\b", re.IGNORECASE)


def with_measures(ledger: Ledger) -> Ledger:
    """The ledger with what is called a difference, of groups with means, as one of means."""
    entries = dict(ledger.entries)
    for name, entry in entries.items():
        unsaid = entry.measure in (None, "difference") and _DIFFERENCE.match(entry.printed)
        if not unsaid or "value" not in entry.parts or len(entry.about.compared) != 2:
            continue
        means = ledger.compared(entry, "value") or ()
        if means and all("sd" in one.parts or one.parts["value"].symbol == "mean" for one in means):
            about = replace(entry.about, measure="mean_difference")
            entries[name] = replace(entry, about=about)
    return replace(ledger, entries=entries)


def ledger(document: Mapping[str, Any], claims: Mapping[str, Claim] | None = None) -> Ledger:
    """A ledger from a validated mapping in the form of claims.yaml; its `claims` where read."""
    declared: LedgerFile = structure(LedgerFile, document)
    read = Ledger(
        {name: cited(paper) for name, paper in declared.papers.items()},
        declared.groups or {},
        declared.populations or {},
        declared.outcomes or {},
        claims_of(declared) if claims is None else claims,
        declared.strata or structure(PaperStrata, {}),
        registered=declared.registered or {},
        reported=declared.reported or {},
        texts=declared.papers,
    )
    return with_habits(with_measures(read))
