"""Adverse events: patients with any and occurrences, by arm, term and further columns.

All patients of the population are the denominator, also those without an event. The share of
patients with any event has Clopper and Pearson's interval: with no event its upper bound is what
the trial can exclude.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.run.methods.analysing.cuts import level_text
from trialtrace.run.methods.analysing.rows import ALL, Place, Result, bounds
from trialtrace.run.methods.displays.called import ADVERSE_EVENTS, ANY, COUNT, TERM
from trialtrace.run.tables.frames import Frames, Selection
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.stats.results import StatsError

if TYPE_CHECKING:
    from trialtrace.run.trial.endpoints.shared import InTable
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.model import Endpoint


def adverse_events(trial: "Trial", frames: Frames) -> Iterator[Result]:
    """For each display of adverse events: all, by term, by each level of its columns.

    Where each subject has every treatment, an event belongs to none of them: one group of all.
    """
    for given in trial.plan.displays.get(ADVERSE_EVENTS, ()):
        endpoint = trial.endpoints[given["endpoint"]]
        flag = trial.populations[given["population"]].flag
        of_population = trial.name, ADVERSE_EVENTS, given["population"], None, endpoint.name
        whole = Place(*of_population, lists_parameters=True)
        base: dict[str, Any] = {"PARAMCD": {"is": endpoint.code}, flag: {"is": "Y"}}
        cuts = [(None, None, None)]
        for name in (TERM, *given.get("columns", ())):
            levels = _levels(frames, base, name.upper(), _declared(trial, endpoint, name))
            cuts += [(name, name.upper(), level) for level in levels]
        arms = list(trial.design.arms)
        groups: list[tuple[str, dict[str, Any], dict[str, Any]]]
        groups = [(arm, {"TRTP": {"is": arm}}, {"TRT01P": {"is": arm}}) for arm in arms]
        groups.append((ALL, {"TRTP": {"in": arms}}, {"TRT01P": {"in": arms}}))
        if trial.design.kind in OWN_TREATMENT:
            groups = [(ALL, {}, {})]
        for name, column, level in cuts:
            for group, treated, planned in groups:
                told = f"{name}={level_text(level)}" if name else ANY
                place = replace(whole, group=group, second=("level", told))
                where = base | treated | ({column: {"is": level}} if column else {})
                everybody = frames.select("adsl", planned | {flag: {"is": "Y"}})
                rows = frames.select("occds", where)
                yield from _counts(trial, place, rows, everybody, interval=name is None)


def _declared(trial: "Trial", endpoint: "Endpoint[InTable]", name: str) -> list[str]:
    """The labels that the dictionary has for a further column: those without an event are told."""
    entry = endpoint.entry
    column = (getattr(entry, "columns", None) or {}).get(name)
    variable = trial.dictionary[endpoint.entry.table].get(column) if column else None
    return list(variable.choices.values()) if variable else []


def _levels(frames: Frames, base: dict[str, Any], column: str, declared: list[str]) -> list[Any]:
    """The declared values of a column of the occurrences, then further ones in order."""
    values = frames.select("occds", base | {column: "present"}).column(column).tolist()
    return [*declared, *sorted(set(values) - set(declared))]


def _counts(
    trial: "Trial", place: Place, rows: Selection, everybody: Selection, *, interval: bool
) -> Iterator[Result]:
    patients, n = rows.subjects, everybody.n
    members = {"numerator": rows, "denominator": everybody}
    result = partial(Result, n_used=n, denominator=n, synthetic=trial.synthetic)
    yield result(place, "patients", COUNT, patients, {}, members)
    alone = partial(result, denominator=None)
    yield alone(place, "occurrences", COUNT, rows.n, {}, {"analysed": rows})
    if not interval:
        return
    confidence = trial.plan.confidence
    options = {"confidence": confidence}
    # The names of these results are known without scipy.
    from trialtrace.stats.categorical.proportions import clopper_pearson

    names = ("any_event", "clopper_pearson")
    try:
        found = clopper_pearson(patients, n, confidence=confidence)
    except StatsError as error:
        yield result(place, *names, np.nan, options, members, error=str(error))
        return
    yield result(
        place, *names, found.estimate, options, members, interval=bounds(found), level=confidence
    )
