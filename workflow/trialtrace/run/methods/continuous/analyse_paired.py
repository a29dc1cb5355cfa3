"""Two treatments of one subject (two sides of the body, two periods): compared within subjects.

A subject counts where both treatments have a value; the others are told, never filled in. With
`value: change` the difference of a subject is (after - before) under one treatment less the same
under the other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from trialtrace.base.arrays import Floats, Labels
from trialtrace.base.config.spec import items_of
from trialtrace.base.store import difference
from trialtrace.run.methods.analysing.cuts import Cut, level_text, of_another
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.options import Corrected
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.regression.coefficients import contrast, wald_test
from trialtrace.stats.resampling.schemes import fixed_margins, within_patient
from trialtrace.stats.resampling.sums import TIE_TOLERANCE
from trialtrace.stats.results import Coefficients, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import association as association_cards
    from trialtrace.run.trial.plan.cards import paired as cards

TREATMENT = "TRTP"
# Sums of up to so many assignments are enumerated; within subjects all of them always are.
ENUMERATED = 2**60
NO_SEED = (0, 0)


Found = TypeVar("Found")
# A regression, and the columns of each of its terms.
Fitted = tuple[Coefficients, dict[str, list[int]]]


@dataclass(frozen=True)
class Paired:
    """The subjects of a comparison that have both values.

    `rows` are their records, and `at` (n, 2) where the treated and the reference record of each
    subject stand in `rows`. `single` subjects have one value of the two. `error` says why there are
    no pairs; what asks for their values raises StatsError then.
    """

    cut: Cut
    place: Place
    rows: Selection
    at: np.ndarray
    single: int
    error: str | None

    def column(self, name: str) -> Labels:
        """A column of the treated and of the reference record of each subject, (n, 2)."""
        return self._paired(self.rows.column(name))

    @property
    def values(self) -> Floats:
        """The treated and the reference value of each subject, (n, 2)."""
        return self._paired(self.cut.values(self.rows)).astype(float)

    def _paired(self, column: Labels) -> Labels:
        if self.error is not None:
            raise StatsError(self.error)
        return column[self.at]

    @property
    def difference(self) -> Floats:
        values = self.values
        return difference(values[:, 0], values[:, 1])

    def compute(self, function: Callable[[Floats], Found]) -> Found:
        """What a function of the differences gives."""
        return function(self.difference)

    def sample(self, step: Step[object], members: dict[str, Selection] | None = None) -> Sample:
        """What the results of a step share, of the rows of all pairs or of other members."""
        warning = None
        if self.single:
            who = "subject has" if self.single == 1 else "subjects have"
            warning = f"{self.single} {who} a value under one treatment only and are left out."
            warning = warning.replace(" and are", " and is") if self.single == 1 else warning
        n = None if self.error is not None else len(self.at)
        members = members or {"analysed": self.rows}
        return Sample(self.cut, step, self.place, members, n, warning=warning)


def comparisons(cut: Cut) -> Iterator[Paired]:
    """Each comparison of the analysis, by subject."""
    for treated, reference in cut.analysis.pairs:
        place = cut.at(pair=(treated, reference))
        both = {TREATMENT: {"in": [treated, reference]}}
        rows = cut.rows(**both, **{COMPLETE: {TREATMENT: [treated, reference]}})
        everybody = cut.rows(**both).subjects
        subject = rows.column("USUBJID").astype(str)
        n = len(np.unique(subject))
        if rows.n != 2 * n:
            error = "some subjects have more than one record under a treatment."
            yield Paired(cut, place, rows, np.empty((0, 2), dtype=np.intp), 0, error)
            continue
        order = np.lexsort((rows.column(TREATMENT) != treated, subject)).reshape(n, 2)
        yield Paired(cut, place, rows, order, everybody - n, None)


def estimate(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: mean or median of the differences within subjects, with its interval."""
    compute = partial(formula(step), confidence=cut.analysis.confidence)
    for pairs in comparisons(cut):
        yield pairs.sample(step).interval(partial(pairs.compute, compute))


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test that treatments do not differ within subjects."""
    compute = partial(formula(step), **items_of(step.options))
    for pairs in comparisons(cut):
        yield from pairs.sample(step).test(partial(pairs.compute, compute))


def normal_law(cut: Cut, step: Step[Corrected]) -> Iterator[Result]:
    """By comparison: the signed rank test by the normal law, as the plan corrects it."""
    corrected = step.options.correction == "continuity"
    method = "normal_continuity" if corrected else "normal"
    compute = partial(formula(step), sides=step.options.sides, method=method)
    for pairs in comparisons(cut):
        yield from pairs.sample(step).test(partial(pairs.compute, compute))


def rerandomise(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: all assignments of the treated side."""
    choices = items_of(step.options)
    for pairs in comparisons(cut):
        compute = partial(_rerandomise, formula(step), pairs, **choices)
        yield from pairs.sample(step).test(compute)


