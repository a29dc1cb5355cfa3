"""Lines of `doctor` on machines that lack something, by what the system says of itself."""

import fcntl
import os
import resource

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


@pytest.mark.parametrize(
    ("which", "limit", "what", "do"),
    [
        (resource.RLIMIT_AS, 1 << 30, "memory", "ulimit -v"),
        (resource.RLIMIT_FSIZE, 1 << 20, "disk", "ulimit -f"),
    ],
)
def test_a_limit_of_the_shell_hinders(at, monkeypatch, which, limit, what, do):
    known = resource.getrlimit
    monkeypatch.setattr(
        resource, "getrlimit", lambda of: (limit, limit) if of == which else known(of)
    )
    line = looked(at, what)
    assert line.state == HINDERS and do in line.do


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
