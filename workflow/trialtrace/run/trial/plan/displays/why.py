"""Reasons in the flow of the patients: as a plan gives them, and the words for having none."""

from collections.abc import Mapping
from typing import TypedDict

# Who was left out, and of whom no reason is declared or recorded.
UNREPORTED = "reason not reported"
OUTSIDE = f"not in the population, {UNREPORTED}"
NO_VALUE = f"no value, {UNREPORTED}"


class ReasonGiven(TypedDict):
    """A reason by a condition over ADSL."""

    label: str
    where: Mapping[str, object]


class WhyGiven(TypedDict, total=False):
    """A variable with its values that are no reason, or reasons by conditions."""

    variable: str
    no_reason: list[str]
    reasons: list[ReasonGiven]
