"""Means, medians and their spreads in two groups or more: tests, differences, effects."""

from collections.abc import Iterator, Sequence
from math import inf, sqrt

from scipy.special import fdtrc, ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import INTERVAL, Case, Way, relation
from trialtrace.audit.relations.ranges import (
    TWO_SIDED,
    Span,
    as_range,
    ends_of,
    hull,
    overlaps,
    span_of,
    unsigned,
)
from trialtrace.audit.relations.shapes import (
    BOTH,
    comparisons,
    deviations,
    difference_of,
    is_paired,
    measured,
    of_fewer,
    p_range,
    plain,
    samples,
    sizes_of,
    tested_comparisons,
    unnamed,
    with_spreads,
    within,
    z_of,
)
from trialtrace.audit.relations.solvers.intervals import half_width_of, half_widths
from trialtrace.audit.relations.solvers.ranks import QUARTILES, greatest_p, likely_z, quarters
from trialtrace.audit.relations.wording import TURNED, digits, p_span, shown_p, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, f_of_means
from trialtrace.audit.summaries.mean_tests import t_test_p
from trialtrace.audit.summaries.printed import Printed, together
from trialtrace.stats.results import StatsError

PLAIN = (None, "t", "welch")
TESTS = {"t": ("pooled", "Student's t test"), "welch": ("welch", "Welch's t test")}
OTHER_WAY = f"with {TURNED}"


WHAT_TEST = "Which test, and of which patients, gives this P?"
SPREAD = "Are these standard deviations, standard errors or intervals, and of how many patients?"


@relation("p.means", WHAT_TEST, of_sizes=True)
def mean_tests(ledger: Ledger) -> Iterator[Case]:
    """Means, spreads and sizes of the groups, and p of the t tests or the analysis of variance."""
    for entry in tested_comparisons(ledger):
        found = measured(ledger, entry)
        if found is not None and 2 <= len(found[0]) <= MOST_GROUPS:
            case = _t_tests(entry, *found) if len(found[0]) == 2 else _variance(entry, *found)
            if case is not None:
                yield case


def _t_tests(entry: Claim, groups: list[Claim], sizes: list[int]) -> Case | None:
    ways: dict[str, tuple[Span, ...]] = {}
    others: dict[str, Way] = {}
    for k, spreads in enumerate(deviations(groups, sizes)):
        for variance, name in TESTS.values():
            spans = [
                _p(groups, sizes, variance, side, spreads)
                for side in (*entry.tails, *(("less", "greater") if not k else ()))
            ]
            own = tuple(one for one in spans[: len(entry.tails)] if one is not None)
            ways[name if not k else f"{name} on standard errors"] = own
            others |= {f"of a one-sided {name}": tuple(s for s in spans if s is not None)}
    known = [span for way in ways.values() for span in way]
    if not known:
        return None
    low, high = hull(known)
    text = f"Over all means and spreads that print so the t tests give {p_span(low, high)}"
    above = entry.parts["p"].relation in (">", ">=") and high < 1e-4
    excuse = unnamed(entry, *TESTS)
    if excuse == "unnamed_test" and above:
        excuse = None
    stated = TESTS[entry.about.test][1] if entry.about.test == "welch" else None
    if entry.tails != TWO_SIDED or entry.sides == "two_sided" or above:
        others = {}
    return Case(entry, "p", ways, text, groups, others, stated=stated, excuse=excuse)


def _p(
    groups: Sequence[Claim], n: Sequence[int], variance: str, sides: str, spreads: list[Printed]
) -> Span | None:
    (one, other), (sd1, sd0) = (as_range(group.parts["value"]) for group in groups), spreads
    try:
        found = t_test_p(one, sd1, n[0], other, sd0, n[1], variance=variance, sides=sides)
        return span_of(found)
    except StatsError:
        return None


def _variance(entry: Claim, groups: list[Claim], sizes: list[int]) -> Case | None:
    if "statistic" in entry.parts or entry.tails != TWO_SIDED:
        return None
    ways, df = dict[str, Span](), (len(groups) - 1, sum(sizes) - len(groups))
    means = together(as_range(group.parts["value"]) for group in groups)
    for k, spreads in enumerate(deviations(groups, sizes)):
        try:
            f = span_of(f_of_means(means, together(spreads), sizes))
        except StatsError:
            continue
        ways[f"analysis of variance {k}"] = Span(*(float(fdtrc(*df, end)) for end in f[::-1]))
    if not ways:
        return None
    p = hull(ways.values())
    text = f"The analysis of variance of these means gives {p_span(*p)}"
    excuse = unnamed(entry, "anova")
    near = within(entry.parts["p"], p, allow.EXACT_TESTS.value)
    excuse = "other_test" if excuse == "unnamed_test" and near else excuse
    return Case(entry, "p", ways, text, groups, excuse=excuse)


