"""The interaction of a two-by-two design against the simple effects and the four cells.

With cells AB, B, A and none, and d the effect of A (a difference, or the log of a ratio), the
simple effects are d₁ = AB − B and d₀ = A − none, and the interaction is d₁ − d₀, the ratio of
ratios. Oracle: sums by hand.
"""

from collections.abc import Iterator, Sequence
from math import exp, inf, log

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import ALTERNATIVE, COMPATIBLE, DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.two_groups import as_proportion
from trialtrace.audit.prints.two_groups.comparisons import FACTOR
from trialtrace.audit.prints.two_groups.count_tests import counted
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps, unsigned
from trialtrace.audit.relations.wording import (
    BY_MODEL,
    NOT_CHECKED,
    TURNED,
    listed,
    signed,
    span_text,
)

Cells = list[tuple[int, int]]
DIFFERENCES = ("risk_difference", "mean_difference")
OF_COUNTS = ("risk_difference", "risk_ratio", "odds_ratio")
MEASURES = (*DIFFERENCES, "risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")
SIGNS = (1, -1, -1, 1)


@checks(
    "the interaction of a two-by-two design (`versus`) against the simple effects and against the "
    "counts or means of the four cells",
    {
        "factorial.interaction": "An interaction, and the two simple effects.",
        "factorial.cells": "An interaction, and the counts or means of the four cells.",
    },
    of_sizes=("factorial.cells",),
)
def check_interactions(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.main
        whole = main is not None and main.relation == "=" and entry.measure in MEASURES
        if main is not None and whole and entry.about.versus:
            yield from _interaction(ledger, entry, main)


def _interaction(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    pairs = entry.about.compared[:2], entry.about.compared[2:]
    simple = [_effect(ledger, entry, pair) for pair in pairs]
    if simple[0] is not None and simple[1] is not None:
        (first, upper), (second, lower) = simple[0], simple[1]
        span = _apart(entry, upper, lower)
        way = "a ratio of ratios of" if _ratio(entry) else "apart by"
        text = f"{upper.text} and {lower.text}, the simple effects, are {way}"
        crude = first.stated_basis is None and second.stated_basis is None
        yield _held(entry, main, "factorial.interaction", text, span, [first, second], crude)
    if entry.measure in OF_COUNTS:
        yield from _of_counts(ledger, entry, main)
    elif entry.measure == "mean_difference":
        yield from _of_means(ledger, entry, main)


def _effect(ledger: Ledger, entry: Claim, pair: Sequence[str]) -> tuple[Claim, Component] | None:
    """The one printed effect of two groups on the scale of the claim."""
    found = [
        claim
        for claim in ledger.comparisons.get(entry.about.cell, ())
        if claim.about.compared == tuple(pair) and claim.measure == entry.measure
        if (part := claim.main) is not None and entry.main is not None
        if part.relation == "=" and part.name == entry.main.name
        if part.word is None and claim.about.category == entry.about.category
    ]
    one = ledger.agreed(found, entry.main.name) if entry.main is not None else None
    return None if one is None or one.main is None else (one, one.main)


def _ratio(entry: Claim) -> bool:
    return entry.measure not in DIFFERENCES


def _apart(entry: Claim, upper: Component, lower: Component) -> Span:
    """The least and the greatest difference, or ratio, of two effects."""
    first, second = (Span(*map(float, part.bounds)) for part in (upper, lower))
    if not _ratio(entry):
        return first.less(second)
    (a, b), (c, d) = first, second
    return Span(a / d if d > 0 else inf, b / c if c > 0 else inf)


def _turned(entry: Claim, span: Span) -> Span:
    if not _ratio(entry):
        return span.turned
    low, high = span
    return Span(1 / high if high > 0 else inf, 1 / low if low > 0 else inf)


def _held(
    entry: Claim,
    main: Component,
    check: str,
    text: str,
    span: Span,
    claims: Sequence[Claim],
    crude: bool,
) -> Finding:
    places = max(main.places, 0) + 1
    text += f" {span_text(signed(end, places) for end in span)}"
    detail: dict[str, object] = {"low": span.low, "high": span.high}
    agreement, plain = COMPATIBLE, crude and entry.about.basis is None
    if overlaps(main, *span):
        pass
    elif plain and not entry.about.ordered and overlaps(main, *_turned(entry, span)):
        text += f"; {main.text} is that with {TURNED}."
        if _ratio(entry) or not unsigned(entry):
            agreement, detail = ALTERNATIVE, detail | {"alternative": TURNED}
    else:
        text += f"; printed is {main.text}"
        near = span.low / FACTOR <= float(main.value or 0) <= span.high * FACTOR
        if plain and not (_ratio(entry) and near):
            agreement, text = INCONSISTENT, f"{text}.{BY_MODEL}"
        else:
            agreement, text = DOUBT, f"{NOT_CHECKED} {text}, which may be adjusted or of a model."
    return verdict(check, entry, main, agreement, text, claims, detail)


def _of_counts(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    found = [counted(ledger, entry, group) for group in entry.about.compared]
    known = [one for one in found if one is not None]
    if len(known) < len(SIGNS):
        return
    cells = [counts for _, counts in known]
    value = _of_cells(entry, cells)
    if value is None:
        return
    points = entry.measure == "risk_difference" and not as_proportion(entry, main)
    value *= 100 if points else 1
    text = listed([f"{x} of {n}" for x, n in cells])
    text += f" give {'a ratio of ratios' if _ratio(entry) else 'a difference of differences'} of"
    claims = [one for one, _ in known]
    crude = not main.adjusted
    yield _held(entry, main, "factorial.cells", text, Span(value, value), claims, crude)


def _of_cells(entry: Claim, cells: Cells) -> float | None:
    """The interaction on the counts of four cells; None for a ratio with an empty cell."""
    risks = [x / n for x, n in cells]
    if entry.measure == "risk_difference":
        return sum(sign * p for sign, p in zip(SIGNS, risks, strict=True))
    full = entry.measure == "odds_ratio" and any(x == n for x, n in cells)
    if full or any(x == 0 for x, _ in cells):
        return None
    of = [p / (1 - p) if entry.measure == "odds_ratio" else p for p in risks]
    return exp(sum(sign * log(one) for sign, one in zip(SIGNS, of, strict=True)))


def _of_means(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    groups = ledger.compared(entry, "value")
    if groups is None or len(groups) != len(SIGNS) or entry.about.change:
        return
    ends = [ends_of(group.parts["value"]) for group in groups]
    low, high = (
        sum(sign * own[at if sign > 0 else 1 - at] for sign, own in zip(SIGNS, ends, strict=True))
        for at in (0, 1)
    )
    text, span = "The four means give a difference of differences of", Span(low, high)
    yield _held(entry, main, "factorial.cells", text, span, groups, not main.adjusted)
