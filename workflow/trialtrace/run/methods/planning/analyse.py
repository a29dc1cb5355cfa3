"""Sample size, power and precision of the designs that a plan assumes.

No outcome of the trial enters. Of numbers that were `reached` the subjects are counted, and are
the members of the result.
"""

from collections.abc import Iterator
from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.methods.planning.designs import options, settings
from trialtrace.run.methods.planning.setting import Setting, Sizes
from trialtrace.run.tables.frames import Frames, Selection
from trialtrace.run.trial.plan.planning import ANALYSIS
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.plan.planning import Design

# In place of a population: the numbers are those of the plan.
AS_PLANNED = "as planned"


def planning(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """Every number of every entry, in the order of the plan."""
    for entry in trial.plan.planning.values():
        sizes, members = sizes_of(trial, entry, frames)
        for setting in settings(entry, trial.plan.confidence):
            yield result(trial, entry, setting, sizes, members)


def place_of(trial: "Trial", entry: "Design", setting: Setting) -> Place:
    """Where a number stands among the results."""
    return Place(
        trial.name,
        ANALYSIS,
        entry.reached or AS_PLANNED,
        parameter=entry.name,
        second=("assumed", setting.level),
        lists_parameters=True,
    )


def sizes_of(trial: "Trial", entry: "Design", frames: Frames) -> tuple[Sizes, dict[str, Selection]]:
    """Patients of the arms of an entry, and where they are counted the subjects."""
    if entry.patients is not None:
        return entry.patients, {}
    flag = {trial.populations[entry.reached or ""].flag: {"is": "Y"}}
    if entry.arms is None:
        rows = frames.select("adsl", flag)
        return (rows.n,), {"analysed": rows}
    each = [frames.select("adsl", flag | {"TRT01P": {"is": arm}}).n for arm in entry.arms]
    rows = frames.select("adsl", flag | {"TRT01P": {"in": list(entry.arms)}})
    return tuple(each), {"analysed": rows}


def result(
    trial: "Trial",
    entry: "Design",
    setting: Setting,
    sizes: Sizes,
    members: dict[str, Selection],
) -> Result:
    """A number of the plan, or the reason why there is none."""
    value, error = nan, None
    try:
        value = setting.compute(sizes)
    except StatsError as refused:
        error = str(refused)
    return Result(
        place_of(trial, entry, setting),
        setting.stat,
        setting.method,
        value,
        options(entry, setting, sizes),
        members,
        n_used=sum(sizes) if members else None,
        error=error,
        synthetic=trial.synthetic,
    )
