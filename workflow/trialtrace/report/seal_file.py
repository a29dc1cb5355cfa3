"""results/TRIAL/seal.json: what a report showed when it was made, and what its hash is over.

It stands beside the report, not in it. Where disclosure is not full only its owner reads it: the
sha256 of a small table can be found by trying. `trialtrace verify` holds documents against it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes, sha256_file, write_text
from trialtrace.report.shown.docx_lines import docx_lines
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import Line, Shown, restored, stored
from trialtrace.report.shown.pdf_lines import pdf_lines
from trialtrace.run.trace.seal import Parts, Seal

NAME = "seal.json"
VERSION = 4
# Where files lie beside a report that are downloaded one by one.
FOLDERS = ("figures", "tables")
PRIVATE, SHARED = 0o600, 0o644
HTML, DOCX, PDF = ".html", ".docx", ".pdf"


class KeptDocument(TypedDict):
    """A document as it was made; of a DOCX `parts` are its parts by their sha256."""

    sha256: str
    lines: list[list[object]]
    parts: dict[str, str]


class Sealed(TypedDict):
    """What the file holds."""

    version: int
    trial: str
    seal: str | None
    keyed: bool
    parts: Parts
    documents: dict[str, KeptDocument]
    downloads: dict[str, str]


@dataclass(frozen=True)
class Kept:
    """A document as it was made, ready to be compared."""

    name: str
    sha256: str
    lines: list[Line]
    parts: dict[str, str]


def write_seal(folder: Path, trial: str, seal: Seal, names: Iterable[str]) -> None:
    """Keep what the documents of those names in `folder`/report show, and the hash of each of its
    figures and tables that lies beside them."""
    report = folder / "report"
    documents = {name: _document(name, (report / name).read_bytes()) for name in names}
    sealed: Sealed = {
        "version": VERSION,
        "trial": trial,
        "seal": seal.value,
        "keyed": seal.keyed,
        "parts": seal.parts,
        "documents": documents,
        "downloads": {
            file.relative_to(report).as_posix(): sha256_file(file)
            for one in FOLDERS
            for file in sorted((report / one).rglob("*"))
            if file.is_file()
        },
    }
    # In a line: laid out as other files are it would take longer than to read the documents.
    text = json.dumps(sealed, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(folder / NAME, text + "\n", PRIVATE if seal.keyed else SHARED)


def read_document(name: str, data: bytes) -> Shown:
    """What a document shows, by the ending of its name. Raises BrokenDocument."""
    if name.endswith(DOCX):
        return docx_lines(data)
    return Shown(html_lines(data) if name.endswith(HTML) else pdf_lines(data))


def _document(name: str, data: bytes) -> KeptDocument:
    read = read_document(name, data)
    return {"sha256": sha256_bytes(data), "lines": stored(read.lines), "parts": read.parts}


def read_seal(path: Path) -> Sealed:
    """Raises UserError for a file that is not there, or not whole."""
    try:
        sealed: Sealed = json.loads(path.read_bytes())
        if sealed["version"] != VERSION:
            raise UserError(
                path.name,
                found=f"a seal of version {sealed['version']}",
                expected=f"version {VERSION}, which this trialtrace reads",
                do="verify with the trialtrace that made the report",
            )
        for one in sealed["documents"].values():
            restored(one["lines"])
            _ = one["parts"]
        _ = (
            sealed["trial"],
            sealed["seal"],
            sealed["keyed"],
            sealed["downloads"].items(),
            sealed["parts"]["data"],
            sealed["parts"]["code"],
        )
    except FileNotFoundError:
        raise UserError(
            path.name, "is not there: no report was made here", do="trialtrace run …"
        ) from None
    except PermissionError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise UserError(path.name, "is not as render_report wrote it") from error
    return sealed


def kept_documents(sealed: Sealed) -> dict[str, Kept]:
    """The documents of a run by their names."""
    return {
        name: Kept(name, one["sha256"], restored(one["lines"]), one["parts"])
        for name, one in sealed["documents"].items()
    }
