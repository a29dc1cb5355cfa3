"""Rows have the same number where all of some columns are the same."""

import pyarrow as pa
import pytest

from trialtrace.run.tables.contracts import tables as module
from trialtrace.run.tables.contracts.tables import numbered

ROWS = [
    ("a", 1, None),
    ("a", 2, None),
    ("b", 1, "x"),
    ("a", 1, None),
    (None, 1, None),
    ("b", 1, ""),
]
TABLE = pa.table(dict(zip("xyz", map(list, zip(*ROWS, strict=True)), strict=True)))


@pytest.mark.parametrize("largest", [module.LARGEST, 0])
@pytest.mark.parametrize("names", ["x", "xy", "xyz", "zyx", ""])
def test_rows_are_told_apart_as_tuples_are(monkeypatch, names: str, largest: int):
    monkeypatch.setattr(module, "LARGEST", largest)
    number = numbered(TABLE, names).tolist()
    rows = [tuple(TABLE[name][at].as_py() for name in names) for at in range(TABLE.num_rows)]
    assert [[a == b for b in number] for a in number] == [[a == b for b in rows] for a in rows]


def test_an_empty_table_has_no_numbers():
    assert numbered(TABLE.slice(0, 0), "xyz").tolist() == []


@pytest.mark.parametrize("largest", [module.LARGEST, 0])
@pytest.mark.parametrize("names", ["x", "xyz", "zyx"])
def test_numbers_are_in_the_order_of_the_columns(monkeypatch, names: str, largest: int):
    """As tuples are, and what is missing comes last."""
    monkeypatch.setattr(module, "LARGEST", largest)
    number = numbered(TABLE, names).tolist()
    rows = [tuple(TABLE[name][at].as_py() for name in names) for at in range(TABLE.num_rows)]
    rows = [tuple((value is None, str(value)) for value in row) for row in rows]
    assert [[a < b for b in number] for a in number] == [[a < b for b in rows] for a in rows]
