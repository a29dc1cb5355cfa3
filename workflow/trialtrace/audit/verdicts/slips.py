"""Numbers of a draft whose decimal point has slipped, as the cells beside them tell.

A number of a row is a tenth, or ten times, of what the others of its row are, with a decimal more
or less; a p has more decimals than all others of its column; or a pair of a row of counts with
their percentages has a count that is no whole number. All are asked about, and never called wrong.

Percentages of a drafted table that add up to 100 in most columns, or in most rows.

Where those of a section do in all columns but one, it is asked about; where those of two columns
do, they are of the row, and each count is that percentage of both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, pairwise
from statistics import median

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.wording import listed
from trialtrace.audit.verdicts.readings import (
    Asked,
    Reading,
    column_of,
    first_column,
    of_arms,
    question,
    row_of,
    table_of,
)
from trialtrace.base.grouping import grouped

POINT, WHOLE, BOUND, DECIMALS = "row.point", "row.count", "row.bound", "column.decimals"
PARTS = {
    "value": "value",
    "sd": "deviation",
    "se": "error",
    "quartile_low": "quartile",
    "quartile_high": "quartile",
    "ci_low": "limit",
    "ci_high": "limit",
    "least": "limit",
}
LOW, HIGH = 6.0, 16.0
"""By so much a number differs from the others, at least and at most."""
MOST = 2
"""So many bounds are asked about at most."""
EVEN, SMALL, NEAR = 5, 0.01, (0.045, 0.055)
"""So many other p a column has at least, and so large a p of more decimals is; near 0.05 these tell
on which side it is."""
BOUNDS = re.compile(r"0?\.0+[15]|0?\.025")
"""Bounds that p are told to be below."""
ALIKE = 3.0
"""Others that differ by more among each other tell nothing; nor does a spread of a mean, or a limit
of a median, that differs by more from theirs."""
_OF_COUNT = re.compile(r"its count, ([0-9.]+), is no whole number")


def slipped(ledger: Ledger) -> Iterator[Asked]:
    """A question on each number of a row that its others make a slip of the decimal point."""
    cells = [
        entry
        for entry in ledger.entries.values()
        if entry.askable and row_of(entry) and not entry.about.size
    ]
    rows = grouped(cells, row_of)
    measured = grouped(cells, _measured)
    asked = set[str]()
    for line in chain(measured.values(), of_arms(cells)):
        for found in _points(line):
            if found[1].name not in asked:
                asked |= {claim.name for claim in line}
                yield found
    for line in rows.values():
        yield from _counts(ledger, line)
    for column in grouped([cell for cell in cells if _is_positive(cell, "p")], column_of).values():
        yield from _decimals(column) if len(column) > EVEN else ()
    bounds = [claim for claim in cells if "p" in claim.parts and claim.parts["p"].relation == "<"]
    tables = grouped(bounds, table_of).values()
    odd = [_bound(claim) for table in tables for claim in table if _is_odd_bound(claim, table)]
    # A paper that has several tells all its p so.
    yield from odd if len(odd) <= MOST else ()


def _measured(entry: Claim) -> tuple[object, ...]:
    """What is measured of all groups, or compared, at all times in one table."""
    return table_of(entry), entry.about.outcome, entry.about.category, entry.about.compared


def _points(line: Sequence[Claim]) -> Iterator[Asked]:
    kinds = grouped(line, lambda one: (tuple(one.parts), one.about.change))
    for own in kinds.values():
        for part in PARTS:
            numbers = [(claim, claim.parts[part]) for claim in own if _is_positive(claim, part)]
            # Limits of an interval may lie as near to 0 as they like.
            limits = part in ("ci_low", "ci_high") and any("CI" in claim.printed for claim in own)
            of_pair = own[0].about.compared or any(claim.measure for claim in own)
            limits = limits or bool(of_pair and part not in ("sd", "se"))
            if len(numbers) == len(own) > 1 and not limits:
                yield from _point(numbers, part)


def _point(numbers: Sequence[tuple[Claim, Component]], part: str) -> Iterator[Asked]:
    for entry, number in numbers:
        others = [(one, other) for one, other in numbers if one is not entry]
        values = [_size(other) for _, other in others]
        times = _size(number) / median(values)
        if max(values) > ALIKE * min(values) or not (
            LOW <= times <= HIGH or LOW <= 1 / times <= HIGH
        ):
            continue
        # Two numbers alone are unlike by their nature too, but with as many decimals.
        more = [other.places - number.places for _, other in others]
        moved = min(more) > 0 if times > 1 else max(more) < 0
        if not moved and (part == "value" or len(others) == 1):
            continue
        of_change = entry.about.change or entry.about.compared
        if not (part == "value" or of_change or all(_alike(entry, one) for one, _ in others)):
            continue
        beside = listed([one.printed for one, _ in others[:3]])
        text = f"Its {PARTS[part]}, {number.text}, is {'ten times' if times > 1 else 'a tenth of'} "
        text += f"what stands beside it, {beside}, or nearly so."
        reading = Reading(
            "Does the decimal point of each of these stand where it is printed?",
            f"read and printed right beside {beside}",
            "With the decimal point moved it would be like the others of its row.",
        )
        yield question(POINT, entry, part, text, reading, [one for one, _ in others])
        return


def _decimals(cells: Sequence[Claim]) -> Iterator[Asked]:
    """A p of a column with more decimals than all others, and no small one, of which more decimals
    are no more digits."""
    entry = max(cells, key=lambda one: one.parts["p"].places)
    own, others = entry.parts["p"], [cell for cell in cells if cell is not entry]
    fewer = max(claim.parts["p"].places for claim in others) < own.places
    if fewer and _size(own) >= SMALL and not NEAR[0] <= _size(own) < NEAR[1]:
        beside = listed([claim.printed for claim in others[:3]])
        text = f"{own.text} has more decimals than all others of its column, {beside} and so on."
        reading = Reading(
            "Does the decimal point of each of these p stand where it is printed?",
            f"read and printed right beside {beside}",
            "All others have fewer.",
        )
        yield question(DECIMALS, entry, "p", text, reading, others)


def _is_odd_bound(entry: Claim, table: Sequence[Claim]) -> bool:
    """Whether p is below a bound that is no usual one, or above those of its table."""
    part = entry.parts["p"]
    own, others = (
        part.value or Decimal(0),
        [claim.parts["p"] for claim in table if claim is not entry],
    )
    if own <= Decimal("0.05"):
        return own >= Decimal("0.0005") and not BOUNDS.fullmatch(part.number)
    if part.places > 2 and len(own.normalize().as_tuple().digits) > 1:
        return True
    return own > Decimal("0.2") or (
        bool(others) and all((component.value or 0) < own for component in others)
    )


def _bound(entry: Claim) -> Asked:
    text = f"{entry.parts['p'].text} is told by a bound that hardly any paper uses, or none of its "
    text += "table."
    reading = Reading(
        "Is the bound of each of these p read and printed right?",
        "read and printed right",
        "Usual bounds are 0.05, 0.01 and 0.001.",
    )
    return question(BOUND, entry, "p", text, reading)


def _alike(entry: Claim, other: Claim) -> bool:
    if not (_is_positive(entry, "value") and _is_positive(other, "value")):
        return False
    one, two = (_size(claim.parts["value"]) for claim in (entry, other))
    return max(one, two) <= ALIKE * min(one, two)


def _counts(ledger: Ledger, row: Sequence[Claim]) -> Iterator[Asked]:
    """Of a row in which others are counts with their percentages, a pair that has no count; of
    any row one of which ten times, or more, are its percentage."""
    shares = [claim for claim in row if _is_share(ledger, claim)]
    for entry in row:
        pair = _fraction(entry)
        n = ledger.size(entry)
        if pair is None or entry in shares:
            continue
        count, percent, component = pair
        spread = "±" in entry.printed and (n is None or count <= n)
        near = n is not None and any(_agrees(count * by, percent, n) for by in (10, 100, 1000))
        other = shares and (
            component == "percent"
            or (spread and "count" in shares[0].parts)
            or (count < percent <= 100 and all("count" in one.parts for one in shares))
        )
        if other or (near and (shares or component == "percent")):
            beside = listed([claim.printed for claim in shares[:3]]) or f"one of {n}"
            text = f"{count:g} is no count of patients, as stands beside it: {beside}."
            if not shares:
                text = f"{count:g} is no count of patients; ten times it, or more, is {percent:g} "
                text += f"% of {n}."
            reading = Reading(
                "Is each of these a count with its percentage?",
                f"a count with its percentage, as {beside}{' beside it' if shares else ''}",
                "No count is a fraction or has a deviation; its decimal point may have slipped.",
            )
            yield question(WHOLE, entry, component, text, reading, shares)


def _fraction(entry: Claim) -> tuple[float, float, str] | None:
    """A number that is not whole, or has ±, and a second one behind it; with the component."""
    if match := _OF_COUNT.search(entry.doubt):
        return float(match[1]), _size(entry.parts["percent"]), "percent"
    pair = entry.parts.keys() == {"value", "sd"}
    if pair and (entry.parts["value"].places > 0 or "±" in entry.printed):
        return _size(entry.parts["value"]), _size(entry.parts["sd"]), "value"
    return None


def _is_share(ledger: Ledger, entry: Claim) -> bool:
    """Whether it is a count with the percentage that it is of its patients, by its arithmetic."""
    n = ledger.size(entry)
    pair = ("count", "percent") if "count" in entry.parts else ("value", "sd")
    if entry.parts.keys() != set(pair) or not _is_positive(entry, pair[0]):
        return False
    first, second = (entry.parts[name] for name in pair)
    if pair[0] == "count" or n is None:
        return pair[0] == "count"
    telling = first.places == 0 and second.places > 0
    return telling and _agrees(_size(first), _size(second), n, second)


def _agrees(count: float, percent: float, n: int, part: Component | None = None) -> bool:
    reach = float(part.ulp) if part is not None else 1.0
    return count <= n and abs(100 * count / n - percent) <= reach


def _is_positive(entry: Claim, part: str) -> bool:
    own = entry.parts.get(part)
    return own is not None and own.relation == "=" and own.value is not None and own.value > 0


def _size(part: Component) -> float:
    return float(part.value or 0)


CHECK = "line.hundred"
ROWS = range(2, 11)
"""So many rows below each other are added up."""
OF_ROW = 3
"""In so many rows at least two columns make 100."""
KEPT = 2
"""So many columns make 100, and no more than one does not; one more of two rows."""
Percentages = Mapping[str, Claim]


def of_hundred(ledger: Ledger) -> Iterator[Asked]:
    """A question on each percentage of a section that makes 100 in all columns but its own."""
    cells = [
        cell
        for cell in ledger.entries.values()
        if cell.askable and row_of(cell) and _percent(cell) is not None and not cell.about.compared
    ]
    asked: set[str] = set()
    for of_table in grouped(cells, lambda cell: row_of(cell)[0]).values():
        rows = grouped(of_table, lambda cell: int(row_of(cell)[1]))
        lines = {at: {first_column(cell)[1]: cell for cell in own} for at, own in rows.items()}
        for number in reversed(ROWS):
            for first in lines:
                section = [lines[at] for at in range(first, first + number) if at in lines]
                if len(section) == number and not asked & {cell.name for cell in _every(section)}:
                    for asked_one in _of_section(section):
                        asked |= {cell.name for cell in _every(section)}
                        yield asked_one
        yield from _of_rows(list(lines.values()))
    yield from _of_sections(ledger)


def _of_sections(ledger: Ledger) -> Iterator[Asked]:
    """Numbers alone of a whole section of rows, as its labels tell it, that are percentages: they
    make 100 in all columns but one."""
    cells = [
        cell
        for cell in ledger.entries.values()
        if cell.askable and row_of(cell) and cell.parts.keys() == {"value"} and _section(cell)
        if cell.parts["value"].relation == "=" and 0 <= (cell.parts["value"].value or -1) <= 100
    ]
    for section in grouped(cells, lambda cell: (row_of(cell)[0], _section(cell))).values():
        rows = grouped(section, row_of).values()
        lines = [{first_column(cell)[1]: cell for cell in own} for own in rows]
        if len(lines) > 2:
            yield from _of_section(lines)


def _section(cell: Claim) -> str:
    """The words of its label before its category and its group."""
    return cell.label.rpartition(", ")[0].rpartition(", ")[0]


def _of_rows(rows: Sequence[Percentages]) -> Iterator[Asked]:
    """Of two columns whose percentages make 100 in nearly all rows, those of other counts."""
    columns = dict.fromkeys(column for row in rows for column in row)
    for pair in pairwise(columns):
        both = [[row[column] for column in pair] for row in rows if set(pair) <= set(row)]
        both = [two for two in both if all("count" in claim.parts for claim in two)]
        whole = [two for two in both if _is_whole(two)]
        if len(whole) < OF_ROW or len(whole) < 0.8 * len(both):
            continue
        fit = [two for two in whole if _are_shares(two)]
        for two in whole if len(fit) >= OF_ROW and len(fit) >= 0.8 * len(whole) else ():
            if two not in fit:
                text = f"The percentages are of the row in {len(fit)} of {len(whole)} rows; here "
                text += "they are not those of its counts."
                reading = Reading(
                    "Are each of these and the number beside it read and printed right?",
                    f"read and printed right beside {two[1].printed}",
                    "The other rows agree.",
                )
                yield question(CHECK, two[0], "count", text, reading, two)


def _are_shares(two: Sequence[Claim]) -> bool:
    counts = [float(claim.parts["count"].value or 0) for claim in two]
    part = two[0].parts["percent"]
    share = 100 * counts[0] / sum(counts) if sum(counts) else 0.0
    return abs(share - float(part.value or 0)) <= float(part.ulp)


def _every(section: Sequence[Percentages]) -> Iterator[Claim]:
    return (claim for row in section for claim in row.values())


def _of_section(section: Sequence[Percentages]) -> Iterator[Asked]:
    columns = [column for column in section[0] if all(column in row for row in section)]
    left = [column for column in columns if not _is_whole([row[column] for row in section])]
    kept = len(columns) - len(left)
    if len(left) == 2 and kept > KEPT:
        # Numbers of two columns are exchanged, where both make 200 together.
        both = [_part(row[column]) for row in section for column in left]
        beyond = sum((part.value or Decimal(0) for part in both), Decimal(-200))
        reach = sum((part.ulp for part in both), Decimal(0)) / 2
        left = left[:1] if abs(beyond) <= reach else left
    if len(left) != 1 or kept < KEPT + (len(section) == 2):
        return
    entry = max((row[left[0]] for row in section), key=lambda cell: _apart(cell, section))
    total = sum(_part(row[left[0]]).value or 0 for row in section)
    text = f"The {len(section)} percentages of its section add up to {total:f} %; in {kept} other "
    text += "columns they make 100 %."
    reading = Reading(
        "Are each of these and the others of its section read and printed right?",
        "and the others of its section read and printed right",
        "Those of the other columns make 100 %.",
    )
    name = "percent" if "percent" in entry.parts else "value"
    yield question(CHECK, entry, name, text, reading, [row[left[0]] for row in section])


def _is_whole(cells: Sequence[Claim]) -> bool:
    """Whether percentages make 100 by their rounding."""
    parts = [_part(cell) for cell in cells]
    total = sum((part.value or Decimal(0) for part in parts), Decimal(-100))
    return abs(total) <= sum((part.ulp for part in parts), Decimal(0)) / 2


def _apart(entry: Claim, section: Sequence[Percentages]) -> float:
    """How far a percentage lies from the middle of its row."""
    row = next(row for row in section if entry in row.values())
    own = [float(_part(claim).value or 0) for claim in row.values()]
    return abs(float(_part(entry).value or 0) - median(own))


def _part(cell: Claim) -> Component:
    return cell.parts["percent"] if "percent" in cell.parts else cell.parts["value"]


def _percent(entry: Claim) -> float | None:
    part = entry.parts.get("percent")
    if part is None or part.value is None or part.relation != "=":
        return None
    return float(part.value)
