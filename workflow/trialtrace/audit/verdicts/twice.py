"""Numbers of a draft that are printed twice, with another digit.

A sentence whose numbers stand in one row of a table, but for one that no table has, while a number
of that row differs from it in one digit and stands in no sentence; or a cell of two tables, of one
group and of outcomes that share a word, of which one number is the same and another differs in one
digit; or a sentence whose estimate one row of all tables has, of an outcome that shares a word,
with another p: one of the two is a misprint, or was read wrong. It is asked about, and never called
wrong.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.shared.p_sides import p_range
from trialtrace.audit.verdicts.readings import Asked, Reading, question, row_of, table_of
from trialtrace.base.grouping import grouped
from trialtrace.base.words import upper_first

CHECK, OF_TABLES, OF_P = "text.digit", "table.digit", "text.p"
SHARED, REPEATED = 2, 4
"""So many numbers of a sentence stand in a row at least, and cells of a table in another."""
DIGITS, ALONE = 2, 3
"""Numbers of fewer digits are in many rows; that of a number with no other beside it."""


def misprinted(ledger: Ledger) -> Iterator[Asked]:
    """A question on each number of a text, or of a table, that another place has with another
    digit."""
    claims = [claim for claim in ledger.entries.values() if claim.askable]
    yield from _of_tables(ledger, [claim for claim in claims if row_of(claim)])
    rows = grouped([claim for claim in claims if row_of(claim)], row_of)
    texts = grouped([claim for claim in claims if not row_of(claim)], lambda claim: claim.place)
    in_rows = {row: _numbers(own) for row, own in rows.items()}
    printed = {number for numbers in in_rows.values() for number in numbers}
    told = {number for own in texts.values() for number in _numbers(own)}
    for own in texts.values():
        numbers = _numbers(own)
        for entry, part in _parts(own):
            if _number(part) in printed:
                continue
            for row, cells in rows.items():
                if len(numbers & in_rows[row]) >= SHARED:
                    yield from _beside(entry, part, cells, told)
        yield from _of_p(ledger, own, list(rows.values()))


def _beside(
    entry: Claim, part: Component, cells: Sequence[Claim], values: set[str]
) -> Iterator[Asked]:
    near = [
        (cell, other)
        for cell, other in _parts(cells)
        if other.name == part.name
        and _number(other) not in values
        and _one_digit_apart(_number(part), _number(other))
        and _is_of(entry, cell, part)
    ]
    if len(near) != 1:
        return
    cell, other = near[0]
    text = f"{part.text} stands in no table; {cell.place} has {other.text}, and other numbers of "
    text += "this sentence."
    reading = Reading(
        "Is each of these printed right here, or in the table?",
        f"printed right here, or “{cell.printed}” in {cell.place}",
        "They differ in one digit.",
    )
    yield question(CHECK, entry, part.name, text, reading, [cell])


def _of_p(
    ledger: Ledger, sentence: Sequence[Claim], rows: Sequence[Sequence[Claim]]
) -> Iterator[Asked]:
    """The p of a sentence with one estimate, and that of the one row that has this estimate."""
    if (two := _estimate_and_p(sentence)) is None:
        return
    own, entry = two
    estimate = own.parts["value"]
    alike = [
        found
        for row in rows
        if (found := _estimate_and_p(row)) is not None
        and abs(_size(found[0]) - _size(own)) <= estimate.ulp / 2
    ]
    if len(alike) != 1 or len(_number(estimate).replace(".", "")) < DIGITS:
        return
    cell, other = alike[0]
    (low, high), (bottom, top) = (p_range(claim.parts["p"]) for claim in (entry, other))
    named = any(_share_a_word(ledger, claim, cell) for claim in (own, entry))
    if (
        not named
        or (low < top and bottom < high)
        or {*own.about.compared} != {*cell.about.compared}
    ):
        return
    text = f"{upper_first(cell.place)} has {other.parts['p'].text} beside "
    text += f"{cell.parts['value'].text}, of which this sentence has {estimate.text}."
    reading = Reading(
        "Is each of these p of the estimate beside it, and printed right here, or in the table?",
        f"of “{own.printed}”, and printed right here, or “{other.printed}” in {other.place}",
        "Two places have one estimate with two p.",
    )
    yield question(OF_P, entry, "p", text, reading, {cell.name: cell, other.name: other}.values())


def _estimate_and_p(claims: Sequence[Claim]) -> tuple[Claim, Claim] | None:
    """The claims of the one estimate of a sentence or a row, and of its one p."""
    compared = [one for one in claims if one.about.compared and one.about.outcome]
    estimates = [one for one in compared if one.measure and "value" in one.parts]
    tests = [one for one in compared if one.numeric_p is not None]
    return (estimates[0], tests[0]) if len(estimates) == len(tests) == 1 else None


def _size(estimate: Claim) -> Decimal:
    return abs(estimate.parts["value"].value or Decimal(0))


def _of_tables(ledger: Ledger, cells: Sequence[Claim]) -> Iterator[Asked]:
    pairs = [cell for cell in cells if cell.about.group and len(list(_parts([cell]))) > 1]
    printed = Counter((pair.about.group, pair.printed) for pair in pairs)
    lone = [pair for pair in pairs if printed[pair.about.group, pair.printed] == 1]
    tables = grouped(pairs, table_of)
    whole = {
        table: {(one.about.group, one.printed) for one in own} for table, own in tables.items()
    }
    for own in grouped(lone, lambda claim: (claim.about.group, tuple(claim.parts))).values():
        for first, second in combinations(own, 2):
            here, there = table_of(first), table_of(second)
            if here == there or len(whole[here] & whole[there]) < REPEATED:
                continue
            if not _share_a_word(ledger, first, second):
                continue
            unlike = [
                (first.parts[name], second.parts[name])
                for name in first.parts
                if _number(first.parts[name]) != _number(second.parts[name])
            ]
            if len(unlike) == 1 and _one_digit_apart(*map(_number, unlike[0])):
                part, _ = unlike[0]
                text = f"{first.place} has {part.text}, and the other number of this cell."
                reading = Reading(
                    "Which of these that two tables print is right?",
                    f"printed right in {second.place}, or “{first.printed}” in {first.place}",
                    "They differ in one digit.",
                )
                yield question(OF_TABLES, second, part.name, text, reading, [first])


def _share_a_word(ledger: Ledger, first: Claim, second: Claim) -> bool:
    labels = [ledger.outcomes[str(claim.about.outcome)].label.lower() for claim in (first, second)]
    words = [set(re.findall(r"[^\W\d_]{4,}", label)) for label in labels]
    return bool(words[0] & words[1])


def _is_of(entry: Claim, cell: Claim, part: Component) -> bool:
    """Whether a cell may be what a sentence repeats: they have another number in common, or a
    number of several digits has none beside it."""
    common = (entry.parts.keys() & cell.parts.keys()) - {part.name}
    if not common:
        return len(_number(part).replace(".", "")) >= ALONE
    return any(_number(entry.parts[name]) == _number(cell.parts[name]) for name in common)


def _parts(claims: Sequence[Claim]) -> Iterator[tuple[Claim, Component]]:
    for claim in claims:
        for part in claim.parts.values():
            if len(_number(part).replace(".", "").lstrip("0")) >= DIGITS:
                yield claim, part


def _numbers(claims: Sequence[Claim]) -> set[str]:
    return {_number(part) for _, part in _parts(claims)}


def _number(part: Component) -> str:
    """A number as it is printed, without its sign."""
    return "" if part.value is None else f"{abs(part.value):f}"


def _one_digit_apart(first: str, second: str) -> bool:
    pairs = list(zip(first, second, strict=False))
    return len(first) == len(second) and sum(one != other for one, other in pairs) == 1
