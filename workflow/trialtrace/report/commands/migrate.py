"""`trialtrace migrate`: configurations of an older version, brought forward or shown as a diff."""

import sys

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.trial.listing import listed_trials, not_a_trial, plain_name
from trialtrace.run.trial.migrate import CURRENT, migrated


def migrate(at: Project, trial: str | None, *, write: bool) -> int:
    """One trial, or every listed one; of none is anything written where one cannot be migrated."""
    names = [plain_name(at, trial)] if trial else listed_trials(at)
    for name in names:
        # A folder can be brought forward before it is listed.
        if problem := not_a_trial(at, name, names):
            raise UserError(problem)
    for older in [migrated(at, name) for name in names]:
        print(older.diff(), end="")
        sys.stdout.flush()
        if not older.changed:
            text = f"its configuration is of version {CURRENT}: nothing to do"
        elif write:
            older.write()
            text = (
                f"from version {older.version} to {CURRENT}, written: {', '.join(older.changed)}; "
                f"now trialtrace check {older.trial}"
            )
        else:
            text = (
                f"from version {older.version} to {CURRENT}, nothing is written yet: "
                f"trialtrace migrate {older.trial} --write"
            )
        print(f"{older.trial}: {text}", file=sys.stderr)
    return 0
