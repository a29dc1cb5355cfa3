"""Makes a ledger from its document: expressions read, each number rounded as its paper rounds."""

from collections.abc import Mapping
from typing import Any

from trialtrace.claims.habits import with_habits
from trialtrace.claims.ledger import Ledger
from trialtrace.config.spec import structure
from trialtrace.trial.claims.ledger import LedgerFile
from trialtrace.trial.claims.paper import PaperStrata, cited
from trialtrace.trial.claims.read import Claim, claims_of


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
