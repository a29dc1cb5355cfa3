"""A number needed to treat against the risk difference printed beside it, and its interval.

A number needed is 1 over the difference of the risks, and its bounds are 1 over that one's, which
change places (Altman, BMJ 1998;317:1309). Where the interval of the difference holds 0, that of the
number needed has two parts, which no two bounds tell, and nothing is held against it.
"""

from collections.abc import Iterator

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.shared.two_groups import NEEDED, as_proportion, table_of
from trialtrace.audit.relations.ranges import Span, either_way, ends_of
from trialtrace.audit.relations.wording import signed, span_text

DIFFERENCE = "risk_difference"


@checks(
    "a number needed to treat or harm and its interval against the risk difference and its "
    "interval of the same comparison, as 1 over it",
    {
        "needed.difference": "A number needed to treat, and the risk difference.",
        "needed.interval": "The interval of a number needed, and that of the risk difference.",
    },
)
def check_needed(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.measure != NEEDED or "value" not in entry.parts:
            continue
        findings = [
            claim
            for claim in ledger.comparisons.get(entry.about.cell, ())
            if claim.measure == DIFFERENCE
            and set(claim.about.compared) == set(entry.about.compared)
            if claim.stated_basis == entry.stated_basis and claim.main is not None
            if claim.main.relation == "="
        ]
        mains = {finding.main.name for finding in findings if finding.main is not None}
        other = ledger.agreed(findings, *mains)
        if other is not None:
            # On counts the number itself is that of these.
            counted = entry.basis is None and table_of(ledger, entry) is not None
            yield from _held(entry, other, counted)


def _held(entry: Claim, other: Claim, counted: bool) -> Iterator[Finding]:
    main, value = other.main, entry.parts["value"]
    if main is None or value.relation != "=":
        return
    proportion = as_proportion(other, main)
    span = _over_one(main, proportion)
    if span is None:
        return
    fits = _prints(value, span)
    if not counted:
        shown = span_text(signed(end, max(value.places, 0) + 1) for end in span)
        text = f"1 over {main.text} is {shown}"
        yield verdict("needed.difference", entry, value, fits, text, [other])
    bounded = entry.has_interval and other.has_interval
    if fits and bounded and entry.confidence == other.confidence:
        yield from _interval(entry, other, proportion)


def _over_one(component: Component, proportion: bool) -> Span | None:
    """The sizes of 1 over a difference, over all that print so; None where it may be 0."""
    least, most = ends_of(component).sizes
    unit = 1 if proportion else 100
    return Span(unit / most, unit / least) if least > 0 and most > 0 else None


def _prints(component: Component, span: Span) -> bool:
    """Whether a size prints so; a whole number needed may be rounded up."""
    if component.places <= 0:
        own = abs(float(component.value or 0))
        return span[0] < own + 0.5 and span[1] + 0.5 > own - 0.5
    return either_way(component, span)


def _interval(entry: Claim, other: Claim, proportion: bool) -> Iterator[Finding]:
    ends, own = ([claim.parts[name] for name in ("ci_low", "ci_high")] for claim in (other, entry))
    if (ends[0].value or 0) * (ends[1].value or 0) <= 0:
        return
    spans = sorted(span for end in ends if (span := _over_one(end, proportion)))
    if len(spans) < 2:
        return
    parts = sorted(own, key=lambda part: abs(float(part.value or 0)))
    fits = all(_prints(part, span) for part, span in zip(parts, spans, strict=True))
    about = " to ".join(f"{(low + high) / 2:.1f}" for low, high in spans)
    text = f"1 over {other.interval} is about {about}"
    yield interval_verdict("needed.interval", entry, fits, text, [other])
