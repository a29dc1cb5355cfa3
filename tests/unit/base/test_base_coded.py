"""Tables as codes: the same rows, order and refusals as read as texts."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.base.errors import UserError
from trialtrace.run.tables.contracts import SOURCES, from_rows, read_table, write_table
from trialtrace.run.tables.contracts.coded import read_coded

KEYS = ("table", "column")
texts = st.text("abé\N{MINUS SIGN}Z", max_size=3)
rows = st.builds(
    lambda names, line: dict(
        zip(
            ("dataset", "USUBJID", "variable", "table", "source_file", "column"), names, strict=True
        ),
        ASEQ=line,
        source_row=line,
    ),
    st.tuples(*[texts] * 6),
    st.integers(0, 3),
)


@given(st.lists(rows, max_size=20, unique_by=lambda row: tuple(sorted(row.items()))))
def test_codes_spell_the_table_and_are_in_its_order(tmp_path_factory, found):
    path = tmp_path_factory.mktemp("coded") / "sources.parquet"
    write_table(path, from_rows(found, SOURCES), SOURCES)
    table, coded = read_table(path, SOURCES), read_coded(path, SOURCES)
    every = np.arange(table.num_rows)
    for name in SOURCES.names:
        assert coded.spelt(name, every) == table[name].to_pylist()
        assert coded.table(every)[name].to_pylist() == table[name].to_pylist()
    for name in KEYS:
        for value in {*table[name].to_pylist(), "not there"}:
            wanted = [one == value for one in table[name].to_pylist()]
            assert coded.equal(name, value).tolist() == wanted
    assert coded.increases(SOURCES.key)


def row(**given) -> dict:
    names = ("dataset", "USUBJID", "variable", "table", "source_file", "column")
    return dict.fromkeys(names, "a") | {"ASEQ": 1, "source_row": 2} | given


@pytest.mark.parametrize(
    "spoilt",
    [
        from_rows([row(), row()], SOURCES),
        from_rows([row(column=None)], SOURCES),
        from_rows([row()], SOURCES).drop_columns(["column"]),
        from_rows([row()], SOURCES).set_column(2, "ASEQ", pa.array(["one"])),
    ],
    ids=["a key twice", "a gap", "a column less", "another type"],
)
def test_what_keeps_no_contract_is_refused_as_ever(tmp_path, spoilt):
    path = tmp_path / "sources.parquet"
    pq.write_table(spoilt, path)
    told = []
    for read in (read_table, read_coded):
        with pytest.raises(UserError) as refused:
            read(path, SOURCES)
        told.append(str(refused.value))
    assert told[0] == told[1]


@pytest.mark.parametrize("largest", [2, 127, 128, 40_000, 2**31, 2**40])
def test_numbers_and_texts_of_any_size_are_kept_whole(tmp_path, largest: int):
    path = tmp_path / "sources.parquet"
    lines = sorted({1, largest - 1, largest})
    texts = [f"c{n:03}" for n in range(min(largest, 300))]
    given = [row(source_row=line, column="c") for line in lines]
    given += [row(source_row=2**40 + 1, column=text) for text in texts]
    pq.write_table(from_rows(given, SOURCES), path, row_group_size=50)
    coded = read_coded(path, SOURCES)
    assert coded.table(np.arange(len(given))).to_pylist() == given
    assert coded.equal("source_row", largest).sum() == 1
    assert not coded.equal("source_row", 2**40 + 2).any()
