"""Test statistics: F, t, χ² and their degrees of freedom against p, epsilon and the design.

A correction for sphericity multiplies both degrees of freedom by epsilon. Where a corrected test is
printed with whole degrees of freedom, these are the uncorrected ones: no error, and said so.
"""

from collections.abc import Iterator
from itertools import product
from math import inf

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED, STANDARDISED
from trialtrace.audit.prints.agreements import (
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
    UNDECIDED,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, as_range, ends_of, overlaps, span_of
from trialtrace.audit.relations.wording import NOT_CHECKED, p_span, span_text
from trialtrace.audit.summaries.printed import Bounds, Printed
from trialtrace.audit.summaries.statistics import (
    epsilons_of_f_and_p,
    p_of_chi_squared,
    p_of_correlation,
    p_of_f,
    p_of_t,
    p_of_z,
    partial_eta_squared_of_f,
)
from trialtrace.stats.results import StatsError

WITH_DEGREES = {
    "t": "t(54) = 2.10, p = .04",
    "f": "F(1, 54) = 4.41, p = .04",
    "r": "r(54) = .27, p = .04",
    CHI_SQUARED: "χ²(1) = 4.2, p = .04",
    "q": "Q(3) = 8.1, p = .04",
}

FEWEST, MOST = 2.0, 1e6
"""Degrees of freedom within groups, where none are printed."""


@checks(
    "F, t, z, r, χ² and degrees of freedom against p and the effect size; the ε that a "
    "corrected p needs",
    {
        "statistic.p": "A test statistic with its degrees of freedom, and p.",
        "statistic.epsilon": "F with uncorrected degrees of freedom, p, and the ε between them.",
        "statistic.degrees": "The degrees of freedom of a corrected test.",
        "statistic.effect": "The effect size of F and its degrees of freedom.",
    },
)
def check_statistics(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if "statistic" not in entry.parts:
            continue
        part = entry.parts["statistic"]
        symbol = part.symbol or ""
        if symbol in WITH_DEGREES and "df1" not in entry.parts:
            if found := _of_any_degrees(ledger, entry, symbol):
                yield found
                continue
            text = f"The degrees of freedom of {part.text} are not in the ledger; write them as in "
            text += f'"{WITH_DEGREES[symbol]}".'
            yield verdict("statistic.p", entry, part, NOT_CHECKABLE, text)
            continue
        try:
            if symbol == "f" and entry.has("df1", "df2"):
                yield from _f(entry)
            elif "p" in entry.parts and entry.parts["p"].relation != "ns":
                yield from _plain(entry, symbol)
        except StatsError as error:
            yield verdict("statistic.p", entry, part, NOT_CHECKABLE, f"{NOT_CHECKED} {error}")


def _of_any_degrees(ledger: Ledger, entry: Claim, symbol: str) -> Finding | None:
    """A t, χ² or F of two groups against p, over all degrees of freedom that are not printed: a t
    has two or more, χ² one or more, and F of two groups is t² unless it has visits too; p of an F
    below 1 is the least on one between groups and endless ones within. Where a t of more than two
    would need fewer than its groups have, that is open: fewer may be analysed."""
    part, printed = entry.parts["statistic"], entry.parts.get("p")
    if printed is None or printed.relation == "ns" or printed.adjusted or entry.tails != TWO_SIDED:
        return None
    statistic, sizes = as_range(part), _sizes(ledger, entry) if symbol == "t" else None
    below_1 = symbol == "f" and part.relation == "=" and float(part.bounds[1]) <= 1
    if below_1:
        every = [p_of_f(statistic, 1.0, MOST, epsilon=(1.0, 1.0))]
    elif symbol == "f" and len(ledger.compared_groups(entry)) == 2:
        every = [p_of_f(statistic, 1.0, df, epsilon=(1.0, 1.0)) for df in (FEWEST, MOST)]
    elif symbol == "t":
        every = [p_of_t(statistic, df, sides="two_sided") for df in (FEWEST, MOST)]
    elif symbol == CHI_SQUARED:
        every = [p_of_chi_squared(statistic, 1.0)]
    else:
        return None
    low, high = span_of(*every)
    from_one = below_1 or symbol == CHI_SQUARED
    span = Span(low, 1.0 if from_one else high)
    fits, degrees = overlaps(printed, *span), f"{1 if from_one else 2} degrees of freedom or more"
    if sizes is not None:
        # Welch's degrees of freedom lie between those of the smaller group and the pooled ones.
        ends = float(min(sizes) - 1), float(sum(sizes) - 2)
        span = span_of(*(p_of_t(statistic, df, sides="two_sided") for df in ends))
        degrees = f"{ends[0]:g} to {ends[1]:g} degrees of freedom, as groups of {sizes[0]} and "
        degrees += f"{sizes[1]} have,"
        if fits and not overlaps(printed, *span):
            text = f"{part.text} on {degrees} gives {p_span(*span)}; printed is {printed.text}, "
            text += "which needs fewer."
            return verdict("statistic.p", entry, printed, UNDECIDED, text, open=True)
    if fits:
        # What is left open is told, and decides nothing.
        return None
    text = f"{part.text} on {degrees} gives {p_span(*span)}"
    if symbol == "f" and not below_1:
        text = f"{part.text} of two groups on one degree of freedom between them gives "
        text += f"{p_span(*span)}; printed is {printed.text}. Of more degrees it may be another."
        return verdict("statistic.p", entry, printed, UNDECIDED, text, open=True)
    # Of which side p is, degrees of freedom that are not known do not tell.
    half = symbol == "t" and sizes is not None and overlaps(printed, *span.times(0.5))
    text += f"; printed is {printed.text}, which is that of one side." if half else ""
    detail = {**span._asdict(), "one_sided": half}
    return verdict("statistic.p", entry, printed, INCONSISTENT, text, detail=detail)


def _sizes(ledger: Ledger, entry: Claim) -> tuple[int, int] | None:
    """The patients of two separate groups whose means are compared; None where none are told, and
    of a model or of the same patients."""
    if entry.basis is not None or entry.about.design or len(ledger.compared_groups(entry)) != 2:
        return None
    groups = ledger.compared(entry, "value") or ()
    sizes = [n for group in groups if (n := ledger.size(group)) is not None and n > FEWEST]
    return (sizes[0], sizes[1]) if len(sizes) == 2 else None


def _plain(entry: Claim, symbol: str) -> Iterator[Finding]:
    statistic, part = as_range(entry.parts["statistic"]), entry.parts["p"]
    df = float(entry.parts["df1"].value or 0) if "df1" in entry.parts else inf
    rounded = "df1" in entry.parts and entry.parts["df1"].places > 0
    degrees = as_range(entry.parts["df1"]) if rounded else df
    if symbol == "t":
        every = [p_of_t(statistic, degrees, sides=side) for side in entry.tails]
    elif symbol == "z":
        every = [p_of_z(statistic, sides=side) for side in entry.tails]
    elif symbol == "r" and df < inf:
        every = [p_of_correlation(statistic, df, sides=side) for side in entry.tails]
    elif symbol in (CHI_SQUARED, "q") and df < inf:
        every = [p_of_chi_squared(statistic, df)]
    else:
        return
    spans = [span_of(bounds) for bounds in every]
    holding = [span for span in spans if overlaps(part, *span)]
    span, fits = (holding or spans)[0], bool(holding)
    on = "" if symbol == "z" else " on these degrees of freedom"
    text = f"{entry.parts['statistic'].text}{on} gives {p_span(*span)}"
    half = symbol in ("t", "z", "r") and not fits and overlaps(part, *span.times(0.5))
    if half:
        text += f"; printed is {part.text}, which is that of one side."
    elif fits:
        text += f", in keeping with {part.text}."
    agreement, detail = EXACT if fits else INCONSISTENT, {**span._asdict(), "one_sided": half}
    yield verdict("statistic.p", entry, part, agreement, text, detail=detail)


def _f(entry: Claim) -> Iterator[Finding]:
    parts = entry.parts
    f = as_range(parts["statistic"])
    df1, df2 = float(parts["df1"].value or 0), float(parts["df2"].value or 0)
    corrected = entry.about.correction is not None
    whole = parts["df1"].places <= 0 and parts["df2"].places <= 0
    if "p" in parts and parts["p"].relation != "ns":
        yield from _p_of_f(entry, f, df1, df2, corrected and whole)
    if corrected and whole:
        text = f"A correction for sphericity is named, while F({df1:g}, {df2:g}) has whole degrees "
        text += "of freedom: these are the uncorrected ones."
        yield verdict("statistic.degrees", entry, "df1", COMPATIBLE, text)
    yield _effect(entry, partial_eta_squared_of_f(f, df1, df2))


def _effect(entry: Claim, eta: Bounds) -> Finding:
    """Partial η² of F, and the printed effect size, which may be another where it says not which.

    With several factors η² is smaller than partial η², never greater.
    """
    part, span = entry.parts.get("effect"), span_of(eta)
    text = "Partial η² from F and its degrees of freedom is "
    text += span_text(f"{end:.3f}" for end in span)
    agreement: str | bool = True
    if part is None or part.symbol == STANDARDISED:
        part, text = entry.parts["statistic"], f"{text}."
    elif not overlaps(part, *span):
        agreement = False
        if part.symbol != "partial" and float(part.bounds[0]) <= span.high:
            agreement = UNDECIDED
            text += f"; {part.text} may be η², which is smaller where there are several factors."
    return verdict("statistic.effect", entry, part, agreement, text, detail=span._asdict())


def _p_of_f(entry: Claim, f, df1: float, df2: float, uncorrected: bool) -> Iterator[Finding]:
    part = entry.parts["p"]
    plain = span_of(*_over_degrees(f, entry))
    lowest = 1 / df1 if uncorrected else 1.0
    bound = span_of(p_of_f(f, df1, df2, epsilon=(lowest, lowest))) if uncorrected else plain
    detail = {
        "p_uncorrected": list(plain),
        "p_lower_bound": list(bound),
        "f": float(entry.parts["statistic"].value or 0),
        "df": [df1, df2],
        "printed": float(part.value or 0),
    }
    if not uncorrected:
        fits = overlaps(part, *plain)
        text = f"F({df1:g}, {df2:g}) gives {p_span(*plain)}"
        text += f", in keeping with {part.text}." if fits else ""
        agreement = EXACT if fits else INCONSISTENT
        yield verdict("statistic.p", entry, part, agreement, text, detail=detail)
        return
    pieces = epsilons_of_f_and_p(f, as_range(part), df1, df2, epsilon=(1 / df1, 1.0))
    text = (
        f"p is {plain.high:.4f} without a correction for sphericity (ε = 1) and "
        f"{bound.high:.4f} with the strongest (ε = {1 / df1:.3f}); "
    )
    if len(pieces):
        spans = " or ".join(f"from {low:.3f} to {high:.3f}" for low, high in pieces)
        text += f"{part.text} needs ε {spans}."
        detail |= {"epsilon": pieces.tolist()}
    else:
        text += f"no ε gives {part.text}."
    yield verdict("statistic.epsilon", entry, part, len(pieces) > 0, text, detail=detail)


def _over_degrees(f: Printed, entry: Claim) -> list[Bounds]:
    """P without a further correction, over all degrees of freedom that print as given."""
    ends = [_degree_range(entry.parts[name]) for name in ("df1", "df2")]
    pairs = product(*(np.linspace(low, high, 5 if high > low else 1) for low, high in ends))
    return [p_of_f(f, df1, df2, epsilon=(1.0, 1.0)) for df1, df2 in pairs]


def _degree_range(component: Component) -> Span:
    """Whole degrees of freedom are what they are; others are rounded."""
    if component.places <= 0:
        return Span(float(component.value or 0), float(component.value or 0))
    low, high = ends_of(component)
    return Span(max(low, 1e-9), high)
