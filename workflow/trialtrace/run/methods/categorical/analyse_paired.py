"""Yes or no under the treatments of one subject: subjects with an outcome under each of them."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.analyse import roles
from trialtrace.run.methods.continuous.analyse_paired import Found, Paired, comparisons
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import StatsError, TestResult

TREATMENT = "TRTP"
Table = tuple[int, ...]


def table(pairs: Paired) -> Table:
    """Subjects with the event under both, treated only, reference only, neither."""
    treated, reference = (pairs.values == 1).T
    return (
        int((treated & reference).sum()),
        int((treated & ~reference).sum()),
        int((~treated & reference).sum()),
        int((~treated & ~reference).sum()),
    )


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: the difference of the two risks of the same subjects with its interval."""
    compute = partial(formula(step), confidence=cut.analysis.confidence)
    for pairs in comparisons(cut):
        sample = pairs.sample(step, roles(cut, pairs.rows))
        yield sample.interval(partial(_computed, compute, pairs, slice(None)))


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of all four counts."""
    yield from _tests(cut, step, slice(None))


def test_discordant(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of the subjects who differ between the treatments."""
    yield from _tests(cut, step, slice(1, 3))


def _tests(cut: Cut, step: Step[object], counts: slice) -> Iterator[Result]:
    compute = partial(formula(step), **items_of(step.options))
    for pairs in comparisons(cut):
        sample = pairs.sample(step, roles(cut, pairs.rows))
        yield from sample.test(partial(_computed, compute, pairs, counts))


def _computed(compute: Callable[..., Found], pairs: Paired, counts: slice) -> Found:
    return compute(*table(pairs)[counts])


def over_treatments(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """All treatments at once, of the subjects with an outcome under every one."""
    arms = cut.arms()
    some = {TREATMENT: {"in": arms}}
    rows = cut.rows(**some, **{COMPLETE: {TREATMENT: arms}})
    n, warning = rows.subjects, None
    if lacking := cut.rows(**some).subjects - n:
        warning = f"{lacking} without an outcome under every treatment left out."
    sample = Sample(cut, step, cut.place, roles(cut, rows), n, warning=warning)
    yield from sample.test(partial(_over, formula(step), rows, arms, n))


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
