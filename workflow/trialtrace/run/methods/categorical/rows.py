"""Events (yes or no): the counts of each arm and of two arms, and outcomes with receipt."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import compliers as compliers_cards

EVENT = {"AVAL": {"is": 1}}
# Events and totals of the treated arm, then of the reference arm.
Table = tuple[int, int, int, int]


def with_event(cut: Cut, rows: Selection) -> Selection:
    """Of `rows` of this cut, those with the event."""
    return cut.frames.select(rows.dataset, rows.predicate | EVENT)


def roles(cut: Cut, rows: Selection) -> dict[str, Selection]:
    """The rows analysed, and those with the event."""
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def by_arm(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, tuple[int, int]]]:
    """Each arm, its events and its subjects."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        members = {"numerator": events, "denominator": rows}
        yield Sample(cut, step, cut.at(group=group), members, rows.n), (events.n, rows.n)


def compared(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Table]]:
    """Each comparison, its events and its subjects."""
    for pair, both, treated, reference in cut.pairs():
        table = with_event(cut, treated).n, treated.n, with_event(cut, reference).n, reference.n
        yield Sample(cut, step, cut.at(pair=pair), roles(cut, both), both.n), table


def _outcomes(
    cut: Cut, step: "Step[compliers_cards.Bloom]", treated: Selection, reference: Selection
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and receipt of the treated arm, outcome of the reference arm.

    Who received are the members of the population that the step names.
    """
    flag = cut.trial.populations[step.options.receipt].flag
    taken = cut.frames.select(treated.dataset, treated.predicate | {flag: {"is": "Y"}})
    received = np.isin(treated.rows, taken.rows).astype(float)
    return treated.column("AVAL"), received, reference.column("AVAL")


def receipt(
    cut: Cut, step: "Step[compliers_cards.Bloom]"
) -> Iterator[tuple[Sample, tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    """Each comparison, and its outcomes with the receipt of the treatment."""
    for pair, both, treated, reference in cut.pairs():
        sample = Sample(cut, step, cut.at(pair=pair), roles(cut, both), both.n)
        yield sample, _outcomes(cut, step, treated, reference)
