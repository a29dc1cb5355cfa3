"""Measured and ordinal values: summaries by arm, comparisons of two arms and of several, also
against margins."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from math import nan
from typing import TYPE_CHECKING, TypeVar

from trialtrace.base.arrays import Floats, Labels
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, formulas
from trialtrace.run.methods.analysing.margins import Asked, against_margins, of_margins
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.continuous.analyse_paired import comparisons
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import several_arms as cards
    from trialtrace.run.trial.plan.cards.continuous import Summary
    from trialtrace.stats.multiplicity._single_step import Simultaneous

QUARTILES = {"quartiles": ("q1", "q3")}


def describe(cut: Cut, step: "Step[Summary]") -> Iterator[Result]:
    """By arm: the number of values and the summaries the plan lists."""
    describe_values, mean_interval = formulas(step)
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        sample = Sample(cut, step, cut.at(group=group), {"analysed": rows}, rows.n, options={})
        yield sample.value("count", rows.n)
        if rows.n == 0:
            continue
        found = describe_values(cut.values(rows))
        for name in step.options.statistics:
            if name == "mean":
                yield _mean(sample, found.mean, partial(mean_interval, cut.values(rows)))
                continue
            for stat in QUARTILES.get(name, (name,)):
                options = {"quantile": "type 7"} if stat in ("median", "q1", "q3") else {}
                yield sample.value(stat, getattr(found, stat), options=options)


def _mean(sample: Sample, mean: float, interval: Formula) -> Result:
    """The mean with its t interval; without one, saying so, where no interval is defined."""
    confidence, name = sample.cut.analysis.confidence, "mean.t_interval"
    try:
        found = interval(confidence=confidence)
    except StatsError as error:
        return sample.value(name, mean, warning=f"No interval: {error}")
    options = {"confidence": confidence}
    return replace(sample, options=options).interval(lambda: found, name)


def _compared(cut: Cut, step: Step[object]) -> Iterator[tuple[Sample, Formula]]:
    """Each comparison, and the formula with the values of both arms."""
    for pair, both, treated, reference in cut.pairs():
        values = cut.values(treated), cut.values(reference)
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": both}, both.n)
        yield sample, partial(formula(step), *values, **items_of(step.options))


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: an estimate with its interval."""
    for sample, compute in _compared(cut, step):
        yield sample.interval(partial(compute, confidence=cut.analysis.confidence))


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test."""
    for sample, compute in _compared(cut, step):
        yield from sample.test(compute)


EFFECT = "mean_difference"


def between(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two arms."""
    for pair, both, treated, reference in cut.pairs():
        values = [cut.values(rows).astype(float) for rows in (treated, reference)]
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": both}, both.n)
        yield from _against(sample, step, *values)


def paired(cut: Cut, step: Step[Asked]) -> Iterator[Result]:
    """By comparison of two treatments of a subject."""
    for pairs in comparisons(cut):
        sample = pairs.sample(step)
        if pairs.error is not None:
            yield of_margins(sample).value(EFFECT, nan, error=pairs.error, options={})
        else:
            yield from _against(sample, step, pairs.difference)


def _against(sample: Sample, step: Step[Asked], *values: Floats) -> Iterator[Result]:
    interval, test = formulas(step)
    told, compute = of_margins(sample), partial(interval, *values)
    yield from against_margins(told, step, EFFECT, compute, _at_margin(test, *values))


def _at_margin(test: Formula, first: Floats, *others: Floats) -> Callable[[float, str], float]:
    """The p-value of a test at a margin, by which the first sample is moved."""

    def p_value(margin: float, sides: str) -> float:
        return test(first - margin, *others, sides=sides).p_value

    return p_value


# An arm, a pair of arms, or the name of a contrast.
Key = TypeVar("Key")


class _Arms:
    """The values of all arms of a cut, and what they share in every result."""

    def __init__(self, cut: Cut, step: Step[object]):
        self.cut = cut
        self.rows: Selection = cut.rows(TRTP={"in": cut.arms()})
        self.sample = Sample(cut, step, cut.place, {"analysed": self.rows}, self.rows.n)
        self.level = {"confidence": cut.analysis.confidence}

    def data(self) -> tuple[Floats, Labels]:
        """Values and arms. Raises StatsError where an arm has none."""
        arms = self.rows.column("TRTP").astype(str)
        if {*arms.tolist()} != {*self.cut.arms()}:
            raise StatsError("an arm has no values.")
        return self.cut.values(self.rows).astype(float), arms


def _of(found: Callable[[], Mapping[Key, Contrast]], key: Key) -> Contrast:
    return found()[key]


def dunnett(cut: Cut, step: "Step[cards.Dunnett]") -> Iterator[Result]:
    """Each treated arm against the reference."""
    arms, reference = _Arms(cut, step), cut.analysis.estimand.reference

    @cache
    def found() -> dict[str, Contrast]:
        every: Simultaneous = formula(step)(
            *arms.data(), reference=reference, sides=step.options.sides, **arms.level
        )
        others = sorted(arm for arm in cut.arms() if arm != reference)
        return dict(zip(others, every.contrasts, strict=True))

    for pair in cut.analysis.pairs:
        yield from arms.sample.at(pair=pair).contrast(partial(_of, found, pair[0]))


def tukey(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """Every pair of arms, the reference second in its own."""
    arms = _Arms(cut, step)
    # The labels decide the order of the formula, the trial that of the results.
    order = cut.analysis.reference_last(cut.trial.design.arms)
    code = {arm: f"{place:03}" for place, arm in enumerate(order)}
    pairs = cut.analysis.every_pair(cut.trial.design.arms)

    @cache
    def found() -> dict[tuple[str, str], Contrast]:
        values, own = arms.data()
        every: Simultaneous = formula(step)(values, [code[arm] for arm in own], **arms.level)
        return dict(zip(pairs, every.contrasts, strict=True))

    for pair in pairs:
        yield from arms.sample.at(pair=pair).contrast(partial(_of, found, pair))


def contrasts(cut: Cut, step: "Step[cards.Contrasts]") -> Iterator[Result]:
    """Declared contrasts, each by itself or all together."""
    arms, declared = _Arms(cut, step), step.options.contrasts

    @cache
    def found() -> dict[str, Contrast]:
        every: Simultaneous = formula(step)(
            *arms.data(), declared, sides=step.options.sides, **arms.level
        )
        return dict(zip(declared, every.contrasts, strict=True))

    for name in declared:
        yield from arms.sample.at(second=("contrast", name)).contrast(partial(_of, found, name))


def trend(cut: Cut, step: "Step[cards.LinearTrend]") -> Iterator[Result]:
    """The slope of the means over the scores of the arms."""
    arms = _Arms(cut, step)
    contrast, coefficients = formulas(step)

    @cache
    def found() -> Contrast:
        slope = {"slope": coefficients(step.options.scores)}
        every: Simultaneous = contrast(*arms.data(), slope, sides=step.options.sides, **arms.level)
        return every.contrasts[0]

    yield from arms.sample.contrast(found)


METHODS = {
    "summary": describe,
    "mean_difference": estimate,
    "median_difference": estimate,
    "probability_of_superiority": estimate,
    "p_value": test,
    "equivalence.paired_t": paired,
    "equivalence": between,
    "non_inferiority.paired_t": paired,
    "non_inferiority": between,
    "mean_difference.dunnett": dunnett,
    "mean_difference.tukey": tukey,
    "mean_contrast": contrasts,
    "mean_trend.linear": trend,
}
