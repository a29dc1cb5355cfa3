"""Reductions and rises in percent, and numbers needed to treat."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.engine import INTERVAL, Case, Way, relation
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.audit.relations.shapes import (
    BOTH,
    RATIOS,
    comparisons,
    counted,
    plain,
    same_comparison,
    table_of,
)
from trialtrace.audit.relations.solvers.counts import (
    NEEDED,
    WORDS,
    as_proportion,
    estimate,
    of_percentages,
    shares_of,
    span_of_shares,
)
from trialtrace.audit.relations.solvers.estimates import REDUCTION
from trialtrace.audit.relations.wording import digits, listed, span_text
from trialtrace.stats.categorical.contingency import odds_ratio_peto

OF_COUNTS = ("risk_ratio", "odds_ratio")
THING = re.compile(r"\b(risk|rate)s?\b", re.IGNORECASE)
ABSOLUTE = re.compile(r"\babsolute|\bpoints?\b", re.IGNORECASE)
ODDS = re.compile(r"\bodds\b", re.IGNORECASE)
RATIO_OF = {"risk": "risk_ratio", "rate": "rate_ratio"}


# --- changes in percent -------------------------------------------------------------------------


HOW = "Of what is this a change: risks, odds, hazards or rates, and adjusted for what?"


@relation("comparison.reduction", HOW, of_sizes=True)
def reductions(ledger: Ledger) -> Iterator[Case]:
    """A reduction or rise in percent, and the risks, odds or ratios it may be of."""
    for entry in comparisons(ledger, "percent", groups=2):
        part = entry.parts["percent"]
        signs = part.word is not None or entry.measure in OF_COUNTS
        if part.relation != "=" or not signs or entry.measure not in (None, *RATIOS):
            continue
        claims, readings, others = _of_groups(ledger, entry)
        own, beside = bool(readings), _ratios(ledger, entry)
        for other in beside:
            readings[f"of {other.printed}"] = _of_ratio(other.parts["value"])
        if not readings or (entry.basis is not None and not beside):
            continue
        told = [f"a change of {_shown(span)} {name}" for name, span in readings.items()]
        ways = {name: _said(part, span) for name, span in readings.items()}
        found = table_of(ledger, entry)
        if entry.measure in ("odds_ratio", None) and found is not None and entry.basis is None:
            peto = odds_ratio_peto(*found[1], confidence=0.95).estimate
            ways["of Peto's odds ratio"] = _said(part, _change(peto, peto))
        excuse = None
        if entry.basis is not None or (
            beside and not own and not _own_ratio(ledger, entry, beside)
        ):
            excuse = "unnamed_measure"
        text = f"The other numbers give {listed(told, 'or')}"
        rounded = {name: _said(part, span) for name, span in others.items()}
        yield Case(entry, "percent", ways, text, claims + beside, rounded, excuse=excuse)


def _change(low: float, high: float) -> Span:
    """Ratios as changes in percent."""
    return Span(100 * (low - 1), 100 * (high - 1))


def _of_groups(
    ledger: Ledger, entry: Claim
) -> tuple[list[Claim], dict[str, Span], dict[str, Span]]:
    """The claims of the groups, and the changes in percent of risks and odds, and the absolute one,
    by their counts or shares; then those by the percentages that are printed beside counts."""
    found, shares = table_of(ledger, entry), shares_of(ledger, entry)
    claims = list(found[0]) if found is not None else shares[0] if shares is not None else []
    usual: dict[str, Span] = {}
    others: dict[str, Span] = {}
    every = (*OF_COUNTS, "risk_difference") if entry.measure is None else (entry.measure,)
    for measure in every if entry.basis is None else ():
        words, ratio, span = f"of the {WORDS.get(measure)}", measure in OF_COUNTS, None
        if found is not None and (ratio or measure == "risk_difference"):
            value, rounded = estimate(measure, found[1]), of_percentages(measure, claims)
            span = None if value is None else Span(value, value)
            if ratio and rounded is not None:
                others[f"{words} of rounded percentages"] = _change(rounded, rounded)
        elif shares is not None and (ratio or measure == "risk_difference"):
            span = span_of_shares(measure, shares[1])
        if span is not None:
            usual[words] = _change(*span) if ratio else span
    return claims, usual, others


def _ratios(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The printed ratios of the same groups that the change may be of."""
    measures = RATIOS if entry.measure is None else (entry.measure,)
    return [
        claim
        for claim in same_comparison(ledger, entry)
        if claim.measure in measures and plain(claim.parts.get("value"))
        if entry.measure is None or claim.basis == entry.basis
    ]


