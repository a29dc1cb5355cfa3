"""Columns of a drafted table of which one is the sum of two others, and rows in which it is not.

A change is the second visit less the first, "Total" both groups together, whatever a table calls
them. Where three columns keep it in nearly all rows, the few others are asked about.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.finding import Finding
from trialtrace.audit.prints.wording import listed
from trialtrace.audit.verdicts.readings import Reading, drafted, first_column, row_of
from trialtrace.base.grouping import grouped

CHECK = "line.sum"
PARTS = ("count", "percent", "value")
LEAST, SHARE = 3, 0.65
"""The sum is kept in so many rows at least, and in such a share of them."""
UNITS = 3
"""Numbers of fewer units of their last digit would often add up by chance."""
MOST = 14
"""So many columns of a table are tried, the first."""
Cells = Mapping[str, Claim]


def broken(ledger: Ledger) -> Iterator[tuple[Finding, Claim, Reading]]:
    """A question on each row that does not add up as the others of its table do."""
    for part in PARTS:
        cells = [
            one
            for one in ledger.entries.values()
            if drafted(one) and row_of(one) and _told(one, part)
        ]
        tables = grouped(cells, lambda one: row_of(one)[0])
        for of_table in tables.values():
            columns = grouped(of_table, lambda one: first_column(one)[1])
            every = [{row_of(one)[1]: one for one in own} for own in columns.values()]
            every = [own for own in every if len(own) > LEAST][:MOST]
            for three in combinations(every, 3):
                for at in range(3):
                    parts = [own for n, own in enumerate(three) if n != at]
                    yield from _of_columns(three[at], parts[0], parts[1], part)


def _told(entry: Claim, part: str) -> bool:
    own = entry.parts.get(part)
    return own is not None and own.value is not None and own.relation == "="


def _of_columns(
    whole: Cells, first: Cells, second: Cells, part: str
) -> Iterator[tuple[Finding, Claim, Reading]]:
    rows = [row for row in whole if row in first and row in second]
    kept, large = [], 0
    for row in rows:
        own = [column[row].parts[part] for column in (whole, first, second)]
        if _adds_up(*own):
            kept.append(row)
            unit = max(one.ulp for one in own)
            large += all(abs(_number(one)) >= UNITS * unit for one in own[1:])
    if large < LEAST or len(kept) == len(rows) or len(kept) < SHARE * len(rows):
        return
    for row in rows:
        if row not in kept:
            entry, beside = whole[row], (first[row], second[row])
            yield _asked(entry, beside, part, f"{len(kept)} of {len(rows)}")


def _adds_up(whole: Component, first: Component, second: Component) -> bool:
    reach = (whole.ulp + first.ulp + second.ulp) / 2
    return abs(_number(whole) - _number(first) - _number(second)) <= reach


def _number(part: Component) -> Decimal:
    return part.value or Decimal(0)


def _asked(
    entry: Claim, beside: tuple[Claim, Claim], part: str, rows: str
) -> tuple[Finding, Claim, Reading]:
    own, *two = (one.parts[part].text for one in (entry, *beside))
    text = f"{own} is not {listed(two)} together, as its column is in {rows} rows of its table."
    reading = Reading(
        "Are each of these and the two that they are the sum of read and printed right?",
        f"read and printed right beside {listed([one.printed for one in beside])}",
        "The other rows add up.",
    )
    names = tuple(one.name for one in beside)
    return Finding(CHECK, entry.name, part, NOT_CHECKABLE, text, names), entry, reading
