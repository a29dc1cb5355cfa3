"""Ways in which true papers are printed: none of them may raise an alarm."""

import pytest
from paper import claim, read
from scipy import stats
from scipy.stats.contingency import odds_ratio

from trialtrace.audit.prints.registry import findings
from trialtrace.audit.verdicts.audit import verdicts
from trialtrace.audit.verdicts.tally import unmatched

ITT = {"outcome": "event", "group": "training", "population": "itt"}


@pytest.mark.parametrize("about", [{"stratum": "men"}, {"split": "sex", "stratum": "men"}])
@pytest.mark.parametrize("printed", ["10/20 (50.0%)", "42.1%"])
def test_a_subgroup_is_a_part_of_everyone(judged, printed, about):
    """20 of the 30 randomised are men; 42.1 % is 8 of 19, and of no 30."""
    assert judged("a", "percent", {"a": claim(printed, **ITT, **about)})[0] != "inconsistent"
    assert judged("a", "percent", {"a": claim("42.1%", **ITT)})[0] == "inconsistent"


def test_a_subgroup_has_not_the_size_of_its_population(judged):
    """27 were treated; 42.1 % is no count of 27, but 8 of 19 of them."""
    of = {"outcome": "event", "group": "training"}
    assert judged("a", "percent", {"a": claim("42.1%", **of)})[0] == "inconsistent"
    assert judged("a", "percent", {"a": claim("42.1%", stratum="men", **of)})[0] != "inconsistent"


def shares(*printed):
    return {
        f"c{k}": claim(one, outcome="event", group="training", visit=str(k))
        for k, one in enumerate(printed)
    }


@pytest.mark.parametrize("printed", ["13/40 (32%)", "1/40 (2%)", "32%", "13 (32%)"])
def test_a_half_may_go_to_the_even_digit(judged, printed):
    """13 of 40 is 32.5 %, which R and Python print as 32."""
    claims = shares(printed)
    if "/" not in printed:
        claims["c0"]["about"]["patients"] = "40"
    assert judged("c0", "percent", claims)[0] in ("exact", "compatible")
    claims["c0"]["printed"] = printed.replace("2%", "4%")
    assert judged("c0", "percent", claims)[0] == "inconsistent"


def test_the_habit_of_a_paper_is_said_once(judged):
    even = shares("13/40 (32%)", "1/40 (2%)", "3/8 (38%)")
    assert "even digit: 2 numbers print so only." in judged("c0", "percent", even)[1]
    assert "even digit" not in judged("c1", "percent", even)[1]
    mixed = shares("13/40 (32%)", "5/40 (13%)")
    agreement, text = judged("c0", "percent", mixed)
    assert agreement == "exact" and "one number prints as they do with halves rounded up" in text


def test_digits_cut_off_are_a_habit_where_all_numbers_are_cut(judged):
    """2/3 is 66.67, 17/27 62.96, 1/7 14.29 %: cut off 66.6, 62.9 and 14.2."""
    cut = shares("2/3 (66.6%)", "17/27 (62.9%)", "1/7 (14.2%)", "1/3 (33.3%)")
    for name in cut:
        assert judged(name, "percent", cut)[0] == "exact"
    assert "cuts digits off: 3 numbers print so only." in judged("c0", "percent", cut)[1]
    slip = shares("2/3 (66.7%)", "17/27 (63.0%)", "1/7 (14.2%)", "1/3 (33.3%)")
    assert judged("c2", "percent", slip)[0] == "alternative"
    wrong = cut | shares("2/3 (66.6%)", "17/27 (62.9%)", "1/7 (14.3%)", "1/6 (16.4%)")
    assert judged("c3", "percent", wrong)[0] == "inconsistent"


