"""A crate run again from its data and configuration, by the code that is installed here."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import sha256_file
from trialtrace.report.interchange.crate import METADATA, RESULTS, described_run, listed
from trialtrace.report.verify.kept_run import Alteration
from trialtrace.run.jobs.run_state import read_run
from trialtrace.run.trial.load import OF_CRATE, load_trial
from trialtrace.run.trial.study.source import Files

# What a run takes from a crate: the rest is code, and what came out.
TAKEN = ("config", "data", "reports")
UNDER = "results/"
CODE = "code of "


def rerun(crate: Path, trial: str, folder: Path) -> tuple[list[Alteration], list[str]]:
    """Run the trial in a new folder, which stays: each file of the results that has other bytes or
    is missing on one side, and what of code and packages is another than when the crate was made.

    The crate must be whole (`altered_crate`). Raises UserError where it has no data, the folder is
    in use or lies in the crate, or the run does not go through.
    """
    if not (crate / "config").is_dir():
        raise UserError(
            f"{crate}: --rerun",
            found="no configuration and no data: a crate of a restricted trial",
            do="ask whoever holds the data to run it: trialtrace run, then trialtrace verify",
        )
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"--rerun {folder}", "is not empty", do="name a new folder")
    if folder.resolve().is_relative_to(crate.resolve()):
        what = "lies in the crate, which would be another one"
        raise UserError(f"--rerun {folder}", what, do="name a folder elsewhere")
    at = _project(crate, trial, folder.resolve())
    words = [sys.executable, "-m", "trialtrace", "--project", str(at.root), "run", trial]
    # The code is this one's also where it was not installed but found.
    path = os.pathsep.join([str(at.code.package.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        words,
        cwd=at.root,
        env=os.environ | {"PYTHONPATH": path.rstrip(os.pathsep)},
        stdout=2,  # what it tells is no part of the answer
        check=False,
    )
    if done.returncode:
        what = "the run did not go through; its messages stand above"
        raise UserError(f"--rerun {folder}", what)
    return list(differences_of(crate, at.results / trial)), list(_made_otherwise(crate, at, trial))


def _project(crate: Path, trial: str, folder: Path) -> Project:
    """The crate's configuration, documents and data, each where a run looks for it."""
    for name in TAKEN:
        if (crate / name).is_dir():
            shutil.copytree(crate / name, folder / name)
    at = Project(folder)
    source = load_trial(trial, at).source
    if isinstance(source, Files) and source.folder != "data":
        # An absolute folder is one of the machine that made the run.
        place = OF_CRATE if Path(source.folder).is_absolute() else source.folder
        at.inside(place).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data").rename(at.inside(place))
    return at


def differences_of(crate: Path, results: Path) -> Iterator[Alteration]:
    """Files of a crate's results that a folder of results has otherwise, or only one of them."""
    held = {name for name in listed(crate) if name.startswith(UNDER)}
    now = {
        UNDER + path.relative_to(results).as_posix()
        for folder in RESULTS
        for path in (results / folder).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    for name in sorted(held | now):
        if name not in now:
            yield Alteration(name, "missing", "in the crate, and not made here")
        elif name not in held:
            yield Alteration(name, "extra", "made here, and not in the crate")
        else:
            digests = sha256_file(results / name.removeprefix(UNDER)), sha256_file(crate / name)
            if digests[0] != digests[1]:
                yield Alteration(
                    name, "changed", "made anew", *(f"sha256 {digest}" for digest in digests)
                )


def _made_otherwise(crate: Path, at: Project, trial: str) -> Iterator[str]:
    """Code of stages and versions that are others now, the first place to look."""
    graph = json.loads((crate / METADATA).read_bytes())["@graph"]
    before = {one["name"]: str(one["value"]) for one in graph if one["@type"] == "PropertyValue"}
    now = described_run(read_run(at.results / trial) or {})
    others = [name for name, value in now.items() if before.get(name, str(value)) != str(value)]
    if stages := [name for name in others if name.startswith(CODE)]:
        yield f"other code than in the crate: {', '.join(stage[len(CODE) :] for stage in stages)}"
    for name in others:
        if name not in stages:
            yield f"{name}: {now[name]} here, {before[name]} in the crate"
