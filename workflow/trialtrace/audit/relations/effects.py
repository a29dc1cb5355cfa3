"""Standardised differences, ratios of geometric means, and medians of two groups."""

from collections.abc import Iterator
from math import hypot, inf, log, sqrt

from scipy.special import ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import STANDARDISED, UNSAID
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, Relation, Way
from trialtrace.audit.relations.ranges import (
    TWO_SIDED,
    Span,
    ends_of,
    overlaps,
)
from trialtrace.audit.relations.shapes import (
    BOTH,
    comparisons,
    order_is_told,
    p_range,
    plain,
    sizes_of,
    tested_comparisons,
    unnamed,
    z_of,
)
from trialtrace.audit.relations.solvers.interval_errors import (
    errors_of_log,
)
from trialtrace.audit.relations.solvers.ranks import QUARTILES, greatest_p, likely_z, quarters
from trialtrace.audit.relations.wording import TURNED, p_span, shown_p, signed, span_text

PLAIN = (None, "t", "welch")
TESTS = {"t": ("pooled", "Student's t test"), "welch": ("welch", "Welch's t test")}
OTHER_WAY = f"with {TURNED}"
GEOMETRIC = "geometric_mean"
SMALLEST = 8
"""Fewest patients of a group of whom the normal approximation of ranks is used."""
FEWEST = 3
FAR, Z_OF_LEVEL = 2.5, 1.96


# --- standardised differences -------------------------------------------------------------------


def hedges(df: float) -> float:
    """Hedges' factor. Source: Hedges 1981, the usual approximation."""
    return 1 - 3 / (4 * df - 1)


def _standardised(ledger: Ledger) -> Iterator[tuple[Claim, Component]]:
    for entry in comparisons(ledger, groups=2):
        effect = entry.parts.get("effect")
        if entry.stated_basis is not None:
            continue
        if entry.measure == "standardised_difference" and plain(entry.parts.get("value")):
            yield entry, entry.parts["value"]
        elif effect is not None and effect.symbol == STANDARDISED and plain(effect):
            yield entry, effect


def standardised(ledger: Ledger) -> Iterator[Case]:
    """Cohen's d or Hedges' g against means and deviations, by every usual deviation."""
    for entry, part in _standardised(ledger):
        groups = ledger.compared(entry, "value", "sd")
        if groups is None or any(
            group.parts["sd"].symbol == UNSAID or "se" in group.parts for group in groups
        ):
            continue
        sizes = sizes_of(ledger, groups)
        free = sizes is None or any(map(ledger.assumed, groups))
        n = FEWEST if free or sizes is None else min(sizes)
        if n < FEWEST:
            continue
        first, second = (ends_of(group.parts["value"]) for group in groups)
        small, large = first.less(second).sizes
        spreads = [ends_of(group.parts["sd"]) for group in groups]
        least, most = min(one.low for one in spreads), max(one.high for one in spreads)
        low = small / most * hedges(max(n - 1, 1)) if most > 0 else 0.0
        span = Span(low, large / least if least > 0 else inf)
        text = "The means and deviations give a standardised difference of "
        text += span_text(f"{end:.2f}" for end in span)
        other = not entry.about.change and entry.about.test not in PLAIN
        yield Case(entry, part.name, {"": (span, span.turned)}, text, tuple(groups),
                   excuse="maybe_adjusted" if other else None)  # fmt: skip


