"""The type that all cells of a column fit."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.rejects import NUMBER
from trialtrace.run.cleaning.times import parse_durations, partial_days
from trialtrace.run.cleaning.values import EXACT, parse_dates

EMPTY, TEXT, CODE, CLOCK, MOMENT = "empty", "text", "code", "clock", "moment"
INTEGER, NUMBER_KIND, DATE, DURATION = "integer", "number", "date", "duration"
ORDERS = ("ymd", "dmy", "mdy")
# Levels that a column of codes may have.
MOST_LEVELS = 12
# What programs write for a missing value: R, SAS, pandas and IEEE 754, SQL, Excel; those of EDC
# systems are in run/tables/missing_markers.py.
MARKERS = ("NA", ".", "NaN", "NULL", "#N/A")
# A list of choices of the dictionary cannot hold these.
MARKS_OF_CHOICES = (",", "|", "\n", "\r")
_COMMA = NUMBER.replace(r"\.", ",")
# A comma, or a point, before three digits may be a mark of thousands.
_NO_THOUSANDS = r"^[+-]?(0+,[0-9]*|[0-9]*,([0-9]{0,2}|[0-9]{4,}))$"
_CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
# A clock time, or a duration.
_COLONS = "^[0-9]+:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?$"
AFTER_DAY = f"[T ]{_CLOCK}$"
_LIKE_DAY = "^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]"
_SHOWN = 3


@dataclass(frozen=True)
class Kind:
    """What a column holds. `decimal` is the sign of its numbers, `orders` are those that all dates
    fit, or that of the parts of its durations, `misfits` a few cells by which a column of numbers
    or dates is none; of dates they are partial ones."""

    name: str
    decimal: str = "."
    orders: tuple[str, ...] = ()
    misfits: tuple[str, ...] = ()

    @property
    def may_be_codes(self) -> bool:
        """Whether values can name something: they have no decimals, and are no dates or times."""
        return self.name in (INTEGER, CODE, TEXT)


def kind_of(values: Sequence[str], declared: str = "", order: str = "") -> Kind:
    """The kind of a column by its different values. A declared type, or order of dates, holds where
    all values fit it."""
    if not values:
        return Kind(EMPTY)
    texts = pa.array(values, pa.string())
    if declared in (TEXT, CODE):
        return Kind(declared)
    number = _number(texts)
    if number is not None:
        return Kind(NUMBER_KIND, number.decimal) if declared == NUMBER_KIND else number
    if declared == DURATION and not parse_durations(texts, order, "seconds")[0].null_count:
        return Kind(DURATION, orders=(order,))
    for kind, found in ((DATE, _orders), (MOMENT, _moments)):
        if orders := found(texts):
            partial = _partial(texts, orders[0]) or [] if kind == DATE else []
            orders = (order,) if order in orders else orders
            return Kind(kind, orders=orders, misfits=tuple(partial[:_SHOWN]))
    if _all(pc.match_substring_regex(texts, _COLONS)):
        return Kind(CLOCK)
    few = len(values) <= MOST_LEVELS
    misfits = _misfits(texts)
    return Kind(CODE if few and not misfits else TEXT, misfits=misfits)


def _number(texts: pa.Array) -> Kind | None:
    point = pc.match_substring_regex(texts, NUMBER)
    if _all(point):
        if _any(pc.match_substring_regex(texts, "^[+-]?0[0-9]")):
            # Some begin with 0, as identifiers do: a number would lose it.
            return None
        if not _any(pc.match_substring_regex(texts, "[.eE]")):
            whole = pc.abs(pc.replace_substring(texts, "+", "").cast(pa.float64()))
            return Kind(INTEGER) if pc.max(whole).as_py() < EXACT else None
        return Kind(NUMBER_KIND)
    comma = pc.match_substring_regex(texts, _COMMA)
    if _all(comma) and _any(pc.match_substring_regex(texts, _NO_THOUSANDS)):
        return Kind(NUMBER_KIND, ",")
    return None


def _orders(texts: pa.Array) -> tuple[str, ...]:
    """The orders that every text is a date in, of which fewer than half are partial; ISO dates
    have one."""
    whole = texts.filter(pc.match_substring_regex(texts, _LIKE_DAY))
    if 2 * len(whole) <= len(texts):
        return ()
    fitting = tuple(order for order in ORDERS if _partial(texts, order) is not None)
    return fitting[:1] if "ymd" in fitting else fitting


def _partial(texts: pa.Array, order: str) -> list[str] | None:
    """The partial dates among dates; None where a text is neither."""
    others = texts.filter(pc.is_null(parse_dates(texts, order)[0]))
    partial = len(others) == len(partial_days(others, order))
    return others.to_pylist() if partial and 2 * len(others) < len(texts) else None


def _moments(texts: pa.Array) -> tuple[str, ...]:
    if not _all(pc.match_substring_regex(texts, AFTER_DAY)):
        return ()
    return _orders(pc.replace_substring_regex(texts, AFTER_DAY, ""))


def _misfits(texts: pa.Array) -> tuple[str, ...]:
    """Some cells that are no number, or date, where most of the different values are one; numbers
    with a comma before three digits, which may be a mark of thousands."""
    comma = pc.match_substring_regex(texts, _COMMA)
    if _all(comma) and _any(pc.match_substring(texts, ",")):
        return tuple(texts.to_pylist()[:_SHOWN])
    number = pc.match_substring_regex(texts, NUMBER)
    for fits in (number, comma, pc.match_substring_regex(texts, _LIKE_DAY)):
        if 2 * pc.sum(fits).as_py() > len(texts):
            return tuple(texts.filter(pc.invert(fits)).to_pylist()[:_SHOWN])
    return ()


def _all(mask: pa.Array) -> bool:
    return bool(pc.all(mask).as_py())


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())


def natural(code: str) -> tuple[int, float, str]:
    """A key by which codes that are numbers stand by their size, before all others."""
    try:
        return 0, float(code), code
    except ValueError:
        return 1, 0.0, code


def can_be_choice(code: str) -> bool:
    """Whether a list of choices can hold a code."""
    return not any(mark in code for mark in MARKS_OF_CHOICES) and bool(re.search(r"\S", code))


def unique(name: str, taken: Iterable[str], longest: int, mark: str = "_") -> str:
    """The name, or the next one with a number behind a mark that is not taken."""
    known, made, n = {*taken}, name, 2
    while made in known:
        behind = f"{mark}{n}"
        made = name[: longest - len(behind)] + behind
        n += 1
    return made
