"""Columns of a regression from variables of the subjects, and its coefficients as results."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial

import numpy as np

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import interval_result, plain_result
from trialtrace.run.methods.analysing.rows import Basis, Place, Result
from trialtrace.run.methods.analysing.subject_tables import SubjectTable, covariate_column
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.regression.coefficients import contrast
from trialtrace.stats.results import Coefficients, Contrast, StatsError

ARM, INTERCEPT = "arm", "intercept"
# Where a coefficient stands, and the contrast that it is.
Term = tuple[Place, Callable[[], Contrast]]


def known(rows: Selection, names: Sequence[str]) -> Selection:
    """Of `rows`, those whose covariates are all known."""
    present = {adsl_code(name): "present" for name in names}
    return rows.frames.select(rows.dataset, present | rows.predicate)


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


def terms_of(rows: Selection, names: Sequence[str]) -> list[str]:
    """The names of the columns of `columns_of`: of a number its own, else "name=level"."""
    terms = []
    for name in names:
        values = rows.column(covariate_column(name))
        if values.dtype.kind in "fiu":
            terms.append(name)
        else:
            terms += [f"{name}={level}" for level in np.unique(values.astype(str))[1:]]
    return terms


def single_terms(
    cut: Cut,
    asked: str | None,
    rows: Selection,
    covariates: Sequence[str],
    fit: Callable[[], Coefficients],
    *,
    intercept: bool,
) -> Iterator[Term]:
    """The coefficients of an intercept, of treated arms and of covariates, in this order of the
    columns: those of the arms first, the others where all are asked for."""
    treated = list(cut.analysis.estimand.treated)
    before = [INTERCEPT] if intercept else []

    def of(at: int) -> Contrast:
        found = fit()
        return contrast(
            found,
            np.eye(found.coef.size)[at],
            sides="two_sided",
            confidence=cut.analysis.confidence,
        )

    if asked is None:
        return
    for pair in cut.analysis.pairs:
        at = len(before) + treated.index(pair[0])
        yield cut.at(pair=pair, second=("term", ARM)), partial(of, at)
    if asked == "all":
        others = [*before, *treated, *terms_of(rows, covariates)]
        for at, term in enumerate(others):
            if not len(before) <= at < len(before) + len(treated):
                yield cut.at(second=("term", term)), partial(of, at)


def coefficient_results(
    cut: Cut,
    step: Step[object],
    members: dict[str, Selection],
    terms: Iterable[Term],
    common: Basis,
) -> Iterator[Result]:
    """Each coefficient with its interval, then its standard error and Wald's test of it."""
    for place, compute in terms:
        function: Callable[[], Contrast] = cache(compute)
        names = ("coefficient", step.method)
        result = interval_result(
            cut, place, names, members, partial(lambda one: one().interval, function), **common
        )
        yield result
        if result.error is None:
            values = {
                ("standard_error", step.method): function().standard_error,
                ("p_coefficient", step.method): function().p_value,
            }
            for named, value in values.items():
                yield plain_result(cut, place, named, members, value, **common)
