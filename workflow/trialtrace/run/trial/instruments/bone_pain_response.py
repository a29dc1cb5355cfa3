"""Response of bone metastases."""

from __future__ import annotations

from typing import Literal

from trialtrace.base.config.names import Name, VisitLabel
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.run.trial.instruments.shared import Labelled


@shape
class BonePainResponse(Labelled):
    """Response of bone metastases."""

    pain: Name = key("Endpoint of pain with a baseline.")
    opioids: Name = key("Endpoint of daily oral morphine equivalents with a baseline.")
    death: Name = key("Endpoint of kind time_to_event, in days.")
    days: Filled[VisitLabel, float] = key(
        "Visits: label to the day by which a death makes it the category.",
        constant="day by which a death makes the category of a visit",
    )
    asked: Literal["worst", "average"] = key(
        "Which pain was asked.", constant="pain that was asked"
    )
    opioid_change: Literal["any", "25_percent"] = key(
        "What counts as more or fewer opioids: any difference, or at least 25 %.",
        constant="change of opioids that counts",
    )
    from_none: Literal["increase", "more", "missing"] = key(
        "Opioids after none at baseline: an increase of 25 % or more, more without a "
        "percentage, or no category.",
        constant="opioids after none at baseline",
    )
    stable_pain: Literal["unchanged", "less_than_2_lower"] = key(
        "Pain that counts as stable when opioids rise: unchanged, or less than 2 lower; "
        "up to 1 higher in both.",
        constant="pain that counts as stable when opioids rise",
    )
    low_baseline: Literal["evaluable", "not_evaluable"] = key(
        "A baseline pain below 2: evaluated by the same rule, or no category.",
        constant="a baseline pain below 2",
    )
    both_up: Literal["indeterminate", "progression"] = key(
        "Pain up by 2 and opioids up by 25 %.", constant="pain and opioids both up"
    )

    @property
    def visit_labels(self) -> list[str]:
        return list(self.days)

    @property
    def parents(self) -> list[str]:
        return list(dict.fromkeys([self.pain, self.opioids, self.death]))


ENTRY = BonePainResponse
