"""A printed p against the printed counts of the groups it compares.

Every usual test is applied; the stated one decides, and where none is stated any that prints as
given.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from math import comb, erfc, log, prod, sqrt
from typing import Any

import numpy as np

from trialtrace.audit.candidates.count_methods import TESTS
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import (
    ALTERNATIVE,
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
    UNDECIDED,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.wholes.totals import repair
from trialtrace.audit.relations.ranges import TWO_SIDED, as_range, prints
from trialtrace.audit.relations.wording import NO_TEST, NOT_CHECKED, listed, said_of, shown_p
from trialtrace.audit.summaries.count_tests import p_values_of_counts
from trialtrace.audit.summaries.percentages import counts_for_percentage
from trialtrace.base.words import upper_first
from trialtrace.stats.results import StatsError

ONE_SIDED = {
    "fisher": "fisher_one_sided",
    "chi_squared": "chi_squared_one_sided",
    "chi_squared_corrected": "chi_squared_corrected_one_sided",
}
"""Tests of one side, which are tried after all of two; half of χ² is also z's."""
HALVES = (ONE_SIDED["chi_squared"], ONE_SIDED["chi_squared_corrected"])
NAMES = {
    name: each.label if "'s " in each.label else f"the {each.label}" for name, each in TESTS.items()
} | {
    HALVES[0]: "the χ² or z test without correction, one-sided",
    HALVES[1]: "the χ² or z test with continuity correction, one-sided",
}
SHORT = {
    "chi_squared": "χ²",
    "chi_squared_corrected": "with correction",
    "fisher": "Fisher",
    "mid_p": "mid-p",
}
MOST_TABLES = 10**6
"""For a table of more ways to fill its columns no exact test is made for each candidate of a
repair: it takes up to a minute."""
MID_P = ("mid_p", "mid_p_all")
PROPER = {"mantel_haenszel": "Mantel-Haenszel", "log_rank": "log-rank"}
SMALLEST_GROUP = 5
LEVEL = Decimal("0.05")
Counts = list[tuple[int, int]]


@checks(
    "counts of the groups against p, by every usual test (a one-sided match, of Fisher's test, χ² "
    "or z, is another choice, or inconsistent where two sides are stated, unless Wald's z or the "
    "likelihood ratio gives it too); a table of categories (of two by the same tests), also with "
    "the count that its total asks for",
    {
        "p.counts": "The counts of the groups, and p by the usual tests.",
        "p.categories": "The table of groups by categories, and p.",
    },
    of_sizes=("p.counts",),
)
def check_count_tests(ledger: Ledger) -> Iterator[Finding]:
    for entry in map(above_level, ledger.entries.values()):
        if entry.tested is None or not entry.about.compared or entry.about.versus:
            continue
        if known := all_counted(ledger, entry):
            if over_strata(entry) and entry.basis is None:
                continue
            made = _of_counts(entry, [one for one, _ in known], [counts for _, counts in known])
            yield _unless_timed(ledger, entry, made)
        elif ledger.compared(entry, "percent") is None and entry.basis is None:
            yield from _of_categories(ledger, entry)


def _unless_timed(ledger: Ledger, entry: Claim, finding: Finding) -> Finding:
    """A p of no named test may be the log-rank test's, where the outcome is one of times."""
    timed = entry.about.outcome in ledger.timed
    if entry.about.test is not None or finding.agreement != ALTERNATIVE or not timed:
        return finding
    text = f"Not checkable: {finding.sentence} It may be that of a test of the times."
    return replace(finding, agreement=NOT_CHECKABLE, sentence=text)


def above_level(entry: Claim) -> Claim:
    """A claim of no significance as one of a p above 0.05, the level where none is said."""
    data = entry.parts.get("p")
    if data is None or data.relation != "ns":
        return entry
    above = replace(data, text=data.text.rstrip("."), relation=">", value=LEVEL, places=2)
    return replace(entry, parts={**entry.parts, "p": above})


def over_strata(entry: Claim) -> bool:
    """Whether p is that of a test of two groups over strata."""
    return entry.about.test == "mantel_haenszel" and len(entry.about.compared) == 2


def all_counted(ledger: Ledger, entry: Claim) -> list[tuple[Claim, tuple[int, int]]] | None:
    """The claim that tells the counts of each compared group, and these; None where one lacks."""
    known = [counted(ledger, entry, group) for group in ledger.compared_groups(entry)]
    found = [one for one in known if one is not None]
    return found if found and len(found) == len(known) else None


