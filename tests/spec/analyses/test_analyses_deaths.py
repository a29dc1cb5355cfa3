"""No value after death is filled in: not of a mean, not of an event, not of a component."""

import pytest

from trialtrace.run.methods.missing.rows import dead

DRAWN = "covariates: [baseline], arms: in_model, imputations: 5, cycles: 2, seed: 1, df: rubin"
STEPS = {
    "chained": f"{{mean_difference: {{method: chained_imputation, {DRAWN}}}}}",
    "delta": "{mean_difference: {method: delta_adjusted_imputation, event: stopping, "
    f"deltas: {{high: 1, sham: 0}}, {DRAWN}}}}}",
    "reference": "{mean_difference: {method: reference_based_imputation, event: stopping, "
    f"assumption: jump_to_reference, {DRAWN}}}}}",
    "last": "{mean_difference: {method: last_observation_carried_forward, baseline: carried, "
    "covariates: [], variance: model}}",
    "first": "{mean_difference: {method: baseline_observation_carried_forward, covariates: [], "
    "variance: model}}",
}
EVENTS = {
    "counted": "{risk_difference: missing_as_event}",
    "bounds": "{risk_difference_bounds: best_worst}",
    "tipping": "{tipping: fisher}",
    "drawn": "{risk_difference: {method: multiple_imputation, components: [relief], at_least: 1, "
    "covariates: [], arms: by_arm, imputations: 5, cycles: 1, seed: 5}}",
}
PLAN = """
estimands:
  dying:
    treatment: {{of: high, to: sham}}
    population: itt
    variable: {variable}
    intercurrent:
      - {{event: stopping, strategy: hypothetical}}
      - {{event: death, strategy: {strategy}, death: {{of: death, {when}}}}}
    summary: difference if nobody had died
analyses:
  found:
    label: Found
    role: primary
    estimand: dying
    {visits}
    estimates: [{step}]
"""
ROWS = [(5, 4, 3), (6, 6, 4), (4, 3, 4), (7, 5, 6), (5, 5, 2), (6, 4, None)]


def plan(step, strategy="while alive", when="days: {day 2: 20, day 3: 30}", variable="pain"):
    visits = "visits: [day 2, day 3]" if variable == "pain" else ""
    return PLAN.format(step=step, strategy=strategy, when=when, variable=variable, visits=visits)


def died(trial, number, day):
    """The subject of this number, counted from 1, died on this day."""
    row = {"PARAMCD": "DEATH", "PARAM": "Death", "ASEQ": 1, "AVALU": "days", "AVAL": day}
    named = {key: trial.subjects[number - 1][key] for key in ("STUDYID", "USUBJID", "SYNTHFL")}
    trial.followed.append(named | row | {"TRTP": trial.subjects[number - 1]["TRT01P"], "CNSR": 0})


def errors(found):
    return {row["error"] for name, row in found.items() if name.startswith("found/")}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_mean_has_no_value_after_death(trial, step):
    trial.visits("high", *ROWS).visits("sham", *ROWS[:5], (6, 5, 5))
    died(trial, 6, 25.0)
    (told, *_) = [one for one in errors(trial.results(plan(step))) if one]
    assert "after death does not exist" in told


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize(("day", "strategy"), [(31.0, "while alive"), (25.0, "hypothetical")])
def test_who_lived_then_or_as_if_nobody_had_died_is_filled_in(trial, step, day, strategy):
    trial.visits("high", *ROWS).visits("sham", *ROWS[:5], (6, 5, 5))
    died(trial, 6, day)
    assert errors(trial.results(plan(step, strategy))) == {None}


@pytest.mark.parametrize("step", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize(("day", "refused"), [(25.0, True), (31.0, False)])
def test_an_event_is_not_counted_or_drawn_after_death(trial, step, day, refused):
    trial.events("high", 4, of=10).events("sham", 6, of=10)
    trial.records[9]["AVAL"] = None
    died(trial, 10, day)
    told = errors(trial.results(plan(step, when="day: 30", variable="relief")))
    assert all("had died by then" in (one or "") for one in told) is refused


@pytest.mark.parametrize("step", EVENTS.values(), ids=EVENTS)
def test_what_happened_before_death_is_counted_or_drawn_of_who_died(trial, step):
    trial.events("high", 4, of=10).events("sham", 6, of=10)
    trial.records[9]["AVAL"] = None
    died(trial, 10, 25.0)
    assert errors(trial.results(plan(step, when="before: true", variable="relief"))) == {None}


def test_who_died_on_the_day_of_the_visit_has_no_value_there():
    from types import SimpleNamespace as Stub

    import numpy as np

    from trialtrace.run.trial.plan.estimand import Death, Intercurrent

    class Rows:
        def column(self, name):
            return np.array({"USUBJID": ["a", "b"], "AVAL": [20.0, 21.0]}[name])

    given = Death(of="death", days={"day 2": 20.0})
    events = (Intercurrent(event="death", strategy="while alive", death=given),)
    cut = Stub(
        analysis=Stub(estimand=Stub(intercurrent=events)),
        trial=Stub(endpoints={"death": Stub(code="DEATH")}),
        frames=Stub(select=lambda *_: Rows()),
    )
    found = dead(cut, np.array(["a", "b", "c"]), ["day 1", "day 2"])
    assert found.tolist() == [[False, True], [False, False], [False, False]]
