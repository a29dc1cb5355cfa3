"""A conclusion of non-inferiority or equivalence against the intervals of its comparison.

An interval that lies on the better side of the margin shows non-inferiority at the one-sided level
of its tail, as 0.025 for one of 95 %: the duality of test and interval (Piaggio and others 2012,
JAMA 308:2594, figure 1). At another level its half is taken to be that of Wald's, on the log scale
for ratios, and `SLACK` of it is left for other intervals; that share is chosen, not measured. A
limit of one side alone counts where it is the one towards the margin, at the level of its own tail.
Oracle: the same comparison by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import TypeVar

from scipy.special import ndtri

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.design import (
    RATIO_SCALES,
    ToldDesign,
    ToldEquivalence,
    ToldMargin,
    measure_of,
)
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.printed.expression import Component
from trialtrace.audit.relations.engine import CONTRADICTS, HOLDS, QUESTION
from trialtrace.audit.relations.wording import listed

NON_INFERIORITY, EQUIVALENCE = "non-inferiority", "equivalence"
WITHIN, HOLDING, BEYOND, OPEN = "within", "holding", "beyond", "open"
WIDEST = 0.05
"""The one-sided level of the narrowest interval that is in use, one of 90 %."""
SLACK = 0.9
"""How much nearer to the estimate another interval's bound may be."""
Limit = TypeVar("Limit", ToldMargin, ToldEquivalence)
Judged = tuple[str, str, Sequence[Claim]]
"""State, sentence, and the claims whose intervals decide."""


def margin_of(ledger: Ledger, entry: Claim) -> ToldMargin | None:
    """The margin that a claim concludes on: of its own paper, else the only one that is told."""
    return _told(ledger, entry, lambda design: design.margins)


def limits_of(ledger: Ledger, entry: Claim) -> ToldEquivalence | None:
    """The limits of equivalence of a claim: of its own paper, else the only ones that are told."""
    return _told(ledger, entry, lambda design: design.equivalence)


def _told(
    ledger: Ledger, entry: Claim, of: Callable[[ToldDesign], Sequence[Limit]]
) -> Limit | None:
    data = ledger.reported.get(entry.paper)
    if data is not None and (about := _about(of(data), ledger, entry)):
        return about[0] if len(about) == 1 else None
    for designs in (ledger.reported, ledger.registered):
        every = [
            limit for design in designs.values() for limit in _about(of(design), ledger, entry)
        ]
        if every:
            return every[0] if all(one.same(every[0]) for one in every) else None
    return None


def _about(every: Sequence[Limit], ledger: Ledger, entry: Claim) -> list[Limit]:
    about, population = entry.about, ledger.population(entry)
    return [
        limit
        for limit in every
        if limit.outcome == about.outcome and set(limit.compare) == set(about.compared)
        if limit.visit in (None, about.visit) and about.stratum is None
        if limit.population in (None, population.name if population else None)
    ]


def reach(entry: Claim) -> str:
    """An interval in words: "−10.2 to ∞" of one with a lower limit alone."""
    least = "0" if entry.measure in RATIO_SCALES else "−∞"
    low, high = (entry.parts.get(name) for name in ("ci_low", "ci_high"))
    return f"{low.text if low else least} to {high.text if high else '∞'}"


def equivalent(ledger: Ledger, limits: ToldEquivalence, concludes: str) -> Judged | None:
    """Whether a conclusion on equivalence agrees with the intervals; None where there is none.

    Two one-sided tests: each limit is a margin, and equivalence needs both to be excluded.
    """
    shown = "non_inferior" if concludes == "equivalent" else "not_shown"
    found = [judged(ledger, margin, shown, EQUIVALENCE) for margin in limits.margins]
    both = [one for one in found if one is not None]
    if not both:
        return None
    # What one limit decides alone, and what both have to agree on.
    alone, together = CONTRADICTS, HOLDS
    if concludes == "not_shown":
        alone, together = together, alone
    decided = [one for one in both if one[0] == alone]
    if not decided and all(one[0] == together for one in both):
        agreement, text, names = both[0]
        limited = f"the margins of {limits.lower} and {limits.upper}"
        return agreement, text.replace(_limit(limits.margins[0]), limited), names
    return (decided or [one for one in both if one[0] == QUESTION] or both)[0]


def _limit(margin: ToldMargin) -> str:
    return f"the margin of {margin.value}"


