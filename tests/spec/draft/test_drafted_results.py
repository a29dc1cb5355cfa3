"""`trialtrace new`: a draft gives the primary result, of each kind and design."""

import re

import numpy as np
import pandas as pd
import pytest
from made import (
    CROSSED,
    PARALLEL,
    SCORE,
    VISITS,
    config,
    crossed,
    log_rank,
    patients,
    results,
    visits,
    welch,
    write,
)
from scipy import stats

from trialtrace.cli import main
from trialtrace.run.trial.dictionary import PARTS
from trialtrace.run.trial.load import load_trial


def test_a_mean_difference(at, new, export):
    assert new(export, **SCORE, baseline="age,sex") == 0
    row = results(at)["score/mean_difference.welch@card-usual"]
    low, high, _ = welch(patients())
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    assert row["unit"] == "points"
    assert config(at, "plan")["displays"]["baseline"]["variables"] == ["b_age", "b_sex"]


def test_an_event(at, new, export):
    assert new(export, **PARALLEL, primary="relapse", kind="event 1") == 0
    found, frame = results(at), patients()
    table = pd.crosstab(frame.arm == "card", frame.relapse == 1).to_numpy()
    p = found["relapse/p_value.fisher@card-usual"]["stat_value"]
    assert p == pytest.approx(stats.fisher_exact(table).pvalue)
    risks = frame.groupby("arm").relapse.mean()
    difference = found["relapse/risk_difference.newcombe@card-usual"]["stat_value"]
    assert difference == pytest.approx(risks["card"] - risks["usual"])


def test_levels_in_an_order(at, new, export):
    assert new(export, **PARALLEL, primary="grade", kind="ordered") == 0
    frame = patients()
    one, other = (frame.grade[frame.arm == arm] for arm in ("card", "usual"))
    p = stats.mannwhitneyu(one, other, method="asymptotic", use_continuity=False).pvalue
    assert results(at)["grade/p_value.mann_whitney@card-usual"]["stat_value"] == pytest.approx(p)


def test_a_time_in_a_column_has_a_curve_with_numbers_at_risk(at, new, export):
    assert new(export, **PARALLEL, primary="months", kind="until dead=1", unit="months") == 0
    frame = patients()
    p = log_rank(
        frame.months.to_numpy(), (frame.dead == 1).to_numpy(), (frame.arm == "card").to_numpy()
    )
    assert results(at)["months/p_value.log_rank@card-usual"]["stat_value"] == pytest.approx(p)
    (figure,) = config(at, "plan")["displays"]["kaplan_meier"]
    assert (figure["unit"], figure["at"][0], len(figure["at"])) == ("months", 0, 6)


@pytest.mark.parametrize(
    ("last", "kind"), [("seen_on", "event_date"), ("seen_on", "until dead=1"), ("died_on", "")]
)
def test_a_time_between_dates(at, new, export, last, kind):
    dates = {"start": "entered", "event_date": "died_on", "last_contact": last}
    if not kind:
        # One date that is either.
        dates |= {"event_date": "seen_on", "last_contact": "seen_on"}
    told = {**PARALLEL, **dates, "primary": "dates", "kind": kind or "until dead=1"}
    assert new(export, **told) == 0
    frame = patients()
    days = [pd.to_datetime(frame[name], dayfirst=True) for name in ("seen_on", "entered")]
    time = (days[0] - days[1]).dt.days.to_numpy()
    p = log_rank(time, (frame.dead == 1).to_numpy(), (frame.arm == "card").to_numpy())
    (name,) = config(at, "endpoints")
    found = results(at)[f"{name}/p_value.log_rank@card-usual"]["stat_value"]
    assert found == pytest.approx(p)


