"""Response of painful bone metastases: pain and opioids together, by consensus categories."""

from typing import Protocol

import numpy as np

from trialtrace.base.store import difference, significant
from trialtrace.run.instruments.declaration import Instrument, Scale

PARENTS = {"pain": "scores", "opioids": "scores", "death": "times"}
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


class Choices(Protocol):
    """What the consensus leaves open, as an entry declares it."""

    @property
    def opioid_change(self) -> str: ...

    @property
    def from_none(self) -> str: ...

    @property
    def stable_pain(self) -> str: ...

    @property
    def low_baseline(self) -> str: ...

    @property
    def both_up(self) -> str: ...


def category(
    pain: np.ndarray,
    pain_before: np.ndarray,
    opioids: np.ndarray,
    opioids_before: np.ndarray,
    declared: Choices,
) -> np.ndarray:
    """Categories 1 to 4 from pain on 0 to 10 and daily oral morphine; NaN where one is missing."""
    change = difference(pain, pain_before)
    none = opioids_before == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = difference(opioids, opioids_before) / opioids_before
    share = np.where(none, 0.0, significant(share))
    started = none & (opioids > 0)
    least = SHARE if declared.opioid_change == "25_percent" else 0.0
    up = started | (share >= least if least else share > 0)
    down = share <= -least if least else share < 0
    much_up = (started & (declared.from_none == "increase")) | (share >= SHARE)
    much_down = share <= -SHARE
    lowest = -POINTS if declared.stable_pain == "less_than_2_lower" else 0
    stable_pain = (change > lowest if lowest else change >= 0) & (change <= 1)
    worse = change >= POINTS
    complete = (pain == 0) & ~up
    partial = ((change <= -POINTS) & ~up) | (much_down & (change <= 0))
    progression = (worse & ~up & ~down) | (much_up & stable_pain)
    if declared.both_up == "progression":
        progression |= worse & much_up
    selection = np.select([complete, partial, progression], [1.0, 2.0, 4.0], default=3.0)
    missing = np.isnan(change) | np.isnan(opioids - opioids_before)
    if declared.from_none == "missing":
        missing |= started
    if declared.low_baseline == "not_evaluable":
        missing |= pain_before < POINTS
    return np.where(missing, np.nan, selection)
