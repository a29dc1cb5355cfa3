"""Mistakes in endpoints that are made from others, and in populations over endpoints."""

import pytest
from mini_trial import DICTIONARY, ENDPOINTS, TRIAL, edit, told, write_project

MADE = """\
sore:
  label: New pain
  code: SORE
  kind: finding
  of: pain
  abnormal: {at_least: 4}
  new: true
worse: {label: Worse, code: WORSE, kind: finding, of: pain, value: change, abnormal: {at_least: 2}}
syndrome:
  label: Syndrome
  code: SYND
  kind: composite_event
  findings: [sore, worse]
  scores: {rise: {of: pain, value: change}}
  event: {any: [{findings: {at_least: 2}}, {findings: {at_least: 1}, rise: {at_least: 5}}]}
  missing: undecided
  counted: at_visit
  visits: after_baseline
syndrome_time:
  label: Time
  code: SYNDTIME
  kind: interval_time
  of: syndrome
  days: {after: 84}
  event_label: Syndrome
  censored_label: None seen
survival:
  label: Survival
  code: SURV
  kind: time_to_event
  table: patients
  start: seen
  event_date: died_on
  event: {died: {is: "1"}}
  last_contact: last_on
  terminal: true
  day_of_start: 0
  horizon: 365
  horizon_label: One year
  event_label: Died
  censored_label: Alive
relapse:
  label: Relapse
  code: RELAPSE
  kind: time_to_event
  table: patients
  time: days
  event: {relief: {is: "0"}}
  event_label: Relapse
  censored_label: None
  competing: [death]
flares: {label: Flares, code: FLARES, kind: recurrent_events, table: patients, starts: age,
  stops: days, event: {relief: {is: "0"}}, event_label: Flare, censored_label: None}
returns: {label: Returns, code: RETURNS, kind: recurrent_events, table: patients, date: died_on,
  end: seen, start:  seen, same_time: once, event_label: Return, censored_label: None}
dead_30: {label: Dead, code: DEAD30, kind: event_by, of: death, time: 30, censored: missing}
"""
DATES = """\
died_on,patients,,text,Death,,,date_ymd,,,,,,,,,,
last_on,patients,,text,Contact,,,date_ymd,,,,,,,,,,
"""
POPULATION = (
    "  pp: {label: P, flag: PPROTFL, endpoints: {relief: {is: 1}},"
    " by_arm: {placebo: {where: {age: present}}}}\n"
)


@pytest.fixture
def at(tmp_path):
    head, _, rest = DICTIONARY.partition("id,adverse")
    trial = TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    seen: seen\n")
    return write_project(
        tmp_path,
        endpoints=ENDPOINTS + MADE,
        dictionary=f"{head}{DATES}id,adverse{rest}",
        trial=trial + POPULATION,
    )


def test_the_whole_is_valid(at):
    assert told(at) == ""


