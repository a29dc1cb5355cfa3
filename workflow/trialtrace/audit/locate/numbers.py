"""Numbers of a paper's texts, with their ids; sentences of its paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.audit.locate.paper import (
    LocatedPaper,
    Number,
    Passage,
    ReadPaper,
    Sentence,
)

_DASH = "-\u2010\u2011\u2012\u2013\u2212"
# A sign belongs to a number behind a blank, a bracket or a relation; behind a word or another
# number it is a hyphen or the dash of a range. "0 . 04" is one number, and so is "0. 04" behind a
# relation.
NUMBER = re.compile(
    rf"(?:(?<![\w)\]%])[{_DASH}+]\s?)?(?:(?<![0-9])[.·∙])?"
    r"(?:(?<=[=<>≤≥] )0\. [0-9]+|(?<=[=<>≤≥])0\. [0-9]+"
    r"|[0-9]+(?:(?:[.,·∙⋅‧'’]|\s[.·]\s)[0-9]+)*)"
)
_ENDS = re.compile(r"(?<=\S[.!?])[)\]”\"]?\s+(?=[(\[“\"]?[A-Z0-9])")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:vs|fig|figs|tab|no|nos|approx|resp|ca|cf|e\.g|i\.e|al|et al|dr|prof|st|eq|ref"
    r"|vol|min|max|[A-Z])\.$",
    re.IGNORECASE,
)


def located(read: ReadPaper, file: str, sha256: str) -> LocatedPaper:
    """The paper with the numbers of all its texts, in the order of tables and sentences."""
    tables = tuple(replace(table, id=f"t{at}") for at, table in enumerate(read.tables, 1))
    sentences = tuple(
        Sentence(f"s{at}", text, place)
        for at, (text, place) in enumerate(_sentences(read.passages), 1)
    )
    texts = [pair for table in tables for pair in table.texts()]
    texts += [(one.id, one.text) for one in sentences]
    numbers = tuple(number for within, text in texts for number in numbers_of(within, text))
    excluded = tuple(one for one in read.excluded if re.search(r"[0-9]", one.text))
    return LocatedPaper(
        file,
        sha256,
        read.title,
        read.doi,
        tables,
        sentences,
        numbers,
        excluded,
        read.remarks,
        read.typed,
    )


def numbers_of(within: str, text: str) -> Iterator[Number]:
    """The numbers of a text: each run of digits is in exactly one of them."""
    for at, match in enumerate(NUMBER.finditer(text), 1):
        yield Number(f"{within}.n{at}", match.group(), within, match.start())


def _sentences(passages: tuple[Passage, ...]) -> Iterator[tuple[str, str]]:
    for passage in passages:
        parts = sentences_of(passage.text)
        for at, text in enumerate(parts, 1):
            yield text, f"{passage.place}, sentence {at}" if len(parts) > 1 else passage.place


def sentences_of(text: str) -> list[str]:
    """A text parted at the ends of its sentences; their words together are those of the text."""
    made: list[str] = []
    begin = 0
    for match in _ENDS.finditer(text):
        piece = text[begin : match.start()].rstrip()
        opened = piece.count("(") > piece.count(")")
        if _SHORT.search(piece) or opened:
            continue
        end = match.end() - (len(match.group()) - len(match.group().rstrip()))
        made.append(text[begin:end].strip())
        begin = end
    made.append(text[begin:].strip())
    return [part for part in made if part]
