"""A printed p against the printed counts of the groups it compares.

With known counts every usual test is applied; the stated one decides, and where none is stated any
that prints as given. Where only percentages are printed, all counts of at most the randomised sizes
that print so are tried.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from scipy.special import chdtrc

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Entry, Ledger, whole_count
from trialtrace.claims.prints.finding import (
    ALTERNATIVE,
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    Finding,
    as_range,
    count_printing,
    listed,
    prints,
    shown_p,
)
from trialtrace.stats.results import StatsError
from trialtrace.stats.summaries.count_tables import p_values_of_tables
from trialtrace.stats.summaries.count_tests import p_values_of_counts
from trialtrace.stats.summaries.percentages import count_ranges, counts_for_percentage

NAMES = {
    "chi_squared": "the χ² test without correction",
    "chi_squared_corrected": "the χ² test with continuity correction",
    "fisher": "Fisher's exact test",
    "mid_p": "the mid-p test",
    "mid_p_all": "the mid-p test of all equally likely tables",
    "fisher_one_sided": "Fisher's exact test, one-sided",
}
MOST_SETS = 5_000
SMALLEST_GROUP = 5
Counts = list[tuple[int, int]]


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        part = entry.parts.get("p")
        if part is None or not entry.about.compare or part.relation == "ns":
            continue
        known = [counted(ledger, entry, group) for group in ledger.compared_groups(entry)]
        chosen = [one for one in known if one is not None]
        if len(chosen) == len(known):
            yield _of_counts(entry, [one for one, _ in chosen], [counts for _, counts in chosen])
        elif shares := ledger.compared(entry, "percent"):
            yield from _of_sets(ledger, entry, shares)
        else:
            yield from _of_categories(ledger, entry)


def counted(ledger: Ledger, entry: Entry, group: str) -> tuple[Entry, tuple[int, int]] | None:
    """The claim that tells a group's counts; None where none does, or where two disagree."""
    found = [
        (one, counts)
        for one in ledger.beside(entry, group)
        if (counts := _known(ledger, one)) is not None
    ]
    return found[0] if found and len({counts for _, counts in found}) == 1 else None


def _known(ledger: Ledger, entry: Entry) -> tuple[int, int] | None:
    """(events, size) where both are printed, or follow from what is printed in one way only."""
    n, parts = ledger.size(entry), entry.parts
    if n is None:
        return None
    count = whole_count(entry)
    if count is not None:
        return (count, n) if 0 <= count <= n else None
    if "percent" not in parts:
        return None
    counts = counts_for_percentage(as_range(parts["percent"]), n).tolist()
    return (counts[0], n) if len(counts) == 1 else None


def p_values(counts: Counts) -> dict[str, float]:
    """P by every usual test of two or more groups."""
    if len(counts) == 2:
        (x1, n1), (x0, n0) = counts
        found = p_values_of_counts(x1, n1, x0, n0, sides="two_sided")
        one = [
            p_values_of_counts(x1, n1, x0, n0, sides=side)["fisher"] for side in ("less", "greater")
        ]
        return found | {"fisher_one_sided": min(one)}
    return _table_tests([[x, n - x] for x, n in counts])


def _of_counts(entry: Entry, groups: list[Entry], counts: Counts) -> Finding:
    part, stated = entry.parts["p"], entry.about.test
    found = {name: p for name, p in p_values(counts).items() if p == p}
    fit = [name for name, p in found.items() if prints(part, p)]
    given = "; ".join(f"{x} of {n}" for x, n in counts)
    beside = tuple(one.name for one in groups)
    detail: dict[str, Any] = {"counts": counts, "p_values": found, "expected": _expected(counts),
                              "printed": float(part.value or 0)}  # fmt: skip

    def make(agreement: str, text: str, **more: Any) -> Finding:
        text += _small(counts, stated)
        return Finding("p.counts", entry.name, "p", agreement, text, beside, detail | more)

    if stated in found:
        own = f"{_first(NAMES[stated])} on {given} gives {shown_p(found[stated])}"
        if stated in fit:
            return make(EXACT, f"{own}, which prints as {part.text}.")
        if fit:
            other = listed([NAMES[name] for name in fit], "or")
            return make(ALTERNATIVE, f"{own}; {part.text} is what {other} gives.", alternative=fit)
        return make(INCONSISTENT, f"{own}; no usual test on these counts prints as {part.text}.")
    if stated is not None:
        return make(NOT_CHECKABLE, f"Not checkable: {stated} needs more than the counts {given}.")
    if fit:
        names = listed([NAMES[name] for name in fit], "and")
        verb = "gives" if len(fit) == 1 else "give"
        text = f"On {given}, {part.text} is what {names} {verb}."
        return make(COMPATIBLE, text, alternative=fit)
    told = "; ".join(f"{shown_p(p)} by {NAMES[name]}" for name, p in found.items())
    return make(INCONSISTENT, f"No usual test on {given} prints as {part.text}: {told}.")


