"""Older configurations brought forward: each migration on a made folder, and what is refused."""

import re
import shutil
import subprocess

import pytest
import yaml
from mini_run import write_mini
from mini_trial import CLEANING, PLAN, REPOSITORY, TRIAL, edit, write_project

from trialtrace.base.config.edit import Renamed
from trialtrace.base.config.schema import load_schema
from trialtrace.base.errors import UserError
from trialtrace.base.paths import SCHEMAS, Project
from trialtrace.cli import main
from trialtrace.run.jobs.run import begin
from trialtrace.run.trial import migrate
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import Trial, load_trial
from trialtrace.run.trial.migrate import CURRENT, MIGRATIONS, REJECTED, migrated, older_line

OLD_TRIAL = TRIAL.replace("version: 3\n", "")
# As one was written before version 2: with comments, quotes and both styles of mappings.
OLD_CLEANING = """\
# What the dictionary has no place for.
tables:   # by table

  # Those of the form.
  patients:
    ignore: {comment: 'free text, that nobody analyses'} # not read
    missing: {relief: ["9"]}
    units:
      age: years
      days: days
checks: {}
"""
# And before version 3: nothing on the sides of a test that says it today.
OLD_PLAN = PLAN.replace("groups: all, sides: two_sided", "groups: all")
OLD = {"trial": OLD_TRIAL, "cleaning": OLD_CLEANING, "plan": OLD_PLAN}
CONFLICT = f'on_conflict: {{reject: "{REJECTED}"}}'


def texts(at) -> dict[str, str]:
    return {path.name: path.read_text() for path in at.trial_config("mini").iterdir()}


def test_there_is_a_migration_from_every_version_and_the_schema_knows_the_last():
    assert list(MIGRATIONS) == list(range(1, CURRENT))
    schema = load_schema(SCHEMAS, "trial")
    assert schema["properties"]["version"]["maximum"] == CURRENT


@pytest.mark.parametrize("trial", sorted(p.name for p in (REPOSITORY / "config/trials").iterdir()))
def test_the_trials_that_come_along_are_of_todays_version(trial):
    assert older_line(Project(REPOSITORY), trial) is None
    assert migrated(Project(REPOSITORY), trial).changed == []


def test_version_1_rejected_what_version_2_stops_for(tmp_path):
    at = write_project(tmp_path, **OLD)
    assert main(["--project", str(tmp_path), "migrate", "mini", "--write"]) == 0
    # A row number in its key tells the rows of `adverse` apart.
    cleaning = OLD_CLEANING.replace("  patients:\n", f"  patients:\n    {CONFLICT}\n")
    assert texts(at)["cleaning.yaml"] == cleaning
    assert texts(at)["trial.yaml"] == "version: 3\n" + OLD_TRIAL
    assert check_trial(at, "mini") == []
    tables = load_trial("mini", at).cleaning.tables
    assert (tables["patients"].conflict.take, tables["adverse"].conflict.take) == (
        "reject",
        "stop",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("checks: {}\n", f"tables:\n  patients:\n    {CONFLICT}\nchecks: {{}}\n"),
        ("tables: {}\n", f"tables: {{patients: {{{CONFLICT}}}}}\n"),
        ("{}\n", f"{{tables: {{patients: {{{CONFLICT}}}}}}}\n"),
        ("tables:\n  patients: {}\n", f"tables:\n  patients: {{{CONFLICT}}}\n"),
        ("tables:\n  adverse: {}\n", f"tables:\n  patients:\n    {CONFLICT}\n  adverse: {{}}\n"),
    ],
)
def test_tables_that_cleaning_does_not_name(tmp_path, before, after):
    at = write_project(tmp_path, trial=OLD_TRIAL, cleaning=before)
    assert migrated(at, "mini").after["cleaning.yaml"] == after


def test_tables_stand_in_their_own_order(tmp_path):
    trial = OLD_TRIAL.replace("key: [source_row]", "key: [id]")
    at = write_project(tmp_path, trial=trial, cleaning="tables: {other: {}}\n")
    cleaning = yaml.safe_load(migrated(at, "mini").after["cleaning.yaml"])
    assert list(cleaning["tables"]) == ["patients", "adverse", "other"]


PLANS = {
    "one line": (
        "    tests: [{fisher: {sides: less}}, {log_rank: {groups: all}}, {gehan: {}}]\n",
        '    tests: [{fisher: {sides: less}}, {log_rank: {sides: "two_sided", groups: all}}, '
        '{gehan: {sides: "two_sided"}}]\n',
    ),
    "lines": (
        "    tests:\n    - log_rank:\n        groups: all # of both\n"
        "    -   cochran_mantel_haenszel: {strata: [site], correction: none, sides: less}\n",
        '    tests:\n    - log_rank:\n        sides: "two_sided"\n        groups: all # of both\n'
        "    -   cochran_mantel_haenszel: {strata: [site], correction: none, sides: less}\n",
    ),
    "no tests": ("    endpoint: death\n", "    endpoint: death\n"),
}


