"""Installed files beside what their packages record, in an environment made for it."""

import base64
import hashlib
import os
import py_compile
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from trialtrace.base.paths import Project
from trialtrace.report.installation import files, packages
from trialtrace.report.installation.evidence import FAILED, NOT_RUN, PASSED, Test


def recorded(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    """A folder of packages with one in it; its archive lies in `wheels`, its hash in the lock."""
    folder = tmp_path / "site"
    (folder / "made-1.0.dist-info").mkdir(parents=True)
    (folder / "made").mkdir()
    source = b"def double(x):\n    return 2 * x\n"
    (folder / "made/__init__.py").write_bytes(source)
    record = recorded("made/__init__.py", source) + "made-1.0.dist-info/RECORD,,\n"
    (folder / "made-1.0.dist-info/RECORD").write_text(record)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "workflow/trialtrace").mkdir(parents=True)
    wheel = tmp_path / "wheels/made-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("made/__init__.py", source)
        archive.writestr("made-1.0.dist-info/RECORD", record)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tmp_path / "requirements.lock").write_text(f"made==1.0 \\\n    --hash=sha256:{digest}\n")
    for module in (files, packages):
        monkeypatch.setattr(module, "folders", lambda: (folder,))
    # A Python of its own looks at the packages that are installed, whatever lies in this folder.
    monkeypatch.setattr(files, "_memory", lambda strange: Test("I.memory", "", NOT_RUN))
    return folder


def outcomes(site: Path, wheels: Path | None = None) -> dict[str, tuple[str, str]]:
    tests = files.installation(Project(site.parent), wheels, quick=False)
    return {test.id: (test.outcome, test.found) for test in tests}


def test_a_sound_package_passes_by_its_record_and_by_the_archive_of_the_lock(site):
    told = outcomes(site, site.parent / "wheels")
    assert {told[id][0] for id in ("I.lock", "I.files", "I.strange", "I.bytecode", "I.wheels")} == {
        PASSED
    }
    assert told["I.wheels"][1] == "1 of the lock" and told["I.project"][0] == NOT_RUN
    assert outcomes(site)["I.wheels"][0] == NOT_RUN


def test_an_altered_file_is_named(site):
    (site / "made/__init__.py").write_text("def double(x):\n    return 3 * x\n")
    assert outcomes(site)["I.files"] == (FAILED, "made/__init__.py is altered")
    (site / "made/__init__.py").unlink()
    assert "made/__init__.py: No such file" in outcomes(site)["I.files"][1]


def test_an_altered_file_with_its_record_is_named_by_the_archive_alone(site):
    content = b"def double(x):\n    return 3 * x\n"
    (site / "made/__init__.py").write_bytes(content)
    (site / "made-1.0.dist-info/RECORD").write_text(recorded("made/__init__.py", content))
    told = outcomes(site, site.parent / "wheels")
    assert told["I.files"][0] == PASSED
    assert (
        told["I.wheels"][0] == FAILED and "made/__init__.py is not that of" in told["I.wheels"][1]
    )


def test_an_archive_that_the_lock_does_not_name_shows_nothing(site):
    wheel = next((site.parent / "wheels").iterdir())
    wheel.write_bytes(wheel.read_bytes() + b" ")
    assert outcomes(site, site.parent / "wheels")["I.wheels"] == (FAILED, "no archive of the lock")


def test_compiled_code_of_another_source_is_named_though_time_and_size_are_those_of_its_own(site):
    source = site / "made/__init__.py"
    compiled = Path(py_compile.compile(str(source), doraise=True))
    assert outcomes(site)["I.bytecode"] == (PASSED, "1 files")
    times = source.stat()
    content = source.read_text()
    source.write_text(content.replace("2", "3"))
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    py_compile.compile(str(source), doraise=True)
    source.write_text(content)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    outcome, found = outcomes(site)["I.bytecode"]
    assert outcome == FAILED and compiled.name in found
    # One that Python would not take, since its source is newer, is no fault.
    os.utime(source, (1, 1))
    assert outcomes(site)["I.bytecode"][0] == PASSED


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


def test_a_function_that_python_put_in_the_place_of_a_packages_is_named(tmp_path, monkeypatch):
    """As it begins: no file of the package has changed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import scipy.stats\nbefore = scipy.stats.norm.ppf\n"
        "scipy.stats.norm.ppf = lambda *words: before(*words) * 2\n"
        "scipy.stats.norm.__class__.cdf = lambda *words: 1\n"
    )
    assert files._memory([]).outcome == PASSED
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    test = files._memory([])
    assert test.outcome == FAILED
    assert re.search(r"scipy\.stats\.norm\.ppf is of .*, line 3", test.found)
    assert "norm_gen.cdf is of" in test.found
