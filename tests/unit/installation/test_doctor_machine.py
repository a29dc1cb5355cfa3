"""Lines of `doctor` on machines that lack something, by what the system says of itself."""

import fcntl
import os
import resource
import time

import pytest

from trialtrace.base.paths import Project
from trialtrace.report.installation.file_system import file_system
from trialtrace.report.installation.line import HINDERS, MISSING, OK
from trialtrace.report.installation.machine import machine


@pytest.fixture
def at(tmp_path) -> Project:
    (tmp_path / "config").mkdir()
    return Project(tmp_path)


def looked(at, what):
    return {line.what: line for line in (*machine(at), *file_system(at))}[what]


def test_a_sound_machine_has_no_line_that_hinders(at):
    lines = [*machine(at), *file_system(at)]
    assert [line for line in lines if line.state == HINDERS] == []
    assert not list(at.root.glob(".doctor*"))


def test_an_old_c_library_is_named_with_its_version(at, monkeypatch):
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.17"))
    line = looked(at, "C library")
    assert (line.state, line.found) == (HINDERS, "glibc 2.17") and "container" in line.do
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.28"))
    assert looked(at, "C library").state == OK


@pytest.mark.parametrize(
    ("which", "limit", "what", "do"),
    [
        (resource.RLIMIT_AS, 1 << 30, "memory", "ulimit -v"),
        (resource.RLIMIT_FSIZE, 1 << 20, "disk", "ulimit -f"),
        (resource.RLIMIT_NOFILE, 64, "open files", "ulimit -n"),
    ],
)
def test_a_limit_of_the_shell_hinders(at, monkeypatch, which, limit, what, do):
    known = resource.getrlimit
    monkeypatch.setattr(
        resource, "getrlimit", lambda of: (limit, limit) if of == which else known(of)
    )
    line = looked(at, what)
    assert line.state == HINDERS and do in line.do


def test_a_home_that_cannot_be_written_is_told_with_the_way_round(at, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/1/cache")
    monkeypatch.setattr(os, "access", lambda path, _: not str(path).startswith("/proc"))
    line = looked(at, "HOME")
    assert line.state == HINDERS and "XDG_CACHE_HOME" in line.do


def test_a_clock_behind_the_newest_file_hinders_and_one_far_ahead_is_told(at):
    file = at.config / "config.yaml"
    file.touch()
    os.utime(file, (time.time() + 3600,) * 2)
    line = looked(at, "clock")
    assert line.state == HINDERS and "before the newest file" in line.found


def test_a_folder_that_cannot_be_written_ends_the_looks_at_it(at, monkeypatch):
    def refused(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refused)
    (line,) = file_system(at)
    assert line.state == HINDERS and "Permission denied" in line.found and "chmod" in line.do


def test_a_file_system_without_locks_or_with_locks_of_one_process_is_told(at, monkeypatch):
    def without(*_):
        raise OSError(37, "No locks available")

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", without)
        line = looked(at, "file locks")
        assert line.state == MISSING and "No locks available" in line.found
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    assert looked(at, "file locks").found == "do not keep another process out"


def test_rights_and_renaming_that_do_not_hold_hinder(at, monkeypatch):
    with monkeypatch.context() as patched:
        known = os.chmod
        patched.setattr(os, "chmod", lambda path, _: known(path, 0o755))
        assert looked(at, "rights").state == HINDERS
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", lambda *_: None)
        assert looked(at, "rename").found == "does not replace a file whole"
    assert looked(at, "rename").state == OK
