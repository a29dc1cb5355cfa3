"""Who belongs to each population of the analyses."""

from __future__ import annotations

from trialtrace.base.config.names import Condition, Flag, Name, Test, Text, VisitLabel
from trialtrace.base.config.spec import Filled, entry_name, key, optional, shape


@shape(by="visit")
class EndpointVisit:
    """A test of an endpoint at a visit."""

    visit: VisitLabel = key("Label of the visit.")
    value: Test = key("Test of the value at that visit.")


@shape(least=1)
class ByArm:
    """What the subjects of an arm must meet besides."""

    where: Condition | None = optional(
        "Condition over the columns of the subjects' table; unknown counts as not met."
    )
    endpoints: Filled[Name, EndpointVisit | Test] = optional(
        "Endpoint to a test of its value (1 yes, 0 no), or to a visit and a test; all "
        "must surely be met by one record.",
        empty=dict,
    )


@shape(least=3, expected="a label, a flag, and where, endpoints or by_arm")
class Population:
    """A population."""

    name: str = entry_name(default="")
    label: Text = key("Label in reports.")
    flag: Flag = key("Its flag in ADSL: capitals, ending in FL.")
    where: Condition | None = optional(
        "Condition over the columns of the subjects' table; unknown counts as not met."
    )
    endpoints: Filled[Name, EndpointVisit | Test] = optional(
        "Endpoint to a test of its value (1 yes, 0 no), or to a visit and a test; all "
        "must surely be met by one record.",
        empty=dict,
    )
    by_arm: Filled[Name, ByArm] = optional(
        "Arm to what its subjects must meet besides; an arm without an entry has nothing besides.",
        empty=dict,
    )

    @property
    def made_late(self) -> bool:
        """Whether its flag needs the endpoints, and so comes after them."""
        return bool(self.endpoints or self.by_arm)
