"""The p of a log-rank test beside a hazard ratio with its interval.

Both rest on one partial likelihood: the log-rank test is its score test at no difference, Wald's
the estimate over its error. Simulated (docs/measured.md, 15,191 trials of 20 to 800 patients
with exponential and crossing Weibull times): of two groups with five events or more each and a
ratio between 1/4 and 4, z of the first is 1.000 to 1.081 times z of the second. Ties and strata
change it further, so that a contradiction is told only well outside, and by more than one.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import log

from scipy.special import ndtr

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import INCONSISTENT, TWO_SIDED, Card, Finding, ends_of, p_span
from trialtrace.audit.prints.shared import corrections
from trialtrace.audit.prints.shared.p_sides import p_range, z_of
from trialtrace.audit.prints.times.hazards import MEASURE, errors_of_log, of_ratio, p_beside
from trialtrace.audit.prints.two_groups.estimates import p_of_interval

LEAST, MOST, APART = 0.8, 1.4, 1.0
"""By which factors, and by how much, z has to differ."""
SMALLEST, LARGEST = 1 / 4, 4.0
LEVEL = Decimal("0.05")
"""The level of "not significant" where none is said."""

CARD = Card(
    "the p of a log-rank test against the hazard ratio and interval beside it: z of both differ "
    "by more than one and by a factor outside 0.8 to 1.4, where simulated trials have 1.00 to 1.08",
    {"hazard.log_rank": "The p of a log-rank test, and a hazard ratio with its interval."},
)


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.measure != MEASURE or entry.stated_basis is not None or "value" not in entry.parts:
            continue
        if len(entry.about.compared) != 2 or not (error := errors_of_log(entry)):
            continue
        found = p_beside(ledger, entry) or _not_significant(ledger, entry)
        if found is None or found[0].about.test != "log_rank" or found[0].tails != TWO_SIDED:
            continue
        for line in _apart(entry, error, *found):
            p = line.detail["wald_p"]
            yield corrections.told(ledger, *found, p, line, p_of_interval)


def _not_significant(ledger: Ledger, entry: Claim) -> tuple[Claim, Component] | None:
    """The claim whose p is that of the ratio and prints n.s., as a p above 0.05."""
    found = [
        (one, replace(data, relation=">", value=LEVEL, places=2))
        for one in ([entry] if "p" in entry.parts else of_ratio(ledger, entry))
        if (data := one.parts.get("p")) is not None and data.relation == "ns"
    ]
    return found[0] if len({one.about.test for one, _ in found}) == 1 else None


def _apart(
    entry: Claim, error: tuple[float, float], source: Claim, component: Component
) -> Iterator[Finding]:
    ends = ends_of(entry.parts["value"])
    if not SMALLEST <= ends[0] <= ends[1] <= LARGEST or error[0] <= 0:
        return
    logs = [abs(log(end)) for end in ends]
    least = 0.0 if ends[0] <= 1 <= ends[1] else min(logs) / error[1]
    most = max(logs) / error[0]
    low, high = z_of(p_range(component))
    below = high < LEAST * least and least - high > APART
    above = low > MOST * most and low - most > APART
    if not (below or above):
        return
    wald_p = 2 * float(ndtr(-most)), 2 * float(ndtr(-least))
    text = (
        f"{entry.parts['value'].text} with {entry.parts['ci_low'].text} to "
        f"{entry.parts['ci_high'].text} gives {p_span(*wald_p)} by Wald's test, and the "
        f"log-rank test of the same patients lies near it; printed is {component.text}."
    )
    beside = () if source.name == entry.name else (entry.name,)
    detail = {"wald_z": [least, most], "wald_p": wald_p, "printed_z": [low, high]}
    yield Finding("hazard.log_rank", source.name, "p", INCONSISTENT, text, beside, detail)
