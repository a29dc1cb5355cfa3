"""Traces of the mini trial: its export has a header, then patients 1 to 20 in lines 2 to 21.

Odd numbers have the drug; relief in patients 1, 3, 5, 7, 9, 11 of them and 2, 4, 6 of the others;
patient 20 has the coded missing value 9.
"""

import shutil

import pyarrow.parquet as pq
import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file, write_parquet
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.raw_rows import named_in

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
SHARE = "mini/relief_primary/proportion.wilson@drug"


def member(trace, role):
    return next(each for each in trace["rows"] if each["role"] == role)


def test_the_number_and_what_it_is_about(full):
    trace = full.trace(RISK)
    assert trace["value"] == pytest.approx(6 / 10 - 3 / 9)
    assert trace["from"] == ["6 of 10 Drug", "3 of 9 Placebo"]
    assert trace["subject"] == "Relief, Drug against Placebo, all randomised"
    assert (trace["estimand"], trace["population"]) == ("relief_itt", "itt")
    assert trace["plan"] == {
        "file": "config/trials/mini/plan.yaml",
        "line": 23,
        "key": "analyses.relief_primary",
    }
    (variable,) = trace["variables"]
    assert (variable["label"], variable["code"]) == ("Relief", "RELIEF")
    assert variable["rule"].startswith("Yes where Relief")
    (function,) = trace["functions"]
    assert function["name"] == "risk_difference_newcombe"
    assert trace["method"]["options"] == {"confidence": 0.95}
    assert "Newcombe 1998" in trace["method"]["reference"]
    assert {check["component"] for check in trace["checks"]} >= {"value", "ci_low", "ci_high"}
    assert all(check["agrees"] for check in trace["checks"])


def test_lines_and_columns_of_the_export_behind_a_share(full, mini):
    trace = full.trace(SHARE)
    (events,) = member(trace, "numerator")["raw"]
    assert events["lines"] == "2, 4, 6, 8, 10, 12"
    assert (events["n_lines"], events["table"], events["raw_table"]) == (6, "patients", "export")
    # The outcome, the arm, and what makes the population.
    assert events["columns"] == ["arm", "relief"]
    (everyone,) = member(trace, "denominator")["raw"]
    assert everyone["lines"] == ", ".join(str(line) for line in range(2, 22, 2))
    assert events["sha256"] == sha256_file(mini.at.root / "data" / "export.csv")


def test_a_subgroup_looks_at_its_own_column_too(full):
    name = "mini/relief_by_smoker/odds_ratio.mantel_haenszel@drug-placebo;stratum=smoker=Yes"
    (part,) = member(full.trace(name), "analysed")["raw"]
    assert part["columns"] == ["arm", "relief", "site", "smoker"]


def test_what_cleaning_declares_of_the_columns_has_its_lines(full, mini):
    lines = (mini.at.trial_config("mini") / "cleaning.yaml").read_text().splitlines()
    declared = full.trace(RISK)["cleaning"]
    assert [one["key"] for one in declared] == ["tables.patients.missing.relief"]
    assert declared[0]["file"] == "config/trials/mini/cleaning.yaml"
    assert "relief" in lines[declared[0]["line"] - 1]


def test_members_have_the_condition_as_data_and_in_words(full):
    events = member(full.trace(SHARE), "numerator")
    assert events["predicate"]["AVAL"] == {"is": 1}
    assert events["where"] == "AVAL = 1 and ITTFL = Y and PARAMCD = RELIEF and TRTP = drug"
    assert (events["dataset"], events["n"], events["unchanged"]) == ("bds", 6, True)


def test_claims_come_with_their_finding(full):
    (claim,) = full.trace("mini/relief_primary/p_value.fisher@drug-placebo")["claims"]
    assert (claim["claim_id"], claim["printed"], claim["against_data"]) == (
        "relief_p",
        "P=0.03",
        "differs",
    )
    assert claim["data_finding"] and claim["print_finding"]


