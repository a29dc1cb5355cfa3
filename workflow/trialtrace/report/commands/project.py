"""`trialtrace init` and `trialtrace run`: a folder with configuration alone, and its run."""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import RUNNING, Project, project, project_of
from trialtrace.base.purpose import ANALYSIS, Purpose
from trialtrace.report.which_run import Add

README = """\
# Trials

`trialtrace new NAME export.csv` drafts a trial from its files, `trialtrace run` runs every trial
that config/config.yaml lists, `trialtrace check NAME` tells what is wrong with a configuration.

config/trials/NAME/ is a trial, config/norms/ and config/conversions/ hold tables that trials share,
reports/NAME/ documents of your own (`trialtrace report NAME --write`). A run makes results/, site/,
logs/ and archive/; results/ and archive/ hold the data.
"""
# What a run under another purpose than the analysis makes, beside what an analysis makes.
BLINDED, COMMITTEE = "blinded", "dmc"
IGNORED = f".snakemake/\n/results/\n/archive/\n/site/\nlogs/\n/data/\n/{BLINDED}/\n/{COMMITTEE}/\n"
# Pages of what runs where it is asked for, and the target that makes those of all trials.
ASKED = {"multiverse": "multiverse", "simulation": "simulate"}


def add_project(add: Add) -> None:
    init = add("init", help="start a project: a folder with config/ and reports/")
    init.add_argument("folder", nargs="?", default=".", help="where (default: here)")
    init.set_defaults(run=lambda arguments: start(Path(arguments.folder).resolve()))

    run = add("run", help="run the workflow: every listed trial, to the site")
    run.add_argument(
        "target",
        nargs="*",
        metavar="TARGET",
        help="a trial, audit, multiverse, simulate, or a file of results",
    )
    run.add_argument(
        "--results", metavar="FOLDER", help="write there, and nothing to the project's own folder"
    )
    run.add_argument(
        "--blinded",
        action="store_true",
        help="with arms permuted, into blinded/: to review data before anybody knows the arms",
    )
    for page in ASKED:
        text = f"of each trial that is named its {page}; of none, of all that have one"
        run.add_argument(f"--{page}", dest="asked", action="store_const", const=page, help=text)
    add_how(run)
    run.set_defaults(run=run_workflow)


def add_how(run: argparse.ArgumentParser) -> None:
    """How Snakemake runs."""
    run.add_argument("-c", "--cores", metavar="N", help="cores (default: what the profile says)")
    run.add_argument("-n", "--dry-run", action="store_true", help="only tell what would be done")
    run.add_argument(
        "--profile",
        metavar="NAME | FOLDER",
        default="default",
        help="a profile of Snakemake: slurm, lsf, pbs, or a folder of your own",
    )
    run.add_argument(
        "--snakemake",
        nargs=argparse.REMAINDER,
        default=[],
        help="all that follows is for Snakemake",
    )


def start(folder: Path) -> int:
    """Write what a project needs and has not; nothing that is there is touched."""
    from trialtrace.base.store import write_bytes

    for name, content in sorted(_skeleton()):
        path = folder / name
        if path.exists():
            print(f"kept     {name}")
            continue
        write_bytes(path, content)
        print(f"written  {name}")
    (folder / "config" / "trials").mkdir(exist_ok=True)
    print("next: trialtrace new NAME FILE, or a trial's folder under config/trials/")
    return 0


def _skeleton() -> Iterator[tuple[str, bytes]]:
    config = RUNNING.root / "config"
    text = (config / "config.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^trials: .*$", "trials: []", text)
    yield "config/config.yaml", re.sub(r"(?m)^# .*\nexamples: .*\n\n", "", text).encode()
    for tables in ("norms", "conversions"):
        for path in sorted((config / tables).glob("*.csv")):
            yield f"config/{tables}/{path.name}", path.read_bytes()
    yield "README.md", README.encode()
    yield ".gitignore", IGNORED.encode()


