"""P of tests on counts: of two groups, of categories, over strata, and on percentages alone."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product
from math import prod

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperStrata
from trialtrace.audit.relations.engine import Case, relation
from trialtrace.audit.relations.ranges import TWO_SIDED, printing
from trialtrace.audit.relations.shapes import all_counted, tested_comparisons, unnamed
from trialtrace.audit.relations.solvers.counts import (
    MOST_TABLES,
    NAMES,
    ONE_SIDED,
    p_values,
    table_tests,
    wald_and_likelihood,
    ways,
)
from trialtrace.audit.relations.solvers.percentages import fitting, possible_counts
from trialtrace.audit.relations.wording import listed, shown_p, two_digits
from trialtrace.audit.summaries.count_tests import p_values_of_tables
from trialtrace.audit.summaries.split_strata import (
    Table,
    p_values_of_splits,
    sizes_of_first,
    splits,
)
from trialtrace.audit.summaries.split_strata import ways as ways_of_split
from trialtrace.base.arrays import Whole

OF_COUNTS = ("chi_squared", "chi_squared_corrected", "fisher", "mid_p")
OVER_STRATA = "mantel_haenszel"
PAIRWISE = ("chi_squared", "chi_squared_corrected", "fisher")
MOST_SETS, MOST_SPLITS, MOST_PRODUCTS = 250_000, 500_000, 400_000_000
SHOWN = ("chi_squared", "chi_squared_corrected", "fisher")


def told(values: Mapping[str, float]) -> str:
    """P by the tests that are usual, in short: "P = 0.335 by the χ² test, …"."""
    few = [name for name in SHOWN if name in values] or list(values)
    return listed([f"{shown_p(values[name])} by {NAMES.get(name, name)}" for name in few])


def p_cases(
    entry: Claim, values: Mapping[str, float], given: str, beside: Sequence[Claim], table: object
) -> Case:
    """A p beside those of all usual tests: the stated one decides, else any that prints so."""
    known = {name: p for name, p in values.items() if p == p}
    of_side = ONE_SIDED.values() if entry.tails == TWO_SIDED else ()
    usual = {NAMES.get(name, name): p for name, p in known.items() if name not in of_side}
    others = {NAMES[name]: p for name, p in known.items() if name in of_side}
    stated = entry.about.test
    excuse = unnamed(entry, *OF_COUNTS)
    if stated is not None and stated not in known:
        excuse = excuse or "stated_test"
    elif stated is not None and not entry.basis:
        excuse = None
    return Case(
        entry,
        "p",
        usual,
        f"{given} give {told(known)}",
        beside,
        others,
        stated=NAMES[stated] if stated in known else None,
        excuse=excuse,
    )


@relation("p.counts", "Which test, and of which patients, gives this P?", of_sizes=True)
def counts(ledger: Ledger) -> Iterator[Case]:
    """A p, and the counts of its groups by every usual test."""
    for entry in tested_comparisons(ledger):
        known = all_counted(ledger, entry)
        if known is None or len(known) < 2 or entry.about.test == OVER_STRATA:
            continue
        pairs = [pair for _, pair in known]
        values = dict(p_values(pairs, entry.tails))
        if len(pairs) == 2 and entry.tails == TWO_SIDED and entry.about.test is None:
            values |= wald_and_likelihood(pairs)
        given = "; ".join(f"{x} of {n}" for x, n in pairs)
        yield p_cases(entry, values, given, [one for one, _ in known], pairs)


@relation("p.categories", "Which test, and of which patients, gives this P?", of_sizes=True)
def categories(ledger: Ledger) -> Iterator[Case]:
    """A p, and the counts of all categories of its groups."""
    for entry in tested_comparisons(ledger):
        if all_counted(ledger, entry) is not None or entry.about.category is not None:
            continue
        found = table_of_categories(ledger, entry)
        if found is None:
            continue
        beside, table = found
        exact = ways(table) <= MOST_TABLES or not ledger.brief
        values = table_tests(table, exact)
        yield p_cases(entry, values, "The printed counts", beside, table)


def table_of_categories(ledger: Ledger, entry: Claim) -> tuple[list[Claim], list[list[int]]] | None:
    """The claims and counts of groups by categories; None unless all groups have the same."""
    wanted = [(*entry.about.cell, group) for group in ledger.compared_groups(entry)]
    names: set[str | None] | None = None
    table: list[list[int]] = []
    beside: list[Claim] = []
    for key in wanted:
        every = ledger.categories.get(key, [])
        rows = [one for one in every if {"count", "value"} & set(one.parts)]
        own = {claim.about.category: claim for claim in _of_one_place(entry, rows)}
        if len(own) < 2 or names not in (None, set(own)):
            return None
        names = set(own)
        chosen = [own[name] for name in sorted(own, key=str)]
        table.append([claim.whole_count or 0 for claim in chosen])
        beside += chosen
    whole = len(table) > 1 and min(map(min, table)) >= 0
    return (beside, table) if whole else None


def _of_one_place(entry: Claim, cells: list[Claim]) -> list[Claim]:
    """Of claims of which two are of one category those that a p is linked to, of their place."""
    places = [cell.place.partition(",")[0] for cell in cells if cell.name in entry.linked]
    again = len({claim.about.category for claim in cells}) < len(cells)
    own = [claim for claim in cells if claim.place.partition(",")[0] in places]
    return own if own and again else cells


# --- percentages without counts -----------------------------------------------------------------


def options(ledger: Ledger, groups: Sequence[Claim]) -> list[Whole] | None:
    """The counts that print as each group's percentage, of the patients randomised at most."""
    found = []
    for claim in groups:
        group = ledger.groups.get(claim.about.group or "")
        if claim.share is None or group is None or group.size is None:
            return None
        whole = possible_counts(ledger, claim, group.size)
        if whole is None or not len(whole):
            return None
        found.append(whole)
    return found


