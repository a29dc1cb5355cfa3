"""A trial with one thing changed: is it harmless, does it stop the run, or does `diff` name it?

Every case is the trial of the tests with one raw cell, one line of configuration or one line of
code changed at random, by the seed and its number alone. Its stages run as jobs of the workflow
would call them. Cases that were tried stand in logs/; the same call goes on after them.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from mutated.changes import CODE, KINDS, Change, Files, draw
from mutated.outcome import (
    BASE,
    ENDED,
    OUTCOMES,
    SEEN,
    TRIAL,
    UNEXPLAINED,
    Outcome,
    forked,
    judge,
    keep,
    put,
    restore,
    run_stages,
)
from record import ROOT, circumstances, table, write_section

TITLE = "Mutation of a trial"
LOG = ROOT / "logs" / "mutate_trial.jsonl"
SEED = 16
LIMIT = 60.0
COPIED = ("workflow", "scripts")
# What every stage loads of others' code; of the package nothing, since its code is changed.
WARM = ("numpy", "pyarrow.parquet", "pyarrow.compute", "scipy.stats", "scipy.optimize", "yaml")
WARM += ("jsonschema", "pandas", "statsmodels.api", "openpyxl")


@dataclass(frozen=True)
class Tried:
    """A case and what came of it."""

    number: int
    kind: str
    place: str
    what: str
    outcome: str
    words: str


class Bench:
    """A copy of the code with the trial of the tests in it, run once and kept."""

    def __init__(self, folder: Path):
        self.root = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy2(ROOT / "requirements.lock", folder)
        self._here, there = get_context("fork").Pipe()
        self._keeper = get_context("fork").Process(target=_serve, args=(folder, there), daemon=True)
        self._keeper.start()
        self.files = self._answer()
        assert isinstance(self.files, Files)

    def close(self) -> None:
        self._here.send(None)
        self._keeper.join()

    def case(self, number: int, seed: int) -> Tried:
        """One change, its run and its judgement; then everything is as it was."""
        change = draw(self.root, self.files, number, seed)
        path = self.root / change.file
        content, times = path.read_bytes(), path.stat()
        restore(self.root)
        put(path, change.content.encode())
        try:
            if change.kind == CODE:
                outcome = forked(lambda: run_stages(self.root), LIMIT)
                outcome = self._ask("judge", change) if outcome.name == ENDED else outcome
            else:
                outcome = self._ask("run", change)
        finally:
            path.write_bytes(content)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        place = f"{change.file}:{change.line}{f' {change.name}' if change.name else ''}"
        words = outcome.words.replace(str(self.root), "…")
        return Tried(number, change.kind, place, change.what, outcome.name, words)

    def _ask(self, how: str, change: Change) -> Outcome:
        self._here.send((how, change))
        outcome = self._answer()
        assert isinstance(outcome, Outcome)
        return outcome

    def _answer(self) -> object:
        answer = self._here.recv()
        if isinstance(answer, str):
            sys.exit(answer)
        return answer


def _serve(root: Path, pipe: Connection) -> None:
    """The process that has the package as it is: runs and judges, each case in a child."""
    try:
        pipe.send(_first_run(root))
    except Exception as error:  # noqa: BLE001 - told by the process that asked
        pipe.send(f"the trial does not run: {error}")
        return
    while asked := pipe.recv():
        how, change = asked
        outcome = Outcome(ENDED)
        if how == "run":
            outcome = forked(lambda: run_stages(root), LIMIT)
        if outcome.name == ENDED:
            outcome = forked(lambda change=change: judge(root, change), LIMIT)
        pipe.send(outcome)


def _first_run(root: Path) -> Files:
    """The trial written, run and kept; what may be changed of it."""
    sys.path[:0] = [str(root / "workflow"), str(ROOT / "tests" / "helpers")]
    from mini_run import write_mini

    from trialtrace.archive.shelf import Shelf

    at = write_mini(root)
    settings = at.config / "config.yaml"
    settings.write_text(settings.read_text().replace("by_source", "full"))
    run_stages(root)
    keep(root)
    for name in SEEN:
        (root / BASE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(at.results / TRIAL / name, root / BASE / name)
    shutil.copytree(root / "archive", root / "archive.base")
    shelf = Shelf(at, TRIAL)
    manifest = shelf.manifest(shelf.log()[0]["run"])
    code = {name for files in shelf.code_of(manifest).values() for name in files}
    return Files(
        ("data/export.csv", "data/events.csv"),
        tuple(sorted(name for name in manifest["files"] if name.startswith("config/"))),
        tuple(
            sorted(name for name in code if name.startswith("workflow/") and name.endswith(".py"))
        ),
    )


def campaign(numbers: Iterable[int], seed: int, seconds: float) -> Iterator[Tried]:
    """The cases, one after the other, until the time is over."""
    for name in WARM:
        __import__(name)
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder).resolve())
        try:
            for number in numbers:
                if time.monotonic() > ends:
                    return
                yield bench.case(number, seed)
        finally:
            bench.close()


# --- what was tried before


def state() -> str:
    """A hash over all that a case depends on: the package, this campaign and its trial."""
    whole = hashlib.sha256()
    folders = ("workflow/trialtrace", "workflow/schemas", "campaigns/mutated")
    paths = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    paths += [ROOT / "campaigns/mutants.py", *(ROOT / "tests/helpers").glob("mini_*.py")]
    for path in sorted(path for path in paths if "__pycache__" not in path.parts):
        whole.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def tried_before(log: Path, head: dict[str, object]) -> list[Tried]:
    """The cases of a log of the same seed and code; of another one none."""
    lines = log.read_text().splitlines() if log.exists() else []
    if not lines or json.loads(lines[0]) != head:
        return []
    return [Tried(**json.loads(line)) for line in lines[1:]]


def go_on(log: Path, cases: int, seed: int, seconds: float) -> list[Tried]:
    """The cases that a log has, then those that it lacks, each noted as it ends."""
    head: dict[str, object] = {"seed": seed, "state": state()}
    found = tried_before(log, head)
    log.parent.mkdir(exist_ok=True)
    log.write_text("".join(json.dumps(one) + "\n" for one in (head, *map(asdict, found))))
    done = {one.number for one in found}
    with log.open("a") as noted:
        for one in campaign((n for n in range(cases) if n not in done), seed, seconds):
            found.append(one)
            print(json.dumps(asdict(one)), file=noted, flush=True)
            if one.outcome == UNEXPLAINED:
                print(line(one), flush=True)
    return sorted((one for one in found if one.number < cases), key=lambda one: one.number)


# --- the page


def line(one: Tried) -> str:
    """A case in a line."""
    words = " ".join(one.words.split())
    return f"{one.number}: {one.kind}, {one.place}: {one.what}: {one.outcome}. {words}".strip()


def report(found: list[Tried], how: str) -> str:
    counts = Counter((one.kind, one.outcome) for one in found)
    rows = [
        (kind, sum(counts[kind, name] for name in OUTCOMES), *(counts[kind, n] for n in OUTCOMES))
        for kind in KINDS
    ]
    rows.append(("all", *(sum(row[at] for row in rows) for at in range(1, len(OUTCOMES) + 2))))
    faults = [f"- {line(one)}" for one in found if fault(one)]
    listed = "\n".join(["Which ended as none may:", "", *faults]) if faults else "None is open."
    return "\n\n".join(
        (f"{circumstances()} {how}", table(("changed", "cases", *OUTCOMES), rows), listed)
    )


def fault(one: Tried) -> bool:
    """Whether no case may end so: unexplained, or without a message where code is as it was."""
    return one.outcome == UNEXPLAINED or (
        one.kind != CODE and one.outcome in ("crashed", "out of time")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="how many cases in all")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop then; call again to go on")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--case", type=int, help="this case alone, shown; nothing is written")
    parser.add_argument("--dry", action="store_true", help="print the section, do not write it")
    parser.add_argument("--log", type=Path, default=LOG, help="where cases are noted")
    chosen = parser.parse_args()
    if chosen.case is not None:
        print(*(line(one) for one in campaign([chosen.case], chosen.seed, 1e9)), sep="\n")
        return
    found = go_on(chosen.log, chosen.cases, chosen.seed, chosen.seconds)
    how = f"Seed {chosen.seed}, {len(found)} cases."
    print(report(found, how)) if chosen.dry else write_section(TITLE, report(found, how))
    sys.exit(any(map(fault, found)))


if __name__ == "__main__":
    main()