def _rerandomise(test: Formula, paired: Paired, *, allocation: str, sides: str) -> TestResult:
    """All assignments of the treated side; the statistic is the sum of the differences.

    A subject's score is its value on the side that is second by name less that on the first, which
    no assignment changes; assignments give it the sign of its treated side.
    """
    side = paired.column("LAT")[:, 0].astype(str)
    pairs = paired.column("LAT").astype(str)
    if (pairs[:, 0] == pairs[:, 1]).any() or "None" in pairs:
        raise StatsError("a subject's two records do not lie on two sides, so nothing can swap.")
    if len(np.unique(pairs)) != 2:
        raise StatsError("there are more than two sides.")
    if len(np.unique(side)) < 2:
        raise StatsError("all subjects were treated on the same side, so sides cannot be swapped.")
    second = np.unique(side)[1]
    score = np.where(side == second, 1.0, -1.0) * paired.difference
    schemes = {"coin": within_patient, "balanced": fixed_margins}
    result = test(
        schemes[allocation](side),
        score,
        arm=second,
        sides=sides,
        draws=1,
        exact_up_to=ENUMERATED,
        seed=NO_SEED,
        confidence=0.95,
        tie_tolerance=TIE_TOLERANCE,
    )
    if not result.exact:
        raise StatsError("there are too many assignments to enumerate.")
    return TestResult(float(paired.difference.sum()), np.nan, float(result.p_value[0]))


def regression(cut: Cut, step: "Step[cards.PairedRegression]") -> Iterator[Result]:
    """By comparison: the mean difference adjusted for covariates, and each covariate's effect.

    Numbers are centred at their mean; of a variable with levels each level counts alike.
    """
    names, confidence = step.options.covariates, cut.analysis.confidence
    for pairs in comparisons(cut):
        fit = partial(_fit, formula(step), pairs, names, confidence)
        sample = pairs.sample(step)
        yield sample.interval(partial(_mean, fit, confidence))
        for name in names if pairs.error is None else ():
            of_covariate = sample.at(pair=pairs.place.pair, second=("covariate", name))
            yield from replace(of_covariate, warning=None).f_test(partial(_effect, fit, name))


def _mean(fit: Callable[[], Fitted], confidence: float) -> Interval:
    """The first coefficient: the mean difference where all covariates are at their means."""
    fitted, _ = fit()
    row = np.eye(fitted.coef.size)[0]
    return contrast(fitted, row, sides="two_sided", confidence=confidence).interval


def _effect(fit: Callable[[], Fitted], name: str) -> TestResult:
    fitted, terms = fit()
    return wald_test(fitted, np.eye(fitted.coef.size)[terms[name]])


def _fit(least_squares: Formula, paired: Paired, names: Sequence[str], confidence: float) -> Fitted:
    """Least squares of the differences on an intercept and centred covariates; their columns."""
    blocks, width = [np.ones((len(paired.at), 1))], 1
    terms: dict[str, list[int]] = {}
    for name in names:
        block = _columns(paired, name)
        terms[name] = list(range(width, width + block.shape[1]))
        width += block.shape[1]
        blocks.append(block)
    x = np.hstack(blocks)
    return least_squares(paired.difference, x, variance="model", confidence=confidence), terms


def _columns(paired: Paired, name: str) -> Floats:
    """A covariate as columns that are 0 on average over subjects, or over levels."""
    if name == "baseline":
        base = paired.column("BASE").astype(float)
        values = difference(base[:, 0], base[:, 1])
    else:
        column = "LAT" if name == "treated_side" else adsl_code(name)
        values = paired.column(column)[:, 0]
    if np.issubdtype(values.dtype, np.number):
        centred: Floats = values.astype(float) - values.astype(float).mean()
        return centred.reshape(-1, 1)
    if (values == None).any():  # noqa: E711
        raise StatsError(f"{name} is not known of every subject.")
    levels, index = np.unique(values.astype(str), return_inverse=True)
    if levels.size < 2:
        raise StatsError(f"{name} is the same in every subject.")
    return np.vstack([np.eye(levels.size - 1), -np.ones(levels.size - 1)])[index]


# What the formula calls what the plan says; the rest tells the sequence.
ARGUMENTS = {"compared": "effect", "sides": "sides"}


class Sequenced(Protocol):
    """What tells the order of a subject's treatments."""

    @property
    def sequence(self) -> str: ...

    @property
    def starts_with(self) -> dict[str, str]: ...


