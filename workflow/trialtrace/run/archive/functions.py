"""The functions of a source file, each by a hash of what it does: remarks and layout count nothing.

So a change of code is told by the names of the functions that changed.
"""

import ast
import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import make_folder, write_bytes
from trialtrace.run.archive.shelf import Code, Manifest, Shelf
from trialtrace.run.jobs.fresh import ENDPOINT_REGISTRIES, STEP_REGISTRIES, Freshness
from trialtrace.run.jobs.stages import ANALYSE, DERIVE
from trialtrace.run.trial.endpoints.shared import EndpointEntry
from trialtrace.run.trial.instruments.shared import InstrumentEntry
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.step_names import steps

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
# What stands outside of every function; a file that is no Python.
MODULE, FILE = "(module)", "(file)"
DIGITS, FILE_DIGITS = 10, 16


class KnownFunctions:
    """The functions of every source file that a kept run could use, by the hash of the file."""

    def __init__(self, at: Project):
        self._folder = at.archive
        self._new = False

    @cached_property
    def _known(self) -> dict[str, dict[str, str]]:
        try:
            kept = json.loads(zlib.decompress(self.place.read_bytes()))
            # Of some earlier archives an entry has further keys beside its functions.
            return {
                short: each["functions"] if isinstance(each.get("functions"), dict) else each
                for short, each in kept.items()
            }
        except (OSError, zlib.error, ValueError):
            return {}

    @property
    def place(self) -> Path:
        return self._folder / "functions.json.z"

    def fault(self) -> str | None:
        """What is wrong with the file of functions, if it is there."""
        try:
            json.loads(zlib.decompress(self.place.read_bytes()))
        except OSError:
            return "is gone"
        except (zlib.error, ValueError):
            return "is not what was kept"
        return None

    def put(self, digest: str, path: Path) -> str:
        """Know the functions of a file; returns the beginning of its hash, which names them."""
        short = digest[:FILE_DIGITS]
        if short not in self._known:
            self._known[short] = functions_of(path)
            self._new = True
        return short

    def of(self, short: str | None) -> dict[str, str]:
        """Name -> hash of the functions of a file; empty where that is not known any more."""
        return self._known.get(short or "", {})

    def write(self) -> None:
        """Keep what is new."""
        if self._new:
            make_folder(self._folder, private=True)
            text = json.dumps(self._known, sort_keys=True, separators=(",", ":"))
            write_bytes(self.place, zlib.compress(text.encode(), 9), 0o600)


def functions_of(path: Path) -> dict[str, str]:
    """Name -> hash of each function of a file, and of its module level; or of the file as it is."""
    content = path.read_bytes()
    if path.suffix == ".py":
        try:
            return dict(_of_body(ast.parse(content), ""))
        except SyntaxError:
            pass
    return {FILE: hashlib.sha256(content).hexdigest()[:DIGITS]}


def _of_body(tree: ast.Module | ast.ClassDef, outer: str) -> Iterator[tuple[str, str]]:
    """The functions of a module or class, then the rest of it under its own name."""
    rest: list[str] = [ast.dump(expr) for expr in _decorated(tree)]
    for node in _without_remark(tree.body):
        if isinstance(node, ast.ClassDef):
            yield from _of_body(node, f"{outer}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, Definition):
                    inner.body = _without_remark(inner.body) or [ast.Pass()]
            yield f"{outer}{node.name}", _hash(ast.dump(node))
        else:
            rest.append(ast.dump(node))
    yield outer.removesuffix(".") or MODULE, _hash("\n".join(rest))


def _decorated(tree: ast.Module | ast.ClassDef) -> list[ast.expr]:
    """What a class is made from."""
    return [*tree.decorator_list, *tree.bases] if isinstance(tree, ast.ClassDef) else []


def _without_remark(body: list[ast.stmt]) -> list[ast.stmt]:
    """A body without its docstring."""
    first = body[0] if body else None
    remark = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if remark else body


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


# What changed in the code that a run's stages can use: the functions whose content is another.
#
# A file whose functions stand in another file as they were has moved: that is told, and changes
# none.


@dataclass(frozen=True)
class FunctionChange:
    """A function of a file: changed, new or gone; and the stages whose code it is."""

    file: str
    function: str
    how: str
    stages: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.file}: {self.function}"


def code_changes(known: KnownFunctions, old: Code, new: Code) -> Iterator[FunctionChange]:
    """Functions that are not the same, by file. A file that only one run used has all its own.

    Functions of a file that moved are held against those of the file that it was.
    """
    earlier = {file: place for place, file in moves(known, old, new).items()}
    for file in sorted(_files(old).keys() | _files(new).keys()):
        if file in earlier.values():
            continue
        before, after = _digest(old, earlier.get(file, file)), _digest(new, file)
        if before == after:
            continue
        stages = tuple(rule for rule in new if file in new[rule] or file in old.get(rule, {}))
        first, second = (known.of(one) for one in (before, after))
        for name in [*second, *(name for name in first if name not in second)]:
            if first.get(name) != second.get(name):
                how = "new" if name not in first else "gone" if name not in second else "changed"
                yield FunctionChange(file, name, how, stages)


