"""What a type checker cannot see: `Any`, casts, ignored lines and bare functions, counted by room.

`python tests/helpers/type_gaps.py` writes the table anew, and refuses where a sum has grown.
"""

import ast
import io
import sys
import tokenize
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "workflow/trialtrace"
TABLE = ROOT / "tests/unit/base/type_gaps.toml"
KINDS = ("any", "cast", "ignore", "unannotated")
HEAD = (
    "# Gaps in the types, by room: the name Any, casts, ignored lines, functions without types.\n"
    "# Written by tests/helpers/type_gaps.py. No sum may grow.\n"
)


def gaps(source: str) -> Counter[str]:
    """How many gaps of each kind one module has."""
    count = Counter(dict.fromkeys(KINDS, 0))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            count["any"] += node.id == "Any"
        elif isinstance(node, ast.Call):
            count["cast"] += isinstance(node.func, ast.Name) and node.func.id == "cast"
        elif isinstance(node, ast.FunctionDef):
            count["unannotated"] += not annotated(node)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            count["ignore"] += "type: ignore" in token.string
    return count


def annotated(function: ast.FunctionDef) -> bool:
    """Whether mypy looks into a function as one with types: all its arguments, and its result."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    named += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    typed = [argument for argument in named if argument.annotation]
    bare = [argument.arg for argument in named if not argument.annotation]
    # `self` has no type of its own, and `__init__` with typed arguments returns None.
    constructor = function.name == "__init__" and bool(typed)
    return set(bare) <= {"self", "cls"} and (function.returns is not None or constructor)


def room_of(parts: tuple[str, ...]) -> str:
    """A folder of a wing, or the wing of a module that stands in none; formulas are one room."""
    return "/".join(parts[:2]) if len(parts) > 2 and parts[0] != "stats" else parts[0]


def count_rooms(package: Path = PACKAGE) -> dict[str, dict[str, int]]:
    """Rooms with a gap in their types, and how many of each kind."""
    rooms: dict[str, Counter[str]] = {}
    for file in sorted(package.rglob("*.py")):
        room = room_of(file.relative_to(package).with_suffix("").parts)
        rooms.setdefault(room, Counter()).update(gaps(file.read_text(encoding="utf-8")))
    return {
        room: {kind: count[kind] for kind in KINDS}
        for room, count in rooms.items()
        if any(count.values())
    }


def committed() -> dict[str, dict[str, int]]:
    """The table as it is committed."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def sums(rooms: dict[str, dict[str, int]]) -> dict[str, int]:
    """Each kind over all rooms."""
    return {kind: sum(counts[kind] for counts in rooms.values()) for kind in KINDS}


def text(rooms: dict[str, dict[str, int]]) -> str:
    """The table as TOML, one room a line."""
    lines = (
        f'"{room}" = {{ {", ".join(f"{kind} = {counts[kind]}" for kind in KINDS)} }}'
        for room, counts in rooms.items()
    )
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    now = count_rooms()
    before = sums(committed())
    grown = {kind: count for kind, count in sums(now).items() if count > before[kind]}
    if grown:
        sys.exit(f"Grown: {grown}; the table has {before}. Give these places a type.")
    TABLE.write_text(text(now), encoding="utf-8")


if __name__ == "__main__":
    main()
