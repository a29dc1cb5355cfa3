"""Spoiled exports: is what is wrong with an export told before anyone reads its results?

Every case is a good export of a shipped trial with one thing wrong, made from the seed and its
number alone. Most can be detected from the export and its configuration; the others are legal
exports still, of which only the share is measured that something tells.
"""

import argparse
import pickle
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from record import ROOT, circumstances, committed, table
from spoiled.cases import DETECTABLE, LEGAL, SEED, Case, make_case
from spoiled.export import Export
from spoiled.good import good_export
from spoiled.outcome import OUTCOMES, WANTED, Made, Outcome, judge, limit, run_good

CLASSES = {True: "detectable", False: "still legal"}
LIMIT = 120
MEMORY = 6 * 2**30
FAULTS = ("traceback", "out of time")
T = TypeVar("T")


@dataclass(frozen=True)
class Tried:
    number: int
    kind: str
    detectable: bool
    base: str
    what: str
    outcome: Outcome
    placed: bool = False
    named: bool = False

    @property
    def fault(self) -> bool:
        """Whether no case may end so: a traceback, a patient named, a detectable fault not told."""
        name = self.outcome.name
        return self.named or name in FAULTS or (self.detectable and name not in WANTED)


@dataclass
class Bench:
    """The good exports and what became of them, each made once and when it is asked for; a folder
    keeps them for other processes."""

    folder: Path
    good: dict[str, Any] = field(default_factory=dict, repr=False)

    def export(self, trial: str, dialect: str) -> Export:
        return self._kept(f"{trial}-{dialect}", lambda: good_export(trial, dialect))

    def made(self, trial: str, dialect: str) -> Made:
        """Of its run: a case that is stopped is held against none."""
        return self._kept(f"{trial}-{dialect}-made", lambda: self._run(trial, dialect))

    def _run(self, trial: str, dialect: str) -> Made:
        with tempfile.TemporaryDirectory() as root:
            return run_good(self.export(trial, dialect), Path(root))

    def _kept(self, name: str, make: Callable[[], T]) -> T:
        if name not in self.good:
            path = self.folder / f"{name}.pickle"
            if not path.exists():
                other = path.with_suffix(f".{time.monotonic_ns()}")
                other.write_bytes(pickle.dumps(make()))
                other.replace(path)
            self.good[name] = pickle.loads(path.read_bytes())
        return self.good[name]


def try_case(number: int, seed: int, bench: Bench) -> Tried:
    """One case, made and run. What is no message of the package is raised."""
    case = make_case(number, bench.export, seed)
    with tempfile.TemporaryDirectory() as root:
        good = partial(bench.made, case.trial, case.dialect)
        outcome = judge(case.export, good, Path(root))
    return tried(case, outcome)


def tried(case: Case, outcome: Outcome) -> Tried:
    base = f"{case.trial}, {case.dialect}"
    placed, named = _placed(case, outcome.words), _names_a_patient(case.export, outcome.words)
    return Tried(case.number, case.kind, case.detectable, base, case.what, outcome, placed, named)


def _placed(case: Case, words: str) -> bool:
    """Whether the words name the table or the file that was spoiled."""
    meant = {table: spec["of"] for table, spec in case.export.tables.items()}
    spoiled = {table for table in meant if re.search(rf"\b{table}\b", case.what)} or set(meant)
    names = {name for table in spoiled for name in (table, meant[table])}
    names |= {name for name in ("trial.yaml", "dictionary.csv") if name in case.what}
    return any(name in words for name in names)


@cache
def _bench(folder: str) -> Bench:
    return Bench(Path(folder))


def _in_process(number: int, seed: int, folder: str) -> Tried:
    limit(LIMIT)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return try_case(number, seed, _bench(folder))


def campaign(numbers: Iterable[int], seed: int, jobs: int) -> list[Tried]:
    """All cases, in processes of their own, in the order of their numbers."""
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
    ):
        run = partial(_in_process, seed=seed, folder=folder)
        for number, future in [(n, pool.submit(run, n)) for n in numbers]:
            found.append(_result(number, seed, _bench(folder), future))
            if found[-1].fault:
                print(line(found[-1]), flush=True)
    return found


def _result(number: int, seed: int, bench: Bench, future: "Future[Tried]") -> Tried:
    """What came of a case; an exception is an outcome too."""
    error = future.exception()
    if error is None:
        return future.result()
    name = "out of time" if isinstance(error, TimeoutError) else "traceback"
    words = "\n".join(filter(None, (repr(error), str(error.__cause__ or ""))))
    return tried(make_case(number, bench.export, seed), Outcome(name, words, 0.0))


