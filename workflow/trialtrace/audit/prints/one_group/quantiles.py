"""Medians, quartiles and ranges: their order, and the deviation that a range leaves room for.

n values between a least and a greatest one that both occur have a standard deviation from
range / sqrt(2 (n - 1)) to range / 2 * sqrt(n / (n - 1)); with their mean m of at most
sqrt((m - a)(b - m) n / (n - 1)), from a to b. Mean and median lie at most a deviation apart.
Sources: von Szokefalvi Nagy 1918, Popoviciu 1935, Bhatia & Davis 2000, Hotelling & Solomons 1932.
Oracle: enumeration of whole numbers.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.prints.agreements import EXACT, INCONSISTENT
from trialtrace.audit.prints.finding import Finding, checks, verdict
from trialtrace.audit.relations.ranges import as_range, ends_of

QUARTILES, ENDS = ("quartile_low", "quartile_high"), ("least", "most")


@checks(
    "quartiles, range and median in order, and on their scale; the deviation that a range leaves "
    "room for; a mean and a median that lie at most a deviation apart; medians of whole numbers",
    {
        "quantile.order": "Quartiles and range, and the value between them.",
        "quantile.scale": "Medians, quartiles and ranges, and the ends of the scale.",
        "quantile.deviation": "A standard deviation, and the range of the values.",
        "median.apart": "A mean with its standard deviation, and the median.",
        "median.granularity": "A median of whole numbers, and the medians that there are.",
    },
    of_sizes=(
        "median.granularity",
        "quantile.deviation",
    ),
)
def check_quantiles(ledger: Ledger) -> Iterator[Finding]:
    for entry in ledger.entries.values():
        named = [pair for pair in (QUARTILES, ENDS) if set(pair) <= set(entry.parts)]
        if named:
            yield from _order(entry, named)
        if entry.about.group and (named or _is_median(entry)):
            yield from _off_scale(ledger, entry)
        sd = entry.parts.get("sd")
        said = sd is not None and sd.symbol != UNSAID
        if said and ENDS in named and (n := ledger.size(entry)) and n > 1:
            yield _deviation(entry, n, whole=_of_whole(ledger, entry))
        elif said and entry.basis is None:
            yield from _of_range_beside(ledger, entry)
        if said and entry.basis is None and entry.about.group and not _is_median(entry):
            yield from _of_median_beside(ledger, entry)
        outcome = ledger.outcomes.get(entry.about.outcome or "")
        if outcome and outcome.whole and entry.about.group and _is_median(entry):
            yield from _halves(ledger, entry)


def _of_range_beside(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A deviation against the range of the same values that another claim prints."""
    n, group = ledger.size(entry), entry.about.group
    if not group or not n or n < 2 or entry.measure is not None:
        return
    other = ledger.agreed(ledger.beside(entry, group), *ENDS)
    if other is None or other.name == entry.name or ledger.size(other) != n or other.basis:
        return
    parts = {**entry.parts, **{name: other.parts[name] for name in ENDS}}
    whole = _of_whole(ledger, other)
    yield _deviation(replace(entry, parts=parts), n, whole=whole, sources=(other,))