@pytest.mark.parametrize(("before", "after"), PLANS.values(), ids=PLANS)
def test_tests_were_two_sided_where_version_2_left_it_out(tmp_path, before, after):
    trial = TRIAL.replace("version: 3\n", "version: 2\n")
    plan = "analyses:\n  # The first.\n  death:\n    label: Death\n"
    at = write_project(tmp_path, trial=trial, plan=plan + before)
    forward = migrated(at, "mini")
    assert forward.after["plan.yaml"] == plan + after
    assert forward.after["cleaning.yaml"] == CLEANING
    assert forward.after["trial.yaml"] == TRIAL


def test_a_plan_of_version_2_is_asked_for_the_sides(tmp_path):
    at = write_project(tmp_path, trial=TRIAL.replace("version: 3", "version: 2"), plan=OLD_PLAN)
    (problem,) = check_trial(at, "mini")
    assert problem.place.endswith("log_rank") and "sides" in (problem.expected or "")
    migrated(at, "mini").write()
    assert check_trial(at, "mini") == []


def test_who_uses_a_key_of_version_2_has_written_for_it(tmp_path):
    at = write_project(tmp_path, trial=OLD_TRIAL, cleaning=CLEANING)
    assert "covers: some" in CLEANING
    assert migrated(at, "mini").changed == ["trial.yaml"]


def test_a_version_that_is_named_is_put_forward_in_its_place(tmp_path):
    at = write_project(tmp_path, **OLD)
    edit(at, "trial.yaml", "question:", "version: 1 # of ours\nquestion:")
    assert main(["--project", str(tmp_path), "migrate", "mini", "--write"]) == 0
    assert "\nversion: 3 # of ours\nquestion:" in texts(at)["trial.yaml"]


def test_a_second_migration_changes_nothing(tmp_path):
    at = write_project(tmp_path, **OLD)
    migrated(at, "mini").write()
    once = texts(at)
    again = migrated(at, "mini")
    again.write()
    assert (again.changed, again.diff(), texts(at)) == ([], "", once)


def test_the_diff_is_shown_and_nothing_written_without_being_told(tmp_path, capsys):
    at = write_project(tmp_path, **OLD)
    before = texts(at)
    assert main(["--project", str(tmp_path), "migrate"]) == 0
    shown = capsys.readouterr()
    assert texts(at) == before
    assert "--- a/config/trials/mini/trial.yaml\n" in shown.out and "+version: 3\n" in shown.out
    assert shown.err == (
        "mini: from version 1 to 3, nothing is written yet: trialtrace migrate mini --write\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_diff_is_one_that_patch_applies(tmp_path, end):
    at = write_project(tmp_path)
    for name, text in (("trial.yaml", OLD_TRIAL), ("cleaning.yaml", OLD_CLEANING.rstrip())):
        (at.trial_config("mini") / name).write_bytes(text.replace("\n", end).encode())
    forward = migrated(at, "mini")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=forward.diff().encode(), check=True)
    folder = at.trial_config("mini")
    assert {name: (folder / name).read_bytes().decode() for name in forward.after} == forward.after


def test_rights_of_a_file_stay(tmp_path):
    at = write_project(tmp_path, **OLD)
    path = at.trial_config("mini") / "cleaning.yaml"
    path.chmod(0o600)
    migrated(at, "mini").write()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("trial", "cleaning", "told"),
    [
        (TRIAL.replace("version: 3", "version: 4"), CLEANING, "use a newer trialtrace"),
        (TRIAL.replace("version: 3", "version: 0"), CLEANING, "a version from 1 to 3"),
        (TRIAL.replace("version: 3", 'version: "2"'), CLEANING, "no whole number"),
        (TRIAL.replace("version: 3", "version: yes"), CLEANING, "trial.yaml, line 1: version"),
        (OLD_TRIAL + "  - x\n", CLEANING, "this is not YAML"),
        (OLD_TRIAL, "tables: [\n", "cleaning.yaml, line 2"),
        (OLD_TRIAL, "tables: [a]\n", "cleaning.yaml, line 1: tables"),
        (OLD_TRIAL, "tables:\n  patients:\n", "cleaning.yaml, line 2: tables.patients"),
        (OLD_TRIAL, "tables: &a {patients: {}}\nchecks: {}\n", "the anchor &a"),
        ("title: none of a trial\n", "tables: {}\n", "a mapping of keys to values"),
        (OLD_TRIAL, "tables:\r  patients:\r    units: {age: years}\r", "nothing is migrated"),
    ],
)
def test_what_cannot_be_brought_forward_is_refused_and_nothing_written(
    tmp_path, capsys, trial, cleaning, told
):
    at = write_project(tmp_path, trial=trial, cleaning=cleaning)
    before = texts(at)
    assert main(["--project", str(tmp_path), "migrate", "mini", "--write"]) == 1
    assert told in capsys.readouterr().err
    assert texts(at) == before


