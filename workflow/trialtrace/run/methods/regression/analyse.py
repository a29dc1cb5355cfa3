"""Events and ordinal values by regression on arm and covariates: one model of all compared arms;
the distribution of ordinal values, and their ranks over visits."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import product
from math import exp, inf, isfinite, nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut, level_text, with_known
from trialtrace.run.methods.analysing.estimate import Once, Sample, formula, formulas, noted
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.analysing.subject_tables import (
    covariates,
    known,
    levels_of,
    subject_table,
)
from trialtrace.run.methods.categorical.rows import roles
from trialtrace.run.methods.regression.analyse_covariates import (
    ARM,
    INTERCEPT,
    Name,
    centred_on_levels,
    coefficient_results,
    coefficients,
    columns_of,
    design,
    ratio_results,
    terms_of,
)
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats._wald import wald_contrast
from trialtrace.stats.regression.coefficients import contrast, from_covariance, wald_test
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import ordinal as ordinal_cards
    from trialtrace.run.trial.plan.cards import regression as cards
    from trialtrace.stats.regression.ordinal import ProportionalOddsFit
    from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit
    from trialtrace.stats.regression.standardisation import Standardised
    from trialtrace.stats.repeated.ordinal_ranks import RankAnova
    from trialtrace.stats.results import Estimates

    Odds = ProportionalOddsFit | OrdinalMixedFit

NO_SPREAD = (
    "The standard deviation of the random intercepts is estimated as 0: the numbers are those of "
    "the model without them."
)


def standardised(cut: Cut, step: "Step[cards.Standardised]") -> Iterator[Result]:
    """By comparison: risks standardised over the covariates; beside a difference by arm."""
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), step.options.covariates)
    standardise, compare, *mean = formulas(step)

    @cache
    def fit() -> "Standardised":
        return standardise(
            rows.column("AVAL"),
            rows.column("TRTP").astype(str),
            columns_of(rows, step.options.covariates),
            family="logistic",
            variance=step.options.variance,
        )

    def found(made: Callable[..., Interval], *arms: str) -> Interval:
        return made(fit(), *arms, confidence=cut.analysis.confidence)

    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    for arm, made in product(cut.arms(), mean):
        yield sample.at(group=arm).interval(partial(found, made, arm), "proportion")
    for pair in cut.analysis.pairs:
        yield sample.at(pair=pair).interval(partial(found, compare, *pair))


def ratio(cut: Cut, step: "Step[cards.OrdinaryModel]") -> Iterator[Result]:
    """By comparison: the exponential of the arm's coefficient given the covariates."""
    rows = with_known(cut.rows(TRTP={"in": cut.arms()}), step.options.covariates)
    fit = cache(partial(_fit, cut, step, rows))
    sample = Sample(cut, step, cut.place, roles(cut, rows), rows.n)
    yield from ratio_results(sample, rows, fit, intercept=True)


def intercept_of(fit: "OrdinalMixedFit", confidence: float) -> Contrast:
    """The intercept of a logistic model with random ones: the threshold, with the other sign."""
    value, error = -float(fit.thresholds[0]), float(fit.thresholds_se[0])
    return wald_contrast(value, error, df=inf, sides="two_sided", confidence=confidence)


def spread_of(sample: Sample, fit: "Callable[[], OrdinalMixedFit]") -> Iterator[Result]:
    """The standard deviation of the random intercepts and its error."""
    of_all = sample.at(second=("term", "random_intercept"))
    try:
        value, se, error = fit().sd, fit().sd_se, None
    except StatsError as refused:
        value, se, error = nan, nan, str(refused)
    yield of_all.value("random_sd", value, error=error)
    if isfinite(se):
        yield of_all.value("standard_error", se)


def _fit(cut: Cut, step: "Step[cards.OrdinaryModel]", rows: Selection) -> "Estimates":
    x = design(cut, rows, step.options.covariates, intercept=True)
    estimates: Estimates = formula(step)(rows.column("AVAL"), x, confidence=cut.analysis.confidence)
    return estimates


