"""Effects in those who took the treatment, from arms of which only the treated one has access."""

from collections.abc import Iterator
from functools import partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import with_event
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import compliers as cards


def taken(cut: Cut, step: "Step[cards.Bloom]", treated: Selection) -> Selection:
    """Of the treated arm, who received: the members of the population that the step names."""
    flag = cut.trial.populations[step.options.receipt].flag
    return cut.frames.select(treated.dataset, treated.predicate | {flag: {"is": "Y"}})


def outcomes(
    cut: Cut, step: "Step[cards.Bloom]", treated: Selection, reference: Selection
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and receipt of the treated arm, outcome of the reference arm."""
    received = np.isin(treated.rows, taken(cut, step, treated).rows).astype(float)
    return treated.column("AVAL"), received, reference.column("AVAL")


def _difference(
    cut: Cut, step: "Step[cards.Bloom]", treated: Selection, reference: Selection
) -> Interval:
    return formula(step)(
        *outcomes(cut, step, treated, reference), confidence=cut.analysis.confidence
    )


def difference(cut: Cut, step: "Step[cards.Bloom]") -> Iterator[Result]:
    for pair, both, treated, reference in cut.pairs():
        yield interval_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, step.method),
            _members(cut, step, both),
            partial(_difference, cut, step, treated, reference),
            options=cut.options(step, interval=True),
            n_used=both.n,
        )


def bounds(cut: Cut, step: "Step[cards.Bloom]") -> Iterator[Result]:
    for pair, both, treated, reference in cut.pairs():
        values, error = {"lowest": nan, "highest": nan}, None
        try:
            found = formula(step)(*outcomes(cut, step, treated, reference))
            values = {"lowest": found.low, "highest": found.high}
        except StatsError as refused:
            error = str(refused)
        for end, value in values.items():
            yield plain_result(
                cut,
                cut.at(pair=pair),
                (f"complier_difference_{end}", step.method),
                _members(cut, step, both),
                value,
                error=error,
                options=cut.options(step),
                n_used=both.n,
            )


def _members(cut: Cut, step: Step[object], both: Selection) -> dict[str, Selection]:
    return {"analysed": both, "numerator": with_event(cut, both)}


METHODS = {
    "complier_difference.bloom": difference,
    "complier_difference_bounds.trimming": bounds,
}
