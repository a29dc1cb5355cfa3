"""Hashes that the start of a run remembered hold as long as every byte that they follow from."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs import run_state as module
from trialtrace.run.jobs.closure import Sources
from trialtrace.run.jobs.fresh import Freshness, freshness
from trialtrace.run.jobs.run import begin
from trialtrace.run.jobs.run_state import REMEMBERED, known_jobs, recall, remember_jobs
from trialtrace.run.jobs.stages import RENDER, STAGES
from trialtrace.run.trial import check

ROOT = Path(__file__).resolve().parents[3]
TRIAL = "moertel1990"


@pytest.fixture(scope="module")
def remembered(tmp_path_factory) -> Path:
    """A project with the code that runs here, and the remembered jobs of a trial, to be copied to
    where it was.
    """
    root = tmp_path_factory.mktemp("remembered") / "project"
    for name in ("config", "scripts", "reports"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy2(ROOT / "requirements.lock", root)
    (root / "workflow").symlink_to(ROOT / "workflow")
    (root / ".snakemake").mkdir()
    fresh = freshness(Project(root))
    assert known(fresh.at) is None
    remember_jobs(fresh, [TRIAL])
    return root.rename(root.with_name("kept"))


@pytest.fixture
def made(remembered) -> Iterator[Freshness]:
    root = shutil.copytree(remembered, remembered.with_name("project"), symlinks=True)
    yield freshness(Project(root))
    shutil.rmtree(root)


def known(at: Project) -> dict[str, str] | None:
    fresh = freshness(at)
    return known_jobs(fresh.sources, fresh.trial(TRIAL))


def recalled(at: Project) -> set[str]:
    return recall(freshness(at))


def test_what_is_known_is_what_would_be_found_out(made):
    found = {rule: freshness(made.at).job(rule, TRIAL) for rule in STAGES if rule != RENDER}
    assert known(made.at) == found
    assert known_jobs(Sources(made.at), made.trial("elmunzer2012")) is None
    anew, again = freshness(made.at), freshness(made.at)
    assert recall(again) == {TRIAL}
    again.sources.__dict__["_edges"] = None  # what would be needed to find anything out
    again.trial(TRIAL).__dict__["endpoints"] = None
    for rule in STAGES:
        assert again.code(rule, TRIAL) == anew.code(rule, TRIAL)
        assert again.job(rule, TRIAL) == anew.job(rule, TRIAL)


def test_a_trial_that_stands_as_it_did_is_not_checked_anew(made, monkeypatch):
    at = made.at
    text = re.sub(r"(?m)^examples: .*$", "", (at.config / "config.yaml").read_text())
    text = re.sub(r"(?m)^trials: .*$", f"trials: [{TRIAL}]", text)
    (at.config / "config.yaml").write_text(text)
    begin(at, check=True).make_ready()
    monkeypatch.setattr(check, "read_files", None)
    assert begin(at, check=True).trials == (TRIAL,)
    monkeypatch.undo()
    (at.config / f"trials/{TRIAL}/plan.yaml").write_text("analyses: {}\n")
    with pytest.raises(UserError, match=r"plan\.yaml"):
        begin(at, check=True)


def _more(path: str) -> Callable[[Path], object]:
    return lambda root: (root / path).write_bytes((root / path).read_bytes() + b"\n# more\n")


EDITS: dict[str, Callable[[Path], object]] = {
    "plan": _more(f"config/trials/{TRIAL}/plan.yaml"),
    "script": _more("scripts/clean_tables.py"),
    "lock": _more("requirements.lock"),
    "table": _more("config/norms/tuning_fork.csv"),
    "guesses": lambda root: (root / f"config/trials/{TRIAL}/guesses.yaml").write_text("a: b\n"),
    "report": lambda root: (root / "reports/results.parquet").write_text("a name in the code\n"),
    "gone": lambda root: (root / f"config/trials/{TRIAL}/claims.yaml").unlink(),
    "code": lambda root: (root / "workflow").unlink(),
    "broken": lambda root: (root / REMEMBERED).write_text("[1"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_nothing_is_known(made, edit):
    EDITS[edit](made.at.root)
    assert known(made.at) is None
    assert recalled(made.at) == set()


def test_other_data_files_are_other_jobs(made, monkeypatch):
    monkeypatch.setattr(module, "data_digests", lambda _: ["another"])
    assert known(made.at) is None


def test_the_configuration_of_another_trial_does_not_count(made):
    before = known(made.at)
    _more("config/trials/elmunzer2012/plan.yaml")(made.at.root)
    assert known(made.at) == before is not None


def test_times_of_files_do_not_count(made):
    path = made.at.root / f"config/trials/{TRIAL}/plan.yaml"
    same, before = path.stat(), path.read_bytes()
    path.write_bytes(before.replace(b"a", b"e", 1))
    os.utime(path, ns=(same.st_atime_ns, same.st_mtime_ns))
    assert path.stat().st_size == same.st_size
    assert known(made.at) is None
