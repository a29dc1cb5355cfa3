"""docs/new-trial.md: its commands in order, each compared with what the page says it prints."""

import shlex
import shutil
from pathlib import Path

import pytest
from doc_blocks import ROOT, consoles, files, page, told
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.run.trial.load import load_trial

TEXT = page("docs/new-trial.md")
EXPORT = "data/ginger/export.csv"
LINKED = ("workflow", "scripts", "reports", "requirements.lock", "Snakefile")


@pytest.fixture
def at(tmp_path: Path) -> Project:
    """A project with another trial and the export of docs/add-a-trial.md."""
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "config", tmp_path / "config")
    export = tmp_path / EXPORT
    export.parent.mkdir(parents=True)
    export.write_text(files(page("docs/add-a-trial.md"))[EXPORT], encoding="utf-8")
    return Project(tmp_path)


def run(at: Project) -> None:
    run_stages(load_trial("seasick", at), at.results / "seasick", at)


def test_every_command_prints_what_the_page_says(
    at: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(at.root)
    steps = consoles(TEXT)
    assert len(steps) == 9
    for command, shown in steps:
        program, *words = shlex.split(command)
        assert program == "trialtrace"
        if words[0] == "results":
            run(at)
        capsys.readouterr()
        status = main(["--project", str(at.root), *words])
        printed = capsys.readouterr()
        # Without a terminal the list of what is open ends with what to do instead.
        assert status == (words == ["confirm", "seasick"])
        assert told(printed.out, shown), f"{command}\n{printed.out}{printed.err}"
