"""How far a printed p is from one that other numbers give, so that no test of them explains it."""

from math import log, sqrt

from trialtrace.audit.ledger.claim import MODEL, Claim
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.allow import (
    ADJUSTED_TIMES,
    COVARIATES,
    EXACT_TESTS,
    FARTHER_BELOW,
    LEVEL,
    LINEAR_MODELS,
    NEAR_ONE,
    NOT_NEAR,
    SLIGHTLY,
    STRATA,
    TESTS_OF_TIMES,
)
from trialtrace.audit.relations.ranges import TWO_SIDED, Span
from trialtrace.audit.relations.shapes import OF_TIMES, Table, p_range, z_of
from trialtrace.audit.relations.solvers.counts import KINDS, LOGS, p_values, wald_and_likelihood

OF_RANKS = ("mann_whitney", "log_rank")
OF_EVENTS = (*KINDS, "hazard_ratio", "rate_ratio", *LOGS)


def on_two_sides(component: Component, p: Span, least: float) -> bool:
    """Whether one is below `least` and the other above `NOT_NEAR`, over all that prints so."""
    low, high = p_range(component)
    return (p[1] < least and low >= NOT_NEAR) or (p[0] >= NOT_NEAR and high <= least)


def of_counts(table: Table, component: Component) -> bool:
    """Whether p is near that of the χ² test of the counts, so that it is theirs."""
    x1, n1, x0, n0 = table
    events, patients = x1 + x0, n1 + n0
    spread = events * (patients - events) * n1 * n0
    if not spread:
        return True
    z = abs(x1 * n0 - x0 * n1) * sqrt(patients / spread)
    low, high = z_of(p_range(component))
    return (
        high >= EXACT_TESTS.value * z and low <= z / EXACT_TESTS.value
    ) or low - 1 <= z <= high + 1


def of_no_test(table: Table, component: Component, p: Span) -> bool:
    """Whether a p of events is neither that of its interval, `p`, nor of any usual test of the
    counts: z is beyond a factor of `EXACT_TESTS` of each, and p decides otherwise or z is `STRATA`
    apart."""
    printed, counts = p_range(component), [table[:2], table[2:]]
    (lower, upper), (low, high) = z_of(p), z_of(printed)
    if high >= EXACT_TESTS.value * lower and low <= upper / EXACT_TESTS.value:
        return False
    otherwise = (p[1] < LEVEL <= printed[0]) or (printed[1] <= LEVEL < p[0])
    if (
        not otherwise
        and high >= EXACT_TESTS.value * lower - STRATA.value
        and low <= upper / EXACT_TESTS.value + STRATA.value
    ):
        return False
    tests = [*p_values(counts, TWO_SIDED).values(), *wald_and_likelihood(counts).values()]
    known = [z_of(Span(test, test))[0] for test in tests if test == test]
    return not any(high >= EXACT_TESTS.value * z and low <= z / EXACT_TESTS.value for z in known)


def apart_by(entry: Claim, b: float) -> float:
    """How far z of the p of a claim may be from that of Cox's model with a log ratio b near 0.

    Of 3,000 simulated trials of 60 to 800 patients with two to four strata and a covariate, and a
    ratio between 1/1.2 and 1.2, z of the log-rank test and of Cox's model differ by up to 0.2 where
    both or neither are stratified; where one alone is, or the model is adjusted, by up to 1.1 in 95
    of 100.
    """
    if abs(b) > NEAR_ONE.value:
        return 0.0
    return (
        SLIGHTLY.value
        if entry.stated_basis is None and entry.about.test is None
        else ADJUSTED_TIMES.value
    )


def near_no_difference(entry: Claim, component: Component, p: Span) -> bool:
    """Whether neither p is below `LEVEL`, and z of both are no further apart than tests may be.

    Of risks and odds, of two groups of 20 to 200 with 5 expected events or more, z of Fisher's
    exact test and of the corrected χ² test are at most `SLIGHTLY` below Wald's of a log ratio.
    """
    main, most = entry.parts.get("value"), SLIGHTLY.value
    if entry.measure in OF_TIMES:
        if main is None or main.bounds[0] <= 0:
            return False
        most = apart_by(entry, log(main.value or 1))
    (lower, upper), (low, high) = z_of(p), z_of(p_range(component))
    return min(p[1], p_range(component)[1]) > LEVEL and low - upper <= most and lower - high <= most


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
        return high < LINEAR_MODELS.value * lower or low > upper / LINEAR_MODELS.value
    if entry.measure == "mean_difference":
        return high < sqrt(max(lower * lower - COVARIATES.value * COVARIATES.value, 0.0))
    if entry.measure in OF_TIMES and not model:
        return on_two_sides(component, p, FARTHER_BELOW)
    if entry.measure not in (None, *KINDS, *LOGS, *OF_TIMES):
        return False
    if entry.measure in OF_TIMES and near_no_difference(entry, component, p):
        return False
    more = 0.0 if model else STRATA.value
    return high < EXACT_TESTS.value * lower - more or low > upper / EXACT_TESTS.value + more


def may_be_another(entry: Claim, component: Component, low: float, high: float) -> bool:
    """Whether p may be that of another test than the interval's, of events."""
    if entry.measure not in (None, *OF_EVENTS) or entry.tails != TWO_SIDED:
        return False
    if entry.measure in (*KINDS, *OF_TIMES) and near_no_difference(
        entry, component, Span(low, high)
    ):
        return True
    (least, most), (lower, upper) = z_of(Span(low, high)), z_of(p_range(component))
    near = EXACT_TESTS.value if entry.measure in (None, *KINDS) else TESTS_OF_TIMES.value
    return upper >= near * least and lower <= most / near
