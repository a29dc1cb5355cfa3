"""A multiverse of simulated patients: covariates, of which every set is a specification.

`python benchmarks/made_multiverse.py COVARIATES PATIENTS DRAWS` prints the CPU seconds of each of
its steps, measured in this process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SEED = 20261126
STEPS = ("estimates", "draws", "gathering")

SETTINGS = "trials: [made]\nseed: 1\ndisclosure: full\nreport: {formats: [html]}\n"
TRIAL = """\
version: 3
title: A trial of any size
question: Does the drug change the value?
design:
  kind: parallel
  arms:
    drug: {label: Drug, code: "A"}
    placebo: {label: Placebo, code: "B", control: true}
  randomisation: {scheme: simple}
source:
  kind: files
  folder: data
  synthetic: true
  items:
    patients: {path: patients.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
tables:
  patients: {of: patients, key: [id], subject: id, arm: arm}
subjects:
  table: patients
  variables: {%s}
populations:
  itt: {label: All randomised, flag: ITTFL, where: {arm: present}}
"""
ENDPOINTS = "value: {label: Value, code: VALUE, kind: measure, table: patients, column: value}\n"
PLAN = """\
decision_level: 0.05
confidence: 0.95
estimands:
  value_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: value
    intercurrent: []
    summary: difference in means
analyses:
  value:
    label: Value
    role: primary
    estimand: value_itt
    estimates: [{mean_difference: welch}]
"""
MULTIVERSE = """\
of: value
estimate: {mean_difference: {method: ancova, covariates: [], strata: [], variance: model}}
limit: 1000000
draws: %d
seed: 1
factors:
"""
FACTOR = """\
  {0}:
    label: Adjusted for {0}
    why: It may bear on the value.
    levels:
      without: {{}}
      adjusted: {{covariates: [{0}], known: before_randomisation}}
"""
HEAD = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    "Identifier?,Branching Logic (Show field only if...),Required Field?,Custom Alignment,"
    "Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation\n"
)
NUMBER = "{0},patients,,text,{0},,,number,-1000,1000,,,,,,,,\n"


def in_a_process(size: tuple[int, ...]) -> dict[str, float]:
    """What one size takes."""
    words = [sys.executable, __file__, *map(str, size)]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, env=alone, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(size, found, file=sys.stderr, flush=True)
    return found


def measured(folder: Path, covariates: int, patients: int, draws: int) -> dict[str, float]:
    """CPU seconds by step; derived data come from another process."""
    from trialtrace.base.paths import Project
    from trialtrace.report.multiverse.page import render_multiverse
    from trialtrace.run.multiverse.curves import drawn, groups, prepared
    from trialtrace.run.multiverse.estimates import estimates
    from trialtrace.run.multiverse.run import run_multiverse, work_of
    from trialtrace.run.trial.load import load_trial

    write_project(folder, covariates, patients, draws)
    subprocess.run([sys.executable, "-c", STAGES, str(folder)], check=True, capture_output=True)
    out = folder / "out"
    trial = load_trial("made", Project(folder))
    work = work_of(trial, folder / "results/made/derived", out, "measured")
    found: dict[str, float] = {}

    def timed(name: str, do: Callable[[], object]) -> None:
        begun = time.process_time()
        do()
        found[name] = time.process_time() - begun

    timed("estimates", lambda: estimates(work))
    curves = [prepared(work, group) for group in groups(work, estimates(work))]
    timed("draws", lambda: drawn(work, curves))
    timed("gathering", lambda: run_multiverse(work, out))
    timed("page", lambda: render_multiverse(trial, out, out / "multiverse.html", "measured"))
    return found


STAGES = """
import sys
from pathlib import Path
from trialtrace.base.paths import Project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial
folder = Path(sys.argv[1])
trial, results = load_trial("made", Project(folder)), folder / "results/made"
ingest_sources(trial, results / "raw")
clean_tables(trial, results / "raw", results / "clean")
derive_datasets(trial, results / "clean", results / "derived")
"""


def write_project(folder: Path, covariates: int, patients: int, draws: int) -> None:
    """A trial whose patients are drawn: covariates, an arm, and a value that follows them."""
    names = [f"x{number}" for number in range(1, covariates + 1)]
    room = np.random.default_rng(SEED)
    x = room.normal(size=(patients, covariates)).round(3)
    arm = room.permutation(np.arange(patients) % 2)
    value = (x @ np.linspace(1, 0.1, covariates) + 0.2 * arm + room.normal(size=patients)).round(3)
    rows = [",".join(["id", "arm", "value", *names])]
    rows += [
        ",".join([str(at + 1), "BA"[arm[at]], str(value[at]), *map(str, x[at])])
        for at in range(patients)
    ]
    config = folder / "config/trials/made"
    config.mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "Snakefile").touch()
    dictionary = HEAD + "id,patients,,text,Number,,,integer,1,999999,,,y,,,,,\n"
    dictionary += 'arm,patients,,radio,Arm,"A, Drug | B, Placebo",,,,,,,y,,,,,\n'
    dictionary += "".join(map(NUMBER.format, ("value", *names)))
    texts = {
        "data/patients.csv": "\n".join(rows) + "\n",
        "config/config.yaml": SETTINGS,
        "config/trials/made/trial.yaml": TRIAL % ", ".join(f"{name}: {name}" for name in names),
        "config/trials/made/dictionary.csv": dictionary,
        "config/trials/made/cleaning.yaml": "tables:\n  patients: {}\n",
        "config/trials/made/endpoints.yaml": ENDPOINTS,
        "config/trials/made/plan.yaml": PLAN,
        "config/trials/made/claims.yaml": "papers: {}\nclaims: {}\n",
        "config/trials/made/multiverse.yaml": MULTIVERSE % draws
        + "".join(map(FACTOR.format, names)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(Path(folder), *map(int, sys.argv[1:]))))
