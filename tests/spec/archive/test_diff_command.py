"""`trialtrace diff` and `trialtrace history` as they are called."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from kept_runs import Runs

from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.base.store import write_parquet
from trialtrace.cli import main
from trialtrace.report.commands.diff import diff
from trialtrace.run.archive.kept_tables import keep_table, kept_table
from trialtrace.run.archive.shelf import run_id
from trialtrace.run.tables.contracts.definitions import VERSION


@pytest.fixture
def made(two_runs: Runs, tmp_path: Path) -> Runs:
    """Two runs, of which the second has another value."""
    return two_runs.copied(tmp_path)


@pytest.fixture
def call(made: Runs, capsys: pytest.CaptureFixture[str]):
    """Calls a command in the project; gives its exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--project", str(made.at.root), *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_last_two_runs_of_a_trial_or_of_every_trial(made: Runs, call):
    code, text, _ = call("diff", "mini")
    assert code == 1
    assert "export.csv:4 pain0: 6 → 1" in text
    assert call("diff")[:2] == (code, text)


def test_json_has_everything(call):
    code, text, _ = call("diff", "mini", "--format", "json")
    (told,) = json.loads(text)
    assert code == 1
    assert told["raw"][0]["cells"] == 1 and len(told["results"]) == 8


def test_runs_are_listed_verified_and_removed(made: Runs, call):
    first, second = (line["run"] for line in made.shelf.log())
    assert [line.split(" ")[0] for line in call("runs", "mini")[1].splitlines()] == [first, second]
    assert call("runs", "mini", "--verify")[:2] == (0, "mini: 2 runs, all whole\n")
    assert call("runs", "mini", "--remove", first)[0] == 0
    assert call("runs", "mini", "--verify")[:2] == (0, "mini: 1 run, whole\n")
    assert "one kept run" in call("diff", "mini")[2]
    assert call("runs", "mini", "--remove", second)[0] == 0
    none = "no run of mini is kept: trialtrace run mini keeps one\n"
    assert call("runs", "mini")[:2] == (0, none)


def test_a_broken_archive_is_told(made: Runs, call):
    digest = made.shelf.manifest(made.shelf.log()[0]["run"])["files"][
        "config/trials/mini/plan.yaml"
    ]
    made.shelf.objects.place(digest).write_bytes(b"other")
    code, _, errors = call("runs", "mini", "--verify")
    assert code == 1 and "was changed since it was kept" in errors
    code, _, errors = call("diff", "mini")
    assert code == 2 and "was changed since it was kept" in errors
    for line in made.shelf.log():
        assert f"trialtrace history mini --remove {line['run']}" in errors, "both hold it"


def test_a_column_that_results_did_not_have_is_no_change(made: Runs, call):
    """A further column is no new version of a contract."""
    first, second = (line["run"] for line in made.shelf.log())
    manifest = made.shelf.manifest(first)
    name = "analysis/results.parquet"
    path = made.at.root / "older.parquet"
    table = kept_table(manifest["tables"][name], made.shelf.objects)
    write_parquet(path, table.drop_columns(["warning"]))
    manifest["tables"][name] = keep_table(path, made.shelf.objects)
    other = run_id(manifest)
    made.shelf.put(manifest, {"run": other, "ended": ""})
    _, text, _ = call("diff", "mini", other, second, "--format", "json")
    (told,) = json.loads(text)
    assert len(told["results"]) == 8


def test_a_data_cut_is_compared_with_the_cut_before_and_stamped(made: Runs, capsys):
    """Cut 1, cut 2, cut 1 again: of the first cut its two runs, of the second that and the last
    run of the first."""
    first, second = made.shelf.log()
    days = ("2020-03-31", first), ("2020-06-30", second), ("2020-03-31", first)
    log = "".join(json.dumps(line | {"cut": day}) + "\n" for day, line in days)
    (made.shelf.folder / "log.jsonl").write_text(log)
    run = f"run {first['run']} \\(.*, data to 2020-03-31.*\\)"
    for cut, pair, cells in (
        ("2020-06-30", f"{run} → run {second['run']} \\(.*, data to 2020-06-30", "1 cell changed"),
        ("2020-03-31", f"{run} → {run}", "nothing changed"),
    ):
        at = Project(made.at.root, purpose=Purpose("closed", cut))
        diff(at, ["mini"], "text", True)
        told = capsys.readouterr().out
        assert re.search(pair, told) and re.search(f"raw data +.*{cells}", told)
        stamp = f"Closed report, data to {cut}, by arm: for the committee alone"
        assert told.splitlines()[1] == stamp
        assert told.count(f"[{stamp}]") == told.count("because of")
        diff(at, ["mini"], "json", True)
        assert json.loads(capsys.readouterr().out)[0]["stamp"] == stamp


def test_a_run_that_an_earlier_version_kept_is_compared(made: Runs, call):
    """It has an object more, which nothing reads."""
    first, second = (line["run"] for line in made.shelf.log())
    earlier = made.shelf.manifest(first) | {"own": made.shelf.put_file(b"of 0.1.0")}
    made.shelf.put(earlier, {"run": run_id(earlier), "ended": ""})
    (told,) = json.loads(call("diff", "mini", run_id(earlier), second, "--format", "json")[1])
    assert len(told["results"]) == 8 and told["code"] == []
    assert call("runs", "mini", "--verify")[0] == 0
    assert "1 object of its own" in call("runs", "mini", "--remove", run_id(earlier))[1]


def test_states_that_were_called_otherwise_did_not_change(made: Runs, call):
    first, second = (line["run"] for line in made.shelf.log())
    manifest = made.shelf.manifest(first) | {"contract": VERSION - 1}
    name = "audit/claims.parquet"
    table = kept_table(manifest["tables"][name], made.shelf.objects)
    for column, old in (("against_data", "compatible"), ("on_print", "not_checkable")):
        states = pa.array([old] * table.num_rows, pa.string())
        table = table.set_column(table.schema.get_field_index(column), column, states)
    path = made.at.root / "older.parquet"
    write_parquet(path, table)
    manifest["tables"][name] = keep_table(path, made.shelf.objects)
    made.shelf.put(manifest, {"run": run_id(manifest), "ended": ""})
    new = kept_table(made.shelf.manifest(second)["tables"][name], made.shelf.objects)
    (told,) = json.loads(call("diff", "mini", run_id(manifest), second, "--format", "json")[1])
    for column, was in (("against_data", "equals"), ("on_print", "not_checked")):
        changed = [one for one in told["verdicts"] if one["what"] == column]
        assert {one["old"] for one in changed} <= {was}
        assert len(changed) == sum(state != was for state in new[column].to_pylist())


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_keys_of_patients_are_told_where_they_may_be_shown(runs, disclosure):
    made = runs(disclosure)
    review = made.at.trial_config("mini") / "review.yaml"
    text = (
        "decisions:\n  kit: {by: A, date: '2020-01-01', table: patients, rows: [{id: '3'}], "
        "query: pain0, reason: Wrong kit}\n"
    )
    for one in (text, text.replace("'3'", "'4'")):
        review.write_text(one)
        made.run()
    (told,) = [one for one in made.told()["configuration"] if "rows" in one["place"]]
    assert told["place"].endswith("review.yaml:2 decisions.kit.rows.0.id")
    shown = ("'3'", "'4'") if disclosure == "full" else ("not shown", "not shown")
    assert (told["old"], told["new"]) == shown
