"""Contracts: what a table must have, checked where it is written and where it is read."""

import math
import stat
from dataclasses import replace

import pyarrow as pa
import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.store import write_parquet
from trialtrace.run.tables import contracts
from trialtrace.run.tables.contracts import INTEGER, NUMBER, TEXT, Column, Contract, tables

VISITS = Contract(
    "visits",
    (
        Column("subject", TEXT, "subject", required=True),
        Column("visit", INTEGER, "order of the visit", required=True),
        Column("value", NUMBER, "measured"),
    ),
    ("subject", "visit"),
    "a subject x visit",
)


@pytest.fixture(autouse=True, params=[tables.FEW, 0], ids=["few", "many"])
def few(request, monkeypatch):
    """Keys of few rows are looked at by another loop than those of many."""
    monkeypatch.setattr(tables, "FEW", request.param)


ALL = [value for value in vars(contracts).values() if isinstance(value, Contract)]


def visits(**columns):
    drawn = {"subject": ["b", "a"], "visit": [1, 1], "value": [2.5, None]}
    return pa.table(drawn | columns)


def refused(table, contract=VISITS):
    with pytest.raises(UserError) as error:
        contracts.conform(table, contract, "here")
    return str(error.value)


def test_columns_get_the_contracts_order_and_type_rows_the_keys_order():
    given = visits(visit=["1", "1"]).select(["value", "visit", "subject"])
    made = contracts.conform(given, VISITS, "here")
    assert made.column_names == ["subject", "visit", "value"]
    assert made.to_pylist() == [
        {"subject": "a", "visit": 1, "value": None},
        {"subject": "b", "visit": 1, "value": 2.5},
    ]


def test_a_missing_and_an_unknown_column_are_named():
    message = refused(visits().rename_columns(["subject", "visti", "value"]))
    assert message == (
        "here: table visits\n"
        "  found     no column visit; unknown column visti\n"
        "  expected  columns subject, visit, value"
    )


def test_a_column_that_stands_twice_is_named():
    doubled = pa.Table.from_arrays(
        [pa.array(["a"]), pa.array([1]), pa.array([1.0]), pa.array([2.0])],
        names=["subject", "visit", "value", "value"],
    )
    assert "twice value" in refused(doubled)


def test_further_columns_only_where_the_contract_has_room_for_them():
    wide = visits().append_column("ITTFL", pa.array(["Y", "N"]))
    assert "unknown column ITTFL" in refused(wide)
    roomy = Contract("visits", VISITS.columns, VISITS.key, "", extra=True)
    assert contracts.conform(wide, roomy, "here").column_names[-1] == "ITTFL"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("value", ["1", "secret-7"]),
        ("visit", [1.5, 2.0]),
        ("visit", [2**53 + 0.0, math.inf]),
        ("subject", [{"secret": 7}, {"secret": 8}]),
    ],
)
def test_a_value_of_another_type_is_told_without_the_value(column, values):
    message = refused(visits(**{column: values}))
    assert f"here: table visits, column {column}" in message
    assert "secret" not in message.replace("struct<secret: int64>", "")
    assert "1.5" not in message


def test_an_empty_required_value_is_counted():
    assert "column subject\n  found     1 empty values" in refused(visits(subject=["a", None]))


def test_a_repeated_key_is_counted_and_names_no_subject():
    message = refused(visits(subject=["S-17", "S-17"]))
    assert "1 rows whose key stands twice" in message
    assert "unique subject, visit" in message
    assert "S-17" not in message


@pytest.mark.parametrize(
    "keys",
    [
        [("a", 1), ("a", 2), ("b", 1)],
        [("a", 2), ("a", 1), ("b", 1)],
        [("b", 1), ("a", 2), ("a", 3)],
        [("B", 1), ("a", 1), ("é", 1), ("😀", 0)],
        [("é", 1), ("a", 1), ("😀", 0), ("B", 1)],
    ],
)
def test_rows_come_in_the_order_of_their_key_whether_they_stood_so_or_not(keys):
    subject, visit = zip(*keys, strict=True)
    given = pa.table({"subject": subject, "visit": visit, "value": [0.5] * len(keys)})
    parts = pa.concat_tables([given.slice(0, 1), given.slice(1)])
    for table in (given, parts):
        made = contracts.conform(table, VISITS, "here").to_pylist()
        assert [(row["subject"], row["visit"]) for row in made] == sorted(keys)
    assert "key stands twice" in refused(pa.concat_tables([given, given.slice(len(keys) - 1)]))


def test_rows_in_an_order_of_their_own_keep_it_and_have_each_key_once():
    own = replace(VISITS, sorted_by_key=False)
    assert contracts.conform(visits(), own, "here")["subject"].to_pylist() == ["b", "a"]
    message = refused(visits(subject=["b", "b"]), own)
    assert "1 rows whose key stands twice" in message


def test_rows_as_dictionaries_a_missing_key_is_a_missing_value():
    made = contracts.from_rows([{"subject": "a", "visit": 1}, {"value": math.nan}], VISITS)
    assert made.to_pylist() == [
        {"subject": "a", "visit": 1, "value": None},
        {"subject": None, "visit": None, "value": None},
    ]


def test_a_table_is_checked_when_it_is_read(tmp_path):
    write_parquet(tmp_path / "visits.parquet", visits().drop_columns(["value"]))
    with pytest.raises(UserError, match="no column value"):
        contracts.read_table(tmp_path / "visits.parquet", VISITS)


def test_nothing_is_written_of_a_table_that_breaks_its_contract(tmp_path):
    with pytest.raises(UserError):
        contracts.write_table(tmp_path / "visits.parquet", visits(visit=[1, None]), VISITS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.name)
def test_only_the_quarantine_is_private(contract, tmp_path):
    path = tmp_path / "open" / "table.parquet"
    contracts.write_table(path, contracts.empty(contract), contract)
    private = contract is contracts.REJECTS
    assert stat.S_IMODE(path.stat().st_mode) == (0o600 if private else 0o644)
    assert contracts.read_table(path, contract).column_names == contract.names
