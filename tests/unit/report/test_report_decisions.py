"""Which p-values get a verdict: those of a primary analysis, and members of a family by their
adjusted p-value; no other."""

from types import SimpleNamespace as Stub

import pytest
from test_report_reader import FISHER, HOLM, pair
from test_report_wording import words

from trialtrace.report.links import trace_link
from trialtrace.report.sections.analysed import _used_in_all
from trialtrace.report.sections.decisions import (
    beside_adjusted,
    deciding,
    turned,
    unadjusted_interval,
    verdict,
)
from trialtrace.report.sections.estimand import levels
from trialtrace.report.sections.findings import compared, not_adjusted, planned_p, sentences
from trialtrace.report.sections.interpretation import favoured
from trialtrace.report.sections.models import adjusting
from trialtrace.report.sections.remarks import disagreeing
from trialtrace.run.trial.plan.multiplicity import Closed, Global, HolmTest
from trialtrace.run.trial.plan.references import method_of

BELOW = ", below the significance level of 0.05"
NOT_BELOW = ", not below the significance level of 0.05"
ARMS = {"comparison": None, "reference": None}
OF_ALL = pair("p_value.cmh", 0.03, **ARMS)
OF_ALL_HOLM = pair("p_adjusted.holm_cmh", 0.12, **ARMS)
# Of one arm each, held against a threshold: no test of all arms.
OF_ONE = pair("p_adjusted.holm_binomial", 0.3, **(ARMS | {"group1_level": "drug"}))


def analysis(role, **more):
    known = {
        "name": "a",
        "label": "A",
        "role": role,
        "decision_level": 0.05,
        "look": None,
        "confidence": 0.95,
        "level_reason": None,
        "tests": (Stub(method="fisher"),),
        "interaction": None,
        "pairs": [("drug", "placebo"), ("other", "placebo")],
        "by": None,
        "of": None,
        "estimand": Stub(name="e"),
        "value": "value",
        "where": None,
        "note": None,
        "decides": None,
    }
    return Stub(**(known | more))


def material(*rows, families=()):
    of_families = {name: Stub(tests=tests) for name, tests in families}
    plan = Stub(analyses={}, multiplicity=of_families, decision_level=0.05)
    return Stub(
        of=lambda _: rows,
        printable=lambda _: rows,
        trial=Stub(
            tells_cohort=False,
            synthetic=False,
            design=Stub(framework=None, arms={}),
            reanalysis=None,
            stamp=None,
            plan=plan,
            endpoints={},
        ),
        tracer=Stub(counts=lambda _: [], about=Stub(second_words=lambda row: row["group2_level"])),
        arm_label=str.capitalize,
        parameter_words=lambda _: [],
        stratum_words=lambda stratum: stratum.replace("=", ": "),
    )


@pytest.mark.parametrize(
    ("role", "rows", "told"),
    [
        ("primary", [FISHER], BELOW),
        ("secondary", [FISHER], ""),
        ("sensitivity", [FISHER], ""),
        ("subgroup", [FISHER], ""),
        ("supportive", [FISHER], ""),
        ("exploratory", [FISHER], ""),
        ("secondary", [FISHER, HOLM], NOT_BELOW),
        ("primary", [FISHER, HOLM], NOT_BELOW),
        ("secondary", [FISHER, HOLM | {"stat_value": 0.04}], BELOW),
        # An adjusted p-value that could not be told leaves the test without a verdict.
        ("primary", [FISHER, HOLM | {"stat_value": None}], ""),
        # Another test of the analysis is the member, or the same one at another visit.
        ("secondary", [FISHER, pair("p_adjusted.holm_chi_squared", 0.01)], ""),
        ("secondary", [FISHER, HOLM | {"visit": "other"}], ""),
        # A family of the tests of all arms says nothing of its pairs.
        ("secondary", [FISHER, OF_ALL, OF_ALL_HOLM], ", descriptive: the test of all arms decides"),
        ("primary", [FISHER, OF_ALL, OF_ALL_HOLM], ", descriptive: the test of all arms decides"),
        (
            "secondary",
            [FISHER, OF_ALL, OF_ALL_HOLM | {"stat_value": 0.01}],
            ", descriptive: the test of all arms decides",
        ),
        ("secondary", [FISHER, OF_ONE], ""),
    ],
)
def test_a_verdict_is_for_primary_tests_and_members_of_a_family(role, rows, told):
    assert verdict(material(*rows), analysis(role), FISHER) == told


