"""The synthetic cohort of streckmann2024: printed margins hold in the derived data, after cleaning.

Counts are the sets named in cohort.yaml; the percentages they print stand in the trial's ledger.
"""

import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from shipped_trials import shipped
from written.r_scripts import PAGE, counted, told

from trialtrace.base.paths import Project, project
from trialtrace.run.claims.audit import audit_rows
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import run_analysis
from trialtrace.run.methods.displays.analyse import flow
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.cohort.mess import BreaksCheck, Impossible
from trialtrace.run.trial.load import load_trial

pytestmark = pytest.mark.full

TRIAL = "streckmann2024"
POST = "after chemotherapy"
# Endpoint, visit, population -> arm -> (yes, with a value).
MARGINS = {
    ("CIPN", POST, "ITTFL"): {"smt": (12, 40), "wbv": (14, 34), "tau": (24, 34)},
    ("CIPN", POST, "PPROTFL"): {"smt": (10, 35), "wbv": (12, 32), "tau": (22, 30)},
    ("VIBNEW", POST, "ITTFL"): {"smt": (18, 55), "tau": (25, 50)},
    ("TOUCHNEW", POST, "ITTFL"): {"smt": (0, 55), "tau": (4, 50)},
    ("STRNEW", POST, "ITTFL"): {"smt": (1, 55), "tau": (6, 50)},
    ("DOSERED", None, "ITTFL"): {"smt": (17, 53), "wbv": (28, 52), "tau": (28, 50)},
    ("DIED", None, "ITTFL"): {"smt": (1, 54), "tau": (7, 42)},
}
# Defects that cleaning restores or takes for missing, and the rule that catches each other one.
RESTORED = ("coded_missing", "stray_space")
RULES = {
    "impossible": "above_maximum",
    "half_value": "not_an_integer",
    "no_subject": "subject_missing",
    "no_unit": "missing_unit",
    "free_text": "not_a_number",
}


def with_seed(root: Path, seed: int) -> Project:
    """A project with the trial's configuration and another seed."""
    shutil.copytree(project().config, root / "config")
    file = root / "config" / "trials" / TRIAL / "trial.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count("seed: ") == 1
    head, tail = text.split("seed: ")
    file.write_text(f"{head}seed: {seed}\n{tail.split(chr(10), 1)[1]}", encoding="utf-8")
    return Project(root)


@pytest.fixture(scope="module", params=[None, 7], ids=["own seed", "another seed"])
def folder(request, tmp_path_factory) -> Path:
    if request.param is None:
        return shipped(TRIAL, tmp_path_factory)
    root = tmp_path_factory.mktemp("margins")
    trial, out = load_trial(TRIAL, with_seed(root / "project", request.param)), root / "results"
    ingest_sources(trial, out / "raw")
    clean_tables(trial, out / "raw", out / "clean")
    derive_datasets(trial, out / "clean", out / "derived")
    return out


@pytest.mark.parametrize(("code", "visit", "flag"), list(MARGINS), ids=lambda one: str(one))
def test_printed_margins_hold_after_cleaning(folder, code, visit, flag):
    records = pq.read_table(folder / "derived" / "bds.parquet")
    chosen = pc.and_(pc.equal(records["PARAMCD"], code), pc.equal(records[flag], "Y"))
    if visit:
        chosen = pc.and_(chosen, pc.equal(records["AVISIT"], visit))
    records = records.filter(chosen)
    for arm, (yes, of) in MARGINS[code, visit, flag].items():
        values = records.filter(pc.equal(records["TRTP"], arm))["AVAL"]
        assert (pc.sum(values).as_py(), pc.count(values).as_py()) == (yes, of), arm


def test_who_was_randomised(folder):
    subjects = pq.read_table(folder / "derived" / "adsl.parquet")
    arms = {row["values"]: row["counts"] for row in pc.value_counts(subjects["TRT01P"]).to_pylist()}
    assert arms == {"smt": 55, "wbv": 53, "tau": 50}
    ages = subjects["AGE"]
    assert round(pc.mean(ages).as_py()) == 49
    assert (pc.min(ages).as_py(), pc.max(ages).as_py()) == (18, 82)
    men = pc.sum(pc.equal(subjects["SEX"], "M")).as_py()
    assert round(100 * men / 158) == 59
    assert set(subjects["SYNTHFL"].to_pylist()) == {"Y"}


