"""Our side of the oracle: differences within pairs and correlations; see recompute.py."""

from oracle_tables import SIDES, Numbers, cases, ends_by, subject, tested_by

from trialtrace.stats.continuous.association import METHODS, correlation, correlation_test
from trialtrace.stats.continuous.means import paired_t
from trialtrace.stats.continuous.ratios import fold_change
from trialtrace.stats.continuous.signed_rank import ZEROS, pseudomedian, signed_rank

# The R script lists all signs of so many pairs.
PAIRS = 12


@subject("signed_rank")
def pairs() -> Numbers:
    for case, d in cases("two_samples.csv"):
        x, y = (d["value"][d["arm"] == arm] for arm in "xy")
        n = min(len(x), len(y), PAIRS)
        x, y = x[:n], y[:n]
        for zeros in ZEROS:
            for sides in SIDES:
                yield from tested_by(
                    case,
                    f"{zeros}.{sides}",
                    signed_rank,
                    x - y,
                    sides=sides,
                    zeros=zeros,
                    method="exact",
                )
        for level in (0.8, 0.95):
            yield from ends_by(
                case, f"median.{level}", pseudomedian, x - y, confidence=level, method="exact"
            )
        for method in METHODS:
            for level in (0.8, 0.95):
                yield from ends_by(
                    case, f"{method}.{level}", correlation, x, y, method=method, confidence=level
                )
            for sides in SIDES:
                name = f"{method}.test.{sides}"
                yield from tested_by(case, name, correlation_test, x, y, method=method, sides=sides)
        yield from ends_by(case, "fold", fold_change, x - y, confidence=0.9)
        for sides in SIDES:
            yield from tested_by(case, f"paired_t.{sides}", paired_t, x - y, sides=sides)