def test_of_several_trials_none_is_written_where_one_is_refused(tmp_path, capsys):
    at = write_project(tmp_path, **OLD)
    edit(at, "config.yaml", "[mini]", "[mini, other]")
    other = at.config / "trials" / "other"
    other.mkdir()
    (other / "trial.yaml").write_text("version: 9\n")
    (other / "cleaning.yaml").write_text("tables: {}\n")
    before = texts(at)
    assert main(["--project", str(tmp_path), "migrate", "--write"]) == 1
    assert "version 9" in capsys.readouterr().err
    assert texts(at) == before


def test_a_trial_that_is_not_there(tmp_path, capsys):
    write_project(tmp_path)
    assert main(["--project", str(tmp_path), "migrate", "minni"]) == 1
    assert "minni" in capsys.readouterr().err


@pytest.mark.parametrize("trial", ["elmunzer2012", "musaro2019"])
def test_a_renamed_key_is_renamed_in_every_place_and_nowhere_else(tmp_path, monkeypatch, trial):
    """As if the next version called `describe` of an analysis otherwise."""

    def to_version_4(folder):
        analyses = folder["plan.yaml"].data["analyses"]
        return [
            Renamed("plan.yaml", ("analyses", name), "describe", "summaries")
            for name, analysis in analyses.items()
            if "describe" in analysis
        ]

    shutil.copytree(REPOSITORY / "config", tmp_path / "config")
    folder = tmp_path / "config" / "trials" / trial
    before = {path.name: path.read_text() for path in folder.iterdir()}
    monkeypatch.setattr(migrate, "CURRENT", 4)
    monkeypatch.setitem(MIGRATIONS, 3, to_version_4)
    migrated(Project(tmp_path), trial).write()
    after = {path.name: path.read_text() for path in folder.iterdir()}
    plan, times = re.subn(r"(?m)^(    |\s*\{)describe:", r"\1summaries:", before["plan.yaml"])
    assert times > 3
    expected = {"plan.yaml": plan, "trial.yaml": before["trial.yaml"].replace("on: 3", "on: 4", 1)}
    assert after == before | expected


@pytest.mark.parametrize(("key", "name"), [("no_such_key", "new"), ("label", "tests")])
def test_a_key_that_cannot_be_renamed_is_refused(tmp_path, monkeypatch, key, name):
    at = write_project(tmp_path)
    rename = Renamed("plan.yaml", ("analyses", "relief_primary"), key, name)
    monkeypatch.setattr(migrate, "CURRENT", 4)
    monkeypatch.setitem(MIGRATIONS, 3, lambda folder: [rename])
    with pytest.raises(UserError, match="nothing is migrated"):
        migrated(at, "mini")


def test_a_newer_configuration_is_refused_and_told_alone(tmp_path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "version: 3", "version: 4\nnew_key: 1")
    (problem,) = check_trial(at, "mini")
    assert problem.found == "the number 4"
    assert problem.expected == "a version from 1 to 3; a newer one needs a newer trialtrace"
    with pytest.raises(UserError, match="needs a newer trialtrace"):
        _ = Trial("mini", at).title


def test_a_run_says_it_at_its_start(tmp_path, capsys):
    at = write_mini(tmp_path, trial=OLD_TRIAL)
    (tmp_path / "workflow").mkdir(exist_ok=True)
    for name in ("scripts", "requirements.lock", "workflow/trialtrace"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    begin(at, check=True)
    assert capsys.readouterr().err == (
        "mini: its configuration is of version 1, today's is 3: "
        "trialtrace migrate mini shows what to change\n"
    )
    migrated(at, "mini").write()
    begin(at, check=True)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "command",
    [["check", "mini", "--no-data"], ["results", "mini", "--planned"]],
    ids=["check", "planned"],
)
def test_a_command_says_what_to_do_with_an_older_configuration(tmp_path, capsys, command):
    at = write_project(tmp_path, **OLD)
    line = (
        "mini: its configuration is of version 1, today's is 3: "
        "trialtrace migrate mini shows what to change\n"
    )
    assert main(["--project", str(tmp_path), *command]) == 1
    told = capsys.readouterr().err
    assert line in told and "the key sides is missing" in told
    migrated(at, "mini").write()
    assert main(["--project", str(tmp_path), *command]) == 0
    assert capsys.readouterr().err == ""
