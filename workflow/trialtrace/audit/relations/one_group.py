"""Means, deviations, medians and intervals of one group."""

from collections.abc import Iterator
from itertools import pairwise
from math import log, sqrt

import numpy as np

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperOutcome
from trialtrace.audit.printed.symbols import SPREADS, UNSAID
from trialtrace.audit.relations import allow
from trialtrace.audit.relations.engine import INTERVAL, Case, Way, relation
from trialtrace.audit.relations.ranges import Span, as_range, ends_of, hull, prints
from trialtrace.audit.relations.shapes import (
    BOTH,
    deviation_of_interval,
    is_called_mean,
    outcome_of,
    patients,
    plain,
)
from trialtrace.audit.relations.solvers.intervals import (
    MOST_UNEVEN,
    half_width_of,
    quantile_of,
    unevenness,
)
from trialtrace.audit.relations.solvers.percentages import (
    METHODS,
    STATED,
    fitting,
    of_three,
    possible_counts,
)
from trialtrace.audit.relations.wholes import ends
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.summaries.count_tests import intervals_of_shares
from trialtrace.audit.summaries.granularity import grim, grimmer
from trialtrace.stats.results import StatsError

FEWEST_UNSAID, FEWEST = 7, 10
"""From so many values on a number behind ±, whatever it is of, is not above their deviation; and
of so many a deviation is held against that of other groups."""
NO_TEST_ABOVE = 0.999
"""From this share of numbers that pass by luck on, a test has no power."""
GEOMETRIC = "geometric_mean"
PAIRS = QUARTILES, RANGE = ("quartile_low", "quartile_high"), ("least", "most")


SPREAD = "Is this a standard deviation, a standard error or an interval, and of how many patients?"


def _means(ledger: Ledger) -> Iterator[tuple[Claim, PaperOutcome]]:
    """Means of a group: with a deviation, called so, or lone decimals of whole numbers."""
    for entry in ledger.of_group():
        outcome, value = outcome_of(ledger, entry), entry.parts.get("value")
        if outcome is None or value is None or not plain(value) or entry.basis is not None:
            continue
        called = {"sd", "se"} & set(entry.parts) or value.symbol == "mean"
        bare = set(entry.parts) == {"value"} and value.symbol is None and value.unit is None
        lone = bare and outcome.whole and value.places > 0 and entry.about.measure is None
        if called or lone:
            yield entry, outcome


def _numbers(n: int, outcome: PaperOutcome) -> str:
    whole = f"{n} whole numbers" if outcome.parts == 1 else f"{n} means of {outcome.parts} items"
    return f"{whole} from {outcome.ends[0]:g} to {outcome.ends[1]:g}" if outcome.ends else whole


@relation("mean.granularity", "How many patients, and which values, are behind this mean?")
def mean_granularity(ledger: Ledger) -> Iterator[Case]:
    """A mean of whole numbers, and the means that its size allows.

    A mean of whole numbers, and the means that its size allows (GRIM).
    """
    for entry, outcome in _means(ledger):
        n, taken = patients(ledger, entry)
        if not outcome.whole or n is None or _off(entry, outcome):
            continue
        mean = entry.parts["value"]
        found = grim(as_range(mean), n, items=outcome.parts, percent=False)
        luck = float(found.luck)
        if luck >= NO_TEST_ABOVE:
            continue
        fit = bool(found.consistent)
        text = f"{100 * luck:.0f} % of means of {_numbers(n, outcome)} pass by luck"
        wrong = f"No {_numbers(n, outcome)} have a mean that prints as {mean.text}."
        yield Case(entry, "value", fit, text, excuse="assumed" if taken else None,
                   wrong=wrong)  # fmt: skip


