"""Headlines against tables: relative reductions, and shares over everyone randomised."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Entry, Ledger
from trialtrace.claims.printed import Component
from trialtrace.claims.prints.finding import COMPATIBLE, INCONSISTENT, Finding, listed
from trialtrace.claims.prints.shares import Counts, possible_counts


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.about.measure == "relative_reduction" and entry.about.compare:
            yield from _reduction(ledger, entry)
    yield from _everyone(ledger)


def _reduction(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    """A relative reduction, or a range of them, against the percentages it is about."""
    control = next(
        (name for name in ledger.compared_groups(entry) if ledger.groups[name].control), None
    )
    shares = ledger.compared(entry, "percent")
    if control is None or shares is None:
        return
    by_group = {one.about.group: one for one in shares}
    reference = by_group.pop(control)
    low, high = _claimed(entry.parts)
    if low is None or high is None:
        return
    component = next(iter(entry.parts))
    if reference.parts["percent"].bounds[0] <= 0:
        text = (
            f"Not checkable: of {reference.parts['percent'].text}, which may stand for 0, nothing "
            "can be a part."
        )
        yield Finding("headline.reduction", entry.name, component, NOT_CHECKABLE, text,
                      tuple(one.name for one in shares))  # fmt: skip
        return
    outside, told, detail = [], [], {}
    for name, one in by_group.items():
        least, most = _reductions(one.parts["percent"], reference.parts["percent"])
        label = ledger.groups[name or ""].label
        told.append(f"{_span(least, most)} with {label}")
        detail[name] = [float(least), float(most)]
        if most < low or least > high:
            outside.append(label)
    text = f"The printed percentages are relative reductions of {listed(told)}"
    if outside:
        text += f"; “{entry.printed}” does not hold for {listed(outside)}."
        text += _elsewhere(ledger, entry, control)
    else:
        text += f", in keeping with “{entry.printed}”."
    agreement = INCONSISTENT if outside else COMPATIBLE
    yield Finding("headline.reduction", entry.name, component, agreement, text,
                  tuple(one.name for one in shares), detail)  # fmt: skip


def _span(least: Decimal, most: Decimal) -> str:
    low, high = f"{least:.1f}", f"{most:.1f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def _elsewhere(ledger: Ledger, entry: Entry, control: str) -> str:
    """The reductions among the patients of every other population that is printed."""
    told = []
    for population in ledger.populations.values():
        about = replace(entry.about, population=population.name)
        shares = ledger.compared(replace(entry, about=about), "percent")
        if population.name == entry.about.population or shares is None:
            continue
        by_group = {one.about.group: one.parts["percent"] for one in shares}
        reference = by_group.pop(control)
        if reference.bounds[0] > 0:
            spans = [
                f"{_span(*_reductions(part, reference))} with {ledger.groups[name or ''].label}"
                for name, part in by_group.items()
            ]
            told.append(f" In “{population.label}” they are {listed(spans)}.")
    return "".join(told)


def _claimed(parts) -> tuple[Decimal | None, Decimal | None]:
    """The values that the headline allows."""
    if {"at_least", "at_most"} <= set(parts):
        return parts["at_least"].bounds[0], parts["at_most"].bounds[1]
    part = parts.get("percent")
    if part is None or part.value is None:
        return None, None
    if part.relation in (">", ">="):
        return part.value, Decimal(100)
    if part.relation in ("<", "<="):
        return Decimal(-100000), part.value
    return part.bounds


def _reductions(treated: Component, reference: Component) -> tuple[Decimal, Decimal]:
    """Least and greatest relative reduction, in percent, over all that prints as the two."""
    (low, high), (base_low, base_high) = treated.bounds, reference.bounds
    hundred = Decimal(100)
    return hundred * (1 - high / base_low), hundred * (1 - max(low, Decimal(0)) / base_high)


def _everyone(ledger: Ledger) -> Iterator[Finding]:
    """Groups of which not everyone was analysed: the shares if all the others had, or had not."""
    cells: dict[tuple, list[Entry]] = {}
    for entry in ledger.of_group():
        population = ledger.population(entry)
        if population and population.everyone and "percent" in entry.parts:
            cells.setdefault(entry.about.cell, []).append(entry)
    for entries in cells.values():
        ranges = {}
        for entry in entries:
            group = ledger.groups.get(entry.about.group or "")
            if group and group.randomised and (counts := possible_counts(entry, group.randomised)):
                ranges[entry.name] = _ranges(counts, group.randomised)
        if len(ranges) < 2 or all(low == high for own in ranges.values() for low, high in own):
            continue
        told = [
            f"{ledger.group_label(ledger.entries[name])} {own[-1][0]:.1f} to {own[-1][1]:.1f} %"
            for name, own in ranges.items()
        ]
        text = (
            "With the most patients that can have been analysed, and every other one counted one "
            f"way or the other: {listed(told)}; with fewer analysed the ranges are wider."
        )
        text += "".join(_overlaps(ledger, ranges))
        first, *others = ranges
        yield Finding("headline.everyone", first, "percent", COMPATIBLE, text, tuple(others),
                      {"ranges": ranges}, remark=True)  # fmt: skip


def _ranges(counts: Counts, size: int) -> list[tuple[float, float]]:
    return [(100 * x / size, 100 * (x + size - n) / size) for x, n in counts]


def _overlaps(ledger: Ledger, ranges: dict[str, list[tuple[float, float]]]) -> Iterator[str]:
    """In how many sets of counts the ranges of two groups overlap: against the control, if any."""
    controls = {group.name for group in ledger.groups.values() if group.control}
    for one, other in combinations(ranges, 2):
        pair = [ledger.entries[name] for name in (one, other)]
        if controls and not controls & {entry.about.group for entry in pair}:
            continue
        sets = list(product(ranges[one], ranges[other]))
        both = sum(low <= top and bottom <= high for (low, high), (bottom, top) in sets)
        of = "the only set" if len(sets) == 1 else f"{both} of {len(sets)} sets"
        if both:
            labels = " and ".join(ledger.group_label(entry) for entry in pair)
            yield f" Those of {labels} overlap with {of} of counts."
