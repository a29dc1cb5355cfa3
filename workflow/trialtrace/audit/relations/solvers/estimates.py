"""Estimates with their interval, on the scale on which it is centred: which p both give.

A ratio is judged on the log scale, a relative reduction of x % as the ratio 1 - x/100, a difference
as it stands. A p may be that of a margin in place of no difference.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import inf, log, sqrt

from trialtrace.audit.ledger.claim import MODEL, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, as_range, span_of
from trialtrace.audit.relations.shapes import OF_TIMES, Table, p_range, within, z_of
from trialtrace.audit.relations.shapes import RATIOS as OF_EVENTS
from trialtrace.audit.relations.solvers.counts import KINDS, LOGS, p_values, wald_and_likelihood
from trialtrace.audit.relations.solvers.intervals import MOST_UNEVEN, logs, most_uneven, unevenness
from trialtrace.audit.summaries.estimates import EstimateCheck, check_estimate
from trialtrace.audit.summaries.printed import Printed
from trialtrace.stats.results import StatsError

REDUCTION = "relative_reduction"
RATIOS = (*OF_EVENTS, REDUCTION, "geometric_mean_ratio", "win_ratio", "ratio")


DIFFERENCES = (
    *("risk_difference", "mean_difference", "restricted_mean_difference", "difference"),
    *LOGS,
)


WHOLE = Decimal(100)


FEWEST_DF = 8.0
"""Fewest degrees of freedom of a difference of means of groups whose sizes are not printed."""


@dataclass(frozen=True)
class OnScale:
    """An estimate with its bounds, as a ratio or a difference, and the value that p is about."""

    scale: str
    estimate: Printed
    low: Printed
    high: Printed
    null: float


def on_scale(entry: Claim, main: Component) -> OnScale | None:
    """None for what is neither a ratio nor a difference."""
    measure, percent = entry.measure, "percent" in entry.parts
    low, high, margin = entry.parts["ci_low"], entry.parts["ci_high"], entry.about.margin_value
    if measure in DIFFERENCES or _is_unnamed_difference(entry):
        by = Fraction(1, 100) if percent else Fraction(1)
        null = float(margin * Decimal(by.numerator) / by.denominator) if margin else 0.0
        middle, lower, upper = (as_range(part).scaled(by) for part in (main, low, high))
        return OnScale("identity", middle, lower, upper, null)
    if measure not in RATIOS:
        return None
    if not percent and measure != REDUCTION:
        return OnScale("log", as_range(main), as_range(low), as_range(high), float(margin or 1))
    if main.word is None and measure != REDUCTION:
        return None
    whole = WHOLE if percent else Decimal(1)
    sign = 1 if main.word == "higher" else -1
    # A reduction of x % is the ratio 1 - x / 100, so that its upper bound is the ratio's lower one.
    ends = (low, high) if sign == 1 else (high, low)
    ratio, lower, upper = (
        as_range(replace(part, value=whole + sign * (part.value or 0))).scaled(1 / Fraction(whole))
        for part in (main, *ends)
    )
    return OnScale("log", ratio, lower, upper, float(1 + sign * (margin or 0) / whole))


def _is_unnamed_difference(entry: Claim) -> bool:
    """Whether a comparison that nothing names, of two groups or called a difference, is no ratio,
    for a number of it is below 0."""
    parts = [entry.parts.get(name) for name in ("value", "ci_low", "ci_high")]
    called = not entry.about.group and entry.printed.startswith("difference ")
    two = called or len(entry.about.compared) == 2
    compared = entry.measure is None and two and parts[0] is not None
    return compared and any(part is not None and (part.value or 0) < 0 for part in parts)


def p_of_interval(ledger: Ledger, entry: Claim) -> Span | None:
    """P of no difference that the interval of an estimate leaves, of two sides.

    Over what prints so, over the scales on which it may be centred, and all degrees of freedom.
    """
    main = entry.main
    if main is None or main.relation != "=" or not entry.has_interval:
        return None
    given = None if entry.credible else on_scale(entry, main)
    if given is None or entry.measure is None or entry.about.margin_value is not None:
        return None
    degrees = degrees_of(ledger, entry)
    every = [
        one_check(entry, scale, df, "two_sided") for scale in scales(entry, given) for df in degrees
    ]
    found = [estimate_check.p_of_bounds for estimate_check in every if estimate_check is not None]
    return span_of(*found) if found else None


def scales(entry: Claim, scaled: OnScale) -> list[OnScale]:
    """A ratio's interval is centred on the log scale as a rule, by some models as it stands."""
    plain = scaled.scale == "log" and entry.about.interval != "log"
    return [scaled, replace(scaled, scale="identity")] if plain else [scaled]


