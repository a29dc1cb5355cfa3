"""Every result of the three trials stands on the rows that it names; traces of a few by hand."""


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
