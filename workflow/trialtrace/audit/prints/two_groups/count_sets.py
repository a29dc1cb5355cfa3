"""A printed p against every set of counts that prints as the percentages of the groups.

Where intervals are printed too, the sets are told again that also give these by a usual method.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

import numpy as np
from scipy.special import chdtrc

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.sentences import thousands
from trialtrace.audit.prints.agreements import (
    ALTERNATIVE,
    COMPATIBLE,
    INCONSISTENT,
    NOT_CHECKABLE,
    UNDECIDED,
)
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.prints.one_group.intervals import fitting
from trialtrace.audit.prints.two_groups.count_tests import (
    NAMES,
    above_level,
    all_counted,
    over_strata,
    told_test,
)
from trialtrace.audit.prints.wholes.strata import proposed
from trialtrace.audit.relations.ranges import TWO_SIDED, count_printing, prints
from trialtrace.audit.relations.solvers.possible_counts import possible_counts, printing_as
from trialtrace.audit.relations.wording import NO_TEST, listed, p_span, shown_p, two_digits
from trialtrace.audit.summaries.count_tests import p_values_of_tables
from trialtrace.base.arrays import Whole

MOST_SETS = 5_000
PAIRWISE = ("chi_squared", "chi_squared_corrected", "fisher")
SHOWN = 3


@checks(
    "percentages of the groups against p, over every set of counts that prints so, and "
    "over those that give the printed intervals too",
    {
        "p.count_sets": "Every set of counts that prints as the percentages, and p.",
    },
)
def check_count_sets(ledger: Ledger) -> Iterator[Finding]:
    for entry in map(above_level, ledger.entries.values()):
        if entry.tested is None or not entry.about.compared or entry.basis:
            continue
        groups = ledger.compared(entry, "percent")
        if groups is not None and all_counted(ledger, entry) is None:
            yield from _of_sets(ledger, entry, groups)


def _of_sets(ledger: Ledger, entry: Claim, groups: list[Claim]) -> Iterator[Finding]:
    """Only percentages are printed: every set of counts of at most the randomised sizes."""
    every = options(ledger, groups)
    sets = MOST_SETS + 1 if every is None else prod(len(option) for option in every)
    if sets > MOST_SETS:
        yield from _of_all_randomised(ledger, entry, groups)
        return
    found = _over_sets(every, entry.tails) if every and sets else {}
    if not found or every is None:
        return
    part, stated = entry.parts["p"], entry.about.test
    low, high = found["chi_squared"].min(), found["chi_squared"].max()
    fit = {name: count_printing(part, ps) for name, ps in found.items()}
    findings = [f"{thousands(fit[name])} by {NAMES[name]}" for name in found if fit[name]]
    all_sets = f"{thousands(sets)} sets of counts that print as the percentages"
    text = (
        f"Of {all_sets}, {part.text} is that of {listed(findings)}."
        if findings
        else f"None of {all_sets} gives {part.text} by {NAMES['chi_squared']}{_tried(found)}."
    )
    open = stated is None and not sum(fit.values())
    text += NO_TEST if open else ""
    text += f" The χ² test without correction gives {p_span(low, high)} over all of them."
    own = fit[stated] if stated in found else sum(fit.values())
    if own and (kept := narrowed(groups, every)) is not None:
        more, left = _on_intervals(entry, kept)
        text += more
        own = left if left is not None else own
    if stated is not None and stated not in found and not over_strata(entry):
        text += f" The stated test ({told_test(stated)}) needs more than the counts."
    if stated is None and not own and not open:
        open, text = True, f"{text}{NO_TEST}"
    agreement = COMPATIBLE if own else INCONSISTENT if stated in found else UNDECIDED
    if open and (found_cut := _if_cut_off(ledger, entry, groups)):
        without = text.replace(NO_TEST, "")
        agreement, text, open = ALTERNATIVE, f"{found_cut} {without}", False
    if agreement == COMPATIBLE and (asked := _unlike_all_randomised(ledger, entry, groups)):
        agreement, text = NOT_CHECKABLE, f"{asked} {text}"
    name, remark = "p.count_sets", over_strata(entry)
    detail = {"sets": sets, "low": float(low), "high": float(high), "fit": fit}
    yield verdict(name, entry, "p", agreement, text, groups, detail, remark=remark, open=open)


def _if_cut_off(ledger: Ledger, entry: Claim, groups: Sequence[Claim]) -> str:
    """What gives p, where a percentage that no parts of its group have is taken as cut off."""
    chosen = [proposed(ledger, group) for group in groups]
    every = [found for found, _ in filter(None, chosen)]
    if (
        len(every) < len(groups)
        or not any(cut for _, cut in filter(None, chosen))
        or max(map(len, every)) > SHOWN
    ):
        return ""
    for sets in product(*every):
        found = _over_sets([np.array([pair]) for pair in sets], entry.tails)
        fit = [name for name, ps in found.items() if count_printing(entry.parts["p"], ps)]
        off = [
            not prints(group.parts["percent"], 100 * x / n)
            for (x, n), group in zip(sets, groups, strict=True)
        ]
        if fit and any(off):
            shown = [
                f"{x} of {n}"
                + (f", which {group.parts['percent'].text} would be if cut off," * own)
                for (x, n), group, own in zip(sets, groups, off, strict=True)
            ]
            by = listed([f"{NAMES[name]} gives {shown_p(float(found[name][0]))}" for name in fit])
            return f"With {listed(shown)} {by}, as printed."
    return ""


def _by_all_randomised(
    ledger: Ledger, entry: Claim, groups: Sequence[Claim]
) -> dict[str, np.ndarray]:
    """P by every usual test with all randomised behind the percentages; none if they are not."""
    sizes = [ledger.of_all_randomised(group) for group in groups]
    every = [
        printing_as(group.parts["percent"], n, n)
        for group, n in zip(groups, sizes, strict=True)
        if n is not None
    ]
    if len(every) < len(groups) or not 0 < prod(len(own) for own in every) <= MOST_SETS:
        return {}
    return _over_sets(every, entry.tails)


def _of_all_randomised(ledger: Ledger, entry: Claim, groups: Sequence[Claim]) -> Iterator[Finding]:
    """P of the percentages of all randomised, where too many sets of fewer patients print so."""
    found, part = _by_all_randomised(ledger, entry, groups), entry.parts["p"]
    stated = entry.about.test
    if stated is not None and stated not in found:
        return
    fit = [name for name in found if count_printing(part, found[name]) and stated in (None, name)]
    findings = tuple(group.name for group in groups)
    if fit:
        text = f"With all randomised behind the percentages {part.text} is what "
        text += f"{listed([NAMES[name] for name in fit])} can give."
        yield Finding("p.count_sets", entry.name, "p", COMPATIBLE, text, findings)
    elif asked := _unlike_all_randomised(ledger, entry, groups):
        yield Finding("p.count_sets", entry.name, "p", NOT_CHECKABLE, asked, findings)


def _unlike_all_randomised(ledger: Ledger, entry: Claim, groups: Sequence[Claim]) -> str | None:
    """The question how many patients there are, where p is not that of all randomised.

    None where the percentages are not of all randomised, or some test on these gives p.
    """
    found, part = _by_all_randomised(ledger, entry, groups), entry.parts["p"]
    if not found or any(count_printing(part, ps) for ps in found.values()):
        return None
    ends = [float(end) for ps in found.values() for end in (ps.min(), ps.max())]
    shown = listed([group.parts["percent"].text for group in groups])
    of = listed([str(ledger.of_all_randomised(group)) for group in groups])
    return (
        f"Not checkable: how many patients are behind {shown} is not in the ledger. With all "
        f"randomised ({of}) it is a {p_span(min(ends), max(ends))}, not {part.text}."
    )


def options(ledger: Ledger, groups: Sequence[Claim]) -> list[Whole] | None:
    """The counts that print as each group's percentage, of the patients randomised at most.

    None where a group's are not known to be so many, or would be too many.
    """
    found = []
    for claim in groups:
        group = ledger.groups.get(claim.about.group or "")
        if claim.share is None or group is None or group.size is None:
            return None
        counts = possible_counts(ledger, claim, group.size)
        if counts is None:
            return None
        found.append(counts)
    return found


def _tried(values: dict[str, np.ndarray]) -> str:
    """Which tests were tried, where it is more than the one that is told anyway."""
    others = [NAMES[name] for name in values if name != "chi_squared"]
    return f", nor by {listed(others, 'or')}" if others else ""


def narrowed(groups: Sequence[Claim], every: Sequence[Whole]) -> list[Whole] | None:
    """The counts that also give the printed intervals.

    None where that leaves out nothing, or where a printed interval fits no counts at all.
    """
    kept = []
    for group, whole in zip(groups, every, strict=True):
        printed = group.has_interval
        some = np.array(list(fitting(group, whole))) if printed else whole
        if not len(some):
            return None
        kept.append(some)
    return kept if any(len(a) < len(b) for a, b in zip(kept, every, strict=True)) else None


def _on_intervals(entry: Claim, kept: list[Whole]) -> tuple[str, int | None]:
    """What p is on the counts that also give the printed intervals; how many sets give it."""
    found, part = _over_sets(kept, entry.tails), entry.parts["p"]
    if not found:
        return "", None
    low = min(float(ps.min()) for ps in found.values())
    high = max(float(ps.max()) for ps in found.values())
    sets = [
        listed([f"{x} of {n}" for x, n in whole], "or") for whole in kept if len(whole) <= SHOWN
    ]
    which = f" ({'; '.join(sets)})" if len(sets) == len(kept) else ""
    fit = {name: count_printing(part, ps) for name, ps in found.items()}
    tests = "the χ² test" if len(found) == 1 else "the usual tests"
    span = f"{two_digits(low)}" if low == high else f"{two_digits(low)} to {two_digits(high)}"
    text = f" On the counts that also give the printed intervals{which} p is {span} by {tests}, "
    stated = entry.about.test
    left = fit[stated] if stated in found else sum(fit.values())
    text += "some of which prints so." if left else "none of which prints so."
    return text, left


def _over_sets(every: Sequence[Whole], tails: Sequence[str]) -> dict[str, np.ndarray]:
    """P over every choice of counts: of two groups by all usual tests, of more by χ².

    `tails` as `Claim.tails`: of both, the smaller p counts.
    """
    chosen = np.array(list(product(*(whole.tolist() for whole in every))), dtype=np.int64)
    if len(every) == 2:
        (x1, n1), (x0, n0) = chosen[:, 0].T, chosen[:, 1].T
        by_test = p_values_of_tables(x1, n1, x0, n0)
        if tails != TWO_SIDED:
            by_test = _one_sided(by_test, x1 * n0 > x0 * n1, tails)
        values = {name: by_test[name] for name in PAIRWISE}
    else:
        values = {"chi_squared": _chi_squared(chosen)}
    return {name: p[p == p] for name, p in values.items() if (p == p).any()}


def _one_sided(
    every: Mapping[str, np.ndarray], higher: np.ndarray, tails: Sequence[str]
) -> dict[str, np.ndarray]:
    """P of one side; `higher` tells where the share of the first group is the higher one."""
    values: dict[str, np.ndarray] = {}
    for side in tails:
        own = {"fisher": every[f"fisher_{side}"]}
        for name in ("chi_squared", "chi_squared_corrected"):
            half = every[name] / 2
            own[name] = np.where(higher == (side == "greater"), half, 1 - half)
        values = {name: np.fmin(p, values.get(name, p)) for name, p in own.items()}
    return values


def _chi_squared(chosen: np.ndarray) -> np.ndarray:
    tables = np.stack([chosen[:, :, 0], chosen[:, :, 1] - chosen[:, :, 0]], axis=2).astype(float)
    expected = tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected /= tables.sum(axis=(1, 2), keepdims=True)
        statistic = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    return chdtrc(chosen.shape[1] - 1, statistic)
