"""What the ingest of a synthetic trial depends on: cohort.yaml and the quantities that it has."""

from pathlib import Path

import pytest
from drawn_trial import COHORT, TRIAL, write_trial
from mini_trial import REPOSITORY, settings_of

from trialtrace.run.jobs.code_versions import Sources
from trialtrace.run.jobs.fresh import Freshness

ENDPOINTS = "pain: {label: Pain, code: PAIN, kind: measure, table: pain, column: vas}\n"
PLAN = """\
decision_level: 0.05
confidence: 0.95
estimands: {}
analyses: {}
"""


@pytest.fixture
def made(tmp_path: Path) -> Freshness:
    at = write_trial(tmp_path).at
    for file, text in (("endpoints.yaml", ENDPOINTS), ("plan.yaml", PLAN)):
        (at.trial_config("made") / file).write_text(text, encoding="utf-8")
    for name in ("scripts", "reports", "requirements.lock"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    return Freshness(at, settings_of("made", "by_source"), Sources(at))


def test_cohort_yaml_counts_where_the_export_is_drawn(made):
    named = {path.name for path in made.config_files("clean_tables", "made")}
    assert {"cohort.yaml", "trial.yaml"} <= named
    assert "cohort.yaml" not in {p.name for p in made.config_files("derive_datasets", "made")}
    assert "run.synthetic" in made.rooms("clean_tables", "made")


def test_a_change_of_the_cohort_changes_the_hash(made, tmp_path):
    before = made.job("clean_tables", "made")
    write_trial(tmp_path, cohort=COHORT.replace("mean: 50, sd: 9", "mean: 51, sd: 9"))
    again = Freshness(made.at, made.settings, Sources(made.at))
    assert again.job("clean_tables", "made") != before


def test_a_trial_with_another_source_has_no_code_of_cohorts(made, tmp_path):
    source = (
        "  kind: files\n  folder: data\n  items: {patients: {path: a.parquet, format: parquet}}\n"
    )
    text = TRIAL.replace(TRIAL[TRIAL.index("  kind: synthetic") : TRIAL.index("tables:")], source)
    (made.at.trial_config("made") / "trial.yaml").write_text(text, encoding="utf-8")
    again = Freshness(made.at, made.settings, Sources(made.at))
    assert "run.synthetic" not in again.rooms("clean_tables", "made")
