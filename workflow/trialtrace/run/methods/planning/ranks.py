"""Two arms compared by ranks: power, sizes, what is detected, widths."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import (
    SAME,
    Setting,
    Sizes,
    over_effects,
    over_powers,
)
from trialtrace.stats.design.detectable import detectable_superiority
from trialtrace.stats.design.ranks import (
    power_mann_whitney,
    precision_mann_whitney,
    sample_size_mann_whitney,
)

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.planning import MannWhitney

EVEN = 0.5


def mann_whitney(entry: "MannWhitney", confidence: float) -> Iterator[Setting]:
    method = "noether_formula"
    apart = [each for each in entry.superiorities if abs(each - EVEN) > SAME]
    yield from over_effects(entry, method, "superiority", apart, _power, _patients)
    yield from over_powers(entry, method, "detectable_superiority", _detected)
    yield Setting(
        "width_superiority",
        "superiority_expected",
        {"superiority": EVEN},
        partial(_width, confidence),
        confidence,
    )


def _power(entry: "MannWhitney", superiority: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    return float(power_mann_whitney(superiority, n1, n0, alpha=entry.alpha, sides=entry.sides))


def _patients(entry: "MannWhitney", superiority: float, wanted: float, _: Sizes) -> float:
    n1, n0 = sample_size_mann_whitney(
        superiority, power=wanted, ratio=1, alpha=entry.alpha, sides=entry.sides
    )
    return float(n1 + n0)


def _detected(entry: "MannWhitney", wanted: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    return detectable_superiority(n1, n0, power=wanted, alpha=entry.alpha, sides=entry.sides)


def _width(confidence: float, sizes: Sizes) -> float:
    n1, n0 = sizes
    return float(precision_mann_whitney(n1, n0, confidence=confidence))
