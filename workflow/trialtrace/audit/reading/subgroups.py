"""Of whom a table is where its caption alone says it: "… in women" beside "… in men"."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations

from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.item import Item, Left

_PEOPLE = (
    r"(?:fe)?males?|(?:wo)?men|boys|girls|(?:non-?|never |current |former |ex-?)?smokers|"
    r"(?:non-?)?(?:responders|diabetics)|(?:pre|post)menopausal women|"
    r"(?:older|younger) (?:patients|participants|adults)"
)
_AMONG = re.compile(
    rf"\b(?:in|among|of|for)\s(?:the\s)?(?:subgroup of\s)?(?P<who>{_PEOPLE})"
    r"(?=\s(?:in|by|at|from|of|after|before|during)\b|\s*(?:[.,;(]|$))",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:in|among|of|for|with|the|patients|participants)\s)+(?=\S)", re.IGNORECASE
)
# "Week 4" and "6 months" are one.
_TIME = r"(?:hour|day|week|month|year)s?"
_WORD = re.compile(rf"\b{_TIME} [0-9]+|\b[0-9]+[ -]{_TIME}|[^\s,;:()]+(?<!\.)", re.IGNORECASE)
LONGEST = 4
"""Words by which two captions differ."""


def of_subgroups(
    read: Sequence[Item | Left], captions: Mapping[str, str], title: str
) -> Iterator[Item | Left]:
    """What was read of tables, each outcome behind the patients whom the caption alone names: of
    two tables of the same rows, words in which their captions differ, or else words for a sex or
    the like that the paper's title has not."""
    rows: dict[str, set[str | None]] = defaultdict(set)
    for one in read:
        if isinstance(one, Item):
            rows[_table(one)].add(one.outcome)
    whom: dict[str, list[str]] = defaultdict(list)
    for first, second in combinations(rows, 2):
        same = rows[first] & rows[second]
        if len(same) > 2 and 2 * len(same) >= min(len(rows[first]), len(rows[second])):
            for table, words in zip((first, second), _apart(captions, first, second), strict=True):
                whom[table] += [words] if words and words not in whom[table] else []
    for table in rows:
        match = _AMONG.search(captions.get(table, ""))
        if match and not whom[table] and match["who"].casefold() not in title.casefold():
            whom[table].append(match["who"])
    for one in read:
        who = ", ".join(whom[_table(one)])
        if not isinstance(one, Item) or not who or not one.path:
            yield one
        elif said(who).visit:
            yield replace(one, visit=one.visit or who, baseline=False)
        else:
            yield replace(one, path=(who, *one.path), label=f"{who}, {one.label}")


def _apart(captions: Mapping[str, str], first: str, second: str) -> tuple[str, str]:
    """The words in which the captions of two tables differ, where they do in one place, or in one
    that is of patients."""
    both = [_words(captions.get(table, "")) for table in (first, second)]
    matched = SequenceMatcher(a=both[0], b=both[1], autojunk=False)
    blocks = [
        (" ".join(both[0][a:b]), " ".join(both[1][c:d]))
        for kind, a, b, c, d in matched.get_opcodes()
        if kind != "equal"
    ]
    people = [one for one in blocks if any(re.fullmatch(_PEOPLE, _bare(of), re.I) for of in one)]
    found = people if people else blocks
    longest = max((len(one.split()) for pair in found for one in pair), default=0)
    if len(found) != 1 or matched.ratio() < 0.6 or longest > LONGEST:
        return "", ""
    return _bare(found[0][0]), _bare(found[0][1])


def _words(caption: str) -> list[str]:
    caption = re.sub(r"^\s*table\s+\S+?[.:]?(?:\s|$)\W*", "", caption, flags=re.I)
    return _WORD.findall(caption)


def _bare(words: str) -> str:
    return _LEAD.sub("", words)


def _table(one: Item | Left) -> str:
    return one.place.partition(",")[0]
