"""Which stages of a trial count as those of now."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.jobs.products import record_path, together, write_record
from trialtrace.run.jobs.run import Run
from trialtrace.run.jobs.stages import SITE, STAGES

TRIAL = "trial"
RULES = list(STAGES)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A trial of which each stage has read the file of the one before; one without results."""
    before: list[str] = []
    for rule in RULES:
        file = f"{rule}.parquet"
        (tmp_path / file).write_text(rule)
        write_record(tmp_path, record_path(rule, TRIAL), (rule, rule), before, [file])
        before = [file]
    write_record(tmp_path, record_path(SITE, None), (SITE, SITE), before, [])
    fresh: Any = SimpleNamespace(
        settings=SimpleNamespace(trials=(TRIAL,), named=(TRIAL, "other")),
        all_jobs=lambda: (
            {(rule, trial): rule for trial in (TRIAL, "other") for rule in RULES}
            | {(SITE, None): SITE}
        ),
    )
    return Run(Project(tmp_path), fresh)


def test_every_stage_of_a_whole_run_counts(run: Run):
    assert list(run.current(TRIAL)) == RULES and run.current("other") == {}
    assert {record.rule for record in run.current(TRIAL).values()} == {*RULES}
    assert run.are_current((SITE, None), (RULES[-1], TRIAL))
    assert not run.are_current((RULES[0], "other"))
    assert not {record_path(rule, TRIAL) for rule in RULES} & run.outdated.keys()
    assert run.outdated.keys() == {record_path(rule, "other") for rule in RULES}


@pytest.mark.parametrize("at", range(len(RULES)))
def test_a_stage_counts_while_its_files_are_there(run: Run, at: int):
    """A file that was removed after the run: a run of another target keeps nothing that is gone."""
    (run.at.made / f"{RULES[at]}.parquet").unlink()
    assert list(run.current(TRIAL)) == RULES[:at]
    assert record_path(RULES[at], TRIAL) in run.outdated
    assert not run.are_current((RULES[at], TRIAL))


@pytest.mark.parametrize("at", range(len(RULES)))
def test_a_stage_counts_while_its_code_configuration_and_data_are_those_of_now(run: Run, at: int):
    run.hashes[RULES[at], TRIAL] = "another"
    assert list(run.current(TRIAL)) == RULES[:at]
    assert run.outdated.keys() & {record_path(rule, TRIAL) for rule in RULES} == {
        record_path(RULES[at], TRIAL)
    }


def test_a_stage_that_read_something_else_than_is_recorded_now_is_made_again(run: Run):
    """Its predecessor was made anew, with another content."""
    (run.at.made / f"{RULES[1]}.parquet").write_text("other")
    path = record_path(RULES[1], TRIAL)
    first = f"{RULES[0]}.parquet"
    write_record(run.at.made, path, (RULES[1], RULES[1]), [first], [f"{RULES[1]}.parquet"])
    assert list(run.current(TRIAL)) == RULES[:2]
    why = run.outdated[record_path(RULES[2], TRIAL)]
    assert why.startswith(f"{RULES[1]}.parquet is another")


def test_a_broken_record_is_none(run: Run):
    (run.at.made / record_path(RULES[2], TRIAL)).write_text("[]")
    assert list(run.current(TRIAL)) == RULES[:2]


def test_the_digest_of_several_files_goes_by_their_names_and_contents():
    assert together({"a": "1", "b": "2"}) == together({"b": "2", "a": "1"})
    assert len({together(one) for one in ({"a": "1"}, {"b": "1"}, {"a": "2"}, {})}) == 4
