"""What a reader would misread: a p-value without its test, a mean without its model, no unit."""

from test_report_wording import row, words

from trialtrace.report.sections.compact import (
    _by_description,
    _by_estimate,
    _estimated,
    _tests_words,
)
from trialtrace.report.sections.estimand import intercurrent_words
from trialtrace.run.trial.plan.estimand import Intercurrent
from trialtrace.run.trial.plan.references import limits_of

PAIR = {
    "comparison": "drug",
    "reference": "placebo",
    "group1_level": None,
    "analysis_id": "a",
    "options": "{}",
}


def pair(method, value, **more):
    text = {"stat_text": f"{value:g}", "ci_low": None, "ci_high": None, "unit": None}
    return row(method, value, **(PAIR | text | more))


FISHER = pair("p_value.fisher", 0.03)
HOLM = pair("p_adjusted.holm_fisher", 0.06)


def test_tests_are_named_in_the_caption_and_a_cell_that_lacks_one_names_its_own():
    wald = pair("risk_difference.wald", -0.1, ci_low=-0.2, ci_high=0.0, ci_level=0.95)
    chi = pair("p_value.chi_squared", 0.02)
    rows = [wald, FISHER, chi, HOLM]
    assert _tests_words(rows, "risk_difference.wald") == (
        "; p: Fisher's exact test, Pearson's χ² test; adjusted p: Holm's step-down adjustment"
    )
    tests = [each["method"] for each in rows[1:]]
    assert words(_estimated(tests, rows)) == (
        "−10.0 (−20.0 to 0.0), p = 0.030 (Fisher's exact test) and 0.020 (Pearson's χ² test), "
        "adjusted p = 0.060"
    )
    one = [row for row in rows if row is not chi]
    assert words(_estimated([each["method"] for each in one[1:]], one)).endswith(
        ", p = 0.030, adjusted p = 0.060"
    )
    assert words(_estimated(tests, rows[:2])).endswith("p = 0.030 (Fisher's exact test)")


def test_a_table_of_one_method_does_not_name_it_twice():
    own = pair("p_value.mmrm", 0.02)
    assert _tests_words([own], "mean_difference.mmrm") == ""
    assert _tests_words([own]) == "; p: mixed model for repeated measures"


def test_what_goes_with_a_further_estimate_stands_in_its_table():
    first = pair("mean_difference.welch", 1.0, ci_level=0.95)
    margins = pair("mean_difference.equivalence_welch", 1.0, ci_level=0.9)
    rows = [first, pair("p_value.welch_t", 0.2), margins]
    rows += [pair(f"{stat}.equivalence_welch", 0.4) for stat in ("verdict", "p_value")]
    found = _by_estimate(rows)
    assert [row["stat_name"] for row in found["mean_difference.equivalence_welch"]] == [
        "mean_difference",
        "verdict",
        "p_value",
    ]
    assert len(found["mean_difference.welch"]) == 2


def test_means_as_observed_and_means_of_a_model_have_a_table_each():
    rows = [
        row("count.descriptive", 10),
        row("mean.t_interval", 5.0),
        row("sd.descriptive", 1.0),
        row("mean.mmrm", 5.2),
    ]
    found = _by_description(rows)
    assert {key: [each["method"] for each in own] for key, own in found.items()} == {
        "": ["count.descriptive", "mean.t_interval", "sd.descriptive"],
        "mean.mmrm": ["mean.mmrm"],
    }


def test_intercurrent_events_of_one_strategy_are_told_together():
    given = [
        Intercurrent(event="rescue", strategy="treatment policy"),
        Intercurrent(event="death", strategy="while alive"),
        Intercurrent(event="stopping", strategy="treatment policy"),
    ]
    assert list(intercurrent_words(given)) == [
        "rescue, stopping (each treatment policy: what happens after it counts as it is)",
        "death (while alive: only what happens before it counts)",
    ]


def test_a_principal_stratum_is_not_those_in_whom_it_happens_in_both_arms():
    """The stratum of who would attend under training has no event under usual care."""
    (told,) = intercurrent_words([Intercurrent(event="absence", strategy="principal stratum")])
    assert "whether it would happen to them under a treatment" in told and "both" not in told


def test_a_one_sided_test_against_a_threshold_says_its_side():
    told = [
        limits_of(f'{{"threshold": 0.5, "sides": "{side}"}}') for side in ("greater", "two_sided")
    ]
    assert told == [", more than 0.5", ", 0.5"]
    assert limits_of('{"lower": -1, "upper": 1}') == ", −1 to 1"
