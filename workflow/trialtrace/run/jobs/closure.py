"""What code can come to use: the static import closure.

The closure of a script has every module of the package that it can import, also inside functions,
with the packages around them; of a registry, the modules whose names the caller asks for; every
file of the package or of reports/ that one of these names; and what the cells of a report import.
"""

import ast
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.base.store import write_bytes
from trialtrace.run.trial.plan import card_modules

_TEXTS = (ast.Constant, ast.JoinedStr)
# What a card is called in the source, and the room of the modules that it names.
FORMULAS, FIGURES = "trialtrace.stats", "trialtrace.report.figures"
CARDS = {"Card": FORMULAS, "Display": FIGURES}
CELL = re.compile(r"^```\{python\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Imports:
    """Dotted names that may be modules, and the texts of top-level mappings from text to text.

    `by_card` maps the name of a card to the modules that it names: the formulas of a statistic,
    the figure of a display. `entries` has the name and the lines of each entry of a registry.
    """

    names: tuple[str, ...]
    registry: dict[str, str]
    by_card: dict[str, list[str]] = field(default_factory=dict)
    entries: tuple[tuple[str, int, int], ...] = ()


@cache
def imports_of(text: str, suffix: str, package: tuple[str, ...]) -> Imports:
    """What Python source (.py) or the cells of a report (.qmd) import, in the given package."""
    code = {".py": [text], ".qmd": CELL.findall(text)}.get(suffix, [])
    trees = [ast.parse(part) for part in code]
    names = {name for tree in trees for name in _imported(tree, package)}
    registry = {key: name for tree in trees for key, name in _mappings(tree).items()}
    by_card = {card.name: card.modules for tree in trees for card in _cards(tree)}
    entries = tuple(entry for tree in trees for entry in _entries(tree)) if len(trees) == 1 else ()
    return Imports(tuple(sorted(names)), registry, by_card, entries)


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


@dataclass(frozen=True)
class _Card:
    """A card as its source says it: its name, the modules that it names, and where it stands."""

    name: str
    modules: list[str]
    place: ast.expr


def _cards(tree: ast.Module) -> Iterator[_Card]:
    """The `Card("statistic.method", …, formula="module:function")` of a top-level tuple, and a
    `Display("kind", …)` that has a name; also by a `partial` of either.

    A formula is one text, a tuple of texts, or the name of either; a display that is no table is
    drawn by the module of its name.
    """
    constants: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            constants |= {
                target.id: node.value for target in node.targets if isinstance(target, ast.Name)
            }
            for call in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
                kind, arguments = _call(call, constants)
                if isinstance(call, ast.Call) and kind in CARDS:
                    drawn = None if "table" in arguments else call.args[0]
                    named = arguments.get("formula") if kind == "Card" else drawn
                    modules = _modules(named, CARDS[kind], constants)
                    yield _Card(_text(call.args[0], {}) or "", modules, call)


def _call(
    call: ast.expr, constants: Mapping[str, ast.expr]
) -> tuple[str, dict[str | None, ast.expr]]:
    """What is called, and its arguments by name, those among them that a `partial` has fixed."""
    if not isinstance(call, ast.Call):
        return "", {}
    arguments = {keyword.arg: keyword.value for keyword in call.keywords}
    name = getattr(call.func, "id", "")
    fixed = constants.get(name)
    if isinstance(fixed, ast.Call) and getattr(fixed.func, "id", "") == "partial":
        whole = ast.Call(fixed.args[0], fixed.args[1:], fixed.keywords)
        name, before = _call(whole, constants)
        arguments = before | arguments
    return name, arguments


def _modules(named: ast.expr | None, room: str, constants: Mapping[str, ast.expr]) -> list[str]:
    """The modules of the formulas of a card, or of its figure, each once."""
    texts = (_text(each, {}) for each in _flat(named, constants))
    modules = (text.partition(":")[0] for text in texts if text)
    return list(dict.fromkeys(f"{room}.{module}" for module in modules))


def _flat(named: ast.expr | None, constants: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    """The elements of a tuple, of those in it, and of what a name stands for."""
    match named:
        case ast.Name(id=name) if name in constants:
            yield from _flat(constants[name], constants)
        case ast.Starred(value=value):
            yield from _flat(value, constants)
        case ast.Tuple(elts=elements):
            for element in elements:
                yield from _flat(element, constants)
        case ast.expr():
            yield named


def _entries(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of each entry of top-level mappings to texts, and of each card."""
    for card in _cards(tree):
        yield card.name, card.place.lineno, card.place.end_lineno or card.place.lineno
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = _text(key, {})
                if key is not None and name is not None and isinstance(value, _TEXTS):
                    yield name, key.lineno, value.end_lineno or value.lineno


def outside_entries(
    text: str, entries: Iterable[tuple[str, int, int]], kept: Collection[str]
) -> str:
    """Source without those entries of its registry that are not kept."""
    gone = {
        number
        for name, first, last in entries
        if name not in kept
        for number in range(first, last + 1)
    }
    lines = enumerate(text.splitlines(), 1)
    return "\n".join(line for number, line in lines if number not in gone)


def _mappings(tree: ast.Module) -> dict[str, str]:
    """The entries of top-level `{"name": "package.module", …}`; f-strings of constants count."""
    constants: dict[str, str] = {}
    mappings: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name, text = _text(key, constants), _text(value, constants)
                if name is not None and text is not None:
                    mappings[name] = text
        elif (text := _text(node.value, constants)) is not None:
            constants[getattr(target, "id", "")] = text
    return mappings


def _text(node: ast.expr | None, constants: Mapping[str, str]) -> str | None:
    """The text that an expression of constants stands for; None for any other expression."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, constants)
    if isinstance(node, ast.JoinedStr):
        parts = [text for part in node.values if (text := _text(part, constants)) is not None]
        return "".join(parts) if len(parts) == len(node.values) else None
    return None


PACKAGE = "trialtrace"
# The names that are used of a module's registry; None where all of them may be.
Named = Callable[[str], set[str] | None]
Edges = tuple[set[str], dict[str, str], dict[str, list[str]], set[Path]]
# What sources import, by their content: parsing them all would take most of the time.
REMEMBERED = ".snakemake/trialtrace.imports.json"


@dataclass
class Sources:
    """The project's code: modules of the package, scripts, reports and the files beside them."""

    at: Project
    _digests: dict[str, bytes] = field(default_factory=dict)
    _edges: dict[Path, Edges] = field(default_factory=dict)
    _places: dict[Path, str] = field(default_factory=dict)
    _around: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[str, Imports]:
        return dict(self._remembered)

    @cached_property
    def _remembered(self) -> dict[str, Imports]:
        try:
            told = json.loads((self.at.made / REMEMBERED).read_text(encoding="utf-8"))
            return {
                key: Imports(
                    tuple(each["names"]),
                    each["registry"],
                    each["by_card"],
                    tuple(tuple(entry) for entry in each["entries"]),
                )
                for key, each in told.items()
            }
        except (OSError, ValueError, KeyError):
            return {}

    def remember(self) -> None:
        """Keep what the sources import for the next run, if something is new."""
        if len(self._known) > len(self._remembered):
            keys = {self._key(path) for path in self._edges}
            told = {key: asdict(self._known[key]) for key in sorted(keys & set(self._known))}
            write_bytes(self.at.made / REMEMBERED, json.dumps(told).encode())

    @cached_property
    def _package_names(self) -> list[str]:
        # As texts: to make and to compare a thousand paths would cost more than the reading.
        found = []
        code = self.at.code
        # Of a wheel, what stands outside of the package in a checkout is no part of it here.
        beside = {str(code.root), str(code.assets)}
        for folder, folders, names in os.walk(code.package):
            folders[:] = [
                name
                for name in folders
                if name != "__pycache__" and f"{folder}/{name}" not in beside
            ]
            # Stubs are written by the linters and read by type checkers alone.
            found += [f"{folder}/{name}" for name in names if not name.endswith(".pyi")]
        return sorted(found)

    @cached_property
    def _package_files(self) -> list[Path]:
        return [Path(name) for name in self._package_names]

    @property
    def code_files(self) -> list[str]:
        """Every file of the package, of scripts/ and of reports/."""
        folders = (self.at.code.root / "scripts", self.at.reports, self.at.assets)
        files = sorted({path for folder in folders for path in folder.rglob("*")})
        kept = (str(path) for path in files if path.is_file() and path.suffix != ".pyc")
        return [*self._package_names, *kept]

    @cached_property
    def of_code(self) -> bytes:
        """One digest over all of these and the lock."""
        whole = hashlib.sha256()
        for name in [*self.code_files, str(self.at.code.root / "requirements.lock")]:
            whole.update(name.encode() + b"\0" + self.digest(name))
        return whole.digest()

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Dotted name of every module of the package -> its file."""
        found = {}
        around = len(self.at.code.package.parent.parts)
        for path in self._package_files:
            if path.suffix == ".py":
                name = ".".join(path.parts[around:]).removesuffix(".py")
                found[name.removesuffix(".__init__")] = path
        return found

    @cached_property
    def others(self) -> dict[str, list[Path]]:
        """Name of every file of the package and of reports/ that is no module -> its places."""
        paths: dict[str, list[Path]] = {}
        # Not those of a trial, which its own report alone depends on.
        reports = sorted([*self.at.reports.glob("*"), *self.at.assets.rglob("*")])
        for path in (*self._package_files, *reports):
            if path.suffix != ".py" and path.is_file():
                paths.setdefault(path.name, []).append(path)
        return paths

    def digest(self, path: Path | str) -> bytes:
        """sha256 of a file's content; a missing file has one too, so that it can be told apart."""
        name = str(path)
        if name not in self._digests:
            try:
                with open(name, "rb", buffering=0) as file:
                    data = file.readall()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                data = b"missing"
            self._digests[name] = hashlib.sha256(data).digest()
        return self._digests[name]

    def hash(self, paths: Iterable[Path], *more: str, named: Named = lambda _: None) -> str:
        """One hash over files (by their places in the project) and further words.

        Of a registry whose names `named` knows, the entries of these names count and no others.
        """
        whole = hashlib.sha256()
        for place, path in sorted((self.place(path), path) for path in paths):
            kept = named(self._dotted.get(path, ""))
            content = self.digest(path) if kept is None else self._entries(path, kept)
            whole.update(place.encode() + b"\0" + content)
        for word in more:
            whole.update(word.encode() + b"\0")
        return whole.hexdigest()

    def _entries(self, path: Path, kept: set[str]) -> bytes:
        """sha256 of a registry with the entries of these names alone."""
        text = path.read_text(encoding="utf-8")
        lines = outside_entries(text, self._imports(path, text).entries, kept)
        return hashlib.sha256(lines.encode()).digest()

    @cached_property
    def _dotted(self) -> dict[Path, str]:
        return {path: name for name, path in self.modules.items()}

    def closure(self, start: Path, named: Named, *, room: str | None = None) -> set[Path]:
        """Every file that the code in `start` can come to use, itself included.

        `named` gives the names that are used of a module's registry, or None for all of them;
        cards lead to their modules of `room`: code that computes to formulas.
        """
        paths: set[Path] = set()
        ahead = [start]
        while ahead:
            path = ahead.pop()
            if path in paths:
                continue
            paths.add(path)
            names, _, _, files = self._leads_to(path)
            chosen = self.chosen(path, named, room=room)
            names = names | {name for module in chosen for name in self._with_parents(module)}
            ahead += [self.modules[name] for name in names]
            ahead += files
        return paths

    def chosen(self, path: Path, named: Named, *, room: str | None = None) -> set[str]:
        """The modules that a file leads to by the names that are used of its registry or cards."""
        _, registry, by_card, _ = self._leads_to(path)
        by_name = {key: [module] for key, module in registry.items()} | {
            key: [module for module in modules if room and module.startswith(f"{room}.")]
            for key, modules in by_card.items()
        }
        used = named(self._dotted.get(path, "")) if by_name else None
        keys = by_name if used is None else used & set(by_name)
        return {module for key in keys for module in by_name[key]}

    def _key(self, path: Path) -> str:
        """Content, place (relative imports depend on it) and the code that reads imports."""
        content = hashlib.sha256(self.digest(path) + self._reader).hexdigest()
        return f"{self.place(path)} {content}"

    @cached_property
    def _reader(self) -> bytes:
        return self.digest(Path(__file__))

    def place(self, path: Path) -> str:
        """Where a file stands in the project, of code where it stands in a checkout."""
        if path not in self._places:
            inside = self.at.code.place(path)
            self._places[path] = inside or path.relative_to(self.at.root).as_posix()
        return self._places[path]

    def _leads_to(self, path: Path) -> Edges:
        """Modules always used, by a name of the registry, by a card; and other files."""
        if path not in self._edges:
            text = path.read_bytes().decode("utf-8", errors="ignore")
            imports = self._imports(path, text)
            modules = {known for name in imports.names for known in self._with_parents(name)}
            registry = {key: name for key, name in imports.registry.items() if name in self.modules}
            if self._dotted.get(path) == card_modules.__name__:
                registry = card_modules.steps_of(path.with_name("cards"))
            others = self.others.items()
            files = {place for name, places in others if name in text for place in places}
            self._edges[path] = (modules, registry, imports.by_card, files - {path})
        return self._edges[path]

    def _imports(self, path: Path, text: str) -> Imports:
        key = self._key(path)
        if key not in self._known:
            package = Path(self.place(path)).parent.parts[1:]
            imports = imports_of(text, path.suffix, package)
            names = tuple(name for name in imports.names if name.partition(".")[0] == PACKAGE)
            registry = {k: v for k, v in imports.registry.items() if v.startswith(f"{PACKAGE}.")}
            self._known[key] = Imports(names, registry, imports.by_card, imports.entries)
        return self._known[key]

    def _with_parents(self, name: str) -> list[str]:
        """The modules of a dotted name: itself, if it is one, and the packages around it."""
        if name not in self._around:
            outer = name.rpartition(".")[0]
            known = [name] if name in self.modules else []
            self._around[name] = [*(self._with_parents(outer) if outer else []), *known]
        return self._around[name]
