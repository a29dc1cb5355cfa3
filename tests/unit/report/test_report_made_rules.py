"""What a report says of endpoints that are made from others."""

from types import SimpleNamespace

from trialtrace.ground.paths import project
from trialtrace.report.sections import made_rules
from trialtrace.report.sections.rules import rule_of
from trialtrace.trial.model import Endpoint

LABELS = {
    "fork": "Vibration",
    "loss": "Loss of vibration",
    "weak": "Weakness",
    "ntx": "Symptoms",
    "death": "Death",
}


def label(name: str) -> str:
    return LABELS[name]


def test_a_finding_by_norm_or_by_test():
    norm = {"table": "tuning_fork", "age": "age", "groups": {}}
    given = {"of": "fork", "norm": norm, "new": True, "at_least": 1, "missing": "any_missing"}
    assert made_rules.finding(label, given) == (
        "yes where vibration is newly outside the norms for the age (tuning fork), which it was "
        "not at baseline, at 1 or more of its sides and locations; missing where any part is"
    )
    given = {"of": "ntx", "abnormal": {"at_most": -4}, "value": "change"}
    assert made_rules.finding(label, given) == (
        "yes where change from baseline of symptoms is ≤ -4"
    )
    by_place = {"of": "fork", "abnormal_by_location": {"knee": {"below": 4}, "hand": {"below": 6}}}
    assert made_rules.finding(label, by_place) == "yes where vibration is < 4 (knee); < 6 (hand)"


def test_a_composite_names_its_rule_and_its_parts():
    given = {
        "findings": ["loss", "weak"],
        "scores": {"ntx_change": {"of": "ntx", "value": "change"}},
        "event": {"any": [{"findings": {"at_least": 2}}, {"ntx_change": {"at_most": -4}}]},
        "counted": "by_visit",
        "missing": "undecided",
    }
    assert made_rules.composite(label, given) == (
        "yes where (findings ≥ 2 or ntx_change ≤ -4), at the visit or an earlier one. Findings "
        "are: loss of vibration; weakness. ntx_change: change from baseline of symptoms; missing "
        "where unknown parts could change it"
    )


def test_times():
    told = made_rules.interval_time(label, {"of": "loss"})
    assert told.startswith("time to loss of vibration, which lies between the last visit without")
    given = {"of": "death", "time": 1826, "censored": "missing", "competing": "no_event"}
    assert made_rules.event_by(label, given) == (
        "yes where death came by 1826; who was censored before is missing; after a competing event "
        "it counts as no event"
    )


def told(kind: str, options: dict) -> str:
    death = Endpoint("death", "Death", "DEATH", "time_to_event", {}, "death")
    trial = SimpleNamespace(endpoints={"death": death, "fork": death}, at=project())
    return rule_of(
        SimpleNamespace(trial=trial), Endpoint("one", "One", "ONE", kind, options, "one")
    )


def test_attendance_says_what_was_planned_and_what_ends_it():
    given = {
        "done": {"done": {"is": "1"}},
        "unknown": "not_done",
        "planned": 90,
        "where": {"phase": {"is": "home"}},
        "end": {"event": "death", "date": "day", "after": "not_done"},
    }
    assert told("attendance", given) == (
        "Rows where done = 1, of those where phase = home, over the planned 90; an unknown session "
        "counts as not done; a session after the event (death) is not done."
    )


def test_tables_that_were_not_verified_say_so():
    given = {"conversion": "german_charts"}
    assert "german_charts, not verified" in told("oral_morphine", given)
    assert "verified" not in told("oral_morphine", {"conversion": "cdc_2022"})
    norm = {"table": "tuning_fork", "age": "age", "groups": {}}
    assert "norms are not verified" in told("finding", {"of": "fork", "norm": norm})


def test_an_aggregate_names_its_statistic():
    given = {"column": "area", "table": "fibres", "statistic": "quantile", "quantile": 0.1}
    assert told("aggregate", given) == "Quantile 0.1 of area over the rows of fibres."
    given = {"column": "area", "table": "fibres", "statistic": "sd"}
    assert told("aggregate", given) == "Standard deviation of area over the rows of fibres."
