"""`trialtrace diff` and `trialtrace runs` as they are called."""

import json
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

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

Make = Callable[..., Runs]


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


def test_two_runs_by_the_beginning_of_their_names(made: Runs, call):
    first, second = (line["run"] for line in made.shelf.log())
    assert call("diff", first[:8], second[:8])[1] == call("diff", "mini")[1]
    back = call("diff", "mini", second, first)
    assert back[0] == 1 and "export.csv:4 pain0: 1 → 6" in back[1]
    code, text, _ = call("diff", first, first)
    assert code == 0 and re.search(r"results +all \d+ the same", text)


def test_json_has_everything(call):
    code, text, _ = call("diff", "mini", "--format", "json")
    (told,) = json.loads(text)
    assert code == 1
    assert told["raw"][0]["cells"] == 1 and len(told["results"]) == 8


@pytest.mark.parametrize(
    "words, said",
    [
        (("diff", "nowhere"), "a trial; two runs of a trial; or nothing"),
        (("diff", "aaaa", "bbbb"), "runs of no trial, and of no trial"),
        (("diff", "mini", "zzzz", "yyyy"), "no kept run of this name"),
        (("diff", "minni", "zzzz", "yyyy"), "mini"),
        (("diff", "mini", "zzzz"), "a trial; two runs of a trial; or nothing"),
        (("runs", "nowhere"), "nowhere"),
        (("runs", "mini", "--remove", "zzzz"), "no kept run of this name"),
    ],
)
def test_a_call_that_names_nothing_is_told(call, words: tuple[str, ...], said: str):
    """Of `diff`, 1 says that a result changed; a mistake is 2."""
    code, _, errors = call(*words)
    assert code == (2 if words[0] == "diff" else 1) and said in errors


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


def test_a_strange_line_of_the_log_hides_no_run(made: Runs, call):
    log = made.shelf.folder / "log.jsonl"
    log.write_text(log.read_text() + "somebody's text\n")
    code, listed, errors = call("runs", "mini")
    assert code == 0 and len(listed.splitlines()) == 2 and "log.jsonl, line 3" in errors
    code, _, errors = call("runs", "mini", "--verify")
    assert code == 1 and "log.jsonl, line 3" in errors
    code, told, errors = call("diff", "mini")
    assert code == 1 and "somebody" not in told and "log.jsonl, line 3" in errors


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
        assert f"trialtrace runs mini --remove {line['run']}" in errors, "both hold it"


def test_what_is_lost_or_nobodys_is_told(made: Runs, call):
    """Runs whose log is gone are listed, found by name, and let go."""
    first, second = sorted(line["run"] for line in made.shelf.log())
    (made.shelf.folder / "log.jsonl").unlink()
    assert (
        f"2 runs that the log does not name, so when is not known: {first}, {second}"
        in (call("runs", "mini")[2])
    )
    code, text, errors = call("runs", "mini", "--verify")
    assert (code, text) == (1, "mini: 2 runs, 2 faults\n") and "log.jsonl" in errors
    assert call("diff", "mini", first, second)[0] == 1
    assert call("runs", "mini", "--remove", first)[1].startswith(f"run {first} of mini is removed")


@pytest.mark.parametrize("place", ["mini/note.txt", "mini/objects/ab.txt", "note.txt"])
def test_a_stray_file_is_told(made: Runs, call, place: str):
    (made.at.archive / place).write_text("a note")
    code, text, errors = call("runs", "mini", "--verify")
    assert (code, text) == (1, "mini: 2 runs, 1 fault\n")
    assert f"archive/{place}\n  belongs to no kept run" in errors


@pytest.mark.parametrize("content", [None, b"no file", zlib.compress(b"{}")])
def test_functions_that_are_lost_are_told(made: Runs, call, content: bytes | None):
    path = made.at.archive / "functions.json.z"
    path.unlink() if content is None else path.write_bytes(content)
    code, _, errors = call("runs", "mini", "--verify")
    assert code == 1 and "functions.json.z" in errors


def test_objects_stay_where_it_is_not_known_whose_they_are(made: Runs, call):
    first, second = (line["run"] for line in made.shelf.log())
    before = made.shelf.objects.names()
    (made.shelf.folder / "runs" / f"{second}.json.z").write_bytes(b"broken")
    text = call("runs", "mini", "--remove", first)[1]
    assert "its objects stay, since the list of another run is broken" in text
    assert made.shelf.objects.names() == before


def test_a_run_of_another_contract_is_told(made: Runs, call):
    first, second = (line["run"] for line in made.shelf.log())
    manifest = made.shelf.manifest(first)
    manifest["contract"] += 1
    other = run_id(manifest)
    made.shelf.put(manifest, {"run": other, "ended": ""})
    code, _, errors = call("diff", other, second)
    assert code == 2 and f"version {VERSION + 1} of the data contracts" in errors


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


def test_runs_of_another_trial_are_refused(made: Runs, call):
    """An archive that was copied to the folder of another trial, as its runs say."""
    made.edit("config/config.yaml", "trials: [mini]", "trials: [mini, other]")
    config = made.at.config / "trials"
    shutil.copytree(config / "mini", config / "other")
    shutil.copytree(made.shelf.folder, made.at.archive / "other")
    for words, code in ((("diff", "other"), 2), (("runs", "other", "--verify"), 1)):
        assert call(*words)[0] == code
        assert "a run of the trial mini" in call(*words)[2]
    assert call("diff", "mini")[0] == 1


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
