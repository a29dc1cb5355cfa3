"""Decisions of a data review on rows of clean tables: whose rows, who leaves a population."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems
from trialtrace.run.endpoints.records import Cells, CleanTable
from trialtrace.run.endpoints.study import Study, config_file, place_rows
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.review import Decision


@dataclass(frozen=True)
class Decided:
    """A decision, and the positions of its rows in their clean table."""

    decision: Decision
    table: CleanTable
    rows: np.ndarray

    def cells(self, variable: str, record: np.ndarray) -> list[Cells]:
        """The keys of its rows behind a variable of these records."""
        names = self.decision.rows[0]
        return [Cells(variable, record, self.table.name, self.rows, column) for column in names]


def decided(study: Study) -> list[Decided]:
    """The decisions of review.yaml that a run knows, with their rows.

    Raises UserError for each row that is not there, or not one alone; a row that a data cut leaves
    out is no mistake.
    """
    return study.once("review", lambda: _decided(study))


def _decided(study: Study) -> list[Decided]:
    trial, problems = study.trial, Problems()
    file, cut = trial.review, trial.at.purpose.cut
    found = []
    for decision in file.known_at(cut) if file else ():
        table = study.tables.get(decision.table) or place_rows(
            trial, decision.table, study.read(decision.table), study.keys
        )
        every = (_row(study, table, decision, at, problems) for at in range(len(decision.rows)))
        rows = np.array([row for row in every if row is not None], dtype=np.int64)
        found.append(Decided(decision, table, rows))
    problems.raise_if_any()
    return found


def same_rows(rows: pa.Table, key: Mapping[str, str]) -> np.ndarray:
    """The positions of the rows of a clean table that a key of review.yaml names."""
    same = np.ones(rows.num_rows, dtype=bool)
    for column, value in key.items():
        text = column_text(rows[column], column)
        same &= pc.equal(text, value).fill_null(False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(same)


def _row(
    study: Study, table: CleanTable, decision: Decision, number: int, problems: Problems
) -> int | None:
    """The position of a row by its key."""
    trial, path = study.trial, ("decisions", decision.name, "rows", number)
    found = same_rows(table.rows, decision.rows[number])
    if len(found) == 1:
        return int(found[0])
    if len(found) or trial.at.purpose.cut is None:
        line = trial.lines("review").get(path) or trial.lines("review").get(path[:3], 0)
        problems.add(
            f"{config_file(trial, 'review')}, line {line}: decisions.{decision.name}.rows, "
            f"entry {number + 1}",
            f"{len(found) or 'no'} row{'s' * (len(found) > 1)} of the clean table {table.name} "
            "with this key",
            expected="one: a row that the export has, and that cleaning accepts",
            do="mend the key, or decide anew: the export is another than the one reviewed",
        )
    return None


def leave_populations(study: Study) -> None:
    """Take the subjects of decisions out of the populations that they leave; their flags come from
    the keys of the rows too."""
    columns, cells = dict(study.adsl.columns), list(study.adsl.cells)
    for one in decided(study):
        subject = one.table.subject[one.rows]
        for name in one.decision.leaves:
            flag = study.trial.populations[name].flag
            gone = np.isin(np.arange(study.size), subject)
            columns[flag] = pc.if_else(pa.array(gone), "N", columns[flag])
            cells += one.cells(flag, subject)
    study.adsl = replace(study.adsl, columns=columns, cells=tuple(cells))
