"""What an analysis of the plan says once `of` is followed; None wherever something is not sound."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trialtrace.base.config.compose import Path_
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.registry import step_key

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def of_patients(trial: "Trial", endpoint: Endpoint) -> bool:
    """Whether the records of an endpoint have no treatment, in such a design."""
    if trial.design.kind not in OWN_TREATMENT:
        return False
    arms = {name: bool(spec.arm or spec.arm_of) for name, spec in trial.tables.items()}
    return has_no_treatment(trial.design.kind, endpoint, arms, trial.endpoints.get)


def has_no_treatment(
    design: str | None,
    endpoint: Endpoint,
    arms: Mapping[str, bool],
    get: Callable[[str], Endpoint | None],
) -> bool:
    """The same of declared files; `arms` says of each table whether it has a column of the arm."""
    if design not in OWN_TREATMENT:
        return False
    if isinstance(endpoint.entry, InTable):
        return not (endpoint.entry.treatments or arms.get(endpoint.entry.table, True))
    # A competing event gives its time alone; two may compete with each other.
    competing = endpoint.entry.competing_events
    parts = [get(name) for name in endpoint.entry.parents if name not in competing]
    return bool(parts) and all(
        part is not None and has_no_treatment(design, part, arms, get) for part in parts
    )


STEPS = ("describe", "estimates", "tests")


def lineage(files: Files, name: str) -> Iterator[dict[str, Any]]:
    """An analysis and those it takes over from, nearest first."""
    seen: set[str] = set()
    following: str | None = name
    while following is not None and following not in seen:
        seen.add(following)
        data = files.plan.get("analyses", following)
        if data is None:
            return
        yield data
        following = data.get("of")


def inherited(files: Files, name: str, key: str) -> Any:
    """What an analysis has under a key that `of` hands down."""
    return next((entry[key] for entry in lineage(files, name) if key in entry), None)


def estimand_of(files: Files, name: str) -> dict[str, Any] | None:
    estimand = inherited(files, name, "estimand")
    return files.plan.get("estimands", estimand) if estimand is not None else None


def compared_arms(files: Files, analysis: str) -> list[str]:
    """The arms that an analysis compares, its reference last; none where the estimand is lost."""
    estimand = estimand_of(files, analysis)
    if estimand is None:
        return []
    treated = estimand["treatment"]["of"]
    return [*(treated if isinstance(treated, list) else [treated]), estimand["treatment"]["to"]]


def variables_of(files: Files, name: str) -> list[str]:
    """The endpoints of an analysis: those its estimand names, every scale of an instrument."""
    estimand = estimand_of(files, name)
    named = variables(estimand) if estimand else []
    return [one for name in named for one in [e.name for e in files.family(name)] or [name]]


def of_whole_patients(files: Files, analysis: str) -> list[str]:
    """The variables of an analysis whose records have no treatment though each patient has all."""
    design = files.trial.get("design", "kind")
    arms = {
        table: "arm" in spec or "arm_of" in spec for table, spec in files.trial.entries("tables")
    }
    return [
        variable
        for variable in variables_of(files, analysis)
        if (endpoint := files.derived.get(variable)) is not None
        and has_no_treatment(design, endpoint, arms, files.derived.get)
    ]


def variables(estimand: dict[str, Any]) -> list[str]:
    given = estimand["variable"]
    return given if isinstance(given, list) else [given]


def visits_of_all(files: Files, name: str) -> list[str] | None:
    """Every visit of the endpoints of an analysis: [] where none has one."""
    labels: dict[str, None] = {}
    for variable in (variables := variables_of(files, name)):
        visits = files.visits_of(variable)
        if visits is None:
            return None
        labels |= dict.fromkeys(visits)
    return list(labels) if variables else None


def used_visits(files: Files, name: str) -> list[str] | None:
    """The visits an analysis covers: [] for an endpoint without visits."""
    labels = visits_of_all(files, name)
    given = inherited(files, name, "visits")
    return given if labels and isinstance(given, list) else labels


def steps(given: dict[str, Any]) -> Iterator[tuple[Path_, str, str, str, dict[str, Any]]]:
    """(place, section, statistic or test, method, options) for every step of an analysis."""
    for section in STEPS:
        for position, entry in enumerate(given.get(section, ())):
            ((name, how),) = entry.items()
            yield (section, position, name), section, name, *_how(section, name, how)
    for name, how in given.get("interaction", {}).items():
        yield ("interaction", name), "interaction", name, name, how


def _how(section: str, name: str, how: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(how, str):
        return how, {}
    if isinstance(how, list):
        return "descriptive", {"statistics": how}
    return (name if section == "tests" else how["method"]), how


def principal(entry: dict[str, Any]) -> list[str]:
    """statistic.method of every step, as displays name them."""
    return [step_key(section, name, method) for _, section, name, method, _ in steps(entry)]
