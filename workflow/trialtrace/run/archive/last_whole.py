"""The last whole run of a trial, read from its archive while a newer one has not ended."""

import atexit
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.base.store import write_bytes, write_json
from trialtrace.base.synthetic import TRUTH
from trialtrace.run.archive.compare import RunOfTrial
from trialtrace.run.archive.shelf import Shelf
from trialtrace.run.jobs.fresh import INGEST
from trialtrace.run.jobs.products import contents, together
from trialtrace.run.trial.load import load_trial


@dataclass(frozen=True)
class KeptProject(Project):
    """The project with the results and the configuration of a kept run of one trial in a folder of
    their own; code, schemas and config.yaml, which says what may be shown, are today's."""

    folder: Path
    run: str
    # Stage -> hash of the code, configuration and data that it came from.
    fresh: dict[str, str] = field(compare=False)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def shown(self, path: Path) -> str:
        if not path.is_relative_to(self.folder):
            return super().shown(path)
        return f"run {self.run}: {path.relative_to(self.folder)}"


def last_whole(at: Project, trial: str) -> KeptProject | None:
    """The run of a trial that was kept last, as long as this process lasts; None where none is.

    Raises UserError where it cannot be read.
    """
    shelf = Shelf(at, trial)
    log = shelf.log()
    if not log:
        return None
    space = tempfile.TemporaryDirectory(prefix="trialtrace-")
    atexit.register(space.cleanup)
    folder = Path(space.name)
    run = RunOfTrial(shelf, log[-1], folder / "results" / trial)
    files = run.configuration | {"config/config.yaml": (at.config / "config.yaml").read_bytes()}
    for name, content in files.items():
        write_bytes(folder / name, content)
    made, results = run.manifest["made"], run.files
    if run.kept["ended"]:
        write_json(results / "run.json", dict(run.kept))
    fresh = {rule: origin for rule, (origin, _) in made.items()}
    kept = KeptProject(at.root, folder, run.name, fresh)
    if load_trial(trial, kept).drawn:
        # What a cohort was drawn to is not kept: it is the run's where all of raw/ is.
        raw = f"results/{trial}/raw"
        if together(contents(at.root, raw)) != made[INGEST][1]:
            return None
        write_bytes(results / "raw" / TRUTH, (at.root / raw / TRUTH).read_bytes())
    return kept
