"""Records of an analysis as arrays by subject: visits across, covariates beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from trialtrace.base.arrays import Floats, Labels
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.stats.results import StatsError

BASELINE = "baseline"
TWICE = "some subjects have more than one record at a visit."


@dataclass(frozen=True)
class SubjectTable:
    """Values (subjects, cells), NaN where missing, and what each subject's first record says.

    `first` (subjects,) is that record's place in `rows`.
    """

    rows: Selection
    values: np.ndarray
    first: np.ndarray

    @property
    def n(self) -> int:
        return len(self.values)

    def column(self, name: str) -> Labels:
        """A column of the first record of each subject."""
        return self.rows.column(name)[self.first]


def covariate_column(name: str) -> str:
    """The column of a covariate of the plan: BASE, or a variable of the subjects."""
    return "BASE" if name == BASELINE else adsl_code(name)


def known(names: Iterable[str]) -> dict[str, str]:
    """The condition that covariates are known."""
    return {covariate_column(name): "present" for name in names}


def subject_table(cut: Cut, rows: Selection, columns: dict[str, list[str]]) -> SubjectTable:
    """The values of `rows` by subject (rows) and by every combination of the columns' levels.

    Raises StatsError where a subject has several records in a cell.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cell = np.zeros(rows.n, dtype=np.intp)
    width = 1
    for name, levels in columns.items():
        labels = pa.array(rows.column(name), type=pa.string())
        own = pc.index_in(labels, value_set=pa.array(levels, type=pa.string()))
        cell = cell * len(levels) + own.to_numpy(zero_copy_only=False).astype(np.intp)
        width *= len(levels)
    _, first, subject = np.unique(
        rows.column("USUBJID").astype(str), return_index=True, return_inverse=True
    )
    place = subject.reshape(-1) * width + cell
    if len(np.unique(place)) < rows.n:
        raise StatsError(TWICE)
    values = np.full(len(first) * width, np.nan)
    values[place] = cut.values(rows).astype(float)
    return SubjectTable(rows, values.reshape(len(first), width), first)


def covariates(table: SubjectTable, names: Sequence[str]) -> np.ndarray | None:
    """Columns of covariates, (subjects, columns): numbers as they are, levels as effects.

    Effects sum to 0 over levels. None without covariates. Raises StatsError for a constant one.
    """
    if not names:
        return None
    return np.hstack([_columns(name, table.column(covariate_column(name))) for name in names])


def _columns(name: str, values: np.ndarray) -> np.ndarray:
    if np.issubdtype(values.dtype, np.number):
        values = values.astype(float)
        if values.size == 0 or values.min() == values.max():
            raise StatsError(f"{name} is the same in every subject.")
        return values[:, None]
    levels, index = np.unique(values.astype(str), return_inverse=True)
    if levels.size < 2:
        raise StatsError(f"{name} is the same in every subject.")
    return effects(levels.size)[index.reshape(-1)]


def effects(levels: int) -> Floats:
    """The columns of each of so many levels, whose effects sum to 0."""
    return np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])


def levels_of(rows: Selection | SubjectTable, names: Iterable[str]) -> dict[str, list[str]]:
    """The levels of covariates, none of a number."""
    columns = {name: rows.column(covariate_column(name)) for name in names}
    return {
        name: [] if values.dtype.kind in "fiu" else np.unique(values.astype(str)).tolist()
        for name, values in columns.items()
    }
