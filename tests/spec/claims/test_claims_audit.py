"""What the audit says of a printed number, given the results."""

import pytest

from trialtrace.run.tables.contracts import CLAIMS, conform, from_rows

DRUG = {"analysis": "pain", "group": "drug"}


def brief(rows):
    return {row["component"]: (row["printed"], row["against_data"]) for row in rows}


def test_a_group_claim_takes_count_denominator_and_proportion(audit, make_claim):
    # 10 / 51 = 19.6 %
    rows = audit(make_claim("pain_drug", "10 of 51 (19.6%)", DRUG))
    assert brief(rows) == {
        "count": ("10", "equals"),
        "denominator": ("51", "equals"),
        "percent": ("19.6%", "equals"),
    }
    assert rows[2]["result_id"] == "toy/pain/proportion.wilson@drug"
    assert rows[2]["recomputed"] == 19.6078431373


RATIO = {"analysis": "pain", "stat": "risk_ratio", "as": "percent_reduction"}
FISHER = {"analysis": "pain", "stat": "p_value.fisher"}
NEEDED = {"analysis": "pain", "stat": "number_needed_to_treat"}
# 10 of 51 are 19.6 %; the risk ratio is 0.480, Fisher's p 0.0291 at a level of 0.041.
FOUND = [
    ("11 (19.6%)", DRUG, "differs", 10),
    ("19.5%", DRUG, "differs", 19.608),
    ("about 20%", DRUG, "equals", 19.608),
    ("more than 25%", DRUG, "differs", 19.608),
    ("52%", RATIO, "equals", 51.961),
    ("reduced by 50%", RATIO, "differs", 51.961),
    ("reduced by 50–70 %", RATIO, "equals", 51.961),
    ("P=0.03", FISHER, "equals", 0.0291),
    ("P=0.06", FISHER, "differs", 0.0291),
    ("P=0.02", FISHER, "differs", 0.0291),
    (
        "6.5 years",
        {"analysis": "time", "group": "all", "stat": "follow_up", "as": "years_from_days"},
        "equals",
        6.5,
    ),
    ("reduced by 1.8", {"analysis": "score", "stat": "mean_difference"}, "equals", 1.77),
    ("13", NEEDED, "equals", 12.2),
    ("12", NEEDED, "equals", 12.2),
    ("21", NEEDED, "differs", 12.2),
    ("100", {"analysis": "flow", "stat": "randomised", "group": "all"}, "equals", 100),
]


@pytest.mark.parametrize(("printed", "selects", "agreement", "value"), FOUND)
def test_a_printed_number_against_the_data(audit, make_claim, printed, selects, agreement, value):
    row = audit(make_claim("one", printed, selects))[0]
    assert row["against_data"] == agreement
    assert abs(row["recomputed"]) == pytest.approx(value, abs=0.01)


def test_an_interval_and_its_decision(audit, make_claim):
    selects = {"analysis": "pain", "stat": "risk_ratio.katz_log"}
    rows = audit(make_claim("ratio", "0.48 (95% CI 0.25 to 1.12), P=0.03", selects))
    assert brief(rows) == {
        "value": ("0.48", "equals"),
        "ci_low": ("0.25", "equals"),
        "ci_high": ("1.12", "differs"),
        "p": ("P=0.03", "equals"),
    }
    decisions = {row["component"]: row["decision"] for row in rows}
    assert decisions == {"value": None, "ci_low": "changes", "ci_high": "changes", "p": "same"}


def test_limits_change_places_where_the_scale_runs_backwards(audit, make_claim):
    # 100 (1 - 0.918) = 8.2, 100 (1 - 0.251) = 74.9
    selects = {"analysis": "pain", "stat": "risk_ratio.katz_log", "as": "percent_reduction"}
    rows = audit(make_claim("reduction", "52% (8.2 to 74.9)", selects))
    assert {row["against_data"] for row in rows} == {"equals"}
    assert {row["decision"] for row in rows[1:]} == {"same"}


def test_an_interval_of_another_level_is_not_compared(audit, make_claim):
    rows = audit(make_claim("pain_drug", "19.6% (90% CI 11 to 30)", DRUG))
    assert [row["against_data"] for row in rows] == ["equals", "no_result", "no_result"]


def test_an_f_statistic_with_its_degrees_of_freedom_and_p(audit, make_claim):
    selects = {"analysis": "anova", "stat": "f.mixed_anova", "effect": "visit"}
    rows = audit(make_claim("visit_effect", "F(3, 63) = 5.907, p < 0.01", selects))
    assert {row["component"]: row["against_data"] for row in rows} == dict.fromkeys(
        ("statistic", "df1", "df2", "p"), "equals"
    )
    assert rows[3]["result_id"].startswith("toy/anova/p_value.mixed_anova")


def test_mean_with_standard_deviation(audit, make_claim):
    selects = {"analysis": "score", "stat": "mean", "group": "drug"}
    rows = audit(make_claim("score_drug", "mean (SD) 54.2 (10.1)", selects))
    assert brief(rows) == {"value": ("54.2", "equals"), "sd": ("10.1", "equals")}


