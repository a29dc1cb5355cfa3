"""Keys that Snakemake is given: none is ignored, wherever it stands."""

from pathlib import Path

import pytest
from checkout import ROOT, Copy, files_of, own_project, told_plainly
from mini_trial import edit

from trialtrace.base.paths import project

AS_A_MODULE = """\
module trialtrace:
    snakefile: "{snakefile}"
    config: {config}

use rule * from trialtrace as trialtrace_*
"""
RULES = [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A small trial; its configuration lets `by_source` decide what a report may show."""
    return own_project(tmp_path_factory.mktemp("keys") / "project")


def refused(made: Copy, *words: str) -> str:
    done = made.snakemake("--dry-run", "mini", *words)
    assert done.returncode == 1 and told_plainly(done.stderr), done.stderr
    return done.stderr


def test_on_the_command_line_and_in_files(mini: Copy, tmp_path: Path):
    said = refused(mini, "--config", "disclosure=restrictd", "sed=5", "parts=x")
    places = ["sed", "parts"]
    assert [line.rpartition(": ")[2] for line in said.splitlines() if line[:2] == "--"] == places
    said = refused(mini, "--config", "disclosure=restrictd")
    assert [line.rpartition(": ")[2] for line in said.splitlines() if line[:2] == "--"] == [
        "disclosure"
    ]
    more = tmp_path / "more.yaml"
    more.write_text("report: {formats: odt}\nparts: 0\n")
    said = refused(mini, "--configfile", str(more), "--config", "parts=3")
    # What is said of `parts` in the file is replaced.
    assert [line.rpartition(": ")[2] for line in said.splitlines() if line[:2] == "--"] == [
        "report.formats"
    ]


def test_no_image_without_packages_is_written(mini: Copy):
    done = mini.snakemake("--containerize")
    assert done.returncode == 1 and told_plainly(done.stderr)
    assert not done.stdout and "bundle/trialtrace.def" in done.stderr


def test_a_report_that_is_asked_for_as_restricted_is_restricted(kept: Copy):
    """The reports alone are made again, also where a file or a profile says so."""
    reports = {("render_report", "mini"), ("build_site", None)}
    profile = kept.root / "site-profile"
    profile.mkdir()
    (profile / "config.yaml").write_text("config: [disclosure=restricted]\n")
    assert kept.scheduled("--profile", str(profile)) == reports
    (kept.root / "more.yaml").write_text("disclosure: restricted\n")
    assert kept.scheduled("--configfile", "more.yaml") == reports
    # What `by_source` shows of a trial of files is what `restricted` shows.
    before = files_of(kept.root)
    edit(project(kept.root), "config.yaml", "disclosure: by_source", "disclosure: full")
    done = kept.snakemake("--cores", "2", "--config", "disclosure=restricted")
    assert done.returncode == 0, done.stderr
    after = files_of(kept.root)
    page = "results/mini/report/report.html"
    assert after[page] == before[page] and after.keys() == before.keys()
    assert kept.scheduled("--config", "disclosure=restricted") == set()
    assert kept.scheduled() == reports


def test_in_the_config_of_a_module(mini: Copy, tmp_path: Path):
    config = {"project": str(mini.root), "trials": ["mini"]}
    for settings, code in (({}, 0), ({"disclosure": "restrictd"}, 1)):
        text = AS_A_MODULE.format(
            snakefile=mini.root / "workflow/Snakefile", config=config | settings
        )
        (tmp_path / "Snakefile").write_text(text)
        done = Copy(tmp_path).snakemake(
            "--dry-run", "trialtrace_all", PYTHONPATH=str(mini.root / "workflow")
        )
        assert done.returncode == code and told_plainly(done.stderr), done.stderr
        assert ("disclosure" in done.stderr) == bool(code)


def test_rules_read_the_keys_that_were_checked():
    """Nothing but the check itself looks into Snakemake's configuration."""
    read = [path.name for path in RULES for _ in range(path.read_text().count("config.get("))]
    read += [path.name for path in RULES if "config[" in path.read_text()]
    assert not read
