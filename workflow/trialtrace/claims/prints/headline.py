"""Headlines against tables: relative reductions, and shares over everyone randomised."""

from collections.abc import Iterator
from decimal import Decimal

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Entry, Ledger
from trialtrace.claims.printed import Component
from trialtrace.claims.prints.finding import COMPATIBLE, INCONSISTENT, Finding, as_range, listed
from trialtrace.stats.summaries.percentages import possible_denominators


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
        told.append(f"{float((least + most) / 2):.1f} % with {label}")
        detail[name] = [float(least), float(most)]
        if most < low or least > high:
            outside.append(label)
    text = f"The printed percentages are relative reductions of {listed(told)}"
    if outside:
        text += f"; “{entry.printed}” does not hold for {listed(outside)}."
    else:
        text += f", in keeping with “{entry.printed}”."
    agreement = INCONSISTENT if outside else COMPATIBLE
    yield Finding("headline.reduction", entry.name, component, agreement, text,
                  tuple(one.name for one in shares), detail)  # fmt: skip


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
        bounds = {}
        for entry in entries:
            group = ledger.groups.get(entry.about.group or "")
            if group and group.randomised and (pair := _worst_and_best(entry, group.randomised)):
                bounds[entry.name] = pair
        if len(bounds) < 2 or all(low == high for low, high in bounds.values()):
            continue
        told = [
            f"{ledger.group_label(ledger.entries[name])} {low:.1f} to {high:.1f} %"
            for name, (low, high) in bounds.items()
        ]
        text = (
            "With the most patients that can have been analysed, and every other one counted one "
            f"way or the other: {listed(told)}; with fewer analysed the ranges are wider."
        )
        first, *others = bounds
        yield Finding("headline.everyone", first, "percent", COMPATIBLE, text, tuple(others),
                      {"bounds": bounds})  # fmt: skip


def _worst_and_best(entry: Entry, size: int) -> tuple[float, float] | None:
    from trialtrace.stats.summaries.percentages import counts_for_percentage

    part = entry.parts["percent"]
    if "count" in entry.parts and "denominator" in entry.parts:
        x, n = int(entry.parts["count"].value or 0), int(entry.parts["denominator"].value or 0)
    else:
        possible = possible_denominators(as_range(part), limit=size).tolist()
        if not possible:
            return None
        n = max(possible)
        x = int(counts_for_percentage(as_range(part), n)[0])
    return 100 * x / size, 100 * (x + size - n) / size
