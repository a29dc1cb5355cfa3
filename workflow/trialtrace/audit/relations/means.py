"""Means, medians and their spreads in two groups or more: tests, differences, effects."""

from collections.abc import Iterator, Sequence
from math import sqrt

from scipy.special import fdtrc

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import Case, Relation, Way
from trialtrace.audit.relations.ranges import (
    TWO_SIDED,
    Span,
    as_range,
    ends_of,
    span_of,
    unsigned,
)
from trialtrace.audit.relations.shapes import (
    BOTH,
    comparisons,
    deviations,
    is_paired,
    of_fewer,
    p_range,
    plain,
    sizes_of,
    tested_comparisons,
    unnamed,
    with_spreads,
    z_of,
)
from trialtrace.audit.relations.solvers.interval_errors import (
    half_width_of,
)
from trialtrace.audit.relations.solvers.widths import half_widths
from trialtrace.audit.relations.wording import TURNED, p_span, signed, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, f_of_means
from trialtrace.audit.summaries.mean_tests import t_test_p
from trialtrace.audit.summaries.printed import Printed, together
from trialtrace.stats.results import StatsError

PLAIN = (None, "t", "welch")
TESTS = {"t": ("pooled", "Student's t test"), "welch": ("welch", "Welch's t test")}
OTHER_WAY = f"with {TURNED}"
GEOMETRIC = "geometric_mean"
SMALLEST = 8
"""Fewest patients of a group of whom the normal approximation of ranks is used."""
FEWEST = 3
FAR, Z_OF_LEVEL = 2.5, 1.96


def mean_tests(ledger: Ledger) -> Iterator[Case]:
    """P of the t tests over all means and spreads that print as given."""
    for entry in tested_comparisons(ledger):
        groups = with_spreads(ledger, entry)
        sizes = None if groups is None else sizes_of(ledger, groups)
        if groups is None or len(groups) != 2 or sizes is None:
            continue
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
            continue
        low, high = min(s.low for s in known), max(s.high for s in known)
        text = f"Over all means and spreads that print so the t tests give {p_span(low, high)}"
        above = entry.parts["p"].relation in (">", ">=") and high < 1e-4
        excuse = unnamed(entry, *TESTS)
        if excuse == "unnamed_test" and above:
            excuse = None
        stated = TESTS[entry.about.test][1] if entry.about.test == "welch" else None
        if entry.tails != TWO_SIDED or entry.sides == "two_sided" or above:
            others = {}
        yield Case(
            entry,
            "p",
            ways,
            text,
            tuple(groups),
            others,
            stated=stated,
            excuse=excuse,
            detail={"low": low, "high": high},
        )


def _p(
    groups: Sequence[Claim], n: Sequence[int], variance: str, sides: str, spreads: list[Printed]
) -> Span | None:
    (one, other), (sd1, sd0) = (as_range(group.parts["value"]) for group in groups), spreads
    try:
        found = t_test_p(one, sd1, n[0], other, sd0, n[1], variance=variance, sides=sides)
        return span_of(found)
    except StatsError:
        return None


def variance_tests(ledger: Ledger) -> Iterator[Case]:
    """P of all groups' means by the analysis of variance, of three groups or more."""
    for entry in tested_comparisons(ledger):
        groups = with_spreads(ledger, entry)
        sizes = None if groups is None else sizes_of(ledger, groups)
        if groups is None or not 3 <= len(groups) <= MOST_GROUPS or sizes is None:
            continue
        if "statistic" in entry.parts or entry.tails != TWO_SIDED:
            continue
        ways: dict[str, Way] = {}
        means = together(as_range(group.parts["value"]) for group in groups)
        low, high, df = 1.0, 0.0, (len(groups) - 1, sum(sizes) - len(groups))
        for k, spreads in enumerate(deviations(groups, sizes)):
            try:
                f = span_of(f_of_means(means, together(spreads), sizes))
            except StatsError:
                continue
            p = Span(float(fdtrc(*df, f.high)), float(fdtrc(*df, f.low)))
            ways[f"analysis of variance {k}"] = p
            low, high = min(low, p.low), max(high, p.high)
        if ways:
            text = f"The analysis of variance of these means gives {p_span(low, high)}"
            excuse = unnamed(entry, "anova")
            (least, most), (a, b) = z_of(Span(low, high)), z_of(p_range(entry.parts["p"]))
            near = b >= allow.EXACT_TESTS.value * least and a <= most / allow.EXACT_TESTS.value
            excuse = "other_test" if excuse == "unnamed_test" and near else excuse
            yield Case(entry, "p", ways, text, tuple(groups), excuse=excuse,
                       detail={"low": low, "high": high})  # fmt: skip


# --- differences --------------------------------------------------------------------------------


