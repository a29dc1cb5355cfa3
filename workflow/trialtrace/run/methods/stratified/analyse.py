"""Events compared across strata: Mantel-Haenszel estimates, CMH and Breslow-Day tests."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialtrace.base.arrays import Floats
from trialtrace.base.config.spec import items_of
from trialtrace.run.methods.analysing.cuts import Cut, with_known
from trialtrace.run.methods.analysing.estimate import Sample, formula, formulas, sided
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.methods.categorical.rows import roles
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.steps import Step

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.cards import stratified as cards
    from trialtrace.run.trial.plan.cards import stratified_score as scores
    from trialtrace.run.trial.plan.cards.resampling import RerandomisationExact

    Estimated = (
        cards.MantelHaenszel
        | cards.OddsRatioMantelHaenszel
        | cards.Conditional
        | scores.ScoreDifference
        | scores.OverStrata
    )
    Tested = (
        cards.CochranMantelHaenszel
        | cards.BreslowDay
        | cards.ExactConditional
        | cards.OddsRatioMantelHaenszel
    )


def estimate(cut: Cut, step: "Step[Estimated]") -> Iterator[Result]:
    """By comparison: a common odds ratio, risk ratio or risk difference over strata."""
    choices = {k: v for k, v in items_of(step.options).items() if k != "strata"}
    for pair, both, treated, reference in cut.pairs():
        counts = tables(step.options.strata, treated, reference)
        compute = partial(formula(step), *counts, confidence=cut.analysis.confidence, **choices)
        yield of_strata(cut, step, pair, both).interval(compute)


def test(
    cut: Cut,
    step: "Step[Tested]",
) -> Iterator[Result]:
    """By comparison: a test over strata."""
    choices = {k: v for k, v in items_of(step.options).items() if k != "strata"}
    function = formula(step)
    if len(formulas(step)) > 1:
        two_sided, one_sided = sided(step, choices)
        function = one_sided or two_sided
    for pair, both, treated, reference in cut.pairs():
        counts = tables(step.options.strata, treated, reference)
        sample = of_strata(cut, step, pair, both)
        yield from sample.test(partial(function, *counts, **choices))


def of_strata(
    cut: Cut,
    step: "Step[Estimated | Tested | RerandomisationExact]",
    pair: tuple[str, str],
    both: Selection,
) -> Sample:
    """What the results of a comparison share: the rows whose strata are known."""
    rows = with_known(both, step.options.strata)
    return Sample(cut, step, cut.at(pair=pair), roles(cut, rows), rows.n)


def tables(
    names: Sequence[str], treated: Selection, reference: Selection
) -> tuple[Floats, Floats, Floats, Floats]:
    """Events and totals by stratum of the treated arm, then of the reference arm, each (K,)."""
    arms = [with_known(rows, names) for rows in (treated, reference)]
    keys = [keys_of(rows, names) for rows in arms]
    # Without strata everybody is in one table.
    strata = np.unique(np.concatenate(keys)) if names else np.array([""])
    counts: list[Floats] = []
    for rows, key in zip(arms, keys, strict=True):
        at = np.searchsorted(strata, key)
        events = np.bincount(at, weights=rows.column("AVAL") == 1, minlength=len(strata))
        counts += [events.astype(float), np.bincount(at, minlength=len(strata)).astype(float)]
    x1, n1, x0, n0 = counts
    return x1, n1, x0, n0


def keys_of(rows: Selection, names: Sequence[str]) -> np.ndarray:
    """The stratum of each row as text, from its levels of the variables."""
    columns = [rows.column(adsl_code(name)).astype(str) for name in names]
    joined = columns[0] if columns else np.full(rows.n, "")
    for column in columns[1:]:
        joined = np.char.add(np.char.add(joined, "\x1f"), column)
    return joined


METHODS = {
    "risk_difference": estimate,
    "risk_ratio": estimate,
    "odds_ratio": estimate,
    "p_value": test,
}