def _of_categories(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    """A p over all categories of an outcome, from the table of groups by categories."""
    wanted = [(*entry.about.cell, group) for group in ledger.compared_groups(entry)]
    rows, categories = ledger.categories, None
    table, beside = [], []
    for key in wanted:
        counted = {
            e.about.category: e for e in rows.get(key, []) if {"count", "value"} & set(e.parts)
        }
        if len(counted) < 2 or categories not in (None, set(counted)):
            return
        categories = set(counted)
        chosen = [counted[name] for name in (sorted(counted, key=str))]
        table.append([whole_count(one) or 0 for one in chosen])
        beside += [one.name for one in chosen]
    part, found = entry.parts["p"], _table_tests(table)
    fit = [name for name, p in found.items() if prints(part, p)]
    told = " and ".join(f"{shown_p(p)} by {NAMES[name]}" for name, p in found.items())
    if fit:
        text = (
            f"On the printed counts, {part.text} is what {listed([NAMES[n] for n in fit])} gives."
        )
    else:
        text = f"The printed counts give {told}; printed is {part.text}."
    agreement = COMPATIBLE if fit else INCONSISTENT
    yield Finding("p.categories", entry.name, "p", agreement, text, tuple(beside),
                  {"table": table, "p_values": found})  # fmt: skip


def _table_tests(table: list[list[int]]) -> dict[str, float]:
    from trialtrace.stats.exact_tables import chi_squared_table, fisher_freeman_halton

    found = {}
    for name, run in (("chi_squared", chi_squared_table), ("fisher", fisher_freeman_halton)):
        try:
            found[name] = float(run(np.array(table, dtype=np.int64)).p_value)
        except StatsError:
            continue
    return {name: p for name, p in found.items() if p == p}


def _of_sets(ledger: Ledger, entry: Entry, groups: list[Entry]) -> Iterator[Finding]:
    """Only percentages are printed: every set of counts that prints so."""
    part, options = entry.parts["p"], []
    for one in groups:
        group = ledger.groups.get(one.about.group or "")
        if "percent" not in one.parts or group is None or group.randomised is None:
            return
        sizes = np.arange(1, group.randomised + 1)
        ends = zip(sizes, *count_ranges(as_range(one.parts["percent"]), sizes), strict=True)
        options.append([(x, n) for n, first, last in ends for x in range(first, last + 1)])
    sets = int(np.prod([len(option) for option in options]))
    if not 0 < sets <= MOST_SETS:
        return
    every = _over_sets(options)
    found = {name: p[p == p] for name, p in every.items() if (p == p).any()}
    if not found:
        return
    low, high = found["chi_squared"].min(), found["chi_squared"].max()
    fit = {name: count_printing(part, ps) for name, ps in found.items()}
    told = [f"{fit[name]} of them give by {NAMES[name]}" for name in found if fit[name]]
    text = (
        f"{sets} sets of counts print as the percentages; the χ² test without correction gives p "
        f"from {low:.2g} to {high:.2g} over them. "
    )
    text += f"{part.text} is what {listed(told)}." if told else f"None of them gives {part.text}."
    stated = entry.about.test
    if stated not in (None, *found):
        text += f" The stated test ({stated.replace('_', ' ')}) needs more than the counts."
    own = fit[stated] if stated in found else sum(fit.values())
    all_tried = stated in found or (stated is None and len(groups) == 2)
    agreement = COMPATIBLE if own else INCONSISTENT if all_tried else NOT_CHECKABLE
    yield Finding("p.count_sets", entry.name, "p", agreement, text,
                  tuple(one.name for one in groups),
                  {"sets": sets, "low": float(low), "high": float(high), "fit": fit})  # fmt: skip


def _over_sets(options: list[list[tuple[int, int]]]) -> dict[str, np.ndarray]:
    """P over every choice of counts: of two groups by all usual tests, of more by χ²."""
    chosen = np.array(list(product(*options)), dtype=np.int64)
    if len(options) == 2:
        (x1, n1), (x0, n0) = chosen[:, 0].T, chosen[:, 1].T
        every = p_values_of_tables(x1, n1, x0, n0)
        return {name: every[name] for name in ("chi_squared", "chi_squared_corrected", "fisher")}
    tables = np.stack([chosen[:, :, 0], chosen[:, :, 1] - chosen[:, :, 0]], axis=2).astype(float)
    expected = tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected /= tables.sum(axis=(1, 2), keepdims=True)
        statistic = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    return {"chi_squared": chdtrc(len(options) - 1, statistic)}


def _expected(counts: Counts) -> float:
    """The smallest expected count."""
    events, size = sum(x for x, _ in counts), sum(n for _, n in counts)
    least = min(n for _, n in counts)
    return min(events, size - events) * least / size if size else 0.0


def _small(counts: Counts, stated: str | None) -> str:
    if _expected(counts) >= SMALLEST_GROUP or stated == "fisher":
        return ""
    return " Expected counts are below 5, where an exact test is usual."


def _first(text: str) -> str:
    return text[0].upper() + text[1:]
