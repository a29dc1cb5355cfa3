"""Notices on papers: a Retraction Watch CSV that the user has, matched by DOI, offline."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError

PAPER, NATURE = "OriginalPaperDOI", "RetractionNature"
DOI = re.compile(r"10\.[0-9]{4,9}/[^\s;,\"]+")
RETRACTED = "retraction"
LARGEST = 500 << 20


@dataclass(frozen=True)
class Notice:
    """A notice on a paper: of what nature, from which day, and its own DOI."""

    nature: str
    day: str
    doi: str

    @property
    def text(self) -> str:
        return ", ".join(filter(None, (self.nature, self.day, self.doi)))


def notices(path: Path) -> Mapping[str, Sequence[Notice]]:
    """The notices of a file by the DOI of the paper. Raises UserError for a file without the two
    columns that name paper and nature."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise UserError(Problem(str(path), found="no such file, or too large", expected="a CSV"))
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    rows = csv.DictReader(io.StringIO(text))
    if not {PAPER, NATURE} <= set(rows.fieldnames or ()):
        raise UserError(
            Problem(
                str(path),
                found=f"columns {', '.join(list(rows.fieldnames or ())[:6]) or 'none'}",
                expected=f"a Retraction Watch CSV, with {PAPER} and {NATURE}",
            )
        )
    found: dict[str, list[Notice]] = {}
    for row in rows:
        doi = (row.get(PAPER) or "").strip().lower()
        if doi.startswith("10."):
            notice = Notice(
                row.get(NATURE) or "",
                row.get("RetractionDate") or "",
                row.get("RetractionDOI") or "",
            )
            found.setdefault(doi, []).append(notice)
    return found
