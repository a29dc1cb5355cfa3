"""Runs a statistical function and turns its outcome, or its refusal, into a result."""

from collections.abc import Callable, Iterable, Iterator
from math import isfinite, isinf, isnan, nan
from typing import Generic, TypeVar, Unpack

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.rows import Basis, Notes, Options, Place, Result, bounds
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

Fit = TypeVar("Fit")


class Once(Generic[Fit]):
    """A model fitted when it is first asked; its failure is remembered."""

    def __init__(self, fit: Callable[[], Fit]):
        self._fit = fit
        self._known: Fit | StatsError | None = None

    def __call__(self) -> Fit:
        if self._known is None:
            try:
                self._known = self._fit()
            except StatsError as error:
                self._known = error
        if isinstance(self._known, StatsError):
            raise StatsError(str(self._known))
        return self._known


def interval_result(
    cut: Cut,
    place: Place,
    names: tuple[str, str],
    members: dict[str, Selection],
    compute: Callable[[], Interval],
    *,
    options: Options,
    level: float | None = None,
    **notes: Unpack[Notes],
) -> Result:
    """An estimate with its interval; where the method has no answer, a result with its reason.

    An infinite or undefined estimate (a ratio with no event in an arm) is no answer either. `level`
    is that of the interval, the analysis's confidence if None.
    """
    try:
        found = compute()
    except StatsError as refused:
        error = str(refused)
    else:
        if isfinite(found.estimate):
            level = cut.analysis.confidence if level is None else level
            return plain_result(
                cut,
                place,
                names,
                members,
                found.estimate,
                options=options,
                interval=bounds(found),
                level=level,
                **notes,
            )
        what = "not defined" if isnan(found.estimate) else "infinite"
        error = f"the estimate is {what} for these data."
    return plain_result(cut, place, names, members, nan, options=options, error=error, **notes)


def plain_result(
    cut: Cut,
    place: Place,
    names: tuple[str, str],
    members: dict[str, Selection],
    value: float,
    *,
    options: Options | None = None,
    interval: tuple[float, float] | None = None,
    level: float | None = None,
    error: str | None = None,
    text: str | None = None,
    **notes: Unpack[Notes],
) -> Result:
    """A value, with an interval where one is given."""
    stat, method = names
    return Result(
        place,
        stat,
        method,
        float(value),
        (options or {}) | cut.chosen,
        members,
        interval=interval,
        level=level,
        error=error,
        text=text,
        synthetic=cut.trial.synthetic,
        **notes,
    )


def test_results(
    cut: Cut,
    place: Place,
    method: str,
    members: dict[str, Selection],
    compute: Callable[[], TestResult],
    *,
    statistic: str | None,
    **basis: Unpack[Basis],
) -> list[Result]:
    """The p-value of a test, then its statistic and degrees of freedom where it has them."""
    try:
        found = compute()
    except StatsError as error:
        names = ("p_value", method)
        return [plain_result(cut, place, names, members, nan, error=str(error), **basis)]
    values = [("p_value", found.p_value), (statistic, found.statistic), ("df", found.df)]
    return [
        plain_result(cut, place, (name, method), members, value, **basis)
        for name, value in values
        if name is not None and (name == "p_value" or (statistic is not None and value == value))
    ]


def contrast_results(
    cut: Cut,
    place: Place,
    step: Step[object],
    members: dict[str, Selection],
    compute: Callable[[], Contrast],
    common: Basis,
    *,
    statistic: str = "t",
    tested: str | None = None,
    unit: str | None = None,
) -> Iterator[Result]:
    """A contrast: estimate with its interval, then p-value, statistic and its df, if it has one.

    `tested` is the method of the test where it is not that of the step, `unit` that of the
    estimate.
    """
    names = (step.statistic, step.method)
    yield interval_result(
        cut, place, names, members, lambda: compute().interval, unit=unit, **common
    )
    yield from test_results(
        cut,
        place,
        tested or step.method,
        members,
        lambda: compute().test,
        statistic=statistic,
        **common,
    )


def noted(results: Iterable[Result], warning: Callable[[], str | None]) -> Iterator[Result]:
    """The results, each that has an answer with the warning, which is asked for only then."""
    for result in results:
        if result.error is None:
            result.warning = warning()
        yield result


def f_results(
    cut: Cut,
    place: Place,
    method: str,
    members: dict[str, Selection],
    compute: Callable[[], TestResult],
    common: Basis,
) -> Iterator[Result]:
    """An F test: its p-value, F and both degrees of freedom, or the reason why there is none."""
    try:
        found = compute()
    except StatsError as error:
        yield plain_result(
            cut, place, ("p_value", method), members, nan, error=str(error), **common
        )
        return
    values = {"p_value": found.p_value, "f": found.statistic, "df1": found.df, "df2": found.df2}
    for stat, value in values.items():
        if isinf(value):
            continue
        yield plain_result(cut, place, (stat, method), members, value, **common)
