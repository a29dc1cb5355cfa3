"""Those who were lost and count as failures are told, with what they would be as successes."""

from types import SimpleNamespace as Stub

import pytest
from test_report_wording import row, words

from trialtrace.report.sections import data_quality, lost_sessions, thresholds
from trialtrace.run.endpoints.kinds.attendance import Attendance, End, PlannedVariable

OPTIONS = '{"threshold": 0.5, "sides": "greater"}'
# R: binom.test(10, 30)$conf.int, and binom.test(10, 30, alternative = "greater")$p.value 0.9786.
COUNTS = {"a": {"drug": 8, "placebo": 5}, "lost": {"drug": 10, "placebo": 5}}


def made(lost):
    entry = Attendance(
        kind="attendance",
        label="S",
        code="S",
        table="sessions",
        done={"done": {"is": "1"}},
        unknown="not_done",
        planned=PlannedVariable(variable="planned"),
        end=End(event="death", date="day", after="not_done", lost=lost),
    )
    return Stub(entry=entry)


def results(name):
    for arm, x in COUNTS[name].items():
        at = {"group1_level": arm, "group2": None, "stratum": None}
        yield row("count.events", x, denominator=30, **at)
        low, high = (0.173, 0.528) if x == 10 else (0.056, 0.347)
        yield row(
            "proportion.clopper_pearson", x / 30, ci_low=low, ci_high=high, ci_level=0.95, **at
        )
        yield row("p_value.binomial", 0.9786, options=OPTIONS, stat_text="0.98", **at)


@pytest.fixture
def material(monkeypatch):
    analyses = {"a": Stub(name="a", of=None), "lost": Stub(name="lost", of="a", label="The best")}
    of = {"a": "share", "lost": "best"}
    monkeypatch.setattr(
        lost_sessions, "parameters", lambda trial, one: [Stub(entry=Stub(of=of[one.name]))]
    )
    trial = Stub(
        endpoints={"share": made(None), "best": made("done")},
        plan=Stub(analyses=analyses),
        design=Stub(arms=["drug", "placebo"], framework="exploratory"),
    )
    return Stub(of=lambda name: [*results(name)], arm_label=str.capitalize, trial=trial)


def test_the_lost_are_told_by_the_results_that_have_their_sessions_as_done(material):
    told = lost_sessions.lost_sessions(material, material.trial.plan.analyses["a"])
    assert words(told) == (
        f"{lost_sessions.RULE} With these as done (The best): Drug 10 of 30, 33.3 % (95 % CI "
        "17.3 to 52.8); Placebo 5 of 30, 16.7 % (95 % CI 5.6 to 34.7)."
    )
    assert told.count("](") == 5, "each number leads to its trace, and the label to its analysis"


def test_without_such_an_analysis_the_rule_alone_is_told(material):
    own = material.trial.plan.analyses
    del own["lost"]
    assert lost_sessions.lost_sessions(material, own["a"]) == lost_sessions.RULE
    assert lost_sessions.lost_by_arm(material, own["a"]) == {}


def test_nothing_is_told_where_nothing_hangs_on_the_lost(material, monkeypatch):
    monkeypatch.setitem(COUNTS, "lost", COUNTS["a"])
    assert lost_sessions.lost_sessions(material, material.trial.plan.analyses["a"]) == ""


@pytest.mark.parametrize(("arm", "hangs"), [("drug", True), ("placebo", False)])
def test_an_interval_below_a_threshold_hangs_on_the_lost(material, monkeypatch, arm, hangs):
    analysis = Stub(name="a", of=None, confidence=0.95, role="primary", decides=arm)
    at = {"ci_level": 0.95, "group1_level": arm}
    share = row("proportion.clopper_pearson", 0.2, ci_low=0.1, ci_high=0.46, **at)
    tests = [
        one
        for one in results("a")
        if (one["method"], one["group1_level"]) == ("p_value.binomial", arm)
    ]
    monkeypatch.setattr(thresholds, "_share", lambda *_: share)
    told = words(thresholds._beyond(material, analysis, [], tests))
    assert told.startswith(f"fewer than 50 % succeed in {arm}, by its exact interval")
    assert told.endswith("; with the 2 lost as successes this is not certain") is hangs
    (concluded,) = thresholds.beyond_thresholds(material, analysis)
    assert words(concluded) == f"{told}."


@pytest.mark.parametrize(
    ("sides", "told"),
    [
        ("greater", "more than 50 % and not whether it is less"),
        ("less", "less than 50 % and not whether it is more"),
        ("two_sided", "not 50 %"),
    ],
)
def test_a_test_is_told_by_what_it_asks(sides, told):
    options = f'{{"sides": "{sides}", "threshold": 0.5}}'
    asked = lost_sessions.question_of({"options": options})
    assert asked == f"which asks whether the share is {told}"


def test_of_the_lost_no_outcome_is_known(material, monkeypatch):
    """2 of the 30 with the drug were lost, so that 28 are known though 30 are analysed."""
    counts = [("Feasible", "", {"drug": (30, 30), "placebo": (30, 30)})]
    monkeypatch.setattr(data_quality, "primary", lambda _: [material.trial.plan.analyses["a"]])
    monkeypatch.setattr(data_quality, "known_counts", lambda *_: counts)
    monkeypatch.setattr(data_quality, "is_time", lambda _: False)
    monkeypatch.setattr(data_quality, "parameters", lambda *_: [])
    monkeypatch.setattr(data_quality, "captioned", lambda _, table, *__: table)
    material.trial.design.arms = {arm: Stub(label=arm) for arm in ("drug", "placebo")}
    told = words(data_quality.known_table(material))
    assert "28 of 30" in told and told.count("30 of 30") == 1


def test_a_flow_says_who_is_known_by_a_rule_alone(material):
    own = material.trial.plan.analyses["a"]
    assert lost_sessions.lost_as_failures(material, own) == "2 and 0 lost count as failures"
