"""Means of several arms over the variance pooled over all that the analysis compares."""

from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING

from trialtrace.base.arrays import Floats, Labels
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula, formulas
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import Contrast, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import several_arms as cards
    from trialtrace.stats.continuous.ordered_arms import Williams
    from trialtrace.stats.multiplicity._single_step import Simultaneous

TWO_SIDED = "two_sided"


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

    def one(arm: str) -> Contrast:
        return found()[arm]

    for pair in cut.analysis.pairs:
        yield from arms.sample.at(pair=pair).contrast(partial(one, pair[0]))


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

    def one(pair: tuple[str, str]) -> Contrast:
        return found()[pair]

    for pair in pairs:
        yield from arms.sample.at(pair=pair).contrast(partial(one, pair))


def contrasts(cut: Cut, step: "Step[cards.Contrasts]") -> Iterator[Result]:
    """Declared contrasts, each by itself or all together."""
    arms, declared = _Arms(cut, step), step.options.contrasts

    @cache
    def found() -> dict[str, Contrast]:
        every: Simultaneous = formula(step)(
            *arms.data(), declared, sides=step.options.sides, **arms.level
        )
        return dict(zip(declared, every.contrasts, strict=True))

    def one(name: str) -> Contrast:
        return found()[name]

    for name in declared:
        yield from arms.sample.at(second=("contrast", name)).contrast(partial(one, name))


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


def ordered(cut: Cut, step: "Step[cards.JonckheereTerpstra]") -> Iterator[Result]:
    """A trend by ranks over all arms, in the order of the plan."""
    arms, options = _Arms(cut, step), step.options

    def compute() -> TestResult:
        test_result: TestResult = formula(step)(
            *arms.data(), order=list(options.order), sides=options.sides
        )
        return test_result

    yield from arms.sample.test(compute)


def williams(cut: Cut, step: "Step[cards.WilliamsTest]") -> Iterator[Result]:
    """Each dose against the reference, as far as the higher ones are significant."""
    arms, options = _Arms(cut, step), step.options
    order = [cut.analysis.estimand.reference, *options.doses]

    @cache
    def found() -> "Williams":
        every: Williams = formula(step)(*arms.data(), order=order, sides=options.sides)
        return every

    def of(dose: str) -> TestResult:
        every = found()
        place = every.doses.index(dose)
        return TestResult(float(every.statistic[place]), every.df, float(every.p_value[place]))

    for pair in cut.analysis.pairs:
        yield from arms.sample.at(pair=pair).test(partial(of, pair[0]))


METHODS = {
    "p_value.jonckheere_terpstra": ordered,
    "p_value.jonckheere_terpstra_exact": ordered,
    "p_value.williams": williams,
    "mean_difference.dunnett": dunnett,
    "mean_difference.tukey": tukey,
    "mean_contrast": contrasts,
    "mean_trend.linear": trend,
}
