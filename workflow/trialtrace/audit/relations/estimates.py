"""An estimate beside its interval, error, statistic and p: four forms of two numbers."""

from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.ledger.claim import FAMILIES, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Allowance, Case, Way, relation
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, hull, span_of
from trialtrace.audit.relations.shapes import (
    BOTH,
    OF_TIMES,
    as_above,
    comparisons,
    p_range,
    plain,
    same_comparison,
    table_of,
    within,
)
from trialtrace.audit.relations.solvers import families
from trialtrace.audit.relations.solvers.counts import KINDS, LOGS
from trialtrace.audit.relations.solvers.estimates import (
    OnScale,
    every_check,
    is_far,
    may_be_another,
    of_counts,
    of_no_such_test,
    of_no_test,
    on_scale,
    on_two_sides,
    p_of_interval,
    scales,
    spans,
    tails,
)
from trialtrace.audit.relations.solvers.intervals import CENTRED
from trialtrace.audit.relations.solvers.pairs import p_of_pairs
from trialtrace.audit.relations.wording import p_span

NEARLY_CENTRED = ("mean_difference", "odds_ratio", "hazard_ratio", "rate_ratio", *LOGS)
OF_A_MARGIN = ("noninferiority", "equivalence")
PLAIN = (None, "t", "welch")


HOW = "Are estimate, interval and P of one analysis, and by which test?"


def _scaled(ledger: Ledger) -> Iterator[tuple[Claim, Component, OnScale]]:
    """Estimates with an interval, on the scale on which it is centred."""
    for entry in ledger.entries.values():
        main = entry.main
        if main is None or not entry.has_interval or entry.credible or not plain(main):
            continue
        scaled = on_scale(entry, main)
        if scaled is not None:
            yield entry, main, scaled


@relation("interval.centred", "By which method was this interval computed?")
def centred(ledger: Ledger) -> Iterator[Case]:
    """An estimate, and the middle of its interval."""
    for entry, main, scaled in _scaled(ledger):
        found = every_check(ledger, entry, scaled)
        first = next((one for own in found.values() for one in own), None)
        if first is None or entry.about.interval not in CENTRED:
            continue
        far = entry.measure in NEARLY_CENTRED and is_far(entry, scaled)
        on = " on the log scale" if scaled.scale == "log" else ""
        fit = first.symmetric or not (far or entry.about.interval)
        text = f"The middle of {entry.interval}{on} can be {main.text}"
        wrong = f"{main.text} is not the middle{on} of {entry.interval}, nor near it."
        covers = ("ci_high", main.name) if first.symmetric else ("ci_high",)
        if first.symmetric or not fit:
            rests = () if entry.about.interval else (allow.UNEVEN,)
            yield Case(entry, "ci_low", fit, text, wrong=wrong, covers=covers, rests=rests)


@relation("interval.p", HOW)
def interval_p(ledger: Ledger) -> Iterator[Case]:
    """An estimate with its interval, and p."""
    for printed, _, scaled in _scaled(ledger):
        entry = as_above(printed)
        part = entry.parts.get("p")
        margin = part is not None and part.symbol in OF_A_MARGIN and entry.about.margin_value
        if part is None or (entry.numeric_p is None and not margin):
            continue
        every = {one.scale: every_check(ledger, entry, one) for one in scales(entry, scaled)}
        ways = {scale: tuple(own) for scale, by in every.items() if (own := spans(by))}
        if not ways:
            if (two := every[scaled.scale].get("two_sided")) is not None and two:
                yield from _decision(ledger, entry, part, scaled, span_of(two[0].p_of_bounds))
            continue
        known = [span for own in ways.values() for span in own]
        p = hull(known)
        text = f"Estimate and interval give {p_span(*p)}"
        if entry.about.margin_value is not None:
            text += f" against {entry.about.margin_value}"
        others: dict[str, Way] = {}
        named = {*(entry.about.design or ()), part.procedure} & {*FAMILIES}
        plain_p = not named and entry.about.margin_value is None
        if plain_p and entry.sides is None:
            others["of one side"] = _one_side(ledger, entry, scaled)
        if plain_p and entry.tails == TWO_SIDED:
            others |= families.ways(ledger, entry, p)
        excuse, rests = _other_test(ledger, entry, part, p) if not named else ("corrected", ())
        yield Case(
            entry,
            "p",
            ways,
            text,
            others=others,
            excuse=excuse,
            rests=rests,
            covers=tuple(n for n in ("value", "percent", *BOTH) if n in entry.parts),
        )


def _one_side(ledger: Ledger, entry: Claim, scale: OnScale) -> Way:
    about = replace(entry.about, sides="less")
    sides = [replace(entry, about=about), replace(entry, about=replace(about, sides="greater"))]
    return tuple(one for claim in sides for one in spans(every_check(ledger, claim, scale)))


