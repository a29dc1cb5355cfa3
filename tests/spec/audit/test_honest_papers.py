"""Ways in which true papers are printed: none of them may raise an alarm."""

import pytest
from paper import claim
from scipy import stats
from scipy.stats.contingency import odds_ratio

ITT = {"outcome": "event", "group": "training", "population": "itt"}


@pytest.mark.parametrize("about", [{"stratum": "men"}, {"split": "sex", "stratum": "men"}])
@pytest.mark.parametrize("printed", ["10/20 (50.0%)", "42.1%"])
def test_a_subgroup_is_a_part_of_everyone(judged, printed, about):
    """20 of the 30 randomised are men; 42.1 % is 8 of 19, and of no 30."""
    assert judged("a", "percent", {"a": claim(printed, **ITT, **about)})[0] != "contradicts"
    assert judged("a", "percent", {"a": claim("42.1%", **ITT)})[0] == "contradicts"


def test_a_subgroup_has_not_the_size_of_its_population(judged):
    """27 were treated; 42.1 % is no count of 27, but 8 of 19 of them."""
    of = {"outcome": "event", "group": "training"}
    assert judged("a", "percent", {"a": claim("42.1%", **of)})[0] == "contradicts"
    assert judged("a", "percent", {"a": claim("42.1%", stratum="men", **of)})[0] != "contradicts"


def shares(*printed):
    return {
        f"c{k}": claim(one, outcome="event", group="training", visit=str(k))
        for k, one in enumerate(printed)
    }


def test_the_habit_of_a_paper_holds_for_what_its_counts_give(judged):
    """27/295 less 52/307 is -7.79 points; cut off, as the shares are, 7.7."""
    of = {"outcome": "event"}
    claims = shares("2/3 (66.6%)", "1/7 (14.2%)") | {
        "a": claim("27 of 295 (9.1%)", group="training", **of),
        "b": claim("52 of 307 (16.9%)", group="control", **of),
        "d": claim("7.7%", compare=["training", "control"], measure="risk_difference", **of),
    }
    assert judged("d", "percent", claims)[0] == "holds"
    claims["a"]["printed"] = "27 of 295 (9.2%)"
    for name in ("c0", "c1"):
        del claims[name]
    assert judged("d", "percent", claims)[0] == "question"


BOTH = {"outcome": "event", "compare": ["training", "control"]}


def deaths(first, second):
    of = {"outcome": "event"}
    return {
        "a": claim(first, group="training", **of),
        "b": claim(second, group="control", **of),
    }


@pytest.mark.parametrize(
    ("printed", "measure", "agreement"),
    [
        # ISIS-2: 791/8592 and 1029/8595: odds .1014 and .1360, ratio .7456; risks .7690.
        ("25% reduction", "odds_ratio", "holds"),
        ("25% (95% CI 18 to 32)", "odds_ratio", "holds"),
        ("odds reduced by 25%", None, "holds"),
        ("25% reduction", None, "holds"),
        ("23% lower risk", None, "holds"),
        ("3% lower risk", None, "holds"),
        ("23% reduction", "odds_ratio", "contradicts"),
        ("25% increase", "odds_ratio", "contradicts"),
        ("30% reduction", "odds_ratio", "contradicts"),
        ("30% lower risk", None, "contradicts"),
    ],
)
def test_a_reduction_in_percent_is_a_ratio(judged, printed, measure, agreement):
    about = BOTH | ({"measure": measure} if measure else {})
    claims = deaths("791/8592", "1029/8595") | {"r": claim(printed, **about)}
    assert judged("r", "percent", claims)[0] == agreement


def test_the_interval_of_a_reduction_is_that_of_its_ratio(judged):
    """Woolf's interval of the odds ratio .7456 is .6755 to .8231: 18 to 32 % less."""
    claims = deaths("791/8592", "1029/8595")
    about = BOTH | {"measure": "odds_ratio"}
    given = claims | {"r": claim("25% reduction (95% CI 18 to 32)", **about)}
    assert judged("r", "ci_low", given)[0] == "holds"
    given = claims | {"r": claim("25% reduction (95% CI 12 to 37)", **about)}
    assert judged("r", "ci_low", given)[0] == "question"


def test_a_change_of_an_odds_ratio_beside_it_is_no_contradiction(judged):
    claims = deaths("20/100", "40/100") | {
        "adjusted": claim("OR 0.45", basis="model", **BOTH),
        "r": claim("55% reduction", **BOTH),
    }
    assert judged("r", "percent", claims)[0] == "holds"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("45.2 % higher", "holds"),
        ("31.1 % higher", "question"),
        ("20 % higher", "contradicts"),
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
        ("30 min", "0.5 hours", "holds"),
        ("30 min", "30 h", "contradicts"),
        ("30 min", "30 kg", "contradicts"),
        ("30 min", "15 min", "contradicts"),
        ("90 min", "1.5 h", "holds"),
        ("12 weeks", "84 days", "holds"),
        ("500 mg", "0.5 g", "holds"),
        ("500 mg", "0.5 kg", "contradicts"),
        ("250 ml", "0.25 l", "holds"),
        ("180 cm", "1.80 m", "holds"),
        ("80%", "80 %", "holds"),
        ("602", "602 patients", "holds"),
        ("Time to CIPN", "time to CIPN.", "holds"),
        ("overall survival", "time to death from any cause", "not_checked"),
        ("patients with vinca", "patients with vinca more compliant", "not_checked"),
        ("two weeks", "14 days", "not_checked"),
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
    assert judged("a", "words", own)[0] == "contradicts"
    told = {"a": claim("change of the current", paraphrase=True, **of)}
    assert judged("a", "words", told)[0] == "question"


