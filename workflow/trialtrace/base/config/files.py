"""Reads one configuration file: strict YAML, then its JSON Schema."""

from pathlib import Path
from typing import Any

from trialtrace.base.config.accepted import accepted, digest
from trialtrace.base.config.compose import LARGEST, Document, compose
from trialtrace.base.config.schema import validate
from trialtrace.base.errors import ProblemsError
from trialtrace.base.paths import SCHEMAS, Project


def read_document(at: Project, path: Path, schema: str, largest: int = LARGEST) -> Document:
    """A file with the line of every key; what is wrong with it stands among its problems."""
    document = compose(at, path, largest)
    known, content = accepted(at.root), digest(at, schema, document.data)
    if not known.knows(content):
        validate(document, SCHEMAS, schema)
        if not document.problems:
            known.add(content)
    return document


def sound_document(at: Project, path: Path, schema: str) -> Document:
    """A YAML file that its schema accepts. Raises UserError with every mistake."""
    document = read_document(at, path, schema)
    if document.problems:
        raise ProblemsError(document.in_order())
    return document


def read_yaml(at: Project, path: Path, schema: str) -> Any:
    """The content of a YAML file that its schema accepts. Raises UserError with every mistake."""
    return sound_document(at, path, schema).data
