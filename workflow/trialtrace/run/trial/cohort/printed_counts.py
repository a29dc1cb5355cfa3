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

    found = _PERCENT.search(text)
    return read(found.group(1), rounding="half_up") if found else None


def counts(text: str) -> tuple[int | None, int | None]:
    """The count and the denominator in a text, each None where it is not there."""
    if found := _OF.search(text):
        return int(found.group(1)), int(found.group(2))
    found = _COUNT.search(_PERCENT.sub("", text))
    return (int(found.group(1)), None) if found else (None, None)


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
