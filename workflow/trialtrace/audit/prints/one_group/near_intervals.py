"""Where no usual interval gives the printed ones of an outcome: what comes nearest.

Two rules are tried on all intervals at once: the printed percentages with the numbers randomised in
place of those analysed, and counts that print as the percentages at other levels. That one comes
near does not show that it was used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import ceil
from operator import attrgetter

from trialtrace.audit.candidates.grid import ALSO_OF_SHARES, INTERVALS, LEVELS, interval
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import REMARK
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict
from trialtrace.audit.prints.one_group.intervals import fitting
from trialtrace.audit.relations.ranges import prints
from trialtrace.audit.relations.solvers.possible_counts import possible_counts
from trialtrace.audit.relations.wording import listed
from trialtrace.base.arrays import Whole
from trialtrace.base.grouping import grouped

NEAR = 0.75
"""The share of the bounds that a rule has to give to be told."""
FEWEST = 4
FEW = 12
"""Of more counts behind a percentage some would come near by chance."""
BOTH = ("ci_low", "ci_high")


@dataclass(frozen=True)
class Near:
    """How a rule does: bounds that print as given, and the largest distance from a printed one."""

    printed: int
    off: float
    of: tuple[int, int] | None = None


@checks(
    "intervals that no usual method gives: what comes nearest, with the numbers "
    "randomised or at another level",
    {
        "interval.near": "What comes nearest to intervals that no usual method gives.",
    },
)
def check_near_intervals(ledger: Ledger) -> Iterator[Finding]:
    with_intervals = [
        entry
        for entry in ledger.of_group()
        if entry.has_interval and entry.share
        if (group := ledger.groups.get(entry.about.group or "")) and group.size
    ]
    names = "outcome", "visit", "stratum", "category"
    about = attrgetter(*(f"about.{name}" for name in names))
    for entries in grouped(with_intervals, about).values():
        findings = {
            claim.name: possible_counts(ledger, claim, _randomised(ledger, claim))
            for claim in entries
        }
        counts = {name: own for name, own in findings.items() if own is not None and len(own)}
        if 2 * len(entries) < FEWEST or len(counts) < len(entries):
            continue
        odd = [claim for claim in entries if not fitting(claim, counts[claim.name])]
        if not odd:
            continue
        yield from _on_randomised(ledger, entries, odd[0])
        for population in dict.fromkeys(claim.about.population for claim in odd):
            cell = [claim for claim in entries if claim.about.population == population]
            few = all(len(counts[claim.name]) <= FEW for claim in cell)
            if 2 * len(cell) >= FEWEST and few:
                first = next(claim for claim in odd if claim in cell)
                yield from _at_other_levels(cell, counts, first)


def _randomised(ledger: Ledger, entry: Claim) -> int:
    return ledger.groups[entry.about.group or ""].size or 0


def _near(entry: Claim, bounds: tuple[float, float], of: tuple[int, int] | None = None) -> Near:
    parts = [entry.parts[name] for name in BOTH]
    values = [100 * bound for bound in bounds]
    off = max(abs(v - float(p.value or 0)) for v, p in zip(values, parts, strict=True))
    return Near(sum(prints(p, v) for v, p in zip(values, parts, strict=True)), off, of)


def _best(rules: dict[str, list[Near]]) -> tuple[str, int, float]:
    """The rule that gives the most bounds, and of these the one that strays least."""
    given = {name: sum(one.printed for one in rule) for name, rule in rules.items()}
    off = {name: max(one.off for one in rule) for name, rule in rules.items()}
    name = min(rules, key=lambda name: (-given[name], off[name]))
    return name, given[name], ceil(10 * off[name]) / 10


def _on_randomised(ledger: Ledger, entries: list[Claim], first: Claim) -> Iterator[Finding]:
    rules = {}
    for method, level in product(ALSO_OF_SHARES, LEVELS):
        findings = []
        for entry in entries:
            n, share = _randomised(ledger, entry), float(entry.parts["percent"].value or 0) / 100
            bounds = interval(method, share * n, n, level)
            if bounds is not None:
                findings.append(_near(entry, bounds))
        if len(findings) == len(entries):
            rules[f"{method} at {100 * level:g} %"] = findings
    if not rules:
        return
    name, given, off = _best(rules)
    if given < NEAR * 2 * len(entries):
        return
    by_group = {claim.about.group: str(_randomised(ledger, claim)) for claim in entries}
    sizes = listed(list(by_group.values()))
    text = (
        f"{name} on the printed percentages with the numbers randomised ({sizes}) gives {given} of "
        f"the {2 * len(entries)} printed bounds and is within {off:.1f} points of all; that it "
        "comes near does not show that it was used."
    )
    yield _remark(text, entries, first, {"rule": name, "given": given, "off": off})


def _remark(text: str, entries: list[Claim], first: Claim, detail: dict) -> Finding:
    return interval_verdict("interval.near", first, REMARK, text, entries, detail)


def _at_other_levels(
    entries: list[Claim], counts: dict[str, Whole], first: Claim
) -> Iterator[Finding]:
    rules = {}
    for method, level in product(INTERVALS, LEVELS):
        levels = [
            [
                _near(entry, bounds, (x, n))
                for x, n in counts[entry.name]
                if (bounds := interval(method, x, n, level)) is not None
            ]
            for entry in entries
        ]
        if all(levels):
            rules[f"{method} at {100 * level:g} %"] = [
                min(own, key=lambda near: (-near.printed, near.off)) for own in levels
            ]
    if not rules:
        return
    name, given, _ = _best(rules)
    if given < NEAR * 2 * len(entries):
        return
    on = listed([f"{near.of[0]} of {near.of[1]}" for near in rules[name] if near.of])
    text = f"On counts that print as the percentages {name} comes nearest: on {on} it gives "
    text += f"{given} of the {2 * len(entries)} bounds."
    yield _remark(text, entries, first, {"rule": name, "given": given})
