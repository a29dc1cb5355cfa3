"""Where a spoiling falls: tables, columns and rows, drawn by the case's own generator."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from spoiled.export import Export, NotHereError, Rng, Variable

T = TypeVar("T")


def one(rng: Rng, places: Iterable[T]) -> T:
    """One of these places. Raises NotHereError where there is none."""
    listed = list(places)
    if not listed:
        raise NotHereError
    return rng.choice(listed)


def some(rng: Rng, places: Iterable[T]) -> list[T]:
    """One place, a handful, a tenth or a half of them, in their order."""
    listed = list(places)
    if not listed:
        raise NotHereError
    tenth, half = len(listed) // 10, len(listed) // 2
    number = rng.choices((1, rng.randint(2, 5), tenth, half), weights=(8, 6, 3, 3))[0]
    return few(rng, listed, number)


def few(rng: Rng, places: Iterable[T], number: int) -> list[T]:
    """So many of these places, at least one, in their order."""
    listed = list(places)
    if not listed:
        raise NotHereError
    drawn = rng.sample(range(len(listed)), max(1, min(number, len(listed))))
    return [listed[place] for place in sorted(drawn)]


def column(
    export: Export, rng: Rng, suits: Callable[[str, Variable], bool], fixed: bool = False
) -> tuple[str, Variable]:
    """A table that has a column which suits, then the column; columns of the key only if fixed."""
    suited = {
        table: [
            variable
            for variable in export.variables(table).values()
            if (fixed or variable.name not in export.fixed(table)) and suits(table, variable)
        ]
        for table in export.tables
    }
    table = one(rng, [table for table, variables in suited.items() if variables])
    return table, one(rng, suited[table])


def of_kind(export: Export, rng: Rng, *kinds: str) -> tuple[str, Variable]:
    """A column of one of these kinds in which a value stands."""
    return column(export, rng, lambda t, v: v.kind in kinds and any(filled(export, t, v)))


def filled(export: Export, table: str, variable: Variable) -> list[int]:
    """Rows in which the column has a value that is no code for missing."""
    empty = {"", *export.missing(table, variable.name)}
    return [
        number
        for number, text in enumerate(export.sheet(table).column(variable.name))
        if text not in empty
    ]


def long_tables(export: Export) -> list[str]:
    """Tables beside that of the subjects which have rows."""
    return [t for t in export.tables if t != export.subjects and export.sheet(t).rows]


def has_key(export: Export, table: str) -> bool:
    return "source_row" not in export.tables[table]["key"]


def ids(export: Export, table: str) -> list[str]:
    """The subjects of a table's rows, row by row."""
    subject = export.tables[table]["subject"]
    if subject == "source_row":
        raise NotHereError
    return export.sheet(table).column(subject)


def told(table: str, name: str, rows: list[int], what: str) -> str:
    """One line about cells: how many, where the first one is (line of the file), what."""
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{table}.{name}, line {rows[0] + 2}{more}: {what}"
