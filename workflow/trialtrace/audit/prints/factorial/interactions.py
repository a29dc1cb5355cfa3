"""Effects of a two-by-two design: the interaction, and main effects between simple ones.

With cells AB, B, A and none, and d the effect of A (a difference, or the log of a ratio), the
simple effects are d₁ = AB − B and d₀ = A − none, and the interaction is d₁ − d₀, the ratio of
ratios. Of independent cells its variance is the sum over the four: Σ s²/n of means (4σ²/n of n
patients a cell), Σ p(1 − p)/n of risks, Σ (1/x − 1/n) of log risk ratios, Σ (1/x + 1/(n − x)) of
log odds ratios. The effect at the margin, A or not, is w d₁ + (1 − w) d₀ of means and risks where
both levels of A have the same share w of patients with B, and RR = Σ w p₀ RRᵢ / Σ w p₀, so that it
lies between the simple ones; of means it does by any w of a stratified analysis too. An odds or
hazard ratio need not, as it does not collapse. Oracle: sums by hand.
"""

from collections.abc import Iterator, Sequence
from math import exp, inf, log, sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.finding import (
    ALTERNATIVE,
    BY_MODEL,
    COMPATIBLE,
    INCONSISTENT,
    TURNED,
    Card,
    Finding,
    as_range,
    listed,
    overlaps,
    signed,
    unsigned,
)
from trialtrace.audit.prints.shared.two_groups import as_proportion
from trialtrace.audit.prints.two_groups.comparisons import FACTOR
from trialtrace.audit.prints.two_groups.count_tests import counted
from trialtrace.audit.prints.two_groups.estimates import WALD, error_of_interval

Span = tuple[float, float]
Cells = list[tuple[int, int]]
DIFFERENCES = ("risk_difference", "mean_difference")
OF_COUNTS = ("risk_difference", "risk_ratio", "odds_ratio")
MEASURES = (*DIFFERENCES, "risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")
COLLAPSES = (*DIFFERENCES, "risk_ratio")
SIGNS = (1, -1, -1, 1)
HALF = 0.5
"""Below this share of the cells' error an interval contradicts: adjusting for what correlates with
r of at most 0.87 leaves √(1 − r²), half of it."""

