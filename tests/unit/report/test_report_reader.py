"""What a reader would misread: a p-value without its test, a mean without its model, no unit."""

from test_report_wording import row

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
