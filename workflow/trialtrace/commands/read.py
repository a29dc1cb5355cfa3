"""The command `read`: papers become draft ledgers."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from trialtrace.ground.errors import Problem, UserError


def add_read(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `read` to the commands."""
    read = add("read", help="draft a ledger of the numbers that a paper prints")
    read.add_argument("papers", nargs="*", metavar="PAPER", help="JATS XML, HTML, or a typed table")
    read.add_argument("-o", "--output", metavar="FILE", help="write the ledger to a file")
    read.add_argument("--form", action="store_true", help="print a table form to type into")
    read.set_defaults(run=run_read)


def run_read(arguments: argparse.Namespace) -> int:
    """Prints the draft of one paper; what was seen and not taken up is counted beside it."""
    if arguments.form:
        from trialtrace.reading.formats.form import EXAMPLE

        print(EXAMPLE, end="")
        return 0
    if len(arguments.papers) != 1:
        raise UserError(
            Problem(
                "trialtrace read",
                found=f"{len(arguments.papers)} papers" if arguments.papers else "no paper",
                expected="one paper",
                do="trialtrace read paper.xml > ledger.yaml",
            )
        )
    from trialtrace.ground.store import write_text
    from trialtrace.reading.ledger_text import ledger_yaml
    from trialtrace.reading.read import read_paper

    path = Path(arguments.papers[0])
    made = read_paper(path)
    text = ledger_yaml(made, path.name)
    if arguments.output is None:
        print(text, end="")
    else:
        write_text(Path(arguments.output), text)
    doubtful = sum(
        "unconfirmed" in one and one["unconfirmed"] != "read" for one in made.claims.values()
    )
    print(
        f"{path.name}: {len(made.paper.tables)} tables, {len(made.claims)} claims, {doubtful} with "
        f"a doubt; {len(made.left)} numbers seen and not taken up",
        file=sys.stderr,
    )
    return 0