def standardised_of_t(ledger: Ledger) -> Iterator[Case]:
    """A standardised difference beside t: t √(1/n₁ + 1/n₀), 2 t / √df, or t / √n of pairs."""
    for entry, part in _standardised(ledger):
        statistic, degrees = entry.parts.get("statistic"), entry.parts.get("df1")
        if statistic is None or statistic.symbol != "t" or degrees is None or not degrees.value:
            continue
        low, high = sorted(abs(end) for end in ends_of(statistic))
        df = float(degrees.value)
        known = [ledger.size_of(entry, group) for group in entry.about.compared]
        sizes = [n for n in known if n is not None and n > 1]
        factors = [1 / sqrt(df + 1), 2 / sqrt(df), 2 / sqrt(df + 2)]
        if len(sizes) == 2:
            factors.append(sqrt(1 / sizes[0] + 1 / sizes[1]))
        factors += [factor * hedges(df) for factor in factors if df > 1]
        spans = [Span(one * low, one * high) for one in factors]
        way = tuple(side for span in spans for side in (span, span.turned))
        text = f"{statistic.text} on {degrees.text} degrees of freedom is a d of "
        text += span_text(f"{end:.2f}" for end in spans[-1 if len(sizes) == 2 else 1])
        larger = len(sizes) < 2 and float(part.bounds[1]) > spans[1].high
        yield Case(entry, part.name, {"": way}, text, excuse="open" if larger else None)


# --- geometric means ----------------------------------------------------------------------------


def geometric_ratios(ledger: Ledger) -> Iterator[Case]:
    """A ratio of geometric means against both means."""
    for entry, groups in _geometric(ledger):
        upper, lower = (ends_of(group.parts["value"]) for group in groups)
        if min(upper.low, lower.low) <= 0:
            continue
        span = upper.over(lower)
        main = entry.parts["value"]
        others: dict[str, Way] = {}
        if not order_is_told(ledger, entry):
            others = {OTHER_WAY: Span(1 / span.high, 1 / span.low)}
        by = allow.ADJUSTED_RATIO.value
        near = not main.crude and span.low / by <= float(main.value or 0) <= span.high * by
        first, second = (group.parts["value"].text for group in groups)
        places = max(main.places, 0) + 1
        text = f"{first} over {second} is {span_text(f'{end:.{places}f}' for end in span)}"
        yield Case(entry, "value", {"": span}, text, tuple(groups), others,
                   excuse="maybe_adjusted" if near else None,
                   rests=() if main.crude else (allow.ADJUSTED_RATIO,))  # fmt: skip


def _geometric(ledger: Ledger) -> Iterator[tuple[Claim, list[Claim]]]:
    for entry in comparisons(ledger, "value", groups=2):
        groups = ledger.compared(entry, "value")
        ratio = entry.measure == "geometric_mean_ratio" and plain(entry.parts["value"])
        if not ratio or entry.basis or groups is None or len(groups) != 2:
            continue
        if all(group.parts["value"].symbol == GEOMETRIC for group in groups):
            yield entry, groups


