"""The claims of a trial, from its claims.yaml."""

from typing import TYPE_CHECKING

from trialtrace.config.spec import structure
from trialtrace.trial.claims.ledger import LedgerFile
from trialtrace.trial.claims.read import Claim, claims_of

if TYPE_CHECKING:
    from trialtrace.trial.load import Trial


def read_claims(trial: "Trial") -> dict[str, Claim]:
    """The claims of a trial by name. Raises UserError for an expression that cannot be read."""
    file = trial.at.shown(trial.at.trial_config(trial.name) / "claims.yaml")
    return claims_of(structure(LedgerFile, trial.claims_document), f"{file}: ")
