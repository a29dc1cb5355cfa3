"""Intervals: inside, centred, and which method gives both bounds from the printed counts."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import inf

from trialtrace.claims.agreement import NOT_CHECKABLE
from trialtrace.claims.ledger import Entry, Ledger
from trialtrace.claims.prints.comparisons import KINDS, table_of
from trialtrace.claims.prints.finding import (
    ALTERNATIVE,
    COMPATIBLE,
    EXACT,
    INCONSISTENT,
    Finding,
    as_range,
    listed,
    overlaps,
)
from trialtrace.claims.prints.shares import counts_by_size, possible_counts
from trialtrace.stats.results import Interval, StatsError
from trialtrace.stats.summaries.count_tests import printing_the_same, proportion_intervals
from trialtrace.stats.summaries.estimates import EstimateCheck, check_estimate

SCALES = {
    "risk_ratio": ("log", 1.0), "odds_ratio": ("log", 1.0), "hazard_ratio": ("log", 1.0),
    "risk_difference": ("identity", 0.0), "mean_difference": ("identity", 0.0),
}  # fmt: skip
METHODS = {
    "wald": "Wald", "wald_cut": "Wald, cut at 0 and 1", "wilson": "Wilson",
    "agresti_coull": "Agresti-Coull", "agresti_coull_cut": "Agresti-Coull, cut at 0 and 1",
    "jeffreys": "Jeffreys", "clopper_pearson": "Clopper-Pearson",
}  # fmt: skip


def check(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        if not {"ci_low", "ci_high"} <= set(entry.parts):
            continue
        main = entry.parts.get("percent") or entry.parts.get("value")
        if main is None:
            continue
        yield from _inside(entry, main)
        if entry.about.measure in SCALES:
            yield from _symmetric(ledger, entry, main)
        elif entry.about.group and "percent" in entry.parts:
            yield from _of_share(ledger, entry)


def _inside(entry: Entry, main) -> Iterator[Finding]:
    low, high = entry.parts["ci_low"], entry.parts["ci_high"]
    if low.bounds[0] <= main.bounds[1] and main.bounds[0] <= high.bounds[1]:
        return
    text = f"{main.text} lies outside its own interval, {low.text} to {high.text}."
    yield Finding("interval.inside", entry.name, "ci_low", INCONSISTENT, text)


def _confidence(entry: Entry) -> float:
    level = entry.parts["ci_low"].level
    return float(level) / 100 if level is not None else 0.95


def _of_share(ledger: Ledger, entry: Entry) -> Iterator[Finding]:
    """The interval of one share, on its counts or on all counts that its percentage allows."""
    low, high, percent = (entry.parts[name] for name in ("ci_low", "ci_high", "percent"))
    n, group = ledger.size(entry), ledger.groups.get(entry.about.group or "")
    most = n or (group.randomised if group else None)
    if most is None:
        return
    counted = entry.parts.get("count")
    if n:
        events = [int(counted.value or 0)] if counted else counts_by_size(percent, (n,))[n]
        pairs = [(x, n) for x in events]
    else:
        pairs = possible_counts(entry, most)
    if pairs is None:
        return
    found, nearest = fitting(entry, pairs), {}
    printed = float(low.value or 0), float(high.value or 0)
    for x, m in pairs:
        methods = _of_counts(x, m, _confidence(entry))
        _keep_nearest(nearest, methods, printed, (x, m))
    drawn = {
        "printed": [float(percent.value or 0), *printed],
        "nearest": [{"method": METHODS[name], "low": ends[0], "high": ends[1], "of": list(of)}
                    for name, (_, ends, of) in nearest.items()],
    }  # fmt: skip
    yield _share_finding(entry, pairs, found, drawn)


@lru_cache(maxsize=1 << 16)
def _of_counts(x: int, n: int, confidence: float) -> Mapping[str, Interval]:
    return proportion_intervals(x, n, confidence=confidence)


def fitting(entry: Entry, pairs: list[tuple[int, int]]) -> dict[tuple[int, int], list[str]]:
    """The counts on which a usual method gives both printed bounds, and these methods."""
    low, high = as_range(entry.parts["ci_low"]), as_range(entry.parts["ci_high"])
    level, found = _confidence(entry), {}
    for x, m in pairs:
        methods = _of_counts(x, m, level)
        if same := printing_the_same(methods, low, high, factor=100):
            found[(x, m)] = same
    return found


def _keep_nearest(nearest: dict[str, tuple], methods, printed: tuple, of: tuple) -> None:
    """For each method, the counts whose bounds (in percent) come nearest to the printed ones."""
    for name, own in methods.items():
        ends = 100 * own.low, 100 * own.high
        off = max(abs(a - b) for a, b in zip(ends, printed, strict=True))
        # A cut interval is the plain one wherever nothing is cut.
        if name in METHODS and not name.endswith("_cut") and off < nearest.get(name, (inf,))[0]:
            nearest[name] = off, ends, of


def _share_finding(entry: Entry, pairs: list, found: dict, drawn: dict) -> Finding:
    shown = f"{entry.parts['ci_low'].text} to {entry.parts['ci_high'].text}"
    detail = {"sets": len(pairs), "fits": [[x, m, names] for (x, m), names in found.items()]}
    detail |= drawn
    where = f"{pairs[0][0]} of {pairs[0][1]}" if len(pairs) == 1 else (
        f"any of the {len(pairs)} counts that print as {entry.parts['percent'].text}"
    )  # fmt: skip
    if not pairs:
        text = f"No count prints as {entry.parts['percent'].text}, to which {shown} could belong."
        return _bounds(entry, INCONSISTENT, text, detail)
    if not found:
        tried = listed(sorted({name.split(",")[0] for name in METHODS.values()}), "or")
        text = f"No usual interval ({tried}) on {where} has the bounds {shown}."
        return _bounds(entry, INCONSISTENT, text, detail)
    methods = sorted({name for names in found.values() for name in names})
    told = listed([METHODS[name] for name in methods], "or")
    sets = listed([f"{x} of {m}" for x, m in found][:4], "or")
    stated = entry.about.interval
    if stated is not None and stated not in methods:
        text = f"{told} on {sets} has the bounds {shown}; the stated {METHODS[stated]} has not."
        return _bounds(entry, ALTERNATIVE, text, detail | {"alternative": methods})
    agreement = EXACT if stated and len(pairs) == 1 else COMPATIBLE
    text = f"{shown} is the interval of {told} on {sets}."
    return _bounds(entry, agreement, text, detail)


def _bounds(entry: Entry, agreement: str, text: str, detail: dict) -> Finding:
    """A verdict on both bounds."""
    return Finding(
        "interval.share", entry.name, "ci_low", agreement, text, (), detail, ("ci_high",)
    )


def _symmetric(ledger: Ledger, entry: Entry, main) -> Iterator[Finding]:
    """A ratio or difference with its interval, and its p where one is printed."""
    every = [one for df in _degrees(ledger, entry) if (one := _checked(entry, main, df))]
    if not every:
        return
    on = " on the log scale" if SCALES[entry.about.measure or ""][0] == "log" else ""
    exact_by_design = entry.about.interval in (None, "wald", "log")
    if not every[0].symmetric and exact_by_design:
        text = (
            f"{main.text} is not the middle{on} of {entry.parts['ci_low'].text} to "
            f"{entry.parts['ci_high'].text}, as it is for the usual interval; exact, score and "
            "profile intervals need not be centred."
        )
        agreement = INCONSISTENT if entry.about.interval else COMPATIBLE
        yield Finding("interval.centred", entry.name, "ci_low", agreement, text)
    part = entry.parts.get("p")
    if part is None or part.relation == "ns" or not every[0].symmetric:
        return
    low, high = (f(float(end) for end in ends) for f, ends in (
        (min, [one.p.low for one in every]), (max, [one.p.high for one in every])))  # fmt: skip
    fits = overlaps(part, low, high)
    text = f"Estimate and interval give p from {low:.2g} to {high:.2g}"
    text += f", which holds {part.text}." if fits else f"; printed is {part.text}."
    agreement, covers = COMPATIBLE, ("value", "percent", "ci_low", "ci_high")
    if not fits:
        agreement, covers = INCONSISTENT, ()
        if _has_own_test(ledger, entry):
            agreement = NOT_CHECKABLE
            text += " The p-value is that of another test, so that the two need not agree."
    yield Finding("interval.p", entry.name, "p", agreement, text, (), {"low": low, "high": high},
                  covers)  # fmt: skip


def _checked(entry: Entry, main, df: float) -> EstimateCheck | None:
    scale, null = SCALES[entry.about.measure or ""]
    factor = Fraction(1, 100) if "percent" in entry.parts else Fraction(1)
    try:
        return check_estimate(
            as_range(main).scaled(factor), as_range(entry.parts["ci_low"]).scaled(factor),
            as_range(entry.parts["ci_high"]).scaled(factor),
            scale=scale, null=null, df=df, confidence=_confidence(entry),
            sides=entry.about.sides or "two_sided",
        )  # fmt: skip
    except StatsError:
        return None


def _degrees(ledger: Ledger, entry: Entry) -> list[float]:
    """Degrees of freedom of the interval: for means the t test's, from least to most, and none."""
    if entry.about.measure != "mean_difference" or len(entry.about.compare) != 2:
        return [inf]
    sizes = [ledger.size_of(entry, group) for group in entry.about.compare]
    if None in sizes:
        return [inf]
    known = [int(size or 0) for size in sizes]
    return [inf, *(float(df) for df in (sum(known) - 2, min(known) - 1) if df > 0)]


def _has_own_test(ledger: Ledger, entry: Entry) -> bool:
    """Whether p is not the interval's own: another test is stated, or the counts give it."""
    if entry.about.measure == "mean_difference":
        return entry.about.test not in (None, "t", "welch")
    if entry.about.test is not None:
        return True
    return entry.about.measure in KINDS and table_of(ledger, entry) is not None
