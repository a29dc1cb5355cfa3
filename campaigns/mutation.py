"""Small faults in the package, drawn by lot from every line of it: do the tests see them?

python campaigns/mutation.py --sample 150 --seed 1
goes on where it was stopped (build/mutation.SEED.jsonl).

Each mutant is run in a copy of the checkout with the tests that can reach its module: those that
import it first, then those that have its words, then by how few modules they reach. Tests that need
R, SLURM, a browser or an office program are left out, and so are whole runs.
"""

import argparse
import ast
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path

from mutants import Mutant, mutants
from record import ROOT, circumstances, copy_checkout, table
from trialtrace.base.paths import Project
from trialtrace.run.jobs.closure import FORMULAS, Sources, imports_of

PACKAGE = Path("workflow/trialtrace")
# Modules that tests import by their plain name.
HELPERS = ("tests/helpers", "campaigns", "docs")
# What compares pages with the source and would see any change of a text, and whole runs.
LEFT_OUT = ("tests/workflow/", "tests/results/", "tests/spec/docs/", "tests/oracle/test_rerun_r.py")
MARKS = "not r and not slurm and not chromium and not libreoffice and not quarto"


@dataclass
class Tried:
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
        self.sources = Sources(Project(root))
        self.helpers = {p.stem: p for name in HELPERS for p in (root / name).rglob("*.py")}

    @cached_property
    def tests(self) -> list[Path]:
        every = sorted((self.root / "tests").rglob("test_*.py"))
        return [p for p in every if not str(p.relative_to(self.root)).startswith(LEFT_OUT)]

    def _around(self, test: Path) -> Iterator[Path]:
        """A test, the helpers that it names, and those of its folders."""
        ahead, seen = [test, *(p / "conftest.py" for p in test.parents)], set()
        while ahead:
            path = ahead.pop()
            if path in seen or not path.is_file() or self.root not in path.parents:
                continue
            seen.add(path)
            yield path
            names = {
                name.partition(".")[0] for name in imports_of(path.read_text(), ".py", ()).names
            }
            ahead += [self.helpers[name] for name in names & set(self.helpers)]
            ahead += [path.parent / f"{name}.py" for name in names]

    @cache  # noqa: B019 - one of these lives as long as the campaign
    def of(self, test: Path) -> tuple[set[Path], set[Path]]:
        """The modules that a test imports, and those that it reaches."""
        direct: set[Path] = set()
        for path in self._around(test):
            text = path.read_text()
            names = imports_of(text, ".py", ()).names
            direct |= {self.sources.modules[n] for n in names if n in self.sources.modules}
            if '"trialtrace"' in text:  # as a command
                direct.add(self.sources.modules["trialtrace.cli"])
        closures = (self._closure(path) for path in direct)
        return direct, set().union(*closures)

    @cache  # noqa: B019
    def _closure(self, path: Path) -> set[Path]:
        return self.sources.closure(path, lambda _: None, room=FORMULAS)

    def to(self, module: str) -> list[str]:
        path, words = self.root / PACKAGE / module, _words(Path(module))
        reaching = [test for test in self.tests if path in self.of(test)[1]]
        texts = {test: test.read_text() for test in reaching}
        named: Counter[Path] = Counter()
        for name in _names(path.read_text()):
            naming = [test for test, text in texts.items() if name in text]
            named.update(dict.fromkeys(naming, 1 / max(1, len(naming))))
        places = {test: test.relative_to(self.root) for test in reaching}
        near = [
            (
                path not in self.of(test)[0],
                -named[test] - len(words & _words(places[test])),
                len(self.of(test)[1]),
                str(places[test]),
            )
            for test in reaching
        ]
        return [name for *_, name in sorted(near)]


def _names(source: str) -> set[str]:
    """What a module defines or says by a name that a test may have: functions, keys, checks."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    whole = {text for text in texts if isinstance(text, str) and re.fullmatch(r"[\w.]{6,}", text)}
    return whole | {name for name in defined if len(name) > 5}


def _words(place: Path) -> set[str]:
    """The words of a path, singular."""
    return {word.rstrip("s") for name in place.with_suffix("").parts for word in name.split("_")}


def run_tests(copy: Path, tests: list[str], limit: float) -> tuple[str, str]:
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
    if done.returncode == 0:
        return "survived", f"{len(tests)} files"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "killed", failed[0].split(" - ")[0] if failed else done.stdout[-200:]


def fate(copy: Path, module: str, mutant: Mutant, tests: list[str], limit: float) -> Tried:
    path = copy / PACKAGE / module
    kept = path.read_bytes()
    path.write_text(mutant.source)
    try:
        told = run_tests(copy, tests, limit) if tests else ("survived", "0 files")
    finally:
        path.write_bytes(kept)
    return Tried(module, mutant.line, mutant.before, mutant.after, *told)


def draw(sources: dict[str, str], sample: int, seed: int) -> list[tuple[str, Mutant]]:
    """A sample without replacement of the mutants of all modules, in the order of the lot."""
    places = [
        (name, place)
        for name, source in sorted(sources.items())
        for place in range(sum(1 for _ in mutants(source)))
    ]
    chosen = random.Random(seed).sample(places, min(sample, len(places)))
    return [(name, list(mutants(sources[name]))[place]) for name, place in chosen]


def campaign(root: Path, chosen: argparse.Namespace) -> list[Tried]:
    sources = {
        str(path.relative_to(root / PACKAGE)): path.read_text()
        for path in sorted((root / PACKAGE).rglob("*.py"))
    }
    record = ROOT / "build" / f"mutation.{chosen.seed}.jsonl"
    record.parent.mkdir(exist_ok=True)
    lines = record.read_text().splitlines() if record.exists() else []
    tried = [Tried(**json.loads(line)) for line in lines]
    reach = Reach(root)
    with tempfile.TemporaryDirectory() as folder, record.open("a") as log:
        copy = Path(folder) / "copy"
        copy_checkout(copy)
        for module, mutant in draw(sources, chosen.sample, chosen.seed)[len(tried) :]:
            tests = reach.to(module)[: chosen.files]
            tried.append(fate(copy, module, mutant, tests, chosen.limit))
            print(json.dumps(asdict(tried[-1])), file=log, flush=True)
            print(f"{module}:{mutant.line}: {tried[-1].fate} ({tried[-1].by})", flush=True)
    return tried


def report(tried: list[Tried], how: str) -> str:
    rooms = Counter((each.module.split("/")[0], each.fate) for each in tried)
    fates = ("killed", "out of time", "survived")
    rows = [
        (f"`{room}`", *(rooms[room, each] for each in fates))
        for room in sorted({room for room, _ in rooms})
    ]
    rows.append(("all", *(sum(row[place] for row in rows) for place in (1, 2, 3))))
    listed = [
        f"- `{each.module}` line {each.line}: `{each.before}` → `{each.after}`"
        for each in tried
        if each.fate == "survived"
    ]
    survivors = "\n".join(listed) if listed else "None survived."
    return (
        f"{circumstances()} {how}\n\n{table(('wing', *fates), rows)}\n\nSurvivors:\n\n{survivors}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=150, help="mutants to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=900, help="seconds for a mutant's tests")
    parser.add_argument("--files", type=int, default=20, help="files of tests for a mutant")
    chosen = parser.parse_args()
    began = time.perf_counter()
    tried = campaign(ROOT, chosen)
    seconds = time.perf_counter() - began
    print(report(tried, f"Seed {chosen.seed}. {seconds:.0f} seconds."))


if __name__ == "__main__":
    main()
