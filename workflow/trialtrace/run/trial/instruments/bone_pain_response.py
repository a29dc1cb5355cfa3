"""Response of painful bone metastases: pain and opioids together, by consensus categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trialtrace.base.config.names import VisitLabel
from trialtrace.base.config.spec import Filled, key, shape
from trialtrace.base.store import difference, significant
from trialtrace.run.trial.endpoints.shared import ScoredEndpoint, TimeEndpoint
from trialtrace.run.trial.instruments.declaration import Instrument, Scale
from trialtrace.run.trial.instruments.shared import Labelled

if TYPE_CHECKING:
    import numpy as np

CATEGORIES = {
    1.0: "complete response",
    2.0: "partial response",
    3.0: "indeterminate",
    4.0: "progression",
    5.0: "death",
}
POINTS, SHARE = 2, 0.25

INSTRUMENT = Instrument(
    title="International consensus categories of response of bone metastases",
    rule="Against the baseline of pain (0 to 10) and of opioids (oral morphine equivalents). "
    "Complete response: pain 0 without more opioids. Partial response: pain down by 2 or more "
    "without more opioids, or opioids down by 25 % or more without more pain. Progression: pain up "
    "by 2 or more with stable opioids, or opioids up by 25 % or more with pain stable or at most 1 "
    "higher. Anything else is indeterminate. Death by the day of the visit, without a pain value "
    "there, is a category of its own. Declared: which pain was asked (`asked`), what a change of "
    "opioids is (`opioid_change`: any, or 25_percent), what opioids after none at baseline are "
    "(`from_none`), what stable pain is (`stable_pain`), whether a baseline pain below 2 is "
    "evaluable (`low_baseline`), and what pain and opioids that are both up count as (`both_up`).",
    missing="Pain or opioids missing at the visit or at baseline: no category.",
    source="Chow et al., Int J Radiat Oncol Biol Phys 2012;82:1730-1737",
    scales=(Scale("", "", "response", 1, 5, None, "ordinal", categories=CATEGORIES),),
)


@shape
class BonePainResponse(Labelled):
    """Response of bone metastases."""

    declared = INSTRUMENT

    pain: ScoredEndpoint = key("Endpoint of pain with a baseline.")
    opioids: ScoredEndpoint = key("Endpoint of daily oral morphine equivalents with a baseline.")
    death: TimeEndpoint = key("Endpoint of kind time_to_event, in days.")
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

    def category(
        self,
        pain: np.ndarray,
        pain_before: np.ndarray,
        opioids: np.ndarray,
        opioids_before: np.ndarray,
    ) -> np.ndarray:
        """Categories 1 to 4 from pain (0 to 10) and daily oral morphine; NaN where one lacks."""
        import numpy as np

        change = difference(pain, pain_before)
        none = opioids_before == 0
        with np.errstate(divide="ignore", invalid="ignore"):
            share = difference(opioids, opioids_before) / opioids_before
        share = np.where(none, 0.0, significant(share))
        started = none & (opioids > 0)
        least = SHARE if self.opioid_change == "25_percent" else 0.0
        up = started | (share >= least if least else share > 0)
        down = share <= -least if least else share < 0
        much_up = (started & (self.from_none == "increase")) | (share >= SHARE)
        much_down = share <= -SHARE
        lowest = -POINTS if self.stable_pain == "less_than_2_lower" else 0
        stable_pain = (change > lowest if lowest else change >= 0) & (change <= 1)
        worse = change >= POINTS
        complete = (pain == 0) & ~up
        partial = ((change <= -POINTS) & ~up) | (much_down & (change <= 0))
        progression = (worse & ~up & ~down) | (much_up & stable_pain)
        if self.both_up == "progression":
            progression |= worse & much_up
        selection = np.select([complete, partial, progression], [1.0, 2.0, 4.0], default=3.0)
        missing = np.isnan(change) | np.isnan(opioids - opioids_before)
        if self.from_none == "missing":
            missing |= started
        if self.low_baseline == "not_evaluable":
            missing |= pain_before < POINTS
        return np.where(missing, np.nan, selection)


ENTRY = BonePainResponse
