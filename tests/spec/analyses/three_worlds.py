"""Three worlds of 22 patients, two sides and two visits, alike in one F of the four cells.

In each world patients differ by the same levels and the same errors; only the pattern of the four
cells differs, and is scaled so that F(3, 63) of the cells as one factor is 5.907. No world is a
model of a trial: they show what that F cannot tell.
"""

from math import sqrt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import yaml
from small_trial import Results

from trialtrace.base.config.spec import structure
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, OCCDS, empty, from_rows, write_table
from trialtrace.run.trial.endpoints import families
from trialtrace.run.trial.plan import build
from trialtrace.run.trial.study.file import Design, Population
from trialtrace.run.trial.study.subjects import Subjects

F, PATIENTS = 5.907, 22
ARMS, VISITS = ("real", "sham"), ("before", "after")
# Real before, real after, sham before, sham after.
WORLDS = {
    "Change over time alone": (0, 1, 0, 1),
    "Difference from the start": (1, 1, 0, 0),
    "Change on the real side only": (0, 1, 0, 0),
}
TRIAL = """
design:
  kind: within_subject
  arms: {real: {label: Real, code: R}, sham: {label: Sham, code: S, control: true}}
  randomisation: {scheme: simple}
subjects: {table: patients, variables: {dominant: dominant}}
populations: {all: {label: All, flag: ITTFL, where: {arm: present}}}
"""
ENDPOINTS = """
strength: {label: Strength, code: STRENGTH, kind: repeated, table: patients,
  visits: {a: before, b: after}, baseline: before}
"""
PLAN = """
decision_level: 0.05
confidence: 0.95
estimands:
  strength:
    treatment: {of: real, to: sham}
    population: all
    variable: strength
    intercurrent: []
    summary: s
displays: {}
analyses:
  contrast:
    label: Paired contrast
    role: primary
    estimand: strength
    value: change
    visits: [after]
    estimates: [{mean_difference: paired_t}]
    tests:
      - {paired_t: {sides: two_sided}}
      - {rerandomise_sides: {allocation: coin, sides: two_sided}}
      - {rerandomise_sides: {allocation: balanced, sides: two_sided}}
  readings:
    label: Readings
    role: supportive
    estimand: strength
    tests:
      - {repeated_measures_anova: {design: cells, sphericity: greenhouse_geisser}}
      - {repeated_measures_anova: {design: treatment_by_visit, sphericity: greenhouse_geisser}}
      - {repeated_measures_anova: {design: visits, treatment: real, sphericity: none}}
"""


def world(pattern: tuple[int, ...]) -> np.ndarray:
    """Values (patients, cells) with the pattern's F exactly 5.907."""
    draw = np.random.default_rng(1771)
    level = np.round(draw.normal(60, 12, PATIENTS), 1)
    error = draw.normal(0, 5, (PATIENTS, 4))
    # Errors without a mean of their own in any cell or patient: all the cells' F is the pattern's.
    error = error - error.mean(axis=0) - error.mean(axis=1, keepdims=True) + error.mean()
    shape = np.array(pattern) - np.mean(pattern)
    wanted = F * 3 * (error**2).sum() / 63
    size = sqrt(wanted / (PATIENTS * (shape**2).sum()))
    return level[:, None] + size * np.array(pattern) + error


def results(folder: Path, values: np.ndarray, plan: str = PLAN) -> Results:
    """The plan over one data set; the left side of every second patient is treated."""
    write(folder / "derived", values)
    trial = yaml.safe_load(TRIAL)
    config = SimpleNamespace(
        name="small",
        synthetic=False,
        private=False,
        design=structure(Design, trial["design"]),
        subjects=structure(Subjects, trial["subjects"]),
        populations=structure(dict[str, Population], trial["populations"]),
        dictionary={"patients": {}},
        endpoints=families.endpoints(yaml.safe_load(ENDPOINTS)),
        plan=build.plan(yaml.safe_load(plan)),
    )
    analyse_plan(config, folder / "derived", folder / "analysis")
    return Results(folder / "analysis", config.name)


