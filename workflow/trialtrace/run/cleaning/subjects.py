"""Who is in the export by the table of subjects, and what became of each."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.cleaning.cells import as_mask, stripped
from trialtrace.run.cleaning.keys import PLACE, Roster, subject_text
from trialtrace.run.cleaning.rejects import ROW, RejectLog
from trialtrace.run.cleaning.typed import Typed, clean_cells
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.tables import TableSpec

BETWEEN = "\x1f"


@dataclass(frozen=True)
class Lost:
    """Subjects without an accepted row, by the rule that took their first row; those rows."""

    rule: str
    rows: np.ndarray

    @property
    def n(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class People:
    """The subjects of the export: how many, who is accepted, who is not, and by which rules; of
    `unselected` subjects `where` of the table selects no row."""

    in_export: int
    roster: Roster
    lost: tuple[Lost, ...]
    unselected: int = 0


def nobody() -> People:
    """Of an export whose table of subjects cannot be read."""
    none = pa.array([], type=pa.string())
    return People(0, Roster(none, none), ())


def people_of(trial: Trial, typed: Typed) -> People:
    """The subjects of the table of subjects, by its cleaning."""
    rules = trial.cleaning.tables[typed.spec.name]
    who = _who(typed, rules.absent.get(typed.spec.subject, ()))
    accepted = pc.unique(typed.accepted.subject)
    there = pc.and_(pc.is_valid(who), pc.invert(pc.is_in(who, value_set=accepted)))
    rows = np.flatnonzero(as_mask(there))
    gone = who.take(pa.array(rows))
    first = np.unique(gone.dictionary_encode().indices.to_numpy(), return_index=True)[1]
    left_out = pc.unique(pc.drop_null(typed.subject.take(pa.array(rows))))
    lost = _by_rule(typed.log, rows[first])
    n = len(accepted) + sum(one.n for one in lost)
    if not typed.selected.unused.num_rows:
        return People(n, Roster(accepted, left_out), lost)
    others = _subjects(trial, typed.spec, typed.selected.unused)
    others = others.filter(pc.invert(pc.is_in(others, value_set=pc.drop_null(who))))
    roster = Roster(accepted, pa.concat_arrays([left_out, others]))
    return People(n + len(others), roster, lost, len(others))


def _subjects(trial: Trial, spec: TableSpec, raw: pa.Table) -> pa.Array:
    """The usable subjects of rows of a raw table, each once."""
    if spec.subject not in PLACE:
        values = clean_cells(trial, spec, raw, spec.subject).values
        raw = pa.table({spec.subject: values})
    return pc.unique(pc.drop_null(subject_text(raw, spec)))


def _by_rule(log: RejectLog, rows: np.ndarray) -> tuple[Lost, ...]:
    values: dict[str, list[np.ndarray]] = {}
    for finding in log.findings:
        if finding.level == ROW and len(at := np.intersect1d(finding.positions, rows)):
            values.setdefault(finding.rule, []).append(at)
    return tuple(Lost(rule, np.sort(np.concatenate(values[rule]))) for rule in sorted(values))


def _who(typed: Typed, missing: tuple[str, ...]) -> pa.Array:
    """Whose each row is: an unusable subject by its text, a row without one by its place.

    Null for rows that are blank in every column: they are of nobody.
    """
    subject = typed.subject
    if not subject.null_count:
        return subject
    at = np.flatnonzero(as_mask(pc.is_null(subject)))
    text = stripped(typed.raw[typed.spec.subject].take(pa.array(at)), missing)
    place = pc.binary_join_element_wise("row", pa.array(at).cast(pa.string()), BETWEEN)
    place = pc.if_else(pa.array(blank_rows(typed.raw, at)), pa.scalar(None, pa.string()), place)
    spelt = pc.binary_join_element_wise("spelt", text, BETWEEN)
    return pc.replace_with_mask(subject, pc.is_null(subject), pc.coalesce(spelt, place))


def blank_rows(raw: pa.Table, at: np.ndarray) -> np.ndarray:
    """Which of these rows hold nothing in any column."""
    rows = raw.take(pa.array(at))
    blank = np.ones(len(at), dtype=bool)
    for name in rows.column_names:
        if name not in PLACE:
            blank &= as_mask(pc.is_null(stripped(rows[name], ())))
    return blank


def check_subjects(trial: Trial, typed: Typed) -> None:
    """Without a subject nothing can be derived: told with what took the rows away."""
    if len(typed.kept):
        return
    rules: Counter[str] = Counter()
    for finding in typed.log.findings:
        rules[finding.rule] += len(finding.positions) if finding.level == ROW else 0
    raise UserError(
        f"{trial.name}: table {typed.spec.name}",
        "no row is accepted, so there is no subject",
        found=", ".join(f"{rule} in {rows} row(s)" for rule, rows in rules.items() if rows),
        expected="rows with a subject of their own",
        do=f"look at the column {typed.spec.subject} and at the key in trial.yaml",
    )