def against(measure, first, second, printed, compare=("training", "control"), **about):
    of = {"outcome": "event"}
    return {
        "t": claim(first, group="training", **of),
        "c": claim(second, group="control", **of),
        "a": claim(printed, compare=list(compare), measure=measure, **of, **about),
    }


@pytest.mark.parametrize(
    ("printed", "agreement"), [("14", "holds"), ("15", "holds"), ("16", "contradicts")]
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
        ("OR 1.645", {}, "holds"),
        ("OR 1.645", {"test": "fisher"}, "holds"),
        ("OR 1.647", {"test": "fisher"}, "holds"),
        ("OR 1.653", {"test": "fisher"}, "contradicts"),
    ]:
        claims = against("odds_ratio", "57/166", "40/166", printed, **test)
        assert judged("a", "value", claims)[0] == agreement


def test_a_share_of_more_than_a_thousand_has_a_denominator(judged):
    """738 of 1,176 are 62.8 %; no whole number of patients makes 3 of them 62.8 %."""
    for printed, agreement in [("738 (62.8%)", "holds"), ("3 (62.8%)", "contradicts")]:
        claims = {"a": claim(printed, group="all", outcome="event")}
        assert judged("a", "percent", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "compare", "agreement"),
    [
        ("18% lower risk", ("control", "training"), "holds"),
        ("21% lower risk", ("training", "control"), "contradicts"),
        ("9% lower risk", ("control", "training"), "contradicts"),
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
    for shown, agreement in [(f"{p:.4f}", "holds"), ("0.0600", "contradicts")]:
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
        ("RR 0.88 (95% CI 0.77 to 1.00), P=.061", "question"),
        ("RR 0.88 (95% CI 0.77 to 1.00), P=.001", "contradicts"),
        ("RR 0.72 (95% CI 0.32 to 1.63), P=.001", "contradicts"),
        ("OR 0.23 (95% CI 0.04 to 1.08), P<.05", "question"),
        ("HR 2.50 (95% CI 0.92 to 6.81), P=0.065", "question"),
        ("HR 2.50 (95% CI 0.92 to 6.81), P=0.65", "contradicts"),
        ("OR 0.23 (95% CI 0.04 to 1.08), P<.0001", "contradicts"),
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
        ("46% lower risk", "holds"),
        ("36% lower risk", "holds"),
        ("60% lower risk", "contradicts"),
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
        ("risk difference 0.20 (95% CI 0.05 to 0.33)", "holds"),
        ("risk difference 0.200", "holds"),
        ("risk difference 0.26", "contradicts"),
    ]:
        claims = against("risk_difference", "56/70", "48/80", printed)
        assert judged("a", "value", claims)[0] == agreement
    claims = against("risk_difference", "56/70", "48/80", "risk difference 0.20 (0.05 to 0.33)")
    assert judged("a", "ci_low", claims)[0] == "holds"


def test_an_odds_ratio_that_is_called_a_relative_risk_has_its_own_interval(judged):
    """GISSI-1: 628 of 5860 and 758 of 5852; Woolf's interval is 0.721 to 0.903."""
    claims = against(
        "risk_ratio", "628/5860", "758/5852", "relative risk 0.81 (95% CI 0.72 to 0.90)"
    )
    for part in ("value", "ci_low"):
        assert judged("a", part, claims)[0] == "question"


def test_a_reduction_may_be_that_of_the_rounded_percentages(judged):
    """1 - 10.7/13.0 is 17.7 %; 1 - (628/5860)/(758/5852) is 17.3 %."""
    claims = against("risk_ratio", "628/5860 (10.7%)", "758/5852 (13.0%)", "reduced by 18%")
    assert judged("a", "percent", claims)[0] == "question"


@pytest.mark.parametrize(
    "printed", ["odds ratio 0.577 (95% CI 0.503 to 0.662)", "odds reduced by 42.3%"]
)
def test_petos_odds_ratio_is_a_usual_one(judged, printed):
    """ISIS-2, 343 of 4292 and 568 of 4300; R's metafor gives 0.57672 (0.50270 to 0.66163)."""
    claims = against("odds_ratio", "343/4292", "568/4300", printed)
    part = "percent" if "%" in printed[-1] else "value"
    assert judged("a", part, claims)[0] == "holds"
    if part == "value":
        assert "Peto" in judged("a", "ci_low", claims)[1]


def test_a_number_needed_may_be_told_of_the_control_group(judged):
    """9 of 46 v 12 of 38: 1 / (12/38 - 9/46) is 8.3; which group is treated is not said."""
    for compare, agreement in [
        (("control", "training"), "question"),
        (("training", "control"), "question"),
    ]:
        claims = against("number_needed_to_treat", "12/38", "9/46", "9", compare)
        assert judged("a", "value", claims)[0] == agreement


@pytest.mark.parametrize("test", [None, "chi_squared_corrected"])
@pytest.mark.parametrize(("p", "agreement"), [("0.066", "question"), ("0.66", "contradicts")])
def test_an_interval_off_its_middle_and_p_may_lie_on_two_sides_of_the_level(
    judged, test, p, agreement
):
    """Newcombe's interval leaves out no difference where the corrected test does not, closely."""
    about = {"outcome": "event", "compare": ["training", "control"], "measure": "risk_difference"}
    about |= {"test": test} if test else {}
    claims = {"a": claim(f"-15.0% (95% CI -29.0 to -0.2), p = {p}", **about)}
    assert judged("a", "p", claims)[0] == agreement
