"""P-values of a family of comparisons whose intervals are corrected with them, and Holm's steps.

An interval of Tukey, Dunnett, Bonferroni or Šidák is the estimate with m standard errors to each
side, m being the value that the procedure's largest statistic passes with probability 0.05; its p
is that procedure's tail of estimate over error. With z of the p that the interval gives as a plain
one, the statistic is m z / 1.96. Comparisons of one outcome are a family; a procedure is one
of it where it gives the p of more than half of them. Holm's p of a step is never below that of the
step before, so that lines with a larger p of their own repeat the one of a smaller.
Sources: Tukey 1953, Dunnett 1955, Dunn 1961, Šidák 1967, Holm 1979. Oracles: scipy's
tukey_hsd and dunnett.

A p that a correction for several comparisons makes of the one that an interval gives.

A p corrected by Bonferroni for k comparisons is k p, or 1 if that is above it, and so is each of
Holm's with a k of its own; Šidák's is 1 - (1 - p)^k. Tukey's of g groups is the chance of a
studentized range of g means above √2 z, taken at infinite degrees of freedom, where p is that of
z too. An interval beside it is seldom corrected, and few papers say of each p that it is. Tried are
k from 2 to the number of p-values in the same place or of the same outcome, and of pairs of the
groups; intervals that are corrected too, and p that Holm's steps repeat, are those of `families`.
How many values within a factor of 2 some choice would give is told, as of any search.
Sources: Dunn 1961, Šidák 1967, Holm 1979, Tukey 1953.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from math import comb, inf

import numpy as np
from scipy.special import ndtr, ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.relations.engine import Way
from trialtrace.audit.relations.ranges import Span, overlaps
from trialtrace.audit.relations.solvers.estimates import p_of_interval
from trialtrace.audit.relations.solvers.intervals import quantile_of

Choice = tuple[str, float, float]
Tail = Callable[[float], float]
"""P that the largest absolute statistic of a family is above a number."""
LEAST = 1e-300
TOGETHER = "with its own interval"


def simultaneous(ledger: Ledger, entry: Claim, p: Span) -> Iterator[Choice]:
    """Words and ends of p, of the procedures that give the p of more than half of the family."""
    every = _family(ledger, entry)
    if entry.name not in every or len(every) < 2:
        return
    ps = {
        name: p if name == entry.name else p_of_interval(ledger, result_row)
        for name, result_row in every.items()
    }
    for words, tails in _procedures(ledger, list(every.values())):
        quantile = quantile_of(entry)
        choices = [(tail, _critical(tail, entry.confidence) / quantile) for tail in tails]
        given = {
            name: _corrected(choices, of_it) for name, of_it in ps.items() if of_it is not None
        }
        fit = [name for name, ends in given.items() if overlaps(every[name].parts["p"], *ends)]
        if 2 * len(fit) > len(every):
            yield f"{words}, {TOGETHER},", *given[entry.name]


def steps(ledger: Ledger, entry: Claim, p: Span, most: int) -> Iterator[Choice]:
    """The p of another line that prints the same, by Holm of up to `most` comparisons."""
    printed = entry.parts["p"]
    for claim in ledger.entries.values():
        part = claim.tested
        same = claim.about.outcome == entry.about.outcome or claim.place == entry.place
        if part is None or claim.name == entry.name or claim.paper != entry.paper or not same:
            continue
        if (part.relation, part.value) != (printed.relation, printed.value):
            continue
        other = p_of_interval(ledger, claim)
        if other is None or other[0] > p[1] or overlaps(part, *other):
            continue
        for k in range(2, most + 1):
            ends = min(k * other[0], 1.0), min(k * other[1], 1.0)
            if overlaps(part, *ends) and p[0] <= ends[1]:
                yield f"Holm's correction, by the smaller p of “{claim.label}”,", *ends


def _loadings(sizes: Mapping[str, int], control: str) -> tuple[float, ...]:
    """What each comparison with a control shares with the others; unknown sizes are equal."""
    against = [n for name, n in sizes.items() if name != control]
    known = sizes[control] and all(against)
    return tuple((n / (n + sizes[control])) ** 0.5 if known else 0.5**0.5 for n in against)


def _family(ledger: Ledger, entry: Claim) -> dict[str, Claim]:
    """Comparisons of one outcome with interval and p, of three groups or more; each pair once."""
    claims: dict[frozenset[str], Claim] = {}
    for one in (entry, *ledger.comparisons.get(entry.about.cell, ())):
        alike = (one.measure, one.about.margin) == (entry.measure, None)
        whole = one.tested is not None and one.has_interval
        if alike and whole and len(one.about.compared) == 2:
            claims.setdefault(frozenset(one.about.compared), one)
    return (
        {claim.name: claim for claim in claims.values()}
        if len(_groups([*claims.values()])) > 2
        else {}
    )


def _groups(family: list[Claim]) -> list[str]:
    return sorted({name for claim in family for name in claim.about.compared})


def _procedures(ledger: Ledger, family: list[Claim]) -> Iterator[tuple[str, list[Tail]]]:
    """Words and tails: of every number of degrees of freedom that may be behind them."""
    names = _groups(family)
    sizes = {name: ledger.size_of(family[0], name) or 0 for name in names}
    degrees = [inf]
    if family[0].measure == "mean_difference" and sum(sizes.values()) > len(names) + 1:
        degrees.append(float(sum(sizes.values()) - len(names)))
    groups = list(dict.fromkeys([len(names), len(ledger.apart)]))
    for g in groups:
        yield f"Tukey's test of {g} groups", [_tukey(g, df) for df in degrees]
    shared = set.intersection(*(set(claim.about.compared) for claim in family))
    for control in sorted(shared):
        yield "Dunnett's test", [_dunnett(_loadings(sizes, control), df) for df in degrees]
    for k in dict.fromkeys([len(family), *(comb(g, 2) for g in groups)]):
        yield f"Bonferroni's correction for {k} comparisons", [_bonferroni(k)]
        yield f"Šidák's correction for {k} comparisons", [_sidak(k)]


def _corrected(tails: list[tuple[Tail, float]], p: Span) -> Span:
    """P from least to greatest, of the z of a plain p, each tail by its number of times that."""
    high, low = (-float(ndtri(max(end, LEAST) / 2)) for end in p)
    return Span(
        min(tail(by * high) for tail, by in tails), max(tail(by * low) for tail, by in tails)
    )


@lru_cache(maxsize=256)
def _critical(tail: Tail, confidence: float) -> float:
    from trialtrace.stats.multiplicity._multivariate_t import critical_value

    return critical_value(tail, 1 - confidence)


@lru_cache(maxsize=256)
def _tukey(groups: int, df: float) -> Tail:
    from trialtrace.stats.multiplicity._multivariate_t import range_tail

    return lambda c: min(range_tail(max(c, 0.0) * 2**0.5, groups, df=df), 1.0)


@lru_cache(maxsize=256)
def _dunnett(loadings: tuple[float, ...], df: float) -> Tail:
    from trialtrace.stats.multiplicity._multivariate_t import product_tail

    return lambda c: min(product_tail(max(c, 0.0), np.array(loadings), df=df, both=True), 1.0)


@lru_cache(maxsize=256)
def _bonferroni(k: int) -> Tail:
    return lambda c: min(2 * k * float(ndtr(-c)), 1.0)


@lru_cache(maxsize=256)
def _sidak(k: int) -> Tail:
    return lambda c: 1 - (1 - min(2 * float(ndtr(-c)), 1.0)) ** k


def ways(ledger: Ledger, entry: Claim, p: Span) -> dict[str, Way]:
    """The correction that gives a printed p, of one that is `p` by itself, as another choice."""
    part = entry.parts["p"]
    if part.relation == "ns":
        part = replace(part, relation=">", value=LEVEL, places=2)
    if not part.value:
        return {}
    found = next(
        (words for words, *ends in _choices(ledger, entry, p) if overlaps(part, *ends)), None
    )
    return {} if found is None else {f"by {found.rstrip(',')}": True}


MOST = 200


LEVEL = Decimal("0.05")
"""Above which p is "n.s.", where no level is said."""


def _choices(ledger: Ledger, entry: Claim, p: Span) -> Iterator[Choice]:
    """Words and the ends of p, for the numbers of comparisons that are told first."""
    yield from simultaneous(ledger, entry, p)
    groups = len(ledger.apart)
    pairs, most = comb(groups, 2), min(comparisons(ledger, entry), MOST)
    yield from steps(ledger, entry, p, most)
    first = [k for k in (pairs, most) if k > 1]
    for k in dict.fromkeys([*first, *range(2, most + 1)]):
        yield f"Bonferroni's correction for {k} comparisons", min(k * p[0], 1.0), min(k * p[1], 1.0)
    if groups > 2:
        yield f"Tukey's test of {groups} groups", *_corrected([(_tukey(groups, inf), 1.0)], p)
    for k in dict.fromkeys([*first, *range(2, most + 1)]):
        yield f"Šidák's correction for {k} comparisons", 1 - (1 - p[0]) ** k, 1 - (1 - p[1]) ** k


def comparisons(ledger: Ledger, entry: Claim) -> int:
    """How many p-values are printed in the place of one, or of its outcome; or pairs of groups."""
    others = [
        claim
        for claim in ledger.entries.values()
        if "p" in claim.parts and claim.paper == entry.paper
    ]
    beside = sum(claim.place == entry.place for claim in others)
    alike = sum(claim.about.outcome == entry.about.outcome for claim in others)
    return max(beside, alike, comb(len(ledger.apart), 2))