@pytest.mark.parametrize("before", [{"before": "0"}, {"visit": "week=0"}])
def test_visits_given_the_value_before(at, new, before):
    path = write(visits(), at.root / "data" / "visits.csv")
    assert new(path, **VISITS, **before) == 0
    frame = visits().pivot(index=["subject", "group"], columns="week", values="pain").reset_index()
    x = np.column_stack([np.ones(40), frame.group == "A", frame[0]])
    effect = np.linalg.lstsq(x.astype(float), frame[8].to_numpy(), rcond=None)[0][1]
    row = results(at)["pain/mean_difference.ancova@a-b;visit=week_8"]
    assert row["stat_value"] == pytest.approx(effect)


def test_visits_without_numbers_follow_each_other_as_their_rows_do(at, new):
    """The first patient lacks one; by their letters Screening would come after Baseline."""
    called = {0: "Screening", 4: "Baseline", 8: "Week 4"}
    frame = visits().assign(week=lambda one: one.week.map(called)).drop(index=[1])
    path = write(frame, at.root / "data" / "visits.csv")
    assert new(path, **VISITS, visit="week=Week 4") == 1
    assert new(path, **VISITS, visit="week=Baseline") == 0
    (endpoint,) = config(at, "endpoints").values()
    assert [*endpoint["visit"]["labels"]] == [*called.values()]
    assert config(at, "plan")["analyses"]["pain"]["visits"] == ["Week 4"]
    variable = load_trial("mine", at).dictionary["data"]["week"]
    assert [*variable.choices] == [*called.values()]


def test_a_crossover_by_its_sequence(at, new, capsys):
    assert new(write(crossed(), at.root / "data" / "c.csv"), **CROSSED) == 0
    assert main(["--project", str(at.root), "check", "mine"]) == 0
    assert "docs/new-trial.md#crossover" in capsys.readouterr().out
    wide = crossed().pivot(index=["id", "sequence"], columns="period", values="minutes")
    change = (wide[1] - wide[2]).groupby("sequence").mean()
    effect = (change["DB"] - change["BD"]) / 2
    row = results(at)["minutes/mean_difference.crossover@d-b"]
    assert row["stat_value"] == pytest.approx(effect)


def test_two_sides_of_a_patient_are_compared_in_pairs(at, new):
    frame = crossed().drop(columns="sequence")
    told = CROSSED | {"design": "within_subject"}
    assert new(write(frame, at.root / "data" / "c.csv"), **told) == 0
    pairs = frame.pivot(index="id", columns="treatment", values="minutes")
    p = stats.ttest_rel(pairs["D"], pairs["B"]).pvalue
    assert results(at)["minutes/p_value.paired_t@d-b"]["stat_value"] == pytest.approx(p)


def test_clusters(at, new, export):
    told = SCORE | {"design": "cluster by practice", "subject": "pid"}
    assert new(export, **told) == 0
    means = patients().groupby(["practice", "arm"]).score.mean().reset_index()
    one, other = (means.score[means.arm == arm] for arm in ("card", "usual"))
    row = results(at)["score/mean_difference.cluster_means@card-usual"]
    assert row["stat_value"] == pytest.approx(one.mean() - other.mean())
    assert config(at)["design"]["unit"] == "practice"


def test_a_factor_within_whose_levels_arms_are_compared(at, new, export):
    told = SCORE | {"design": "factorial with aspirin"}
    assert new(export, **told) == 0
    frame = patients()
    x = np.column_stack([np.ones(60), frame.arm == "card", frame.aspirin == "yes"])
    effect = np.linalg.lstsq(x.astype(float), frame.score.to_numpy(), rcond=None)[0][1]
    row = results(at)["score/mean_difference.ancova@card-usual"]
    assert row["stat_value"] == pytest.approx(effect)


def test_levels_that_are_no_arms_leave_their_patients_out(at, new, export):
    told = SCORE | {"arm": "grade", "arms": "0=None, 2=High", "control": "0"}
    assert new(export, **told) == 0
    frame = patients().assign(arm=lambda one: one.grade.map({0: "usual", 2: "card"}))
    low, high, _ = welch(frame)
    row = results(at)["score/mean_difference.welch@high-none"]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))


