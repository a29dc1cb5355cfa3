"""What stands in claims.yaml."""

from __future__ import annotations

from trialtrace.config.spec import key, optional, shape
from trialtrace.trial.claims.claim import DeclaredClaim
from trialtrace.trial.claims.item import SourceItems
from trialtrace.trial.claims.published import Published
from trialtrace.trial.words import Name


@shape
class ClaimsFile(Published):
    """Published numbers to audit."""

    claims: dict[Name, DeclaredClaim] = key("Claims: one printed expression each.")
    items: SourceItems | None = optional(
        "What the texts tell besides, each with what covers it: for `trialtrace coverage`."
    )
