"""What code can come to use: the static import closure.

The closure of a script has every module of the package that it can import, also inside functions,
with the packages around them; of a registry, the modules whose names the caller asks for; every
file of the package or of reports/ that one of these names; and what the cells of a report import.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.base.store import write_bytes
from trialtrace.run.jobs import imports
from trialtrace.run.jobs.imports import Imports, imports_of, outside_entries

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
            told = json.loads((self.at.root / REMEMBERED).read_text(encoding="utf-8"))
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
            write_bytes(self.at.root / REMEMBERED, json.dumps(told).encode())

    @cached_property
    def _package_names(self) -> list[str]:
        # As texts: to make and to compare a thousand paths would cost more than the reading.
        found = []
        for folder, folders, names in os.walk(self.at.root / "workflow" / PACKAGE):
            folders[:] = [name for name in folders if name != "__pycache__"]
            found += [f"{folder}/{name}" for name in names]
        return sorted(found)

    @cached_property
    def _package_files(self) -> list[Path]:
        return [Path(name) for name in self._package_names]

    @property
    def code_files(self) -> list[str]:
        """Every file of the package, of scripts/ and of reports/."""
        folders = (self.at.root / "scripts", self.at.reports)
        files = sorted(path for folder in folders for path in folder.rglob("*"))
        kept = (str(path) for path in files if path.is_file() and path.suffix != ".pyc")
        return [*self._package_names, *kept]

    @cached_property
    def of_code(self) -> bytes:
        """One digest over all of these and the lock."""
        whole = hashlib.sha256()
        for name in [*self.code_files, str(self.at.root / "requirements.lock")]:
            whole.update(name.encode() + b"\0" + self.digest(name))
        return whole.digest()

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Dotted name of every module of the package -> its file."""
        found = {}
        around = len((self.at.root / "workflow").parts)
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
        reports = sorted([*self.at.reports.glob("*"), *(self.at.reports / "assets").rglob("*")])
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
        for place, path in sorted((self._place(path), path) for path in paths):
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
        return f"{self._place(path)} {content}"

    @cached_property
    def _reader(self) -> bytes:
        return self.digest(Path(imports.__file__)) + self.digest(Path(__file__))

    def _place(self, path: Path) -> str:
        """Where a file stands in the project."""
        if path not in self._places:
            self._places[path] = str(path.relative_to(self.at.root))
        return self._places[path]

    def _leads_to(self, path: Path) -> Edges:
        """Modules always used, by a name of the registry, by a card; and other files."""
        if path not in self._edges:
            text = path.read_bytes().decode("utf-8", errors="ignore")
            imports = self._imports(path, text)
            modules = {known for name in imports.names for known in self._with_parents(name)}
            registry = {key: name for key, name in imports.registry.items() if name in self.modules}
            others = self.others.items()
            files = {place for name, places in others if name in text for place in places}
            self._edges[path] = (modules, registry, imports.by_card, files - {path})
        return self._edges[path]

    def _imports(self, path: Path, text: str) -> Imports:
        key = self._key(path)
        if key not in self._known:
            package = path.parent.relative_to(self.at.root).parts[1:]
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
