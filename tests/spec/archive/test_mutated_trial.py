"""A trial with one cell, line of configuration or line of code changed: 40 cases of the campaign,
and its makers."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mutants import faults, mutant, mutants
from mutate_trial import tried_before
from mutated.changes import CELL, CODE, KINDS, LINE, Change, Files, _function_of, draw
from mutated.outcome import _is_cell, _is_line

ROOT = Path(__file__).resolve().parents[3]
SOURCE = """\
LIMIT = 3
class One:
    many = 4
    def of(self, n):
        def inner():
            return n + 5
        return inner
@cache(maxsize=6)
def other(n=7):
    return n
"""


@pytest.mark.slow
def test_each_of_40_is_harmless_stops_the_run_or_is_named(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    words = ("--cases", "40", "--dry", "--log", str(log))
    done = subprocess.run(
        [sys.executable, str(ROOT / "campaigns" / "mutate_trial.py"), *words],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    assert len(found) == 40
    assert {one["outcome"] for one in found} >= {"harmless", "named", "stopped"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text("id,a,b\n1,2,3\n4,5,6\n")
    (tmp_path / "plan.yaml").write_text("one: 1\ntwo: {three: 3, four: [4, 5]}\n")
    (tmp_path / "code.py").write_text(SOURCE)
    return tmp_path


@pytest.mark.parametrize("number", range(60))
def test_a_change_is_one_line_and_the_same_each_time(project: Path, number: int):
    files = Files(("data.csv",), ("plan.yaml",), ("code.py",))
    change = draw(project, files, number, seed=1)
    assert change == draw(project, files, number, seed=1)
    assert change.kind == KINDS[number % 3]
    old = (project / change.file).read_text()
    assert change.content != old
    if change.kind == CODE:
        assert ast.dump(ast.parse(change.content)) in {
            ast.dump(ast.parse(one.source)) for one in mutants(SOURCE)
        }
        return
    before, after = old.splitlines(), change.content.splitlines()
    if len(after) < len(before):
        assert change.kind == LINE and before[: change.line - 1] == after[: change.line - 1]
    else:
        changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b]
        assert changed == [change.line]


def test_the_function_of_a_fault_is_the_one_around_it():
    tree = ast.parse(SOURCE)
    found = {
        mutant(tree, *one).before: _function_of(tree, one[0])
        for one in faults(tree)
        if isinstance(one[0], ast.Constant)
    }
    assert found == {
        "3": "(module)",
        "4": "One",
        "5": "One.of",
        "6": "other",
        "7": "other",
    }


def test_places_are_those_of_the_change_alone():
    cell = Change(0, CELL, "data/export.csv", 4, "pain0", "", "")
    assert _is_cell("export.csv:4 pain0", cell) and _is_cell("export.csv:4", cell)
    assert not _is_cell("export.csv:4 pain1", cell) and not _is_cell("export.csv:5 pain0", cell)
    line = Change(1, LINE, "config/plan.yaml", 7, "", "", "")
    assert _is_line("config/plan.yaml:7 a.b", line) and not _is_line("config/plan.yaml:9 a", line)


def test_cases_of_another_seed_or_code_are_not_taken_up(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    case = dict.fromkeys(("kind", "place", "what", "outcome", "words"), "") | {"number": 3}
    log.write_text('{"seed": 1, "state": "a"}\n' + json.dumps(case) + "\n")
    assert [one.number for one in tried_before(log, {"seed": 1, "state": "a"})] == [3]
    assert tried_before(log, {"seed": 2, "state": "a"}) == []
