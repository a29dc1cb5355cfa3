"""The arguments of freeze, verify, export and crate, which prove a run or hand it over."""

import argparse
from collections.abc import Callable
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.report.which_run import (
    Add,
    add_of_trial,
    check_analysis,
    named_trial,
    tell_run,
)


def add_hand_over(add: Add, lift_pandas: Callable[[], None]) -> None:
    """`lift_pandas` lets pandas be loaded, which an export of data sets needs."""
    _add_freeze(add)
    _add_verify(add)
    _add_export(add, lift_pandas)
    _add_crate(add)


def _add_freeze(add: Add) -> None:
    command = add_of_trial(
        add, "freeze", "freeze the plan of a trial, date it, and list what changed since"
    )
    command.add_argument("--by", metavar="NAME", help="who freezes it")
    command.add_argument(
        "--token", metavar="FILE", help="a time stamp (RFC 3161) of the frozen plan; with --ca"
    )
    command.add_argument(
        "--ca", metavar="FILE", help="certificates of the authority that stamped it, as PEM"
    )
    command.add_argument(
        "--receipt", metavar="FILE", help="a text of a registry that names the hash; with --from"
    )
    command.add_argument("--from", dest="registry", metavar="NAME", help="whose receipt it is")
    command.add_argument(
        "--check", action="store_true", help="whether it is whole and dated, and what changed since"
    )
    command.set_defaults(run=run_freeze)


def run_freeze(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.freeze import freeze

    return freeze(arguments)


def _add_verify(add: Add) -> None:
    command = add("verify", help="whether a report or results are as the run made them")
    command.add_argument(
        "path",
        metavar="FILE | FOLDER | SHORT_ID",
        help="report.html, report.docx, report.pdf, results/TRIAL, a crate, or a number by its "
        "short id",
    )
    command.add_argument("--trial", help="the trial it is of, where that cannot be seen")
    command.add_argument(
        "--signers", metavar="FILE", help="of a crate: keys of signers, as ssh-keygen reads them"
    )
    command.add_argument("--signer", metavar="NAME", help="who of them signed")
    command.add_argument(
        "--rerun",
        metavar="FOLDER",
        type=Path,
        help="of a crate: run it again in this new folder, with the documents in it, which are "
        "code, and compare every byte",
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """Exit code 1 where something is altered, 2 where it could not be looked at."""
    from trialtrace.report.commands.verify import verify

    return verify(
        project(arguments.project),
        arguments.path,
        arguments.trial,
        arguments.format,
        signers=arguments.signers,
        signer=arguments.signer,
        again=arguments.rerun,
    )


def _add_export(add: Add, lift_pandas: Callable[[], None]) -> None:
    command = add_of_trial(add, "export", "data or results as files for other programs")
    command.add_argument("folder", help="a new folder for the files")
    command.add_argument(
        "--as",
        dest="form",
        choices=("cohort", "adam", "csv", "ard", "ars", "public"),
        default="csv",
        help="of the last run csv: the derived data sets as CSV, which R scripts read (the "
        "default); adam: the same as XPT with define.xml; ard: the results in the columns of R's "
        "cards; ars: the results by CDISC's Analysis Results Standard; public: what everyone may "
        "see of them. cohort: the raw files of a synthetic cohort, drawn anew, with its dictionary",
    )
    _add_preset(command, "with --as public, by which rules small counts are hidden")
    command.set_defaults(run=run_export, lift_pandas=lift_pandas)


def _add_preset(command: argparse.ArgumentParser, text: str) -> None:
    presets = ("trial", "opensafely", "midpoint6", "sacro")
    command.add_argument("--preset", choices=presets, help=text)


def run_export(arguments: argparse.Namespace) -> int:
    from trialtrace.run.trial.load import load_trial

    at, name = named_trial(arguments)
    check_analysis(at, name)
    if arguments.form != "cohort":
        from trialtrace.report.commands.export import write_form
        from trialtrace.run.jobs.stages import ANALYSE

        # What everyone sees is of the run that stands, not of one that another has replaced.
        at, changed = tell_run(at, name, ANALYSE, earlier=arguments.preset is None)
        if changed and arguments.preset is not None:
            found = "a run of another plan, code or data than there are now"
            raise UserError(name, found=found, do=f"trialtrace run {name}")
        arguments.lift_pandas()
        trial = load_trial(name, at)
        print(write_form(trial, arguments.folder, arguments.form, arguments.preset), end="")
        return 0
    from trialtrace.run.synthetic.folder import export_folder

    print(export_folder(load_trial(name, at), arguments.folder), end="")
    return 0


def _add_crate(add: Add) -> None:
    command = add_of_trial(add, "research-object", "a run as an RO-Crate, to hand over")
    command.add_argument("folder", help="a new folder")
    command.add_argument("--sign", metavar="KEY", help="sign it with this key of ssh-keygen")
    _add_preset(command, "for everyone: results with small counts hidden by these rules, alone")
    command.set_defaults(run=run_crate)


def run_crate(arguments: argparse.Namespace) -> int:
    from trialtrace.report.commands.crate import crate

    return crate(arguments)
