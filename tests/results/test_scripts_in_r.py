"""Every number of the three trials by its script of R, all in one R process, from the CSVs alone.

What is not written in R stands in not_in_r.csv with its reason; it grows by new methods alone.
"""

import csv
import math
import shutil
import subprocess
from pathlib import Path

import pytest
from written.r_scripts import PAGE
from written.r_scripts import told as told_by

from trialtrace.base.paths import Project, project
from trialtrace.report.interchange.adam import csv_tables
from trialtrace.report.rcode.call import Calls, NoCall
from trialtrace.report.rcode.script import Scripts
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import DERIVED, read_table
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.registry import card_of, cards

HERE = Path(__file__).parent
TOLERANCE = 1e-6
LONGEST = 60
PACKAGES = ("survival", "car", "sandwich", "ordinal", "cmprsk", "MASS")
# Trials whose whole scripts are run.
OTHERS = (
    *("musaro2019", "sprave2019", "arthritis1986", "cgd1991"),
    *("made_clusters", "made_crossover", "thall1990"),
)
MORE = sorted((HERE / "more_calls").glob("*.yaml"))
# As in conftest.py, whose runs are shared.
TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")
DRIVER = """
trials <- commandArgs(TRUE)
commandArgs <- function(trailingOnly) character()
run <- function(script) {
  capture.output(suppressWarnings(suppressMessages(source(script, local = new.env()))))
}
for (trial in trials) {
  setwd(trial)
  for (script in list.files("scripts", full.names = TRUE)) cat(paste0("one\\t", run(script), "\\n"))
  cat(paste0("all\\t", run("all.R"), "\\n"), sep = "")
}
"""