THRESHOLD = "threshold="


def describe(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: how many subjects have each value that occurs in any arm, and which share."""
    levels = np.unique(cut.values(cut.rows(TRTP={"in": cut.arms()})).astype(float))
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        values = cut.values(rows).astype(float)
        for level in levels.tolist():
            place = cut.at(group=group, second=("category", level_text(level)))
            members = {"numerator": _at(cut, rows, level), "denominator": rows}
            sample = Sample(cut, step, place, members, rows.n, options={}, method="categories")
            count = int((values == level).sum())
            yield sample.value("count", count, denominator=rows.n)
            share = count / rows.n if rows.n else np.nan
            yield sample.value("proportion", share, denominator=rows.n)


def _at(cut: Cut, rows: Selection, level: float) -> Selection:
    """The rows with one value; a change in percent has no column of its own, so all of them."""
    column = {"value": "AVAL", "change": "CHG"}.get(cut.analysis.value)
    if column is None:
        return rows
    return cut.frames.select(rows.dataset, rows.predicate | {column: {"is": level}})


def _odds(fitted: "Callable[[], Odds]", row: Callable[[], Floats], confidence: float) -> Interval:
    """A combination of log odds ratios as an odds ratio of a higher value."""
    found = contrast(fitted(), row(), sides="two_sided", confidence=confidence).interval
    values = [exp(v) if isfinite(v) else v for v in (found.estimate, found.low, found.high)]
    return Interval(*values)


def _wald(fitted: "Callable[[], Odds]", row: Callable[[], Floats]) -> TestResult:
    return wald_test(fitted(), row())


def proportional_odds(cut: Cut, step: "Step[ordinal_cards.ProportionalOdds]") -> Iterator[Result]:
    """By comparison: odds ratio of a higher value, its test; and the test of proportional odds."""
    names, confidence = step.options.covariates, cut.analysis.confidence
    rows = cut.rows(TRTP={"in": cut.arms()}, **known(names))
    sample = Sample(cut, step, cut.place, {"analysed": rows}, rows.n)
    treated = cut.analysis.estimand.treated

    def data() -> tuple[np.ndarray, np.ndarray]:
        table = subject_table(cut, rows, {})
        arms, columns = table.column("TRTP").astype(str), covariates(table, names)
        x = np.column_stack([arms == arm for arm in treated]).astype(float)
        return table.values[:, 0], x if columns is None else np.hstack([x, columns])

    model, brant_test = formulas(step)
    fitted: Once[ProportionalOddsFit] = Once(lambda: model(*data(), confidence=confidence))
    for number, pair in enumerate(cut.analysis.pairs):
        yield from _compared(sample.at(pair=pair), fitted, partial(_unit, fitted, number))
    yield from sample.test(lambda: brant_test(*data()).overall, "chi_squared", method="brant")
    levels, thresholds = levels_of(rows, names), _thresholds(cut, rows)
    of = partial(_of_logits, cut, fitted, levels)
    yield from coefficients(sample, [*thresholds, *terms_of(levels)], of)


def _sample(cut: Cut, step: Step[object], rows: Selection) -> Sample:
    """What the results of a model share, which rests on the subjects of its rows."""
    subjects = rows.subjects
    return Sample(cut, step, cut.place, {"analysed": rows}, subjects)


def _compared(
    sample: Sample, fitted: "Callable[[], Odds]", row: Callable[[], Floats]
) -> Iterator[Result]:
    """The odds ratio of a combination, and its test."""
    yield sample.interval(partial(_odds, fitted, row, sample.cut.analysis.confidence))
    yield from sample.test(partial(_wald, fitted, row), "chi_squared")


def _of_logits(
    cut: Cut, fitted: "Callable[[], ProportionalOddsFit]", levels: dict[str, list[str]], name: Name
) -> Contrast:
    """A log odds ratio, or a threshold: the logit of a value up to it in the reference arm where
    numbers are 0 and levels the first."""
    fit, reference = fitted(), cut.analysis.estimand.reference
    cutpoints, treated = len(fit.thresholds), cut.analysis.estimand.treated
    # The reference arm has no column, so that of its mean is left out again.
    layout = centred_on_levels([reference, *treated], reference, levels)
    if isinstance(name, str) and name.startswith(THRESHOLD):
        at = [f"{THRESHOLD}{level_text(level)}" for level in fit.levels.tolist()].index(name)
        row = np.append(np.eye(cutpoints)[at], -layout.terms[INTERCEPT][1:])
    else:
        row = np.append(np.zeros(cutpoints), layout.row(name)[1:])
    level = cut.analysis.confidence
    both = from_covariance(
        np.append(fit.thresholds, fit.coef), fit.joint_covariance, df=fit.df, confidence=level
    )
    return contrast(both, row, sides="two_sided", confidence=level)


def _thresholds(cut: Cut, rows: Selection) -> list[str]:
    """The names of thresholds: values but the highest."""
    values = np.unique(cut.values(rows).astype(float))[:-1]
    return [f"{THRESHOLD}{level_text(level)}" for level in values.tolist()]


def _unit(fitted: "Callable[[], Odds]", number: int) -> Floats:
    return np.eye(fitted().coef.size)[number]


def mixed(cut: Cut, step: "Step[ordinal_cards.OrdinalMixed]") -> Iterator[Result]:
    """By comparison and visit: odds ratio of a higher value, subjects with intercepts of their own.

    Where each subject has both treatments it is the ratio of the odds ratios at this visit and at
    the first: what the treatment changed; a subject then has an intercept under each treatment
    (for each side), since two sides differ for good. Else it is that of the arms at the visit.
    """
    own = cut.trial.design.kind in OWN_TREATMENT
    names, arms, visits = step.options.covariates, cut.arms(), list(cut.visits)
    rows = cut.rows(TRTP={"in": arms}, AVISIT={"in": visits}, **known(names))
    sample, fitted = _sample(cut, step, rows), Once(partial(_fit_mixed, cut, step, rows, arms))
    for number, visit in enumerate(visits):
        if own and number == 0:
            continue
        for pair in cut.analysis.pairs:
            row = partial(_row, fitted, arms, len(visits), pair, number, own=own)
            results = _compared(sample.at(pair=pair, visit=visit), fitted, row)
            yield from noted(results, lambda: NO_SPREAD if fitted().boundary else None)
    if asked := step.options.coefficients:
        thresholds = _thresholds(cut, rows) if asked == "all" else []
        told = _coefficients_mixed(sample, fitted, levels_of(rows, names), thresholds)
        yield from noted(told, lambda: NO_SPREAD if fitted().boundary else None)


def _coefficients_mixed(
    sample: Sample,
    fitted: "Callable[[], OrdinalMixedFit]",
    levels: dict[str, list[str]],
    thresholds: list[str],
) -> Iterator[Result]:
    """Logits of a higher value: arms at the first visit and how they change, then the visits of the
    reference arm and covariates; and thresholds, as `_of_logits` has them, at the first visit."""
    cut = sample.cut
    arms, (first, *later) = cut.arms(), cut.visits
    reference = cut.analysis.estimand.reference
    layout = centred_on_levels([reference], reference, levels)
    zero = layout.terms[INTERCEPT][1:]

    def cell(arm: str, visit: str) -> Floats:
        cells = np.zeros((len(arms), len(cut.visits)))
        cells[arms.index(arm), cut.visits.index(visit)] = 1.0
        return cells.ravel()[1:]

    def of(cells: Floats, more: Floats, threshold: int | None = None) -> Contrast:
        fit, level = fitted(), cut.analysis.confidence
        row = np.concatenate([np.zeros(len(fit.thresholds)), cells, more])
        if threshold is not None:
            row[threshold] = 1.0
        both = from_covariance(
            np.append(fit.thresholds, fit.coef), fit.joint_covariance, df=fit.df, confidence=level
        )
        return contrast(both, row, sides="two_sided", confidence=level)

    still, nothing = np.zeros(len(zero)), np.zeros(len(arms) * len(cut.visits) - 1)
    terms = []
    for one, other in cut.analysis.pairs:
        apart = {visit: cell(one, visit) - cell(other, visit) for visit in cut.visits}
        rows = {ARM: apart[first]}
        rows |= {f"{ARM}:visit={visit}": apart[visit] - apart[first] for visit in later}
        terms += [
            (cut.at(pair=(one, other), second=("term", name)), partial(of, row, still))
            for name, row in rows.items()
        ]
    if thresholds:
        base = cell(reference, first)
        made = {name: partial(of, -base, -zero, at) for at, name in enumerate(thresholds)}
        made |= {
            f"visit={visit}": partial(of, cell(reference, visit) - base, still) for visit in later
        }
        made |= {name: partial(of, nothing, layout.terms[name][1:]) for name in terms_of(levels)}
        terms += [(cut.at(second=("term", name)), compute) for name, compute in made.items()]
    yield from coefficient_results(sample, terms)


def _fit_mixed(
    cut: Cut, step: "Step[ordinal_cards.OrdinalMixed]", rows: Selection, arms: list[str]
) -> "OrdinalMixedFit":
    """Columns: every cell of arm and visit but the first, then covariates."""
    table = subject_table(cut, rows, {"TRTP": arms, "AVISIT": list(cut.visits)})
    subject, cell = np.nonzero(~np.isnan(table.values))
    x, columns = (
        np.eye(table.values.shape[1])[cell][:, 1:],
        covariates(table, step.options.covariates),
    )
    x = x if columns is None else np.hstack([x, columns[subject]])
    unit = subject
    if cut.trial.design.kind in OWN_TREATMENT:
        unit = subject * len(arms) + cell // len(cut.visits)
    return formula(step)(
        table.values[subject, cell],
        x,
        unit,
        nodes=step.options.nodes,
        confidence=cut.analysis.confidence,
    )


def _row(
    fitted: "Callable[[], Odds]",
    arms: list[str],
    visits: int,
    pair: tuple[str, str],
    visit: int,
    *,
    own: bool,
) -> Floats:
    cells = np.zeros((len(arms), visits))
    cells[arms.index(pair[0]), visit] += 1
    cells[arms.index(pair[1]), visit] -= 1
    if own:
        cells[arms.index(pair[0]), 0] -= 1
        cells[arms.index(pair[1]), 0] += 1
    row = np.zeros(fitted().coef.size)
    row[: cells.size - 1] = cells.ravel()[1:]
    return row


def _effect(fitted: "Callable[[], RankAnova]", name: str) -> TestResult:
    return getattr(fitted(), name)


def rank_anova(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """ANOVA-type statistics over subjects with every visit, and relative effects of the cells."""
    rows = cut.rows(TRTP={"in": cut.arms()}, **{COMPLETE: {"AVISIT": list(cut.visits)}})
    sample = _sample(cut, step, rows)

    def fit() -> "RankAnova":
        table = subject_table(cut, rows, {"AVISIT": list(cut.visits)})
        return formula(step)(table.values, table.column("TRTP").astype(str))

    fitted = Once(fit)
    effects = {"arm": "between_box", "visit": "within", "arm_visit": "interaction"}
    for effect, name in effects.items():
        yield from sample.at(second=("effect", effect)).f_test(partial(_effect, fitted, name))
    try:
        found = fitted()
    except StatsError:
        return
    for arm in [arm for arm in cut.arms() if arm in found.groups]:
        at = found.groups.index(arm)
        for number, visit in enumerate(cut.visits):
            cell = sample.at(group=arm, visit=visit)
            yield cell.value("relative_effect", found.relative_effects[at, number])


METHODS = {
    "risk_difference.standardised": standardised,
    "risk_ratio.standardised": standardised,
    "risk_ratio": ratio,
    "odds_ratio": ratio,
    "categories.count": describe,
    "odds_ratio.proportional_odds": proportional_odds,
    "odds_ratio.ordinal_mixed": mixed,
    "p_value.rank_anova": rank_anova,
}
