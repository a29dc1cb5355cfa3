"""Presets of a public release: which counts are hidden, and how the others are told."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Preset:
    """`small`: a count from 1 to this is hidden; 0 hides none for its size. `base`: counts are
    told to the nearest multiple of it, or, with `midpoint`, as the middle of their class.

    `everywhere`: every count is held to it, else those alone that are classified by more than arm
    and outcome. `zeros`: a 0 is hidden as a small count is.
    """

    name: str
    rule: str
    small: int
    base: int = 1
    midpoint: bool = False
    everywhere: bool = True
    zeros: bool = False

    @property
    def exact(self) -> bool:
        """Whether a count that is told is told as it is."""
        return self.base == 1

    @property
    def fewest(self) -> int:
        """Patients whose values may have one mean; a quantile needs as many on its shorter side."""
        return self.small + 1 if self.small else self.base + 1

    def too_small(self, count: int) -> bool:
        return 0 < count <= self.small or (self.zeros and count == 0)

    def told(self, count: int) -> int:
        """The number that is told of a count that is not hidden."""
        if self.midpoint:
            return max(ceil(count / self.base) * self.base - self.base // 2, 0)
        return (count + self.base // 2) // self.base * self.base

    def span(self, count: int) -> tuple[int, int]:
        """The counts that are told as this one is."""
        if count == 0 or self.exact:
            return count, count
        middle = self.told(count)
        low = middle - (self.base - 1) // 2
        return max(low, self.small + 1, 1), low + self.base - 1


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "trial",
            "Counts by arm of outcomes, adverse events and the flow are exact, as CONSORT asks. Of "
            "what is classified further, at entry or in subgroups, a count of 1 to 4 is hidden, "
            "and one that leaves 1 to 4 others.",
            4,
            everywhere=False,
        ),
        Preset(
            "opensafely",
            "Every count of 1 to 7 is hidden, every other one is rounded to the nearest 5; shares "
            "are those of rounded counts.",
            7,
            5,
        ),
        Preset(
            "midpoint6",
            "Every count is told as the middle of its class of six: 3 for 1 to 6, 9 for 7 to 12; "
            "shares are those of these.",
            0,
            6,
            midpoint=True,
        ),
        Preset(
            "sacro",
            "Every count below 10 is hidden, 0 too, and one that leaves fewer than 10 others.",
            9,
            zeros=True,
        ),
    )
}
