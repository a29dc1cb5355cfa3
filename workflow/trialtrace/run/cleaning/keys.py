"""Rows whose keys are bad: without a subject or key, of an unknown subject, or there twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.run.cleaning.rejects import Finding
from trialtrace.run.tables.canonical import column_text
from trialtrace.run.tables.contracts import SOURCE
from trialtrace.run.trial.study.file import TableSpec

TextOf = Callable[[np.ndarray], pa.Table]
PLACE = tuple(column.name for column in SOURCE)
CONFLICT = "duplicate_key"
TAKEN = {
    "stop": "",
    "reject": "",
    "first": "; the first row is used",
    "last": "; the last row is used",
}


@dataclass(frozen=True)
class Roster:
    """Subjects with an accepted row in the table of subjects, and those it has without one.

    `dates` has the dates of each column of that table, in the first row of each accepted subject.
    """

    accepted: pa.Array
    left_out: pa.Array
    dates: Mapping[str, pa.Array] = field(default_factory=dict)


def subject_text(typed: pa.Table, spec: TableSpec) -> pa.Array:
    """The subject of each row as text."""
    return column_text(typed[spec.subject], f"table {spec.name}, column {spec.subject}")


def bad_rows(
    typed: pa.Table,
    text_of: TextOf,
    spec: TableSpec,
    subject: pa.Array,
    known: Roster | None,
    take: str = "stop",
) -> list[Finding]:
    """Findings on whole rows; a row breaks one rule at most.

    `text_of(positions)` has the cells of the dictionary's columns without blanks around them: rows
    that are the same in all of them repeat each other. `known` are the subjects of the trial, None
    for the table that says who they are. `take` says which of the rows that share a key and differ
    is used: first, last, or none.
    """
    findings = []
    free = np.ones(typed.num_rows, dtype=bool)

    def found(rule: str, reason: str, mask: np.ndarray, values: pa.Array | None = None) -> None:
        positions = np.flatnonzero(mask & free)
        free[positions] = False
        chosen = None if values is None else values.take(positions)
        findings.append(Finding(rule, reason, positions, values=chosen))

    for name in dict.fromkeys([spec.subject, *spec.key_]):
        rule = "subject_missing" if name == spec.subject else "key_missing"
        nulls = pc.is_null(typed[name]).to_numpy()
        found(rule, f"no usable value in the key column {name}", nulls)
    if known is not None:
        known_one = _is_in(subject, known.accepted)
        gone = ~known_one & _is_in(subject, known.left_out)
        found("excluded_subject", "no row of the subject is used in the table of subjects", gone)
        found("unknown_subject", "the subject is not in the table of subjects", ~known_one, subject)
    repeats, conflicts = _duplicates(typed, text_of, spec, free, take)
    keys = ", ".join(spec.key_)
    found("duplicate_row", f"repeats an earlier row of the same {keys}", repeats)
    found(CONFLICT, f"another row has the same {keys} and differs{TAKEN[take]}", conflicts)
    return findings


def _is_in(subject: pa.Array, known: pa.Array) -> np.ndarray:
    return pc.is_in(subject, value_set=known).to_numpy(zero_copy_only=False)


def _duplicates(
    typed: pa.Table, text_of: TextOf, spec: TableSpec, free: np.ndarray, take: str
) -> tuple[np.ndarray, np.ndarray]:
    """(rows that repeat an earlier one, rows that share a key with one that differs and are not
    used).

    Where rows of one key differ, the data do not say which is right: unless the configuration
    takes the first or the last of them, all of them are conflicts.
    """
    repeats = np.zeros(typed.num_rows, dtype=bool)
    conflicts = repeats.copy()
    place = np.flatnonzero(free)
    key = distinct([typed[name].combine_chunks().take(place) for name in spec.key_])
    shared = np.bincount(key, minlength=1)[key] > 1
    if not shared.any():
        return repeats, conflicts
    twice, key = place[shared], key[shared]
    texts = [column.fill_null("") for column in text_of(twice).columns]
    row = distinct([*texts, pa.array(key)])
    again = np.ones(len(row), dtype=bool)
    again[np.unique(row, return_index=True)[1]] = False
    different = np.bincount(key, ~again)[key] > 1
    repeats[twice[again & ~different]] = True
    conflicts[twice[different]] = True
    if take in ("first", "last"):
        conflicts[_one_each(twice[different], key[different], last=take == "last")] = False
    return repeats, conflicts


def _one_each(rows: np.ndarray, key: np.ndarray, last: bool) -> np.ndarray:
    """The first or the last row of each key."""
    rows, key = (rows[::-1], key[::-1]) if last else (rows, key)
    return rows[np.unique(key, return_index=True)[1]]


def distinct(columns: list[pa.Array | pa.ChunkedArray]) -> np.ndarray:
    """A number for each row, the same for rows that are equal in every column."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        one = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        code = one.dictionary_encode(null_encoding="encode").indices.to_numpy()
        number = np.unique(number * (code.max(initial=0) + 1) + code, return_inverse=True)[1]
    return number
