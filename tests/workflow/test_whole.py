"""What is to do is decided by content: nothing lost, nothing edited, no error goes unseen."""

import json
import shutil

import pytest
from checkout import Copy, told_plainly

from trialtrace.base.errors import UserError
from trialtrace.base.paths import project
from trialtrace.cli import main
from trialtrace.report.installation.trials import (
    TRIALS,
    compare,
    read_recorded,
    result_numbers,
)
from trialtrace.run.jobs.products import read_record, record_path
from trialtrace.run.jobs.run import begin

TRIAL = "mini"


LOST = {
    "a derived data set": (f"results/{TRIAL}/derived/bds.parquet", "derive_datasets"),
    "a raw table": (f"results/{TRIAL}/raw/export.parquet", "clean_tables"),
    "a page inside the report": (f"results/{TRIAL}/report/report.html", "render_report"),
    "a record": (record_path("analyse_plan", TRIAL), "analyse_plan"),
}


def is_outdated(kept: Copy, rule: str) -> bool:
    """Whether a run has this job done again."""
    return record_path(rule, TRIAL) in begin(project(kept.root), check=True).outdated


@pytest.mark.parametrize(("name", "rule"), LOST.values(), ids=list(LOST))
def test_a_file_that_is_gone_is_made_again(kept: Copy, name: str, rule: str):
    assert not is_outdated(kept, rule)
    (kept.root / name).unlink()
    assert is_outdated(kept, rule)


@pytest.mark.parametrize("text", ["", "[]", '{"rule": "analyse_plan"'])
def test_a_broken_record_is_none(kept: Copy, text: str):
    (kept.root / record_path("analyse_plan", TRIAL)).write_text(text)
    assert is_outdated(kept, "analyse_plan")


def test_what_has_no_record_is_scheduled(kept: Copy):
    (kept.root / record_path("analyse_plan", TRIAL)).write_text("[]")
    (kept.root / LOST["a raw table"][0]).unlink()
    assert {("analyse_plan", TRIAL), ("clean_tables", TRIAL)} <= kept.scheduled()


def test_after_results_or_the_site_are_removed_there_is_something_to_do(kept: Copy):
    (kept.root / "site/index.html").unlink()
    assert kept.scheduled() == {("build_site", None)}
    shutil.rmtree(kept.root / "results")
    assert ("clean_tables", TRIAL) in kept.scheduled()


def test_without_snakemakes_own_memory_content_still_decides(kept: Copy):
    shutil.rmtree(kept.root / ".snakemake")
    assert kept.scheduled() == set()
    (kept.root / "results" / TRIAL / "clean/conservation.json").unlink()
    assert ("clean_tables", TRIAL) in kept.scheduled()


EDITED = {
    "a derived data set": f"results/{TRIAL}/derived/adsl.parquet",
    "a clean table": f"results/{TRIAL}/clean/patients.parquet",
    "results": f"results/{TRIAL}/analysis/results.parquet",
    "verdicts": f"results/{TRIAL}/audit/claims.parquet",
    "a report": f"results/{TRIAL}/report/report.html",
    "a page of the site": f"site/{TRIAL}/report.html",
}


@pytest.mark.parametrize("name", EDITED.values(), ids=list(EDITED))
def test_an_edited_file_stops_the_run_by_its_name(kept: Copy, name: str):
    path = kept.root / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(UserError) as raised:
        begin(project(kept.root), check=True).check_files()
    assert f"{name}\n  is not what " in str(raised.value)
    assert f'rm "{name}"' in str(raised.value)


def test_an_edited_file_stops_snakemake_until_it_is_removed(kept: Copy):
    path = kept.root / EDITED["results"]
    path.write_bytes(path.read_bytes() + b" ")
    done = kept.snakemake("--cores", "1")
    assert done.returncode == 1
    assert f"{EDITED['results']}\n  is not what " in done.stderr and told_plainly(done.stderr)
    path.unlink()
    assert kept.scheduled()


