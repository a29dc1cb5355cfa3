"""Headlines against tables: relative reductions, and shares over everyone randomised."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import numpy as np

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.prints.agreements import COMPATIBLE, INCONSISTENT, NOT_CHECKABLE, UNDECIDED
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.two_groups.count_tests import counted
from trialtrace.audit.relations.solvers.possible_counts import possible_counts
from trialtrace.audit.relations.wording import listed
from trialtrace.base.arrays import Floats, Whole
from trialtrace.base.grouping import grouped

REDUCTION = "relative_reduction"
RATIOS = ("risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")
ODDS = "odds_ratio"
MOST_COUNTED = 1000
Ends = tuple[Decimal, Decimal]
Share = tuple[Claim, Ends]


@checks(
    "a headline against the percentages below it, in every population; what patients who "
    "were not analysed could change",
    {
        "headline.reduction": "A relative reduction, and the shares it is about.",
        "headline.ratio": "A relative reduction, and the ratio beside it.",
        "headline.everyone": "What patients who were not analysed could change.",
    },
)
def check_headline(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if entry.measure == REDUCTION and entry.about.compared:
            yield from _reduction(ledger, entry)
    yield from _everyone(ledger)


def _reduction(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A relative reduction, against the ratio beside it or the shares that it is about."""
    low, high = _claimed(entry.parts)
    if low is None or high is None:
        return
    ratio = _of_ratios(ledger, entry, low, high)
    shares = None if entry.basis else _shares(ledger, entry)
    if ratio is not None and (ratio.agreement == COMPATIBLE or shares is None):
        yield ratio
    elif shares is not None:
        yield _of_shares(ledger, entry, shares, (low, high))


def _of_ratios(ledger: Ledger, entry: Claim, low: Decimal, high: Decimal) -> Finding | None:
    """1 less a ratio that is printed for the same comparison; the one that fits, if any does."""
    finding = None
    for other in ledger.comparisons[entry.about.cell]:
        main, same = other.main, other.about.compared == entry.about.compared
        if not same or main is None or main.relation != "=" or other.measure not in RATIOS:
            continue
        if main.name != "value":  # a reduction of its own, which is no ratio
            continue
        least, most = (100 * (1 - end) for end in reversed(main.bounds))
        fits = most > low and least < high
        text = f"A ratio of {main.text} is a reduction of {_span(least, most)}"
        end = f", in keeping with “{entry.printed}”." if fits else f"; printed is {entry.printed}."
        text, agreement = text + end, COMPATIBLE if fits else INCONSISTENT
        if not fits and other.measure == ODDS and _nearer(low, high, least, most):
            agreement = UNDECIDED
            text += " A reduction of the risk is smaller than that of the odds."
        first, *covers = entry.parts
        finding = verdict(
            "headline.ratio", entry, first, agreement, text, [other], covers=tuple(covers)
        )
        if fits:
            break
    return finding


def _nearer(low: Decimal, high: Decimal, least: Decimal, most: Decimal) -> bool:
    """Whether a claimed reduction lies between none and that of the odds, as one of risks does."""
    return (high > 0 and low < most) if most > 0 else (low < 0 and high > least)


def _shares(ledger: Ledger, entry: Claim) -> dict[str, Share] | None:
    """The claim of each compared group, with the least and the greatest share, in percent."""
    shares: dict[str, Share] = {}
    for group in ledger.compared_groups(entry):
        known = counted(ledger, entry, group)
        printed = [claim for claim in ledger.beside(entry, group) if "percent" in claim.parts]
        if known is None and ledger.agreed(printed, "percent") is None:
            return None
        ends = [end for one in printed for end in one.parts["percent"].bounds]
        if known is not None:
            ends.append(Decimal(100 * known[1][0]) / known[1][1])
        one = known[0] if known is not None else printed[0]
        shares[group] = one, (min(ends), max(ends))
    return shares


def _of_shares(
    ledger: Ledger, entry: Claim, shares: dict[str, Share], claimed: tuple[Decimal, Decimal]
) -> Finding:
    found = [
        _against(ledger, entry, dict(shares), claimed, control)
        for control in _controls(ledger, entry)
    ]
    return next((finding for finding in found if finding.agreement == COMPATIBLE), found[0])


def _against(
    ledger: Ledger,
    entry: Claim,
    shares: dict[str, Share],
    claimed: tuple[Decimal, Decimal],
    control: str,
) -> Finding:
    """The reductions against the share of one group."""
    check, (component, *covers) = "headline.reduction", entry.parts
    claims = [one for one, _ in shares.values()]
    reference, base = shares.pop(control)
    if base[0] <= 0:
        data = reference.parts.get("percent")
        of = f"{data.text}, which may stand for 0" if data else "a share that may be 0"
        text = f"Of {of}, nothing can be a part."
        return verdict(check, entry, component, NOT_CHECKABLE, text, claims)
    outside, told, detail = [], [], {}
    for name, (_, share) in shares.items():
        least, most = _reductions(share, base)
        label = ledger.groups[name].label
        told.append(f"{_span(least, most)} with {label}")
        detail[name] = [float(least), float(most)]
        if most < claimed[0] or least > claimed[1]:
            outside.append(label)
    text = f"The printed shares give a relative reduction of {listed(told)}"
    if outside:
        whom = listed(outside) if len(shares) > 1 else "it"
        text += f"; “{entry.printed}” does not hold for {whom}."
        text += _elsewhere(ledger, entry, control)
    else:
        text += f", in keeping with “{entry.printed}”."
    return verdict(check, entry, component, not outside, text, claims, detail, tuple(covers))


