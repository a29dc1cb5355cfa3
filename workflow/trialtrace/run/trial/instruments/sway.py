"""Sway of the body, from traces or the summary of a device."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Column
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.instruments.shared import (
    AtVisits,
    Labelled,
    ScoredItems,
    ScoredRows,
    SeveralScales,
)


@shape(by="items")
class SwaySummary(Labelled, ScoredItems, AtVisits, SeveralScales):
    """Sway by the device's summary."""


@shape
class SwayTraces(Labelled, ScoredRows, AtVisits, SeveralScales):
    """Sway from traces, a row a sample."""

    time: Column = key("Column of the time in seconds.")
    x: Column = key("Column of the sideways position in mm.")
    y: Column = key("Column of the forward position in mm.")
    ellipse: Literal["chi_squared", "prediction"] = key("Quantile of the ellipse.")


ENTRY = SwaySummary | SwayTraces
