"""A trial whose plan has the specifications of its multiverse as analyses.

Specifications: every combination of levels, its name, and the analysis of a plan that it is.

A specification is written into a copy of the plan as an analysis of its own, under an estimand of
its own where it has another population or endpoint: what reads, checks, runs and traces analyses
of a plan does so with these.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, prod

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.config.compose import Path_
from trialtrace.base.config.spec import keys_of, structure
from trialtrace.base.errors import UserError
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.multiverse.file import FILE, Factor, Level, MultiverseFile
from trialtrace.run.trial.plan.build import Plan
from trialtrace.run.trial.plan.registry import card_of, step_key

# Digits of the hash by which an analysis is called: two of 10,000 share one in 1 of 20,000 trials.
DIGITS = 10
PREFIX = "mv_"
# What a level changes of the analysis, and of its estimand; lists that levels add to; the rest.
OF_ANALYSIS, OF_ESTIMAND = ("visits", "value"), ("population", "variable")
ADDED = ("covariates", "strata")
PATCHES = (*OF_ANALYSIS, *OF_ESTIMAND, *ADDED, "where", "estimate", "endpoints")
# What a level cannot say without telling when it was known.
CHOOSING = ("population", "where", *ADDED)


class Conflict(Exception):
    """Levels that cannot stand together, or options that an estimate does not have."""


@dataclass(frozen=True)
class Specification:
    """A level of each factor, by the factor's name."""

    levels: Mapping[str, str]

    @cached_property
    def name(self) -> str:
        """ "population=itt;method=newcombe": what it is known by."""
        return ";".join(f"{factor}={level}" for factor, level in self.levels.items())

    @cached_property
    def analysis(self) -> str:
        """Its analysis in the plan: a hash of its name, which no other specification changes."""
        return PREFIX + hashlib.sha256(self.name.encode()).hexdigest()[:DIGITS]


