"""Does an effect differ between subgroups? One test over all levels of the analysis' `by`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from trialtrace.run.methods.analysing.cuts import cuts
from trialtrace.run.methods.analysing.registry import method
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.steps import over_levels

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def interaction(trial: "Trial", analysis: Analysis, frames: Frames) -> Iterator[Result]:
    """The interaction test of the plan, over the subgroup variable, for the whole population."""
    given = analysis.interaction
    if given is None or analysis.by is None:
        return
    step = over_levels(given, analysis.by)
    for cut in cuts(trial, replace(analysis, by=None), frames, together=False):
        yield from method(step)(cut, step)
