"""Limits of equivalence as a design tells them: a margin to either side, and what is concluded."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.audit.ledger.design_alpha import LevelPrinted
from trialtrace.audit.ledger.design_margin import MarginScale, ToldMargin, Worse
from trialtrace.audit.ledger.paper import NumberPrinted
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Rule, key, optional, shape


@shape
class ToldEquivalence:
    """Limits of equivalence."""

    outcome: Name = key("Outcome of outcomes.")
    compare: Annotated[tuple[Name, ...], Rule(minItems=2, maxItems=2, uniqueItems=True)] = key(
        "The two groups: the limits are of the first less the second, or of their ratio."
    )
    lower: NumberPrinted = key("The lower limit, with its sign.")
    upper: NumberPrinted = key("The upper limit, with its sign.")
    scale: MarginScale = key(
        "What they are values of; a difference of risks in percentage points, or as a share."
    )
    level: LevelPrinted | None = optional(
        "Level of each of the two one-sided tests, as 0.05 for an interval of 90 %; where it is "
        "left out, 0.05 decides what contradicts."
    )
    population: Name | None = optional("Population of populations; any where it is left out.")
    visit: Text | None = optional("Visit, in the paper's words; any where it is left out.")
    concludes: Literal["equivalent", "not_shown"] | None = optional(
        "What the text concludes: equivalent, or that it was not shown."
    )
    claim: Name | None = optional("Claim in whose words it stands.")

    @property
    def margins(self) -> tuple[ToldMargin, ToldMargin]:
        """Each limit as a margin of its own: below the lower, and above the upper one."""
        return self._limit(self.lower, "below"), self._limit(self.upper, "above")

    def _limit(self, value: str, worse: Worse) -> ToldMargin:
        return ToldMargin(
            outcome=self.outcome,
            compare=self.compare,
            value=value,
            scale=self.scale,
            worse=worse,
            level=self.level,
            population=self.population,
            visit=self.visit,
            concludes=None,
            claim=self.claim,
        )

    def same(self, other: ToldEquivalence) -> bool:
        """Whether both are the same limits, also with the groups the other way round."""
        return all(any(one.same(each) for each in other.margins) for one in self.margins)

    @property
    def words(self) -> str:
        """Limits in one line: risk difference, -5 to 5 percentage points."""
        unit = " percentage points" if self.scale == "percentage_points" else ""
        name = "risk difference" if unit else self.scale.replace("_", " ")
        level = f", one-sided level {self.level}" if self.level else ""
        return f"{name}, {self.lower} to {self.upper}{unit}{level}"
