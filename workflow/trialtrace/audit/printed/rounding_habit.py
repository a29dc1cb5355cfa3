"""The habit of a paper in rounding, and how it is told."""

from dataclasses import dataclass

UP, EVEN, CUT = "half_up", "half_even", "truncate"
EITHER, OPEN = "half_any", "any"
WAYS = (UP, EVEN, CUT)


@dataclass(frozen=True)
class Habit:
    """How a paper rounds: `rounding` of its shares, `others` of its other numbers.

    The names of claims that print as they do with digits cut off only, or rounded only; with halves
    up only, or to the even digit only.
    """

    rounding: str
    others: str
    cut: tuple[str, ...] = ()
    rounded: tuple[str, ...] = ()
    up: tuple[str, ...] = ()
    even: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, str] | None:
        """A claim that shows the habit and the sentence that tells it; None for halves up."""
        if self.rounding == CUT:
            text = f"The paper cuts digits off: {_numbers(self.cut)} so only"
            return self.cut[0], text + self._except("rounded", self.rounded)
        if not self.even:
            return None
        text = f"Halves are rounded to the even digit: {_numbers(self.even)} so only"
        return self.even[0], text + self._except("with halves rounded up", self.up)

    @staticmethod
    def _except(how: str, names: tuple[str, ...]) -> str:
        if not names:
            return "."
        return f", while {_numbers(names)} as they do {how} only: no one way of rounding gives all."


def _numbers(names: tuple[str, ...]) -> str:
    return "one number prints" if len(names) == 1 else f"{len(names)} numbers print"
