"""Printed expressions and the components that a reader sees in them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.claims.printed import NAMES, parse
from trialtrace.errors import UserError


def read(printed: str) -> dict[str, str]:
    """Component -> relation and number, as in {"p": "<0.001"}; "=" is left out."""
    found = {}
    for component in parse(printed):
        number = "" if component.value is None else str(component.value)
        found[component.name] = number if component.relation == "=" else component.relation + number
    return found


EXPRESSIONS = [
    # counts and shares
    ("602", {"value": "602"}),
    ("1,234", {"value": "1234"}),
    ("27 of 295", {"count": "27", "denominator": "295"}),
    ("27 of 295 (9.2%)", {"count": "27", "denominator": "295", "percent": "9.2"}),
    ("27/295 (9.2 %)", {"count": "27", "denominator": "295", "percent": "9.2"}),
    ("27 out of 295, 9.2 percent", {"count": "27", "denominator": "295", "percent": "9.2"}),
    ("9.2% (27 of 295)", {"count": "27", "denominator": "295", "percent": "9.2"}),
    ("1,027/1,295 (79.3%)", {"count": "1027", "denominator": "1295", "percent": "79.3"}),
    ("11 (1.8%)", {"count": "11", "percent": "1.8"}),
    ("9.2%", {"percent": "9.2"}),
    ("20.0%", {"percent": "20.0"}),
    ("9·2%", {"percent": "9.2"}),
    # measures
    ("7.7 percentage points", {"percent": "7.7"}),
    ("6.5 years", {"value": "6.5"}),
    ("3.5 days", {"value": "3.5"}),
    ("28 kg/m2", {"value": "28"}),
    ("−7.8", {"value": "-7.8"}),
    ("reduced by 40%", {"percent": "40"}),
    ("40% reduction", {"percent": "40"}),
    ("increased by 130%", {"percent": "130"}),
    ("more than 80%", {"percent": ">80"}),
    ("less than 5 %", {"percent": "<5"}),
    ("at least 5%", {"percent": ">=5"}),
    ("about 40%", {"percent": "about40"}),
    # p-values
    ("P=0.005", {"p": "0.005"}),
    ("P < 0.0001", {"p": "<0.0001"}),
    ("p<.001", {"p": "<0.001"}),
    ("P about 0.006", {"p": "about0.006"}),
    ("P ≈ 0.006", {"p": "about0.006"}),
    ("P ≤ 0.05", {"p": "<=0.05"}),
    ("P value less than 0.05", {"p": "<0.05"}),
    ("P = n.s.", {"p": "ns"}),
    ("n.s.", {"p": "ns"}),
    ("not significant", {"p": "ns"}),
    ("P=1.2×10−5", {"p": "0.000012"}),
    ("reduced by 50–70 %", {"at_least": ">=50", "at_most": "<=70"}),
    ("increased by 5% to 10%", {"at_least": ">=5", "at_most": "<=10"}),
    # intervals
    ("41.2% (28–55)", {"percent": "41.2", "ci_low": "28", "ci_high": "55"}),
    ("41.2% (28-55)", {"percent": "41.2", "ci_low": "28", "ci_high": "55"}),
    ("41.2% (28 to 55)", {"percent": "41.2", "ci_low": "28", "ci_high": "55"}),
    ("41.2% (28, 55)", {"percent": "41.2", "ci_low": "28", "ci_high": "55"}),
    ("41.2% [95% CI: 28% to 55%]", {"percent": "41.2", "ci_low": "28", "ci_high": "55"}),
    (
        "41.2 (95 percent confidence interval, 28 to 55)",
        {"value": "41.2", "ci_low": "28", "ci_high": "55"},
    ),
    ("(95% CI 28 to 55)", {"ci_low": "28", "ci_high": "55"}),
    ("−7.8 (95% CI −13.2 to −2.4)", {"value": "-7.8", "ci_low": "-13.2", "ci_high": "-2.4"}),
    ("−7.8 (–13.2–2.4)", {"value": "-7.8", "ci_low": "-13.2", "ci_high": "2.4"}),
    (
        "0.67 (95% CI, 0.53-0.84), P=0.0007",
        {"value": "0.67", "ci_low": "0.53", "ci_high": "0.84", "p": "0.0007"},
    ),
    # test statistics
    (
        "F(3, 63) = 5.907, p < 0.01",
        {"statistic": "5.907", "df1": "3", "df2": "63", "p": "<0.01"},
    ),
    ("F(1,231)=27.36", {"statistic": "27.36", "df1": "1", "df2": "231"}),
    ("F(1.78, 37.4) = 3.85", {"statistic": "3.85", "df1": "1.78", "df2": "37.4"}),
    ("χ²(1, N = 235) = 4.2; P=.04", {"statistic": "4.2", "df1": "1", "p": "0.04"}),
    ("t(28) = −2.20", {"statistic": "-2.20", "df1": "28"}),
    # means
    ("mean (SD) 54.2 (10.1)", {"value": "54.2", "sd": "10.1"}),
    ("54.2 (SD 10.1)", {"value": "54.2", "sd": "10.1"}),
    # directions
    ("less with licorice", {"direction": "lower"}),
    ("Higher in the placebo group", {"direction": "higher"}),
    ("better balance with training", {"direction": ""}),
]


@pytest.mark.parametrize(("printed", "expected"), EXPRESSIONS)
def test_components_of_an_expression(printed, expected):
    assert read(printed) == expected


@pytest.mark.parametrize(
    ("printed", "places", "lowest", "end"),
    [
        ("20.6%", 1, "20.55", "20.65"),
        ("20.0%", 1, "19.95", "20.05"),  # a trailing zero is a printed digit
        ("20%", 0, "19.5", "20.5"),
        ("P=0.050", 3, "0.0495", "0.0505"),
        ("about 40%", 0, "39", "41"),
    ],
)
def test_the_values_that_print_as_a_number(printed, places, lowest, end):
    (component,) = parse(printed)
    assert component.places == places
    assert component.bounds == (Decimal(lowest), Decimal(end))


def test_a_conclusion_is_words_where_they_are_asked_for():
    (component,) = parse(" safe and feasible ", words=True)
    assert (component.name, component.text, component.value) == ("words", "safe and feasible", None)
    assert parse("9.2%", words=True)[0].name == "percent"
    for printed in ("safe and feasible", "no change in 3 of them", "?!"):
        with pytest.raises(UserError):
            parse(printed, words=printed[0] != "s")


def test_components_keep_what_was_printed():
    percent = parse("27 of 295 (9.2 %)")[2]
    assert (percent.text, percent.number, percent.unit) == ("9.2 %", "9.2", "%")
    low = parse("0.5 (90% CI 0.3 to 0.8)")[1]
    assert low.level == 90
    assert parse("reduced by 40%")[0].word == "lower"
    assert parse("F(3, 63) = 5.9")[0].symbol == "F"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("", "an expression like"),
        ("   ", "an expression like"),
        ("hello", "an expression like"),
        ("12 apples of 20", "an expression like"),
        ("41.2% (28–55", "an expression like"),
        ("9,2%", "decimals with a point"),
        ("54.2 (10.1)", "what the number in brackets is"),
        ("130%", "a percentage of at most 100"),
        ("295 (130%)", "a percentage of at most 100"),
        ("P=1.2", "a p-value between 0 and 1"),
        ("P=-0.2", "a p-value between 0 and 1"),
        ("41% (55–28)", "the lower limit first"),
        ("1e999999", "an expression like"),
        ("less " * 50, "at most 200 characters"),
        ("295 of 27", "a count that is not above its denominator"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(printed, said):
    with pytest.raises(UserError) as told:
        parse(printed, "claims.yaml: claims.pep.printed")
    assert said in str(told.value)
    assert "claims.yaml: claims.pep.printed" in str(told.value)
    assert repr(printed) in str(told.value) or len(printed) > 200


@pytest.mark.parametrize("printed", [text for text, _ in EXPRESSIONS])
def test_components_stand_in_one_order_and_once(printed):
    names = [component.name for component in parse(printed)]
    assert names == sorted(set(names), key=NAMES.index)


PIECES = [*"0123456789.,%()[]<>=≤≥–−-±/; ", "P", " of ", " to ", "about ", "n.s.", "CI", "\u00a0"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_expression_is_read_or_told_with_its_place(printed):
    try:
        components = parse(printed, "here")
    except UserError as error:
        assert str(error).startswith("here")
    else:
        assert components and all(component.name in NAMES for component in components)


@given(st.sampled_from([printed for printed, _ in EXPRESSIONS]), st.data())
def test_a_printed_expression_with_one_piece_changed(printed, data):
    place = data.draw(st.integers(0, len(printed)))
    piece = data.draw(st.sampled_from(PIECES))
    try:
        parse(printed[:place] + piece + printed[place + data.draw(st.integers(0, 2)) :], "here")
    except UserError as error:
        assert str(error).startswith("here")
