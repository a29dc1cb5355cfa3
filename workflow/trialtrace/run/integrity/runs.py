"""One value in row after row of a column that else changes: filled down a sheet by a slip.

Of the values in the order of their rows the longest run of one is taken. Rows beside each other may
go together (visits of a patient, patients of a site): so the chance that a row repeats the one
above is that of the other rows, at least that of any two, and a run of L values among n starts
somewhere with at most n times that chance to the power L - 1 (Feller, An Introduction to
Probability Theory, vol. 1, XIII.7). Missing values end a run. Where more than a quarter of the rows
repeat the one above nothing is looked at: files are sorted by columns that are no longer there, and
few levels then stand in long runs. Places (country, hospital) stand so where rows are in order of
time: a trial begins in few of them. A column of one value a patient, in rows of several, is of its
patients, and so is a run in the rows of one patient: who is at the end of a scale stays there.
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import DATE, Export, Sheet, Slice
from trialtrace.run.integrity.look import Look

PLACE = re.compile(
    r"\b(cntry|countr|nation\b|region\b|site\b|cent(er|re)\b|"
    r"hosp(ital)?[ _]?(num|no|nr|id|name|code|$)|hospital (number|code|name)|"
    r"clinic(id| id)|zentrum|pays|land\b)"
)
FEWEST, FEWEST_PAIRS, SHORTEST, OFTEN = 8, 5, 5, 0.25


def looks(export: Export) -> Iterator[Look]:
    """A look for each column of numbers and codes of which two or more values are there."""
    for sheet in export.sheets:
        order = np.argsort(sheet.rows, kind="stable")
        for column in sheet.columns:
            values = column.values[order]
            known = values[~np.isnan(values)]
            if PLACE.search(f"{column.name} {column.label}".lower()):
                continue
            if column.kind == DATE or len(known) < FEWEST or len(np.unique(known)) < 2:
                continue
            if _lasting(sheet, column.values):
                continue
            start, length = longest(values)
            text = f"the longest run of one value has {length} of {len(known)} rows"
            at = order[start : start + length]
            p = chance(values, start, length) if np.ptp(sheet.subject[at]) else 1.0
            rows = tuple(int(row) for row in sheet.rows[at])
            yield Look(f"{sheet.name}.{column.name}", text, p, rows)
    visits = {sheet.name for sheet in export.sheets if sheet.visits}
    for series in export.series:
        if series[0].table in visits:
            yield _at_a_visit(series)


def _at_a_visit(series: tuple[Slice, ...]) -> Look:
    """A look at a number of one visit in the patients after one another: the rows between them, of
    other visits, hide a run."""
    tried = []
    for one in series:
        at = one.there[np.argsort(one.rows[one.there])]
        start, length = longest(one.values[at]) if len(at) >= FEWEST else (0, 0)
        p = chance(one.values[at], start, length)
        text = f"the longest run of one value of a visit has {length} of {len(at)} patients"
        rows = tuple(one.rows[at[start : start + length]].tolist())
        tried.append((p, text, rows))
    p, text, rows = min(tried)
    return Look(series[0].where, text, min(1.0, p * len(tried)), rows)


def longest(values: Floats) -> tuple[int, int]:
    """The start and the length of the longest run of one value; missing values end it."""
    same = values[1:] == values[:-1]
    ends = np.flatnonzero(np.concatenate([~same, [True]]))
    starts = np.concatenate([[0], ends[:-1] + 1])
    at = int(np.argmax(np.where(np.isnan(values[starts]), 0, ends - starts + 1)))
    return int(starts[at]), int(ends[at] - starts[at] + 1)


def chance(values: Floats, start: int, length: int) -> float:
    """At most the chance of so long a run, by how often the other rows repeat the one above."""
    both = ~np.isnan(values[1:]) & ~np.isnan(values[:-1])
    both[max(start - 1, 0) : start + length] = False
    n, same = int(both.sum()), int((values[1:] == values[:-1])[both].sum())
    if length < SHORTEST or n < FEWEST_PAIRS:
        return 1.0
    others = np.delete(values, slice(start, start + length))
    share = max((same + 0.5) / (n + 1), chance_alike(others[~np.isnan(others)]))
    return float(min(1.0, (n + length) * share ** (length - 1))) if share <= OFTEN else 1.0


def _lasting(sheet: Sheet, values: Floats) -> bool:
    """Whether patients have several rows and one value in all of them."""
    known = ~np.isnan(values)
    pairs = np.unique(np.column_stack([sheet.subject[known], values[known]]), axis=0)
    patients = len(np.unique(sheet.subject[known]))
    return patients < known.sum() and len(pairs) == patients
