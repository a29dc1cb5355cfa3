"""Which numbers of a ledger belong together, and the quantities that they stand for.

Shapes yield claims: a group with its patients, a comparison with its groups, the same comparison
elsewhere. Quantities turn what is printed into ranges: the deviation of a group in its three
dresses (deviation, error, interval of the mean), the counts behind a percentage, p and its z.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from math import inf, sqrt
from typing import NamedTuple

from scipy.special import ndtri

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import CROSSOVER, PAIRED, Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperOutcome
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.relations.allow import LEVEL
from trialtrace.audit.relations.ranges import Span, as_range, ends_of
from trialtrace.audit.relations.solvers.intervals import half_width_of, quantile_of
from trialtrace.audit.summaries.percentages import counts_for_percentage
from trialtrace.audit.summaries.printed import Printed, below

TINY = 1e-300
BOTH = ("ci_low", "ci_high")
RATIOS = ("risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")
OF_TIMES = ("hazard_ratio", "rate_ratio")
Table = tuple[int, int, int, int]
"""Events and patients of the first, then of the second group."""


def outcome_of(ledger: Ledger, entry: Claim) -> PaperOutcome | None:
    return ledger.outcomes.get(entry.about.outcome or "")


def plain(part: Component | None) -> bool:
    """Whether a number is printed as it stands, without "<" or "about"."""
    return part is not None and part.relation == "=" and part.value is not None


def patients(ledger: Ledger, entry: Claim) -> tuple[int | None, bool]:
    """The patients behind a claim, and whether they are taken to be all randomised."""
    n = ledger.size(entry)
    if n is not None:
        return n, ledger.assumed(entry)
    group, population = ledger.groups.get(entry.about.group or ""), ledger.population(entry)
    free = population is None or population.everyone
    if group is None or entry.about.part or not free:
        return None, False
    return group.size, group.size is not None


def counted(ledger: Ledger, entry: Claim, group: str) -> tuple[Claim, tuple[int, int]] | None:
    """The claim that tells a group's counts; None where none does, or where two disagree."""
    found = [
        (claim, counts)
        for claim in ledger.beside(entry, group)
        if (counts := counts_of(ledger, claim)) is not None
    ]
    return found[0] if found and len({counts for _, counts in found}) == 1 else None


def counts_of(ledger: Ledger, entry: Claim) -> tuple[int, int] | None:
    """(events, patients) where both are printed, or follow from what is printed in one way only."""
    n = ledger.size(entry)
    if n is None:
        return None
    count = entry.whole_count
    if count is not None:
        return (count, n) if 0 <= count <= n else None
    if entry.share is None:
        return None
    counts = counts_for_percentage(as_range(entry.share), n).tolist()
    return (counts[0], n) if len(counts) == 1 else None


def all_counted(ledger: Ledger, entry: Claim) -> list[tuple[Claim, tuple[int, int]]] | None:
    """The claim that tells the counts of each compared group, and these; None where one lacks."""
    known = [counted(ledger, entry, group) for group in ledger.compared_groups(entry)]
    found = [one for one in known if one is not None]
    return found if found and len(found) == len(known) else None


def table_of(ledger: Ledger, entry: Claim) -> tuple[tuple[Claim, Claim], Table] | None:
    """The claims of two compared groups, and their counts."""
    found = [counted(ledger, entry, group) for group in entry.about.compared]
    if len(found) != 2 or found[0] is None or found[1] is None:
        return None
    (first, (x1, n1)), (second, (x0, n0)) = found[0], found[1]
    return (first, second), (x1, n1, x0, n0)


def told_table(table: Table) -> str:
    return "{} of {} and {} of {}".format(*table)


def order_is_told(ledger: Ledger, entry: Claim) -> bool:
    """Whether an estimate is known to be that of the first group: it is said, or the second is the
    control."""
    first, second = (ledger.groups[name].control for name in entry.about.compared[:2])
    return entry.about.ordered or (second and not first)