def moves(known: KnownFunctions, old: Code, new: Code) -> dict[str, str]:
    """File of the earlier run -> file of the later, where it has moved.

    Neither run has both; most functions of the earlier file are in the later one as they were, and
    in no other file so many.
    """
    before, after = _files(old), _files(new)
    gone = {file: _functions(known, before[file]) for file in sorted(before.keys() - after.keys())}
    there: dict[tuple[str, str], list[str]] = {}
    for file in sorted(after.keys() - before.keys()):
        for function in _functions(known, after[file]):
            there.setdefault(function, []).append(file)
    found: dict[str, str] = {}
    for file, functions in gone.items():
        places = [place for function in functions for place in there.get(function, ())]
        best = max(dict.fromkeys(places), key=places.count, default=None)
        if best and best not in found.values() and 2 * places.count(best) > len(functions):
            found[file] = best
    return found


def _functions(known: KnownFunctions, digest: str) -> set[tuple[str, str]]:
    """Functions with their hashes; not the module level, which changes with what it imports."""
    return {each for each in known.of(digest).items() if each[0] not in (MODULE, FILE)}


def _files(code: Code) -> Mapping[str, str]:
    return {file: digest for files in code.values() for file, digest in files.items()}


def _digest(code: Code, file: str) -> str | None:
    return next((files[file] for files in code.values() if file in files), None)


# Whether the functions of every file of code that kept runs could use are known, and what else
# lies in the archive.

LOST = "functions that changed are then told by their files alone, as all new or gone"


def function_faults(shelf: Shelf) -> Iterator[Problem]:
    """What is wrong with archive/functions.json.z, as far as the runs of a trial need it; and files
    beside it that are nobody's."""
    known, at = KnownFunctions(shelf.at), shelf.at
    runs = shelf.names()
    if runs and (fault := known.fault()):
        yield Problem(at.shown(known.place), fault, do=f"bring it back from a copy: {LOST}")
        return
    lacking: set[str] = set()
    for run in runs:
        try:
            code = shelf.code_of(shelf.manifest(run))
        except UserError:
            continue  # told of the run itself
        short = {digest for files in code.values() for digest in files.values()}
        lacking |= {one for one in short if not known.of(one)}
    if lacking:
        files = "the file" if len(lacking) == 1 else f"{len(lacking)} files"
        yield Problem(
            at.shown(known.place),
            f"has not the functions of {files} of code that runs of {shelf.trial} could use",
            do=f"bring it back from a copy: {LOST}",
        )
    beside = (path for path in at.archive.glob("*") if path.is_file() and path != known.place)
    yield from (Problem(at.shown(path), "belongs to no kept run") for path in sorted(beside))


# By stage and by what: file -> the steps, or endpoints, that can come to use it.
Own = dict[str, dict[str, dict[str, list[str]]]]


def own_code(fresh: Freshness, trial: str) -> bytes:
    """The files of the stages that are not every number's, for an object of the archive."""
    data: Own = {}
    place = fresh.sources.place
    whole = fresh.trial(trial)
    by_step = {
        step: {key: {step, card_of(step).family} for key in STEP_REGISTRIES}
        for step in steps(whole)
    }
    by_endpoint = {
        name: {key: _entry_names(endpoint.entry) for key in ENDPOINT_REGISTRIES}
        for name, endpoint in whole.endpoints.items()
    }
    for rule in (DERIVE, ANALYSE):
        files = partial(fresh.code_files, rule, trial)
        data[rule] = {"endpoints": _by_name(files, ENDPOINT_REGISTRIES, by_endpoint, place)}
        if rule == ANALYSE:
            data[rule]["steps"] = _by_name(files, STEP_REGISTRIES, by_step, place)
    return json.dumps(data, sort_keys=True).encode()


def _entry_names(entry: EndpointEntry) -> set[str]:
    """By which names registries know an entry: its kind, and its instrument."""
    instrument = {entry.instrument} if isinstance(entry, InstrumentEntry) else set()
    return {entry.kind, *instrument}


def _by_name(
    files: Callable[[Mapping[str, set[str]]], set[Path]],
    registries: Iterable[str],
    names: Mapping[str, Mapping[str, set[str]]],
    place: Callable[[Path], str],
) -> dict[str, list[str]]:
    """File -> names that alone lead to it."""
    shared = files({key: set() for key in registries})
    texts: dict[str, list[str]] = {}
    for name, only in sorted(names.items()):
        for path in files(only) - shared:
            texts.setdefault(place(path), []).append(name)
    return dict(sorted(texts.items()))


@dataclass(frozen=True)
class OwnCode:
    """The files of two runs' code that are not every number's."""

    told: tuple[Own, ...]

    @classmethod
    def of(cls, runs: Iterable[tuple[Shelf, Manifest]]) -> "OwnCode":
        """What runs were kept with."""
        found: list[Own] = [json.loads(shelf.file(kept["own"])) for shelf, kept in runs]
        return cls(tuple(found))

    def concerns(
        self, change: FunctionChange, stages: Collection[str], used: Mapping[str, Collection[str]]
    ) -> bool:
        """Whether a number can come to use a changed function in one of the stages.

        `used` has the steps and endpoints of the number.
        """
        return any(
            self.in_stage(stage, change.file, used) for stage in change.stages if stage in stages
        )

    @cached_property
    def steps(self) -> set[str]:
        """Every step that alone leads to some file."""
        stages = (stage for own in self.told for stage in own.values())
        by_file = (stage.get("steps", {}).values() for stage in stages)
        return {name for files in by_file for names in files for name in names}

    def in_stage(self, stage: str, file: str, used: Mapping[str, Collection[str]]) -> bool:
        """Whether a number can come to use a file in a stage."""
        known = [
            (by, names[file])
            for own in self.told
            for by, names in own.get(stage, {}).items()
            if file in names
        ]
        return not known or any({*used[by]} & {*names} for by, names in known)
