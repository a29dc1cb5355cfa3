"""What a quantity gets when it is drawn: rows, streams, truth; its parameters and groups."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.errors import UserError
from trialtrace.run.synthetic.rows import Rows
from trialtrace.run.synthetic.truth import Truth
from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.cohort.margins import OTHERWISE, ByValue, Group, Parameter
from trialtrace.run.trial.cohort.quantities.options import Correlation, Limited
from trialtrace.run.trial.cohort.quantities.quantity import Quantity

# Numbers in steps: limits as whole steps, and values as few digits.

TINY = 1e-9


def digits(step: float) -> int:
    """Decimal digits of a step: 0.05 has 2."""
    return max(0, -int(Decimal(repr(float(step))).normalize().as_tuple().exponent))


def in_steps(whole: np.ndarray, step: float) -> np.ndarray:
    """Whole steps as numbers, rounded to the digits of the step."""
    return np.round(whole * step, digits(step))


def _steps(key: str, ends: np.ndarray, step: float) -> np.ndarray:
    scaled = ends / step
    if key == "from":
        return np.ceil(scaled - TINY)
    if key == "above":
        return np.floor(scaled + TINY) + 1
    if key == "to":
        return np.floor(scaled + TINY)
    return np.ceil(scaled - TINY) - 1


# Random numbers by name: each quantity has a stream of its own.
# A stream is Philox-4x64 with a key made of seed, trial and name, so that a further quantity
# changes no other, and row i of a quantity always gets word i.


def bits_of(seed: int, trial: str, name: str) -> np.random.Philox:
    """The counter-based generator of a name: its key is the first 16 bytes of a sha256."""
    digest = hashlib.sha256(f"{seed}\0{trial}\0{name}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
    return np.random.Philox(key=key)


def streams(seed: int, trial: str) -> Callable[[str], np.random.Generator]:
    """Generators by name."""
    return lambda name: np.random.Generator(bits_of(seed, trial, name))


def uniforms(stream: np.random.Generator, size: int) -> Floats:
    """Numbers inside (0, 1), one 64-bit word each."""
    words = stream.bit_generator.random_raw(size)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(stream: np.random.Generator, size: int) -> Floats:
    """Standard normal numbers, one 64-bit word each."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(stream, size)))


T = TypeVar("T")
# What a display cohort notes for simulated ones.
Reference = dict[Any, Any]


@dataclass
class Room:
    """A cohort in the making. `reference` has what a display draw noted, for `simulate`."""

    trial: str
    cohort: CohortFile
    mode: str
    stream: Callable[[str], np.random.Generator]
    truth: Truth
    levels: dict[str, Rows] = field(default_factory=dict)
    reference: Reference | None = None
    noted: Reference = field(default_factory=dict)

    @property
    def simulates(self) -> bool:
        return self.mode == "simulate"

    def fail(self, quantity: Quantity, message: str, **details: str | None) -> UserError:
        place = f"config/trials/{self.trial}/cohort.yaml: quantities.{quantity.name}"
        return UserError(place, message, **details)


def parameter(rows: Rows, given: Parameter) -> np.ndarray:
    """A parameter for every row, float64; NaN where a quantity that it needs is missing.

    It is a number, the name of a number, or a table {by, is, otherwise}.
    """
    if isinstance(given, str):
        return rows[given].numbers
    if not isinstance(given, ByValue):
        return np.full(rows.size, float(given))
    codes, labels = rows[given.by].coded()
    rest = given.otherwise
    values = np.full(rows.size, np.nan) if rest is None else parameter(rows, rest)
    for value, inner in given.is_.items():
        here = codes == labels.index(value) if value in labels else np.zeros(rows.size, dtype=bool)
        if here.any():
            values = np.where(here, parameter(rows, inner), values)
    return values


