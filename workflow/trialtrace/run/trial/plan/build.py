"""The plan as it is used: estimands, and analyses with what they inherit, from a plan.yaml.

Its schema has accepted the file, whose shapes stand beside this module.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any, TypeVar

from trialtrace.base.config.spec import items_of, structure
from trialtrace.base.errors import UserError, did_you_mean, one_of
from trialtrace.base.styles import SHOWN, STYLES, Style
from trialtrace.run.trial.model import Condition
from trialtrace.run.trial.plan.analysis import Analysis as DeclaredAnalysis
from trialtrace.run.trial.plan.analysis import DecisionLevel
from trialtrace.run.trial.plan.committee import at_cut
from trialtrace.run.trial.plan.estimand import Estimand as DeclaredEstimand
from trialtrace.run.trial.plan.estimand import Intercurrent
from trialtrace.run.trial.plan.file import PlanFile
from trialtrace.run.trial.plan.looks import nominal_level
from trialtrace.run.trial.plan.multiplicity import Family
from trialtrace.run.trial.plan.planning import Design
from trialtrace.run.trial.plan.steps import Step

T = TypeVar("T")
# What an analysis does not take over from the one that it names in `of`.
NOT_INHERITED = (
    "decides",
    "describe",
    "estimates",
    "tests",
    "interaction",
    "note",
    "report",
    "harms",
    "overall",
    "p_values_by_level",
)


@dataclass(frozen=True)
class Estimand:
    """ICH E9(R1): treatment, population, variables, intercurrent events, summary.

    `variables` are endpoints, or entries of endpoints.yaml that make several; `lists` says that the
    plan names a list, so that results carry their endpoint.
    """

    name: str
    treated: tuple[str, ...]
    reference: str
    population: str
    variables: tuple[str, ...]
    intercurrent: tuple[Intercurrent, ...]
    summary: str
    lists: bool = False
    reason: str | None = None

    @property
    def variable(self) -> str:
        """The first endpoint."""
        return self.variables[0]


@dataclass(frozen=True)
class Analysis:
    """An analysis of the plan, with what it inherits from the analysis `of` filled in."""

    name: str
    label: str
    role: str
    estimand: Estimand
    confidence: float
    level: float | DecisionLevel
    describe: tuple[Step[object], ...] = ()
    estimates: tuple[Step[object], ...] = ()
    tests: tuple[Step[object], ...] = ()
    interaction: Step[object] | None = None
    visits: tuple[str, ...] | None = None
    by: str | None = None
    overall: bool = False
    where: Condition | None = None
    note: str | None = None
    value: str = "value"
    of: str | None = None
    p_values_by_level: bool = True
    report: str | None = None
    harms: bool | Mapping[str, str] = False
    level_reason: str | None = None
    decides: str | None = None

    @property
    def look(self) -> DecisionLevel | None:
        """The look of a group-sequential design at which it is."""
        return self.level if isinstance(self.level, DecisionLevel) else None

    @cached_property
    def decision_level(self) -> float:
        """The level of its tests, of a look the nominal one; few who read a plan ask for it."""
        return nominal_level(self.level) if isinstance(self.level, DecisionLevel) else self.level

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(treated, reference) for each comparison."""
        return [(treated, self.estimand.reference) for treated in self.estimand.treated]

    def reference_last(self, order: Iterable[str]) -> list[str]:
        """The arms that are compared, the treated ones in the order of the trial."""
        treated = [arm for arm in order if arm in self.estimand.treated]
        return [*treated, self.estimand.reference]

    def every_pair(self, order: Iterable[str]) -> list[tuple[str, str]]:
        """Every pair of its arms, the reference second in its own."""
        return list(combinations(self.reference_last(order), 2))


@dataclass(frozen=True)
class Plan:
    """The plan with every analysis whole. `displays` stay as they are written."""

    decision_level: float
    confidence: float
    estimands: dict[str, Estimand]
    analyses: dict[str, Analysis]
    multiplicity: dict[str, Family]
    planning: dict[str, Design]
    displays: dict[str, Any]
    style: Style


def plan(data: dict[str, Any], cut: str | None = None) -> Plan:
    """The plan of a file, at a data cut for a monitoring committee. Raises UserError for an
    analysis or estimand that is none of it."""
    file: PlanFile = structure(PlanFile, at_cut(data, cut))
    estimands = {name: _estimand(name, declared) for name, declared in file.estimands.items()}
    return Plan(
        file.decision_level,
        file.confidence,
        estimands,
        {name: _analysis(name, file, estimands) for name in file.analyses},
        file.multiplicity or {},
        file.planning or {},
        data.get("displays", {}),
        STYLES[file.style] if file.style else SHOWN,
    )


def _estimand(name: str, declared: DeclaredEstimand) -> Estimand:
    treated, variable = declared.treatment.of, declared.variable
    return Estimand(
        name,
        (treated,) if isinstance(treated, str) else treated,
        declared.treatment.to,
        declared.population,
        (variable,) if isinstance(variable, str) else variable,
        declared.intercurrent,
        declared.summary,
        not isinstance(variable, str),
        declared.treatment.reason,
    )


def _inherit(
    analyses: dict[str, DeclaredAnalysis], declared: DeclaredAnalysis, heirs: tuple[str, ...]
) -> DeclaredAnalysis:
    """What `of` names, without its own steps and notes, under what is declared."""
    if declared.of is None:
        return declared
    # A name that is known is taken as it is: a plan may have 100,000 analyses of one.
    known: Mapping[str, DeclaredAnalysis] = analyses
    if declared.of in heirs or declared.of not in known:
        known = {name: each for name, each in analyses.items() if name not in heirs}
    parent = _named(f"plan.yaml: analyses.{heirs[-1]}.of", declared.of, known)
    parent = _inherit(analyses, parent, (*heirs, declared.of))
    taken_over: dict[str, Any] = dict.fromkeys(NOT_INHERITED)
    return replace(parent, **(taken_over | items_of(declared)))


def _named(place: str, name: str | None, known: Mapping[str, T]) -> T:
    """The entry of that name. Raises UserError where there is none."""
    if name is not None and name in known:
        return known[name]
    raise UserError(
        place, found=f'"{name}"', expected=one_of(known), do=did_you_mean(name or "", known)
    )


def _analysis(name: str, file: PlanFile, estimands: dict[str, Estimand]) -> Analysis:
    whole = _inherit(file.analyses, file.analyses[name], (name,))
    level, confidence = whole.decision_level, whole.confidence
    stated = items_of(whole)
    stated.pop("decision_level", None)
    of_file = file.level_reason if None in (level, confidence) else None
    return Analysis(
        **stated
        | {
            "name": name,
            "estimand": _named(f"plan.yaml: analyses.{name}.estimand", whole.estimand, estimands),
            "confidence": file.confidence if confidence is None else confidence,
            "level": file.decision_level if level is None else level,
            "visits": whole.visits if isinstance(whole.visits, tuple) else None,
            "level_reason": whole.level_reason or of_file,
        }
    )
