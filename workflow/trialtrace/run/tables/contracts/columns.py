"""Single columns of a table that keeps its contract: a long table has more than is asked of it."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.store import column_names, read_parquet
from trialtrace.run.tables.contracts.definitions import Contract
from trialtrace.run.tables.contracts.tables import check_names, order_of, typed

if TYPE_CHECKING:
    import pyarrow as pa


class Columns:
    """The columns of a file. That they are those of the contract, and that the key is one, is
    checked at first; the values of a column when it is read."""

    def __init__(self, path: Path, contract: Contract):
        self._path, self._contract = path, contract
        found = column_names(path)
        check_names(found, contract, str(path))
        extra = [name for name in found if name not in contract.names]
        self.names = contract.names + extra

    def read(self, names: Iterable[str]) -> "pa.Table":
        """These columns, in the order of the key. Raises KeyError for one that is not there."""
        import pyarrow as pa

        names = list(dict.fromkeys(names))
        others = [name for name in names if name not in self._contract.key]
        found = {name: self._key[name] for name in self._contract.key}
        if others:
            table = self._typed(others)
            found |= {name: table[name] for name in others}
        table = pa.table({name: found[name] for name in names})
        return table if self._order is None else table.take(self._order)

    def _typed(self, names: list[str]) -> "pa.Table":
        selection = read_parquet(self._path, names).select(names)
        return typed(selection, self._contract, str(self._path))

    @cached_property
    def _key(self) -> "pa.Table":
        return self._typed([*self._contract.key])

    @cached_property
    def _order(self) -> "pa.Array | None":
        return order_of(self._key, self._contract, str(self._path))
