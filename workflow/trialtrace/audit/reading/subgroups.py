"""Tables of the same rows of which captions alone say of whom: "… in women", "… in men"."""

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
    r"(?:non-?)?(?:responders|diabetics)|(?:older|younger) (?:patients|participants|adults)"
)
_LEAD = re.compile(r"^(?:(?:in|among|of|for|with|the|patients|participants)\s)+(?=\S)", re.I)
# "Week 4" and "6 months" are one.
_TIME = r"(?:hour|day|week|month|year)s?"
_WORD = re.compile(rf"\b{_TIME} [0-9]+|\b[0-9]+[ -]{_TIME}|[^\s,;:()]+(?<!\.)", re.IGNORECASE)
LONGEST = 4
"""Words by which two captions differ."""


def of_subgroups(read: Sequence[Item | Left], captions: Mapping[str, str]) -> Iterator[Item | Left]:
    """What was read of tables; of two with the same rows each outcome is behind the words in which
    their captions differ, as of the patients, or at the time that these are."""
    rows: dict[str, set[str | None]] = defaultdict(set)
    whom: dict[str, list[str]] = defaultdict(list)
    for one in read:
        if isinstance(one, Item):
            rows[_table(one)].add(one.outcome)
    for pair in combinations(rows, 2):
        same = len(rows[pair[0]] & rows[pair[1]])
        if same > 2 and 2 * same >= min(len(rows[table]) for table in pair):
            for table, words in zip(
                pair, _apart([captions.get(one, "") for one in pair]), strict=True
            ):
                whom[table] += [words] if words not in ("", *whom[table]) else []
    for one in read:
        who = ", ".join(whom[_table(one)])
        if isinstance(one, Item) and said(who).visit:
            one = replace(one, visit=one.visit or who, baseline=False)
        elif isinstance(one, Item) and who and one.path:
            one = replace(one, path=(who, *one.path), label=f"{who}, {one.label}")
        yield one


def _apart(captions: Sequence[str]) -> tuple[str, ...]:
    """The words in which two captions differ, where they do in one place, or in one of people."""
    both = [_WORD.findall(re.sub(r"^\s*table\s+\S+", "", one, flags=re.I)) for one in captions]
    matched = SequenceMatcher(a=both[0], b=both[1], autojunk=False)
    found = [
        tuple(_LEAD.sub("", " ".join(words)) for words in (both[0][a:b], both[1][c:d]))
        for kind, a, b, c, d in matched.get_opcodes()
        if kind != "equal"
    ]
    people = [one for one in found if any(re.fullmatch(_PEOPLE, of, re.I) for of in one)]
    found = people or found
    short = all(len(words.split()) <= LONGEST for one in found for words in one)
    return found[0] if len(found) == 1 and short and matched.ratio() >= 0.6 else ("", "")


def _table(one: Item | Left) -> str:
    return one.place.partition(",")[0]
