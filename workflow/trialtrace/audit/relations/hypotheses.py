"""P of a margin, of several comparisons, of a posterior; limits of one side, interactions."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import ceil, comb, floor, isfinite, log

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import FAMILIES, Claim
from trialtrace.audit.ledger.design import measure_of
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, Relation, Way
from trialtrace.audit.relations.ranges import Span, ends_of, overlaps
from trialtrace.audit.relations.shapes import (
    BOTH,
    comparisons,
    p_range,
    plain,
    same_comparison,
    sizes_of,
    table_of,
    with_spreads,
    z_of,
)
from trialtrace.audit.relations.solvers.counts import KINDS, as_proportion, intervals_of
from trialtrace.audit.relations.solvers.estimates import RATIOS, p_of_margin
from trialtrace.audit.relations.solvers.interval_errors import CENTRED, quantile_of
from trialtrace.audit.relations.solvers.margins import limits_of, margin_of
from trialtrace.audit.relations.solvers.p_beside import on_two_sides
from trialtrace.audit.relations.solvers.widths import half_widths
from trialtrace.audit.relations.wording import p_span, span_text
from trialtrace.stats.categorical.score import risk_difference_score_test
from trialtrace.stats.results import StatsError

SIDES = ("two_sided", "less", "greater")
OF_ALL_GROUPS = ("dunnett", "tukey")
OF_SIDE = re.compile(r"([<>≤≥])\s*([01])(?:\.0+)?\s*\)")
LEAST, LARGER = 1e-9, 1.25
NARROWER, WIDER = 0.9, 2.0


# --- margins ------------------------------------------------------------------------------------


def margins(ledger: Ledger) -> Iterator[Case]:
    """A p of a margin, and the interval of the same comparison printed apart."""
    for entry in comparisons(ledger, "p", groups=2):
        part = entry.parts["p"]
        if part.relation == "ns":
            continue
        if part.symbol == "equivalence":
            yield from _of_equivalence(ledger, entry, part)
        named = part.symbol == "noninferiority" or entry.about.margin is not None
        if "ci_low" in entry.parts or part.symbol not in (None, "noninferiority") or not named:
            continue
        for other in _apart(ledger, entry):
            nulls = _nulls(ledger, entry, other)
            if nulls:
                yield from _of_margin(ledger, entry, part, other, nulls)


def _apart(ledger: Ledger, entry: Claim) -> Iterator[Claim]:
    for other in same_comparison(ledger, entry):
        basis = other.stated_basis == entry.stated_basis
        if basis and other.has_interval and "p" not in other.parts:
            yield other


def _nulls(ledger: Ledger, entry: Claim, claim: Claim) -> list[Decimal]:
    """The values that the margin may be on the scale of the interval."""
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


def _of_margin(
    ledger: Ledger, entry: Claim, part: Component, claim: Claim, nulls: list[Decimal]
) -> Iterator[Case]:
    sides = (entry.sides,) if entry.sides in ("less", "greater") else SIDES
    found = {
        (null, side): span
        for null in nulls
        for side, span in p_of_margin(ledger, claim, null, sides).items()
    }
    if not found:
        return
    table = table_of(ledger, claim) if claim.measure == "risk_difference" else None
    ways: dict[str, Way] = {f"{side} {null}": span for (null, side), span in found.items()}
    if table is not None and claim.main is not None:
        ways |= _restricted(table[1], claim, nulls)
    low, high = p_range(part)
    two = [span for (_, side), span in found.items() if side == "two_sided"] or list(found.values())
    far = all(
        (p.high < allow.FARTHER_BELOW and low >= allow.NOT_NEAR and high <= 1 - allow.NOT_NEAR)
        or (p.low >= allow.NOT_NEAR and high <= allow.FARTHER_BELOW)
        for p in two
    )
    wald = claim.about.interval in ("wald", "log")
    of_means = claim.measure == "mean_difference" and entry.about.test in ("t", "welch")
    decides = wald or of_means or claim.measure not in (*KINDS, "mean_difference")
    near = any(_near(part, span) for span in found.values())
    excuse = None if (far and decides) or (of_means and not near) else "other_test"
    text = f"By the interval {claim.interval} a margin of {nulls[0]} has {p_span(*two[0])}"
    yield Case(entry, "p", ways, text, (claim,), excuse=excuse)


def _near(part: Component, p: Span) -> bool:
    (lower, upper), (low, high) = z_of(p), z_of(p_range(part))
    by = allow.EXACT_TESTS.value
    return high >= by * lower and low <= upper / by


def _restricted(
    table: tuple[int, int, int, int], claim: Claim, nulls: list[Decimal]
) -> dict[str, Way]:
    """P of the test whose variance is restricted at the margin (Farrington and Manning 1990)."""
    by = 1 if claim.main is not None and as_proportion(claim, claim.main) else 100
    found: dict[str, Way] = {}
    for null in nulls:
        for side in SIDES:
            try:
                test = risk_difference_score_test(
                    *table, margin=float(null) / by, sides=side, variance="farrington_manning"
                )
            except StatsError:
                continue
            p = float(test.p_value)
            found[f"restricted {side} {null}"] = p
    return found


def _of_equivalence(ledger: Ledger, entry: Claim, part: Component) -> Iterator[Case]:
    """P of equivalence is the larger of both one-sided tests (Schuirmann 1987)."""
    limits = limits_of(ledger, entry)
    for claim in [*_apart(ledger, entry), *([entry] if entry.has_interval else [])]:
        if limits is None:
            return
        spans = list[Span]()
        for margin in limits.margins:
            turned = margin if margin.compare == claim.about.compared else margin.turned()
            if measure_of(margin.scale) != claim.measure:
                return
            null = Decimal(str(turned.limit(percent="percent" in claim.parts)))
            side = "less" if turned.worse == "above" else "greater"
            spans += p_of_margin(ledger, claim, null, (side,)).values()
        if len(spans) == 2:
            p = Span(max(s.low for s in spans), max(s.high for s in spans))
            far = on_two_sides(part, p, allow.FARTHER_BELOW)
            text = f"By {claim.interval} the larger of both one-sided tests has {p_span(*p)}"
            yield Case(entry, "p", {"": p}, text, (claim,),
                       excuse=None if far else "other_test")  # fmt: skip


def hypotheses(ledger: Ledger) -> Iterator[Case]:
    """A p of another hypothesis than no difference, and what it would need."""
    of_margin = {case.claim.name for case in margins(ledger)}
    for entry in ledger.entries.values():
        part = entry.parts.get("p")
        if part is None or part.relation == "ns" or part.symbol is None:
            continue
        beside = entry.about.margin_value is not None and "ci_low" in entry.parts
        if entry.name not in of_margin and not beside:
            text = (
                f"{part.text} is of another hypothesis than no difference; the margin, limits or "
            )
            text += "interval that it needs are not printed."
            yield Case(entry, "p", {"": False}, text, excuse="unknown")


# --- several comparisons ------------------------------------------------------------------------


def adjusted(ledger: Ledger) -> Iterator[Case]:
    """A p that a procedure for several comparisons adjusts, and the plain one."""
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
        k, procedure = _comparisons(ledger, entry), procedures[0]
        whole = floor(high / least) >= ceil(low / most) if least > 0 else True
        smaller = high < least
        odd = procedure == "bonferroni" and high < 1 and not whole
        top = (
            2 * float(ndtr(float(ndtri(most / 2)) / LARGER)) if procedure in OF_ALL_GROUPS else most
        )
        many = low > k * top
        text = f"{found[0].parts['p'].text} is the plain P of the same comparison"
        excuse = None
        if (smaller and procedure in OF_ALL_GROUPS) or (many and not smaller and not odd):
            excuse = "corrected"
        yield Case(entry, "p", {"": not (smaller or odd or many)}, text, (found[0],), excuse=excuse)


def _comparisons(ledger: Ledger, entry: Claim) -> int:
    every = [
        one
        for one in ledger.entries.values()
        if one.tested is not None and one.paper == entry.paper and one.about.compared
    ]
    counts = [
        len({(one.about.cell, frozenset(one.about.compared)) for one in family})
        for family in (
            [one for one in every if one.place == entry.place],
            [one for one in every if one.about.outcome == entry.about.outcome],
        )
    ]
    return max(*counts, comb(len(ledger.apart), 2), 2)


# --- posteriors ---------------------------------------------------------------------------------


def posteriors(ledger: Ledger) -> Iterator[Case]:
    """A posterior probability, or a p beside a credible interval, and that interval."""
    for entry in comparisons(ledger, groups=2):
        if entry.has_interval and entry.credible and entry.tested is not None:
            yield from _posterior(entry, entry.parts["p"], entry, "")
        main = entry.main
        if main is None or main.symbol != "posterior_probability" or main.relation != "=":
            continue
        others = [
            one
            for one in same_comparison(ledger, entry)
            if one.has_interval and one.credible and one.measure is not None
        ]
        side = OF_SIDE.search(entry.printed)
        if len({one.interval for one in others}) == 1:
            null = "1" if others[0].measure in RATIOS else "0"
            if side is None or side[2] == null:
                yield from _posterior(entry, main, others[0], side[1] if side else "")


def _posterior(entry: Claim, part: Component, other: Claim, side: str) -> Iterator[Case]:
    """A probability below ("<") or above no difference; without a side that of either, or a p."""
    ends = [ends_of(other.parts[name]) for name in BOTH]
    if other.measure in RATIOS:
        if ends[0].low <= 0:
            return
        ends = [Span(log(low), log(high)) for low, high in ends]
    (a, b), (c, d) = ends
    error = (d + c - a - b) / 4 / quantile_of(other)
    if error <= 0:
        return
    below, by = -(a + b + c + d) / 4 / error, 100 if part.unit == "%" else 1
    low, high = (float(end) / by for end in part.bounds)
    least, most = (float(ndtri(min(max(end, LEAST), 1 - LEAST))) for end in (low, high))
    ways = [below] if side and side in "<≤" else [-below] if side else [below, -below]
    apart = [max(least - way, way - most, 0.0) for way in ways]
    if part.name == "p":
        p = float(part.value or 0)
        apart.append(abs(abs(below) + float(ndtri(min(max(p / 2, LEAST), 0.5)))))
    shown = " or ".join(f"{min(max(float(ndtr(way)), 1e-4), 0.9999):.3g}" for way in ways)
    text = f"By a normal posterior {other.interval} leaves {shown} on that side of no difference"
    beside = () if other is entry else (other,)
    yield Case(entry, part.name, {"": min(apart) <= 1.0}, text, beside)


# --- limits of one side -------------------------------------------------------------------------


def one_sided(ledger: Ledger) -> Iterator[Case]:
    """A limit of one side, and the counts or the means and deviations of the groups."""
    for entry in comparisons(ledger):
        limits = [entry.parts[name] for name in BOTH if name in entry.parts]
        main = entry.main
        if len(limits) != 1 or limits[0].sides != "one_sided" or limits[0].level is None:
            continue
        if entry.basis is not None or main is None or not plain(main):
            continue
        limit, level = limits[0], float(limits[0].level or 0) / 100
        found = _distances(ledger, entry, 2 * level - 1) if 0.5 < level < 1 else None
        own = _away(ends_of(main), ends_of(limit), limit.name)
        if found is None or own.high <= 0:
            continue
        usual, groups = found
        two = _distances(ledger, entry, level)
        others: dict[str, Way] = {"of two sides": two is not None and own.meets(*two[0])}
        near = own.meets(NARROWER * usual.low, WIDER * usual.high)
        text = f"The limit of one side at {100 * level:g} % lies "
        text += f"{span_text(f'{end:.3g}' for end in usual)} from the difference"
        yield Case(entry, limit.name, {"": own.meets(*usual)}, text, tuple(groups), others,
                   excuse="maybe_adjusted" if near else None, rests=(allow.LIMIT_OF_ONE_SIDE,)
                   )  # fmt: skip


def _distances(
    ledger: Ledger, entry: Claim, confidence: float
) -> tuple[Span, Sequence[Claim]] | None:
    """The least and the greatest distance of a two-sided limit, and the claims that give it."""
    if entry.measure == "risk_difference" and (counts := table_of(ledger, entry)):
        groups, table = counts
        by = 1 if entry.main is not None and as_proportion(entry, entry.main) else 100
        away = [
            by * distance
            for one in intervals_of(table, "difference", confidence).values()
            for distance in (one.estimate - one.low, one.high - one.estimate)
            if isfinite(distance)
        ]
        return Span(min(away), max(away)), groups
    means = with_spreads(ledger, entry) if entry.measure == "mean_difference" else None
    sizes = None if means is None else sizes_of(ledger, means)
    if means is None or sizes is None or len(means) != 2:
        return None
    if any("sd" not in claim.parts for claim in means):
        return None
    spreads = tuple(ends_of(claim.parts["sd"]) for claim in means)
    widths = half_widths(spreads, tuple(sizes), confidence).values()
    return Span(min(low for low, _ in widths), max(high for _, high in widths)), means


def _away(estimate: Span, limit: Span, name: str) -> Span:
    """How far a limit lies from its estimate, on its own side."""
    return estimate.less(limit) if name == "ci_low" else limit.less(estimate)


def one_sided_apart(ledger: Ledger) -> Iterator[Case]:
    """A limit of one side, and the two-sided interval of the same estimate."""
    for entry in comparisons(ledger):
        name, main = _limit_of(entry), entry.main
        if name is None or main is None or not plain(main):
            continue
        for other in ledger.comparisons[entry.about.cell]:
            theirs = other.main
            if not _of_same_estimate(entry, other) or theirs is None or theirs.name != main.name:
                continue
            (low, high), (bottom, top) = main.bounds, theirs.bounds
            own, whole = _error(entry, name, one=True), _error(other, name, one=False)
            if not (low < top and bottom < high) or own is None or whole is None:
                continue
            by = allow.LIMIT_OF_ONE_SIDE.value
            fit = own.meets(whole.low / by, whole.high * by)
            near = own.high >= whole.low and own.low <= WIDER * whole.high
            text = f"{other.interval} of the same estimate is a standard error of "
            text += f"{span_text(f'{end:.3g}' for end in whole)}, the limit of one side one of "
            text += f"{span_text(f'{end:.3g}' for end in own)}."
            yield Case(entry, name, {"": fit}, text, (other,),
                       excuse="maybe_adjusted" if near else None,
                       rests=(allow.LIMIT_OF_ONE_SIDE,))  # fmt: skip


def _limit_of(entry: Claim) -> str | None:
    """The limit that an interval of one side has; a ratio may begin at 0."""
    of_side = [name for name in BOTH if name in entry.parts]
    if not of_side or entry.parts[of_side[0]].sides != "one_sided":
        return None
    if len(of_side) == 2:
        return "ci_high" if entry.measure in RATIOS and not entry.parts["ci_low"].value else None
    return of_side[0]


def _of_same_estimate(entry: Claim, other: Claim) -> bool:
    if not other.has_interval or other.credible or other.about.interval not in CENTRED:
        return False
    if other.parts["ci_low"].sides == "one_sided" or entry.measure is None:
        return False
    one, two = (
        (c.paper, c.measure, c.stated_basis, a.compared, a.category, a.look)
        for c in (entry, other)
        for a in (c.about,)
    )
    return one == two


def _error(claim: Claim, name: str, *, one: bool) -> Span | None:
    """The error that a limit stands for: its distance over the quantile of its level."""
    limit, main = claim.parts[name], claim.main
    if main is None or ("percent" in claim.parts and claim.measure in RATIOS):
        return None
    ends = [ends_of(part) for part in (main, limit)]
    if claim.measure in RATIOS:
        if min(ends[0].low, ends[1].low) <= 0:
            return None
        ends = [Span(*map(log, pair)) for pair in ends]
    near, far = _away(ends[0], ends[1], name)
    level = float(limit.level or 95) / 100
    quantile = float(ndtri(level if one else 0.5 + level / 2))
    return Span(max(near, 0.0) / quantile, far / quantile) if far > 0 and quantile > 0 else None


# --- interactions -------------------------------------------------------------------------------


def interactions(ledger: Ledger) -> Iterator[Case]:
    """An interaction of a two-by-two design, and the two simple effects."""
    for entry in ledger.entries.values():
        main = entry.main
        if not entry.about.versus or main is None or not plain(main) or entry.measure is None:
            continue
        ratio = entry.measure in RATIOS
        found = [
            ledger.agreed(
                (
                    one
                    for one in ledger.comparisons.get(entry.about.cell, ())
                    if one.about.compared == tuple(pair) and one.measure == entry.measure
                    if plain(one.main) and one.main is not None and one.main.name == main.name
                    if one.main.word is None and one.about.category == entry.about.category
                ),
                main.name,
            )
            for pair in (entry.about.compared[:2], entry.about.compared[2:])
        ]
        if found[0] is None or found[1] is None:
            continue
        first, second = (ends_of(one.parts[main.name]) for one in found if one is not None)
        if ratio and min(first.low, second.low) <= 0:
            continue
        span = first.over(second) if ratio else first.less(second)
        turned = Span(1 / span.high, 1 / span.low) if ratio else span.turned
        crude = all(one is not None and one.stated_basis is None for one in found)
        by = allow.ADJUSTED_RATIO.value
        near = ratio and overlaps(main, span.low / by, span.high * by)
        others: dict[str, Way] = {} if entry.about.ordered else {"with the pairs turned": turned}
        text = f"The simple effects are {span_text(f'{end:.3g}' for end in span)} apart"
        yield Case(entry, main.name, {"": span}, text, tuple(o for o in found if o is not None),
                   others, excuse="maybe_adjusted" if near or not crude else None,
                   rests=(allow.ADJUSTED_RATIO,) if ratio else ())  # fmt: skip


TABLE = (
    Relation(
        "margin.p",
        "A p of a margin, and the interval of the same comparison printed apart.",
        margins,
        "Are interval and P of one analysis, and of which margin?",
    ),
    Relation(
        "p.hypothesis",
        "A p of another hypothesis than no difference, and what it would need.",
        hypotheses,
        "Of which hypothesis, with which margin, is this P?",
    ),
    Relation(
        "p.adjusted",
        "A p adjusted for several comparisons, and the plain one.",
        adjusted,
        "By which procedure, for how many comparisons, was it adjusted?",
    ),
    Relation(
        "posterior.probability",
        "A posterior probability, and the credible interval.",
        posteriors,
        "Of what is it the probability?",
        only_asks=True,
    ),
    Relation(
        "comparison.bound",
        "A limit of one side, and the counts or means and deviations of the groups.",
        one_sided,
        "Of which level, and of how many sides, is this limit?",
        of_sizes=True,
    ),
    Relation(
        "comparison.bound_apart",
        "A limit of one side, and the two-sided interval of the same estimate.",
        one_sided_apart,
        "Of which level, and of how many sides, is this limit?",
    ),
    Relation(
        "factorial.interaction",
        "An interaction, and the two simple effects.",
        interactions,
        "Which difference of effects is it?",
    ),
)