def test_a_cell_that_was_rejected_is_told_where_it_would_have_counted(tmp_path):
    from mini_run import patients, run_mini

    rows = patients()
    rows[2]["relief"] = "7"
    rows[4]["age"] = "SECRET-VALUE"
    run = run_mini(tmp_path, rows)
    for disclosure in ("full", "restricted"):
        trace = Tracer(run.trial, run.folder, disclosure).trace(SHARE)
        (rejected,) = trace["rejected"]
        assert (rejected["column"], rejected["count"], rejected["lines"]) == ("relief", 1, "4")
    age = Tracer(run.trial, run.folder, "restricted").trace(
        "mini/baseline/mean.descriptive@drug;parameter=age"
    )
    assert [each["column"] for each in age["rejected"]] == ["age"]
    assert "SECRET-VALUE" not in str(age)
    # Patient 3 has the drug, so has patient 5: what is of the placebo lacks neither.
    placebo = (
        SHARE.replace("@drug", "@placebo"),
        "mini/baseline/mean.descriptive@placebo;parameter=age",
    )
    assert [Tracer(run.trial, run.folder, "full").trace(one)["rejected"] for one in placebo] == [
        [],
        [],
    ]


def test_a_cell_is_rejected_of_its_own_visit_and_endpoint_alone(tmp_path):
    """Pain before of patient 3 and pain after of patient 5, both of the drug."""
    from mini_run import patients, run_mini

    rows = patients()
    rows[2]["pain0"], rows[4]["pain1"] = "77", "88"
    run = run_mini(tmp_path, rows)
    tracer = Tracer(run.trial, run.folder, "full")
    told = {
        name: {(each["column"], each["lines"]) for each in tracer.trace(name)["rejected"]}
        for name in tracer.results
        if name.startswith("mini/pain_each/") and "@drug" in name
    }
    before = {lines for name, lines in told.items() if "visit=before" in name for lines in lines}
    after = {lines for name, lines in told.items() if "visit=after" in name for lines in lines}
    assert before == {("pain0", "4")}
    assert after == {("pain1", "6")}
    assert tracer.trace(SHARE)["rejected"] == []


ADJUSTED = """\
  pain_adjusted:
    label: Pain given pain before and smoking
    role: secondary
    estimand: pain_itt
    visits: [after]
    estimates:
      - mean_difference:
          {method: ancova, covariates: [baseline, smoker], strata: [], variance: model}
  pain_change:
    label: Change of pain
    role: secondary
    of: pain_each
    value: change
    visits: [after]
    describe: [{summary: [mean]}]
    estimates: [{mean_difference: welch}]
"""


def test_a_baseline_or_a_covariate_is_a_cell_of_what_is_computed_with_it_alone(tmp_path):
    """Pain after is column pain1, its baseline pain0, smoking smoker."""
    from mini_run import run_mini
    from mini_trial import PLAN

    run = run_mini(tmp_path, plan=PLAN.replace("  death_time:", f"{ADJUSTED}  death_time:"))
    tracer = Tracer(run.trial, run.folder, "full")
    read = {}
    for name in tracer.results:
        parts = [part for row in tracer.trace(name)["rows"] for part in row["raw"]]
        read[name] = {one for part in parts for one in part["columns"]} - {"id", "arm"}
    after = "mini/pain_each/{}@drug;visit=after"
    assert read[after.format("mean.t_interval")] == {"pain1"}
    assert read[after.format("count.descriptive")] == {"pain1"}
    assert read["mini/pain_each/p_value.welch_t@drug-placebo;visit=after"] == {"pain1"}
    changed = "mini/pain_change/{};visit=after"
    assert read[changed.format("mean.t_interval@drug")] == {"pain0", "pain1"}
    assert read[changed.format("mean_difference.welch@drug-placebo")] == {"pain0", "pain1"}
    adjusted = "mini/pain_adjusted/mean_difference.ancova@drug-placebo;visit=after"
    assert read[adjusted] == {"pain0", "pain1", "smoker"}


