"""Survival of two arms at a time; log-rank tests within strata or weighted by who is at risk."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, level_text
from trialtrace.run.methods.analysing.estimate import Sample
from trialtrace.run.methods.analysing.formulas import formula, sided
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.survival.analyse import compared, roles_by, tested_of, times
from trialtrace.run.methods.survival.analyse_hazards import strata_of
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.registry import card_of
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.results import TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import curves as cards


def compare_at(cut: Cut, step: "Step[cards.SurvivalRatio]") -> Iterator[Result]:
    """By comparison: difference or ratio of survival at a time, and its test."""
    choices = items_of(step.options)
    at = choices.pop("time")
    for pair, both, _, _ in cut.pairs():
        compute = partial(
            formula(step),
            *times(both),
            both.column("TRTP").astype(str),
            treated=pair[0],
            reference=pair[1],
            at=at,
            confidence=cut.analysis.confidence,
            sides="two_sided",
            **choices,
        )
        place = cut.at(pair=pair, second=("time", level_text(at)))
        sample = Sample(cut, step, place, roles_by(cut, both, at), both.n)
        yield from sample.contrast(compute, "z", tested=tested_of(step))


def log_rank(
    cut: Cut, step: "Step[cards.LogRankStratified | cards.AtRiskLogRank]"
) -> Iterator[Result]:
    """Test over all arms, or of each comparison, of the subjects whose strata are known."""
    choices = items_of(step.options)
    strata, groups = choices.pop("strata"), choices.pop("groups")
    function, signed = sided(step, choices)
    # The function of a two-sided test has its weight from the card.
    fixed = card_of(step.key).fixed

    def compute(rows: Selection, pair: tuple[str, str] | None) -> TestResult:
        arms, within = rows.column("TRTP").astype(str), strata_of(rows, strata)
        test: TestResult
        if signed is None or pair is None:
            test = function(*times(rows), arms, strata=within, **choices)
        else:
            test = signed(*times(rows), arms == pair[0], strata=within, **choices, **fixed)
        return test

    for sample, rows in compared(cut, step, groups, strata):
        yield from sample.test(partial(compute, rows, sample.place.pair))


METHODS = {
    "survival_difference.kaplan_meier": compare_at,
    "survival_ratio.kaplan_meier": compare_at,
    "p_value.log_rank_stratified": log_rank,
    "p_value.gehan": log_rank,
    "p_value.tarone_ware": log_rank,
}