def test_the_habit_of_a_paper_holds_for_what_its_counts_give(judged):
    """27/295 less 52/307 is -7.79 points; cut off, as the shares are, 7.7."""
    of = {"outcome": "event"}
    claims = shares("2/3 (66.6%)", "1/7 (14.2%)") | {
        "a": claim("27 of 295 (9.1%)", group="training", **of),
        "b": claim("52 of 307 (16.9%)", group="control", **of),
        "d": claim("7.7%", compare=["training", "control"], measure="risk_difference", **of),
    }
    assert judged("d", "percent", claims)[0] == "exact"
    claims["a"]["printed"] = "27 of 295 (9.2%)"
    for name in ("c0", "c1"):
        del claims[name]
    assert judged("d", "percent", claims)[0] == "alternative"


@pytest.mark.parametrize(
    ("printed", "apart"),
    [
        (("12%", "8%", "17%"), False),  # 3, 2 and 4 of 24: 12.5 to the even digit
        (("11%", "6%", "95%"), True),  # 6 % of at most 30 is 1 of 16, 17 or 18; 95 % needs 19
    ],
)
def test_denominators_are_those_of_either_half(judged, printed, apart):
    of = {"group": "training", "population": "pp"}
    outcomes = ("event", "age", "harm")
    claims = {
        outcome: claim(one, outcome=outcome, **of)
        for outcome, one in zip(outcomes, printed, strict=True)
    }
    told = [judged(name, "percent", claims)[1] for name in claims]
    assert any("not have the same patients" in one for one in told) == apart


BOTH = {"outcome": "event", "compare": ["training", "control"]}


def deaths(first, second):
    of = {"outcome": "event"}
    return {
        "a": claim(first, group="training", **of),
        "b": claim(second, group="control", **of),
    }


@pytest.mark.parametrize(
    ("printed", "measure", "agreement", "words"),
    [
        # ISIS-2: 791/8592 and 1029/8595: odds .1014 and .1360, ratio .7456; risks .7690.
        ("25% reduction", "odds_ratio", "exact", "odds lower by 25.4 %"),
        ("25% (95% CI 18 to 32)", "odds_ratio", "exact", "odds lower by 25.4 %"),
        ("odds reduced by 25%", None, "exact", "odds lower by 25.4 %"),
        ("25% reduction", None, "compatible", "relative change of the odds"),
        ("23% lower risk", None, "compatible", "relative change of the risk"),
        ("3% lower risk", None, "compatible", "absolute change"),
        ("23% reduction", "odds_ratio", "alternative", "risk ratio"),
        ("25% increase", "odds_ratio", "inconsistent", "printed is 25%"),
        ("30% reduction", "odds_ratio", "inconsistent", "printed is 30%"),
        ("30% lower risk", None, "inconsistent", "relative change of the risk of −23.1 %"),
    ],
)
def test_a_reduction_in_percent_is_a_ratio(judged, printed, measure, agreement, words):
    about = BOTH | ({"measure": measure} if measure else {})
    claims = deaths("791/8592", "1029/8595") | {"r": claim(printed, **about)}
    found, text = judged("r", "percent", claims)
    assert found == agreement and words in text


def test_the_interval_of_a_reduction_is_that_of_its_ratio(judged):
    """Woolf's interval of the odds ratio .7456 is .6755 to .8231: 18 to 32 % less."""
    claims = deaths("791/8592", "1029/8595")
    about = BOTH | {"measure": "odds_ratio"}
    given = claims | {"r": claim("25% reduction (95% CI 18 to 32)", **about)}
    assert judged("r", "ci_low", given)[0] == "compatible"
    given = claims | {"r": claim("25% reduction (95% CI 12 to 37)", **about)}
    assert judged("r", "ci_low", given)[0] == "inconsistent"


