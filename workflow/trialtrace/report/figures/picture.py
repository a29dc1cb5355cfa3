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
# Column of the numbers of a figure: whose value a line is.
SUBJECT = "subject"
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


@dataclass(frozen=True)
class Request:
    """A display as the plan asks for it, with what it is drawn from."""

    material: Material
    entry: Given

    @property
    def title(self) -> str:
        return self.entry["title"]

    @property
    def arms(self) -> list[str]:
        return arms_of(self.material)

    @property
    def population(self) -> str:
        """The population inside a sentence: "all randomised"."""
        return lower_first(self.material.trial.populations[self.entry["population"]].label)

    @property
    def level(self) -> str:
        return f"{100 * self.material.trial.plan.confidence:g}%"

    def nothing(self, why: str) -> NothingToDraw:
        return nothing(self.title, why)

    def names(self) -> list[str]:
        """Its endpoints, of which it names one or a list; an entry that makes several stands for
        all of them."""
        named = self.entry["endpoint"]
        every = [named] if isinstance(named, str) else named
        family = self.material.trial.family
        return [endpoint.name for name in every for endpoint in family(name)]

    @property
    def label(self) -> str:
        """What its one endpoint is called."""
        return self.endpoint(self.entry["endpoint"]).label

    def endpoint(self, name: str) -> Endpoint:
        return self.material.trial.endpoints[name]

    def records(self, name: str, **conditions: object) -> Selection:
        """The derived rows of an endpoint in its population that meet the conditions."""
        return self.material.tracer.frames.select(*self.predicate(name, **conditions))

    def predicate(self, name: str, **conditions: object) -> tuple[str, dict[str, object]]:
        """The data set of these rows and what selects them there."""
        endpoint = self.endpoint(name)
        flag = self.material.trial.populations[self.entry["population"]].flag
        where: dict[str, object] = {"PARAMCD": {"is": endpoint.code}, flag: {"is": "Y"}}
        if "where" in self.entry:
            where["all"] = [self.entry["where"]]
        return DATASETS.get(endpoint.kind, "bds"), where | conditions

    def visits(self, name: str) -> list[str]:
        """The visits of an endpoint, in their order; none where it has none."""
        rows = self._with("AVISIT", name)
        numbers, labels = rows.column("AVISITN").astype(float), rows.column("AVISIT")
        order = np.argsort(numbers, kind="stable")
        return list(dict.fromkeys(labels[order].tolist()))

    def unit(self, name: str) -> str:
        """ ", kg": the unit of an endpoint's values; empty where it has none, or several."""
        units = {str(unit) for unit in self._with("AVALU", name).column("AVALU")}
        return f", {units.pop()}" if len(units) == 1 else ""

    def _with(self, column: str, name: str) -> Selection:
        code = self.endpoint(name).code
        where = {"PARAMCD": {"is": code}, column: "present"}
        return self.material.tracer.frames.select("bds", where)

    def arm_words(self, arms: Iterable[str]) -> str:
        return arm_words(self.material, arms)


def arms_of(material: Material) -> list[str]:
    return list(material.trial.design.arms)


def arm_words(material: Material, arms: Iterable[str]) -> str:
    """Arms inside a sentence: "Drug and Placebo"."""
    return in_a_row([material.arm_label(arm) for arm in arms])


def in_a_row(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def columns_as_rows(*columns: Iterable[Cell]) -> list[tuple[Cell, ...]]:
    """Rows of columns; NaN of an array is no value."""
    rows = zip(*(list(column) for column in columns), strict=True)
    return [tuple(None if isinstance(x, float) and np.isnan(x) else x for x in row) for row in rows]


def nothing(title: str, why: str) -> NothingToDraw:
    return NothingToDraw(f"{title}: no figure, since {why}.")