def test_a_job_refuses_an_input_that_changed_after_the_run_began(kept: Copy):
    """As on a cluster, where a job begins hours later: the file is edited under its nose."""
    bds = kept.root / f"results/{TRIAL}/derived/bds.parquet"
    (kept.root / record_path("analyse_plan", TRIAL)).unlink()
    script = kept.root / "scripts/analyse_plan.py"
    before = script.read_text()
    script.write_text(
        before.replace("with job(", f"Path({str(bds)!r}).write_bytes(b'edited')\n\nwith job(")
    )
    try:
        done = kept.snakemake("--cores", "1", TRIAL)
    finally:
        script.write_text(before)
    assert done.returncode == 1
    assert f"results/{TRIAL}/derived/bds.parquet\n    is not what derive_datasets" in done.stderr
    assert told_plainly(done.stderr)


def test_every_file_of_results_that_a_job_opened_is_in_its_record(run: Copy, traced):
    """What a rule does not name as input is not held against its record before it is read."""
    strange = {}
    for job, opened in traced.results.items():
        made = read_record(run.root / record_path(*job))
        known = {*made.inputs, *made.outputs}
        named = {one for one in opened for path in known if f"{one}/".startswith(f"{path}/")}
        strange[job] = {one for one in opened - named if "/made/" not in one}
    assert {job: names for job, names in strange.items() if names} == {}


def test_the_command_line_speaks_of_the_run_that_was_verified(kept: Copy, capsys):
    words = ["--project", str(kept.root)]
    results = [*words, "results", TRIAL]
    assert main(results) == 0
    assert f"{TRIAL}: run of 20" in capsys.readouterr().err

    (kept.root / record_path("analyse_plan", TRIAL)).unlink()
    shutil.rmtree(kept.root / "archive")
    assert main(results) == 1
    told = capsys.readouterr()
    assert not told.out and f"{TRIAL}: analyse_plan\n  has not ended on these results" in told.err
    assert main([*results, "--unverified"]) == 0
    told = capsys.readouterr()
    assert told.out and "NOT VERIFIED" in told.err
    for command in ("claims", "trace"):
        target = TRIAL if command == "claims" else f"{TRIAL}/any/thing"
        assert main([*words, command, target]) == 1
        assert "analyse_plan\n  has not ended" in capsys.readouterr().err


def test_verdicts_of_the_run_before_are_refused(kept: Copy, capsys):
    """The audit's record names the results that it read; here they are those of another run."""
    path = kept.root / record_path("analyse_plan", TRIAL)
    made = json.loads(path.read_text())
    name = f"results/{TRIAL}/analysis/results.parquet"
    made["outputs"][name][name] = "0" * 64
    path.write_text(json.dumps(made))
    shutil.rmtree(kept.root / "archive")
    assert main(["--project", str(kept.root), "claims", TRIAL]) == 1
    assert f"{TRIAL}: audit_claims\n  has not ended" in capsys.readouterr().err


def test_an_edited_result_is_refused_by_the_command_line(kept: Copy, capsys):
    path = kept.root / f"results/{TRIAL}/analysis/results.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    assert main(["--project", str(kept.root), "results", TRIAL]) == 1
    assert "results.parquet\n  is not what analyse_plan wrote" in capsys.readouterr().err


def test_a_run_that_failed_leaves_the_results_before_it_readable(kept: Copy, capsys):
    def numbers() -> tuple[str, str]:
        assert main(["--project", str(kept.root), "results", TRIAL]) == 0
        return capsys.readouterr()

    before, _ = numbers()
    export = kept.root / "data/export.csv"
    export.write_text(export.read_text().replace("id,arm,age", "id,arm,years"))
    assert kept.snakemake("--cores", "1").returncode != 0
    after, said = numbers()
    run = json.loads((kept.root / f"archive/{TRIAL}/log.jsonl").read_text())
    assert after == before
    assert said.startswith(f"{TRIAL}: run of {run['ended'][:10]} ")
    assert f"NOT THE LAST RUN: these are of run {run['run']}, the last that is whole" in said
    assert f"{TRIAL}: clean_tables\n  has not ended on these results" in said
    assert f"why it stopped may stand in logs/{TRIAL}/clean_tables.log" in said
    assert f"results/{TRIAL}/report is of an earlier run" in said


@pytest.mark.parametrize("trial", TRIALS)
def test_the_record_that_validate_compares_with_is_of_this_tree(run: Copy, trial: str):
    found = result_numbers(run.root / "results" / trial)
    assert compare(read_recorded(trial), found)[2] == [], "make campaign-reference"