@dataclass(frozen=True)
class Multiverse:
    """The specifications of multiverse.yaml, and what they are of the plan."""

    file: MultiverseFile

    @property
    def combinations(self) -> int:
        """How many there are before any is forbidden."""
        return prod(len(factor.levels) for factor in self.file.factors.values())

    def specifications(self) -> list[Specification]:
        """All that are not forbidden, the first factor slowest. Raises UserError for too many."""
        self._check_size()
        names = list(self.file.factors)
        grid = product(*(factor.levels for factor in self.file.factors.values()))
        every = (dict(zip(names, levels, strict=True)) for levels in grid)
        return [Specification(levels) for levels in every if not self._forbidden(levels)]

    def _check_size(self) -> None:
        if self.combinations > self.file.limit:
            sizes = " × ".join(str(len(factor.levels)) for factor in self.file.factors.values())
            raise UserError(
                f"{FILE}: limit",
                found=f"{self.combinations} combinations of levels ({sizes})",
                expected=f"{self.file.limit} at most, before any is forbidden",
                do="take levels out, or raise the limit where so many are meant",
            )

    def _forbidden(self, levels: Mapping[str, str]) -> bool:
        return any(rule.items() <= levels.items() for rule in self.file.forbid or ())

    def levels(self, specification: Specification) -> Iterator[tuple[str, Factor, Level]]:
        """(factor's name, factor, level) of a specification."""
        for name, level in specification.levels.items():
            factor = self.file.factors[name]
            yield name, factor, factor.levels[level]

    def marked(self, specification: Specification, mark: str) -> bool:
        """Whether it is the `registered` or the `published` one: each of its levels is."""
        return all(getattr(level, mark) for _, _, level in self.levels(specification))

    def late(self, specification: Specification) -> list[str]:
        """The factors whose level rests on what was not known before randomisation, with how."""
        return [
            f"{factor.label}: {specification.levels[name]}, "
            + ("known after it" if level.known == "after_randomisation" else "not known when")
            for name, factor, level in self.levels(specification)
            if level.known in ("after_randomisation", "not_recorded")
        ]

    def patch(self, specification: Specification) -> Content:
        """What all levels say together, `estimate` whole. Raises Conflict."""
        whole: Content = {"estimate": self.file.estimate}
        set_by: dict[str, str] = {}
        conditions = []
        for name, _, level in self.levels(specification):
            if level.where is not None:
                conditions.append(level.where)
            for key in (*OF_ANALYSIS, *OF_ESTIMAND, "estimate"):
                value = getattr(level, key)
                if value is None:
                    continue
                if key in set_by:
                    raise Conflict(f"{key} of both {set_by[key]} and {name}")
                set_by[key], whole[key] = name, value
        whole["estimate"] = self._estimate(specification, whole["estimate"])
        if conditions:
            whole["where"] = conditions[0] if len(conditions) == 1 else {"all": conditions}
        return whole

    def rule(self, specification: Specification) -> str:
        """What its levels say of endpoints together, as JSON; empty where they say nothing.
        Raises Conflict."""
        whole: dict[str, Content] = {}
        set_by: dict[tuple[str, str], str] = {}
        for name, _, level in self.levels(specification):
            for endpoint, keys in (level.endpoints or {}).items():
                for key, value in keys.items():
                    other = set_by.setdefault((endpoint, key), name)
                    if other != name:
                        raise Conflict(f"{endpoint}.{key} of both {other} and {name}")
                    whole.setdefault(endpoint, {})[key] = value
        return json.dumps(whole, sort_keys=True, ensure_ascii=False) if whole else ""

    def asking(self, specification: Specification) -> dict[str, str]:
        """The levels, by factor, that ask another question by the endpoints that they change."""
        return {
            name: specification.levels[name]
            for name, _, level in self.levels(specification)
            if level.asks == "another"
        }

    def _estimate(self, specification: Specification, estimate: Content) -> Content:
        """The estimate with covariates and strata that levels add."""
        ((statistic, how),) = estimate.items()
        method, options = (how, {}) if isinstance(how, str) else (how["method"], dict(how))
        for key in ADDED:
            names = [
                name
                for _, _, level in self.levels(specification)
                for name in getattr(level, key) or ()
            ]
            if not names:
                continue
            card = card_of(step_key("estimates", statistic, method))
            if card.options is None or key not in keys_of(card.options):
                raise Conflict(f"{key} of {statistic}.{method}, which takes none")
            options = {"method": method} | options
            options[key] = list(dict.fromkeys([*options.get(key, ()), *names]))
        return {statistic: options or how}


def by_rule(endpoints: Content, rule: str) -> Content:
    """The content of endpoints.yaml with the keys of a rule in place of their own."""
    changed: Content = json.loads(rule) if rule else {}
    whole = dict(endpoints)
    for name, keys in changed.items():
        entry = whole[name] | keys
        whole[name] = {key: value for key, value in entry.items() if value is not None}
    return whole


def analysis_of(
    multiverse: Multiverse, specification: Specification, base: str, plan: Content
) -> tuple[Content, Content]:
    """The analysis of a specification and, where it has one of its own, its estimand by its name.

    `base` is the name of the estimand of the analysis that is varied. Raises Conflict.
    """
    patch = multiverse.patch(specification)
    entry: Content = {
        "label": specification.name,
        "role": "exploratory",
        "of": multiverse.file.of,
        "estimates": [patch["estimate"]],
    }
    entry |= {
        key: list(patch[key]) if key == "visits" else patch[key]
        for key in OF_ANALYSIS
        if key in patch
    }
    if "where" in patch:
        before = _inherited(plan, multiverse.file.of, "where")
        entry["where"] = {"all": [before, patch["where"]]} if before else patch["where"]
    changed = {key: patch[key] for key in OF_ESTIMAND if key in patch}
    if not changed:
        return entry, {}
    name = "__".join([base, *changed.values()])
    return entry | {"estimand": name}, {name: plan["estimands"][base] | changed}


def estimand_of(plan: Content, analysis: str) -> str:
    """The name of the estimand of an analysis, which `of` may hand down."""
    return str(_inherited(plan, analysis, "estimand"))


def _inherited(plan: Content, analysis: str, key: str) -> object:
    entry = plan["analyses"][analysis]
    while key not in entry and "of" in entry:
        entry = plan["analyses"][entry["of"]]
    return entry.get(key)


