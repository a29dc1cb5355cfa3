"""Figures and tables that lie beside a report, as files: held against the hashes in seal.json."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.report.seal_file import FOLDERS
from trialtrace.report.shown.compare import NUMBER
from trialtrace.report.verify.kept_run import Found, KeptRun

KINDS = (".csv", ".xlsx", ".svg", ".png")


def is_download(name: str) -> bool:
    """Whether a file is called as those are that lie beside a report."""
    return name.endswith(KINDS)


def sealed_as(runs: Mapping[str, KeptRun], path: Path, data: bytes) -> tuple[KeptRun, str]:
    """The run and the file that some bytes are, or else are called like. Raises UserError.

    `runs` are those whose seal stands.
    """
    digest = sha256_bytes(data)
    alike = []
    for run in runs.values():
        for name, kept in run.sealed["downloads"].items():
            if kept == digest:
                return run, name
            if PurePosixPath(name).name == path.name:
                alike.append((run, name))
    if len(alike) != 1:
        trials = ", ".join(sorted({run.trial for run, _ in alike}))
        raise UserError(
            Problem(
                str(path),
                "is no figure and no table of a report as a run made it",
                found=f"one of this name in {trials}" if alike else "none of this name either",
                expected=f"a file of {' or '.join(FOLDERS)} of a report",
                do="name the trial with --trial",
            )
        )
    return alike[0]


def altered_download(run: KeptRun, name: str, data: bytes, file: str) -> Iterator[Found]:
    """What is another in a file of a report's folders; of a table in CSV each cell."""
    digest, kept = sha256_bytes(data), run.sealed["downloads"][name]
    if digest == kept:
        return
    yield Found(file, "changed", f"{name} of {run.trial}", f"sha256 {digest}", f"sha256 {kept}")
    own = run.folder / "report" / name
    if name.endswith(".csv") and own.is_file() and sha256_bytes(own.read_bytes()) == kept:
        yield from _cells(own.read_bytes(), data, file)


def _cells(kept: bytes, data: bytes, file: str) -> Iterator[Found]:
    """Each cell that is another, by its row and what its column is called."""
    old, new = _rows(kept), _rows(data)
    for number in range(max(len(old), len(new))):
        if number >= len(new) or number >= len(old):
            gone = number >= len(new)
            text = " | ".join((old if gone else new)[number])
            told = (None, text) if gone else (text, None)
            yield Found(file, "missing" if gone else "extra", f"row {number + 1}", *told)
            continue
        for column in range(max(len(old[number]), len(new[number]))):
            was, now = (
                row[column] if column < len(row) else "" for row in (old[number], new[number])
            )
            if was != now:
                head = old[0][column] if column < len(old[0]) else str(column + 1)
                what = "text" if NUMBER.findall(was) == NUMBER.findall(now) else "number"
                place = f"row {number + 1} ({old[number][0]}), column {head}"
                yield Found(file, what, place, now, was)


def _rows(data: bytes) -> list[list[str]]:
    return [row or [""] for row in csv.reader(io.StringIO(data.decode("utf-8", "replace")))]
