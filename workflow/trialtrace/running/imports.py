"""What the source of a module or report imports, without running it.

Imports inside functions count; imports for type checkers alone do not run and do not count. A
top-level mapping from names to modules is a registry: it leads to the modules whose names are used.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

_TEXTS = (ast.Constant, ast.JoinedStr)
CELL = re.compile(r"^```\{python\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Imports:
    """Dotted names that may be modules, and the texts of top-level mappings from text to text."""

    names: tuple[str, ...]
    registry: dict[str, str]


def imports_of(text: str, suffix: str, package: tuple[str, ...]) -> Imports:
    """What Python source (.py) or the cells of a report (.qmd) import, in the given package."""
    code = {".py": [text], ".qmd": CELL.findall(text)}.get(suffix, [])
    trees = [ast.parse(part) for part in code]
    names = {name for tree in trees for name in _imported(tree, package)}
    registry = {key: name for tree in trees for key, name in _mappings(tree).items()}
    return Imports(tuple(sorted(names)), registry)


def _imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str]:
    for node in _statements(tree.body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*around, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement at any depth that can run."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and _for_type_checkers(node.test):
            yield from _statements(node.orelse)
            continue
        for part in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, part, []))
        for part in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
            yield from _statements(part.body)


def _for_type_checkers(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def outside_entries(text: str, kept: Collection[str]) -> str:
    """Source without the entries of its top-level mappings from text to text, but those kept."""
    lines = text.splitlines()
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = _text(key, {})
                if name is not None and name not in kept and isinstance(value, _TEXTS):
                    lines[key.lineno - 1 : value.end_lineno] = [""] * (
                        value.end_lineno - key.lineno + 1
                    )
    return "\n".join(line for line in lines if line)


def _mappings(tree: ast.Module) -> dict[str, str]:
    """The entries of top-level `{"name": "package.module", …}`; f-strings of constants count."""
    constants: dict[str, str] = {}
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name, text = _text(key, constants), _text(value, constants)
                if name is not None and text is not None:
                    found[name] = text
        elif (text := _text(node.value, constants)) is not None:
            constants[getattr(target, "id", "")] = text
    return found


def _text(node: ast.expr | None, constants: Mapping[str, str]) -> str | None:
    """The text that an expression of constants stands for; None for any other expression."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, constants)
    if isinstance(node, ast.JoinedStr):
        parts = [_text(part, constants) for part in node.values]
        return None if None in parts else "".join(parts)
    return None
