"""The mini trial of `mini_trial` on a synthetic cohort, with mess in its export."""

import re
from pathlib import Path

import mini_trial

from trialtrace.base.paths import Project

SOURCE = """\
source:
  kind: synthetic
  mode: display
  seed: 11
  items:
    export: {separator: ";", decimal: ",", encoding: cp1252}
    events: {}
tables:
"""
TRIAL = re.sub(r"source:\n.*?tables:\n", SOURCE, mini_trial.TRIAL, flags=re.DOTALL)
CLEANING = mini_trial.CLEANING.replace(
    'missing: {relief: ["9"]}', 'missing: {relief: ["9"], pain1: ["-1"]}'
)
COHORT = (Path(__file__).parent / "mini" / "cohort.yaml").read_text(encoding="utf-8")
FILES = {"trial": TRIAL, "cleaning": CLEANING}


def write_synthetic(root: Path, cohort: str = COHORT, **files: str) -> Project:
    """A project with the trial "mini", whose source is synthetic."""
    at = mini_trial.write_project(root, **(FILES | files))
    (at.trial_config("mini") / "cohort.yaml").write_text(cohort, encoding="utf-8")
    (root / "Snakefile").touch()
    (root / "reports").symlink_to(mini_trial.REPOSITORY / "reports")
    config = at.config / "config.yaml"
    config.write_text(config.read_text().replace("[html]", "[html, docx, pdf]"))
    return at
