"""A controller that is away: no job is lost."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from trialtrace.run.jobs.slurm_outage import PLUGIN, outlast_controller


def test_where_slurm_does_not_answer_no_job_has_a_state(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    answers = [({"7": "RUNNING"}, 0.2), (None, None), ({}, 0.1)]

    async def ask(command: str, logger: object):
        return answers.pop(0)

    plugin = SimpleNamespace(query_job_status=ask)
    monkeypatch.setitem(sys.modules, PLUGIN, plugin)
    outlast_controller()
    told = [asyncio.run(plugin.query_job_status("squeue", None)) for _ in range(3)]
    assert told == [({"7": "RUNNING"}, 0.2), ({}, 0.0), ({}, 0.1)]
    assert capsys.readouterr().err.count("SLURM does not answer") == 1


def test_without_the_plugin_nothing_is_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, PLUGIN, raising=False)
    before = set(sys.modules)
    outlast_controller()
    assert set(sys.modules) == before
