"""Hashes over rows and files as they may be shown where disclosure is not full: with a key."""

import hmac
from dataclasses import dataclass
from functools import cached_property

from trialtrace.run.tables.frames import Selection, canonical
from trialtrace.run.trial.hash_key import read_hash_key
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.settings import Settings


@dataclass(frozen=True)
class RowHashes:
    """The hashes of a trial. Raises UserError for a key that is none, when first asked."""

    trial: Trial
    settings: Settings

    @cached_property
    def _key(self) -> bytes | None:
        return read_hash_key(self.trial.at, self.settings.hash_key)

    def of(self, selection: Selection) -> str | None:
        """HMAC-SHA256 over data set, predicate and sorted row identifiers; None without a key.

        With its predicate, so that two numbers do not show that they rest on one and the same
        patient.
        """
        return self._keyed(selection.dataset, canonical(selection.predicate), *selection.ids)

    def of_file(self, sha256: str) -> str | None:
        """The same over a file's hash: a table of one row is found by trying, too."""
        return self._keyed("file", sha256)

    def _keyed(self, *lines: str) -> str | None:
        if self._key is None:
            return None
        return hmac.digest(self._key, "\n".join(lines).encode(), "sha256").hex()
