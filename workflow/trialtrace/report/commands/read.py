"""The command `read`: numbers of a paper located, and a ledger of what a map says they mean."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project, project
from trialtrace.report.listing import json_text, put
from trialtrace.report.which_run import Add

if TYPE_CHECKING:
    from trialtrace.audit.locate.paper import LocatedPaper
    from trialtrace.audit.meaning.mapping import MapFile


def add_read(add: Add) -> None:
    """Add `read` to the commands."""
    read = add("read", help="locate the numbers of a paper, and make a ledger by a map of them")
    read.add_argument(
        "paper", nargs="?", metavar="PAPER", help="a paper, or a record of ClinicalTrials.gov"
    )
    read.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    read.add_argument(
        "--located", action="store_true", help="print every number with its place, as JSON"
    )
    read.add_argument(
        "--map",
        metavar="FILE",
        help="the map that says what the numbers mean; written where it is not there yet",
    )
    read.add_argument(
        "--propose",
        metavar="COMMAND",
        help="a command that proposes the map: located JSON on its input, a map on its output",
    )
    read.add_argument(
        "--review",
        action="store_true",
        help="confirm the map in a browser, each table next to what is said of it",
    )
    read.add_argument("--form", action="store_true", help="print a table form to type into")
    read.set_defaults(run=run_read)


def run_read(arguments: argparse.Namespace) -> int:
    """Prints the located paper, or the ledger that its map makes; counts go to standard error."""
    if arguments.form:
        from trialtrace.audit.locate.form import EXAMPLE

        print(EXAMPLE, end="")
        return 0
    if arguments.paper is None:
        raise UserError(
            "trialtrace read",
            found="no paper",
            expected="one paper; many are screened by trialtrace audit FOLDER",
            do="trialtrace read paper.xml > ledger.yaml",
        )
    from trialtrace.audit.locate.confined import has_limits
    from trialtrace.audit.locate.read import content_of, paper_of
    from trialtrace.audit.registry.read import holds_record, record_draft_of

    if not has_limits():
        print("this system cannot limit what reading a file costs", file=sys.stderr)
    path = Path(arguments.paper)
    content = content_of(path)
    if holds_record(content):
        from trialtrace.audit.ledger.ledger_text import OF_REGISTRY, ledger_yaml

        record = record_draft_of(content, str(path))
        put(ledger_yaml(record, OF_REGISTRY.format(file=path.name)), arguments.output)
        print(
            f"{path.name}: {len(record.claims)} claims; {len(record.left)} numbers in no claim",
            file=sys.stderr,
        )
        return 0
    paper = paper_of(content, str(path))
    if arguments.located:
        put(json_text(paper.as_json()), arguments.output)
        return 0
    return _mapped(project(arguments.project), arguments, path, paper)


def _mapped(at: Project, arguments: argparse.Namespace, path: Path, paper: "LocatedPaper") -> int:
    from trialtrace.audit.ledger.ledger_text import OF_PAPER, ledger_yaml
    from trialtrace.audit.meaning.claims import ledger_of
    from trialtrace.audit.meaning.map_file import map_yaml
    from trialtrace.base.store import write_text

    given = None if arguments.map is None else Path(arguments.map)
    said = _map(at, arguments, path, paper, given)
    if arguments.review:
        from trialtrace.report.commands.review import review

        if given is None:
            raise UserError(
                "trialtrace read --review",
                found="no file for the map",
                expected="--map, where what you decide is written",
                do=f"trialtrace read {arguments.paper} --review --map {path.name}.map.yaml",
            )
        if not given.exists():
            write_text(given, map_yaml(said, path.name))
        return review(at, given, paper)
    if given is not None and not given.exists():
        write_text(given, map_yaml(said, path.name))
    made = ledger_of(paper, said)
    if not made.claims:
        _none(path, paper, said)
    put(ledger_yaml(made, OF_PAPER.format(file=path.name), paper.remarks), arguments.output)
    open_ = sum("unconfirmed" in claim for claim in made.claims.values())
    print(
        f"{path.name}: {len(paper.numbers)} numbers in {len(paper.tables)} tables and "
        f"{len(paper.sentences)} sentences; {len(made.claims)} claims, {open_} unconfirmed; "
        f"{len(made.left)} texts with numbers in no claim",
        file=sys.stderr,
    )
    return 0


def _map(
    at: Project,
    arguments: argparse.Namespace,
    path: Path,
    paper: "LocatedPaper",
    given: Path | None,
) -> "MapFile":
    """The map of the file, else that of the command, else the built-in one."""
    if given is not None and given.exists():
        from trialtrace.audit.meaning.map_file import read_map, verified

        return verified(paper, read_map(at, given), str(given))
    if arguments.propose is not None:
        from trialtrace.audit.meaning.proposer import ask

        return ask(at, arguments.propose, paper)
    from trialtrace.audit.meaning.rules import propose

    return propose(paper)


def _none(path: Path, paper: "LocatedPaper", said: "MapFile") -> None:
    """Raises UserError: no table and no sentence of the map makes a claim."""
    reasons = [f"{name}: {table.leave}" for name, table in said.tables.items() if table.leave]
    raise UserError(
        str(path),
        found=f"{len(paper.numbers)} numbers in {len(paper.tables)} tables and "
        f"{len(paper.sentences)} sentences, of which the map says nothing"
        + (f" ({'; '.join(reasons[:3])})" if reasons else ""),
        expected="a map that says what numbers mean",
        do="trialtrace read PAPER --review --map FILE, or --propose COMMAND"
        + "".join(f"; {remark}" for remark in paper.remarks),
    )
