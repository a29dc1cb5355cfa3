"""The command `audit`: printed numbers against each other, without data."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError
from trialtrace.base.paths import SCHEMAS, Project, project
from trialtrace.report.listing import put, width
from trialtrace.report.which_run import Add

if TYPE_CHECKING:
    from trialtrace.audit.ledger.ledger import Ledger

FORMATS = ("table", "json", "csv", "html")
"""Those that `report.audit.audit_export` makes."""
FOR_EDITORS = "editor"
INSPECT_SR = "inspect-sr"
OF_A_FORM = ("reviewer", "notices", "against")


def add_audit(add: Add) -> None:
    """Add `audit` to the commands."""
    audit = add("audit", help="the numbers of a paper held against each other, without data")
    audit.add_argument(
        "file",
        nargs="?",
        help="a ledger of published numbers (YAML), or a folder of papers; of a form also a sheet",
    )
    audit.add_argument("--jobs", type=int, default=1, metavar="N", help="of a folder: N at once")
    audit.add_argument("--example", action="store_true", help="print a ledger to start from")
    add_trust(audit, "judge also what a program read and nobody confirmed")
    audit.add_argument(
        "--record",
        metavar="RECORD",
        action="append",
        help="compare the ledger of a paper with a record of ClinicalTrials.gov: pairs are "
        "proposed in a file next to the ledger, and compared once you have confirmed them. Given "
        "twice, the first version of the record is compared with the current one",
    )
    audit.add_argument(
        "--all",
        action="store_true",
        help="on the terminal also claims without a verdict of their own",
    )
    add_form(audit)
    audit_output(audit, FOR_EDITORS, INSPECT_SR)
    audit.set_defaults(run=run_audit)


def add_form(audit: argparse.ArgumentParser) -> None:
    """The options of a form that reviewers fill in."""
    audit.add_argument("--reviewer", metavar="NAME", default="", help="of a form: who fills it in")
    audit.add_argument(
        "--merge",
        nargs=2,
        metavar=("A", "B"),
        help="two reviewers' forms (CSV) side by side, with agreement",
    )
    audit.add_argument(
        "--notices", metavar="FILE", help="of a form: a Retraction Watch CSV, matched by DOI"
    )
    audit.add_argument(
        "--against", metavar="LEDGER", help="of a form: the ledger of another publication"
    )


def add_trust(command: argparse.ArgumentParser, text: str) -> None:
    """The option `--trust`, with the least chance of a reading or alone, which trusts all."""
    command.add_argument(
        "--trust",
        nargs="?",
        const=0.0,
        type=_chance,
        metavar="CHANCE",
        help=f"{text}; where it has at least this chance to be read right (0 to 1, alone: 0)",
    )


def _chance(text: str) -> float:
    try:
        chance = float(text)
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no chance from 0 to 1; a file stands before --trust, or behind its chance"
        )
    return chance


def audit_output(command: argparse.ArgumentParser, *more: str) -> None:
    """The options of a command that gives an audit; `more` are further formats."""
    command.add_argument("--format", choices=(*FORMATS, *more), default="table")
    command.add_argument("-o", "--output", metavar="FILE", help="write to a file")


def run_audit(arguments: argparse.Namespace) -> int:
    """Exit code 1 where printed numbers contradict each other."""
    at = project(arguments.project)
    if arguments.example:
        print((SCHEMAS / "ledger.example.yaml").read_text(encoding="utf-8"), end="")
        return 0
    if arguments.merge is not None or (arguments.file and arguments.format == INSPECT_SR):
        from trialtrace.report.commands.inspect_sr import run_form

        return run_form(at, arguments)
    alone = [name for name in OF_A_FORM if getattr(arguments, name)]
    if alone:
        raise UserError(
            "trialtrace audit",
            found=f"--{alone[0]}",
            expected=f"--format {INSPECT_SR} with it",
        )
    if arguments.file is None:
        raise UserError(
            "trialtrace audit",
            found="no file",
            expected="a ledger of printed numbers",
            do="trialtrace audit --example > ledger.yaml",
        )
    if Path(arguments.file).is_dir():
        return _screen(at, arguments)
    from trialtrace.audit.files.file import read_standing
    from trialtrace.audit.registration import rows as registration
    from trialtrace.audit.registration.registration import held
    from trialtrace.audit.verdicts.audit import as_json, audit_ledger
    from trialtrace.audit.verdicts.tally import failing
    from trialtrace.report.audit.audit_export import editor_text, ledger_text
    from trialtrace.run.tables.contracts import CLAIMS

    file, form, trust = Path(arguments.file), arguments.format, arguments.trust
    read, standing = read_standing(at, file, trust=trust is not None, least=trust or 0.0)
    if arguments.record is not None:
        if form != "table":
            raise UserError(
                "trialtrace audit --record",
                found=f"--format {form}",
                expected="no --format: what it asks is text",
            )
        records = [Path(record) for record in arguments.record]
        return _against_record(at, read, file, records, arguments.output)
    printed = audit_ledger(read)
    registered = held(read)
    if standing.told and form == "csv":
        print(standing.told, file=sys.stderr)
    if form == FOR_EDITORS:
        text = editor_text(read, printed, registered, file, standing.told)
    else:
        audit = as_json(printed, CLAIMS.names, registration.as_json(registered))
        if standing.told:
            audit["standing"] = standing.told
        text = ledger_text(audit, form, file, width=width(arguments.output), every=arguments.all)
    put(text, arguments.output)
    return int(failing(printed.rows) or registration.failing(registered))


def _screen(at: Project, arguments: argparse.Namespace) -> int:
    """One line a matter of many papers, what would most likely remain after confirmation first;
    exit code 1 where there is one."""
    from trialtrace.audit.meaning.screen import ranked, screen

    folder = Path(arguments.file)
    screened = screen(at, folder, max(1, arguments.jobs))
    matters = ranked(screened)
    lines = [
        f"{'confirmed' if one.confirmed else 'unconfirmed'}: {one.state}: {one.paper}, "
        f"{one.line.place}: {one.line.label}: {one.line.printed}. {one.line.text}"
        + (f" Likewise {len(one.line.alike)} more." if one.line.alike else "")
        for one in matters
    ]
    put("".join(f"{line}\n" for line in lines), arguments.output)
    for one in screened:
        if one.refused:
            print(f"{one.paper}: not read: {one.refused}", file=sys.stderr)
    read = [one for one in screened if not one.refused]
    print(
        f"{len(read)} of {len(screened)} papers read; {sum(one.claims for one in read)} claims of "
        f"{sum(one.numbers for one in read)} numbers; {len(matters)} matters. Confirm the map of a "
        "paper before you rely on one: trialtrace read PAPER --review --map PAPER.map.yaml",
        file=sys.stderr,
    )
    return int(any(one.state == "contradicts" for one in matters))


def _against_record(
    at: Project, paper: Ledger, file: Path, records: list[Path], output: str | None
) -> int:
    """Proposes pairs where there is no file of them, else asks about what differs, and says what
    was compared; exit code 1 where pairs are to be confirmed or something is asked."""
    import yaml

    from trialtrace.audit.registry.pairs import (
        check_pairs,
        compared,
        proposed,
        questions,
        record_ledger,
    )
    from trialtrace.audit.registry.versions import changes
    from trialtrace.base.config.files import read_yaml
    from trialtrace.base.store import write_text

    if len(records) > 2:
        raise UserError(
            "trialtrace audit --record",
            found=f"{len(records)} records",
            expected="one, or the first version of it and the current one",
        )
    posted, path = record_ledger(records[-1]), file.with_suffix(".pairs.yaml")
    if not path.exists():
        pairs = proposed(paper, posted)
        write_text(path, yaml.safe_dump(pairs, allow_unicode=True, sort_keys=False, width=100))
    pairs = read_yaml(at, path, "pairs")
    check_pairs(path, pairs, paper, posted)
    every = [pair for kind in pairs.values() for pair in kind.values()]
    waiting = sum("unconfirmed" in pair for pair in every)
    asked = list(questions(paper, posted, pairs))
    if len(records) == 2:
        asked += changes(*records)
    if asked or output:
        put("".join(f"{question}\n" for question in asked), output)
    same, different = compared(paper, posted, pairs)
    print(
        f"{len(every) - waiting} of {len(every)} pairs are confirmed. Compared: {same + different} "
        f"numbers of the paper with the record, of which {different} cannot be the same.",
        file=sys.stderr,
    )
    if waiting:
        print(
            f"{waiting} of {len(every)} pairs of {path} are proposals: take `unconfirmed` away "
            "from each that is right, and the entry out where it is not",
            file=sys.stderr,
        )
    return int(bool(asked or waiting))
