"""The process in which a script of scripts/cohorts draws: `python -m … SCRIPT FOLDER`, with seeds,
truth and files as JSON on its input. Each cohort goes into a folder named by its number."""

import csv
import importlib.util
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from trialtrace.base.store import SYNTHETIC
from trialtrace.base.synthetic import MARK, PUT_IN
from trialtrace.run.synthetic.drawing import Frame, text

COLUMNS = (
    *("endpoint", "level", "population", "visit", "arm"),
    *("statistic", "value", "of", "unit", "published"),
)


def loaded(path: Path) -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def csv_of(frame: Frame) -> bytes:
    """A file of an export, whose last column says that a program drew it."""
    if MARK in frame:
        raise ValueError(
            f"a column {MARK}, which is the one that says that a program drew the file"
        )
    columns = [text(values).tolist() for values in frame.values()]
    rows = zip(*columns, strict=True)
    return _lines([[*frame, MARK], *([*row, SYNTHETIC] for row in rows)])


def put_in_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """put_in.csv: a line for each number of the cohort that was set to a published one."""
    if wrong := {name for row in rows for name in row}.difference(COLUMNS):
        raise ValueError(f"PUT_IN: {', '.join(sorted(wrong))}, not one of {', '.join(COLUMNS)}")
    cells = ([row.get(name) for name in COLUMNS] for row in rows)
    return _lines([[*COLUMNS], *(["" if one is None else one for one in row] for row in cells)])


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode()


def main(path: str, folder: str) -> None:
    """Draw a cohort for each seed."""
    asked, script = json.load(sys.stdin), loaded(Path(path))
    for number, seed in enumerate(asked["seeds"]):
        files = {name: csv_of(frame) for name, frame in script.draw(seed, asked["truth"]).items()}
        files[PUT_IN] = put_in_csv(script.PUT_IN)
        own = Path(folder, str(number))
        own.mkdir(parents=True)
        for name, content in files.items():
            if asked["files"] is None or name in asked["files"]:
                (own / name).write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
