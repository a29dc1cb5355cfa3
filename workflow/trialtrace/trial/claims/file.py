"""What stands in claims.yaml."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.claims.claim import DeclaredClaim
from trialtrace.trial.claims.item import SourceItems
from trialtrace.trial.claims.paper import (
    PaperGroups,
    PaperOutcomes,
    PaperPopulations,
    Papers,
    PaperStrata,
)
from trialtrace.trial.words import Name


@shape
class ClaimsFile:
    """Published numbers to audit."""

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
    claims: dict[Name, DeclaredClaim] = key("Claims: one printed expression each.")
    items: SourceItems | None = optional(
        "What the texts tell besides, each with what covers it: for `trialtrace coverage`."
    )
