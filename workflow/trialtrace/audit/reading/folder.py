"""Many papers at once: a draft ledger each, their audits, and one summary, what matters first."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from trialtrace.audit.editor.letter import COMPARES, GRADES, lines
from trialtrace.audit.files.file import read_standing
from trialtrace.audit.ledger.shape import READ
from trialtrace.audit.printed.verdicts import PRINT
from trialtrace.audit.reading.ledger_text import ledger_yaml
from trialtrace.audit.reading.read import read_paper
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.audit.verdicts.flips import flips
from trialtrace.audit.verdicts.tally import of_claims, worst
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_bytes, sha256_file, write_json, write_text

ENDINGS = (".xml", ".nxml", ".html", ".htm", ".docx", ".pdf", ".csv", ".tsv", ".xlsx")
SUMMARY = "summary.csv"
_COLUMNS = (
    *("paper", "flips", "comparisons", "inconsistent", "alternative"),
    *("claims", "doubtful", "left", "gravest", "told"),
)
_JUDGING = ("audit", "stats")
"""Rooms whose code decides a verdict."""


@dataclass
class PaperRow:
    """What is known of one paper. `told` is why it could not be read or judged; `grades` counts
    what does not hold by its effect on the conclusion, and `gravest` is the first of it; `code` is
    that of the checks which judged it."""

    paper: str
    sha256: str
    drafted_sha256: str = ""
    ledger_sha256: str = ""
    trusted: float | None = None
    claims: int = 0
    doubtful: int = 0
    left: int = 0
    flips: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    grades: dict[str, int] = field(default_factory=dict)
    gravest: str = ""
    code: str = ""
    told: str = ""

    @property
    def order(self) -> tuple[int, list[int], str]:
        """Flips first, then what contradicts a comparison, another number, needs another choice."""
        return -len(self.flips), [-self.grades.get(grade, 0) for grade in GRADES], self.paper


def papers_of(paths: Sequence[Path]) -> list[Path]:
    """The papers: files as they are named, of folders those with an ending that papers have."""
    found: list[Path] = []
    for one in paths:
        if one.is_dir():
            found += sorted(
                p for p in one.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file()
            )
        else:
            found.append(one)
    names = Counter(path.name for path in found)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise UserError(
            Problem(
                "trialtrace read",
                found=f"several papers of the name {twice[0]}",
                expected="papers whose names differ, since each becomes a ledger of its name",
            )
        )
    return found


def read_all(
    at: Project, paths: Sequence[Path], into: Path, jobs: int, *, trust: float | None
) -> list[PaperRow]:
    """Reads each paper that has changed since, and judges each ledger that has; what a person
    changed in a ledger is kept. Writes a ledger a paper and the summary into a folder. `trust` is
    the least chance of a reading that nobody confirmed and that is judged all the same."""
    papers = papers_of(paths)
    into.mkdir(parents=True, exist_ok=True)
    calls = [(at, path, into, trust) for path in papers]
    if jobs == 1 or len(papers) < 2:
        rows = [_paper(*call) for call in calls]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            rows = list(pool.map(_paper, *zip(*calls, strict=True)))
    rows.sort(key=lambda row: row.order)
    write_text(into / SUMMARY, summary(rows))
    return rows


def _paper(at: Project, path: Path, into: Path, trust: float | None) -> PaperRow:
    ledger, state = into / f"{path.name}.yaml", into / f"{path.name}.json"
    before = _state(state)
    try:
        sha256 = sha256_file(path)
    except OSError as error:
        return PaperRow(path.name, "", told=str(error.strerror))
    row = before if before and before.sha256 == sha256 else None
    if row is None and before is not None and ledger.exists():
        edited = sha256_file(ledger) != before.drafted_sha256
        if edited:
            before.told = "the paper has changed, and so has its ledger: move the ledger away"
            return before
    if row is None or not (ledger.exists() or row.told):
        row = _drafted(path, sha256, ledger)
        write_json(state, asdict(row))
        judged = False
    else:
        judged = row.trusted == trust and row.code == _code()
    if not ledger.exists():
        return row
    own = sha256_file(ledger)
    if judged and own == row.ledger_sha256:
        return row
    _judge(at, ledger, row, trust)
    row.ledger_sha256, row.trusted, row.code = own, trust, _code()
    write_json(state, asdict(row))
    return row


@cache
def _code() -> str:
    """One hash over the code that judges: what an earlier version judged is judged again."""
    package = Path(__file__).resolve().parents[2]
    files = sorted(path for room in _JUDGING for path in (package / room).rglob("*.py"))
    return sha256_bytes(b"".join(path.read_bytes() for path in files))


def _state(file: Path) -> PaperRow | None:
    """What an earlier run wrote; None where there is none, or it was cut off."""
    try:
        return PaperRow(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _drafted(path: Path, sha256: str, ledger: Path) -> PaperRow:
    try:
        draft = read_paper(path)
    except UserError as error:
        problem = error.problems[0]
        return PaperRow(path.name, sha256, told=problem.found or str(error))
    text = ledger_yaml(draft, path.name)
    write_text(ledger, text)
    doubtful = sum(claim.get("unconfirmed", READ) != READ for claim in draft.claims.values())
    return PaperRow(
        path.name,
        sha256,
        drafted_sha256=sha256_bytes(text.encode()),
        claims=len(draft.claims),
        doubtful=doubtful,
        left=len(draft.left),
        told="; ".join(draft.paper.remarks),
    )


def _judge(at: Project, ledger: Path, row: PaperRow, trust: float | None) -> None:
    row.flips, row.verdicts, row.told = {}, {}, ""
    row.grades, row.gravest = {}, ""
    try:
        read, standing = read_standing(at, ledger, trust=trust is not None, least=trust or 0.0)
    except UserError as error:
        row.told = error.problems[0].found or str(error)
        return
    audit = audit_ledger(read)
    verdicts = Counter(worst(rows, PRINT) or "" for rows in of_claims(audit.rows).values())
    row.verdicts = dict(sorted(verdicts.items()))
    row.flips = flips(audit.findings, read)
    told = lines(read, audit.findings, audit.rows)
    row.grades = dict(Counter(line.grade for line in told))
    if told:
        first = told[0]
        row.gravest = f"{first.grade}: {first.printed} ({first.label}, {first.place}). {first.text}"
    row.told = standing.told


def summary(rows: Iterable[PaperRow]) -> str:
    """A CSV file, a paper a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        found = row.verdicts
        counts = [len(row.flips), row.grades.get(COMPARES, 0)]
        counts += [found.get("inconsistent", 0), found.get("alternative", 0)]
        counts += [row.claims, row.doubtful, row.left]
        writer.writerow([row.paper, *counts, row.gravest, row.told])
    return out.getvalue()
