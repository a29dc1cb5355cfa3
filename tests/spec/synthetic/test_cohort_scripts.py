"""The scripts of scripts/cohorts: what they draw, and which script is run at all."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import synthetic_mini
from mini_trial import REPOSITORY, told

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.synthetic.drawing import to_moments
from trialtrace.run.synthetic.runner import csv_of, loaded
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.cohort_script import script_path
from trialtrace.run.trial.load import load_trial

NAMES = sorted(path.stem for path in REPOSITORY.glob("scripts/cohorts/*.py"))


def script(name: str):
    return loaded(REPOSITORY / "scripts" / "cohorts" / f"{name}.py")


def written(frames: dict) -> dict[str, bytes]:
    return {name: csv_of(frame) for name, frame in frames.items()}


def test_every_synthetic_trial_has_its_script():
    trials = [path.parent for path in REPOSITORY.glob("config/trials/*/trial.yaml")]
    drawn = [folder.name for folder in trials if load_trial(folder.name).drawn]
    assert sorted(drawn) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_one_cohort(name: str):
    draw, seed = script(name).draw, load_trial(name).source.seed
    assert written(draw(seed)) == written(draw(seed))
    assert written(draw(seed)) != written(draw(seed + 1))


# Files with which nothing of an arm goes: sessions are of a training, cycles of the drug, of which
# each arm has as many; dates of visits follow the cycles.
WITHOUT_ARM = {
    "streckmann2024": [
        *("tuning_fork.csv", "nerve_conduction.csv", "qlq_c30.csv", "ntx.csv", "paindetect.csv"),
        *("tns.csv", "vas.csv", "sway.csv", "activity.csv", "screening.csv"),
    ],
    "sprave2019": [
        *("sessions.csv", "pain.csv", "opioids.csv", "imaging.csv", "qlq_c30.csv"),
        *("qlq_bm22.csv", "follow_up.csv"),
    ],
}


@pytest.mark.parametrize("name", WITHOUT_ARM)
def test_arms_are_exchangeable_where_no_number_tells_them_apart(name: str):
    """Patients who are handed to other arms stay what they are."""
    module = script(name)
    sizes = module.TRUTH["patients"]
    alike = dict.fromkeys(module.TRUTH, 0.5)
    other = dict(zip(sizes, [*sizes.values()][::-1], strict=True))
    if other == sizes:
        other = dict(zip(sizes, (20, 40), strict=True))
    one, two = (module.draw(5, alike | {"patients": each}) for each in (sizes, other))
    assert not np.array_equal(one["patients.csv"]["arm"], two["patients.csv"]["arm"])
    for file in WITHOUT_ARM[name]:
        for column in one[file]:
            assert np.array_equal(one[file][column], two[file][column]), (file, column)


def test_musaro_has_the_same_distribution_on_both_sides():
    frames = script("musaro2019").draw(3, {"patients": 2000})
    strength = frames["strength.csv"]
    grades = list(script("musaro2019").GRADES)
    values = np.array([grades.index(one) if one else np.nan for one in strength["mrc"]])
    real = strength["treatment"] == "real"
    difference = np.nanmean(values[real]) - np.nanmean(values[~real])
    # 2,000 patients: five standard errors of the difference of two sides.
    assert abs(difference) < 5 * np.nanstd(values) / np.sqrt(2000)


@pytest.mark.parametrize("sd", ["9.8", None])
def test_moments_print_as_published(sd: str | None):
    drawn = np.random.default_rng(1).normal(50, 10, 31)
    found = to_moments(drawn, 0.5, "51.3", sd, (20, 90), np.random.default_rng(2))
    assert f"{found.mean():.1f}" == "51.3"
    assert sd is None or f"{found.std(ddof=1):.1f}" == sd
    assert np.array_equal(found, np.round(2 * found) / 2)


def test_moments_that_no_values_have_are_refused():
    with pytest.raises(ValueError, match=r"mean 5\.0 and the SD 0\.1"):
        to_moments(np.arange(6.0), 5, "5.0", "0.1", (0, 10), np.random.default_rng(1))


def test_the_script_is_an_input_of_the_job_that_reads_it_and_of_the_report(tmp_path: Path):
    at = synthetic_mini.write_synthetic(tmp_path)
    path = script_path(at, "mini")
    fresh = freshness(at)
    assert path in fresh.config_files("clean_tables", "mini")
    before = {rule: fresh.job(rule, "mini") for rule in ("clean_tables", "derive_datasets")}
    path.write_text(path.read_text() + "\n# another\n")
    after = freshness(at)
    assert after.job("clean_tables", "mini") != before["clean_tables"]
    assert after.job("derive_datasets", "mini") == before["derive_datasets"]


def test_a_script_is_never_one_of_an_archive_or_a_configuration(tmp_path: Path):
    """A folder with a package and a script of its own is not the project that runs."""
    at = synthetic_mini.write_synthetic(tmp_path)
    ran = tmp_path / "ran"
    script_path(at, "mini").write_text(f"open({str(ran)!r}, 'w')\n{synthetic_mini.SCRIPT}")
    (tmp_path / "workflow").unlink()
    shutil.copytree(REPOSITORY / "workflow" / "trialtrace", tmp_path / "workflow" / "trialtrace")
    with pytest.raises(UserError, match=r"no scripts/cohorts/mini\.py where the package runs"):
        ingest_sources(load_trial("mini", at), tmp_path / "raw")
    assert "source.kind" in told(at) and not ran.exists()


def test_without_its_script_a_trial_says_so(tmp_path: Path):
    """As in a wheel, which has none."""
    at = synthetic_mini.write_synthetic(tmp_path)
    script_path(at, "mini").unlink()
    assert "scripts/cohorts/mini.py" in told(at) and "synthetic: true" in told(at)
    with pytest.raises(UserError, match="run it from a checkout"):
        ingest_sources(load_trial("mini", at), tmp_path / "raw")


def test_a_script_that_fails_is_told_by_its_last_line(tmp_path: Path):
    at = synthetic_mini.write_synthetic(tmp_path, "raise ValueError('of no use')\nTRUTH = {}\n")
    with pytest.raises(UserError, match="ValueError: of no use"):
        ingest_sources(load_trial("mini", at), tmp_path / "raw")


def test_a_cohort_yaml_says_what_to_write(tmp_path: Path):
    at = synthetic_mini.write_synthetic(tmp_path)
    folder = at.trial_config("mini")
    (folder / "cohort.yaml").write_text("levels: {}\n")
    file = folder / "trial.yaml"
    file.write_text(file.read_text().replace("  seed: 11", "  mode: display\n  seed: 11"))
    text = told(at)
    assert "cohort.yaml" in text and "trialtrace export" in text and "synthetic: true" in text
    assert "mode" in text and "deleted after version 0.1.0" in text


def test_files_that_the_script_does_not_draw_are_told(tmp_path: Path):
    trial = synthetic_mini.TRIAL.replace("{export: {}, events: {}}", "{export: {}, event: {}}")
    at = synthetic_mini.write_synthetic(tmp_path, trial=trial.replace("of: events", "of: event"))
    assert check_trial(at, "mini") == []
    with pytest.raises(UserError, match=r"source\.items") as refused:
        ingest_sources(load_trial("mini", Project(tmp_path)), tmp_path / "raw")
    assert "event.csv" in str(refused.value) and "events.csv" in str(refused.value)