def test_a_change_of_an_odds_ratio_beside_it_is_no_contradiction(judged):
    claims = deaths("20/100", "40/100") | {
        "adjusted": claim("OR 0.45", basis="model", **BOTH),
        "r": claim("55% reduction", **BOTH),
    }
    assert judged("r", "percent", claims)[0] == "compatible"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("45.2 % higher", "compatible"),
        ("31.1 % higher", "alternative"),
        ("20 % higher", "inconsistent"),
    ],
)
def test_a_change_of_means_in_percent(judged, printed, agreement):
    """4361 over 3004 is 1.4517; 3004 is 31.1 % less than 4361."""
    of = {"outcome": "age"}
    claims = {
        "a": claim("4361", group="training", **of),
        "b": claim("3004", group="control", **of),
        "r": claim(printed, compare=["training", "control"], **of),
    }
    assert judged("r", "percent", claims)[0] == agreement


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        ("30 min", "0.5 hours", "compatible"),
        ("30 min", "30 h", "inconsistent"),
        ("30 min", "30 kg", "inconsistent"),
        ("30 min", "15 min", "inconsistent"),
        ("90 min", "1.5 h", "compatible"),
        ("12 weeks", "84 days", "compatible"),
        ("500 mg", "0.5 g", "compatible"),
        ("500 mg", "0.5 kg", "inconsistent"),
        ("250 ml", "0.25 l", "compatible"),
        ("180 cm", "1.80 m", "compatible"),
        ("80%", "80 %", "compatible"),
        ("602", "602 patients", "compatible"),
        ("Time to CIPN", "time to CIPN.", "compatible"),
        ("overall survival", "time to death from any cause", "not_checkable"),
        ("patients with vinca", "patients with vinca more compliant", "not_checkable"),
        ("two weeks", "14 days", "not_checkable"),
    ],
)
def test_a_fact_is_told_alike_in_any_unit_and_in_other_words(judged, first, second, agreement):
    claims = {"one": claim(first, fact="it"), "other": claim(second, fact="it")}
    component = {"patients with vinca more compliant": "direction", "80 %": "percent"}
    name = "value" if any(c.isdigit() for c in second) else "words"
    assert judged("other", component.get(second, name), claims)[0] == agreement


def test_a_paraphrase_contradicts_nothing(judged):
    of = {"outcome": "current", "change": True}
    own = {"a": claim("change of the current", **of)}
    assert judged("a", "words", own)[0] == "inconsistent"
    told = {"a": claim("change of the current", paraphrase=True, **of)}
    agreement, text = judged("a", "words", told)
    assert agreement == "not_checkable" and "a paraphrase, not the paper's own words" in text


def against(measure, first, second, printed, compare=("training", "control"), **about):
    of = {"outcome": "event"}
    return {
        "t": claim(first, group="training", **of),
        "c": claim(second, group="control", **of),
        "a": claim(printed, compare=list(compare), measure=measure, **of, **about),
    }


@pytest.mark.parametrize(
    ("printed", "agreement"), [("14", "exact"), ("15", "exact"), ("16", "inconsistent")]
)
def test_a_number_needed_may_be_rounded_up(judged, printed, agreement):
    """1 / (40/95 - 33/94) is 14.3."""
    assert 14 < 1 / (40 / 95 - 33 / 94) < 14.5
    claims = against("number_needed_to_treat", "33/94", "40/95", printed)
    assert judged("a", "value", claims)[0] == agreement


def test_an_odds_ratio_may_be_the_conditional_one(judged):
    table = [[57, 109], [40, 126]]
    conditional = odds_ratio(table, kind="conditional").statistic
    plain = odds_ratio(table, kind="sample").statistic
    assert (f"{conditional:.3f}", f"{plain:.3f}") == ("1.645", "1.647")
    for printed, test, agreement in [
        ("OR 1.645", {}, "compatible"),
        ("OR 1.645", {"test": "fisher"}, "exact"),
        ("OR 1.647", {"test": "fisher"}, "exact"),
        ("OR 1.653", {"test": "fisher"}, "inconsistent"),
    ]:
        claims = against("odds_ratio", "57/166", "40/166", printed, **test)
        assert judged("a", "value", claims)[0] == agreement