def same_comparison(ledger: Ledger, entry: Claim) -> Iterator[Claim]:
    """Other claims on the same outcome, groups, visit and category."""
    for claim in ledger.comparisons.get(entry.about.cell, ()):
        same = claim.about.compared == entry.about.compared
        if same and claim.name != entry.name and claim.about.category == entry.about.category:
            yield claim


def comparisons(ledger: Ledger, *names: str, groups: int | None = None) -> Iterator[Claim]:
    """Claims that compare groups and have these components."""
    for entry in ledger.entries.values():
        several = groups is None or len(entry.about.compared) == groups
        if entry.about.compared and entry.has(*names) and several:
            yield entry


def is_called_mean(entry: Claim, *called: str) -> bool:
    """Whether it is a mean with an interval that no model and no other method made."""
    from trialtrace.audit.relations.solvers.rates import per_year

    if not entry.has("value", *BOTH) or entry.basis is not None:
        return False
    usual = entry.measure is None and entry.about.interval is None
    of_rate = per_year(entry.parts["value"].unit) is not None
    return usual and not of_rate and entry.parts["value"].symbol in (called or (None, "mean"))


def deviation_of_interval(entry: Claim, n: int) -> Printed | None:
    """The deviations of n patients that the interval of their mean leaves, by either quantile.

    None where a deviation or an error is printed, or the interval is none of one mean.
    """
    if {"sd", "se"} & set(entry.parts) or not is_called_mean(entry) or n < 2 or entry.credible:
        return None
    half = half_width_of(entry)
    least = half.low * sqrt(n) / quantile_of(entry, n - 1)
    most = half.high * sqrt(n) / quantile_of(entry)
    return below(f"{most:.12f}", least=f"{least:.12f}") if least < most else None


def deviation(entry: Claim, n: int, *, as_error: bool = False) -> Printed | None:
    """The deviation of a group: as printed, of its error, or of the interval of its mean."""
    if (own := deviation_of_interval(entry, n)) is not None:
        return own
    part = entry.parts.get("sd") or entry.parts.get("se")
    if part is None or part.relation != "=":
        return None
    printed = as_range(part)
    if "sd" in entry.parts and not as_error:
        return printed
    from fractions import Fraction

    return printed.scaled(Fraction(int(sqrt(n) * 10**9), 10**9)) if n else None


def deviations(groups: Sequence[Claim], sizes: Sequence[int]) -> Iterator[list[Printed]]:
    """The deviations of groups; where ± says not of what, also as of standard errors."""
    for as_error in (False, True):
        unsaid = all("sd" in one.parts and one.parts["sd"].symbol == UNSAID for one in groups)
        if as_error and not unsaid:
            return
        pairs = zip(groups, sizes, strict=True)
        found = [deviation(claim, n, as_error=as_error) for claim, n in pairs]
        known = [one for one in found if one is not None]
        if len(known) == len(found):
            yield known


def with_spreads(ledger: Ledger, entry: Claim) -> list[Claim] | None:
    """The mean of each group that is compared, all with a deviation, an error or an interval."""
    for spread in (("sd",), ("se",), BOTH):
        if found := ledger.compared(entry, "value", *spread):
            usable = all(
                n is None or deviation_of_interval(one, n) is not None
                for one in found
                for n in (ledger.size(one),)
            )
            return found if "ci_low" not in spread or usable else None
    return None


def measured(ledger: Ledger, entry: Claim) -> tuple[list[Claim], list[int]] | None:
    """The groups that are compared, each with mean, spread and printed patients, and these."""
    groups = with_spreads(ledger, entry)
    sizes = None if groups is None else sizes_of(ledger, groups)
    return None if groups is None or sizes is None else (groups, sizes)


class Samples(NamedTuple):
    """The claims of compared groups with their means and deviations."""

    claims: list[Claim]
    means: list[Span]
    spreads: list[Span]


def samples(ledger: Ledger, entry: Claim) -> Samples | None:
    """The compared groups, each with a mean and what the paper calls its standard deviation."""
    found = ledger.compared(entry, "value", "sd")
    if found is None or any(one.parts["sd"].symbol == UNSAID for one in found):
        return None
    means, spreads = ([ends_of(one.parts[name]) for one in found] for name in ("value", "sd"))
    return Samples(found, means, spreads)


