"""A multiverse and a simulation in parts on a real SLURM, and a cancelled job: a laptop's bytes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from checkout import Copy, copy_checkout, files_of
from on_slurm import (
    MULTIVERSE,
    SIMULATED,
    SIMULATION,
    SMALL,
    VARIED,
    Running,
    on_cluster,
    replace_in,
    small_trial,
    started,
    tables_of,
    take_derived,
)
from slurm import Cluster

from trialtrace.run.tables.contracts import RESULTS, read_table

pytestmark = pytest.mark.slurm
SPECIFICATIONS, FACTORS = 2048, 6


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # A group of jobs has as many processors as jobs that it may have at a time.
    with started(cpus=7) as running:
        yield running


@pytest.mark.full
@pytest.mark.slurmdbd
def test_a_cancelled_job_is_tried_once_more_where_slurm_keeps_accounts(tmp_path: Path):
    made, local = small_trial(tmp_path)
    with started(nodes=1, cpus=7, accounting=True) as accounted:
        running = Running(accounted, made, None, SMALL)
        cancelled = running.until("analyse_plan")
        accounted.ask("scancel", cancelled)
        running.end()
        words = ("sacct", "--allocations", "--parsable2", "--noheader", "--format=JobIdRaw,State")
        told = [line.split("|") for line in accounted.ask(*words).splitlines()]
    # What SLURM says of it is no state alone.
    assert [state for job, state in told if job == cancelled] == ["CANCELLED by 0"]
    assert [state for job, state in told if job != cancelled] == ["COMPLETED"]
    assert files_of(made.root) == local


@pytest.fixture
def many(run: Copy, tmp_path: Path) -> Copy:
    """All specifications by 2,000 re-randomisations, and few simulated trials."""
    made = copy_checkout(tmp_path / "many", run.root)
    replace_in(made, VARIED, "multiverse.yaml", ("draws: 10000", "draws: 2000"))
    of = ("of: [upper_arm, upper_arm_model, upper_arm_unstructured, fcr_two_factors]",)
    few = [(*of, "of: [upper_arm]"), ("replicates: 400", "replicates: 24")]
    replace_in(made, SIMULATED, "simulation.yaml", *few)
    take_derived(made, run.root)
    return made


@pytest.fixture
def few(run: Copy, tmp_path: Path) -> Copy:
    """The specifications of the first factors; what draws is one job with what gathers."""
    made = copy_checkout(tmp_path / "few", run.root)
    file = made.root / "config/trials" / VARIED / "multiverse.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content |= {"factors": dict([*content["factors"].items()][:FACTORS]), "draws": 600}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    profile = made.root / "workflow/profiles/slurm/config.yaml"
    gather = "  - run_multiverse=gather\n"
    text = profile.read_text(encoding="utf-8")
    assert gather in text
    profile.write_text(text.replace(gather, f"  - draw_multiverse=gather\n{gather}"))
    take_derived(made, run.root)
    return made


def locally(made: Copy, *targets: str) -> dict[str, bytes]:
    """What a run on one core makes of them."""
    done = made.snakemake("--cores", "1", *targets, "--config", "parts=1")
    assert done.returncode == 0, done.stderr
    return tables_of(made)


@pytest.mark.full
def test_parts_on_a_cluster_have_the_same_bytes_whatever_is_killed(
    run: Copy, many: Copy, few: Copy, cluster: Cluster, tmp_path: Path
):
    here = {
        parts: Running(cluster, _copy(tmp_path, parts, of, run.root), parts, *targets)
        for parts, of, targets in (
            (3, many, (MULTIVERSE, SIMULATION)),
            (1, few, (MULTIVERSE,)),
            (7, few, (MULTIVERSE,)),
        )
    }
    # The main process of a run is killed while its jobs write: they go on, and the next run waits
    # for them. A job of another is cancelled, which is tried once more.
    here[7].until("estimate_multiverse")
    here[7].kill()
    assert here[7].jobs("estimate_multiverse", "RUNNING,PENDING")
    here[7] = Running(cluster, here[7].made, 7, MULTIVERSE)
    cancelled = here[3].until("estimate_multiverse")
    cluster.ask("scancel", cancelled)
    wanted = {3: locally(many, MULTIVERSE, SIMULATION), 1: locally(few, MULTIVERSE)}
    wanted[7] = wanted[1]
    for parts, running in here.items():
        running.end()
        assert tables_of(running.made) == wanted[parts], parts
    assert {Path(MULTIVERSE).name, Path(SIMULATION).name} < wanted[3].keys()
    assert cluster.jobs()[cancelled] == "CANCELLED"
    assert set(cluster.places().values()) == {"node1", "node2"}
    for made, number in ((many, SPECIFICATIONS), (few, 2**FACTORS)):
        file = (made.root / MULTIVERSE).parent / "results.parquet"
        estimates = {row["stat_value"] for row in read_table(file, RESULTS).to_pylist()}
        assert len(estimates - {None}) == number


def _copy(tmp_path: Path, parts: int, of: Copy, run: Path) -> Copy:
    made = on_cluster(tmp_path / str(parts), of.root)
    take_derived(made, run)
    return made
