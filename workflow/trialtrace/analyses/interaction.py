"""Does an effect differ between subgroups? One test over all levels of the analysis' `by`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from trialtrace.analyses.cuts import cuts
from trialtrace.analyses.registry import method
from trialtrace.analyses.rows import Result
from trialtrace.config.model import Analysis, Step
from trialtrace.frames import Frames

if TYPE_CHECKING:
    from trialtrace.config import Trial


def interaction(trial: "Trial", analysis: Analysis, frames: Frames) -> Iterator[Result]:
    """The interaction test of the plan, over the subgroup variable, for the whole population."""
    given = analysis.interaction
    if given is None or analysis.by is None:
        return
    step = Step(given.statistic, given.method, {**given.options, "strata": [analysis.by]})
    for cut in cuts(trial, replace(analysis, by=None), frames, together=False):
        yield from method(step)(cut, step)
