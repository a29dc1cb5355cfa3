"""Parts that make up a whole: categories, strata, groups together; counts, means and shares."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import About
from trialtrace.audit.relations.engine import Case, Relation, Way
from trialtrace.audit.relations.ranges import Span, as_range, ends_of, span_of
from trialtrace.audit.relations.shapes import counted, everyone, sizes_of
from trialtrace.audit.relations.sizes import count_part
from trialtrace.audit.relations.wording import listed, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, deviation_of_groups
from trialtrace.audit.summaries.printed import together


def ends(span: Span) -> str:
    return span_text(f"{end:.4g}".replace("-", "\N{MINUS SIGN}") for end in span)


# --- all groups together ------------------------------------------------------------------------


def totals(ledger: Ledger) -> Iterator[Case]:
    """A count of all groups together against the counts of each."""
    for entry in everyone(ledger):
        parts = [counted(ledger, entry, group) for group in ledger.apart]
        known = [one for one in parts if one is not None]
        total = entry.whole_count
        if total is None or len(parts) < 2:
            continue
        if len(known) < len(parts):
            yield from _counts_of_groups(ledger, entry)
            continue
        events, size = (sum(counts[k] for _, counts in known) for k in (0, 1))
        if events == size and "count" not in entry.parts:
            continue
        n = ledger.size(entry)
        told = " + ".join(f"{x} of {m}" for _, (x, m) in known)
        text = f"The groups together ({told}) are {events} of {size}"
        beside = tuple(one for one, _ in known)
        way: Way = float(events) if n in (None, size) else False
        yield Case(entry, count_part(entry), {"": way}, text, beside, shown=entry.printed)


def _counts_of_groups(ledger: Ledger, entry: Claim) -> Iterator[Case]:
    parts = [
        [claim for claim in ledger.beside(entry, group) if claim.whole_count is not None]
        for group in ledger.apart
    ]
    every = [entry, *(claim for own in parts for claim in own)]
    once = all(len({claim.whole_count for claim in own}) == 1 for own in parts)
    if not once or ledger.patients_of_every_group is not None or entry.about.size is not None:
        return
    if any("count" in claim.parts for claim in every):
        counts = [own[0].whole_count or 0 for own in parts]
        text = f"The groups together have {' + '.join(map(str, counts))} = {sum(counts)}"
        beside = tuple(own[0] for own in parts)
        yield Case(entry, count_part(entry), {"": float(sum(counts))}, text, beside)


def is_mean(entry: Claim) -> bool:
    value = entry.parts.get("value")
    if value is None or value.relation != "=" or entry.basis is not None:
        return False
    return "sd" in entry.parts or value.symbol == "mean"


def is_share(entry: Claim) -> bool:
    return entry.share is not None and entry.share.relation == "=" and entry.measure is None


Parts = tuple[Claim, list[Claim], str]
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


def whole_means(ledger: Ledger) -> Iterator[Case]:
    """The mean of all, weighted by the patients of the parts, where these add up."""
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
        yield Case(entry, "value", {"": span}, text, tuple(groups), detail=span._asdict())


def whole_deviations(ledger: Ledger) -> Iterator[Case]:
    """The deviation of all: within the parts and between them."""
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
        yield Case(entry, "sd", {"": span}, text, tuple(groups), detail=span._asdict())


def whole_between(ledger: Ledger) -> Iterator[Case]:
    """A mean, median or share of all lies between the least and the greatest of the parts."""
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
            {"": hull},
            text,
            tuple(groups),
            excuse=None if all_told or name == "percent" else "other_patients",
        )


def whole_shares(ledger: Ledger) -> Iterator[Case]:
    """The share of all by the groups' own numbers of patients, where these are all."""
    for entry, groups, name in _of_all(ledger):
        sizes = [group.about.n or 0 for group in groups]
        if name != "percent" or min(sizes) <= 0 or sum(sizes) != entry.about.n:
            continue
        if all(claim.whole_count is not None for claim in (entry, *groups)):
            continue
        spans = np.array([ends_of(group.parts["percent"]) for group in groups])
        span = Span(*(np.array(sizes) @ spans / sum(sizes)).tolist())
        told = [f"{g.parts['percent'].text} of {n}" for g, n in zip(groups, sizes, strict=True)]
        text = f"{listed(told)} are {ends(span)} % of all together"
        yield Case(entry, "percent", {"": span}, text, tuple(groups))


def whole_ranges(ledger: Ledger) -> Iterator[Case]:
    """The ends of what all patients have are those of a group, where the groups are all."""
    for entry, groups, _ in _of_all(ledger):
        for name, end in (
            (("least", min), ("most", max)) if _make_all(ledger, entry, groups) else ()
        ):
            parts = [group.parts[name] for group in groups if name in group.parts]
            if name in entry.parts and len(parts) == len(groups):
                span = Span(*map(end, zip(*map(ends_of, parts), strict=True)))
                text = f"That of the groups is {ends(span)}"
                yield Case(entry, name, {"": span}, text, tuple(groups))


TABLE = (
    Relation(
        "comparison.total",
        "A count of all patients, and the sum of the groups.",
        totals,
        "Which of these counts is meant?",
        of_sizes=True,
    ),
    Relation(
        "whole.mean",
        "The mean of all patients, and those of the groups.",
        whole_means,
        "Which of these means is meant?",
    ),
    Relation(
        "whole.deviation",
        "The deviation of all patients, and what the groups give.",
        whole_deviations,
        "Which of these deviations is meant?",
        of_sizes=True,
    ),
    Relation(
        "whole.between",
        "The mean, median or share of all patients, and those of the groups.",
        whole_between,
        "Which of these numbers is meant?",
    ),
    Relation(
        "whole.share",
        "The share of all patients, and those of the groups.",
        whole_shares,
        "Which of these percentages is meant?",
    ),
    Relation(
        "whole.range",
        "The least and the greatest value of all patients, and those of the groups.",
        whole_ranges,
        "Which of these values is meant?",
    ),
)