def groups(
    rows: Rows, table: T | ByValue[T], mask: np.ndarray | None = None
) -> Iterator[tuple[Group, T, np.ndarray]]:
    """Every leaf of a table {by, is}, the values that lead to it, and the rows of its group."""
    mask = np.ones(rows.size, dtype=bool) if mask is None else mask
    if not isinstance(table, ByValue):
        yield (), table, mask
        return
    codes, labels = rows[table.by].coded()
    taken = np.zeros(rows.size, dtype=bool)
    for value, inner in table.is_.items():
        here = codes == labels.index(value) if value in labels else np.zeros(rows.size, dtype=bool)
        taken |= here
        for group, leaf, inside in groups(rows, inner, mask & here):
            yield ((table.by, value), *group), leaf, inside
    if table.otherwise is not None:
        for group, leaf, inside in groups(rows, table.otherwise, mask & ~taken):
            yield ((table.by, OTHERWISE), *group), leaf, inside


def group_text(group: Group) -> str:
    """A group as it is told: "arm = smt, visit = post"."""
    return ", ".join(f"{by} = {value}" for by, value in group) or "all rows"


def limits(
    room: Room, rows: Rows, quantity: Limited, step: float | None, open_: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of each row; whole steps where there is a step.

    Raises UserError where no value lies between them in a row of the mask `open_`.
    """
    low, high = np.full(rows.size, -np.inf), np.full(rows.size, np.inf)
    for key, bound in quantity.bounds().items():
        ends = parameter(rows, bound)
        if step is not None:
            ends = _steps(key, ends, step)
        elif key in ("above", "below"):
            ends = np.nextafter(ends, np.inf if key == "above" else -np.inf)
        if key in ("from", "above"):
            low = np.maximum(low, ends)
        else:
            high = np.minimum(high, ends)
    empty = (low > high) & open_
    if empty.any():
        row = int(np.flatnonzero(empty)[0])
        raise room.fail(
            quantity,
            f"in {int(empty.sum())} rows of {rows.name} no value is possible",
            found=f"limits that leave nothing, first in row {row + 1}",
            expected="limits between which a value lies",
        )
    return low, high


# Latent scores: standard normal, correlated within a parent, loaded on factors drawn before.


def score(
    room: Room,
    rows: Rows,
    name: str,
    loads: Mapping[str, float] | None,
    correlation: Correlation | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """A score for every row and whether it is known: a weighted sum of factors and a rest.

    score = sum(l_j f_j) + sqrt(1 - sum(l_j^2)) e; with independent factors its variance is 1. The
    rest e has the given correlation between the rows of one parent.
    """
    rest = _rest(room, rows, name, correlation)
    known = np.ones(rows.size, dtype=bool)
    total, left = np.zeros(rows.size), 1.0
    for factor, load in (loads or {}).items():
        values = rows[factor]
        known &= values.known
        total += load * np.where(values.known, values.data, 0.0)
        left -= load**2
    return total + np.sqrt(max(left, 0.0)) * rest, known


def _rest(room: Room, rows: Rows, name: str, correlation: Correlation | None) -> np.ndarray:
    stream = room.stream(name)
    if correlation is None:
        return normals(stream, rows.all)[rows.serial]
    parents = rows.above.size if rows.above is not None else rows.size
    parent = rows.parent if rows.parent is not None else np.arange(rows.size)
    if (rho := correlation.exchangeable) is not None:
        normal = normals(stream, rows.all)[rows.serial]
        shared = normals(room.stream(f"{name}.shared"), parents)[parent]
        return np.sqrt(rho) * shared + np.sqrt(1 - rho) * normal
    grid = normals(stream, parents * rows.width).reshape(parents, rows.width)
    if (rho := correlation.ar1) is not None:
        for column in range(1, rows.width):
            grid[:, column] = rho * grid[:, column - 1] + np.sqrt(1 - rho**2) * grid[:, column]
    else:
        matrix = np.asarray(correlation.unstructured, dtype=np.float64)
        grid = grid @ np.linalg.cholesky(matrix).T
    return grid[parent, rows.position]
