"""What displays name must exist and be of the right kind: what their checks share."""

from collections.abc import Callable

from trialtrace.base.config.compose import Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.check_units import unit_of_axis
from trialtrace.run.trial.context import Files, known, of_kind
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan.displays.shapes import OfAnalyses, OfEndpoint, OfTable
from trialtrace.run.trial.plan.methods import TIMES
from trialtrace.run.trial.resolve import principal

WITHOUT_VALUES = ("time_to_event", "interval_time", "recurrent_events", "occurrence")


def population(files: Files, place: Path_, name: str) -> None:
    """A population of a display, whose place is given."""
    known(files.plan, (*place, "population"), name, files.populations, "a population of trial.yaml")


def analysis(files: Files, place: Path_, name: str) -> bool:
    """Whether an analysis of this name is there."""
    return known(files.plan, place, name, files.plan.names("analyses"), "an analysis of the plan")


def estimates(files: Files, place: Path_, display: OfAnalyses) -> None:
    """Each analysis exists, and makes the estimate, or one of several of the same statistic."""
    wanted = display.estimate
    for position, name in enumerate(display.of):
        if not analysis(files, (*place, "of", position), name):
            continue
        declared = files.plan.get("analyses", name)
        if declared is None:
            continue
        made = [step for step in principal(declared) if not step.startswith("p_value.")]
        if isinstance(wanted, str):
            known(files.plan, (*place, "estimate"), wanted, made, f"an estimate of {name}")
        elif not set(wanted) & set(made):
            here = (*place, "estimate")
            files.plan.add(here, one_of(wanted), f"one that {name} estimates: {one_of(made)}")
    if not isinstance(wanted, str) and len({step.split(".")[0] for step in wanted}) > 1:
        files.plan.add((*place, "estimate"), one_of(wanted), "methods of one statistic")


def endpoints(
    files: Files, place: Path_, named: str | tuple[str, ...], among: str
) -> list[tuple[Path_, str]]:
    """Place and name of the endpoints of a display that exist; its population is checked too."""
    population(files, place, among)
    here = (*place, "endpoint")
    if isinstance(named, str):
        every: list[tuple[Path_, str]] = [(here, named)]
    else:
        every = [((*here, position), name) for position, name in enumerate(named)]
    what = "an endpoint of endpoints.yaml"
    found = []
    for at, name in every:
        if known(files.plan, at, name, files.plannable, what):
            found += [(at, endpoint.name) for endpoint in files.family(name)]
    return found


def of_data(files: Files, place: Path_, display: OfEndpoint) -> list[tuple[Path_, str]]:
    """The same of a display of derived data, whose `where` is over the columns of these."""
    found = endpoints(files, place, display.endpoint, display.population)
    if display.where is not None and found and (kind := files.endpoint_kind(found[0][1])):
        columns = derived.columns_of_analysis(files, kind)
        where = (*place, "where")
        check_condition(files.plan, where, display.where, columns, "a column of the derived data")
    return found


def only(kinds: tuple[str, ...]) -> Callable[[Files, Path_, OfEndpoint], None]:
    """The check of a display of derived data of these kinds alone."""

    def check(files: Files, place: Path_, display: OfEndpoint) -> None:
        for here, name in of_data(files, place, display):
            of_kind(files, files.plan, here, name, kinds)

    return check


def times(files: Files, place: Path_, endpoint: OfEndpoint) -> None:
    """Times to an event."""
    for here, name in of_data(files, place, endpoint):
        of_kind(files, files.plan, here, name, TIMES)
        unit_of_axis(files, files.plan, here, name)


def repeated(files: Files, place: Path_, endpoint: OfEndpoint) -> None:
    """Values at visits."""
    for here, name in of_data(files, place, endpoint):
        labels = files.visits_of(name)
        if labels == []:
            files.plan.add(here, f"{name}, which has no visits", "a repeated endpoint")


def valued(files: Files, place: Path_, endpoint: OfEndpoint) -> None:
    """Values."""
    for here, name in of_data(files, place, endpoint):
        kind = files.endpoint_kind(name)
        if kind in WITHOUT_VALUES:
            files.plan.add(here, f"{name}, an endpoint of kind {kind}", "an endpoint with values")


def of_table(
    files: Files, place: Path_, display: OfTable, kind: str
) -> list[dict[str, Variable] | None]:
    """The columns of the table behind each endpoint, None where they are not known."""
    variables = []
    for here, name in endpoints(files, place, display.endpoint, display.population):
        of_kind(files, files.plan, here, name, (kind,))
        endpoint = files.endpoints.get(name)
        columns = files.columns(endpoint.get("table")) if endpoint else None
        if display.where is not None:
            check_condition(files.plan, (*place, "where"), display.where, columns)
        variables.append(columns)
    return variables