def counted(ledger: Ledger, entry: Claim, group: str) -> tuple[Claim, tuple[int, int]] | None:
    """The claim that tells a group's counts; None where none does, or where two disagree."""
    found = [
        (claim, counts)
        for claim in ledger.beside(entry, group)
        if (counts := _known(ledger, claim)) is not None
    ]
    return found[0] if found and len({counts for _, counts in found}) == 1 else None


def _known(ledger: Ledger, entry: Claim) -> tuple[int, int] | None:
    """(events, size) where both are printed, or follow from what is printed in one way only."""
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


def p_values(counts: Counts, tails: Sequence[str]) -> dict[str, float]:
    """P by every usual test of two or more groups; `tails` as `Claim.tails`."""
    if len(counts) != 2:
        return _table_tests([[x, n - x] for x, n in counts])
    (x1, n1), (x0, n0) = counts
    both = p_values_of_counts(x1, n1, x0, n0, sides="two_sided")
    if tails == TWO_SIDED:
        one = one_sided(both, (x1, n1, x0, n0), ("less", "greater"))
        return both | {name: one[test] for test, name in ONE_SIDED.items()}
    return one_sided(both, (x1, n1, x0, n0), tails)


def one_sided(
    both: Mapping[str, float], table: tuple[int, int, int, int], tails: Sequence[str]
) -> dict[str, float]:
    """P of one side, the smaller where `tails` are both; `both` are the two-sided ones."""
    values: dict[str, float] = {}
    higher = table[0] * table[3] > table[2] * table[1]
    for side in tails:
        p_values = p_values_of_counts(*table, sides=side)
        for name in ("chi_squared", "chi_squared_corrected"):
            half = both[name] / 2
            p_values[name] = half if higher == (side == "greater") else 1 - half
        values = {name: min(p, values.get(name, p)) for name, p in p_values.items()}
    return values


def _of_counts(entry: Claim, groups: list[Claim], counts: Counts, table: str = "") -> Finding:
    """`table` is that of two groups by two categories in words, where these are the counts of one
    of both."""
    part, stated = entry.parts["p"], entry.about.test
    found = {name: p for name, p in p_values(counts, entry.tails).items() if p == p}
    fit = [name for name, p in found.items() if prints(part, p)]
    check = "p.categories" if table else "p.counts"
    given = table or "; ".join(f"{x} of {n}" for x, n in counts)
    detail: dict[str, Any] = {
        "counts": counts,
        "p_values": found,
        "expected": _expected(counts),
        "printed": float(part.value or 0),
    }

    def make(agreement: str, text: str, *, open: bool = False, **more: Any) -> Finding:
        text, own = text + _small(counts, stated), detail | more
        return verdict(check, entry, part, agreement, text, groups, own, open=open)

    if entry.basis is not None:
        text = f"{NOT_CHECKED} p is that {said_of(entry)}; {given} give {_by_test(found, '; ')}."
        return make(NOT_CHECKABLE, text)
    usual = [name for name in fit if name not in ONE_SIDED.values()]
    # A test that was guessed by the words beside a table may be the other one of these words.
    if stated in found and not (entry.doubt and usual and stated not in fit):
        own = f"{upper_first(NAMES[stated])} on {given} gives {shown_p(found[stated])}"
        if stated in fit:
            return make(EXACT, f"{own}, which prints as {part.text}.")
        others = [name for name in fit if name not in HALVES]
        if others:
            told = listed([NAMES[name] for name in others], "or")
            return make(
                ALTERNATIVE, f"{own}; {part.text} is what {told} gives.", alternative=others
            )
        if fit:
            told = listed([f"{NAMES[name]}, with {shown_p(found[name])}" for name in fit])
            return make(INCONSISTENT, f"{own}; {part.text} is that of one side ({told}).")
        return make(INCONSISTENT, f"{own}; no usual test on these counts prints as {part.text}.")
    if stated is not None and stated not in found:
        text = f"{NOT_CHECKED} {told_test(stated)} needs more than the counts {given}."
        return make(NOT_CHECKABLE, text)
    if fit and not usual:
        further = [name for name, p in wald_and_likelihood(counts).items() if prints(part, p)]
        if further:
            text = f"On {given}, {part.text} is what {listed(further, 'and')} gives."
            return make(COMPATIBLE, text, alternative=further)
        return _of_one_side(entry, make, given, {name: found[name] for name in fit})
    if usual:
        verb = "gives" if len(usual) == 1 else "give"
        text = f"On {given}, {part.text} is what {listed(_named(usual), 'and')} {verb}."
        return make(COMPATIBLE, text, alternative=usual)
    text = f"The usual tests on {given} give {_each(found)}; none prints as {part.text}.{NO_TEST}"
    return make(UNDECIDED, f"{text} In full: {_by_test(found, '; ')}.", open=True)


