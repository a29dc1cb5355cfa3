"""The p of a test over strata, against every split of the two groups' counts over two strata.

What the randomisation allows of the strata stands in the ledger. Some split that prints as the
paper does is enough for "compatible"; only where all were tried, and none does, is p inconsistent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import ceil

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperStrata
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, UNDECIDED
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.two_groups.count_sets import narrowed, options
from trialtrace.audit.prints.two_groups.count_tests import all_counted, over_strata, told_test
from trialtrace.audit.relations.ranges import printing
from trialtrace.audit.relations.wording import listed, two_digits
from trialtrace.audit.summaries.split_strata import (
    Table,
    p_values_of_splits,
    sizes_of_first,
    splits,
    ways,
)
from trialtrace.base.arrays import Whole

VARIANTS = {
    "uncorrected": "without correction",
    "corrected": "with continuity correction",
    "exact": "as exact conditional test",
}
MOST_SPLITS = 500_000
# Sums of products that the exact test takes: about a second.
MOST_PRODUCTS = 400_000_000


@dataclass(frozen=True)
class Tried:
    """The splits of one set of counts: how many there are, those that were tried, p of these."""

    table: Table
    number: int
    splits: Whole
    p_values: Mapping[str, np.ndarray]
    fit: Mapping[str, np.ndarray]

    @property
    def whole(self) -> bool:
        return len(self.splits) == self.number

    @property
    def fits(self) -> bool:
        return any(own.any() for own in self.fit.values())


@checks(
    "counts or percentages of two groups against p of a Mantel-Haenszel test, over every "
    "split over two strata",
    {
        "p.splits": "Every split of the counts over two strata, and p of the stratified test.",
    },
    of_sizes=("p.splits",),
)
def check_splits(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.tested is None or entry.basis is not None or not over_strata(entry):
            continue
        if known := all_counted(ledger, entry):
            sets = [[counts] for _, counts in known]
            yield _of_sets(ledger, entry, [one for one, _ in known], [sets])
        elif (groups := ledger.compared(entry, "percent")) is not None:
            own = options(ledger, groups)
            if own is None:
                continue
            kept = narrowed(groups, own)
            tiers = [[one.tolist() for one in tier] for tier in (kept, own) if tier is not None]
            yield _of_sets(ledger, entry, groups, tiers)


def _of_sets(
    ledger: Ledger, entry: Claim, claims: Sequence[Claim], tiers: list[list[list]]
) -> Finding:
    """Until a set of counts has a split that prints so; `tiers` in the order in which to try."""
    strata, allowed = ledger.strata, _allowed(ledger, entry)

    def make(agreement: str, text: str, tried: Tried | None = None) -> Finding:
        detail = {} if tried is None else _detail(tried)
        text += f" The stated test ({told_test(entry.about.test or '')}) is one over strata, whose "
        text += "counts are not printed."
        return verdict("p.splits", entry, "p", agreement, text, claims, detail)

    number = max(strata.declared_number, len(strata.size_of))
    if number > 2:
        text = f"There are {number} strata; splits over more than two are not tried."
        return make(UNDECIDED, text)
    left, last, sets, short = MOST_SPLITS, None, 0, False
    for table in _tables(tiers):
        sizes = _sizes(strata, entry.about.compared, table)
        number = int(ways(table, sizes).sum())
        if not number:
            continue
        if last is not None and number > left:
            short = True
            break
        last, sets = _tried(entry, table, sizes, number), sets + 1
        left -= number
        short = short or not last.whole
        if last.fits:
            return make(COMPATIBLE, _fitting(entry, last, allowed), last)
    if last is None:
        return make(UNDECIDED, f"{_first(allowed)} allow no split.")
    text = _without(entry, last, sets, short, allowed)
    return make(UNDECIDED if short else INCONSISTENT, text, last)


def _tables(tiers: list[list[list]]) -> Iterator[Table]:
    """The sets of counts, each once; within a tier those of most patients first."""
    every = chain.from_iterable(product(*(own[::-1] for own in tier)) for tier in tiers)
    for (x1, n1), (x0, n0) in dict.fromkeys(tuple(map(tuple, one)) for one in every):
        yield x1, n1, x0, n0


def _sizes(strata: PaperStrata, groups: tuple[str, ...], table: Table) -> Whole:
    """The patients of both groups that may be in the first stratum."""
    _, n1, _, n0 = table
    printed = _printed(strata, groups)
    if printed is None:
        return sizes_of_first(n1, n0, imbalance=strata.largest_imbalance, fewest=strata.least)
    # Of those randomised in a stratum, some may not have been analysed.
    ranges = [
        np.arange(max(n - second, 0), min(n, first) + 1)
        for n, first, second in zip((n1, n0), *printed, strict=True)
    ]
    return np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 2)


def _printed(strata: PaperStrata, groups: tuple[str, ...]) -> list[list[int]] | None:
    """The printed sizes of both strata for both groups."""
    sizes = list(strata.size_of.values())
    if not sizes or any(group not in size for size in sizes for group in groups):
        return None
    return [[size[group] for group in groups] for size in sizes]


def _tried(entry: Claim, table: Table, sizes: Whole, number: int) -> Tried:
    """P over the splits; over those of some sizes, evenly chosen, where all are too many."""
    events = table[0] + table[2] + 1
    products = len(sizes) * events**3
    part = min(1.0, MOST_SPLITS / number, MOST_PRODUCTS / products)
    if part < 1:
        sizes = sizes[:: ceil(1 / part)]
    own, part_p = splits(table, sizes), entry.parts["p"]
    sides = [p_values_of_splits(table, own, sides=side) for side in entry.tails]
    found = {name: np.fmin.reduce([one[name] for one in sides]) for name in VARIANTS}
    fit = {name: printing(part_p, ps) for name, ps in found.items()}
    return Tried(table, number, own, found, fit)


def _allowed(ledger: Ledger, entry: Claim) -> str:
    """What allows the splits, in words."""
    strata = ledger.strata
    if _printed(strata, entry.about.compared) is not None:
        return f"the printed sizes of “{'” and “'.join(strata.size_of)}”"
    return f"strata.fewest {strata.least} and strata.imbalance {float(strata.largest_imbalance):g}"


def _over(tried: Tried, allowed: str) -> str:
    """Which splits, and the range of p over them by each variant."""
    x1, n1, x0, n0 = tried.table
    which = (
        f"all {thousands(tried.number)}"
        if tried.whole
        else (f"{thousands(len(tried.splits))} tried of {thousands(tried.number)}")
    )
    ranges = [
        f"{two_digits(float(np.nanmin(p)))} to {two_digits(float(np.nanmax(p)))} {VARIANTS[name]}"
        for name, p in tried.p_values.items()
        if (p == p).any()
    ]
    return (
        f"Over {which} splits of {x1} of {n1} and {x0} of {n0} over two strata that "
        f"{allowed} allow, p is {listed(ranges)}."
    )


def _fitting(entry: Claim, tried: Tried, allowed: str) -> str:
    number = len(tried.splits)
    given = {name: int(own.sum()) for name, own in tried.fit.items()}
    told = [
        f"{thousands(own)} ({_percent(own / number)}) {VARIANTS[name]}"
        for name, own in given.items()
        if own
    ]
    most = max(given, key=lambda name: given[name])
    none = [VARIANTS[name] for name, own in given.items() if not own]
    text = f"Of {thousands(number)} splits over two strata {listed(told)} give "
    text += entry.parts["p"].text + (f", and none {listed(none, 'or')}." if none else ".")
    return (
        f"{text} A share of splits is no probability. {_first(VARIANTS[most])} for example "
        f"{_example(tried, most)}. {_over(tried, allowed)}"
    )


def _without(entry: Claim, tried: Tried, sets: int, short: bool, allowed: str) -> str:
    of = "" if sets == 1 else f", nor of those of {sets - 1} other sets of counts that print so,"
    tests = listed(list(VARIANTS.values()), "or")
    text = f"None of {thousands(len(tried.splits))} splits over two strata{of} gives "
    text += f"{entry.parts['p'].text}, be it {tests}."
    if short:
        text += " Not all were tried, so that nothing follows."
    return f"{text} {_over(tried, allowed)}"


def _example(tried: Tried, variant: str) -> str:
    """The split that fits and is nearest to equal strata with equal shares."""
    x1, n1, x0, n0 = tried.table
    i, a, j, b = tried.splits[tried.fit[variant]].T
    apart = np.abs(a / n1 - 0.5) + np.abs(b / n0 - 0.5)
    apart += np.abs(i - a * x1 / n1) / n1 + np.abs(j - b * x0 / n0) / n0
    i, a, j, b = (int(own[np.argmin(apart)]) for own in (i, a, j, b))
    return (
        f"{i} of {a} against {j} of {b} in one stratum and {x1 - i} of {n1 - a} against "
        f"{x0 - j} of {n0 - b} in the other"
    )


def _detail(tried: Tried) -> dict[str, object]:
    return {
        "table": tried.table,
        "splits": tried.number,
        "tried": len(tried.splits),
        "low": {name: float(np.nanmin(p)) for name, p in tried.p_values.items()},
        "high": {name: float(np.nanmax(p)) for name, p in tried.p_values.items()},
        "fit": {name: int(own.sum()) for name, own in tried.fit.items()},
    }


def _first(text: str) -> str:
    return text[0].upper() + text[1:]


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{100 * share:.0f} %"