@relation(
    "deviation.granularity", "How many patients, and which values, are behind this deviation?"
)
def deviation_granularity(ledger: Ledger) -> Iterator[Case]:
    """A deviation of whole numbers, and those that their mean allows.

    A deviation of whole numbers, and those that their mean allows (GRIMMER, DEBIT).
    """
    for entry, outcome in _means(ledger):
        n, taken = patients(ledger, entry)
        if not outcome.whole or n is None or n < 2 or not entry.has_deviation:
            continue
        try:
            possible, luck = _possible(entry, outcome, n)
        except StatsError:
            continue
        if possible is None or luck >= NO_TEST_ABOVE or _off(entry, outcome):
            continue
        said = f"deviation of {entry.parts['sd'].text} with a mean of {entry.parts['value'].text}"
        text = f"{100 * luck:.0f} % of deviations of {_numbers(n, outcome)} pass by luck"
        yield Case(entry, "sd", possible, text, excuse="assumed" if taken else None,
                   wrong=f"No {_numbers(n, outcome)} have a {said}.")  # fmt: skip


def _possible(entry: Claim, outcome: PaperOutcome, n: int) -> tuple[bool | None, float]:
    """Whether there are data with mean and deviation, and luck; None where the mean is none."""
    mean, sd = (as_range(entry.parts[name]) for name in ("value", "sd"))
    scale = None if entry.about.change else outcome.whole_ends
    try:
        found = grimmer(mean, sd, n, items=outcome.parts, divisor="n - 1", scale=scale, luck=True)
    except StatsError:
        # The scale is too long for so many people: whole numbers that nothing bounds.
        found = grimmer(mean, sd, n, items=outcome.parts, divisor="n - 1", scale=None, luck=True)
    return (None if found.reason == "mean" else bool(found.consistent)), float(found.luck)


def _off(entry: Claim, outcome: PaperOutcome) -> bool:
    """Whether a mean lies off its scale, or its deviation is above the largest on it."""
    if outcome.ends is None or entry.about.change:
        return False
    low, high = ends_of(entry.parts["value"])
    return high < outcome.ends[0] or low > outcome.ends[1]


@relation("mean.scale", "On which scale was this measured?")
def on_scale(ledger: Ledger) -> Iterator[Case]:
    """A mean, median, quartile or end of a range, and the ends of its scale."""
    means = {entry.name for entry, _ in _means(ledger)}
    for entry in ledger.of_group():
        outcome = outcome_of(ledger, entry)
        if outcome is None or outcome.ends is None or entry.about.change:
            continue
        ranged = _is_median(entry) or any(set(pair) <= set(entry.parts) for pair in PAIRS)
        names = ["value"] if entry.name in means else []
        if ranged and entry.measure is None:
            names = ["value", *QUARTILES, *RANGE]
        for name in names:
            part, (least, most) = entry.parts.get(name), outcome.ends
            if part is not None and plain(part) and part.unit != "%":
                text = f"{outcome.label} goes from {least:g} to {most:g}"
                yield Case(entry, name, ends_of(part).meets(least, most), text)


def _largest(mean: Span, room: Span, n: int) -> float:
    """The largest deviation of n values of such a range and mean; see `deviation_scale`."""
    middle = min(max((room.low + room.high) / 2, mean.low), mean.high)
    return sqrt(max((middle - room.low) * (room.high - middle), 0.0) * n / (n - 1))


@relation("deviation.scale", SPREAD)
def deviation_scale(ledger: Ledger) -> Iterator[Case]:
    """A deviation or error, and the largest that the scale leaves room for.

    Of n values from a to b with mean m the variance is at most (b − m)(m − a) n/(n − 1) (Bhatia and
    Davis, Am Math Mon 2000;107:353).
    """
    for entry, outcome in _means(ledger):
        name = "sd" if "sd" in entry.parts else "se"
        part, n = entry.parts.get(name), ledger.size(entry)
        if outcome.ends is None or entry.about.change or part is None or not plain(part):
            continue
        if (n or 2) < 2 or (name == "se" and n is None) or _off(entry, outcome):
            continue
        if part.symbol == UNSAID and (n or 0) < FEWEST_UNSAID:
            continue
        (least, most), (low, high) = outcome.ends, ends_of(entry.parts["value"])
        mean = Span(min(max(low, least), most), max(min(high, most), least))
        largest = _largest(mean, Span(least, most), n or 2) / (sqrt(n or 1) if name == "se" else 1)
        text = f"On a scale from {least:g} to {most:g} a mean of {entry.parts['value'].text} "
        text += f"leaves a {SPREADS[name]} of at most {largest:.3g}"
        if ends_of(part).low > largest:
            yield Case(entry, name, False, text)