def _each(values: Mapping[str, float]) -> str:
    """P of each two-sided test, in short: "P = 0.335 (χ²), 0.656 (with correction)"."""
    own = [f"{shown_p(p)} ({SHORT[name]})" for name, p in values.items() if name in SHORT]
    rest = [one.removeprefix("P ").removeprefix("= ") for one in own[1:]]
    return listed([*own[:1], *rest]) or "no p"


def wald_and_likelihood(counts: Counts) -> dict[str, float]:
    """Two-sided P of two groups by tests that are usual in models, by their names in a sentence.

    Wald's z of the risk difference, of the log risk ratio and of the log odds ratio, and the
    likelihood ratio test; {} where a cell is empty. Oracle: statsmodels and scipy
    (`tests/spec/audit/test_tests_of_models.py`).
    """
    (a, n1), (c, n0) = counts
    b, d = n1 - a, n0 - c
    if min(a, b, c, d) == 0:
        return {}
    p1, p0 = a / n1, c / n0
    z = {
        "Wald's z of the risk difference": (p1 - p0)
        / sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0),
        "Wald's z of the log risk ratio": log(p1 / p0) / sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0),
        "Wald's z of the log odds ratio": log(a * d / (b * c))
        / sqrt(1 / a + 1 / b + 1 / c + 1 / d),
    }
    total, events = n1 + n0, a + c
    cells = ((a, n1, events), (b, n1, total - events), (c, n0, events), (d, n0, total - events))
    deviance = 2 * sum(x * log(x * total / (row * column)) for x, row, column in cells)
    z["the likelihood ratio test"] = sqrt(max(deviance, 0.0))
    return {name: erfc(abs(one) / sqrt(2)) for name, one in z.items()}


def _named(tests: Sequence[str]) -> list[str]:
    """The tests in words; both forms of the mid-p test as one."""
    if set(MID_P) <= set(tests):
        return [*(NAMES[name] for name in tests if name not in MID_P), "both mid-p tests"]
    return [NAMES[name] for name in tests]


def _of_one_side(
    entry: Claim, make: Callable[..., Finding], given: str, fit: Mapping[str, float]
) -> Finding:
    """A p that one-sided tests alone give: another choice, unless two sides are stated."""
    text = f"On {given}, no two-sided test gives {entry.parts['p'].text}"
    each = [f"{NAMES[name]}, with {shown_p(p)}" for name, p in fit.items()]
    own = f"{listed(each)}, {'do' if len(fit) > 1 else 'does'}."
    if entry.sides == "two_sided":
        return make(INCONSISTENT, f"{text}, which is stated to be two-sided; {own}")
    return make(ALTERNATIVE, f"{text}; {own}", alternative=[NAMES[name] for name in fit])


