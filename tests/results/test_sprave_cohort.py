"""The synthetic cohort of sprave2019: deaths, claims that are not checked, harms."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from trialtrace.base.paths import Project, project
from trialtrace.run.claims.audit import audit_rows
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.load import Trial, load_trial

pytestmark = pytest.mark.full

TRIAL = "sprave2019"


def with_seed(root: Path, seed: int) -> Project:
    shutil.copytree(project().config, root / "config")
    file = root / "config" / "trials" / TRIAL / "trial.yaml"
    head, tail = file.read_text(encoding="utf-8").split("seed: ")
    for name in ("workflow", "scripts"):
        (root / name).symlink_to(project().root / name)
    file.write_text(f"{head}seed: {seed}\n{tail.split(chr(10), 1)[1]}", encoding="utf-8")
    return Project(root)


@pytest.fixture(scope="module", params=[None, 7], ids=["own seed", "another seed"])
def made(request, tmp_path_factory) -> tuple[Trial, Path]:
    root = tmp_path_factory.mktemp("sprave")
    at = project() if request.param is None else with_seed(root / "project", request.param)
    trial = load_trial(TRIAL, at)
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    derive_datasets(trial, root / "clean", root / "derived")
    return trial, root


def test_a_death_is_not_completed_in_the_primary(made):
    bds = pq.read_table(made[1] / "derived" / "bds.parquet")
    adtte = pq.read_table(made[1] / "derived" / "adtte.parquet")
    deaths = adtte.filter(
        pc.and_(pc.equal(adtte["PARAMCD"], "DEATH3MT"), pc.equal(adtte["CNSR"], 0))
    )
    dead = set(deaths.filter(pc.less(deaths["AVAL"], 60))["USUBJID"].to_pylist())
    primary = bds.filter(pc.equal(bds["PARAMCD"], "FEASPLAN")).to_pylist()
    assert len(primary) == 60 and all(row["AVAL"] is not None for row in primary)
    assert dead and not any(row["AVAL"] for row in primary if row["USUBJID"] in dead)
    response = bds.filter(pc.equal(bds["PARAMCD"], "RESP")).to_pylist()
    late = {r["USUBJID"]: r["AVALC"] for r in response if r["AVISIT"].startswith("three months")}
    assert {late[one] for one in dead} == {"death"}


@pytest.fixture(scope="module")
def results(tmp_path_factory, made) -> list[dict]:
    trial, root = made
    out = tmp_path_factory.mktemp("analysis")
    analyse_plan(trial, root / "derived", out)
    return pq.read_table(out / "results.parquet").to_pylist()


def test_no_claim_is_checked_on_synthetic_data(made, results):
    """Each claim finds its one result, as it will with a real export; none is compared."""
    claims = read_claims(made[0])
    rows = audit_rows(made[0], claims, results)
    assert {row["claim_id"] for row in rows} == set(claims)
    assert {row["against_data"] for row in rows} == {"no_result"}
    assert all(row.get("recomputed") is None and row.get("result_id") is None for row in rows)


def test_no_adverse_event_has_an_upper_bound(made, results):
    """0 of 27 and of 29: 1 - 0.05^(1/n), one-sided."""
    _, root = made
    planned = "planning"  # what no number of patients could show
    # In another cohort nobody of an arm may have ended in one of the ways.
    errors = [r for r in results if r["error"] and r["analysis_id"] != planned]
    assert not [r["result_id"] for r in errors if r["n_used"] or "endstat=" not in r["result_id"]]
    found = {row["result_id"].split("/", 1)[1]: row["stat_value"] for row in results}
    for arm, n in (("int", 27), ("con", 29)):
        bound = found[f"harms/upper_bound.clopper_pearson@{arm}"]
        assert np.isclose(bound, 1 - 0.05 ** (1 / n))
    assert pq.read_table(root / "clean" / "adverse_events.parquet").num_rows == 0
