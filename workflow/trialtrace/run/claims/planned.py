"""Claims held against the results that a plan will give: before a run, as the audit is after it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from trialtrace.base.config.compose import compose
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.words import IN_UNITS, TIMES
from trialtrace.run.claims.audit import Auditor, by_reading
from trialtrace.run.claims.select import Selects
from trialtrace.run.methods.analysing.planned import UNKNOWN_LEVEL, Planned, planned_results
from trialtrace.run.methods.analysing.rows import Place, Result
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.endpoints.time_to_event import TimeFromStart
from trialtrace.run.trial.load import Trial

# Statistics that have the unit of what is analysed.
OF_VALUES = {*IN_UNITS, *TIMES - {"follow_up"}, "mean_time"}


def untied_claims(trial: Trial) -> Iterator[Problem]:
    """What is wrong with each claim that no planned result, or no single one, can answer."""
    claims = [claim for claim in read_claims(trial).values() if claim.cannot is None]
    readings = [
        (claim.name, alone, dict(alone.selects or {}))
        for claim in claims
        for alone in by_reading(claim).values()
    ]
    named = {selects["analysis"] for _, _, selects in readings}
    fixed: defaultdict[str, list[ResultRow]] = defaultdict(list)
    by_data: defaultdict[str, list[Planned]] = defaultdict(list)
    for one in planned_results(trial, named) if claims else ():
        if UNKNOWN_LEVEL in f"{one.place.second} {one.place.stratum}":
            by_data[one.analysis].append(one)
        else:
            fixed[one.analysis].append(_row(trial, one, one.place))
    path = trial.at.trial_config(trial.name) / "claims.yaml"
    document = compose(trial.at, path)
    for name, alone, selects in readings:
        rows = [*fixed[selects["analysis"]]]
        known = {(row["method"], row["group2"], row["group2_level"]) for row in rows}
        for one in by_data[selects["analysis"]]:
            # A level that is known by its name (the arm of a model) is none that the data give.
            rows += [
                _row(trial, one, place)
                for place in _places(one.place, selects)
                if place.second == one.place.second
                or (f"{one.stat}.{one.method}", *(place.second or ())) not in known
            ]
        try:
            list(Auditor(trial, rows, alone, document.place(("claims", name))).rows())
        except UserError as error:
            yield from error.problems


def _places(place: Place, selects: Selects) -> Iterator[Place]:
    """A place with a level that only the data know: as a claim names it, else as two of them."""
    for unnamed in ("<level>", "<another level>"):
        second, stratum = place.second, place.stratum
        if second is not None:
            second = second[0], _level(second[1], str(selects.get(second[0], "")), unnamed)
        if stratum is not None:
            stratum = _level(stratum, selects.get("stratum", ""), unnamed)
        yield replace(place, second=second, stratum=stratum)
        if unnamed not in f"{second} {stratum}":
            return


def _level(planned: str, asked: str, unnamed: str) -> str:
    before, unknown, _ = planned.partition(UNKNOWN_LEVEL)
    named = unknown and asked.startswith(before)
    return asked if named and asked else planned.replace(UNKNOWN_LEVEL, unnamed)


def _unit(trial: Trial, place: Place, stat: str) -> str | None:
    """The unit of a value or a time that stands in a column; None of others, and where none is."""
    endpoint = trial.endpoints.get(place.parameter or "")
    if endpoint is None or stat not in OF_VALUES:
        return None
    entry = endpoint.entry
    column = {"measure": "column", "time_to_event": "time"}.get(endpoint.kind, "")
    columns = [*(getattr(entry, "treatments", None) or ()), getattr(entry, column, None)]
    if columns[0] is None:
        return "days" if isinstance(entry, TimeFromStart) else None
    cleaning = trial.cleaning.tables.get(entry.table)
    units = cleaning.unit_of if cleaning else {}
    return getattr(entry, "unit", None) or units.get(columns[0])


def _row(trial: Trial, planned: Planned, place: Place) -> ResultRow:
    """The row of a planned result, with some value."""
    unit = _unit(trial, place, planned.stat)
    row = Result(place, planned.stat, planned.method, 1.0, {}, {}, unit=unit).row()
    return row | {"result_id": planned.pattern}
