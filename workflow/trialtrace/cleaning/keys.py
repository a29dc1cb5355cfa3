"""Rows whose keys are bad: without a subject or key, of an unknown subject, or there twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from trialtrace.cleaning.rejects import Finding
from trialtrace.config.model import TableSpec
from trialtrace.contracts import SOURCE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

TextOf = Callable[["np.ndarray"], "pa.Table"]
PLACE = tuple(column.name for column in SOURCE)


def subject_text(typed: "pa.Table", spec: TableSpec) -> "pa.Array":
    """The subject of each row as text."""
    from trialtrace.sources.canonical import column_text

    return column_text(typed[spec.subject], f"table {spec.name}, column {spec.subject}")


def bad_rows(
    typed: "pa.Table",
    text_of: TextOf,
    spec: TableSpec,
    subject: "pa.Array",
    known: "pa.Array | None",
) -> list[Finding]:
    """Findings on whole rows; a row breaks one rule at most.

    `text_of(positions)` has the cells of the dictionary's columns without blanks around them: rows
    that are the same in all of them repeat each other. `known` are the subjects of the trial, None
    for the table that says who they are.
    """
    import numpy as np
    import pyarrow.compute as pc

    findings = []
    free = np.ones(typed.num_rows, dtype=bool)

    def found(rule: str, reason: str, mask: "np.ndarray", values: "pa.Array | None" = None) -> None:
        positions = np.flatnonzero(mask & free)
        free[positions] = False
        chosen = None if values is None else values.take(positions)
        findings.append(Finding(rule, reason, positions, values=chosen))

    for name in dict.fromkeys([spec.subject, *spec.key]):
        rule = "subject_missing" if name == spec.subject else "key_missing"
        nulls = pc.is_null(typed[name]).to_numpy()
        found(rule, f"no usable value in the key column {name}", nulls)
    if known is not None:
        unknown = pc.invert(pc.is_in(subject, value_set=known)).to_numpy(zero_copy_only=False)
        found("unknown_subject", "the subject is not in the table of subjects", unknown, subject)
    repeats, conflicts = _duplicates(typed, text_of, spec, free)
    keys = ", ".join(spec.key)
    found("duplicate_row", f"repeats an earlier row of the same {keys}", repeats)
    found("duplicate_key", f"another row has the same {keys} and differs", conflicts)
    return findings


def _duplicates(
    typed: "pa.Table", text_of: TextOf, spec: TableSpec, free: "np.ndarray"
) -> tuple["np.ndarray", "np.ndarray"]:
    """(rows that repeat an earlier one, rows that share a key with one that differs).

    Where rows of one key differ, nothing says which is right, so all of them are conflicts.
    """
    import numpy as np

    repeats = np.zeros(typed.num_rows, dtype=bool)
    conflicts = repeats.copy()
    keys = typed.select(list(spec.key)).to_pandas()[free]
    twice = keys.index[keys.duplicated(keep=False)].to_numpy()
    if not len(twice):
        return repeats, conflicts
    group = keys.loc[twice].groupby(list(spec.key), sort=False, dropna=False).ngroup()
    rows = text_of(twice).to_pandas().fillna("")
    rows["\0group"] = group.to_numpy()
    again = rows.duplicated().to_numpy()
    different = (~rows.duplicated()).groupby(group.to_numpy()).transform("sum").to_numpy() > 1
    repeats[twice[again & ~different]] = True
    conflicts[twice[different]] = True
    return repeats, conflicts