def _of_categories(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A p over all categories of an outcome, from the table of groups by categories."""
    wanted = [(*entry.about.cell, group) for group in ledger.compared_groups(entry)]
    if len(wanted) < 2:
        return
    rows, categories = ledger.categories, None
    table: list[list[int]] = []
    beside: list[Claim] = []
    for key in wanted:
        own = [claim for claim in rows.get(key, []) if {"count", "value"} & set(claim.parts)]
        counted = {claim.about.category: claim for claim in _of_one_place(entry, own)}
        if len(counted) < 2 or categories not in (None, set(counted)):
            return
        categories = set(counted)
        chosen = [counted[name] for name in (sorted(counted, key=str))]
        table.append([claim.whole_count or 0 for claim in chosen])
        beside += chosen
    whole = [rows[key] for key in wanted]
    if len(table) == len(table[0]) == 2:
        given = "; ".join(f"{x} and {y}" for x, y in table)
        made = _of_counts(entry, beside, [(x, x + y) for x, y in table], given)
        text = _if_repaired(ledger, whole, table, entry.parts["p"]) if made.open else ""
        yield replace(made, sentence=made.sentence + text)
        return
    exact = not (ledger.brief and _ways(table) > MOST_TABLES)
    part, found, stated = entry.parts["p"], _table_tests(table, exact), entry.about.test
    fit = [name for name, p in found.items() if prints(part, p)]
    agreement, open, detail = NOT_CHECKABLE, False, {"table": table, "p_values": found}
    if stated is not None and stated not in NAMES:
        text, detail = f"{NOT_CHECKED} {told_test(stated)} needs more than the printed counts.", {}
    elif not fit and not exact:
        text = "The exact test of so large a table is not made for each candidate."
        detail = {}
    elif fit:
        agreement = COMPATIBLE
        text = (
            f"On the printed counts, {part.text} is what {listed([NAMES[n] for n in fit])} gives."
        )
    else:
        open = stated is None
        agreement = UNDECIDED if open else INCONSISTENT
        text = f"The printed counts give {_by_test(found)}; printed is {part.text}."
        text += NO_TEST if open else ""
        text += _if_repaired(ledger, whole, table, part)
    yield verdict("p.categories", entry, part, agreement, text, beside, detail, open=open)


def _of_one_place(entry: Claim, cells: list[Claim]) -> list[Claim]:
    """Of claims of which two are of one category, as of two tables that call their outcomes alike,
    those that a p is linked to, and those of the same place."""
    places = [cell.place.partition(",")[0] for cell in cells if cell.name in entry.linked]
    again = len({claim.about.category for claim in cells}) < len(cells)
    own = [claim for claim in cells if claim.place.partition(",")[0] in places]
    return own if own and again else cells


def _by_test(values: dict[str, float], joint: str = " and ") -> str:
    return joint.join(f"{shown_p(p)} by {NAMES[name]}" for name, p in values.items())


def _if_repaired(
    ledger: Ledger, rows: list[list[Claim]], table: list[list[int]], component: Component
) -> str:
    """What p is with the counts that the totals of the groups ask for; not of a part of them."""
    if ledger.brief:
        return ""
    mended_table: list[list[int]] = [list(row) for row in table]
    replaced: list[str] = []
    for row, entries in zip(mended_table, rows, strict=True):
        mending = repair(ledger, entries)
        if mending is None:
            continue
        mended, names = ledger.entries[mending.claim], sorted(set(map(_category, entries)))
        replaced.append(f"{mending.count} in place of {mended.whole_count}")
        row[names.index(_category(mended))] = mending.count
    if not replaced:
        return ""
    p_by_test = _table_tests(mended_table)
    fits = {name: p for name, p in p_by_test.items() if prints(component, p)}
    more = ", as printed." if fits else "."
    return f" With {listed(replaced)} they give {_by_test(fits or p_by_test)}{more}"


def _category(entry: Claim) -> str:
    return str(entry.about.category)


def _ways(table: list[list[int]]) -> int:
    """In how many ways the longer side's lines but the last can be filled, rows left aside."""
    totals = sorted((list(map(sum, table)), list(map(sum, zip(*table, strict=True)))), key=len)
    few = len(totals[0]) - 1
    return prod(comb(size + few, size) for size in sorted(totals[1])[:-1])


def _table_tests(table: list[list[int]], exact: bool = True) -> dict[str, float]:
    return dict(_tests_of(tuple(map(tuple, table)), exact))


@lru_cache(maxsize=256)
def _tests_of(table: tuple[tuple[int, ...], ...], exact: bool) -> Mapping[str, float]:
    """P by χ² and the exact test. Once for a table: the latter may take seconds."""
    from trialtrace.stats.categorical.r_by_c_tests import chi_squared_table, fisher_freeman_halton

    if len(table) == len(table[0]) == 2:
        (a, b), (c, d) = table
        return p_values_of_counts(a, a + b, c, c + d, sides="two_sided")
    found: dict[str, float] = {}
    tests = {"chi_squared": chi_squared_table, "fisher": fisher_freeman_halton}
    for name, run in tests.items() if exact else [("chi_squared", chi_squared_table)]:
        try:
            found[name] = float(run(np.array(table, dtype=np.int64)).p_value)
        except StatsError:
            continue
    return {name: p for name, p in found.items() if p == p}


def _expected(counts: Counts) -> float:
    """The smallest expected count."""
    events, size = sum(x for x, _ in counts), sum(n for _, n in counts)
    least = min(n for _, n in counts)
    return min(events, size - events) * least / size if size else 0.0


def told_test(stated: str) -> str:
    """A test as a ledger names it, in words."""
    return PROPER.get(stated, stated.replace("_", " "))


def _small(counts: Counts, stated: str | None) -> str:
    if _expected(counts) >= SMALLEST_GROUP or stated == "fisher":
        return ""
    return " Expected counts are below 5, where an exact test is usual."
