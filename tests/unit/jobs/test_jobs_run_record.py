"""run.json: the commit is the project's own, and the site does not say who ran it where."""

import json
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from trialtrace.base.paths import Code, Project
from trialtrace.run.jobs.progress import JobTime, Progress
from trialtrace.run.jobs.run_record import _commit, _seconds, write_records

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
    [("s\th:m:s\n2.5049\t0:00:02\n", 2.5), (None, 40.0), ("", 40.0), ("s\n-\n", 40.0)],
)
def test_a_stage_has_its_own_seconds(tmp_path, monkeypatch, benchmark, seconds):
    """A cluster tells the end of a group of jobs alone."""
    monkeypatch.chdir(tmp_path)
    if benchmark is not None:
        (tmp_path / "logs/mini").mkdir(parents=True)
        (tmp_path / "logs/mini/clean_tables.tsv").write_text(benchmark)
    assert _seconds(JobTime("clean_tables", "mini", 1.0, 41.0), 41.0) == seconds


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
