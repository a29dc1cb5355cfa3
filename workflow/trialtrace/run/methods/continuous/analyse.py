"""Measured and ordinal values: summaries by arm, comparisons of two arms by means and by ranks."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import (
    contrast_results,
    interval_result,
    plain_result,
    test_results,
)
from trialtrace.run.methods.analysing.formulas import Formula, formula, formulas, statistic_of
from trialtrace.run.methods.analysing.rows import Basis, Result
from trialtrace.run.methods.categorical.analyse import named
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards.continuous import Summary

QUARTILES = {"quartiles": ("q1", "q3")}


def describe(cut: Cut, step: "Step[Summary]") -> Iterator[Result]:
    """By arm: the number of values and the summaries the plan lists."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        place, members = cut.at(group=group), {"analysed": rows}
        yield plain_result(cut, place, ("count", "descriptive"), members, rows.n, n_used=rows.n)
        if rows.n == 0:
            continue
        yield from _summaries(cut, step, group, rows)


def _summaries(cut: Cut, step: "Step[Summary]", group: str, rows: Selection) -> Iterator[Result]:
    describe_values, mean_interval = formulas(step)
    found = describe_values(cut.values(rows))
    place, members = cut.at(group=group), {"analysed": rows}
    for name in step.options.statistics:
        if name == "mean":
            yield _mean(cut, group, rows, found.mean, mean_interval)
            continue
        for stat in QUARTILES.get(name, (name,)):
            options = {"quantile": "type 7"} if stat in ("median", "q1", "q3") else {}
            yield plain_result(
                cut,
                place,
                (stat, "descriptive"),
                members,
                getattr(found, stat),
                n_used=rows.n,
                options=options,
            )


def _mean(cut: Cut, group: str, rows: Selection, mean: float, interval: Formula) -> Result:
    """The mean with its t interval; without one, saying so, where no interval is defined."""
    place, members, names = cut.at(group=group), {"analysed": rows}, ("mean", "t_interval")
    confidence = cut.analysis.confidence
    try:
        interval(cut.values(rows), confidence=confidence)
    except StatsError as error:
        warning = f"No interval: {error}"
        return plain_result(cut, place, names, members, mean, n_used=rows.n, warning=warning)
    return interval_result(
        cut,
        place,
        names,
        members,
        partial(interval, cut.values(rows), confidence=confidence),
        options={"confidence": confidence},
        n_used=rows.n,
    )


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: an estimate with its interval."""
    for pair, both, treated, reference in cut.pairs():
        yield interval_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, named(step)),
            {"analysed": both},
            partial(
                formula(step),
                cut.values(treated),
                cut.values(reference),
                confidence=cut.analysis.confidence,
                **items_of(step.options),
            ),
            options=cut.options(step, interval=True),
            n_used=both.n,
        )


def ratio(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a ratio with its interval, and its test."""
    for pair, both, treated, reference in cut.pairs():
        compute = partial(
            formula(step),
            cut.values(treated),
            cut.values(reference),
            confidence=cut.analysis.confidence,
            **items_of(step.options),
        )
        common: Basis = {"options": cut.options(step, interval=True), "n_used": both.n}
        place, members = cut.at(pair=pair), {"analysed": both}
        yield from contrast_results(cut, place, step, members, compute, common)


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test."""
    for pair, both, treated, reference in cut.pairs():
        yield from test_results(
            cut,
            cut.at(pair=pair),
            named(step),
            {"analysed": both},
            partial(
                formula(step),
                cut.values(treated),
                cut.values(reference),
                **items_of(step.options),
            ),
            statistic=statistic_of(step),
            options=cut.options(step),
            n_used=both.n,
        )


METHODS = {
    "summary": describe,
    "mean_difference": estimate,
    "median_difference": estimate,
    "geometric_mean_ratio": ratio,
    "ratio_of_medians": estimate,
    "probability_of_superiority": estimate,
    "p_value": test,
}
