"""Edges as numbers against the same questions asked of plain rows."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest

from trialtrace.run.tables.contracts import SOURCES, from_rows
from trialtrace.run.tables.contracts.coded import Coded
from trialtrace.run.tables.contracts.tables import conform
from trialtrace.run.trace.raw_rows import Edges

SUBJECTS = [f"T-{number:02}" for number in range(9)]


@pytest.fixture(params=[3, 40, 90], ids="columns {}".format)
def rows(request) -> list[dict]:
    """Edges of two data sets into two tables of one file and one of another."""
    random = np.random.default_rng(request.param)
    places = [("visits", "a.csv"), ("labs", "a.csv"), ("labs", "b.csv")]
    found = {}
    for _ in range(1500):
        dataset = ("adsl", "bds")[random.integers(2)]
        table, file = places[random.integers(3)]
        row = {
            "dataset": dataset,
            "USUBJID": SUBJECTS[random.integers(9)],
            "ASEQ": 0 if dataset == "adsl" else int(random.integers(1, 6)),
            "variable": ("ARM", "AGE", "AVAL")[random.integers(3)],
            "table": table,
            "source_file": file,
            "source_row": int(random.integers(2, 14)),
            "column": f"c{random.integers(request.param)}",
        }
        found[tuple(row.values())] = row
    return list(found.values())


@pytest.fixture
def edges(rows) -> Edges:
    table = conform(from_rows(rows, SOURCES), SOURCES, "here")
    return Edges.of(
        Coded.of(zip(table.column_names, table.columns, strict=True)), pa.array(SUBJECTS)
    )


def test_edges_of_a_derived_row_are_found(rows, edges):
    subject, record = np.divmod(np.arange(9 * 7), 7)
    first, count = edges.of_rows("bds", subject, record)
    for at in range(len(subject)):
        own = edges.coded.table(first[at] + np.arange(count[at])).to_pylist()
        name = SUBJECTS[subject[at]]
        wanted = [
            row
            for row in rows
            if (row["dataset"], row["USUBJID"], row["ASEQ"]) == ("bds", name, record[at])
        ]
        assert sorted(map(str, own)) == sorted(map(str, wanted))


def test_edges_of_subjects_are_those_of_the_variables(rows, edges):
    chosen = np.arange(9) % 2 == 0
    places = edges.of_subjects(chosen, ["AGE", "unknown"])
    wanted = [
        row
        for row in rows
        if row["dataset"] == "adsl"
        and row["variable"] == "AGE"
        and SUBJECTS.index(row["USUBJID"]) % 2 == 0
    ]
    found = edges.coded.table(places).to_pylist()
    assert sorted(map(str, found)) == sorted(map(str, wanted))


def test_blocks_hold_each_cell_once(edges):
    chosen = np.flatnonzero(np.arange(len(edges.column)) % 3 > 0)
    used = defaultdict(set)
    for row in edges.coded.table(chosen).to_pylist():
        used[row["table"], row["source_file"], row["source_row"]].add(row["column"])
    wanted = defaultdict(list)
    for (table, file, line), columns in used.items():
        wanted[table, file, tuple(sorted(columns))].append(line)
    blocks = edges.blocks(chosen)
    assert {(table, file, columns): list(lines) for table, file, lines, columns in blocks} == {
        key: sorted(lines) for key, lines in wanted.items()
    }
    order = [(table, file, -len(columns), lines) for table, file, lines, columns in blocks]
    assert order == sorted(order)
