"""Every number of the three trials by its script of R, all in one R process, from the CSVs alone.

What is not written in R stands in not_in_r.csv with its reason; the list may only grow shorter.
"""

import csv
import math
import subprocess
from pathlib import Path

import pytest

from trialtrace.interchange.plain import derived_csv
from trialtrace.rcode.call import NoCall
from trialtrace.rcode.script import Scripts

HERE = Path(__file__).parent
TOLERANCE = 1e-6
LONGEST = 55
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


def test_a_script_is_short_and_names_what_it_computes(real, written):
    for name, text in written[0].items():
        row = real[name.split("/")[0]].tracer.results[name]
        assert len(text.splitlines()) <= LONGEST, name
        head = text.split("\n\n")[0]
        assert head.startswith(f"# {name}\n")
        endpoint = real[name.split("/")[0]].run.trial.endpoints.get(row["parameter"])
        assert endpoint is None or f"Endpoint {endpoint.code}: {endpoint.label}" in head


def same(ours: float | None, theirs: float) -> bool:
    if ours is None or not math.isfinite(ours):
        return not math.isfinite(theirs)
    return math.isfinite(theirs) and abs(ours - theirs) <= TOLERANCE * max(abs(ours), abs(theirs))


def number(text: str) -> float:
    return math.nan if text in ("NA", "NaN") else float(text)


@pytest.mark.r
def test_r_gives_every_number(real, written, tmp_path):
    scripts, _ = written
    for name, trial in real.items():
        folder = tmp_path / name / "scripts"
        folder.mkdir(parents=True)
        for file, data in derived_csv(trial.run.folder / "derived"):
            (folder.parent / file).write_bytes(data)
        own = [text for result, text in scripts.items() if result.startswith(f"{name}/")]
        for position, text in enumerate(own):
            (folder / f"{position:04}.R").write_text(text, encoding="utf-8")
        (folder.parent / "all.R").write_text(Scripts(trial.tracer).whole()[0], encoding="utf-8")
    driver = tmp_path / "driver.R"
    driver.write_text(DRIVER)
    command = ["Rscript", driver, *(tmp_path / name for name in real)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, list[float]]] = {"one": {}, "all": {}}
    for line in done.stdout.splitlines():
        kind, name, *values = line.split("\t")
        told[kind][name] = [number(value) for value in values]
    assert told["one"].keys() == told["all"].keys() == scripts.keys()
    for name, theirs in told["one"].items():
        row = real[name.split("/")[0]].tracer.results[name]
        ours = [row["stat_value"]]
        ours += [row["ci_low"], row["ci_high"]] if row["ci_level"] is not None else []
        assert len(ours) == len(theirs), name
        assert all(map(same, ours, theirs)), (name, ours, theirs)
        assert str(told["all"][name]) == str(theirs), name
