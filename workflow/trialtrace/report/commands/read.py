"""The command `read`: papers become draft ledgers."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.report.commands.audit import add_trust
from trialtrace.report.listing import put
from trialtrace.report.which_run import Add

if TYPE_CHECKING:
    from trialtrace.audit.reading.draft import Draft


def add_read(add: Add) -> None:
    """Add `read` to the commands."""
    read = add("read", help="draft a ledger of the numbers that a paper prints")
    read.add_argument("papers", nargs="*", metavar="PAPER", help="a paper, or a folder of them")
    read.add_argument("-o", "--output", metavar="FILE", help="write the ledger to a file")
    read.add_argument(
        "--into", metavar="FOLDER", help=("of many papers, a ledger each into a folder")
    )
    read.add_argument("--jobs", type=int, default=1, metavar="N", help="with --into: N at once")
    add_trust(read, "with --into: judge what nobody confirmed, too")
    read.add_argument(
        "--review",
        action="store_true",
        help="with --output: confirm the claims in a browser, each beside its quote",
    )
    read.add_argument("--form", action="store_true", help="print a table form to type into")
    read.set_defaults(run=run_read)


def run_read(arguments: argparse.Namespace) -> int:
    """Prints the draft of one paper; what was seen and not taken up is counted beside it."""
    if arguments.form:
        from trialtrace.audit.reading.formats.form import EXAMPLE

        print(EXAMPLE, end="")
        return 0
    if arguments.into is not None and arguments.papers:
        return _read_all(arguments)
    if len(arguments.papers) != 1:
        raise UserError(
            "trialtrace read",
            found=f"{len(arguments.papers)} papers" if arguments.papers else "no paper",
            expected="one paper, or --into a folder for many",
            do="trialtrace read paper.xml > ledger.yaml",
        )
    if arguments.review:
        return _reviewed(arguments)
    _draft(Path(arguments.papers[0]), arguments.output)
    return 0


def _draft(path: Path, output: str | None) -> "Draft":
    from trialtrace.audit.reading.confined import HAS_LIMITS
    from trialtrace.audit.reading.ledger_text import ledger_yaml
    from trialtrace.audit.reading.read import read_paper
    from trialtrace.audit.reading.untaken import untaken

    if not HAS_LIMITS:
        print("this system can't limit what reading a file costs", file=sys.stderr)
    draft = read_paper(path)
    put(ledger_yaml(draft, path.name), output)
    for one in () if draft.papers else untaken(draft.left, draft.claims):
        print(one, file=sys.stderr)
    open_ = [claim["unconfirmed"] for claim in draft.claims.values() if "unconfirmed" in claim]
    tables = f"{len(draft.paper.tables)} tables, " if draft.paper.tables else ""
    doubts = f"{len(open_) - open_.count('read')} with a doubt" if open_ else "none to confirm"
    print(
        f"{path.name}: {tables}{len(draft.claims)} claims, {doubts}; {len(draft.left)} numbers "
        "seen and not taken up",
        file=sys.stderr,
    )
    return draft


def _reviewed(arguments: argparse.Namespace) -> int:
    """Drafts the ledger where it is not there yet, and lets a person confirm it in a browser."""
    from trialtrace.audit.reading.read import read_paper
    from trialtrace.report.commands.review import review

    if arguments.output is None:
        raise UserError(
            "trialtrace read --review",
            found="no file for the ledger",
            expected="--output, where what you decide is written",
            do=f"trialtrace read {arguments.papers[0]} --review --output ledger.yaml",
        )
    ledger, paper = Path(arguments.output), Path(arguments.papers[0])
    made = read_paper(paper) if ledger.exists() else _draft(paper, arguments.output)
    return review(project(arguments.project), ledger, made.paper, made.left)


def _read_all(arguments: argparse.Namespace) -> int:
    """The summary: papers in which a decision flips first, then what else does not hold."""
    from trialtrace.audit.reading.folder import SUMMARY, read_all

    into = Path(arguments.into)
    given = [Path(paper) for paper in arguments.papers]
    jobs = max(1, arguments.jobs)
    rows = read_all(project(arguments.project), given, into, jobs, trust=arguments.trust)
    for row in rows:
        text = ", ".join(f"{count} {verdict}" for verdict, count in row.verdicts.items())
        told = f"; {row.told}" if row.told else ""
        print(f"{row.paper}: {row.claims} claims, {row.doubtful} with a doubt. {text}{told}")
        for claim, sentence in row.flips.items():
            print(f"  across 0.05: {claim}: {sentence}")
    print(f"{len(rows)} papers: {into / SUMMARY}")
    return 0