def run_workflow(arguments: argparse.Namespace) -> int:
    """Snakemake on the project's Snakefile; its exit code."""
    if find_spec("snakemake") is None:
        # The extra that has it is named.
        raise ModuleNotFoundError(name="snakemake")
    from trialtrace.run.jobs.run import apart

    at = project(arguments.project)
    if not at.config.is_dir():
        raise UserError(
            str(at.root),
            "no project: there is no config/",
            do="trialtrace init, or run it in the project's folder",
        )
    purpose = Purpose("blinded") if arguments.blinded else at.purpose
    if arguments.asked and purpose != ANALYSIS:
        raise UserError(f"--{arguments.asked}", f"is of the analysis, and not of: {purpose.text}")
    if arguments.results:
        at = _elsewhere(at, Path(arguments.results).resolve(), purpose)
    elif purpose != at.purpose:
        at = apart(at, at.root / BLINDED, purpose)
    return run_snakemake(at, arguments, _targets(arguments.target, arguments.asked))


def run_snakemake(at: Project, arguments: argparse.Namespace, targets: list[str]) -> int:
    """Snakemake on some targets, where the project's runs write; its exit code."""
    import subprocess

    words = [sys.executable, "-m", "snakemake", *_how(at, arguments), *targets]
    words += arguments.snakemake
    status = subprocess.run(words, cwd=at.made, env=_environment(at), check=False).returncode
    if status == 0 and not arguments.dry_run:
        for page in _pages(at, targets):
            print(f"Open {page}")
    return status


def _targets(named: list[str], asked: str | None) -> list[str]:
    """What Snakemake is asked for."""
    if asked is None:
        return named
    return [f"results/{one}/{asked}/{asked}.html" for one in named] or [ASKED[asked]]


def _elsewhere(at: Project, folder: Path, purpose: Purpose) -> Project:
    from trialtrace.run.jobs.run import apart

    if project_of(folder) is None and folder.is_dir() and any(folder.iterdir()):
        raise UserError(
            str(folder), "is not empty, and holds no results of this project", do="name a new one"
        )
    return apart(at, folder, purpose)


def _how(at: Project, arguments: argparse.Namespace) -> list[str]:
    profiles = (at.root / "profiles", at.code.root / "workflow" / "profiles")
    shipped = (folder / arguments.profile for folder in profiles)
    chosen = next((folder for folder in shipped if folder.is_dir()), Path(arguments.profile))
    if not chosen.is_dir():
        known = sorted(path.name for path in profiles[1].iterdir())
        raise UserError(
            "--profile", found=arguments.profile, expected=f"{', '.join(known)}, a folder"
        )
    words = ["--snakefile", str(at.code.root / "Snakefile")]
    # In a checkout, profiles/ is a link to those of the workflow.
    chosen = chosen.resolve()
    words += ["--workflow-profile", str(chosen)]
    shipped_with = profiles[1].resolve()
    words += _executor(chosen.name, arguments.snakemake) if chosen.parent == shipped_with else []
    words += ["--cores", arguments.cores] if arguments.cores else []
    return [*words, "--dry-run"] if arguments.dry_run else words


def _executor(profile: str, more: list[str]) -> list[str]:
    """The executor of a cluster's profile, unless a site's own profile is given, which names it.
    Raises UserError where its plugin is not installed."""
    from trialtrace.run.jobs.workflow_config import EXECUTORS

    executor = EXECUTORS.get(profile)
    if executor is None or any(one.startswith(("--executor", "--profile")) for one in more):
        return []
    if find_spec(f"snakemake_executor_plugin_{executor.replace('-', '_')}") is None:
        raise UserError(
            f"--profile {profile}",
            f"Snakemake's executor {executor} is not installed in this environment",
            do="make slurm, then .venv-slurm/bin/trialtrace run with the same words; or pip "
            f"install snakemake-executor-plugin-{executor} beside trialtrace",
        )
    return ["--executor", executor, "--jobs", "50"]


def _environment(at: Project) -> dict[str, str]:
    """Snakemake wants a folder for its cache also where it keeps nothing there; so does matplotlib,
    which would tell of a home that cannot be written."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        home.mkdir(parents=True, exist_ok=True)
        usable = os.access(home, os.W_OK)
    except OSError:
        usable = False
    if usable:
        return dict(os.environ)
    cache = str(at.made / ".snakemake" / "cache")
    return os.environ | {"XDG_CACHE_HOME": cache, "MPLCONFIGDIR": f"{cache}/matplotlib"}


def _pages(at: Project, targets: list[str]) -> Iterator[Path]:
    """What a person opens after a run of these targets."""
    pages = [at.results / target / "report" / "report.html" for target in targets]
    pages += [at.made / target for target in targets if target.endswith(".html")]
    pages += [] if targets else [at.site / "index.html"]
    yield from (page for page in pages if page.is_file())
