"""What displays name must exist and be of the right kind: what their checks share."""

from trialtrace.base.config.compose import Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.check_units import unit_of_axis
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.endpoints import check_derived as derived
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.plan.displays.shapes import OfAnalyses, OfEndpoint, OfTable
from trialtrace.run.trial.resolve import principal

WITHOUT_VALUES = ("time_to_event", "interval_time", "recurrent_events", "occurrence")


def estimates(files: Files, place: Path_, display: OfAnalyses) -> None:
    """Each analysis makes the estimate, or one of several of the same statistic."""
    wanted = display.estimate
    for name in display.of:
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


def endpoints(files: Files, place: Path_, named: str | tuple[str, ...]) -> list[tuple[Path_, str]]:
    """Place and name of the endpoints of a display that exist."""
    here = (*place, "endpoint")
    if isinstance(named, str):
        every: list[tuple[Path_, str]] = [(here, named)]
    else:
        every = [((*here, position), name) for position, name in enumerate(named)]
    return [(at, endpoint.name) for at, name in every for endpoint in files.family(name)]


def of_data(files: Files, place: Path_, display: OfEndpoint) -> list[tuple[Path_, str]]:
    """The same of a display of derived data, whose `where` is over the columns of these."""
    found = endpoints(files, place, display.endpoint)
    if display.where is not None and found and (kind := files.endpoint_kind(found[0][1])):
        columns = derived.columns_of_analysis(files, kind)
        where = (*place, "where")
        check_condition(files.plan, where, display.where, columns, "a column of the derived data")
    return found


def times(files: Files, place: Path_, endpoint: OfEndpoint) -> None:
    """Times to an event."""
    for here, name in of_data(files, place, endpoint):
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


def of_table(files: Files, place: Path_, display: OfTable) -> list[dict[str, Variable] | None]:
    """The columns of the table behind each endpoint, None where they are not known."""
    variables = []
    for _, name in endpoints(files, place, display.endpoint):
        endpoint = files.endpoints.get(name)
        columns = files.columns(endpoint.get("table")) if endpoint else None
        if display.where is not None:
            check_condition(files.plan, (*place, "where"), display.where, columns)
        variables.append(columns)
    return variables
