"""Titles of what the cards of methods refer to, by authors, year and, of an article, its place.

titles.csv has them in the sentence case of journals. Each was held against bibliographies of
statistics packages, PubMed or pages of journals. Four were not found there: Gart 1969; Lan, Simon
and Halperin 1982; Prescott 1981; Yan, Lee and Li 2009. Of Gart 1970 the title was found, its place
was not.
"""

import csv
import re
from functools import cache
from pathlib import Path

_YEAR = re.compile(r" (\d{4})(?:, |$)")
# Where a book is told by authors and year alone.
_UNTITLED = re.compile(r"$|;|, (?:chapter|section) ")


@cache
def titles() -> dict[str, str]:
    """The title of each reference."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return {row["reference"]: row["title"] for row in csv.DictReader(file)}


@cache
def _known() -> re.Pattern[str]:
    # The longer first: a book's authors and year may begin an article.
    return re.compile("|".join(map(re.escape, sorted(titles(), key=len, reverse=True))))


def titled(reference: str) -> str:
    """A reference with the title of each paper and book: "Holm 1979. A simple …. Scand J Stat
    6:65"; as it is where it has its title."""

    def shown(match: re.Match[str]) -> str:
        year = _YEAR.search(match[0])
        assert year is not None
        end = match[0][year.end() :]
        rest = reference[match.end() :]
        if not end and not _UNTITLED.match(rest):
            return match[0]
        return f"{match[0][: year.end(1)]}. {titles()[match[0]]}" + (f". {end}" if end else "")

    return _known().sub(shown, reference)
