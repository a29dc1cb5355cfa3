"""Table of the subjects at entry."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display


@shape
class Baseline:
    """Table of the subjects at entry."""

    population: Name = key("Population.")
    overall: bool = key("Whether a column of all arms is shown.")
    variables: Distinct[Name] = key(
        "Variables of `subjects`, in order; age, sex and site by these names."
    )
    by: Name | None = optional(
        "Variable of `subjects` whose levels are the columns, instead of the arms. Who lacks it is "
        "in the column of all alone."
    )


def _check(files: Files, place: Path_, baseline: Baseline) -> None:
    names.population(files, place, baseline.population)
    for position, name in enumerate(baseline.variables):
        here = (*place, "variables", position)
        if known(files.plan, here, name, files.subject_variables, "a variable of subjects"):
            derived.check_baseline(files, here, name)
    if baseline.by is not None:
        here = (*place, "by")
        if known(files.plan, here, baseline.by, files.subject_variables, "a variable of subjects"):
            derived.check_levels(files, here, baseline.by)


DISPLAY = Display(
    "baseline",
    "Table of the subjects at entry.",
    Baseline,
    _check,
    once=True,
    results=True,
)