# --- intervals ----------------------------------------------------------------------------------


@relation("interval.inside", "Which of these numbers is meant?")
def inside(ledger: Ledger) -> Iterator[Case]:
    """An estimate, and the interval it lies in."""
    for entry in ledger.entries.values():
        low, high, main = entry.parts.get("ci_low"), entry.parts.get("ci_high"), entry.main
        if main is None or (low is None and high is None):
            continue
        fit = low is None or low.bounds[0] < main.bounds[1]
        fit = fit and (high is None or main.bounds[0] < high.bounds[1])
        name = "ci_high" if low is None else "ci_low"
        shown = " to ".join("no end" if part is None else part.text for part in (low, high))
        if not fit:
            text = f"The estimate is {main.text}"
            yield Case(entry, name, fit, text, shown=shown, covers=BOTH)


@relation(
    "interval.share", "By which method, and on how many patients, was this interval computed?"
)
def share_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a percentage, by the usual methods of computing one."""
    for entry in ledger.entries.values():
        if not entry.has_interval or entry.measure is not None or not entry.of_count:
            continue
        n, group = ledger.size(entry), ledger.groups.get(entry.about.group or "")
        most = n or (group.size if group else None)
        pairs = None if most is None or not entry.share else possible_counts(ledger, entry, most)
        if pairs is None:
            continue
        yield _share_interval(entry, pairs, group.size if group else None)


def _share_interval(entry: Claim, pairs: np.ndarray, randomised: int | None) -> Case:
    printed, shown = entry.parts["percent"].text, entry.interval
    fits = fitting(entry, pairs) if len(pairs) else {}
    stated = STATED.get(entry.about.interval or "", entry.about.interval)
    names = dict.fromkeys(name for each in fits.values() for name in each)
    zero = not any(entry.parts[name].value for name in BOTH)
    ways: dict[str, Way] = {METHODS[name]: True for name in names}
    ways |= {"by the rule of three": len(pairs) > 0 and of_three(entry, pairs), "of none": zero}
    sets = listed([f"{x} of {m}" for x, m in fits][:4], "or")
    text = (
        f"{shown} is the interval by {listed(sorted(METHODS[n] for n in names), 'or')} on {sets}."
    )
    if not fits:
        where = f"the {len(pairs)} counts that print as {printed}"
        if len(pairs) == 1:
            where = f"{pairs[0][0]} of {pairs[0][1]}"
        text = f"No usual interval on {where} is this"
    near: dict[str, Way] = {}
    if randomised and not fits:
        near = {f"by Wald of all {randomised} randomised": _of_wald(entry, randomised)}
    excuse = "stated_test" if stated is not None and stated not in METHODS else None
    return Case(
        entry,
        "ci_low",
        ways,
        text,
        others=near,
        stated=METHODS[stated] if stated in METHODS and fits else None,
        excuse=excuse,
        covers=("ci_high",),
        shown=shown,
    )


def _of_wald(entry: Claim, n: int) -> bool:
    """Whether Wald's interval of the printed percentage of all randomised is the printed one."""
    p = float(entry.parts["percent"].value or 0) / 100
    if not 0 <= p <= 1:
        return False
    wald = intervals_of_shares(np.array([p * n]), np.array([n]), confidence=entry.confidence)
    low, high = (100 * wald["wald"][0]).tolist()
    return prints(entry.parts["ci_low"], low) and prints(entry.parts["ci_high"], high)


