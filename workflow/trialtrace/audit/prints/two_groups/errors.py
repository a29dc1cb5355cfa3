"""Standard errors against the deviation, the interval and the p beside them."""

from collections.abc import Iterator, Sequence
from math import inf, sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import DOUBT
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.prints.shared.two_groups import (
    KINDS,
    NARROWER,
    WIDER,
    as_proportion,
    intervals_of,
    table_of,
)
from trialtrace.audit.prints.two_groups import differences
from trialtrace.audit.prints.two_groups.comparisons import NEAR_THE_CRUDE
from trialtrace.audit.prints.two_groups.estimates import RATIOS
from trialtrace.audit.relations.ranges import as_range, ends_of, overlaps, span_of
from trialtrace.audit.relations.wording import BY_MODEL, p_span
from trialtrace.audit.summaries.count_tests import printing_the_same
from trialtrace.audit.summaries.estimates import (
    error_of_deviation,
    interval_of_error,
    p_of_estimate,
)
from trialtrace.audit.summaries.printed import Printed
from trialtrace.stats.results import StatsError

BOUNDS = ("ci_low", "ci_high")


@checks(
    "a standard error against the deviation, the interval and the p beside it; of a risk "
    "difference against the counts, in place of an interval that is another usual one than Wald's; "
    "of a difference of means against the deviations",
    {
        "error.deviation": "A standard error, and the deviation beside it.",
        "error.interval": "A standard error, and the interval of its estimate.",
        "error.counts": "The standard error of a risk difference, and the counts.",
        "error.means": "The standard error of a difference of means, and the deviations.",
        "error.p": "An estimate with its standard error, and p.",
    },
    of_sizes=(
        "error.deviation",
        "error.interval",
        "error.counts",
        "error.means",
        "error.p",
    ),
)
def check_errors(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if "se" not in entry.parts or entry.main is None or entry.main.relation != "=":
            continue
        # An error beside a ratio may be that of the ratio or of its logarithm.
        if entry.measure in RATIOS:
            continue
        n = ledger.size(entry) if entry.about.group else None
        if "sd" in entry.parts and n:
            yield _of_deviation(entry, n)
        usual = None if entry.basis is not None else _usual_intervals(ledger, entry)
        if usual is not None:
            yield _of_counts(ledger, entry, bool(usual))
        if entry.measure == "mean_difference" and entry.basis is None:
            yield from _of_means(ledger, entry)
        if entry.has_interval and (not usual or "wald" in usual):
            yield _of_interval(entry, _degrees(ledger, entry))
        if entry.numeric_p is not None and not entry.about.group:
            yield from _of_p(entry, _degrees(ledger, entry))


def _usual_intervals(ledger: Ledger, entry: Claim) -> list[str] | None:
    """Which intervals of a difference of the counts are printed; None of what is no such one."""
    table = table_of(ledger, entry)
    if entry.measure != "risk_difference" or table is None:
        return None
    if not entry.has_interval:
        return []
    every = intervals_of(table[1], KINDS[entry.measure], entry.confidence)
    low, high = (as_range(entry.parts[name]) for name in BOUNDS)
    return [*printing_the_same(every, low, high, factor=_points(entry))]


def _points(entry: Claim) -> int:
    return 1 if entry.main is not None and as_proportion(entry, entry.main) else 100


def _of_counts(ledger: Ledger, entry: Claim, crude: bool) -> Finding:
    """The error of a risk difference against that of the counts, pooled or not."""
    groups, (x1, n1, x0, n0) = table_of(ledger, entry) or ([], (0, 1, 0, 1))
    p1, p0, p, by = x1 / n1, x0 / n0, (x1 + x0) / (n1 + n0), _points(entry)
    own = p1 * (1 - p1)
    errors = [
        by * sqrt(own / (n1 - k) + p0 * (1 - p0) / (n0 - k)) for k in (0, 1) if min(n1, n0) > k
    ]
    errors.append(by * sqrt(p * (1 - p) * (1 / n1 + 1 / n0)))
    text = f"On {x1} of {n1} and {x0} of {n0} the difference has a standard error of "
    text += f"{errors[0]:.3g}"
    ends = (min(errors), max(errors))
    return _beside_the_crude(
        "error.counts", entry, ends, text, groups, narrower=NARROWER, crude=crude
    )


def _of_means(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """The error of a difference of means against that of the deviations, pooled or not."""
    groups = ledger.compared(entry, "value", "sd") or []
    sizes = [int(ledger.size(group) or 0) for group in groups]
    if entry.about.test not in differences.PLAIN or len(groups) != 2 or min(sizes) < 2:
        return
    spans = zip(*(ends_of(group.parts["sd"]) for group in groups), strict=True)
    n1, n0 = sizes
    errors = []
    for s1, s0 in spans:
        pooled = ((n1 - 1) * s1**2 + (n0 - 1) * s0**2) / (n1 + n0 - 2)
        errors += [sqrt(s1**2 / n1 + s0**2 / n0), sqrt(pooled * (1 / n1 + 1 / n0))]
    told = [f"{one.parts['sd'].text} of {n}" for one, n in zip(groups, sizes, strict=True)]
    text = f"On deviations of {' and '.join(told)} the difference has a standard error of "
    text += f"{errors[0]:.3g}"
    ends = (min(errors), max(errors))
    yield _beside_the_crude("error.means", entry, ends, text, groups, narrower=differences.NARROWER)


def _beside_the_crude(
    check: str,
    entry: Claim,
    errors: tuple[float, float],
    text: str,
    groups: Sequence[Claim],
    *,
    narrower: float,
    crude: bool = False,
) -> Finding:
    """The verdict on an error that strata or a model may have made narrower, or wider, than crude
    ones."""
    part, (low, high) = entry.parts["se"], errors
    agreement: str | bool = overlaps(part, low, high)
    if not agreement and not crude and narrower * low <= float(part.value or 0) <= WIDER * high:
        agreement, text = DOUBT, f"{NEAR_THE_CRUDE} {text}; printed is {part.text}.{BY_MODEL}"
    return verdict(check, entry, part, agreement, text, groups)


def _degrees(ledger: Ledger, entry: Claim) -> list[float]:
    """Degrees of freedom that the quantile may have, the most and the fewest.

    From the normal quantile to that of the smallest group alone; of 1 where no sizes are printed.
    """
    groups = [entry.about.group] if entry.about.group else list(entry.about.compared)
    sizes = [ledger.fewest_of(entry, group) for group in groups]
    known = [n for n in sizes if n is not None and n > 1]
    if not known or len(known) != len(sizes):
        return [inf, 1.0]
    return [inf, float(min(known) - 1)]


def _of_deviation(entry: Claim, n: int) -> Finding:
    sd, se = entry.parts["sd"], entry.parts["se"]
    low, high = span_of(error_of_deviation(as_range(sd), n))
    fits = overlaps(se, low, high)
    text = f"A standard deviation of {sd.text} in {n} patients is a standard error of {low:.3g} to "
    text += f"{high:.3g}"
    return verdict("error.deviation", entry, se, fits, text, covers=("sd",) if fits else ())


def _ranges(entry: Claim) -> tuple[Printed, Printed]:
    """What estimate and error stand for."""
    assert entry.main is not None
    return as_range(entry.main), as_range(entry.parts["se"])


def _of_interval(entry: Claim, degrees: list[float]) -> Finding:
    estimate, error = _ranges(entry)
    every = [
        interval_of_error(estimate, error, df=df, confidence=entry.confidence) for df in degrees
    ]
    first, last = (span_of(*ends) for ends in zip(*every, strict=True))
    fits = overlaps(entry.parts["ci_low"], *first) and overlaps(entry.parts["ci_high"], *last)
    text = f"Estimate and standard error give an interval from {_end(first)} to {_end(last)}"
    covers = ("ci_high", "se") if fits else ("ci_high",)
    return interval_verdict("error.interval", entry, fits, text, covers=covers)


def _end(ends: tuple[float, float]) -> str:
    """An end of an interval that is known to lie in a range."""
    low, high = (f"{end:.3g}".replace("-", "\N{MINUS SIGN}") for end in ends)
    return low if low == high else f"between {low} and {high}"


def _of_p(entry: Claim, degrees: list[float]) -> Iterator[Finding]:
    part, (estimate, error) = entry.parts["p"], _ranges(entry)
    findings, null = [], float(entry.about.margin_value or 0)
    for side in entry.tails:
        try:
            every = [p_of_estimate(estimate, error, null=null, df=df, sides=side) for df in degrees]
        except StatsError:
            return
        findings.append(span_of(*every))
    holding = [span for span in findings if overlaps(part, *span)]
    low, high = (holding or findings)[0]
    text, covers = f"Estimate and standard error give {p_span(low, high)}", ("se",)
    yield verdict("error.p", entry, part, bool(holding), text, covers=covers if holding else ())
