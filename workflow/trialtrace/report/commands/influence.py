"""`trialtrace impact TRIAL --influence`: what single patients weigh in the primary results."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError, visible
from trialtrace.report.listing import json_text, listing
from trialtrace.run.archive.text import counted
from trialtrace.run.methods.analysing.influence import (
    Primary,
    Varied,
    primary_results,
    with_other_outcomes,
    without_each,
)
from trialtrace.run.trace.content import Tracer

# Of a long list so many lines are shown; JSON and CSV have all.
SHOWN = 25
EDGE_ENDS = ("source_file", "source_row", "column")
COLUMNS = ("result_id", "how", "subject", "row", "visit", "to", "value", "low", "high", "crosses")


@dataclass(frozen=True)
class Span:
    """A primary result, and the least and greatest value that it has without one patient."""

    result: Primary
    least: Varied
    greatest: Varied
    none: int


def tell_influence(tracer: Tracer, form: str, picture: Path | None) -> int:
    """Print every primary result without each patient, and what could flip a decision; draw it.

    Raises UserError where values of single patients may not be shown.
    """
    if tracer.disclosure != "full":
        raise UserError(
            Problem(
                "--influence",
                found=f"disclosure: {tracer.disclosure}",
                expected="full: what a result is without a patient tells of that patient",
            )
        )
    trial, frames = tracer.trial, tracer.frames
    whole = primary_results(trial, frames)
    if not whole:
        raise UserError(
            Problem("--influence", found="no primary result", expected="an analysis: role: primary")
        )
    left, other = list(without_each(trial, frames)), list(with_other_outcomes(trial, frames))
    if picture is not None:
        from trialtrace.report.figures.influence import draw_influence

        draw_influence(trial, whole, left, picture)
        print(
            f"drawn: {picture.with_suffix('.svg')}, {picture.with_suffix('.png')}", file=sys.stderr
        )
    if form == "csv":
        rows = [asdict(one) for one in (*left, *other)]
        print(listing(rows, COLUMNS, COLUMNS, "csv"), end="")
    elif form == "json":
        told = {
            "trial": trial.name,
            "synthetic": trial.synthetic,
            "results": [asdict(primary) for primary in whole],
            "left_out": [asdict(one) for one in left],
            "another_value": [
                asdict(one) | {"cells": cells_of(tracer, one)} for one in other if one.crosses
            ],
            "another_value_tried": len({(one.subject, one.row, one.to) for one in other}),
        }
        print(json_text(told), end="")
    else:
        print(visible("\n".join(_lines(tracer, whole, left, other))))
    return 0


def _lines(
    tracer: Tracer, whole: Sequence[Primary], left: Sequence[Varied], other: Sequence[Varied]
) -> Iterator[str]:
    patients = len({varied.subject for varied in left})
    many = counted(patients, "patient")
    yield f"{tracer.trial.name}: every primary result without each of {many}"
    if tracer.trial.synthetic:
        yield "SYNTHETIC data: not evidence"
    for span in spans(whole, left):
        yield f"  {span.result.result_id}"
        yield f"      {_text(span.result.value)}; without one of them {_span(span)}"
    tests = sum(primary.decision_level is not None for primary in whole)
    title = "decisions that hang on one patient being there"
    yield from _flips(tracer, title, [varied for varied in left if varied.crosses])
    tried = len({(varied.subject, varied.row, varied.to) for varied in other})
    title = f"decisions that one outcome could flip ({counted(tried, 'other value')} tried)"
    yield from _flips(tracer, title, [varied for varied in other if varied.crosses])
    if not tests:
        yield "  no primary analysis has a test"
    elif not tried:
        yield "  no outcome is of yes and no, or on a scale with ends: none was changed"


def spans(whole: Sequence[Primary], left: Sequence[Varied]) -> Iterator[Span]:
    """Of each result that has a value the least and the greatest without one patient."""
    by_result: dict[str, list[Varied]] = {}
    for varied in left:
        by_result.setdefault(varied.result_id, []).append(varied)
    for result in whole:
        known = [
            (one.value, one) for one in by_result.get(result.result_id, []) if one.value is not None
        ]
        if result.value is not None and known:
            least, greatest = (pick(known, key=lambda pair: pair[0])[1] for pick in (min, max))
            none = len(by_result[result.result_id]) - len(known)
            yield Span(result, least, greatest, none)


def _span(span: Span) -> str:
    least, greatest = span.least, span.greatest
    if least.value == greatest.value:
        return f"always {_text(least.value)}"
    none = f"; none without {counted(span.none, 'patient')}" if span.none else ""
    return (
        f"{_text(least.value)} (without {least.subject}) to {_text(greatest.value)} "
        f"(without {greatest.subject}){none}"
    )


def _flips(tracer: Tracer, title: str, found: Sequence[Varied]) -> Iterator[str]:
    yield f"{title}: {len(found) or 'none'}"
    for varied in found[:SHOWN]:
        at = f", {varied.visit}" if varied.visit else ""
        how = "left out" if varied.to is None else f"with {varied.to:g}"
        cells = "".join(f"; {cell}" for cell in cells_of(tracer, varied))
        patient = f"patient {varied.subject}{at} {how}{cells}"
        yield f"  {varied.result_id}: {_text(varied.value)} with {patient}"
    if len(found) > SHOWN:
        yield f"  … {len(found) - SHOWN} more: --format json"


def cells_of(tracer: Tracer, varied: Varied) -> list[str]:
    """The raw cells that an outcome which was changed is made from; none of a patient left out."""
    import numpy as np

    if varied.row is None:
        return []
    edges = tracer.raw.edges
    wanted: dict[str, str | int] = {
        "dataset": "bds",
        "USUBJID": varied.subject,
        "ASEQ": varied.row,
        "variable": "AVAL",
    }
    mask = np.logical_and.reduce([edges.equal(name, value) for name, value in wanted.items()])
    found = edges.table(np.flatnonzero(mask))
    places = zip(*(found[name].to_pylist() for name in EDGE_ENDS), strict=True)
    return [f"{file}:{line}:{column}" for file, line, column in places]


def _text(value: float | None) -> str:
    return "—" if value is None else f"{value:.4g}"
