"""The formulas of cards, run; their outcome, or their refusal, becomes a result.

An analysis calls what its card names, so that an edit of a formula reruns the analyses whose cards
name it, and no others of the family.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, isinf, isnan, nan
from typing import Any, Generic, TypedDict, TypeVar, Unpack

from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.rows import Options, Place, Result, Where, bounds
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.card import TEST, TWO_SIDED
from trialtrace.run.trial.plan.methods import result_method
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import Step, statistics
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

STATS = "trialtrace.stats"
# What a test gives beside its own statistic.
BESIDE = (TEST, "df", "df1", "df2")

Formula = Callable[..., Any]


def formulas(step: "Step[object]") -> tuple[Formula, ...]:
    """The functions that the card of a step names, the first with the arguments that it fixes."""
    card = card_of(step.key)
    first, *others = map(_function, card.formulas)
    return (partial(first, **card.fixed) if card.fixed else first, *others)


def formula(step: "Step[object]") -> Formula:
    """The only or the first of them."""
    return formulas(step)[0]


def sided(step: "Step[object]", choices: dict[str, object]) -> tuple[Formula, Formula | None]:
    """The function of a two-sided test and, where its sides are one, that of the one-sided one.

    Takes `sides` out of the choices that the two-sided function knows.
    """
    two_sided, one_sided = formulas(step)
    sides = choices.pop("sides")
    return two_sided, None if sides == TWO_SIDED else partial(one_sided, sides=sides)


def _function(named: str) -> Formula:
    module, _, name = named.partition(":")
    return getattr(importlib.import_module(f"{STATS}.{module}"), name)


def statistic_of(step: "Step[object]") -> str | None:
    """What the card of a test calls its statistic, as "chi_squared"; None where it has none."""
    names = (statistic.stat for statistic in statistics(step, own=False))
    return next((name for name in names if name not in BESIDE), None)


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


class Notes(TypedDict, total=False):
    """What a result says beside its value: fields of `Result`."""

    unit: str | None
    denominator: int | None
    warning: str | None


@dataclass(frozen=True)
class Sample:
    """The rows behind the results of a step at one place, and what these results share.

    `n_used` is how many they rest on. `options` are their choices: where none are given those of
    the step, with the confidence level unless it is a test. `method` is what they bear in its name,
    that of the step where none is given. A name below is a statistic, or "statistic.method" where
    the method is another.
    """

    cut: Cut
    step: Step[object]
    place: Place
    members: dict[str, Selection]
    n_used: int | None
    options: Options | None = None
    warning: str | None = None
    method: str = ""

    def at(self, **place: Unpack[Where]) -> "Sample":
        """The same rows for the results of another place."""
        return replace(self, place=self.cut.at(**place))

    def value(
        self,
        name: str,
        value: float,
        *,
        options: Options | None = None,
        interval: tuple[float, float] | None = None,
        level: float | None = None,
        error: str | None = None,
        text: str | None = None,
        **notes: Unpack[Notes],
    ) -> Result:
        """A value, with an interval where one is given; `options` are its own."""
        stat, _, method = name.partition(".")
        if options is None:
            options = self.options
        if options is None:
            options = self.cut.options(self.step, interval=self.step.statistic != TEST)
        return Result(
            self.place,
            stat,
            method or self.method or result_method(self.step.method, self.step.options),
            float(value),
            options | self.cut.chosen,
            self.members,
            interval=interval,
            level=level,
            unit=notes.get("unit"),
            n_used=self.n_used,
            denominator=notes.get("denominator"),
            warning=notes.get("warning", self.warning),
            error=error,
            synthetic=self.cut.trial.synthetic,
            text=text,
        )

    def number(self, name: str, compute: Callable[[], float], **notes: Unpack[Notes]) -> Result:
        """What a function gives; where it has no answer, a result with its reason."""
        try:
            return self.value(name, compute(), **notes)
        except StatsError as refused:
            return self.value(name, nan, error=str(refused), **notes)

    def values(
        self, compute: Callable[[], Mapping[str, float]], first: str = TEST
    ) -> Iterator[Result]:
        """The statistics that a function gives; where it has no answer, the first of them with its
        reason."""
        try:
            found = compute()
        except StatsError as refused:
            yield self.value(first, nan, error=str(refused))
            return
        for name, value in found.items():
            yield self.value(name, value)

    def ends(self, name: str, compute: Formula) -> Iterator[Result]:
        """The least and the largest value that something may have."""
        yield self.number(f"{name}_lowest", lambda: compute().low)
        yield self.number(f"{name}_highest", lambda: compute().high)

    def interval(
        self,
        compute: Callable[[], Interval],
        name: str = "",
        *,
        level: float | None = None,
        **notes: Unpack[Notes],
    ) -> Result:
        """An estimate with its interval; where the method has no answer, a result with its reason.

        An infinite or undefined estimate (a ratio with no event in an arm) is no answer either. It
        is the statistic of the step where no `name` is given; `level` is that of the interval, the
        analysis's confidence if None.
        """
        name = name or self.step.statistic
        try:
            found = compute()
        except StatsError as refused:
            return self.value(name, nan, error=str(refused), **notes)
        if not isfinite(found.estimate):
            what = "not defined" if isnan(found.estimate) else "infinite"
            error = f"the estimate is {what} for these data."
            return self.value(name, nan, error=error, **notes)
        level = self.cut.analysis.confidence if level is None else level
        return self.value(name, found.estimate, interval=bounds(found), level=level, **notes)

    def test(
        self, compute: Callable[[], TestResult], statistic: str | None = None, *, method: str = ""
    ) -> Iterator[Result]:
        """The p-value of a test, then its statistic and degrees of freedom where it has them.

        The statistic is that of the card where the step is a test and no other is named; `method`
        is what the test is called where it has another name than the step.
        """
        if statistic is None and self.step.statistic == TEST:
            statistic = statistic_of(self.step)

        def numbers() -> dict[str, float]:
            found, more = compute(), {}
            if statistic is not None:
                more = {f"{statistic}.{method}": found.statistic, f"df.{method}": found.df}
            more = {name: value for name, value in more.items() if not isnan(value)}
            return {f"{TEST}.{method}": found.p_value} | more

        yield from self.values(numbers, f"{TEST}.{method}")

    def contrast(
        self,
        compute: Callable[[], Contrast],
        statistic: str | None = "t",
        *,
        name: str = "",
        tested: str = "",
        unit: str | None = None,
    ) -> Iterator[Result]:
        """An estimate with its interval, then p-value, statistic and its df, if it has one.

        `tested` is the method of the test where it is not that of the step, `unit` that of the
        estimate.
        """
        yield self.interval(lambda: compute().interval, name, unit=unit)
        yield from self.test(lambda: compute().test, statistic, method=tested)

    def f_test(self, compute: Callable[[], TestResult]) -> Iterator[Result]:
        """An F test: its p-value, F and both degrees of freedom, or why there is none."""

        def numbers() -> dict[str, float]:
            found = compute()
            more = {"f": found.statistic, "df1": found.df, "df2": found.df2}
            values = {TEST: found.p_value} | more
            return {name: value for name, value in values.items() if not isinf(value)}

        yield from self.values(numbers)


def noted(results: Iterable[Result], warning: Callable[[], str | None]) -> Iterator[Result]:
    """The results, each that has an answer with the warning, which is asked for only then."""
    for result in results:
        if result.error is None:
            result.warning = warning()
        yield result