def test_a_share_of_more_than_a_thousand_has_a_denominator(judged):
    """738 of 1,176 are 62.8 %; no whole number of patients makes 3 of them 62.8 %."""
    for printed, agreement in [("738 (62.8%)", "compatible"), ("3 (62.8%)", "inconsistent")]:
        claims = {"a": claim(printed, group="all", outcome="event")}
        assert judged("a", "percent", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "compare", "agreement"),
    [
        ("18% lower risk", ("control", "training"), "compatible"),
        ("21% lower risk", ("training", "control"), "inconsistent"),
        ("9% lower risk", ("control", "training"), "inconsistent"),
    ],
)
def test_a_reduction_may_be_told_of_the_control_group(judged, printed, compare, agreement):
    """33 of 101 is 18 % less than 40 of 100, which is 22 % more than 33 of 101."""
    assert (round(100 - 100 * 0.33 / 0.4), round(100 * 0.4 / 0.33 - 100)) == (18, 21)
    claims = against("relative_reduction", "40/100", "33/101", printed, compare)
    assert judged("a", "percent", claims)[0] == agreement


def test_p_of_a_difference_of_means_has_some_degrees_of_freedom(judged):
    """Without sizes: the interval's and those of p are the same, but not known."""
    t, error = stats.t(245), 1.92
    low, high, p = (
        -5.51 - t.ppf(0.975) * error,
        -5.51 + t.ppf(0.975) * error,
        2 * t.sf(5.51 / error),
    )
    for shown, agreement in [(f"{p:.4f}", "compatible"), ("0.0600", "inconsistent")]:
        printed = f"-5.51 (95% CI {low:.2f} to {high:.2f}), p = {shown}"
        claims = {
            "a": claim(
                printed,
                outcome="score",
                compare=["training", "control"],
                measure="mean_difference",
                test="welch",
            )
        }
        sizes = {name: {"label": name} for name in ("training", "control")}
        assert judged("a", "p", claims, sizes)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("RR 0.88 (95% CI 0.77 to 1.00), P=.061", "not_checkable"),
        ("RR 0.88 (95% CI 0.77 to 1.00), P=.001", "inconsistent"),
        ("RR 0.72 (95% CI 0.32 to 1.63), P=.001", "inconsistent"),
        ("OR 0.23 (95% CI 0.04 to 1.08), P<.05", "not_checkable"),
        ("HR 2.50 (95% CI 0.92 to 6.81), P=0.065", "not_checkable"),
        ("HR 2.50 (95% CI 0.92 to 6.81), P=0.65", "inconsistent"),
        ("OR 0.23 (95% CI 0.04 to 1.08), P<.0001", "inconsistent"),
    ],
)
def test_p_of_no_named_test_may_be_another_than_the_intervals(judged, printed, agreement):
    """Corrected and exact tests give greater p than Wald's interval; not 60 times smaller ones.

    The hazard ratio is that of R's `aml` by coxph, the p survdiff's; that of the interval is 0.074.
    """
    claims = {"a": claim(printed, outcome="event", compare=["training", "control"])}
    assert judged("a", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("46% lower risk", "compatible"),
        ("36% lower risk", "not_checkable"),
        ("60% lower risk", "inconsistent"),
    ],
)
def test_a_reduction_of_the_risk_beside_an_odds_ratio(judged, printed, agreement):
    """1/4 v 0.3817 is an odds ratio of 0.54 and 35 % less risk: never more than of the odds."""
    of = {"outcome": "event", "compare": ["training", "control"]}
    claims = {
        "ratio": claim("OR 0.54", **of),
        "a": claim(printed, measure="relative_reduction", **of),
    }
    assert judged("a", "percent", claims)[0] == agreement


