"""Keeping a run: what a trial's run read, made and was made with, put on its shelf."""

import atexit
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import make_folder, write_bytes, write_json
from trialtrace.base.synthetic import PUT_IN
from trialtrace.run.archive.compare import RunOfTrial
from trialtrace.run.archive.kept_tables import keep_table, kept_table
from trialtrace.run.archive.shelf import VERSION, Code, Kept, Manifest, Shelf, documents_of, run_id
from trialtrace.run.jobs.fresh import Freshness
from trialtrace.run.jobs.products import Made, contents, together
from trialtrace.run.jobs.run_state import read_run, standing
from trialtrace.run.jobs.stages import AUDIT, CLEAN, RENDER, STAGES
from trialtrace.run.tables.contracts.definitions import VERSION as CONTRACT
from trialtrace.run.trial.frozen import FOLDER as FROZEN
from trialtrace.run.trial.load import load_trial

# Folders of a trial's results whose tables a run is compared by.
FOLDERS = ("raw", "clean", "derived", "analysis", "audit")
OTHERS = ("raw/manifest.json", "audit/print.json")


def keep_run(
    at: Project, trial: str, fresh: Freshness, records: Mapping[str, Made] | None = None
) -> str | None:
    """Keep the run that the results of a trial are of, if it came to the end of the audit.

    `records` are of the stages that count; without them, of all that stand.

    Returns its identifier; None where it is the one that was kept last, or has not ended.
    """
    records = standing(at, trial) if records is None else records
    if AUDIT not in records:
        return None
    shelf = Shelf(at, trial)
    made = {rule: [record.fresh, _output_hash(record)] for rule, record in records.items()}
    log = shelf.of_cut()
    if log and shelf.manifest(log[-1]["run"])["made"] == made:
        return None
    make_folder(at.archive, private=True)
    manifest = manifest_of(at, trial, fresh, shelf, made)
    if RENDER in records and (documents := documents_of(at.results / trial)):
        manifest["documents"] = shelf.put_file(documents)
    run = run_id(manifest)
    shelf.put(manifest, _kept(run, at, trial))
    return run


def manifest_of(
    at: Project,
    trial: str,
    fresh: Freshness,
    shelf: Shelf,
    texts: dict[str, list[str]],
) -> Manifest:
    """What a run holds, by the results as they stand; its objects are put on the shelf."""
    folder = at.results / trial
    return {
        "archive": VERSION,
        "contract": CONTRACT,
        "trial": trial,
        "tables": {
            name: keep_table(folder / name, shelf.objects)
            for name in (
                path.relative_to(folder).as_posix()
                for part in FOLDERS
                for path in sorted((folder / part).glob("*.parquet"))
            )
        },
        "files": {name: shelf.put_file(content) for name, content in _files(at, trial, fresh)},
        "code": shelf.put_file(_code(trial, fresh)),
        "environment": list(fresh.environment),
        "made": texts,
    }


def _output_hash(record: Made) -> str:
    """One hash over all that a stage made."""
    return together(
        {name: digest for files in record.outputs.values() for name, digest in files.items()}
    )


def _files(at: Project, trial: str, fresh: Freshness) -> Iterator[tuple[str, bytes]]:
    """The configuration of a run, and what its results hold beside tables; of a run that hides the
    arms without the frozen plan, which has a hash of the export."""
    used = {at.config / "config.yaml"}.union(*(fresh.config_files(rule, trial) for rule in STAGES))
    for path in sorted(used):
        if path.is_file() and not (at.purpose.hides_arms and FROZEN in path.parts):
            yield path.relative_to(at.root).as_posix(), path.read_bytes()
    for name in OTHERS:
        yield name, (at.results / trial / name).read_bytes()


def _code(trial: str, fresh: Freshness) -> bytes:
    """Of each stage the rooms of its code, each with its version."""
    code: Code = {rule: fresh.rooms(rule, trial) for rule in STAGES if rule != RENDER}
    return json.dumps(code).encode()


def _kept(run: str, at: Project, trial: str) -> Kept:
    """The line of the log, of what the run said of itself."""
    told = read_run(at.results / trial)
    kept: Kept = {
        "run": run,
        "ended": str(told.get("ended", "")),
        "commit": told.get("commit"),
        "dirty": told.get("dirty"),
    }
    return {**kept, "cut": at.purpose.cut} if at.purpose.cut else kept


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
    log = shelf.of_cut()
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
    kept = KeptProject(at.root, folder, run.name, fresh, apart=at.apart, purpose=at.purpose)
    if load_trial(trial, kept).tells_cohort:
        # What a cohort was drawn to is not kept: it is the run's where raw/ and clean/ are.
        folders = [f"results/{trial}/{name}" for name in ("raw", "clean")]
        now = {name: one for at_ in folders for name, one in contents(at.made, at_).items()}
        if CLEAN not in made or together(now) != made[CLEAN][1]:
            return None
        write_bytes(results / "raw" / PUT_IN, (at.results / trial / "raw" / PUT_IN).read_bytes())
    return kept


# Counts and means of fewer patients than these are told by the difference of two reports.
FEWEST = 5


def few_between(shelf: Shelf) -> Iterator[tuple[str, int]]:
    """Each kept run of which fewer than FEWEST patients are not in the last, or the other way, and
    how many; not one of the same patients."""
    names = list(dict.fromkeys(kept["run"] for kept in shelf.log()))
    if names:
        last = _patients(shelf, names.pop())
        for name in names:
            differ = len(last ^ _patients(shelf, name))
            if 0 < differ < FEWEST:
                yield name, differ


def _patients(shelf: Shelf, run: str) -> set[str]:
    """The patients of a kept run; none of one that is not whole or has no such table."""
    try:
        kept = shelf.manifest(run)["tables"].get("derived/adsl.parquet")
        return set(kept_table(kept, shelf.objects)["USUBJID"].to_pylist()) if kept else set()
    except UserError:
        return set()


def few_lines(shelf: Shelf) -> Iterator[str]:
    """What is said, at the end of a run and on the page of changes, of a trial of which single
    patients may not be shown."""
    runs: dict[int, list[str]] = {}
    for run, many in few_between(shelf):
        runs.setdefault(many, []).append(run)
    for many, names in sorted(runs.items()):
        who = "1 patient" if many == 1 else f"{many} patients"
        kept = f"kept run{'' if len(names) == 1 else 's'} {', '.join(names)}"
        yield (
            f"the last run and the {kept} differ by {who}: whoever has the reports of both "
            "can work out what is known of them; mail one of the two"
        )
