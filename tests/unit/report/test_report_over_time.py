"""An analysis of whether an event came leads to those of when it came."""

from types import SimpleNamespace as Stub

import mini_run
import mini_trial
import pytest
from test_report_sections import shown as words
from tiny_endpoint import endpoint

from trialtrace.report.material import Material
from trialtrace.report.sections.absolute import few_at_risk
from trialtrace.report.sections.analysis_section import analysis_sentences
from trialtrace.report.sections.over_time import over_time, times_of, unlike_times
from trialtrace.report.sections.remarks import remarks
from trialtrace.run.trial.load import load_settings

DIED = {"table": "follow_up", "event": {"died": {"is": "1"}}}
LABELS = {"event_label": "Event", "censored_label": "None"}
DATED = {
    "start": "rand_on",
    "event_date": "died_on",
    "last_contact": "contact",
    "terminal": True,
    "day_of_start": 0,
}
WITHIN = {"of": "survival", "time": 365, "censored": "missing"}
TREE = [
    endpoint("event", "died", **DIED),
    endpoint("event", "died_elsewhere", table="other", event=DIED["event"]),
    endpoint("time_to_event", "survival", **DIED, **DATED, **LABELS),
    endpoint("time_to_event", "in_a_column", **DIED, time="days", **LABELS),
    endpoint("event_by", "died_by", **WITHIN),
    endpoint("interval_time", "onset", of="died_by", days={"one": 1}, **LABELS),
    endpoint("time_to_event", "onset_seen", seen="onset"),
]
ENDPOINTS = {one.name: one for one in TREE}
TRIAL = Stub(endpoints=ENDPOINTS)


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("died", {"survival", "in_a_column"}),
        ("died_elsewhere", set()),
        ("died_by", {"survival"}),
        ("survival", set()),
    ],
)
def test_a_time_is_of_the_same_event_by_its_configuration(name, times):
    assert times_of(TRIAL, ENDPOINTS[name]) == times


def test_a_time_between_visits_and_the_visit_at_which_it_was_seen():
    seen = ENDPOINTS["died"]
    between = endpoint("interval_time", "onset", of="died", days={"one": 1}, **LABELS)
    trial = Stub(endpoints={one.name: one for one in (seen, between, ENDPOINTS["onset_seen"])})
    assert times_of(trial, seen) == {"onset", "onset_seen"}


def analysis(name, variable, treated=("drug",), of=None, by=None, population="itt"):
    pairs = [(arm, "control") for arm in treated]
    estimand = Stub(variables=(variable,), population=population)
    role = "primary" if name == "dead" else "registered"
    words = {"name": name, "label": name.upper(), "role": role}
    return Stub(**words, estimand=estimand, pairs=pairs, of=of, by=by, confidence=0.95)


def test_each_analysis_of_the_time_is_a_link_with_what_it_estimates():
    analyses = [
        analysis("dead", "died"),
        analysis("dead_otherwise", "died", of="dead"),
        analysis("alive_for", "survival"),
        analysis("alive_otherwise", "survival", of="alive_for"),
        analysis("alive_by_sex", "survival", by="sex"),
        analysis("alive_per_protocol", "survival", population="pp"),
        analysis("alive_elsewhere", "in_a_column", treated=("other",)),
    ]
    plan = Stub(analyses={one.name: one for one in analyses})
    trial = Stub(endpoints=ENDPOINTS, plan=plan, design=Stub(arms=["drug", "control"]))
    rest = {"comparison": "drug", "method": "", "parameter": "itt"}
    ratio = rest | {"stat_name": "hazard_ratio", "ci_level": 0.95}
    test = rest | {"stat_name": "p_value", "ci_level": None}
    arms = ({"group1_level": "drug"}, {"group1_level": "control"})
    counted = {"method": "events.count", "stat_name": "events", "stratum": None, "ci_level": None}
    counted |= {"comparison": None}
    results = {
        "flow": [rest | arm | {"stat_name": "in_population", "stat_value": 9} for arm in arms],
        "alive_for": [ratio, test, ratio],
        "alive_otherwise": [ratio],
    }
    material = Stub(trial=trial, of=lambda name: results.get(name, []))
    told = "Analysed as the time to the event: [ALIVE&#95;FOR](#sec-of-alive-for) (hazard ratio)."
    assert over_time(material, analyses[0]) == told
    assert [over_time(material, one) for one in analyses[1:]] == [""] * 6
    # Whom it lacks is told, and then the analysis that lacks nobody.
    lacking = zip(arms, (9, 7), strict=True)
    results["alive_for"] += [counted | arm | {"n_used": n} for arm, n in lacking]
    assert over_time(material, analyses[0]) == (
        f"{told[:-2]}; without 0 and 2 patients of unknown time), "
        "[ALIVE&#95;OTHERWISE](#sec-of-alive-otherwise) (hazard ratio)."
    )


