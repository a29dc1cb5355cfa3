"""pick: so many of the rows under each parent."""

from __future__ import annotations

from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.cohort.margins import Parameter
from trialtrace.run.trial.cohort.quantities.options import Scored
from trialtrace.run.trial.cohort.quantities.quantity import YES_NO, Held


@shape
class Number:
    """How many rows are picked."""

    count: Parameter = key("How many, by quantities of the level above.")


@shape
class Pick(Scored):
    """Yes for so many of the rows under each parent."""

    kind = "pick"
    held = Held("text", YES_NO)
    pick: Number = key("yes for so many of the rows under each parent, no for the others.")
