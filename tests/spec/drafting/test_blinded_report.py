"""The report of a blinded draft names no arm, in none of its files."""

from collections.abc import Callable

from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.report.report import render_report
from trialtrace.run.trial.load import load_settings, load_trial

ARMS = (b"Zebrafish", b"Quokkaine")


def test_no_file_of_the_report_names_an_arm(at: Project, call: Callable[..., int]):
    path = at.root / "data" / "trial.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Active", "Zebrafish").replace("Placebo", "Quokkaine"), "utf-8")
    assert call("new", "mine", path) == 0
    trial = load_trial("mine", at)
    assert trial.pooled
    run = run_stages(trial, at.results / "mine", at)
    render_report(trial, load_settings(at), run.folder, {"analyse_plan": "0" * 64})
    report = run.folder / "report"
    files = [one for one in report.rglob("*") if one.is_file()]
    assert "blinded" in (report / "config" / "trial.yaml.txt").read_text(encoding="utf-8")
    named = [one.name for one in files if any(arm in one.read_bytes() for arm in ARMS)]
    assert files and named == []
