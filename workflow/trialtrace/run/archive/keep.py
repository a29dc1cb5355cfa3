"""Keeping a run: what a trial's run read, made and was made with, put on its shelf."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.base.store import make_folder
from trialtrace.run.archive.code_scope import own_code
from trialtrace.run.archive.functions import KnownFunctions
from trialtrace.run.archive.kept_tables import KeptTable, keep_table
from trialtrace.run.archive.shelf import VERSION, Code, Kept, Manifest, Shelf, documents_of, run_id
from trialtrace.run.jobs.fresh import AUDIT, RENDER, STAGES, Freshness
from trialtrace.run.jobs.products import Made, together
from trialtrace.run.jobs.run_state import read_run, standing
from trialtrace.run.tables.contracts.definitions import VERSION as CONTRACT

# Folders of a trial's results whose tables a run is compared by.
FOLDERS = ("raw", "clean", "derived", "analysis", "audit")
OTHERS = ("raw/manifest.json", "audit/print.json")


def keep_run(at: Project, trial: str, fresh: Freshness) -> str | None:
    """Keep the run that the results of a trial are of, if it came to the end of the audit.

    Returns its identifier; None where it is the one that was kept last, or has not ended.
    """
    records = standing(at, trial)
    if AUDIT not in records:
        return None
    shelf = Shelf(at, trial)
    made = {rule: [record.fresh, _made(record)] for rule, record in records.items()}
    log = shelf.log()
    if log and shelf.manifest(log[-1]["run"])["made"] == made:
        return None
    make_folder(at.archive, private=True)
    known = KnownFunctions(at)
    before = shelf.manifest(log[-1]["run"])["tables"] if log else {}
    manifest = manifest_of(at, trial, fresh, shelf, known, made, before)
    known.write()
    if RENDER in records and (documents := documents_of(at.results / trial)):
        manifest["documents"] = shelf.put_file(documents)
    run = run_id(manifest)
    shelf.put(manifest, _kept(run, at.results / trial))
    return run


def manifest_of(
    at: Project,
    trial: str,
    fresh: Freshness,
    shelf: Shelf,
    known: KnownFunctions,
    texts: dict[str, list[str]],
    before: Mapping[str, KeptTable],
) -> Manifest:
    """What a run holds, by the results as they stand; its objects are put on the shelf, on which
    those of the tables `before` lie."""
    folder = at.results / trial
    return {
        "archive": VERSION,
        "contract": CONTRACT,
        "trial": trial,
        "tables": {
            name: keep_table(folder / name, shelf.objects, before.get(name))
            for name in (
                path.relative_to(folder).as_posix()
                for part in FOLDERS
                for path in sorted((folder / part).glob("*.parquet"))
            )
        },
        "files": {
            name: shelf.put_file(path.read_bytes()) for name, path in _files(at, trial, fresh)
        },
        "code": shelf.put_file(_code(shelf, trial, fresh, known)),
        "own": shelf.put_file(own_code(fresh, trial, at.root)),
        "environment": list(fresh.environment),
        "made": texts,
    }


def _made(record: Made) -> str:
    """One hash over all that a stage made."""
    return together(
        {name: digest for files in record.outputs.values() for name, digest in files.items()}
    )


def _files(at: Project, trial: str, fresh: Freshness) -> Iterator[tuple[str, Path]]:
    """The configuration of a run, and what its results hold beside tables."""
    used = {at.config / "config.yaml"}.union(*(fresh.config_files(rule, trial) for rule in STAGES))
    for path in sorted(used):
        if path.is_file():
            yield path.relative_to(at.root).as_posix(), path
    for name in OTHERS:
        yield name, at.results / trial / name


def _code(shelf: Shelf, trial: str, fresh: Freshness, known: KnownFunctions) -> bytes:
    """Of each stage the files of its code; their functions are kept once for all trials."""
    code: Code = {}
    for rule in STAGES:
        if rule != RENDER:
            files = [path for path in sorted(fresh.code_files(rule, trial)) if path.is_file()]
            code[rule] = {
                path.relative_to(shelf.at.root).as_posix(): known.put(
                    fresh.sources.digest(path).hex(), path
                )
                for path in files
            }
    return json.dumps(code).encode()


def _kept(run: str, folder: Path) -> Kept:
    """The line of the log, of what the run said of itself."""
    told = read_run(folder)
    return {
        "run": run,
        "ended": str(told.get("ended", "")),
        "commit": told.get("commit"),
        "dirty": told.get("dirty"),
    }