def judged(
    ledger: Ledger, margin: ToldMargin, concludes: str, what: str = NON_INFERIORITY
) -> Judged | None:
    """Whether a conclusion agrees with the intervals that are printed; None where there is none."""
    beside = [_Beside(entry, margin) for entry in _intervals(ledger, margin)]
    every = [one for one in beside if one.far_name in one.entry.parts]
    if not every:
        return None
    claims = [one.entry for one in every]
    where = {one.where for one in every}
    shown = listed(list(dict.fromkeys(map(reach, claims))), "and")
    lies = f"{shown} {'lie' if ' and ' in shown else 'lies'}"
    limit = _limit(margin)
    if OPEN in where or (WITHIN in where and len(where) > 1):
        why = "Rounding leaves open" if OPEN in where else "The intervals do not agree on"
        return QUESTION, f"{why} whether {shown} excludes {limit}.", claims
    if where == {WITHIN}:
        text = f"{lies} on the better side of {limit}"
        if concludes == "non_inferior":
            return HOLDS, f"{text}, as {what} asks.", claims
        if margin.level is not None and all(one.tail <= float(margin.level) for one in every):
            return CONTRADICTS, f"{text}; printed is that {what} was not shown.", claims
        text += "; that it was not shown agrees at another level or in another population only."
        return QUESTION, text, claims
    held = f"{lies} beyond {limit}" if where == {BEYOND} else f"{shown} holds {limit}"
    if concludes == "not_shown":
        return HOLDS, f"{held}, as printed: {what} was not shown.", claims
    if all(one.binds(margin) for one in every):
        return CONTRADICTS, f"{held}, so that it does not show {what}.", claims
    text = f"{held}; an interval of a higher one-sided level may exclude it."
    return QUESTION, text, claims


def _intervals(ledger: Ledger, margin: ToldMargin) -> Sequence[Claim]:
    """The printed intervals of the margin's comparison, on its scale."""
    intervals = []
    for entry in ledger.possible.entries.values():
        about, population = entry.about, ledger.population(entry)
        limit = entry.parts.get("ci_low") or entry.parts.get("ci_high")
        if limit is None or limit.symbol is not None or entry.main is None:
            continue
        if about.outcome != margin.outcome or set(about.compared) != set(margin.compare):
            continue
        if about.stratum is not None or about.change or entry.main.word is not None:
            continue
        if margin.visit not in (None, about.visit) or entry.main.relation != "=":
            continue
        if margin.population not in (None, population.name if population else None):
            continue
        if entry.measure == measure_of(margin.scale):
            intervals.append(entry)
    return intervals


@dataclass(frozen=True)
class _Beside:
    """An interval beside a margin."""

    entry: Claim
    told: ToldMargin

    @property
    def margin(self) -> ToldMargin:
        """With the groups in the order of the claim."""
        same = self.entry.about.compared == self.told.compare
        return self.told if same else self.told.turned()

    @property
    def limit(self) -> float:
        return self.margin.limit(percent="percent" in self.entry.parts)

    @property
    def far_name(self) -> str:
        """The limit on the worse side."""
        return "ci_high" if self.margin.worse == "above" else "ci_low"

    @property
    def far(self) -> Component:
        return self.entry.parts[self.far_name]

    @property
    def near(self) -> Component | None:
        """The limit on the better side; None of an interval of one side."""
        return self.entry.parts.get("ci_low" if self.far_name == "ci_high" else "ci_high")

    @property
    def tail(self) -> float:
        """The one-sided level of a bound."""
        level = 1 - float(self.far.level or 95) / 100
        return round(level if self.far.sides == "one_sided" else level / 2, 9)

    @property
    def where(self) -> str:
        far, near = self.far.bounds, None if self.near is None else self.near.bounds
        if self._over(far[0]) and self._over(far[1]):
            beyond = near is not None and self._over(near[0]) and self._over(near[1])
            return BEYOND if beyond else HOLDING
        return OPEN if self._over(far[0]) or self._over(far[1]) else WITHIN

    def _over(self, value: Decimal) -> bool:
        """Whether a value lies on the worse side of the margin, or on it."""
        number = float(value)
        return number >= self.limit if self.margin.worse == "above" else number <= self.limit

    def binds(self, margin: ToldMargin) -> bool:
        """Whether no interval at the level of the test excludes the margin either."""
        main = self.entry.main
        if self.where == BEYOND or main is None or all(self._over(end) for end in main.bounds):
            return True
        level = WIDEST if margin.level is None else float(margin.level)
        if self.tail >= level:
            return True
        numbers = [float(main.value or 0), float(self.far.value or 0), self.limit]
        if self.margin.ratio and min(numbers) <= 0:
            return False
        middle, bound, limit = (log(number) if self.margin.ratio else number for number in numbers)
        by = SLACK * float(ndtri(level)) / float(ndtri(self.tail))
        other = middle + by * (bound - middle)
        return other >= limit if self.margin.worse == "above" else other <= limit