def _names_a_patient(export: Export, words: str) -> bool:
    """Whether words about a restricted export hold an identifier of it."""
    if export.disclosure == "full":
        return False
    subject = export.tables[export.subjects]["subject"]
    sheets = [sheet for sheet in export.sheets.values() if subject in sheet.header]
    texts = {text for sheet in sheets for text in sheet.column(subject) if _is_text(text)}
    for name in export.tables:
        for variable in export.variables(name).values():
            texts -= set(variable.choices or ())
    return bool(texts & set(re.findall(r"\w+", words)))


def _is_text(text: str) -> bool:
    """Whether an identifier is one: a letter and a digit, so that no count looks like it."""
    return bool(re.search(r"[A-Za-z]", text) and re.search(r"\d", text))


def line(one: Tried) -> str:
    """A case and what came of it, with the first lines of what was said."""
    words = " ".join(one.outcome.words.split("\n")[:2])
    done = f"{one.number}: {one.kind}; {one.base}; {one.what}"
    named = ", a patient named" if one.named else ""
    return f"{done}: {one.outcome.name}{named}. {words}".rstrip()


# --- the page


def rates(found: list[Tried], kinds: Iterable[str], detectable: bool) -> str:
    """A table of outcomes by kind."""
    names = (*OUTCOMES, *(name for name in FAULTS if _count(found, name, detectable)))
    rows = []
    for kind in kinds:
        of_kind = [one for one in found if one.detectable == detectable and one.kind == kind]
        if of_kind:
            counts = [_count(of_kind, name, detectable) for name in names]
            rows.append((kind, len(of_kind), *counts))
    sums = [sum(row[place] for row in rows) for place in range(1, len(names) + 2)]
    return table(("kind", "cases", *names), [*rows, ("all", *sums)])


def _count(found: list[Tried], name: str, detectable: bool) -> int:
    return sum(one.outcome.name == name and one.detectable == detectable for one in found)


def verdict(found: list[Tried], detectable: bool) -> str:
    """The sentence above the table of a class."""
    ours = [one for one in found if one.detectable == detectable]
    counts = Counter(one.outcome.name for one in ours)
    share = 100 * (counts["stopped"] + counts["told"]) / max(len(ours), 1)
    if detectable:
        faults = sum(one.fault for one in ours)
        placed = sum(one.placed and one.outcome.name == "stopped" for one in ours)
        return (
            f"Of {len(ours)} that can be detected {counts['stopped']} stopped the run "
            f"({placed} messages name the table or the file) and "
            f"{counts['told']} were told in its last lines, {counts['as meant']} were read as they "
            f"were meant. {counts['changed']} changed results and nothing told; "
            f"{faults} ended as none may. {sum(one.named for one in found)} messages of all cases "
            "name a patient of a restricted export."
        )
    return (
        f"Of {len(ours)} after which the export is still legal {share:.0f} % were stopped or told; "
        f"{counts['changed']} changed a result and nothing told."
    )


def report(found: list[Tried], how: str) -> str:
    faults = [f"- {line(one)}" for one in found if one.fault]
    listed = "\n".join(["Which ended as none may:", "", *faults]) if faults else ""
    parts = (
        f"{circumstances()} {how}",
        verdict(found, True),
        rates(found, DETECTABLE, True),
        listed,
        verdict(found, False),
        rates(found, LEGAL, False),
    )
    return "\n\n".join(part for part in parts if part)


def show(number: int, seed: int, keep: Path | None) -> None:
    """One case, in this process: what was done, what came of it, its whole message."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        case = make_case(number, bench.export, seed)
        print(f"{number}: {CLASSES[case.detectable]}; {case.kind}; {case.trial}, {case.dialect}")
        print(case.what, flush=True)
        root = keep or Path(folder) / "project"
        root.mkdir(parents=True)
        outcome = judge(case.export, partial(bench.made, case.trial, case.dialect), root)
    print(f"{outcome.name} ({outcome.seconds:.1f} s)\n{outcome.words}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="how many cases")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--case", type=int, help="this case alone, shown")
    parser.add_argument("--keep", type=Path, help="with --case: a new folder for its project")
    chosen = parser.parse_args()
    if chosen.case is not None:
        show(chosen.case, chosen.seed, chosen.keep)
        return
    began = time.perf_counter()
    numbers = range(chosen.first, chosen.first + chosen.cases)
    found = campaign(numbers, chosen.seed, chosen.jobs)
    how = f"Seed {chosen.seed}, cases {numbers[0]} to {numbers[-1]}, "
    how += f"{time.perf_counter() - began:.0f} seconds. {committed(ROOT / 'campaigns/spoiled')}"
    print(report(found, how))
    sys.exit(any(one.fault for one in found))


if __name__ == "__main__":
    main()