def _own_ratio(ledger: Ledger, entry: Claim, beside: list[Claim]) -> bool:
    """Whether one of the ratios is what the words say is changed, on the same basis."""
    if entry.measure is not None:
        return bool(beside)
    if ABSOLUTE.search(entry.printed):
        return False
    found = {one.lower() for one in THING.findall(entry.printed)}
    named = RATIO_OF.get(found.pop()) if len(found) == 1 else None
    return any(
        claim.measure == named and claim.stated_basis == entry.stated_basis for claim in beside
    )


def _of_ratio(ratio: Component) -> Span:
    return _change(*map(float, ratio.bounds))


def _said(part: Component, change: Span) -> Way:
    """A signed change as the words say it; without words either way, or as the ratio itself."""
    if part.word == "lower":
        return change.turned
    if part.word == "higher":
        return change
    return (change, change.turned, Span(100 + change.low, 100 + change.high))


def _shown(span: Span) -> str:
    ends = (f"{end:+.1f}".replace("-", "\N{MINUS SIGN}") for end in span)
    return f"{span_text(ends)} %"


@relation("headline.reduction", "Which groups and patients is this reduction of?")
def headlines(ledger: Ledger) -> Iterator[Case]:
    """A relative reduction, and the ratio or shares it is about."""
    for entry in comparisons(ledger):
        names = [one for one in ("percent", "at_least", "value") if one in entry.parts]
        if entry.measure != REDUCTION or not names:
            continue
        low, high = _claimed(entry)
        readings: dict[str, Span] = {}
        beside: list[Claim] = []
        for other in same_comparison(ledger, entry):
            if other.measure in RATIOS and plain(other.parts.get("value")):
                least, most = _of_ratio(other.parts["value"]).turned
                if other.measure == "odds_ratio" and not ODDS.search(entry.printed):
                    # The change of a risk lies between none and that of the odds.
                    least, most = min(least, 0.0), max(most, 0.0)
                readings[f"of the ratio {other.printed}"] = Span(least, most)
                beside.append(other)
        for claims, name, span in [] if entry.basis else _reductions(ledger, entry):
            readings[name] = span
            beside += claims
        if not readings:
            continue
        several = "at_least" in entry.parts or "at_most" in entry.parts
        met = {name: span.low < high and span.high >= low - 1e-9 for name, span in readings.items()}
        by_shares = [name for name in readings if name.startswith("with ")]
        each = all(met[name] for name in by_shares) if several and by_shares else None
        told = [f"{_plain(span)} {name}" for name, span in readings.items()]
        text = f"The reduction is {listed(told)}"
        way: Way = any(met.values()) if each is None else each
        unique = dict.fromkeys(one.name for one in beside)
        sources = tuple(ledger.entries[name] for name in unique if name in ledger.entries)
        yield Case(entry, names[0], way, text, sources, shown=entry.printed,
                   covers=tuple(n for n in ("at_most",) if n in entry.parts))  # fmt: skip


def _plain(span: Span) -> str:
    return f"{span_text(f'{end:.1f}' for end in span)} %"


def _claimed(entry: Claim) -> tuple[float, float]:
    """From the least to the greatest reduction that is claimed, in percent."""
    parts = entry.parts
    if "at_least" in parts or "at_most" in parts:
        low = parts["at_least"].bounds[0] if "at_least" in parts else Decimal(-1000)
        high = parts["at_most"].bounds[1] if "at_most" in parts else Decimal(100)
        return float(low), float(high)
    main = parts.get("percent") or parts["value"]
    by = 1 if "percent" in parts else 100
    if main.relation in (">", ">="):
        return by * float(main.value or 0), 100.0
    if main.relation in ("<", "<="):
        return -1000.0, by * float(main.value or 0)
    low, high = main.bounds
    return by * float(low), by * float(high)


def _reductions(ledger: Ledger, entry: Claim) -> Iterator[tuple[list[Claim], str, Span]]:
    """The reductions of the first groups against the last, or the control, by shares."""
    groups = list(ledger.compared_groups(entry))
    controls = [name for name in groups if ledger.groups[name].control]
    control = controls[0] if controls and len(groups) > 2 else groups[-1]
    names = (
        [None, *ledger.populations] if entry.about.population is None else [entry.about.population]
    )
    for population in names:
        about = replace(entry.about, population=population)
        of_all = _share_of(ledger, replace(entry, about=about), control)
        for group in groups:
            own = _share_of(ledger, replace(entry, about=about), group)
            if group == control or own is None or of_all is None or of_all[1].low <= 0:
                continue
            ratio = (
                own[1].over(of_all[1]) if own[1].low > 0 else Span(0.0, own[1].high / of_all[1].low)
            )
            span = Span(100 * (1 - ratio.high), 100 * (1 - ratio.low))
            where = f", {ledger.populations[population].label}" if population else ""
            yield [own[0], of_all[0]], f"with {ledger.groups[group].label}{where}", span


