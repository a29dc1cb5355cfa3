"""Counts, percentages and the patients behind them, of one group."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from math import ceil, floor

import numpy as np

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperPopulation
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.engine import Case, Way, relation
from trialtrace.audit.relations.ranges import as_range, prints
from trialtrace.audit.relations.shapes import outcome_of
from trialtrace.audit.relations.solvers.percentages import possible_counts, printing_as
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.summaries.percentages import counts_for_percentage

OTHER_ROUNDINGS = {"half_even": "with halves rounded to the even digit", "truncate": "cut off"}
TWICE = "rounded twice"
LARGEST, FEW, MOST_NAMED = 1000, 4, 3
WEIGHTED = re.compile(r"\b(?:imput\w+|weighted|weighting|estimated(?! glomerular| gfr))\b", re.I)
"""Labels of percentages that need no whole count."""
OF_TIMES = re.compile(r"surviv|kaplan|cumulative|mortality|[- ]free\b", re.I)
"""Labels of outcomes of which a percentage may be read off a survival curve."""


def shares(ledger: Ledger) -> Iterator[Claim]:
    """Claims with a percentage of a count."""
    for entry in ledger.entries.values():
        if entry.of_count and entry.share is not None and entry.parts["percent"].relation == "=":
            yield entry


@relation(
    "share.percent",
    "Which is meant: the count, the number of patients or the percentage?",
    of_sizes=True,
)
def counted_shares(ledger: Ledger) -> Iterator[Case]:
    """A count of a denominator, and the percentage printed for it."""
    for entry in shares(ledger):
        n = ledger.size(entry)
        if "count" in entry.parts:
            if n:
                yield share_case(ledger, entry, int(entry.parts["count"].value or 0), n)
            continue
        for other in ledger.beside(entry, entry.about.group or ""):
            x = other.whole_count
            apart = other.name != entry.name and "percent" not in other.parts
            if apart and n and x is not None and x <= n:
                yield share_case(ledger, entry, x, n, (other,))


def share_case(
    ledger: Ledger, entry: Claim, x: int, n: int, beside: tuple[Claim, ...] = ()
) -> Case:
    part, value = entry.parts["percent"], 100 * x / n
    ways: dict[str, Way] = {"of the group": value}
    if (m := with_a_value(ledger, entry)) is not None:
        ways[f"of the {m} in all categories"] = 100 * x / m
    others: dict[str, Way] = {
        words: prints(part, value, rounding=mode) for mode, words in OTHER_ROUNDINGS.items()
    }
    others[TWICE] = rounded_twice(part, x, n)
    row = across(ledger, entry)
    if row is not None and "denominator" not in entry.parts and not others_of_group(ledger, entry):
        others[f"of the {row} of all groups together"] = 100 * x / row
    outcome = outcome_of(ledger, entry)
    timed = entry.about.outcome in ledger.timed or (
        outcome is not None and OF_TIMES.search(outcome.label) is not None
    )
    alone = entry.about.category is None and "denominator" not in entry.parts
    curve = timed and alone and value < float(part.bounds[0]) and outcome is not None
    given = f"{x} of {n} is {value:.{max(part.places, 0) + 1}f} %"
    return Case(
        entry,
        "percent",
        ways,
        given,
        beside,
        others,
        excuse="curve" if curve and entry.about.outcome in ledger.timed else None,
        covers=() if beside else ("count", "denominator"),
        wrong=f"{given}; printed is {part.text}.{elsewhere(ledger, entry, x, n)}",
    )


def rounded_twice(part: Component, x: int, n: int) -> bool:
    """Whether rounding a share once to more digits, and then again, gives the printed one."""
    value = Decimal(100 * x) / n
    for more in (1, 2):
        once = value.quantize(Decimal(1).scaleb(-part.places - more), ROUND_HALF_UP)
        if once.quantize(Decimal(1).scaleb(-part.places), ROUND_HALF_UP) == part.value:
            return True
    return False


def with_a_value(ledger: Ledger, entry: Claim) -> int | None:
    """How many are in all categories together, where that is fewer than the group and every
    percentage is that of these: the others have no value."""
    about = entry.about
    own = ledger.categories.get((*about.cell, about.group), [])
    counts = {claim.about.category: claim.whole_count for claim in own}
    known = [claim for claim in own if claim.share is not None and claim.whole_count is not None]
    n, total = ledger.size(entry), sum(count or 0 for count in counts.values())
    once = len(own) == len(counts) == len(known) > 1 and "denominator" not in entry.parts
    if about.category is None or not once or n is None or not 0 < total < n:
        return None
    fit = [prints(one.parts["percent"], 100 * (one.whole_count or 0) / total) for one in known]
    return total if all(fit) else None


def across(ledger: Ledger, entry: Claim) -> int | None:
    """The count of all groups, where the percentages of each are shares of that: of the row."""
    about = entry.about
    row = [
        claim
        for claim in ledger.of_cell.get(about.cell, ())
        if claim.about.category == about.category and claim.about.group in ledger.apart
        if claim.share is not None and claim.whole_count is not None
    ]
    groups, total = {claim.about.group for claim in row}, sum(one.whole_count or 0 for one in row)
    if about.group is None or groups != set(ledger.apart) or len(row) != len(groups) or not total:
        return None
    fit = [prints(one.parts["percent"], 100 * (one.whole_count or 0) / total) for one in row]
    return total if all(fit) else None


def others_of_group(ledger: Ledger, entry: Claim) -> bool:
    """Whether the other categories of the same group and place are shares of it, not of the row."""
    about = entry.about
    others = [
        claim
        for claim in ledger.of_cell.get(about.cell, ())
        if claim.about.group == about.group and claim.place == entry.place
        if None not in (about.category, claim.about.category)
        if claim.about.category != about.category and claim.share is not None and claim.whole_count
    ]
    return bool(others) and all(
        (n := ledger.size(one)) is not None
        and prints(one.parts["percent"], 100 * int(one.whole_count or 0) / n)
        and across(ledger, one) is None
        for one in others
    )


def elsewhere(ledger: Ledger, entry: Claim, x: int, n: int) -> str:
    """Another printed size of the group of which the percentage would be."""
    sizes = sorted(ledger.printed_sizes(entry.about.group or "") - {n})
    part = entry.parts["percent"]
    fit = [f"{x} of {m}" for m in sizes if x <= m and prints(part, 100 * x / m)]
    told = f" {listed(fit, 'or')} would be {part.text}; that size is printed for this group too."
    return told if fit else ""


def denominators_of(count: int, part: Component) -> list[int]:
    """The denominators on which a count prints as a percentage."""
    low, high = as_range(part).bounds
    most = ceil(100 * count / low) if low > 0 else LARGEST
    least = max(count, 1, floor(100 * count / high) if high > 0 else 1)
    return [m for m in range(least, most + 1) if prints(part, 100 * count / m)]


def told_sizes(possible: list[int]) -> str:
    shown = [str(n) for n in possible]
    if len(shown) <= 2 * FEW:
        return listed(shown, "or")
    return f"{', '.join(shown[:7])} and {len(shown) - 7} more"


@relation("share.denominator", "Of how many patients is this a percentage?")
def without_size(ledger: Ledger) -> Iterator[Case]:
    """The numbers of patients on which a count prints as its percentage.

    A count and its percentage where no number of patients is printed: is there any?
    """
    for entry in shares(ledger):
        if "count" not in entry.parts or ledger.size(entry) is not None:
            continue
        count, part = int(entry.parts["count"].value or 0), entry.parts["percent"]
        possible, group = denominators_of(count, part), ledger.groups.get(entry.about.group or "")
        size = None if group is None or group.name == ALL else group.size
        beyond = bool(possible) and size is not None and min(possible) > size
        if beyond and across(ledger, entry) is None:
            continue
        text = f"{count} are {part.text} of {told_sizes(possible)} patients."
        yield Case(
            entry,
            "percent",
            {"of a number of patients": bool(possible)},
            text if possible else f"No number of patients makes {count} {part.text}.",
        )


@relation("share.count", "Of how many patients is this a percentage?")
def alone(ledger: Ledger) -> Iterator[Case]:
    """The counts of a number of patients that print as a percentage.

    A percentage without a count: is any count of the patients possible?
    """
    for entry in shares(ledger):
        if "count" in entry.parts:
            continue
        n, part = ledger.size(entry), entry.parts["percent"]
        group = ledger.groups.get(entry.about.group or "")
        most = n or (group.size if group else None)
        if most is None or _of_own_patients(ledger, entry):
            continue
        size = n or ledger.of_all_randomised(entry)
        counts = counts_for_percentage(as_range(part), size).tolist() if size else []
        any_size = n is None and not counts
        whole = possible_counts(ledger, entry, most) if any_size else None
        if any_size and (whole is None or len(whole)):
            continue
        text = f"No count of {n} prints as {part.text}."
        if n is None:
            text = f"No count of {most} patients or fewer prints as {part.text}."
        told = f"{size} patients" if n else f"{size} patients randomised"
        yield _no_count(
            ledger, entry, bool(counts), f"{part.text} of {told} is {_few(counts)}.", text,
            (n or 1, most),
        )  # fmt: skip


def _no_count(
    ledger: Ledger, entry: Claim, holds: bool, given: str, wrong: str, sizes: tuple[int, int]
) -> Case:
    part = entry.parts["percent"]
    cut = [] if holds else printing_as(replace(part, rounding="truncate"), *sizes).tolist()
    cut = [] if ledger.habits[entry.paper].rounded else cut
    few = listed([f"{x} of {n}" for x, n in cut[:FEW]], "or")
    return Case(
        entry,
        "percent",
        {"of a count": holds},
        given if holds else wrong.removesuffix("."),
        others={f"of {few}, cut off": bool(cut)},
        excuse="weights" if WEIGHTED.search(entry.label) else None,
        wrong=wrong,
    )


def _few(counts: list[int]) -> str:
    if len(counts) > FEW:
        return f"a count of {counts[0]} to {counts[-1]}"
    return f"a count of {listed([str(count) for count in counts], 'or')}"


def _of_own_patients(ledger: Ledger, entry: Claim) -> bool:
    """Whether the same percentage stands elsewhere with a number of patients of its own."""
    return any(
        claim.share is not None
        and claim.share.value == entry.parts["percent"].value
        and ("denominator" in claim.parts or claim.about.n is not None)
        for claim in ledger.beside(entry, entry.about.group or "")
        if claim.name != entry.name
    )


def _named_after_everyone(ledger: Ledger) -> Iterator[tuple[Claim, PaperPopulation, int]]:
    """Shares of a population named after all randomised, and how many these are in their group."""
    for entry in shares(ledger):
        population, group = ledger.population(entry), ledger.groups.get(entry.about.group or "")
        named = population is not None and population.everyone and not entry.about.part
        if named and population is not None and group is not None and group.size is not None:
            yield entry, population, group.size


@relation("share.everyone", "Were all randomised patients analysed?")
def of_everyone(ledger: Ledger) -> Iterator[Case]:
    """A population named after all randomised, and its size."""
    for entry, population, size in _named_after_everyone(ledger):
        part = entry.parts["percent"]
        lead = f"“{population.label}” names all {size} patients randomised to "
        lead += ledger.group_label(entry)
        if "denominator" in entry.parts:
            n = int(entry.parts["denominator"].value or 0)
            fewer = n < size and entry.about.population is None
            if not fewer:
                text = f"{lead}; the printed denominator is {n}."
                yield Case(entry, "denominator", {"everyone": n == size}, text)
            continue
        if entry.about.n is not None and entry.about.population is None:
            continue
        counts = counts_for_percentage(as_range(part), size).tolist()
        if _of_own_patients(ledger, entry):
            continue
        which = told_sizes(np.unique(printing_as(part, 1, size)[:, 1]).tolist())
        which = f"It can be of {which}, of at most {size}" if which else "None is possible"
        wrong = f"{lead}, but no count of {size} prints as {part.text}. {which}."
        if not counts:
            yield _no_count(ledger, entry, False, "", wrong, (size, size))


@relation("share.rule", "By which rule were patients of this group left out?")
def rules(ledger: Ledger) -> Iterator[Case]:
    """A group that changes in a population whose rule cannot apply to it."""
    for entry in shares(ledger):
        population, group = ledger.population(entry), ledger.groups.get(entry.about.group or "")
        if not population or not group or not population.only or group.name in population.only:
            continue
        for name in (*ledger.populations, None):
            at = replace(entry, about=replace(entry.about, population=name))
            for other in ledger.beside(at, group.name):
                theirs = ledger.population(other)
                same = entry.is_about_the_same(other, "population") and "percent" in other.parts
                if not same or theirs is None or theirs.name == population.name:
                    continue
                (low, high), (a, b) = (one.parts["percent"].bounds for one in (entry, other))
                text = f"The rule of “{population.label}” cannot apply to {group.label}, whose "
                text += f"share is {entry.parts['percent'].text} there and "
                text += f"{other.parts['percent'].text} in “{theirs.label}”."
                yield Case(entry, "percent", low < b and a < high, text, (other,))


@relation("share.outcomes", "How many patients were analysed for each outcome?", only_asks=True)
def one_number(ledger: Ledger) -> Iterator[Case]:
    """The percentages of one group in several outcomes, and their patients.

    Percentages of one group in several outcomes without sizes: one number behind all?
    """
    of_group: dict[tuple, dict[str, set[int]]] = {}
    for entry in ledger.of_group():
        group, part = ledger.groups.get(entry.about.group or ""), entry.share
        if part is None or part.relation != "=" or group is None or group.size is None:
            continue
        about = entry.about
        if about.stratum is None and about.category is None and ledger.size(entry) is None:
            whole = possible_counts(ledger, entry, group.size)
            if whole is not None and len(whole):
                key = about.group, about.population
                of_group.setdefault(key, {})[entry.name] = set(whole[:, 1].tolist())
    for possible in of_group.values():
        order = sorted(possible, key=lambda name: len(possible[name]))
        found = next(
            (
                names
                for several in range(2, MOST_NAMED + 1)
                for names in combinations(order, several)
                if not set.intersection(*(possible[name] for name in names))
            ),
            None,
        )
        if found is not None:
            claims = [ledger.entries[name] for name in found]
            told = [
                f"{one.parts['percent'].text} (of {told_sizes(sorted(possible[one.name]))})"
                for one in claims
            ]
            text = f"No one number of patients with {ledger.group_label(claims[0])} can be behind "
            text += f"{listed(told)}."
            yield Case(claims[0], "percent", False, text, tuple(claims[1:]))


@relation("share.left", "What is known of the patients who were not analysed?", only_asks=True)
def not_analysed(ledger: Ledger) -> Iterator[Case]:
    """What patients who were not analysed could change.

    Shares named after everyone that are of fewer: what the others could change.
    """
    cells: dict[tuple, list[tuple[Claim, float, float]]] = {}
    for entry, _, size in _named_after_everyone(ledger):
        if "count" in entry.parts or not size or ledger.size(entry) is not None:
            continue
        whole = possible_counts(ledger, entry, size)
        x, n = whole[-1].tolist() if whole is not None and len(whole) else (0, size)
        if n < size:
            room = entry, 100 * x / size, 100 * (x + size - n) / size
            cells.setdefault((entry.about.cell, entry.about.category), []).append(room)
    for own in cells.values():
        if len(own) > 1:
            told = [
                f"{low:.1f} to {high:.1f} % with {ledger.group_label(one)}"
                for one, low, high in own
            ]
            text = "With the most patients that can have been analysed, and every other one "
            text += f"counted one way or the other: {listed(told)}."
            yield Case(own[0][0], "percent", False, text, tuple(one for one, *_ in own[1:]))
