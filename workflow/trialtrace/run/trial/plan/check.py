"""plan.yaml: estimands, analyses and families against the trial, the endpoints and each other."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import items_of, structure
from trialtrace.base.errors import one_of
from trialtrace.run.trial import references
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.plan import check_families as families
from trialtrace.run.trial.plan import check_fit as fit
from trialtrace.run.trial.plan import check_missing as missing
from trialtrace.run.trial.plan import check_places as places
from trialtrace.run.trial.plan import check_steps, methods, planning, registry
from trialtrace.run.trial.plan.displays import registry as displays
from trialtrace.run.trial.plan.file import PlanFile
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.steps import Step, statistics, steps_of
from trialtrace.run.trial.resolve import (
    STEPS,
    inherited,
    of_whole_patients,
    steps,
    used_visits,
    variables_of,
    visits_of_all,
)


def check(files: Files) -> None:
    for name, given in files.plan.entries("estimands"):
        check_estimand(files, name, given)
    fit.check(files)
    references.check(files, files.plan, PlanFile)
    for name, given in files.plan.entries("analyses"):
        check_analysis(files, name, given)
    for name, given in files.plan.entries("multiplicity"):
        families.check(files, name, given)
    for name, given in files.plan.entries("planning"):
        planning.check(files, ("planning", name), structure(planning.Entry, given))
    families.check_levels(files)
    displays.check(files)


def check_estimand(files: Files, name: str, entry: dict[str, Any]) -> None:
    document, path = files.plan, ("estimands", name)
    treated, reference = entry["treatment"]["of"], entry["treatment"]["to"]
    listed = treated if isinstance(treated, list) else [treated]
    for position, arm in enumerate(listed):
        place: Path_ = (*path, "treatment", "of")
        place = (*place, position) if isinstance(treated, list) else place
        _control_as_treated(files, place, arm, entry["treatment"])
        if arm == reference and arm in (files.arms or ()):
            document.add(place, f"{tell(arm)} against itself", "another arm")
    missing.check_estimand(files, name, entry)


def _control_as_treated(files: Files, place: Path_, arm: str, texts: Mapping[str, str]) -> None:
    """The control is what others are compared with, unless the estimand says why not."""
    control = (files.trial.get("design", "arms", arm) or {}).get("control")
    if control and texts["to"] != arm and "reason" not in texts:
        files.plan.add(
            place,
            f"{tell(arm)}, which trial.yaml declares as the control "
            f"(design.arms.{arm}.control), with {tell(texts['to'])} as its reference",
            f"to: {arm}, so that effects are against the control",
            do="exchange `of` and `to`, or mend trial.yaml; where it is meant, say why: "
            "treatment: {of: …, to: …, reason: …}",
        )


def check_analysis(files: Files, name: str, entry: dict[str, Any]) -> None:
    document, path = files.plan, ("analyses", name)
    if displays.with_results(name) or name == planning.ANALYSIS:
        document.add(path, f"the name {name}, which the report uses", "another name")
    if not _line_of_descent(files, name, entry):
        return
    if not any(section in entry for section in STEPS):
        document.add(path, "nothing to do", f"one of {one_of(STEPS)}")
    if "interaction" in entry and inherited(files, name, "by") is None:
        document.add((*path, "interaction"), "no `by`", "by: the variable of the subgroups")
    if entry.get("p_values_by_level") is False:
        _no_p_values(files, name, entry)
    if "where" in entry:
        _where(files, name, (*path, "where"), entry["where"])
    for one in harms if isinstance(harms := entry.get("harms"), dict) else ():
        known(document, (*path, "harms", one), one, variables_of(files, name), "an endpoint of it")
    for place, section, statistic, method, options in steps(entry):
        if section != "describe":
            _compares(files, name, (*path, *place))
        check_steps.check(files, name, (*path, *place), method, options)
        missing.check(files, name, (*path, *place), method, options)
        missing.check_death(files, name, (*path, *place), (section, statistic, method))
        families.check_stopped(files, name, (*path, *place), method, options)
    _repeats(files, name, entry)
    missing.check_undecided(files, name, entry)
    _visits(files, name, entry)
    _change(files, name, entry)
    places.check(files, name)
    families.check_level(files, (*path, "decision_level"), entry.get("decision_level"))
    if "decides" in entry:
        _decides(files, name, entry.get("tests", ()))


def _decides(files: Files, name: str, tests: Iterable[Collection[str]]) -> None:
    place = ("analyses", name, "decides")
    if not any("binomial" in step for step in tests):
        files.plan.add(place, "no test of an arm against a threshold", "tests: [{binomial: …}]")


def _no_p_values(files: Files, name: str, entry: dict[str, Any]) -> None:
    place = ("analyses", name, "p_values_by_level")
    if inherited(files, name, "by") is None:
        files.plan.add(place, "no `by`", "by: the variable of the subgroups")
    elif "tests" in entry:
        files.plan.add(
            place,
            "tests, whose p-values would not be shown",
            "no tests",
            do="give interaction, or leave p_values_by_level out",
        )


def _change(files: Files, name: str, entry: dict[str, Any]) -> None:
    """A change needs endpoints with a baseline, and has no value at the baseline itself."""
    value = inherited(files, name, "value")
    if value in (None, "value"):
        return
    document, path = files.plan, ("analyses", name)
    visits = inherited(files, name, "visits")
    for variable in variables_of(files, name):
        endpoint = files.derived.get(variable)
        start = endpoint.entry.baseline if endpoint else None
        if endpoint and endpoint.kind in methods.BINARY:
            document.add(
                (*path, *(("value",) if "value" in entry else ())),
                f"{value} of {variable}, which is yes or no",
                "value",
                do="derive an endpoint of kind finding with new: true, or give `codes` a `scale`",
            )
        elif endpoint and start is None:
            document.add(
                (*path, *(("value",) if "value" in entry else ())),
                f"{value} of {variable}, which has no baseline",
                "an endpoint with `baseline`",
            )
        elif isinstance(visits, list) and start in visits:
            document.add(
                (*path, *(("visits",) if "visits" in entry else ())),
                f"{tell(start)}, the baseline itself",
                "visits after the baseline, since the analysis is of a change",
            )


def _line_of_descent(files: Files, name: str, entry: dict[str, Any]) -> bool:
    """Whether the `of` of an analysis exists and does not lead back to it."""
    document, place = files.plan, ("analyses", name, "of")
    if "of" not in entry:
        return True
    if not known(
        document, place, entry["of"], document.names("analyses"), "an analysis of the plan"
    ):
        return False
    seen, parent = [name], entry["of"]
    while parent is not None:
        if parent in seen:
            document.add(
                place, " of ".join([*seen, parent]), "an analysis that does not lead back to itself"
            )
            return False
        seen.append(parent)
        parent = (document.get("analyses", parent) or {}).get("of")
    return True


def _where(files: Files, name: str, path: Path_, condition: Any) -> None:
    """Columns of the derived data: those of the endpoint's records and those of the subjects."""
    kind = next((files.endpoint_kind(variable) for variable in variables_of(files, name)), None)
    if kind in methods.ANALYSABLE:
        columns = derived.columns_of_analysis(files, kind)
        if columns is not None:
            columns |= places.columns(files, variables_of(files, name))
        check_condition(files.plan, path, condition, columns, "a column of the derived data")


