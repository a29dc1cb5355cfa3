"""An estimate beside its interval, error, statistic and p: four forms of two numbers."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, exp, floor, inf, sqrt

from trialtrace.audit.ledger.claim import FAMILIES, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Allowance, Case, Way, relation
from trialtrace.audit.relations.ranges import (
    TWO_SIDED,
    Span,
    as_range,
    ends_of,
    hull,
    overlaps,
    span_of,
)
from trialtrace.audit.relations.shapes import (
    BOTH,
    OF_TIMES,
    as_above,
    comparisons,
    p_range,
    plain,
    same_comparison,
    samples,
    sizes_of,
    table_of,
    within,
)
from trialtrace.audit.relations.solvers import estimates as solvers
from trialtrace.audit.relations.solvers import families
from trialtrace.audit.relations.solvers.counts import KINDS, LOGS
from trialtrace.audit.relations.solvers.estimates import (
    RATIOS,
    OnScale,
    every_check,
    of_no_test,
    p_of_interval,
    scales,
    spans,
)
from trialtrace.audit.relations.solvers.intervals import CENTRED
from trialtrace.audit.relations.solvers.pairs import p_of_pairs
from trialtrace.audit.relations.wording import digits, p_span, three
from trialtrace.audit.summaries.estimates import (
    error_of_deviation,
    interval_of_error,
    p_of_estimate,
)
from trialtrace.stats.results import StatsError

NEARLY_CENTRED = ("mean_difference", "odds_ratio", "hazard_ratio", "rate_ratio", *LOGS)
OF_A_MARGIN = ("noninferiority", "equivalence")
OF_ALL_GROUPS = ("dunnett", "tukey")
PLAIN = (None, "t", "welch")


HOW = "Are estimate, interval and P of one analysis, and by which test?"


def _scaled(ledger: Ledger) -> Iterator[tuple[Claim, Component, OnScale]]:
    """Estimates with an interval, on the scale on which it is centred."""
    for entry in ledger.entries.values():
        main = entry.main
        if main is None or not entry.has_interval or entry.credible or not plain(main):
            continue
        scaled = solvers.on_scale(entry, main)
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
        far = entry.measure in NEARLY_CENTRED and solvers.is_far(entry, scaled)
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
        excuse, rests = _other_test(ledger, entry, part, p) if not named else ("corrected", ())
        if plain_p and entry.tails == TWO_SIDED:
            others |= families.ways(ledger, entry, p, of_family=excuse is None)
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
        far = solvers.of_no_such_test(entry, part, p) and table is None
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
    if solvers.may_be_another(entry, part, *p):
        return "unnamed_test", ()
    return None, ((allow.ADJUSTED_TIMES,) if entry.measure in OF_TIMES else rests)


def _decision(
    ledger: Ledger, entry: Claim, part: Component, scale: OnScale, p: Span
) -> Iterator[Case]:
    """An interval that is not centred: whether it and p agree on the value that p is about."""
    if solvers.tails(entry) != TWO_SIDED or part.value is None:
        return
    (low, low_end), (high_end, high) = scale.low.bounds, scale.high.bounds
    level, (least, most) = 1 - entry.confidence, p_range(part)
    includes = bool(low_end < scale.null < high_end) and most < level
    excludes = bool(not low < scale.null < high) and least > level
    if includes or excludes:
        margin = entry.about.margin_value
        null = "no difference" if margin is None else f"a margin of {margin}"
        text = f"{entry.interval} {'includes' if includes else 'excludes'} {null}"
        near = solvers.may_be_another(entry, part, *p)
        others = {} if margin is not None else families.ways(ledger, entry, p, of_family=not near)
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
    return solvers.on_two_sides(part, p, allow.FAR_BELOW if _test(entry) else allow.FARTHER_BELOW)


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
    elif table is not None and claim.measure in KINDS and solvers.of_counts(table[1], part):
        excuse = "other_test"
    elif of_means and test is None:
        excuse = "unnamed_test"
    others = {} if fit or excuse else families.ways(ledger, entry, p)
    text = f"The interval {claim.interval} of the same comparison gives {p_span(*p)}"
    far = _two_sides(entry, part, p)
    rests = () if far else (allow.EXACT_TESTS, allow.STRATA)
    return Case(entry, "p", fit, text, (claim,), others, excuse=excuse, rests=rests)  # fmt: skip


def _errors(ledger: Ledger) -> Iterator[tuple[Claim, Component, Component]]:
    """Claims with an estimate and its standard error, none of a ratio."""
    for entry in ledger.entries.values():
        main, part = entry.main, entry.parts.get("se")
        if part is not None and main is not None and plain(main) and entry.measure not in RATIOS:
            yield entry, main, part


def _freedom(ledger: Ledger, entry: Claim) -> list[float]:
    """Degrees of freedom that the quantile may have, the most and the fewest."""
    groups = [entry.about.group] if entry.about.group else list(entry.about.compared)
    found = [ledger.fewest_of(entry, group) for group in groups]
    known = [n for n in found if n is not None and n > 1]
    return [inf, float(min(known) - 1) if known and len(known) == len(found) else 1.0]


@relation("error.deviation", "Which of the two is meant, and of how many patients?", of_sizes=True)
def error_deviations(ledger: Ledger) -> Iterator[Case]:
    """A standard error, and the deviation beside it.

    A standard error is the deviation beside it over √n.
    """
    for entry, _, _ in _errors(ledger):
        n = ledger.size(entry) if entry.about.group else None
        if "sd" in entry.parts and n:
            span = span_of(error_of_deviation(as_range(entry.parts["sd"]), n))
            text = f"A deviation of {entry.parts['sd'].text} in {n} patients is an error of "
            text += three(span)
            yield Case(entry, "se", span, text, covers=("sd",))


@relation("error.interval", HOW)
def error_intervals(ledger: Ledger) -> Iterator[Case]:
    """A standard error, and the interval of its estimate."""
    for entry, main, part in _errors(ledger):
        # Of risks an interval by another method is as usual as that of the error.
        if not entry.has_interval or entry.credible or entry.measure == "risk_difference":
            continue
        ends = [
            interval_of_error(as_range(main), as_range(part), df=df, confidence=entry.confidence)
            for df in _freedom(ledger, entry)
        ]
        first, last = (span_of(*each) for each in zip(*ends, strict=True))
        for name, span in (("ci_low", first), ("ci_high", last)):
            text = f"Estimate and standard error give {digits(span, main)}"
            yield Case(entry, name, span, text, covers=("se",))


@relation("error.p", HOW)
def error_p(ledger: Ledger) -> Iterator[Case]:
    """An estimate with its standard error, and p."""
    for entry, main, part in _errors(ledger):
        if entry.numeric_p is None or entry.about.group:
            continue
        found, null = [], float(entry.about.margin_value or 0)
        for side in entry.tails:
            try:
                every = [
                    p_of_estimate(as_range(main), as_range(part), null=null, df=df, sides=side)
                    for df in _freedom(ledger, entry)
                ]
            except StatsError:
                continue
            found.append(span_of(*every))
        if found:
            p = hull(found)
            text = f"Estimate and standard error give {p_span(*p)}"
            half = tuple(span.times(0.5) for span in found) if entry.sides is None else ()
            yield Case(entry, "p", tuple(found), text, others={"of one side": half},
                       covers=("se",))  # fmt: skip


@relation("error.groups", HOW, of_sizes=True, only_asks=True)
def error_groups(ledger: Ledger) -> Iterator[Case]:
    """The standard error of a difference of means, and the deviations of its groups."""
    for entry, _, _ in _errors(ledger):
        plain_one = entry.measure == "mean_difference" and entry.basis is None
        found = samples(ledger, entry) if plain_one and entry.about.test in PLAIN else None
        sizes = sizes_of(ledger, found.claims) if found is not None else None
        if found is None or sizes is None or len(sizes) != 2:
            continue
        n1, n0 = sizes
        errors: list[float] = []
        for s1, s0 in zip(*found.spreads, strict=True):
            pooled = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / (n1 + n0 - 2)
            errors += [sqrt(s1**2 / n1 + s0**2 / n0), sqrt(pooled * (1 / n1 + 1 / n0))]
        span = Span(min(errors), max(errors))
        told = " and ".join(
            f"{one.parts['sd'].text} of {n}" for one, n in zip(found.claims, sizes, strict=True)
        )
        text = f"On deviations of {told} the difference has a standard error of {three(span)}"
        yield Case(entry, "se", span, text, found.claims)


@relation("coefficient.ratio", "Which of the two is meant?")
def coefficients(ledger: Ledger) -> Iterator[Case]:
    """A log coefficient, and the ratio that it is the log of."""
    for entry, ratio in _coefficients(ledger):
        main = entry.parts["value"]
        low, high = map(exp, ends_of(main))
        part = ratio.parts["value"]
        places = max(part.places, 0) + 1
        text = f"A log of {main.text} is a ratio of {low:.{places}f} to {high:.{places}f}"
        yield Case(entry, "value", overlaps(part, low, high), text, (ratio,),
                   shown=part.text)  # fmt: skip


def _coefficients(ledger: Ledger) -> Iterator[tuple[Claim, Claim]]:
    for entry in comparisons(ledger, "value"):
        if entry.measure not in LOGS or not plain(entry.parts["value"]):
            continue
        ratios = [
            claim
            for claim in same_comparison(ledger, entry)
            if claim.measure == LOGS[entry.measure] and claim.stated_basis == entry.stated_basis
            if plain(claim.parts.get("value"))
        ]
        ratio = ledger.agreed(ratios, "value")
        if ratio is not None:
            yield entry, ratio


@relation("p.adjusted", "By which procedure, for how many comparisons, was it adjusted?")
def adjusted(ledger: Ledger) -> Iterator[Case]:
    """A p adjusted for several comparisons, and the plain one."""
    for entry in comparisons(ledger, "p"):
        procedures = [one for one in entry.about.design or () if one in FAMILIES]
        part = entry.tested
        if len(procedures) != 1 or part is None or part.relation not in ("=", "<", "<="):
            continue
        found = [
            claim
            for claim in same_comparison(ledger, entry)
            if claim.about.design is None and claim.paper == entry.paper and claim.basis is None
            if claim.sides == entry.sides and plain(claim.tested)
            if claim.tested is not None and not claim.tested.adjusted
        ]
        if len({claim.parts["p"].value for claim in found}) != 1:
            continue
        (low, high), (least, most) = ends_of(part), ends_of(found[0].parts["p"])
        whole = least <= 0 or floor(high / least) >= ceil(low / most)
        odd = procedures[0] == "bonferroni" and high < 1 and not whole
        text = f"{found[0].parts['p'].text} is the plain P of the same comparison"
        excuse = "corrected" if procedures[0] in OF_ALL_GROUPS and not odd else None
        yield Case(entry, "p", high >= least and not odd, text, (found[0],), excuse=excuse)