def geometric_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a ratio of geometric means against the errors of both on the log scale."""
    for entry, groups in _geometric(ledger):
        span = errors_of_log(entry)
        errors = [_log_error(group, ledger.size(group)) for group in groups]
        if span is None or errors[0] is None or errors[1] is None:
            continue
        least = sqrt(2 * errors[0] * errors[1])
        fit = span.high >= allow.ADJUSTED_MEANS.value * least
        text = f"The errors of both geometric means leave a ratio one of {least:.3f} or more on "
        text += f"the log scale; that of {entry.interval} is at most {span.high:.3f}."
        yield Case(entry, "ci_low", {"": fit}, text, tuple(groups), covers=("ci_high",),
                   rests=(allow.ADJUSTED_MEANS,))  # fmt: skip


def _log_error(group: Claim, n: int | None) -> float | None:
    """The least error of the log of a geometric mean: of its interval, or of its CV."""
    cv = group.parts.get("cv")
    if cv is not None and n is not None and n > 1:
        share = max(float(cv.bounds[0]), 0.0) / 100
        return sqrt(log(1 + share**2) / n)
    span = errors_of_log(group)
    return None if span is None else span.low


def geometric_p(ledger: Ledger) -> Iterator[Case]:
    """A p alone against the ratio of two geometric means over their errors."""
    for entry in tested_comparisons(ledger):
        groups = ledger.compared(entry, "value", *BOTH)
        if "value" in entry.parts or entry.basis or groups is None or len(groups) != 2:
            continue
        if entry.tails != TWO_SIDED or any(g.parts["value"].symbol != GEOMETRIC for g in groups):
            continue
        known = [one for g in groups if (one := errors_of_log(g)) is not None and one.low > 0]
        means = [ends_of(group.parts["value"]) for group in groups]
        if len(known) < 2 or min(mean.low for mean in means) <= 0:
            continue
        ratio = means[0].over(means[1])
        gap = Span(log(ratio.low), log(ratio.high)).sizes
        z = Span(
            gap.low / hypot(*(e.high for e in known)), gap.high / hypot(*(e.low for e in known))
        )
        low, high = z_of(p_range(entry.parts["p"]))
        by, more = allow.EXACT_TESTS.value, allow.STRATA.value
        fit = high >= by * z.low - more and low <= z.high / by + more
        ends = [2 * float(ndtr(-end)) for end in reversed(z)]
        text = f"The geometric means and their intervals give {p_span(*ends)}"
        yield Case(entry, "p", {"": fit}, text, tuple(groups))


# --- medians ------------------------------------------------------------------------------------


def median_tests(ledger: Ledger) -> Iterator[Case]:
    """P of the Mann-Whitney test over everything that has such medians and quartiles."""
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
        yield Case(entry, "p", {"": fit and not far}, text, tuple(groups), excuse=excuse,
                   detail={"most": most} if not fit else {})  # fmt: skip


def _is_far(part: Component, likely: float) -> bool:
    """Whether z of a printed p lies far from the likely one, on the other side of 0.05."""
    low, high = z_of(p_range(part))
    if likely > Z_OF_LEVEL:
        return high < Z_OF_LEVEL and likely - high > FAR
    return low > Z_OF_LEVEL and low - likely > FAR


def median_differences(ledger: Ledger) -> Iterator[Case]:
    """A difference of medians against the medians; Hodges-Lehmann's is another number."""
    for entry in comparisons(ledger, "value", groups=2):
        groups, part = ledger.compared(entry, "value"), entry.parts["value"]
        if entry.measure != "median_difference" or entry.stated_basis or groups is None:
            continue
        medians = all(
            g.parts["value"].symbol == "median" or "quartile_low" in g.parts for g in groups
        )
        if medians and plain(part):
            first, second = (ends_of(group.parts["value"]) for group in groups)
            span = first.less(second)
            shown = span_text(signed(end, max(part.places, 0) + 1) for end in span)
            yield Case(entry, "value", {"": (span, span.turned)}, f"The medians differ by {shown}",
                       tuple(groups), excuse="unnamed_measure")  # fmt: skip


WHAT_TEST = "Which test, and of which patients, gives this P?"
SPREAD = "Are these standard deviations, standard errors or intervals, and of how many patients?"


TABLE = (
    Relation(
        "standardised.means",
        "A standardised difference, and means and deviations.",
        standardised,
        "By which standard deviation was the difference divided?",
    ),
    Relation(
        "standardised.t",
        "A standardised difference beside t, and its degrees of freedom.",
        standardised_of_t,
        "By which standard deviation was the difference divided?",
        of_sizes=True,
    ),
    Relation(
        "ratio.geometric",
        "A ratio of geometric means, and the geometric means of its groups.",
        geometric_ratios,
        "Is the ratio adjusted, and of which patients?",
    ),
    Relation(
        "ratio.error",
        "The interval of a ratio of geometric means, and the errors of both.",
        geometric_intervals,
        "Is the ratio one of the same patients twice?",
        of_sizes=True,
    ),
    Relation(
        "ratio.p",
        "A p, and the geometric means of its groups with their intervals.",
        geometric_p,
        WHAT_TEST,
        only_asks=True,
    ),
    Relation(
        "median.p",
        "Medians and quartiles, and p of the Mann-Whitney test.",
        median_tests,
        WHAT_TEST,
        of_sizes=True,
    ),
    Relation(
        "median.difference",
        "A difference of medians, and the medians.",
        median_differences,
        "Is it the difference of the medians or the median of the differences?",
    ),
)
