"""Nothing is lost: rows and cells add up, whatever the table holds."""

import dataclasses
import stat

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_tables import TinyTrial, check, variable, write_raw

from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.account import ConservationError
from trialtrace.run.cleaning.clean import clean_table, clean_tables, losses_of_typing
from trialtrace.run.cleaning.counting import table_count
from trialtrace.run.cleaning.subjects import people_of
from trialtrace.run.cleaning.typed import type_table
from trialtrace.run.tables.contracts import CLEAN, REJECTS, read_table

TRIAL = TinyTrial(
    [
        variable("id", "integer", required=True),
        variable("visit", choices={"a": "A", "b": "B"}),
        variable("n", "number", minimum="0", maximum="10", required=True),
        variable("i", "integer"),
        variable("d", "date", date_order="dmy"),
        variable("u"),
    ],
    key=("id", "visit"),
    missing={"n": ("NA",)},
    convert={"n": {"unit_column": "u", "to": "kg", "factors": {"kg": 1, "g": 0.001}}},
    check=(
        check("c1", "reject", columns=["n", "i"], expect={"n": {"above": 1}}),
        check("c2", "flag", constant=["u", "d"]),
        check("c3", "reject", columns=["i"], expect={"i": {"at_most": 5}}),
    ),
    losses={"exclude": {"subject_missing": "an empty line of the form"}},
)
CELLS = {
    "id": ["1", "2", " 2", "x", "", None],
    "visit": ["a", "b", "c", "", None],
    "n": ["1", "2.5", "3,5", "NA", "-1", "1e400", "inf", "", None, " 7 "],
    "i": ["1", "3.0", "3.5", "9", "abc", None],
    "d": ["01.02.2026", "31.02.2026", "2026-02-01", "soon", ""],
    "u": ["kg", "g", "lb", "", None],
}
ROW = st.tuples(*(st.sampled_from(cells) for cells in CELLS.values()))
ROWS = st.lists(ROW, min_size=1, max_size=12)


def raw(rows: list[tuple]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    cells = {n: pa.array(c, type=pa.string()) for n, c in zip(CELLS, columns, strict=True)}
    place = {
        "source_file": pa.array(["f"] * len(rows)),
        "source_row": pa.array(range(2, len(rows) + 2)),
    }
    return pa.table(place | cells)


@settings(max_examples=300)
@given(ROWS)
def test_rows_and_cells_add_up(rows: list[tuple]):
    """Counted here once more, from the raw table, the clean table and the list of rejects."""
    cleaned = clean_table(TRIAL, TRIAL.tables["visits"], raw(rows), None)
    listed = cleaned.rejects.to_pylist()
    gone = {row["source_row"] for row in listed if row["level"] == "row"}
    kept = set(cleaned.table["source_row"].to_pylist())
    assert kept | gone == set(range(2, len(rows) + 2))
    assert not kept & gone
    counted = table_count(cleaned, 0, None)
    rejected = {rule: n for rule, n in counted.cells_rejected.items() if rule != "with_row"}
    assert sum(counted.rows_rejected.values()) == len(gone)
    assert sum(rejected.values()) == len(
        {
            (row["source_row"], row["column"])
            for row in listed
            if row["level"] == "cell" and row["severity"] == "reject"
            if row["source_row"] in kept
        }
    )
    assert counted.cells_in == len(rows) * len(CELLS)
    missing = {"n": {"NA"}}
    for at, name in enumerate(CELLS):
        values = dict(
            zip(
                cleaned.table["source_row"].to_pylist(),
                cleaned.table[name].to_pylist(),
                strict=True,
            )
        )
        bad = {
            row["source_row"]
            for row in listed
            if row["column"] == name and row["severity"] == "reject"
        }
        for number in kept:
            found = (rows[number - 2][at] or "").strip()
            empty = found == "" or found in missing.get(name, ())
            states = [values[number] is not None, empty, number in bad]
            assert sum(states) == 1, (name, number, found)


@settings(max_examples=50)
@given(ROWS)
def test_the_order_of_rows_changes_no_verdict(rows: list[tuple]):
    """The same rows in reverse: the same rules are broken equally often."""
    one = clean_table(TRIAL, TRIAL.tables["visits"], raw(rows), None)
    other = clean_table(TRIAL, TRIAL.tables["visits"], raw(rows[::-1]), None)
    assert sorted(one.rejects["rule"].to_pylist()) == sorted(other.rejects["rule"].to_pylist())


@given(ROWS)
def test_whatever_is_lost_is_told_and_subjects_add_up(rows: list[tuple]):
    """A stop or an account; a subject of the export is kept or lost by one rule."""
    typed = type_table(TRIAL, TRIAL.tables["visits"], raw(rows), None)
    people = people_of(TRIAL, typed)
    kept = set(typed.accepted.subject.to_pylist())
    assert people.in_export == len(kept) + sum(one.n for one in people.lost)
    blank = sum(not any((cell or "").strip() for cell in row) for row in rows)
    assert people.in_export <= len(rows) - blank
    try:
        losses = losses_of_typing(TRIAL, {"visits": typed}, people)
    except UserError as error:
        assert str(error)
    else:
        assert not {one.rule for one in people.lost} - {"subject_missing"}
        assert ("subjects_excluded" in {one.kind for one in losses.warnings}) == bool(people.lost)


def test_a_law_that_does_not_hold_is_a_fault_of_the_program():
    cleaned = clean_table(
        TRIAL, TRIAL.tables["visits"], raw([("1", "a", "2", "1", "", "kg")]), None
    )
    cleaned.balance.verify("visits")
    with pytest.raises(ConservationError, match="rows in"):
        dataclasses.replace(cleaned.balance, rows_out=0).verify("visits")
    lost = dataclasses.replace(cleaned.balance.columns["n"], accepted=0)
    wrong = dataclasses.replace(cleaned.balance, columns={"n": lost})
    with pytest.raises(ConservationError, match="column n"):
        wrong.verify("visits")


TEXT = "id|visit|n|i|d|u\n1|a|2|1|01.02.2026|kg\n2|a|abc|1||kg\n|a|1|1||kg\n" + "".join(
    f"{number}|a|2|1||kg\n" for number in range(3, 13)
)


def test_what_is_written(tmp_path):
    clean_tables(TRIAL, write_raw(TRIAL, TEXT, tmp_path / "raw"), tmp_path / "clean")
    assert read_table(tmp_path / "clean" / "visits.parquet", CLEAN).column_names == [
        "source_file",
        "source_row",
        "id",
        "visit",
        "n",
        "i",
        "d",
        "u",
    ]
    rejects = read_table(tmp_path / "clean" / "rejects.parquet", REJECTS)
    assert rejects.num_rows == 2
    mode = (tmp_path / "clean" / "rejects.parquet").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_the_same_raw_tables_give_the_same_bytes(tmp_path):
    folder = write_raw(TRIAL, TEXT, tmp_path / "raw")
    for out in ("one", "two"):
        clean_tables(TRIAL, folder, tmp_path / out)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_counts_hold_no_value(tmp_path):
    folder = write_raw(TRIAL, TEXT.replace("abc", "Jane"), tmp_path / "raw")
    clean_tables(TRIAL, folder, tmp_path / "clean")
    for name in ("conservation.json", "account.json"):
        assert "Jane" not in (tmp_path / "clean" / name).read_text()