def narrowed(groups: Sequence[Claim], every: Sequence[Whole]) -> list[Whole]:
    """The counts that also give the printed intervals, where some do."""
    kept = []
    for group, whole in zip(groups, every, strict=True):
        some = np.array(list(fitting(group, whole))) if group.has_interval else whole
        kept.append(some if len(some) else whole)
    return kept


@relation("p.count_sets", "How many patients, and which test, are behind this P?", of_sizes=True)
def count_sets(ledger: Ledger) -> Iterator[Case]:
    """A p, and all counts that print as the percentages of its groups."""
    for entry in tested_comparisons(ledger):
        groups = ledger.compared(entry, "percent")
        test = entry.about.test
        if groups is None or len(groups) < 2 or all_counted(ledger, entry) is not None:
            continue
        if (test == OVER_STRATA and len(groups) == 2) or entry.tails != TWO_SIDED:
            continue
        every = options(ledger, groups)
        if every is None or prod(map(len, every)) > MOST_SETS:
            continue
        found = _over_sets(every)
        if not found:
            continue
        part = entry.parts["p"]
        sets = prod(map(len, every))
        fit = {name: int(printing(part, p).sum()) for name, p in found.items()}
        low, high = min(p.min() for p in found.values()), max(p.max() for p in found.values())
        most = max(fit.values())
        text = f"Over {sets} sets of counts that print so p is {two_digits(float(low))} to "
        text += f"{two_digits(float(high))}; {most} of them give {part.text}."
        excuse = unnamed(entry, *OF_COUNTS)
        yield Case(
            entry,
            "p",
            {NAMES[name]: bool(number) for name, number in fit.items()},
            text,
            groups,
            stated=NAMES[test] if test in fit else None,
            excuse="stated_test" if excuse is None and test not in fit else excuse,
        )


def _over_sets(every: Sequence[Whole]) -> dict[str, np.ndarray]:
    """P over every choice of counts: of two groups by all usual tests, of more by χ²."""
    chosen = np.array(list(product(*(whole.tolist() for whole in every))), dtype=np.int64)
    if len(every) == 2:
        (x1, n1), (x0, n0) = chosen[:, 0].T, chosen[:, 1].T
        by_test = p_values_of_tables(x1, n1, x0, n0)
        values = {name: by_test[name] for name in PAIRWISE}
    else:
        values = {"chi_squared": _chi_squared(chosen)}
    return {name: p[p == p] for name, p in values.items() if (p == p).any()}


