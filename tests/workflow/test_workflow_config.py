"""Keys that Snakemake is given: none is ignored, wherever it stands."""

from pathlib import Path

import pytest
from checkout import ROOT, Copy, own_project, told_plainly

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
    said = refused(mini, "--config", "disclosure=restricted", "sed=5", "parts=x")
    places = ["disclosure", "sed", "parts"]
    assert [line.rpartition(": ")[2] for line in said.splitlines() if line[:2] == "--"] == places
    more = tmp_path / "more.yaml"
    more.write_text("report: {formats: [html]}\nparts: 0\n")
    said = refused(mini, "--configfile", str(more), "--config", "parts=3")
    # What is said of `parts` in the file is replaced.
    assert [line.rpartition(": ")[2] for line in said.splitlines() if line[:2] == "--"] == [
        "report"
    ]


def test_in_a_profile(mini: Copy, tmp_path: Path):
    (tmp_path / "config.yaml").write_text("config: [disclosure=restricted]\n")
    assert "disclosure: 'restricted'" in refused(mini, "--profile", str(tmp_path))


def test_in_the_config_of_a_module(mini: Copy, tmp_path: Path):
    text = AS_A_MODULE.format(
        snakefile=mini.root / "workflow/Snakefile",
        config={"project": str(mini.root), "trials": ["mini"]},
    )
    (tmp_path / "Snakefile").write_text(text)
    path = str(mini.root / "workflow")
    done = Copy(tmp_path).snakemake("--dry-run", PYTHONPATH=path)
    assert done.returncode == 1 and told_plainly(done.stderr), done.stderr
    assert "trials: ['mini']" in done.stderr and "config/config.yaml" in done.stderr


def test_rules_read_the_keys_that_were_checked():
    """Nothing but the check itself looks into Snakemake's configuration."""
    read = [path.name for path in RULES for _ in range(path.read_text().count("config.get("))]
    read += [path.name for path in RULES if "config[" in path.read_text()]
    assert not read
