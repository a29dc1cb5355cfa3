"""Makes a ledger from its document: expressions read, each number rounded as its paper rounds."""

from collections.abc import Mapping
from typing import Any

from trialtrace.audit.files.rounding import with_habits
from trialtrace.audit.ledger.claim import Claim, claims_of
from trialtrace.audit.ledger.ledger import Ledger
from trialtrace.audit.ledger.paper import PaperStrata, cited
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.base.config.spec import structure


def ledger(document: Mapping[str, Any], claims: Mapping[str, Claim] | None = None) -> Ledger:
    """A ledger from a validated mapping in the form of claims.yaml; its `claims` where read."""
    declared: LedgerFile = structure(LedgerFile, document)
    read = Ledger(
        {name: cited(paper) for name, paper in declared.papers.items()},
        declared.groups or {},
        declared.populations or {},
        declared.outcomes or {},
        claims_of(declared) if claims is None else claims,
        declared.strata or structure(PaperStrata, {}),
        registered=declared.registered or {},
        reported=declared.reported or {},
        texts=declared.papers,
    )
    return with_habits(read)
