"""A copy of the checkout in another folder, run there as a user would."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mini_trial import write_project

from trialtrace.run.jobs.data import INPUTS
from trialtrace.run.jobs.products import VOLATILE

ROOT = Path(__file__).resolve().parents[2]
TRACING = Path(__file__).parent / "tracing"
PARTS = (
    "Snakefile",
    "profiles",
    "workflow",
    "scripts",
    "config",
    "reports",
    "environment.yml",
    "requirements.lock",
    "pyproject.toml",
)
Job = tuple[str, str | None]


def messages() -> dict[str, str]:
    """Message of a rule, without its trial -> the rule."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    pattern = r'^rule (\w+):\n    message:\n        "(?:\{wildcards.trial\}|all trials): (.*)"'
    return {words: rule for rule, words in re.findall(pattern, text, re.MULTILINE)}


def jobs_listed(done: subprocess.CompletedProcess) -> set[Job]:
    """The jobs that dry runs listed."""
    listed = re.findall(r"^Job \d+: ([\w ]+): (.*)$", done.stderr + done.stdout, re.MULTILINE)
    rules = messages()
    return {(rules[words], None if trial == "all trials" else trial) for trial, words in listed}


@dataclass
class Copy:
    """A copy of the checkout and the environment in which its workflow runs."""

    root: Path
    python: str = sys.executable

    def snakemake(self, *words: str, **more: str) -> subprocess.CompletedProcess:
        how = self.how(**more) | {"capture_output": True, "text": True, "check": False}
        return subprocess.run(self.command(*words), **how)

    def command(self, *words: str) -> list[str]:
        return [self.python, "-m", "snakemake", *words]

    def how(self, **more: str) -> dict:
        """Where and with which variables; the copy's package comes before the installed one."""
        path = os.pathsep.join([str(self.root / "workflow"), more.pop("PYTHONPATH", "")])
        environment = os.environ | more | {"PYTHONPATH": path.rstrip(os.pathsep)}
        # Without bytecode every job would read the source of what starts it.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return {"cwd": self.root, "env": environment}

    def scheduled(self, *words: str, **more: str) -> set[Job]:
        """The jobs that a dry run lists."""
        done = self.snakemake("--dry-run", *words, **more)
        assert done.returncode == 0, done.stderr
        return jobs_listed(done)


def copy_checkout(folder: Path, of: Path = ROOT) -> Copy:
    """Code and configuration without what was made; `of` another copy for one and the same code."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PARTS:
        source = of / name
        if source.is_symlink():
            (folder / name).symlink_to(source.readlink())
        elif source.is_dir():
            # Bytecode too, but not what another process is about to write of it.
            ignored = shutil.ignore_patterns("*.egg-info", "*.pyc.*")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)
    return Copy(folder)


def keep_trials(made: Copy, names: tuple[str, ...]) -> None:
    """Let the copy's configuration name these trials alone."""
    config = made.root / "config/config.yaml"
    text, number = re.subn(
        r"^trials: \[.*\]$", f"trials: [{', '.join(names)}]", config.read_text(), flags=re.M
    )
    assert number == 1
    config.write_text(text)


def files_of(root: Path) -> dict[str, bytes]:
    """Everything that a run makes, but for what differs from run to run, and links to data."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for folder in ("results", "site")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.name not in VOLATILE and path.parent.name != INPUTS
    }


@dataclass
class Traced:
    """What a run said; what its jobs executed, read and made, by the tracing module."""

    said: str
    files: dict[Job, set[str]]
    settings: dict[Job, set[str]]
    results: dict[Job, set[str]]


def traced_run(made: Copy, traces: Path, **more: str) -> Traced:
    """Run everything with every job traced."""
    traces.mkdir(exist_ok=True)
    watched = {"TRIALTRACE_TRACE": str(traces), **more}
    done = made.snakemake("--cores", "2", PYTHONPATH=str(TRACING), **watched)
    assert done.returncode == 0, done.stderr
    told = [json.loads(path.read_text()) for path in sorted(traces.glob("*.json"))]
    jobs = [(one["job"][-1], one["job"][0] if len(one["job"]) > 1 else None) for one in told]
    return Traced(
        done.stderr,
        {job: set(one["files"]) for job, one in zip(jobs, told, strict=True)},
        {job: set(one["settings"]) for job, one in zip(jobs, told, strict=True)},
        {job: set(one["results"]) for job, one in zip(jobs, told, strict=True)},
    )


EXPORT = "id,arm,age,sex,site,smoker,relief,pain0,pain1,days,died,seen,comment\n" + "".join(
    f"{i},{'AB'[i % 2]},{30 + i},{1 + i % 2},0{1 + i // 2 % 2},{i // 3 % 2},{(i * 7) % 3 % 2},"
    f"{i % 8},{(i * 5) % 7},{20 + i * 3},{i // 4 % 2},2020-02-{i:02},x\n"
    for i in range(1, 25)
)
CLAIMS = """\
papers: {main: "A Author. A journal 2020;1:1-2"}
claims:
  relief: {from: main, place: abstract, label: Relief, printed: "5 of 12",
    is: {analysis: relief_primary, group: drug}}
"""


def own_project(folder: Path) -> Copy:
    """A project with one small trial whose data are two CSV files."""
    made = copy_checkout(folder)
    write_project(made.root, claims=CLAIMS)
    (made.root / "data").mkdir()
    (made.root / "data/export.csv").write_text(EXPORT)
    (made.root / "data/events.csv").write_text("id,what\n3,nausea\n4,nausea\n4,headache\n")
    return made


def told_plainly(text: str) -> bool:
    return "Traceback" not in text and "Exception" not in text and "Error in rule" not in text
