"""The level at which each of two runs decides a test: that of its own plan, not of today's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialtrace.base.config.compose import compose_text
from trialtrace.base.config.schema import validate
from trialtrace.base.paths import SCHEMAS
from trialtrace.base.words import DECIDING
from trialtrace.run.archive.compare import Comparison, Row, RunOfTrial
from trialtrace.run.trace.families import ADJUSTED
from trialtrace.run.trial.plan.build import plan

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.plan.build import Plan

# Statistics that are a p value of a test of the plan.
P_VALUES = (ADJUSTED, *DECIDING)
Plans = tuple["Plan", "Plan"]
# Level of the older and of the newer run; None of what is no test, or is not there.
Levels = tuple[float | None, float | None]


def plans_of(comparison: Comparison, trial: "Trial") -> Plans:
    """The plan of the older and of the newer run."""
    return _plan_of(comparison.old, trial), _plan_of(comparison.new, trial)


def _plan_of(run: RunOfTrial, trial: "Trial") -> "Plan":
    """The plan that a run was made by; today's where it is of a version that is read no more."""
    path = trial.at.trial_config(trial.name) / "plan.yaml"
    content = run.configuration.get(path.relative_to(trial.at.root).as_posix())
    if content is None or trial.blinded:
        return trial.plan
    document = compose_text("plan.yaml", content.decode("utf-8", "backslashreplace"))
    if not document.problems:
        validate(document, SCHEMAS, "plan")
    return trial.plan if document.problems else plan(document.data)


def levels_of(old: Row | None, new: Row | None, plans: Plans) -> Levels:
    """The level of a result in each of both runs."""
    return _level(old, plans[0]), _level(new, plans[1])


def _level(row: Row | None, plan: "Plan") -> float | None:
    if row is None or row["stat_name"] not in P_VALUES:
        return None
    analysis = plan.analyses.get(str(row["analysis_id"]))
    return analysis.decision_level if analysis else plan.decision_level


def flips(old: Row | None, new: Row | None, plans: Plans) -> bool:
    """Whether a p value came to the other side of its level, or its level to that of the value."""
    before, after = (row["stat_value"] if row else None for row in (old, new))
    level, now = levels_of(old, new, plans)
    if not (isinstance(before, float) and isinstance(after, float)) or level is None or now is None:
        return False
    return (before <= level) != (after <= now)


def decided_otherwise(comparison: Comparison, plans: Plans) -> Iterator[str]:
    """Results that are as they were, and that the plan of the newer run decides otherwise."""
    if plans[0] == plans[1]:
        return
    old, new = comparison.results_of_runs
    for name, row in new.items():
        if name not in comparison.rows_of_results and flips(old.get(name), row, plans):
            yield name
