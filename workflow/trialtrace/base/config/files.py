"""Reads one configuration file: strict YAML, then its JSON Schema."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from trialtrace.base.config.compose import LARGEST, Document, compose
from trialtrace.base.config.schema import referred, schema_text, validate
from trialtrace.base.config.schema_files import schema_folder
from trialtrace.base.errors import ProblemsError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_bytes


def read_document(at: Project, path: Path, schema: str, largest: int = LARGEST) -> Document:
    """A file with the line of every key; what is wrong with it stands among its problems."""
    document = compose(at, path, largest)
    hold(at, document, schema)
    return document


def hold(at: Project, document: Document, schema: str) -> None:
    """Hold a document against its schema, unless the same content was accepted before."""
    known, content = accepted(at.made), digest(at, schema, document.data)
    if not known.knows(content):
        validate(document, schema_folder(), schema)
        if not document.problems:
            known.add(content)


def sound_document(at: Project, path: Path, schema: str) -> Document:
    """A YAML file that its schema accepts. Raises UserError with every mistake."""
    document = read_document(at, path, schema)
    if document.problems:
        raise ProblemsError(document.in_order())
    return document


def read_yaml(at: Project, path: Path, schema: str) -> Any:
    """The content of a YAML file that its schema accepts. Raises UserError with every mistake."""
    return sound_document(at, path, schema).data


REMEMBERED = ".snakemake/trialtrace.accepted.json"
# What this process has seen accepted, in whichever project: a digest does not hang on the folder.
_SEEN: set[str] = set()


class Accepted:
    """The digests of accepted contents: those of an earlier run, and those of this process."""

    def __init__(self, root: Path):
        self._file = root / REMEMBERED
        try:
            self._earlier = set(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            self._earlier = set()
        self._asked: set[str] = set()

    def knows(self, digest: str) -> bool:
        if digest in self._earlier or digest in _SEEN:
            self._asked.add(digest)
        return digest in self._asked

    def add(self, digest: str) -> None:
        self._asked.add(digest)
        _SEEN.add(digest)

    def remember(self, *, whole: bool = True) -> None:
        """Keep what was asked for, if anything is new; unless it was the `whole`, the rest too."""
        if not self._asked <= self._earlier:
            known = self._asked if whole else self._asked | self._earlier
            write_bytes(self._file, json.dumps(sorted(known)).encode())


@lru_cache(maxsize=4)
def accepted(root: Path) -> Accepted:
    """What is known in the project whose runs write to `root`."""
    return Accepted(root)


def digest(at: Project, schema: str, data: Any) -> str:
    """One hash over a content, its schema, and the schemas that this one refers to."""
    whole = hashlib.sha256(_schemas(schema_folder(), schema))
    whole.update(repr(data).encode())
    return whole.hexdigest()


@lru_cache(maxsize=32)
def _schemas(folder: Path, name: str) -> bytes:
    names = [name, *sorted(referred(folder, name))]
    return "\0".join([*names, *(schema_text(folder, one) for one in names)]).encode()