def difference_of(groups: Sequence[Claim], name: str = "value") -> Span:
    """The first group's number less the second's, over all that prints so."""
    first, second = (ends_of(group.parts[name]) for group in groups)
    return first.less(second)


def of_each(
    ledger: Ledger, entry: Claim, name: str, fits: Callable[[Claim], bool] = bool
) -> list[Claim] | None:
    """The claim of each compared group that prints a number, of those that fit; None where one
    lacks or two differ."""
    groups = ledger.compared_groups(entry)
    found = [ledger.agreed(filter(fits, ledger.beside(entry, one)), name) for one in groups]
    known = [one for one in found if one is not None]
    return known if found and len(known) == len(found) else None


def sizes_of(ledger: Ledger, groups: Iterable[Claim], least: int = 2) -> list[int] | None:
    """The printed patients of each group; None where one lacks or has fewer."""
    found = [ledger.size(group) for group in groups]
    known = [n for n in found if n is not None and n >= least]
    return known if len(known) == len(found) else None


def has_visits(ledger: Ledger, entry: Claim) -> bool:
    """Whether degrees of freedom may count visits: there are several, and it is of none."""
    outcome = outcome_of(ledger, entry)
    return bool(outcome and len(outcome.visits) > 1 and entry.about.visit is None)


def p_range(part: Component) -> Span:
    """P from least to greatest, as it prints; n.s. is above the usual level."""
    if part.relation == "ns":
        return Span(LEVEL, 1.0)
    if part.relation in (">", ">="):
        return Span(float(part.value or 0), 1.0)
    return ends_of(part)


def z_of(p: Span) -> Span:
    """Least and greatest z of a range of two-sided p."""
    low, high = (-float(ndtri(min(max(end, TINY), 1.0) / 2)) for end in reversed(p))
    return Span(low, high)


def within(part: Component, p: Span, by: float, more: float = 0.0) -> bool:
    """Whether z of a printed p is within a factor, and so much more, of z of another p."""
    (lower, upper), (low, high) = z_of(p), z_of(p_range(part))
    return high >= by * lower - more and low <= upper / by + more


def as_above(entry: Claim) -> Claim:
    """A claim of no significance as one of a p above the usual level."""
    from dataclasses import replace

    part = entry.parts.get("p")
    if part is None or part.relation != "ns":
        return entry
    above = replace(part, text=part.text.rstrip("."), relation=">", value=Decimal("0.05"), places=2)
    return replace(entry, parts={**entry.parts, "p": above})


def tested_comparisons(ledger: Ledger) -> Iterator[Claim]:
    """Comparisons with a p of no difference, n.s. as one above the level."""
    for entry in ledger.entries.values():
        if entry.about.compared and not entry.about.versus:
            above = as_above(entry)
            if above.tested is not None:
                yield above


def unnamed(entry: Claim, *own: str) -> str | None:
    """Why a p that a test of these numbers does not give contradicts nothing: it is of a model, of
    a stated test of other numbers, or of a test that is not named."""
    if entry.basis is not None:
        return "model"
    if entry.about.test is None:
        # A statistic beside it tells the test.
        return "stated_test" if "statistic" in entry.parts else "unnamed_test"
    return None if entry.about.test in own else "stated_test"


def everyone(ledger: Ledger) -> Iterator[Claim]:
    """Claims on all groups together."""
    return (entry for entry in ledger.entries.values() if entry.about.group == ALL)


def over(small: Span, errors: Span) -> Span:
    """Sizes over errors; endless where an error may be 0."""
    low = small.low / errors.high if errors.high > 0 else inf
    return Span(low, small.high / errors.low if errors.low > 0 else inf)


def of_fewer(ledger: Ledger, entry: Claim, groups: Sequence[Claim]) -> bool:
    """Whether groups are of more patients than were measured twice."""
    sizes = {ledger.size(group) for group in groups}
    return len(sizes) > 1 or (entry.about.n is not None and sizes != {entry.about.n})


def is_paired(entry: Claim) -> bool:
    return bool({PAIRED, CROSSOVER} & set(entry.about.design or ()))
