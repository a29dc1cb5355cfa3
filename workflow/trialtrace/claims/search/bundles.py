"""The bundles of a ledger: printed values that no stated choice gave, with their candidates."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from trialtrace.claims.ledger import Entry, Ledger, whole_count
from trialtrace.claims.printed import Component
from trialtrace.claims.prints.finding import ALTERNATIVE, INCONSISTENT, Finding, as_range
from trialtrace.claims.search.candidates import Size, p_families, share_families
from trialtrace.claims.search.search import Bundle
from trialtrace.claims.search.window import Target, Window
from trialtrace.stats.summaries.percentages import counts_for_percentage

UNSETTLED = (INCONSISTENT, ALTERNATIVE)
MOST_TABLES = 250_000


def bundles(ledger: Ledger, findings: Iterable[Finding]) -> Iterator[Bundle]:
    """A bundle for each p, and for the intervals of each outcome, that no check confirmed."""
    shares: dict[tuple, list[Entry]] = {}
    for one in findings:
        if one.agreement not in UNSETTLED:
            continue
        entry = ledger.entries[one.claim]
        if one.check == "p.counts" and len(one.beside) == 2:
            yield from _p(ledger, entry, [ledger.entries[name] for name in one.beside])
        elif one.check == "interval.share":
            shares.setdefault(entry.about.cell, [])
    for cell in shares:
        yield from _shares(ledger, cell)


def unit(part: Component, factor: Fraction | int = 1) -> Fraction:
    """The unit of the last printed digit, times a factor."""
    return Fraction(part.ulp) * factor


def sizes(ledger: Ledger, group: str, least: int) -> list[Size]:
    """Denominators of a group: those printed for it anywhere, and all others up to the largest."""
    printed = set()
    for entry in ledger.of_group():
        if entry.about.group == group and (n := ledger.size(entry)):
            printed.add(n)
    for population in ledger.populations.values():
        printed |= {population.sizes[group]} if group in population.sizes else set()
    known = ledger.groups[group].randomised
    printed |= {known} if known else set()
    most = max(printed, default=0)
    return [Size(n, n in printed) for n in range(max(least, 1), most + 1)]


def _p(ledger: Ledger, entry: Entry, groups: list[Entry]) -> Iterator[Bundle]:
    part = entry.parts["p"]
    if part.relation != "=" or not part.value:
        return
    counts = [_events(ledger, one) for one in groups]
    if None in counts:
        return
    x1, x0 = (int(count or 0) for count in counts)
    first, second = (sizes(ledger, one.about.group or "", x or 1)
                     for one, x in zip(groups, (x1, x0), strict=True))  # fmt: skip
    if not first or not second or len(first) * len(second) > MOST_TABLES:
        return
    tables = [
        (f"{x1} of {a.n} against {x0} of {b.n}", max(a.tier, b.tier), (x1, a.n, x0, b.n))
        for a in first
        for b in second
    ]
    families = tuple(p_families(tables, unit(part)))
    window = Window((Target("p", part),))
    inputs = f"the counts {x1} and {x0}"
    yield Bundle(entry.name, (entry.name,), ("p",), (window,), families, inputs)


def _events(ledger: Ledger, entry: Entry) -> int | None:
    if (count := whole_count(entry)) is not None:
        return count
    n = ledger.size(entry)
    if n is None or "percent" not in entry.parts:
        return None
    found = counts_for_percentage(as_range(entry.parts["percent"]), n).tolist()
    return found[0] if len(found) == 1 else None


def _shares(ledger: Ledger, cell: tuple) -> Iterator[Bundle]:
    """All intervals of one outcome in one population, jointly over the groups."""
    wanted = {"percent", "ci_low", "ci_high"}
    entries = [e for e in ledger.of_group() if e.about.cell == cell and wanted <= set(e.parts)]
    shares, units, windows = [], [], []
    for entry in entries:
        percent = entry.parts["percent"]
        own = sizes(ledger, entry.about.group or "", 1)
        if not own:
            return
        possible = {
            size.n: counts_for_percentage(as_range(percent), size.n).tolist() for size in own
        }
        shares.append((own, possible, Fraction(percent.value or 0) / 100))
        low, high = entry.parts["ci_low"], entry.parts["ci_high"]
        units.append((unit(low, Fraction(1, 100)), unit(high, Fraction(1, 100))))
        windows.append(Window((Target("low", low), Target("high", high)), percent))
    level = entries[0].parts["ci_low"].level
    confidence = None if level is None else float(level) / 100
    families = tuple(share_families(shares, units, confidence))
    names = tuple(entry.name for entry in entries)
    yield Bundle(names[0], names, ("ci_low", "ci_high"), tuple(windows), families,
                 "the printed percentages")  # fmt: skip