def _other_test(
    ledger: Ledger, entry: Claim, part: Component, p: Span
) -> tuple[str | None, tuple[Allowance, ...]]:
    """Why a p that is not the interval's contradicts nothing: it may be of another test."""
    rests = (allow.EXACT_TESTS,) if entry.measure in KINDS else ()
    two = entry.tails == TWO_SIDED and entry.about.margin is None
    table = table_of(ledger, entry) if entry.measure in KINDS and entry.basis is None else None
    if table is not None and two and entry.about.test is None and of_no_test(table[1], part, p):
        return None, rests
    if p_of_pairs(ledger, entry, part):
        return "other_test", ()
    own = entry.about.test is not None or table is not None
    if entry.measure == "mean_difference":
        own = entry.about.test not in PLAIN
    if own:
        far = of_no_such_test(entry, part, p) and table is None
        if not far:
            return "other_test", ()
        linear = entry.measure == "mean_difference"
        model = entry.stated_basis == "model"
        if linear:
            return None, ((allow.LINEAR_MODELS,) if model else (allow.COVARIATES,))
        return None, ((allow.EXACT_TESTS,) if model else (allow.EXACT_TESTS, allow.STRATA))
    free = entry.measure in KINDS and entry.about.interval not in ("wald", "log")
    if entry.about.margin is not None and free:
        return "other_test", ()
    if may_be_another(entry, part, *p):
        return "unnamed_test", ()
    return None, ((allow.ADJUSTED_TIMES,) if entry.measure in OF_TIMES else rests)


def _decision(
    ledger: Ledger, entry: Claim, part: Component, scale: OnScale, p: Span
) -> Iterator[Case]:
    """An interval that is not centred: whether it and p agree on the value that p is about."""
    if tails(entry) != TWO_SIDED or part.value is None:
        return
    (low, low_end), (high_end, high) = scale.low.bounds, scale.high.bounds
    level, (least, most) = 1 - entry.confidence, p_range(part)
    includes = bool(low_end < scale.null < high_end) and most < level
    excludes = bool(not low < scale.null < high) and least > level
    if includes or excludes:
        margin = entry.about.margin_value
        null = "no difference" if margin is None else f"a margin of {margin}"
        text = f"{entry.interval} {'includes' if includes else 'excludes'} {null}"
        near = may_be_another(entry, part, *p)
        others = {} if margin is not None else families.ways(ledger, entry, p)
        yield Case(entry, "p", False, text, others=others,
                   excuse="other_test" if near else None)  # fmt: skip


@relation("interval.apart", HOW)
def interval_apart(ledger: Ledger) -> Iterator[Case]:
    """A p, and the interval of the same comparison that is printed apart."""
    for entry in comparisons(ledger, "p"):
        part = entry.parts["p"]
        if part.symbol is not None or "ci_low" in entry.parts or entry.tails != TWO_SIDED:
            continue
        if len(entry.about.compared) != 2 and not entry.about.versus:
            continue
        if entry.about.test == "log_rank" or entry.about.margin is not None:
            continue
        against = [
            (claim, p)
            for claim in same_comparison(ledger, entry)
            if claim.stated_basis == entry.stated_basis and claim.has_interval
            if "p" not in claim.parts and (p := p_of_interval(ledger, claim)) is not None
        ]
        if not against:
            continue
        placed = any((one.paper, one.place) == (entry.paper, entry.place) for one, _ in against)
        fit = not all(
            _two_sides(entry, part, p) or (placed and _far_apart(ledger, entry, one, p))
            for one, p in against
        )
        claim, p = against[0]
        yield _apart(ledger, entry, part, claim, p, fit=fit)


def _test(entry: Claim) -> str | None:
    statistic = entry.parts.get("statistic")
    named = "t" if statistic is not None and statistic.symbol == "t" else None
    return entry.about.test or named


def _two_sides(entry: Claim, part: Component, p: Span) -> bool:
    if part.relation == "ns":
        return p[1] < allow.FARTHER_BELOW
    return on_two_sides(part, p, allow.FAR_BELOW if _test(entry) else allow.FARTHER_BELOW)


def _far_apart(ledger: Ledger, entry: Claim, claim: Claim, p: Span) -> bool:
    """Whether an interval of events and a p of no named test are far apart for one analysis."""
    if _test(entry) or claim.measure not in (*KINDS, *OF_TIMES):
        return False
    timed = any(
        one.measure in OF_TIMES
        or one.stated_basis == "curve"
        or one.about.test == "log_rank"
        or "person_time" in one.parts
        for one in ledger.entries.values()
        if one.about.outcome == claim.about.outcome
    )
    if claim.measure in KINDS and timed:
        return False
    return not within(entry.parts["p"], p, allow.EXACT_TESTS.value, allow.STRATA.value)


def _apart(
    ledger: Ledger, entry: Claim, part: Component, claim: Claim, p: Span, *, fit: bool
) -> Case:
    table, test = table_of(ledger, claim), _test(entry)
    of_means = claim.measure == "mean_difference"
    excuse = None
    if of_means and test not in PLAIN:
        excuse = "stated_test"
    elif table is not None and claim.measure in KINDS and of_counts(table[1], part):
        excuse = "other_test"
    elif of_means and test is None:
        excuse = "unnamed_test"
    others = {} if fit or excuse else families.ways(ledger, entry, p)
    text = f"The interval {claim.interval} of the same comparison gives {p_span(*p)}"
    far = _two_sides(entry, part, p)
    rests = () if far else (allow.EXACT_TESTS, allow.STRATA)
    return Case(entry, "p", fit, text, (claim,), others, excuse=excuse, rests=rests)  # fmt: skip
