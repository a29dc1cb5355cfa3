"""pick: so many of the rows under each parent."""

from __future__ import annotations

from collections.abc import Iterator

from trialtrace.config.spec import key, shape
from trialtrace.trial.cohort.held import YES_NO, Columns, Held
from trialtrace.trial.cohort.margins import Parameter
from trialtrace.trial.cohort.quantities.options import Scored
from trialtrace.trial.cohort.quantities.quantity import Place, Quantity
from trialtrace.trial.cohort.tables import names_in


@shape
class Number:
    """How many rows are picked."""

    count: Parameter = key("How many, by quantities of the level above.")


@shape
class Pick(Scored):
    """Yes for so many of the rows under each parent."""

    kind = "pick"
    pick: Number = key("yes for so many of the rows under each parent, no for the others.")

    def holds(self, columns: Columns) -> Held:
        return Held("text", YES_NO)

    def parameters(self) -> dict[str, Parameter]:
        return {"count": self.pick.count}

    def uses(self) -> Iterator[tuple[Place, list[str]]]:
        yield ("pick", "count"), names_in(self.pick.count)
        yield from super().uses()


KINDS: dict[str, type[Quantity]] = {Pick.kind: Pick}
