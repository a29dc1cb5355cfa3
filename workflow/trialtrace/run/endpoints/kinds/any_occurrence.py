"""Whether a subject had an occurrence at all: yes or no."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Cells, Records
from trialtrace.run.endpoints.registry import looked_at, undecided_subjects
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import as_numbers, as_truth
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.any_occurrence import OfOccurrences
from trialtrace.run.trial.endpoints.occurrence import FurtherColumns
from trialtrace.run.trial.model import Endpoint


@dataclass(frozen=True)
class Outcomes:
    """Each occurrence's subject and whether it counts (1, 0, NaN); `unclear` is by subject."""

    subject: np.ndarray
    truth: np.ndarray
    unclear: np.ndarray


def derive(endpoint: Endpoint[OfOccurrences], study: Study) -> Records:
    """AVAL 1 for a subject with an occurrence of `of` that surely meets `where`, else 0.

    Missing where none surely does and one may. A yes comes from the cells of its occurrences. A no
    comes from the cells that were looked at in the subject's rows of the occurrence's table; where
    the table has no row of the subject, from the subject's key in the table of subjects.
    """
    found = outcomes(endpoint, study)
    yes, maybe = np.zeros(study.size, dtype=bool), found.unclear.copy()
    yes[found.subject[found.truth == 1]] = True
    maybe[found.subject[np.isnan(found.truth)]] = True
    truth = np.where(yes, 1.0, np.where(maybe, np.nan, 0.0))
    cells = behind(endpoint, study, found)
    return Records("bds", np.arange(study.size), yes_no(as_truth(truth)), tuple(cells))


def outcomes(endpoint: Endpoint[OfOccurrences], study: Study) -> Outcomes:
    """The occurrences, which of them count, and subjects of whom it cannot be known."""
    parent = study.parent(endpoint, endpoint.entry.of, ("occds",))
    truth = np.ones(len(parent))
    where = endpoint.entry.where
    if where is not None:
        columns = {name.lower(): values for name, values in parent.columns.items()}
        truth = as_numbers(evaluate(where, pa.table(columns)))
    of = study.trial.endpoints[endpoint.entry.of]
    unclear = undecided_subjects(of, study)
    if endpoint.entry.without_rows == "missing":
        table = study.table(of, [])
        unclear = unclear | (np.bincount(table.subject, minlength=study.size) == 0)
    return Outcomes(parent.subject, truth, unclear)


def behind(endpoint: Endpoint[OfOccurrences], study: Study, outcomes: Outcomes) -> list[Cells]:
    """The cells of the occurrences that count or may, and for other subjects what was looked at."""
    parent = study.made[endpoint.entry.of]
    counts = ~(outcomes.truth == 0)
    had = np.zeros(study.size, dtype=bool)
    had[outcomes.subject[counts]] = True
    tested = {name.upper() for name in columns_of(endpoint.entry.where or {})}
    cells = []
    for cell in parent.cells:
        if cell.variable in {"TERM", *tested}:
            kept = counts[cell.record]
            subject = parent.subject[cell.record[kept]]
            cells.append(Cells("AVAL", subject, cell.table, cell.row[kept], cell.column))
    return cells + _behind_no(study, study.trial.endpoints[endpoint.entry.of], had, tested)


def _behind_no(
    study: Study, occurrence: Endpoint[FurtherColumns], had: np.ndarray, tested: set[str]
) -> list[Cells]:
    given = (occurrence.entry.columns or {}).items()
    more = [column for name, column in given if name.upper() in tested]
    columns = list(dict.fromkeys([*looked_at(occurrence, study), *more]))
    table = study.table(occurrence, columns)
    rows = np.flatnonzero(~had[table.subject])
    cells = [Cells("AVAL", table.subject[rows], table.name, rows, column) for column in columns]
    absent = ~had
    absent[table.subject] = False
    if absent.any():
        known = study.tables[study.trial.subjects.table]
        rows = np.flatnonzero(absent[known.subject])
        key = study.trial.tables[known.name].subject
        cells.append(Cells("AVAL", known.subject[rows], known.name, rows, key))
    return cells