def write(derived: Path, values: np.ndarray) -> None:
    subjects, records = [], []
    for number, row in enumerate(values):
        own = {"STUDYID": "small", "USUBJID": f"small-{number:03}", "SYNTHFL": "N"}
        subjects.append(own | {"SUBJID": f"{number:03}"})
        for at, value in enumerate(row):
            arm, visit = divmod(at, 2)
            base, left = row[2 * arm], (number + arm) % 2 == 0
            missing = np.isnan(value)
            records.append(
                own
                | {
                    "ASEQ": at + 1,
                    "PARAMCD": "STRENGTH",
                    "PARAM": "Strength",
                    "TRTP": ARMS[arm],
                    "LAT": "left" if left else "right",
                    "AVISIT": VISITS[visit],
                    "AVISITN": visit + 1,
                    "AVAL": None if missing else float(value),
                    "BASE": float(base),
                    "CHG": None if missing else float(value - base),
                }
            )
    adsl = from_rows(subjects, ADSL).append_column("ITTFL", pa.array(["Y"] * len(values)))
    dominant = pa.array(["left" if n % 3 else "right" for n in range(len(values))])
    write_table(derived / "adsl.parquet", adsl.append_column("DOMINANT", dominant), ADSL)
    write_table(derived / "bds.parquet", from_rows(records, BDS), BDS)
    write_table(derived / "adtte.parquet", empty(ADTTE), ADTTE)
    write_table(derived / "occds.parquet", empty(OCCDS), OCCDS)


def table(found: dict[str, Results]) -> str:
    """The table of docs/greenhouse-geisser.md: a row a statistic, a column a world."""
    rows = {
        "**Four cells as one factor**, F(3, 63)": (
            lambda r: f"{r.value(effect('f', 'cells', 'cell')):.3f}"
        ),
        "p, uncorrected": lambda r: f"{r.value(effect('p_uncorrected', 'cells', 'cell')):.4f}",
        "ε, Greenhouse–Geisser": lambda r: f"{r.value(effect('epsilon_gg', 'cells', 'cell')):.3f}",
        "p, Greenhouse–Geisser": lambda r: f"{r.value(effect('p_gg', 'cells', 'cell')):.4f}",
        "p, lower bound (ε = 1/3)": (
            lambda r: f"{r.value(effect('p_lower', 'cells', 'cell')):.4f}"
        ),
        "**Two factors**: side, F(1, 21)": lambda r: f_and_p(r, "treatment_by_visit", "treatment"),
        "visit, F(1, 21)": lambda r: f_and_p(r, "treatment_by_visit", "visit"),
        "side × visit, F(1, 21)": lambda r: f_and_p(r, "treatment_by_visit", "treatment_visit"),
        "**Real side alone**: visit, F(1, 21)": lambda r: f_and_p(r, "visits", "visit"),
        "**Paired contrast**, 95 % CI": lambda r: r.text(contrast("mean_difference.paired_t")),
        "p, paired t test": lambda r: f"{r.value(contrast('p_value.paired_t')):.3f}",
        "p, all 4,194,304 assignments": (
            lambda r: f"{r.value(contrast('p_value.rerandomise_sides')):.3f}"
        ),
        "p, all 705,432 balanced ones": (
            lambda r: f"{r.value(contrast('p_value.rerandomise_sides_balanced')):.3f}"
        ),
    }
    lines = ["| | " + " | ".join(found) + " |", "| --- |" + " ---: |" * len(found)]
    for name, cell in rows.items():
        lines.append(f"| {name} | " + " | ".join(cell(r) for r in found.values()) + " |")
    return "\n".join(lines) + "\n"


def effect(stat: str, design: str, name: str) -> str:
    return f"readings/{stat}.repeated_measures_anova_{design}@all;effect={name}"


def contrast(statistic: str) -> str:
    return f"contrast/{statistic}@real-sham;visit=after"


def f_and_p(found: Results, design: str, name: str) -> str:
    f, p = (found.value(effect(stat, design, name)) for stat in ("f", "p_uncorrected"))
    return f"{f:.2f}, p = {p:.4f}"
