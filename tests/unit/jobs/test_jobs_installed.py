"""Code that a wheel brought has the places of a checkout; its commit and changes are known."""

import shutil
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from trialtrace.base.paths import RUNNING, Code, Project
from trialtrace.run.jobs.code_versions import Sources, package_files
from trialtrace.run.jobs.fresh import Freshness
from trialtrace.run.jobs.installed import altered_files, built_from, not_as_locked
from trialtrace.run.jobs.stages import STAGES
from trialtrace.run.trial.load import load_settings
from trialtrace.stats._offered import write_stubs

ROOT = Path(__file__).resolve().parents[3]
TRIAL = "musaro2019"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Code:
    """The package as a wheel lays it out, with a RECORD."""
    site = tmp_path_factory.mktemp("site-packages")
    package = site / "trialtrace"
    shutil.copytree(ROOT / "workflow/trialtrace", package)
    inside = package / "project"
    for name in ("scripts", "workflow/rules"):
        shutil.copytree(ROOT / name, inside / name)
    shutil.copytree(ROOT / "reports", inside / "reports", ignore=shutil.ignore_patterns("assets"))
    shutil.copy2(ROOT / "requirements.lock", inside)
    (inside / "commit").write_text("abc\n")
    info = site / "trialtrace-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trialtrace\nVersion: 1\n")
    lines = []
    for path in sorted(package.rglob("*.py")):
        digest = urlsafe_b64encode(sha256(path.read_bytes()).digest()).decode().rstrip("=")
        lines.append(f"{path.relative_to(site)},sha256={digest},{path.stat().st_size}\n")
    (info / "RECORD").write_text("".join(lines))
    return Code(package, inside)


def test_hashes_of_code_are_those_of_the_checkout(installed, tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    mine, checkout = Project(tmp_path), Project(ROOT)
    mine.__dict__["code"] = installed
    settings = load_settings(checkout)
    here = Freshness(checkout, settings, Sources(checkout))
    there = Freshness(mine, settings, Sources(mine))
    there.__dict__["environment"] = here.environment
    for rule in STAGES:
        assert there.code(rule, TRIAL) == here.code(rule, TRIAL), rule
        assert there.job(rule, TRIAL) == here.job(rule, TRIAL), rule


def test_a_file_that_differs_from_what_was_installed_is_found(installed):
    assert built_from(installed) == {"commit": "abc", "dirty": False}
    module = installed.package / "stats" / "_wald.py"
    before = module.read_bytes()
    try:
        module.write_bytes(before + b"# more\n")
        assert list(altered_files(installed)) == ["trialtrace/stats/_wald.py"]
        assert built_from(installed)["dirty"] is True
        module.unlink()
        assert list(altered_files(installed)) == ["trialtrace/stats/_wald.py"]
    finally:
        module.write_bytes(before)


def test_packages_of_other_versions_than_the_lock_has_are_named(tmp_path):
    lock = tmp_path / "requirements.lock"
    numpy, scipy = version("numpy"), version("scipy")
    lock.write_text(
        f"numpy=={numpy} ; python_full_version < '3.12' \\\n    --hash=sha256:aa\n"
        "numpy==0.1 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb\n"
        "scipy==0.1 \\\n    --hash=sha256:cc\nsetuptools==0.1\nnot-installed-here==1.0\n"
    )
    assert not_as_locked(lock) == (f"scipy=={scipy}",)


def test_the_code_that_runs_here_is_that_of_the_checkout():
    assert Code(ROOT / "workflow/trialtrace", ROOT) == RUNNING and not RUNNING.is_installed
    assert Project(ROOT).code == RUNNING


def test_stubs_that_linters_write_are_no_code():
    write_stubs()
    assert [name for name in package_files(RUNNING) if name.endswith(".pyi")] == []
