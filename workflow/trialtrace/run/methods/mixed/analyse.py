"""Adjusted differences of arms: MMRM over visits, analysis of covariance, centres at random.

Covariates are measured before randomisation. Subjects without one of them are left out, as the
members of each result say. A mixed model has a mean at every visit for everyone, so for a patient
who died it speaks of a value after death: the plan's note has to say so.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Unpack

import numpy as np

from trialtrace.base.arrays import Floats, Labels
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import Notes, Once, Sample, formulas, noted
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import (
    SubjectTable,
    covariates,
    known,
    levels_of,
    subject_table,
)
from trialtrace.run.methods.regression.analyse_covariates import (
    ARM,
    INTERCEPT,
    TWO_SIDED,
    Layout,
    Name,
    centred_on_levels,
    coefficient_results,
    coefficients,
    terms_of,
)
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.mixed.visit_design import (
    VisitDesign,
    difference_row,
    interaction_rows,
    mean_row,
    visit_design,
)
from trialtrace.stats.regression.coefficients import contrast, wald_test
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import clusters
    from trialtrace.run.trial.plan.cards import mixed as cards
    from trialtrace.stats.mixed.linear_mixed import LinearMixedFit
    from trialtrace.stats.mixed.mmrm import MmrmFit
    from trialtrace.stats.regression.ancova import AncovaFit

    Fitted = tuple[VisitDesign, MmrmFit]

AT_BOUND = (
    "The covariance of the random effects is estimated at its bound: a variance of 0, or a "
    "correlation of 1."
)


class _Mmrm:
    """The model of one cut, fitted once; each property raises StatsError where it has no answer."""

    def __init__(self, cut: Cut, step: "Step[cards.Mmrm]", rows: Selection):
        self.cut, self.options, self.rows = cut, step.options, rows
        self.levels = levels_of(rows, step.options.covariates)
        self._mmrm, self._contrast_test, self._f_test = formulas(step)
        # A failure is remembered, so that it costs its time once.
        self.fitted: Once[Fitted] = Once(self._fit)

    def _fit(self) -> "Fitted":
        table = subject_table(self.cut, self.rows, {"AVISIT": list(self.cut.visits)})
        arms = table.column("TRTP").astype(str)
        groups = arms if self.options.groups == "by_arm" else None
        return _over_visits(self.cut, self.options, table, arms, partial(self._mmrm, groups=groups))

    def difference(self, pair: tuple[str, str], visit: str) -> Contrast:
        design, fit = self.fitted()
        _check_arms(pair, design.arms)
        row = difference_row(design, arm=pair[0], reference=pair[1], visit=visit)
        return self._contrast(fit, row)

    def mean(self, arm: str, visit: str) -> Interval:
        design, fit = self.fitted()
        _check_arms((arm,), design.arms)
        row = mean_row(design, arm=arm, visit=visit)
        return self._contrast(fit, row).interval

    def _contrast(self, fit: "MmrmFit", row: Floats) -> Contrast:
        return self._contrast_test(
            fit,
            row,
            df=self.options.df,
            sides=TWO_SIDED,
            confidence=self.cut.analysis.confidence,
        )

    def coefficient(self, name: Name) -> Contrast:
        return self._contrast(self.fitted()[1], self._layout.row(name))

    def change(self, pair: tuple[str, str], visit: str) -> Contrast:
        """How much further apart two arms are at a visit than at the first one."""
        design, fit = self.fitted()
        _check_arms(pair, design.arms)
        at, first = (
            difference_row(design, arm=pair[0], reference=pair[1], visit=each)
            for each in (visit, self.cut.visits[0])
        )
        return self._contrast(fit, at - first)

    def names(self) -> list[str]:
        """The coefficients of visits and covariates, and how these change with visits."""
        later = [f"visit={visit}" for visit in self.cut.visits[1:]]
        covariates = terms_of(self.levels)
        changing = covariates if self.options.slopes == "each_visit" else []
        changes = [f"{name}:{visit}" for name in changing for visit in later]
        return [INTERCEPT, *later, *covariates, *changes]

    @cached_property
    def _layout(self) -> Layout:
        """Means of the arms at the first visit, and of the reference what each coefficient adds."""
        design, _ = self.fitted()
        reference, (first, *later) = self.cut.analysis.estimand.reference, self.cut.visits
        _check_arms((reference,), design.arms)
        coding = centred_on_levels([reference], reference, self.levels)
        zero = coding.arms[reference][1:]
        each_visit = self.options.slopes == "each_visit"

        def mean(arm: object, visit: str, values: Floats = zero) -> Floats:
            at = np.array([float(each == visit) for each in self.cut.visits])
            slopes = np.outer(values, at).ravel() if each_visit else values
            cell = mean_row(design, arm=arm, visit=visit)
            return np.concatenate([cell[: cell.size - slopes.size], slopes])

        arms = {str(arm): mean(arm, first) for arm in design.arms}
        terms = {INTERCEPT: arms[reference]}
        terms |= {f"visit={each}": mean(reference, each) - arms[reference] for each in later}
        for name in terms_of(self.levels):
            moved = zero + coding.terms[name][1:]
            slope = {
                each: mean(reference, each, moved) - mean(reference, each)
                for each in self.cut.visits
            }
            terms[name] = slope[first]
            terms |= {f"{name}:visit={each}": slope[each] - slope[first] for each in later}
        return Layout(arms, terms)

    def interaction(self) -> TestResult:
        design, fit = self.fitted()
        rows = interaction_rows(design)
        return self._f_test(fit, rows, df=self.options.df)


def _over_visits(
    cut: Cut,
    options: "cards.OverVisits",
    table: SubjectTable,
    arms: Labels,
    mmrm: "Callable[..., MmrmFit]",
) -> "Fitted":
    """A mean of each of these arms at each visit, with covariates; the first covariance that has an
    estimate."""
    columns = covariates(table, options.covariates)
    design = visit_design(
        arms,
        cut.visits,
        coding="cell_means",
        covariates=columns,
        by_visit=None if columns is None else options.slopes == "each_visit",
    )
    structure = (options.covariance, *(options.fallback or ()))
    return design, mmrm(table.values, design.x, structure=structure, method=options.estimation)


def _taken(
    results: Iterable[Result], step: "Step[cards.OverVisits]", model: Once["Fitted"]
) -> Iterator[Result]:
    """The results, each with the covariance that was taken where the plan gives several."""
    for result in results:
        if step.options.fallback and result.error is None:
            _, fit = model()
            result.options = {**result.options, "taken": fit.structure}
            result.warning = " ".join(fit.notes) or None
        yield result


def _check_arms(wanted: Iterable[str], known: Iterable[object]) -> None:
    if not set(wanted) <= set(known):
        raise StatsError("an arm has no values.")


def mmrm(cut: Cut, step: "Step[cards.Mmrm]") -> Iterator[Result]:
    """Adjusted means by arm and visit, their differences, and the test of arm by visit."""
    rows = cut.rows(
        TRTP={"in": cut.arms()},
        AVISIT={"in": list(cut.visits)},
        **known(step.options.covariates),
    )
    model = _Mmrm(cut, step, rows)
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)
    yield from _taken(_mmrm(sample, model), step, model.fitted)


def visit_interaction(cut: Cut, step: "Step[cards.MmrmInteraction]") -> Iterator[Result]:
    """At each visit whether adjusted differences of arms differ between strata, by one model of
    all visits in which each arm of each stratum has means of its own."""
    names, strata = step.options.covariates, step.options.strata
    mmrm, f_test = formulas(step)
    for pair in [None] if step.options.groups == "all" else cut.analysis.pairs:
        rows = cut.rows(
            TRTP={"in": cut.arms() if pair is None else list(pair)},
            AVISIT={"in": list(cut.visits)},
            **known([*names, *strata]),
        )
        sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.subjects)
        model = Once(partial(_by_stratum, cut, step.options, rows, mmrm))

        def test(at: int, model: Once["Fitted"] = model) -> TestResult:
            design, fit = model()
            return f_test(fit, _products(design, at), df=step.options.df)

        for at, visit in enumerate(cut.visits):
            results = sample.at(pair=pair, visit=visit).f_test(partial(test, at))
            yield from _taken(results, step, model)


# Between the names of an arm and a stratum, neither of which has it.
_APART = "\x1e"


def _by_stratum(
    cut: Cut, options: "cards.MmrmInteraction", rows: Selection, mmrm: "Callable[..., MmrmFit]"
) -> "Fitted":
    table = subject_table(cut, rows, {"AVISIT": list(cut.visits)})
    within = _strata(table, options.strata)
    assert within is not None
    cells = [
        _APART.join(each) for each in zip(table.column("TRTP").astype(str), within, strict=True)
    ]
    return _over_visits(cut, options, table, np.array(cells), mmrm)


def _products(design: VisitDesign, at: int) -> Floats:
    """Rows of differences of arms that are the same in every stratum, at a visit."""
    named = [str(cell).split(_APART) for cell in design.arms]
    arms, strata = (np.unique(each) for each in zip(*named, strict=True))
    if len(design.arms) < arms.size * strata.size:
        raise StatsError("a stratum has no patients of an arm.")
    if min(arms.size, strata.size) < 2:
        raise StatsError("an interaction needs two arms and two strata.")
    # Arms of a design stand in the order of their names, so by arm and then by stratum.
    cells = design.cells[:, at].reshape(arms.size, strata.size, -1)
    apart = cells[1:] - cells[:1]
    return (apart[:, 1:] - apart[:, :1]).reshape(-1, cells.shape[2])


def _mmrm(sample: Sample, model: _Mmrm) -> Iterator[Result]:
    cut = sample.cut
    for visit in cut.visits:
        for arm in cut.arms():
            cell = sample.at(group=arm, visit=visit)
            yield cell.interval(partial(model.mean, arm, visit), "mean")
    for visit in cut.visits:
        for pair in cut.analysis.pairs:
            compute = partial(model.difference, pair, visit)
            yield from sample.at(pair=pair, visit=visit).contrast(compute)
    yield from sample.at(second=("effect", "arm_visit")).f_test(model.interaction)
    yield from coefficients(sample, model.names(), model.coefficient)
    changes = [
        (
            cut.at(pair=pair, second=("term", f"{ARM}:visit={visit}")),
            partial(model.change, pair, visit),
        )
        for pair in (cut.analysis.pairs if model.options.coefficients else ())
        for visit in cut.visits[1:]
    ]
    yield from coefficient_results(sample, changes)


def ancova(cut: Cut, step: "Step[cards.AncovaModel]") -> Iterator[Result]:
    """By comparison: difference of means adjusted for covariates and strata, and its test; then
    coefficients."""
    names, strata, level = step.options.covariates, step.options.strata, cut.analysis.confidence
    rows = cut.rows(TRTP={"in": cut.arms()}, **known([*names, *strata]))
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.n)
    fit = cache(partial(_ancova, cut, step, rows))
    for pair in cut.analysis.pairs:
        yield from adjusted_difference(sample.at(pair=pair), fit)
    levels = levels_of(rows, names)
    if (stratum := _strata(rows, strata)) is not None:
        levels[":".join(strata)] = [each.replace("\x1f", ":") for each in np.unique(stratum)]

    @cache
    def layout() -> Layout:
        columns = covariates(subject_table(cut, rows, {}), names)
        means = None if columns is None else columns.mean(axis=0)
        return centred_on_levels(
            fit().arms.tolist(), cut.analysis.estimand.reference, levels, means
        )

    def of(name: Name) -> Contrast:
        return contrast(fit(), layout().row(name), sides=TWO_SIDED, confidence=level)

    yield from coefficients(sample, (INTERCEPT, *terms_of(levels)), of)


def adjusted_difference(
    sample: Sample, fit: "Callable[[], AncovaFit]", **notes: Unpack[Notes]
) -> Iterator[Result]:
    """The difference of a comparison by an analysis of covariance, and its test; the card ends with
    the functions of both."""
    *_, arm_difference, arm_row = formulas(sample.step)
    pair, level = sample.place.pair, sample.cut.analysis.confidence
    assert pair is not None

    def difference() -> Interval:
        compared: Contrast = arm_difference(fit(), *pair, sides=TWO_SIDED, confidence=level)
        return compared.interval

    yield sample.interval(difference, **notes)
    yield from sample.f_test(lambda: wald_test(fit(), arm_row(fit(), *pair)))


def interaction(cut: Cut, step: "Step[cards.AncovaInteraction]") -> Iterator[Result]:
    """Whether adjusted differences of arms differ between strata."""
    names, strata = step.options.covariates, step.options.strata
    design_of, ols, tested = formulas(step)

    def compute(rows: Selection) -> TestResult:
        table = subject_table(cut, rows, {})
        arm, by = table.column("TRTP").astype(str), _strata(table, strata)
        columns = {"covariates": covariates(table, names), "intercept": True}
        design = design_of(arm, by=by, interaction=True, **columns)
        level = cut.analysis.confidence
        fit = ols(table.values[:, 0], design.x, variance="model", confidence=level)
        return tested(fit, design)

    pairs = [None] if step.options.groups == "all" else cut.analysis.pairs
    for pair in pairs:
        arms = cut.arms() if pair is None else list(pair)
        rows = cut.rows(TRTP={"in": arms}, **known([*names, *strata]))
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": rows}, rows.n)
        yield from sample.f_test(partial(compute, rows))


def _ancova(cut: Cut, step: "Step[cards.Ancova]", rows: Selection) -> "AncovaFit":
    table = subject_table(cut, rows, {})
    ancova, *_ = formulas(step)
    return ancova(
        table.values[:, 0],
        table.column("TRTP").astype(str),
        covariates=covariates(table, step.options.covariates),
        strata=_strata(table, step.options.strata),
        variance=step.options.variance,
        confidence=cut.analysis.confidence,
    )


def _strata(rows: Selection | SubjectTable, names: Iterable[str]) -> Labels | None:
    """The stratum of each row, its levels apart by a character that none of them has."""
    columns = [map(level_text, rows.column(name)) for name in known(names)]
    return np.array(["\x1f".join(each) for each in zip(*columns, strict=True)]) if columns else None


def random_site(
    cut: Cut, step: "Step[cards.RandomSite | clusters.RandomCluster]"
) -> Iterator[Result]:
    """By comparison: difference of means, each site or cluster with a random effect of its own;
    then coefficients."""
    names = step.options.covariates
    rows = cut.rows(TRTP={"in": cut.arms()}, **known(names), **{_unit(step): "present"})
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.n)
    levels, (_, test_row) = levels_of(rows, names), formulas(step)
    fitted = cache(partial(_random_site, cut, step, rows))

    @cache
    def layout() -> Layout:
        return centred_on_levels(fitted()[0], cut.analysis.estimand.reference, levels)

    def of(name: Name) -> Contrast:
        row, level = layout().row(name), cut.analysis.confidence
        return test_row(fitted()[1], row, df=step.options.df, sides=TWO_SIDED, confidence=level)

    def every() -> Iterator[Result]:
        for pair in cut.analysis.pairs:
            yield from sample.at(pair=pair).contrast(partial(of, pair))
        yield from coefficients(sample, (INTERCEPT, *terms_of(levels)), of)

    yield from noted(every(), lambda: at_bound(fitted()[1]))


def _unit(step: "Step[cards.RandomSite | clusters.RandomCluster]") -> str:
    """The column of what is at random: the site where the step names nothing else."""
    return adsl_code(getattr(step.options, "cluster", "site"))


def at_bound(fit: "LinearMixedFit") -> str | None:
    """What a reader has to know of an estimate at its bound."""
    return AT_BOUND if fit.boundary else None


def _random_site(
    cut: Cut, step: "Step[cards.RandomSite | clusters.RandomCluster]", rows: Selection
) -> "tuple[list[str], LinearMixedFit]":
    table = subject_table(cut, rows, {})
    arms, index = np.unique(table.column("TRTP").astype(str), return_inverse=True)
    columns = covariates(table, step.options.covariates)
    x = np.eye(arms.size)[index.reshape(-1)]
    x = x if columns is None else np.hstack([x, columns])
    linear_mixed, _ = formulas(step)
    fit = linear_mixed(
        table.values[:, 0],
        x,
        np.ones((table.n, 1)),
        table.column(_unit(step)).astype(str),
        method=step.options.estimation,
    )
    return arms.tolist(), fit


METHODS = {
    "mean_difference.mmrm": mmrm,
    "p_value.mmrm_interaction": visit_interaction,
    "mean_difference.ancova": ancova,
    "p_value.ancova_interaction": interaction,
    "mean_difference.random_site": random_site,
}