def test_of_several_tests_the_member_of_the_family_is_told():
    chi = pair("p_value.chi_squared", 0.01)
    steps = analysis("secondary", tests=(Stub(method="chi_squared"), Stub(method="fisher")))
    assert planned_p(steps, [chi, FISHER, HOLM]) is FISHER
    assert planned_p(steps, [chi, FISHER]) is chi


RISK = pair(
    "risk_difference.newcombe",
    -0.2,
    ci_low=-0.3,
    ci_high=-0.1,
    ci_level=0.95,
    stat_text="−20.0 (95 % CI −30.0 to −10.0)",
)


def test_the_test_of_all_arms_comes_before_its_pairs():
    first, second = sentences(material(RISK, FISHER, OF_ALL, OF_ALL_HOLM), analysis("secondary"))
    assert words(first) == "All arms: p = 0.030, adjusted p = 0.12."
    assert words(second).startswith("Drug against Placebo: ")


def test_a_closed_test_begins_with_the_test_of_all_arms():
    of_all = Global(analysis="a", test="cmh")
    one = material(RISK, FISHER, pair("p_value.cmh", 0.03, **ARMS))
    one.trial.plan.multiplicity["three"] = Closed(
        name="three", label="Three", adjust="closed", tests=(), global_=of_all
    )
    first, second = sentences(one, analysis("primary"))
    assert words(first) == "All arms: p = 0.030."
    assert words(second).startswith("Drug against Placebo: ")


def of_strata(*more):
    made = [each | {"stratum": f"sex={sex}"} for sex in ("F", "M") for each in (RISK, FISHER)]
    return material(*made, *more)


def test_a_subgroup_begins_with_the_interaction_and_has_no_p_within():
    interaction = Stub(method="breslow_day")
    asked = analysis("subgroup", by="sex", interaction=interaction)
    first, *others = sentences(of_strata(pair("p_value.breslow_day", 0.6)), asked)
    assert words(first) == "Interaction: p = 0.60."
    assert [words(each).split(",")[0] for each in others] == ["Sex: F", "Sex: M"]
    assert not any("p =" in words(each) or "decision" in words(each) for each in others)


def test_a_subgroup_without_a_test_of_interaction_says_so():
    first, *others = sentences(of_strata(), analysis("subgroup", by="sex"))
    assert words(first) == "No test of interaction is planned, so none was made."
    assert len(others) == 2


def test_many_subgroups_that_nothing_compares_have_no_extremes_as_a_result():
    made = [RISK | {"stratum": f"age={at}", "result_id": str(at)} for at in range(1, 9)]
    told = sentences(material(*made), analysis("subgroup", by="age"))
    assert words(told[0]) == "No test of interaction is planned, so none was made."
    assert words(told[1]) == "8 comparisons are in its table."
    assert len(told) == 2


def test_of_several_interactions_each_says_whose_it_is():
    interaction = pair("p_value.breslow_day", 0.6)
    told = sentences(
        of_strata(interaction, interaction | {"p_value": 0.2} | ARMS),
        analysis("subgroup", by="sex", interaction=Stub(method="breslow_day")),
    )
    first, second = (words(each).partition(": ")[0] for each in told[:2])
    assert first.endswith("(Drug against Placebo)") and second.endswith("(all arms)")


def test_an_interaction_that_could_not_be_told_is_not_left_out():
    none = pair("p_value.breslow_day", 0.5) | {"stat_value": None, "stat_text": "not estimable"}
    asked = analysis("subgroup", by="sex", interaction=Stub(method="breslow_day"))
    first, *_ = sentences(of_strata(none), asked)
    assert words(first) == "Interaction: p not estimable."


OTHER = pair("p_value.fisher", 0.2, visit="other")


