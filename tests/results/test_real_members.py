"""Every result of the three trials stands on the rows that it names; traces of a few by hand."""

import pytest

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")
EVENTS = ("count.events", "events.count")


def roles(trial, name):
    members = trial.tracer.members[f"{trial.run.trial.name}/{name}"]
    return {member["role"]: member for member in members}


@pytest.mark.parametrize("name", TRIALS)
def test_every_result_has_members_and_they_select_the_same_rows_today(real, name):
    trial = real[name]
    assert set(trial.tracer.members) == set(trial.tracer.results)
    for result_id in trial.tracer.results:
        for member in trial.tracer.trace(result_id)["rows"]:
            assert member["unchanged"], result_id


@pytest.mark.parametrize("name", TRIALS)
def test_counts_and_shares_are_the_sizes_of_their_roles(real, name):
    seen = 0
    for result, row in real[name].rows.items():
        behind = roles(real[name], result)
        total = behind.get("denominator") or behind.get("analysed")
        if row["method"] in EVENTS or (row["method"] == "count.descriptive" and row["group2"]):
            assert behind["numerator"]["n"] == row["stat_value"], result
            assert total["n"] == row["denominator"], result
            seen += 1
        elif row["method"] == "proportion.standardised":
            assert behind["analysed"]["n"] == row["n_used"], result
        elif row["stat_name"] == "proportion" and row["stat_value"] is not None:
            share = behind["numerator"]["n"] / behind["denominator"]["n"]
            assert row["stat_value"] == pytest.approx(share, rel=1e-11), result
            assert row["denominator"] == behind["denominator"]["n"], result
            seen += 1
        elif row["stat_name"] in ("randomised", "in_population", "missing"):
            assert behind["analysed"]["n"] == row["stat_value"], result
            seen += 1
    assert seen > 60


@pytest.mark.parametrize("name", TRIALS)
def test_who_entered_is_who_is_listed(real, name):
    """n_used counts subjects; a subject has a row a visit where all visits enter together."""
    for result, row in real[name].rows.items():
        behind = roles(real[name], result)
        listed = behind.get("analysed") or behind["denominator"]
        if row["stat_name"] == "missing":
            continue
        if "best_worst" in result:
            listed = behind["denominator"]
        visits = "mixed_anova" in result or "throat_pain_over_time" in result
        per_subject = 4 if visits and "/not_analysed." not in result else 1
        assert listed["n"] == row["n_used"] * per_subject, result


@pytest.mark.parametrize("name", TRIALS)
def test_identifiers_are_unique_stand_for_their_place_and_name_their_method(real, name):
    for result, row in real[name].rows.items():
        analysis, rest = result.split("/")
        method, at = rest.split("@")
        who = at.split(";")[0]
        assert (analysis, method) == (row["analysis_id"], row["method"])
        pair = f"{row['comparison']}-{row['reference']}" if row["comparison"] else None
        assert who == (pair or row["group1_level"] or "all")
        assert (";visit=" in at) == (row["visit"] is not None)
        assert (";stratum=" in at) == (row["stratum"] is not None)
        assert row["synthetic"] is False
        assert (row["stat_value"] is None) <= bool(row["error"] or row["warning"])


def one(trial, name, role):
    return next(each for each in trial.trace(name)["rows"] if each["role"] == role)


def test_a_primary_estimate_of_elmunzer(real):
    """602 patients in lines 2 to 603; their outcome and arm make the number."""
    trace = real["elmunzer2012"].trace("pep_primary/risk_difference.newcombe@indomethacin-placebo")
    assert trace["from"] == ["27 of 295 Indomethacin", "52 of 307 Placebo"]
    everyone, events = trace["rows"]
    (part,) = everyone["raw"]
    assert (part["source_file"], part["lines"]) == ("medicaldata/indo_rct", "2–603")
    assert part["columns"] == ["outcome", "rx"]
    assert part["sha256"].startswith("675af8d2f8142e31")
    assert (everyone["n"], events["n"], events["raw"][0]["n_lines"]) == (602, 79, 79)
    assert trace["rejected"] == []
    assert "pep_absolute_reduction" in {claim["claim_id"] for claim in trace["claims"]}


def test_all_visits_of_ruetzler_use_four_columns_of_233_lines(real):
    name = "throat_pain_over_time/f.mixed_anova@all;effect=visit"
    member = one(real["ruetzler2013"], name, "analysed")
    (part,) = member["raw"]
    assert (member["n"], part["n_lines"]) == (4 * 233, 233)
    assert sorted(part["columns"]) == [
        "pacu30min_throatPain",
        "pacu90min_throatPain",
        "pod1am_throatPain",
        "postOp4hour_throatPain",
        "treat",
    ]
    assert "a value at each AVISIT of 30 min, 90 min, 4 h, next morning" in member["where"]


def test_recurrence_of_moertel_uses_one_of_the_two_rows_of_a_patient(real):
    """Line 3 is the first patient's recurrence; of line 2, the death, only the arm is looked at."""
    name = "recurrence/hazard_ratio.cox@lev_5fu-observation"
    recurrences, deaths = one(real["moertel1990"], name, "analysed")["raw"]
    assert recurrences["columns"] == ["etype", "rx", "status", "time"]
    assert (recurrences["n_lines"], recurrences["lines"][:7]) == (929, "3, 5, 7")
    assert deaths["columns"] == ["rx"]
    assert (deaths["n_lines"], deaths["lines"][:7]) == (929, "2, 4, 6")
