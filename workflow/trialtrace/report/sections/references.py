"""References of a report: numbered in the order of the text, listed with titles, and as BibTeX."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.trial.plan.titles import titled, titles

BIBLIOGRAPHY = "references.bib"
_ARTICLE = re.compile(
    r"(?:^|[:;] )(?P<authors>[A-Z][\w'’ ,.\-]*?) (?P<year>[12]\d{3}), "
    r"(?P<journal>[A-Z][A-Za-z ]+?) (?P<volume>\d+):(?P<page>\d+)"
)
_OTHER = re.compile(r"(?P<authors>[A-Z][\w'’ ,.\-]*?) (?P<year>[12]\d{3})(?:, (?P<title>[A-Z].*))?")


def to_list(at: int, letter: str = "") -> str:
    """ " [3]" as a link to the list: in round brackets stand patients."""
    return rf" [\[{at}\]](#ref-{letter}{at})"


class References:
    """References by the number under which the text has them; the places of a list are told from
    those of another by its `letter`."""

    def __init__(self, letter: str = "") -> None:
        self.letter = letter
        self._numbers: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def cited(self, reference: str) -> str:
        """The number of a reference as a link to the list. Nothing without one."""
        if not reference:
            return ""
        at = self._numbers.setdefault(reference, len(self._numbers) + 1)
        return to_list(at, self.letter)

    def listed(self, *, titles: bool = True) -> str:
        """The references with their numbers, with `titles` or without, each a place that the text
        leads to."""
        return "\n".join(
            f"{at}. []{{#ref-{self.letter}{at}}}{escape_markdown(titled(each) if titles else each)}"
            for at, each in enumerate(self, 1)
        )


def as_bibtex(references: Iterable[str]) -> str:
    """References as BibTeX, by author and year."""
    every, found = [*references], dict[str, str]()
    for entry in (*articles(every), *others(every)):
        found.setdefault(*entry)
    return "\n".join(found[key] for key in sorted(found))


def others(references: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Books, and what has no volume and page: author, year and the words behind them."""
    for part in chain.from_iterable(reference.split("; ") for reference in references):
        if not _ARTICLE.search(part) and (match := _OTHER.match(part)):
            known = titles().get(f"{match['authors']} {match['year']}")
            if known or _OTHER.fullmatch(part):
                title = match["title"] or known
                yield _entry("misc", match, {"title": title})


def articles(references: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What stands in a journal: its key and its entry."""
    for match in chain.from_iterable(map(_ARTICLE.finditer, references)):
        more = {"journal": match["journal"], "volume": match["volume"], "pages": match["page"]}
        title = {"title": titles().get(match[0].removeprefix("; ").removeprefix(": "))}
        yield _entry("article", match, title | more, f"-{match['page']}")


def _entry(
    kind: str, match: re.Match[str], more: Mapping[str, str | None], end: str = ""
) -> tuple[str, str]:
    """The key of a reference, by author, year and `end`, and its entry."""
    authors = match["authors"].replace(" et al.", " and others").replace(", ", " and ")
    key = re.sub(r"\W", "", authors.partition(" and ")[0]).lower() + match["year"] + end
    fields = {"author": authors, "year": match["year"], **more}
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
    return key, f"@{kind}{{{key},\n{lines}\n}}\n"
