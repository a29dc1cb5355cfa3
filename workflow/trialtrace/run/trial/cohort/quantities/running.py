"""running: a sum along the rows of one parent."""

from __future__ import annotations

from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.cohort.quantities.quantity import Columns, Held, Quantity, Used


@shape
class RunningSum:
    """What is added up."""

    of: Used = key("A number of the same level; what is missing adds nothing.")
    before: bool | None = optional("Whether the row's own value is left out.")


@shape
class Running(Quantity):
    """A sum along the rows of one parent."""

    kind = "running"
    running: RunningSum = key("A sum along the rows of one parent.")

    def holds(self, columns: Columns) -> Held | None:
        source = columns(self.running.of)
        return source and Held(source.kind, source.values)
