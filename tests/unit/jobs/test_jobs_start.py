"""Jobs that are forks of a process with its libraries loaded."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from trialtrace.run.jobs import start
from trialtrace.run.jobs.progress import RULES
from trialtrace.run.jobs.start import PLAIN, Starter, forking


@pytest.fixture
def starter(monkeypatch):
    """With fewer libraries than a run, for the time of a test; it is ended."""
    monkeypatch.delenv(PLAIN, raising=False)
    monkeypatch.setattr(start, "COMMON", ("json",))
    monkeypatch.setattr(start, "LIBRARIES", {"check_results": ("decimal", "no_such_library")})
    began = Starter(sys.executable)
    yield began
    if process := began.process:
        began.end()
        assert process.returncode == 0


def script(folder: Path, text: str) -> str:
    path = folder / "job.py"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "text, code",
    [
        ("", 0),
        ("import sys\nsys.exit(3)", 3),
        ("raise ValueError", 1),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", -9),
    ],
)
def test_the_end_of_a_job_is_told(starter: Starter, tmp_path: Path, text: str, code: int):
    for rule in ("clean_tables", "check_results"):
        assert starter.run(rule, script(tmp_path, text)) == code


def test_a_job_is_a_main_program_that_knows_nothing_of_another(starter: Starter, tmp_path: Path):
    text = (
        "import sys, signal, pathlib\n"
        "assert __name__ == '__main__' and sys.argv == [__file__], (__name__, sys.argv)\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
        "assert not hasattr(sys, 'mark')\n"
        "sys.mark = 1\n"
        "name = 'decimal' in sys.modules\n"
        "pathlib.Path('loaded').open('a').write(f'{name} ')\n"
    )
    path = script(tmp_path, text.replace("'loaded'", repr(str(tmp_path / "loaded"))))
    rules = ("clean_tables", "check_results", "clean_tables", "check_results")
    assert [starter.run(rule, path) for rule in rules] == [0, 0, 0, 0]
    # What a check loads, others do not have.
    assert (tmp_path / "loaded").read_text() == "False True False True "


def test_its_process_ends_with_the_run_however_that_ends(tmp_path: Path):
    run = (
        "import os, sys\n"
        "from trialtrace.run.jobs.start import Starter\n"
        "starter = Starter(sys.executable)\n"
        f"assert starter.run('clean_tables', {script(tmp_path, '')!r}) == 0\n"
        f"assert starter.run('check_results', {script(tmp_path, '')!r}) == 0\n"
        "os.kill(os.getpid(), 9)\n"
    )
    # Its pipes are open as long as any process of it is there: else this waits in vain.
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=60)
    assert done.returncode == -9, done.stderr


def test_where_it_cannot_be_started_a_job_starts_as_ever(tmp_path: Path, monkeypatch):
    monkeypatch.delenv(PLAIN, raising=False)
    calls = []

    def plain(job, path, edit):
        calls.append((job.log, path, edit))

    usual = {"conda_env": None, "container_img": None, "env_modules": None}
    job = SimpleNamespace(log=["logs/a/clean_tables.log"], **usual)
    forking(str(tmp_path / "no_python"), plain, RULES)(job, "a.py")
    forking(sys.executable, plain, RULES)(job, "b.py", True)
    elsewhere = SimpleNamespace(log=["logs/a/clean_tables.log"], **{**usual, "conda_env": "env"})
    forking(sys.executable, plain, RULES)(elsewhere, "c.py")
    other = SimpleNamespace(log=["logs/align.log"], **usual)
    forking(sys.executable, plain, RULES)(other, "of another workflow")
    monkeypatch.setenv(PLAIN, "1")
    forking(sys.executable, plain, RULES)(job, "d.py")
    assert [path for _, path, _ in calls] == ["a.py", "b.py", "c.py", "of another workflow", "d.py"]


def test_a_job_that_fails_is_told_to_snakemake(starter: Starter, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(start, "Starter", lambda python: starter)
    usual = {"conda_env": None, "container_img": None, "env_modules": None}
    job = SimpleNamespace(log=["logs/a/clean_tables.log"], **usual)
    run = forking(sys.executable, lambda *_: pytest.fail("it was started twice"), RULES)
    assert run(job, script(tmp_path, "")) is None
    with pytest.raises(subprocess.CalledProcessError):
        run(job, script(tmp_path, "import sys\nsys.exit(1)"))
