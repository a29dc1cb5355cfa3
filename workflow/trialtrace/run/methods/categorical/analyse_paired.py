"""Yes or no under the treatments of one subject; risks and odds against declared margins; all
values of an endpoint by all arms, or by each pair of arms."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, with_known
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, formulas
from trialtrace.run.methods.analysing.margins import Asked, against_margins, of_margins
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.rows import compared, roles
from trialtrace.run.methods.continuous.analyse_paired import Paired, comparisons
from trialtrace.run.methods.stratified.analyse import keys_of
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import over_arms as cards
    from trialtrace.run.trial.plan.options import Groups

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


def paired_tables(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Callable[[], Table]]]:
    """Each comparison, and its four counts."""
    for pairs in comparisons(cut):
        yield pairs.sample(step, roles(cut, pairs.rows)), partial(table, pairs)


def discordant(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Callable[[], Table]]]:
    """Each comparison, and the subjects with the event under one of both treatments alone."""
    for sample, counts in paired_tables(cut, step):
        yield sample, partial(_inner, counts)


def _inner(counts: Callable[[], Table]) -> Table:
    return counts()[1:3]


def over_treatments(
    cut: Cut, step: Step[object]
) -> Iterator[tuple[Sample, Callable[[], tuple[Floats]]]]:
    """All treatments at once, of the subjects with an outcome under every one."""
    arms = cut.arms()
    some = {TREATMENT: {"in": arms}}
    rows = cut.rows(**some, **{COMPLETE: {TREATMENT: arms}})
    n, warning = rows.subjects, None
    if lacking := cut.rows(**some).subjects - n:
        warning = f"{lacking} without an outcome under every treatment left out."
    sample = Sample(cut, step, cut.place, roles(cut, rows), n, warning=warning)
    yield sample, partial(_over, rows, arms, n)


def _over(rows: Selection, arms: list[str], n: int) -> tuple[Floats]:
    if rows.n != n * len(arms):
        raise StatsError("some subjects have more than one record under a treatment.")
    treatment = rows.column(TREATMENT).astype(str)
    order = np.lexsort((treatment, rows.column("USUBJID").astype(str))).reshape(n, len(arms))
    return (rows.column("AVAL").astype(float)[order],)


def between(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two arms."""
    for sample, counts in compared(cut, step):
        yield from against_margins(of_margins(sample), step, step.method, *_asked(step, counts))


def _asked(
    step: Step[Asked], counts: tuple[int, ...]
) -> tuple[Formula, Callable[[float, str], float]]:
    """The interval of these counts by confidence, and the p-value by margin and side."""
    chosen = items_of(step.options)
    variance = {"variance": chosen["variance"]} if "variance" in chosen else {}
    interval, test = (partial(each, *counts, **variance) for each in formulas(step))

    def p_value(margin: float, sides: str) -> float:
        return test(margin=margin, sides=sides).p_value

    return interval, p_value


Pair = tuple[str, str] | None
Compared = Iterator[tuple[Pair, list[str], Selection]]


def groups(cut: Cut, which: "Groups", strata: Sequence[str]) -> Compared:
    """(pair or None, arms, rows): all arms at once, or each treated arm with the reference.

    The rows are those whose `strata` are all known.
    """
    compared = (
        [(None, cut.arms())]
        if which == "all"
        else [(pair, list(pair)) for pair in cut.analysis.pairs]
    )
    for pair, arms in compared:
        yield pair, arms, with_known(cut.rows(TRTP={"in": arms}), strata)