def _compares(files: Files, name: str, place: Path_) -> None:
    """What has no treatment, where each patient has every treatment, compares nothing."""
    for variable in of_whole_patients(files, name):
        files.plan.add(
            place,
            f"a comparison of {variable}, which is of the patient as a whole: its table "
            "has no column of the treatment",
            "describe alone",
            do="or `arm` of that table in trial.yaml, where a row is of one treatment",
        )


def _visits(files: Files, name: str, entry: dict[str, Any]) -> None:
    document, place = files.plan, ("analyses", name, "visits")
    labels = visits_of_all(files, name)
    if labels is None:
        return
    visits, who = inherited(files, name, "visits"), " and ".join(variables_of(files, name))
    if labels and visits is None:
        document.add(
            ("analyses", name),
            f"no visits, while {who} has several",
            f"visits: all, or a list of {one_of(labels)}",
        )
    elif visits is not None and not labels and not ("of" in entry and entry.get("visits") == "all"):
        document.add(place, f"visits of {who}, which is not a repeated endpoint", "no visits")
    elif "visits" in entry and isinstance(entry["visits"], list):
        for position, visit in enumerate(entry["visits"]):
            known(document, (*place, position), visit, labels, f"a visit of {who}")
    together = [
        method
        for _, section, statistic, method, _ in steps(entry)
        if registry.card_of(registry.step_key(section, statistic, method)).visits != "each"
    ]
    if together and labels and len(used_visits(files, name) or labels) < 2:
        document.add(place, "one visit", f"two or more for {together[0]}")


Told = tuple[str, str, str, str]


def _repeats(files: Files, name: str, entry: dict[str, object]) -> None:
    """Tells a method that stands twice in an analysis, unless its results are told apart by a
    time, a contrast or the like."""
    own = files.trial.get("design", "kind") in OWN_TREATMENT
    seen: set[Told] = set()
    for (place, section, *_), step in zip(steps(entry), steps_of(entry), strict=True):
        found = set(_results_of_step(step, own=own))
        if section != "interaction" and found & seen:
            files.plan.add(
                ("analyses", name, *place),
                f"{step.key} a second time",
                "each method once in an analysis",
                do="give it an analysis of its own (`of` takes the rest), or remove one",
            )
        seen |= found


def _results_of_step(step: Step[object], *, own: bool) -> Iterator[Told]:
    """Name of each result, who it is of, and what tells it from others of the step.

    Of the statistic of the step alone: counts beside it are those of every step.
    """
    options = items_of(step.options)
    for statistic in (
        statistic for statistic in statistics(step, own=own) if statistic.stat == step.statistic
    ):
        key, value = statistic.second or ("", None)
        told = [value] if value else options.get(key, options.get(f"{key}s"))
        for one in told if isinstance(told, list | tuple | dict) else [told]:
            yield statistic.name, statistic.of, key, str(one)
