"""A small trial through SLURM, from its raw rows to its report: the bytes of a laptop."""

from pathlib import Path

import pytest
from checkout import files_of
from on_slurm import HERE, SMALL, small_trial, started

pytestmark = pytest.mark.slurm


def test_a_small_trial_through_slurm_has_the_same_bytes(tmp_path: Path):
    there, local = small_trial(tmp_path)
    with started(nodes=1) as cluster:
        done = there.snakemake(*HERE, SMALL, **cluster.environment)
        assert done.returncode == 0, done.stderr
        # All stages of a trial are one job.
        assert [*cluster.jobs().values()] == ["COMPLETED"]
    assert files_of(there.root) == local
    assert (there.root / "results/mini/report/report.html").is_file()
