"""What codes are called against what other columns hold of the same patients and events.

Who died has a day of death: more than one patient in a hundred whose code is called dead or fatal
and who has none is unusual (binomial). Serious events are of higher grades than the others, and who
completed was followed for longer than who withdrew or was lost: the contrary is held against
no difference by the rank sum (Wilcoxon, Biometrics Bull 1945;1:80; its normal approximation with
ties), of all and of each site, times these.
"""

import re
from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats
from trialtrace.run.integrity import chances, roles
from trialtrace.run.integrity.export import CODE, NOBODY, Column, Export, Sheet
from trialtrace.run.integrity.look import Look
from trialtrace.run.trial.label_words import means_no

FEWEST, OF_SITE, SLIPS = 3, 10, 0.01
DEAD = re.compile(r"died|dead|deceased|death|fatal|verstorben|gestorben|t[öo]dlich|d[ée]c[ée]d")
SERIOUS = re.compile(r"\bserious\b|\bsae\b|\baeser\b|schwerwiegend|\bgraves?\b")
GRADE = re.compile(r"\bgrade\b|\bctc|\bseverity\b|\btoxicity\b|\bintensity\b|schwere?grad")
COMPLETED = re.compile(r"^complet|^finished|^beendet|abgeschlossen|^termin[ée]")
LEFT = re.compile(r"^lost|withdr|drop|discontinu|abgebrochen|ausgeschieden|^perdu|abandon")
GRADES = ("mild", "moderate", "severe", "life", "fatal|death")


def looks(export: Export) -> Iterator[Look]:
    """Looks at deaths, at serious events and at who completed, by what their codes are called."""
    died = roles.died(export)
    for sheet in export.sheets:
        coded = [c for c in sheet.columns if c.kind == CODE and len(c.levels) > 1]
        grades = [column for column in coded if GRADE.search(_named(column))]
        for column in coded:
            if died is not None:
                yield from _deaths(sheet, column, died)
            if SERIOUS.search(_named(column)) and grades:
                yield from _serious(export, sheet, column, _order(grades[0]))
            if sheet.name in {one.table for one in export.last} | {export.subjects}:
                yield from _completed(export, sheet, column)


def _named(column: Column) -> str:
    return f"{column.name} {column.label}".casefold()


def _called(column: Column, pattern: re.Pattern[str]) -> Flags:
    """The rows whose level is called so."""
    places = [at for at, level in enumerate(column.levels) if pattern.search(level.casefold())]
    flags: Flags = np.isin(column.values, places)
    return flags


def _deaths(sheet: Sheet, column: Column, died: Flags) -> Iterator[Look]:
    dead = _called(column, DEAD)
    subjects = np.unique(sheet.subject[dead])
    if len(subjects):
        without = dead & ~died[sheet.subject]
        k, n = int((~died[subjects]).sum()), len(subjects)
        text = f"{k} of {n} patients whose code is called a death have no day of death"
        rows = tuple(sorted(int(row) for row in sheet.rows[without]))
        where = f"{sheet.name}.{column.name}"
        yield Look(where, text, chances.binomial(k, n, SLIPS), rows)


def _order(column: Column) -> Floats:
    """Grades in the order of their words, or, where they have others, of their codes."""
    places = []
    for level in column.levels:
        of = [at for at, word in enumerate(GRADES) if re.search(word, level.casefold())]
        places += of[:1]
    if len(places) < len(column.levels):
        return column.values
    known = ~np.isnan(column.values)
    values = np.full(len(known), np.nan)
    values[known] = np.array(places, dtype=float)[column.values[known].astype(np.intp)]
    return values


def _serious(export: Export, sheet: Sheet, column: Column, grade: Floats) -> Iterator[Look]:
    no = [means_no(level) for level in column.levels]
    if len(no) != 2 or sum(no) != 1:
        return
    known = ~np.isnan(column.values) & ~np.isnan(grade)
    serious = known & (column.values == no.index(False))
    text = f"whether serious ones of {int(known.sum())} are of lower grades than the others"
    yield from _lower(export, sheet, column, (serious, known & ~serious), grade, text)


def _completed(export: Export, sheet: Sheet, column: Column) -> Iterator[Look]:
    entry = export.known(export.entry)
    if entry is None or not export.last or len(np.unique(sheet.subject)) < len(sheet.subject):
        return
    until = np.fmax.reduce([one.values for one in export.last]) - entry.values
    seen = until[sheet.subject]
    ended = [_called(column, pattern) & ~np.isnan(seen) for pattern in (COMPLETED, LEFT)]
    text = "whether who completed was followed for less time than who withdrew or was lost"
    yield from _lower(export, sheet, column, (ended[0], ended[1]), seen, text)


def _lower(
    export: Export,
    sheet: Sheet,
    column: Column,
    groups: tuple[Flags, Flags],
    values: Floats,
    text: str,
) -> Iterator[Look]:
    """A look at whether the first group has the lower values, in all and at each site."""
    site = np.zeros(export.n, np.intp) if export.site is None else export.site
    at = site[sheet.subject]
    parts = [np.ones(len(at), dtype=bool), *(at == s for s in np.unique(at[at != NOBODY]))]
    tried = []
    for part in parts:
        first, others = (group & part for group in groups)
        if min(first.sum(), others.sum()) >= FEWEST and (first | others).sum() >= OF_SITE:
            p = chances.rank_sum(values[first], values[others])
            tried.append((p, tuple(sorted(int(row) for row in sheet.rows[first]))))
    if tried:
        p, rows = min(tried)
        where = f"{sheet.name}.{column.name}"
        yield Look(where, text, min(1.0, p * len(tried)), rows)