def every_check(ledger: Ledger, entry: Claim, scale: OnScale) -> dict[str, list[EstimateCheck]]:
    """By side of the test, with every number of degrees of freedom."""
    degrees = degrees_of(ledger, entry)
    checks = {side: [one_check(entry, scale, df, side) for df in degrees] for side in tails(entry)}
    return {
        side: [estimate_check for estimate_check in own if estimate_check is not None]
        for side, own in checks.items()
    }


def is_far(entry: Claim, scaled: OnScale) -> bool:
    """Whether an interval lies further to one side than any usual one, on its best scale."""
    _, *others = scales(entry, scaled)
    for one in others:
        checked = one_check(entry, one, inf, "two_sided")
        if checked is None or checked.symmetric:
            return False
    ends = [
        [float(end) for end in part.bounds] for part in (scaled.low, scaled.estimate, scaled.high)
    ]
    if scaled.scale == "log":
        low, middle, high = map(logs, ends)
        return unevenness(low, middle, high) > most_uneven(low, high, entry.confidence)
    low, middle, high = ((least, most) for least, most in ends)
    return unevenness(low, middle, high) > MOST_UNEVEN


def spans(by_side: dict[str, list[EstimateCheck]]) -> list[Span]:
    """By side, p from least to greatest over the degrees of freedom.

    Between two of them p takes every value: those of Welch's test lie between.
    """
    sides = [
        [estimate_check.p for estimate_check in estimate_checks if estimate_check.symmetric]
        for estimate_checks in by_side.values()
    ]
    return [span_of(*side) for side in sides if side]


def one_check(entry: Claim, scaled: OnScale, df: float, side: str) -> EstimateCheck | None:
    try:
        return check_estimate(
            scaled.estimate,
            scaled.low,
            scaled.high,
            scale=scaled.scale,
            null=scaled.null,
            df=df,
            confidence=entry.confidence,
            sides=side,
        )
    except StatsError:
        return None


def degrees_of(ledger: Ledger, entry: Claim) -> list[float]:
    """Degrees of freedom of the interval: for means the t test's, from least to most, and none.

    `FEWEST_DF` where no size is known.
    """
    if entry.measure not in (None, "mean_difference"):
        return [inf]
    if entry.measure is None or len(entry.about.compared) != 2:
        return [inf, FEWEST_DF]
    sizes = [ledger.fewest_of(entry, group) for group in entry.about.compared]
    if None in sizes:
        return [inf, FEWEST_DF]
    known = [int(size or 0) for size in sizes]
    return [inf, *(float(df) for df in (sum(known) - 2, min(known) - 1) if df > 0)]


def tails(entry: Claim) -> tuple[str, ...]:
    """The sides of p; against a margin it is printed with two or with one, often not said which."""
    if entry.about.margin_value is not None and entry.about.sides is None:
        return ("two_sided", "less", "greater")
    return entry.tails


OF_RANKS = ("mann_whitney", "log_rank")
BY_EVENTS = (*KINDS, "hazard_ratio", "rate_ratio", *LOGS)


def on_two_sides(component: Component, p: Span, least: float) -> bool:
    """Whether one is below `least` and the other above `NOT_NEAR`, over all that prints so."""
    low, high = p_range(component)
    return (p[1] < least and low >= allow.NOT_NEAR) or (p[0] >= allow.NOT_NEAR and high <= least)


def of_counts(table: Table, component: Component) -> bool:
    """Whether p is near that of the χ² test of the counts, so that it is theirs."""
    x1, n1, x0, n0 = table
    events, patients = x1 + x0, n1 + n0
    spread = events * (patients - events) * n1 * n0
    if not spread:
        return True
    z = abs(x1 * n0 - x0 * n1) * sqrt(patients / spread)
    low, high = z_of(p_range(component))
    by = allow.EXACT_TESTS.value
    return (high >= by * z and low <= z / by) or low - 1 <= z <= high + 1


