"""Folders that a run could not write into are named before its first job."""

import os
from types import SimpleNamespace

import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs.run import Run

MADE = ("results/mini/report", "results/mini/raw", "results/other/raw", "logs", "site")


@pytest.mark.parametrize(
    ("closed", "asked", "named"),
    [
        (("results/mini/report", "logs"), (), ["logs/", "results/mini/report/"]),
        (("results/other/raw",), (), ["results/other/raw/"]),
        # What is not asked for may be closed.
        (("results/other/raw",), ("mini",), []),
        ((), (), []),
    ],
)
def test_every_closed_folder_is_named(tmp_path, monkeypatch, closed, asked, named):
    for name in MADE:
        (tmp_path / name).mkdir(parents=True)
    shut = {tmp_path / name for name in closed}
    monkeypatch.setattr(os, "access", lambda path, _: path not in shut)
    trials = ("mini", "other")
    run = SimpleNamespace(named=trials, trials=trials, targets=lambda: asked, at=Project(tmp_path))
    if not named:
        Run._check_rights(run)
        return
    with pytest.raises(UserError) as caught:
        Run._check_rights(run)
    assert sorted(one.place for one in caught.value.problems) == named
    assert all(one.message == "cannot be written" for one in caught.value.problems)
