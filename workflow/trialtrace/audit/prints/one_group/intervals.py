"""Intervals: inside, and which method gives both bounds of a share from the printed counts."""

from collections.abc import Iterator

import numpy as np

from trialtrace.audit.candidates import count_methods as methods
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.verdicts import NO_USUAL_INTERVAL
from trialtrace.audit.prints.agreements import (
    ALTERNATIVE,
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
)
from trialtrace.audit.prints.finding import Finding, checks, interval_verdict, verdict
from trialtrace.audit.relations.ranges import prints
from trialtrace.audit.relations.solvers.possible_counts import possible_counts
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.summaries.count_tests import intervals_of_shares
from trialtrace.base.arrays import Floats, Whole

HALF = 50
METHODS = {name: each.label for name, each in methods.INTERVALS.items()}
STATED = {"exact": "clopper_pearson", "score": "wilson"}
"""What the methods of a share are called by too."""


@checks(
    "an estimate inside its interval; which method gives the interval of a share",
    {
        "interval.inside": "An estimate, and the interval it lies in.",
        "interval.share": "The interval of a percentage, by the usual methods of computing one.",
    },
)
def check_intervals(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if not {"ci_low", "ci_high"} & set(entry.parts) or entry.main is None:
            continue
        yield from _inside(entry, entry.main)
        if entry.has_interval and entry.measure is None and entry.of_count and entry.share:
            yield from _of_share(ledger, entry)


def _inside(entry: Claim, main) -> Iterator[Finding]:
    low, high = entry.parts.get("ci_low"), entry.parts.get("ci_high")
    above = low is None or low.bounds[0] < main.bounds[1]
    if above and (high is None or main.bounds[0] < high.bounds[1]):
        return
    ends = [
        without if part is None else part.text
        for part, without in ((low, "no lower end"), (high, "an end that was not reached"))
    ]
    text = f"{main.text} lies outside its own interval, {ends[0]} to {ends[1]}."
    name = "ci_high" if low is None else "ci_low"
    yield verdict("interval.inside", entry, name, INCONSISTENT, text)


def _of_share(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """The interval of one share, on its counts or on all counts that its percentage allows."""
    low, high, percent = (entry.parts[name] for name in ("ci_low", "ci_high", "percent"))
    n, group = ledger.size(entry), ledger.groups.get(entry.about.group or "")
    most = n or (group.size if group else None)
    if most is None:
        return
    pairs = possible_counts(ledger, entry, most)
    if pairs is None:
        return
    printed = float(low.value or 0), float(high.value or 0)
    drawn = {
        "printed": [float(percent.value or 0), *printed],
        "nearest": list(_nearest(entry, pairs, np.array(printed))),
    }
    yield _share_finding(entry, pairs, fitting(entry, pairs), drawn)


def _intervals(entry: Claim, pairs: Whole) -> dict[str, Floats]:
    """Bounds in percent by method, (counts, 2)."""
    intervals = intervals_of_shares(*pairs.T, confidence=entry.confidence)
    return {name: 100 * ends for name, ends in intervals.items()}


def fitting(entry: Claim, pairs: Whole) -> dict[tuple[int, int], list[str]]:
    """The counts on which a usual method gives both printed bounds, and these methods.

    A cut interval is told only where it is another than the plain one.
    """
    parts = [entry.parts[name] for name in ("ci_low", "ci_high")]
    texts: dict[tuple[int, int], list[str]] = {}
    every = _intervals(entry, pairs)
    for name, ends in every.items():
        plain = every[name.removesuffix("_cut")]
        near = np.ones(len(pairs), dtype=bool)
        for part, own in zip(parts, ends.T, strict=True):
            low, high = (float(end) for end in part.bounds)
            near &= (own > low - (high - low)) & (own < high + (high - low))
        for place in np.flatnonzero(near):
            same = name.endswith("_cut") and (ends[place] == plain[place]).all()
            if not same and all(
                prints(part, own) for part, own in zip(parts, ends[place], strict=True)
            ):
                x, n = pairs[place].tolist()
                texts.setdefault((x, n), []).append(name)
    return dict(sorted(texts.items(), key=lambda item: item[0][::-1]))


def _nearest(entry: Claim, pairs: Whole, printed: Floats) -> Iterator[dict[str, object]]:
    """For each method, the counts whose bounds (in percent) come nearest to the printed ones."""
    for name, ends in _intervals(entry, pairs).items():
        off = np.where(np.isnan(ends), np.inf, np.abs(ends - printed)).max(axis=1)
        # A cut interval is the plain one wherever nothing is cut.
        if not name.endswith("_cut") and len(off) and np.isfinite(off.min()):
            best = int(off.argmin())
            low, high = ends[best].tolist()
            yield {"method": METHODS[name], "low": low, "high": high, "of": pairs[best].tolist()}


def _share_finding(entry: Claim, pairs: Whole, fits: dict, drawn: dict) -> Finding:
    shown, printed = entry.interval, entry.parts["percent"].text
    detail = {"sets": len(pairs), "fits": [[x, m, names] for (x, m), names in fits.items()]}
    detail |= drawn
    stated = STATED.get(entry.about.interval or "", entry.about.interval)
    methods = {name for names in fits.values() for name in names}
    by = listed([METHODS[name] for name in METHODS if name in methods], "or")
    sets = listed([f"{x} of {m}" for x, m in fits][:4], "or")
    if not len(pairs):
        text = f"No count prints as {printed}, to which {shown} could belong."
        agreement = INCONSISTENT
    elif stated not in (None, *METHODS):
        text = f"The stated method ({stated}) is not one of a share."
        agreement = NOT_CHECKABLE
    elif not fits and not any(entry.parts[name].value for name in ("ci_low", "ci_high")):
        text = f"{shown} is no interval; the simplest one of none has no width."
        agreement = NOT_CHECKABLE
    elif not fits and _of_three(entry, pairs):
        text = f"{shown} is the interval by the rule of three, 3 over {pairs[0][1]} patients."
        agreement = COMPATIBLE
    elif not fits:
        where = f"{pairs[0][0]} of {pairs[0][1]}"
        if len(pairs) > 1:
            where = f"any of the {len(pairs)} counts that print as {printed}"
        tried = listed(sorted({name.split(",")[0] for name in METHODS.values()}), "or")
        text = f"{NO_USUAL_INTERVAL} ({tried}) on {where} has the bounds {shown}.{_outward(entry)}"
        agreement = INCONSISTENT
    elif stated is not None and not methods & {stated, stated.removesuffix("_cut")}:
        text = f"{shown} is the interval of {sets} by {by}; the stated {METHODS[stated]} gives "
        text += "another."
        agreement, detail = ALTERNATIVE, detail | {"alternative": sorted(methods)}
    else:
        agreement = EXACT if stated and len(pairs) == 1 else COMPATIBLE
        text = f"{shown} is the interval of {sets} by {by}."
    return interval_verdict("interval.share", entry, agreement, text, (), detail)


def _of_three(entry: Claim, pairs: Whole) -> bool:
    """Whether the bounds are the rule of three's, of no events or of nothing but events.

    Source: Hanley & Lippman-Hand, JAMA 1983;249:1743.
    """
    if len(pairs) != 1 or pairs[0][0] not in (0, pairs[0][1]):
        return False
    reach = 300 / float(pairs[0][1])
    ends = (0.0, reach) if pairs[0][0] == 0 else (100 - reach, 100.0)
    low, high = (entry.parts[name] for name in ("ci_low", "ci_high"))
    return prints(low, ends[0]) and prints(high, ends[1])


def _outward(entry: Claim) -> str:
    """Whether the middle of the bounds lies further from 50 % than the percentage.

    Wald's interval has the percentage in its middle; all others lean towards 50 %.
    """
    low, high, percent = (entry.parts[name].bounds for name in ("ci_low", "ci_high", "percent"))
    least, most = ((a + b) / 2 for a, b in zip(low, high, strict=True))
    above = percent[0] > HALF and least >= percent[1]
    if not above and not (percent[1] < HALF and most <= percent[0]):
        return ""
    return (
        f" Their middle is {float(least):g} to {float(most):g} %, further from 50 % than the "
        "percentage: no usual interval is, on any counts."
    )
