"""A cell that was dragged down a sheet: equal steps from row to row, or one answer at a visit.

A handle that is dragged over a number goes on with it: 61, 62, 63. Of the steps between the rows of
the file the longest run of one that is not zero, over several patients, is held against how often
the other steps repeat the one above, at least any two of them (`runs`; Feller, An Introduction to
Probability Theory, vol. 1, XIII.7). Nothing is looked at where a quarter do so, or where most other
steps go the same way: a counter, or a file that is sorted by the column.

Where sites are known, one answer (of codes and of numbers of few values) in the patients after one
another is looked at, at a visit of rows: in rows of patients events come with the time since entry.
Who had another answer drew lots to be outside the run (hypergeometric, times its places): fewer the
more the answers of others who stand near each other go together, by the design effect of a run as
long (Kish, Survey Sampling, 1965, 5.4). A run that is most of a site is of the site (`codings`),
and one of much of the file up to either end may be an arm, in a sorted file.
"""

from collections.abc import Iterator

import numpy as np

from trialtrace.base.arrays import Flags, Floats, Places
from trialtrace.run.integrity.blocks import chance_alike
from trialtrace.run.integrity.export import DATE, NUMBER, Column, Export, Sheet, Slice, resolution
from trialtrace.run.integrity.look import Look
from trialtrace.run.integrity.runs import OFTEN, longest

FEWEST, SHORTEST, PATIENTS, ONE_WAY, MOST_LEVELS, LEVELS = 20, 5, 3, 0.75, 7, 8
GROUP, BLOCK, NEAR_END, MOST, OF_SITE, FEWEST_OTHERS = 10, 0.3, 0.1, 0.8, 0.5, 50


def looks(export: Export) -> Iterator[Look]:
    """A look for each number, and for each answer of few at the visits of rows; of what is used."""
    for sheet in export.sheets:
        order = np.argsort(sheet.rows, kind="stable")
        for column in sheet.columns:
            used = (sheet.name, column.name) in export.used
            if used and column.kind == NUMBER and len(sheet.rows) >= FEWEST:
                yield from _steps(sheet, column, order)
    if export.centre is not None:
        yield from _answers(export, export.centre)


def _answers(export: Export, site: Places) -> Iterator[Look]:
    """A look for each code, or number, of few values at the visits of rows."""
    visits: dict[tuple[str, str], list[Slice]] = {}
    tables = {sheet.name for sheet in export.sheets if sheet.visits}
    for one in export.slices:
        if one.table in tables and one.kind != DATE and one.column not in export.lasting:
            visits.setdefault((one.table, one.column), []).append(one)
    for at, every in visits.items():
        tried = [found for one in every for found in _one_answer(one, site)]
        if at in export.used and len(every) > 1 and tried:
            p, text, rows = min(tried)
            yield Look(every[0].where, text, min(1.0, p * len(tried)), rows)


def _steps(sheet: Sheet, column: Column, order: Places) -> Iterator[Look]:
    """A look at the longest run of equal steps."""
    values = column.values[order]
    known = values[~np.isnan(values)]
    unit = resolution(known) if len(known) >= FEWEST else None
    if unit is None or len(np.unique(known)) < LEVELS:
        return
    steps = np.round(np.diff(values) / unit)
    start, length = longest(np.where(steps == 0, np.nan, steps))
    at, step = order[start : start + length + 1], steps[start]
    others = np.delete(steps, slice(max(start - 1, 0), start + length + 1))
    others = others[~np.isnan(others)]
    moved = others[others != 0]
    if length < SHORTEST or len(np.unique(sheet.subject[at])) < PATIENTS or len(moved) < FEWEST:
        return
    same = (steps[1:] == steps[:-1]) & (steps[1:] != 0)
    same[max(start - 1, 0) : start + length] = False
    share = max((same.sum() + 0.5) / (len(others) + 1), chance_alike(moved))
    if share <= OFTEN and (np.sign(moved) == np.sign(step)).mean() < ONE_WAY:
        p = min(1.0, len(known) * share ** (length - 1))
        text = f"{length + 1} of {len(known)} rows after one another are each one step further"
        yield Look(f"{sheet.name}.{column.name}", text, p, tuple(sheet.rows[at].tolist()))


def _one_answer(one: Slice, site: Places) -> Iterator[tuple[float, str, tuple[int, ...]]]:
    """The chance of the longest run of one answer of a visit, in the patients after one another."""
    at = one.there[np.argsort(one.rows[one.there])]
    values = one.values[at]
    if len(at) >= FEWEST and 2 <= len(np.unique(values)) <= MOST_LEVELS:
        start, length = longest(values)
        run: Flags = np.zeros(len(at), dtype=bool)
        run[start : start + length] = True
        text = f"{length} of the {len(at)} patients of a visit have one answer after one another"
        yield _avoided(values, run, site[at]), text, tuple(one.rows[at[run]].tolist())


def _avoided(values: Floats, run: Flags, site: Places) -> float:
    """The chance that all with another answer are outside a run of this length."""
    own = site == np.bincount(site[run] + 1).argmax() - 1
    if not own.all() and own[run].mean() >= MOST and run[own].mean() >= OF_SITE:
        return 1.0
    near = max(1, int(NEAR_END * len(run)))
    if (run[:near].any() or run[-near:].any()) and run.mean() >= BLOCK:
        return 1.0
    other = (values != values[run][0]).astype(float)[~run]
    if len(other) < FEWEST_OTHERS or np.ptp(other) == 0:
        return 1.0
    n, outside = int(other.sum() / (1 + (run.sum() - 1) * _alike(other))), len(other)
    logs = np.log(outside - np.arange(n)) - np.log(len(run) - np.arange(n))
    return float(min(1.0, (outside + 1) * np.exp(logs.sum())))


def _alike(other: Floats) -> float:
    """How far answers that stand near each other go together: the correlation within groups of
    `GROUP` rows after one another (analysis of variance), less its standard error where they do
    not; at least 0."""
    groups = other[: len(other) // GROUP * GROUP].reshape(-1, GROUP)
    between = GROUP * float(groups.mean(axis=1).var(ddof=1))
    within = float(groups.var(axis=1, ddof=1).mean())
    whole = between + (GROUP - 1) * within
    error = np.sqrt(2 / (GROUP * (GROUP - 1) * len(groups)))
    return max(0.0, (between - within) / whole - error) if whole else 1.0
