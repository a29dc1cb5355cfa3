"""Blocks: named arrays in files that are called by what they come from, and hold their own digest.

So a run that was stopped goes on where it was, jobs of any division share what is there, and a
file that was altered is told and never used.
"""

import hashlib
import io
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trialtrace.base.arrays import Labels
from trialtrace.base.errors import UserError
from trialtrace.base.store import make_folder, write_bytes

SUFFIX = ".block"
# Seconds between two lines of the log.
EVERY = 10.0
# Part i of n of the work.
Chunk = tuple[int, int]
WHOLE: Chunk = (0, 1)
DIGEST = 32
Arrays = Mapping[str, Labels]


class Progress:
    """Lines of the log, with the time that is left; one each ten seconds at most."""

    def __init__(self, what: str, of: int):
        self._what, self._of = what, of
        self._begun = self._told = time.monotonic()

    def done(self, number: int) -> None:
        """So many are done."""
        now = time.monotonic()
        if now - self._told > EVERY:
            self._told = now
            left = (now - self._begun) / number * (self._of - number)
            line = f"{self._what}: {number} of {self._of}, about {left:.0f} s left"
            print(line, file=sys.stderr, flush=True)


def key_of(*words: str) -> str:
    """One name for what is described by these words."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]


def _digest(name: str, content: bytes) -> bytes:
    """Of the name too, so that one block in the place of another is told."""
    return hashlib.sha256(name.encode() + b"\0" + content).digest()


@dataclass(frozen=True)
class Blocks:
    """The blocks in a folder; only their owner reads those of private data."""

    folder: Path
    private: bool

    def make_folder(self) -> None:
        """The folder, below that of the tables."""
        for folder in (self.folder.parent, self.folder):
            make_folder(folder, self.private)

    def names(self) -> list[str]:
        """The names of the blocks that are there, sorted."""
        return sorted(path.stem for path in self.folder.glob(f"*{SUFFIX}"))

    def read(self, name: str) -> dict[str, Labels] | None:
        """A block; None where it is not there. Raises UserError where its content is another."""
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        if _digest(name, content[DIGEST:]) != content[:DIGEST]:
            raise UserError(
                str(path),
                "is not what the run wrote: it was altered, or cut off by a full disk",
                do="delete it, and it is computed again",
            )
        with np.load(io.BytesIO(content[DIGEST:]), allow_pickle=False) as arrays:
            return dict(arrays)

    def write(self, name: str, arrays: Arrays) -> None:
        """Write a block, whole or not at all."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        content = buffer.getvalue()
        mode = 0o600 if self.private else 0o644
        write_bytes(self._path(name), _digest(name, content) + content, mode)

    def keep(self, names: Iterable[str]) -> None:
        """Delete all others."""
        for name in set(self.names()) - set(names):
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"
