"""The functions that make a number are called by name, file and line, as they stand there."""

import ast
from pathlib import Path

import pytest

from trialtrace.run.trace import functions as module
from trialtrace.run.trace.functions import functions_of, made_by
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

ROOT = Path(__file__).resolve().parents[3]
ANALYSING = "workflow/trialtrace/run/methods"


def defined(file: str) -> dict[str, tuple[int, int]]:
    """The first and last line of each function, class and name at the top of a module."""
    found = {}
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node.lineno, node.end_lineno or 0
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.lineno, node.end_lineno or 0
    return found


def test_every_result_has_functions_that_stand_where_it_says(full):
    for row in full.results.values():
        made = made_by(row["analysis_id"], row["method"])
        assert made, row["result_id"]
        for function in made:
            first, last = defined(function.file)[function.name]
            lines = (ROOT / function.file).read_text(encoding="utf-8").splitlines()
            assert function.line == first
            assert function.text.splitlines() == lines[first - 1 : last]
        told = functions_of(row["analysis_id"], row["method"])
        assert [(one["name"], one["file"], one["line"]) for one in told] == [
            (one.name, one.file, one.line) for one in made
        ]


@pytest.mark.parametrize(
    ("analysis", "method", "folder"),
    [
        ("flow", "count.flow", f"{ANALYSING}/displays"),
        ("baseline", "mean.mean", f"{ANALYSING}/displays"),
        ("adverse_events", "count.events", f"{ANALYSING}/displays"),
        (PLANNING, "power.of_two_means", f"{ANALYSING}/planning"),
        ("any", "p_adjusted.holm_fisher", f"{ANALYSING}/multiplicity"),
        ("any", "count.count", f"{ANALYSING}/analysing"),
        ("any", "p_value.fisher", "workflow/trialtrace/stats/categorical"),
        ("any", "risk_difference.newcombe", "workflow/trialtrace/stats/categorical"),
    ],
)
def test_what_makes_a_result(analysis: str, method: str, folder: str):
    """Of an analysis that shows much, what shows it; of a statistic, its formula."""
    (made,) = made_by(analysis, method)
    assert made.file.rpartition("/")[0] == folder


def test_a_statistic_by_the_method_of_a_test_has_the_formula_of_the_test():
    """An estimate that no card names comes with the card of the same method."""
    (test,) = made_by("any", "p_value.fisher")
    assert made_by("any", "nothing_of_its_own.fisher") == [test]


def test_a_function_that_is_imported_is_found_where_it_is_defined(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    (tmp_path / "first.py").write_text(
        "from trialtrace.second import (\n    other,\n    wanted,\n)\nfrom trialtrace.x import y\n"
    )
    (tmp_path / "second.py").write_text(
        "wanted_more = 1\n\n\ndef wanted(\n    a,\n):\n    return a\n\n\ndef other():\n    pass\n"
    )
    found = module._function("first.py:wanted")
    assert (found.name, found.file, found.line) == (
        "wanted",
        "workflow/trialtrace/second.py",
        4,
    )
    assert found.text == "def wanted(\n    a,\n):\n    return a"
    assert module._function("second.py:wanted_more").line == 1
    with pytest.raises(LookupError, match="missing"):
        module._function("first.py:missing")
