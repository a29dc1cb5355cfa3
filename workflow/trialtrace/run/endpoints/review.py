"""Decisions of a data review on rows of clean tables: whose rows, who leaves a population."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import Problems
from trialtrace.base.store import sha256_bytes
from trialtrace.run.endpoints.records import Cells, CleanTable
from trialtrace.run.endpoints.study import Study, config_file, place_rows
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.trial.hash_key import read_hash_key
from trialtrace.run.trial.load import Trial, load_settings
from trialtrace.run.trial.review import Decision
from trialtrace.run.trial.treatment import arm_columns

DIGITS = 12


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

    Raises UserError for each row that is not there, or not one alone, and for rows that are others
    than those that were reviewed; what a data cut leaves out or takes back is no mistake.
    """
    return study.once("review", lambda: _decided(study))


def _decided(study: Study) -> list[Decided]:
    trial, problems = study.trial, Problems()
    file, cut = trial.review, trial.at.purpose.cut
    found = []
    for decision in file.known_at(cut) if file else ():
        name = decision.table
        if name not in study.tables:
            study.tables[name] = place_rows(trial, name, study.read(name), study.keys)
        table = study.tables[name]
        every = (_row(study, table, decision, at, problems) for at in range(len(decision.rows)))
        rows = np.array([row for row in every if row is not None], dtype=np.int64)
        if cut is None and decision.seen:
            _refuse_others(trial, decision, table, problems)
        found.append(Decided(decision, table, rows))
    problems.raise_if_any()
    return found


def _refuse_others(trial: Trial, decision: Decision, table: CleanTable, problems: Problems) -> None:
    """Rows that are not there have problems of their own."""
    now = state(trial, decision, table.rows)
    if now is not None and not is_reviewed(decision, now):
        path = ("decisions", decision.name)
        problems.add(
            f"{config_file(trial, 'review')}, line {trial.lines('review').get(path, 0)}: "
            f"decisions.{decision.name}.seen",
            "the rows are others than those that were reviewed: a cell of one is another, or its "
            "key is that of another row by now; or it is by another hash_key, or by none",
            do=f"look at them in a blinded run, and decide anew; trialtrace review {trial.name} "
            "prints what they are",
        )


def state(trial: Trial, decision: Decision, table: pa.Table) -> str | None:
    """What a decision's rows of a clean table are: a hash over their cells, and after a dash one
    over a queried column, which is to be mended. None where one is not there, or not alone.

    By the key of hashes, where there is one: what few cells hold is found by trying. Where the
    rows stand, and columns that a blinded run does not have as they are, count for nothing.
    """
    found = [same_rows(table, key) for key in decision.rows]
    if any(len(one) != 1 for one in found):
        return None
    raw = trial.tables[decision.table].of
    specs = [spec for spec in trial.tables.values() if spec.of == raw]
    hidden = {column for spec in specs for column in arm_columns(trial, spec)}
    hidden |= {one for spec in specs for one in trial.cleaning.tables[spec.name].reveals_arm}
    known = [column for column in trial.dictionary[decision.table] if column not in hidden]
    queried = [column for column in known if column == decision.query]
    parts = [[column for column in known if column not in queried], queried]
    rows = table.take(pa.array(np.concatenate(found)))
    hash_key = read_hash_key(trial.at, load_settings(trial.at).hash_key)
    return "-".join(_hash(rows, columns, hash_key) for columns in parts[: 1 + bool(decision.query)])


def _hash(rows: pa.Table, columns: list[str], hash_key: bytes | None) -> str:
    cells = {name: column_text(rows[name], name).to_pylist() for name in columns}
    text = json.dumps(cells).encode()
    told = hmac.digest(hash_key, text, "sha256").hex() if hash_key else sha256_bytes(text)
    return told[:DIGITS]


def is_reviewed(decision: Decision, now: str) -> bool:
    """Whether rows in a state are those that were reviewed, whatever was queried of them."""
    return (decision.seen or "")[:DIGITS] == now[:DIGITS]


def is_mended(decision: Decision, now: str | None) -> bool:
    """Whether a queried value is another than the one that was reviewed."""
    return bool(decision.query and decision.seen and now) and decision.seen != now


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
