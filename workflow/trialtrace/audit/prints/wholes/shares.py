"""Counts, percentages and denominators: which of them can stand together, and whose they are.

A count x of n prints as P when 100 x / n lies in the range that P stands for. The arithmetic is
that of `stats.summaries.percentages`, exact at every edge.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import (
    ALTERNATIVE,
    COMPATIBLE,
    DOUBT,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import as_range, prints
from trialtrace.audit.relations.solvers.possible_counts import possible_counts, printing_as
from trialtrace.audit.relations.wording import listed, said_of
from trialtrace.audit.summaries.percentages import (
    counts_for_percentage,
    possible_denominators,
)

OTHER_ROUNDINGS = {
    "half_up": "digits rounded",
    "half_even": "halves rounded to the even digit",
    "truncate": "digits cut off",
}
OF_GROUP = " The other categories are shares of the group."
LARGEST = 1000
FEW = 4
WEIGHTED = re.compile(r"\b(?:imput\w+|weighted|weighting|estimated(?! glomerular| gfr))\b", re.I)
"""Labels of percentages that need no whole count."""


OF_TIMES = re.compile(r"surviv|kaplan|cumulative|mortality|[- ]free\b", re.I)
"""Labels of outcomes of which a percentage may be read off a survival curve."""


@checks(
    "count, percentage and denominator, of a group or in one expression; which denominators are "
    "possible; a name such as intention to treat against the number randomised; a rule that cannot "
    "apply to a group; a mean in a row of counts with their percentages that is above its patients",
    {
        "share.percent": "A count of a denominator, and the percentage printed for it.",
        "share.denominator": "The denominators on which a count prints as its percentage.",
        "share.count": "The counts of a denominator that print as a percentage.",
        "share.rounding": "How a paper rounds, from all its numbers.",
        "share.everyone": "A population named after all randomised, and its size.",
        "share.kind": "A mean with its deviation in the row of a count with its percentage.",
        "share.rule": "A group that changes in a population whose rule cannot apply to it.",
    },
)
def check_shares(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if not entry.of_count or entry.parts["percent"].relation != "=":
            continue
        if entry.share is None:
            yield from _no_share(ledger, entry)
            continue
        if "count" in entry.parts:
            yield from _count(ledger, entry)
        else:
            yield from _alone(ledger, entry)
            yield from _beside_count(ledger, entry)
        yield from _everyone(ledger, entry)
        yield from _only(ledger, entry)
    yield from _kinds(ledger)
    yield from _habits(ledger)


def _kinds(ledger: Ledger) -> Iterator[Finding]:
    """Means in a row whose other groups have counts, where they are more than the patients."""
    for entry in ledger.of_group():
        n, (row, column, _) = ledger.size(entry), entry.place.rpartition(", column")
        if entry.parts.keys() != {"value", "sd"} or not (n and column):
            continue
        beside = [
            other
            for other in ledger.of_cell.get(entry.about.cell, ())
            if {"count", "percent"} <= other.parts.keys() and other.place.startswith(f"{row},")
        ]
        if beside and entry.parts["value"].bounds[0] > n:
            text = f"{beside[0].printed} beside it in its row is a count with its percentage; "
            text += f"{entry.printed} cannot be one of {n} patients."
            yield verdict("share.kind", entry, "value", INCONSISTENT, text, beside, covers=("sd",))


def _habits(ledger: Ledger) -> Iterator[Finding]:
    """How each paper rounds, told once; a part of a ledger has the habits of the whole."""
    for habit in ledger.habits.values():
        if habit.told is not None and habit.told[0] in ledger.entries:
            name, text = habit.told
            part = ledger.entries[name].main
            if part is not None:
                yield Finding("share.rounding", name, part.name, COMPATIBLE, text, remark=True)


def _no_share(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A percentage that is not that of the count beside it."""
    count, n, percent = entry.whole_count, ledger.size(entry), entry.parts["percent"]
    if count is None or not n or count > n:
        return
    text = (
        f"Not checkable: {count} of {n} is {100 * count / n:.{max(percent.places, 0)}f} %; the "
        f"percentage {said_of(entry)} need not be that."
    )
    yield verdict(
        "share.percent", entry, "percent", NOT_CHECKABLE, text, detail={"count": count, "n": n}
    )


