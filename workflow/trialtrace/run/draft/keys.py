"""Patients, and the columns that tell the rows of a patient apart, by counting."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from trialtrace.run.draft.metadata import cdisc, redcap
from trialtrace.run.draft.profile import SOURCE_ROW, Table
from trialtrace.run.draft.types import natural

# What may stand between a patient and a row, in the order of a key.
STANDARD = (
    cdisc.PARAMETER,
    *cdisc.VISITS,
    *cdisc.WITHIN_VISIT,
    redcap.EVENT,
    redcap.INSTRUMENT,
    redcap.INSTANCE,
)


def is_key(table: Table, names: Collection[str]) -> bool:
    """Whether no two rows have the same values of these columns, and none lacks one. Rows without
    any value of a repeating instrument or event are told apart by that."""
    whole = np.zeros(table.size, np.int64)
    for name, at in zip(names, table.at(names), strict=True):
        if (at < 0).any() and name not in STANDARD:
            return False
        whole = np.unique(whole * (int(at.max(initial=0)) + 2) + at + 1, return_inverse=True)[1]
    return len(np.unique(whole)) == table.size


def constant(table: Table, within: Sequence[str], name: str) -> bool:
    """Whether no group of rows with the same values of `within` has two values of a column."""
    groups, at = table.groups(within), table.columns[name].at
    there = (groups >= 0) & (at >= 0)
    pairs = np.unique(np.stack([groups[there], at[there]]), axis=1)
    return bool(len(np.unique(pairs[0])) == pairs.shape[1])


def patients(table: Table) -> list[str]:
    """The columns that can tell patients apart: no decimals, no dates, and a value in each row."""
    return [name for name in numbering(table) if not table.column(name).blank]


def numbering(table: Table) -> list[str]:
    """The columns that can number something: they have several values, no decimals, no dates."""
    columns = table.columns.items()
    return [name for name, one in columns if one.kind.may_be_codes and len(one.values) > 1]


def visits(table: Table, subject: str) -> list[str]:
    """The columns that with the patient tell all rows apart."""
    return [
        name
        for name in numbering(table)
        if name != subject
        and len(table.column(name).values) < table.size
        and is_key(table, (subject, name))
    ]


def in_order(table: Table, subject: str, name: str) -> tuple[str, ...]:
    """The visits of a column in their order: numbers by their size, declared codes as they are
    listed, others as the rows of a patient follow each other in the file, on average."""
    one = table.column(name)
    known = [code for code in one.declared.choices if code in one.values]
    if one.is_number or len(known) == len(one.values):
        return tuple(sorted(one.values, key=natural) if one.is_number else known)
    (who,) = table.at([subject])
    rows = np.lexsort((np.arange(table.size), who))
    first = np.flatnonzero(np.append(True, np.diff(who[rows]) != 0))
    sizes = np.diff(np.append(first, table.size))
    place = np.empty(table.size)
    place[rows] = (np.arange(table.size) - np.repeat(first, sizes)) / np.repeat(sizes, sizes)
    there = one.at >= 0
    mean = np.bincount(one.at[there], place[there]) / np.bincount(one.at[there])
    return tuple(one.values[at] for at in np.argsort(mean, kind="stable"))


def rows_alike(table: Table, names: Sequence[str]) -> np.ndarray:
    """The rows, from 0, that have the values of these columns with an earlier row in common."""
    _, first = np.unique(table.groups(names), return_index=True)
    return np.setdiff1d(np.arange(table.size), first)


def key_of(table: Table, subject: str, within: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns that tell rows apart: the patient, with one or all of `within`, such as the
    visit, or what a standard has for it; the place in the file where they do not."""
    if subject == SOURCE_ROW:
        return (SOURCE_ROW,)
    tried: list[tuple[str, ...]] = [(subject,), *((subject, name) for name in within)]
    tried += [(subject, *within)]
    tried += list(_grown(subject, [name for name in STANDARD if name in table.columns]))
    return next((key for key in tried if is_key(table, key)), (SOURCE_ROW,))


def _grown(subject: str, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Keys with one column more each."""
    for n in range(1, len(names) + 1):
        yield (subject, *names[:n])