def tables(
    cut: Cut, rows: Selection, arms: list[str], strata: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Counts (strata, arms, values) and the values of the endpoint in ascending order."""
    values, of_value = np.unique(cut.values(rows), return_inverse=True)
    levels, of_stratum = np.unique(keys_of(rows, strata), return_inverse=True)
    arm = rows.column("TRTP")
    of_arm = np.array([arms.index(one) for one in arm.tolist()], dtype=np.intp)
    made = np.zeros((max(len(levels), 1), len(arms), max(len(values), 1)))
    np.add.at(made, (of_stratum, of_arm, of_value), 1)
    return made, values


def _results(
    cut: Cut,
    step: Step[object],
    compared: Compared,
    compute: Callable[[list[str], Selection], TestResult],
) -> Iterator[Result]:
    """A test of arms by values, its statistic where it has one."""
    for pair, arms, rows in compared:
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": rows}, rows.n)
        yield from sample.test(partial(compute, arms, rows))


def whole_table(cut: Cut, step: "Step[cards.ChiSquaredTable]") -> Iterator[Result]:
    """Arms by values, in one table."""

    def compute(arms: list[str], rows: Selection) -> TestResult:
        return formula(step)(tables(cut, rows, arms, ())[0][0])

    yield from _results(cut, step, groups(cut, step.options.groups, ()), compute)


def association(
    cut: Cut, step: "Step[cards.CmhGeneralAssociation | cards.CmhRowMeanScores]"
) -> Iterator[Result]:
    """Any association of arm and value within strata, by χ² or exactly, or of mean scores."""
    strata, scores = step.options.strata, items_of(step.options).get("scores")

    def compute(arms: list[str], rows: Selection) -> TestResult:
        made, values = tables(cut, rows, arms, strata)
        columns = values if scores == "values" else scores
        return formula(step)(made, **({"column_scores": columns} if scores else {}))

    compared = groups(cut, step.options.groups, strata)
    yield from _results(cut, step, compared, compute)


def arm_by_stratum(cut: Cut, step: "Step[cards.CmhGeneralAssociation]") -> Iterator[Result]:
    """The interaction of arm and stratum."""
    strata = step.options.strata

    def compute(arms: list[str], rows: Selection) -> TestResult:
        arm = rows.column("TRTP").astype(str)
        return formula(step)(rows.column("AVAL"), arm, keys_of(rows, strata))

    compared = groups(cut, step.options.groups, strata)
    yield from _results(cut, step, compared, compute)


def effect_over_score(cut: Cut, step: "Step[cards.LogisticTrend]") -> Iterator[Result]:
    """The trend of the effect over a variable of numbers."""
    strata = step.options.strata

    def compute(arms: list[str], rows: Selection) -> TestResult:
        score = _score(rows, strata)
        return formula(step)(rows.column("AVAL"), rows.column("TRTP").astype(str), score)

    compared = groups(cut, step.options.groups, strata)
    yield from _results(cut, step, compared, compute)


def _score(rows: Selection, strata: tuple[str, ...]) -> Floats:
    """The levels of a variable, as the numbers that they are."""
    try:
        return keys_of(rows, strata).astype(float)
    except ValueError:
        raise StatsError("a trend needs one variable whose levels are numbers.") from None


def ratio_over_score(cut: Cut, step: "Step[cards.LogisticTrendRatio]") -> Iterator[Result]:
    """By comparison: by what the odds ratio grows with a point of a variable of numbers."""
    strata, confidence = step.options.strata, cut.analysis.confidence
    for pair, _, rows in groups(cut, "pairs", strata):

        def compute(pair: tuple[str, str] = present(pair), rows: Selection = rows) -> Interval:
            treated = rows.column("TRTP").astype(str) == pair[0]
            values = rows.column("AVAL")
            return formula(step)(values, treated, _score(rows, strata), confidence=confidence)

        yield Sample(cut, step, cut.at(pair=pair), roles(cut, rows), rows.n).interval(compute)


def trend(cut: Cut, step: "Step[cards.CochranArmitage]") -> Iterator[Result]:
    """Over all arms, in the order and at the distances of their scores."""
    rows = cut.rows(TRTP={"in": cut.arms()})
    scores = step.options.scores

    def compute() -> TestResult:
        arm, happened = rows.column("TRTP"), rows.column("AVAL") == 1
        n = np.array([np.sum(arm == name) for name in scores])
        x = np.array([np.sum(happened[arm == name]) for name in scores])
        return formula(step)(
            x,
            n,
            list(scores.values()),
            sides=step.options.sides,
            variance=step.options.variance,
        )

    yield from Sample(cut, step, cut.place, {"analysed": rows}, rows.n).test(compute)
