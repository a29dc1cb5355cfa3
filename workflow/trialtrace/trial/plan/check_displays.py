"""The displays of plan.yaml: what they name must exist and be of the right kind."""

from functools import partial
from typing import Any

from trialtrace.config.compose import Path_
from trialtrace.config.spec import structure
from trialtrace.ground.errors import one_of
from trialtrace.trial.check_conditions import check_condition
from trialtrace.trial.context import NUMERIC, Files, column, known, known_arm
from trialtrace.trial.endpoints import check_derived as derived
from trialtrace.trial.plan.check_steps_missing import DRAWN
from trialtrace.trial.plan.displays import DeltaTipping
from trialtrace.trial.plan.methods import OWN_TREATMENT
from trialtrace.trial.resolve import principal


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
        _disposition(files, ("displays", "flow"), flow)
    for part in CHECKS:
        for position, given in _listed(files, part):
            CHECKS[part](files, ("displays", part, position), given)


def _disposition(files: Files, place: Path_, flow: dict[str, Any]) -> None:
    if "received" in flow:
        columns = derived.columns_of_analysis(files, "measure")
        here = (*place, "received")
        check_condition(files.plan, here, flow["received"], columns, "a column of ADSL")
    if "excluded" in flow:
        _excluded(files, (*place, "excluded"), flow["excluded"]["variable"])
    if "ended" not in flow:
        return
    name, here = flow["ended"]["variable"], (*place, "ended")
    what = "a variable of subjects"
    if known(files.plan, (*here, "variable"), name, files.subject_variables, what):
        derived.check_levels(files, (*here, "variable"), name)
        for position, level in enumerate(flow["ended"]["completed"]):
            at = (*here, "completed", position)
            known(files.plan, at, level, files.subject_choices(name), f"a label of {name}")


def _excluded(files: Files, place: Path_, name: str) -> None:
    """Reasons of those without an arm, which only a design of one arm a subject can tell."""
    if files.trial.get("design", "kind") in OWN_TREATMENT:
        files.plan.add(
            place, found="subjects without an arm", expected="a design of one arm a subject"
        )
    elif known(
        files.plan, (*place, "variable"), name, files.subject_variables, "a variable of subjects"
    ):
        derived.check_levels(files, (*place, "variable"), name)


def _listed(files: Files, part: str) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(files.plan.get("displays", part) or []))


def _population(files: Files, place: Path_, given: dict[str, Any]) -> None:
    known(files.plan, place, given["population"], files.populations, "a population of trial.yaml")


def _analysis(files: Files, place: Path_, name: str) -> bool:
    return known(files.plan, place, name, files.plan.names("analyses"), "an analysis of the plan")


def _estimates(files: Files, place: Path_, given: dict[str, Any]) -> None:
    """Displays of results: each analysis exists, and some of them make the statistic."""
    wanted = given["estimate"]
    for position, name in enumerate(given["of"]):
        if not _analysis(files, (*place, "of", position), name):
            continue
        analysis = files.plan.get("analyses", name)
        if analysis is None:
            continue
        made = [one for one in principal(analysis) if not one.startswith("p_value.")]
        if isinstance(wanted, str):
            known(files.plan, (*place, "estimate"), wanted, made, f"an estimate of {name}")
        elif not set(wanted) & set(made):
            here = (*place, "estimate")
            told = f"one that {name} estimates: {one_of(made)}"
            files.plan.add(here, found=one_of(wanted), expected=told)
    if not isinstance(wanted, str) and len({one.split(".")[0] for one in wanted}) > 1:
        here = (*place, "estimate")
        files.plan.add(here, found=one_of(wanted), expected="methods of one statistic")


def _curves(files: Files, place: Path_, given: dict[str, Any]) -> None:
    for here, name in _derived(files, place, given):
        _of_kind(files, here, name, ("time_to_event",))


def _intervals(files: Files, place: Path_, given: dict[str, Any]) -> None:
    for here, name in _derived(files, place, given):
        _of_kind(files, here, name, ("interval_time",))


def _repeated(files: Files, place: Path_, given: dict[str, Any]) -> None:
    for here, name in _derived(files, place, given):
        labels = files.visits_of(name)
        if labels == []:
            found = f"{name}, which has no visits"
            files.plan.add(here, found=found, expected="a repeated endpoint")
        for position, visit in enumerate(given.get("visits", ()) if labels else ()):
            there = (*place, "visits", position)
            known(files.plan, there, visit, labels, f"a visit of {name}")


def _valued(files: Files, place: Path_, given: dict[str, Any]) -> None:
    for here, name in _derived(files, place, given):
        kind = files.endpoint_kind(name)
        if kind in WITHOUT_VALUES:
            found = f"{name}, an endpoint of kind {kind}"
            files.plan.add(here, found=found, expected="an endpoint with values")


def _epsilon(files: Files, place: Path_, given: dict[str, Any]) -> None:
    _analysis(files, (*place, "analysis"), given["analysis"])


def _tipping(files: Files, place: Path_, given: dict[str, Any]) -> None:
    for key in ("of", "to"):
        known_arm(files, files.plan, (*place, key), given[key])
    name = given["analysis"]
    if not _analysis(files, (*place, "analysis"), name):
        return
    analysis = files.plan.get("analyses", name)
    if analysis and not any(one.startswith("proportion.") for one in principal(analysis)):
        files.plan.add(
            (*place, "analysis"),
            found=f"{name}, which counts no events",
            expected="an analysis that describes a proportion",
        )


