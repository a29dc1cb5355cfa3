"""Medians, quartiles and ranges of one group."""

from collections.abc import Iterator
from itertools import pairwise
from math import sqrt

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.symbols import UNSAID
from trialtrace.audit.relations.engine import Case, Relation
from trialtrace.audit.relations.ranges import Span, as_range, ends_of
from trialtrace.audit.relations.shapes import (
    outcome_of,
    plain,
)

FEWEST_UNSAID, FEWEST = 7, 10
"""From so many values on a number behind ±, whatever it is of, is not above their deviation; and
of so many a deviation is held against that of other groups."""
QUARTILES, RANGE = ("quartile_low", "quartile_high"), ("least", "most")


# --- quartiles, ranges, medians -----------------------------------------------------------------


def _is_median(entry: Claim) -> bool:
    value = entry.parts.get("value")
    called = value is not None and value.symbol == "median"
    return called or (value is not None and QUARTILES[0] in entry.parts and "sd" not in entry.parts)


def quantile_order(ledger: Ledger) -> Iterator[Case]:
    """Least, lower quartile, middle, upper quartile, greatest: each at most the next."""
    for entry in ledger.entries.values():
        named = [pair for pair in (QUARTILES, RANGE) if set(pair) <= set(entry.parts)]
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
        yield Case(entry, first, {"": wrong is None}, text, covers=covers if not wrong else ())


def quantile_scale(ledger: Ledger) -> Iterator[Case]:
    """Medians, quartiles and ranges, and the ends of the scale."""
    for entry in ledger.of_group():
        outcome = outcome_of(ledger, entry)
        ranged = any(set(pair) <= set(entry.parts) for pair in (QUARTILES, RANGE))
        if outcome is None or outcome.ends is None or not (ranged or _is_median(entry)):
            continue
        if entry.about.change or entry.measure is not None or entry.about.compared:
            continue
        for name in ("value", *QUARTILES, *RANGE):
            part = entry.parts.get(name)
            if part is not None and plain(part) and part.unit != "%":
                low, high = ends_of(part)
                fit = not (high <= outcome.ends[0] or low > outcome.ends[1])
                text = f"The scale goes from {outcome.ends[0]:g} to {outcome.ends[1]:g}"
                yield Case(entry, name, {"": fit}, text)


def deviation_range(ledger: Ledger) -> Iterator[Case]:
    """A deviation, and the range of the same values, printed with it or beside it.

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
            span, about = _room(ledger, entry, ranged, n)
            fit = ends_of(part).meets(*span)
            beside = () if ranged is entry else (ranged,)
            text = f"{about} have a deviation of {span.low:.3g} to {span.high:.3g}"
            yield Case(entry, "sd", {"": fit}, text, beside)


def _room(ledger: Ledger, entry: Claim, ranged: Claim, n: int) -> tuple[Span, str]:
    outcome = outcome_of(ledger, ranged)
    whole = outcome is not None and outcome.whole and outcome.parts == 1
    parts = [ranged.parts[name] for name in RANGE]
    (a0, a1), (b0, b1) = (ends_of(part) for part in parts)
    if whole and all(part.places == 0 for part in parts):
        a0 = a1 = float(parts[0].value or 0)
        b0 = b1 = float(parts[1].value or 0)
    least, most = max(b0 - a1, 0.0) / sqrt(2 * (n - 1)), (b1 - a0) / 2 * sqrt(n / (n - 1))
    mean, about = entry.parts.get("value"), f"{n} values from {parts[0].text} to {parts[1].text}"
    if mean is not None and mean.symbol != "median" and mean.relation == "=":
        m0, m1 = ends_of(mean)
        nearest = min(max((a0 + b1) / 2, m0), m1)
        room = max((nearest - a0) * (b1 - nearest), 0.0)
        most = min(most, sqrt(room * n / (n - 1)))
        about += f" with a mean of {mean.text}"
    return Span(least, most), about


def median_apart(ledger: Ledger) -> Iterator[Case]:
    """A mean and its median lie at most a deviation apart (Hotelling and Solomons 1932)."""
    for entry in ledger.of_group():
        mean, sd = entry.parts.get("value"), entry.parts.get("sd")
        if sd is None or sd.symbol == UNSAID or entry.basis or _is_median(entry):
            continue
        beside = [one for one in ledger.beside(entry, str(entry.about.group)) if _is_median(one)]
        other = ledger.agreed(beside, "value")
        if other is None or other.basis or mean is None or not plain(mean):
            continue
        if ledger.size(other) == ledger.size(entry):
            (low, high), (first, last) = ends_of(mean), ends_of(other.parts["value"])
            least = max(first - high, low - last, 0.0)
            text = (
                f"A median of {other.parts['value'].text} is at least {least:.3g} from the mean, "
            )
            text += f"and {sd.text} is the most"
            yield Case(entry, "value", {"": least <= ends_of(sd).high}, text, (other,))


def median_halves(ledger: Ledger) -> Iterator[Case]:
    """The median of whole numbers is whole, or lies halfway between two; whole where n is odd."""
    for entry in ledger.of_group():
        outcome, value = outcome_of(ledger, entry), entry.parts.get("value")
        if outcome is None or not outcome.whole or not _is_median(entry) or value is None:
            continue
        n = ledger.size(entry)
        if value.places > 0 and value.relation == "=":
            first, last = as_range(value).multiples(2 if n is None or n % 2 == 0 else 1)
            text = f"The median of {f'{n} ' if n else ''}whole numbers is whole or halfway between"
            yield Case(entry, "value", {"": bool(first <= last)}, text)


SPREAD = "Is this a standard deviation, a standard error or an interval, and of how many patients?"


TABLE = (
    Relation(
        "quantile.order",
        "Quartiles and range, and the value between them.",
        quantile_order,
        "Which of these values is meant?",
    ),
    Relation(
        "quantile.scale",
        "Medians, quartiles and ranges, and the ends of the scale.",
        quantile_scale,
        "On which scale was this measured?",
    ),
    Relation(
        "quantile.deviation",
        "A standard deviation, and the range of the values.",
        deviation_range,
        SPREAD,
        of_sizes=True,
    ),
    Relation(
        "median.apart",
        "A mean with its standard deviation, and the median.",
        median_apart,
        SPREAD,
    ),
    Relation(
        "median.granularity",
        "A median of whole numbers, and the medians that there are.",
        median_halves,
        "How many patients are behind this median?",
        of_sizes=True,
    ),
)
