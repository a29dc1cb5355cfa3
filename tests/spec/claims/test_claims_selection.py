"""A claim names exactly one result; anything else is told with the place and the candidates."""

import pytest

from trialtrace.errors import UserError

PLACE = "config/trials/toy/claims.yaml: claims.one"


@pytest.mark.parametrize(
    ("printed", "selects", "said"),
    [
        # several
        ("P=0.5", {"analysis": "pain_each", "stat": "p_value.fisher"},
         ["2 results meet this", "@drug-sham;visit=1 h", "@drug-sham;visit=2 h"]),
        ("7.7 percentage points", {"analysis": "pain", "stat": "risk_difference",
                                   "as": "percent_decrease"},
         ["2 results meet this", "risk_difference.newcombe", "risk_difference.wald"]),
        ("10%", {"analysis": "pain_each", "group": "drug"}, ["2 results meet this", "visit=1 h"]),
        # none
        ("P=0.5", {"analysis": "pain", "stat": "p_value.chi_squared"},
         ["no result meets this", "toy/pain/p_value.fisher@drug-sham"]),
        ("10%", {"analysis": "pain", "group": "durg"},
         ["no result meets this", "toy/pain/proportion.wilson@drug"]),
        ("P=0.5", {"analysis": "pain_each", "stat": "p_value.fisher", "visit": "3 h"},
         ["no result meets this", "visit: 3 h", "visit=2 h"]),
        ("P=0.5", {"analysis": "pian", "stat": "p_value"},
         ["claims.one.is.analysis", "'pian'", 'did you mean "pain"?']),
        # what the claim leaves open
        ("0.48", {"analysis": "pain"}, ["no stat", "risk_ratio.katz_log"]),
        ("3.5 days", {"analysis": "pain", "group": "drug"}, ["no stat"]),
        ("46%", {"analysis": "pain", "stat": "risk_ratio"},
         ["a percentage compared with risk_ratio", "percent_reduction"]),
        ("reduced by 46%", {"analysis": "pain", "stat": "risk_difference.wald"},
         ['words that say "lower"']),
        ("increased by 46%", {"analysis": "pain", "stat": "risk_ratio", "as": "percent_reduction"},
         ['words that say "higher"']),
        ("6.5 years", {"analysis": "time", "group": "all", "stat": "follow_up"},
         ["printed in years, recomputed in days"]),
        ("46%", {"analysis": "pain", "stat": "risk_ratio", "as": "percents"},
         ["claims.one.is.as", "percents"]),
    ],
)  # fmt: skip
def test_a_claim_that_names_no_single_result(audit, make_claim, printed, selects, said):
    with pytest.raises(UserError) as told:
        audit(make_claim("one", printed, selects))
    assert PLACE in str(told.value)
    for text in said:
        assert text in str(told.value)


def test_the_whole_test_and_one_comparison_can_be_told_apart(audit, make_claim):
    log_rank = {"analysis": "time", "stat": "p_value.log_rank"}
    rows = audit(
        make_claim("overall", "P=0.001", log_rank | {"group": "all"}),
        make_claim("pair", "P=0.002", log_rank | {"compare": {"of": "drug", "to": "sham"}}),
    )
    assert [row["agreement"] for row in rows] == ["exact", "exact"]


def test_every_mistake_is_told_at_once(audit, make_claim):
    with pytest.raises(UserError) as told:
        audit(
            make_claim("first", "hello", {"analysis": "pain"}),
            make_claim("second", "19.6%", {"analysis": "pain", "group": "drug"}, linked=("frist",)),
            make_claim("third", "P=0.03", {"analysis": "none", "stat": "p_value"}),
        )  # fmt: skip
    assert len(told.value.problems) == 3
    assert 'did you mean "first"?' in str(told.value)


@pytest.mark.parametrize("linked", [("one",), ("nobody",)])
def test_linked_claims_exist_and_are_others(audit, make_claim, linked):
    with pytest.raises(UserError, match="another claim of this ledger"):
        audit(make_claim("one", "19.6%", {"analysis": "pain", "group": "drug"}, linked=linked))


@pytest.mark.parametrize(
    ("printed", "direction"),
    [
        ("less with the drug", None),
        ("19.6%", {"lower": "drug", "than": "sham"}),
        ("less with the drug", {"lower": "drug"}),
    ],
)
def test_words_need_a_direction_and_numbers_have_none(audit, make_claim, printed, direction):
    with pytest.raises(UserError, match=r"claims\.one"):
        audit(make_claim("one", printed, {"analysis": "pain"}, direction=direction))


def test_a_conclusion_that_nothing_recomputes(audit, make_claim):
    (row,) = audit(make_claim("one", "safe and feasible", cannot="It is no number"))
    assert (row["component"], row["agreement"]) == ("words", "not_checkable")
    assert row["finding"] == "Not checkable: It is no number."


def test_a_claim_with_neither_source_nor_reason(audit, make_claim):
    with pytest.raises(UserError, match="cannot"):
        audit(make_claim("one", "19.6%"))


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
        ("P=0.03", {"stat": "p_value", "compare": {"of": "drug", "to": "sham"}},
         "An arm has no values."),
    ],
)  # fmt: skip
def test_an_export_without_values_leaves_a_claim_uncheckable(
    audit, make_claim, empty, printed, selects, why
):
    given = make_claim("one", printed, {"analysis": "empty", "visit": "week 1"} | selects)
    (row,) = audit(given, further=empty)
    assert row["agreement"] == "not_checkable"
    assert why in row["finding"]


def test_a_claim_of_another_visit_stops_also_where_the_data_are_empty(audit, make_claim, empty):
    given = make_claim("one", "5.1", {"analysis": "empty", "visit": "week 2", "group": "drug",
                                      "stat": "mean.t_interval"})  # fmt: skip
    with pytest.raises(UserError, match="no result meets this"):
        audit(given, further=empty)