def _of_median_beside(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A mean and its deviation against the median of the same values that another claim prints."""
    beside = [claim for claim in ledger.beside(entry, str(entry.about.group)) if _is_median(claim)]
    other = ledger.agreed(beside, "value")
    mean = entry.parts.get("value")
    if other is None or other.basis or mean is None or mean.relation != "=":
        return
    if ledger.size(other) != ledger.size(entry):
        return
    (low, high), (first, last) = ends_of(mean), ends_of(other.parts["value"])
    most, least = ends_of(entry.parts["sd"])[1], max(first - high, low - last, 0.0)
    text = f"A median of {other.parts['value'].text} is at least {least:.3g} from the mean, where "
    text += f"{entry.parts['sd'].text} is the most"
    if least <= most:
        text = f"A median of {other.parts['value'].text} is within a deviation of the mean"
    yield verdict("median.apart", entry, mean, least <= most, text, (other,))


def _is_median(entry: Claim) -> bool:
    value = entry.parts.get("value")
    called = value is not None and value.symbol == "median"
    return called or (value is not None and QUARTILES[0] in entry.parts and "sd" not in entry.parts)


def _off_scale(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """A median, quartile or end of a range outside the scale of its outcome."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    ends = outcome.ends if outcome else None
    if ends is None or entry.about.change or entry.measure is not None or entry.about.compared:
        return
    for name in ("value", *QUARTILES, *ENDS):
        data = entry.parts.get(name)
        if data is None or data.value is None or data.relation != "=" or data.unit == "%":
            continue
        low, high = ends_of(data)
        if high <= ends[0] or low > ends[1]:
            text = f"{data.text} is off the scale from {ends[0]:g} to {ends[1]:g}."
            yield verdict("quantile.scale", entry, name, INCONSISTENT, text)


def _order(entry: Claim, named: list[tuple[str, str]]) -> Iterator[Finding]:
    """Least, lower quartile, middle, upper quartile, greatest: each at most the next."""
    names = [*(pair[0] for pair in reversed(named)), "value", *(pair[1] for pair in named)]
    parts = [entry.parts[name] for name in names if name in entry.parts]
    for before, after in pairwise(parts):
        if (before.value or 0) > (after.value or 0):
            text = f"{before.text} is printed as a value of at most {after.text}."
            yield verdict("quantile.order", entry, before, INCONSISTENT, text)
            return
    covers = tuple(part.name for part in parts if part.name not in ("value",))
    shown = " ≤ ".join(part.text for part in parts)
    yield verdict(
        "quantile.order", entry, covers[0], EXACT, f"In order: {shown}.", covers=covers[1:]
    )


def _of_whole(ledger: Ledger, entry: Claim) -> bool:
    """Whether each value is a whole number, as a printed end of their range then is."""
    outcome = ledger.outcomes.get(entry.about.outcome or "")
    whole = outcome is not None and outcome.whole and outcome.parts == 1
    return whole and all(entry.parts[name].places == 0 for name in ENDS)


def _deviation(entry: Claim, n: int, *, whole: bool, sources: tuple[Claim, ...] = ()) -> Finding:
    (low_from, low_to), (high_from, high_to) = (ends_of(entry.parts[name]) for name in ENDS)
    if whole:
        low_from, high_to = (float(entry.parts[name].value or 0) for name in ENDS)
        low_to, high_from = low_from, high_to
    narrow, wide = max(high_from - low_to, 0.0), high_to - low_from
    least, most = narrow / sqrt(2 * (n - 1)), wide / 2 * sqrt(n / (n - 1))
    mean = entry.parts.get("value")
    about = f"{n} values from {entry.parts['least'].text} to {entry.parts['most'].text}"
    if mean is not None and mean.symbol != "median" and mean.relation == "=":
        # (m - a)(b - m) is greatest in the middle, and rises towards it.
        m0, m1 = ends_of(mean)
        nearest = min(max((low_from + high_to) / 2, m0), m1)
        room = max((nearest - low_from) * (high_to - nearest), 0.0)
        most = min(most, sqrt(room * n / (n - 1)))
        about += f" with a mean of {mean.text}"
    sd = entry.parts["sd"]
    text = f"{about} have a standard deviation of {least:.3g} to {most:.3g}"
    return verdict("quantile.deviation", entry, sd, ends_of(sd).meets(least, most), text, sources)


def _halves(ledger: Ledger, entry: Claim) -> Iterator[Finding]:
    """The median of whole numbers is whole, or lies halfway between two; whole where n is odd."""
    value, n = entry.parts["value"], ledger.size(entry)
    if value.places <= 0 or value.relation != "=":
        return
    first, last = as_range(value).multiples(2 if n is None or n % 2 == 0 else 1)
    text = f"{n} whole numbers can" if n is not None else "Whole numbers can"
    text += f" have a median of {value.text}."
    if first > last:
        text = f"No {'' if n is None else f'{n} '}whole numbers have a median that prints as "
        text += f"{value.text}."
    yield verdict("median.granularity", entry, value, bool(first <= last), text)
