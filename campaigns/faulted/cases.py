"""The faults: what is done to the small trial, and what the message has to name."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from faulted.ground import COMMAND, PLAIN_USER, RUN, TRIAL, Case, Ended, Ground, size

FUTURE, PAST = time.time() + 10 * 365 * 86_400, 86_400.0
ROOM = r"No space left|make room|disk|database or disk is full"
RIGHTS = r"Permission denied|cannot be written|rights|Read-only|Write-protected"


def cases(ground: Ground, draw: random.Random, share: float) -> Iterator[Case]:
    """All faults; `share` of those that are drawn."""
    yield from _kills(ground, draw, share)
    yield from _full_disks(ground, share)
    yield from _limits()
    yield from _read_only()
    yield from _environments(ground)
    yield from _links(ground)
    yield from _clocks()
    yield from _together(max(1, round(5 * share)))
    yield from _altered(ground, draw, share)
    yield from _archives(ground, draw, share)


def _kills(ground: Ground, draw: random.Random, share: float) -> Iterator[Case]:
    """At moments drawn over the time that the command takes where nothing disturbs it."""
    for kind, command, whole, number in (
        ("run", RUN, False, 40),
        ("archive", RUN, True, 20),
        ("verify", (*COMMAND, "verify", f"results/{TRIAL}"), True, 20),
        ("serve", (*COMMAND, "serve", TRIAL), True, 20),
    ):
        ground.set_back(run=whole)
        _forget_archive(kind, ground)
        began = time.perf_counter()
        if kind != "serve":
            ground.run(command)
        seconds = time.perf_counter() - began if kind != "serve" else 3.0
        for _ in range(max(1, round(number * share))):
            moment = draw.uniform(0, seconds)
            yield Case(
                f"kill -9 of {kind}",
                f"after {moment:.1f} of {seconds:.1f} s",
                run=whole,
                spoil=partial(_forget_archive, kind),
                act=partial(_killed, command=command, moment=moment),
                killed=True,
                check=_kept_whole,
            )


def _forget_archive(kind: str, ground: Ground) -> None:
    if kind == "archive":
        shutil.rmtree(ground.root / "archive")


def _killed(ground: Ground, command: tuple[str, ...], moment: float) -> Ended:
    process = ground.start(command)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return Ended(process.returncode, "")


def _kept_whole(ground: Ground) -> str:
    """Whether the run is kept, whole."""
    ended = ground.run((*COMMAND, "runs", TRIAL, "--verify"))
    return f"of the archive: {ended.last}" if ended.code else ""


def _full_disks(ground: Ground, share: float) -> Iterator[Case]:
    """The whole project on a disk with less room than a run adds."""
    if os.geteuid():
        return
    number = max(1, round(24 * share))
    for at in range(number):
        # Bytecode and caches are most of what a run adds, and are done without.
        spare = int(ground.growth / 4 * at / number)
        yield Case(
            "disk full",
            f"{spare / 1e6:.1f} of {ground.growth / 1e6:.1f} MB left",
            spoil=partial(_on_a_disk, spare=spare),
            mend=_on_a_large_disk,
            cause=ROOM,
            check=_off_the_disk,
        )
    for limit in (4, 1024, 4096):
        yield Case(
            "no file larger than",
            f"{limit} KiB",
            act=partial(_limited, f=limit),
            cause="large|limit",
        )


def _on_a_disk(ground: Ground, spare: int) -> None:
    aside = ground.root.with_name("aside")
    ground.root.rename(aside)
    ground.root.mkdir()
    room = size(aside) + spare
    mount = ("mount", "-t", "tmpfs", "-o", f"size={room}", "none", ground.root)
    subprocess.run(mount, check=True)
    shutil.copytree(aside, ground.root, symlinks=True, dirs_exist_ok=True)


def _on_a_large_disk(ground: Ground) -> None:
    subprocess.run(("mount", "-o", "remount,size=1g", ground.root), check=True)


def _off_the_disk(ground: Ground) -> str:
    subprocess.run(("umount", ground.root), check=True)
    ground.root.rmdir()
    ground.root.with_name("aside").rename(ground.root)
    return ""


def _limited(ground: Ground, **limits: int) -> Ended:
    """A run under limits of the shell, in KiB."""
    words = " ".join(f"-{name} {amount}" for name, amount in limits.items())
    return ground.run(("bash", "-c", f'ulimit {words}; exec "$@"', "limited", *RUN))


def _limits() -> Iterator[Case]:
    for megabytes in (200, 400, 500, 600, 1000, 2000):
        yield Case(
            "memory limit",
            f"{megabytes} MB a process",
            act=partial(_limited, v=megabytes * 1024),
            cause=r"memory|MemoryError|can't start new thread|failed to map|signal 6|killed",
        )
    for number in (16, 64):
        yield Case(
            "few open files", str(number), act=partial(_limited, n=number), cause="open files"
        )


def _read_only() -> Iterator[Case]:
    """Folders that this user may not write, with and without a run in them."""
    before = (".", "config", "data")
    made = ("results", f"results/{TRIAL}", f"results/{TRIAL}/analysis", "site", "logs")
    for name in before:
        yield _denied(name, run=False)
    for name in (*made, "archive", f"archive/{TRIAL}", ".snakemake"):
        yield _denied(name, run=True)


def _denied(name: str, run: bool) -> Case:
    def deny(ground: Ground) -> None:
        if run:
            # Something to do in it.
            for path in (f"results/{TRIAL}/analysis", f"results/{TRIAL}/report", "site"):
                _empty(ground.root / path)
            shutil.rmtree(ground.root / "archive" / TRIAL / "runs")
            (ground.root / "archive" / TRIAL / "log.jsonl").unlink()
        os.chmod(ground.root / name, 0o555)

    return Case(
        "read-only",
        f"{name}{' of a finished run' if run else ''}",
        run=run,
        spoil=deny,
        act=lambda ground: ground.run((*PLAIN_USER, *RUN)),
        mend=lambda ground: os.chmod(ground.root / name, 0o755),
        cause=RIGHTS,
    )


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _environments(ground: Ground) -> Iterator[Case]:
    home = ground.root.with_name("home")
    home.mkdir(exist_ok=True)
    os.chmod(home, 0o555)
    for name, more in (
        ("no HOME", {"HOME": None}),
        ("HOME that is not there", {"HOME": "/nowhere"}),
        # `make run` leads Snakemake's cache elsewhere then.
        (
            "HOME read-only",
            {"HOME": str(home), "XDG_CACHE_HOME": str(ground.root / ".snakemake" / "cache")},
        ),
        ("no variables but PATH", dict.fromkeys(set(os.environ) - {"PATH"}, None)),
        ("LC_ALL=C, no UTF-8", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ("TMPDIR that is not there", {"TMPDIR": "/nowhere"}),
    ):
        yield Case(
            "environment",
            name,
            act=partial(_plain_run, more=more),
            cause="HOME|TMPDIR|temporary|cannot be written",
        )
    for mask in ("000", "077"):
        yield Case(
            "umask",
            mask,
            act=lambda ground, mask=mask: ground.run(
                (*PLAIN_USER, "bash", "-c", f'umask {mask}; exec "$@"', "masked", *RUN)
            ),
            cause=RIGHTS,
            check=_private,
        )


def _plain_run(ground: Ground, more: dict[str, str | None]) -> Ended:
    return ground.run((*PLAIN_USER, *RUN), **more)


def _private(ground: Ground) -> str:
    """Whatever the umask, nobody else can enter the folders that hold data, nor write anywhere."""
    made = ground.root / "results" / TRIAL
    open_to_all = [
        part for part in ("raw", "clean", "derived") if (made / part).stat().st_mode & 0o077
    ]
    written = [
        path.name for path in made.rglob("*") if path.is_file() and path.stat().st_mode & 0o022
    ]
    return f"others may enter {open_to_all}, write {written[:3]}" if open_to_all or written else ""


def _links(ground: Ground) -> Iterator[Case]:
    """Folders and files that lie elsewhere."""
    elsewhere = ground.root.with_name("elsewhere")

    def undo(name: str, ground: Ground) -> None:
        if (ground.root / name).is_symlink():
            (ground.root / name).unlink()
        if (kept := ground.kept / name).is_file():
            shutil.copy2(kept, ground.root / name)
        elif name == "data":
            shutil.copytree(kept, ground.root / name)

    def lead(name: str, ground: Ground) -> None:
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir()
        place = ground.root / name
        if place.exists():
            shutil.move(place, elsewhere / place.name)
        else:
            (elsewhere / place.name).mkdir()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(elsewhere / place.name)

    for name in (
        *("results", "site", "archive", "logs", ".snakemake", "data", "data/export.csv"),
        *(f"config/trials/{TRIAL}", f"config/trials/{TRIAL}/plan.yaml", "config"),
    ):
        yield Case(
            "symlink",
            f"{name} elsewhere",
            spoil=partial(lead, name),
            # Data that a link leads out of their folder to are refused.
            mend=partial(undo, name) if name.startswith("data") else lambda ground: None,
            cause="leaves its folder|inside the project|link",
        )

    def dangle(name: str, target: str, ground: Ground) -> None:
        place = ground.root / name
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
        place.symlink_to(target)

    for name in ("results", "site", "archive", "logs", "data/export.csv"):
        for target, words in (("/nowhere/at/all", "to nothing"), (Path(name).name, "to itself")):
            yield Case(
                "symlink",
                f"{name} {words}",
                spoil=partial(dangle, name, target),
                mend=partial(undo, name),
                cause="link|not there|No such|cannot be|Too many levels|missing|no file",
            )


def _dated(when: float, *names: str) -> Callable[[Ground], None]:
    def touch(ground: Ground) -> None:
        for name in names:
            place = ground.root / name
            for path in (place, *place.rglob("*")):
                os.utime(path, (when, when), follow_symlinks=False)

    return touch


def _clocks() -> Iterator[Case]:
    """Files dated ahead are what a clock that was set back leaves."""
    inputs = ("data", "config", "workflow", "scripts")
    made = ("results", "site", "archive", ".snakemake")
    for run in (False, True):
        state = "of a finished run" if run else "before a run"
        for words, when in (("ten years ahead", FUTURE), ("of 1970", PAST)):
            yield Case("clock", f"inputs {state} {words}", run=run, spoil=_dated(when, *inputs))
    for words, when in (("ten years ahead", FUTURE), ("of 1970", PAST)):
        yield Case("clock", f"results {words}", run=True, spoil=_dated(when, *made))
        yield Case("clock", f"everything {words}", run=True, spoil=_dated(when, *inputs, *made))
        yield Case(
            "clock",
            f"an edit of the data {words} is taken up",
            run=True,
            spoil=partial(_edited, when=when),
            act=_taken_up,
            mend=_unedited,
            killed=True,
        )


def _edited(ground: Ground, when: float) -> None:
    path = ground.root / "data/export.csv"
    path.write_text(path.read_text().replace("1,B,31", "1,B,35", 1))
    os.utime(path, (when, when))


def _taken_up(ground: Ground) -> Ended:
    ended = ground.run()
    assert ended.code == 0 and ground.fault(), f"an edit was overlooked: {ended.text}"
    return ended


def _unedited(ground: Ground) -> None:
    shutil.copy2(ground.kept / "data/export.csv", ground.root / "data/export.csv")


def _together(number: int) -> Iterator[Case]:
    """Three runs that begin at once; then also three in a finished project."""
    for again in range(number):
        yield Case(
            "three runs at once",
            f"from nothing, {again + 1}",
            act=_at_once,
            cause="another run is at work",
        )


def _at_once(ground: Ground) -> Ended:
    """One that ended well, if any did; else the first. What stopped has to say why."""
    processes = [ground.start() for _ in range(3)]
    ended = []
    for process in processes:
        text, _ = process.communicate()
        ended.append(Ended(process.returncode, text))
    for each in ended:
        if each.code and "another run is at work" not in each.text:
            return each
    return min(ended, key=lambda each: each.code)


def _altered(ground: Ground, draw: random.Random, share: float) -> Iterator[Case]:
    """A byte of what a run made."""
    for folder, number in (("results", 50), ("site", 10), (".snakemake", 20)):
        files = [
            path.relative_to(ground.kept)
            for path in sorted((ground.kept / folder).rglob("*"))
            if path.is_file() and path.stat().st_size and path.name != "run.json"
        ]
        # The tables of each stage, and records, whatever is drawn.
        first = [path for path in files if len(path.parts) == 4 and "parquet" in path.suffix]
        drawn = first[:8] + draw.sample(files, min(len(files), round(number * share)))
        for name in dict.fromkeys(drawn):
            yield Case(
                f"a byte of {folder}",
                str(name),
                run=True,
                spoil=partial(_flipped, name=name, at=draw.random()),
                mend=partial(_removed, name=name),
                cause=str(name) if folder != ".snakemake" else "",
            )


def _flipped(ground: Ground, name: Path, at: float) -> None:
    path = ground.root / name
    data = bytearray(path.read_bytes())
    data[int(at * len(data))] ^= 0x55
    stat = path.stat()
    os.chmod(path, 0o644)
    path.write_bytes(data)
    # The same size and the same time: only the content tells.
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _removed(ground: Ground, name: Path) -> None:
    (ground.root / name).unlink(missing_ok=True)


def _archives(ground: Ground, draw: random.Random, share: float) -> Iterator[Case]:
    """A byte of a kept run, and its log cut short."""
    files = [
        path.relative_to(ground.kept)
        for path in sorted((ground.kept / "archive").rglob("*"))
        if path.is_file() and path.stat().st_size
    ]
    for name in draw.sample(files, min(len(files), max(1, round(20 * share)))):
        yield _archive(name, partial(_flipped, name=name, at=draw.random()))
    for name in files:
        if "objects" not in name.parts:
            yield _archive(name, partial(_cut, name=name), "cut in half: ")
            yield _archive(name, partial(_removed, name=name), "gone: ")


def _cut(ground: Ground, name: Path) -> None:
    data = (ground.root / name).read_bytes()
    (ground.root / name).write_bytes(data[: len(data) // 2])


def _archive(name: Path, spoil: Callable[[Ground], None], words: str = "") -> Case:
    return Case(
        "archive",
        f"{words}{name}",
        run=True,
        spoil=spoil,
        act=lambda ground: ground.run((*COMMAND, "runs", TRIAL, "--verify")),
        cause=r"archive|run \w+|kept",
    )
