"""The arguments of `trialtrace freeze`; what it does stands in `frozen_plan`, which loads more."""

import argparse

from trialtrace.report.which_run import Add, add_of_trial


def add_freeze(add: Add) -> None:
    command = add_of_trial(
        add, "freeze", "freeze the plan of a trial, date it, and tell what changed since"
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
    from trialtrace.report.commands.frozen_plan import freeze

    return freeze(arguments)
