"""The kinds of display, each by its module, in the order in which a section of a report shows
them."""

import importlib
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.spec import Hint, Listed, Made, Schema, optional, shape, structure
from trialtrace.base.config.spec_schema import definition
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.displays.display import Display

_HERE = "trialtrace.run.trial.plan.displays"

MODULES: dict[str, str] = {
    "baseline": f"{_HERE}.tables",
    "flow": f"{_HERE}.flow",
    "forest": f"{_HERE}.values",
    "bars": f"{_HERE}.values",
    "stacked": f"{_HERE}.values",
    "kaplan_meier": f"{_HERE}.times",
    "cumulative_incidence": f"{_HERE}.times",
    "mean_cumulative": f"{_HERE}.times",
    "interval_survival": f"{_HERE}.times",
    "profile": f"{_HERE}.values",
    "spaghetti": f"{_HERE}.values",
    "missingness": f"{_HERE}.values",
    "epsilon_curve": f"{_HERE}.decisions",
    "residual_quantiles": f"{_HERE}.decisions",
    "tipping": f"{_HERE}.decisions",
    "delta_tipping": f"{_HERE}.decisions",
    "dose_intensity": f"{_HERE}.values",
    "heat_map": f"{_HERE}.values",
    "adverse_events": f"{_HERE}.tables",
    "adverse_dots": f"{_HERE}.tables",
    "listings": f"{_HERE}.tables",
}


def display_of(kind: str) -> Display[Any]:
    """The card of a kind of display. Raises KeyError where there is none."""
    module: tuple[Display[Any], ...] = importlib.import_module(MODULES[kind]).DISPLAYS
    return next(display for display in module if display.kind == kind)


def displays(kinds: Iterable[str] = MODULES) -> list[Display[Any]]:
    """The cards of these kinds, in the order of the registry."""
    named = set(kinds)
    return [display_of(kind) for kind in MODULES if kind in named]


def with_results(name: str) -> bool:
    """Whether a display of this name has results, which stand beside those of the analyses."""
    return name in MODULES and display_of(name).results


def check(files: Files) -> None:
    """Tells what the displays of a plan name that is not there."""
    for display in displays(files.plan.names("displays") or ()):
        place: Path_ = ("displays", display.kind)
        data = files.plan.get("displays", display.kind)
        if data is None or display.check is None:
            continue
        if display.once:
            display.check(files, place, structure(display.shape, data))
            continue
        for position, entry in enumerate(data):
            display.check(files, (*place, position), structure(display.shape, entry))


@cache
def _every_kind() -> type:
    """The shape of `displays`: a key for each kind."""
    every = displays()
    about = {
        "__doc__": "What the report shows beside the analyses; every part may be left out.",
        "__annotations__": {display.kind: _key_of(display) for display in every},
    }
    return shape(
        type("Displays", (), about | {display.kind: optional(display.means) for display in every})
    )


def _key_of(display: Display[Any]) -> Hint:
    entry: Hint = display.shape
    return (entry if display.once else Listed[entry]) | None


def _schema() -> Schema:
    return definition(_every_kind())


# As a plan writes them.
Displays = Annotated[dict[str, Any], Made(_schema, lambda data: data, lambda: (_every_kind(),))]
