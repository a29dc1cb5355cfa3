"""Our side of the oracle: differences within pairs and correlations; see recompute.py."""

from collections.abc import Callable, Iterator
from math import nan

from trialtrace.stats import Interval, StatsError, TestResult
from trialtrace.stats.continuous.association import METHODS, correlation, correlation_test
from trialtrace.stats.continuous.means import paired_t
from trialtrace.stats.continuous.ratios import fold_change
from trialtrace.stats.continuous.signed_rank import ZEROS, pseudomedian, signed_rank

Numbers = Iterator[tuple[str, str, float]]
SIDES = ("two_sided", "greater", "less")
# The R script lists all signs of so many pairs.
PAIRS = 12


def pairs(cases: Callable) -> Numbers:
    for case, d in cases("two_samples.csv"):
        x, y = (d["value"][d["arm"] == arm] for arm in "xy")
        n = min(len(x), len(y), PAIRS)
        x, y = x[:n], y[:n]
        for zeros in ZEROS:
            for sides in SIDES:
                yield from _test(
                    case,
                    f"{zeros}.{sides}",
                    signed_rank,
                    x - y,
                    sides=sides,
                    zeros=zeros,
                    method="exact",
                )
        for level in (0.8, 0.95):
            yield from _interval(
                case, f"median.{level}", pseudomedian, x - y, confidence=level, method="exact"
            )
        for method in METHODS:
            for level in (0.8, 0.95):
                yield from _interval(
                    case, f"{method}.{level}", correlation, x, y, method=method, confidence=level
                )
            for sides in SIDES:
                name = f"{method}.test.{sides}"
                yield from _test(case, name, correlation_test, x, y, method=method, sides=sides)
        yield from _interval(case, "fold", fold_change, x - y, confidence=0.9)
        for sides in SIDES:
            yield from _test(case, f"paired_t.{sides}", paired_t, x - y, sides=sides)


def _interval(case: str, name: str, compute: Callable, *data, **options) -> Numbers:
    try:
        found = compute(*data, **options)
    except StatsError:
        found = Interval(nan, nan, nan)
    for part in ("estimate", "low", "high"):
        yield case, f"{name}.{part}", getattr(found, part)


def _test(case: str, name: str, compute: Callable, *data, **options) -> Numbers:
    try:
        found = compute(*data, **options)
    except StatsError:
        found = TestResult(nan, nan, nan)
    yield case, f"{name}.statistic", found.statistic
    yield case, f"{name}.p_value", found.p_value
