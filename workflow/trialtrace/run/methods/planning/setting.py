"""One number that a plan of a design asks for."""

from collections.abc import Callable
from dataclasses import dataclass

Sizes = tuple[int, ...]
Assumed = dict[str, float | tuple[float, ...]]
# Least difference that is one: 0.7 and 0.1 + 0.6 are alike.
SAME = 1e-12


@dataclass(frozen=True)
class Setting:
    """A statistic, its method, what is assumed, and its formula over the sizes of the arms.

    `confidence` is that of an interval whose width is asked.
    """

    stat: str
    method: str
    assumed: Assumed
    compute: Callable[[Sizes], float]
    confidence: float | None = None

    @property
    def level(self) -> str:
        """What tells it apart: "control=0.7, treated=0.4"."""
        return ", ".join(f"{name}={_text(value)}" for name, value in self.assumed.items())


def _text(value: float | tuple[float, ...]) -> str:
    return "/".join(f"{each:g}" for each in value) if isinstance(value, tuple) else f"{value:g}"
