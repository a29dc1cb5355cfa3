"""A claim names exactly one result; else it is not tied, told with its place and the nearest."""

import pytest

from trialtrace.audit.verdicts.tally import failing, worst_first


def not_tied(rows):
    """What is said of a claim that no single result answers."""
    assert {row["against_data"] for row in rows} == {"not_tied"}
    return f"{rows[0]['data_finding']} {rows[0]['data_more']}"


def test_the_whole_test_and_one_comparison_can_be_told_apart(audit, make_claim):
    log_rank = {"analysis": "time", "stat": "p_value.log_rank"}
    rows = audit(
        make_claim("overall", "P=0.001", log_rank | {"group": "all"}),
        make_claim("pair", "P=0.002", log_rank | {"compare": {"of": "drug", "to": "sham"}}),
    )
    assert [row["against_data"] for row in rows] == ["equals", "equals"]


def test_a_claim_without_a_result_withholds_no_other(audit, make_claim):
    rows = audit(
        make_claim("first", "hello", {"analysis": "pain"}),
        make_claim("second", "19.6%", {"analysis": "pain", "group": "drug"}),
        make_claim("third", "P=0.03", {"analysis": "none", "stat": "p_value"}),
    )
    found = {row["claim_id"]: row["against_data"] for row in rows}
    assert found == {"first": "not_tied", "second": "equals", "third": "not_tied"}
    assert worst_first(with_nothing_printed(rows))[-1][0]["claim_id"] == "second"
    assert failing(with_nothing_printed(rows))


def with_nothing_printed(rows):
    return [row | {"on_print": "not_checked"} for row in rows]


def test_a_conclusion_that_nothing_recomputes(audit, make_claim):
    (row,) = audit(make_claim("one", "safe and feasible", cannot="It is no number"))
    assert (row["component"], row["against_data"]) == ("words", "no_result")
    assert row["data_finding"] == "It is no number."


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
    assert row["against_data"] == "no_result"
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
