"""The tests themselves: the same examples every time, and another order that can be had again."""

import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import seconds

SHARED = Path(__file__).resolve().parents[2] / "conftest.py"


def drawn() -> list[tuple[int, str]]:
    """What a property test is given."""
    seen = []

    @settings(max_examples=200)
    @given(st.integers(), st.text())
    def test(number, text):
        seen.append((number, text))

    test()
    return seen


def test_examples_do_not_hang_on_what_else_is_loaded(tmp_path, monkeypatch):
    before = drawn()
    module = tmp_path / "constants_of_its_own.py"
    module.write_text("\n".join(f"x{i} = {7_654_321 * i}\ny{i} = 'word {i}'" for i in range(99)))
    monkeypatch.syspath_prepend(tmp_path)
    __import__(module.stem)
    after = drawn()
    del sys.modules[module.stem]
    assert after == before


def test_examples_are_kept_nowhere():
    assert settings.default.database is None and settings.default.deadline is None


@pytest.fixture
def shared(request):
    return request.config.pluginmanager.get_plugin(str(SHARED))


def test_an_order_is_that_of_its_seed_and_keeps_files_together(shared):
    shuffled = shared._shuffled
    items = [SimpleNamespace(path=file, name=name) for file in "abcde" for name in range(9)]
    some = shuffled(items, 1)
    assert some == shuffled(items, 1) != shuffled(items, 2)
    assert sorted(some, key=lambda item: (item.path, item.name)) == items
    files = [item.path for item in some]
    assert files == sorted(files, key=files.index) != sorted(files)
    assert [item.name for item in some if item.path == "a"] != list(range(9))


def test_files_of_the_table_of_seconds_are_there():
    assert [name for name in seconds() if not (SHARED.parents[1] / name).exists()] == []


@pytest.mark.parametrize(("marks", "code"), [("full", 0), ("not full", 5)])
def test_what_needs_a_program_is_left_to_all_tests(marks, code):
    """5: pytest has collected no test."""
    file = SHARED.parent / "workflow/test_slurm.py"
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-m", marks, file]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == code, run.stdout


HOOK = """\
from processes import FilesAndFolders

def pytest_xdist_make_scheduler(config, log):
    return FilesAndFolders(config, log)
"""
FIVE = """\
import pathlib, pytest

@pytest.mark.parametrize("i", range(5))
def test(i, worker_id):
    with open(pathlib.Path(__file__).with_suffix(".by"), "a") as by:
        by.write(worker_id + " ")
"""


def test_each_file_and_each_shared_folder_is_of_one_process(tmp_path):
    (tmp_path / "conftest.py").write_text(HOOK)
    files = [tmp_path / "tests" / name for name in ("spec/cli/test_a", "spec/cli/test_b", "test_c")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".py").write_text(FIVE)
    words = ("-m", "pytest", "--numprocesses", "2", "--rootdir", ".", "-o")
    path = f"pythonpath={shlex.quote(str(SHARED.parent / 'helpers'))}"
    subprocess.run([sys.executable, *words, path], cwd=tmp_path, check=True)
    by = [set(file.with_suffix(".by").read_text().split()) for file in files]
    assert by[0] == by[1] != by[2] and [len(each) for each in by] == [1, 1, 1]
