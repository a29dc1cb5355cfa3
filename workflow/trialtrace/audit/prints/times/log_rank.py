"""The p of a log-rank test beside a hazard ratio with its interval.

Both rest on one partial likelihood: the log-rank test is its score test at no difference, Wald's
the estimate over its error. Simulated (docs/figures.md, 15,191 trials of 20 to 800 patients
with exponential and crossing Weibull times): of two groups with five events or more each and a
ratio between 1/4 and 4, z of the first is 1.000 to 1.081 times z of the second. Ties and strata
change it further, so that a contradiction is told only well outside, and by more than one. Each
log-rank p of the comparison is held so, whatever other p stands beside it. Two log-rank tests of
one comparison are one number: p that differ contradict where z differ by more than one, and are
else a remark, since one may be of strata. A χ² without p has that of its degrees of freedom.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import log

from scipy.special import chdtrc, ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED
from trialtrace.audit.prints.agreements import DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.shared import corrections
from trialtrace.audit.prints.shared.p_sides import p_range, z_of
from trialtrace.audit.prints.times.hazards import MEASURE, PRINTED, of_ratio
from trialtrace.audit.prints.two_groups.estimates import p_of_interval
from trialtrace.audit.relations.ranges import TWO_SIDED, Span, ends_of
from trialtrace.audit.relations.solvers.interval_errors import errors_of_log
from trialtrace.audit.relations.wording import p_span

LEAST, MOST, APART = 0.8, 1.4, 1.0
"""By which factors, and by how much, z has to differ."""
SMALLEST, LARGEST = 1 / 4, 4.0
LEVEL = Decimal("0.05")
"""The level of "not significant" where none is said."""


@checks(
    "the p of a log-rank test against the hazard ratio and interval beside it: z of both differ "
    "by more than one and by a factor outside 0.8 to 1.4, where simulated trials have 1.00 to "
    "1.08; p or χ² of a log-rank test in two places, which contradict where z differ by more than "
    "one",
    {
        "hazard.log_rank": "The p of a log-rank test, and a hazard ratio with its interval.",
        "hazard.log_rank_twice": "A log-rank test of one comparison in two places.",
    },
)
def check_log_rank(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        yield from _twice(ledger, entry)
        if entry.measure != MEASURE or entry.stated_basis is not None or "value" not in entry.parts:
            continue
        if len(entry.about.compared) != 2 or not (error := errors_of_log(entry)):
            continue
        for found in _log_rank_ps(ledger, entry):
            for line in _apart(entry, error, *found):
                p = line.detail["wald_p"]
                yield corrections.told(ledger, *found, p, line, p_of_interval)


def _log_rank_ps(ledger: Ledger, entry: Claim) -> Iterator[tuple[Claim, Component]]:
    """Every log-rank p that is of a ratio: its own, and those apart; n.s. is a p above 0.05."""
    own = [entry] if "p" in entry.parts else []
    for one in dict.fromkeys(claim.name for claim in (*own, *of_ratio(ledger, entry))):
        claim = ledger.entries[one]
        data = claim.parts.get("p")
        if data is None or claim.about.test != "log_rank" or claim.tails != TWO_SIDED:
            continue
        if data.relation == "ns":
            yield claim, replace(data, relation=">", value=LEVEL, places=2)
        elif claim.tested is not None and data.relation in PRINTED:
            yield claim, data


def _twice(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A log-rank test and another one of the same before it, of which one prints its χ²."""
    if not entry.about.compared or (of_it := _p_of(entry)) is None:
        return
    for other in ledger.comparisons[entry.about.cell]:
        if other.name == entry.name:
            return
        theirs = _p_of(other) if _same_test(entry, other) else None
        if theirs is None or (of_it[0] < theirs[1] and theirs[0] < of_it[1]):
            continue
        (low, high), (bottom, top) = z_of(of_it), z_of(theirs)
        far = low - top > APART or bottom - high > APART
        part, its = (claim.parts.get("p") or claim.parts["statistic"] for claim in (entry, other))
        text = f"{part.text} here, while {other.place} has {its.text} of the same log-rank test"
        text += "." if far else ", of which one may be of strata."
        agreement = INCONSISTENT if far else DOUBT
        yield verdict("hazard.log_rank_twice", entry, part, agreement, text, [other])
        return


def _same_test(entry: Claim, other: Claim) -> bool:
    """Whether both are the log-rank test of one comparison, and one has its statistic."""
    if "statistic" not in {*entry.parts, *other.parts}:
        return False
    one, two = (
        (claim.paper, claim.stated_basis, claim.tails, about.compared, about.category, about.look)
        for claim in (entry, other)
        for about in (claim.about,)
    )
    return one == two


def _p_of(entry: Claim) -> Span | None:
    """P of a log-rank test, as printed, else by its χ² and degrees of freedom."""
    if entry.about.test != "log_rank" or entry.main is not None or entry.about.versus:
        return None
    statistic, degrees = entry.parts.get("statistic"), entry.parts.get("df1")
    if entry.tested is not None:
        return p_range(entry.tested)
    if statistic is None or degrees is None or "p" in entry.parts:
        return None
    if statistic.symbol != CHI_SQUARED:
        return None
    low, high = (max(float(end), 0.0) for end in statistic.bounds)
    df = float(degrees.value or 1)
    return Span(float(chdtrc(df, high)), float(chdtrc(df, low)))


def _apart(entry: Claim, error: Span, source: Claim, component: Component) -> Iterator[Finding]:
    ends = ends_of(entry.parts["value"])
    if not SMALLEST <= ends.low <= ends.high <= LARGEST or error.low <= 0:
        return
    least, most = Span(log(ends.low), log(ends.high)).sizes.over(error)
    low, high = z_of(p_range(component))
    below = high < LEAST * least and least - high > APART
    above = low > MOST * most and low - most > APART
    if not (below or above):
        return
    wald_p = 2 * float(ndtr(-most)), 2 * float(ndtr(-least))
    text = f"{entry.parts['value'].text} with {entry.interval} gives {p_span(*wald_p)} by Wald's "
    text += "test, and the log-rank test of the same patients lies near it"
    detail = {"wald_z": [least, most], "wald_p": wald_p, "printed_z": [low, high]}
    yield verdict("hazard.log_rank", source, component, INCONSISTENT, text, [entry], detail)