def _chi_squared(chosen: np.ndarray) -> np.ndarray:
    from scipy.special import chdtrc

    tables = np.stack([chosen[:, :, 0], chosen[:, :, 1] - chosen[:, :, 0]], axis=2).astype(float)
    expected = tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected /= tables.sum(axis=(1, 2), keepdims=True)
        statistic = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    return chdtrc(chosen.shape[1] - 1, statistic)


# --- tests over strata --------------------------------------------------------------------------


@relation("p.splits", "How many patients and events were in each stratum?", of_sizes=True)
def over_strata(ledger: Ledger) -> Iterator[Case]:
    """A p of a stratified test, and every split of the counts over two strata."""
    for entry in tested_comparisons(ledger):
        if entry.about.test != OVER_STRATA or len(entry.about.compared) != 2 or entry.basis:
            continue
        if known := all_counted(ledger, entry):
            yield _of_splits(ledger, entry, [one for one, _ in known], [[[p] for _, p in known]])
        elif (groups := ledger.compared(entry, "percent")) is not None:
            own = options(ledger, groups)
            if own is not None:
                tiers = [[one.tolist() for one in tier] for tier in (narrowed(groups, own), own)]
                yield _of_splits(ledger, entry, groups, tiers)


def _of_splits(
    ledger: Ledger, entry: Claim, claims: Sequence[Claim], tiers: list[list[list]]
) -> Case:
    strata = ledger.strata
    number = max(strata.declared_number, len(strata.size_of))
    left, tried, found, short = MOST_SPLITS, 0, False, number > 2
    low, high = 1.0, 0.0
    for table in _tables(tiers) if number == 2 else ():
        sizes = _sizes(strata, entry.about.compared, table)
        many = int(ways_of_split(table, sizes).sum())
        if not many:
            continue
        if tried and many > left:
            short = True
            break
        products = len(sizes) * (table[0] + table[2] + 1) ** 3
        step = max(1, -(-many // MOST_SPLITS), -(-products // MOST_PRODUCTS))
        short = short or step > 1
        own = splits(table, sizes[::step])
        values = [
            p
            for side in entry.tails
            for p in p_values_of_splits(table, own, sides=side).values()
            if (p == p).any()
        ]
        left, tried = left - many, tried + len(own)
        low = min(low, *(float(np.nanmin(p)) for p in values))
        high = max(high, *(float(np.nanmax(p)) for p in values))
        if any(printing(entry.parts["p"], p).any() for p in values):
            found = True
            break
    text = f"Over {tried:,} splits of the counts over two strata p of the stratified test is "
    text += f"{two_digits(low)} to {two_digits(high)}"
    if not tried:
        text = "The counts of the strata are not printed"
    return Case(
        entry,
        "p",
        {"of some split": found},
        text,
        claims,
        excuse="open" if short or not tried else None,
    )


def _tables(tiers: list[list[list]]) -> Iterator[Table]:
    """The sets of counts, each once; within a tier those of most patients first."""
    every = chain.from_iterable(product(*(own[::-1] for own in tier)) for tier in tiers)
    for (x1, n1), (x0, n0) in dict.fromkeys(tuple(map(tuple, one)) for one in every):
        yield x1, n1, x0, n0


def _sizes(strata: PaperStrata, groups: tuple[str, ...], table: Table) -> Whole:
    """The patients of both groups that may be in the first stratum."""
    _, n1, _, n0 = table
    printed = list(strata.size_of.values())
    if not printed or any(group not in size for size in printed for group in groups):
        return sizes_of_first(n1, n0, imbalance=strata.largest_imbalance, fewest=strata.least)
    ranges = [
        np.arange(max(n - second, 0), min(n, first) + 1)
        for n, first, second in zip(
            (n1, n0), *([size[group] for group in groups] for size in printed), strict=True
        )
    ]
    return np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 2)
