"""What changed in a table: rows that are new, rows that are gone, and cells of the rows of both."""

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

Key = tuple[object, ...]
# Beyond, rows without a twin are paired by their order: comparing each with each would take long.
MOST_PAIRS = 250_000
# Rows are one row that changed where at least so many of their cells are the same.
ALIKE = 0.5


@dataclass(frozen=True)
class CellChange:
    """A cell of a row that both tables have; `at_old` and `at_new` are the row's places."""

    key: Key
    column: str
    old: object
    new: object
    at_old: int
    at_new: int


@dataclass
class TableChange:
    """The changes of one table. Rows that are new or gone are told by their places."""

    name: str
    cells: list[CellChange] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    columns_new: list[str] = field(default_factory=list)
    columns_gone: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        parts = (self.cells, self.new, self.gone, self.columns_new, self.columns_gone)
        return any(parts)


def keyed_change(
    name: str, old: pa.Table, new: pa.Table, key: Sequence[str], besides: Sequence[str] = ()
) -> TableChange:
    """Rows are one row where their keys agree; of equal keys the first goes with the first."""
    keys_old, keys_new = (_numbered(_keys(table, key)) for table in (old, new))
    place = {one: at for at, one in enumerate(keys_old)}
    pairs = [(place[one], at) for at, one in enumerate(keys_new) if one in place]
    both = {first for first, _ in pairs}
    known = set(place)
    change = TableChange(name)
    change.gone = [at for at in range(len(keys_old)) if at not in both]
    change.new = [at for at, one in enumerate(keys_new) if one not in known]
    labels = [keys_new[at][:-1] for _, at in pairs]
    _compare(change, old, new, pairs, labels, {*key, *besides})
    return change


def aligned_change(name: str, old: pa.Table, new: pa.Table, besides: Sequence[str]) -> TableChange:
    """Rows are one row where their content agrees, else where most of it does, else by order.

    So a line that is put in between is one new row, whatever follows it.
    """
    shared = [
        column_name
        for column_name in new.column_names
        if column_name in old.column_names and column_name not in besides
    ]
    rows_old, rows_new = (_keys(table, shared) for table in (old, new))
    left_old, left_new = _without_twin(rows_old, rows_new)
    changed = list(_nearest(rows_old, rows_new, left_old, left_new))
    change = TableChange(name)
    change.gone = sorted(set(left_old) - {first for first, _ in changed})
    change.new = sorted(set(left_new) - {second for _, second in changed})
    changed.sort(key=lambda pair: pair[1])
    _compare(change, old, new, changed, [() for _ in changed], set(besides))
    return change


def _keys(table: pa.Table, names: Sequence[str]) -> list[Key]:
    columns = [table[name].to_pylist() for name in names]
    return list(zip(*columns, strict=True)) if columns else [()] * table.num_rows


def _numbered(keys: list[Key]) -> list[Key]:
    """Each key with how often it was there before, so that no two are the same."""
    seen: Counter[Key] = Counter()
    found = []
    for key in keys:
        found.append((*key, seen[key]))
        seen[key] += 1
    return found


def _without_twin(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """The places of rows that have no equal one in the other table, each equal one used once."""
    places: dict[Hashable, deque[int]] = {}
    for at, hashable in enumerate(old):
        places.setdefault(hashable, deque()).append(at)
    left = []
    for at, hashable in enumerate(new):
        if places.get(hashable):
            places[hashable].popleft()
        else:
            left.append(at)
    return sorted(at for rest in places.values() for at in rest), left


def _nearest(
    old: Sequence[Key], new: Sequence[Key], left_old: list[int], left_new: list[int]
) -> Iterator[tuple[int, int]]:
    """Rows without a twin, each with the one that it agrees with most."""
    if len(left_old) * len(left_new) > MOST_PAIRS:
        yield from zip(left_old, left_new, strict=False)
        return
    width = len(old[left_old[0]]) if left_old else 0
    alike = sorted(
        (-_same(old[first], new[second]), abs(first - second), first, second)
        for first in left_old
        for second in left_new
    )
    used_old, used_new = set(), set()
    for same, _, first, second in alike:
        if -same >= ALIKE * width and first not in used_old and second not in used_new:
            used_old.add(first)
            used_new.add(second)
            yield first, second


def _same(first: Key, second: Key) -> int:
    return sum(one == other for one, other in zip(first, second, strict=True))


def _compare(
    change: TableChange,
    old: pa.Table,
    new: pa.Table,
    pairs: Sequence[tuple[int, int]],
    labels: Sequence[Key],
    besides: Iterable[str],
) -> None:
    """Add the cells that differ in the paired rows, and the columns that only one table has."""
    skipped = set(besides)
    change.columns_new = [name for name in new.column_names if name not in old.column_names]
    change.columns_gone = [name for name in old.column_names if name not in new.column_names]
    for column in new.column_names:
        if column in skipped or column not in old.column_names:
            continue
        before, after = old[column].to_pylist(), new[column].to_pylist()
        change.cells += [
            CellChange(label, column, before[first], after[second], first, second)
            for (first, second), label in zip(pairs, labels, strict=True)
            if before[first] != after[second]
        ]
