"""Whether the results of a trial stand, and what is said of the run that they are of."""

import json
import shutil
from pathlib import Path

import pytest
from mini_run import run_mini

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs.products import record_path
from trialtrace.run.jobs.run_state import (
    check_blind,
    check_stands,
    codes_of,
    outdated_line,
    read_run,
    run_line,
    standing,
    stopped,
)

RULES = ["clean_tables", "derive_datasets", "analyse_plan", "audit_claims"]
CLAIMS, RESULTS = "results/mini/audit/claims.parquet", "results/mini/analysis/results.parquet"
CLEAN = "results/mini/clean/patients.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return run_mini(tmp_path_factory.mktemp("run state")).at


@pytest.fixture
def at(made: Project, tmp_path: Path) -> Project:
    """A copy of the results, to spoil."""
    shutil.copytree(made.results, tmp_path / "results")
    return Project(tmp_path)


def problems(at: Project, last: str, whole: bool = False) -> list[Problem]:
    with pytest.raises(UserError) as raised:
        check_stands(at, "mini", last, whole)
    return raised.value.problems


def change(at: Project, name: str) -> None:
    path = at.root / name
    path.write_bytes(path.read_bytes() + b" ")


def test_whole_results_stand(at: Project):
    assert list(standing(at, "mini")) == RULES
    for rule in RULES:
        check_stands(at, "mini", rule)
        check_stands(at, "mini", rule, whole=True)


@pytest.mark.parametrize("lost", range(len(RULES)))
def test_what_follows_a_stage_without_a_record_does_not_stand(at: Project, lost: int):
    (at.root / record_path(RULES[lost], "mini")).unlink()
    assert list(standing(at, "mini")) == RULES[:lost]
    for rule in RULES[:lost]:
        check_stands(at, "mini", rule)
    for rule in RULES[lost:]:
        (found,) = problems(at, rule)
        assert found.place == f"mini: {RULES[lost]}" and rule in (found.expected or "")
        assert found.do == "trialtrace run mini"


def test_a_stage_that_read_other_files_than_are_recorded_does_not_stand(at: Project):
    path = at.root / record_path("derive_datasets", "mini")
    record = json.loads(path.read_text())
    record["inputs"] = dict.fromkeys(record["inputs"], "0" * 64)
    path.write_text(json.dumps(record))
    assert list(standing(at, "mini")) == ["clean_tables"]


def test_the_log_of_a_stage_that_stopped_is_named(at: Project):
    assert "stand in" not in (stopped(at, "mini", RULES[1], RULES[2]).do or "")
    log = Path("logs/mini/derive_datasets.log")
    (at.root / log).parent.mkdir(parents=True)
    (at.root / log).touch()
    assert str(log) in (stopped(at, "mini", RULES[1], RULES[2]).do or "")
    assert "logs" not in (stopped(at, "other", RULES[1], RULES[2]).do or "")
    assert stopped(at, "other", RULES[1], RULES[2]).message == "has no results"


def test_files_of_a_stage_are_those_that_it_wrote(at: Project):
    """What a stage neither read nor made is looked at where the whole is asked about."""
    change(at, CLEAN)
    for rule in ("clean_tables", "derive_datasets"):
        (found,) = problems(at, rule)
        assert found.place == CLEAN and "clean_tables" in found.message
    for rule in ("analyse_plan", "audit_claims"):
        check_stands(at, "mini", rule)
        assert [one.place for one in problems(at, rule, whole=True)] == [CLEAN]
    change(at, CLAIMS)
    assert [one.place for one in problems(at, "audit_claims")] == [CLAIMS]
    assert [one.place for one in problems(at, "audit_claims", whole=True)] == [CLEAN, CLAIMS]
    # Of a later stage than is asked about nothing is read.
    check_stands(at, "mini", "analyse_plan")


def test_results_of_other_contracts_are_refused(at: Project):
    path = at.root / record_path("derive_datasets", "mini")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"contract": 1}))
    (found,) = problems(at, "derive_datasets")
    assert found.place == "mini: derive_datasets" and "version 1 " in (found.found or "")


def test_results_are_of_runs_for_what_their_folder_is_for(at: Project):
    check_blind(at, "mini")
    manifest = at.results / "mini/raw/manifest.json"
    text = manifest.read_text()
    manifest.write_text(json.dumps(json.loads(text) | {"purpose": "blinded, 2020"}))
    with pytest.raises(UserError, match="results of: blinded, 2020"):
        check_blind(at, "mini")
    (at.root / "kept/mini/raw").mkdir(parents=True)
    (at.root / "kept/mini/raw/manifest.json").write_text(text)
    check_blind(at, "mini", at.root / "kept")
    manifest.write_text("{")  # that it is broken its record says
    check_blind(at, "mini")


def test_the_run_of_results_is_named_by_its_end_and_commit(at: Project):
    folder = at.results / "mini"
    assert read_run(folder) == {} and codes_of(folder) == {}
    run = {"ended": "2026-11-30T10:11:12+00:00", "commit": "0123456789", "dirty": False}
    (folder / "run.json").write_text(json.dumps(run))
    assert read_run(folder) == run
    assert run_line(run) == "run of 2026-11-30 10:11, commit 0123456"
    assert run_line(run | {"dirty": True}).endswith("commit 0123456 with changes")
    assert run_line(run | {"commit": None}).endswith(", outside of a checkout")
    (folder / "run.json").write_text("{")
    assert read_run(folder) == {}
    (folder / "report").mkdir()
    (folder / "report/code.json").write_text('{"analyse_plan": "x"}')
    assert codes_of(folder) == {"analyse_plan": "x"}


def test_stages_that_the_same_changed_are_named_together():
    changed = {"clean_tables": "data", "analyse_plan": "code", "audit_claims": "code"}
    line = outdated_line(changed)
    assert line.startswith("data of clean_tables; code of analyse_plan, audit_claims changed")
