"""Correlation of two endpoints over subjects; within subjects, of the differences of treatments."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut, cuts
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formulas
from trialtrace.run.methods.analysing.rows import Place, Result
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
        both = first[1][left], second[1][right]
        at = replace(place, second=("with", step.options.with_))
        sample = Sample(cut, step, at, members, len(subjects))
        named, level = {"method": step.method}, cut.analysis.confidence
        yield sample.interval(partial(estimate, *both, confidence=level, **named))
        compute = partial(test, *both, sides="two_sided", **named)
        yield from sample.test(compute, "t", method=f"{step.method}_correlation")


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
        members = {"analysed": first.rows, "with": second.rows}
        yield first.place, members, _of_pairs(first), _of_pairs(second)


def _of_pairs(found: Paired) -> Series:
    if found.error is not None:
        return np.array([], dtype=str), np.array([])
    return found.column("USUBJID")[:, 0].astype(str), found.difference


METHODS = {"correlation.pearson": correlation, "correlation.spearman": correlation}
