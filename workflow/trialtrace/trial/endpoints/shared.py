"""What entries of several kinds of endpoint say: scale, visits, sides, locations."""

from __future__ import annotations

from typing import Literal

from trialtrace.config.spec import Filled, key, shape
from trialtrace.trial.words import Code, Column, PlaceLabel, Text, Value, VisitLabel


@shape
class Endpoint:
    """An entry of endpoints.yaml."""

    label: Text = key("Label in reports.")
    code: Code = key("PARAMCD: at most 8 capitals and digits.")
    kind: str = key("Kind of the endpoint.")


ScaleType = Literal["ordinal", "continuous"]


Higher = Literal["better", "worse"]


@shape
class Scale:
    """Scale of the value."""

    type: ScaleType = key("Type of the scale.")
    from_: float = key("Lowest value, in the endpoint's unit.")
    to: float = key("Highest value, in the endpoint's unit.")
    higher: Higher = key("Whether a higher value is better or worse.")


@shape
class Side:
    """How sides of the body are told (LAT)."""

    column: Column = key("Column of the side.")
    labels: Filled[Value, PlaceLabel] = key(
        "Sides in order: value of the column, in quotes, to label."
    )


@shape
class Location:
    """How sites, muscles or nerves are told (LOC)."""

    column: Column = key("Column of the location.")
    labels: Filled[Value, PlaceLabel] = key(
        "Locations in order: value of the column, in quotes, to label."
    )


@shape
class Visit:
    """How visits are told."""

    column: Column = key("Column of the visit.")
    labels: dict[Value, VisitLabel] = key(
        "Visits in order: value of the column, in quotes, to label.", minProperties=2
    )


MissingItems = Literal["any_missing", "undecided", "measured"]


VisitChoice = Literal["all", "after_baseline"]


@shape
class VisitDates:
    """How visits are told."""

    column: Column = key("Column of the visit.")
    labels: Filled[Value, VisitLabel] = key(
        "Visits in order: value of the column, in quotes, to label."
    )


WithoutValues = Literal["zero", "missing"]


@shape(by="prefix")
class ItemsPrefix:
    """Columns named by a prefix and the item."""

    prefix: Text = key("What stands before the item in the name of its column.")


Outside = Literal["flag", "reject"]