CARD = Card(
    "the interaction of a two-by-two design (`versus`) against the simple effects and against the "
    "counts or means of the four cells, its interval against their error (a contradiction below "
    "half of it, or with an interval named as Wald's, else a remark); an effect at the margin "
    "between the simple ones (a remark for odds and hazards, and where the cells' sizes are not in "
    "proportion)",
    {
        "factorial.interaction": "An interaction, and the two simple effects.",
        "factorial.cells": "An interaction, and the counts or means of the four cells.",
        "factorial.error": "The interval of an interaction, and the error of the four cells.",
        "factorial.between": "An effect at the margin, and the simple effects.",
    },
    of_sizes=("factorial.cells", "factorial.error"),
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        main = entry.main
        if main is None or main.relation != "=" or entry.measure not in MEASURES:
            continue
        if entry.about.versus:
            yield from _interaction(ledger, entry, main)
        elif len(entry.about.compared) == 2:
            yield from _between(ledger, entry, main)


def _interaction(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    pairs = entry.about.compared[:2], entry.about.compared[2:]
    simple = [_effect(ledger, entry, pair) for pair in pairs]
    if simple[0] is not None and simple[1] is not None:
        (first, upper), (second, lower) = simple[0], simple[1]
        span = _apart(entry, upper.bounds, lower.bounds)
        shown = f"{upper.text} and {lower.text}, the simple effects, are {_way(entry)}"
        crude = first.stated_basis is None and second.stated_basis is None
        findings = (first.name, second.name)
        yield _held(entry, main, "factorial.interaction", shown, span, findings, crude=crude)
    if entry.measure in OF_COUNTS:
        yield from _of_counts(ledger, entry, main)
    elif entry.measure == "mean_difference":
        yield from _of_means(ledger, entry, main)


def _effect(ledger: Ledger, entry: Claim, pair: Sequence[str]) -> tuple[Claim, Component] | None:
    """The one printed effect of two groups on the scale of the claim."""
    found = [
        one
        for one in ledger.comparisons.get(entry.about.cell, ())
        if one.about.compared == tuple(pair) and one.measure == entry.measure
        if (part := one.main) is not None and entry.main is not None
        if part.relation == "=" and part.name == entry.main.name
        if part.word is None and one.about.category == entry.about.category
    ]
    one = ledger.agreed(found, entry.main.name) if entry.main is not None else None
    return None if one is None or one.main is None else (one, one.main)


def _ratio(entry: Claim) -> bool:
    return entry.measure not in DIFFERENCES


def _way(entry: Claim) -> str:
    return "a ratio of ratios of" if _ratio(entry) else "apart by"


def _apart(entry: Claim, upper: Sequence[object], lower: Sequence[object]) -> Span:
    """The least and the greatest difference, or ratio, of two effects."""
    (a, b), (c, d) = ([float(str(end)) for end in ends] for ends in (upper, lower))
    if not _ratio(entry):
        return a - d, b - c
    return (a / d if d > 0 else inf), (b / c if c > 0 else inf)


def _turned(entry: Claim, span: Span) -> Span:
    low, high = span
    if not _ratio(entry):
        return -high, -low
    return (1 / high if high > 0 else inf), (1 / low if low > 0 else inf)


def _held(
    entry: Claim,
    main: Component,
    check: str,
    shown: str,
    span: Span,
    texts: tuple[str, ...],
    *,
    crude: bool,
) -> Finding:
    places = max(main.places, 0) + 1
    ends = " to ".join(dict.fromkeys(signed(end, places) for end in span))
    text = f"{shown} {ends}"
    detail: dict[str, object] = {"low": span[0], "high": span[1]}
    if overlaps(main, *span):
        text += f", in keeping with {main.text}."
        return Finding(check, entry.name, main.name, COMPATIBLE, text, texts, detail)
    plain = crude and entry.about.basis is None
    if plain and not entry.about.ordered and overlaps(main, *_turned(entry, span)):
        text += f"; {main.text} is that with {TURNED}."
        if not _ratio(entry) and unsigned(entry):
            return Finding(check, entry.name, main.name, COMPATIBLE, text, texts, detail)
        detail["alternative"] = TURNED
        return Finding(check, entry.name, main.name, ALTERNATIVE, text, texts, detail)
    text += f"; printed is {main.text}"
    number = float(main.value or 0)
    far = not _ratio(entry) or not span[0] / FACTOR <= number <= span[1] * FACTOR
    if plain and far:
        agreement, text = INCONSISTENT, f"{text}.{BY_MODEL}"
    else:
        agreement = NOT_CHECKABLE
        text = f"Not checkable: {text}, which may be adjusted or of a model."
    remark = agreement == NOT_CHECKABLE
    return Finding(check, entry.name, main.name, agreement, text, texts, detail, remark=remark)


def _of_counts(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    found = [counted(ledger, entry, group) for group in entry.about.compared]
    known = [one for one in found if one is not None]
    if len(known) < len(SIGNS):
        return
    cells, beside = [counts for _, counts in known], tuple(one.name for one, _ in known)
    value = _of_cells(entry, cells)
    if value is None:
        return
    by = _unit(entry, main)
    value *= by
    told = listed([f"{x} of {n}" for x, n in cells])
    text = f"{told} give {'a ratio of ratios' if _ratio(entry) else 'a difference of differences'}"
    yield _held(
        entry,
        main,
        "factorial.cells",
        f"{text} of",
        (value, value),
        beside,
        crude=not main.adjusted,
    )
    error = by * sqrt(sum(_variance(entry, x, n) for x, n in cells))
    yield from _error(entry, (error, error), [inf], beside)


def _unit(entry: Claim, main: Component) -> int:
    """100 for a difference of risks in percentage points."""
    points = entry.measure == "risk_difference" and not as_proportion(entry, main)
    return 100 if points else 1


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


def _variance(entry: Claim, x: int, n: int) -> float:
    """What a cell adds to the variance of the interaction, of a ratio on the log scale."""
    if entry.measure == "risk_difference":
        return x * (n - x) / n**3
    return 1 / x + (1 / (n - x) if entry.measure == "odds_ratio" else -1 / n)


def _of_means(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    groups = ledger.compared(entry, "value")
    if groups is None or len(groups) != len(SIGNS) or entry.about.change:
        return
    means = tuple(group.name for group in groups)
    ends = [[float(end) for end in as_range(group.parts["value"]).bounds] for group in groups]
    low, high = (
        sum(sign * own[at if sign > 0 else 1 - at] for sign, own in zip(SIGNS, ends, strict=True))
        for at in (0, 1)
    )
    text = "The four means give a difference of differences of"
    yield _held(entry, main, "factorial.cells", text, (low, high), means, crude=not main.adjusted)
    sizes = [ledger.size(group) for group in groups]
    n = [size for size in sizes if size is not None and size > 1]
    spreads = [group.parts.get("sd") for group in groups]
    known = [spread for spread in spreads if spread is not None and spread.symbol != UNSAID]
    if len(n) < len(SIGNS) or len(known) < len(SIGNS):
        return
    errors = []
    for at in (0, 1):
        squares = [max(float(as_range(one).bounds[at]), 0.0) ** 2 for one in known]
        errors.append(sqrt(sum(s / m for s, m in zip(squares, n, strict=True))))
        within = sum(s * (m - 1) for s, m in zip(squares, n, strict=True)) / (sum(n) - len(n))
        errors.append(sqrt(within * sum(1 / m for m in n)))
    yield from _error(entry, (min(errors), max(errors)), [inf, float(sum(n) - len(n))], means)


def _error(
    entry: Claim, of_cells: Span, degrees: list[float], texts: tuple[str, ...]
) -> Iterator[Finding]:
    """The error that an interval leaves, against that of the cells."""
    printed = error_of_interval(entry, degrees)
    if printed is None or of_cells[1] <= 0:
        return
    low, high = of_cells
    shown = " to ".join(dict.fromkeys(f"{end:.3g}" for end in printed))
    own = " to ".join(dict.fromkeys(f"{end:.3g}" for end in of_cells))
    on = " of the log" if _ratio(entry) else ""
    text = f"The interval leaves a standard error{on} of {shown}; that of the four cells is {own}"
    fits = printed[0] <= high * (1 + 1e-9) and printed[1] >= low * (1 - 1e-9)
    plain = entry.about.basis is None and not (entry.main is not None and entry.main.adjusted)
    binds = plain and (printed[1] < HALF * low or entry.about.interval in WALD)
    agreement = COMPATIBLE if fits else INCONSISTENT if binds else NOT_CHECKABLE
    text += "."
    if agreement == NOT_CHECKABLE:
        text = f"Not checkable: {text} A model, or another interval, may have another."
    detail = {"printed": printed, "cells": of_cells}
    yield Finding(
        "factorial.error",
        entry.name,
        "ci_low",
        agreement,
        text,
        texts,
        detail,
        ("ci_high",),
        remark=agreement == NOT_CHECKABLE,
    )


def _between(ledger: Ledger, entry: Claim, main: Component) -> Iterator[Finding]:
    """An effect at the margin, of two groups that are made of two each."""
    of = [ledger.groups[name].of or () for name in entry.about.compared]
    if any(len(own) != 2 for own in of) or set(of[0]) & set(of[1]):
        return
    for pairs in (tuple(zip(*of, strict=True)), tuple(zip(of[0], of[1][::-1], strict=True))):
        simple = [_effect(ledger, entry, pair) for pair in pairs]
        if simple[0] is None or simple[1] is None:
            continue
        ends = [[float(end) for end in part.bounds] for _, part in (simple[0], simple[1])]
        low, high = min(own[0] for own in ends), max(own[1] for own in ends)
        texts = f"{simple[0][1].text} and {simple[1][1].text}"
        fits = overlaps(main, low, high)
        every = [entry, simple[0][0], simple[1][0]]
        crude = all(one.stated_basis is None for one in every)
        binds = crude and entry.measure in COLLAPSES and _in_proportion(ledger, entry, pairs)
        where = "between" if fits else "outside"
        text = f"{main.text}, the effect at the margin, lies {where} {texts}, the simple effects"
        agreement = COMPATIBLE if fits else INCONSISTENT if binds else NOT_CHECKABLE
        if agreement == INCONSISTENT:
            text += ", of cells in proportion, which it has to lie between"
        elif not fits:
            text = f"Not checkable: {text}; of cells that are not in proportion, of odds and of a "
            text += "model it may"
        findings = simple[0][0].name, simple[1][0].name
        yield Finding(
            "factorial.between",
            entry.name,
            main.name,
            agreement,
            f"{text}.",
            findings,
            {"low": low, "high": high},
            remark=agreement == NOT_CHECKABLE,
        )
        return


def _in_proportion(ledger: Ledger, entry: Claim, pairs: Sequence[tuple[str, ...]]) -> bool:
    """Whether both levels have the same share of patients of each pair, by sizes that are printed
    of the outcome itself, not those randomised."""
    sizes = []
    for group in (name for pair in pairs for name in pair):
        own = {
            ledger.size(claim) for claim in ledger.beside(entry, group) if not ledger.assumed(claim)
        } - {None}
        if len(own) != 1:
            return False
        sizes.append(int(own.pop() or 0))
    a, b, c, d = sizes
    return a * d == b * c
