"""The lock on a folder, where another run holds it and where its file system has none."""

import errno
import fcntl

import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.jobs.products import lock_job, lock_run


def test_a_second_run_is_refused_and_the_first_is_named(tmp_path):
    with lock_run(tmp_path), pytest.raises(UserError, match=r"another run .* \(process \d+\)"):
        lock_run(tmp_path)
    lock_run(tmp_path).close()


def test_without_locks_a_run_says_so_once_and_goes_on(tmp_path, monkeypatch, capsys):
    def flock(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with lock_run(tmp_path), lock_job(tmp_path):
        told = capsys.readouterr().err
    assert told.count("nothing keeps a second run out") == 1
