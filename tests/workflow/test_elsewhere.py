"""A project, its code and its results in places of their own: apart, in a module, of two users."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import Copy, Traced, files_of, own_project, told_plainly

from trialtrace.base.paths import Project, project
from trialtrace.run.jobs.stages import STAGES

pytestmark = pytest.mark.full

NOBODY = 65534
OUTER = """\
configfile: "config/config.yaml"


rule all:
    input:
        "results/mini/report",
        "aligned.txt",


module trialtrace:
    snakefile:
        "{snakefile}"
    config:
        {{"project": "trials"}}


use rule * from trialtrace as trialtrace_*


rule align:
    output:
        "aligned.txt",
    log:
        "logs/align.log",
    script:
        "align.py"
"""


def trialtrace(made: Copy, *words: str, at: Path | None = None) -> subprocess.CompletedProcess:
    how = made.how() | {"cwd": at or made.root}
    command = [made.python, "-m", "trialtrace", *words]
    return subprocess.run(command, **how, capture_output=True, text=True, check=False)


def outer(folder: Path, made: Copy, snakefile: str) -> Copy:
    """A workflow of somebody else with a configuration of its own, and the small trial below it."""
    for name in ("config", "data", "reports"):
        shutil.copytree(made.root / name, folder / "trials" / name)
    (folder / "config").mkdir()
    (folder / "config" / "config.yaml").write_text("samples: [a]\n")
    (folder / "align.py").write_text("open(snakemake.output[0], 'w').write('aligned')\n")
    (folder / "Snakefile").write_text(OUTER.format(snakefile=snakefile))
    return Copy(folder)


def test_as_a_module_of_another_workflow(whole: tuple[Copy, Traced], tmp_path: Path):
    code, _ = whole
    user = outer(tmp_path, code, str(code.root / "Snakefile"))
    path = {"PYTHONPATH": str(code.root / "workflow")}
    planned = user.snakemake("--dry-run", **path)
    assert "trialtrace_render_report" in planned.stdout and not (tmp_path / "results").exists()
    done = user.snakemake("--cores", "2", **path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "aligned.txt").read_text() == "aligned"
    # Names of rules with a prefix change nothing that is made.
    made = files_of(tmp_path)
    assert made == {name: b for name, b in files_of(code.root).items() if "results/mini/" in name}
    assert "Archived: mini" in done.stderr
    assert (tmp_path / "results/mini/run.json").is_file() and (tmp_path / "archive/mini").is_dir()
    assert project(tmp_path) == Project(tmp_path / "trials", apart=tmp_path)


def test_as_a_module_by_the_address_of_a_repository(own: Copy, tmp_path: Path):
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (
        ["init", "-q"],
        ["add", "workflow/Snakefile", "workflow/rules", "scripts"],
        ["commit", "-qm", "A"],
    ):
        subprocess.run([*git, *words], cwd=own.root, check=True)
    clone = tmp_path / "repository"
    shutil.move(own.root / ".git", clone / ".git")
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=clone, text=True).strip()
    user = outer(tmp_path / "outer", own, f"git+file://{clone}/workflow/Snakefile@{head}")
    words = ("results/mini/clean", "--cores", "1")
    done = user.snakemake(*words, PYTHONPATH=str(own.root / "workflow"))
    assert done.returncode == 0, done.stderr
    assert (user.root / "results/mini/clean/account.json").is_file()


# It runs on this machine what it is to run in the image.
APPTAINER = """\
#!/bin/sh
echo "$@" >> "$0.asked"
[ "$1" = --version ] && { echo "apptainer version 1.3.4"; exit 0; }
for last; do :; done
exec bash -c "$last"
"""


def test_jobs_in_a_container(whole: tuple[Copy, Traced], tmp_path: Path):
    stand_in = tmp_path / "bin" / "apptainer"
    stand_in.parent.mkdir()
    stand_in.write_text(APPTAINER)
    stand_in.chmod(0o755)
    own = Copy(shutil.copytree(whole[0].root, tmp_path / "own", symlinks=True))
    shutil.rmtree(own.root / "results")
    (own.root / "trialtrace.sif").touch()
    # The stand-in is no container: `python` has to be the one with the packages.
    path = os.pathsep.join([str(stand_in.parent), str(Path(own.python).parent), os.environ["PATH"]])
    words = ("mini", "--cores", "2", "--sdm", "apptainer")
    done = own.snakemake(*words, PATH=path)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "bin/apptainer.asked").read_text().splitlines()
    started = [line for line in asked if line.startswith("exec ") and "trialtrace.sif" in line]
    assert len(started) == len(STAGES)
    made = files_of(own.root)
    assert made == {name: b for name, b in files_of(whole[0].root).items() if name in made}


def test_results_of_another_project_are_not_written_over(own: Copy, tmp_path: Path):
    made = tmp_path / "made"
    done = trialtrace(own, "run", "--dry-run", "--results", str(made))
    assert done.returncode == 0, done.stderr
    other = own_project(tmp_path / "other")
    done = trialtrace(other, "run", "--dry-run", "--results", str(made))
    assert done.returncode == 1 and f"holds the results of {own.root}" in done.stderr
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    done = trialtrace(own, "run", "--results", str(tmp_path / "full"))
    assert done.returncode == 1 and "is not empty" in done.stderr
    # Rules that would write to a folder beside the project do not begin.
    done = subprocess.run(
        own.command("--dry-run", "--snakefile", str(own.root / "Snakefile")),
        **own.how() | {"cwd": own.root / "reports"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "trialtrace run --results FOLDER" in done.stderr


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="of two users "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def for_all() -> tuple[str, str]:
    """A Python that every user can start, and where the packages of this one are."""
    packages = sysconfig.get_path("purelib")
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        place = Path(python).resolve()
        if place.is_file() and all(one.stat().st_mode & 0o001 for one in (place, *place.parents)):
            return python, packages
    pytest.skip("no Python that another user can start")


@pytest.mark.skipif(os.geteuid() != 0, reason="two users need root")
def test_two_users_of_one_project(open_to_all: Path):
    """One has it as theirs; the other reads it, and has results in a folder of their own."""
    own = own_project(open_to_all / "project")
    subprocess.run(["chmod", "-R", "a+rX", own.root], check=True)
    before = sorted(own.root.rglob("*"))
    home = open_to_all / "of nobody"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    python, packages = for_all()
    how = own.how(HOME=str(home), XDG_CACHE_HOME="", PYTHONPATH=packages) | as_nobody

    def call(*words: str, cwd: Path) -> subprocess.CompletedProcess:
        command = [python, "-m", "trialtrace", *words]
        return subprocess.run(command, **how | {"cwd": cwd}, capture_output=True, text=True)

    done = call("run", "mini", cwd=own.root)
    assert done.returncode == 1 and told_plainly(done.stderr), done.stderr
    assert "cannot be written" in done.stderr
    done = call("run", "mini", "--cores", "2", "--results", str(home / "made"), cwd=own.root)
    assert done.returncode == 0, done.stderr
    assert (home / "made/results/mini/report/report.html").is_file()
    assert sorted(own.root.rglob("*")) == before
    # In their folder, commands know the project.
    shown = call("results", "mini", "--analysis", "relief_primary", cwd=home / "made")
    assert shown.returncode == 0 and "mini/relief_primary/" in shown.stdout, shown.stderr
    assert "changed since" not in shown.stderr
    # The owner's results are the owner's.
    same = Copy(own.root, python).snakemake("mini", "--cores", "2", PYTHONPATH=packages)
    assert same.returncode == 0, same.stderr
    denied = call("results", "mini", cwd=own.root)
    assert denied.returncode == 1 and "ermission denied" in denied.stderr
    assert told_plainly(denied.stderr)
    assert files_of(own.root).keys() == files_of(home / "made").keys()
    assert all(files_of(own.root)[n] == b for n, b in files_of(home / "made").items())


def test_the_run_of_an_older_version_is_kept_and_compared(kept: Copy):
    """As after an upgrade: other code, and the results of the code before it."""
    module = kept.root / "workflow/trialtrace/stats/categorical/contingency.py"
    module.write_text(f"{module.read_text()}\n\nNEWER = 1\n")
    told = trialtrace(kept, "results", "mini")
    assert told.returncode == 0 and "changed since: run again" in told.stderr
    done = kept.snakemake("mini", "--cores", "2")
    assert done.returncode == 0, done.stderr
    assert "Since the run before: no result changed, in mini" in done.stderr
    log = (kept.root / "archive/mini/log.jsonl").read_text().splitlines()
    assert len({json.loads(line)["run"] for line in log}) == 2
    diff = trialtrace(kept, "diff", "mini")
    assert diff.returncode == 0 and "stats changed" in diff.stdout, diff.stdout + diff.stderr
