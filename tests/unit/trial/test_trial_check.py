"""Checking trials as wholes."""

from pathlib import Path

import pytest
from mini_trial import FILES, REPOSITORY, edit, write_project

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs.fresh import renderer
from trialtrace.run.trial.check import check_all, check_trial
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.load import load_settings, load_trial


def told(problems: list) -> str:
    return "\n\n".join(str(problem) for problem in problems)


def test_every_folder_of_a_trial_is_without_problems():
    at = Project(REPOSITORY)
    for folder in sorted((at.config / "trials").iterdir()):
        assert told(check_trial(at, folder.name)) == ""


def test_the_small_trial_is_valid_and_can_be_loaded(tmp_path):
    at = write_project(tmp_path)
    assert told(check_all(at=at)) == ""
    trial = load_trial("mini", at)
    assert trial.design.control.name == "placebo"
    assert trial.plan.analyses["relief_by_smoker"].estimand.name == "relief_itt"
    assert trial.dictionary["patients"]["smoker"].choices == {"1": "Yes", "0": "No"}
    assert next(iter(read_claims(trial))) == "relief_drug"
    assert trial.cleaning.checks["followed"].columns == ("days",)


@pytest.mark.parametrize("name", ["../mini", "mini/..", "/etc", "Mini", "", "a b"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    at = write_project(tmp_path)
    assert "small letters, digits and _" in told(check_trial(at, name))
    with pytest.raises(UserError):
        load_trial(name, at)


def test_a_trial_without_a_folder(tmp_path):
    at = write_project(tmp_path)
    edit(at, "config.yaml", "trials: [mini]", "trials: [mini, minni]")
    text = told(check_all(load_settings(at), at))
    assert "found     no folder config/trials/minni" in text
    assert 'did you mean "mini"?' in text


def test_a_missing_part(tmp_path):
    at = write_project(tmp_path)
    (at.trial_config("mini") / "claims.yaml").unlink()
    text = told(check_trial(at, "mini"))
    assert text.startswith("config/trials/mini/claims.yaml\n  this file is not there")


def test_a_file_that_is_not_ours(tmp_path):
    at = write_project(tmp_path)
    (at.trial_config("mini") / "endpoint.yaml").write_text("a: 1\n")
    (at.trial_config("mini") / ".hidden").write_text("")
    text = told(check_trial(at, "mini"))
    assert "found     a file that trialtrace does not read" in text
    assert 'did you mean "endpoints.yaml"?' in text
    assert ".hidden" not in text


def test_mistakes_of_all_files_are_told_together(tmp_path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "site: site", "site: sight")
    edit(at, "plan.yaml", "visits: all", "visits: [later]")
    edit(at, "endpoints.yaml", "code: PAINANY", "code: PAIN")
    edit(at, "claims.yaml", "group: drug}", "group: drgu}")
    files = [
        problem.place.partition(":")[0].rpartition("/")[2] for problem in check_trial(at, "mini")
    ]
    assert list(dict.fromkeys(files)) == [
        "trial.yaml",
        "endpoints.yaml",
        "plan.yaml",
        "claims.yaml",
    ]


@pytest.mark.parametrize("file", FILES)
def test_a_broken_file_is_told_once_and_the_others_are_still_checked(tmp_path, file):
    at = write_project(tmp_path)
    (at.trial_config("mini") / file).write_bytes(b"a: [\xff\n")
    places = {problem.place.partition(":")[0] for problem in check_trial(at, "mini")}
    assert places == {f"config/trials/mini/{file}"}


@pytest.mark.parametrize(
    ("file", "old", "new", "read"),
    [
        ("trial.yaml", ", control: true", "", lambda trial: trial.design),
        ("plan.yaml", "of: relief_primary\n", "of: relief_by_smoker\n", lambda trial: trial.plan),
        ("plan.yaml", "estimand: pain_itt", "estimand: other", lambda trial: trial.plan),
        ("claims.yaml", "relief_drug: {from: main", "relief_drug: {from: x", read_claims),
    ],
)
def test_loading_a_trial_that_was_not_checked_tells_what_is_wrong(
    tmp_path: Path, file, old, new, read
):
    at = write_project(tmp_path)
    edit(at, file, old, new)
    with pytest.raises(UserError, match="expected"):
        read(load_trial("mini", at))


@pytest.mark.parametrize(
    ("old", "long"),
    [("folder: data", "folder: " + "x" * 300), ("path: export.csv", "path: " + "x/" * 2500 + "a")],
)
def test_a_path_that_no_file_system_holds(tmp_path, old, long):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", old, long)
    (problem,) = check_trial(at, "mini")
    assert "at most 2000 bytes, and 255 in each name of it" in str(problem)


MANY = {
    "wrong keys": ("claims.yaml", "", "wrong{}: 1\n"),
    "entries of another shape": ("claims.yaml", "claims:\n", "  c{}: 1\n"),
    "entries with wrong keys": ("plan.yaml", "analyses:\n", "  a{}: {{b: c}}\n"),
    "refused spellings": ("claims.yaml", "claims:\n", "  c{}: yes\n"),
    "endpoints of no kind": ("endpoints.yaml", "", "e{}: 1\n"),
}


@pytest.mark.parametrize("case", MANY)
def test_a_file_of_mistakes_is_told_by_its_first_ones(tmp_path, case):
    file, start, entry = MANY[case]
    at = write_project(tmp_path)
    entries = "".join(entry.format(number) for number in range(10_000))
    (at.trial_config("mini") / file).write_text(start + entries)
    problems = check_trial(at, "mini")
    assert "200 mistakes, after which no more were looked for" in str(problems[0])
    assert len(problems) < 220


def test_a_comma_that_is_missing_in_config_yaml_is_told_by_what_to_write(tmp_path):
    at = write_project(tmp_path)
    edit(at, "config.yaml", "trials: [mini]", "trials: [other mini]")
    text = "\n".join(str(problem) for problem in check_all(at=at))
    assert "a comma is missing: write other, mini" in text


def test_quarto_where_it_is_chosen_must_be_here(tmp_path, monkeypatch):
    at = write_project(tmp_path)
    config = at.config / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("report:", "report:\n  renderer: quarto"), encoding="utf-8")
    monkeypatch.setenv("PATH", "/nowhere")
    (problem,) = check_all(at=at)
    assert "report.renderer" in str(problem) and "`renderer: embedded`" in str(problem)
    with pytest.raises(UserError, match="no `quarto` on the PATH"):
        renderer(load_settings(at))
    config.write_text(text, encoding="utf-8")
    assert not check_all(at=at) and renderer(load_settings(at)) == "embedded"
