"""What changed in a table is found whatever its order, and a table that is kept comes back."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.base.errors import UserError
from trialtrace.base.store import write_parquet
from trialtrace.run.archive.kept_tables import Objects, keep_table, kept_table, restore_table
from trialtrace.run.archive.table_changes import aligned_change, keyed_change

PLACES = ("source_file", "source_row")
CELLS = st.text(alphabet="ab ", max_size=2)
Rows = list[tuple[str, ...]]
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8)


def export(rows: Rows, file: str = "a.csv") -> pa.Table:
    width = len(rows[0]) if rows else 3
    columns = {f"c{at}": [row[at] for row in rows] for at in range(width)}
    places = {"source_file": [file] * len(rows), "source_row": [at + 2 for at in range(len(rows))]}
    return pa.table({**places, **{k: pa.array(v, pa.string()) for k, v in columns.items()}})


def test_a_cell_is_told_by_its_old_and_new_place():
    old = export([("1", "x", "y"), ("2", "x", "y"), ("3", "x", "y")])
    new = export([("0", "q", "q"), ("1", "x", "y"), ("2", "x", "z"), ("3", "x", "y")])
    change = aligned_change("t", old, new, PLACES)
    (cell,) = change.cells
    assert (cell.column, cell.old, cell.new, cell.at_old, cell.at_new) == ("c2", "y", "z", 1, 2)
    assert (change.new, change.gone) == ([0], [])


def test_a_row_that_agrees_in_little_is_another_row():
    old, new = export([("1", "x", "y")]), export([("2", "p", "y")])
    change = aligned_change("t", old, new, PLACES)
    assert (change.cells, change.new, change.gone) == ([], [0], [0])


def test_columns_are_new_and_gone():
    old = export([("1", "x", "y")])
    change = aligned_change("t", old, old.rename_columns([*PLACES, "c0", "c1", "d"]), PLACES)
    assert (change.columns_new, change.columns_gone, change.cells) == (["d"], ["c2"], [])


@given(ROWS, ROWS)
def test_what_is_told_accounts_for_every_row(old: Rows, new: Rows):
    """Old rows less those gone are new rows less those new, and the cells make up the rest."""
    change = aligned_change("t", export(old), export(new), PLACES)
    assert len(old) - len(change.gone) == len(new) - len(change.new)
    mended = {at: list(row) for at, row in enumerate(old) if at not in change.gone}
    for cell in change.cells:
        assert mended[cell.at_old][int(cell.column[1])] == cell.old
        mended[cell.at_old][int(cell.column[1])] = cell.new
    kept = [row for at, row in enumerate(new) if at not in change.new]
    assert sorted(map(tuple, mended.values())) == sorted(kept)


@given(ROWS, ROWS)
def test_there_and_back_tells_the_same(old: Rows, new: Rows):
    there = aligned_change("t", export(old), export(new), PLACES)
    back = aligned_change("t", export(new), export(old), PLACES)
    assert (len(there.new), len(there.gone)) == (len(back.gone), len(back.new))


def test_rows_of_equal_keys_go_together_in_order():
    old = pa.table({"k": ["a", "a", "b"], "v": [1.0, 2.0, 3.0]})
    new = pa.table({"k": ["a", "a", "c"], "v": [1.0, 5.0, 3.0]})
    change = keyed_change("t", old, new, ("k",))
    assert [(cell.key, cell.old, cell.new) for cell in change.cells] == [(("a",), 2.0, 5.0)]
    assert (change.new, change.gone) == ([2], [2])


@pytest.mark.parametrize("rows", [3, 20_000])
def test_a_kept_table_comes_back(tmp_path: Path, rows: int):
    """A small one in one group, a large one by column."""
    table = pa.table(
        {
            "n": [float(at * 7919 % 10_007) for at in range(rows)],
            "t": [f"s{at}" for at in range(rows)],
        }
    )
    write_parquet(tmp_path / "t.parquet", table)
    objects = Objects(tmp_path / "objects")
    kept = keep_table(tmp_path / "t.parquet", objects)
    assert len(kept["groups"]) == (1 if rows == 3 else 2)
    assert kept_table(kept, objects).equals(table)
    restore_table(kept, objects, tmp_path / "again.parquet")
    assert pq.read_table(tmp_path / "again.parquet").equals(table)


def test_one_changed_cell_adds_one_column(tmp_path: Path):
    objects = Objects(tmp_path / "objects")
    columns = {name: [f"{name}{at * 7919 % 10_007}" for at in range(20_000)] for name in "abc"}
    write_parquet(tmp_path / "t.parquet", pa.table(columns))
    first = keep_table(tmp_path / "t.parquet", objects)["groups"]
    columns["b"][17] = "other"
    write_parquet(tmp_path / "t.parquet", pa.table(columns))
    second = keep_table(tmp_path / "t.parquet", objects)["groups"]
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, False, True]


def test_an_object_that_was_changed_or_is_gone_is_told(tmp_path: Path):
    objects = Objects(tmp_path / "objects")
    digest = objects.put(b"a run")
    place = objects.place(digest)
    assert place.stat().st_mode & 0o077 == 0
    place.write_bytes(b"another")
    with pytest.raises(UserError, match="was changed since it was kept"):
        objects.get(digest)
    place.unlink()
    with pytest.raises(UserError, match="is gone"):
        objects.get(digest)
