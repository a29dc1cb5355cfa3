"""Is a difference of means small enough not to matter? Two one-sided tests at declared margins.

A difference that is not significant says nothing of this: its interval has to lie within margins.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.ground.arrays import Floats
from trialtrace.ground.frames import Selection
from trialtrace.methods.analysing.cuts import Cut
from trialtrace.methods.analysing.estimate import interval_result, plain_result
from trialtrace.methods.analysing.formulas import Formula, formulas
from trialtrace.methods.analysing.rows import Notes, Place, Result
from trialtrace.methods.continuous.analyse_paired import Paired, comparisons
from trialtrace.stats.results import Interval, StatsError
from trialtrace.trial.plan.steps import Step

if TYPE_CHECKING:
    from trialtrace.trial.plan.cards import equivalence as cards

VERDICTS = {
    1: "within the margins: no difference that matters",
    0: "not shown: the interval reaches beyond a margin",
    -1: "outside a margin: a difference that matters",
}


def welch(cut: Cut, step: "Step[cards.Welch]") -> Iterator[Result]:
    """By comparison of two arms."""
    interval, test = formulas(step)
    for pair, both, treated, reference in cut.pairs():
        x, y = cut.values(treated).astype(float), cut.values(reference).astype(float)
        yield from _results(
            cut,
            step,
            cut.at(pair=pair),
            {"analysed": both},
            {"n_used": both.n},
            partial(interval, x, y),
            _at_margin(test, x, y),
        )


def paired(cut: Cut, step: "Step[cards.Welch]") -> Iterator[Result]:
    """By comparison of two treatments of a subject."""
    interval, test = formulas(step)
    for found in comparisons(cut):
        if not isinstance(found, Paired):
            place, rows, reason = found
            names = ("mean_difference", _method(step))
            yield plain_result(cut, place, names, {"analysed": rows}, np.nan, error=reason)
            continue
        d = found.difference
        yield from _results(
            cut,
            step,
            found.place,
            {"analysed": found.rows},
            found.common,
            partial(interval, d),
            _at_margin(test, d),
        )


def _at_margin(test: Formula, first: Floats, *others: Floats) -> Callable[[float, str], float]:
    """The p-value of a test at a margin, by which the first sample is moved."""

    def p_value(margin: float, sides: str) -> float:
        p: float = test(first - margin, *others, sides=sides).p_value
        return p

    return p_value


def _method(step: Step[object]) -> str:
    return f"equivalence_{step.method}"


def _results(
    cut: Cut,
    step: "Step[cards.Welch]",
    place: Place,
    members: dict[str, Selection],
    common: Notes,
    interval: Callable[..., Interval],
    p_value: Callable[[float, str], float],
) -> Iterator[Result]:
    """The interval at 1 - 2 alpha, the larger of the two one-sided p-values, and the verdict."""
    lower, upper, alpha = step.options.lower, step.options.upper, step.options.alpha
    method, level = _method(step), 1 - 2 * alpha
    yield interval_result(
        cut,
        place,
        ("mean_difference", method),
        members,
        partial(interval, confidence=level),
        options=cut.options(step),
        level=level,
        **common,
    )
    try:
        tests = {
            "p_above_lower": p_value(lower, "greater"),
            "p_below_upper": p_value(upper, "less"),
        }
        found = interval(confidence=level)
    except StatsError as error:
        yield plain_result(
            cut,
            place,
            ("p_value", method),
            members,
            np.nan,
            options=cut.options(step),
            error=str(error),
            **common,
        )
        return
    for stat, value in {"p_value": max(tests.values()), **tests}.items():
        yield plain_result(
            cut, place, (stat, method), members, value, options=cut.options(step), **common
        )
    verdict = 1 if lower < found.low and found.high < upper else 0
    verdict = -1 if found.low >= upper or found.high <= lower else verdict
    yield plain_result(
        cut,
        place,
        ("verdict", method),
        members,
        verdict,
        options=cut.options(step),
        text=VERDICTS[verdict],
        **common,
    )


METHODS = {"equivalence.welch": welch, "equivalence.paired_t": paired}
