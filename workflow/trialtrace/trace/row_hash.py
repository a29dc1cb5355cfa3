"""Hashes over rows as they may be shown: plain where disclosure is full, else with a key."""

import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trialtrace.config.hash_key import read_hash_key
from trialtrace.frames import Selection, canonical

if TYPE_CHECKING:
    from trialtrace.config import Settings, Trial


@dataclass(frozen=True)
class RowHashes:
    """The hashes of a trial's rows. Raises UserError for a key that is none, when first asked."""

    trial: "Trial"
    settings: "Settings"

    @cached_property
    def _key(self) -> bytes | None:
        return read_hash_key(self.trial.at, self.settings.hash_key)

    def of(self, selection: Selection) -> str | None:
        """HMAC-SHA256 over data set, predicate and sorted row identifiers; None without a key.

        With its predicate, so that two numbers do not show that they rest on one and the same
        patient.
        """
        if self._key is None:
            return None
        lines = [selection.dataset, canonical(selection.predicate), *selection.ids]
        return hmac.digest(self._key, "\n".join(lines).encode(), "sha256").hex()
