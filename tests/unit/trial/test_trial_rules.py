"""What a report says of endpoints: the rule of each kind in words."""

from typing import Any

from tiny_endpoint import endpoint

from trialtrace.base.paths import project
from trialtrace.run.trial.endpoints.shared import Labels

LABELS = {
    "fork": "vibration",
    "loss": "loss of vibration",
    "weak": "weakness",
    "ntx": "symptoms",
    "death": "death",
}


def rule(kind: str, **keys: Any) -> str:
    return endpoint(kind, **keys).entry.rule(Labels(project(), LABELS, units={"death": "days"}))


def test_a_finding_by_norm_or_by_test():
    told = rule("finding", of="fork", abnormal={"at_most": -4}, value="change")
    assert told == "yes where change from baseline of vibration is ≤ -4"
    by_place = {"knee": {"below": 4}, "hand": {"below": 6}}
    told = rule("finding", of="fork", abnormal_by_location=by_place)
    assert told == "yes where vibration is < 4 (knee); < 6 (hand)"
    norm = {"table": "tuning_fork", "age": "age", "groups": {"knee": "lower limb"}}
    told = rule("finding", of="fork", norm=norm, new=True, at_least=1, missing="any_missing")
    assert told == (
        "yes where vibration is newly outside the norms for the age (tuning fork), which it was "
        "not at baseline, at 1 or more of its sides and locations; missing where any part is; the "
        "norms are not verified: a source was not at hand"
    )


def test_a_composite_names_its_rule_and_its_parts():
    told = rule(
        "composite_event",
        findings=["loss", "weak"],
        scores={"ntx_change": {"of": "ntx", "value": "change"}},
        event={"any": [{"findings": {"at_least": 2}}, {"ntx_change": {"at_most": -4}}]},
        counted="by_visit",
        missing="undecided",
    )
    assert told == (
        "yes with at least 2 findings, or change from baseline of symptoms ≤ -4, at the visit or "
        "an earlier one. Findings are: loss of vibration; weakness; missing where unknown parts "
        "could change it"
    )


def test_times():
    told = rule("interval_time", of="loss", event_label="Lost", censored_label="Not lost")
    assert told.startswith("time to loss of vibration, which lies between the last visit without")
    told = rule("event_by", of="death", time=1826, censored="missing", competing="no_event")
    assert told == (
        "yes where death came by 1826 days; who was censored before is missing; after a competing "
        "event it counts as no event"
    )
    assert rule("time_to_event", first_of=["death", "loss"]) == (
        "time to the first of death, loss of vibration"
    )
    dates = {
        "table": "patients",
        "where": {"arm": {"is": "1"}},
        "start": "randomised",
        "last_contact": "seen",
        "terminal": True,
        "day_of_start": 0,
        "horizon": 365,
        "horizon_label": "One year",
        "event_label": "Died",
        "censored_label": "Alive",
        "competing": ["death"],
    }
    died = {"event_date": "died_on", "event": {"died": {"is": "1"}}}
    assert rule("time_to_event", **dates, **died) == (
        "time until died = 1 (rows where arm = 1), from randomised, to day 365; competing: death"
    )
    assert rule("time_to_event", **dates, occurrence="loss").startswith(
        "time until the first loss of vibration (rows where arm = 1), from randomised"
    )


def test_a_table_of_factors_that_was_not_verified_says_so():
    doses = {"table": "drugs", "drug": "d", "route": "r", "dose": "mg", "without_rows": "zero"}
    told = rule("oral_morphine", **doses, conversion="german_charts")
    assert told.endswith("german charts, not verified: a source was not at hand")
    assert "verified" not in rule("oral_morphine", **doses, conversion="cdc_2022")
