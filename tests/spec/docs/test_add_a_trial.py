"""docs/add-a-trial.md: the trial that it makes, from the files that it gives, to its report."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from doc_blocks import ROOT, consoles, files, page, told
from mini_run import record_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.cli import main

TEXT = page("docs/add-a-trial.md")
# A file of a trial that is here, and a part of it.
PART = re.compile(r"^In \[\S+\]\(\.\./(\S+)\):\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINKED = ("workflow", "scripts", "reports", "requirements.lock", "Snakefile")


def write(root: Path) -> Project:
    """A project with the trial of the page and nothing else."""
    for name in LINKED:
        (root / name).symlink_to(ROOT / name)
    for name, content in files(TEXT).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    settings = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    alone = re.sub(r"(?m)^trials: .*$", "trials: [ginger]", settings)
    alone = re.sub(r"(?m)^examples: .*\n", "", alone)
    (root / "config" / "config.yaml").write_text(alone, encoding="utf-8")
    return Project(root)


def run(at: Project) -> None:
    """The stages, as the scripts of the workflow call them."""
    from trialtrace.report.report import render_report
    from trialtrace.run.claims.audit import audit_claims
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.jobs.run import begin
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.methods.checking.run import check_results
    from trialtrace.run.sources.ingest import ingest_sources
    from trialtrace.run.trial.load import load_settings, load_trial

    started = begin(at, check=True)
    trial, out = load_trial("ginger", at), at.results / "ginger"
    ingest_sources(trial, out / "raw")
    clean_tables(trial, out / "raw", out / "clean")
    derive_datasets(trial, out / "clean", out / "derived")
    analyse_plan(trial, out / "derived", out / "analysis")
    check_results(trial, out / "derived", out / "analysis", out / "analysis" / "checks.parquet")
    audit_claims(trial, out / "derived", out / "analysis", out / "audit" / "claims.parquet")
    render_report(trial, load_settings(at), out, started.codes("ginger"))
    record_stages("ginger", at)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = write(tmp_path_factory.mktemp("ginger"))
    run(project)
    return project


def mistaken(at: Project, folder: Path) -> Project:
    """A copy of the configuration with the mistake that the page makes."""
    shutil.copytree(at.config, folder / "config")
    (folder / "workflow").symlink_to(ROOT / "workflow")
    shutil.copytree(at.root / "data", folder / "data")
    plan = folder / "config/trials/ginger/plan.yaml"
    text = plan.read_text(encoding="utf-8").replace("variable: vomiting", "variable: vomitting")
    plan.write_text(text, encoding="utf-8")
    return Project(folder)


@pytest.mark.parametrize(("command", "shown"), consoles(TEXT))
def test_a_command_prints_what_the_page_says(
    at: Project, tmp_path: Path, capsys: pytest.CaptureFixture, command: str, shown: str
):
    program, *words = shlex.split(command)
    assert program == "trialtrace"
    mistake = "vomitting" in shown
    project = mistaken(at, tmp_path) if mistake else at
    status = main(["--project", str(project.root), *words])
    printed = capsys.readouterr()
    assert status == (mistake or " differs " in shown or "contradict" in shown)
    assert told(printed.err if mistake else printed.out, shown), printed.out + printed.err


def test_the_page_gives_every_file_of_a_trial(at: Project):
    given = {path.name for path in (ROOT / "config/trials/moertel1990").iterdir()}
    assert {path.name for path in at.trial_config("ginger").iterdir()} == given


def test_an_unknown_arm_stops_the_run_as_the_page_says(tmp_path: Path):
    project = write(tmp_path)
    export = tmp_path / "data/ginger/export.csv"
    export.write_text(export.read_text().replace("\n12;P;", "\n12;X;"))
    with pytest.raises(UserError) as caught:
        run(project)
    shown = "\n".join(f"  {line}" for line in str(caught.value).split("\n"))
    assert shown in TEXT


def test_the_report_shows_no_line_and_no_value_of_the_data(at: Project):
    report = at.results / "ginger" / "report"
    assert (report / "report.html").is_file()
    assert (report / "report.docx").is_file()
    assert not (report / "data").exists()
    trace = (report / "trace" / "vomiting.html").read_text()
    assert "19 lines" in trace
    for path in (report / "report.html", *(report / "trace").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert "233" not in re.sub(r"[0-9a-f]{16,}|data:[^\"]*| d=\"[^\"]*\"", "", text).replace(
            "0.233", ""
        )
        assert "slept badly" not in text


def is_part(shown: object, whole: object) -> bool:
    """Whether mappings hold what is shown, at any depth; everything else is the same."""
    if isinstance(shown, dict) and isinstance(whole, dict):
        return all(key in whole and is_part(one, whole[key]) for key, one in shown.items())
    return shown == whole


def test_the_designs_are_those_of_the_trials():
    parts = PART.findall(page("docs/designs.md"))
    assert {Path(name).parent.name for name, _ in parts} == {
        "musaro2019",
        "made_crossover",
        "made_clusters",
    }
    for name, shown in parts:
        whole = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        assert is_part(yaml.safe_load(shown), whole), f"{name}\n{shown}"
