"""The candidates for each kind of endpoint.

Those of times lead to models of hazards: they are reached by the kind, so that an audit of a trial
without times hangs on none of these.
"""

import importlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from trialtrace.run.claims.search.patients import Patients
from trialtrace.run.claims.search.wanted import Key, Wanted
from trialtrace.run.claims.search.ways import Way
from trialtrace.run.trial.model import Endpoint

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis

TIMES = {"time_to_event": "trialtrace.run.claims.search.times"}


class Grid(Protocol):
    """The candidates for one kind of endpoint."""

    @property
    def label(self) -> str: ...
    def supports(self, key: Key) -> bool: ...
    def ways(self, order: Sequence[Wanted]) -> Iterator[Way]: ...


def of_times(patients: Patients, analysis: "Analysis", endpoint: Endpoint) -> Grid:
    """The candidates of an analysis of times."""
    grid: Grid = importlib.import_module(TIMES[endpoint.kind]).Times(patients, analysis, endpoint)
    return grid
