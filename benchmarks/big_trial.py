"""Trials of many patients, endpoints and analyses: seconds and memory of each stage.

Prints a table. The exports are made up from a fixed seed: patients with
five visits, a yes/no outcome, a survival time and repeated measures. Every stage runs in a process
of its own, start-up included; memory is the most that the process held at once, without pandoc.
"""

import compileall
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "workflow"), str(ROOT / "tests" / "helpers")]
TRIAL, COPIED = "long", ("workflow", "scripts", "reports")
STAGES = ("ingest", "clean", "derive", "analyse", "check", "audit")
SEED, VISITS, LEVELS = 20261125, 5, 11
MEMORY, SECONDS = 2048, {"patients": 39.0, "others": 120.0}
DAYS = 1000
RENDER = """
from trialtrace.run.jobs.job import leave_pandas
leave_pandas()
from trialtrace.base.paths import project
from trialtrace.report.report import render_report
from trialtrace.run.trial.load import load_settings, load_trial
at = project()
render_report(load_trial("long", at), load_settings(at), at.results / "long", {"analyse_plan": "0"})
"""
SETTINGS = """\
trials: [long]
seed: 1
disclosure: by_source
report: {formats: [html]}
"""
DESCRIBED = """\
version: 3
title: A big trial
question: Does the drug relieve pain?
design:
  kind: parallel
  arms:
    drug: {label: Drug, code: "A"}
    placebo: {label: Placebo, code: "B", control: true}
  randomisation: {scheme: simple}
source:
  kind: files
  folder: data
  items:
    patients: {path: patients.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
    diary: {path: diary.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}
tables:
  patients: {of: patients, key: [id], subject: id, arm: arm}
  diary: {of: diary, key: [id, visit], subject: id}
subjects:
  table: patients
  age: {column: age, unit: years}
  sex: {column: sex, codes: {F: "1", M: "2"}}
  variables: {smoker: smoker, stage: stage, weight: weight}
populations:
  itt: {label: All randomised, flag: ITTFL, where: {arm: present}}
"""
ONE = """
import sys
from trialtrace.base.paths import project
from trialtrace.run.trial.load import load_trial
at, stage = project(), sys.argv[1]
trial, to = load_trial("long", at), at.results / "long"
derived, analysis = to / "derived", to / "analysis"
if stage == "ingest":
    from trialtrace.run.sources.ingest import ingest_sources
    ingest_sources(trial, to / "raw")
elif stage == "clean":
    from trialtrace.run.cleaning.clean import clean_tables
    clean_tables(trial, to / "raw", to / "clean")
elif stage == "derive":
    from trialtrace.run.endpoints.derive import derive_datasets
    derive_datasets(trial, to / "clean", derived)
elif stage == "analyse":
    from trialtrace.run.methods.analysing.run import analyse_plan
    analyse_plan(trial, derived, analysis)
elif stage == "check":
    from trialtrace.run.methods.checking.run import check_results
    check_results(trial, derived, analysis, analysis / "checks.parquet")
else:
    from trialtrace.run.claims.audit import audit_claims
    audit_claims(trial, derived, analysis, to / "audit" / "claims.parquet")
"""
ONCE = """\
healed:
  label: Healed
  code: HEALED
  kind: event
  table: patients
  event: {healed: {is: "1"}}
death:
  label: Death
  code: DEATH
  kind: time_to_event
  table: patients
  time: days
  event: {died: {is: "1"}}
  event_label: Death
  censored_label: Alive at last contact
"""
REPEATED = """\
measure_{n}:
  label: Measure {n}
  code: M{n}
  kind: repeated
  table: diary
  column: m{n}
  scale: {{type: ordinal, from: 0, to: 10, higher: worse}}
  visit: {{column: visit, labels: {{{days}}}}}
  baseline: day 1
"""
ESTIMAND = """\
  of_{name}:
    treatment: {{of: drug, to: placebo}}
    population: itt
    variable: {name}
    intercurrent: []
    summary: {summary}
"""
ANALYSIS = """\
  {name}:
    label: {label}
    role: {role}
    estimand: of_{of}
"""
OF_KIND = {
    "healed": """\
    describe: [{proportion: wilson}]
    estimates: [{risk_difference: newcombe}]
    tests: [{fisher: {sides: two_sided}}]
""",
    "death": """\
    describe: [{events: count}, {median_time: {method: kaplan_meier, interval: log_log}}]
    estimates: [{hazard_ratio: {method: cox, ties: efron}}]
    tests: [{log_rank: {groups: pairs, sides: two_sided}}]
""",
    "measure": """\
    visits: all
    describe: [{summary: [mean, sd]}]
    estimates: [{mean_difference: welch}]
    tests: [{welch_t: {sides: two_sided}}]
""",
}
DISPLAYS = """\
displays:
  baseline: {population: itt, overall: true, variables: [age, sex, smoker, stage, weight]}
  flow: {patients: Randomised, analysed: [healed]}
  kaplan_meier:
    - {title: Survival, endpoint: death, population: itt, unit: days, at: [0, 250, 500, 750, 1000]}
"""