def test_secondary_outcomes_and_covariates(at, new, export):
    told = SCORE | {"covariates": "age", "secondary": "relapse=1, months [months] until dead=1"}
    assert new(export, **told) == 0
    plan = config(at, "plan")
    roles = {name: one["role"] for name, one in plan["analyses"].items()}
    expected = {"score": "primary", "score_crude": "supportive"}
    assert roles == expected | {"relapse": "secondary", "months": "secondary"}
    assert [one["analysis"] for one in plan["multiplicity"]["secondary"]["tests"]] == [
        "relapse",
        "months",
    ]
    # Without names there is no baseline table: none of a second outcome's times (B29).
    assert "baseline" not in plan["displays"]


def test_rows_of_one_kind_are_chosen_where_patients_have_several(at, new):
    path = write(visits(), at.root / "data" / "visits.csv")
    assert new(path, **(VISITS | {"where": "week=8"})) == 0
    frame = visits()[visits().week == 8].rename(columns={"group": "arm"})
    frame["arm"] = frame.arm.map({"A": "card", "B": "usual"})
    low, high, _ = welch(frame, "pain")
    row = results(at)["pain/mean_difference.welch@a-b"]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))


def test_partial_dates_take_the_day_that_is_answered(at, new):
    """Of events with a month alone the first day, which is not before the start."""
    frame = patients()
    for name in ("entered", "died_on", "seen_on"):
        frame[name] = pd.to_datetime(frame[name], dayfirst=True).dt.strftime("%Y-%m-%d").fillna("")
    month = (frame.dead == 1) & (frame.index % 5 == 0)
    frame.loc[month, "died_on"] = frame.died_on.str[:7]
    path = write(frame, at.root / "data" / "mine.csv")
    dates = {"start": "entered", "event_date": "died_on", "last_contact": "seen_on"}
    told = {**PARALLEL, **dates, "primary": "dates", "kind": "event_date"}
    assert new(path, **told) == 3
    assert new(path, **told, partial_dates="first") == 0
    begin, ends = pd.to_datetime(frame.entered), pd.to_datetime(frame.seen_on)
    ends[month] = np.maximum(ends[month].dt.to_period("M").dt.to_timestamp(), begin[month])
    time = (ends - begin).dt.days.to_numpy()
    p = log_rank(time, (frame.dead == 1).to_numpy(), (frame.arm == "card").to_numpy())
    found = results(at)["died_on/p_value.log_rank@card-usual"]["stat_value"]
    assert month.sum() > 5 and found == pytest.approx(p)


def test_codes_and_marks_that_are_answered(at, new):
    frame = patients()
    frame["score"] = [f"{1000 * value:,.0f}" for value in frame.score]
    frame.loc[[3, 4], "score"] = ["refused", "n.d."]
    path = write(frame, at.root / "data" / "mine.csv")
    assert new(path, **SCORE) == 1
    assert new(path, **SCORE, thousands=",", missing="refused, n.d.") == 0
    low, high, _ = welch(patients().drop(index=[3, 4]))
    row = results(at)["score/mean_difference.welch@card-usual"]
    found = (row["ci_low"] / 1000, row["ci_high"] / 1000)
    assert found == pytest.approx((low, high))


