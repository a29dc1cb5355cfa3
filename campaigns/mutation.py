"""Small faults in the rooms that stay, drawn by lot: do the tests of `make test` see them?

python campaigns/mutation.py --each 50 --seed 1          50 mutants of every room
python campaigns/mutation.py --each 60 --seed 3 --paths stats/continuous report/render
goes on where it was stopped and writes build/mutants-SEED.csv: module, line, what it was and what
it became, its fate, and the first test that killed it. The lot is drawn from the rooms as they are
now.

Each mutant is run in a copy of the checkout with the files of tests that can reach its module,
those that import it first, then those that share most of its names; R's numbers before all, where
it is of the statistics. Files of whole runs are left out.
"""

import argparse
import ast
import csv
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property
from pathlib import Path

from mutants import Mutant, mutants
from record import ROOT, copy_checkout, table

PACKAGE = Path("workflow/trialtrace")
ROOMS = {
    "stats": ("stats",),
    "cleaning": ("run/cleaning",),
    "endpoints": ("run/endpoints",),
    "analysing": ("run/methods",),
    "claims": ("run/claims",),
    "trace": ("run/trace",),
    "disclosure": ("run/disclosure",),
    "jobs": ("run/jobs",),
}
# The second computations are no result: a fault in one stops a run, and that is their test.
LEFT_OUT = re.compile(r"run/methods/(\w+/check|checking/)|run/methods/planning/check")
MARKS = "not full and not r and not slurm and not chromium and not libreoffice and not quarto"
ORACLE = "tests/oracle/test_oracle.py"
WHOLE_RUNS = ("tests/workflow/", "tests/results/")


@dataclass(frozen=True)
class Tried:
    room: str
    module: str
    line: int
    before: str
    after: str
    fate: str
    # The test that saw it, or how many files of tests did not.
    by: str


class Reach:
    """Which files of tests can come to use a module, the nearest first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = {
            ".".join(p.relative_to(root / "workflow").with_suffix("").parts): p
            for p in (root / PACKAGE).rglob("*.py")
        }
        self.helpers = {p.stem: p for p in (root / "tests/helpers").rglob("*.py")}

    @cached_property
    def tests(self) -> list[Path]:
        every = sorted((self.root / "tests").rglob("test_*.py"))
        return [p for p in every if not str(p.relative_to(self.root)).startswith(WHOLE_RUNS)]

    @cache  # noqa: B019 - one of these lives as long as the campaign
    def _imports(self, path: Path) -> tuple[set[Path], set[str]]:
        """Modules of the package that a file names, in imports or as a text, and other imports."""
        own: set[Path] = set()
        other: set[str] = set()
        for name in _imported(path.read_text()):
            if name.startswith("*."):
                own |= {p for module, p in self.modules.items() if module.endswith(name[1:])}
                continue
            while name and name not in self.modules and name.startswith("trialtrace."):
                name = name.rpartition(".")[0]
            own |= {self.modules[name]} if name in self.modules else set()
            other |= {name.partition(".")[0]}
        return own, other

    def _closure(self, ahead: list[Path]) -> set[Path]:
        seen: set[Path] = set()
        while ahead:
            path = ahead.pop()
            if path not in seen:
                seen.add(path)
                ahead += self._imports(path)[0]
        return seen

    @cache  # noqa: B019
    def of(self, test: Path) -> tuple[set[Path], set[Path]]:
        """The modules that a test and its helpers import, and those that it reaches."""
        around = [test, *(p / "conftest.py" for p in test.parents if self.root in p.parents)]
        seen: set[Path] = set()
        while around:
            path = around.pop()
            if path.is_file() and path not in seen:
                seen.add(path)
                names = self._imports(path)[1]
                around += [self.helpers[name] for name in names & set(self.helpers)]
                around += [path.parent / f"{name}.py" for name in names]
        direct = set().union(*(self._imports(path)[0] for path in seen))
        return direct, self._closure(list(direct))

    def to(self, module: str) -> list[str]:
        path = self.root / PACKAGE / module
        reaching = [test for test in self.tests if path in self.of(test)[1]]
        texts = {test: test.read_text() for test in reaching}
        named: Counter[Path] = Counter()
        for name in _names(path.read_text()):
            naming = [test for test, text in texts.items() if name in text]
            named.update(dict.fromkeys(naming, 1 / max(1, len(naming))))

        def distance(test: Path) -> tuple[bool, bool, float, int, str]:
            place = str(test.relative_to(self.root))
            shared = len(_words(Path(module)) & _words(Path(place)))
            direct, reached = self.of(test)
            # R's numbers are of the public functions: no name of a module beneath is in the oracle.
            beside_r = module.startswith("stats/") and place == ORACLE
            return not beside_r, path not in direct, -named[test] - shared, len(reached), place

        return [str(test.relative_to(self.root)) for test in sorted(reaching, key=distance)]


def _imported(source: str) -> Iterator[str]:
    """Names of modules in a source, also those that a registry has as a text, module:function."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str() as module):
                yield module
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.Constant(value=str() as text) if re.fullmatch(
                r"\.?[a-z_]+(\.\w+)+(:\w+)?", text
            ):
                yield "*." + text.partition(":")[0].removeprefix("trialtrace.").lstrip(".")


