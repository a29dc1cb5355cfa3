"""Two arms compared by ranks: power, sizes, what is detected, widths."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from trialtrace.run.methods.planning.setting import SAME, Setting, Sizes
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
    for superiority in entry.superiorities:
        if abs(superiority - EVEN) <= SAME:
            continue
        yield Setting(
            "power", method, {"superiority": superiority}, partial(_power, entry, superiority)
        )
        for wanted in entry.power:
            yield Setting(
                "patients_needed",
                method,
                {"superiority": superiority, "power": wanted},
                partial(_patients, entry, superiority, wanted),
            )
    for wanted in entry.power:
        yield Setting(
            "detectable_superiority", method, {"power": wanted}, partial(_detected, entry, wanted)
        )
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