def of_no_test(table: Table, component: Component, p: Span) -> bool:
    """Whether a p of events is neither that of its interval, `p`, nor of any usual test of the
    counts: z is beyond a factor of `EXACT_TESTS` of each, and p decides otherwise or z is `STRATA`
    apart."""
    printed, counts, by = p_range(component), [table[:2], table[2:]], allow.EXACT_TESTS.value
    otherwise = (p[1] < allow.LEVEL <= printed[0]) or (printed[1] <= allow.LEVEL < p[0])
    if within(component, p, by, 0.0 if otherwise else allow.STRATA.value):
        return False
    tests = [*p_values(counts, TWO_SIDED).values(), *wald_and_likelihood(counts).values()]
    return not any(within(component, Span(one, one), by) for one in tests if one == one)


def apart_by(entry: Claim, b: float) -> float:
    """How far z of the p of a claim may be from that of Cox's model with a log ratio b near 0.

    Of 3,000 simulated trials of 60 to 800 patients with two to four strata and a covariate, and a
    ratio between 1/1.2 and 1.2, z of the log-rank test and of Cox's model differ by up to 0.2 where
    both or neither are stratified; where one alone is, or the model is adjusted, by up to 1.1 in 95
    of 100.
    """
    if abs(b) > allow.NEAR_ONE.value:
        return 0.0
    return (
        allow.SLIGHTLY.value
        if entry.stated_basis is None and entry.about.test is None
        else allow.ADJUSTED_TIMES.value
    )


def near_no_difference(entry: Claim, component: Component, p: Span) -> bool:
    """Whether neither p is below `LEVEL`, and z of both are no further apart than tests may be.

    Of risks and odds, of two groups of 20 to 200 with 5 expected events or more, z of Fisher's
    exact test and of the corrected χ² test are at most `SLIGHTLY` below Wald's of a log ratio.
    """
    main, most = entry.parts.get("value"), allow.SLIGHTLY.value
    if entry.measure in OF_TIMES:
        if main is None or main.bounds[0] <= 0:
            return False
        most = apart_by(entry, log(main.value or 1))
    (lower, upper), (low, high) = z_of(p), z_of(p_range(component))
    return (
        min(p[1], p_range(component)[1]) > allow.LEVEL
        and low - upper <= most
        and lower - high <= most
    )


def of_no_such_test(entry: Claim, component: Component, p: Span) -> bool:
    """Whether a p of a stated test is too far from p of the interval that it is printed with.

    Estimate, interval and p of one model are of one analysis: Wald's, score, likelihood-ratio and
    F tests of it lie near each other. Of means, a p that adjusts for covariates beside a difference
    that does not may be any amount stronger; weaker it is only as far as the groups differ in the
    covariates: z' = (z - r d) / √(1 - r²) is at least √(z² - d²), whatever the correlation r. Tests
    of ranks, and those of times of which no model is stated, go by other numbers.
    """
    test, model = entry.about.test, entry.stated_basis == MODEL
    if test is None or test in OF_RANKS or entry.about.margin is not None:
        return False
    if entry.tails != TWO_SIDED or entry.about.versus:
        return False
    (lower, upper), (low, high) = z_of(p), z_of(p_range(component))
    if entry.measure == "mean_difference" and model:
        return high < allow.LINEAR_MODELS.value * lower or low > upper / allow.LINEAR_MODELS.value
    if entry.measure == "mean_difference":
        return high < sqrt(
            max(lower * lower - allow.COVARIATES.value * allow.COVARIATES.value, 0.0)
        )
    if entry.measure in OF_TIMES and not model:
        return on_two_sides(component, p, allow.FARTHER_BELOW)
    if entry.measure not in (None, *KINDS, *LOGS, *OF_TIMES):
        return False
    if entry.measure in OF_TIMES and near_no_difference(entry, component, p):
        return False
    return not within(component, p, allow.EXACT_TESTS.value, 0.0 if model else allow.STRATA.value)


def may_be_another(entry: Claim, component: Component, low: float, high: float) -> bool:
    """Whether p may be that of another test than the interval's, of events."""
    if entry.measure not in (None, *BY_EVENTS) or entry.tails != TWO_SIDED:
        return False
    if entry.measure in (*KINDS, *OF_TIMES) and near_no_difference(
        entry, component, Span(low, high)
    ):
        return True
    near = allow.EXACT_TESTS if entry.measure in (None, *KINDS) else allow.TESTS_OF_TIMES
    return within(component, Span(low, high), near.value)
