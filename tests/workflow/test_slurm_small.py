"""A small trial through SLURM, from its raw rows to its report: the bytes of a laptop."""

from pathlib import Path

import pytest
from checkout import Copy, files_of, own_project
from on_slurm import HERE, ROOT, started

pytestmark = pytest.mark.slurm


def test_a_small_trial_through_slurm_has_the_same_bytes(own: Copy, tmp_path: Path):
    here = own.snakemake("--cores", "2", "mini")
    assert here.returncode == 0, here.stderr
    there = own_project(tmp_path / "on the cluster")
    there.python = str(ROOT / ".venv-slurm/bin/python")
    with started(nodes=1) as cluster:
        done = there.snakemake(*HERE, "mini", **cluster.environment)
        assert done.returncode == 0, done.stderr
        assert [*cluster.jobs().values()] == ["COMPLETED"]
    assert files_of(there.root) == files_of(own.root)
    assert (there.root / "results/mini/report/report.html").is_file()