def with_specifications(
    plan: Content, multiverse: Multiverse, specifications: list[Specification]
) -> Content:
    """A copy of the plan's content that has each specification as an analysis. Raises Conflict."""
    base = estimand_of(plan, multiverse.file.of)
    analyses, estimands = dict(plan["analyses"]), dict(plan["estimands"])
    for specification in specifications:
        entry, more = analysis_of(multiverse, specification, base, plan)
        analyses[specification.analysis] = entry
        estimands |= more
    return plan | {"analyses": analyses, "estimands": estimands}


def multiverse_of(trial: Trial) -> Multiverse:
    """What multiverse.yaml says. Raises UserError where the trial has none, or a wrong one."""
    if not trial.has_multiverse:
        raise UserError(
            f"trial {trial.name}", f"has no {FILE}", do="write one; docs/multiverse.md says how"
        )
    return Multiverse(structure(MultiverseFile, trial.document("multiverse")))


class SpecifiedTrial(Trial):
    """The trial with these specifications beside the analyses of its plan."""

    @cached_property
    def multiverse(self) -> Multiverse:
        return multiverse_of(self)

    @cached_property
    def specifications(self) -> dict[str, Specification]:
        """The specifications by the names of their analyses. Raises UserError where two of very
        many have one name."""
        every = self.multiverse.specifications()
        found = {specification.analysis: specification for specification in every}
        if len(found) < len(every):
            double = next(
                specification
                for specification in every
                if found[specification.analysis] is not specification
            )
            raise UserError(
                f"{FILE}: factors",
                found=f"{double.name} and {found[double.analysis].name}, whose hashes begin alike",
                expected="names of analyses that differ",
                do="rename a level of one of them",
            )
        return found

    def part(self, number: int, of: int, size: int) -> "SpecifiedTrial":
        """The same trial with the specifications of one of `of` parts alone, to which they are
        dealt in runs of `size`, shorter where not every part would have one."""
        return PartOfTrial(self.name, self.at, number, of, size)

    @cached_property
    def rules(self) -> dict[str, str]:
        """By which rule of endpoints each specification goes, by its analysis; empty for as they
        are declared."""
        return {name: self.multiverse.rule(each) for name, each in self.specifications.items()}

    def ruled(self, rule: str) -> "SpecifiedTrial":
        """The same trial with endpoints by a rule."""
        return RuledTrial(self.name, self.at, self, rule) if rule else self

    def document(self, text: str) -> Content:
        data: Content = super().document(text)
        if text != "plan":
            return data
        return with_specifications(data, self.multiverse, list(self.specifications.values()))

    def lines(self, text: str) -> dict[Path_, int]:
        """Those of a specification are of the file that it comes from."""
        known = super().lines(text)
        if text != "plan":
            return known
        line = super().lines("multiverse").get(("factors",), 1)
        return known | {("analyses", name): line for name in self.specifications}


@dataclass(frozen=True)
class RuledTrial(SpecifiedTrial):
    """The trial with endpoints by a rule of its multiverse; its plan is that of `unruled`."""

    unruled: SpecifiedTrial
    rule: str

    @cached_property
    def multiverse(self) -> Multiverse:
        return self.unruled.multiverse

    @cached_property
    def specifications(self) -> dict[str, Specification]:
        return self.unruled.specifications

    @cached_property
    def plan(self) -> Plan:
        return self.unruled.plan

    def document(self, text: str) -> Content:
        data: Content = super().document(text)
        return by_rule(data, self.rule) if text == "endpoints" else data


@dataclass(frozen=True)
class PartOfTrial(SpecifiedTrial):
    """The trial with a part of its specifications: a job loads no more than it estimates."""

    number: int
    parts: int
    size: int

    @cached_property
    def specifications(self) -> dict[str, Specification]:
        every = self.multiverse.specifications()
        run = max(1, min(self.size, ceil(len(every) / self.parts)))
        return {
            each.analysis: each
            for at, each in enumerate(every)
            if at // run % self.parts == self.number
        }


def specified(trial: Trial) -> SpecifiedTrial:
    """The same trial with the specifications of its multiverse."""
    return SpecifiedTrial(trial.name, trial.at)
