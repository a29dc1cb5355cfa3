"""What a module of figures hands back, and what the modules share in reading the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trialtrace.report.material import Material
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.methods import DATASETS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class NothingToDraw(Exception):
    """There is nothing to draw; the message says why, in a sentence for the report."""


Cell = str | float | None
# What a plan says of a display.
Given = dict[str, Any]


@dataclass(frozen=True)
class Data:
    """The numbers of a figure: names of columns, and rows. A column `result` names the result of
    which a row is, where there is one.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Picture:
    """A figure with its caption, the text that stands for it where it cannot be seen, and its
    numbers: what can be read off it and nothing else, since they are as private as it is.
    """

    figure: "Figure"
    caption: str
    alt: str
    data: Data


def names(material: Material, inputs: Given) -> list[str]:
    """The endpoints of a display, which names one or a list; an entry that makes several stands
    for all of them."""
    named = inputs["endpoint"]
    every = [named] if isinstance(named, str) else named
    return [endpoint.name for name in every for endpoint in material.trial.family(name)]


def endpoint_of(material: Material, name: str) -> Endpoint:
    return material.trial.endpoints[name]


def records(material: Material, inputs: Given, name: str, **conditions: Any) -> Selection:
    """The derived rows of an endpoint in the display's population that meet the conditions."""
    return material.tracer.frames.select(*predicate_of(material, inputs, name, **conditions))


def predicate_of(
    material: Material, inputs: Given, name: str, **conditions: object
) -> tuple[str, dict[str, object]]:
    """The data set of these rows and what selects them there."""
    endpoint = endpoint_of(material, name)
    flag = material.trial.populations[inputs["population"]].flag
    where: dict[str, object] = {"PARAMCD": {"is": endpoint.code}, flag: {"is": "Y"}}
    if "where" in inputs:
        where["all"] = [inputs["where"]]
    return DATASETS.get(endpoint.kind, "bds"), where | conditions


def visits_of(material: Material, name: str) -> list[str]:
    """The visits of an endpoint, in their order; none where it has none."""
    code = endpoint_of(material, name).code
    rows = material.tracer.frames.select("bds", {"PARAMCD": {"is": code}, "AVISIT": "present"})
    numbers, labels = rows.column("AVISITN").astype(float), rows.column("AVISIT")
    order = np.argsort(numbers, kind="stable")
    return list(dict.fromkeys(labels[order].tolist()))


def unit_words(material: Material, name: str) -> str:
    """ ", kg": the unit of an endpoint's values; empty where it has none, or several."""
    code = endpoint_of(material, name).code
    rows = material.tracer.frames.select("bds", {"PARAMCD": {"is": code}, "AVALU": "present"})
    units = {str(unit) for unit in rows.column("AVALU")}
    return f", {units.pop()}" if len(units) == 1 else ""


def arms_of(material: Material) -> list[str]:
    return list(material.trial.design.arms)


def population_words(material: Material, inputs: Given) -> str:
    """The population of a display inside a sentence: "all randomised"."""
    return lower_first(material.trial.populations[inputs["population"]].label)


def arm_words(material: Material, arms: list[str] | None = None) -> str:
    """Arms inside a sentence: "Drug and Placebo"."""
    chosen = arms_of(material) if arms is None else arms
    return in_a_row([material.arm_label(arm) for arm in chosen])


def in_a_row(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def columns_as_rows(*columns: Iterable[Cell]) -> list[tuple[Cell, ...]]:
    """Rows of columns; NaN of an array is no value."""
    rows = zip(*(list(column) for column in columns), strict=True)
    return [tuple(None if isinstance(x, float) and np.isnan(x) else x for x in row) for row in rows]


def level_words(material: Material) -> str:
    return f"{100 * material.trial.plan.confidence:g} %"


def nothing(title: str, why: str) -> NothingToDraw:
    return NothingToDraw(f"{title}: no figure, since {why}.")
