"""run.json: the commit is the project's own, and the site does not say who ran it where."""

import json
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from trialtrace.base.paths import Code, Project
from trialtrace.run.jobs.progress import JobOfRun, Progress
from trialtrace.run.jobs.run_record import _commit, _jobs, _numbers, _seconds, write_records

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
NOTHING = {"commit": None, "dirty": None}


def git(folder, *words):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", *identity, *words]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit_of(root):
    return _commit(Code(root / "workflow" / "trialtrace", root))


@pytest.fixture
def checkout(tmp_path):
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "Snakefile").write_text("rule all:\n")
    git(root, "init", "--quiet")
    git(root, "add", "Snakefile")
    git(root, "commit", "--quiet", "-m", "First")
    return root


def test_a_checkout_has_itscommit_of(checkout):
    head = git(checkout, "rev-parse", "HEAD")
    assert commit_of(checkout) == {"commit": head, "dirty": False}
    (checkout / "Snakefile").write_text("rule other:\n")
    assert commit_of(checkout) == {"commit": head, "dirty": True}


def test_what_is_unpacked_inside_another_checkout_has_nocommit_of(checkout):
    """A tarball in a folder of somebody else's repository, tracked there or not."""
    inside = checkout / "unpacked"
    shutil.copytree(checkout, inside, ignore=shutil.ignore_patterns(".git"))
    assert commit_of(inside) == NOTHING
    git(checkout, "add", "unpacked")
    git(checkout, "commit", "--quiet", "-m", "Second")
    assert commit_of(inside) == NOTHING


def test_a_repository_around_the_unpacked_files_does_not_have_them(checkout):
    git(checkout, "rm", "--quiet", "--cached", "Snakefile")
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "Without it")
    assert commit_of(checkout) == NOTHING


@pytest.mark.parametrize(
    ("benchmark", "seconds"),
    [("s\th:m:s\n2.5049\t0:00:02\n", 2.5049), ("mem\ts\n1\t3\n", 3.0), (None, None), ("", None)],
)
def test_a_stage_has_its_own_seconds(tmp_path, benchmark, seconds):
    """A cluster reports the end of a group of jobs alone."""
    file = tmp_path / "clean_tables.tsv"
    if benchmark is not None:
        file.write_text(benchmark)
    assert _seconds(JobOfRun("clean_tables", "mini", benchmark=str(file))) == seconds
    assert _seconds(JobOfRun("clean_tables", "mini")) is None


def test_the_parts_of_a_rule_are_summed(tmp_path):
    """Of a rule whose last part did not end, no seconds are said."""
    progress = Progress()
    for number, (rule, seconds, ended) in enumerate(
        [("draw", 2.254, True), ("draw", 1.0, True), ("run", 1.0, True), ("run", 1.0, False)]
    ):
        file = tmp_path / f"{number}.tsv"
        file.write_text(f"s\n{seconds}\n")
        job = JobOfRun(rule, "mini", "", str(file), str(number // 3), ended)
        progress.jobs[number] = job
    progress.jobs[9] = JobOfRun("draw", "other", ended=True)
    progress.jobs[10] = JobOfRun("build_site", None, "", str(tmp_path / "1.tsv"), None, True)
    assert _jobs(progress, "mini") == {"draw": 3.25, "run": None}
    assert _jobs(progress, None) == {"build_site": 1.0}
    assert _numbers(progress, "mini") == {"draw": "0", "run": "0,1"}
    assert _numbers(progress, "other") == {}


def test_the_site_does_not_say_who_ran_it_where(tmp_path):
    at = Project(tmp_path)
    at.site.mkdir()
    (at.results / "mini").mkdir(parents=True)
    settings = SimpleNamespace(report=SimpleNamespace(by_quarto=False))
    run = SimpleNamespace(
        at=at, asked=("mini",), codes=lambda _: {}, progress=Progress(), settings=settings
    )
    write_records(run, SimpleNamespace(cores=1, nodes=None))
    own, mailed = (
        json.loads((folder / "run.json").read_text()) for folder in (at.results / "mini", at.site)
    )
    assert {"host", "user"} <= own.keys()
    assert not {"host", "user"} & mailed.keys()
    assert "versions" in mailed
