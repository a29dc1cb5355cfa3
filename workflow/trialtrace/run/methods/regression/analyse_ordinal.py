"""Ordinal values: their distribution, cumulative odds, and relative effects over visits."""

from collections.abc import Callable, Iterator
from functools import partial
from math import exp, isfinite
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import (
    Once,
    f_results,
    interval_result,
    noted,
    plain_result,
    test_results,
)
from trialtrace.run.methods.analysing.formulas import formula, formulas
from trialtrace.run.methods.analysing.rows import Basis, Notes, Result
from trialtrace.run.methods.analysing.subject_tables import (
    covariates,
    known,
    levels_of,
    subject_table,
)
from trialtrace.run.methods.regression.analyse import NO_SPREAD
from trialtrace.run.methods.regression.analyse_covariates import (
    INTERCEPT,
    Name,
    centred_on_levels,
    coefficients,
    terms_of,
)
from trialtrace.run.tables.frames import COMPLETE, Selection
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.regression.coefficients import contrast, from_covariance, wald_test
from trialtrace.stats.results import Contrast, Interval, StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import ordinal as cards
    from trialtrace.stats.regression.ordinal import ProportionalOddsFit
    from trialtrace.stats.regression.ordinal_mixed import OrdinalMixedFit
    from trialtrace.stats.repeated.ordinal_ranks import RankAnova

    # What models of ordinal values have in common: log odds ratios.
    Odds = ProportionalOddsFit | OrdinalMixedFit

THRESHOLD = "threshold="


def describe(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: how many subjects have each value that occurs in any arm, and which share."""
    levels = np.unique(cut.values(cut.rows(TRTP={"in": cut.arms()})).astype(float))
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        common: Notes = {"n_used": rows.n, "denominator": rows.n}
        values = cut.values(rows).astype(float)
        for level in levels.tolist():
            place = cut.at(group=group, second=("category", level_text(level)))
            members = {"numerator": _at(cut, rows, level), "denominator": rows}
            count = int((values == level).sum())
            yield plain_result(cut, place, ("count", "categories"), members, count, **common)
            share = count / rows.n if rows.n else np.nan
            yield plain_result(cut, place, ("proportion", "categories"), members, share, **common)


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


def proportional_odds(cut: Cut, step: "Step[cards.ProportionalOdds]") -> Iterator[Result]:
    """By comparison: odds ratio of a higher value, its test; and the test of proportional odds."""
    names, confidence = step.options.covariates, cut.analysis.confidence
    rows = cut.rows(TRTP={"in": cut.arms()}, **known(names))
    common: Basis = {"options": cut.options(step, interval=True), "n_used": rows.n}
    members, treated = {"analysed": rows}, cut.analysis.estimand.treated

    def data() -> tuple[np.ndarray, np.ndarray]:
        table = subject_table(cut, rows, {})
        arms, columns = table.column("TRTP").astype(str), covariates(table, names)
        x = np.column_stack([arms == arm for arm in treated]).astype(float)
        return table.values[:, 0], x if columns is None else np.hstack([x, columns])

    model, brant_test = formulas(step)
    fitted: Once[ProportionalOddsFit] = Once(lambda: model(*data(), confidence=confidence))
    for number, pair in enumerate(cut.analysis.pairs):
        row = partial(_unit, fitted, number)
        yield interval_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, step.method),
            members,
            partial(_odds, fitted, row, confidence),
            **common,
        )
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            members,
            partial(_wald, fitted, row),
            statistic="chi_squared",
            **common,
        )
    yield from test_results(
        cut,
        cut.at(),
        "brant",
        members,
        lambda: brant_test(*data()).overall,
        statistic="chi_squared",
        **common,
    )
    levels, cutpoints = levels_of(rows, names), np.unique(cut.values(rows).astype(float))[:-1]
    thresholds = [f"{THRESHOLD}{level_text(level)}" for level in cutpoints.tolist()]
    of = partial(_of_logits, cut, fitted, levels)
    yield from coefficients(cut, step, members, common, [*thresholds, *terms_of(levels)], of)


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


def _unit(fitted: "Callable[[], Odds]", number: int) -> Floats:
    row: Floats = np.eye(fitted().coef.size)[number]
    return row


def mixed(cut: Cut, step: "Step[cards.OrdinalMixed]") -> Iterator[Result]:
    """By comparison and visit: odds ratio of a higher value, subjects with intercepts of their own.

    Where each subject has both treatments it is the ratio of the odds ratios at this visit and at
    the first: what the treatment changed; a subject then has an intercept under each treatment
    (for each side), since two sides differ for good. Else it is that of the arms at the visit.
    """
    own = cut.trial.design.kind in OWN_TREATMENT
    names, arms, visits = step.options.covariates, cut.arms(), list(cut.visits)
    rows = cut.rows(TRTP={"in": arms}, AVISIT={"in": visits}, **known(names))
    common: Basis = {
        "options": cut.options(step, interval=True),
        "n_used": len(np.unique(rows.column("USUBJID").astype(str))),
    }
    fitted = Once(partial(_fit_mixed, cut, step, rows, arms))
    for number, visit in enumerate(visits):
        if own and number == 0:
            continue
        for pair in cut.analysis.pairs:
            row = partial(_row, fitted, arms, len(visits), pair, number, own=own)
            place, members = cut.at(pair=pair, visit=visit), {"analysed": rows}
            results = [
                interval_result(
                    cut,
                    place,
                    (step.statistic, step.method),
                    members,
                    partial(_odds, fitted, row, cut.analysis.confidence),
                    **common,
                ),
                *test_results(
                    cut,
                    place,
                    step.method,
                    members,
                    partial(_wald, fitted, row),
                    statistic="chi_squared",
                    **common,
                ),
            ]
            yield from noted(results, lambda: NO_SPREAD if fitted().boundary else None)


def _fit_mixed(
    cut: Cut, step: "Step[cards.OrdinalMixed]", rows: Selection, arms: list[str]
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
    test: TestResult = getattr(fitted(), name)
    return test


def rank_anova(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """ANOVA-type statistics over subjects with every visit, and relative effects of the cells."""
    rows = cut.rows(TRTP={"in": cut.arms()}, **{COMPLETE: {"AVISIT": list(cut.visits)}})
    n = len(np.unique(rows.column("USUBJID").astype(str)))
    common: Basis = {"options": cut.options(step), "n_used": n}
    members = {"analysed": rows}

    def fit() -> "RankAnova":
        table = subject_table(cut, rows, {"AVISIT": list(cut.visits)})
        return formula(step)(table.values, table.column("TRTP").astype(str))

    fitted = Once(fit)
    effects = {"arm": "between_box", "visit": "within", "arm_visit": "interaction"}
    for effect, name in effects.items():
        yield from f_results(
            cut,
            cut.at(second=("effect", effect)),
            step.method,
            members,
            partial(_effect, fitted, name),
            common,
        )
    try:
        found = fitted()
    except StatsError:
        return
    for arm in [arm for arm in cut.arms() if arm in found.groups]:
        at = found.groups.index(arm)
        for number, visit in enumerate(cut.visits):
            place, value = cut.at(group=arm, visit=visit), found.relative_effects[at, number]
            names = ("relative_effect", step.method)
            yield plain_result(cut, place, names, members, value, **common)


METHODS = {
    "categories.count": describe,
    "odds_ratio.proportional_odds": proportional_odds,
    "odds_ratio.ordinal_mixed": mixed,
    "p_value.rank_anova": rank_anova,
}
