"""What a quantity gets when it is drawn: rows, streams, truth; its parameters and groups."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trialtrace.ground.errors import Problem, UserError
from trialtrace.synthetic.rows import Rows
from trialtrace.synthetic.truth import Truth
from trialtrace.trial.cohort.model import OTHERWISE, Cohort, Quantity

Path = tuple[tuple[str, str], ...]


@dataclass
class Room:
    """A cohort in the making. `reference` has what a display draw noted, for `simulate`."""

    trial: str
    cohort: Cohort
    mode: str
    stream: Callable[[str], np.random.Generator]
    truth: Truth
    levels: dict[str, Rows] = field(default_factory=dict)
    reference: dict[Any, Any] | None = None
    noted: dict[Any, Any] = field(default_factory=dict)

    @property
    def simulates(self) -> bool:
        return self.mode == "simulate"

    def fail(self, one: Quantity, message: str, **details: str | None) -> UserError:
        place = f"config/trials/{self.trial}/cohort.yaml: quantities.{one.name}"
        return UserError(Problem(place, message, **details))


def parameter(rows: Rows, given: Any) -> np.ndarray:
    """A parameter for every row, float64; NaN where a quantity that it needs is missing.

    It is a number, the name of a number, or a table {by, is, otherwise}.
    """
    if isinstance(given, str):
        return rows[given].numbers
    if not isinstance(given, Mapping):
        return np.full(rows.size, float(given))
    codes, labels = rows[given["by"]].coded()
    rest = given.get("otherwise")
    found = np.full(rows.size, np.nan) if rest is None else parameter(rows, rest)
    for value, inner in given["is"].items():
        here = codes == labels.index(value) if value in labels else np.zeros(rows.size, dtype=bool)
        if here.any():
            found = np.where(here, parameter(rows, inner), found)
    return found


def groups(
    rows: Rows, table: Any, mask: np.ndarray | None = None
) -> Iterator[tuple[Path, Any, np.ndarray]]:
    """Every leaf of a table {by, is}, the values that lead to it, and the rows of its group."""
    mask = np.ones(rows.size, dtype=bool) if mask is None else mask
    if not isinstance(table, Mapping) or "by" not in table:
        yield (), table, mask
        return
    by = table["by"]
    codes, labels = rows[by].coded()
    taken = np.zeros(rows.size, dtype=bool)
    for value, inner in table["is"].items():
        here = codes == labels.index(value) if value in labels else np.zeros(rows.size, dtype=bool)
        taken |= here
        for path, leaf, part in groups(rows, inner, mask & here):
            yield ((by, value), *path), leaf, part
    if "otherwise" in table:
        for path, leaf, part in groups(rows, table["otherwise"], mask & ~taken):
            yield ((by, OTHERWISE), *path), leaf, part


def told(path: Path) -> str:
    """A group as it is told: "arm = smt, visit = post"."""
    return ", ".join(f"{by} = {value}" for by, value in path) or "all rows"
