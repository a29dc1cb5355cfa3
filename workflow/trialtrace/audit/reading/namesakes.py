"""Outcomes of one name that are several: rows of one label in a table, tables of the same rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from trialtrace.audit.reading.item import Item, Left

_Cell = tuple[object, ...]


def apart(read: Sequence[Item | Left]) -> Iterator[Item | Left]:
    """What was read of tables, each outcome that its name alone does not tell with its row or its
    table: another row of the same label, and a table most of whose cells are not those that one
    before it has for the same."""
    rows = _rows([one for one in read if isinstance(one, Item)])
    read = [_called(one, rows) for one in read]
    yield from _by_table(read)


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


def _table(one: Item) -> str:
    return one.place.partition(",")[0]


def _row(one: Item) -> str:
    return one.place.rpartition(", column")[0]


def _cell(one: Item) -> _Cell:
    """What two cells share that are of the same."""
    return one.arm, one.visit, one.kind, one.change, one.baseline, one.category and one.path[-1]
