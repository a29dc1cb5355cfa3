"""Which version of the code a result comes from: one hash a room.

A room is a folder of the package (base, stats, audit, report, run.cleaning, run.endpoints, ...).
Its version is a hash over the syntax trees of its modules without docstrings, so that an edit of
a docstring, a comment or the layout is no other version; its other files count byte by byte. To
the room report belong the style sheets and reference documents of reports/assets too.
"""

import ast
import gc
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import TEMPLATES, Code, Project
from trialtrace.base.store import write_bytes

BASE, REPORT = "base", "report"
# Of hashes that are told, so many digits of 64: the others tell nothing apart either.
DIGITS = 16
# Each of these has rooms of its own.
DIVIDED = ("run",)


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a file of the package, by its path from there.

    What stands around the rooms, such as trialtrace/__init__.py, is imported with each of them, and
    belongs to base; but for the command line, which no job imports.
    """
    folders = parts[:-1]
    if folders[:1] and folders[0] in DIVIDED:
        return ".".join(folders[:2]) if len(folders) > 1 else BASE
    return folders[0] if folders else ("cli" if parts[0] in ("cli.py", "__main__.py") else BASE)


def tree_hash(source: bytes) -> str:
    """sha256 of the syntax tree of a module, without docstrings; of what is none, of its bytes."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return hashlib.sha256(source).hexdigest()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body[:1]:
                case [ast.Expr(value=ast.Constant(value=str()))]:
                    del node.body[0]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


class Trees:
    """The hashes of syntax trees by the sha256 of their sources, kept in the user's cache.

    To parse the whole package takes some seconds, which a run would spend each time.
    """

    def __init__(self, folder: Path | None = None):
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        self._file = (folder or user_cache()) / f"trees-{python}.json"
        self._new = False

    @cached_property
    def _known(self) -> dict[str, str]:
        try:
            known = json.loads(self._file.read_bytes())
            return known if isinstance(known, dict) else {}
        except (OSError, ValueError):
            return {}

    def hash(self, source: bytes) -> str:
        content = hashlib.sha256(source).hexdigest()
        if content not in self._known:
            self._known[content], self._new = tree_hash(source), True
        return self._known[content]

    def keep(self, used: Iterable[str]) -> None:
        """Write the cache with what is `used`, if something of it is new; a cache that cannot be
        written is none."""
        if self._new:
            self._new = False
            known = {content: self._known[content] for content in sorted(used)}
            try:
                write_bytes(self._file, json.dumps(known).encode())
            except (OSError, UserError):
                return


def user_cache() -> Path:
    """The folder of this program in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trialtrace"


@dataclass
class Sources:
    """The files of a project, each read once, and the versions of its rooms."""

    at: Project
    trees: Trees = field(default_factory=Trees)
    _digests: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def versions(self) -> dict[str, str]:
        """Room -> its version."""
        rooms: dict[str, list[str]] = {}
        used = []
        collects = gc.isenabled()
        gc.disable()  # a syntax tree is a hundred thousand objects, and no garbage
        try:
            for place, room, name in _files(self.at):
                source = _read(name)
                if name.endswith(".py"):
                    used.append(hashlib.sha256(source).hexdigest())
                    digest = self.trees.hash(source)
                else:
                    digest = hashlib.sha256(source).hexdigest()
                rooms.setdefault(room, []).append(f"{place}\0{digest}\n")
        finally:
            if collects:
                gc.enable()
        self.trees.keep(used)
        return {
            room: hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()[:DIGITS]
            for room, lines in sorted(rooms.items())
        }

    def script(self, rule: str) -> str:
        """The version of a rule's script."""
        source = _read(str(self.at.code.root / "scripts" / f"{rule}.py"))
        return self.trees.hash(source)[:DIGITS]

    def digest(self, path: Path | str) -> bytes:
        """sha256 of a file's content; a missing file has one too, so that it can be told apart."""
        name = str(path)
        if name not in self._digests:
            self._digests[name] = hashlib.sha256(_read(name)).digest()
        return self._digests[name]

    def hash(self, paths: Iterable[Path], *more: str) -> str:
        """One hash over files, by their places in the project, and further words."""
        whole = hashlib.sha256()
        for place, path in sorted((self.place(path), path) for path in paths):
            whole.update(place.encode() + b"\0" + self.digest(path))
        for word in more:
            whole.update(word.encode() + b"\0")
        return whole.hexdigest()

    def place(self, path: Path) -> str:
        """Where a file stands in the project, of code where it stands in a checkout."""
        return self.at.code.place(path) or path.relative_to(self.at.root).as_posix()


def _files(at: Project) -> Iterator[tuple[str, str, str]]:
    """Place, room and path of each file of the package, of the assets of reports and of their
    templates."""
    code = at.code
    for name in package_files(code):
        relative = os.path.relpath(name, code.package)
        yield relative, room_of(Path(relative).parts), name
    for path in at.assets.rglob("*"):
        if path.is_file():
            yield f"assets/{path.relative_to(at.assets).as_posix()}", REPORT, str(path)
    for stem in TEMPLATES:
        yield f"{stem}.qmd", REPORT, str(at.template(stem))


def package_files(code: Code) -> list[str]:
    """Every file of the package that is read when it runs, as texts: to make a thousand paths would
    cost more than the reading."""
    found = []
    # Of a wheel, what stands outside of the package in a checkout is no part of it here.
    beside = {str(code.root), str(code.assets), str(code.package / "schemas")}
    for folder, folders, names in os.walk(code.package):
        folders[:] = [
            name for name in folders if name != "__pycache__" and f"{folder}/{name}" not in beside
        ]
        # Stubs are written by the linters and read by type checkers alone.
        found += [f"{folder}/{name}" for name in names if not name.endswith((".pyi", ".pyc"))]
    return sorted(found)


def _read(name: str) -> bytes:
    try:
        with open(name, "rb", buffering=0) as file:
            return file.readall()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return b"missing"
