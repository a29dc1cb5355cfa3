"""Sides and locations in the plan: an analysis of independent values sees one record a subject."""

from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.model import Endpoint, Variable
from trialtrace.run.trial.resolve import inherited, variables_of

# Kinds whose records are those of the endpoint `of`, and kinds with places of their own.
PASSED_ON = ("event", "graded")
WITH_PLACES = (
    *PASSED_ON,
    "measure",
    "measure_event",
    "repeated",
    "repeated_event",
    "aggregate",
    "instrument",
    "instrument_event",
)
NAMES = {"LAT": "sides", "LOC": "locations"}


def columns(files: Files, variables: list[str]) -> dict[str, Variable]:
    """LAT and LOC with the labels that the endpoints give them, for conditions."""
    labels: dict[str, list[str]] = {}
    for variable in variables:
        for column, path_ in _places(files, variable).items():
            labels.setdefault(column, []).extend(path_)
    return {
        column: Variable(column, "", "text", column, dict.fromkeys(label, ""))
        for column, label in labels.items()
    }


def check(files: Files, name: str) -> None:
    """Where a subject has one treatment, `where` chooses a side and a location of the endpoint."""
    if files.trial.get("design", "kind") not in ("parallel", "cluster"):
        return
    where = inherited(files, name, "where")
    chosen = columns_of(where) if isinstance(where, dict) else []
    for variable in variables_of(files, name):
        several = {
            column: labels
            for column, labels in _places(files, variable).items()
            if len(labels) > 1 and column not in chosen
        }
        for column, labels in several.items():
            files.plan.add(
                ("analyses", name),
                f"{variable}, which has {len(labels)} {NAMES[column]} a subject",
                f"where: {{{column}: {{is: …}}}}, with one of {one_of(labels)}",
                do="choose one, or derive one value a subject from them",
            )
            return


def _places(files: Files, variable: str) -> dict[str, list[str]]:
    """The sides and locations of an endpoint's records, or of those that an event is made of."""
    endpoint: Endpoint | None = files.derived.get(variable)
    seen = set()
    while endpoint is not None and endpoint.kind in PASSED_ON and endpoint.entry.parents:
        if endpoint.name in seen:
            return {}
        seen.add(endpoint.name)
        endpoint = files.derived.get(endpoint.entry.parents[0])
    return endpoint.places if endpoint is not None and endpoint.kind in WITH_PLACES else {}
