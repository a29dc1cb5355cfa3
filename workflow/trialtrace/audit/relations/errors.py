"""Standard errors, log coefficients and statistics beside their estimates; models."""

from collections.abc import Iterator
from math import ceil, comb, exp, floor, inf, log, sqrt

from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import FAMILIES, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.relations.engine import Case, relation
from trialtrace.audit.relations.ranges import (
    Span,
    as_range,
    ends_of,
    hull,
    overlaps,
    span_of,
)
from trialtrace.audit.relations.shapes import (
    comparisons,
    measured,
    plain,
    same_comparison,
    sizes_of,
    table_of,
    told_table,
)
from trialtrace.audit.relations.solvers.counts import (
    KINDS,
    LOGS,
    WORDS,
    as_proportion,
    estimate,
)
from trialtrace.audit.relations.solvers.estimates import RATIOS
from trialtrace.audit.relations.wording import (
    digits,
    p_span,
    signed,
    three,
)
from trialtrace.audit.summaries.estimates import (
    error_of_deviation,
    interval_of_error,
    p_of_estimate,
)
from trialtrace.stats.results import StatsError

PLAIN = (None, "t", "welch")
WIDER = 2.0


# --- standard errors ----------------------------------------------------------------------------


HOW = "Are estimate, interval and P of one analysis, and by which test?"


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
        found = measured(ledger, entry) if plain_one and entry.about.test in PLAIN else None
        if found is None or len(found[0]) != 2 or any("sd" not in one.parts for one in found[0]):
            continue
        (means, sizes), errors = found, list[float]()
        n1, n0 = sizes
        for s1, s0 in zip(*(ends_of(one.parts["sd"]) for one in means), strict=True):
            pooled = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / (n1 + n0 - 2)
            errors += [sqrt(s1**2 / n1 + s0**2 / n0), sqrt(pooled * (1 / n1 + 1 / n0))]
        span = Span(min(errors), max(errors))
        told = " and ".join(
            f"{one.parts['sd'].text} of {n}" for one, n in zip(means, sizes, strict=True)
        )
        text = f"On deviations of {told} the difference has a standard error of {three(span)}"
        yield Case(entry, "se", span, text, means)


# --- coefficients and statistics ----------------------------------------------------------------


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


# --- signs and models ---------------------------------------------------------------------------


def _plain(
    ledger: Ledger, entry: Claim, main: Component
) -> tuple[tuple[Claim, ...], float, float, str] | None:
    """The claims of two groups, and their plain estimate with its error, on the log for ratios."""
    if entry.measure == "mean_difference":
        groups = ledger.compared(entry, "value", "sd")
        sizes = None if groups is None else sizes_of(ledger, groups)
        if groups is None or sizes is None:
            return None
        if any(g.parts["sd"].symbol == UNSAID or g.basis for g in groups):
            return None
        values, spreads = (
            [float(g.parts[name].value or 0) for g in groups] for name in ("value", "sd")
        )
        error = sqrt(sum(s * s / n for s, n in zip(spreads, sizes, strict=True)))
        value = values[0] - values[1]
        told = f"the means differ by {signed(value, 2)}"
        return (tuple(groups), value, error, told) if error > 0 else None
    found, measure = table_of(ledger, entry), entry.measure or ""
    if found is None or measure not in KINDS:
        return None
    groups_, (x1, n1, x0, n0) = found
    crude = estimate(measure, found[1])
    if crude is None or 0 in (x1, x0, n1 - x1, n0 - x0):
        return None
    told = f"on {told_table(found[1])} the plain {WORDS[measure]} is {crude:.3g}"
    if measure == "risk_difference":
        p1, p0, points = x1 / n1, x0 / n0, 1.0 if as_proportion(entry, main) else 100.0
        error = sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
        return groups_, crude * points / 100, error * points, told
    rest = (1 / (n1 - x1), 1 / (n0 - x0)) if measure == "odds_ratio" else (-1 / n1, -1 / n0)
    return groups_, log(crude), sqrt(1 / x1 + 1 / x0 + sum(rest)), told


OF_ALL_GROUPS = ("dunnett", "tukey")
LARGER = 1.25


# --- margins ------------------------------------------------------------------------------------


@relation("p.hypothesis", "Of which hypothesis, with which margin, is this P?")
def hypotheses(ledger: Ledger) -> Iterator[Case]:
    """A p of another hypothesis than no difference, and what it would need."""
    for entry in ledger.entries.values():
        part = entry.parts.get("p")
        if part is None or part.relation == "ns" or part.symbol is None:
            continue
        beside = entry.about.margin_value is not None and "ci_low" in entry.parts
        if not beside:
            text = f"{part.text} is of another hypothesis than no difference; the margin, limits "
            text += "or interval that it needs are not printed."
            yield Case(entry, "p", False, text, excuse="unknown")


# --- several comparisons ------------------------------------------------------------------------


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
        yield Case(entry, "p", not (smaller or odd or many), text, (found[0],), excuse=excuse)


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


# --- limits of one side -------------------------------------------------------------------------


def _away(estimate: Span, limit: Span, name: str) -> Span:
    """How far a limit lies from its estimate, on its own side."""
    return estimate.less(limit) if name == "ci_low" else limit.less(estimate)


# --- interactions -------------------------------------------------------------------------------