@relation("mean.interval", SPREAD, of_sizes=True)
def mean_intervals(ledger: Ledger) -> Iterator[Case]:
    """The interval of a mean, and the deviation of its group."""
    for entry in ledger.of_group():
        n = ledger.size(entry)
        other = _deviation_of(ledger, entry) if is_called_mean(entry) else None
        if other is None or n is None or n < 2:
            continue
        least, most = ends_of(other.parts["sd"])
        low = quantile_of(entry) * least / sqrt(n)
        high = quantile_of(entry, n - 1) * most / sqrt(n)
        own = half_width_of(entry)
        untold = entry.about.n is None and "denominator" not in entry.parts
        wider = high < own.low <= allow.FEWER_OF_ONE.value * high and untold
        text = f"A deviation of {other.parts['sd'].text} in {n} patients gives an interval that "
        text += f"reaches {low:.3g} to {high:.3g} to either side"
        beside = (other,)
        yield Case(
            entry,
            INTERVAL,
            own.meets(low, high),
            text,
            beside,
            excuse="other_patients" if wider else None,
            rests=(allow.FEWER_OF_ONE,) if untold else (),
        )


def _deviation_of(ledger: Ledger, entry: Claim) -> Claim | None:
    """The claim that prints the deviation of the same mean: itself, or the one beside it."""
    if "sd" in entry.parts:
        return entry if entry.parts["sd"].symbol != UNSAID else None
    claims = [
        claim
        for claim in ledger.beside(entry, entry.about.group or "")
        if claim.has("value", "sd") and claim.parts["sd"].symbol != UNSAID
        if claim.parts["value"].text == entry.parts["value"].text
    ]
    return ledger.agreed(claims, "sd")


@relation("mean.centred", "Is this interval that of the mean?")
def mean_centred(ledger: Ledger) -> Iterator[Case]:
    """The mean of a group, and the middle of its interval.

    A mean is near the middle of its interval; a geometric mean on the log scale.
    """
    for entry in ledger.of_group():
        geometric = is_called_mean(entry, GEOMETRIC)
        if not (geometric or is_called_mean(entry, "mean")) or entry.credible:
            continue
        names = ("ci_low", "value", "ci_high")
        if not plain(entry.parts["value"]) or {0, 100} & {entry.parts[n].value for n in BOTH}:
            continue
        spans = [ends_of(entry.parts[name]) for name in names]
        positive = min(span.low for span in spans) > 0
        scales = [] if geometric and positive else [spans]
        if positive:
            scales.append([Span(log(low), log(high)) for low, high in spans])
        fit = min(unevenness(*scale) for scale in scales) <= MOST_UNEVEN
        where = "the middle of its interval on the log scale" if geometric else "it"
        text = f"The middle of {entry.interval} is near the mean"
        wrong = f"{entry.parts['value'].text} is not near the middle of {entry.interval}, as a "
        wrong += f"mean is{'' if not geometric else f' ({where})'}."
        yield Case(entry, "value", fit, text, wrong=wrong, covers=BOTH, rests=(allow.UNEVEN,))


@relation("deviation.unlike", SPREAD, only_asks=True)
def unlike_deviations(ledger: Ledger) -> Iterator[Case]:
    """The deviation of a group, and those of the other groups."""
    for entry in ledger.of_group():
        own = _spread(ledger, entry)
        others = [
            (claim, span)
            for group in ledger.apart
            if group != entry.about.group and entry.about.group != ALL
            for claim in ledger.beside(entry, group)
            if (span := _spread(ledger, claim)) is not None
        ]
        n = ledger.size(entry)
        if own is None or not others or (n or FEWEST) < FEWEST or own.high <= 0:
            continue
        of_all, by = hull(span for _, span in others), allow.LARGEST_SPREAD.value
        fit = own.high * by > of_all.low and own.low < by * of_all.high
        part = "sd" if "sd" in entry.parts else "ci_low"
        text = f"The deviations of the other groups are {ends(of_all)}, this one is "
        text += f"{ends(own)}."
        if not fit:
            yield Case(entry, part, fit, text, tuple(one for one, _ in others))


def _spread(ledger: Ledger, entry: Claim) -> Span | None:
    n = ledger.size(entry)
    part = entry.parts.get("sd")
    if part is not None and plain(part) and entry.has("value") and entry.basis is None:
        return ends_of(part)
    own = deviation_of_interval(entry, n) if n is not None else None
    return None if own is None else Span(*(float(end) for end in own.bounds))


