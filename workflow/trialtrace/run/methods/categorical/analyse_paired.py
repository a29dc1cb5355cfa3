"""Yes or no under the treatments of one subject: subjects with an outcome under each of them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn, TypeVar

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import interval_result, test_results
from trialtrace.run.methods.analysing.formulas import formula, statistic_of
from trialtrace.run.methods.analysing.rows import Notes, Place, Result
from trialtrace.run.methods.categorical.analyse import named, with_event
from trialtrace.run.methods.continuous.analyse_paired import Paired, comparisons
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError, TestResult

TREATMENT = "TRTP"
Table = tuple[int, ...]
Found = TypeVar("Found")


def table(values: np.ndarray) -> Table:
    """Subjects with the event under both, treated only, reference only, neither, from (n, 2)."""
    treated, reference = (values == 1).T
    return (
        int((treated & reference).sum()),
        int((treated & ~reference).sum()),
        int((~treated & reference).sum()),
        int((~treated & ~reference).sum()),
    )


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: the difference of the two risks of the same subjects with its interval."""
    compute: Callable[..., Interval]
    compute = partial(formula(step), confidence=cut.analysis.confidence)
    for place, members, run, common in _prepared(cut, compute, slice(None)):
        yield interval_result(
            cut,
            place,
            (step.statistic, step.method),
            members,
            run,
            options=cut.options(step, interval=True),
            **common,
        )


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of all four counts."""
    yield from _tests(cut, step, slice(None))


def test_discordant(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of the subjects who differ between the treatments."""
    yield from _tests(cut, step, slice(1, 3))


def _tests(cut: Cut, step: Step[object], counts: slice) -> Iterator[Result]:
    compute: Callable[..., TestResult] = partial(formula(step), **items_of(step.options))
    for place, members, run, common in _prepared(cut, compute, counts):
        yield from _tested(cut, step, place, members, run, common)


def _tested(
    cut: Cut,
    step: Step[object],
    place: Place,
    members: dict[str, Selection],
    run: Callable[[], TestResult],
    common: Notes,
) -> Iterator[Result]:
    results = test_results(
        cut,
        place,
        named(step),
        members,
        run,
        statistic=statistic_of(step),
        options=cut.options(step),
        n_used=common["n_used"],
    )
    for result in results:
        result.warning = common.get("warning")
    yield from results


def _prepared(
    cut: Cut, compute: Callable[..., Found], counts: slice
) -> Iterator[tuple[Place, dict[str, Selection], Callable[[], Found], Notes]]:
    """Each comparison: its place, members, formula with the data, and what its results say.

    One that has no pairs fails with its reason.
    """
    for comparison in comparisons(cut):
        if isinstance(comparison, Paired):
            chosen: tuple[int, ...] = table(comparison.values)[counts]
            run = partial(compute, *chosen)
            yield comparison.place, _members(cut, comparison.rows), run, comparison.common
        else:
            place, rows, reason = comparison
            yield place, _members(cut, rows), partial(_refuse, reason), {"n_used": None}


def _members(cut: Cut, rows: Selection) -> dict[str, Selection]:
    return {"analysed": rows, "numerator": with_event(cut, rows)}


def _refuse(reason: str) -> NoReturn:
    raise StatsError(reason)


def over_treatments(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """All treatments at once, of the subjects with an outcome under every one."""
    arms = cut.arms()
    some = {TREATMENT: {"in": arms}}
    rows = cut.rows(**some, **{COMPLETE: {TREATMENT: arms}})
    n = len(np.unique(rows.column("USUBJID").astype(str)))
    common = Notes(n_used=n)
    if lacking := len(np.unique(cut.rows(**some).column("USUBJID").astype(str))) - n:
        common["warning"] = f"{lacking} without an outcome under every treatment left out."
    run = partial(_over, formula(step), rows, arms, n)
    yield from _tested(cut, step, cut.place, _members(cut, rows), run, common)


def _over(
    compute: Callable[[Floats], TestResult], rows: Selection, arms: list[str], n: int
) -> TestResult:
    if rows.n != n * len(arms):
        raise StatsError("some subjects have more than one record under a treatment.")
    treatment = rows.column(TREATMENT).astype(str)
    order = np.lexsort((treatment, rows.column("USUBJID").astype(str))).reshape(n, len(arms))
    return compute(rows.column("AVAL").astype(float)[order])


METHODS = {
    "risk_difference": estimate,
    "p_value.mcnemar": test_discordant,
    "p_value.mcnemar_exact": test_discordant,
    "p_value.paired_risk_difference_margin": test,
    "p_value.cochran_q": over_treatments,
}
