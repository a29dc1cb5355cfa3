"""Columns that stay text for a sign beside their numbers, or for how days are written: £512, 45%,
45 years, 12,345.67, <0.5, 120/80, 05-Mar-2021. No run reads them; a person is told."""

import re
from collections.abc import Mapping

from trialtrace.base.errors import one_of
from trialtrace.run.drafting.names import not_known
from trialtrace.run.drafting.tally import Tally

# Of the cells, those that must be numbers, days or nearly so; different ones, that are no levels.
MOSTLY, FEWEST = 0.8, 9
MOST_TAILS, SHOWN = 2, 3
_MONEY = "[£$€¥]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|Rs|kr|zł|Kč|Ft)[.]?"
_NUMBER = "[0-9]+(?:[.,'’·][0-9]+|[  \u202f][0-9]{3}\\b)*"
NEAR = re.compile(
    rf"(?:[<>≤≥~≈=]{{1,2}} ?)?(?:{_MONEY})? ?[-−–+]? ?(?:{_MONEY})? ?{_NUMBER}"
    rf"(?: ?/ ?{_NUMBER}| ?(?:{_MONEY}|%)|(?P<tail> ?[^\W\d_][\w./%²³µ^]{{0,12}}))?",
    re.IGNORECASE,
)
PLAIN = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?")
DAY = re.compile(
    r"[0-9]{1,2}[-/. ]*[^\W\d_]{3,9}[-/., ]*(?:[0-9]{4}|[0-9]{2})|"
    r"[^\W\d_]{3,9}[-/. ]*[0-9]{1,2}[-/., ]+[0-9]{4}|[0-9]{4}[-/. ][^\W\d_]{3,9}[-/. ][0-9]{1,2}"
)
CLOCK = re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?: ?[ap]m)?", re.IGNORECASE)


def near_numbers(tally: Tally) -> str:
    """A sentence where nearly all cells of a text column are such, with some that stop it; nothing
    of codes with one letter behind, of few levels, or of other texts."""
    cells = {text: n for text, n in tally.values.items() if not not_known(text)}
    if not tally.exact or len(cells) < FEWEST:
        return ""
    for pattern, what in ((DAY, "days"), (CLOCK, "times"), (NEAR, "numbers")):
        fits = {text: match for text in cells if (match := pattern.fullmatch(text))}
        if sum(cells[text] for text in fits) < MOSTLY * sum(cells.values()):
            continue
        if what == "numbers" and not _one_unit(fits):
            return ""
        odd = sorted(text for text in cells if what != "numbers" or not PLAIN.fullmatch(text))
        if not odd:
            n = sum(cells.values())
            return f"{n} cells are numbers with another decimal sign than the file's."
        n = sum(cells[text] for text in odd)
        shown = one_of([repr(text) for text in odd], SHOWN)
        return f"{n} of {sum(cells.values())} cells are {what} that no run reads ({shown})."
    return ""


def _one_unit(fits: Mapping[str, re.Match[str]]) -> bool:
    """Whether words behind numbers are one unit, in two spellings at most, and no letters of
    codes such as 12b."""
    tails = {match["tail"].strip().casefold() for match in fits.values() if match["tail"]}
    glued = any(match["tail"] and match["tail"][0] != " " for match in fits.values())
    return len(tails) <= MOST_TAILS and not (glued and any(len(tail) == 1 for tail in tails))
