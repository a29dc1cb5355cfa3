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
COHORT = """\
levels:
  patients: {arms: {drug: 20, placebo: 20}}
  sick_days: {of: patients, as: number, count: sickness}
quantities:
  frailty: {level: patients, normal: {mean: 0, sd: 1}}
  age: {level: patients, normal: {mean: 50, sd: 10}, limits: {from: 20, to: 80}, step: 1,
    exact: {mean: "50", sd: "9.8"}, tag: printed, check: {variable: age}}
  sex: {level: patients, choice: {of: {female: 0.5, male: 0.5}}}
  site: {level: patients, choice: {of: {North: 0.5, South: 0.5}}}
  smoker: {level: patients, share: {probability: 0.4}}
  relief:
    level: patients
    share:
      set: simplest
      by: arm
      is:
        drug: {count: 12, of: 18, printed: "66.7%"}
        placebo: {count: 6, of: 18, printed: "33.3%"}
    loads: {frailty: -0.5}
    tag: arithmetic
    check: {endpoint: relief, population: itt}
  examined: {level: patients, share: {probability: 0.7}}
  pain0: {level: patients, ordinal: {from: 0, probabilities: [0.1, 0.2, 0.4, 0.2, 0.1]}}
  pain1: {level: patients, ordinal: {from: 0, probabilities: [0.3, 0.3, 0.2, 0.1, 0.1]},
    loads: {frailty: 0.4}, where: {examined: {is: "yes"}}}
  days: {level: patients, uniform: {from: 20, to: 400}, step: 1}
  died: {level: patients, share: {probability: 0.3}, loads: {frailty: 0.3}}
  seen: {level: patients, date: {between: ["2020-02-01", "2021-06-30"]}}
  sickness: {level: patients, spread: {total: 14}}
  what: {level: sick_days, choice: {of: {nausea: 0.7, dizziness: 0.3}}}
forms:
  export:
    level: patients
    columns: {sex: {of: sex, codes: {female: "1", male: "2"}}, comment: {text: 'seen; "well"'}}
  events: {level: sick_days}
mess:
  - {form: export, column: pain1, defect: coded_missing, value: "-1", rows: 2}
  - {form: export, column: pain1, defect: impossible, value: "77", rows: 1}
  - {form: export, column: pain1, defect: free_text, value: not asked, rows: 1}
  - {form: export, column: relief, defect: unknown_code, value: "3", rows: 1}
  - {form: export, column: age, defect: stray_space, rows: 3}
  - {form: export, defect: duplicate_row, rows: 2}
  - {form: events, defect: unknown_subject, value: "999", rows: 1}
"""
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
