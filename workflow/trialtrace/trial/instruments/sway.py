"""Sway of the body, from traces or the summary of a device."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Distinct, Filled, Rule, key, optional, shape
from trialtrace.trial.endpoints.shared import ItemsPrefix, Location, Side, Visit
from trialtrace.trial.instruments.shared import InstrumentEntry
from trialtrace.trial.words import Column, Condition, Item, Name, Text, VisitLabel, Words


@shape(by="items")
class SwaySummary(InstrumentEntry):
    """Sway by the device's summary."""

    label: Text = key(
        "Label in reports; of a score that has a name of its own, what stands before it."
    )
    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    items: (
        ItemsPrefix
        | Annotated[
            Filled[Item, Column], Rule(expected="a mapping of items to columns, or {prefix: q}")
        ]
    ) = key(
        "Columns of the items: a mapping of items to columns, or {prefix: q} for columns "
        "named by prefix and item."
    )
    scales: Literal["all"] | Distinct[Name] = key(
        "Which scores: all, or a list of scales of instruments.md.",
        expected="all, or a list of scales",
    )
    labels: Filled[Name, Words] | None = optional(
        "Labels in reports that replace those of the instrument: scale to label."
    )
    visit: Visit | None = optional("How visits are told.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


@shape
class SwayTraces(InstrumentEntry):
    """Sway from traces, a row a sample."""

    label: Text = key(
        "Label in reports; of a score that has a name of its own, what stands before it."
    )
    table: Name = key("Clean table.")
    where: Condition | None = optional("Rows of the table that count.")
    time: Column = key("Column of the time in seconds.")
    x: Column = key("Column of the sideways position in mm.")
    y: Column = key("Column of the forward position in mm.")
    ellipse: Literal["chi_squared", "prediction"] = key("Quantile of the ellipse.")
    scales: Literal["all"] | Distinct[Name] = key(
        "Which scores: all, or a list of scales of instruments.md.",
        expected="all, or a list of scales",
    )
    labels: Filled[Name, Words] | None = optional(
        "Labels in reports that replace those of the instrument: scale to label."
    )
    visit: Visit | None = optional("How visits are told.")
    baseline: VisitLabel | None = optional("Label of the visit that is the baseline.")
    side: Side | None = optional("How sides of the body are told (LAT).")
    location: Location | None = optional("How sites, muscles or nerves are told (LOC).")


ENTRY = SwaySummary | SwayTraces
