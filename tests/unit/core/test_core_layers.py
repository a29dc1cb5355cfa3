"""Rooms of the package stand in one order: a module imports from its own and from earlier rooms.

Imports inside functions count too, and those for type checkers. `BACK` are the arrows that still
run the other way; one that is gone leaves the list.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3] / "workflow/trialtrace"
ORDER = (
    ("errors", "paths", "store", "units"), ("contracts",), ("stats",), ("conditions", "frames"),
    ("config",), ("trial", "running"), ("sources",), ("cleaning",), ("populations", "endpoints"),
    ("analyses",), ("checks",), ("trace",), ("claims",), ("display",),
    ("instruments_reference", "methods_reference"), ("cli",),
)  # fmt: skip
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
BACK = {
    ("config/checks/claims", "claims"), ("config/checks/instruments", "endpoints"),
    ("config/families", "endpoints"),
}  # fmt: skip


def imported(file: Path) -> Iterator[str]:
    """Modules of the package that a file names, as dotted paths below it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.partition(".")[2] for name in names if name.startswith("trialtrace."))


def arrows() -> set[tuple[str, str]]:
    """(module, room that it imports from) of other rooms."""
    found = set()
    for file in ROOT.rglob("*.py"):
        module = file.relative_to(ROOT).with_suffix("").as_posix()
        found |= {(module, name.split(".")[0]) for name in imported(file)}
    return {(module, room) for module, room in found if module.split("/")[0] != room}


def test_every_room_has_its_place():
    there = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert there - {"__init__", "__pycache__"} == set(LEVEL)


def test_no_module_imports_from_a_later_room():
    back = {
        (module, room) for module, room in arrows() if LEVEL[room] > LEVEL[module.split("/")[0]]
    }
    assert back == BACK
