"""Before and after of every patient; drawn only where disclosure is full."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, VisitLabel
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfEndpoint


@shape
class PairedSlope(OfEndpoint):
    """Pairs joined by lines, a panel an arm."""

    endpoint: Name = key("Endpoint with visits.")
    visits: tuple[VisitLabel, ...] = key(
        "The visit before and the visit after.", minItems=2, maxItems=2, uniqueItems=True
    )


def _check(files: Files, place: Path_, paired_slope: PairedSlope) -> None:
    names.repeated(files, place, paired_slope, paired_slope.visits)


DISPLAY = Display(
    "paired_slopes",
    "Before and after of every patient; drawn only where disclosure is full.",
    PairedSlope,
    _check,
    figure="paired_slopes",
    single_patients=True,
)
