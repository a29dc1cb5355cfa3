"""P of McNemar's tests that a difference of shares of the same patients leaves.

Of b and c pairs that differ among n the difference is (b - c) / n, and n² times the square of its
error b + c - (b - c)² / n. Sources: McNemar 1947; Fagerland et al. 2013. Oracle: R's mcnemar.test
and binom.test.
"""

from math import ceil, floor

from scipy.special import bdtr, chdtrc

from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, overlaps
from trialtrace.audit.relations.solvers.counts import as_proportion
from trialtrace.audit.relations.solvers.intervals import half_width_of, quantile_of


def patients(ledger: Ledger, entry: Claim) -> int | None:
    """How many patients were measured twice: the same number in both, or the claim's own."""
    sizes = {ledger.size_of(entry, group) for group in entry.about.compared}
    return entry.about.n or (sizes.pop() if len(sizes) == 1 else None)


def p_of_pairs(ledger: Ledger, entry: Claim, component: Component) -> bool:
    """Whether a p of the same patients can be that of McNemar's tests."""
    paired = {PAIRED, CROSSOVER} & set(entry.about.design or ())
    if not paired or entry.measure != "risk_difference" or entry.tails != TWO_SIDED:
        return False
    span = _range_of_pairs(ledger, entry)
    return span is not None and overlaps(component, *span)


def _range_of_pairs(ledger: Ledger, entry: Claim) -> Span | None:
    """The least and greatest p of McNemar's tests, exact, mid-p and of chi², on the pairs that
    differ, as many as a difference of shares and the usual interval of it leave.

    Of b and c such pairs among n the difference is (b - c) / n, and n² times the square of its
    error b + c - (b - c)² / n. Sources: McNemar 1947; Fagerland et al. 2013. Oracle: R's
    mcnemar.test and binom.test.
    """
    main, n = entry.main, patients(ledger, entry)
    if main is None or n is None or not entry.has_interval:
        return None
    scale = 1.0 if as_proportion(entry, main) else 100.0
    low, high = (abs(float(end)) * n / scale for end in main.bounds)
    least, most = half_width_of(entry).times(n / scale / quantile_of(entry))
    found = []
    for gap in range(ceil(min(low, high) - 0.01), floor(max(low, high) + 0.01) + 1):
        pairs = ceil(least**2 + gap**2 / n) - 1, floor(most**2 + gap**2 / n) + 1
        for both in range(max(pairs[0], gap, 1), min(pairs[1], n) + 1):
            if (both - gap) % 2 == 0:
                fewer = (both - gap) // 2
                exact = 2 * float(bdtr(fewer, both, 0.5))
                middle = exact / 2 + (float(bdtr(fewer - 1, both, 0.5)) if fewer else 0.0)
                plain = float(chdtrc(1, gap**2 / both))
                corrected = float(chdtrc(1, max(gap - 1, 0) ** 2 / both))
                found += [min(exact, 1.0), middle, plain, corrected]
    return Span(min(found), max(found)) if found else None


def least_and_greatest(spreads: list[Span]) -> Span:
    """The least and the greatest deviation of differences, of two deviations that print so."""
    (a1, b1), (a0, b0) = spreads
    return Span(max(a1 - b0, a0 - b1, 0.0), b1 + b0)
