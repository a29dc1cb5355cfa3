"""Re-randomisation tests: the arms laid anew over the patients as the trial could have done.

Sizes of the arms are fixed within the cells that the step names: strata, blocks, or none.
"""

from collections.abc import Iterator
from functools import partial
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.run.methods.analysing.cuts import Cut
from trialtrace.run.methods.analysing.estimate import Formula, Sample, formula, formulas
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.methods.categorical.analyse_paired import groups
from trialtrace.run.methods.inputs import stream
from trialtrace.run.methods.stratified.analyse import keys_of, of_strata, tables
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.plan.steps import Step
from trialtrace.stats.resampling.schemes import fixed_margins, stratified
from trialtrace.stats.resampling.scores import log_rank_scores, mean_scores, rank_scores
from trialtrace.stats.resampling.sums import TIE_TOLERANCE
from trialtrace.stats.results import StatsError, TestResult

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import resampling as cards


def _exact(test: Formula, counts: tuple[Floats, Floats, Floats, Floats], which: str) -> TestResult:
    return TestResult(nan, nan, getattr(test(*counts), which))


def exact(cut: Cut, step: "Step[cards.RerandomisationExact]") -> Iterator[Result]:
    """By comparison: events by all assignments of the scheme, none drawn."""
    sides = step.options.sides
    which = step.options.two_sided if sides == "two_sided" else sides
    for pair, both, treated, reference in cut.pairs():
        counts = tables(step.options.strata, treated, reference)
        sample = of_strata(cut, step, pair, both)
        yield from sample.test(partial(_exact, formula(step), counts, which))


def drawn(cut: Cut, step: "Step[cards.Rerandomisation]") -> Iterator[Result]:
    """Of all arms or of each comparison: the p-value by draws, with its Monte Carlo error."""
    for pair, _, rows in groups(cut, step.options.groups, step.options.strata):
        sample = Sample(cut, step, cut.at(pair=pair), {"analysed": rows}, rows.n)
        yield from sample.values(partial(_draw, cut, step, rows, sample.place))


def _draw(
    cut: Cut, step: "Step[cards.Rerandomisation]", rows: Selection, place: Place
) -> dict[str, float]:
    arm = rows.column("TRTP").astype(str)
    if len(np.unique(arm)) < 2:
        raise StatsError("there is one arm only, so nothing to lay anew.")
    strata = step.options.strata
    cells = keys_of(rows, strata)
    scheme = stratified(arm, cells) if strata else fixed_margins(arm)
    test, of_all = formulas(step)
    if place.pair is None:
        test = of_all
    else:
        test = partial(test, arm=place.pair[0], sides=step.options.sides)
    found = test(
        scheme,
        _scores(cut, step, rows, cells),
        draws=step.options.draws,
        exact_up_to=0,
        seed=(step.options.seed, stream(place)),
        confidence=cut.analysis.confidence,
        tie_tolerance=TIE_TOLERANCE,
    )
    return {"p_value": float(found.p_value[0]), "mc_se": float(found.mc_se[0])}


def _scores(
    cut: Cut, step: "Step[cards.Rerandomisation]", rows: Selection, cells: np.ndarray
) -> np.ndarray:
    """What is summed over an arm, from values or times."""
    if step.options.scores == "log_rank":
        if rows.dataset != "adtte":
            raise StatsError("log-rank scores are of times to an event.")
        time, event = rows.column("AVAL").astype(float), (rows.column("CNSR") == 0).astype(float)
        return log_rank_scores(time, event, stratum=None, included=None)
    if rows.dataset == "adtte":
        raise StatsError("times to an event, some of them censored, have log_rank scores only.")
    values = cut.values(rows)
    if step.options.scores == "means":
        return mean_scores(values, included=None)
    return rank_scores(
        values, stratum=cells if step.options.strata else None, weights="equal", included=None
    )


METHODS = {"p_value.rerandomisation_exact": exact, "p_value.rerandomisation": drawn}