@pytest.mark.parametrize(("value", "crossed"), [(0.005, "would"), (0.01, "would not")])
def test_an_assumed_boundary_decides_nothing_and_is_crossed_or_not(value, crossed):
    looked = analysis("primary", decision_level=0.00946, look=Stub(look=2, fractions=(0.4, 0.6, 1)))
    own = FISHER | {"stat_value": value}
    others = material(own)
    others.trial.reanalysis = "Others wrote the plan."
    boundary = "the boundary that we assumed for this interim analysis, two-sided p about 0.0095"
    assert verdict(others, looked, own) == f", which {crossed} have crossed {boundary}"
    assert f"p would have crossed {boundary}." in levels(others, looked)
    assert "decided at" not in levels(others, looked)
    looked.look = Stub(look=2, fractions=(0.5, 1))
    assert "assumed for the final analysis, two-sided p" in verdict(others, looked, own)


def test_an_interval_is_adjusted_for_the_looks_by_its_level_or_its_method():
    looked = analysis("primary", decision_level=0.00946, look=Stub(look=2, fractions=(0.4, 0.6, 1)))
    estimate = {"method": "risk_difference.newcombe", "ci_low": -0.1}
    told = "; the interval is not adjusted for the interim analyses"
    estimate["ci_level"] = 0.95
    assert unadjusted_interval(looked, estimate) == told
    # The one made for this look is.
    assert unadjusted_interval(looked, estimate | {"ci_level": 0.9905}) == ""
    assert unadjusted_interval(analysis("primary"), estimate) == ""
    stopped = estimate | {"method": "risk_difference.median_unbiased"}
    assert unadjusted_interval(looked, stopped) == ""


@pytest.mark.parametrize(
    ("role", "families", "told"),
    [
        ("primary", [], "; tests are decided at the level of 0.05."),
        ("secondary", [], "; p-values are shown without a decision."),
        (
            "secondary",
            [("both", [HolmTest(analysis="a", test="fisher")])],
            "; tests are decided at the level of 0.05.",
        ),
        (
            "secondary",
            [("both", [HolmTest(analysis="b", test="fisher")])],
            "; p-values are shown without a decision.",
        ),
    ],
)
def test_the_question_says_whether_a_test_decides(role, families, told):
    share = RISK | {"comparison": None, "reference": None, "group1_level": "drug"}
    text = levels(material(share, FISHER, families=families), analysis(role))
    assert text == f"Confidence intervals are at the 95 % level{told}"


def test_a_trial_that_explores_decides_nothing_in_any_words():
    families = [("both", [HolmTest(analysis="a", test="fisher")])]
    of, own = material(FISHER, HOLM, families=families), analysis("secondary")
    assert "significance level" in verdict(of, own, FISHER)
    of.trial.design.framework = "exploratory"
    assert verdict(of, own, FISHER) == ""
    # Where nothing has an interval, no level of intervals is told.
    assert levels(of, own) == "P-values are shown without a decision."


def test_how_many_were_compared_counts_no_single_arm():
    rows = [
        pair("proportion.wilson", 0.1, n_used=47, group1_level="drug", **ARMS),
        pair("p_value.fisher", 0.1, n_used=107),
        pair("p_value.breslow_day", 0.1, n_used=602),
        pair("odds_ratio.woolf", 0.1, n_used=1, error="an arm is empty"),
    ]
    text = _used_in_all(material(*rows), "a", {})
    assert words(text) == ", 107 to 602 subjects in a comparison"
    assert f"[107]({trace_link('t/a/p_value.fisher@drug', 'n')})" in text
    assert words(_used_in_all(material(*rows[:2]), "a", {})) == ", 107 subjects"
    sizes = {
        arm: pair("population.flow", n, stat_text=str(n), group1_level=arm)
        for arm, n in (("drug", 295), ("placebo", 307))
    }
    told = words(_used_in_all(material(*rows[:2]), "a", sizes))
    assert told == ", 107 of 602 (295 Drug and 307 Placebo)"


