"""The shares of a group in the two strata of a split, against the count of the whole group.

Of N patients X had the event. The strata print as P and Q; some (x1 of n1, x2 of n2) with
n1 + n2 = N and x1 + x2 = X has to print so, if everyone is in one of the two. Strata of printed
counts and sizes are added up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import EXACT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.two_groups.count_tests import counted
from trialtrace.audit.relations.ranges import as_range
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.summaries.percentages import count_ranges
from trialtrace.base.arrays import Whole
from trialtrace.base.grouping import grouped

SHOWN = 4


@checks(
    "the shares of a group in the two strata of a split against its own count; counts "
    "and sizes of the strata, added up",
    {
        "split.sum": "Counts and sizes of the strata of a split, added up, and those of the group.",
        "split.total": "The shares of a group in the strata of a split, and its own count.",
    },
)
def check_strata(ledger: Ledger) -> Iterator[Finding]:
    shares = [
        entry
        for entry in ledger.of_group()
        if entry.about.split and entry.about.stratum
        if entry.share is not None and entry.share.relation == "="
    ]
    names = ("split", "group", "outcome", "population", "visit")
    for entries in grouped(shares, attrgetter(*(f"about.{name}" for name in names))).values():
        known = [ledger.agreed(claims, "percent") for claims in _by_stratum(entries)]
        parts = [claim for claim in known if claim is not None]
        if len(parts) == len(known) == 2:
            yield from _split(ledger, parts)
    for entries in _counted(ledger):
        yield from _sums(ledger, entries)


def _counted(ledger: Ledger) -> list[list[Claim]]:
    """The strata of one split with printed counts, two or more, each told in one way."""
    counts = [
        entry
        for entry in ledger.of_group()
        if entry.about.split and entry.about.stratum and entry.whole_count is not None
    ]
    splits = grouped(
        counts, lambda count: (count.basis, replace(count.about, stratum=None, patients=None))
    )
    claims = []
    for entries in splits.values():
        strata = _by_stratum(entries)
        alike = all(
            len({(claim.whole_count, ledger.size(claim)) for claim in own}) == 1 for own in strata
        )
        if alike and len(strata) > 1:
            claims.append([own[0] for own in strata])
    return claims


def _by_stratum(entries: Sequence[Claim]) -> list[list[Claim]]:
    """The claims of each stratum."""
    return list(grouped(entries, lambda entry: entry.about.stratum).values())


def _sums(ledger: Ledger, entries: list[Claim]) -> Iterator[Finding]:
    """Counts and sizes of the strata against those of the whole group.

    A sum of counts that is not the group's is wrong only where the strata hold all its patients.
    """
    first = entries[0]
    whole = replace(first, about=replace(first.about, stratum=None, split=None))
    found = counted(ledger, whole, first.about.group or "")
    if found is None or not all(map(ledger.size, entries)):
        yield from _counts_alone(ledger, whole, entries)
        return
    total, (events, n) = found
    counts = [(entry.whole_count or 0, ledger.size(entry) or 0) for entry in entries]
    sizes = [m for _, m in counts]
    name, agreement = "denominator", INCONSISTENT
    if sum(sizes) > n:
        text = f"The strata have {' + '.join(map(str, sizes))} = {sum(sizes)} patients, more than "
        text += f"the {n} of the group."
    elif sum(sizes) == n:
        added = sum(x for x, _ in counts)
        text = f"{' + '.join(f'{x} of {m}' for x, m in counts)} are {added} of {n}"
        text += ", as printed." if added == events else f"; printed is {total.printed}."
        name, agreement = "count", EXACT if added == events else INCONSISTENT
    else:
        return
    detail = {"strata": counts, "whole": [events, n]}
    for entry in entries:
        component = next(one for one in (name, "count", "value") if one in entry.parts)
        yield verdict("split.sum", entry, component, agreement, text, [*entries, total], detail)


def _counts_alone(ledger: Ledger, whole: Claim, entries: list[Claim]) -> Iterator[Finding]:
    """Counts of strata whose sizes are not printed, added up: those of all are no fewer, and no
    more where both strata of a split are told."""
    at_all = one_count(ledger.beside(whole, whole.about.group or ""))
    if at_all is None or _may_be_values([at_all, *entries]):
        return
    counts, total = [entry.whole_count or 0 for entry in entries], at_all.whole_count or 0
    added = sum(counts)
    text = f"The strata have {' + '.join(map(str, counts))} = {added}"
    if added == total:
        agreement, text = EXACT, f"{text}, as all have."
    elif added > total or len(entries) == 2:
        agreement, text = INCONSISTENT, f"{text}; of all {total} are printed."
    else:
        return
    detail = {"counts": counts, "whole": total}
    for entry in entries:
        component = "count" if "count" in entry.parts else "value"
        yield verdict("split.sum", entry, component, agreement, text, [*entries, at_all], detail)


def _may_be_values(entries: Sequence[Claim]) -> bool:
    """Whether bare whole numbers may be means or medians: none of them is called a count."""
    return not any("count" in entry.parts or entry.about.size for entry in entries)


def _split(ledger: Ledger, entries: list[Claim]) -> Iterator[Finding]:
    first, second = entries
    whole = replace(first, about=replace(first.about, stratum=None, split=None))
    found = counted(ledger, whole, first.about.group or "")
    if found is None or any("count" in entry.parts for entry in entries):
        return
    total, (events, n) = found
    parts = [entry.parts["percent"] for entry in entries]
    ranges = _ranges(parts, (None, None), n)
    outside = next((out for out in range(n - 1) if _splits(ranges, events, n, out)), None)
    if outside is None:
        return
    shown, given = listed([part.text for part in parts]), f"{events} of {n}"
    detail: dict[str, object]
    if not outside:
        few = _splits(ranges, events, n, 0)
        text = f"{shown} can be the two parts of {given}"
        text += f": {_split_words(few)}." if len(few) <= SHOWN else f", in {len(few)} ways."
        detail = {"splits": few}
    else:
        text = (
            f"No two parts of {given} print as {shown}: at least {outside} of the {n} would be "
            "in neither."
        )
        detail = {"outside": outside}
        for cut, how in _cut_off(parts, events, n):
            text += f" With {how}, {_split_words(cut[:SHOWN])} would."
            detail |= {"truncated": cut}
    for entry, other in ((first, second), (second, first)):
        yield verdict("split.total", entry, "percent", not outside, text, [other, total], detail)


def proposed(ledger: Ledger, entry: Claim) -> tuple[list[tuple[int, int]], bool] | None:
    """The counts that a stratum's share may stand for, as a part of its group's own counts.

    Where none print so, those with digits cut off, and True.
    """
    for finding in check_strata.held(ledger):
        of_it = (finding.check, finding.claim, finding.component)
        if of_it != ("split.total", entry.name, "percent"):
            continue
        cut = "truncated" in finding.detail
        splits = finding.detail.get("truncated") or finding.detail.get("splits") or []
        # Told of the first stratum, in the order of the ledger, then of the second.
        order = list(ledger.entries)
        at = 0 if order.index(finding.claim) < order.index(finding.beside[0]) else 2
        return [(each[at], each[at + 1]) for each in splits], cut
    return None


def _cut_off(parts: list[Component], events: int, n: int) -> Iterator[tuple[list[list[int]], str]]:
    """The first way of cutting digits off that has splits: these, and the way in words."""
    one, other = (component.text for component in parts)
    ways: tuple[tuple[str | None, str | None, str], ...] = (
        ("truncate", "truncate", "digits cut off"),
        (None, "truncate", f"only {other} cut off"),
        ("truncate", None, f"only {one} cut off"),
    )
    for first, second, how in ways:
        if splits := _splits(_ranges(parts, (first, second), n), events, n, 0):
            yield splits, how
            return


Ranges = list[tuple[Whole, Whole]]


def _ranges(parts: list[Component], roundings: tuple[str | None, str | None], n: int) -> Ranges:
    """For each part the first and last count of 1 to n - 1 patients that print as it does.

    A rounding of None is that of the paper.
    """
    sizes = np.arange(1, n)
    return [
        count_ranges(as_range(part, rounding=rounding), sizes)
        for part, rounding in zip(parts, roundings, strict=True)
    ]


def _splits(ranges: Ranges, events: int, n: int, outside: int) -> list[list[int]]:
    """(x1, n1, x2, n2) that print as the two parts, with `outside` patients in neither."""
    sizes = np.arange(1, n - outside)
    (low1, high1), (low2, high2) = ([each[: len(sizes)] for each in ends] for ends in ranges)
    low2, high2 = low2[::-1], high2[::-1]
    # The patients in neither part have from none to all of the events that are left.
    least = np.maximum(low1 + low2, events - outside)
    most = np.minimum(high1 + high2, events)
    fit = np.flatnonzero((low1 <= high1) & (low2 <= high2) & (least <= most))
    return [
        [int(x), int(sizes[k]), int(x2), int(n - outside - sizes[k])]
        for k in fit
        for x in range(low1[k], high1[k] + 1)
        for x2 in range(low2[k], high2[k] + 1)
        if least[k] <= x + x2 <= most[k]
    ]


def _split_words(splits: list[list[int]]) -> str:
    return listed([f"{x1} of {n1} and {x2} of {n2}" for x1, n1, x2, n2 in splits], "or")
