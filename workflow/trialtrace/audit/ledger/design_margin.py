"""A margin of non-inferiority as a design tells it, and what is concluded by it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from trialtrace.audit.ledger.design_alpha import LevelPrinted
from trialtrace.audit.ledger.paper import NumberPrinted
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Rule, key, optional, shape

# Limits of equivalence as a design tells them: a margin to either side, and what is concluded.


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
        return all(
            any(margin.same(told_margin) for told_margin in other.margins)
            for margin in self.margins
        )

    @property
    def words(self) -> str:
        """Limits in one line: risk difference, -5 to 5 percentage points."""
        unit = " percentage points" if self.scale == "percentage_points" else ""
        name = "risk difference" if unit else self.scale.replace("_", " ")
        level = f", one-sided level {self.level}" if self.level else ""
        return f"{name}, {self.lower} to {self.upper}{unit}{level}"


MarginScale = Literal[
    "percentage_points",
    "risk_difference",
    "mean_difference",
    "risk_ratio",
    "odds_ratio",
    "hazard_ratio",
    "rate_ratio",
]
Worse = Literal["above", "below"]
RATIO_SCALES = ("risk_ratio", "odds_ratio", "hazard_ratio", "rate_ratio")


def measure_of(scale: MarginScale) -> str:
    """The measure that a margin on a scale is of."""
    return "risk_difference" if scale == "percentage_points" else scale


@shape
class ToldMargin:
    """A margin of non-inferiority."""

    outcome: Name = key("Outcome of outcomes.")
    compare: Annotated[tuple[Name, ...], Rule(minItems=2, maxItems=2, uniqueItems=True)] = key(
        "The group that may not be worse, then the one that it is compared with."
    )
    value: NumberPrinted = key(
        "Its value, with the sign that it has for the first less the second."
    )
    scale: MarginScale = key(
        "What it is a value of; a difference of risks in percentage points, or as a share."
    )
    worse: Worse = key("On which side of it the first group is too much worse.")
    level: LevelPrinted | None = optional(
        "One-sided level of the test, as 0.025 for an interval of 95 %; where it is left out, an "
        "interval contradicts only where one of 90 % would."
    )
    population: Name | None = optional("Population of populations; any where it is left out.")
    visit: Text | None = optional("Visit, in the paper's words; any where it is left out.")
    concludes: Literal["non_inferior", "not_shown"] | None = optional(
        "What the text concludes: not inferior, or that it was not shown."
    )
    claim: Name | None = optional("Claim in whose words it stands.")

    @property
    def ratio(self) -> bool:
        return self.scale in RATIO_SCALES

    @property
    def words(self) -> str:
        """A margin in one line: hazard ratio, 1.46, worse above."""
        unit = " percentage points" if self.scale == "percentage_points" else ""
        name = "risk difference" if unit else self.scale.replace("_", " ")
        level = f", one-sided level {self.level}" if self.level else ""
        return f"{name}, {self.value}{unit}, worse {self.worse}{level}"

    def same(self, other: ToldMargin) -> bool:
        """Whether both are one margin, also with the groups the other way round."""
        turned = other.turned() if self.compare == other.compare[::-1] else other
        values = turned.limit(percent=True), self.limit(percent=True)
        equal = abs(values[0] - values[1]) <= 1e-9 * abs(values[1])
        measures = {measure_of(self.scale), measure_of(other.scale)}
        levels = {Decimal(one.level) for one in (self, other) if one.level}
        return len(measures) == 1 and equal and self.worse == turned.worse and len(levels) < 2

    def turned(self) -> ToldMargin:
        """The same margin with the groups the other way round."""
        number = Decimal(self.value)
        value = 1 / number if self.ratio else -number
        worse: Worse = "below" if self.worse == "above" else "above"
        return replace(self, compare=self.compare[::-1], value=f"{value:f}", worse=worse)

    def limit(self, *, percent: bool) -> float:
        """Its value on the scale of an interval: of risks in percentage points, or as a share."""
        value = Decimal(self.value)
        if self.scale == "percentage_points" and not percent:
            value /= 100
        if self.scale == "risk_difference" and percent:
            value *= 100
        return float(value)
