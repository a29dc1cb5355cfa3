"""Does an effect differ between subgroups? One test over all levels of the analysis' `by`."""

from collections.abc import Iterator
from dataclasses import replace

from trialtrace.analyses.cuts import Cut, cuts
from trialtrace.analyses.registry import method
from trialtrace.analyses.rows import Result
from trialtrace.config.model import Analysis, Step


def interaction(cut: Cut) -> Iterator[Result]:
    """The interaction test of the plan, over the subgroup variable, for the whole population."""
    analysis = cut.analysis
    given = analysis.interaction
    step = Step(given.statistic, given.method, {**given.options, "strata": [analysis.by]})
    whole = replace(analysis, by=None)
    for each in cuts(cut.trial, whole, cut.frames, together=False):
        yield from method(step)(each, step)


def has_interaction(analysis: Analysis) -> bool:
    return analysis.interaction is not None and analysis.by is not None
