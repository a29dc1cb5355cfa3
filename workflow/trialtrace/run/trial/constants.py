"""Constants that a trial declares: values that a rule takes from the configuration or from a table.

Each is a key of a shape that says so (`key(…, constant="…")`), or a table of the project that an
endpoint reads (norms, conversion factors). The list follows from endpoints.yaml and the tables, so
that nothing is told twice.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.project_table import read_rows, table_path
from trialtrace.base.config.spec import is_shape, items_of, keys_of, mapping_of
from trialtrace.base.errors import Problems
from trialtrace.base.paths import Project
from trialtrace.run.trial.endpoints.norms import Conversions, Norms
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.model import with_parents
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.model import Endpoint

DECLARED = "ours: endpoints.yaml names no source"
COLUMNS = {table.folder: table.columns for table in (Conversions, Norms)}
TITLES = {Conversions.folder: "conversion factors", Norms.folder: "normal values"}


@dataclass(frozen=True)
class Constant:
    """A declared value: what it is, the entry that declares it, where it stands, its source.

    `line` is that of endpoints.yaml; of a table of the project `file` is that, `sha256` its hash.
    """

    entry: str
    what: str
    value: str
    file: str
    line: int
    key: str
    source: str
    sha256: str = ""

    @property
    def told(self) -> str:
        """ "Ct that counts as not detected: 40"."""
        return f"{self.what}: {self.value}"


class Constants:
    """The constants of a trial's endpoints; each file is read once."""

    def __init__(self, trial: "Trial"):
        self.trial = trial
        self._own: dict[str, list[Constant]] = {}
        self._tables: dict[tuple[str, str], _Table] = {}
        self._behind: dict[tuple[str, ...], list[Constant]] = {}

    @property
    def every(self) -> list[Constant]:
        """Those of all endpoints, in their order, each once."""
        return self._of(self.trial.endpoints)

    def behind(self, names: Iterable[str]) -> list[Constant]:
        """Those that endpoints rest on, by themselves and through what they are made from: of many
        numbers the same, found once."""
        asked = tuple(names)
        if asked not in self._behind:
            found = self.endpoints(asked)
            self._behind[asked] = self._of(name for name in self.trial.endpoints if name in found)
        return self._behind[asked]

    def endpoints(self, names: Iterable[str]) -> set[str]:
        """Endpoints with those that they are made from."""
        own = (endpoint.name for name in names for endpoint in self.trial.family(name))
        return with_parents(own, self.trial.endpoints)

    def _of(self, names: Iterable[str]) -> list[Constant]:
        return list(dict.fromkeys(analysis for name in names for analysis in self._declared(name)))

    def _declared(self, name: str) -> list[Constant]:
        endpoint = self.trial.endpoints[name]
        entry = endpoint.family or name
        if entry not in self._own:
            self._own[entry] = list(self._made(entry, endpoint))
        return self._own[entry]

    def _made(self, entry: str, endpoint: "Endpoint") -> Iterator[Constant]:
        at, own = self.trial.at, endpoint.entry.source
        source = own or DECLARED
        if isinstance(endpoint.entry, InstrumentEntry):
            about = endpoint.entry.declared
            by = own or "declared by the trial"
            source = f"{by}, for {about.title}: {about.source}"
        for path, what, value in declared_in(endpoint.entry):
            key = (entry, *path)
            line = self._lines.get(key, self._lines.get((entry,), 1))
            yield Constant(entry, what, value, at.shown(self._file), line, ".".join(key), source)
        for folder, name in endpoint.entry.project_tables:
            if (folder, name) not in self._tables:
                self._tables[folder, name] = _table(at, folder, name)
            table = self._tables[folder, name]
            line = self._lines.get((entry,), 1)
            constants = TITLES[folder], table.told, table.shown
            yield Constant(entry, *constants, line, name, table.source, table.sha256)

    @property
    def _file(self) -> Path:
        return self.trial.at.trial_config(self.trial.name) / "endpoints.yaml"

    @property
    def _lines(self) -> dict[Path_, int]:
        return self.trial.lines("endpoints")


def endpoints_behind(
    trial: "Trial", analysis: str, parameter: str | None, population: str, options: object
) -> list[str]:
    """The endpoints that a result rests on, by its columns: its own, those of its analysis, those
    that its options name, and those by which its population is chosen."""
    if analysis == PLANNING:
        return _of_population(trial, population)
    planned = trial.plan.analyses
    named = [parameter] if parameter else []
    if parameter in planned:
        named = list(planned[parameter].estimand.variables)
    elif analysis in planned and parameter is None:
        named = list(planned[analysis].estimand.variables)
    named += list(_texts(options))
    known = {endpoint.family for endpoint in trial.endpoints.values()} | set(trial.endpoints)
    own = [name for name in dict.fromkeys(named) if name in known]
    return [*own, *_of_population(trial, population)]


def _of_population(trial: "Trial", name: str) -> list[str]:
    declared = trial.populations.get(name)
    if declared is None:
        return []
    by_arm = [end for arm in declared.by_arm.values() for end in arm.endpoints]
    return [*declared.endpoints, *by_arm]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def declared_in(
    value: object, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(keys, what it is, value) of the keys of a shape that are constants, and of shapes in it."""
    about = keys_of(type(value)) if is_shape(type(value)) else {}
    for name, inner in items_of(value).items() if about else ():
        what = about[name].metadata.get("constant", "")
        if what and not is_shape(type(inner)) and inner != "rows":
            words = about[name].metadata.get("words")
            yield (*path, name), what, words(inner) if words else _text(mapping_of(inner))
        elif is_shape(type(inner)):
            yield from (
                (keys, told or what, text) for keys, told, text in declared_in(inner, (*path, name))
            )


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("_", " ")


@dataclass(frozen=True)
class _Table:
    """A table of the project: where it stands, its hash, its versions and sources."""

    shown: str
    told: str
    source: str
    sha256: str


def _table(at: Project, folder: str, name: str) -> _Table:
    path, problems = table_path(at, folder, name), Problems()
    rows = [row.cells for row in read_rows(at, folder, name, COLUMNS[folder], problems)]
    problems.raise_if_any()
    versions = list(dict.fromkeys(row["version"] for row in rows if "version" in row))
    text = f"table {name}, {len(rows)} rows"
    text += f", version {', '.join(versions)}" if versions else ""
    source = "; ".join(dict.fromkeys(row["source"] for row in rows))
    if any(row["verified"] == "no" for row in rows):
        source += "; not verified: not at hand"
    return _Table(at.shown(path), text, source, hashlib.sha256(path.read_bytes()).hexdigest())