def periods(paired: Paired, asked: Sequenced) -> tuple[Floats, Floats, Floats]:
    """Values of the first and of the second period, and 1 where the treated arm was first."""
    levels = paired.column(adsl_code(asked.sequence))[:, 0].tolist()
    arms = [None if level is None else asked.starts_with.get(level_text(level)) for level in levels]
    if lacking := arms.count(None):
        raise StatsError(f"{lacking} subjects have no sequence that `starts_with` names.")
    if others := {str(arm) for arm in arms} - set(paired.place.pair or ()):
        raise StatsError(f"some sequences begin with {' and '.join(sorted(others))}.")
    early = np.array([arm == (paired.place.pair or ("",))[0] for arm in arms])
    treated, reference = paired.values.T
    first, second = np.where(early, treated, reference), np.where(early, reference, treated)
    return first, second, early.astype(float)


def of_periods(cut: Cut, step: Step[Sequenced]) -> Iterator[Result]:
    """By comparison: the effect of the treatment, of the period or of carry-over."""
    compute = partial(formula(step), confidence=cut.analysis.confidence)
    for pairs in comparisons(cut):
        run = partial(_computed, compute, pairs, step.options)
        yield pairs.sample(step).interval(run)


def test_of_periods(cut: Cut, step: Step[Sequenced]) -> Iterator[Result]:
    """By comparison: a test of the treatments, of the periods or of carry-over."""
    given = items_of(step.options)
    choices = {name: given[key] for key, name in ARGUMENTS.items() if key in given}
    compute = partial(formula(step), **choices)
    for pairs in comparisons(cut):
        run = partial(_computed, compute, pairs, step.options)
        yield from pairs.sample(step).test(run)


def _computed(compute: Callable[..., Found], paired: Paired, asked: Sequenced) -> Found:
    return compute(*periods(paired, asked))


Series = tuple[np.ndarray, np.ndarray]


def correlation(cut: Cut, step: "Step[association_cards.Pearson]") -> Iterator[Result]:
    """The correlation with its interval and test, over subjects that have both."""
    estimate, test = formulas(step)
    other = of_another(cut, step.options.with_, step.options.with_value, step.options.with_visit)
    own = cut.trial.design.kind in OWN_TREATMENT
    for place, members, first, second in (_both_differences if own else _by_arm)(cut, other):
        subjects, left, right = np.intersect1d(first[0], second[0], return_indices=True)
        both = first[1][left], second[1][right]
        at = replace(place, second=("with", step.options.with_))
        sample = Sample(cut, step, at, members, len(subjects))
        named, level = {"method": step.method}, cut.analysis.confidence
        yield sample.interval(partial(estimate, *both, confidence=level, **named))
        compute = partial(test, *both, sides="two_sided", **named)
        yield from sample.test(compute, "t", method=f"{step.method}_correlation")


def _by_arm(cut: Cut, other: Cut) -> Iterator[tuple[Place, dict[str, Selection], Series, Series]]:
    for group, condition in cut.groups():
        first, second = cut.rows(**condition), other.rows(**condition)
        members = {"analysed": first, "with": second}
        yield cut.at(group=group), members, _series(cut, first), _series(other, second)


def _series(cut: Cut, rows: Selection) -> Series:
    """Subjects and their values; nobody where a subject has several records."""
    subjects = rows.column("USUBJID").astype(str)
    if len(np.unique(subjects)) < rows.n:
        return np.array([], dtype=str), np.array([])
    return subjects, cut.values(rows).astype(float)


def _both_differences(
    cut: Cut, other: Cut
) -> Iterator[tuple[Place, dict[str, Selection], Series, Series]]:
    for first, second in zip(comparisons(cut), comparisons(other), strict=True):
        members = {"analysed": first.rows, "with": second.rows}
        yield first.place, members, _of_pairs(first), _of_pairs(second)


def _of_pairs(paired: Paired) -> Series:
    if paired.error is not None:
        return np.array([], dtype=str), np.array([])
    return paired.column("USUBJID")[:, 0].astype(str), paired.difference


METHODS = {
    "mean_difference": estimate,
    "fold_change": estimate,
    "median_difference": estimate,
    "mean_difference.paired_regression": regression,
    "p_value": test,
    "p_value.signed_rank_normal": normal_law,
    "p_value.rerandomise_sides": rerandomise,
    "mean_difference.crossover": of_periods,
    "period_difference": of_periods,
    "carry_over": of_periods,
    "p_value.crossover_t": test_of_periods,
    "p_value.mainland_gart": test_of_periods,
    "p_value.prescott": test_of_periods,
    "correlation.pearson": correlation,
    "correlation.spearman": correlation,
}
