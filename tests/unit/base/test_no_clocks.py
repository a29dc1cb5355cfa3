"""No test holds a time: growth is held by calls or by a ratio of one run (`cost`)."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
CLOCKS = {"process_time", "perf_counter", "monotonic", "thread_time", "getrusage", "times", "time"}
CLOCKS |= {f"{name}_ns" for name in CLOCKS} | {"seconds"}
CALLED = re.compile(rf"\b(?:{'|'.join(sorted(CLOCKS))})\(")


def _is_clock(node: ast.AST, named: set[str]) -> bool:
    """Whether an expression reads a clock, or a name that was given what one said."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in named:
            return True
        called = part.func if isinstance(part, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in CLOCKS:
            return True
    return False


def _is_number(node: ast.AST) -> bool:
    """A number, or arithmetic on numbers alone."""
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def held(source: str) -> list[int]:
    """The lines in which a clock is held against a number."""
    if not CALLED.search(source):
        return []
    tree = ast.parse(source)
    lines = []
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        named: set[str] = set()
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and _is_clock(node.value, named):
                named |= {name.id for name in node.targets if isinstance(name, ast.Name)}
        for node in ast.walk(scope):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                clocks = [side for side in sides if _is_clock(side, named)]
                if clocks and any(map(_is_number, sides)):
                    lines.append(node.lineno)
    return sorted(set(lines))


def test_no_test_holds_a_clock_against_a_number():
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        for line in held(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import time\nbegan = time.process_time()\nassert time.process_time() - began < 5", [3]),
        ("def test():\n    took = perf_counter() - 1\n    assert took < 2 * 60", [3]),
        ("assert seconds(work) < 40", [1]),
        ("assert seconds(more) < 9 * seconds(work)", []),
        ("while time.monotonic() < deadline:\n    pass", []),
        ("assert curve.time.size == 3", []),
    ],
)
def test_what_is_refused(source, lines):
    assert held(source) == lines
