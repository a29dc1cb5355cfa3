"""The displays of plan.yaml: what they name must exist and be of the right kind."""

from typing import Any

from trialtrace.config.checks import derived
from trialtrace.config.checks.context import Files, known
from trialtrace.config.checks.resolve import statistics
from trialtrace.config.compose import Path_


def check(files: Files) -> None:
    document = files.plan
    if baseline := document.get("displays", "baseline"):
        place: Path_ = ("displays", "baseline")
        _population(files, (*place, "population"), baseline)
        for position, name in enumerate(baseline["variables"]):
            here = (*place, "variables", position)
            if known(document, here, name, files.subject_variables, "a variable of subjects"):
                derived.check_baseline(files, here, name)
    if flow := document.get("displays", "flow"):
        for position, name in enumerate(flow["analysed"]):
            _analysis(files, ("displays", "flow", "analysed", position), name)
    for position, forest in _listed(files, "forest"):
        _forest(files, ("displays", "forest", position), forest)
    for position, curves in _listed(files, "kaplan_meier"):
        _endpoint(files, ("displays", "kaplan_meier", position), curves, visits=False)
    for position, profile in _listed(files, "profile"):
        _endpoint(files, ("displays", "profile", position), profile, visits=True)


def _listed(files: Files, part: str) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(files.plan.get("displays", part) or []))


def _population(files: Files, place: Path_, given: dict[str, Any]) -> None:
    known(files.plan, place, given["population"], files.populations, "a population of trial.yaml")


def _analysis(files: Files, place: Path_, name: str) -> bool:
    return known(files.plan, place, name, files.plan.names("analyses"), "an analysis of the plan")


def _forest(files: Files, place: Path_, forest: dict[str, Any]) -> None:
    for position, name in enumerate(forest["of"]):
        if not _analysis(files, (*place, "of", position), name):
            continue
        analysis = files.plan.get("analyses", name)
        if analysis is not None:
            made = [one for one in statistics(analysis) if not one.startswith("p_value.")]
            what = f"an estimate of {name}"
            known(files.plan, (*place, "estimate"), forest["estimate"], made, what)


def _endpoint(files: Files, place: Path_, given: dict[str, Any], *, visits: bool) -> None:
    _population(files, (*place, "population"), given)
    here, name = (*place, "endpoint"), given["endpoint"]
    if not known(files.plan, here, name, files.endpoints.names(), "an endpoint of endpoints.yaml"):
        return
    kind = files.endpoint_kind(name)
    if visits and files.visits_of(name) == []:
        files.plan.add(here, found=f"{name}, which has no visits", expected="a repeated endpoint")
    elif not visits and kind and kind != "time_to_event":
        files.plan.add(
            here,
            found=f"{name}, an endpoint of kind {kind}",
            expected="an endpoint of kind time_to_event",
        )
