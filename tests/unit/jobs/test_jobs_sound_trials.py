"""What the start of a run found in order is, as long as every byte that it looked at."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs import run_state as module
from trialtrace.run.jobs.fresh import Freshness, freshness
from trialtrace.run.jobs.run import begin
from trialtrace.run.jobs.run_state import REMEMBERED, recall, remember_sound
from trialtrace.run.trial import check

ROOT = Path(__file__).resolve().parents[3]
TRIAL = "moertel1990"


@pytest.fixture(scope="module")
def remembered(tmp_path_factory) -> Path:
    """A project with the code that runs here, and a trial that is remembered as sound."""
    root = tmp_path_factory.mktemp("remembered") / "project"
    for name in ("config", "scripts", "reports"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy2(ROOT / "requirements.lock", root)
    (root / "workflow").symlink_to(ROOT / "workflow")
    (root / ".snakemake").mkdir()
    fresh = freshness(Project(root))
    assert recall(fresh) == set()
    remember_sound(fresh, [TRIAL])
    return root.rename(root.with_name("kept"))


@pytest.fixture
def made(remembered) -> Iterator[Freshness]:
    root = shutil.copytree(remembered, remembered.with_name("project"), symlinks=True)
    yield freshness(Project(root))
    shutil.rmtree(root)


def recalled(at: Project) -> set[str]:
    return recall(freshness(at))


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
    "lock": _more("requirements.lock"),
    "table": _more("config/norms/tuning_fork.csv"),
    "guesses": lambda root: (root / f"config/trials/{TRIAL}/guesses.yaml").write_text("a: b\n"),
    "answers": lambda root: (root / f"config/trials/{TRIAL}/answers.yaml").write_text("a: b\n"),
    "gone": lambda root: (root / f"config/trials/{TRIAL}/claims.yaml").unlink(),
    "broken": lambda root: (root / REMEMBERED).write_text("[1"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_it_is_looked_at_anew(made, edit):
    EDITS[edit](made.at.root)
    assert recalled(made.at) == set()


def test_other_data_files_are_other_jobs(made, monkeypatch):
    monkeypatch.setattr(module, "data_digests", lambda _: ["another"])
    assert recalled(made.at) == set()


def test_the_configuration_of_another_trial_does_not_count(made):
    _more("config/trials/elmunzer2012/plan.yaml")(made.at.root)
    assert recalled(made.at) == {TRIAL}


def test_times_of_files_do_not_count(made):
    path = made.at.root / f"config/trials/{TRIAL}/plan.yaml"
    same, before = path.stat(), path.read_bytes()
    path.write_bytes(before.replace(b"a", b"e", 1))
    os.utime(path, ns=(same.st_atime_ns, same.st_mtime_ns))
    assert path.stat().st_size == same.st_size
    assert recalled(made.at) == set()