HAZARD = pair(
    "hazard_ratio.cox",
    0.6,
    ci_low=0.4,
    ci_high=0.9,
    ci_level=0.95,
    stat_text="0.60 (95 % CI 0.40 to 0.90)",
    options='{"confidence": 0.95, "ties": "efron"}',
)
WALD = pair("p_value.cox_wald", 0.02, options='{"confidence": 0.95, "ties": "efron"}')
BRESLOW = pair("p_value.cox_wald", 0.021, options='{"confidence": 0.95, "ties": "breslow"}')
LOG_RANK = pair("p_value.log_rank", 0.03, options='{"groups": "pairs"}')


def test_an_effect_has_the_p_of_the_planned_test_by_its_name():
    tested = analysis("primary", tests=(Stub(method="log_rank"),))
    (told,) = sentences(material(HAZARD, BRESLOW, LOG_RANK, WALD), tested)
    assert words(told) == (
        "Drug against Placebo: hazard ratio 0.60 (95 % CI 0.40 to 0.90); p = 0.030."
    )


@pytest.mark.parametrize(("role", "shown"), [("primary", True), ("secondary", False)])
def test_without_a_test_in_the_plan_a_primary_estimate_is_decided_by_its_own_p(role, shown):
    of, one = material(HAZARD, WALD), analysis(role, tests=())
    assert words(*sentences(of, one)).endswith("; p = 0.020.")
    (found,) = compared(of, one)
    assert (found.planned is not None and deciding(of, one, found.planned) is not None) is shown


def test_of_two_arms_the_test_of_all_is_that_of_the_pair():
    """The model's own p stands beside it, since it lies on the other side of the level.

    A log-rank test with `groups: all`, and with one of an assumption before it in the plan."""
    of_all, hazards = (pair(f"p_value.{t}", p, **ARMS) for t, p in OF_ALL_TESTS.items())
    steps = (Stub(method="proportional_hazards"), Stub(method="log_rank"))
    two = analysis("primary", tests=steps, pairs=[("drug", "placebo")])
    (told,) = sentences(material(HAZARD, WALD, hazards, of_all), two)
    assert words(told).endswith("; p = 0.60; p = 0.020.")
    (told,) = sentences(material(HAZARD, WALD, hazards, of_all), analysis("primary", tests=steps))
    assert "0.60;" not in words(told)


def test_of_two_arms_a_family_of_the_test_of_all_decides_the_pair():
    of_all = pair("p_value.log_rank", 0.03, **ARMS)
    holm = pair("p_adjusted.holm_log_rank", 0.06, **ARMS)
    two = analysis("primary", tests=(Stub(method="log_rank"),), pairs=[("drug", "placebo")])
    found = material(HAZARD, WALD, of_all, holm)
    found.trial.plan.analyses["a"] = two
    (told,) = sentences(found, two)
    assert words(told).endswith("p = 0.030, adjusted p = 0.060.")


OF_ALL_TESTS = {"log_rank": 0.6, "proportional_hazards": 0.01}


def test_models_that_impute_adjust_nothing():
    """The difference is of the completed shares, whatever was in the models that drew them."""
    in_model = adjusting({"components": ["vibration"], "arms": "in_model"})
    assert in_model.endswith("imputed by models with the other components, the arm,")
    assert adjusting({}) == "adjusted for"


@pytest.mark.parametrize(
    ("method", "title"),
    [
        ("p_value.aalen_johansen", "z test of the difference of incidences at a time"),
        ("z.poisson_wald", "Wald test of the difference of rates"),
        ("rate_difference.poisson_wald", "Wald interval of a difference of rates"),
    ],
)
def test_a_p_value_is_of_a_test_not_of_an_interval(method, title):
    assert method_of(method).title == title


def test_several_primary_comparisons_that_no_family_has_are_said_to_be_unadjusted():
    """Two arms against placebo, each with its own test: a reader must know that 0.05 was used
    twice; not where a family has them, nor of one comparison."""
    second = {"comparison": "high", "result_id": "t/a/second"}
    rows = [HAZARD, LOG_RANK, HAZARD | second, LOG_RANK | second]
    tested = analysis("primary", tests=(Stub(method="log_rank"),))

    def said(*found):
        of = material(*found)
        of.trial.plan.analyses = {"a": tested}
        return not_adjusted(of)

    assert said(*rows) == [
        "The 2 primary comparisons are each decided at 0.05, without adjustment for multiplicity; "
        "the plan names none of them as the main one."
    ]
    tested.decides = "drug"
    (told,) = said(*rows)
    assert "that of Drug against the threshold decides" in told and "without adjustment" in told
    tested.decides = None
    assert said(*rows[:2]) == []
    holm = pair("p_adjusted.holm_log_rank", 0.06, options='{"groups": "pairs"}')
    assert said(*rows, holm, holm | second) == []