def test_risk_differences_may_be_printed_as_proportions(judged):
    """Newcombe 1998, table II (a): 0.20 with 0.0524 to 0.3339 by method 10."""
    for printed, agreement in [
        ("risk difference 0.20 (95% CI 0.05 to 0.33)", "exact"),
        ("risk difference 0.200", "exact"),
        ("risk difference 0.26", "inconsistent"),
    ]:
        claims = against("risk_difference", "56/70", "48/80", printed)
        assert judged("a", "value", claims)[0] == agreement
    claims = against("risk_difference", "56/70", "48/80", "risk difference 0.20 (0.05 to 0.33)")
    assert judged("a", "ci_low", claims)[0] == "compatible"


def test_an_odds_ratio_that_is_called_a_relative_risk_has_its_own_interval(judged):
    """GISSI-1: 628 of 5860 and 758 of 5852; Woolf's interval is 0.721 to 0.903."""
    claims = against(
        "risk_ratio", "628/5860", "758/5852", "relative risk 0.81 (95% CI 0.72 to 0.90)"
    )
    for part in ("value", "ci_low"):
        assert judged("a", part, claims)[0] == "inconsistent"


def test_a_reduction_may_be_that_of_the_rounded_percentages(judged):
    """1 - 10.7/13.0 is 17.7 %; 1 - (628/5860)/(758/5852) is 17.3 %."""
    claims = against("risk_ratio", "628/5860 (10.7%)", "758/5852 (13.0%)", "reduced by 18%")
    agreement, text = judged("a", "percent", claims)
    assert agreement == "alternative" and "two rounded percentages" in text


@pytest.mark.parametrize(
    "printed", ["odds ratio 0.577 (95% CI 0.503 to 0.662)", "odds reduced by 42.3%"]
)
def test_petos_odds_ratio_is_a_usual_one(judged, printed):
    """ISIS-2, 343 of 4292 and 568 of 4300; R's metafor gives 0.57672 (0.50270 to 0.66163)."""
    claims = against("odds_ratio", "343/4292", "568/4300", printed)
    part = "percent" if "%" in printed[-1] else "value"
    assert judged("a", part, claims)[0] == "compatible"
    if part == "value":
        assert "Peto" in judged("a", "ci_low", claims)[1]


@pytest.mark.parametrize(("p", "marked"), [("P=.061", True), ("P=.05", False), ("P=.001", False)])
def test_a_p_that_the_interval_does_not_give_is_told_with_the_odd_ones(p, marked):
    """ln 0.88 = −0.128 over (0 − ln 0.77) / 3.92 = 0.067 is z = −1.92, P = 0.055."""
    of = {"outcome": "event", "compare": ["training", "control"]}
    whole = read({"a": claim(f"RR 0.88 (95% CI 0.77 to 1.00), {p}", **of)})
    rows = {row["component"]: row for row in verdicts(whole, findings(whole))}
    assert unmatched(rows["p"]) == marked


def test_a_number_needed_may_be_told_of_the_control_group(judged):
    """9 of 46 v 12 of 38: 1 / (12/38 - 9/46) is 8.3; which group is treated is not said."""
    for compare, agreement in [
        (("control", "training"), "compatible"),
        (("training", "control"), "not_checkable"),
    ]:
        claims = against("number_needed_to_treat", "12/38", "9/46", "9", compare)
        assert judged("a", "value", claims)[0] == agreement


@pytest.mark.parametrize("test", [None, "chi_squared_corrected"])
@pytest.mark.parametrize(("p", "agreement"), [("0.066", "not_checkable"), ("0.66", "inconsistent")])
def test_an_interval_off_its_middle_and_p_may_lie_on_two_sides_of_the_level(
    judged, test, p, agreement
):
    """Newcombe's interval leaves out no difference where the corrected test does not, closely."""
    about = {"outcome": "event", "compare": ["training", "control"], "measure": "risk_difference"}
    about |= {"test": test} if test else {}
    claims = {"a": claim(f"-15.0% (95% CI -29.0 to -0.2), p = {p}", **about)}
    assert judged("a", "p", claims)[0] == agreement
