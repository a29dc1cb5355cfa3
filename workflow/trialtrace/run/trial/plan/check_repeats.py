"""Steps of one analysis that would give the same result twice."""

from collections.abc import Iterator

from trialtrace.base.config.spec import items_of
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.results import statistics
from trialtrace.run.trial.plan.steps import Step, steps_of
from trialtrace.run.trial.resolve import steps

Given = tuple[str, str, str, str]


def check(files: Files, name: str, entry: dict[str, object]) -> None:
    """Tells a method that stands twice in an analysis, unless its results are told apart by a
    time, a contrast or the like."""
    own = files.trial.get("design", "kind") in OWN_TREATMENT
    seen: set[Given] = set()
    for (place, section, *_), step in zip(steps(entry), steps_of(entry), strict=True):
        found = set(_results(step, own=own))
        if section != "interaction" and found & seen:
            files.plan.add(
                ("analyses", name, *place),
                found=f"{step.key} a second time",
                expected="each method once in an analysis",
                do="give it an analysis of its own (`of` takes the rest), or remove one",
            )
        seen |= found


def _results(step: Step[object], *, own: bool) -> Iterator[Given]:
    """Name of each result, who it is of, and what tells it from others of the step.

    Of the statistic of the step alone: counts beside it are those of every step.
    """
    options = items_of(step.options)
    for each in (each for each in statistics(step, own=own) if each.stat == step.statistic):
        key, value = each.second or ("", None)
        told = [value] if value else options.get(key, options.get(f"{key}s"))
        for one in told if isinstance(told, list | tuple | dict) else [told]:
            yield each.name, each.of, key, str(one)
