"""Printed shares: the percentage and the count in a text such as "12 (30.0%)", and their rivals."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialtrace.stats.summaries.printed import Printed

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_OF = re.compile(r"(?<![\d.])(\d+)\s*(?:/|of)\s*(\d+)(?![\d.])")
_COUNT = re.compile(r"(?<![\d.])(\d+)(?![\d.]|\s*%)")


def percentage(text: str) -> "Printed | None":
    """The first percentage in a text."""
    from trialtrace.stats.summaries.printed import read

    match = _PERCENT.search(text)
    return read(match.group(1), rounding="half_up") if match else None


def counts(text: str) -> tuple[int | None, int | None]:
    """The count and the denominator in a text, each None where it is not there."""
    if match := _OF.search(text):
        return int(match.group(1)), int(match.group(2))
    match = _COUNT.search(_PERCENT.sub("", text))
    return (int(match.group(1)), None) if match else (None, None)


def prints_as(text: str, count: int, of: int) -> bool:
    """Whether count of n prints as a text says, in every number that it has."""
    told, told_of = counts(text)
    if told not in (None, count) or told_of not in (None, of):
        return False
    printed = percentage(text)
    if printed is None:
        return True
    if of < 1:
        return False
    from trialtrace.stats.summaries.percentages import count_ranges

    first, last = count_ranges(printed, [of])
    return bool(first[0] <= count <= last[0])


def rivals_of(text: str | None, most: int) -> int | None:
    """How many (count, denominator), denominators 1 to `most`, print as the text's percentage."""
    printed = percentage(text) if text else None
    if printed is None or most < 1:
        return None
    from trialtrace.stats.summaries.percentages import count_ranges

    first, last = count_ranges(printed, range(1, most + 1))
    return int((last - first + 1).clip(0).sum())
