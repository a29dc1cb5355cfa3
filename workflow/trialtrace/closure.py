"""What code can come to use, read from its source: the static import closure.

The closure of a script has every module of the package that it can import, also inside functions,
with the packages around them; every file of the package or of reports/ that one of these names; and
what the Python cells of a report import. Imports for type checkers alone do not run and do not
count. A top-level mapping from names to modules is a registry: of it, only the modules count whose
names the caller asks for.
"""

import ast
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from trialtrace.paths import Project

PACKAGE = "trialtrace"
CELL = re.compile(r"^```\{python\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Edges:
    """What a source file leads to: modules always, modules by a registry's name, other files."""

    modules: frozenset[str]
    registry: dict[str, str]
    files: frozenset[Path]


@dataclass
class Sources:
    """The project's code: modules of the package, scripts, reports and the files beside them."""

    at: Project
    known: dict[tuple[Path, bytes], Edges] = field(default_factory=dict)
    _digests: dict[Path, bytes] = field(default_factory=dict)

    @cached_property
    def _package_files(self) -> list[Path]:
        folder = self.at.root / "workflow" / PACKAGE
        return [path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts]

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Dotted name of every module of the package -> its file."""
        found = {}
        for path in self._package_files:
            if path.suffix == ".py":
                parts = path.relative_to(self.at.root / "workflow").with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    @cached_property
    def others(self) -> dict[str, list[Path]]:
        """Name of every file of the package and of reports/ that is no module -> its places."""
        found: dict[str, list[Path]] = {}
        reports = sorted(self.at.reports.rglob("*"))
        for path in (*self._package_files, *reports):
            if path.suffix != ".py" and path.is_file():
                found.setdefault(path.name, []).append(path)
        return found

    def digest(self, path: Path) -> bytes:
        """sha256 of a file's content; a missing file has one too, so that it can be told apart."""
        if path not in self._digests:
            data = path.read_bytes() if path.is_file() else b"missing"
            self._digests[path] = hashlib.sha256(data).digest()
        return self._digests[path]

    def edges(self, path: Path) -> Edges:
        """What a module, script or report leads to."""
        key = (path, self.digest(path))
        if key not in self.known:
            self.known[key] = self._read(path)
        return self.known[key]

    def _read(self, path: Path) -> Edges:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return Edges(frozenset(), {}, frozenset())
        code = {".py": [text], ".qmd": CELL.findall(text)}.get(path.suffix, [])
        trees = [ast.parse(part, str(path)) for part in code]
        names = {name for tree in trees for name in self._imported(tree, path)}
        registry = {
            key: name for tree in trees for key, name in _registry(tree, self.modules).items()
        }
        files = {
            place for name, places in self.others.items() if name in text for place in places
        } - {path}
        return Edges(frozenset(names), registry, frozenset(files))

    def _imported(self, tree: ast.Module, path: Path) -> Iterator[str]:
        """Modules of the package that the code imports, with the packages around them."""
        for node in _statements(tree.body):
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node, path)
                targets = [base, *(f"{base}.{alias.name}" for alias in node.names)]
            else:
                continue
            for target in targets:
                if target.partition(".")[0] == PACKAGE:
                    yield from self._with_parents(target)

    def _base(self, node: ast.ImportFrom, path: Path) -> str:
        if not node.level:
            return node.module or ""
        folder = path.parent.relative_to(self.at.root / "workflow").parts
        around = folder[: len(folder) - node.level + 1]
        return ".".join([*around, *([node.module] if node.module else [])])

    def _with_parents(self, name: str) -> Iterator[str]:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            if (known := ".".join(parts[:length])) in self.modules:
                yield known

    def closure(self, start: Path, named: Callable[[str], set[str] | None]) -> set[Path]:
        """Every file that the code in `start` can come to use, itself included.

        `named` gives the names that are used of a module's registry, or None for all of them.
        """
        found: set[Path] = set()
        ahead = [start]
        dotted = {path: name for name, path in self.modules.items()}
        while ahead:
            path = ahead.pop()
            if path in found:
                continue
            found.add(path)
            edges = self.edges(path)
            names = set(edges.modules)
            if edges.registry:
                used = named(dotted.get(path, ""))
                keys = edges.registry if used is None else used & set(edges.registry)
                chosen = (edges.registry[key] for key in keys)
                names |= {name for module in chosen for name in self._with_parents(module)}
            ahead += [self.modules[name] for name in names]
            ahead += edges.files
        return found

    def hash(self, paths: Iterable[Path], *more: str) -> str:
        """One hash over files (by their places in the project) and further words."""
        whole = hashlib.sha256()
        for path in sorted(paths):
            whole.update(str(path.relative_to(self.at.root)).encode() + b"\0" + self.digest(path))
        for word in more:
            whole.update(word.encode() + b"\0")
        return whole.hexdigest()


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement at any depth that can run; those for type checkers alone are left out."""
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


def _registry(tree: ast.Module, modules: Mapping[str, Path]) -> dict[str, str]:
    """The entries of top-level `{"name": "package.module", …}`; f-strings of constants count."""
    constants: dict[str, str] = {}
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name, module = _text(key, constants), _text(value, constants)
                if name is not None and module in modules:
                    found[name] = module
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