def _differences(ledger: Ledger) -> Iterator[tuple[Claim, list[Claim]]]:
    """Differences of means that need be the plain ones, with the means of both groups."""
    for entry in comparisons(ledger, groups=2):
        main = entry.parts.get("value")
        if entry.measure != "mean_difference" or main is None or not plain(main):
            continue
        if entry.basis and not entry.plain_estimate:
            if main.adjusted:
                means = [
                    ledger.agreed(filter(_is_adjusted, ledger.beside(entry, group)), "value")
                    for group in entry.about.compared
                ]
                known = [mean for mean in means if mean is not None]
                if len(known) == len(means):
                    yield entry, known
            continue
        groups = ledger.compared(entry, "value", "sd") or with_spreads(ledger, entry)
        if groups is None:
            bare = ledger.compared(entry, "value") or ()
            called = all(one.parts["value"].symbol == "mean" and not one.basis for one in bare)
            groups = list(bare) if bare and called else None
        if groups is not None and len(groups) == 2:
            yield entry, groups


def _is_adjusted(entry: Claim) -> bool:
    value = entry.parts.get("value")
    return value is not None and value.adjusted and value.symbol == "mean"


def differences(ledger: Ledger) -> Iterator[Case]:
    """A difference of means against the means of the groups."""
    for entry, groups in _differences(ledger):
        first, second = (ends_of(group.parts["value"]) for group in groups)
        span = first.less(second)
        free = unsigned(entry)
        ways: dict[str, Way] = {"of the means": (span, span.turned) if free else span}
        others: dict[str, Way] = {OTHER_WAY: span.turned}
        low, high = (signed(end, max(entry.parts["value"].places, 0) + 1) for end in span)
        fewer = is_paired(entry) and of_fewer(ledger, entry, groups)
        excuse = "other_patients" if fewer else None
        if entry.about.test not in PLAIN:
            excuse = "maybe_adjusted"
        text = f"The means differ by {span_text((low, high))}"
        yield Case(entry, "value", ways, text, tuple(groups), others, excuse=excuse,
                   detail=span._asdict())  # fmt: skip


def difference_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a difference of means against the deviations of the groups."""
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
        first, second = (ends_of(group.parts["value"]) for group in groups)
        span = first.less(second)
        main = ends_of(entry.parts["value"])
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
        least, most = min(one.low for one in known), max(one.high for one in known)
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
        yield Case(
            entry,
            "ci_low",
            {"": bool(fit)},
            text,
            tuple(groups),
            excuse=excuse,
            covers=("ci_high",),
            shown=entry.interval,
            rests=rests,
        )


def difference_errors(ledger: Ledger) -> Iterator[Case]:
    """The interval of a difference far narrower than the errors of both means allow.

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
            yield Case(entry, "ci_low", {"": fit}, text, tuple(groups), covers=("ci_high",),
                       shown=entry.interval, rests=(allow.ADJUSTED_MEANS,))  # fmt: skip


def _half(claim: Claim, confidence: float) -> float:
    """The least half width of the interval of a mean, as printed or of its error; 0 if unknown."""
    from scipy.special import ndtri

    if "se" in claim.parts:
        return float(ndtri(0.5 + confidence / 2)) * max(ends_of(claim.parts["se"]).low, 0.0)
    alike = claim.has_interval and claim.confidence == confidence
    return half_width_of(claim).low if alike else 0.0


def large_effects(ledger: Ledger) -> Iterator[Case]:
    """A difference of means of more deviations than trials have."""
    for entry in comparisons(ledger, groups=2):
        groups = ledger.compared(entry, "value", "sd")
        if groups is None or any(group.basis for group in groups) or not entry.main:
            continue
        spreads = [ends_of(group.parts["sd"]) for group in groups]
        first, second = (ends_of(group.parts["value"]) for group in groups)
        least = first.less(second).sizes.low
        largest = max(span.high for span in spreads)
        if largest <= 0 or any(group.parts["sd"].symbol == UNSAID for group in groups):
            continue
        d = least / largest
        fit = d <= allow.LARGEST_EFFECT.value
        if not fit:
            text = f"The means differ by {d:.1f} deviations or more."
            yield Case(entry, entry.main.name, {"": fit}, text, tuple(groups))


WHAT_TEST = "Which test, and of which patients, gives this P?"
SPREAD = "Are these standard deviations, standard errors or intervals, and of how many patients?"
TABLE = (
    Relation(
        "p.means",
        "Means, spreads and sizes of two groups, and p of the t tests.",
        mean_tests,
        WHAT_TEST,
        of_sizes=True,
    ),
    Relation(
        "p.group_means",
        "Means, spreads and sizes of three groups or more, and p of all.",
        variance_tests,
        WHAT_TEST,
        of_sizes=True,
    ),
    Relation(
        "difference.estimate",
        "A difference of means, and the means of the groups.",
        differences,
        "Is the difference adjusted, and of which patients?",
    ),
    Relation(
        "difference.interval",
        "The interval of a difference of means, and the deviations.",
        difference_intervals,
        SPREAD,
    ),
    Relation(
        "difference.error",
        "The interval of a difference of means, and the errors of both means.",
        difference_errors,
        SPREAD,
    ),
    Relation(
        "difference.large",
        "A difference of means, and the deviations.",
        large_effects,
        SPREAD,
        only_asks=True,
    ),
)
