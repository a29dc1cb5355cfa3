"""Intervals by the bootstrap: the subjects of each arm, or of an arm and stratum, drawn anew."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Place, Result, stream
from trialtrace.run.methods.analysing.subject_tables import TWICE, known
from trialtrace.run.methods.categorical.analyse import roles
from trialtrace.run.methods.stratified.analyse import keys_of
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import bootstrap as cards


def bootstrap(cut: Cut, step: "Step[cards.Bootstrap]") -> Iterator[Result]:
    """By comparison: an estimate with its interval."""
    for pair in cut.analysis.pairs:
        rows = cut.rows(TRTP={"in": list(pair)}, **known(step.options.strata))
        # Of a yes or no also those with the event.
        members = roles(cut, rows) if cut.endpoint.kind in BINARY else {"analysed": rows}
        sample = Sample(cut, step, cut.at(pair=pair), members, rows.n)
        yield sample.interval(partial(_interval, cut, step, rows, sample.place, pair))


def _interval(
    cut: Cut,
    step: "Step[cards.Bootstrap]",
    rows: Selection,
    place: Place,
    pair: tuple[str, str],
) -> Interval:
    if rows.subjects < rows.n:
        raise StatsError(TWICE)
    by_arm = [_samples(cut, step, rows, arm) for arm in pair]
    if not all(by_arm):
        raise StatsError("an arm has no values.")
    interval, statistic = formulas(step)
    found: Interval = interval(
        [*by_arm[0], *by_arm[1]],
        statistic(len(by_arm[0])),
        method=step.options.interval,
        resamples=step.options.resamples,
        confidence=cut.analysis.confidence,
        seed=(step.options.seed, stream(place)),
    )
    return found


def _samples(
    cut: Cut, step: "Step[cards.Bootstrap]", rows: Selection, arm: str
) -> list[np.ndarray]:
    """The values of an arm, or of each stratum in it."""
    own, values = rows.column("TRTP").astype(str) == arm, cut.values(rows).astype(float)
    if not step.options.strata:
        return [values[own]] if own.any() else []
    cells = keys_of(rows, step.options.strata)
    return [values[own & (cells == cell)] for cell in np.unique(cells[own])]


METHODS = {
    f"{statistic}.bootstrap": bootstrap
    for statistic in ("mean_difference", "difference_of_medians", "risk_difference")
}
