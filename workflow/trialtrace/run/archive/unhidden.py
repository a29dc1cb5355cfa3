"""Which columns a run that hides the arms has as they are, and which kept runs had more of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.base.store import write_bytes
from trialtrace.run.archive.compare import RunOfTrial
from trialtrace.run.archive.keep import KeptProject
from trialtrace.run.archive.shelf import Kept, Shelf
from trialtrace.run.trial.load import arm_columns, load_trial


def unhidden(at: Project, name: str) -> set[tuple[str, str]]:
    """(raw table, column): those that the dictionary describes, but for arms, which are permuted
    or one, and for what is declared to reveal them."""
    trial = load_trial(name, replace(at, purpose=Purpose("blinded")))
    shown, hidden = set(), set()
    for spec in trial.tables.values():
        shown |= {(spec.of, column) for column in trial.dictionary[spec.name]}
        reveals = trial.cleaning.tables[spec.name].reveals_arm
        hidden |= {(spec.of, column) for column in (*arm_columns(trial, spec), *reveals)}
    return shown - hidden


def let_go(at: Project, name: str) -> Iterator[str]:
    """Take away every kept run of which a column is hidden by now, so that a folder that hides the
    arms keeps no cell that its last run would not have; of each what to tell.

    Raises UserError where the cells cannot be taken away.
    """
    if not at.purpose.hides_arms:
        return
    shelf, now = Shelf(at, name), unhidden(at, name)
    for run in shelf.names():
        more = _kept(shelf, run)
        if more is not None and more <= now:
            continue
        columns = ", ".join(".".join(one) for one in sorted((more or set()) - now))
        if shelf.remove(run) is None:
            raise UserError(
                at.shown(shelf.folder),
                f"run {run} holds columns that are hidden by now, and cannot be taken from it",
                do=f"delete {at.shown(shelf.folder)} before anybody gets this folder",
            )
        yield f"run {run} is kept no more: it has {columns or 'what is hidden by now'} as it is"


def _kept(shelf: Shelf, run: str) -> set[tuple[str, str]] | None:
    """The columns of a kept run; None where they cannot be read."""
    at = shelf.at
    with TemporaryDirectory(prefix="trialtrace-") as space:
        folder = Path(space)
        try:
            kept: Kept = {"run": run, "ended": ""}
            for name, content in RunOfTrial(shelf, kept, folder).configuration.items():
                write_bytes(folder / name, content)
            there = KeptProject(at.root, folder, run, {}, apart=at.apart, purpose=at.purpose)
            return unhidden(there, shelf.trial)
        except (UserError, KeyError):
            return None