def share(arm, level, value):
    at = {"group1_level": arm, "group2": "time", "group2_level": level, **ARMS}
    return pair("survival.kaplan_meier", value, result_id=f"t/a/{arm}{level}", **at)


def test_beside_a_hazard_ratio_stand_the_shares_at_the_last_time():
    shares = [
        share(arm, level, value)
        for arm, values in (("drug", (0.841, 0.6154)), ("placebo", (0.721, 0.4496)))
        for level, value in zip(("365", "1826"), values, strict=True)
    ]
    of = material(HAZARD, LOG_RANK, *shares)
    of.tracer.about.time_unit = lambda _: " days"
    (told,) = sentences(of, analysis("primary", tests=(Stub(method="log_rank"),)))
    assert words(told).startswith(
        "Drug against Placebo: hazard ratio 0.60 (95 % CI 0.40 to 0.90); without the event at "
        "5 years 61.5 % against 45.0 %; p = 0.030"
    )


def test_shares_of_a_time_are_told_where_a_tenth_of_both_arms_is_still_at_risk():
    """2 of 27 and 1 of 29 at a year are too few; 6 and 9 at half a year are not."""
    at_risk = {"183": (6.0, 9.0), "365": (2.0, 1.0)}
    rows = [
        part
        for level, numbers in at_risk.items()
        for arm, n, of in zip(("drug", "placebo"), numbers, (27, 29), strict=True)
        for part in (
            share(arm, level, n / of),
            share(arm, level, n) | {"stat_name": "at_risk", "n_used": of},
        )
    ]
    of = material(HAZARD, LOG_RANK, *rows)
    of.tracer.about.time_unit = lambda _: " days"
    (told,) = sentences(of, analysis("primary", tests=(Stub(method="log_rank"),)))
    assert "without the event at 183 days 22.2 % against 31.0 % (6 and 9 at risk);" in words(told)


def test_an_interval_and_a_test_that_disagree_are_said_to_be_of_different_methods():
    """Newcombe's interval without 0 beside Fisher's p of 0.052, and one with 0 beside 0.03."""
    shown = analysis("secondary", pairs=[("drug", "placebo")])

    def told(low, high, p, upper=None, **more):
        upper = upper or (0.9 if high < 0 else 1.1)
        at = {"visit": None, "stratum": None, "group2": None, "stat_text": "0.1", "options": "{}"}
        estimate = pair(
            "risk_difference.newcombe", -0.1, ci_low=low, ci_high=high, ci_level=0.95, **at
        )
        ratio = pair("risk_ratio.katz_log", 0.5, ci_low=0.1, ci_high=upper, ci_level=0.95, **at)
        over = {"ci_low": -1.0, "ci_high": 1.0, "ci_level": 0.95, **at}
        carry_over = pair("carry_over.crossover", 0.1, **over)
        of = material(estimate, ratio, carry_over, pair("p_value.fisher", p, **{**at, **more}))
        of.parameter_words = lambda _: []
        return [words(text) for text in disagreeing(of, shown)]

    assert told(-0.2, 0.01, 0.2) == told(-0.2, -0.01, 0.03) == []
    assert told(-0.2, 0.01, 0.2, options='{"sides": "greater"}') == []
    # A p of margins is none of no effect.
    assert told(-0.2, 0.01, 0.01, options='{"lower": -1, "upper": 1}') == []
    for low, high, p in ((-0.2, 0.01, 0.03), (-0.2, -0.001, 0.052)):
        (text,) = told(low, high, p)
        assert text.endswith("They are by different methods, and none overrules the others.")
    # Nor is a p of the periods of a crossover, or the interval of its carry-over.
    assert told(-0.2, 0.01, 0.01, options='{"compared": "period"}') == []
    # Two intervals that disagree are told too, whatever the test.
    (text,) = told(-0.2, -0.01, 0.03, upper=1.01)
    assert text.startswith("Intervals, or an interval and a test, disagree")
    assert told(-0.2, -0.01, 0.2, options='{"sides": "greater"}') == []


