"""Endpoints that are of a patient as a whole where each patient has every treatment.

A record has the treatment of its row, from the column `arm` of its table. Where that table has
none, as of sessions in which both sides are treated, the record is of no treatment: it can be
described, and compares nothing.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import OWN_TREATMENT

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def of_patients(trial: "Trial", endpoint: Endpoint) -> bool:
    """Whether the records of an endpoint have no treatment, in such a design."""
    if trial.design.kind not in OWN_TREATMENT:
        return False
    arms = {name: bool(spec.arm) for name, spec in trial.tables.items()}
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
        return not arms.get(endpoint.entry.table, True)
    # A competing event gives its time alone; two may compete with each other.
    competing = endpoint.entry.competing_events
    parts = [get(name) for name in endpoint.entry.parents if name not in competing]
    return bool(parts) and all(
        part is not None and has_no_treatment(design, part, arms, get) for part in parts
    )
