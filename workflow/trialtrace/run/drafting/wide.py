"""One outcome at several visits in columns of their own: score_0, score_3 and score_12."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from trialtrace.run.drafting.names import VISIT_PARTS, VISITS
from trialtrace.run.drafting.outcomes import (
    EVENT,
    MEASURE,
    REPEATED,
    REPEATED_EVENT,
    Outcome,
    levels,
)
from trialtrace.run.drafting.profile import Column
from trialtrace.run.tables.measures import parts

# Visits in columns; more are rather the items of a scale.
FEWEST, MOST = 3, 16
NAME = re.compile(r"([^0-9]*[^0-9._ -])([._ -]?)([0-9]{1,3})([^0-9]*)")
TIMES = {*VISIT_PARTS, *VISITS, "m", "mo", "wk", "w", "d", "v", "y", "yr"} - {"t", "age", "time"}
ITEMS = {"item", "question", "frage", "quest", "itm"}
KINDS = {MEASURE: REPEATED, EVENT: REPEATED_EVENT}
# What a column of several visits adds to the likeliest of them.
TOGETHER = 1.0


def over_visits(outcomes: Sequence[Outcome], columns: Sequence[Column]) -> list[Outcome]:
    """The candidates, with those that are one outcome at several visits in one.

    Columns of one name but for a number are visits where the names or the labels say a time, or
    where other columns with the same numbers are times, or where the numbers are those of months;
    else they may be the items of a scale. Times beside them are no outcomes.
    """
    named = {one.name: one for one in columns}
    families: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for one in columns:
        if match := NAME.fullmatch(one.name):
            stem, mark, number, end = match.groups()
            families[stem, mark, end][number] = one.name
    timed = {frozenset(each) for (stem, _, end), each in families.items() if _time(stem, end)}
    single = {outcome.column: outcome for outcome in outcomes}
    made: list[Outcome] = []
    taken: set[str] = set()
    for (stem, mark, end), each in families.items():
        members = [single[name] for name in each.values() if name in single]
        if not FEWEST <= len(each) <= MOST or len(members) != len(each):
            continue
        labels = (_said(named[name]) for name in each.values())
        word = _time(stem, end) or next((each for each in labels if each), "")
        alone = {*parts(stem), *parts(end)} <= TIMES
        if alone and list(map(frozenset, families.values())).count(frozenset(each)) > 1:
            taken |= set(each.values())
            continue
        beside = frozenset(each) in timed and len(stem) > 1 and stem.lower() not in ITEMS
        if not (word or beside or _apart(each)):
            continue
        first = members[0]
        visits = {(member.kind, member.codes, member.event) for member in members}
        coded = {levels(named[member.column]) for member in members}
        if len(visits) > 1 or first.kind not in KINDS or (first.kind == EVENT and len(coded) > 1):
            continue
        numbers = sorted(each, key=int)
        best = max(members, key=lambda item: item.score)
        taken |= set(each.values())
        made.append(
            replace(
                best,
                column=f"{stem}{mark}{{visit}}{end}",
                kind=KINDS[first.kind],
                score=best.score + TOGETHER,
                evidence=f"{len(each)} columns, {each[numbers[0]]} to {each[numbers[-1]]}, a visit "
                f"each. {best.evidence}",
                columns=tuple((number, each[number]) for number in numbers),
                visit_word=word or "visit",
            )
        )
    return [*made, *(outcome for outcome in outcomes if outcome.column not in taken)]


def _apart(numbers: Iterable[str]) -> bool:
    """Whether numbers do not follow each other, as those of months do: 0, 3, 12."""
    ordered = sorted(map(int, numbers))
    return any(after - before > 1 for before, after in pairwise(ordered))


def _time(stem: str, end: str) -> str:
    """The word of a time in what is left of a name without its number."""
    words = [*parts(stem)[-1:], *parts(end)[:1]]
    return next((word for word in words if word in TIMES), "")


def _said(column: Column) -> str:
    """The word of a visit in a label."""
    words = parts(column.label) if column.label != column.name else []
    return next((word for word in words if word in TIMES and len(word) > 2), "")
