"""Which reports a kept run made: each by its hash, a DOCX by a hash of each of its lines too, since
another program may have saved it anew. What they said follows from the run and is not kept.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from trialtrace.run.archive.shelf import Manifest, Shelf

SEAL = "seal.json"
DOCX = ".docx"
DIGITS = 10


class KeptDocuments(TypedDict):
    """The hash that the reports show, the sha256 of each, of a DOCX the hashes of its lines."""

    seal: str | None
    documents: dict[str, str]
    lines: dict[str, list[str]]


def documents_of(folder: Path) -> bytes | None:
    """What the folder of a trial's results says of its reports; None where there are none."""
    try:
        sealed = json.loads((folder / SEAL).read_bytes())
        documents = sealed["documents"]
        kept: KeptDocuments = {
            "seal": sealed["seal"],
            "documents": {name: one["sha256"] for name, one in documents.items()},
            "lines": {
                name: [
                    line_hash(kind, [[text, *(to for _, to in links)] for text, *links in pieces])
                    for kind, _, _, pieces in one["lines"]
                ]
                for name, one in documents.items()
                if name.endswith(DOCX)
            },
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return json.dumps(kept, sort_keys=True).encode()


def line_hash(kind: str, pieces: Sequence[Sequence[str]]) -> str:
    """Of a line: what it is, and its texts, each with where its links lead."""
    told = json.dumps([kind, pieces], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:DIGITS]


def kept_documents(shelf: Shelf, manifest: Manifest) -> KeptDocuments | None:
    """The reports of a kept run; None of one that was kept without."""
    if "documents" not in manifest:
        return None
    kept: KeptDocuments = json.loads(shelf.file(manifest["documents"]))
    return kept
