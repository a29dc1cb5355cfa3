"""A trial with mistakes does not stop a run of others that are named."""

import shutil
from pathlib import Path

import pytest
from mini_run import write_mini

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs.run import begin

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def at(tmp_path: Path) -> Project:
    """Two trials, of which the second has a key that no plan has."""
    made = write_mini(tmp_path)
    for name in ("scripts", "workflow", "Snakefile", "environment.yml"):
        if not (tmp_path / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    folder = made.trial_config("broken")
    shutil.copytree(made.trial_config("mini"), folder)
    with (folder / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write("\nnonsense: 1\n")
    settings = made.config / "config.yaml"
    text = settings.read_text(encoding="utf-8").replace("[mini]", "[broken, mini]")
    settings.write_text(text, encoding="utf-8")
    return made


def test_another_trial_runs_without_a_word_of_the_broken_one(at: Project, capsys):
    run = begin(at, check=True, words=["snakemake", "mini"])
    said = capsys.readouterr()
    assert "broken" not in said.err + said.out
    assert {trial for _, trial in run.hashes} == {"mini"}


def test_data_that_are_not_there_are_mistakes_too(at: Project, capsys):
    trial = at.trial_config("broken") / "trial.yaml"
    text = trial.read_text(encoding="utf-8").replace("path: export.csv", "path: other.csv")
    trial.write_text(text, encoding="utf-8")
    shutil.copy(at.trial_config("mini") / "plan.yaml", at.trial_config("broken"))
    run = begin(at, check=True, words=["mini"])
    assert "broken" not in capsys.readouterr().err
    assert {trial for _, trial in run.hashes} == {"mini"}
    with pytest.raises(UserError, match="is not there"):
        begin(at, check=True)


@pytest.mark.parametrize("words", [["broken"], ["broken", "mini"]])
def test_the_broken_one_itself_does_not_run(at: Project, words: list[str]):
    with pytest.raises(UserError, match="nonsense"):
        begin(at, check=True, words=words)


def test_config_yaml_itself_stops_every_run(at: Project):
    with (at.config / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("sede: 1\n")
    with pytest.raises(UserError, match="sede"):
        begin(at, check=True, words=["mini"])


def test_a_project_without_trials_says_what_comes_first(at: Project):
    settings = at.config / "config.yaml"
    text = settings.read_text(encoding="utf-8").replace("[broken, mini]", "[]")
    settings.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        begin(at, check=True)
    (problem,) = error.value.problems
    assert problem.found == "no trial" and "trialtrace new" in problem.do
