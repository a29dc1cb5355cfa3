"""Categories and strata that make up a group."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim, one_count
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import About
from trialtrace.audit.relations.engine import Case, Wanted, Way, relation
from trialtrace.audit.relations.ranges import Span, as_range, ends_of, prints, span_of
from trialtrace.audit.relations.shapes import counted, everyone, outcome_of, sizes_of
from trialtrace.audit.relations.shares import with_a_value
from trialtrace.audit.relations.sizes import count_part
from trialtrace.audit.relations.solvers.percentages import splits
from trialtrace.audit.relations.wording import listed, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, deviation_of_groups
from trialtrace.audit.summaries.percentages import counts_for_percentage
from trialtrace.audit.summaries.printed import together
from trialtrace.base.grouping import grouped

OPPOSITES = (
    {"yes", "no"},
    {"male", "female"},
    {"men", "women"},
    {"present", "absent"},
    {"positive", "negative"},
)
"""Categories of which no patient can be in both."""
SHOWN = 4


# --- categories ---------------------------------------------------------------------------------


@relation(
    "total.categories",
    "Is each patient in one of these categories? Which count is meant?",
    of_sizes=True,
)
def categories(ledger: Ledger) -> Iterator[Case]:
    """Categories that should add up to their group, or to a count of all of them."""
    for entries in ledger.categories.values():
        outcome = outcome_of(ledger, entries[0])
        found = category_counts(ledger, entries)
        if found is not None and not (outcome is not None and outcome.several):
            yield _of_categories(ledger, entries, *found)


def category_counts(ledger: Ledger, entries: list[Claim]) -> tuple[dict[str, int], int] | None:
    """The counts of the categories, each once, and the size of their group."""
    by_category: dict[str | None, dict[int, str]] = {}
    for entry in entries:
        if (count := entry.whole_count) is not None:
            by_category.setdefault(entry.about.category, {}).setdefault(count, entry.name)
    if any(len(own) > 1 for own in by_category.values()):
        return None
    counts = {name: count for own in by_category.values() for count, name in own.items()}
    sizes = {ledger.size(entry) for entry in entries} - {None}
    return (counts, int(sizes.pop() or 0)) if len(counts) > 1 and len(sizes) == 1 else None


def _of_categories(ledger: Ledger, entries: list[Claim], counts: dict[str, int], n: int) -> Case:
    total, claims = sum(counts.values()), [ledger.entries[name] for name in counts]
    asking, whole = _wanted(ledger, entries, counts, n), _together(ledger, entries)
    if whole is not None and total != n:
        claims, n = [*claims, whole], whole.whole_count or 0
    # The one that its own percentage says should be another is told of.
    subject = ledger.entries[asking[0]] if asking is not None and total != n else claims[0]
    m = with_a_value(ledger, entries[0]) if whole is None else None
    outcome = outcome_of(ledger, entries[0])
    exhaustive = None if outcome is None else outcome.exhaustive
    if exhaustive is None and _others_add_up(ledger, entries):
        exhaustive = True
    names = {str(entry.about.category).casefold() for entry in entries}
    if total > n and names in OPPOSITES:
        exhaustive = True
    ways: dict[str, Way] = {
        "of the group": total == n,
        "of those with a value": m is not None,
        "of some of the group": total < n and exhaustive is False,
    }
    right = all(_is_right(ledger, claim) for claim in entries)
    unsure = whole is None and exhaustive is None and right
    text = f"The {len(counts)} categories add up to {total}, and the group has {n}."
    return Case(
        subject, count_part(subject), ways, text, claims, excuse="open" if unsure else None,
        wanted=None if asking is None else Wanted(*asking, n)
    )  # fmt: skip


def _wanted(
    ledger: Ledger, entries: list[Claim], counts: dict[str, int], n: int
) -> tuple[str, int] | None:
    """The one category whose own percentage asks for the count that the total lacks."""
    asking, lacks = [], n - sum(counts.values())
    for name, count in counts.items() if lacks else ():
        category, wanted = ledger.entries[name].about.category, count + lacks
        shares = [one.share for one in entries if one.about.category == category and one.share]
        if shares and wanted >= 0 and wanted in counts_for_percentage(as_range(shares[0]), n):
            asking.append((name, wanted))
    return asking[0] if len(asking) == 1 else None


def _together(ledger: Ledger, entries: list[Claim]) -> Claim | None:
    """The count of all categories together: of the outcome, or of the one that it is part of."""
    about, outcome = entries[0].about, outcome_of(ledger, entries[0])
    for name in filter(None, [about.outcome, outcome.part_of if outcome is not None else None]):
        at_all = replace(entries[0], about=replace(about, outcome=name, category=None))
        if found := one_count(ledger.beside(at_all, about.group or "")):
            return found
    return None


def _others_add_up(ledger: Ledger, entries: list[Claim]) -> bool:
    """Whether the same categories add up to another group, so that they hold everyone."""
    about, names = entries[0].about, {entry.about.category for entry in entries}
    found = [
        category_counts(ledger, own)
        for own in ledger.categories.values()
        if own[0].about.cell == about.cell and own[0].about.group != about.group
        if names == {claim.about.category for claim in own}
    ]
    return any(one is not None and sum(one[0].values()) == one[1] for one in found)


def _is_right(ledger: Ledger, entry: Claim) -> bool:
    """Whether its percentage is that of its count of the group, so that neither is misprinted."""
    part, count, n = entry.share, entry.whole_count, ledger.size(entry)
    return part is not None and count is not None and prints(part, 100 * count / n if n else None)


@relation("total.percentages", "Can a patient be in several of these categories?")
def category_shares(ledger: Ledger) -> Iterator[Case]:
    """Percentages of categories that exclude each other, together.

    Percentages of categories without counts, which are not above 100 together.
    """
    for entries in ledger.categories.values():
        outcome = outcome_of(ledger, entries[0])
        if category_counts(ledger, entries) or (outcome is not None and outcome.several):
            continue
        by_category = grouped(entries, lambda entry: entry.about.category)
        shares = [
            (claims[0], claims[0].share)
            for claims in by_category.values()
            if len({claim.share.text for claim in claims if claim.share is not None}) == 1
        ]
        known = [(one, part) for one, part in shares if part is not None and part.relation == "="]
        if len(known) < 2 or len(known) < len(by_category):
            continue
        low, high = (sum(ends_of(part)[k] for _, part in known) for k in (0, 1))
        (first, part), *rest = known
        text = f"The {len(known)} categories are {low:.4g} to {high:.4g} % together, of which each "
        text += "patient is in one."
        if high >= 100 - 1e-9:
            fit = low <= 100 + 1e-9
            yield Case(first, part.name, fit, text, [one for one, _ in rest])


# --- strata -------------------------------------------------------------------------------------


@relation("split.sum", "Which of these counts is meant?")
def strata_counts(ledger: Ledger) -> Iterator[Case]:
    """Counts and sizes of the strata of a split, added up, and those of the group."""
    for entries in _splits(ledger, named=True):
        yield from _sums(ledger, entries, named=True)


@relation("split.unnamed", "Are these all strata, and is each patient in one?", only_asks=True)
def strata_unnamed(ledger: Ledger) -> Iterator[Case]:
    """Strata whose patients are those of the group, added up."""
    for entries in _splits(ledger, named=False):
        yield from _sums(ledger, entries, named=False)


def _splits(ledger: Ledger, *, named: bool) -> Iterator[list[Claim]]:
    """The strata of one split with printed counts, two or more, each told in one way."""
    counts = [
        entry
        for entry in ledger.of_group()
        if entry.about.stratum and bool(entry.about.split) == named
        if entry.whole_count is not None
    ]
    alike = grouped(
        counts, lambda count: (count.basis, replace(count.about, stratum=None, patients=None))
    )
    for entries in alike.values():
        strata = list(grouped(entries, lambda entry: entry.about.stratum).values())
        once = all(
            len({(claim.whole_count, ledger.size(claim)) for claim in own}) == 1 for own in strata
        )
        if once and len(strata) > 1:
            yield [own[0] for own in strata]


def _sums(ledger: Ledger, entries: list[Claim], *, named: bool) -> Iterator[Case]:
    first = entries[0]
    at_all = replace(first, about=replace(first.about, stratum=None, split=None))
    found = counted(ledger, at_all, first.about.group or "")
    known = [(entry, n) for entry in entries if (n := ledger.size(entry))]
    if found is None or len(known) < len(entries):
        if named:
            yield from _counts_alone(ledger, at_all, entries)
        return
    total, (events, n) = found
    sizes, added = sum(m for _, m in known), sum(entry.whole_count or 0 for entry in entries)
    told = " + ".join(f"{entry.whole_count} of {m}" for entry, m in known)
    if sizes == n:
        text = f"{told} are {added} of {n}; all have {events} of {n}."
        for entry in entries:
            beside = (*entries, total)
            yield Case(entry, count_part(entry), added == events, text, beside)
    elif sizes > n and named:
        text = f"The strata have {' + '.join(str(m) for _, m in known)} = {sizes} patients, more "
        text += f"than the {n} of the group."
        for entry in entries:
            part = "denominator" if "denominator" in entry.parts else count_part(entry)
            beside = (*entries, total)
            yield Case(entry, part, False, text, beside)


def _counts_alone(ledger: Ledger, whole: Claim, entries: list[Claim]) -> Iterator[Case]:
    """Counts of strata whose sizes are not printed: those of all are no fewer, and no more where
    both strata of a split are told."""
    at_all = one_count(ledger.beside(whole, whole.about.group or ""))
    every = [at_all, *entries] if at_all is not None else []
    if at_all is None or not any("count" in one.parts or one.about.size for one in every):
        return
    counts, total = [entry.whole_count or 0 for entry in entries], at_all.whole_count or 0
    added = sum(counts)
    if added < total and len(entries) > 2:
        return
    text = f"The strata have {' + '.join(map(str, counts))} = {added}; of all {total} are printed."
    for entry in entries:
        beside = (*entries, at_all)
        yield Case(entry, count_part(entry), added == total, text, beside)


@relation("split.total", "Of how many patients is each of these percentages?")
def strata_shares(ledger: Ledger) -> Iterator[Case]:
    """The shares of a group in the strata of a split, and its own count."""
    shares = [
        entry
        for entry in ledger.of_group()
        if entry.about.split and entry.about.stratum and "count" not in entry.parts
        if entry.share is not None and entry.share.relation == "="
    ]
    names = ("split", "group", "outcome", "population", "visit")
    for entries in grouped(shares, attrgetter(*(f"about.{name}" for name in names))).values():
        strata = grouped(entries, lambda entry: entry.about.stratum).values()
        known = [one for own in strata if (one := ledger.agreed(own, "percent")) is not None]
        if len(known) == len(strata) == 2:
            yield from _two_shares(ledger, known)


def _two_shares(ledger: Ledger, entries: list[Claim]) -> Iterator[Case]:
    first = entries[0]
    whole = replace(first, about=replace(first.about, stratum=None, split=None))
    found = counted(ledger, whole, first.about.group or "")
    if found is None:
        return
    total, (events, n) = found
    parts = [entry.parts["percent"] for entry in entries]
    both = splits(parts, (None, None), events, n)
    modes = (("truncate", "truncate"), (None, "truncate"), ("truncate", None))
    ways = (splits(parts, mode, events, n) for mode in modes)
    cut = next((one for one in ways if one), [])
    shown = listed([part.text for part in parts])
    few = listed([f"{a} of {b} and {c} of {d}" for a, b, c, d in (both or cut)[:SHOWN]], "or")
    text = f"{shown} can be the two parts of {events} of {n}: {few}."
    if not both:
        text = f"No two parts of {events} of {n} print as {shown}"
        text += f"; with digits cut off {few} would." if cut else "."
    for entry, other in ((first, entries[1]), (entries[1], first)):
        yield Case(entry, "percent", bool(both), text, (other, total))


Parts = tuple[Claim, list[Claim], str]


def ends(span: Span) -> str:
    return span_text(f"{end:.4g}".replace("-", "\N{MINUS SIGN}") for end in span)


# --- all groups together ------------------------------------------------------------------------


@relation("comparison.total", "Which of these counts is meant?", of_sizes=True)
def totals(ledger: Ledger) -> Iterator[Case]:
    """A count of all patients, or of the level of a factor, and the sum of the groups."""
    for entry in ledger.of_group():
        level = ledger.groups.get(entry.about.group or "")
        names = ledger.apart if entry.about.group == ALL else level.of if level else None
        if entry.whole_count is None or not names or len(names) < 2:
            continue
        parts = [counted(ledger, entry, group) for group in names]
        known = [one for one in parts if one is not None]
        if len(known) < len(parts):
            yield from _counts_of_groups(ledger, entry, names)
            continue
        events, size = (sum(counts[k] for _, counts in known) for k in (0, 1))
        if events == size and "count" not in entry.parts:
            continue
        n = ledger.size(entry)
        told = " + ".join(f"{x} of {m}" for _, (x, m) in known)
        text = f"The groups together ({told}) are {events} of {size}"
        beside = tuple(one for one, _ in known)
        way: Way = float(events) if n in (None, size) else False
        # A level of other patients than its groups may have other events.
        excuse = "other_patients" if level is not None and n != size else None
        yield Case(entry, count_part(entry), way, text, beside, shown=entry.printed, excuse=excuse)


def _counts_of_groups(ledger: Ledger, entry: Claim, names: Sequence[str]) -> Iterator[Case]:
    parts = [
        [claim for claim in ledger.beside(entry, group) if claim.whole_count is not None]
        for group in names
    ]
    every = [entry, *(claim for own in parts for claim in own)]
    once = all(len({claim.whole_count for claim in own}) == 1 for own in parts)
    if not once or ledger.patients_of_every_group is not None or entry.about.size is not None:
        return
    if any("count" in claim.parts for claim in every):
        counts = [own[0].whole_count or 0 for own in parts]
        text = f"The groups together have {' + '.join(map(str, counts))} = {sum(counts)}"
        beside = tuple(own[0] for own in parts)
        yield Case(entry, count_part(entry), float(sum(counts)), text, beside)


def is_mean(entry: Claim) -> bool:
    value = entry.parts.get("value")
    if value is None or value.relation != "=" or entry.basis is not None:
        return False
    return "sd" in entry.parts or value.symbol == "mean"


def is_share(entry: Claim) -> bool:
    return entry.share is not None and entry.share.relation == "=" and entry.measure is None


"""A number of all, those of the parts, and "value" or "percent"."""


def _of_all(ledger: Ledger) -> Iterator[Parts]:
    """Averages and shares of all patients with those of the groups; of groups with their strata."""
    if ledger.patients_of_every_group is None and 2 <= len(ledger.apart) <= MOST_GROUPS:
        for entry in everyone(ledger):
            kind = next((each for each in (_is_median, is_mean, is_share) if each(entry)), None)
            groups = None if kind is None else _groups(ledger, entry, kind)
            if groups is not None and kind is not None:
                yield entry, groups, "percent" if kind is is_share else "value"
    strata: dict[tuple[str, About], dict[str, list[Claim]]] = {}
    for entry in ledger.of_group():
        about = entry.about
        if about.split and about.stratum and is_mean(entry):
            key = about.split, replace(about, stratum=None, split=None, patients=None)
            strata.setdefault(key, {}).setdefault(about.stratum, []).append(entry)
    for (_, about), own in strata.items():
        known = [one for each in own.values() if (one := ledger.agreed(each, "value")) is not None]
        if 2 <= len(known) == len(own) <= MOST_GROUPS:
            at_all = replace(known[0], about=about)
            means = filter(is_mean, ledger.beside(at_all, about.group or ""))
            whole = ledger.agreed(means, "value")
            if whole is not None:
                yield whole, known, "value"


def _is_median(entry: Claim) -> bool:
    return entry.is_median


def _groups(ledger: Ledger, entry: Claim, kind: Callable[[Claim], bool]) -> list[Claim] | None:
    name = "percent" if kind is is_share else "value"
    parts = [
        ledger.agreed(filter(kind, ledger.beside(entry, group)), name) for group in ledger.apart
    ]
    known = [claim for claim in parts if claim is not None]
    if len(known) == len(parts):
        return known
    whole = len(known) > 1 and _make_all(ledger, entry, known)
    return known if whole and not any(map(ledger.assumed, known)) else None


def _make_all(ledger: Ledger, entry: Claim, groups: Sequence[Claim]) -> bool:
    """Whether the printed patients of the parts add up to all."""
    sizes = [ledger.size(group) or 0 for group in groups]
    return all(sizes) and sum(sizes) == ledger.size(entry)


def _randomised(ledger: Ledger, entry: Claim) -> bool:
    """Whether the groups are all that were randomised, by printed numbers."""
    sizes = [n for name in ledger.apart if (n := ledger.groups[name].size) is not None]
    if entry.about.group != ALL or len(sizes) < len(ledger.apart):
        return False
    printed = ledger.sizes("randomised", None).get(ALL)
    return printed is None or printed.whole_count == sum(sizes)


def _all_told(ledger: Ledger, entry: Claim, total: int) -> bool:
    """Whether a printed number of all patients is that of the groups together."""
    n = ledger.size(entry)
    if n is not None:
        return n == total
    names: Mapping[str | None, None] = {entry.about.population: None, None: None}
    printed = [
        one.whole_count
        for kind in ("analysed", "randomised")
        for name in names
        if (one := ledger.sizes(kind, name).get(ALL)) is not None
    ]
    return total in printed


@relation("whole.mean", "Which of these means is meant?")
def whole_means(ledger: Ledger) -> Iterator[Case]:
    """The mean of all patients, and those of the groups."""
    for entry, groups, name in _of_all(ledger):
        sizes = sizes_of(ledger, groups, 1)
        if name != "value" or entry.is_median or sizes is None or any(map(ledger.assumed, groups)):
            continue
        if not _all_told(ledger, entry, sum(sizes)):
            continue
        spans = np.array([ends_of(group.parts["value"]) for group in groups])
        span = Span(*(np.array(sizes) @ spans / sum(sizes)).tolist())
        means = listed([group.parts["value"].text for group in groups])
        text = f"Means of {means} of {listed([str(n) for n in sizes])} patients are {ends(span)} "
        text += "together"
        yield Case(entry, "value", span, text, groups)


@relation("whole.deviation", "Which of these deviations is meant?", of_sizes=True)
def whole_deviations(ledger: Ledger) -> Iterator[Case]:
    """The deviation of all patients, and what the groups give.

    The deviation of all: within the parts and between them.
    """
    for entry, groups, name in _of_all(ledger):
        sizes = sizes_of(ledger, groups)
        if name != "value" or sizes is None or not _all_told(ledger, entry, sum(sizes)):
            continue
        if not all(claim.has_deviation for claim in (entry, *groups)):
            continue
        means, spreads = (
            together(as_range(group.parts[one]) for group in groups) for one in ("value", "sd")
        )
        span = span_of(deviation_of_groups(means, spreads, sizes))
        text = f"Within and between the groups, all patients have a deviation of {ends(span)}"
        yield Case(entry, "sd", span, text, groups)


@relation("whole.between", "Which of these numbers is meant?")
def whole_between(ledger: Ledger) -> Iterator[Case]:
    """The mean, median or share of all patients, and those of the groups."""
    for entry, groups, name in _of_all(ledger):
        spans = [ends_of(group.parts[name]) for group in groups]
        hull = Span(min(low for low, _ in spans), max(high for _, high in spans))
        sizes = sizes_of(ledger, groups, 1)
        told = sizes is not None and not any(map(ledger.assumed, groups))
        all_told = _randomised(ledger, entry) or (
            told and _all_told(ledger, entry, sum(sizes or ()))
        )
        if name == "percent" and all(one.whole_count is not None for one in (entry, *groups)):
            continue
        text = f"The groups have {ends(hull)}, and all together lie between"
        yield Case(
            entry,
            name,
            hull,
            text,
            groups,
            excuse=None if all_told or name == "percent" else "other_patients",
        )