@dataclass(frozen=True)
class Size:
    """A trial: its patients, its measures at five visits, and the analyses of each measure."""

    patients: int
    measures: int = 2
    analyses: int = 1

    @property
    def words(self) -> str:
        endpoints, analyses = self.measures + 2, 2 + self.measures * self.analyses
        return f"{self.patients:,} patients, {endpoints} endpoints, {analyses} analyses"


SIZES = (
    *(Size(10**power) for power in (3, 4, 5)),
    Size(500, measures=198),
    Size(500, measures=83, analyses=6),
)


def configuration(size: Size) -> tuple[str, str]:
    """endpoints.yaml and plan.yaml."""
    days = ", ".join(f"d{day}: day {day}" for day in range(1, VISITS + 1))
    names = {f"measure_{n}": f"Measure {n}" for n in range(1, size.measures + 1)}
    endpoints = [ONCE, *(REPEATED.format(n=n + 1, days=days) for n in range(size.measures))]
    summaries = {"healed": "difference in risks", "death": "hazard ratio"}
    estimands = (
        ESTIMAND.format(name=name, summary=summaries.get(name, "difference in means"))
        for name in (*summaries, *names)
    )
    analyses = [
        ANALYSIS.format(name="healed", label="Healed", role="primary", of="healed")
        + OF_KIND["healed"],
        ANALYSIS.format(name="death", label="Death", role="secondary", of="death")
        + OF_KIND["death"],
    ]
    for name, label in names.items():
        for n in range(1, size.analyses + 1):
            again = f"_{n}" if n > 1 else ""
            told = f"{label}, once more ({n})" if n > 1 else label
            analyses.append(
                ANALYSIS.format(name=name + again, label=told, role="secondary", of=name)
                + OF_KIND["measure"]
            )
    levels = "decision_level: 0.05\nconfidence: 0.95\n"
    plan = [levels, "estimands:\n", *estimands, "analyses:\n", *analyses, DISPLAYS]
    return "".join(endpoints), "".join(plan)


def dictionary(size: Size) -> str:
    codes = " | ".join(f"d{day}, Day {day}" for day in range(1, VISITS + 1))
    measures = "".join(
        f"m{n},diary,,text,Measure {n},,,integer,0,10,,,,,,,,\n"
        for n in range(1, size.measures + 1)
    )
    return f"""\
id,patients,,text,Number,,,integer,1,{size.patients},,,y,,,,,
arm,patients,,radio,Arm,"A, Drug | B, Placebo",,,,,,,y,,,,,
age,patients,,text,Age,,,integer,0,110,,,y,,,,,
sex,patients,,radio,Sex,"1, Female | 2, Male",,,,,,,y,,,,,
smoker,patients,,yesno,Smoker,,,,,,,,y,,,,,
stage,patients,,radio,Stage,"1, One | 2, Two | 3, Three",,,,,,,y,,,,,
weight,patients,,text,Weight,,,number,30,200,,,y,,,,,
healed,patients,,yesno,Healed,,,,,,,,,,,,,
days,patients,,text,Days,,,integer,0,{DAYS},,,y,,,,,
died,patients,,yesno,Died,,,,,,,,y,,,,,
id,diary,,text,Number,,,integer,1,{size.patients},,,y,,,,,
visit,diary,,radio,Visit,"{codes}",,,,,,,y,,,,,
{measures}"""