E, T, P = "endpoints.yaml", "trial.yaml", "plan.yaml"
MISTAKES = [
    (
        "a finding of a time",
        E,
        "  of: pain\n  abnormal",
        "  of: death\n  abnormal",
        "death, an endpoint of kind time_to_event",
    ),
    (
        "a finding of an event",
        E,
        "  of: pain\n  abnormal",
        "  of: relief\n  abnormal",
        "endpoint of kind measure or repeated",
    ),
    (
        "a finding of nothing",
        E,
        "  of: pain\n  abnormal",
        "  of: pian\n  abnormal",
        'did you mean "pain"?',
    ),
    ("a finding of itself", E, "  of: pain\n  abnormal", "  of: sore\n  abnormal", "sore.of"),
    ("no test", E, "  abnormal: {at_least: 4}\n", "", "the key abnormal is missing"),
    ("an unknown test", E, "  abnormal: {at_least: 4}", "  abnormal: {atleast: 4}", "at_least"),
    (
        "text as a limit",
        E,
        "  abnormal: {at_least: 4}",
        '  abnormal: {at_least: "4"}',
        "write the number without quotes",
    ),
    (
        "no such table of norms",
        E,
        "  abnormal: {at_least: 4}",
        "  norm: {table: tunnig_fork}",
        "no such file",
    ),
    (
        "a norm without a baseline",
        E,
        "abnormal: {at_least: 2}}",
        "abnormal: {at_least: 2}, new: true}",
        "a change already compares with the baseline",
    ),
    ("how many, without a rule", E, "  new: true\n", "  new: true\n  at_least: 2\n", "no missing"),
    ("no baseline", E, "  baseline: before\n", "", "an endpoint with `baseline`"),
    (
        "sides that are none",
        E,
        "  new: true\n",
        "  new: true\n  sides: [left]\n",
        "a side of the value",
    ),
    (
        "a visit that is none",
        E,
        "  visits: after_baseline",
        "  visits: [later]",
        "a visit: after, before",
    ),
    (
        "visits as a word",
        E,
        "  visits: after_baseline",
        "  visits: later",
        "all, after_baseline, or a list",
    ),
    (
        "a finding that is none",
        E,
        "findings: [sore, worse]",
        "findings: [sore, pain]",
        "pain, an endpoint of kind repeated",
    ),
    (
        "a finding twice",
        E,
        "findings: [sore, worse]",
        "findings: [sore, sore]",
        "syndrome.findings",
    ),
    ("no findings", E, "findings: [sore, worse]", "findings: []", "syndrome.findings"),
    (
        "a rule over an unknown part",
        E,
        "rise: {at_least: 5}}",
        "rize: {at_least: 5}}",
        'did you mean "rise"?',
    ),
    (
        "no rule for what is missing",
        E,
        "  missing: undecided\n  counted",
        "  counted",
        "the key missing is missing",
    ),
    (
        "a rule that is none",
        E,
        "  missing: undecided\n  counted",
        "  missing: worst\n  counted",
        "any_missing, any_finding, undecided, measured",
    ),
    ("ever without missing visits", E, "counted: at_visit", "counted: ever", "missing_visits"),
    (
        "a score's name that is taken",
        E,
        "scores: {rise: {of",
        "scores: {findings: {of",
        "a name that is not taken yet",
    ),
    ("no day of a visit", E, "days: {after: 84}", "days: {before: 84}", "a day for after"),
    ("a negative day", E, "days: {after: 84}", "days: {after: -1}", "syndrome_time.days.after"),
    ("no days at all", E, "  days: {after: 84}\n", "", "days or dates of the visits"),
    (
        "dates without a start",
        E,
        "  days: {after: 84}",
        '  dates: {table: patients, date: seen, visit: {column: smoker, labels: {"1": after}}}',
        "start and dates together",
    ),
    (
        "intervals of an event without visits",
        E,
        "  of: syndrome\n",
        "  of: relief\n",
        "relief, which has no visits",
    ),
    ("a start that is no date", E, "start: seen", "start: smoker", "a column of date"),
    ("a start that is no variable", E, "start: seen", "start: rand", "a subject variable"),
    (
        "an event date that is no date",
        E,
        "event_date: died_on",
        "event_date: days",
        "a column of date by the dictionary",
    ),
    (
        "a contact that is no column",
        E,
        "last_contact: last_on",
        "last_contact: last",
        'did you mean "last_on"?',
    ),
    ("a horizon without a reason", E, "  horizon_label: One year\n", "", "both together"),
    (
        "a horizon of a column without a reason",
        E,
        "  censored_label: None\n",
        "  censored_label: None\n  horizon: 90\n",
        "relapse\n  found     horizon without horizon_label",
    ),
    ("a horizon of nothing", E, "horizon: 365", "horizon: 0", "survival.horizon"),
    ("a day of the start", E, "day_of_start: 0", "day_of_start: 2", "survival.day_of_start"),
    ("no rule for contacts after", E, "  terminal: true\n", "", "the key terminal is missing"),
    (
        "a competing yes or no",
        E,
        "competing: [death]",
        "competing: [relief]",
        "endpoint of kind time_to_event",
    ),
    (
        "competing with itself",
        E,
        "competing: [death]",
        "competing: [relapse]",
        "relapse, which is made from relapse",
    ),
    ("a time that is none", E, "time: 30, censored", "time: -30, censored", "dead_30.time"),
    (
        "competing where there is none",
        E,
        "censored: missing}",
        "censored: missing, competing: missing}",
        "death without competing events",
    ),
    (
        "competing events without a rule",
        E,
        "of: death, time: 30",
        "of: relapse, time: 30",
        "relapse with competing events",
    ),
    ("intervals of dates", E, "stops: days", "stops: died_on", "a column of number or integer"),
    ("intervals without an end", E, "  stops: days,", " ", "stops"),
    ("an end that is no date", E, "end: seen", "end: smoker", "a column of date"),
    (
        "an end that is no time",
        E,
        "date: died_on,\n  end: seen, start:  seen",
        "time: days, end: seen",
        "a column of number or integer",
    ),
    ("events at one time", E, "same_time: once", "same_time: both", "returns.same_time"),
    (
        "several treatments",
        T,
        "kind: parallel",
        "kind: crossover",
        "a design in which a subject has one treatment",
    ),
    (
        "events of a time",
        P,
        "{hazard_ratio: {method: cox, ties: efron}}",
        "{rate_ratio: {method: lwyy, ties: efron, covariates: []}}",
        "expected  an endpoint of kind recurrent_events",
    ),
    (
        "time at risk of a value",
        P,
        "{mean_difference: welch}",
        "{rate_ratio: {method: negative_binomial, exposure: time_at_risk, covariates: []}}",
        "time_at_risk of an endpoint of kind recurrent_events, and only there",
    ),
    (
        "an exposure that is none",
        P,
        "{mean_difference: welch}",
        "{rate_ratio: {method: negative_binomial, exposure: weeks, covariates: []}}",
        "same_for_all, or a variable of subjects",
    ),
    (
        "an exposure that is no number",
        P,
        "{mean_difference: welch}",
        "{rate_ratio: {method: negative_binomial, exposure: smoker, covariates: []}}",
        "expected  a column of number",
    ),
    (
        "a figure of events of a time",
        P,
        "  kaplan_meier:",
        "  mean_cumulative:",
        "an endpoint of kind recurrent_events",
    ),
    (
        "a population of nothing",
        T,
        ", endpoints: {relief: {is: 1}}, by_arm: {placebo: {where: {age: present}}}}",
        "}",
        "where, endpoints or by_arm",
    ),
    (
        "a population with a 2 of yes or no",
        T,
        "{relief: {is: 1}}",
        "{relief: {is: 2}}",
        "relief is yes (1) or no (0)",
    ),
    (
        "a population over no endpoint",
        T,
        "{relief: {is: 1}}",
        "{releif: {is: 1}}",
        'did you mean "relief"?',
    ),
    (
        "a population over occurrences",
        T,
        "{relief: {is: 1}}",
        "{nausea: {is: 1}}",
        "nausea, an endpoint of kind occurrence",
    ),
    (
        "a population over several events",
        T,
        "{relief: {is: 1}}",
        "{flares: {is: 1}}",
        "flares, an endpoint of kind recurrent_events",
    ),
    ("a population over visits", T, "{relief: {is: 1}}", "{pain: {is: 1}}", "no visit of pain"),
    (
        "a visit of a population",
        T,
        "{relief: {is: 1}}",
        "{pain: {visit: later, value: {is: 1}}}",
        "a visit of pain",
    ),
    ("an arm that is none", T, "by_arm: {placebo:", "by_arm: {plazebo:", 'did you mean "placebo"?'),
    (
        "a source of nothing",
        E,
        "code: FLARES, kind",
        "code: FLARES, source: theirs, kind",
        "a source, but nothing in this entry is taken as given",
    ),
    ("text against a value", T, "{relief: {is: 1}}", '{relief: {is: "Y"}}', "without quotes"),
]


@pytest.mark.parametrize("what, file, old, new, words", MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_told(at, what, file, old, new, words):
    edit(at, file, old, new)
    text = told(at)
    assert words in text and "Traceback" not in text


def test_two_times_may_compete_with_each_other(at):
    edit(at, E, "survival:\n", "survival:\n  competing: [relapse]\n")
    edit(at, E, "competing: [death]", "competing: [survival]")
    assert told(at) == ""


def test_a_time_may_not_be_made_of_what_it_competes_with(at):
    edit(at, E, "survival:\n", "survival:\n  competing: [both]\n")
    edit(
        at,
        E,
        "flares: {",
        "both: {label: B, code: B, kind: time_to_event, first_of: [survival, death]}\nflares: {",
    )
    assert "both, which is made from survival" in told(at)
