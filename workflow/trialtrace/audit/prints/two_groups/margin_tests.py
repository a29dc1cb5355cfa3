"""A p of a margin against the interval of the same comparison and margin, printed apart.

The p of a margin M and the estimate e with its standard error s are Φ((e − M) / s) on the side of
the margin, and s is that of the interval: an identity of Wald's test and interval, on the log scale
for ratios, and of t for means. The p may be printed of one side or of two. Two tests of the same
patients may differ, so that only p that lie far apart contradict: of two sides below `LEAST` by
the interval and printed from `MOST` to 1 − `MOST`, or the other way round. Of risks and odds even
these may: a test whose variance is restricted at the margin (Farrington and Manning 1990) has a z
down to a seventh of Wald's, by enumeration of two groups of 15 to 200 patients with an event and a
patient without one in each, so that it is a remark unless the paper names Wald's interval; of means
unless it names the t test, since ranks may be meant. Where the counts are printed, p is held
against the restricted test too, and of a stated t test of plain means against the interval alone:
there z beyond a factor of `NEAR` (of risks and `SLIGHTLY`) of all contradicts. Of equivalence p is
the larger of both tests (Schuirmann 1987).
Oracle: the same numbers by hand, and of counts by `tests/oracle/score.R`.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.design import measure_of
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import COMPATIBLE, DOUBT, INCONSISTENT, NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared.margins import limits_of, margin_of
from trialtrace.audit.prints.shared.p_sides import LEAST_UNNAMED as LEAST
from trialtrace.audit.prints.shared.p_sides import MOST, NEAR, SLIGHTLY, TINY, on_two_sides, p_range
from trialtrace.audit.prints.shared.two_groups import Table, as_proportion, table_of
from trialtrace.audit.prints.two_groups.estimates import RATIOS, p_of_margin
from trialtrace.audit.prints.two_groups.other_tests import restricted
from trialtrace.audit.prints.two_groups.p_and_interval import OF_MEANS, of_same
from trialtrace.audit.relations.ranges import Span, overlaps
from trialtrace.audit.relations.wording import NOT_CHECKED, p_span, signed
from trialtrace.stats.categorical.score import risk_difference_score_test

SIDES = ("two_sided", "less", "greater")
WORDS = {"noninferiority": "non-inferiority", "trend": "a trend", "interaction": "an interaction"}


@checks(
    "a p of a margin (non-inferiority) against the interval of the same comparison and margin in "
    "another claim, of one side or two, and of equivalence against the interval by the larger of "
    "both one-sided tests: contradicts where one is below 0.001 and the other above "
    "0.1, of risks and odds only with an interval named as Wald's, of means only of a t test; of a "
    "stated t test, and of risks with their counts, where z is beyond a factor of 0.7 of the "
    "interval's and of the restricted test's; else what differs is a remark; what a p for another "
    "hypothesis than no difference would need",
    {
        "margin.p": "A p of a margin, and the interval of the same comparison printed apart.",
        "p.hypothesis": "A p of another hypothesis than no difference, and what it would need.",
    },
)
def check_margin_tests(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        data = entry.parts.get("p")
        if data is None or data.relation == "ns":
            continue
        of_two = len(entry.about.compared) == 2
        found = list(_of_margin(ledger, entry, data)) if of_two else []
        yield from found
        beside_it = entry.about.margin_value is not None and "ci_low" in entry.parts
        if data.symbol is not None and not found and not beside_it:
            yield _unchecked(ledger, entry, data)


def _of_margin(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    if component.symbol == "equivalence":
        yield from _of_equivalence(ledger, entry, component)
    if "ci_low" in entry.parts or component.symbol not in (None, "noninferiority"):
        return
    if component.symbol is None and entry.about.margin is None:
        return
    for comparison in ledger.comparisons[entry.about.cell]:
        if of_same(entry, comparison) and (nulls := _nulls(ledger, entry, comparison)):
            yield from _held(ledger, entry, component, comparison, nulls)


def _unchecked(ledger: Ledger, entry: Claim, component: Component) -> Finding:
    """Why a p of another hypothesis than no difference was held against nothing."""
    of = WORDS.get(component.symbol or "", component.symbol or "")
    known, lacks = entry.about.margin_value is not None, ": no check has its test."
    if component.symbol == "equivalence":
        known = known or limits_of(ledger, entry) is not None
        lacks = ": it needs limits (`equivalence` of `reported`)."
    elif component.symbol == "noninferiority":
        known = known or margin_of(ledger, entry) is not None
        lacks = ": it needs a margin (`margin`, or `margins` of `reported`)."
    else:
        known = False
    if known:
        lacks = ": it needs an interval of this comparison on the scale of the margin."
    text = f"{NOT_CHECKED} {component.text} is for {of}, not of no difference{lacks}"
    return verdict("p.hypothesis", entry, component, NOT_CHECKABLE, text)


def _nulls(ledger: Ledger, entry: Claim, claim: Claim) -> list[Decimal]:
    """The values that the margin may be on the scale of the interval: that of both claims, or the
    one that the design tells, which a claim may repeat.

    That of a difference may be an amount, of which the sign is left out.
    """
    own, typed = entry.about.margin_value, claim.about.margin_value
    if own is None or typed is None:
        margin = margin_of(ledger, entry)
        if margin is None or measure_of(margin.scale) != claim.measure:
            return []
        if own is not None and abs(own) != abs(Decimal(margin.value)):
            return []
        margin = margin if margin.compare == claim.about.compared else margin.turned()
        return [Decimal(str(margin.limit(percent="percent" in claim.parts)))]
    if typed != own:
        return []
    of_ratio = claim.measure in RATIOS
    return [own] if of_ratio or entry.about.ordered or not own else [own, -own]


def _held(
    ledger: Ledger, entry: Claim, component: Component, claim: Claim, nulls: list[Decimal]
) -> Iterator[Finding]:
    asked = SIDES if entry.about.sides is None else entry.tails
    every = {null: p_of_margin(ledger, claim, null, (*asked, "two_sided")) for null in nulls}
    spans = [(null, by[side]) for null, by in every.items() for side in asked if side in by]
    if not spans:
        return
    fit = [(null, span) for null, span in spans if overlaps(component, *span)]
    null, span = min(fit or spans, key=lambda pair: pair[1][0])
    against = signed(float(null), 3).rstrip("0").rstrip(".")
    text = f"The interval {claim.interval} of the same comparison gives {p_span(*span)} against "
    text += against
    far = all(_far(component, by["two_sided"]) for by in every.values())
    agreement = COMPATIBLE if fit else _verdict(entry, claim, far=far)
    table = table_of(ledger, claim) if claim.measure == "risk_difference" else None
    if agreement == DOUBT and _of_no_test(entry, component, claim, every, table, asked):
        agreement = INCONSISTENT
    if agreement != COMPATIBLE and table is not None and entry.basis is None:
        by_counts = [
            p
            for null in nulls
            for side in asked
            for p in _restricted_p(table[1], claim, null, side)
        ]
        if any(overlaps(component, p, p) for p in by_counts):
            agreement = COMPATIBLE
            text += " by Wald's test, and the restricted test of the counts gives another"
    yield _finding(entry, component, claim, agreement, text, span)


def _of_no_test(
    entry: Claim,
    component: Component,
    claim: Claim,
    every: Mapping[Decimal, Mapping[str, Span]],
    table: tuple[list[Claim], Table] | None,
    sides: Sequence[str],
) -> bool:
    """Whether p is neither the interval's nor, of risks, that of the restricted test of the counts,
    on either side."""
    stated = claim.measure == "mean_difference" and entry.about.test in OF_MEANS
    if entry.basis is not None or claim.basis is not None or (table is None and not stated):
        return False
    for null, by_side in every.items():
        for side in sides:
            ends = [*by_side.get(side, ())]
            if table is not None:
                ends += _restricted_p(table[1], claim, null, side)
            if not ends or not _is_apart(component, ends, side, 0.0 if stated else SLIGHTLY):
                return False
    return True


def _restricted_p(table: Table, claim: Claim, null: Decimal, side: str) -> list[float]:
    """P of the counts by the test with the variance at the margin."""
    margin = float(null) / (1 if claim.main and as_proportion(claim, claim.main) else 100)
    if not -1 < margin < 1:
        return []
    test = risk_difference_score_test(
        *table, margin=margin, sides=side, variance="farrington_manning"
    )
    return [test.p_value]


def _is_apart(component: Component, ps: Sequence[float], side: str, more: float) -> bool:
    """Whether z of a printed p is beyond a factor of `NEAR`, and `more`, of those of all these."""
    by = 2.0 if side == "two_sided" else 1.0
    low, high = (-float(ndtri(min(max(p, TINY), 1.0) / by)) for p in reversed(p_range(component)))
    zs = [-float(ndtri(min(max(p, TINY), 1.0) / by)) for p in ps]
    least, most = min(zs), max(zs)
    below, above = more + (1 - NEAR) * abs(least), more + (1 / NEAR - 1) * abs(most)
    return high < least - below or low > most + above


def _verdict(entry: Claim, claim: Claim, *, far: bool) -> str:
    """Whether p that do not agree contradict each other."""
    of_ranks = claim.measure == "mean_difference" and entry.about.test not in OF_MEANS
    return INCONSISTENT if far and not of_ranks and not restricted(claim) else DOUBT


def _finding(
    entry: Claim, component: Component, claim: Claim, agreement: str, text: str, p: Span
) -> Finding:
    if agreement == DOUBT:
        text += f"; printed is {component.text}, which may be that of another test."
    return verdict("margin.p", entry, component, agreement, text, [claim], p._asdict())


def _of_equivalence(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    """P of two one-sided tests, which is the larger of both, beside each interval."""
    limits = limits_of(ledger, entry)
    if limits is None:
        return
    others = [claim for claim in ledger.comparisons[entry.about.cell] if of_same(entry, claim)]
    for claim in [entry] if entry.has_interval else others:
        if claim.measure != measure_of(limits.scale):
            continue
        spans: list[Span] = []
        for margin in limits.margins:
            turned = margin if margin.compare == claim.about.compared else margin.turned()
            null = Decimal(str(turned.limit(percent="percent" in claim.parts)))
            side = "less" if turned.worse == "above" else "greater"
            spans += p_of_margin(ledger, claim, null, (side,)).values()
        if len(spans) == len(limits.margins):
            p = Span(max(p[0] for p in spans), max(p[1] for p in spans))
            text = f"By the interval {claim.interval} the larger of both one-sided tests has "
            far = on_two_sides(component, p, LEAST)
            agreement = COMPATIBLE if overlaps(component, *p) else _verdict(entry, claim, far=far)
            yield _finding(entry, component, claim, agreement, text + p_span(*p), p)


def _far(component: Component, p: Span) -> bool:
    """Whether p of two sides by the interval, and the printed one of one side or two, are far."""
    low, high = p_range(component)
    return (p[1] < LEAST and low >= MOST and high <= 1 - MOST) or (p[0] >= MOST and high <= LEAST)