def write_trial(folder: Path, size: Size) -> None:
    """The project of a trial: its configuration, the package and the made-up export."""
    import mini_trial

    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)
    for name in ("requirements.lock", "Snakefile"):
        shutil.copy2(ROOT / name, folder)
    at = folder / "config" / "trials" / TRIAL
    at.mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "config" / "config.yaml").write_text(SETTINGS, encoding="utf-8")
    endpoints, plan = configuration(size)
    written = {
        "trial.yaml": DESCRIBED,
        "dictionary.csv": mini_trial.HEADER + dictionary(size),
        "cleaning.yaml": "tables: {patients: {units: {age: years, weight: kg, days: days}}}\n",
        "endpoints.yaml": endpoints,
        "plan.yaml": plan,
        "claims.yaml": "papers: {}\nclaims: {}\n",
    }
    for name, text in written.items():
        (at / name).write_text(text, encoding="utf-8")
    _export(folder / "data", size)


def _export(folder: Path, size: Size) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    draw, n = np.random.default_rng(SEED), size.patients
    numbers = np.arange(1, n + 1)
    days = np.minimum(draw.exponential(DAYS, n), DAYS).astype(int)
    patients = {
        "id": numbers,
        "arm": np.where(numbers % 2, "A", "B"),
        "age": draw.integers(18, 90, n),
        "sex": draw.integers(1, 3, n),
        "smoker": draw.integers(0, 2, n),
        "stage": draw.integers(1, 4, n),
        "weight": draw.normal(75, 10, n).clip(35, 190).round(1),
        "healed": draw.integers(0, 2, n),
        "days": days,
        "died": (days < DAYS).astype(int),
    }
    csv.write_csv(pa.table(patients), folder / "patients.csv")
    diary = {
        "id": np.repeat(numbers, VISITS),
        "visit": np.tile([f"d{day}" for day in range(1, VISITS + 1)], n),
    }
    for at in range(1, size.measures + 1):
        diary[f"m{at}"] = draw.integers(0, LEVELS, n * VISITS)
    csv.write_csv(pa.table(diary), folder / "diary.csv")


def cost(folder: Path, *command: str) -> tuple[float, int]:
    """CPU seconds of a command in the project, and the MiB that it held at most."""
    variables = os.environ | {"PYTHONPATH": str(folder / "workflow")}
    done = subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.stdout.read() if done.stdout else b""
    _, status, used = os.wait4(done.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:4])} failed:\n{said.decode()}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def stages(folder: Path) -> dict[str, tuple[float, int]]:
    """CPU seconds and MiB of each stage."""
    compileall.compile_dir(folder / "workflow", quiet=2)
    made = {}
    for name in (*STAGES, "render"):
        code = RENDER if name == "render" else ONE
        began = time.perf_counter()
        cpu, memory = cost(folder, sys.executable, "-c", code, name)
        made[name] = cpu, memory
        took = time.perf_counter() - began
        print(f"{name}: {cpu:.1f} CPU s, {memory} MiB, {took:.0f} s", flush=True)
    return made


def table(found: dict[Size, dict[str, tuple[float, int]]]) -> str:
    names = [size.words for size in found]
    lines = []
    for stage in (*STAGES, "render"):
        cells = (f"{cpu:.1f}, {memory:,}" for cpu, memory in (one[stage] for one in found.values()))
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    totals, most = [], []
    for size, one in found.items():
        total, memory = sum(cpu for cpu, _ in one.values()), max(m for _, m in one.values())
        limit = SECONDS["patients" if size.patients > 10**4 else "others"]
        totals.append(f"{total:.1f}{'' if total <= limit else ': **not kept**'}")
        most.append(f"{memory:,}{'' if memory <= MEMORY else ': **not kept**'}")
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "\n".join(
        [
            "Trials of many patients, endpoints and analyses",
            "",
            f"Measured by `make bench-big`, {os.cpu_count()} cores, {machine:.0f} GB, Python "
            f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end: CPU seconds, "
            "start-up included, and MiB that the process of the stage held at most. Exports are "
            "made up: a yes/no outcome, a survival time, and measures at five visits; reports are "
            f"restricted, as HTML. Limits: {MEMORY:,} MiB a stage; {SECONDS['patients']:g} CPU "
            f"seconds for 100,000 patients, {SECONDS['others']:g} for the others.",
            "",
            f"| stage | {' | '.join(names)} |",
            "| --- |" + " ---: |" * len(names),
            *lines,
            f"| all, CPU s | {' | '.join(totals)} |",
            f"| most, MiB | {' | '.join(most)} |",
            "",
        ]
    )


def main() -> None:
    found = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()
            write_trial(folder, size)
            print(size.words, flush=True)
            found[size] = stages(folder)
    print(table(found))


if __name__ == "__main__":
    main()
