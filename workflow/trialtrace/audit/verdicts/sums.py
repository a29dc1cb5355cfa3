"""Columns and rows of a drafted table of which one is made of others, and where it is not.

A change is the second visit less the first, "Total" all groups together, an estimate the ratio of
the groups' numbers, a percentage that of another column's count, whatever a table calls them.
Where columns keep it in nearly all rows, the few others are asked about.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations, permutations, product

from trialtrace.audit.ledger.about import ALL
from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.verdicts.readings import (
    Asked,
    Reading,
    first_column,
    question,
    row_of,
    table_of,
)
from trialtrace.base.grouping import grouped

SUM, RATIO, MULTIPLE, TOTAL = "line.sum", "line.ratio", "line.multiple", "line.total"
CHANGE, OF_COLUMN = "line.change", "line.percent"
PARTS = ("count", "percent", "value")
LEAST, SHARE = 3, 0.65
"""The relation is kept in so many rows at least, and in such a share of them."""
UNITS = 3
"""Numbers of fewer units of their last digit would often add up by chance."""
NAMED = 2
"""In so many places where a label calls the line a total."""
LENGTHS = (2, 3, 4, 5, 6)
"""So many columns beside each other are added up to one number."""
MOST = 14
"""So many columns of a table are tried, the first."""
SEVERAL = (3, 4, 5, 6)
"""So many columns that stand beside each other are added up, besides any two."""
MANY = 10
"""A quotient, or a sum of rows, is told apart from others by numbers of so many units at least."""
FINE = 50
"""Numbers of fewer units are a multiple of each other by chance."""
_TOTAL = re.compile(r"\b(?:total|overall|all|sum)\b", re.IGNORECASE)
_BESIDE = Reading(
    "Are each of these and the numbers beside it read and printed right?",
    "and the numbers beside it read and printed right",
    "All patients of its group are behind the others.",
)
Cells = Mapping[str, Claim]
Numbers = Sequence[Component]


def broken(ledger: Ledger) -> Iterator[Asked]:
    """A question on each row that does not add up, or divide, as the others of its table do."""
    cells = [cell for cell in ledger.entries.values() if cell.askable and row_of(cell)]
    for of_table in grouped(cells, lambda cell: row_of(cell)[0]).values():
        for part in PARTS:
            told = [cell for cell in of_table if _has_value(cell, part)]
            columns = _lines(told, _column, _row)[:MOST]
            for whole, parts in chain(_of_any_two(columns), _beside(columns, SEVERAL)):
                yield from _of_columns(whole, parts, part, _adds_up, SUM)
            rows = _lines(told, _row, _column)
            for whole, parts in _beside(rows, range(2, MOST)):
                yield from _of_columns(whole, parts, part, _adds_up, SUM, "row", "columns")
            yield from _of_blocks(told, part)
            yield from _of_one_sum(told, part)
        yield from _quotients(of_table)
        yield from _percent_changes(of_table)
        yield from _multiples(of_table)
        yield from _of_counts(of_table)


def of_adjusted(ledger: Ledger, asked: Sequence[Asked]) -> dict[int, Finding]:
    """By position those of the questions that tell that baseline and change are not the end, in
    several rows of a table of a paper that adjusts changes: the first as one remark on all."""
    places: dict[str, list[int]] = {}
    for at, (finding, entry, _) in enumerate(asked):
        claims = [entry, *(ledger.entries[name] for name in finding.beside)]
        changes = finding.check == SUM and len({claim.about.change for claim in claims}) > 1
        if changes and _adjusted(ledger, entry):
            places.setdefault(table_of(entry), []).append(at)
    found: dict[int, Finding] = {}
    for several in places.values():
        first, entry, _ = asked[several[0]]
        text = f"In {len(several)} places of {entry.place.partition(',')[0]} baseline and change "
        text += f"are not the end; the paper names “{_adjusted(ledger, entry)}”, which may adjust "
        remark = replace(first, sentence=f"{text}a change.", remark=True)
        found |= dict.fromkeys(several, remark) if len(several) > 1 else {}
    return found


def _adjusted(ledger: Ledger, entry: Claim) -> str | None:
    paper = ledger.texts.get(entry.paper)
    return None if paper is None or isinstance(paper, str) else paper.adjusted


def _column(entry: Claim) -> str:
    return first_column(entry)[1]


def _row(entry: Claim) -> str:
    return row_of(entry)[1]


def _lines(
    cells: Sequence[Claim], line: Callable[[Claim], str], place: Callable[[Claim], str]
) -> list[Cells]:
    """Columns, or rows, of enough cells, each by its place in them."""
    every = [{place(claim): claim for claim in own} for own in grouped(cells, line).values()]
    return [own for own in every if len(own) > NAMED]


def _of_any_two(columns: Sequence[Cells]) -> Iterator[tuple[Cells, list[Cells]]]:
    for three in combinations(columns, 3):
        for at in range(3):
            yield three[at], [own for n, own in enumerate(three) if n != at]


def _beside(lines: Sequence[Cells], numbers: Iterable[int]) -> Iterator[tuple[Cells, list[Cells]]]:
    """Each line with several that stand beside it, or are every other one, as where each group has
    two columns."""
    for several, step in product(numbers, (1, 2)):
        for first in range(len(lines) - several * step):
            run = list(lines[first : first + several * step + 1 : step])
            yield run[0], run[1:]
            yield run[-1], run[:-1]


def _of_blocks(cells: Sequence[Claim], part: str) -> Iterator[Asked]:
    """Of three columns, or rows, beside each other that come back in a table, as "Before", "After"
    and "Change" for each group: all together where those of one are too few."""
    lines = ((_row, _column), (_column, _row))
    for line, place in lines:
        rows = [
            {int(place(claim)): claim for claim in own if place(claim).isdecimal()}
            for own in grouped(cells, line).values()
        ]
        if line is _row or part != "percent":
            yield from _of_trios(rows, part, LEAST if line is _row else SEVERAL[-1])


def _of_trios(rows: Sequence[Mapping[int, Claim]], part: str, least: int) -> Iterator[Asked]:
    for order in ((2, 0, 1), (1, 0, 2), (0, 1, 2)):
        trios: dict[int, list[tuple[Claim, list[Claim]]]] = {}
        for row in rows:
            for at in row:
                if at + 1 in row and at + 2 in row:
                    whole, *parts = (row[at + k] for k in order)
                    trios.setdefault(at, []).append((whole, parts))
        kept = {at: [_keeps(*trio, part) for trio in own] for at, own in trios.items()}
        several = [at for at in trios if any(kept[at])]
        every = [trio for at in several for trio in trios[at]]
        left = [trio for trio in every if _keeps(*trio, part) is False]
        held = sum(sum(map(bool, kept[at])) for at in several)
        if len(several) < 2 or not left or held < least or held < SHARE * (held + len(left)):
            continue
        where = f"{held} of the {held + len(left)} such places of its table"
        for whole, parts in left:
            yield _asked(whole, parts, (part, part), where, SUM)


def _of_one_sum(cells: Sequence[Claim], part: str) -> Iterator[Asked]:
    """Of counts that stand beside each other and make all patients of their group, as "Mild",
    "Moderate" and "Severe" do at each visit, those that make another number."""
    whole = [cell for cell in cells if not cell.parts[part].places and cell.about.group]
    by_row = grouped(whole, lambda one: (one.about.group, _row(one))).values()
    for length in LENGTHS:
        runs = [
            own[at : at + length]
            for own in by_row
            if len(own) % length == 0
            for at in range(0, len(own), length)
        ]
        left: list[tuple[list[Claim], Decimal]] = []
        kept: set[tuple[Decimal, ...]] = set()
        for several in grouped(runs, lambda run: run[0].about.group).values():
            sums = [
                sum((_number(claim.parts[part]) for claim in run), Decimal(0)) for run in several
            ]
            most = max(sums, key=lambda one: (sums.count(one), one))
            same = [run for run, total in zip(several, sums, strict=True) if total == most]
            kept |= {tuple(_number(claim.parts[part]) for claim in run) for run in same}
            left += [(run, most) for run in several if run not in same]
        if len(kept) > LEAST and len(left) <= min(NAMED, len(kept) / 4):
            for run, most in left:
                told = listed([claim.parts[part].text for claim in run])
                text = f"{told} do not make {most:f}, as those beside them do."
                yield question(TOTAL, run[0], part, text, _BESIDE, run)
            return


def _is_total(entry: Claim) -> bool:
    """Whether a label calls a number one of all."""
    return entry.about.group == ALL or bool(_TOTAL.search(entry.label))


def _keeps(whole: Claim, parts: Sequence[Claim], part: str) -> bool | None:
    """Whether a number is the sum of two; None where small ones would be by chance."""
    numbers = [claim.parts[part] for claim in parts]
    if not _adds_up(whole.parts[part], numbers):
        return False
    return _is_large(whole.parts[part], numbers, SUM, "row") or None


def _quotients(cells: Sequence[Claim]) -> Iterator[Asked]:
    """Of columns of estimates that are the quotient of the numbers of two groups."""
    of_pairs = [cell for cell in cells if cell.about.compared and _has_value(cell, "value")]
    estimates = _lines(of_pairs, _column, _row)
    for part in ("percent", "value"):
        of_group = [claim for claim in cells if claim.about.group and _has_value(claim, part)]
        groups = _lines(of_group, _column, _row)[:MOST]
        for whole in estimates:
            for first, second in permutations(groups, 2):
                yield from _of_columns(whole, [first, second], part, _divides, RATIO)


def _percent_changes(cells: Sequence[Claim]) -> Iterator[Asked]:
    """Of columns of changes in percent of the numbers of two other columns."""
    told = [cell for cell in cells if _has_value(cell, "value")]
    columns = _lines(told, _column, _row)[: MOST // 2]
    for name in ("percent", "value"):
        alone = [
            claim for claim in cells if claim.parts.keys() == {name} and _has_value(claim, name)
        ]
        for whole, two in product(_lines(alone, _column, _row), permutations(columns, 2)):
            yield from _of_columns(whole, two, "value", _changes, CHANGE)


def _of_counts(cells: Sequence[Claim]) -> Iterator[Asked]:
    """Of columns of counts that are, with their percentages, those of the counts of another one."""
    shares = [cell for cell in cells if _has_value(cell, "count") and _has_value(cell, "percent")]
    for name in ("count", "value"):
        alone = [cell for cell in cells if cell.parts.keys() == {name} and _has_value(cell, name)]
        every = product(_lines(shares, _column, _row), _lines(alone, _column, _row)[:MOST])
        for whole, sizes in every:
            rows = [row for row in whole if row in sizes and _number(sizes[row].parts[name]) > 0]
            left = [row for row in rows if not _is_share(whole[row], sizes[row].parts[name])]
            kept = len(rows) - len(left)
            where = f"{kept} of the {len(rows)} rows of its table"
            for row in left if kept >= max(LEAST, SHARE * len(rows)) else ():
                yield _asked(whole[row], [sizes[row]], ("percent", name), where, OF_COLUMN)


def _is_share(entry: Claim, size: Component) -> bool:
    """Whether a count is its percentage of as many, rounded or cut off."""
    percent = entry.parts["percent"]
    share = 100 * _number(entry.parts["count"]) / _number(size)
    return abs(share - _number(percent)) <= percent.ulp


def _multiples(cells: Sequence[Claim]) -> Iterator[Asked]:
    """Of columns of numbers alone that are a fixed multiple of another one."""
    alone = [
        cell for cell in cells if len(cell.parts) == 1 and _has_value(cell, next(iter(cell.parts)))
    ]
    columns = _lines(alone, _column, _row)[:MOST]
    for one, two in combinations(columns, 2):
        rows = [row for row in one if row in two]
        spans = {row: _multiple(one[row], two[row]) for row in rows}
        narrow = {row: span for row, span in spans.items() if span is not None}
        ends = [low for low, _ in narrow.values()]
        most = max(ends, key=lambda k: sum(a <= k <= b for a, b in narrow.values()), default=None)
        left = [row for row, (a, b) in narrow.items() if most is None or not a <= most <= b]
        kept = len(narrow) - len(left)
        if most in (None, 1, -1) or kept <= LEAST or not left or kept < SHARE * len(narrow):
            continue
        for row in left:
            names = next(iter(one[row].parts)), next(iter(two[row].parts))
            where = f"{kept} of the {len(narrow)} rows of its table"
            yield _asked(one[row], [two[row]], names, where, MULTIPLE)


def _multiple(claim: Claim, two: Claim) -> tuple[Decimal, Decimal] | None:
    """By what a number multiplies another, over all that prints so; None where that is open."""
    first, second = next(iter(claim.parts.values())), next(iter(two.parts.values()))
    if any(abs(_number(part)) < FINE * part.ulp for part in (first, second)):
        return None
    if (_number(first) > 0) != (_number(second) > 0):
        return Decimal(-1), Decimal(-1)
    ends = [end / own for end in first.bounds for own in second.bounds]
    return min(ends), max(ends)


def _has_value(entry: Claim, part: str) -> bool:
    own = entry.parts.get(part)
    return own is not None and own.value is not None and own.relation == "="


def _of_columns(
    whole: Cells,
    parts: Sequence[Cells],
    part: str,
    kept_by: Callable[[Component, Numbers], bool],
    check: str,
    line: str = "column",
    places: str = "rows",
) -> Iterator[Asked]:
    rows = [row for row in whole if all(row in one for one in parts)]
    parts_of_whole = {name for claim in whole.values() for name in claim.parts}
    name = part if check == SUM else "value" if "value" in parts_of_whole else "percent"
    own = {row: [column[row].parts[part] for column in parts] for row in rows}
    kept = [row for row in rows if kept_by(whole[row].parts[name], own[row])]
    exact = [row for row in kept if _is_exact(whole[row].parts[name], own[row])]
    if check == SUM and len(exact) == len(rows) - 1:
        kept = exact
    large = sum(_is_large(whole[row].parts[name], own[row], check, line) for row in kept)
    least = NAMED if check == SUM and all(map(_is_total, whole.values())) else LEAST
    if large < least or len(kept) == len(rows) or len(kept) < SHARE * len(rows):
        return
    for row in rows:
        if row not in kept:
            beside = [column[row] for column in parts]
            where = f"{len(kept)} of the {len(rows)} {places} of its table"
            yield _asked(whole[row], beside, (name, part), where, check)


def _is_exact(whole: Component, parts: Numbers) -> bool:
    """Whether whole numbers add up to the last unit, as counts do."""
    places = any(component.places for component in (whole, *parts))
    return not places and _number(whole) == sum(map(_number, parts))


def _is_large(whole: Component, parts: Numbers, check: str, line: str) -> bool:
    """Whether numbers keep a relation that others beside them would not."""
    unit = max(component.ulp for component in (whole, *parts))
    if check == CHANGE and any(
        abs(_number(component)) < FINE * component.ulp for component in parts
    ):
        return False
    if check in (RATIO, CHANGE):
        return all(abs(_number(component)) >= MANY * component.ulp for component in (whole, *parts))
    if line == "row" and (not all(map(_number, parts)) or abs(_number(whole)) < MANY * unit):
        return False
    return sum(abs(_number(component)) >= UNITS * unit for component in parts) >= 2


def _adds_up(whole: Component, parts: Numbers) -> bool:
    reach = sum((component.ulp for component in parts), whole.ulp) / 2
    if whole.name == "count":
        reach = Decimal(0)
    return abs(_number(whole) - sum(map(_number, parts))) <= reach


def _divides(whole: Component, parts: Numbers) -> bool:
    """Whether a number is the quotient of two, over all that print so."""
    first, second = parts
    low, high = second.bounds
    if low <= 0:
        return False
    ends = [end / own for end in first.bounds for own in (low, high)]
    return min(ends) < whole.bounds[1] and whole.bounds[0] <= max(ends)


def _changes(whole: Component, parts: Numbers) -> bool:
    """Whether a number is the change from one to another in percent of it, over all that print so,
    up or down."""
    first, second = parts
    if first.bounds[0] <= 0:
        return False
    ends = [100 * (end / own - 1) for end in second.bounds for own in first.bounds]
    low, high = sorted(map(abs, whole.bounds)) if _number(whole) else whole.bounds
    if min(ends) < 0 < max(ends):
        return low <= max(map(abs, ends))
    return min(map(abs, ends)) < high and low <= max(map(abs, ends))


def _number(part: Component) -> Decimal:
    return part.value or Decimal(0)


def _asked(
    entry: Claim, claims: Sequence[Claim], names: tuple[str, str], where: str, check: str
) -> Asked:
    own, others = entry.parts[names[0]], [claim.parts[names[1]] for claim in claims]
    given, what = _given(entry, own, others, check)
    agree = "add up" if check == SUM else "agree"
    text = f"{given}, while {own.text} is printed".replace("-", "\N{MINUS SIGN}")
    text += f"; {where} {agree}."
    reading = Reading(
        f"Are each of these and the numbers that they are the {what} of read and printed right?",
        f"read and printed right beside {listed([claim.printed for claim in claims])}",
        f"The others {agree}.",
    )
    return question(check, entry, names[0], text, reading, claims)


def _given(entry: Claim, own: Component, others: Numbers, check: str) -> tuple[str, str]:
    """What the other numbers give, as a sum is written, and what that is called."""
    numbers, texts = [*map(_number, others)], [one.number for one in others]
    places = max(0, own.places) + 1
    if check == SUM:
        return f"{' + '.join(texts).replace('+ -', '- ')} = {sum(numbers)}", "sum"
    if check == MULTIPLE:
        return f"It is another multiple of {texts[0]} than those of its column are", "multiple"
    if check == RATIO:
        quotient = f"= {numbers[0] / numbers[1]:.{places}f}" if numbers[1] else "is none"
        return f"{' / '.join(texts)} {quotient}", "quotient"
    if check == CHANGE:
        from_to = f"From {' to '.join(texts)} is"
        if not numbers[0]:
            return f"{from_to} no change in percent", "change"
        return f"{from_to} a change of {100 * (numbers[1] / numbers[0] - 1):.{places}f}%", "change"
    count = entry.parts["count"]
    share = 100 * _number(count) / numbers[0]
    return f"{count.text} of {texts[0]} is {share:.{places}f}%", "percentage"
