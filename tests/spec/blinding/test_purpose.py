"""What hangs on the purpose of a run: its folder, the hashes of its jobs, their code."""

import pytest
from blinded_runs import many_patients, with_key
from mini_run import write_mini
from mini_trial import REPOSITORY

from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.base.purpose import Purpose
from trialtrace.run.jobs.data import data_links
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run import apart, at_work, mark_apart
from trialtrace.run.jobs.stages import CLEAN, DERIVE, RENDER, STAGES
from trialtrace.run.trial.load import load_trial


@pytest.fixture
def at(tmp_path):
    for name in ("scripts", "requirements.lock", "workflow"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    made = write_mini(tmp_path, many_patients())
    with_key(made)
    return made


@pytest.mark.parametrize("text", ["blinded", "open 2020-06-30", "closed 2020-06-30", "analysis"])
def test_a_folder_says_what_its_runs_are_for(at, tmp_path, text):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    made = at_work(folder, str(at.root), text)
    assert list(folder.iterdir()) == []
    mark_apart(made)
    assert project(folder).purpose == made.purpose
    assert project(folder).purpose.text == text
    assert project(folder).root == at.root.resolve()


@pytest.mark.parametrize("purpose", ["blinded", "closed 2020-06-30"])
def test_the_folder_of_a_project_or_of_results_takes_no_other_runs(at, tmp_path, purpose):
    """By name, by none, and in a folder with results that say nothing of themselves."""
    before = {*tmp_path.rglob("*")}
    for named in (str(at.root), None):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            with pytest.raises(UserError, match="a folder of their own"):
                at_work(tmp_path, named, purpose)
    assert {*tmp_path.rglob("*")} == before
    (tmp_path / "elsewhere" / "results").mkdir(parents=True)
    with pytest.raises(UserError, match="has results/"):
        at_work(tmp_path / "elsewhere", str(at.root), purpose)


def test_every_job_of_another_purpose_has_another_hash(at, tmp_path):
    purposes = (Purpose(), Purpose("blinded"), Purpose("closed", "2020-06-30"))
    runs = [
        freshness(apart(at, tmp_path / f"run {n}", purpose)) for n, purpose in enumerate(purposes)
    ]
    for rule in STAGES:
        assert len({run.job(rule, "mini") for run in runs}) == len(runs), rule


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("analysis", True),
        ("blinded", False),
        ("open 2020-06-30", False),
        ("closed 2020-06-30", True),
    ],
)
def test_snakemake_is_shown_no_export_of_a_run_that_hides_the_arms(at, tmp_path, text, linked):
    """It keeps a plain hash of every input, against which the arms could be tried."""
    there = at_work(tmp_path / "elsewhere", str(at.root), text)
    assert there.purpose.hides_arms is not linked
    assert bool(data_links(load_trial("mini", there))) is linked


def test_an_analysis_hangs_on_no_code_that_blinds(at, tmp_path):
    """A change of endpoints reads no export anew; of a blinded run it does."""
    analysis = freshness(at)
    blinded = freshness(apart(at, tmp_path / "blinded", Purpose("blinded")))
    rooms = [one.rooms(CLEAN, "mini") for one in (analysis, blinded)]
    for room in ("run.endpoints", "run.integrity"):
        assert [room in one for one in rooms] == [False, True], room


def test_decisions_make_derived_data_and_reports_anew(at):
    before = freshness(at)
    hashes = {rule: before.job(rule, "mini") for rule in STAGES}
    (at.trial_config("mini") / "review.yaml").write_text("decisions: {}\n")
    after = freshness(at)
    changed = {rule for rule in STAGES if after.job(rule, "mini") != hashes[rule]}
    assert changed == {DERIVE, RENDER}
