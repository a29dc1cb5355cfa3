"""What single patients weigh: every primary result without each of them in turn, and with each of
their primary outcomes another.

The plan's own analyses run over derived rows that are kept in memory: nothing is cleaned or derived
anew, and nothing is written. An adjusted p-value is of its family and is not told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING, Literal

from trialtrace.base.errors import UserError
from trialtrace.base.words import DECIDING
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.run import run_analysis
from trialtrace.run.tables.frames import Frames, FramesOf
from trialtrace.run.trial.plan.methods import DATASETS

if TYPE_CHECKING:
    import pyarrow as pa

    from trialtrace.run.methods.analysing.rows import Result
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.model import Endpoint
    from trialtrace.run.trial.plan.build import Analysis

# Columns of a derived row that follow from its value.
VALUE, BASE, CHANGE = "AVAL", "BASE", "CHG"
How = Literal["left out", "another value"]


@dataclass(frozen=True)
class Varied:
    """A primary result with one patient left out, or with one of their outcomes another.

    `row` is the number of the derived row (ASEQ) that has another value, `to` that value.
    """

    result_id: str
    how: How
    subject: str
    row: int | None
    visit: str | None
    to: float | None
    value: float | None
    low: float | None
    high: float | None
    crosses: bool


@dataclass(frozen=True)
class Primary:
    """A primary result as it stands; `decision_level` is that of a p value."""

    result_id: str
    stat: str
    value: float | None
    low: float | None
    high: float | None
    decision_level: float | None


@dataclass(frozen=True)
class Outcome:
    """A derived value of a primary outcome, and what else it could have been."""

    subject: str
    row: int
    visit: str | None
    to: float


class Without(FramesOf):
    """Derived data sets without one patient."""

    def __init__(self, whole: Frames, subject: str):
        super().__init__(whole)
        self._subject = subject

    def _read(self, dataset: str, names: Sequence[str]) -> "pa.Table":
        import pyarrow.compute as pc

        others = pc.not_equal(self._whole.column(dataset, "USUBJID"), self._subject)
        return self._whole.table(dataset, names).filter(others)


class With(FramesOf):
    """Derived data sets with another value of one row; its change from baseline follows."""

    def __init__(self, whole: Frames, dataset: str, outcome: Outcome):
        super().__init__(whole)
        self._dataset, self._outcome = dataset, outcome

    def _read(self, dataset: str, names: Sequence[str]) -> "pa.Table":
        import pyarrow as pa

        table = self._whole.table(dataset, names)
        if dataset != self._dataset:
            return table
        at, put = self._put
        for name in put.keys() & set(names):
            column = table[name].combine_chunks()
            value = pa.array([put[name]], column.type)
            parts = [column.slice(0, at), value, column.slice(at + 1)]
            table = table.set_column(table.column_names.index(name), name, pa.concat_arrays(parts))
        return table

    @cached_property
    def _put(self) -> tuple[int, dict[str, float]]:
        """The place of the row, and what stands there."""
        import pyarrow.compute as pc

        one, whole = self._outcome, self._whole
        subject, number = (whole.column(self._dataset, name) for name in ("USUBJID", "ASEQ"))
        there = pc.and_(pc.equal(subject, one.subject), pc.equal(number, one.row))
        at: int = pc.index(there, True).as_py()
        put = {VALUE: one.to}
        if CHANGE in whole.names(self._dataset):
            change, base = (whole.column(self._dataset, name)[at] for name in (CHANGE, BASE))
            put |= {CHANGE: one.to - float(base.as_py())} if change.is_valid else {}
        return at, put


def primary_results(trial: "Trial", frames: Frames) -> list[Primary]:
    """Every result of the primary analyses."""
    return [
        _primary(result, analysis)
        for analysis in _primaries(trial)
        for result in _of(trial, analysis, frames)
    ]


def subjects_of(frames: Frames) -> list[str]:
    """Every patient of ADSL."""
    return [str(name) for name in frames.column("adsl", "USUBJID").to_pylist()]


def without_each(trial: "Trial", frames: Frames) -> Iterator[Varied]:
    """The primary results without each patient in turn, patient by patient."""
    for analysis in _primaries(trial):
        whole = {primary.result_id: primary for primary in primary_of(trial, analysis, frames)}
        for subject in subjects_of(frames):
            left = Outcome(subject, 0, None, 0.0)
            yield from _varied(trial, analysis, Without(frames, subject), whole, "left out", left)


def with_other_outcomes(trial: "Trial", frames: Frames) -> Iterator[Varied]:
    """The primary results with each outcome of each patient another: of yes and no the other one,
    of a scale either end. Times, and values of a scale without ends, are left as they are."""
    for analysis in _primaries(trial):
        whole = {primary.result_id: primary for primary in primary_of(trial, analysis, frames)}
        for endpoint in parameters(trial, analysis):
            dataset = DATASETS.get(endpoint.kind, "bds")
            for outcome in outcomes(frames, dataset, endpoint, analysis):
                changed = With(frames, dataset, outcome)
                yield from _varied(trial, analysis, changed, whole, "another value", outcome)


def outcomes(
    frames: Frames, dataset: str, endpoint: "Endpoint", analysis: "Analysis"
) -> Iterator[Outcome]:
    """What each value of an endpoint could have been; baselines stay as they are."""
    if dataset != "bds":
        return
    condition: dict[str, object] = {"PARAMCD": {"is": endpoint.code}, VALUE: "present"}
    rows = frames.select(dataset, condition)
    values = [float(value) for value in rows.column(VALUE)]
    scale = endpoint.scale
    if scale is not None and scale.low is not None and scale.high is not None:
        ends: tuple[float, ...] = (float(scale.low), float(scale.high))
    elif set(values) <= {0.0, 1.0}:
        ends = (0.0, 1.0)
    else:
        return
    visits = rows.column("AVISIT")
    first = getattr(endpoint.entry, "baseline", None)
    columns = (rows.column("USUBJID"), rows.column("ASEQ"), visits, values)
    for subject, number, visit, value in zip(*columns, strict=True):
        asked = analysis.visits is None or visit in analysis.visits
        if asked and (visit is None or visit != first):
            told = None if visit is None else str(visit)
            yield from (Outcome(str(subject), int(number), told, to) for to in ends if to != value)


def primary_of(trial: "Trial", analysis: "Analysis", frames: Frames) -> list[Primary]:
    """The results of one analysis as they stand."""
    return [_primary(result, analysis) for result in _of(trial, analysis, frames)]


def _primaries(trial: "Trial") -> Iterable["Analysis"]:
    return [analysis for analysis in trial.plan.analyses.values() if analysis.role == "primary"]


def _of(trial: "Trial", analysis: "Analysis", frames: Frames) -> Iterator["Result"]:
    yield from run_analysis(trial, analysis, frames)


def _primary(result: "Result", analysis: "Analysis") -> Primary:
    low, high = (_known(end) for end in result.interval or (None, None))
    level = analysis.decision_level if result.stat in DECIDING else None
    return Primary(result.result_id, result.stat, _known(result.value), low, high, level)


def _varied(
    trial: "Trial",
    analysis: "Analysis",
    frames: Frames,
    whole: dict[str, Primary],
    how: How,
    outcome: Outcome,
) -> Iterator[Varied]:
    try:
        results = list(_of(trial, analysis, frames))
    except UserError:
        results = []  # too few patients are left: no result has a value
    found = {result.result_id: result for result in results}
    for name, before in whole.items():
        result = found.get(name)
        value = _known(result.value) if result else None
        low, high = (_known(end) for end in (result and result.interval) or (None, None))
        level = before.decision_level
        crosses = (
            level is not None
            and value is not None
            and before.value is not None
            and (value <= level) != (before.value <= level)
        )
        row, to = (outcome.row, outcome.to) if how == "another value" else (None, None)
        yield Varied(name, how, outcome.subject, row, outcome.visit, to, value, low, high, crosses)


def _known(value: float | None) -> float | None:
    """A value as results keep it, to 12 digits."""
    return None if value is None or isnan(value) else float(f"{value:.12g}")
