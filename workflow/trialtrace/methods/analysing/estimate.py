"""Runs a statistical function and turns its outcome, or its refusal, into a result."""

from collections.abc import Callable, Iterator
from math import isfinite, isinf, isnan, nan
from typing import TYPE_CHECKING, Any

from trialtrace.ground.frames import Selection
from trialtrace.methods.analysing.cuts import Cut
from trialtrace.methods.analysing.rows import Place, Result, bounds
from trialtrace.stats.results import Interval, StatsError, TestResult
from trialtrace.trial.model import Step

if TYPE_CHECKING:
    from trialtrace.stats.mixed.mixed_tests import Contrast


def interval_result(
    cut: Cut,
    place: Place,
    names: tuple[str, str],
    members: dict[str, Selection],
    compute: Callable[[], Interval],
    **more: Any,
) -> Result:
    """An estimate with its interval; where the method has no answer, a result with its reason.

    An infinite or undefined estimate (a ratio with no event in an arm) is no answer either.
    """
    stat, method = names
    more.setdefault("synthetic", cut.trial.synthetic)
    options = more.pop("options") | cut.chosen
    level = more.pop("level", cut.analysis.confidence)
    try:
        found = compute()
    except StatsError as error:
        return Result(place, stat, method, nan, options, members, error=str(error), **more)
    if not isfinite(found.estimate):
        what = "not defined" if isnan(found.estimate) else "infinite"
        error = f"the estimate is {what} for these data."
        return Result(place, stat, method, nan, options, members, error=error, **more)
    return Result(
        place,
        stat,
        method,
        found.estimate,
        options,
        members,
        interval=bounds(found),
        level=level,
        **more,
    )


def plain_result(
    cut: Cut,
    place: Place,
    names: tuple[str, str],
    members: dict[str, Selection],
    value: float,
    **more: Any,
) -> Result:
    """A value without an interval."""
    more.setdefault("synthetic", cut.trial.synthetic)
    options = more.pop("options", {}) | cut.chosen
    return Result(place, *names, float(value), options, members, **more)


def test_results(
    cut: Cut,
    place: Place,
    method: str,
    members: dict[str, Selection],
    compute: Callable[[], TestResult],
    *,
    statistic: str | None,
    options: dict[str, Any],
    n_used: int,
) -> list[Result]:
    """The p-value of a test, then its statistic and degrees of freedom where it has them."""
    common = {"options": options | cut.chosen, "n_used": n_used, "synthetic": cut.trial.synthetic}
    try:
        found = compute()
    except StatsError as error:
        return [Result(place, "p_value", method, nan, members=members, error=str(error), **common)]
    values = [("p_value", found.p_value), (statistic, found.statistic), ("df", found.df)]
    return [
        Result(place, name, method, value, members=members, **common)
        for name, value in values
        if name is not None and (name == "p_value" or (statistic is not None and value == value))
    ]


def contrast_results(
    cut: Cut,
    place: Place,
    step: Step,
    members: dict[str, Selection],
    compute: "Callable[[], Contrast]",
    common: dict[str, Any],
) -> Iterator[Result]:
    """A contrast of a mixed model: estimate with its interval, then p-value, t and its df."""
    names = (step.statistic, step.method)
    yield interval_result(cut, place, names, members, lambda: compute().interval, **common)

    def test() -> TestResult:
        found = compute()
        return TestResult(found.statistic, found.df, found.p_value)

    yield from test_results(cut, place, step.method, members, test, statistic="t", **common)


def f_results(
    cut: Cut,
    place: Place,
    method: str,
    members: dict[str, Selection],
    compute: Callable[[], TestResult],
    common: dict[str, Any],
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