def difference_case(
    entry: Claim, part: Component, groups: Sequence[Claim], what: str, excuse: str | None
) -> Case:
    """A printed difference beside the two numbers of the groups, whichever kind these are."""
    span = difference_of(groups, "percent" if part.name == "percent" else "value")
    ways: Way = (span, span.turned) if unsigned(entry) else span
    text = f"The {what} differ by {digits(span, part)}"
    others: dict[str, Way] = {OTHER_WAY: span.turned}
    return Case(entry, part.name, {f"of the {what}": ways}, text, groups, others, excuse=excuse)


# --- differences --------------------------------------------------------------------------------


def _differences(ledger: Ledger) -> Iterator[tuple[Claim, list[Claim]]]:
    """Differences of means that need be the plain ones, with the means of both groups."""
    for entry in comparisons(ledger, groups=2):
        main = entry.parts.get("value")
        if entry.measure != "mean_difference" or main is None or not plain(main):
            continue
        if entry.basis and not entry.plain_estimate:
            continue
        groups = ledger.compared(entry, "value", "sd") or with_spreads(ledger, entry)
        if groups is None:
            bare = ledger.compared(entry, "value") or ()
            called = all(one.parts["value"].symbol == "mean" and not one.basis for one in bare)
            groups = list(bare) if bare and called else None
        if groups is not None and len(groups) == 2:
            yield entry, groups


@relation("difference.estimate", "Is the difference adjusted, and of which patients?")
def differences(ledger: Ledger) -> Iterator[Case]:
    """A difference of means, and the means of the groups."""
    for entry, groups in _differences(ledger):
        fewer = is_paired(entry) and of_fewer(ledger, entry, groups)
        excuse = "other_patients" if fewer else None
        if entry.about.test not in PLAIN:
            excuse = "maybe_adjusted"
        yield difference_case(entry, entry.parts["value"], groups, "means", excuse)


@relation("difference.interval", SPREAD)
def difference_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a difference of means, and the deviations."""
    for entry, groups in _differences(ledger):
        sizes = sizes_of(ledger, groups)
        of_model = any("se" in group.parts or group.basis for group in groups)
        spread = all({"sd", *BOTH} & set(group.parts) for group in groups)
        paired = entry.plain_estimate and not entry.of_family
        if not entry.has_interval or sizes is None or of_model or not spread or paired:
            continue
        if entry.basis and not entry.plain_estimate:
            continue
        own, fit, known = half_width_of(entry), [], []
        low, high = (ends_of(entry.parts[name]) for name in BOTH)
        span, main = difference_of(groups), ends_of(entry.parts["value"])
        if not main.meets(*span) and main.meets(*span.turned):
            span = span.turned
        for spreads in deviations(groups, sizes):
            spans = tuple(Span(*(float(end) for end in one.bounds)) for one in spreads)
            for name, (least, most) in half_widths(spans, tuple(sizes), entry.confidence).items():
                known.append(Span(least, most))
                middle = Span(max(main.low, span.low), min(main.high, span.high))
                middle = middle if middle.low <= middle.high else main
                inside = low.meets(middle.low - most, middle.high - least)
                if inside and high.meets(middle.low + least, middle.high + most):
                    fit.append(name)
        least, most = hull(known)
        text = f"The spreads give an interval that reaches {least:.3g} to {most:.3g} to either side"
        assumed = any(map(ledger.assumed, groups))
        untold = not any(g.about.n is not None or "denominator" in g.parts for g in groups)
        wider = untold and most < own.high and own.low <= allow.FEWER_OF_TWO.value * most
        narrow = own.high < allow.ADJUSTED_MEANS.value * least
        excuse = None
        if wider or (assumed and not narrow):
            excuse = "other_patients"
        elif entry.of_family and not narrow:
            excuse = "corrected"
        elif entry.about.test not in PLAIN:
            excuse = "maybe_adjusted"
        rests = (allow.ADJUSTED_MEANS,) if assumed or entry.of_family else ()
        yield Case(entry, INTERVAL, bool(fit), text, groups, excuse=excuse, rests=rests)


@relation("difference.error", SPREAD)
def difference_errors(ledger: Ledger) -> Iterator[Case]:
    """The interval of a difference of means, and the errors of both means.

    Whatever the sizes, the error of a difference is at least √(2 e₁ e₀).
    """
    for entry, groups in _differences(ledger):
        together_ = {"paired", "crossover", "clustered"} & set(entry.about.design or ())
        if not entry.has_interval or together_:
            continue
        sizes = [ledger.size(group) for group in groups]
        errors = any("se" in group.parts for group in groups) or entry.basis
        if not errors and None not in sizes and not any(map(ledger.assumed, groups)):
            continue
        halves = [_half(group, entry.confidence) for group in groups]
        least = sqrt(2 * halves[0] * halves[1])
        fit = half_width_of(entry).high >= allow.ADJUSTED_MEANS.value * least
        if least > 0:
            text = "By the errors of both means the interval of their difference reaches at least "
            text += f"{least:.3g} to either side"
            yield Case(entry, INTERVAL, fit, text, groups, rests=(allow.ADJUSTED_MEANS,))


def _half(claim: Claim, confidence: float) -> float:
    """The least half width of the interval of a mean, as printed or of its error; 0 if unknown."""
    from scipy.special import ndtri

    if "se" in claim.parts:
        return float(ndtri(0.5 + confidence / 2)) * max(ends_of(claim.parts["se"]).low, 0.0)
    alike = claim.has_interval and claim.confidence == confidence
    return half_width_of(claim).low if alike else 0.0


@relation("difference.large", SPREAD, only_asks=True)
def large_effects(ledger: Ledger) -> Iterator[Case]:
    """A difference of means, and the deviations."""
    for entry in comparisons(ledger, groups=2):
        found = samples(ledger, entry)
        if found is None or any(group.basis for group in found.claims) or not entry.main:
            continue
        least = difference_of(found.claims).sizes.low
        largest = max(span.high for span in found.spreads)
        if largest > 0 and least / largest > allow.LARGEST_EFFECT.value:
            text = f"The means differ by {least / largest:.1f} deviations or more."
            yield Case(entry, entry.main.name, False, text, found.claims)


SMALLEST = 8
"""Fewest patients of a group of whom the normal approximation of ranks is used."""
FEWEST = 3
FAR, Z_OF_LEVEL = 2.5, 1.96


# --- standardised differences -------------------------------------------------------------------


def hedges(df: float) -> float:
    """Hedges' factor. Source: Hedges 1981, the usual approximation."""
    return 1 - 3 / (4 * df - 1)


