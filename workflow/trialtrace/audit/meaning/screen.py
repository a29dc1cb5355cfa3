"""Many papers at once: their numbers judged on built-in maps, and one line a matter, ranked by what
would remain after confirmation."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from trialtrace.audit.editor.letter import FLIPS, GRADES, Line, lines, together
from trialtrace.audit.files.file import FORM
from trialtrace.audit.files.make import ledger
from trialtrace.audit.locate.paper import LocatedPaper
from trialtrace.audit.locate.read import content_of, is_record, paper_of
from trialtrace.audit.meaning.claims import ledger_of
from trialtrace.audit.meaning.map_file import read_map
from trialtrace.audit.meaning.mapping import MapFile
from trialtrace.audit.meaning.rules import propose
from trialtrace.audit.meaning.verify import refusals
from trialtrace.audit.printed.verdicts import CONTRADICTS
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project

ENDINGS = (".xml", ".nxml", ".html", ".htm", ".docx", ".pdf", ".csv", ".tsv", ".xlsx")
MAP = ".map.yaml"
"""What the name of a paper's own map ends with, beside the paper."""
MOST_OF_TABLE = 3
"""From so many contradictions in one table on, the map of the table is the likelier cause."""


@dataclass(frozen=True)
class Matter:
    """One thing that does not hold. `rank` orders matters: those whose table has many such last."""

    paper: str
    confirmed: bool
    line: Line
    rank: tuple[int, int, tuple[bool, float]]

    @property
    def state(self) -> str:
        """Whether printed numbers contradict each other, or something is asked."""
        return self.line.state


@dataclass(frozen=True)
class Screened:
    """One paper: claims and located numbers, what does not hold, or why it was not read."""

    paper: str
    claims: int = 0
    numbers: int = 0
    matters: tuple[Matter, ...] = ()
    refused: str = ""


def papers_of(folder: Path) -> list[Path]:
    """The papers of a folder, by their endings. Raises UserError where there is none."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and FORM not in path.name and path.is_file()
    )
    if not found:
        raise UserError(
            Problem(str(folder), found="no paper", expected=f"files with {', '.join(ENDINGS)}")
        )
    return found


def screen(at: Project, folder: Path, jobs: int) -> list[Screened]:
    """Every paper of a folder, in the order of its name."""
    papers = papers_of(folder)
    if jobs == 1 or len(papers) < 2:
        return [_paper(at, path) for path in papers]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_paper, [at] * len(papers), papers))


def ranked(screened: Sequence[Screened]) -> list[Matter]:
    """All matters, what would most likely remain after confirmation first."""
    every = [matter for one in screened for matter in one.matters]
    return sorted(every, key=lambda matter: (matter.rank, matter.paper, matter.line.claim))


def map_of_paper(at: Project, path: Path, paper: LocatedPaper) -> MapFile:
    """The map beside a paper where there is one that the paper bears out, else the built-in one."""
    beside = path.with_name(path.name + MAP)
    if beside.exists():
        said = read_map(at, beside)
        if not refusals(paper, said):
            return said
    return propose(paper)


def _paper(at: Project, path: Path) -> Screened:
    try:
        content = content_of(path)
        if is_record(content):
            return Screened(path.name, refused="a registry's record: trialtrace audit FILE")
        paper = paper_of(content, str(path))
        said = map_of_paper(at, path, paper)
        draft = ledger_of(paper, said)
        if not draft.claims:
            return Screened(path.name, 0, len(paper.numbers))
        read = ledger(draft.document())
        audit = audit_ledger(read)
    except UserError as error:
        return Screened(path.name, refused=error.problems[0].found or str(error))
    open_ = {name for name, claim in draft.claims.items() if "unconfirmed" in claim}
    told = [
        line
        for line in together(lines(read, audit.judgements, audit.rows))
        if line.state == CONTRADICTS or line.grade == FLIPS
    ]
    return Screened(
        path.name,
        len(draft.claims),
        len(paper.numbers),
        tuple(_matters(path.name, told, open_)),
    )


def _matters(paper: str, told: Sequence[Line], open_: set[str]) -> Iterator[Matter]:
    tables = Counter(line.place.partition(",")[0] for one in told for line in (one, *one.alike))
    for line in told:
        many = tables[line.place.partition(",")[0]] > MOST_OF_TABLE
        question = line.state != CONTRADICTS
        rank = (2 * many + question, GRADES.index(line.grade), line.rank)
        yield Matter(paper, line.claim not in open_, line, rank)
