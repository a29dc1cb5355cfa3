"""What the plugin for SLURM is told of its jobs: no answer loses a job or hides its end."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from trialtrace.run.jobs.slurm_states import PLUGIN, correct_answers

# The states of a job that ended (man sacct, JOB STATE CODES), and of one that may go on.
STATES = [
    "BOOT_FAIL",
    "CANCELLED",
    "COMPLETED",
    "DEADLINE",
    "FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "TIMEOUT",
    "PENDING",
    "PREEMPTED",
    "RUNNING",
    "REQUEUED",
    "SUSPENDED",
]


def told(monkeypatch: pytest.MonkeyPatch, *answers: tuple) -> list[tuple]:
    """What the plugin gets where SLURM gives these answers, one after the other."""
    left = [*answers]

    async def ask(command: str, logger: object):
        return left.pop(0)

    plugin = SimpleNamespace(query_job_status=ask)
    monkeypatch.setitem(sys.modules, PLUGIN, plugin)
    correct_answers()
    return [asyncio.run(plugin.query_job_status("squeue", None)) for _ in answers]


def test_where_slurm_does_not_answer_no_job_has_a_state(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    answers = [({"7": "RUNNING"}, 0.2), (None, None), ({}, 0.1)]
    assert told(monkeypatch, *answers) == [({"7": "RUNNING"}, 0.2), ({}, 0.0), ({}, 0.1)]
    assert capsys.readouterr().err.count("SLURM does not answer") == 1


@pytest.mark.parametrize("added", ["", " by 0", " by 1000", "+", ",COMPLETING", " "])
def test_the_state_of_a_job_stands_alone(monkeypatch: pytest.MonkeyPatch, added: str):
    answer = {str(job): f"{state}{added}" for job, state in enumerate(STATES)}
    assert told(monkeypatch, (answer, 0.2)) == [
        ({str(job): state for job, state in enumerate(STATES)}, 0.2)
    ]


@pytest.mark.parametrize("answer", ["", "0", "unknown state"])
def test_what_is_no_state_is_passed_on(monkeypatch: pytest.MonkeyPatch, answer: str):
    assert told(monkeypatch, ({"7": answer}, 0.2)) == [({"7": answer}, 0.2)]


def test_without_the_plugin_nothing_is_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, PLUGIN, raising=False)
    before = set(sys.modules)
    correct_answers()
    assert set(sys.modules) == before
