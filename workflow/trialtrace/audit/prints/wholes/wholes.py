"""The mean and the deviation of all patients against those of the groups that they are parted into.

The mean of all is the groups' means, weighted by their sizes. The sum of squares of all about their
mean is that within the groups and that between them: (N - 1) S² = Σ (nᵢ - 1) sᵢ² + Σ nᵢ (mᵢ - M)².
Both hold where the groups' printed sizes add up to that of all, and are computed for everything
that prints as given: the mean is linear in the groups' means, the sum between them convex.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import attrgetter

import numpy as np

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import DOUBT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import Span, as_range, ends_of, overlaps, span_of
from trialtrace.audit.relations.wording import listed, span_text
from trialtrace.audit.summaries.mean_statistics import MOST_GROUPS, deviation_of_groups
from trialtrace.audit.summaries.printed import together


@checks(
    "the mean and deviation of all patients against those of the groups, or of a group against "
    "those of the strata of a split, weighted by their sizes, where these add up to all; where "
    "only the numbers randomised do, it lies between the groups' least and greatest, as a share or "
    "a median of all does; a share by the groups' own numbers of patients where these are all",
    {
        "whole.mean": "The mean of all patients, and those of the groups.",
        "whole.between": "The mean or median of all patients, and the least and greatest of the "
        "groups.",
        "whole.share": "The share of all patients, and the least and greatest of the groups.",
        "whole.range": "The least and the greatest value of all patients, and those of the groups.",
        "whole.deviation": "The deviation of all patients, and what the groups give.",
    },
    of_sizes=("whole.mean", "whole.deviation"),
)
def check_wholes(ledger: Ledger) -> Iterator[Finding]:
    yield from _of_strata(ledger)
    if ledger.patients_of_every_group is not None or not 2 <= len(ledger.apart) <= MOST_GROUPS:
        return
    for entry in ledger.entries.values():
        if entry.about.group != ALL or not (_averages(entry) or "percent" in entry.parts):
            continue
        groups = _parts(ledger, entry)
        if groups is not None and entry.is_median:
            yield from _median(ledger, entry, groups)
        elif groups is not None and _is_mean(entry):
            yield from _of_groups(ledger, entry, groups)
        elif groups is not None:
            yield from _shares(ledger, entry, groups)
        if groups is not None:
            yield from _range(ledger, entry, groups)


def _of_strata(ledger: Ledger) -> Iterator[Finding]:
    """The mean of a group against those of the strata of a split, all told in one way."""
    splits: dict[tuple, dict[str, list[Claim]]] = {}
    for entry in ledger.of_group():
        about = entry.about
        if about.split and about.stratum and _is_mean(entry):
            key = about.split, replace(about, stratum=None, split=None, patients=None)
            splits.setdefault(key, {}).setdefault(about.stratum, []).append(entry)
    for (_, about), strata in splits.items():
        parts = [ledger.agreed(own, "value") for own in strata.values()]
        known = [claim for claim in parts if claim is not None]
        if not 2 <= len(known) == len(parts) <= MOST_GROUPS:
            continue
        at_all = replace(known[0], about=about)
        whole = ledger.agreed(filter(_is_mean, ledger.beside(at_all, about.group or "")), "value")
        if whole is not None:
            yield from _of_groups(ledger, whole, known)


def _is_mean(entry: Claim) -> bool:
    value = entry.parts.get("value")
    if value is None or value.relation != "=" or entry.basis is not None:
        return False
    return "sd" in entry.parts or value.symbol == "mean"


def _averages(entry: Claim) -> Callable[[Claim], bool] | None:
    """Which averages a claim is of."""
    return next((each for each in (attrgetter("is_median"), _is_mean) if each(entry)), None)


def _is_share(entry: Claim) -> bool:
    return entry.share is not None and entry.share.relation == "=" and entry.measure is None


def _shares(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    """The share of all patients lies between the least and the greatest of the groups."""
    part = entry.share
    counted = all(claim.whole_count is not None for claim in (entry, *groups))
    if part is None or not _is_share(entry) or counted:
        return
    shares = [ends_of(group.share) for group in groups if group.share is not None]
    span, sizes = _hull(shares), [group.about.n or 0 for group in groups]
    if not overlaps(part, *span):
        text = f"{part.text} of all lies outside of the groups' {_ends(span)} %, where no share "
        text += "of the patients of all groups can be."
        yield verdict("whole.share", entry, part, INCONSISTENT, text, groups)
    elif min(sizes) > 0 and sum(sizes) == entry.about.n:
        low, high = (np.array(sizes) @ np.array(shares) / sum(sizes)).tolist()
        told = [f"{g.parts['percent'].text} of {n}" for g, n in zip(groups, sizes, strict=True)]
        text = f"{listed(told)} are {_ends(Span(low, high))} % of all together"
        yield verdict("whole.share", entry, part, overlaps(part, low, high), text, groups)


def _parts(ledger: Ledger, entry: Claim) -> list[Claim] | None:
    """The average of each group; None where a group has none, or several that do not agree."""
    averages = _averages(entry)
    parts = [
        ledger.agreed(filter(averages, ledger.beside(entry, group)), "value")
        if averages
        else ledger.agreed(filter(_is_share, ledger.beside(entry, group)), "percent")
        for group in ledger.apart
    ]
    known = [claim for claim in parts if claim is not None]
    if len(known) == len(parts):
        return known
    # Another group is none of all where the patients of these add up to all.
    whole = len(known) > 1 and _make_all(ledger, entry, known)
    return known if whole and not any(map(ledger.assumed, known)) else None


def _make_all(ledger: Ledger, entry: Claim, groups: list[Claim]) -> bool:
    """Whether the patients of the groups add up to all."""
    sizes = [ledger.size(group) or 0 for group in groups]
    return all(sizes) and sum(sizes) == ledger.size(entry)


def _range(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    """The ends of what all patients have are those of a group, where the groups are all."""
    if not _make_all(ledger, entry, groups):
        return
    for name, word, end in (("least", "least", min), ("most", "greatest", max)):
        parts = [claim.parts[name] for claim in (entry, *groups) if name in claim.parts]
        if len(parts) == len(groups) + 1:
            span = Span(*map(end, zip(*map(ends_of, parts[1:]), strict=True)))
            text = f"The {word} of the groups is {_ends(span)}; {parts[0].text} is that of all."
            fits = overlaps(parts[0], *span)
            yield verdict("whole.range", entry, parts[0], fits, text, groups)


def _of_groups(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    sizes = [n for group in groups if (n := ledger.size(group)) is not None]
    everyone, randomised = ledger.size(entry), _randomised(ledger, entry)
    unsure = len(sizes) < len(groups) or any(map(ledger.assumed, groups))
    if unsure and randomised is not None:
        outside = list(_between(entry, groups, all_told=True))
        if outside:
            yield from outside
            return
    if everyone is None and len(sizes) == len(groups) and _are_all(ledger, entry, sum(sizes)):
        everyone = sum(sizes)
    if len(sizes) < len(groups) or everyone is None or sum(sizes) != everyone:
        everyone_told = randomised is not None and everyone in (None, randomised)
        yield from _between(entry, groups, all_told=everyone_told)
        return
    ranges = np.array([ends_of(group.parts["value"]) for group in groups])
    span = Span(*(np.array(sizes) @ ranges / everyone).tolist())
    part = entry.parts["value"]
    fits = overlaps(part, *span)
    means = listed([group.parts["value"].text for group in groups])
    text = f"Means of {means} of {listed([str(size) for size in sizes])} patients are "
    text += f"{_ends(span)} together"
    yield verdict("whole.mean", entry, part, fits, text, groups, span._asdict())
    if fits and min(sizes) > 1 and all(claim.has_deviation for claim in (entry, *groups)):
        yield _deviation(entry, groups, sizes)


def _median(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    """The median of all lies between the least and the greatest of groups that are all."""
    sizes = [ledger.size(group) or 0 for group in groups]
    all_told = all(sizes) and sum(sizes) == ledger.size(entry)
    if all_told or _randomised(ledger, entry) is not None:
        yield from _between(entry, groups, all_told=True, average="median")


def _randomised(ledger: Ledger, entry: Claim) -> int | None:
    """How many the groups randomised; None where one tells none, or they are not all."""
    sizes = [n for name in ledger.apart if (n := ledger.groups[name].size) is not None]
    if entry.about.group != ALL or len(sizes) < len(ledger.apart):
        return None
    printed = ledger.sizes("randomised", None).get(ALL)
    return sum(sizes) if printed is None or printed.whole_count == sum(sizes) else None


def _are_all(ledger: Ledger, entry: Claim, total: int) -> bool:
    """Whether a printed number of all patients is that of the groups together."""
    population = entry.about.population
    names = {population, None} if ledger.population(entry) is not None else {None}
    printed = [
        data.whole_count
        for kind in ("analysed", "randomised")
        for name in names
        if (data := ledger.sizes(kind, name).get(ALL)) is not None
    ]
    return total in printed


def _between(
    entry: Claim, groups: list[Claim], *, all_told: bool = False, average: str = "mean"
) -> Iterator[Finding]:
    """The mean of all lies between those of the groups, whoever was measured, if they are all.

    They are where the numbers randomised add up to a printed one of all (`all_told`).
    """
    span, part = _hull([ends_of(group.parts["value"]) for group in groups]), entry.parts["value"]
    if overlaps(part, *span):
        return
    text = f"{part.text} lies outside of the groups' {_ends(span)}, where "
    if all_told:
        text += f"no {average} of the patients of all groups can be, however many were measured."
        yield verdict("whole.between", entry, part, INCONSISTENT, text, groups)
        return
    text += "it cannot be if all patients are in a group and were measured."
    yield verdict("whole.mean", entry, part, DOUBT, text, groups)


def _deviation(entry: Claim, groups: list[Claim], sizes: list[int]) -> Finding:
    means, spreads = (
        together(as_range(group.parts[name]) for group in groups) for name in ("value", "sd")
    )
    span, part = span_of(deviation_of_groups(means, spreads, sizes)), entry.parts["sd"]
    text = "Within and between the groups, all patients have a standard deviation of "
    fits = overlaps(part, *span)
    return verdict("whole.deviation", entry, part, fits, text + _ends(span), groups, span._asdict())


def _ends(span: Span) -> str:
    return span_text(f"{end:.4g}".replace("-", "\N{MINUS SIGN}") for end in span)


def _hull(ranges: list[Span]) -> Span:
    """From the least to the greatest of several ranges."""
    return Span(min(low for low, _ in ranges), max(high for _, high in ranges))
