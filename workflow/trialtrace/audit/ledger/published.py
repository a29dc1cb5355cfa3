"""An expression as printed, and what a ledger holds beside its claims."""

from __future__ import annotations

from trialtrace.audit.ledger.design import ToldDesign
from trialtrace.audit.ledger.paper import (
    PaperGroups,
    PaperOutcomes,
    PaperPopulations,
    Papers,
    PaperStrata,
)
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import Distinct, Filled, key, optional, shape

Designs = Filled[Name, ToldDesign]


@shape
class Expression:
    """An expression as a paper prints it, and where."""

    from_: Name = key("Paper.")
    place: Text | None = optional(
        "Where it is printed, as it can be cited; left out where the text was not at hand."
    )
    label: Text = key("What is claimed, in words.")
    printed: Text = key(
        "The expression as printed, in quotes.", expected="the printed expression in quotes"
    )
    with_: Distinct[Name] | None = optional("Claims that this one hangs together with.")


@shape
class Published:
    """Papers, and who and what their numbers are about."""

    papers: Papers = key("Papers: name to citation, or to what is known of it.")
    groups: PaperGroups | None = optional(
        "Groups of patients as the paper prints them; in a trial's folder, its arms by "
        "the same names."
    )
    populations: PaperPopulations | None = optional(
        "Populations as the paper names them; the first is that of claims which name none."
    )
    outcomes: PaperOutcomes | None = optional("What was measured.")
    strata: PaperStrata | None = optional(
        "What the paper tells of the strata of its randomisation, for stratified tests."
    )
    registered: Designs | None = optional(
        "What registry and protocol tell of the design, by the name of the paper; held against "
        "what is reported."
    )
    reported: Designs | None = optional(
        "What the papers themselves tell of the same, by the name of the paper."
    )