def listed() -> dict[str, str]:
    with (HERE / "not_in_r.csv").open(encoding="utf-8", newline="") as lines:
        return {row["result_id"]: row["reason"] for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def written(real):
    """Script by result, and the reason of each result that has none."""
    scripts, lacking = {}, {}
    for trial in real.values():
        made = Scripts(trial.tracer)
        for name in trial.tracer.results:
            try:
                scripts[name] = made.one(name)
            except NoCall as reason:
                lacking[name] = str(reason)
    return scripts, lacking


def test_what_is_not_in_r_is_listed_and_has_no_primary_result(real, written):
    scripts, lacking = written
    assert lacking == listed()
    assert len(scripts) >= 0.95 * (len(scripts) + len(lacking))
    for name in lacking:
        trial, analysis, _ = name.split("/", 2)
        assert real[trial].run.trial.plan.analyses[analysis].role != "primary"


def same(ours: float | None, theirs: float) -> bool:
    if ours is None or not math.isfinite(ours):
        return not math.isfinite(theirs)
    return math.isfinite(theirs) and abs(ours - theirs) <= TOLERANCE * max(abs(ours), abs(theirs))


def numbers(row) -> list[float | None]:
    """The value of a result, with the ends of its interval."""
    return [row["stat_value"], *([row["ci_low"], row["ci_high"]] if row["ci_level"] else [])]


def is_ours(row, theirs: list[float]) -> bool:
    """Of one patient's value a mean has no interval: no ends here, none that are numbers in R."""
    if not row["ci_level"] and all(map(math.isnan, theirs[1:])):
        theirs = theirs[:1]
    return len(numbers(row)) == len(theirs) and all(map(same, numbers(row), theirs))


def number(text: str) -> float:
    return math.nan if text in ("NA", "NaN") else float(text)


def told(folders: list[Path]) -> dict[str, dict[str, list[float]]]:
    """What the scripts of the folders print, each by itself and all in one; in one R process."""
    listed = ", ".join(f"'{package}'" for package in PACKAGES)
    has = f"quit(status = !all(sapply(c({listed}), requireNamespace, quietly = TRUE)))"
    if subprocess.run(["Rscript", "-e", has], capture_output=True).returncode:
        pytest.skip(f"R lacks a package of {', '.join(PACKAGES)}")
    driver = folders[0].parent / "driver.R"
    driver.write_text(DRIVER)
    command = ["Rscript", driver, *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr, done.stderr
    found: dict[str, dict[str, list[float]]] = {"one": {}, "all": {}}
    for line in done.stdout.splitlines():
        kind, name, *values = line.split("\t")
        found[kind][name] = [number(value) for value in values]
    return found


def written_to(folder: Path, derived: Path, one: list[str], whole: str) -> Path:
    (folder / "scripts").mkdir(parents=True)
    tables = ((name, read_table(derived / f"{name}.parquet", of)) for name, of in DERIVED.items())
    for file, data in csv_tables(tables):
        (folder / file).write_bytes(data)
    for position, text in enumerate(one):
        (folder / "scripts" / f"{position:04}.R").write_text(text, encoding="utf-8")
    (folder / "all.R").write_text(whole, encoding="utf-8")
    return folder


@pytest.mark.r
def test_r_gives_every_number(real, written, tmp_path):
    scripts, _ = written
    folders = []
    for name, trial in real.items():
        own = [text for result, text in scripts.items() if result.startswith(f"{name}/")]
        whole = Scripts(trial.tracer).whole()[0]
        folders.append(written_to(tmp_path / name, trial.run.folder / "derived", own, whole))
    found = told(folders)
    assert found["one"].keys() == found["all"].keys() == scripts.keys()
    for name, theirs in found["one"].items():
        assert is_ours(real[name.split("/")[0]].tracer.results[name], theirs), name
        assert str(found["all"][name]) == str(theirs), name


def analysed(trial, folder: Path) -> Tracer:
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")
    return Tracer(trial, folder, "full")


def add_more(config: Path, file: Path) -> None:
    """Write further analyses into a trial's plan, with the estimands before `analyses:` if there
    are any; and what a folder of the trial's name has to the end of its other files."""
    plan = config / "plan.yaml"
    text = plan.read_text("utf-8")
    estimands, _, analyses = f"\n{file.read_text('utf-8')}".rpartition("\nanalyses:\n")
    for section, more in (("estimands", estimands), ("analyses", analyses)):
        head, rest = text.split(f"\n{section}:\n")
        text = f"{head}\n{section}:\n{more.strip(chr(10))}\n\n{rest}"
    plan.write_text(text, "utf-8")
    for other in file.with_suffix("").glob("*.yaml"):
        with (config / other.name).open("a", encoding="utf-8") as at_end:
            at_end.write(other.read_text("utf-8"))


@pytest.fixture(scope="module")
def with_more(tmp_path_factory) -> Project:
    """The project with the further analyses of more_calls/ in its plans."""
    root = tmp_path_factory.mktemp("more") / "project"
    shutil.copytree(project().config, root / "config")
    for path in project().root.iterdir():
        if not (root / path.name).exists():
            (root / path.name).symlink_to(path)
    for file in MORE:
        add_more(root / "config" / "trials" / file.stem, file)
    return Project(root)


@pytest.mark.r
def test_r_gives_the_numbers_of_the_other_trials(with_more, tmp_path):
    """Two treatments of a subject, factors within subjects, models of visits, competing events;
    and, in the further analyses of more_calls/, of methods that no trial has."""
    page = told_by((project().root / "docs" / PAGE).read_text("utf-8"))
    tracers, folders = {}, []
    for name in sorted({*OTHERS, *(file.stem for file in MORE)}):
        tracer = analysed(load_trial(name, with_more), tmp_path / "runs" / name)
        if name in TRIALS:
            further = {one: row for one, row in tracer.results.items() if "/more" in one}
            tracer.results.clear()
            tracer.results.update(further)
        text, lacking = Scripts(tracer).whole()
        assert not [one for one in lacking if "/more" in one]
        assert tracer.trial.synthetic == ("SYNTHETIC data: not evidence" in text)
        own = {one: row for one, row in tracer.results.items() if "/more" not in one}
        counts = (
            len(own),
            sum(not row["error"] for row in own.values()),
            len(own.keys() - lacking.keys()),
        )
        assert name in TRIALS or page[name] == counts, "write it anew: python docs/write.py"
        tracers[name] = tracer, len(tracer.results) - len(lacking)
        folders.append(written_to(tmp_path / name, tracer.frames.folder, [], text))
    found = told(folders)["all"]
    assert len(found) == sum(scripts for _, scripts in tracers.values())
    for name, theirs in found.items():
        assert is_ours(tracers[name.split("/")[0]][0].results[name], theirs), name
    corrected = "musaro2019/fcr_two_factors/p_gg.repeated_measures_anova_treatment_by_visit@all"
    assert len([name for name in found if name.startswith(corrected)]) == 3
    assert len([name for name in found if "/p_adjusted." in name]) >= 20
    assert len([name for name in found if ".mmrm@" in name]) >= 60
    assert len([name for name in found if "/more" in name]) >= 400


def test_every_call_of_a_card_is_run(with_more):
    """In one of the tests above; some cards share a call."""
    run: set[int] = set()
    for name in {*TRIALS, *OTHERS, *(file.stem for file in MORE)}:
        steps = Calls(load_trial(name, with_more)).cards()
        run |= {id(card_of(step).r) for step in steps}
    assert [card.step for card in cards() if card.r is not None and id(card.r) not in run] == []
