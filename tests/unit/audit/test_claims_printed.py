"""Printed expressions and the components that a reader sees in them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_usual_forms import FORMS

from trialtrace.audit.ledger.claim import impossible
from trialtrace.audit.printed.expression import NAMES, parse
from trialtrace.base.errors import UserError


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
    assert parse("F(3, 63) = 5.9")[0].symbol == "f"


@pytest.mark.parametrize(
    ("printed", "name", "symbol", "adjusted", "sides"),
    [
        ("hazard ratio for death, 0.74", "value", "hazard_ratio", False, None),
        ("aOR 1.5", "value", "odds_ratio", True, None),
        ("age-adjusted rate ratio, 0.83", "value", "rate_ratio", True, None),
        ("unadjusted odds ratio 0.5", "value", "odds_ratio", False, None),
        ("relative hazard 0.74", "value", "hazard_ratio", False, None),
        ("odds reduced by 67 %", "percent", "odds_ratio", False, None),
        ("67 % reduction in the hazard", "percent", "hazard_ratio", False, None),
        ("12 (40.0)", "percent", "unsaid", False, None),
        ("54.2 ± 10.1", "sd", "unsaid", False, None),
        ("54.2 ± 10.1 (SD)", "sd", None, False, None),
        ("0.74", "value", None, False, None),
        ("95.0% (95% credible interval, 90.3 to 97.6)", "ci_low", "credible", False, None),
        ("F(3, 63) = 5.9, ηp² = .22", "effect", "partial", False, None),
        ("F(3, 63) = 5.9, η² = .22", "effect", None, False, None),
        ("P<0.001 for noninferiority", "p", "noninferiority", False, None),
        ("P = 0.01 for superiority", "p", None, False, None),
        ("p<0.05 (one-sided)", "p", None, False, "one_sided"),
        ("two-tailed p<0.05", "p", None, False, "two_sided"),
    ],
)
def test_what_an_expression_calls_its_number(printed, name, symbol, adjusted, sides):
    (found,) = (one for one in parse(printed) if one.name == name)
    assert (found.symbol, found.adjusted, found.sides) == (symbol, adjusted, sides)


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("", "an expression like"),
        ("   ", "an expression like"),
        ("hello", "an expression like"),
        ("12 apples of 20", "an expression like"),
        ("41.2% (28–55", "an expression like"),
        ("0.52 (0,31 to 0,87)", "decimals with a point"),
        ("54.2 (10.1)", "what the number in brackets is"),
        ("1e999999", "an expression like"),
        ("less " * 50, "at most 200 characters"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(printed, said):
    with pytest.raises(UserError) as told:
        parse(printed, "claims.yaml: claims.pep.printed")
    assert said in str(told.value)
    assert "claims.yaml: claims.pep.printed" in str(told.value)
    assert repr(printed) in str(told.value) or len(printed) > 200


@pytest.mark.parametrize(
    ("printed", "names", "said"),
    [
        ("130%", ["percent"], "a percentage of at most 100"),
        ("295 (130%)", ["percent"], "a percentage of at most 100"),
        ("P=1.2", ["p"], "a p-value between 0 and 1"),
        ("P=-0.2", ["p"], "a p-value between 0 and 1"),
        ("41% (55–28)", ["ci_high"], "the lower limit first"),
        ("295 of 27", ["count"], "a count that is not above its denominator"),
        ("31/30 (103.3%)", ["count", "percent"], "a count that is not above its denominator"),
        ("mean (SD) 54.2 (-10.1)", ["sd"], "a number of at least 0"),
        ("odds ratio -0.50", ["value"], "a number of at least 0"),
        ("HR -0.50 (-0.9 to -0.2)", ["value"], "a number of at least 0"),
        ("risk ratio 0.50 (95% CI -0.2 to 1.2)", ["ci_low"], "a number of at least 0"),
        ("r(30) = 1.20", ["statistic"], "a number from −1 to 1"),
        ("r(30) = -1.20, p = .04", ["statistic"], "a number from −1 to 1"),
        ("F(2, 57) = -3.2", ["statistic"], "a number of at least 0"),
        ("χ²(1) = -2.0", ["statistic"], "a number of at least 0"),
        ("F(2, 57) = 3.2, η² = 1.2", ["effect"], "a number between 0 and 1"),
        ("increased by 130%", [], ""),
        # One less a risk ratio of 3.014.
        ("efficacy -201.4% (95% CI -860 to 20)", [], ""),
        ("vaccine efficacy 120% (95% CI 80 to 140)", ["percent"], "a percentage of at most 100"),
        ("r(30) = -1.00", [], ""),
        ("t(30) = -2.1", [], ""),
        ("mean difference -0.50 (95% CI -0.9 to -0.2)", [], ""),
        ("odds ratio 0.00 (95% CI 0.00 to 1.2)", [], ""),
    ],
)
def test_what_no_study_can_have_is_read_and_told(printed, names, said):
    found = impossible({part.name: part for part in parse(printed)})
    assert list(found) == names
    assert not names or found[names[0]][1] == said


@pytest.mark.parametrize(
    ("printed", "names"), [("-0.50 (-0.9 to -0.2)", ["value"]), ("20% (95% CI -5 to 40)", [])]
)
def test_a_ratio_may_be_named_beside_its_expression(printed, names):
    """A reduction in percent of a ratio may be below 0, the ratio may not."""
    found = impossible({part.name: part for part in parse(printed)}, "risk_ratio")
    assert list(found) == names


@pytest.mark.parametrize("printed", [text for text, _ in FORMS])
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


@given(st.sampled_from([printed for printed, _ in FORMS]), st.data())
def test_a_printed_expression_with_one_piece_changed(printed, data):
    place = data.draw(st.integers(0, len(printed)))
    piece = data.draw(st.sampled_from(PIECES))
    try:
        parse(printed[:place] + piece + printed[place + data.draw(st.integers(0, 2)) :], "here")
    except UserError as error:
        assert str(error).startswith("here")


@pytest.mark.parametrize(
    ("printed", "main", "word", "symbol"),
    [
        ("mean change -5.2 (95% CI -7.1 to -3.3)", "-5.2", None, "mean"),
        ("mean change from baseline: -5.2", "-5.2", None, "mean"),
        ("relative-risk reduction of 8.7% (95% CI 0.3 to 16.5)", "8.7", None, "relative_reduction"),
        ("38% relative risk reduction", "38", None, "relative_reduction"),
        ("5% absolute risk reduction", "5", None, "risk_difference"),
        ("72% effective", "72", None, "relative_reduction"),
        ("72% effective against infection", "72", None, "relative_reduction"),
        ("67.5 percent relative reduction (95% CI 52 to 78)", "67.5", "lower", None),
        ("67.5-percent relative reduction", "67.5", "lower", None),
        ("25% odds reduction (95% CI 10 to 40)", "25", "lower", "odds_ratio"),
        ("25% hazard increase", "25", "higher", "hazard_ratio"),
        ("30 percent reduction in the risk of death", "30", "lower", None),
        ("30 percent reduction in the odds of death, P=0.01", "30", "lower", "odds_ratio"),
        ("RH 1.08 (95% CI 0.90 to 1.30)", "1.08", None, "hazard_ratio"),
    ],
)
def test_what_a_change_is_called_before_or_behind_it(printed, main, word, symbol):
    part = next(one for one in parse(printed) if one.name in ("percent", "value"))
    assert (part.value, part.word, part.symbol) == (Decimal(main), word, symbol)


def test_words_behind_a_reduction_do_not_swallow_that_it_is_not_significant():
    percent, p = parse("30% reduction in the risk of death not significant")
    assert (percent.value, p.relation) == (30, "ns")


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (
            "a drop in stroke, that is reduced to be less by 8.7% (95% CI 0.3 to 16.5; P=0.043)",
            'write "reduced by 8.7% (95% CI 0.3 to 16.5), P=0.043"',
        ),
        ("with drug it was 8.7% (95% CI 0.3 to 16.5)", 'write "8.7% (95% CI 0.3 to 16.5)"'),
        ("“236”", 'write straight quotation marks: "236"'),
        ("‘9.2%’", 'write straight quotation marks: "9.2%"'),
        ("deaths were not reduced by much, 8.7%", "print it in one of these forms"),
        ("more deaths, 3 vs 5", "print it in one of these forms"),
    ],
)
def test_the_nearest_form_is_offered_where_no_number_is_lost(printed, said):
    with pytest.raises(UserError) as caught:
        parse(printed)
    assert said in str(caught.value)