# --- quartiles, ranges, medians -----------------------------------------------------------------


def _is_median(entry: Claim) -> bool:
    value = entry.parts.get("value")
    called = value is not None and value.symbol == "median"
    return called or (value is not None and QUARTILES[0] in entry.parts and "sd" not in entry.parts)


@relation("quantile.order", "Which of these values is meant?")
def quantile_order(ledger: Ledger) -> Iterator[Case]:
    """Quartiles and range, and the value between them.

    Least, lower quartile, middle, upper quartile, greatest: each at most the next.
    """
    for entry in ledger.entries.values():
        named = [pair for pair in PAIRS if set(pair) <= set(entry.parts)]
        names = [*(pair[0] for pair in reversed(named)), "value", *(pair[1] for pair in named)]
        parts = [entry.parts[name] for name in names if name in entry.parts]
        if not named:
            continue
        wrong = next(((a, b) for a, b in pairwise(parts) if (a.value or 0) > (b.value or 0)), None)
        text = f"In order: {' ≤ '.join(part.text for part in parts)}."
        if wrong is not None:
            text = f"{wrong[0].text} is printed as a value of at most {wrong[1].text}."
        first = wrong[0].name if wrong else parts[0].name
        covers = tuple(part.name for part in parts if part.name != first)
        yield Case(entry, first, wrong is None, text, covers=covers if not wrong else ())


@relation("quantile.deviation", SPREAD, of_sizes=True)
def deviation_range(ledger: Ledger) -> Iterator[Case]:
    """A standard deviation, and the range of the values.

    It is at least range / √(2 (n − 1)) (von Szokefalvi Nagy 1918), at most range/2 √(n/(n − 1))
    (Popoviciu 1935), and with the mean m at most √((m − a)(b − m) n/(n − 1)).
    """
    for entry in ledger.entries.values():
        part, n = entry.parts.get("sd"), ledger.size(entry)
        if part is None or part.symbol == UNSAID or not n or n < 2:
            continue
        ranged = entry if set(RANGE) <= set(entry.parts) else None
        if ranged is None and entry.about.group and entry.basis is None and not entry.measure:
            other = ledger.agreed(ledger.beside(entry, entry.about.group), *RANGE)
            whole = other is not None and ledger.size(other) == n and not other.basis
            ranged = other if whole else None
        if ranged is not None:
            span, about = _room(entry, ranged, n)
            fit = ends_of(part).meets(*span)
            text = f"{about} have a deviation of {span.low:.3g} to {span.high:.3g}"
            yield Case(entry, "sd", fit, text, (ranged,))


def _room(entry: Claim, ranged: Claim, n: int) -> tuple[Span, str]:
    parts = [ranged.parts[name] for name in RANGE]
    (a0, a1), (b0, b1) = (ends_of(part) for part in parts)
    least, most = max(b0 - a1, 0.0) / sqrt(2 * (n - 1)), (b1 - a0) / 2 * sqrt(n / (n - 1))
    mean, about = entry.parts.get("value"), f"{n} values from {parts[0].text} to {parts[1].text}"
    if mean is not None and mean.symbol != "median" and mean.relation == "=":
        most = min(most, _largest(ends_of(mean), Span(a0, b1), n))
        about += f" with a mean of {mean.text}"
    return Span(least, most), about


@relation("median.granularity", "How many patients are behind this median?", of_sizes=True)
def median_halves(ledger: Ledger) -> Iterator[Case]:
    """A median of whole numbers, and the medians that there are.

    The median of whole numbers is whole, or lies halfway between two; whole where n is odd.
    """
    for entry in ledger.of_group():
        outcome, value = outcome_of(ledger, entry), entry.parts.get("value")
        if outcome is None or not outcome.whole or not _is_median(entry) or value is None:
            continue
        n = ledger.size(entry)
        if value.places > 0 and value.relation == "=":
            first, last = as_range(value).multiples(2 if n is None or n % 2 == 0 else 1)
            text = f"The median of {f'{n} ' if n else ''}whole numbers is whole or halfway between"
            yield Case(entry, "value", bool(first <= last), text)
