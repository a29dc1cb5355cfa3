"""The level of significance that a conclusion is drawn at: its own, or that of its design.

A claim's `level` counts first. Else it is the part of the design's `alpha` that its outcome is
tested at, and of that part the `look` that the claim names. The design is the one that the claim's
paper reports, else the only reported or registered one with a level.
"""

from dataclasses import dataclass

from trialtrace.audit.ledger.claim import Claim
from trialtrace.audit.ledger.design_alpha import ToldAlpha
from trialtrace.audit.ledger.ledger import Ledger

ONE_SIDE = ("one_sided", "less", "greater")


@dataclass(frozen=True)
class Level:
    """A level as printed; `most` is above it where another part's level may come to it.

    `open` says that its part has several looks of which the claim names none.
    """

    text: str
    most: float
    open: bool = False

    @property
    def value(self) -> float:
        return float(self.text)


def level_of(ledger: Ledger, entry: Claim) -> Level | None:
    """The level of a claim's conclusion or p; None where the ledger tells none for it."""
    if entry.about.level is not None:
        return Level(entry.about.level, float(entry.about.level))
    alpha = alpha_of(ledger, entry.paper)
    if alpha is None or (alpha.sides in ONE_SIDE) != (entry.sides in ONE_SIDE):
        return None
    if not alpha.parts:
        return Level(alpha.whole, float(alpha.whole))
    own = [part for part in alpha.parts if entry.about.outcome in part.outcomes]
    if len(own) != 1:
        return None
    (part,) = own
    most = float(alpha.whole if part.passed_on else part.level)
    if part.looks is None:
        return Level(part.level, most)
    if entry.about.look in part.looks:
        text = part.looks[entry.about.look]
        return Level(text, max(float(text), most if part.passed_on else 0.0))
    return Level(part.level, most, open=True)


def alpha_of(ledger: Ledger, paper: str) -> ToldAlpha | None:
    """The level that a paper reports, else the one that is told at all."""
    data = ledger.reported.get(paper)
    if data is not None and data.alpha is not None:
        return data.alpha
    for designs in (ledger.reported, ledger.registered):
        found = [design.alpha for design in designs.values() if design.alpha is not None]
        if found:
            return found[0] if len(found) == 1 else None
    return None
