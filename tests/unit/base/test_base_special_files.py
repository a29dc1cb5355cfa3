"""Where an output path is no plain file: links stay, devices and pipes are written to."""

import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trialtrace.base import store
from trialtrace.base.errors import UserError

NULL, FULL = os.makedev(1, 3), os.makedev(1, 7)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="devices are made by root")
WRITES = (
    "import sys; from pathlib import Path; from trialtrace.base.store import write_text\n"
    "print('before'); write_text(Path(sys.argv[1]), 'written\\n'); print('after')"
)


def written(path: Path | str, text: str = "new") -> None:
    store.write_text(Path(path), text)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@needs_root
@pytest.mark.parametrize("linked", [False, True])
def test_a_device_stays_a_device(tmp_path: Path, linked: bool):
    device = tmp_path / "null"
    os.mknod(device, stat.S_IFCHR | 0o666, NULL)
    (tmp_path / "link").symlink_to("null")
    before = device.stat()
    written(tmp_path / ("link" if linked else "null"))
    assert stat.S_ISCHR(device.lstat().st_mode) and device.stat().st_ino == before.st_ino
    assert device.stat().st_mode == before.st_mode and device.read_bytes() == b""
    assert left(tmp_path) == {"null", "link"} and (tmp_path / "link").is_symlink()


@needs_root
def test_a_device_that_takes_nothing_says_so(tmp_path: Path):
    os.mknod(tmp_path / "full", stat.S_IFCHR | 0o666, FULL)
    with pytest.raises(UserError, match="No space left"):
        written(tmp_path / "full")
    assert stat.S_ISCHR((tmp_path / "full").lstat().st_mode)


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_to(tmp_path: Path, linked: bool):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    written(tmp_path / "link" if linked else pipe, "x" * 100_000)
    reader.join(60)
    assert read == [b"x" * 100_000]
    assert stat.S_ISFIFO(pipe.lstat().st_mode) and left(tmp_path) == {"pipe", "link"}


def test_of_a_pipe_that_nobody_reads_any_more_nothing_is_said(tmp_path: Path):
    reads, writes = os.pipe()
    os.close(reads)
    try:
        with pytest.raises(BrokenPipeError):
            written(f"/proc/self/fd/{writes}", "x" * 100_000)
    finally:
        os.close(writes)


# As /dev/stdout leads there, which a test must not risk.
@pytest.mark.parametrize("path", ["/proc/self/fd/1", "stdout", "fd/1", "chain"])
@pytest.mark.parametrize("to", ["file", "pipe"])
def test_standard_output_goes_on_where_it_was(tmp_path: Path, path: str, to: str):
    """Appended to in the order of the program, whatever it leads to."""
    for link, target in (
        ("stdout", "/proc/self/fd/1"),
        ("fd", "/proc/self/fd"),
        ("chain", "stdout"),
    ):
        (tmp_path / link).symlink_to(target)
    words = [sys.executable, "-c", WRITES, path]
    file = tmp_path / "out"
    file.write_text("first\n")
    if to == "file":
        with file.open("a") as out:
            subprocess.run(words, stdout=out, cwd=tmp_path, check=True)
        told = file.read_text().removeprefix("first\n")
    else:
        told = subprocess.check_output(words, cwd=tmp_path, text=True)
    assert told == "before\nwritten\nafter\n"
    assert left(tmp_path) == {"stdout", "fd", "chain", "out"}
    assert (tmp_path / "stdout").is_symlink()


@pytest.mark.parametrize("way", ["absolute", "relative", "chain"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_target_is_written(tmp_path: Path, way: str, there: bool):
    target, link = tmp_path / "a" / "target", tmp_path / "b" / "link"
    target.parent.mkdir()
    link.parent.mkdir()
    if there:
        target.write_text("old")
        same = target.stat().st_ino
    leads = {"absolute": target, "relative": "../a/target", "chain": "../chain"}[way]
    (tmp_path / "chain").symlink_to("a/target")
    link.symlink_to(leads)
    written(link)
    assert link.is_symlink() and link.readlink() == Path(leads)
    assert not target.is_symlink() and target.read_text() == "new"
    # Replaced, not written over: who reads the old one reads it whole.
    assert not there or target.stat().st_ino != same
    assert left(target.parent) == {"target"} and left(link.parent) == {"link"}


def test_a_failing_write_through_a_link_leaves_both(tmp_path: Path, monkeypatch):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full_disk)
    with pytest.raises(UserError, match="No space left"):
        written(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "target").read_text() == "old"
    assert left(tmp_path) == {"link", "target"}


@pytest.mark.parametrize("leads", ["/proc/version", "/proc/nothing/file", "link"])
def test_a_link_to_what_cannot_be_written_stays(tmp_path: Path, leads: str):
    """A file that nobody can write, a place where there can be none, and a ring of links."""
    (tmp_path / "link").symlink_to(leads)
    with pytest.raises(UserError, match="cannot be written"):
        written(tmp_path / "link")
    assert (tmp_path / "link").readlink() == Path(leads) and left(tmp_path) == {"link"}


def test_rights_are_those_of_the_narrower_folder(tmp_path: Path):
    private, shared = tmp_path / "private", tmp_path / "shared"
    private.mkdir(mode=0o700)
    shared.mkdir()
    shared.chmod(0o755)
    for one, other in ((private, shared), (shared, private)):
        (one / "link").symlink_to(other / "target")
        written(one / "link")
        assert (other / "target").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", ["a folder", "a socket", "a disk"])
def test_what_nothing_can_be_written_to_is_refused(tmp_path: Path, kind: str, linked: bool):
    place = tmp_path / "place"
    with socket.socket(socket.AF_UNIX) as server:
        if kind == "a folder":
            place.mkdir()
        elif kind == "a socket":
            server.bind(str(place))
        elif os.geteuid() == 0:
            os.mknod(place, stat.S_IFBLK | 0o600, os.makedev(7, 250))
        else:
            pytest.skip("devices are made by root")
        (tmp_path / "link").symlink_to("place")
        before = place.lstat()
        with pytest.raises(UserError) as raised:
            written(tmp_path / ("link" if linked else "place"))
        assert [problem.found for problem in raised.value.problems] == [kind]
        assert place.lstat().st_ino == before.st_ino and left(tmp_path) == {"place", "link"}


def test_a_plain_file_is_replaced_so_that_an_archived_copy_stays(tmp_path: Path):
    """Archives hold files by links that share their bytes."""
    written(tmp_path / "file", "old")
    os.link(tmp_path / "file", tmp_path / "kept")
    written(tmp_path / "file")
    assert (tmp_path / "kept").read_text() == "old" and (tmp_path / "file").read_text() == "new"
