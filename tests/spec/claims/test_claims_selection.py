"""A claim names exactly one result; else it is not tied, told with its place and the nearest."""

import pytest

from trialtrace.audit.verdicts.tally import failing, worst_first

PLACE = "config/trials/toy/claims.yaml: claims.one"


def not_tied(rows):
    """What is said of a claim that no single result answers."""
    assert {row["against_data"] for row in rows} == {"not_tied"}
    return f"{rows[0]['data_finding']} {rows[0]['data_more']}"


@pytest.mark.parametrize(
    ("printed", "selects", "said"),
    [
        # several
        (
            "P=0.5",
            {"analysis": "pain_each", "stat": "p_value.fisher"},
            ["2 results meet this", "@drug-sham;visit=1 h", "@drug-sham;visit=2 h"],
        ),
        (
            "7.7 percentage points",
            {"analysis": "pain", "stat": "risk_difference", "as": "percent_decrease"},
            ["2 results meet this", "risk_difference.newcombe", "risk_difference.wald"],
        ),
        ("10%", {"analysis": "pain_each", "group": "drug"}, ["2 results meet this", "visit=1 h"]),
        # none
        (
            "P=0.5",
            {"analysis": "pain", "stat": "p_value.chi_squared"},
            ["No result meets this", "toy/pain/p_value.fisher@drug-sham"],
        ),
        (
            "10%",
            {"analysis": "pain", "group": "durg"},
            ["No result meets this", "toy/pain/proportion.wilson@drug"],
        ),
        (
            "P=0.5",
            {"analysis": "pain_each", "stat": "p_value.fisher", "visit": "3 h"},
            ["No result meets this", "visit: 3 h", "visit=2 h"],
        ),
        (
            "P=0.5",
            {"analysis": "pian", "stat": "p_value"},
            ["claims.one.is.analysis", "'pian'", 'did you mean "pain"?'],
        ),
        # what the claim leaves open
        ("0.48", {"analysis": "pain"}, ["no stat", "risk_ratio.katz_log"]),
        ("3.5 days", {"analysis": "pain", "group": "drug"}, ["no stat"]),
        (
            "46%",
            {"analysis": "pain", "stat": "risk_ratio"},
            ["a percentage compared with risk_ratio", "percent_reduction"],
        ),
        (
            "reduced by 46%",
            {"analysis": "pain", "stat": "risk_difference.wald"},
            ['words that say "lower"'],
        ),
        (
            "increased by 46%",
            {"analysis": "pain", "stat": "risk_ratio", "as": "percent_reduction"},
            ['words that say "higher"'],
        ),
        (
            "6.5 years",
            {"analysis": "time", "group": "all", "stat": "follow_up"},
            ["printed in years, recomputed in days"],
        ),
        (
            "46%",
            {"analysis": "pain", "stat": "risk_ratio", "as": "percents"},
            ["claims.one.is.as", "percents"],
        ),
    ],
)
def test_a_claim_that_names_no_single_result(audit, make_claim, printed, selects, said):
    text = not_tied(audit(make_claim("one", printed, selects)))
    assert PLACE in text
    assert [word for word in said if word.lower() not in text.lower()] == []


def test_the_whole_test_and_one_comparison_can_be_told_apart(audit, make_claim):
    log_rank = {"analysis": "time", "stat": "p_value.log_rank"}
    rows = audit(
        make_claim("overall", "P=0.001", log_rank | {"group": "all"}),
        make_claim("pair", "P=0.002", log_rank | {"compare": {"of": "drug", "to": "sham"}}),
    )
    assert [row["against_data"] for row in rows] == ["exact", "exact"]


def test_a_claim_without_a_result_withholds_no_other(audit, make_claim):
    rows = audit(
        make_claim("first", "hello", {"analysis": "pain"}),
        make_claim("second", "19.6%", {"analysis": "pain", "group": "drug"}),
        make_claim("third", "P=0.03", {"analysis": "none", "stat": "p_value"}),
    )
    found = {row["claim_id"]: row["against_data"] for row in rows}
    assert found == {"first": "not_tied", "second": "exact", "third": "not_tied"}
    assert worst_first(with_nothing_printed(rows))[-1][0]["claim_id"] == "second"
    assert failing(with_nothing_printed(rows))


def with_nothing_printed(rows):
    return [row | {"on_print": "not_checkable"} for row in rows]


def test_a_claim_without_a_result_is_told_also_of_synthetic_data(audit, make_claim):
    given = make_claim("one", "P=0.5", {"analysis": "pain", "stat": "p_value.chi_squared"})
    assert "No result meets this" in not_tied(audit(given, synthetic=True))


@pytest.mark.parametrize(
    ("printed", "direction"),
    [
        ("less with the drug", None),
        ("19.6%", {"lower": "drug", "than": "sham"}),
        ("less with the drug", {"lower": "drug"}),
    ],
)
def test_words_need_a_direction_and_numbers_have_none(audit, make_claim, printed, direction):
    given = make_claim("one", printed, {"analysis": "pain"}, direction=direction)
    assert "claims.one" in not_tied(audit(given))


def test_a_conclusion_that_nothing_recomputes(audit, make_claim):
    (row,) = audit(make_claim("one", "safe and feasible", cannot="It is no number"))
    assert (row["component"], row["against_data"]) == ("words", "not_checkable")
    assert row["data_finding"] == "It is no number."


def test_a_claim_with_neither_source_nor_reason(audit, make_claim):
    assert "cannot" in not_tied(audit(make_claim("one", "19.6%")))


@pytest.fixture
def empty(make_result):
    """Results of an analysis of a form that nobody has filled in yet."""
    why = "An arm has no values."
    return [
        make_result("empty", "count.descriptive", 0, "drug", visit="week 1"),
        make_result("empty", "p_value.welch_t", None, "drug-sham", visit="week 1", error=why),
    ]


@pytest.mark.parametrize(
    ("printed", "selects", "why"),
    [
        ("5.1", {"stat": "mean.t_interval", "group": "drug"}, "The data have no value there."),
        ("t=2.1", {"stat": "t", "compare": {"of": "drug", "to": "sham"}}, "An arm has no values."),
        (
            "P=0.03",
            {"stat": "p_value", "compare": {"of": "drug", "to": "sham"}},
            "An arm has no values.",
        ),
    ],
)
def test_an_export_without_values_leaves_a_claim_uncheckable(
    audit, make_claim, empty, printed, selects, why
):
    given = make_claim("one", printed, {"analysis": "empty", "visit": "week 1"} | selects)
    (row,) = audit(given, further=empty)
    assert row["against_data"] == "not_checkable"
    assert why in row["data_finding"]


def test_a_claim_of_another_visit_is_not_tied_also_where_the_data_are_empty(
    audit, make_claim, empty
):
    given = make_claim(
        "one",
        "5.1",
        {"analysis": "empty", "visit": "week 2", "group": "drug", "stat": "mean.t_interval"},
    )
    assert "No result meets this" in not_tied(audit(given, further=empty))
