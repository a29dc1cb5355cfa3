"""`trialtrace run --profile` of a cluster: its executor is named, or what to install is."""

import argparse
from pathlib import Path

import pytest
from mini_trial import REPOSITORY, write_project

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.commands import project as command
from trialtrace.run.jobs.workflow_config import EXECUTORS

PROFILES = REPOSITORY / "workflow/profiles"


@pytest.fixture(params=["a checkout", "a project of its own"])
def at(request, tmp_path: Path) -> Project:
    """In a checkout, profiles/ is a link to those of the workflow; another project has none."""
    at = write_project(tmp_path)
    if request.param == "a checkout":
        (tmp_path / "profiles").symlink_to(PROFILES)
    return at


def words(at: Project, profile: str, *more: str) -> list[str]:
    given = {"profile": profile, "snakemake": [*more], "cores": None, "dry_run": False}
    return command._how(at, argparse.Namespace(**given))


@pytest.mark.parametrize("profile", sorted(EXECUTORS))
def test_where_its_plugin_is_missing_it_says_what_to_install(at, monkeypatch, profile: str):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="make slurm") as raised:
        words(at, profile)
    (problem,) = raised.value.problems
    assert problem.place == f"--profile {profile}"
    assert f"snakemake-executor-plugin-{EXECUTORS[profile]}" in (problem.do or "")
    # The site's own profile, or the command, names another executor.
    assert "--executor" not in words(at, profile, "--profile", "ours")
    assert "--executor" not in words(at, profile, "--executor=local")


@pytest.mark.parametrize("profile", sorted(EXECUTORS))
def test_the_executor_of_a_cluster_is_named(at, monkeypatch, profile: str):
    monkeypatch.setattr(command, "find_spec", lambda name: object())
    named = words(at, profile)
    assert named[named.index("--executor") + 1] == EXECUTORS[profile]
    assert named[named.index("--workflow-profile") + 1] == str((PROFILES / profile).resolve())


def test_a_profile_of_another_folder_names_its_own(at, tmp_path: Path):
    assert "--executor" not in words(at, "default")
    (tmp_path / "slurm").mkdir()
    named = words(at, str(tmp_path / "slurm"))
    assert "--executor" not in named and str(tmp_path / "slurm") in named
    with pytest.raises(UserError, match="default, lsf, pbs, slurm"):
        words(at, "slrum")
