"""Standardised differences of means against the means and deviations, or against t.

A difference of means over a standard deviation: the pooled one (Cohen 1988), that of one group
(Glass 1976), or the root of the mean of both variances; times Hedges' factor 1 - 3 / (4 df - 1)
(1981) or not. All these deviations lie between those of the groups, so that the difference has
bounds whatever the numbers of patients are, which only Hedges' factor asks for. What lies outside
of all of these, over everything that prints as given, contradicts.
From Student's t of two groups Cohen's d is t √(1/n₁ + 1/n₀), or 2 t / √df where sizes are taken as
equal; of paired values t / √n. Oracle: the formulas in R.
"""

from collections.abc import Iterator, Sequence
from math import inf, sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import STANDARDISED, UNSAID
from trialtrace.audit.prints.agreements import NOT_CHECKABLE
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import Span, either_way, ends_of
from trialtrace.audit.relations.wording import NOT_CHECKED, span_text

MEASURE = "standardised_difference"
FEWEST = 3
"""Fewest patients of a group: what is unknown or assumed is taken for it, as the widest bounds."""


@checks(
    "a standardised difference (Cohen's d, Hedges' g) against the means and deviations by every "
    "usual deviation, or against t and its degrees of freedom",
    {
        "standardised.means": "A standardised difference, and means and deviations.",
        "standardised.bounds": "The same, whatever the numbers of patients are.",
        "standardised.t": "A standardised difference beside t, and its degrees of freedom.",
    },
    of_sizes=("standardised.means", "standardised.t"),
)
def check_standardised(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if len(entry.about.compared) != 2 or entry.stated_basis is not None:
            continue
        effect = entry.parts.get("effect")
        if entry.measure == MEASURE and "value" in entry.parts:
            yield from _of_means(ledger, entry, entry.parts["value"])
        elif effect is not None and effect.symbol == STANDARDISED:
            findings = list(_of_means(ledger, entry, effect))
            yield from findings
            if "statistic" in entry.parts and entry.parts["statistic"].symbol == "t":
                yield from _of_t(ledger, entry, effect)


def hedges(df: float) -> float:
    """Hedges' factor. Source: Hedges 1981, the usual approximation."""
    return 1 - 3 / (4 * df - 1)


def of_means(means: Sequence[Span], spreads: Sequence[Span], n: Sequence[int] | None) -> Span:
    """Least and greatest size of a standardised difference by every usual deviation.

    The deviation lies between the smaller and the greater of both, and so do the pooled one and
    the root of the mean of the variances; Hedges' factor is of the fewest degrees of freedom.
    """
    small, large = means[0].less(means[1]).sizes
    least, most = min(end for end, _ in spreads), max(end for _, end in spreads)
    factor = 1.0 if n is None else hedges(max(min(n) - 1, 1))
    return Span(small / most * factor if most > 0 else 0.0, large / least if least > 0 else inf)


def _of_means(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    groups = ledger.compared(entry, "value", "sd")
    if groups is None or component.relation != "=":
        return
    if any(group.parts["sd"].symbol == UNSAID or "se" in group.parts for group in groups):
        return
    sizes = [ledger.size(group) for group in groups]
    free = None in sizes or any(map(ledger.assumed, groups))
    known = [FEWEST] * len(groups) if free else [int(n or 0) for n in sizes]
    if min(known) < FEWEST:
        return
    means, spreads = ([ends_of(group.parts[name]) for group in groups] for name in ("value", "sd"))
    span = of_means(means, spreads, known)
    text = "The printed means and deviations give a standardised difference of "
    text += span_text(f"{end:.2f}" for end in span)
    agreement: str | bool = either_way(component, span)
    if not agreement and not entry.about.change and entry.about.test not in (None, "t", "welch"):
        agreement = NOT_CHECKABLE
    name = "standardised.bounds" if free else "standardised.means"
    yield verdict(name, entry, component, agreement, text, groups, span._asdict())


def _of_t(ledger: Ledger, entry: Claim, component: Component) -> Iterator[Finding]:
    degrees = entry.parts.get("df1")
    if degrees is None or not degrees.value or component.relation != "=":
        return
    low, high = sorted(abs(end) for end in ends_of(entry.parts["statistic"]))
    df = float(degrees.value)
    sizes = [ledger.size_of(entry, group) for group in entry.about.compared]
    factors = [1 / sqrt(df + 1), 2 / sqrt(df), 2 / sqrt(df + 2)]
    known = [int(n) for n in sizes if n is not None and n > 1]
    if len(known) == 2:
        factors.append(sqrt(1 / known[0] + 1 / known[1]))
    corrected = [factor * hedges(df) for factor in factors if df > 1]
    spans = [Span(one * low, one * high) for one in (*factors, *corrected)]
    agreement: str | bool = any(either_way(component, span) for span in spans)
    of_two = spans[-1 - len(corrected)] if len(known) == 2 else spans[1]
    text = f"{entry.parts['statistic'].text} on {degrees.text} degrees of freedom is Cohen's d of "
    text += span_text(f"{end:.2f}" for end in of_two)
    # Of unequal groups whose sizes are not printed d is larger than 2 t / √df.
    larger = float(component.bounds[1] if component.value else 0) > of_two.high
    if not agreement and len(known) < 2 and larger:
        agreement = NOT_CHECKABLE
        text = f"{NOT_CHECKED} the sizes of the groups are not in the ledger; {text}"
    yield verdict("standardised.t", entry, component, agreement, text)
