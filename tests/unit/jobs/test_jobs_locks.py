"""The lock on a folder, where another run holds it and where its file system has none."""

import errno
import fcntl
from contextlib import closing

import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.jobs.lock import RunLock, is_at_work, lock_job


def test_a_second_run_is_refused_and_the_first_is_named(tmp_path):
    with closing(RunLock(tmp_path)):
        with pytest.raises(UserError, match=r"another run .* \(process \d+\)"):
            RunLock(tmp_path)
        assert is_at_work(tmp_path)
    assert not is_at_work(tmp_path)
    RunLock(tmp_path).close()


def test_a_job_that_outlived_its_run_is_at_work(tmp_path):
    assert not is_at_work(tmp_path)
    with lock_job(tmp_path), lock_job(tmp_path):
        assert is_at_work(tmp_path)
    assert not is_at_work(tmp_path)


def test_a_run_knows_whether_the_one_before_it_came_to_its_end(tmp_path):
    for done, after_cut in ((False, False), (True, True), (True, False)):
        with closing(RunLock(tmp_path)) as lock:
            assert lock.after_cut == after_cut
            if done:
                lock.done()


def test_without_locks_a_run_says_so_once_and_goes_on(tmp_path, monkeypatch, capsys):
    def flock(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with closing(RunLock(tmp_path)), lock_job(tmp_path):
        told = capsys.readouterr().err
    assert told.count("nothing keeps a second run out") == 1
