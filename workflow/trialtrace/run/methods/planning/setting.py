"""The numbers that a plan of a design asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import Tested

Sizes = tuple[int, ...]
Assumed = Mapping[str, float | tuple[float, ...]]
Entry = TypeVar("Entry", bound="Tested")
Effect = TypeVar("Effect", float, tuple[float, ...])
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


def over_effects(
    entry: Entry,
    method: str,
    name: str,
    effects: Iterable[Effect],
    power: Callable[[Entry, Effect, Sizes], float],
    needed: Callable[[Entry, Effect, float, Sizes], float],
    size: str = "patients_needed",
) -> Iterator[Setting]:
    """The power at each effect that is assumed, and the size for each wanted power."""
    for effect in effects:
        yield Setting("power", method, {name: effect}, partial(power, entry, effect))
        for wanted in entry.power:
            assumed: Assumed = {name: effect, "power": wanted}
            yield Setting(size, method, assumed, partial(needed, entry, effect, wanted))


def over_powers(
    entry: Entry, method: str, stat: str, detected: Callable[[Entry, float, Sizes], float]
) -> Iterator[Setting]:
    """What is detected with each wanted power."""
    for wanted in entry.power:
        yield Setting(stat, method, {"power": wanted}, partial(detected, entry, wanted))


def _text(value: float | tuple[float, ...]) -> str:
    return "/".join(f"{each:g}" for each in value) if isinstance(value, tuple) else f"{value:g}"
