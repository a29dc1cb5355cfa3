"""What the families offer: the stubs of their packages (`__init__.pyi`).

A family offers the public functions of its modules, the types of their results, and few constants.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from written.library import SHARED, STATS

# Constants that a family offers beside its functions: what a keyword without a default is given.
CONSTANTS = {"resampling.sums": ("TIE_TOLERANCE",)}


def families() -> list[str]:
    """Packages of formulas, each of one family."""
    return sorted(path.parent.name for path in STATS.glob("*/__init__.py"))


def written(family: str) -> str:
    """The stub of a family's package."""
    lines = [line for path in _modules(family) for line in _imports(family, path)]
    return "\n".join(["# Written by `python docs/write.py`.", *lines, ""])


def _modules(family: str) -> list[Path]:
    return sorted((STATS / family).glob("[!_]*.py"))


def _imports(family: str, path: Path) -> Iterator[str]:
    shared = SHARED.get(f"{family}.{path.stem}", ())
    names = [
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and node.name not in shared
    ]
    for name in (*CONSTANTS.get(f"{family}.{path.stem}", ()), *sorted(names)):
        line = f"from trialtrace.stats.{family}.{path.stem} import {name} as {name}"
        if len(line) <= 100:
            yield line
        else:
            yield line.replace(f"import {name} as", f"import (\n    {name} as") + ",\n)"
