"""A hazard ratio with its p: how many events it rests on at least, against the patients there are.

Each event adds at most 1/4 to the information on the log hazard ratio b, so that Wald's z = b / SE
needs at least 4 z² / b² events. Source: Cox 1972 (the partial likelihood). Oracle: fits by R's
coxph, whose events are never fewer.
"""

from collections.abc import Iterator
from math import ceil, log

from scipy.special import ndtri

from trialtrace.claims.ledger import Entry, Ledger
from trialtrace.claims.printed import Component
from trialtrace.claims.prints.finding import (
    COMPATIBLE,
    INCONSISTENT,
    TWO_SIDED,
    Finding,
    as_range,
)

MEASURE = "hazard_ratio"
_SAID = {"lower": "A hazard reduced by", "higher": "A hazard raised by", None: "A hazard ratio of"}
SLACK = 1.2
"""How far the events may be above the patients: p may be that of the log-rank test, not Wald's."""


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        about = entry.about
        if about.measure == MEASURE and len(about.compare) == 2 and (span := _ratios(entry)):
            found = _p(ledger, entry)
            if found is not None:
                yield from _events(ledger, entry, span, *found)


def _ratios(entry: Entry) -> tuple[float, float] | None:
    """The hazard ratios that print as given, also as a reduction in percent."""
    part = entry.parts.get("percent") or entry.parts.get("value")
    if part is None or part.value is None or part.relation not in ("=", "about"):
        return None
    low, high = (float(end) for end in part.bounds)
    if "percent" in entry.parts:
        if part.word is None:
            return None
        sign = -1 if part.word == "lower" else 1
        low, high = sorted((1 + sign * low / 100, 1 + sign * high / 100))
    return (low, high) if low > 0 and not low <= 1 <= high else None


def _p(ledger: Ledger, entry: Entry) -> tuple[Entry, Component] | None:
    """The claim's own p, or that of the claim about the same comparison."""
    found = [
        (one, one.parts["p"])
        for one in ledger.comparisons[entry.about.cell]
        if one.about.compare == entry.about.compare and one.tested is not None
        if one.tested.relation in ("=", "<", "<=", "about")
    ]
    return found[0] if len(found) == 1 else None


def _events(
    ledger: Ledger, entry: Entry, ratios: tuple[float, float], source: Entry, part: Component
) -> Iterator[Finding]:
    high_p = float(part.bounds[1] if part.relation == "about" else as_range(part).bounds[1])
    if not 0 < high_p < 1 or source.tails != TWO_SIDED:
        return
    z, b = float(ndtri(1 - high_p / 2)), max(abs(log(ratio)) for ratio in ratios)
    events = ceil(4 * z * z / (b * b))
    sizes = [ledger.size_of(entry, group) for group in entry.about.compare]
    patients = sum(int(n or 0) for n in sizes) if None not in sizes else None
    said = entry.parts.get("percent") or entry.parts["value"]
    text = f"{_SAID[said.word]} {said.text} with {part.text} needs at least {events} events by "
    text += "Wald's test"
    of = "" if patients is None else f"; there are {patients} patients"
    too_many = patients is not None and events > SLACK * patients
    name = "percent" if "percent" in entry.parts else "value"
    beside = () if source.name == entry.name else (source.name,)
    yield Finding("hazard.events", entry.name, name, INCONSISTENT if too_many else COMPATIBLE,
                  f"{text}{of}.", beside, {"events": events, "patients": patients})  # fmt: skip
