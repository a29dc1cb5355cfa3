"""bands: a value by the band in which a number lies."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.spec import Distinct, Listed, Rule, key, shape
from trialtrace.run.trial.cohort.quantities.quantity import (
    Columns,
    Held,
    Quantity,
    Used,
    constant,
    joined,
)


@shape
class Bands:
    """Bands of a number, and their values."""

    of: Used = key("The number.")
    up_to: Distinct[float] = key("Upper ends of the bands, which belong to them, ascending.")
    values: Listed[Annotated[float | str, Rule(expected="a number or text in quotes")]] = key(
        "Values of the bands, and a last one for what is above."
    )


@shape
class BandsQuantity(Quantity):
    """A value by the band in which a number lies."""

    kind = "bands"
    bands: Bands = key("A value by the band in which a number lies.")

    def holds(self, columns: Columns) -> Held | None:
        return joined([constant(value) for value in self.bands.values])