def test_who_is_not_in_a_population_lacks_no_value_of_it(folder):
    """A patient without symptoms, whose CIPN was known, was counted for them per protocol."""
    trial = load_trial(TRIAL, project())
    found: dict[tuple, float] = {}
    frames = Frames(folder / "derived")
    own = [trial.plan.analyses[name] for name in ("cipn", "cipn_per_protocol")]
    estimates = [result for one in own for result in run_analysis(trial, one, frames)]
    for result in flow(trial, frames, estimates):
        place = result.place
        level = place.second[1] if place.second else None
        found[place.group, place.parameter, result.stat, level] = result.value
    reasons = trial.plan.displays["flow"]["not_analysed"]["cipn_per_protocol"]["reasons"]
    for arm in trial.design.arms:
        lacks = {
            name: sum(found[arm, name, "not_analysed", one["label"]] for one in reasons[1:])
            for name in ("cipn", "cipn_per_protocol")
        }
        outside = found[arm, "cipn_per_protocol", "not_analysed", reasons[0]["label"]]
        assert (
            outside
            == found[arm, None, "randomised", None] - found[arm, "pp", "in_population", None]
        )
        inside = found[arm, "pp", "in_population", None]
        assert (
            lacks["cipn_per_protocol"] == inside - found[arm, "cipn_per_protocol", "analysed", None]
        )
        assert lacks["cipn_per_protocol"] <= lacks["cipn"]


def test_symptoms_are_missing_as_often_as_quality_of_life(folder):
    records = pq.read_table(folder / "derived" / "bds.parquet")
    known = {}
    for code in ("NTX", "QLQSUM"):
        own = records.filter(pc.equal(records["PARAMCD"], code))
        own = own.filter(pc.is_valid(own["AVAL"]))
        known[code] = {
            row["values"]: row["counts"] for row in pc.value_counts(own["AVISIT"]).to_pylist()
        }
    assert set(known["NTX"]) == set(known["QLQSUM"]) == {"baseline", "week 12", POST}
    for visit, n in known["NTX"].items():
        assert abs(n - known["QLQSUM"][visit]) <= 10 and n < 158


def test_one_finding_without_symptoms_leaves_cipn_open(folder):
    """By the rule: all findings known and one present, symptoms unknown; two decide without."""
    records = pq.read_table(folder / "derived" / "bds.parquet")
    cipn = records.filter(pc.equal(records["PARAMCD"], "CIPN")).to_pylist()
    at_end = [row for row in cipn if row["AVISIT"] == POST and row["GROUNDS"]]
    told = [(row["AVAL"], row["GROUNDS"].partition(": ")[2]) for row in at_end]
    without = [(value, text) for value, text in told if text.endswith("unknown: worse")]
    findings = [text.split(";")[0].count("_new") for _, text in without]
    assert [n == 1 for n in findings] == [value is None for value, _ in without]
    assert {None, 1} <= {value for value, _ in without}


def test_adverse_events(folder):
    """7 in all, one of them serious, none related to the procedures."""
    events = pq.read_table(folder / "clean" / "adverse_events.parquet")
    assert events.num_rows == 7
    assert events["ae_serious"].to_pylist().count("1") == 1
    assert set(events["ae_related"].to_pylist()) == {"0"}


@pytest.mark.parametrize("folder", [None], ids=["own seed"], indirect=True)
def test_no_claim_is_checked_on_synthetic_data(folder):
    """Each claim finds its one result, as it will with a real export; none is compared."""
    trial = load_trial(TRIAL)
    claims = read_claims(trial)
    results = pq.read_table(folder / "analysis" / "results.parquet").to_pylist()
    rows = audit_rows(trial, claims, results)
    assert {row["claim_id"] for row in rows} == set(claims)
    assert {row["against_data"] for row in rows} == {"not_checkable"}
    assert all(row.get("recomputed") is None and row.get("result_id") is None for row in rows)


@pytest.mark.parametrize("folder", [None], ids=["own seed"], indirect=True)
def test_the_page_of_scripts_tells_its_results(folder):
    page = told((project().root / "docs" / PAGE).read_text("utf-8"))
    found = counted(Tracer(load_trial(TRIAL), folder, "full"))
    assert page[TRIAL] == found, "write it anew: python docs/write.py"


def test_rejects_are_the_declared_mess(folder):
    """Every declared defect that cleaning does not restore is rejected, and nothing else is."""
    found: dict[tuple[str, str], int] = {}
    rejects = pq.read_table(folder / "clean" / "rejects.parquet").to_pylist()
    for one in rejects:
        # A row without a unit that is known has its number and its unit rejected.
        if one["severity"] == "reject" and one["column"] != "vas_unit":
            key = (one["table"], one["rule"])
            found[key] = found.get(key, 0) + 1
    expected: dict[tuple[str, str], int] = {}
    for declared in load_trial(TRIAL).cohort.mess:
        if declared.defect in RESTORED:
            continue
        rule = RULES.get(declared.defect, declared.defect)
        if isinstance(declared, BreaksCheck):
            rule = declared.check
        elif isinstance(declared, Impossible) and float(declared.value) < 0:
            rule = "below_minimum"
        key = (declared.form, rule)
        expected[key] = expected.get(key, 0) + declared.rows
    assert found == expected
