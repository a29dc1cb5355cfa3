"""Which of two levels is the event where one is the other with a "not": the one that the column
itself is called by, as of non-attendance who did not attend."""

import re
from collections.abc import Mapping

from trialtrace.run.drafting.profile import Column
from trialtrace.run.tables.measures import folded, parts

# What is negated: attend of "did not attend", "non-attendance" and "failure to attend".
_NEGATED = re.compile(
    r"\b(?:(?:not|never|neither|no|without|absence of|lack of|fail(?:ed|ures?|s)? to|nicht)\s+"
    r"(?:(?:yet|fully|ever|be|been|have|any|the|a)\s+)*|non?-|non(?=[a-z]{4}))([a-z]{3,})"
)
# What failed is not named: of who did not respond, heal or recover.
_FAILED = re.compile(r"\b(?:treatment|therap\w+|clinical|virological|technical) failures?\b")
_GAINED = re.compile(r"respon|heal|cure|recover|improv|succe|remit|remission|resol|clear")
# Who did not come: a column of that may count either, one of "no diabetes" does not.
_OF_DEEDS = re.compile(r"\b(?:not|never)\b", re.IGNORECASE)
# A name that is short for something: dna.
_SHORT = re.compile(r"(?:[a-z]{2,3}|[b-df-hj-np-tv-xz]{4,5})(?: |$)")
# Of what is asked, which both answers are of: "a success or not", "healed (yes/no)".
ASKED = re.compile(
    r"\b(?:or|/) ?not?\b|\byes ?(?:/|,|or) ?no\b|\bno ?(?:/|,|or) ?yes\b|\by/n\b|\bn/y\b"
)
# Letters with which words of one kind begin: attended and attendance.
SAME = 5


def event_by_name(column: Column, told: Mapping[str, str]) -> tuple[str, bool] | None:
    """The one of two codes that is the event by what the column is called, and whether that is
    sure; None where neither is a negation of the other, or nothing speaks against the positive one.
    `told` are the labels of the codes."""
    lacking = [code for code, label in told.items() if _negated(label)]
    if len(told) != 2 or len(lacking) != 1:
        return None
    (no,) = lacking
    (has,) = {*told} - {no}
    texts = [" ".join(parts(column.name))]
    if column.label != column.name:
        texts.append(re.split(r"[(;]|\.\s", column.label)[0])
    texts = [ASKED.sub("", folded(text).lower()) for text in texts]
    below = _negated(told[no])
    named = [word for word in map(_negated, texts) if word]
    if any(_alike(word, below) for word in named) or (
        any(map(_FAILED.search, texts)) and _GAINED.match(below)
    ):
        return no, True
    words = {word for text in texts for word in parts(text)} - {*named}
    if any(_alike(word, other) for word in words for other in (below, *parts(told[has].lower()))):
        return None
    if named:
        return no, False
    short = column.label == column.name and _SHORT.match(texts[0])
    return (has, False) if short and _OF_DEEDS.search(told[no]) else None


def _negated(text: str) -> str:
    found = _NEGATED.search(folded(text).lower())
    return found[1] if found else ""


def _alike(one: str, other: str) -> bool:
    """Whether two words begin alike: respond and response, heal and healing."""
    n = min(SAME, max(3, len(one)), max(3, len(other)))
    return len(one) > 2 < len(other) and one[:n] == other[:n]
