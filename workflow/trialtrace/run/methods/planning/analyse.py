"""Sample size, power and precision of the designs that a plan assumes.

No outcome of the trial enters. Of numbers that were `reached` the subjects are counted, and are
the members of the result.
"""

from collections.abc import Callable, Iterator
from math import nan
from typing import TYPE_CHECKING

from trialtrace.base.config.spec import mapping_of
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.methods.planning import means, proportions, times
from trialtrace.run.methods.planning.setting import Setting, Sizes
from trialtrace.run.tables.frames import Frames, Selection
from trialtrace.run.trial.plan.planning import ANALYSIS
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.plan.planning import Design

# In place of a population: the numbers are those of the plan.
AS_PLANNED = "as planned"
# Of an entry: what is no choice of its formula, or stands in each setting by itself.
_APART = ("label", "note", "arms", "patients", "reached", "power")
_GRIDS = (
    "control",
    "treated",
    "risks",
    "differences",
    "means",
    "superiorities",
    "hazard_ratios",
)
# What each design gives: a number for each assumption of its grid, by formula.
_SETTINGS: dict[str, Callable[..., Iterator[Setting]]] = {
    "two_proportions": proportions.two_proportions,
    "several_proportions": proportions.several_proportions,
    "one_proportion": proportions.one_proportion,
    "two_means": means.two_means,
    "several_means": means.several_means,
    "paired_means": means.paired_means,
    "mann_whitney": means.mann_whitney,
    "log_rank": times.log_rank,
    "survival": times.survival,
}


def planning(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """Every number of every entry, in the order of the plan."""
    for entry in trial.plan.planning.values():
        sizes, members = sizes_of(trial, entry, frames)
        for setting in settings(entry, trial.plan.confidence):
            yield result(trial, entry, setting, sizes, members)


def settings(entry: "Design", confidence: float) -> Iterator[Setting]:
    """Every number of an entry, in the order of its grid."""
    return _SETTINGS[entry.design](entry, confidence)


def options(entry: "Design", setting: Setting, sizes: Sizes) -> dict[str, object]:
    """Every choice of a number, with the sizes that it is of."""
    written = mapping_of(entry)
    chosen: dict[str, object] = {
        name: written[name] for name in written if name not in (*_APART, *_GRIDS)
    }
    if setting.confidence is not None:
        chosen["confidence"] = setting.confidence
    return chosen | mapping_of(setting.assumed) | {"patients": list(sizes)}


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