def test_patients_who_are_numbered_within_sites(at, new):
    frame = visits().assign(site=lambda one: "S" + (one.index // 3 % 4).astype(str))
    frame["subject"] = frame.groupby("site").subject.transform(lambda one: one.factorize()[0] + 1)
    one = write(
        frame.drop_duplicates(["site", "subject"]).drop(columns=["week", "pain"]),
        at.root / "data" / "a.csv",
    )
    other = write(frame.drop(columns=["group", "well"]), at.root / "data" / "b.csv")
    told = VISITS | {"subject": "site+subject", "visit": "week=0"}
    assert new(one, other, **told) == 0
    row = results(at)["pain/mean_difference.ancova@a-b;visit=week_8"]
    assert row["n_used"] == 40


def test_adam_declares_subject_arm_population_parameter_and_event(at, new):
    frame = patients()
    subjects = pd.DataFrame(
        {
            "USUBJID": frame.pid,
            "TRT01P": frame.arm,
            "ITTFL": np.where(frame.index == 3, "N", "Y"),
            "AGE": frame.age,
            "SEX": frame.sex.str.upper(),
        }
    )
    times = pd.DataFrame(
        {
            "USUBJID": frame.pid,
            "PARAMCD": "OS",
            "PARAM": "Overall survival (months)",
            "AVAL": frame.months,
            "CNSR": 1 - frame.dead,
        }
    )
    folder = at.root / "adam"
    write(subjects, folder / "adsl.csv")
    write(pd.concat([times, times.assign(PARAMCD="PFS")]), folder / "adtte.csv")
    told = {"control": "usual", "design": "parallel", "primary": "OS", "baseline": "AGE,SEX"}
    assert new(folder, **told) == 0
    made, kept = config(at), frame[frame.index != 3]
    assert made["populations"]["itt"]["where"]["ITTFL"] == {"is": "Y"}
    assert made["subjects"]["age"]["column"] == "AGE"
    dead, treated = (kept.dead == 1).to_numpy(), (kept.arm == "card").to_numpy()
    p = log_rank(kept.months.to_numpy(), dead, treated)
    assert results(at)["os/p_value.log_rank@card-usual"]["stat_value"] == pytest.approx(p)


EVENT = PARALLEL | {"kind": "event 1", "primary": "relapse"}


TIME = PARALLEL | {"kind": "until dead=1", "primary": "months [months]"}


@pytest.mark.parametrize(
    ("frame", "told", "expected"),
    [
        (patients, EVENT | {"design": "cluster by practice"}, "risk_difference.cluster_means"),
        (patients, TIME | {"design": "cluster by practice"}, "hazard_ratio.cox_adjusted"),
        (patients, EVENT | {"design": "factorial with aspirin"}, "p_value.breslow_day_tarone"),
        (patients, TIME | {"design": "factorial with aspirin"}, "p_value.cox_interaction"),
        (patients, EVENT | {"covariates": "age,sex"}, "risk_difference.standardised"),
        (patients, TIME | {"covariates": "age"}, "hazard_ratio.cox_adjusted"),
        (visits, VISITS | {"primary": "well", "kind": "event 1", "before": "0"}, "risk_difference"),
        (crossed, CROSSED | {"primary": "slow", "kind": "event 1"}, "p_value.mainland_gart"),
        (
            crossed,
            CROSSED | {"primary": "slow", "kind": "event 1", "design": "within_subject"},
            "risk_difference.newcombe_paired",
        ),
    ],
)
def test_the_step_of_each_kind_and_design(at, new, frame, told, expected):
    made = frame()
    if frame is crossed:
        made = made.assign(slow=(made.minutes > 45).astype(int))
    assert new(write(made, at.root / "data" / "mine.csv"), **told) == 0
    assert any(expected in result for result in results(at))


def test_a_competing_event(at, new):
    frame = patients()
    frame["ended"] = frame.dead.where(frame.index % 3 > 0, frame.dead * 2)
    path = write(frame, at.root / "data" / "mine.csv")
    told = PARALLEL | {"primary": "months [months]", "kind": "until ended=1"}
    assert new(path, **told, competing="2") == 0
    found = results(at)
    first = frame[(frame.arm == "card") & (frame.ended > 0)].sort_values("months")
    assert found["months/events.count@card"]["stat_value"] == (first.ended == 1).sum()
    # Before anybody is censored the incidence is a share.
    at_risk = (frame.arm == "card").sum()
    early = config(at, "plan")["displays"]["cumulative_incidence"][0]["at"][1]
    share = ((first.ended == 1) & (first.months <= early)).sum() / at_risk
    row = found[f"months/incidence.aalen_johansen@card;time={early:g}"]
    assert row["stat_value"] == pytest.approx(share)
    assert "months/subdistribution_hazard_ratio.fine_gray@card-usual" in found


def test_boxes_of_a_form_that_nobody_opened_are_counted_as_missing(at, new, capsys):
    frame = patients()[["pid", "arm"]].assign(ae___1=0, ae___2=0, ae_complete=2)
    frame.loc[frame.index % 2 == 0, "ae___1"] = 1
    frame.loc[frame.index >= 50, ["ae___1", "ae_complete"]] = 0
    fields = [("pid", "text", ""), ("ae", "checkbox", "1, Numb | 2, Pain"), ("arm", "text", "")]
    # The record identifier is of the first form, which need not be opened for it.
    rows = [
        {PARTS["field_name"]: name, PARTS["form_name"]: form, PARTS["field_type"]: kind}
        | {PARTS["choices"]: choices}
        for (name, kind, choices), form in zip(fields, ("ae", "ae", "f"), strict=True)
    ]
    pd.DataFrame(rows, columns=[*PARTS.values()]).to_csv(at.root / "dictionary.csv", index=False)
    path = write(frame, at.root / "data" / "mine.csv")
    told = PARALLEL | {"primary": "ae___1", "kind": "event 1"}
    assert new(path, at.root / "dictionary.csv", **told) == 0
    printed = capsys.readouterr().out
    assert "10 rows of the form ae, not opened" in printed
    shown = re.findall(r"(\d+) events of (\d+), (\d+) missing", printed)
    assert sum(int(n) for n, _, _ in shown) == 25 and sum(int(n) for _, n, _ in shown) == 50
    row = results(at)["ae_1/risk_difference.newcombe@card-usual"]
    assert row["n_used"] == 50


def test_declared_times_are_columns_of_their_type(at, new, capsys):
    """By the data dictionary of REDCap; a bound that names no value is none of ours."""
    frame = patients()[["pid", "arm"]].assign(op="2024-05-01 14:00", bed="23:30")
    frame["walk"] = [f"{minutes}:{minutes - 61:02}" for minutes in range(61, 61 + len(frame))]
    names = [PARTS[part] for part in ("field_name", "form_name", "field_type", "validation")]
    kinds = {"pid": "", "arm": "", "op": "datetime_dmy", "bed": "time", "walk": "time_mm_ss"}
    rows = [
        dict(zip(names, (name, "f", "text", kind), strict=True)) for name, kind in kinds.items()
    ]
    rows[2] |= {PARTS["minimum"]: "[entered]", PARTS["maximum"]: "now"}
    rows[3] |= {PARTS["minimum"]: "18:00"}
    dictionary = at.root / "dictionary.csv"
    pd.DataFrame(rows, columns=[*PARTS.values()]).to_csv(dictionary, index=False)
    path = write(frame, at.root / "data" / "mine.csv")
    told = PARALLEL | {"primary": "walk [seconds]", "kind": "measure"}
    assert new(path, **told, name="bare") == 1
    assert "declare a duration in a codebook" in capsys.readouterr().err
    assert new(path, dictionary, **told) == 0
    made = pd.read_csv(at.trial_config("mine") / "dictionary.csv", dtype=str).set_index(names[0])
    types = made[PARTS["validation"]].to_dict()
    assert [types[name] for name in ("op", "bed", "walk")] == ["datetime_ymd", "time", "time_mm_ss"]
    assert made[PARTS["minimum"]].dropna().to_dict() == {"bed": "18:00"}
    seconds = frame.assign(score=[61 * k - 61 for k in range(61, 61 + len(frame))])
    row = results(at)["walk/mean_difference.welch@card-usual"]
    low, high, _ = welch(seconds)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    assert row["unit"] == "seconds"