def test_columns_that_options_name_are_read_also_where_rows_are_not_asked_for_them():
    """A cluster or a sequence can be unknown, and a paired comparison refuses what is not known."""
    assert named_in('{"cluster": "site", "no_cluster": "own"}') == ("SITEID",)
    assert named_in('{"covariates": ["baseline", "age"], "sides": "two_sided"}') == ("BASE", "AGE")
    assert named_in('{"sequence": "order"}') == ("ORDER",)
    assert named_in('{"confidence": 0.95, "cluster": null}') == ()


def test_restricted_has_counts_and_hashes_and_no_lines_or_subjects(restricted, full):
    for name in restricted.results:
        told = restricted.trace(name)
        parts = [part for each in told["rows"] for part in each["raw"]]
        assert all("lines" not in part and part["n_lines"] for part in parts)
        assert "mini-" not in str(told)
    shown = full.trace(SHARE)
    hidden = restricted.trace(SHARE)
    assert hidden["value"] == shown["value"]
    assert member(hidden, "numerator")["hmac_sha256"] is None


def test_cells_under_full_disclosure_have_their_raw_values(full):
    cells = member(full.trace(SHARE, rows=True), "numerator")["cells"]
    values = [c["value"] for c in cells if (c["variable"], c["column"]) == ("AVAL", "relief")]
    assert values == ["1"] * 6
    assert {c["value"] for c in cells if c["column"] == "arm"} == {"A"}


def test_cells_are_refused_where_disclosure_is_restricted(restricted):
    with pytest.raises(UserError, match="disclosure: restricted"):
        restricted.trace(SHARE, rows=True)


@pytest.mark.parametrize("records", [1, 2], ids=["one record less", "as many, but others"])
def test_data_that_changed_after_the_analysis_is_told(mini, tmp_path, records):
    """Patient 1 loses the relief; in the second case patient 13 has it instead."""
    folder = tmp_path / "mini"
    shutil.copytree(mini.folder, folder)
    path = folder / "derived" / "bds.parquet"
    bds = pq.read_table(path)
    values = bds["AVAL"].to_pylist()
    at = {row["USUBJID"]: n for n, row in enumerate(bds.to_pylist()) if row["PARAMCD"] == "RELIEF"}
    for subject, value in [("mini-1", 0.0), ("mini-13", 1.0)][:records]:
        assert values[at[subject]] == 1 - value
        values[at[subject]] = value
    position = bds.column_names.index("AVAL")
    write_parquet(path, bds.set_column(position, "AVAL", [values]))
    trace = Tracer(mini.trial, folder, "full").trace(SHARE)
    assert member(trace, "numerator")["unchanged"] is False
    assert member(trace, "denominator")["unchanged"] is True


def test_a_share_at_a_time_tells_the_events_until_then_and_who_is_at_risk():
    """Of 177 events in all, 153 by day 1095, with 155 of 315 at risk."""
    from types import SimpleNamespace

    from trialtrace.run.trace.content import Tracer

    place = {"analysis_id": "recurrence", "parameter": "recur", "visit": None, "stratum": None}
    arm = place | {"group1_level": "none", "comparison": None, "denominator": None}
    day = arm | {"group2": "time", "group2_level": "1095"}
    events = arm | {"method": "events.count", "stat_value": 177.0, "denominator": 315}
    share = day | {"result_id": "share", "stat_name": "survival", "method": "survival.kaplan_meier"}
    at_risk = day | {"stat_name": "at_risk", "method": "at_risk.count", "stat_value": 155.0}
    other = share | {"group2_level": "9999", "result_id": "other"}
    rows = [events | {"group2": None, "stat_name": "events"}, share, at_risk]
    tracer = object.__new__(Tracer)
    label = SimpleNamespace(label="Observation")
    vars(tracer).update(
        trial=SimpleNamespace(design=SimpleNamespace(arms={"none": label})),
        results=dict(enumerate(rows)),
        members={"share": [{"role": "numerator", "n": 153}, {"role": "analysed", "n": 315}]},
    )
    assert tracer.counted(share) == ["153 of 315 Observation by then, 155 at risk"]
    assert tracer.counted(other) == ["177 of 315 Observation in the whole follow-up"]
    assert tracer.counted(rows[0]) == ["177 of 315 Observation"]