def _count(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A count and a percentage, with the denominator where one is printed."""
    count, percent = int(entry.parts["count"].value or 0), entry.parts["percent"]
    n = ledger.size(entry)
    if n is None:
        possible = denominators_of(count, percent)
        if possible and _beyond_randomised(ledger, entry, min(possible)):
            return
        text = _denominators(possible, f"{count} are {percent.text}")
        agreement = COMPATIBLE if possible else INCONSISTENT
        detail = {"count": count, "denominators": possible}
        yield verdict("share.denominator", entry, "percent", agreement, text, detail=detail)
        return
    yield _share(ledger, entry, count, n)


def _beyond_randomised(ledger: Ledger, entry: Claim, least: int) -> bool:
    """Whether a percentage is one of more patients than were randomised to the group, and not of
    the row, of which `too_many` tells."""
    group = ledger.groups.get(entry.about.group or "")
    size = None if group is None or group.name == ALL else group.size
    return size is not None and least > size and across(ledger, entry) is None


def denominators_of(count: int, percent: Component) -> list[int]:
    """The denominators on which a count prints as a percentage."""
    low, high = as_range(percent).bounds
    most = ceil(100 * count / low) if low > 0 else LARGEST
    # Below the least of them the percentage would be larger than any that prints so.
    least = max(count, 1, floor(100 * count / high) if high > 0 else 1)
    return [m for m in range(least, most + 1) if prints(percent, 100 * count / m)]


def _share(
    ledger: Ledger, entry: Claim, count: int, n: int, sources: Sequence[Claim] = ()
) -> Finding:
    percent, value = entry.parts["percent"], 100 * count / n
    both = () if sources else ("count", "denominator")

    def make(agreement: str, text: str, covers: tuple[str, ...] = (), **more: object) -> Finding:
        detail = {"count": count, "n": n, "percent": value, **more}
        return verdict("share.percent", entry, percent, agreement, text, sources, detail, covers)

    if prints(percent, value):
        text = f"{count} of {n} is {percent.value} %, as printed."
        if not prints(percent, value, rounding="half_up"):
            text = f"{count} of {n} is {value:g} %, which prints as {percent.text} as the paper "
            text += "rounds."
        return make(EXACT, text, both)
    for mode, words in OTHER_ROUNDINGS.items():
        if prints(percent, value, rounding=mode):
            text = f"{count} of {n} is {value:.3f} %, which prints as {percent.text} with {words}."
            return make(ALTERNATIVE, text, both, alternative=words)
    if (m := with_a_value(ledger, entry)) is not None:
        text = f"{count} of {m} in all categories is {percent.value} %, as printed."
        return make(COMPATIBLE, text)
    shown = f"{count} of {n} is {value:.{max(percent.places, 0)}f} %"
    if (row := across(ledger, entry)) is not None:
        text = f"{shown}; {percent.text} is that of the {row} of all groups together, as those of "
        text += "the other groups are."
        of_its_own = "denominator" in entry.parts
        if of_its_own or others_of_group(ledger, entry):
            text += f" The share is printed as one of {n}." if of_its_own else OF_GROUP
            return make(INCONSISTENT, text)
        return make(ALTERNATIVE, text, alternative="percentages of the row")
    counts = counts_for_percentage(as_range(percent), n).tolist()
    would = f"; {_few(counts)} would print so" if counts else ""
    text = f"{shown}; printed is {percent.text}{would}."
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    of_times = outcome is not None and OF_TIMES.search(outcome.label) is not None
    of_a_time = entry.about.outcome in ledger.timed or of_times
    alone = entry.about.category is None and "denominator" not in entry.parts
    if of_a_time and alone and value < float(percent.bounds[0]):
        text += " A percentage at a time of a survival curve need not be that of a count."
    return make(INCONSISTENT, text + _elsewhere(ledger, entry, count, n), counts=counts)


def with_a_value(ledger: Ledger, entry: Claim) -> int | None:
    """How many are in all categories of an outcome together, where that is fewer than the group
    and every percentage is that of these: the others have no value."""
    about = entry.about
    own = ledger.categories.get((*about.cell, about.group), [])
    counts = {claim.about.category: claim.whole_count for claim in own}
    shares = [claim for claim in own if claim.share is not None and claim.whole_count is not None]
    n, total = ledger.size(entry), sum(count or 0 for count in counts.values())
    once = len(own) == len(counts) == len(shares) > 1
    if about.category is None or not once or n is None or not 0 < total < n:
        return None
    fits = all(
        prints(share.parts["percent"], 100 * (share.whole_count or 0) / total) for share in shares
    )
    return total if fits else None


def across(ledger: Ledger, entry: Claim) -> int | None:
    """The count of all groups, where the percentages of each are shares of that: of the row."""
    about = entry.about
    row = [
        claim
        for claim in ledger.of_cell.get(about.cell, ())
        if claim.about.category == about.category and claim.about.group in ledger.apart
        if claim.share is not None and claim.whole_count is not None
    ]
    counts = [int(claim.whole_count or 0) for claim in row]
    groups = {claim.about.group for claim in row}
    if about.group is None or groups != set(ledger.apart) or len(row) != len(groups):
        return None
    total = sum(counts)
    parts = [claim.parts["percent"] for claim in row]
    fits = total > 0 and all(
        prints(part, 100 * x / total) for part, x in zip(parts, counts, strict=True)
    )
    return total if fits else None


def others_of_group(ledger: Ledger, entry: Claim) -> bool:
    """Whether the other categories of the same group and place are shares of it, not of the row."""
    about = entry.about
    others = [
        claim
        for claim in ledger.of_cell[about.cell]
        if claim.about.group == about.group and claim.place == entry.place
        if None not in (about.category, claim.about.category)
        if claim.about.category != about.category and claim.share is not None and claim.whole_count
    ]
    return bool(others) and all(
        (n := ledger.size(claim)) is not None
        and prints(claim.parts["percent"], 100 * int(claim.whole_count or 0) / n)
        and across(ledger, claim) is None
        for claim in others
    )


def _elsewhere(ledger: Ledger, entry: Claim, count: int, n: int) -> str:
    """Where the percentage may come from: another printed size of the group, or another group."""
    percent, about, text = entry.parts["percent"], entry.about, ""
    fit = [
        m
        for m in sorted(ledger.printed_sizes(about.group or "") - {n})
        if count <= m and prints(percent, 100 * count / m)
    ]
    if fit:
        told = listed([f"{count} of {m}" for m in fit], "or")
        text += f" {told} would be {percent.text}, a size that is printed for this group too."
    for other in ledger.of_cell.get(about.cell, ()):
        theirs, same = other.parts.get("percent"), other.about.category == about.category
        if same and other.about.group != about.group and theirs and theirs.text == percent.text:
            text += f" It is what is printed for {ledger.group_label(other)}."
    return text


def _few(counts: list[int]) -> str:
    """Counts that follow each other: each of a few, both ends of many."""
    if len(counts) > FEW:
        return f"{counts[0]} to {counts[-1]}"
    return listed([str(count) for count in counts], "or")


def _alone(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A percentage without a count: is any count of the printed size possible?

    Where no size is printed, of any size up to the number randomised.
    """
    n, percent, check = ledger.size(entry), entry.parts["percent"], "share.count"
    group = ledger.groups.get(entry.about.group or "")
    of, size = "", n
    if n is None:
        if group is not None and group.size is None:
            text = "The denominator is not known: neither the patients behind it, nor the size of "
            text += "a population, nor the number randomised is in the ledger."
            yield verdict(check, entry, percent, NOT_CHECKABLE, text)
            return
        size, of = ledger.of_all_randomised(entry), ", the number randomised,"
    elif ledger.taken(entry):
        of = ", the number randomised,"
    counts = counts_for_percentage(as_range(percent), size).tolist() if size else []
    if counts:
        text = f"{percent.text} of {size}{of} is a count of {_few(counts)}."
        yield verdict(check, entry, percent, COMPATIBLE, text, detail={"n": size, "counts": counts})
    elif n is not None:
        if not _of_own_patients(ledger, entry):
            text = f"No count of {n} prints as {percent.text}."
            yield _no_count(ledger, entry, text, (n, n), {"n": n, "counts": []})
    elif group and group.size:
        every = possible_counts(ledger, entry, group.size)
        if every is not None and not len(every):
            text = f"No count of {group.size} patients or fewer prints as {percent.text}."
            yield _no_count(ledger, entry, text, (1, group.size))


def _no_count(
    ledger: Ledger,
    entry: Claim,
    text: str,
    sizes: tuple[int, int],
    detail: Mapping[str, object] | None = None,
    check: str = "share.count",
) -> Finding:
    """A percentage that no count of so many patients prints as: a contradiction.

    Unless its label says why, or some count does with digits cut off, and no number of the paper is
    printed as with digits rounded only.
    """
    percent, agreement = entry.parts["percent"], INCONSISTENT
    cut = printing_as(replace(percent, rounding="truncate"), *sizes)
    if len(cut) and not ledger.habits[entry.paper].rounded:
        words = OTHER_ROUNDINGS["truncate"]
        few = listed([f"{x} of {n}" for x, n in cut.tolist()[:FEW]], "or")
        text = f"{text.removesuffix('.')}; with {words} {few} would."
        agreement, detail = ALTERNATIVE, {**(detail or {}), "alternative": words}
    elif WEIGHTED.search(entry.label) is not None:
        agreement = DOUBT
    return verdict(check, entry, percent, agreement, text, detail=detail)


def _of_own_patients(ledger: Ledger, entry: Claim) -> bool:
    """Whether the same percentage stands elsewhere with a number of patients of its own."""
    return any(
        claim.share is not None
        and claim.share.value == entry.parts["percent"].value
        and ("denominator" in claim.parts or claim.about.n is not None)
        for claim in ledger.beside(entry, entry.about.group or "")
        if claim.name != entry.name
    )


def _beside_count(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A percentage printed apart from the count of the same patients."""
    n = ledger.size(entry)
    for other in ledger.beside(entry, entry.about.group or ""):
        count = other.whole_count
        if other.name == entry.name or "percent" in other.parts:
            continue
        if n and count is not None and count <= n:
            yield _share(ledger, entry, count, n, [other])


def _everyone(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A population whose name promises everyone, against what its percentages allow."""
    population = ledger.population(entry)
    group = ledger.groups.get(entry.about.group or "")
    if not population or not population.everyone or entry.about.part:
        return
    if not group or group.size is None:
        return
    size, percent = group.size, entry.parts["percent"]
    detail = {"randomised": size}
    if "denominator" in entry.parts:
        n = int(entry.parts["denominator"].value or 0)
        if n != size:
            yield _moved(entry, population.label, group.label, n, size)
        return
    if entry.about.n is not None and entry.about.population is None:
        # It tells its patients, and it is no word of its own that it is of everyone.
        return
    counts = counts_for_percentage(as_range(percent), size).tolist()
    if counts or _of_own_patients(ledger, entry):
        return
    possible = possible_denominators(as_range(percent), limit=size).tolist()
    which = _denominators(possible, f"{percent.text} can be", f", of at most {size}")
    text = (
        f"“{population.label}” names all {size} patients randomised to {group.label}, but no count "
        f"of {size} prints as {percent.text}. {which} A share that rests on weights or on imputed "
        "values needs no whole count (`basis: model`)."
    )
    told = detail | {"denominators": possible}
    yield _no_count(ledger, entry, text, (size, size), told, "share.everyone")


def _moved(entry: Claim, population: str, group: str, n: int, size: int) -> Finding:
    """A printed denominator that is not everyone's.

    A contradiction where the claim itself is said to be of everyone, and where there are more than
    were randomised; else those without the outcome may be left out, and its own number holds.
    """
    remark = n < size and entry.about.population is None
    text = f"“{population}” names all {size} patients randomised to {group}; the printed "
    text += f"denominator is {n}"
    text += f": the outcome of {size - n} may not be known." if remark else "."
    agreement = COMPATIBLE if remark else INCONSISTENT
    name = "share.everyone"
    return verdict(
        name,
        entry,
        "denominator",
        agreement,
        text,
        detail={"randomised": size, "n": n},
        remark=remark,
    )


def _only(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A group whose share changes in a population whose rule cannot apply to it."""
    population, group = ledger.population(entry), ledger.groups.get(entry.about.group or "")
    if not population or not group or not population.only or group.name in population.only:
        return
    elsewhere = [
        other
        for name in (*ledger.populations, None)
        for other in ledger.beside(
            replace(entry, about=replace(entry.about, population=name)), group.name
        )
    ]
    for other in elsewhere:
        theirs = ledger.population(other)
        same = entry.is_about_the_same(other, "population")
        if not same or not theirs or theirs.name == population.name or "percent" not in other.parts:
            continue
        (low, high), (bottom, top) = (claim.parts["percent"].bounds for claim in (entry, other))
        if low >= top or bottom >= high:
            text = (
                f"The rule of “{population.label}” cannot apply to {group.label}, yet its share is "
                f"{entry.parts['percent'].text} there and {other.parts['percent'].text} in "
                f"“{theirs.label}”: some other exclusion, which is not printed, must lie between."
            )
            yield verdict("share.rule", entry, "percent", INCONSISTENT, text, [other])
            return


def _denominators(possible: list[int], what: str, limit: str = "") -> str:
    if not possible:
        return f"No denominator{limit} is possible."
    few = (
        listed([str(n) for n in possible], "or")
        if len(possible) <= 8
        else (f"{', '.join(str(n) for n in possible[:7])} and {len(possible) - 7} more")
    )
    return f"{what} of {few}."
