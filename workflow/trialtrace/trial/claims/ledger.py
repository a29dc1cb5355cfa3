"""A ledger of published numbers, without data."""

from __future__ import annotations

from typing import Any

from trialtrace.config.spec import Distinct, Filled, key, optional, shape
from trialtrace.trial.claims.item import SourceItems
from trialtrace.trial.claims.paper import (
    About,
    PaperGroups,
    PaperOutcomes,
    PaperPopulations,
    Papers,
    PaperStrata,
)
from trialtrace.trial.words import Name, Text


@shape
class LedgerClaim:
    """A claim."""

    from_: Name = key("Paper.")
    place: Text | None = optional(
        "Where it is printed, as it can be cited; left out where the text was not at hand."
    )
    label: Text = key("What is claimed, in words.")
    printed: Text = key(
        "The expression as printed, in quotes.", expected="the printed expression in quotes"
    )
    with_: Distinct[Name] | None = optional("Claims that this one hangs together with.")
    about: About | None = optional(
        "What the number is about; numbers about the same outcome, population, visit and "
        "stratum are held against each other."
    )
    is_: dict[str, Any] | None = optional(
        "What recomputes the number where there is data, as in claims.yaml; not used here."
    )
    direction: dict[str, Any] | None = optional(
        "Which group is said to be lower or higher, as in claims.yaml."
    )
    cannot: Text | None = optional("Why no data recompute it, as in claims.yaml; not used here.")


@shape
class LedgerFile:
    """Published numbers of papers, without data."""

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
    claims: Filled[Name, LedgerClaim] = key("Claims: one printed expression each.")
    items: SourceItems | None = optional(
        "What the texts tell besides, as in claims.yaml; not used here."
    )
