"""What stands in claims.yaml."""

from __future__ import annotations

from trialtrace.audit.ledger.shape import Published, SourceItems
from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.claims.claim import DeclaredClaim


@shape
class ClaimsFile(Published):
    """Published numbers to audit."""

    claims: dict[Name, DeclaredClaim] = key("Claims: one printed expression each.")
    items: SourceItems | None = optional(
        "What the texts tell besides, each with what covers it: for `trialtrace coverage`."
    )