def _names(source: str) -> set[str]:
    """What a module defines or says by a name that a test may have: functions, keys, codes."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    whole = {text for text in texts if isinstance(text, str) and re.fullmatch(r"[\w.]{6,}", text)}
    return whole | {name for name in defined if len(name) > 5}


def _words(place: Path) -> set[str]:
    """The words of a path, singular."""
    return {word.rstrip("s") for name in place.with_suffix("").parts for word in name.split("_")}


def run_tests(copy: Path, tests: Sequence[str], limit: float) -> tuple[str, str]:
    """What becomes of the copy under these tests, and by what."""
    words = ("-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", MARKS, *tests)
    # What tests that are stopped leave behind goes with the copy.
    variables = {"PYTHONPATH": str(copy / "workflow"), "TMPDIR": str(copy.parent)}
    variables |= {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=copy,
            env=os.environ | variables,
            timeout=limit,
            capture_output=True,
            text=True,
        )
    except subprocess.TimeoutExpired:
        return "out of time", f"{limit:.0f} s"
    if done.returncode in (0, 5):  # 5: no test but of a left-out kind
        return "survived", f"{len(tests)} files"
    if done.returncode not in (1, 2):
        raise RuntimeError(done.stdout + done.stderr)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "killed", failed[0].split(" - ")[0] if failed else done.stdout[-200:]


def try_mutant(copy: Path, module: str, mutant: Mutant, tests: list[str], limit: float):
    """Fate and killer of a mutant, whose place in the copy is as before afterwards.

    The nearest files are run first, by themselves: most mutants die there, and only what survives
    pays for loading the others.
    """
    path = copy / PACKAGE / module
    kept = path.read_bytes()
    path.write_text(mutant.source)
    try:
        for part in (tests[:3], tests[3:]):
            fate, by = run_tests(copy, part, limit) if part else ("survived", "0 files")
            if fate != "survived":
                return fate, by
    finally:
        path.write_bytes(kept)
    return "survived", f"{len(tests)} files"


def draw(sources: dict[str, str], sample: int, seed: int) -> list[tuple[str, Mutant]]:
    """A sample without replacement of the mutants of all modules, in the order of the lot."""
    places = [
        (name, place)
        for name, source in sorted(sources.items())
        for place in range(sum(1 for _ in mutants(source)))
    ]
    chosen = random.Random(seed).sample(places, min(sample, len(places)))
    return [(name, list(mutants(sources[name]))[place]) for name, place in chosen]


def _modules(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def sources_of(root: Path, folders: Sequence[str]) -> dict[str, str]:
    package = root / PACKAGE
    found = {
        path.relative_to(package).as_posix(): path.read_text()
        for folder in folders
        for path in _modules(package / folder)
    }
    return {name: text for name, text in found.items() if not LEFT_OUT.search(name)}


def drawn(
    rooms: dict[str, tuple[str, ...]], chosen: argparse.Namespace
) -> list[tuple[str, str, Mutant]]:
    """The mutants of every room, rooms in turn: a campaign that is stopped has some of each."""
    lots = {
        room: draw(sources_of(ROOT, folders), chosen.each, chosen.seed)
        for room, folders in rooms.items()
    }
    return [
        (room, *lot[place])
        for place in range(chosen.each)
        for room, lot in lots.items()
        if place < len(lot)
    ]


def campaign(chosen: argparse.Namespace) -> list[Tried]:
    rooms = {"paths": tuple(chosen.paths)} if chosen.paths else ROOMS
    record = ROOT / "build" / f"mutants-{chosen.seed}.csv"
    record.parent.mkdir(exist_ok=True)
    tried: list[Tried] = []
    if record.exists():
        with record.open(newline="") as file:
            tried = [Tried(**row | {"line": int(row["line"])}) for row in csv.DictReader(file)]
    done = {(each.module, each.line, each.before, each.after) for each in tried}
    reach = Reach(ROOT)
    with tempfile.TemporaryDirectory() as folder, record.open("a", newline="") as file:
        log = csv.DictWriter(file, [field.name for field in fields(Tried)])
        if not tried:
            log.writeheader()
        copy = Path(folder) / "copy"
        copy_checkout(copy)
        for part in (".venv", ".venv-slurm"):
            if (ROOT / part).exists():
                (copy / part).symlink_to(ROOT / part)
        for room, module, mutant in drawn(rooms, chosen):
            if (module, mutant.line, mutant.before, mutant.after) in done:
                continue
            tests = reach.to(module)[: chosen.files]
            fate, by = try_mutant(copy, module, mutant, tests, chosen.limit)
            each = Tried(room, module, mutant.line, mutant.before, mutant.after, fate, by)
            tried.append(each)
            log.writerow(asdict(each))
            file.flush()
            print(f"{room} {module}:{each.line}: {fate} ({by})", flush=True)
        shutil.rmtree(copy)
    return tried


def report(tried: list[Tried]) -> str:
    fates = ("killed", "out of time", "survived")
    count = Counter((each.room, each.fate) for each in tried)
    rows = []
    for room in dict.fromkeys(each.room for each in tried):
        row = [count[room, fate] for fate in fates]
        rows.append((room, *row, f"{(row[0] + row[1]) / sum(row):.0%}"))
    whole = [sum(row[place] for row in rows) for place in (1, 2, 3)]
    rows.append(("all", *whole, f"{(whole[0] + whole[1]) / max(1, sum(whole)):.1%}"))
    return table(("room", *fates, "seen"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=50, help="mutants of a room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--paths", nargs="*", help="folders or modules in place of the rooms")
    parser.add_argument("--limit", type=float, default=300, help="seconds for a mutant's tests")
    parser.add_argument("--files", type=int, default=12, help="files of tests for a mutant")
    print(report(campaign(parser.parse_args())))


if __name__ == "__main__":
    main()
