"""What becomes of a spoiled export: run up to its results, and held against the good one.

stopped       the run ends with a message
told          it ends, and its last lines or page 1 say something that those of the good one do not
table only    only the list of what was rejected or flagged tells
changed       results are others, and nothing tells
unchanged     nothing tells; the cleaned data are others, the results are not
as meant      the cleaned data are those of the good export
"""

import hashlib
import importlib.util
import json
import math
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow.parquet as pq

from spoiled.export import Export
from spoiled.good import ROOT
from trialtrace.base.errors import ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.check import check_all
from trialtrace.run.trial.load import load_trial

OUTCOMES = ("stopped", "told", "table only", "changed", "unchanged", "as meant")
# What may become of a spoiling that can be detected.
WANTED = ("stopped", "told", "as meant")
COMPARED = ("stat_value", "ci_low", "ci_high", "n_used", "denominator", "error")
PLACE = ("source_file", "source_row")
# Cells that went with their rows, in the account of cleaning.
WITH_ROW = "with_row"


@dataclass(frozen=True)
class Made:
    """What a run that ended left behind."""

    results: dict[str, tuple]
    data: dict[str, str]
    rejected: Counter
    warnings: frozenset[str]
    closing: tuple[str, ...]
    account: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    name: str
    words: str
    seconds: float


def run_export(export: Export, root: Path) -> Made:
    """Every stage up to the results. Raises UserError where the run stops."""
    export.write(root, ROOT)
    at = Project(root)
    if problems := check_all(at=at):
        raise ProblemsError(problems)
    trial, folder = load_trial(export.name, at), at.results / export.name
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")
    return _made(folder, export)


def run_good(export: Export, root: Path) -> Made:
    """Every stage of a good export. Raises ValueError where it stops: then there is no campaign."""
    try:
        return run_export(export, root)
    except UserError as error:
        raise ValueError(f"{export.name}, {export.dialect}: {error}") from None


def judge(export: Export, good: Callable[[], Made], root: Path) -> Outcome:
    """What becomes of an export, beside what became of the good one, which is asked for if it ends.

    The time of a run does not count in another's.
    """
    began = time.process_time()
    try:
        made = run_export(export, root)
    except UserError as error:
        return Outcome("stopped", str(error).replace(str(root), "…"), time.process_time() - began)
    seconds = time.process_time() - began
    name, words = _beside(good(), made)
    return Outcome(name, words, seconds)


def _beside(good: Made, made: Made) -> tuple[str, str]:
    if told := telling(good, made):
        return "told", told
    if made.rejected != good.rejected:
        return "table only", _shown(
            (made.rejected - good.rejected) or (good.rejected - made.rejected)
        )
    if changed := _changed(good.results, made.results):
        return "changed", f"{len(changed)} results, such as {changed[0]}"
    return ("as meant" if made.data == good.data else "unchanged"), ""


def telling(good: Made, made: Made) -> str:
    """What page 1 and the last lines say and do not say of the good export; empty for nothing."""
    if new := sorted(made.warnings - good.warnings):
        return new[0]
    if new := [line for line in made.closing[1:] if line not in good.closing]:
        return new[0]
    if made.closing[:1] == good.closing[:1]:
        return ""
    return made.closing[0] if _counts_tell(good, made) else ""


def _counts_tell(good: Made, made: Made) -> bool:
    """Whether the line of counts says how much was rejected or flagged, other than for the good."""
    before, after = (Counter(re.findall(r"\d+", _plain(one.closing[0]))) for one in (good, made))
    counts = {str(n) for n in _rejections(made) - _rejections(good)}
    return bool(counts & set(after - before))


def _plain(line: str) -> str:
    """A line with its numbers in digits alone."""
    return re.sub(r"(?<=\d)[, \u00a0\u202f\u2009](?=\d{3}\b)", "", line)


def _rejections(made: Made) -> set[int]:
    """Numbers that say what was lost: rows and cells by rule, in all; subjects kept of more."""
    by_rule: Counter = Counter()
    for table in made.account.get("tables", {}).values():
        for part in ("rows_rejected", "cells_rejected"):
            counts = {rule: n for rule, n in table.get(part, {}).items() if rule != WITH_ROW}
            by_rule.update(counts)
            by_rule[part] += sum(counts.values())
    subjects = made.account.get("subjects", {})
    kept, known = subjects.get("kept", 0), subjects.get("in_export", 0)
    flags = sum(n for (_, _, _, how), n in made.rejected.items() if how == "flag")
    return {*by_rule.values(), sum(made.rejected.values()), flags, kept if kept != known else 0} - {
        0
    }


def _made(folder: Path, export: Export) -> Made:
    account_file = folder / "clean" / "account.json"
    account = json.loads(account_file.read_text()) if account_file.exists() else {}
    return Made(
        results=_results(folder / "analysis" / "results.parquet"),
        data={table: _data(folder / "clean" / f"{table}.parquet") for table in export.tables},
        rejected=_rejected(folder / part / "rejects.parquet" for part in ("clean", "derived")),
        warnings=frozenset(one["text"] for one in account.get("warnings", [])),
        closing=_closing(folder, export.name),
        account=account,
    )


def _closing(folder: Path, name: str) -> tuple[str, ...]:
    """The last lines of a run; none where the package has none."""
    if importlib.util.find_spec("trialtrace.report.commands.closing") is None:
        return ()
    module = importlib.import_module("trialtrace.report.commands.closing")
    return tuple(module.closing_lines(folder, name, ("derive_datasets",)))


def _results(path: Path) -> dict[str, tuple]:
    rows = pq.ParquetFile(path).read(["result_id", *COMPARED]).to_pylist()
    return {row["result_id"]: tuple(row[name] for name in COMPARED) for row in rows}


def _changed(good: dict[str, tuple], made: dict[str, tuple]) -> list[str]:
    return [
        name
        for name in sorted({*good, *made})
        if name not in good or name not in made or not _same(good[name], made[name])
    ]


def _same(first: tuple, second: tuple) -> bool:
    """Equal but for what the order of a sum leaves in a float."""
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
        if isinstance(a, float) and isinstance(b, float)
        else a == b
        for a, b in zip(first, second, strict=True)
    )


def _data(path: Path) -> str:
    """A hash of the rows of a clean table, wherever they stood."""
    table = pq.ParquetFile(path).read()
    names = sorted(name for name in table.column_names if name not in PLACE)
    rows = sorted(map(repr, zip(*(table[name].to_pylist() for name in names), strict=True)))
    return hashlib.sha256("\n".join((repr(names), *rows)).encode()).hexdigest()


def _rejected(paths: Iterable[Path]) -> Counter:
    found: Counter = Counter()
    for path in paths:
        for row in pq.ParquetFile(path).read().to_pylist():
            found[row["table"], row["column"], row["rule"], row["severity"]] += 1
    return found


def _shown(rejected: Counter) -> str:
    (table, column, rule, how), number = rejected.most_common(1)[0]
    return f"{table}.{column or 'row'}: {rule} ({how}) {number} times"


def limit(seconds: int) -> None:
    """End what takes longer than this in this process with a TimeoutError."""
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.alarm(seconds)


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("out of time")
