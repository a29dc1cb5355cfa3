"""Shares that were held against a threshold are told arm by arm, before arms are compared."""

from types import SimpleNamespace as Stub

import pytest
from test_report_wording import row, words

from trialtrace.report.sections import thresholds
from trialtrace.report.sections.thresholds import (
    against_thresholds,
    beyond_thresholds,
    held_in_words,
)

PLACE = {
    "parameter": "done",
    "visit": None,
    "stratum": None,
    "group2": None,
    "stat_text": "0.061",
    "options": '{"threshold": 0.5, "sides": "greater"}',
}


@pytest.fixture(autouse=True)
def _nobody_lost(monkeypatch):
    monkeypatch.setattr(thresholds, "lost_by_arm", lambda *_: {})


def material(rows, framework="superiority"):
    design = Stub(framework=framework, arms=["drug", "placebo", "other"])
    return Stub(
        of=lambda _: rows,
        trial=Stub(synthetic=False, stamp=None, design=design),
        parameter_words=lambda _: [],
        arm_label=lambda arm: {"drug": "Drug", "placebo": "Placebo"}[arm],
    )


def told(rows, role="secondary"):
    analysis = Stub(name="a", role=role, decision_level=0.05)
    return [words(sentence) for sentence in against_thresholds(material(rows), analysis)]


def arm(name, share, p):
    own = PLACE | {"group1_level": name}
    interval = {"ci_low": share - 0.1, "ci_high": share + 0.1, "ci_level": 0.95}
    return [
        row("proportion.wilson", share, **own, **interval),
        row("proportion.clopper_pearson", share, **own, **interval),
        row("p_value.binomial", p, **own),
    ]


def test_each_arm_has_its_first_share_and_its_p_value():
    rows = [*arm("drug", 0.6, 0.061), *arm("placebo", 0.4, 0.9)]
    (sentence,) = told(rows)
    assert sentence == (
        "Exact binomial test against a threshold, which asks whether the share is more than 50 % "
        "and not whether it is less: Drug 60.0 % (95 % CI 50.0 to 70.0), p = 0.061; "
        "Placebo 40.0 % (95 % CI 30.0 to 50.0), p = 0.90."
    )


def test_an_interval_on_the_side_that_is_not_asked_about_is_told():
    (sentence,) = told([*arm("drug", 0.3, 0.99), *arm("placebo", 0.4, 0.9)])
    assert sentence.endswith("; fewer than 50 % succeed in drug, by its exact interval.")


def test_a_conclusion_has_the_side_too_and_no_decision_of_a_trial_that_explores():
    rows = [*arm("drug", 0.3, 0.99), *arm("placebo", 0.4, 0.9)]
    analysis = Stub(
        name="a", role="secondary", decision_level=0.05, confidence=0.95, decides="drug"
    )
    beyond = "fewer than 50 % succeed in drug, by its exact interval."
    (sentence,) = beyond_thresholds(material(rows), analysis)
    assert words(sentence) == f"more than 50 % is not shown of Drug at the level of 0.05; {beyond}"
    (sentence,) = beyond_thresholds(material(rows, "exploratory"), analysis)
    assert words(sentence) == beyond


def test_the_shares_of_a_card_stand_with_what_they_are_held_against():
    """Before the comparison of the arms, which is secondary to them."""
    own = material([*arm("drug", 0.3, 0.99), *arm("placebo", 0.4, 0.9)])
    own.of("a")[1]["stat_text"] = "30 %"
    (text,) = held_in_words(own, Stub(name="a"))
    assert text == "Drug 30 %, Placebo 0.061, each against 50 %"
    assert [*held_in_words(material([]), Stub(name="a"))] == []


def test_an_interval_of_another_method_is_named_and_judges_nothing():
    rows = [row for row in arm("drug", 0.3, 0.99) if "clopper" not in row["method"]]
    (sentence,) = told(rows)
    assert "Drug 30.0 % (95 % CI 20.0 to 40.0) by Wilson's score interval" in sentence


def test_one_sided_tests_of_the_other_side_stand_behind_what_the_intervals_say():
    """By 6 of 30 the exact interval ends below one half, and p asks whether it is more."""
    (both,) = told([*arm("drug", 0.2, 0.9998), *arm("placebo", 0.4, 0.9)])
    assert both.startswith("Exact binomial test") and both.count("p = ") == 2
    (none,) = told([*arm("drug", 0.2, 0.9998), *arm("placebo", 0.1, 0.9999)])
    assert ": Drug 20.0 % (95 % CI 10.0 to 30.0); Placebo 10.0 %" in none and "p = " not in none


def test_a_primary_test_has_its_verdict_in_words():
    (sentence,) = told([*arm("drug", 0.9, 0.01), *arm("placebo", 0.4, 0.9)], "primary")
    assert "; more than 50 % is shown of Drug at the level of 0.05" in sentence
    (sentence,) = told(arm("drug", 0.4, 0.9), "primary")
    assert "; more than 50 % is not shown of Drug at the level of 0.05" in sentence


def test_a_p_that_no_sentence_has_is_no_shown_test():
    rows = [*arm("drug", 0.2, 0.9998), *arm("placebo", 0.1, 0.9999)]
    assert thresholds.tests_of_arms(material(rows), Stub(name="a")) == []
    rows = [*arm("drug", 0.2, 0.9998), *arm("placebo", 0.4, 0.9)]
    assert len(thresholds.tests_of_arms(material(rows), Stub(name="a"))) == 2


def test_an_analysis_without_such_a_test_has_no_sentence():
    assert told([row("p_value.fisher", 0.5, **PLACE, group1_level=None)]) == []
