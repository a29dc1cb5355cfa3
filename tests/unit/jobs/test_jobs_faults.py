"""A fault of the program shows a value of the data only where disclosure is full."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "helpers"))
SECRET = "123456789012345678"

CONVERT = f"import pyarrow as pa\npa.array([{SECRET}]).cast(pa.int32())"
DEEP = f"""\
from trialtrace.base.store import significant
try:
    significant(["{SECRET}x"])
except ValueError as error:
    raise KeyError("{SECRET}") from error
"""
# What Snakemake gives to a script.
GIVEN = """\
from types import SimpleNamespace as Given
from trialtrace.run.jobs.job import job
class Output(list):
    made = "made.json"
params = Given(versions=["base 0"])
with job(Given(log=["{log}"], input={{}}, output=Output(), rule="rule", params=params)):
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    from mini_trial import write_project

    root = tmp_path_factory.mktemp("faults")
    write_project(root)
    (root / "Snakefile").touch()
    return root


def run(root: Path, body: str, log: str = "logs/mini/clean_tables.log", disclosure="by_source"):
    """The exit code of a job that does this, and its log."""
    config = root / "config" / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace("by_source", disclosure))
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    # As a run begins.
    (root / log).with_suffix(".told").unlink(missing_ok=True)
    (root / "script.py").write_text(f"{GIVEN.format(log=log)}{indented}\n")
    try:
        done = subprocess.run([sys.executable, "script.py"], cwd=root, capture_output=True)
    finally:
        config.write_text(text)
    assert not done.stdout + done.stderr
    return done.returncode, (root / log).read_text()


def test_the_exception_is_told_by_its_kind_and_place(root):
    status, told = run(root, DEEP)
    assert status == 1
    assert SECRET not in told
    assert told.startswith("a fault of the program: KeyError, after ValueError\n  where     ")
    assert "script.py, line 11, in <module>" in told
    assert "Traceback" not in told
    assert "report these lines" in told


def test_a_library_s_exception_and_the_site_are_no_exception(root):
    for log in ("logs/mini/clean_tables.log", "logs/build_site.log"):
        status, told = run(root, CONVERT, log)
        assert (status, SECRET in told) == (1, False)
        assert "ArrowInvalid" in told


def test_full_disclosure_shows_it_whole(root):
    status, told = run(root, CONVERT, disclosure="full")
    assert status == 1
    assert "Traceback" in told
    assert SECRET in told


def test_what_cannot_be_known_is_not_shown(root):
    for log, disclosure in [("logs/other/x.log", "by_source"), ("logs/mini/x.log", "nonsense")]:
        status, told = run(root, CONVERT, log, disclosure)
        assert (status, SECRET in told) == (1, False)


def test_the_command_line_is_guarded_too(root):
    code = (
        "import sys\nfrom trialtrace import cli\n"
        f"cli.main = lambda: int('{SECRET}x')\ncli.entry()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert SECRET not in done.stderr
    assert "a fault of the program: ValueError" in done.stderr
