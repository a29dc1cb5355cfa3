"""Columns of a long table are read one by one, and keep the contract as the whole table does."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.tables.contracts import CLEAN
from trialtrace.run.tables.frames import Columns

WHOLE = {
    "source_file": ["a.csv", "a.csv", "b.csv"],
    "source_row": [2, 3, 2],
    "weight": [70.5, None, 64.0],
}


def written(folder, **changed):
    path = folder / "clean.parquet"
    pq.write_table(pa.table(WHOLE | changed), path)
    return Columns(path, CLEAN)


def test_what_is_asked_is_read_in_the_order_asked(tmp_path):
    columns = written(tmp_path)
    assert columns.names == ["source_file", "source_row", "weight"]
    assert columns.read(["weight", "source_row"]).to_pydict() == {
        "weight": [70.5, None, 64.0],
        "source_row": [2, 3, 2],
    }
    assert columns.read(["weight"]).column_names == ["weight"]


def test_rows_stand_by_their_key_whichever_columns_are_read(tmp_path):
    columns = written(tmp_path, source_file=["b.csv", "a.csv", "a.csv"], source_row=[2, 3, 2])
    assert columns.read(["weight"])["weight"].to_pylist() == [64.0, None, 70.5]
    assert columns.read(["source_row"])["source_row"].to_pylist() == [2, 3, 2]


def test_a_key_twice_is_told_even_where_only_values_are_asked(tmp_path):
    columns = written(tmp_path, source_row=[2, 2, 2])
    with pytest.raises(UserError, match="rows whose key stands twice"):
        columns.read(["weight"])


def test_a_type_and_an_empty_value_are_told_with_their_column(tmp_path):
    columns = written(tmp_path, source_row=["2", "x", "4"])
    with pytest.raises(UserError, match="column source_row"):
        columns.read(["source_row"])
    columns = written(tmp_path, source_file=["a.csv", None, "b.csv"])
    with pytest.raises(UserError, match="source_file"):
        columns.read(["weight"])


def test_a_column_of_the_contract_must_be_there_before_any_is_read(tmp_path):
    path = tmp_path / "clean.parquet"
    pq.write_table(pa.table(WHOLE).drop_columns(["source_row"]), path)
    with pytest.raises(UserError, match="no column source_row"):
        Columns(path, CLEAN)


def test_an_unknown_column_is_a_key_error(tmp_path):
    with pytest.raises(KeyError):
        written(tmp_path).read(["height"])


def test_a_missing_and_a_broken_file_are_told(tmp_path):
    with pytest.raises(UserError, match="not there"):
        Columns(tmp_path / "no.parquet", CLEAN)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match="whole Parquet file"):
        Columns(tmp_path / "broken.parquet", CLEAN)
