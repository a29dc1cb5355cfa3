"""Which run a command's numbers are of, said before them."""

import sys

from trialtrace.ground.errors import UserError
from trialtrace.ground.paths import Project


def tell_version(at: Project, trial: str) -> None:
    """Say what to do where a trial's configuration is of an older version, or a draft."""
    from trialtrace.trial.load import draft_line
    from trialtrace.trial.version import older_line

    for line in (older_line(at, trial), draft_line(at, trial)):
        if line:
            print(line, file=sys.stderr)


def tell_run(
    at: Project, trial: str, last: str, *, whole: bool = False, unverified: bool = False
) -> list[str]:
    """Say which run the numbers are of; returns the stages that changed since.

    Raises UserError where none has come to its end at `last`; if `unverified` may be shown, the
    numbers are marked instead.
    """
    from trialtrace.running.standing import (
        changed_since,
        check_blind,
        check_stands,
        has_code,
        outdated_line,
        read_run,
        run_line,
    )

    folder = at.results / configured(at, trial)
    check_blind(at, trial)
    run = read_run(folder)
    told = [f"{trial}: {run_line(run) if run else 'no record of when this was run'}"]
    try:
        check_stands(at, trial, last, whole)
    except UserError as error:
        if not unverified:
            raise
        told.append(f"NOT VERIFIED\n{error}")
    changed: list[str] = []
    if not has_code(at):
        told.append("no scripts/ here: whether code, plan or data changed since is not known")
    try:
        changed = changed_since(at, trial)
        told += [outdated_line(changed)] if changed else []
    except UserError:
        told.append(f"the configuration has mistakes by now: trialtrace check {trial}")
    print("\n".join(told), file=sys.stderr)
    tell_version(at, trial)
    return changed


def configured(at: Project, name: str) -> str:
    """The name of a trial that config.yaml lists and that has a configuration folder."""
    from trialtrace.trial.listed import listed_trials, not_a_trial, plain_name

    if problem := not_a_trial(at, plain_name(at, name), listed_trials(at)):
        raise UserError(problem)
    return name