def _share_of(ledger: Ledger, entry: Claim, group: str) -> tuple[Claim, Span] | None:
    """The share of a group: of its printed count, else as its percentage prints."""
    known = counted(ledger, entry, group)
    if known is not None:
        x, n = known[1]
        return (known[0], Span(100 * x / n, 100 * x / n)) if n else None
    shares = [one for one in ledger.beside(entry, group) if one.share is not None]
    share = ledger.agreed(shares, "percent")
    part = None if share is None else share.share
    if share is None or part is None or part.relation != "=":
        return None
    return share, ends_of(part)


@relation("difference.relative", "Of what is it a part?")
def changes_of_means(ledger: Ledger) -> Iterator[Case]:
    """A change of means in percent, and the means of the groups."""
    for entry in comparisons(ledger, "percent", groups=2):
        part, groups = entry.parts["percent"], ledger.compared(entry, "value")
        if part.word is None or part.relation != "=" or entry.measure is not None or entry.basis:
            continue
        if groups is None or table_of(ledger, entry) is not None:
            continue
        first, second = (ends_of(group.parts["value"]) for group in groups)
        if min(first.low, second.low) <= 0:
            continue
        change = Span(*(100 * (end - 1) for end in first.over(second)))
        turned = Span(*(100 * (1 - end) for end in reversed(second.over(first))))
        ways, others = _said(part, change), _said(part, turned)
        text = f"{groups[0].parts['value'].text} against {groups[1].parts['value'].text} is a "
        text += f"change of {_shown(change)}"
        as_part = {"of the first group's value": others}
        yield Case(entry, "percent", ways, text, groups, as_part)


# --- numbers needed -----------------------------------------------------------------------------


@relation("needed.difference", "Which of the two numbers is meant?")
def needed(ledger: Ledger) -> Iterator[Case]:
    """A number needed to treat, and the risk difference.

    A number needed to treat as 1 over the risk difference of the same comparison.
    """
    for entry, other, main, span in _needed(ledger):
        if entry.basis is not None or table_of(ledger, entry) is None:
            value = entry.parts["value"]
            text = f"1 over {main.text} is {digits(span, value)}"
            yield Case(entry, "value", _size(value, span), text, (other,))


@relation("needed.interval", "Which of the two intervals is meant?")
def needed_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a number needed, and that of the risk difference on one side of 0."""
    for entry, other, main, span in _needed(ledger):
        alike = entry.has_interval and other.has_interval and entry.confidence == other.confidence
        if not alike or not _size(entry.parts["value"], span):
            continue
        ends, own = ([one.parts[name] for name in BOTH] for one in (other, entry))
        if (ends[0].value or 0) * (ends[1].value or 0) <= 0:
            continue
        proportion = as_proportion(other, main)
        spans = sorted(one for end in ends if (one := _over_one(end, proportion)) is not None)
        if len(spans) == len(BOTH):
            sizes = sorted(own, key=lambda part: abs(float(part.value or 0)))
            text = " to ".join(f"{(low + high) / 2:.1f}" for low, high in spans)
            fit = all(_size(part, one) for part, one in zip(sizes, spans, strict=True))
            yield Case(entry, INTERVAL, fit, f"1 over {other.interval} is about {text}", (other,))


def _needed(ledger: Ledger) -> Iterator[tuple[Claim, Claim, Component, Span]]:
    """Each number needed, the one risk difference of its comparison, and 1 over that."""
    for entry in comparisons(ledger, "value"):
        if entry.measure != NEEDED or not plain(entry.parts["value"]):
            continue
        differences = [
            claim
            for claim in ledger.comparisons.get(entry.about.cell, ())
            if claim.measure == "risk_difference" and plain(claim.main)
            if set(claim.about.compared) == set(entry.about.compared)
            if claim.stated_basis == entry.stated_basis
        ]
        names = {claim.main.name for claim in differences if claim.main is not None}
        other = ledger.agreed(differences, *names)
        if other is None or other.main is None:
            continue
        span = _over_one(other.main, as_proportion(other, other.main))
        if span is not None:
            yield entry, other, other.main, span


def _over_one(part: Component, proportion: bool) -> Span | None:
    """The sizes of 1 over a difference, over all that print so; None where it may be 0."""
    least, most = ends_of(part).sizes
    unit = 1 if proportion else 100
    return Span(unit / most, unit / least) if least > 0 and most > 0 else None


def _size(part: Component, span: Span) -> bool:
    """Whether a size prints so; a whole number needed may be rounded up."""
    if part.places <= 0:
        own = abs(float(part.value or 0))
        return span[0] < own + 0.5 and span[1] + 0.5 > own - 0.5
    return overlaps(part, *span) or overlaps(part, *span.turned)