def test_an_interval_and_a_test_of_the_time_that_disagree_are_told():
    asked, other = analysis("seen", "died"), analysis("alive_for", "survival")
    place = dict.fromkeys(("parameter", "visit", "stratum", "group1_level", "group2"))
    place |= {"comparison": "drug", "reference": "control", "group2_level": None}
    ratio = place | {"stat_name": "odds_ratio", "method": "odds_ratio.gee", "options": "{}"}
    ratio |= {"stat_value": 0.43, "ci_low": 0.17, "ci_high": 1.11, "ci_level": 0.95}
    p = place | {"stat_name": "p_value", "method": "p_value.log_rank", "stat_text": "0.03"}
    p |= {"stat_value": 0.03, "result_id": "a/b/c", "unit": None, "ci_level": None}
    results = {"seen": [ratio], "alive_for": [p]}
    plan = Stub(analyses={one.name: one for one in (asked, other)})
    asked.tests = other.tests = ()
    material = Stub(
        trial=Stub(endpoints=ENDPOINTS, plan=plan, design=Stub(arms={})),
        of=lambda name: results.get(name, []),
        printable=results.get,
        parameter_words=lambda _: [],
        arm_label=str.capitalize,
    )
    (told,) = unlike_times(material, asked)
    assert told.startswith("Drug against Control: the interval includes no effect, and the")
    ratio["ci_high"] = 0.9
    assert [*unlike_times(material, asked)] == []


def test_a_time_at_which_few_are_at_risk_has_a_caution_with_how_many(tmp_path):
    """Drug is followed for 10, 30, … 190 days, placebo for 20, … 200: at day 170 two of ten are at
    risk in both, a fifth; at day 185 one of ten in both; at day 195 one of placebo alone."""
    plan = mini_trial.PLAN.replace("times: [30]", "times: [30, 170, 185, 195]")
    run = mini_run.run_mini(tmp_path, plan=plan)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    analysis = run.trial.plan.analyses["death_time"]
    first, second = map(words, few_at_risk(material, analysis))
    assert first.startswith("Few are at risk at 185 days (Drug 1 of 10; Placebo 1 of 10): what is ")
    assert second.startswith(
        "Few are at risk at 195 days (Drug 0 of 10; Placebo 1 of 10): what is "
    )
    assert first in words(analysis_sentences(material, analysis))
    assert [*few_at_risk(material, run.trial.plan.analyses["relief_primary"])] == []


def test_a_curve_on_which_nobody_had_the_event_says_why_it_has_no_interval(tmp_path):
    """The first death is at day 30 with the drug and at day 40 with placebo."""
    for at, told in ((20, True), (60, False)):
        plan = mini_trial.PLAN.replace("times: [30]", f"times: [{at}]")
        run = mini_run.run_mini(tmp_path / str(at), plan=plan)
        material = Material(run.trial, load_settings(run.at), run.folder, {})
        said = any(
            "no interval of the curve is estimable" in each
            for each in remarks(material, "death_time")
        )
        assert said == told
