"""What the records of jobs say of files: which are read, which are not as they were written."""

import json
from pathlib import Path

import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.jobs.outdated import TOLD, check_unchanged
from trialtrace.run.jobs.products import (
    altered,
    check_inputs,
    contents,
    edited,
    read_record,
    record_path,
    write_record,
)
from trialtrace.run.tables.contracts.definitions import VERSION

RAW, TABLE = "results/one/raw", "results/one/analysis/results.parquet"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of two files and a table made from it, with the records of both jobs."""
    for name in (f"{RAW}/a.csv", f"{RAW}/deep/b.csv", TABLE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for name in ("run.json", ".snakemake_timestamp", "changes.html"):
        (tmp_path / RAW / name).write_text("now")
    write_record(tmp_path, record_path("first", "one"), ("first", "hash"), [], [RAW])
    write_record(tmp_path, record_path("second", "one"), ("second", "other"), [RAW], [TABLE])
    return tmp_path


def records(root: Path) -> dict:
    paths = [record_path(rule, "one") for rule in ("first", "second")]
    return {path: record for path in paths if (record := read_record(root / path))}


def problem(root: Path, *inputs: str):
    with pytest.raises(UserError) as raised:
        check_inputs(root, inputs, [record_path("first", "one")])
    return raised.value.problems[0]


def test_a_record_has_every_file_but_those_that_differ_from_run_to_run(root: Path):
    first, second = records(root).values()
    assert first.outputs.keys() == {RAW} and second.inputs.keys() == {RAW}
    assert first.outputs[RAW].keys() == {f"{RAW}/a.csv", f"{RAW}/deep/b.csv"}
    assert (first.rule, first.fresh, second.fresh) == ("first", "hash", "other")
    assert first.contract == VERSION
    assert contents(root, TABLE).keys() == {TABLE}
    # The sha256 of "a", by sha256sum.
    (root / "a").write_text("a")
    digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert contents(root, "a") == {"a": digest}


def test_a_record_of_before_names_no_contract(root: Path):
    path = root / record_path("first", "one")
    record = json.loads(path.read_text())
    del record["contract"]
    path.write_text(json.dumps(record))
    found = read_record(path)
    assert found is not None and found.contract == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rule": "x"}', "null", '{"strange": 1}'])
def test_what_is_no_record_is_none(root: Path, text: str):
    path = root / record_path("first", "one")
    path.write_text(text)
    assert read_record(path) is None


def test_whole_inputs_are_taken(root: Path):
    check_inputs(root, [RAW], [record_path("first", "one")])
    check_inputs(root, [], [])
    check_unchanged(root, records(root))


def test_an_input_that_something_else_changed_is_named_with_its_job(root: Path):
    (root / RAW / "deep/b.csv").write_text("other")
    found = problem(root, RAW)
    assert found.place == f"{RAW}/deep/b.csv" and "first" in found.message
    assert f'rm "{RAW}/deep/b.csv"; trialtrace run' in (found.do or "")


def test_an_input_that_is_gone_is_made_again(root: Path):
    (root / RAW / "a.csv").unlink()
    found = problem(root, RAW)
    assert found.place == f"{RAW}/a.csv" and "first" in found.message
    assert (found.do or "").startswith("trialtrace run") and found.expected is None


def test_an_input_that_no_record_names_is_refused(root: Path):
    found = problem(root, TABLE)
    assert found.place == TABLE
    assert f'rm -r "{TABLE}"; trialtrace run' in (found.do or "")


@pytest.mark.parametrize("stage", ["multiverse", "simulation"])
def test_what_runs_where_it_is_asked_for_is_made_by_its_own_command(tmp_path: Path, stage: str):
    """Its page goes too: while that is there, nothing that it is made from is missed."""
    page, file = (f"results/one/{stage}/{name}" for name in (f"{stage}.html", "bands.parquet"))
    made = f"trialtrace run one --{stage}"
    gone = edited(tmp_path, file, "rule").do
    assert gone == f'rm "{page}"; {made}, which makes it again'
    assert edited(tmp_path, page, "rule").do == f"{made}, which makes it again"
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()
    (tmp_path / page).touch()
    assert (edited(tmp_path, file, "rule").do or "").endswith(f'rm "{file}" "{page}"; {made}')
    assert (edited(tmp_path, page, "rule").do or "").endswith(f'rm "{page}"; {made}')


def test_altered_names_what_is_gone_or_other(root: Path):
    files = contents(root, RAW)
    assert list(altered(root, files)) == []
    (root / RAW / "a.csv").unlink()
    (root / RAW / "deep/b.csv").write_text("other")
    assert list(altered(root, files)) == [f"{RAW}/a.csv", f"{RAW}/deep/b.csv"]


def test_a_run_stops_for_files_that_are_there_and_other(root: Path):
    """What is gone is made again; of many the first are named, and how many more there are."""
    (root / RAW / "a.csv").unlink()
    check_unchanged(root, records(root))
    for number in range(TOLD + 2):
        (root / RAW / f"{number:02}.csv").touch()
    write_record(root, record_path("first", "one"), ("first", "hash"), [], [RAW])
    made = records(root)
    for number in range(TOLD + 2):
        (root / RAW / f"{number:02}.csv").write_text("other")
    with pytest.raises(UserError) as raised:
        check_unchanged(root, made)
    places = [problem.place for problem in raised.value.problems]
    assert places[:TOLD] == [f"{RAW}/{number:02}.csv" for number in range(TOLD)]
    assert len(places) == TOLD + 1 and "2 more" in raised.value.problems[-1].message


def test_exactly_as_many_as_are_named_have_no_last_line(root: Path):
    for number in range(TOLD):
        (root / RAW / f"{number:02}.csv").touch()
    write_record(root, record_path("first", "one"), ("first", "hash"), [], [RAW])
    for number in range(TOLD):
        (root / RAW / f"{number:02}.csv").write_text("other")
    with pytest.raises(UserError) as raised:
        check_unchanged(root, records(root))
    assert len(raised.value.problems) == TOLD


def test_where_records_stand():
    assert record_path("clean_tables", "one") == "results/one/made/clean_tables.json"
    assert record_path("build_site", None) == "results/build_site.json"
