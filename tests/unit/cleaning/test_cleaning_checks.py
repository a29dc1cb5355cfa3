"""Cross-column checks: flags keep the value, rejects take it away, unknown breaks nothing."""

from typing import Any

import pytest
from tiny_tables import TinyTrial, column, rejects, variable
from tiny_tables import check as declared

from trialtrace.base.errors import UserError
from trialtrace.run.trial.cleaning import CleaningCheck

COLUMNS = [
    variable("id", "integer"),
    variable("visit"),
    variable("low", "number"),
    variable("high", "number"),
    variable("sex"),
]


def check(severity: str = "flag", **given: Any) -> CleaningCheck:
    return declared("order", severity, label="Low is at most high", **given)


def clean(rule: CleaningCheck, text: str):
    return TinyTrial(COLUMNS, key=("id", "visit"), check=(rule,)).clean(text)


ORDER: dict[str, Any] = {
    "columns": ("low", "high"),
    "expect": {"low": {"at_most": {"column": "high"}}},
}
PAIRS = "id|visit|low|high|sex\n1|a|1|2|f\n2|a|3|2|f\n3|a||2|f\n4|a|9|2|m\n"


def test_a_flag_keeps_the_values():
    cleaned = clean(check(**ORDER), PAIRS)
    assert column(cleaned, "low") == [1.0, 3.0, None, 9.0]
    assert rejects(cleaned) == [
        (3, "high", "order", "flag"),
        (3, "low", "order", "flag"),
        (5, "high", "order", "flag"),
        (5, "low", "order", "flag"),
    ]
    counts = {"looked_at": 4, "broken": 2, "not_judged": 1}
    assert cleaned.balance.checks == {"order": counts}


def test_of_columns_with_a_condition_each_the_broken_one_is_flagged():
    rule = check(columns=("low", "high"), expect={"low": {"below": 5}, "high": {"above": 1}})
    text = "id|visit|low|high|sex\n1|a|1|2|f\n2|a|9|2|f\n3|a|1|0|f\n4|a|9|0|m\n5|a||0|m\n"
    cleaned = clean(rule, text)
    assert [found[:2] for found in rejects(cleaned)] == [
        (3, "low"),
        (4, "high"),
        (5, "high"),
        (5, "low"),
        (6, "high"),
    ]
    assert cleaned.balance.checks["order"]["broken"] == 4


def test_a_reject_takes_the_values_away():
    cleaned = clean(check("reject", **(ORDER | {"columns": ("low",)})), PAIRS)
    assert column(cleaned, "low") == [1.0, None, None, None]
    assert column(cleaned, "high") == [2.0, 2.0, 2.0, 2.0]
    cells = cleaned.balance.columns["low"]
    assert (cells.accepted, cells.missing, cells.rejected) == (1, 1, 2)


def test_where_says_which_rows_are_looked_at():
    cleaned = clean(check(**ORDER, where={"sex": {"is": "m"}}), PAIRS)
    assert {row for row, *_ in rejects(cleaned)} == {5}
    assert cleaned.balance.checks["order"]["looked_at"] == 1


def test_a_missing_cell_cannot_be_taken_away_so_it_is_flagged():
    rule = check("reject", columns=("low",), expect={"low": "present"})
    assert rejects(clean(rule, PAIRS)) == [(4, "low", "order", "flag")]


def test_checks_see_the_values_before_any_of_them_rejects():
    first = declared("first", "reject", columns=["low"], expect={"low": {"below": 3}})
    trial = TinyTrial(COLUMNS, key=("id", "visit"), check=(first, check("reject", **ORDER)))
    cleaned = trial.clean(PAIRS)
    assert [found for found in rejects(cleaned) if found[1] == "low"] == [
        (3, "low", "first", "reject"),
        (3, "low", "order", "reject"),
        (5, "low", "first", "reject"),
        (5, "low", "order", "reject"),
    ]
    assert cleaned.balance.columns["low"].rejected == 2


SCORE = (
    {"give": 1, "when": {"low": {"at_least": 2}}},
    {"give": 0.5, "when": {"sex": {"is": "f"}}},
)


def test_a_stored_score_is_the_sum_of_its_points():
    """Row 2: low 1 gives 0, f gives 0.5. Row 3: 1 + 0.5. Row 4: sex unknown. Row 5: 1 + 0."""
    text = "id|visit|low|high|sex\n1|a|1|0.5|f\n2|a|3|1|f\n3|a|3|9|\n4|a|2|1|m\n5|a|2||m\n"
    cleaned = clean(check(stored="high", points=SCORE), text)
    assert rejects(cleaned) == [(3, "high", "order", "flag")]
    assert cleaned.balance.checks["order"] == {"looked_at": 5, "broken": 1, "not_judged": 2}
    assert cleaned.rejects["value"].to_pylist() == ["1"]


def test_what_is_constant_is_the_same_in_all_rows_of_a_subject():
    text = "id|visit|low|high|sex\n1|a|1|2|f\n1|b|1||f\n2|a|1|2|f\n2|b|1|2|m\n2|c|1|2|\n"
    cleaned = clean(check(constant=("sex", "high")), text)
    assert rejects(cleaned) == [(4, "sex", "order", "flag"), (5, "sex", "order", "flag")]


def test_checks_run_on_rows_that_were_accepted():
    cleaned = clean(check(**ORDER), "id|visit|low|high|sex\n|a|3|2|f\n1|a|3|2|f\n")
    assert {row for row, _, rule, _ in rejects(cleaned) if rule == "order"} == {3}


@pytest.mark.parametrize(
    "given",
    [
        {"columns": ("low",), "expect": {"lo": {"below": 3}}},
        {"columns": ("low",), "expect": {"low": {"below": "3"}}},
        {"columns": ("lo",), "expect": {"low": {"below": 3}}},
        {"constant": ("weight",)},
        {"stored": "score", "points": SCORE},
    ],
)
def test_checks_that_do_not_fit_the_table(given: dict):
    with pytest.raises(UserError, match=r"checks\.order"):
        clean(check(**given), PAIRS)


def test_a_check_does_not_take_keys_away():
    with pytest.raises(UserError, match="would take away key columns: id"):
        clean(check("reject", columns=("id",), expect={"low": "present"}), PAIRS)


def test_a_check_has_a_name_of_its_own():
    rule = declared("required", columns=["low"], expect={"low": "present"})
    with pytest.raises(UserError, match="name of a rule"):
        clean(rule, PAIRS)


def test_checks_of_a_table_whose_rows_are_all_rejected():
    for rule in (check(**ORDER), check(stored="high", points=SCORE), check(constant=("sex",))):
        cleaned = clean(rule, "id|visit|low|high|sex\n|a|1|2|f\n")
        assert cleaned.table.num_rows == 0
