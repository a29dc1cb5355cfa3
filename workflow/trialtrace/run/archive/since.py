"""What changed from a kept run to the results as they stand, for the report made of them."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import Problem, UserError, one_of
from trialtrace.run.archive.compare import Comparison
from trialtrace.run.archive.comparison import Told, told_of
from trialtrace.run.archive.functions import KnownFunctions
from trialtrace.run.archive.keep import manifest_of
from trialtrace.run.archive.shelf import Kept, Shelf, run_id
from trialtrace.run.jobs.fresh import freshness

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.settings import Settings


KEY = "compare_to"


def named_run(trial: "Trial", settings: "Settings") -> str | None:
    """The run that a trial's report is compared with, if config.yaml names one.

    Raises UserError where none of this name is kept.
    """
    asked = (settings.compare_to or {}).get(trial.name)
    if asked is None:
        return None
    kept = Shelf(trial.at, trial.name).names()
    if asked not in kept:
        raise UserError(
            Problem(
                f"config/config.yaml: {KEY}.{trial.name}",
                found=f"{asked}, and no run of this name is kept",
                expected=one_of(kept) if kept else "a kept run, and none is",
                do=f"trialtrace runs {trial.name} lists them; without the key nothing is compared",
            )
        )
    return asked


def told_since(trial: "Trial", run: str, full: bool) -> Told:
    """What changed since a kept run. The results as they stand are kept nowhere for it."""
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
        shelf = Shelf(trial.at, trial.name)
        beside = Shelf(trial.at, trial.name, Path(space))
        known = KnownFunctions(trial.at)
        manifest = manifest_of(trial.at, trial.name, freshness(trial.at), beside, known, {})
        # Neither when nor from where a run was made is part of what the report says.
        old: Kept = {"run": run, "ended": ""}
        new: Kept = {"run": run_id(manifest), "ended": ""}
        beside.put(manifest, new)
        comparison = Comparison(shelf, old, new, beside, known)
        try:
            told = told_of(comparison, trial, full)
        finally:
            comparison.close()
    # The key that asks for this is no change of the trial.
    kept = [one for one in told["configuration"] if f" {KEY}." not in one["place"]]
    return {**told, "configuration": kept}
