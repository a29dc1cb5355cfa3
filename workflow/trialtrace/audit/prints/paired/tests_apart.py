"""The t of a paired comparison against its estimate and interval, or error, printed apart.

Of one set of differences t is their mean over its standard error, and the interval is the mean with
q standard errors to either side, q of Student's t of the same degrees of freedom or, of an interval
by the normal distribution, 1.96. So |t| is |estimate| over that error, whatever the correlation. A
crossover's model may take periods out of one and not of the other, so that it is a question.
Source: Student 1908. Oracle: scipy's ttest_rel on made values.
"""

from collections.abc import Iterator
from math import inf

from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import DOUBT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import Span, either_way, ends_of
from trialtrace.audit.relations.solvers.interval_errors import half_width_of, quantile_of

TESTS = (None, "t")
BOUNDS = ("ci_low", "ci_high")


@checks(
    "the t of a paired comparison (`design: [paired]` or `[crossover]`) against estimate and "
    "interval, or standard error, of the same comparison: |t| is the estimate over its error, by "
    "Student's quantile of its degrees of freedom or the normal one; of a crossover a question",
    {"paired.t": "The t of a paired comparison, and the estimate with its interval or error."},
)
def check_tests_apart(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        statistic, degrees = entry.parts.get("statistic"), entry.parts.get("df1")
        if statistic is None or statistic.symbol != "t" or degrees is None:
            continue
        if not degrees.value or not _is_paired(entry) or entry.about.test not in TESTS:
            continue
        for other in _same(ledger, entry):
            yield from _held(entry, other, float(degrees.value))


def _is_paired(entry: Claim) -> bool:
    """Whether it is of the same patients twice, and of no more than that."""
    return entry.about.design in ((PAIRED,), (CROSSOVER,)) and not entry.about.versus


def _same(ledger: Ledger, entry: Claim) -> list[Claim]:
    """The estimates of the same difference, with an interval of no other method or an error."""
    if entry.about.group is not None:
        claims = ledger.beside(entry, entry.about.group)
    else:
        claims = ledger.comparisons[entry.about.cell]
    return [
        claim
        for claim in claims
        if claim.about.compared == entry.about.compared
        if claim.about.category == entry.about.category and claim.paper == entry.paper
        if claim.about.design == entry.about.design and claim.about.interval is None
        if entry.main is None or claim is entry
        if claim.main is not None and claim.main.relation == "=" and not claim.main.adjusted
        if claim.measure == "mean_difference"
        or (claim.about.group and claim.main.symbol != "median")
        if claim.has_interval or "se" in claim.parts
        if "ci_low" not in claim.parts or claim.parts["ci_low"].symbol != "credible"
    ]


def _held(entry: Claim, other: Claim, df: float) -> Iterator[Finding]:
    statistic, errors = entry.parts["statistic"], _errors(other, df)
    if other.main is None or errors is None:
        return
    near, far = ends_of(other.main).sizes
    t = Span(near / errors.high, far / errors.low if errors.low > 0 else inf)
    spread = other.interval if "se" not in other.parts else ""
    spread = spread or f"a standard error of {other.parts['se'].text}"
    text = f"{other.main.text} with {spread} makes |t| of {df:g} degrees of freedom "
    text += f"{t.low:.2f} to {t.high:.2f}"
    agreement: str | bool = either_way(statistic, t)
    if not agreement and entry.about.design == (CROSSOVER,):
        agreement = DOUBT
    yield verdict("paired.t", entry, statistic, agreement, text, [other])


def _errors(claim: Claim, df: float) -> Span | None:
    """The least and the greatest standard error that is printed, or that an interval stands for."""
    if "se" in claim.parts:
        span = ends_of(claim.parts["se"])
        return span if span.high > 0 else None
    low, high = half_width_of(claim)
    return Span(low / quantile_of(claim, df), high / quantile_of(claim)) if high > 0 else None
