"""Categories as stacked bars over visits."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfEndpoint


@shape
class Band:
    """A range."""

    label: Text = key("Label.")
    from_: float = key("Smallest value.")
    to: float = key("Largest value.")


@shape
class Stacked(OfEndpoint):
    """Stacked bars, a panel an arm."""

    endpoint: Name = key("Endpoint with values; its visits, if it has some, stand side by side.")
    missing: Literal["shown", "left_out"] = key(
        "Whether patients without a value are a category of their own."
    )
    bands: Distinct[Band] | None = optional(
        "Ranges of values that are one category, in order; without them each value is one."
    )


DISPLAY = Display(
    "stacked",
    "Categories as stacked bars over visits.",
    Stacked,
    names.valued,
    figure="stacked",
)
