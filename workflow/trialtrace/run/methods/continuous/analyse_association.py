"""Correlation of two endpoints over subjects; within subjects, of the differences of treatments."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut, cuts
from trialtrace.run.methods.analysing.estimate import interval_result, test_results
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Basis, Place, Result
from trialtrace.run.methods.continuous.analyse_paired import Paired, comparisons
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.steps import Step

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import association as cards

Series = tuple[np.ndarray, np.ndarray]


def correlation(cut: Cut, step: "Step[cards.Pearson]") -> Iterator[Result]:
    """The correlation with its interval and test, over subjects that have both."""
    estimate, test = formulas(step)
    other = _other(cut, step)
    own = cut.trial.design.kind in OWN_TREATMENT
    for place, members, first, second in (_differences if own else _by_arm)(cut, other):
        subjects, left, right = np.intersect1d(first[0], second[0], return_indices=True)
        x, y = first[1][left], second[1][right]
        at = replace(place, second=("with", step.options.with_))
        more: Basis = {"options": cut.options(step, interval=True), "n_used": len(subjects)}
        yield interval_result(
            cut,
            at,
            (step.statistic, step.method),
            members,
            partial(
                estimate,
                x,
                y,
                method=step.method,
                confidence=cut.analysis.confidence,
            ),
            **more,
        )
        yield from test_results(
            cut,
            at,
            f"{step.method}_correlation",
            members,
            partial(test, x, y, method=step.method, sides="two_sided"),
            statistic="t",
            **more,
        )


def _other(cut: Cut, step: "Step[cards.Pearson]") -> Cut:
    """The records of the other endpoint, of the same population and subgroup."""
    name, visit = step.options.with_, step.options.with_visit
    estimand = replace(cut.analysis.estimand, variables=(name,), lists=False)
    analysis = replace(
        cut.analysis,
        estimand=estimand,
        value=step.options.with_value,
        by=None,
        where=None,
        visits=None if visit is None else (visit,),
    )
    return cuts(cut.trial, analysis, cut.frames, together=False)[0]


def _by_arm(cut: Cut, other: Cut) -> Iterator[tuple[Place, dict[str, Selection], Series, Series]]:
    for group, condition in cut.groups():
        first, second = cut.rows(**condition), other.rows(**condition)
        members = {"analysed": first, "with": second}
        yield cut.at(group=group), members, _series(cut, first), _series(other, second)


def _series(cut: Cut, rows: Selection) -> Series:
    """Subjects and their values; nobody where a subject has several records."""
    subjects = rows.column("USUBJID").astype(str)
    if len(np.unique(subjects)) < rows.n:
        return np.array([], dtype=str), np.array([])
    return subjects, cut.values(rows).astype(float)


def _differences(
    cut: Cut, other: Cut
) -> Iterator[tuple[Place, dict[str, Selection], Series, Series]]:
    for first, second in zip(comparisons(cut), comparisons(other), strict=True):
        place = first.place if isinstance(first, Paired) else first[0]
        differences = [_of_pairs(one) for one in (first, second)]
        rows = [one.rows if isinstance(one, Paired) else one[1] for one in (first, second)]
        yield place, {"analysed": rows[0], "with": rows[1]}, differences[0], differences[1]


def _of_pairs(found: Paired | tuple[Place, Selection, str]) -> Series:
    if not isinstance(found, Paired):
        return np.array([], dtype=str), np.array([])
    return found.column("USUBJID")[:, 0].astype(str), found.difference


METHODS = {"correlation.pearson": correlation, "correlation.spearman": correlation}
