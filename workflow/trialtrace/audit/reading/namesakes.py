"""Outcomes of one name that are several: rows of one label in a table, tables of the same rows."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations

from trialtrace.audit.reading.heading_words import said
from trialtrace.audit.reading.item import Item, Left

_Cell = tuple[object, ...]
_PEOPLE = r"(?:fe)?males?|(?:wo)?men|boys|girls|(?:non-?)?(?:smokers|responders|diabetics)"
_ONLY = re.compile(
    rf"\b(?:in|among|of|for) (?:the )?({_PEOPLE})\b(?!,| and\b| or\b)", re.IGNORECASE
)
_LEAD = re.compile(r"^(?:(?:in|among|of|for|with|the|patients|participants)\s)+(?=\S)", re.I)
# "Week 4" and "6 months" are one.
_TIME = r"(?:hour|day|week|month|year)s?"
_WORD = re.compile(rf"\b{_TIME} [0-9]+|\b[0-9]+[ -]{_TIME}|[^\s,;:()]+(?<!\.)", re.IGNORECASE)
LONGEST = 4
"""Words by which two captions differ."""


def apart(read: Sequence[Item | Left]) -> Iterator[Item | Left]:
    """What was read of tables, each outcome that its name alone does not tell with its row or its
    table: another row of the same label, and a table most of whose cells are not those that one
    before it has for the same."""
    rows = _rows([one for one in read if isinstance(one, Item)])
    read = [_called(one, rows) for one in read]
    yield from _by_table(read)


def of_subgroups(read: Sequence[Item | Left], captions: Mapping[str, str]) -> Iterator[Item | Left]:
    """What was read of tables; of two with the same rows each outcome is behind the words in which
    their captions differ, as of the patients, or at the time that these are; of one it is behind
    the people whom its caption alone has, of all `captions` and the title among them."""
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
    for table in rows:
        # "Pain in women" of a paper whose title and other captions know none.
        only = _ONLY.search(captions.get(table, ""))
        others = (text for name, text in captions.items() if only and name != table)
        if only and not any(re.search(rf"\b{only[1]}\b", text, re.I) for text in others):
            whom[table] = whom[table] or [only[1]]
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


def _rows(items: Iterable[Item]) -> dict[tuple[str, str | None], str]:
    """Of each row whose cells another row of its table has under the same name, what it is called;
    the first of them keeps the name."""
    places: dict[_Cell, list[str]] = defaultdict(list)
    for one in items:
        if one.arm and not one.category:
            places[_table(one), one.outcome, *_cell(one)].append(_row(one))
    again: dict[tuple[str, str | None], str] = {}
    for (_, outcome, *_), found in places.items():
        for row in list(dict.fromkeys(found))[1:]:
            again[row, str(outcome)] = f"row {row.rpartition(' ')[2]}"
    return again


def _by_table(read: Sequence[Item | Left]) -> Iterator[Item | Left]:
    """The same, with the table of outcomes whose numbers a table before it has otherwise."""
    tables: dict[str | None, dict[str, dict[_Cell, str]]] = defaultdict(lambda: defaultdict(dict))
    for one in read:
        if isinstance(one, Item) and one.arm:
            tables[one.outcome][_table(one)][_cell(one)] = one.printed
    called: dict[tuple[str, str | None], str] = {}
    for outcome, of in tables.items():
        kept: list[tuple[str, dict[_Cell, str]]] = []
        for table, cells in of.items():
            alike = [name for name, known in kept if not _differ(known, cells)]
            if kept and not alike:
                called[table, outcome] = table
            if not alike:
                kept.append((table, cells))
            elif (alike[0], outcome) in called:
                called[table, outcome] = called[alike[0], outcome]
    for one in read:
        yield _called(one, called)


def _differ(known: dict[_Cell, str], cells: dict[_Cell, str]) -> bool:
    """Whether most of the cells that both have, and two at least, are printed otherwise."""
    both = [at for at in cells if at in known]
    others = sum(cells[at] != known[at] for at in both)
    return others > 1 and 2 * others > len(both)


def _called(one: Item | Left, names: dict[tuple[str, str | None], str]) -> Item | Left:
    if isinstance(one, Left) or not one.path:
        return one
    name = names.get((_row(one), one.outcome)) or names.get((_table(one), one.outcome))
    if name is None:
        return one
    at = -2 if one.category and len(one.path) > 1 else -1
    path = [*one.path]
    path[at] = f"{path[at]} ({name})"
    return replace(one, path=tuple(path))


def _table(one: Item | Left) -> str:
    return one.place.partition(",")[0]


def _row(one: Item) -> str:
    return one.place.rpartition(", column")[0]


def _cell(one: Item) -> _Cell:
    """What two cells share that are of the same."""
    return one.arm, one.visit, one.kind, one.change, one.baseline, one.category and one.path[-1]
