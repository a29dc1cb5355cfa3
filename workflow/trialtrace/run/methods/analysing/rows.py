"""One result: its identifier, its row of the results contract, and the rows behind it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any, TypedDict

from trialtrace.base.words import LABELS, stat_text
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow

if TYPE_CHECKING:
    from trialtrace.run.tables.frames import Selection
    from trialtrace.run.trial.plan.multiplicity import HolmTest
    from trialtrace.stats.results import Interval

ALL = "all"
_UNFIT = re.compile(r"[^A-Za-z0-9.+=_-]+")
# What a slug cannot hold, but for the separators of words.
_LOST = re.compile(r"""[^A-Za-z0-9.+=_\s,;:/()'"&-]""")


@dataclass(frozen=True)
class Place:
    """Where a result stands: in which analysis, population, visit, stratum, group or comparison."""

    trial: str
    analysis: str
    population: str
    estimand: str | None = None
    parameter: str | None = None
    visit: str | None = None
    stratum: str | None = None
    group: str | None = None
    pair: tuple[str, str] | None = None
    second: tuple[str, str] | None = None
    lists_parameters: bool = False
    lists_populations: bool = False

    def who(self) -> str:
        return "-".join(self.pair) if self.pair else self.group or ALL


class Where(TypedDict, total=False):
    """What tells the results of a step apart: fields of `Place`."""

    visit: str | None
    group: str | None
    pair: tuple[str, str] | None
    second: tuple[str, str] | None


# Choices by name: of a step, or of a result.
Options = dict[str, Any]


@dataclass
class Result:
    """A statistic with its interval, and the selections it was made from by role."""

    place: Place
    stat: str
    method: str
    value: float
    options: Mapping[str, Any]
    members: "dict[str, Selection]"
    interval: tuple[float, float] | None = None
    level: float | None = None
    unit: str | None = None
    n_used: int | None = None
    denominator: int | None = None
    warning: str | None = None
    error: str | None = None
    synthetic: bool = False
    text: str | None = None
    n_draws: int | None = None
    mc_se: float | None = None
    result_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.result_id = result_id(self.place, self.stat, self.method)

    def row(self) -> ResultRow:
        """The row of the results contract."""
        place = self.place
        low, high = self.interval if self.interval is not None else (None, None)
        return {
            "result_id": self.result_id,
            "analysis_id": place.analysis,
            "method": f"{self.stat}.{self.method}",
            "options": json.dumps(self.options, sort_keys=True, ensure_ascii=False),
            "estimand": place.estimand,
            "population": place.population,
            "parameter": place.parameter,
            "visit": place.visit,
            "stratum": place.stratum,
            "group1": "TRT01P" if place.group else None,
            "group1_level": place.group,
            "group2": place.second[0] if place.second else None,
            "group2_level": place.second[1] if place.second else None,
            "comparison": place.pair[0] if place.pair else None,
            "reference": place.pair[1] if place.pair else None,
            "stat_name": self.stat,
            "stat_label": LABELS[self.stat],
            "stat_value": None if isnan(self.value) else self.value,
            "ci_low": low,
            "ci_high": high,
            "ci_level": self.level if self.interval is not None else None,
            "unit": self.unit,
            "n_used": self.n_used,
            "denominator": self.denominator,
            "seed": None,
            "n_draws": self.n_draws,
            "mc_se": self.mc_se,
            "stat_text": self.text
            or stat_text(self.stat, self.value, self.interval, self.level, self.unit),
            "warning": self.warning,
            "error": self.error,
            "synthetic": self.synthetic,
        }

    def member_rows(self) -> list[MemberRow]:
        """The rows of the members contract."""
        # Whoever has selections has loaded it; a plan's results are told without any.
        from trialtrace.run.tables.frames import canonical

        return [
            {
                "result_id": self.result_id,
                "role": role,
                "dataset": selection.dataset,
                "predicate": canonical(selection.predicate),
                "n": selection.n,
                "sha256": selection.sha256,
            }
            for role, selection in self.members.items()
        ]


def slug(text: str) -> str:
    """A level as it stands in a result_id: "30 min" becomes "30_min".

    Where more than separators would be lost ("< 65", "≥ 65"), a hash of the level tells it apart.
    """
    plain = _UNFIT.sub("_", text).strip("_") or "_"
    if not _LOST.search(text):
        return plain
    return f"{plain}.{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def result_id(place: Place, stat: str, method: str) -> str:
    """trial/analysis/statistic.method@who;population=…;visit=…;stratum=…;parameter=…;<second>=…"""
    text = f"{place.trial}/{place.analysis}/{stat}.{method}@{place.who()}"
    if place.lists_populations:
        text += f";population={slug(place.population)}"
    if place.visit is not None:
        text += f";visit={slug(place.visit)}"
    if place.stratum is not None:
        text += f";stratum={slug(place.stratum)}"
    if place.lists_parameters and place.parameter is not None:
        text += f";parameter={slug(place.parameter)}"
    if place.second is not None:
        text += f";{place.second[0]}={slug(place.second[1])}"
    return text


def bounds(interval: "Interval") -> tuple[float, float]:
    return interval.low, interval.high


def is_of(test: "HolmTest", place: Place, method: str) -> bool:
    """Whether a p-value is one of a test of a family."""
    if (place.analysis, method) != (test.analysis, test.test):
        return False
    treated = place.pair[0] if place.pair else None
    limits = (
        (test.comparison, treated),
        (test.visit, place.visit),
        (test.parameter, place.parameter),
    )
    kind, effect = place.second or ("", "")
    named = test.effects is None or (kind == "effect" and effect in test.effects)
    return named and all(limit in (None, value) for limit, value in limits)
