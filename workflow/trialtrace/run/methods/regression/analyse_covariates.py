"""Columns of a regression from variables of the subjects, and its coefficients as results.

However a model is coded, a coefficient is that of R's default coding: an arm against the reference,
a level against the first, a number for a unit, and the intercept where numbers are 0 and levels the
first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from math import exp
from typing import TypeVar

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.methods.analysing.subject_tables import (
    SubjectTable,
    covariate_column,
    effects,
    levels_of,
)
from trialtrace.run.tables.frames import Selection
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import (
    Coefficients,
    Contrast,
    Estimates,
    Interval,
    StatsError,
    TestResult,
)

Fit = TypeVar("Fit", bound=Estimates)
ARM, INTERCEPT = "arm", "intercept"
TWO_SIDED = "two_sided"
# A coefficient by its name, that of an arm by the arm and its reference.
Name = str | tuple[str, str]
# Where a coefficient stands, and the contrast that it is.
Term = tuple[Place, Callable[[], Contrast]]


def columns_of(rows: Selection | SubjectTable, names: Sequence[str]) -> np.ndarray | None:
    """(n, q) columns: a number as it is, any other variable as indicators of all levels but one.

    Raises StatsError where a covariate is missing.
    """
    columns = []
    for name in names:
        values = rows.column(covariate_column(name))
        if values.dtype.kind in "fiu":
            if np.isnan(values.astype(float)).any():
                raise StatsError(f"{name} is missing in some subjects.")
            columns.append(values.astype(float)[:, None])
            continue
        if any(value is None for value in values):
            raise StatsError(f"{name} is missing in some subjects.")
        levels = np.unique(values.astype(str))
        columns.append((values.astype(str)[:, None] == levels[1:]).astype(float))
    return np.column_stack(columns) if columns else None


def design(cut: Cut, rows: Selection, names: Sequence[str], *, intercept: bool) -> np.ndarray:
    """An intercept where the model has one, an indicator of each treated arm, covariates."""
    arm = rows.column("TRTP").astype(str)
    arms = [arm == name for name in cut.analysis.estimand.treated]
    covariates = columns_of(rows, names)
    parts = [np.ones(rows.n)] * intercept + arms
    return np.column_stack(parts + ([] if covariates is None else [covariates])).astype(float)


def terms_of(levels: Mapping[str, Sequence[str]]) -> list[str]:
    """The names of coefficients of covariates: of a number its own, else "name=level"."""
    return [
        term
        for name, known in levels.items()
        for term in ([f"{name}={level}" for level in known[1:]] if known else [name])
    ]


@dataclass(frozen=True)
class Layout:
    """The coefficients of a model by name, each a row of those that it was fitted with.

    `arms` has the row of each arm's mean where numbers are 0 and levels the first.
    """

    arms: Mapping[str, Floats]
    terms: Mapping[str, Floats]

    def row(self, name: Name) -> Floats:
        """The row of a coefficient. Raises StatsError for an arm without values."""
        if isinstance(name, str) and name in self.terms:
            return self.terms[name]
        if isinstance(name, str) or not set(name) <= set(self.arms):
            raise StatsError("an arm has no values.")
        return self.arms[name[0]] - self.arms[name[1]]


def indicators(cut: Cut, terms: Sequence[str], *, intercept: bool) -> Layout:
    """Where `design` has its columns."""
    treated = cut.analysis.estimand.treated
    rows = np.eye(intercept + len(treated) + len(terms))
    first = rows[0] if intercept else np.zeros(len(rows))
    arms = {arm: first + row for arm, row in zip(treated, rows[intercept:], strict=False)}
    named = dict(zip(terms, rows[intercept + len(treated) :], strict=True))
    return Layout(
        arms | {cut.analysis.estimand.reference: first},
        named | ({INTERCEPT: first} if intercept else {}),
    )


def centred_on_levels(
    arms: Sequence[str],
    reference: str,
    levels: Mapping[str, Sequence[str]],
    means: Floats | None = None,
) -> Layout:
    """Of a mean for each arm, then numbers, and levels as effects that sum to 0.

    `means` are those of the first columns, where these are measured from them.
    """
    blocks = [
        effects(len(known)) if known else np.array([[0.0], [1.0]]) for known in levels.values()
    ]
    width = len(arms) + sum(block.shape[1] for block in blocks)
    base, moved, at = np.zeros(width), [], len(arms)
    for block in blocks:
        columns = slice(at, at := at + block.shape[1])
        base[columns] = block[0]
        moved.append(np.zeros((len(block) - 1, width)))
        moved[-1][:, columns] = block[1:] - block[0]
    if means is not None:
        base[len(arms) : len(arms) + len(means)] -= means
    of_arms = {arm: base + np.eye(width)[place] for place, arm in enumerate(arms)}
    named = zip(terms_of(levels), (row for rows in moved for row in rows), strict=True)
    first = {INTERCEPT: of_arms[reference]} if reference in of_arms else {}
    return Layout(of_arms, first | dict(named))


def coefficients(
    sample: Sample, names: Iterable[str], of: Callable[[Name], Contrast]
) -> Iterator[Result]:
    """The coefficients that a step asks for: those of arms, or all, by their names."""
    cut, asked = sample.cut, getattr(sample.step.options, "coefficients", None)
    terms = [
        (cut.at(pair=pair, second=("term", ARM)), partial(of, pair))
        for pair in (cut.analysis.pairs if asked else ())
    ]
    if asked == "all":
        terms += [(cut.at(second=("term", name)), partial(of, name)) for name in names]
    yield from coefficient_results(sample, terms)


def ratio_results(
    sample: Sample,
    rows: Selection,
    fit: Callable[[], Fit],
    *,
    intercept: bool,
    p_value: Callable[[Fit, int], float] | None = None,
) -> Iterator[Result]:
    """By comparison the exponential of the arm's coefficient and, with `p_value`, its Wald test;
    then the coefficients of `design` that the step asks for."""
    cut, step = sample.cut, sample.step

    def ratio(at: int) -> Interval:
        model = fit()
        return Interval(*(exp(each[at]) for each in (model.coef, model.low, model.high)))

    for at, pair in enumerate(cut.analysis.pairs, int(intercept)):
        result = sample.at(pair=pair).interval(partial(ratio, at))
        yield result
        if p_value is not None and result.error is None:
            yield sample.at(pair=pair).value(f"p_value.{step.method}_wald", p_value(fit(), at))
    terms = terms_of(levels_of(rows, items_of(step.options)["covariates"]))
    layout = indicators(cut, terms, intercept=intercept)

    def of(name: Name) -> Contrast:
        level, row = cut.analysis.confidence, layout.row(name)
        model = fit()
        if isinstance(model, Coefficients):
            return contrast(model, row, sides=TWO_SIDED, confidence=level)
        return _alone(model, int(np.flatnonzero(row)[0]))

    yield from coefficients(sample, [INTERCEPT] * intercept + terms, of)


def _alone(fit: Estimates, at: int) -> Contrast:
    """A coefficient of a model whose intervals and tests are no Wald ones: each is by itself."""
    value, low, high = (float(each[at]) for each in (fit.coef, fit.low, fit.high))
    test = TestResult(float(fit.statistic[at]), 1.0, float(fit.p_value[at]))
    return Contrast(Interval(value, low, high, standard_error=float(fit.se[at])), test)


def coefficient_results(sample: Sample, terms: Iterable[Term]) -> Iterator[Result]:
    """Each coefficient with its interval, then its standard error and Wald's test of it."""
    for place, compute in terms:
        yield from _coefficient(replace(sample, place=place), cache(compute))


def _coefficient(sample: Sample, contrast: Callable[[], Contrast]) -> Iterator[Result]:
    result = sample.interval(lambda: contrast().interval, "coefficient")
    yield result
    if result.error is None:
        yield sample.value("standard_error", contrast().standard_error)
        yield sample.value("p_coefficient", contrast().p_value)
