"""The claims of a trial, from its claims.yaml."""

from typing import TYPE_CHECKING

from trialtrace.audit.ledger.claim import Claim, claims_of
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.base.config.spec import structure

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def read_claims(trial: "Trial") -> dict[str, Claim]:
    """The claims of a trial by name. Raises UserError for an expression that cannot be read."""
    file = trial.at.shown(trial.at.trial_config(trial.name) / "claims.yaml")
    return claims_of(structure(LedgerFile, trial.claims_document), f"{file}: ")