def _controls(ledger: Ledger, entry: Claim) -> tuple[str, ...]:
    """The groups that the reduction may be of.

    The control group; the last that is compared where none is named so. Of two groups with the
    control first also the second: the first against the second.
    """
    groups = ledger.compared_groups(entry)
    control = next((name for name in groups if ledger.groups[name].control), groups[-1])
    turned = control == groups[0] and len(groups) == len(entry.about.compared) == 2
    return (control, groups[1]) if turned else (control,)


def _span(least: Decimal | float, most: Decimal | float) -> str:
    low, high = f"{least:.1f}", f"{most:.1f}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def _elsewhere(ledger: Ledger, entry: Claim, control: str) -> str:
    """The reductions among the patients of every other population that is printed."""
    told = []
    for population in ledger.populations.values():
        about = replace(entry.about, population=population.name)
        shares = ledger.compared(replace(entry, about=about), "percent")
        if population.name == entry.about.population or shares is None:
            continue
        by_group = {share.about.group: share.parts["percent"] for share in shares}
        reference = by_group.pop(control).bounds
        if reference[0] > 0:
            spans = [
                f"{_span(*_reductions(part.bounds, reference))} with "
                f"{ledger.groups[name or ''].label}"
                for name, part in by_group.items()
            ]
            told.append(f" In “{population.label}” it is {listed(spans)}.")
    return "".join(told)


def _claimed(parts) -> tuple[Decimal | None, Decimal | None]:
    """The values that the headline allows."""
    if {"at_least", "at_most"} <= set(parts):
        return parts["at_least"].bounds[0], parts["at_most"].bounds[1]
    data = parts.get("percent")
    if data is None or data.value is None:
        return None, None
    if data.relation in (">", ">="):
        return data.value, Decimal(100)
    if data.relation in ("<", "<="):
        return Decimal(-100000), data.value
    return data.bounds


def _reductions(treated: Ends, reference: Ends) -> Ends:
    """Least and greatest relative reduction, in percent, over two ranges of shares."""
    (low, high), (base_low, base_high) = treated, reference
    hundred = Decimal(100)
    return hundred * (1 - high / base_low), hundred * (1 - max(low, Decimal(0)) / base_high)


def _everyone(ledger: Ledger) -> Iterator[Finding]:
    """The shares if all who were not analysed had, or had not.

    Told where not everyone can have been analysed, in one group at least.
    """
    of_everyone = [
        entry
        for entry in ledger.of_group()
        if (population := ledger.population(entry)) and population.everyone
        if entry.share and not entry.about.part
    ]
    for entries in grouped(of_everyone, lambda entry: entry.about.cell).values():
        ranges = {}
        for entry in entries:
            group = ledger.groups.get(entry.about.group or "")
            size = group.size if group else None
            counts = possible_counts(ledger, entry, size) if size else None
            if size and counts is not None and len(counts):
                ranges[entry.name] = _ranges(counts, size)
        if len(ranges) < 2 or all(own[-1][0] == own[-1][1] for own in ranges.values()):
            continue
        findings = [
            f"{ledger.group_label(ledger.entries[name])} {_span(*own[-1])}"
            for name, own in ranges.items()
        ]
        text = (
            "With the most patients that can have been analysed, and every other one counted one "
            f"way or the other: {listed(findings)}; with fewer analysed the ranges are wider."
        )
        text += "".join(_overlaps(ledger, ranges))
        check, (first, *others) = "headline.everyone", ranges
        detail = {"ranges": {name: own[-1].tolist() for name, own in ranges.items()}}
        beside = tuple(others)
        yield Finding(check, first, "percent", COMPATIBLE, text, beside, detail, remark=True)


def _ranges(counts: Whole, size: int) -> Floats:
    """From none to all of those who were not analysed, in percent of all."""
    x, n = counts.T
    return 100 * np.stack([x, x + size - n], axis=1) / size


def _overlaps(ledger: Ledger, ranges: dict[str, Floats]) -> Iterator[str]:
    """In how many sets of counts the ranges of two groups overlap: against the control, if any."""
    controls = {group.name for group in ledger.groups.values() if group.control}
    for one, other in combinations(ranges, 2):
        pair = [ledger.entries[name] for name in (one, other)]
        if controls and not controls & {entry.about.group for entry in pair}:
            continue
        (low, high), (bottom, top) = (np.sort(ranges[name], axis=0).T for name in (one, other))
        sets = len(low) * len(bottom)
        # All pairs but those of which one range ends before the other one starts.
        apart = np.searchsorted(high, bottom, "left").sum() + np.searchsorted(top, low).sum()
        both = sets - int(apart)
        of = "the only set" if sets == 1 else f"{both} of {sets} sets"
        of = f"{100 * both / sets:.0f} % of all sets" if sets > MOST_COUNTED else of
        if both:
            labels = " and ".join(ledger.group_label(entry) for entry in pair)
            yield f" Those of {labels} overlap with {of} of counts."
