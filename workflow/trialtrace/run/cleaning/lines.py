"""Where rows stand, in words: for messages with their files, for red lines by lines alone."""

import numpy as np
import pyarrow as pa

from trialtrace.run.cleaning.account import run_text
from trialtrace.run.cleaning.typed import Typed

LINES_TOLD = 12


def lines_told(typed: Typed, positions: np.ndarray) -> str:
    """Where some rows stand: their files and lines."""
    found = _by_file(typed.raw, positions).items()
    return "; ".join(f"{file}, lines {_runs(typed.raw, at)}" for file, at in found if len(at))


def lines_alone(typed: Typed, positions: np.ndarray) -> str:
    """The lines of some rows in words. Red lines name no file."""
    return f"{'line' if len(positions) == 1 else 'lines'} {line_runs(typed.raw, positions)}"


def line_runs(raw: pa.Table, positions: np.ndarray) -> str:
    """The lines of some rows; a file of several is told by its place among them in their order."""
    found = enumerate(_by_file(raw, positions).values(), start=1)
    told = [(at, _runs(raw, of_file)) for at, of_file in found]
    if len(told) == 1:
        return told[0][1]
    return "; ".join(f"{lines} of file {at}" for at, lines in told if lines)


def _by_file(raw: pa.Table, positions: np.ndarray) -> dict[str, np.ndarray]:
    """The rows of each file of a table, in the order of their names."""
    names = raw["source_file"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()[positions]
    pairs = sorted((name, code) for code, name in enumerate(names.dictionary.to_pylist()))
    return {name: positions[codes == code] for name, code in pairs}


def _runs(raw: pa.Table, positions: np.ndarray) -> str:
    """The lines of rows of one file, cut where there are many runs of them."""
    line = np.sort(raw["source_row"].to_numpy()[positions])
    ends = np.flatnonzero(np.diff(line) > 1)[:LINES_TOLD]
    shown = line if len(ends) < LINES_TOLD else line[: ends[-1] + 1]
    return run_text(shown.tolist()) + (", …" if len(shown) < len(line) else "")
