"""Jobs of a killed run that wait in SLURM's queue are cancelled; no others are."""

from pathlib import Path

import pytest

from trialtrace.run.jobs.slurm_orphans import cancel_orphans

RUN = "0c7eaa59-9b7e-4f2c-8a53-1f8d1c6f0e77"


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a squeue that shows the file `queue`, and a scancel that notes its jobs."""
    for name, text in (("squeue", 'cat "$0.txt"'), ("scancel", 'echo "$@" >> "$0.txt"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_those_of_runs_in_this_folder_are_cancelled(queue: Path, capsys):
    (queue / "here").mkdir()
    here, other = queue / "here", queue / "other"
    lines = [
        f"42|{RUN}|{here}",
        f"43|{RUN}|{other}",
        f"44|trialtrace|{here}",  # the main process as a job of its own
        f"45|ours_{RUN}|{here}",
        f"46|my job {RUN}x|{here}",
        "",
    ]
    (queue / "squeue.txt").write_text("\n".join(lines))
    cancel_orphans(here)
    assert (queue / "scancel.txt").read_text() == "42 45\n"
    assert "42, 45" in capsys.readouterr().err


@pytest.mark.parametrize("says", [None, "", "slurm_load_jobs error: Unable to contact controller"])
def test_nothing_is_cancelled_where_slurm_says_nothing(queue: Path, says, capsys):
    if says is None:
        (queue / "squeue").unlink()
    else:
        (queue / "squeue.txt").write_text(says)
    cancel_orphans(queue)
    assert not (queue / "scancel.txt").exists() and not capsys.readouterr().err