def _delta_tipping(files: Files, place: Path_, asked: dict[str, object]) -> None:
    given: DeltaTipping = structure(DeltaTipping, asked)
    for key, arm in (("of", given.of), ("to", given.to)):
        known_arm(files, files.plan, (*place, key), arm)
    for key, ends in (("of_deltas", given.of_deltas), ("to_deltas", given.to_deltas)):
        if not ends[0] < ends[1]:
            expected = "a smallest delta below the largest"
            found = f"{ends[0]:g} to {ends[1]:g}"
            files.plan.add((*place, key), found=found, expected=expected)
    if not _analysis(files, (*place, "analysis"), given.analysis):
        return
    analysis = files.plan.get("analyses", given.analysis)
    drawn = {f"mean_difference.{method}" for method in DRAWN}
    if analysis and not drawn & set(principal(analysis)):
        files.plan.add(
            (*place, "analysis"),
            found=f"{given.analysis}, which imputes no means",
            expected=f"an analysis that estimates {one_of(sorted(drawn))}",
        )


def _endpoints(files: Files, place: Path_, given: dict[str, Any]) -> list[tuple[Path_, str]]:
    """(place, name) of the endpoints of a display that exist; its population is checked too."""
    _population(files, (*place, "population"), given)
    here, named = (*place, "endpoint"), given["endpoint"]
    if isinstance(named, str):
        every = [(here, named)]
    else:
        every = [((*here, position), name) for position, name in enumerate(named)]
    what = "an endpoint of endpoints.yaml"
    found = []
    for at, name in every:
        if known(files.plan, at, name, files.plannable, what):
            found += [(at, endpoint.name) for endpoint in files.family(name)]
    return found


def _derived(files: Files, place: Path_, given: dict[str, Any]) -> list[tuple[Path_, str]]:
    """The same of a display of derived data, whose `where` is over the columns of these."""
    found = _endpoints(files, place, given)
    if "where" in given and found and (kind := files.endpoint_kind(found[0][1])):
        columns = derived.columns_of_analysis(files, kind)
        where = (*place, "where")
        check_condition(files.plan, where, given["where"], columns, "a column of the derived data")
    return found


def _rows(files: Files, place: Path_, given: dict[str, Any], kind: str) -> None:
    """Displays of the table behind an endpoint."""
    for here, name in _endpoints(files, place, given):
        _of_kind(files, here, name, (kind,))
        endpoint = files.endpoints.get(name)
        columns = files.columns(endpoint.get("table")) if endpoint else None
        if "day" in given:
            column(files.plan, (*place, "day"), given["day"], columns, (*NUMERIC, "date"))
        if "planned_date" in given:
            column(files.plan, (*place, "planned_date"), given["planned_date"], columns, ("date",))
        if "where" in given:
            check_condition(files.plan, (*place, "where"), given["where"], columns)


def _adverse(files: Files, place: Path_, given: dict[str, Any]) -> None:
    for here, name in _endpoints(files, place, given):
        _of_kind(files, here, name, ("occurrence",))
        earlier = [each["endpoint"] for _, each in _listed(files, "adverse_events")[: place[2]]]
        if name in earlier:
            files.plan.add(here, found=f"{name} a second time", expected="another endpoint")
        endpoint = files.endpoints.get(name) or {}
        for position, one in enumerate(given.get("columns", ())):
            there = (*place, "columns", position)
            known(files.plan, there, one, endpoint.get("columns", {}), f"a column of {name}")
        _words(files, place, given, endpoint)


def _words(files: Files, place: Path_, given: dict[str, Any], endpoint: dict[str, Any]) -> None:
    """What an event is called stands in the report as it does in the export."""
    shown = [endpoint.get("columns", {}).get(one) for one in given.get("columns", ())]
    columns = files.columns(endpoint.get("table")) or {}
    found = (columns.get(one) for one in (endpoint.get("term_column"), *shown))
    free = [one.name for one in found if one is not None and not one.choices]
    if free and "terms" not in given and derived.restricted(files):
        files.plan.add(
            place,
            found=f"{one_of(free)}, without choices: each value in the export would be shown",
            expected="choices in dictionary.csv; or terms: coded, where they are words of a coding "
            "system and no free text",
        )


def _of_kind(files: Files, place: Path_, name: str, kinds: tuple[str, ...]) -> None:
    kind = files.endpoint_kind(name)
    if kind and kind not in kinds:
        files.plan.add(
            place,
            found=f"{name}, an endpoint of kind {kind}",
            expected=f"an endpoint of kind {one_of(kinds)}",
        )


WITHOUT_VALUES = ("time_to_event", "interval_time", "occurrence")
CHECKS = {
    "forest": _estimates,
    "bars": _estimates,
    "stacked": _valued,
    "kaplan_meier": _curves,
    "cumulative_incidence": _curves,
    "interval_survival": _intervals,
    "profile": _repeated,
    "spaghetti": _repeated,
    "paired_slopes": _repeated,
    "epsilon_curve": _epsilon,
    "tipping": _tipping,
    "delta_tipping": _delta_tipping,
    "dose_intensity": _valued,
    "adverse_events": _adverse,
    "swimmer": partial(_rows, kind="dose_intensity"),
    "heat_map": partial(_rows, kind="attendance"),
    "ridgeline": partial(_rows, kind="aggregate"),
}
