"""A trial whose plan has the specifications of its multiverse as analyses."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil

from trialtrace.audit.ledger.shape import Unread as Content
from trialtrace.base.config.compose import Path_
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.multiverse.file import FILE, MultiverseFile
from trialtrace.run.trial.multiverse.specifications import (
    Multiverse,
    Specification,
    by_rule,
    with_specifications,
)
from trialtrace.run.trial.plan.build import Plan


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
