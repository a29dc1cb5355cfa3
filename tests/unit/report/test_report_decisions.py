"""Which p-values get a verdict: those of a primary analysis, and members of a family by their
adjusted p-value; no other."""

from types import SimpleNamespace as Stub

import pytest
from test_report_reader import FISHER, HOLM, pair
from test_report_wording import words

from trialtrace.report.sections.analysis_section import _levels, _used_in_all
from trialtrace.report.sections.decisions import verdict
from trialtrace.report.sections.findings import _counted, _many, _tests, planned_p, sentences
from trialtrace.trial.plan.multiplicity import HolmTest

BELOW = ", below the decision level of 0.05"
NOT_BELOW = ", not below the decision level of 0.05"
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
        "confidence": 0.95,
        "tests": (Stub(method="fisher"),),
        "interaction": None,
        "by": None,
    }
    return Stub(**(known | more))


def material(*rows, families=()):
    plan = Stub(multiplicity={name: Stub(tests=tests) for name, tests in families})
    return Stub(
        of=lambda _: rows,
        trial=Stub(synthetic=False, plan=plan),
        tracer=Stub(counted=lambda _: []),
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
        ("secondary", [FISHER, OF_ALL, OF_ALL_HOLM], ", not judged by itself"),
        ("primary", [FISHER, OF_ALL, OF_ALL_HOLM], ", not judged by itself"),
        (
            "secondary",
            [FISHER, OF_ALL, OF_ALL_HOLM | {"stat_value": 0.01}],
            ", not judged by itself",
        ),
        ("secondary", [FISHER, OF_ONE], ""),
    ],
)
def test_a_verdict_is_for_primary_tests_and_members_of_a_family(role, rows, told):
    assert verdict(material(*rows), analysis(role), FISHER) == told


def test_a_p_value_has_the_name_of_its_test_and_of_its_adjustment():
    told = [how for _, how in _tests(material(FISHER, HOLM), FISHER)]
    assert told == ["Fisher's exact test", "Holm's step-down adjustment"]
    assert len(_tests(material(FISHER, HOLM | {"visit": "other"}), FISHER)) == 1


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
    first, second = sentences(
        material(RISK, FISHER, OF_ALL, OF_ALL_HOLM), analysis("secondary"), named=False
    )
    assert words(first) == (
        f"All arms: p = 0.030 (cmh), adjusted p = 0.12 (Holm's step-down adjustment){NOT_BELOW}."
    )
    assert words(second).endswith("p = 0.030 (Fisher's exact test), not judged by itself.")


def of_strata(*more):
    made = [each | {"stratum": f"sex={sex}"} for sex in ("F", "M") for each in (RISK, FISHER)]
    return material(*made, *more)


def test_a_subgroup_begins_with_the_interaction_and_has_no_p_within():
    interaction = Stub(method="breslow_day")
    asked = analysis("subgroup", by="sex", interaction=interaction)
    first, *others = sentences(of_strata(pair("p_value.breslow_day", 0.6)), asked, named=False)
    assert words(first) == "Interaction: p = 0.60 (Breslow and Day's test of equal odds ratios)."
    assert [words(each).split(",")[0] for each in others] == ["Sex: F", "Sex: M"]
    assert not any("p =" in words(each) or "decision" in words(each) for each in others)


def test_a_subgroup_without_a_test_of_interaction_says_so():
    first, *others = sentences(of_strata(), analysis("subgroup", by="sex"), named=False)
    assert words(first) == "No test of interaction is planned, so none was made."
    assert len(others) == 2


def test_an_interaction_that_could_not_be_told_is_not_left_out():
    none = pair("p_value.breslow_day", 0.5) | {"stat_value": None, "stat_text": "not estimable"}
    asked = analysis("subgroup", by="sex", interaction=Stub(method="breslow_day"))
    first, *_ = sentences(of_strata(none), asked, named=False)
    assert words(first).startswith("Interaction: p not estimable (")


OTHER = pair("p_value.fisher", 0.2, visit="other")


@pytest.mark.parametrize(
    ("role", "rows", "told"),
    [
        ("secondary", [FISHER, OTHER], ", with p-values (Fisher's exact test), not judged"),
        (
            "primary",
            [FISHER, OTHER],
            "; p-values below 0.05, each taken by itself: 1 of 2 (Fisher's exact test)",
        ),
        (
            "secondary",
            [FISHER, HOLM, OTHER],
            "; adjusted p-values below 0.05: 0 of 1 (Holm's step-down adjustment)",
        ),
    ],
)
def test_of_many_p_values_those_that_decide_are_counted(role, rows, told):
    found = [(FISHER, FISHER, ""), (OTHER, OTHER, "")]
    text = words(_many(material(*rows), analysis(role), found))
    assert text == f"2 estimates, in the tables below{told}"


def test_an_adjusted_p_that_is_missing_is_not_counted():
    rows = [HOLM, HOLM | {"stat_value": None}, HOLM | {"stat_value": 0.01}]
    assert _counted(analysis("secondary"), rows).startswith("adjusted p-values below 0.05: 1 of 2")


@pytest.mark.parametrize(
    ("role", "families", "told"),
    [
        ("primary", [], "; tests are decided at 0.05."),
        ("secondary", [], "; p-values are shown without a decision."),
        (
            "secondary",
            [("both", [HolmTest(analysis="a", test="fisher")])],
            "; tests are decided at 0.05.",
        ),
        (
            "secondary",
            [("both", [HolmTest(analysis="b", test="fisher")])],
            "; p-values are shown without a decision.",
        ),
    ],
)
def test_the_question_says_whether_a_test_decides(role, families, told):
    text = _levels(material(families=families), analysis(role))
    assert text == f"Intervals are of 95 %{told}"


def test_how_many_were_compared_counts_no_single_arm():
    rows = [
        pair("proportion.wilson", 0.1, n_used=47, group1_level="drug", **ARMS),
        pair("p_value.fisher", 0.1, n_used=107),
        pair("p_value.breslow_day", 0.1, n_used=602),
        pair("odds_ratio.woolf", 0.1, n_used=1, error="an arm is empty"),
    ]
    text = _used_in_all(material(*rows), "a")
    assert words(text) == ", 107 to 602 subjects in a comparison"
    assert "[107](trace/a.p_value.fisher@drug.html#n)" in text
    assert words(_used_in_all(material(*rows[:2]), "a")) == ", 107 subjects"
