"""Visits two at a time: within each arm, and their differences between treatments.

Over subjects with a value at every visit, as in the analysis of variance beside it; each
difference has its own error, so that nothing of it assumes sphericity.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.methods.analysing.subject_tables import subject_table
from trialtrace.run.methods.repeated.analyse import by_subject
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import visit_pairs as cards

# Values (subjects, visits), and the arm of each subject or one name for all.
Table = tuple[np.ndarray, np.ndarray]


def within_arms(cut: Cut, step: "Step[cards.VisitPairs]") -> Iterator[Result]:
    """By arm and two visits: the mean difference of its subjects."""
    for arm in cut.arms():
        rows = cut.rows(TRTP={"is": arm}, **{COMPLETE: {"AVISIT": list(cut.visits)}})

        def table(rows: Selection = rows) -> Table:
            if rows.n == 0:
                raise StatsError("no subject has a value at every visit.")
            y, _ = by_subject(cut, rows, len(cut.visits))
            return y, np.zeros(len(y), dtype=int)

        yield from _pairs(cut, step, rows, table, {0: 1.0}, partial(cut.at, group=arm))


def compared(cut: Cut, step: "Step[cards.VisitPairs]") -> Iterator[Result]:
    """By comparison and two visits: the difference of the treatments in that difference."""
    own = cut.trial.design.kind in OWN_TREATMENT
    for pair in cut.analysis.pairs:
        columns = {"AVISIT": list(cut.visits)}
        if own:
            columns = {"TRTP": list(pair)} | columns
        rows = cut.rows(TRTP={"in": list(pair)}, **{COMPLETE: columns})

        def table(
            pair: tuple[str, str] = pair,
            rows: Selection = rows,
            columns: dict[str, list[str]] = columns,
        ) -> Table:
            if own:
                one, other = np.hsplit(subject_table(cut, rows, columns).values, 2)
                return one - other, np.zeros(len(one), dtype=int)
            y, arm = by_subject(cut, rows, len(cut.visits))
            if {*arm.tolist()} != {*pair}:
                raise StatsError("an arm has no subject with a value at every visit.")
            return y, (arm != pair[0]).astype(int)

        weights = {0: 1.0} if own else {0: 1.0, 1: -1.0}
        yield from _pairs(cut, step, rows, table, weights, partial(cut.at, pair=pair))


def _pairs(
    cut: Cut,
    step: "Step[cards.VisitPairs]",
    rows: Selection,
    table: Callable[[], Table],
    weights: dict[int, float],
    at: Callable[..., Place],
) -> Iterator[Result]:
    options, subjects = cut.options(step, interval=True), rows.subjects

    def compute(first: int, later: int) -> Contrast:
        y, cell = table()
        within = np.zeros(len(cut.visits))
        within[[first, later]] = -1.0, 1.0
        contrast: Contrast = formula(step)(
            y,
            within=within,
            cells=cell,
            between=weights,
            variance="separate",
            confidence=cut.analysis.confidence,
            sides=step.options.sides,
        )
        return contrast

    for first, later in combinations(range(len(cut.visits)), 2):
        if first and step.options.pairs == "since_first":
            continue
        place = at(second=("contrast", f"{cut.visits[later]} less {cut.visits[first]}"))
        sample = Sample(cut, step, place, {"analysed": rows}, subjects, options=options)
        yield from sample.contrast(partial(compute, first, later), name="visit_difference")


METHODS = {
    "p_value.visit_pairs": within_arms,
    "p_value.visit_pairs_compared": compared,
}
