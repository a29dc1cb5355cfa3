"""Installed files beside what their packages record, in an environment made for it."""

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest

from trialtrace.base.paths import Project
from trialtrace.report.installation import files, packages
from trialtrace.report.installation.evidence import FAILED, NOT_RUN, PASSED


def recorded(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    """A folder of packages with one in it, which the lock names."""
    folder = tmp_path / "site"
    (folder / "made-1.0.dist-info").mkdir(parents=True)
    (folder / "made").mkdir()
    source = b"def double(x):\n    return 2 * x\n"
    (folder / "made/__init__.py").write_bytes(source)
    record = recorded("made/__init__.py", source) + "made-1.0.dist-info/RECORD,,\n"
    (folder / "made-1.0.dist-info/RECORD").write_text(record)
    (tmp_path / "workflow/trialtrace").mkdir(parents=True)
    (tmp_path / "requirements.lock").write_text("made==1.0 \\\n    --hash=sha256:aa\n")
    for module in (files, packages):
        monkeypatch.setattr(module, "folders", lambda: (folder,))
    return folder


def outcomes(site: Path) -> dict[str, tuple[str, str]]:
    tests = files.installation(Project(site.parent))
    return {test.id: (test.outcome, test.found) for test in tests}


def test_a_sound_package_passes_by_its_record(site):
    found = outcomes(site)
    assert {found[id][0] for id in ("I.lock", "I.files", "I.strange")} == {PASSED}
    assert found["I.project"][0] == NOT_RUN
    (site / "between.py").write_text("x = 1\n")
    assert outcomes(site)["I.strange"] == (FAILED, "between.py")


def test_an_altered_file_is_named(site):
    (site / "made/__init__.py").write_text("def double(x):\n    return 3 * x\n")
    assert outcomes(site)["I.files"] == (FAILED, "made/__init__.py is altered")
    (site / "made/__init__.py").unlink()
    assert "made/__init__.py: No such file" in outcomes(site)["I.files"][1]


def test_code_that_is_not_that_of_the_commit_is_named(site, tmp_path):
    project = tmp_path / "project"
    (project / "workflow").mkdir(parents=True)
    (project / "workflow/code.py").write_text("x = 1\n")
    (project / "own.yaml").write_text("mine\n")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "all")):
        subprocess.run([*git, *words], cwd=project, check=True)
    (project / "own.yaml").write_text("changed\n")
    assert files._project(Project(project)).outcome == PASSED
    (project / "workflow/code.py").write_text("x = 2\n")
    test = files._project(Project(project))
    assert (test.outcome, test.found) == (FAILED, "workflow/code.py is altered")
