"""The step from a result to the number that a claim shows of it."""

import pytest

from trialtrace.run.trace.words import step


def told(stat, value, how=None, *, component="value", shown="13"):
    claim = {"component": component, "recomputed_text": shown}
    return step({"as": how} if how else {}, claim, {"stat_name": stat, "stat_value": value})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("risk_ratio", 0.54035, "percent_reduction"), "1 − 0.54"),
        (("follow_up", 2352.0, "years_from_days"), "2352 days / 365.25"),
        (("mean_time", 134.0, "months_from_days"), "134 days / 30.4375"),
        (("odds_ratio", 0.5, "inverse"), "1 / 0.50"),
        (("risk_difference", -0.078, "percent_decrease"), "−7.8 with the other sign"),
        (("number_needed_to_treat", 12.844), "12.8, rounded up"),
        (("risk_ratio", 0.54), ""),
        (("proportion", 0.131, "percent"), ""),
        (("risk_ratio", None, "percent_reduction"), ""),
    ],
)
def test_what_was_done_to_a_number_is_told(given, words):
    assert told(*given) == words


def test_a_number_that_its_page_shows_and_a_denominator_have_no_step():
    assert told("number_needed_to_treat", 12.84, shown="12.8") == ""
    assert told("number_needed_to_treat", 12.84, component="denominator") == ""
    assert (
        step(
            None,
            {"component": "value", "recomputed_text": "5"},
            {"stat_name": "count", "stat_value": 5.0},
        )
        == ""
    )


def test_years_of_days_are_those_of_the_conversion():
    """2352 / 365.25 by hand is 6.43942505…, which the claim shows as 6.4."""
    from decimal import Decimal

    from trialtrace.run.claims.convert import convert

    assert convert("years_from_days", Decimal(2352)) == Decimal("6.43942505133")
    assert round(2352 / 365.25, 11) == 6.43942505133
    assert round(134 / 30.4375, 9) == round(float(convert("months_from_days", Decimal(134))), 9)
