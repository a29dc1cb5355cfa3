"""What the plan of a trial asks for, as names of methods."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def steps(trial: "Trial") -> set[str]:
    """Every "statistic.method" of the trial's plan."""
    found = set()
    for analysis in trial.plan.analyses.values():
        steps = (*analysis.describe, *analysis.estimates, *analysis.tests, analysis.interaction)
        found |= {step.key for step in steps if step is not None}
    return found