def test_a_table_says_which_of_its_p_values_are_not_adjusted():
    """Of an analysis with adjusted ones; the test with which a closed test begins needs none."""
    of_a = {"analysis_id": "a"} | ARMS
    first, second = (pair(f"p_value.{one}", 0.02, **of_a) for one in ("cmh", "fisher"))
    adjusted = pair("p_adjusted.holm_cmh", 0.04, **of_a)
    begin = Stub(adjust="closed", global_=Stub(analysis="a", test="fisher"))

    def told(*rows, families=(), every=(first, second, adjusted)):
        plan = Stub(multiplicity=dict(enumerate(families)))
        return beside_adjusted(Stub(of=lambda _: every, trial=Stub(plan=plan)), rows)

    assert told(first, second) == (
        " A p-value without an adjusted one beside it is not adjusted for multiplicity."
    )
    assert told(second) == " No p-value of this table is adjusted for multiplicity."
    assert told(first) == told(first, second, families=[begin]) == ""
    assert told(first, second, every=(first, second)) == ""


@pytest.mark.parametrize(("other", "said"), [(0.054, True), (0.049, False)])
def test_a_test_of_all_arms_that_a_sensitivity_analysis_turns(other, said):
    """As the plan asks it: of the adjusted p-values in the place of one that is below 0.05."""
    of_a = {"analysis_id": "a", "result_id": "mini/a/p_value.cmh@all"} | ARMS
    own = [pair("p_value.cmh", 0.002, **of_a)]
    own.append(pair("p_adjusted.holm_cmh", 0.012, **of_a, options='{"family": "f"}'))
    place = '{"family": "g", "in_place": {"family": "f", "of": "a"}}'
    of_c = of_a | {"analysis_id": "c"}
    placed = [pair("p_adjusted.holm_cmh", p, **of_c, options=place) for p in (other, 0.012)]
    rows = {"a": own, "c": placed, "d": [one | {"options": "{}"} for one in placed]}
    decided = analysis("secondary")
    members = {
        "a": decided,
        "c": analysis("sensitivity", name="c", of="a", label="C"),
        "d": analysis("sensitivity", name="d", of="a"),
    }
    plan = Stub(analyses=members, multiplicity={})
    trial = Stub(plan=plan, design=Stub(framework="superiority"))
    every = Stub(of=rows.get, trial=trial)
    told = [*turned(every, decided)]
    assert len(told) == said
    for text in told:
        assert (
            words(text)
            .replace("\xa0", " ")
            .endswith(
                "the adjusted p = 0.012 of all arms is below 0.05 as analysed, but not with the p "
                "of every other analysis in its place: 0.012 to 0.054 by “C”"
            )
        )
        assert text.count("](") == 3, "each number leads to its trace"
    # What stands in another's place is told and decides nothing.
    p = pair("p_value.cmh", 0.002, **of_c)
    rows["c"] = [p, placed[0]]
    assert deciding(every, members["c"], p) is None


@pytest.mark.parametrize(
    ("higher", "value", "told"),
    [
        ("better", 2.0, ["in favour of Drug"]),
        ("worse", 2.0, ["in favour of Placebo"]),
        ("worse", -2.0, ["in favour of Drug"]),
        (None, 2.0, []),
    ],
)
def test_an_interval_without_no_effect_says_whom_it_favours(higher, value, told):
    of = material()
    of.trial.endpoints["pain"] = Stub(higher=higher)
    bounds = {"ci_low": value - 1, "ci_high": value + 1, "parameter": "pain"}
    assert favoured(of, pair("mean_difference.welch", value, **bounds)) == told
    across = bounds | {"ci_low": -4, "ci_high": 4}
    assert favoured(of, pair("mean_difference.welch", value, **across)) == []
