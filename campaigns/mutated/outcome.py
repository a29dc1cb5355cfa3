"""What becomes of a changed trial: its stages in a process of their own, then held against the run
before the change.

harmless      results and verdicts have the same bytes
stopped       the run ends with a message
crashed       it ends with an exception: of changed code alone
out of time   it does not end
named         `trialtrace diff` tells the change, and of each changed result that it is the cause
unexplained   none of these
"""

import os
import pickle
import re
import resource
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mutated.changes import CELL, CODE, Change

if TYPE_CHECKING:
    from trialtrace.archive.told import Told, ToldResult

HARMLESS, STOPPED, CRASHED, LATE = "harmless", "stopped", "crashed", "out of time"
NAMED, UNEXPLAINED = "named", "unexplained"
OUTCOMES = (HARMLESS, NAMED, STOPPED, CRASHED, LATE, UNEXPLAINED)
TRIAL = "mini"
# What a reader sees: of these the bytes are compared.
SEEN = ("analysis/results.parquet", "audit/claims.parquet")
BASE = "base"
MEMORY = 6 * 2**30
ENDED = "ended"
PLACE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+)(?: (?P<name>.*))?")


@dataclass(frozen=True)
class Outcome:
    name: str
    words: str = ""


def forked(job: Callable[[], Outcome], seconds: float) -> Outcome:
    """What a job comes to in a process of its own, which ends with it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(_guarded(job), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        try:
            if not select.select([pipe], [], [], seconds)[0]:
                return Outcome(LATE)
            return pickle.load(pipe)
        except EOFError:
            return Outcome(CRASHED, "the process died")
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _guarded(job: Callable[[], Outcome]) -> Outcome:
    try:
        return job()
    except BaseException as error:  # noqa: BLE001 - whatever changed code raises
        if type(error).__name__ in ("UserError", "ProblemsError"):
            return Outcome(STOPPED, str(error))
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, {frame.name}"
        return Outcome(CRASHED, f"{type(error).__name__} in {where}")


def run_stages(root: Path) -> Outcome:
    """The checks at the start of a run, then every stage up to the audit."""
    sys.path.insert(0, str(root / "workflow"))
    from trialtrace.claims.audit import audit_claims
    from trialtrace.cleaning.clean import clean_tables
    from trialtrace.endpoints.derive import derive_datasets
    from trialtrace.ground.errors import ProblemsError
    from trialtrace.ground.paths import Project
    from trialtrace.methods.analysing.run import analyse_plan
    from trialtrace.methods.checking.run import check_results
    from trialtrace.sources.ingest import ingest_sources
    from trialtrace.trial.check import check_all
    from trialtrace.trial.load import load_trial

    at = Project(root)
    if problems := check_all(at=at):
        raise ProblemsError(problems)
    trial, folder = load_trial(TRIAL, at), at.results / TRIAL
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analysis = folder / "analysis"
    analyse_plan(trial, folder / "derived", analysis)
    check_results(trial, folder / "derived", analysis, analysis / "checks.parquet")
    audit_claims(trial, folder / "derived", analysis, folder / "audit" / "claims.parquet")
    return Outcome(ENDED)


def keep(root: Path) -> Outcome:
    """Record the stages as jobs would, and put the run on the shelf."""
    from mini_run import record_stages

    from trialtrace.archive.keep import keep_run
    from trialtrace.ground.paths import Project
    from trialtrace.running.fresh import freshness

    at = Project(root)
    fresh = freshness(at)
    record_stages(TRIAL, at)
    run = keep_run(at, TRIAL, fresh)
    fresh.sources.remember()
    return Outcome(ENDED, run or "")


def judge(root: Path, change: Change) -> Outcome:
    """Whether the results of a changed trial are the same, or `diff` says why they are not."""
    if not any(
        _bytes(root / BASE, name) != _bytes(root / "results" / TRIAL, name) for name in SEEN
    ):
        return Outcome(HARMLESS)
    if not keep(root).words:
        return Outcome(UNEXPLAINED, "results have other bytes, and the run is not kept")
    from trialtrace.archive.shelf import Shelf
    from trialtrace.commands.diff import compared, last_two
    from trialtrace.ground.paths import Project

    at = Project(root)
    pair = last_two(Shelf(at, TRIAL))
    assert pair is not None
    told = compared(at, TRIAL, *pair)
    wrong = list(_unexplained(told, change))
    if wrong:
        return Outcome(UNEXPLAINED, f"{len(wrong)}: {wrong[0]}")
    words = sum(map(len, told["worded"].values()))
    counts = (len(told["results"]), len(told["verdicts"]), words)
    return Outcome(NAMED, "results {}, verdicts {}, words of {}".format(*counts))


def _bytes(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _unexplained(told: "Told", change: Change) -> Iterator[str]:
    """What the comparison leaves open, or says of something else."""
    if change.kind == CELL:
        places = [cell["place"] for cell in told["raw_cells"]]
        if not any(_is_cell(place, change) for place in places):
            yield f"the cell is not told, but {places[:3]}"
    elif change.kind == CODE:
        meant = f"{change.file}: {change.name} (changed)"
        if told["code"] != [meant]:
            yield f"of {meant} is told {told['code'][:3]}"
    else:
        places = [cell["place"] for cell in told["configuration"]]
        if not any(_is_line(place, change) for place in places):
            yield f"the line is not told, but {places[:3]}"
    if not (
        told["results"] or told["verdicts"] or told["reordered"] or any(told["worded"].values())
    ):
        yield "other bytes, and neither result, verdict, word nor order that changed"
    for result in told["results"]:
        yield from _of_result(result, change)


def _of_result(result: "ToldResult", change: Change) -> Iterator[str]:
    wanted = {CELL: "cell", CODE: "function"}.get(change.kind, "key")
    kinds = {cause["kind"] for cause in result["causes"]}
    own = [cause["place"] for cause in result["causes"] if cause["kind"] == wanted]
    if kinds == {"family"}:
        return
    if kinds != {wanted}:
        yield f"{result['result_id']} because of {sorted(kinds)}"
    elif change.kind == CELL and not all(_is_cell(place, change) for place in own):
        yield f"{result['result_id']} because of {own[:3]}"


def _is_cell(place: str, change: Change) -> bool:
    """Whether a place is the changed cell, or its whole line."""
    match = PLACE.fullmatch(place)
    file = Path(change.file).name
    return bool(
        match
        and (match["file"], int(match["line"])) == (file, change.line)
        and match["name"] in (None, change.name)
    )


def _is_line(place: str, change: Change) -> bool:
    """Whether a place is the changed line; where that is gone, one beside it."""
    match = PLACE.fullmatch(place)
    return bool(
        match and match["file"] == change.file and abs(int(match["line"]) - change.line) <= 1
    )


def restore(root: Path) -> None:
    """Results and kept runs as the run before the change left them."""
    shutil.rmtree(root / "results", ignore_errors=True)
    shutil.rmtree(root / "archive", ignore_errors=True)
    shutil.copytree(root / "archive.base", root / "archive")


def put(path: Path, content: bytes) -> None:
    """Write a file so that Python sees that its source is another."""
    path.write_bytes(content)
    later = time.time_ns() + 10**10
    os.utime(path, ns=(later, later))