@pytest.mark.parametrize(
    ("selects", "direction", "agreement", "decision"),
    [
        ({"analysis": "pain"}, {"lower": "drug", "than": "sham"}, "equals", "same"),
        ({"analysis": "pain"}, {"higher": "drug", "than": "sham"}, "differs", "changes"),
        (
            {"analysis": "pain_each", "visit": "2 h"},
            {"lower": "drug", "than": "sham"},
            "differs",
            "changes",
        ),
        # 5 of 50 in both groups: neither is less.
        (
            {"analysis": "pain_each", "visit": "1 h"},
            {"lower": "drug", "than": "sham"},
            "differs",
            "changes",
        ),
        ({"analysis": "score"}, {"lower": "drug", "than": "sham"}, "equals", "same"),
    ],
)
def test_directions(audit, make_claim, selects, direction, agreement, decision):
    (row,) = audit(make_claim("less", "less with the drug", selects, direction=direction))
    assert (row["against_data"], row["decision"]) == (agreement, decision)
    assert "size" not in row


@pytest.mark.parametrize(
    ("stats", "direction", "agreement"),
    [
        ({"hazard_ratio.cox": 0.6}, {"lower": "drug", "than": "sham"}, "equals"),
        ({"hazard_ratio.cox": 0.6}, {"higher": "sham", "than": "drug"}, "equals"),
        ({"hazard_ratio.cox": 0.6}, {"higher": "drug", "than": "sham"}, "differs"),
        ({"mean_difference.t": -2.0}, {"lower": "drug", "than": "sham"}, "equals"),
        (
            {"mean_difference.t": -2.0, "mean_difference.welch": 1.0},
            {"lower": "drug", "than": "sham"},
            "no_result",
        ),
    ],
)
@pytest.mark.parametrize("pair", [{}, {"compare": {"of": "drug", "to": "sham"}}])
def test_a_direction_of_a_comparison(
    audit, make_claim, make_result, stats, direction, agreement, pair
):
    further = [
        make_result("compared", stat, value, "drug-sham", stat_label="estimate")
        for stat, value in stats.items()
    ]
    claim = make_claim(
        "less", "less with the drug", {"analysis": "compared", **pair}, direction=direction
    )
    (row,) = audit(claim, further=further)
    assert row["against_data"] == agreement


def test_a_direction_between_strata(audit, make_claim, make_result):
    shares = {"drug=Vinca alkaloid": -0.45, "drug=Oxaliplatin": -0.367}
    further = [
        make_result(
            "by_drug",
            "risk_difference.newcombe",
            value,
            "drug-sham",
            stratum=stratum,
            stat_label="risk difference",
        )
        for stratum, value in shares.items()
    ]
    pair = {"of": "drug", "to": "sham"}
    selects = {"analysis": "by_drug", "stat": "risk_difference.newcombe", "compare": pair}
    direction = {"lower": "Vinca alkaloid", "than": "Oxaliplatin", "by": "drug"}
    (row,) = audit(
        make_claim("best", "benefited the most", selects, direction=direction), further=further
    )
    assert (row["against_data"], row["recomputed"]) == ("equals", pytest.approx(-8.3))
    turned = {"lower": "Oxaliplatin", "than": "Vinca alkaloid", "by": "drug"}
    (row,) = audit(make_claim("best", "most", selects, direction=turned), further=further)
    assert (row["against_data"], row["decision"]) == ("differs", "changes")


# --- not checkable ------------------------------------------------------------------------------


def test_a_result_without_a_value_says_why(audit, make_claim):
    (row,) = audit(make_claim("rare", "0.5", {"analysis": "rare", "stat": "risk_ratio"}))
    assert row["data_finding"] == "No event in an arm."
    assert row["result_id"] == "toy/rare/risk_ratio.katz_log@drug-sham"


def test_nothing_of_a_synthetic_trial_stands_beside_a_published_number(audit, make_claim):
    rows = audit(
        make_claim("pain_drug", "10 of 51 (19.6%)", DRUG),
        make_claim(
            "less",
            "less with the drug",
            {"analysis": "pain"},
            direction={"lower": "drug", "than": "sham"},
        ),
        synthetic=True,
    )
    for row in rows:
        assert row["against_data"] == "no_result"
        assert row["data_finding"] == "The data are synthetic."
        assert row.get("recomputed") is None and row.get("result_id") is None


# --- the table ----------------------------------------------------------------------------------


def test_rows_keep_the_contract_and_the_order_of_the_ledger(audit, make_claim):
    rows = audit(
        make_claim("z_first", "10 of 51 (19.6%)", DRUG),
        make_claim("a_second", "P=0.03", {"analysis": "pain", "stat": "p_value"}),
    )
    on_print = {"on_print": "not_checked", "exact": False, "print_finding": "Nothing."}
    both = [row | on_print for row in rows]
    table = conform(from_rows(both, CLAIMS), CLAIMS, "test")
    assert table["claim_id"].to_pylist() == ["z_first"] * 3 + ["a_second"]
