"""Composite events: a declared rule over findings and scores, by visit, up to a visit, or ever."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialtrace.base.errors import UserError
from trialtrace.run.endpoints.kinds.event import yes_no
from trialtrace.run.endpoints.records import Cells, Records, joined, moved
from trialtrace.run.endpoints.study import Study
from trialtrace.run.endpoints.truth import COUNT, as_numbers, as_truth, ever, rule
from trialtrace.run.endpoints.visits import Grid, looked_at_visits, one_each
from trialtrace.run.tables.conditions import columns_of, evaluate
from trialtrace.run.trial.endpoints.finding import CompositeEvent
from trialtrace.run.trial.model import Endpoint


def derive_composite_event(endpoint: Endpoint[CompositeEvent], study: Study) -> Records:
    """A record a subject and visit (`counted: at_visit`, `by_visit`), or a subject (`ever`).

    GROUNDS names the findings that were present and the scores whose test was met, with the visit
    where it was an earlier one, and what was unknown. The raw cells are those of all parts, at all
    visits that decide.
    """
    entry = endpoint.entry
    grid = Grid(looked_at_visits(study, endpoint), study.size)
    findings, scores, cells = _parts(study, endpoint, grid)
    truth = rule(entry.event, findings, scores, entry.missing)
    grounds = _grounds(entry.event, findings, scores, truth)
    if entry.counted == "at_visit":
        values = grid.place() | yes_no(as_truth(truth)) | {"GROUNDS": grounds}
        return Records("bds", grid.subjects, values, tuple(cells))
    by_visit = truth.reshape(grid.visits, grid.size)
    so_far = ever(by_visit, passing_over=entry.missing_visits == "passed_over")
    grounds = _first_grounds(grid, by_visit, grounds)
    if entry.counted == "by_visit":
        values = grid.place() | yes_no(as_truth(so_far.ravel())) | {"GROUNDS": grounds}
        return Records("bds", grid.subjects, values, tuple(_later(cells, grid)))
    last = (grid.visits - 1) * grid.size
    values = yes_no(as_truth(so_far[-1])) | {"GROUNDS": grounds.slice(last)}
    subjects = np.arange(grid.size)
    return Records("bds", subjects, values, tuple(moved(cells, grid.subjects, ("AVAL",))))


def _parts(
    study: Study, endpoint: Endpoint[CompositeEvent], grid: Grid
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[Cells]]:
    """Findings and scores by name in the cells of the grid, and the raw cells behind them."""
    findings, scores, cells = {}, {}, []
    for name in endpoint.entry.findings:
        findings[name], behind = one_each(study, endpoint, grid, name, "value")
        known = findings[name][~np.isnan(findings[name])]
        if not np.isin(known, (0, 1)).all():
            raise UserError(
                f"{study.place(endpoint)}: {COUNT}",
                found=f"{name}, whose values are not yes or no",
                expected="yes/no endpoints; a value belongs under `scores`",
            )
        cells += behind
    for name, score in endpoint.entry.parts.items():
        what = score.value or "value"
        scores[name], behind = one_each(study, endpoint, grid, score.of, what)
        cells += behind
    return findings, scores, cells


def _tests(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, test in condition.items():
        if name in ("any", "all"):
            for part in test:
                yield from _tests(part)
        elif name == "not":
            yield from _tests(test)
        else:
            yield name, test


def _grounds(
    condition: Mapping[str, Any],
    findings: Mapping[str, np.ndarray],
    scores: Mapping[str, np.ndarray],
    truth: np.ndarray,
) -> pa.Array:
    """ "present: a, b; unknown: c"; nothing where no part is present nor unknown."""
    named = set(columns_of(condition))
    parts = dict(findings) | {name: value for name, value in scores.items() if name in named}
    present, unknown = [], []
    for name, value in parts.items():
        met = value == 1
        if name in scores:
            table = pa.table({name: pa.array(value, from_pandas=True)})
            tests = [test for column, test in _tests(condition) if column == name]
            met = np.any([as_numbers(evaluate({name: t}, table)) == 1 for t in tests], axis=0)
        present.append(_where(met, name))
        unknown.append(_where(np.isnan(value), name))
    heads = (("present: ", joined(present, ", ")), ("unknown: ", joined(unknown, ", ")))
    return joined([pc.binary_join_element_wise(head, text, "") for head, text in heads], "; ")


def _where(mask: np.ndarray, text: str) -> pa.Array:
    return pc.if_else(pa.array(mask), text, pa.scalar(None, type=pa.string()))


def _first_grounds(grid: Grid, by_visit: np.ndarray, grounds: pa.Array) -> pa.Array:
    """At each visit the grounds of the first yes so far, with its visit; else the visit's own."""
    yes = by_visit == 1
    visit = np.arange(grid.visits)[:, None]
    first = np.where(yes.any(axis=0), yes.argmax(axis=0), grid.visits)
    source = np.where(visit >= first, first, visit)
    cell = pa.array((source * grid.size + np.arange(grid.size)).ravel())
    if not grid.labels:
        return grounds.take(cell)
    told = pc.binary_join_element_wise(grid.place()["AVISIT"], grounds, ": ")
    return told.take(cell)


def _later(cells: list[Cells], grid: Grid) -> Iterator[Cells]:
    """Cells of a visit behind the records of that visit and of all later ones."""
    for later in range(grid.visits):
        to = np.arange(len(grid)) + later * grid.size
        yield from moved(cells, np.where(to < len(grid), to, -1), ("AVAL",))
