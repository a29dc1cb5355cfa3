"""What two tables say of the same patients.

A column that stands in two tables under one name, with one value a patient in each, is the same
where it agrees for most, and where it is a sex, an age or a day of birth; ages may differ by a
year. So is an age the time from birth to entry, where the patients' table has all three. More than
one patient in a hundred for whom it differs is unusual (binomial). So is a column of another table
that has the name of the arm, by the arm that most with its code have.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity import chances
from trialtrace.run.integrity.export import CODE, DATE, NOBODY, NUMBER, Export, Slice
from trialtrace.run.integrity.look import Look

FEWEST, MOSTLY, SLIPS = 20, 0.7, 0.01
LASTING = re.compile(
    r"sex|gender|geschlecht|sexe|sesso|sexo|age|alter|eta|edad|birth\w*|dob|geburt\w*", re.I
)
AGE = re.compile(r"age|alter|eta|edad", re.I)
BIRTH = re.compile(r"\w*(birth|born|dob|geburt|geboren|naissance|nascita|nacimiento)\w*", re.I)
YEAR = 365.25


def looks(export: Export) -> Iterator[Look]:
    """A look for each pair of tables that share a column, for the arm in other tables, and for each
    age beside a birth."""
    yield from _arms(export)
    alone: dict[tuple[str, str], list[Slice]] = {}
    for one in export.slices:
        alone.setdefault((one.column, one.kind), []).append(one)
    for (name, _), found in alone.items():
        tables = [one.table for one in found]
        single = [one for one in found if tables.count(one.table) == 1]
        for one, other in combinations(single, 2):
            yield from _look(export, name, one, other)

    entry = export.known(export.entry)
    births = [one for one in export.slices if one.kind == DATE and BIRTH.fullmatch(one.column)]
    ages = [
        number
        for number in export.first_numbers
        if number.kind == NUMBER and AGE.fullmatch(number.column)
    ]
    if entry is not None:
        for birth in births[:1]:
            for age in ages:
                yield from _ages(age, (entry.values - birth.values) / YEAR)


def _arms(export: Export) -> Iterator[Look]:
    """A look for each column of another table that is called as the arm."""
    if export.arm is None or export.arm_column is None:
        return
    table, name = export.arm_column
    arms = np.where(export.arm == NOBODY, np.nan, export.arm)
    for one in export.slices:
        if one.kind == CODE and one.table != table and one.column == name:
            known = replace(one, table=table, values=arms)
            yield from _look(export, name, _as_arm(one, export.arm), known)


def _as_arm(item: Slice, arm: Places) -> Slice:
    """A column of codes by the arm that most with each code have."""
    values = item.values.copy()
    for code in np.unique(item.values[item.there]):
        own = item.values == code
        arms = arm[own & (arm != NOBODY)]
        values[own] = np.bincount(arms).argmax() if len(arms) else np.nan
    return replace(item, values=values)


def _ages(age: Slice, years: Floats) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(age.values) & ~np.isnan(years))
    apart = age.values[known] - years[known]
    # Age in whole years, at entry or at the first visit: up to a year below the time since birth.
    differ = (apart < -1 - SLIPS) | (apart > 1)
    if len(known) >= FEWEST and differ.mean() < MOSTLY:
        k, n = int(differ.sum()), len(known)
        text = f"{k} of {n} patients are of another age by their days of birth and entry"
        yield _differing(age, text, known, differ)


def _look(export: Export, name: str, item: Slice, other: Slice) -> Iterator[Look]:
    known = np.flatnonzero(~np.isnan(item.values) & ~np.isnan(other.values))
    if len(known) < FEWEST:
        return
    apart = np.abs(item.values[known] - other.values[known])
    differ = apart > (1 if AGE.fullmatch(name) else 0)
    if not LASTING.fullmatch(name) and differ.mean() > 1 - MOSTLY:
        return
    k, n = int(differ.sum()), len(known)
    text = f"{k} of {n} patients have another value in {other.table}"
    yield _differing(item, text, known, differ)


def _differing(of: Slice, text: str, known: Places, differ: Flags) -> Look:
    rows = tuple(sorted(int(row) for row in of.rows[known[differ]]))
    return Look(of.where, text, chances.binomial(int(differ.sum()), len(known), SLIPS), rows)
