"""The synthetic cohort of sprave2019: printed margins after cleaning, mess as declared, harms."""

import shutil
from collections import Counter
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
from trialtrace.run.synthetic import make
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.load import Trial, load_trial

pytestmark = pytest.mark.full

TRIAL = "sprave2019"
DAYS_OF_A_MONTH = 30.4375
# Endpoint, population -> arm -> (yes, with a value).
MARGINS = {
    ("FEAS", "TRTFL"): {"int": (18, 27), "con": (16, 29)},
    ("FEASHOME", "HOMEFL"): {"int": (9, 14)},
    ("FRAC", "TRTFL"): {"int": (1, 27), "con": (3, 29)},
    ("ANYAE", "TRTFL"): {"int": (0, 27), "con": (0, 29)},
}
# Mean and SD of each arm, as printed.
MOMENTS = {
    "AGE": {"int": (62.1, 8.8), "con": (61.1, 8.5)},
    "WEIGHT": {"int": (71.5, 11.3), "con": (75.1, 15.4)},
    "HEIGHT": {"int": (172.2, 8.6), "con": (170.4, 9.0)},
    "BMI": {"int": (24.4, 4.1), "con": (25.8, 4.6)},
}
COUNTS = {
    ("SEX", "M"): (13, 12),
    ("TUMOUR", "Lung cancer"): (8, 14),
    ("TUMOUR", "Breast cancer"): (7, 6),
    ("TUMOUR", "Prostate cancer"): (4, 2),
    ("TUMOUR", "Other"): (8, 7),
    ("THORACIC", "Yes"): (20, 24),
}


def with_seed(root: Path, seed: int) -> Project:
    shutil.copytree(project().config, root / "config")
    file = root / "config" / "trials" / TRIAL / "trial.yaml"
    head, tail = file.read_text(encoding="utf-8").split("seed: ")
    (root / "workflow").symlink_to(project().root / "workflow")
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


def treated(root: Path, arm: str):
    subjects = pq.read_table(root / "derived" / "adsl.parquet")
    return subjects.filter(
        pc.and_(pc.equal(subjects["TRTFL"], "Y"), pc.equal(subjects["TRT01P"], arm))
    )


@pytest.mark.parametrize(("code", "flag"), list(MARGINS))
def test_printed_counts_hold_after_cleaning(made, code, flag):
    records = pq.read_table(made[1] / "derived" / "bds.parquet")
    records = records.filter(
        pc.and_(pc.equal(records["PARAMCD"], code), pc.equal(records[flag], "Y"))
    )
    for arm, (yes, of) in MARGINS[code, flag].items():
        values = records.filter(pc.equal(records["TRTP"], arm))["AVAL"]
        assert (pc.sum(values).as_py(), pc.count(values).as_py()) == (yes, of), arm


def test_who_was_randomised_and_treated(made):
    subjects = pq.read_table(made[1] / "derived" / "adsl.parquet")
    assert Counter(subjects["TRT01P"].to_pylist()) == {"int": 30, "con": 30}
    assert [treated(made[1], arm).num_rows for arm in ("int", "con")] == [27, 29]
    assert set(subjects["SYNTHFL"].to_pylist()) == {"Y"}


@pytest.mark.parametrize("name", MOMENTS)
def test_means_print_as_printed(made, name):
    for arm, (mean, sd) in MOMENTS[name].items():
        values = treated(made[1], arm)[name].to_numpy().astype(float)
        assert abs(values.mean() - mean) <= 0.05, arm
        assert abs(values.std(ddof=1) - sd) <= 0.05, arm


@pytest.mark.parametrize(("name", "level"), list(COUNTS))
def test_baseline_counts_are_the_printed_ones(made, name, level):
    found = [treated(made[1], arm)[name].to_pylist().count(level) for arm in ("int", "con")]
    assert tuple(found) == COUNTS[name, level]


def test_mean_survival_of_both_arms(made):
    """The mean over all who began treatment of the time to death or last contact."""
    times = pq.read_table(made[1] / "derived" / "adtte.parquet")
    times = times.filter(pc.equal(times["PARAMCD"], "DEATH"))
    for arm, n in (("int", 27), ("con", 29)):
        days = times.filter(pc.equal(times["TRTP"], arm))["AVAL"].drop_null().to_numpy()
        assert len(days) == n
        assert abs(days.mean() / DAYS_OF_A_MONTH - 4.4) < 0.05
    early = times.filter(pc.and_(pc.less_equal(times["AVAL"], 98), pc.equal(times["CNSR"], 0)))
    assert early.num_rows >= 10


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


def test_rejects_are_the_declared_mess(made):
    trial, root = made
    rejects = pq.read_table(root / "clean" / "rejects.parquet").to_pylist()
    found = Counter((r["table"], r["column"], r["rule"], r["severity"]) for r in rejects)
    declared: Counter = Counter()
    for done in make(trial).truth["mess"]:
        for one in done["expected"]:
            declared[done["table"], one["column"], one["rule"], one["severity"]] += one["rejects"]
    assert found == declared
    assert {rule for _, _, rule, _ in found} >= {
        "no_session_after_death",
        "sessions_within_fractions",
        "dose_has_a_drug",
        "dose_has_a_route",
        "duplicate_row",
    }


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
    assert {row["against_data"] for row in rows} == {"not_checkable"}
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
