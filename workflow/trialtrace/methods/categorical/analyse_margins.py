"""Risks against a threshold or a margin, rare events, and tests without fixed margins."""

from collections.abc import Callable, Iterator
from functools import partial
from math import nan
from typing import TYPE_CHECKING

from trialtrace.config.spec import items_of
from trialtrace.methods.analysing.cuts import Cut
from trialtrace.methods.analysing.estimate import plain_result, test_results
from trialtrace.methods.analysing.rows import Notes, Result
from trialtrace.methods.categorical.analyse import two_by_two, with_event
from trialtrace.stats.categorical import binomial, score, score_ratio, unconditional
from trialtrace.stats.categorical.fragility import fragility_index
from trialtrace.stats.results import StatsError, TestResult
from trialtrace.trial.plan.steps import Step

if TYPE_CHECKING:
    from trialtrace.trial.plan.cards import margins as cards

BOUNDS = {"clopper_pearson": binomial.upper_bound, "rule_of_three": binomial.rule_of_three}


def equivalence(*table: int, lower: float, upper: float, variance: str) -> TestResult:
    """Two one-sided score tests; their larger p-value, and the z that belongs to it."""
    if not lower < upper:
        raise StatsError("the lower margin of equivalence must be below the upper one.")
    both = [
        score.risk_difference_score_test(*table, margin=margin, sides=sides, variance=variance)
        for margin, sides in ((lower, "greater"), (upper, "less"))
    ]
    return max(both, key=lambda one: one.p_value)


def _unconditional(
    function: Callable[..., unconditional.UnconditionalTest],
) -> Callable[..., TestResult]:
    def compute(*table: int, **options: str) -> TestResult:
        return TestResult(nan, nan, function(*table, **options).p_value)

    return compute


TESTS: dict[str, tuple[Callable[..., TestResult], str | None]] = {
    "risk_difference_margin": (score.risk_difference_score_test, "z"),
    "risk_difference_equivalence": (equivalence, "z"),
    "risk_ratio_margin": (score_ratio.risk_ratio_score_test, "z"),
    "barnard": (_unconditional(unconditional.barnard), None),
    "boschloo": (_unconditional(unconditional.boschloo), None),
}


def test(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By comparison: a test of two risks."""
    function, statistic = TESTS[step.method]
    for pair, both, treated, reference in cut.pairs():
        yield from test_results(
            cut,
            cut.at(pair=pair),
            step.method,
            {"analysed": both, "numerator": with_event(cut, both)},
            partial(function, *two_by_two(cut, treated, reference), **items_of(step.options)),
            statistic=statistic,
            options=cut.options(step),
            n_used=both.n,
        )


def threshold(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: is the proportion that of the threshold?"""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        yield from test_results(
            cut,
            cut.at(group=group),
            step.method,
            {"numerator": events, "denominator": rows},
            partial(binomial.binomial_test, events.n, rows.n, **items_of(step.options)),
            statistic=None,
            options=cut.options(step),
            n_used=rows.n,
        )


def upper_bound(cut: Cut, step: Step[object]) -> Iterator[Result]:
    """By arm: how large the risk can be, with all of the error on that side."""
    for group, condition in cut.groups():
        rows = cut.rows(**condition)
        events = with_event(cut, rows)
        members = {"numerator": events, "denominator": rows}
        place = cut.at(group=group)
        common: Notes = {"n_used": rows.n, "denominator": rows.n}
        yield plain_result(cut, place, ("count", "events"), members, events.n, **common)
        value, error = nan, None
        try:
            value = BOUNDS[step.method](events.n, rows.n, confidence=cut.analysis.confidence)
        except StatsError as refused:
            error = str(refused)
        names = (step.statistic, step.method)
        yield plain_result(
            cut,
            place,
            names,
            members,
            value,
            options=cut.options(step, interval=True),
            error=error,
            **common,
        )


def fragility(cut: Cut, step: "Step[cards.Fisher]") -> Iterator[Result]:
    """By comparison: how few other outcomes would turn the decision of Fisher's test."""
    level = cut.analysis.decision_level
    for pair, both, treated, reference in cut.pairs():
        value, error = nan, None
        try:
            table = two_by_two(cut, treated, reference)
            value = fragility_index(*table, level=level, rule=step.options.rule)
        except StatsError as refused:
            error = str(refused)
        yield plain_result(
            cut,
            cut.at(pair=pair),
            (step.statistic, f"{step.method}_{step.options.rule}"),
            {"analysed": both, "numerator": with_event(cut, both)},
            value,
            error=error,
            options=cut.options(step) | {"level": level},
            n_used=both.n,
        )


METHODS = {f"p_value.{name}": test for name in TESTS} | {
    "p_value.binomial": threshold,
    "fragility_index.fisher": fragility,
    "upper_bound.clopper_pearson": upper_bound,
    "upper_bound.rule_of_three": upper_bound,
}
