"""Columns that tell in which unit each row has its number: numbers of several units are no outcome
that arms can be compared by."""

from collections import Counter
from collections.abc import Sequence

from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.names import UNIT_WORDS, unit_meant
from trialtrace.run.drafting.outcomes import Outcome, is_number, label_of, tells_unit
from trialtrace.run.drafting.profile import Column, Table
from trialtrace.run.drafting.repeats import MOST_ROWS, cells_of
from trialtrace.run.tables.measures import parts, plain

MOST_NAMED = 4


def tell_units(tables: Sequence[Table], outcomes: Sequence[Outcome], decided: Decided) -> None:
    """A guess on each column of units of which the rows of its numbers have several: nothing is
    computed by arm where an outcome is among these."""
    for table in tables:
        for column in table.columns if table.rows <= MOST_ROWS else ():
            if tells_unit(column):
                _tell(table, column, [one for one in outcomes if one.table == table.name], decided)


def _tell(table: Table, column: Column, outcomes: Sequence[Outcome], decided: Decided) -> None:
    numbers, blinded, found = _measured_in(table, column), dict[str, None](), dict[str, int]()
    for outcome in outcomes:
        own = {*dict(outcome.columns).values()} or {outcome.source}
        names = [name for name in numbers if name in own]
        if len(each := _each(table, column, names, outcome.where)) > 1:
            blinded, found = blinded | dict.fromkeys(names), found or each
    # In rows of several visits or tests of a patient units differ by what is measured.
    once = column.constant_within is not False
    found = found or (_each(table, column, numbers) if once else {})
    if len(found) < 2:
        return
    named = [*(blinded or numbers)]
    shown = ", ".join(named[:MOST_NAMED]) + (", …" if len(named) > MOST_NAMED else "")
    units = " and ".join(f"{unit} ({n})" for unit, n in found.items())
    why = f"By {column.name}, rows of {shown} are in {units}. `convert` in cleaning.yaml, "
    why += f"with unit_column: {column.name}, makes one unit of them; so does an export in one."
    place = ("cleaning.yaml", f"tables.{table.name}.convert")
    decided.guess(f"units.{column.name}", place, column.name, why, blinds=bool(blinded))


def _measured_in(table: Table, column: Column) -> list[str]:
    """The numbers that a column of units is of: those with the rest of its name, else all."""
    rest = plain("".join(word for word in parts(column.name) if word not in UNIT_WORDS))
    numbers = [one.name for one in table.columns if is_number(one)]
    stems = [stem for stem in (rest, rest.removesuffix("u")) if stem]
    named = ([name for name in numbers if stem in plain(name)] for stem in stems)
    return next(filter(None, named), numbers)


def _each(
    table: Table, column: Column, names: Sequence[str], where: Sequence[tuple[str, str]] = ()
) -> dict[str, int]:
    """The rows of each unit, in those of the parameter that have a number; spellings of one unit
    are together."""
    if not names:
        return {}
    codes = tuple(code for _, code in where)
    rows = cells_of(table, [column.name, *(name for name, _ in where), *names])
    spelt = Counter(
        label_of(column, row[0])
        for row in rows
        if row[0] and row[1 : len(codes) + 1] == codes and any(row[len(codes) + 1 :])
    )
    first: dict[str, str] = {}
    counts = Counter[str]()
    for text, n in spelt.items():
        counts[first.setdefault(unit_meant(text), text)] += n
    return dict(counts)