@relation("standardised.means", "By which standard deviation was the difference divided?")
def standardised(ledger: Ledger) -> Iterator[Case]:
    """A standardised difference, and means and deviations."""
    for entry in comparisons(ledger, "value", groups=2):
        named = entry.measure == "standardised_difference" and entry.stated_basis is None
        found = samples(ledger, entry) if named and plain(entry.parts["value"]) else None
        if found is None or any("se" in group.parts for group in found.claims):
            continue
        sizes = sizes_of(ledger, found.claims)
        free = sizes is None or any(map(ledger.assumed, found.claims))
        n = FEWEST if free or sizes is None else min(sizes)
        if n < FEWEST:
            continue
        small, large = difference_of(found.claims).sizes
        least, most = hull(found.spreads)
        low = small / most * hedges(max(n - 1, 1)) if most > 0 else 0.0
        span = Span(low, large / least if least > 0 else inf)
        text = "The means and deviations give a standardised difference of "
        text += span_text(f"{end:.2f}" for end in span)
        other = not entry.about.change and entry.about.test not in PLAIN
        yield Case(entry, "value", (span, span.turned), text, found.claims,
                   excuse="maybe_adjusted" if other else None)  # fmt: skip


# --- medians ------------------------------------------------------------------------------------


@relation("median.p", WHAT_TEST, of_sizes=True)
def median_tests(ledger: Ledger) -> Iterator[Case]:
    """Medians and quartiles, and p of the Mann-Whitney test."""
    for entry in tested_comparisons(ledger):
        groups = ledger.compared(entry, *QUARTILES)
        if entry.about.test not in (None, "mann_whitney") or groups is None or entry.basis:
            continue
        sizes = sizes_of(ledger, groups, SMALLEST)
        if sizes is None or len(groups) != 2 or entry.tails != TWO_SIDED:
            continue
        both = [quarters(group) for group in groups]
        if any(low > high for quarter in both for low, high in quarter):
            continue
        part, most = entry.parts["p"], greatest_p(both[0], both[1], *sizes)
        likely = likely_z(groups, sizes)
        fit = overlaps(part, 0.0, most)
        far = fit and likely is not None and _is_far(part, likely)
        text = "Groups with these medians and quartiles have "
        text += f"{p_span(0.0, most)} at most by the Mann-Whitney test"
        if far and likely is not None:
            text = "Values spread evenly between these quartiles would give "
            text += f"{shown_p(2 * float(ndtr(-likely)))}"
        excuse = "open" if far else unnamed(entry, "mann_whitney")
        yield Case(entry, "p", fit and not far, text, groups, excuse=excuse)  # fmt: skip


def _is_far(part: Component, likely: float) -> bool:
    """Whether z of a printed p lies far from the likely one, on the other side of 0.05."""
    low, high = z_of(p_range(part))
    if likely > Z_OF_LEVEL:
        return high < Z_OF_LEVEL and likely - high > FAR
    return low > Z_OF_LEVEL and low - likely > FAR


@relation(
    "median.difference", "Is it the difference of the medians or the median of the differences?"
)
def median_differences(ledger: Ledger) -> Iterator[Case]:
    """A difference of medians, and the medians.

    A difference of medians against the medians; Hodges-Lehmann's is another number.
    """
    for entry in comparisons(ledger, "value", groups=2):
        groups, part = ledger.compared(entry, "value"), entry.parts["value"]
        if entry.measure != "median_difference" or entry.stated_basis or groups is None:
            continue
        medians = all(
            g.parts["value"].symbol == "median" or "quartile_low" in g.parts for g in groups
        )
        if medians and plain(part):
            yield difference_case(entry, part, groups, "medians", "unnamed_measure")
