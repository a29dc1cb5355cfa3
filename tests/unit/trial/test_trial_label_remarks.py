"""What is odd in a label and no mistake: counts, visits and columns that it says otherwise."""

from dataclasses import replace

import pytest
from mini_trial import edit, told, write_project

from trialtrace.run.trial.label_remarks import _ends, label_remarks
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.remarks import plan_remarks


def labelled(tmp_path, *edits: tuple[str, str, str]) -> list[str]:
    """What is said of labels after edits of the small trial's files."""
    at = write_project(tmp_path, claims="papers: {}\nclaims: {}\n")
    for file, old, new in edits:
        edit(at, file, old, new)
    assert told(at) == ""
    return list(label_remarks(load_trial("mini", at)))


D, E, P, T = "dictionary.csv", "endpoints.yaml", "plan.yaml", "trial.yaml"
COUNTS_NO = (E, '{relief: {is: "1"}}', '{relief: {is: "0"}}')
LABEL = "label: Relief\n  code"


def test_a_code_that_means_no_is_counted(tmp_path):
    assert labelled(tmp_path, COUNTS_NO) == [
        "endpoints.yaml, relief: Relief counts where relief (Relief; dictionary.csv, line 8) is 0, "
        "which is No; mend the code, or say in the label what is counted"
    ]
    exchanged = (D, 'Relief,"0, No | 1, Yes"', 'Relief,"0, Oui | 1, Non"')
    (line,) = labelled(tmp_path, exchanged)
    assert "is 1, which is Non;" in line


@pytest.mark.parametrize("label", ["No relief", "Without relief", "Failure"])
def test_a_label_that_says_the_contrary_counts_no(tmp_path, label):
    assert labelled(tmp_path, COUNTS_NO, (E, LABEL, f"label: {label}\n  code")) == []


def test_an_endpoint_without_a_word_of_the_column_may_count_no(tmp_path):
    pain = "  label: Any pain\n  code: PAINANY\n  kind: event\n  of: pain\n  event: {above: 0}\n"
    event = '  kind: event\n  table: patients\n  event: {relief: {is: "0"}}\n'
    relapse = f"  label: Relapse\n  code: PAINANY\n{event}"
    assert labelled(tmp_path, (E, pain, relapse)) == []
    (line,) = labelled(tmp_path, (E, pain, relapse.replace("Relapse", "Relief later")))
    assert line.startswith("endpoints.yaml, pain_any: Relief later counts where relief")


def test_no_of_a_death_or_of_any_event_is_counted(tmp_path):
    (line,) = labelled(tmp_path, (E, '{died: {is: "1"}}', '{died: {is: "0"}}'))
    assert line.startswith("endpoints.yaml, death: Death counts where died (Died;")
    status = (D, 'relief,patients,,radio,Relief,"0', 'status,patients,,radio,Event happened,"0')
    event = (E, '{relief: {is: "1"}}', '{status: {is: "0"}}')
    missing = ("cleaning.yaml", "missing: {relief:", "missing: {status:")
    (line,) = labelled(tmp_path, status, event, missing)
    assert "relief: Relief counts where status (Event happened;" in line


def test_no_of_a_column_that_is_the_contrary_is_counted(tmp_path):
    column = (D, 'Relief,"0, No', 'Free of relief,"0, No')
    assert labelled(tmp_path, COUNTS_NO, column) == []
    failure = (E, LABEL, "label: Relief failure\n  code")
    (line,) = labelled(tmp_path, COUNTS_NO, failure, (D, 'Relief,"0, No', 'Relief failed,"0, No'))
    assert line.startswith("endpoints.yaml, relief: Relief failure counts where")


@pytest.mark.parametrize(
    ("where", "label", "said"),
    [
        ('{bad: {is: "Mild"}}', "Severe nausea", "is Mild;"),
        ('{bad: {is: "Severe"}}', "Severe nausea", None),
        ('{bad: {in: ["Mild", "Severe"]}}', "Severe nausea", None),
        ('{bad: {is: "Mild"}}', "Any nausea", None),
        ('{serious: {is: "No"}}', "Serious nausea", "is No;"),
        ('{serious: {is: "No"}}', "Nausea at home", None),
        ('{serious: {is: "Yes"}}', "Serious nausea", None),
    ],
)
def test_occurrences_of_another_choice_than_the_label_says(tmp_path, where, label, said):
    fields = (
        'bad,adverse,,radio,Intensity,"1, Mild | 2, Severe",,,,,,,,,,,,\n'
        "serious,adverse,,yesno,Serious,,,,,,,,,,,,,\n"
    )
    lines = labelled(
        tmp_path,
        (D, "what,adverse", f"{fields}what,adverse"),
        (E, "  term: Nausea\n", "  term: Nausea\n  columns: {bad: bad, serious: serious}\n"),
        (E, "label: Any nausea", f"label: {label}"),
        (E, "  of: nausea\n", f"  of: nausea\n  where: {where}\n"),
    )
    assert len(lines) == (said is not None)
    assert all(said in line for line in lines)


def of_visits(tmp_path, labels: str, choices: str) -> list[str]:
    """The pain at visits in rows, a visit a code."""
    visits = f"  column: pain0\n  visit: {{column: week, labels: {{{labels}}}}}\n"
    return labelled(
        tmp_path,
        (D, "seen,patients", f'week,patients,,radio,Visit,"{choices}",,,,,,,,,,,,\nseen,patients'),
        (E, "  visits: {pain0: before, pain1: after}\n  baseline: before\n", visits),
    )


def test_a_visit_that_the_dictionary_gives_another_number(tmp_path):
    choices = "0, Start | 6, Week 6 | 12, Week 12"
    assert of_visits(tmp_path, '"0": before, "6": week 8, "12": week 12', choices) == [
        "endpoints.yaml, pain: 6 is the visit week 8, and the dictionary calls it Week 6"
    ]
    for wording in ('"6": week 6, "12": week 12', '"6": at 6 weeks, "12": month 3'):
        assert of_visits(tmp_path, wording, choices) == []


def test_codes_of_visits_that_cross_their_labels(tmp_path):
    plain = "1, First | 4, Second | 12, Third"
    (line,) = of_visits(tmp_path, '"4": week 12, "12": week 4', plain)
    assert line == (
        "endpoints.yaml, pain: of the visits, 4 week 12 and 12 week 4: the numbers cross each other"
    )
    (line,) = of_visits(tmp_path, '"1": month 9, "4": month 6, "12": month 3', plain)
    assert "1 month 9 and 12 month 3" in line
    for wording in ('"1": before, "4": week 4, "12": week 8', '"1": week 4, "4": week 12'):
        assert of_visits(tmp_path, wording, plain) == []


@pytest.mark.parametrize(
    ("label", "visits", "said"),
    [
        ("Pain at week 26", "[week 6]", True),
        ("Pain after 26 weeks", "[week 6]", True),
        ("Pain at week six", "[before]", True),
        ("Pain at week 26", "[week 26]", False),
        ("Change of pain from week 6 to week 26", "[week 26]", False),
        ("Pain at 6 months", "[week 26]", False),
        ("Pain, patients above 60 weeks of pain", "[week 26]", False),
        ("Pain at week 26", "all", False),
    ],
)
def test_an_analysis_labelled_with_another_visit(tmp_path, label, visits, said):
    field = "pain2,patients,,text,Pain later,,,integer,0,10,,,,,,,,\n"
    lines = labelled(
        tmp_path,
        (D, "days,patients", f"{field}days,patients"),
        (E, "pain1: after}", "pain1: week 6, pain2: week 26}"),
        (P, "label: Pain\n    role", f"label: {label}\n    role"),
        (P, "visits: all", f"visits: {visits}"),
    )
    expected = f"plan.yaml, analyses.pain_each: labelled {label}, and its visits are {visits[1:-1]}"
    assert lines == ([expected] if said else [])


def from_dates(tmp_path, first: str, second: str, label: str = "Death", more=()) -> list[str]:
    """A time from a first to a last date; the labels of the first, and of a second date."""
    fields = "".join(
        f"{name},patients,,text,{date},,,date_ymd,2020-01-01,2021-12-31,,,,,,,,\n"
        for name, date in (("first", first), ("second", second), ("last", "Last seen"))
    )
    dates = "  start: entry\n  event_date: last\n  last_contact: last\n  terminal: true\n"
    return labelled(
        tmp_path,
        (D, "days,patients", f"{fields}days,patients"),
        (T, "smoker: smoker\n", "smoker: smoker\n    entry: first\n"),
        (E, "label: Death\n  code", f"label: {label}\n  code"),
        (E, "  time: days\n  origin: randomisation\n", f"{dates}  day_of_start: 0\n"),
        *more,
    )


def test_times_from_screening_where_randomisation_has_a_date(tmp_path):
    randomised = "Date of randomisation"
    (line,) = from_dates(tmp_path, "Date of screening", randomised)
    assert line == (
        "trial.yaml, subjects.variables.entry: days of death run from first (Date of screening; "
        "dictionary.csv, line 11), while second (Date of randomisation; dictionary.csv, line 12) "
        "is there"
    )
    assert len(from_dates(tmp_path, "Geburtsdatum", "Datum der Randomisierung")) == 1
    assert from_dates(tmp_path, randomised, "Date of screening") == []
    assert from_dates(tmp_path, "Date of screening", "First dose") == []
    assert from_dates(tmp_path, "Date of surgery", randomised) == []
    assert from_dates(tmp_path, "Registration", randomised, "Death from registration") == []


def test_a_time_that_ends_with_the_column_from_which_it_runs(tmp_path):
    first = (E, "last_contact: last", "last_contact: first")
    (line,) = from_dates(tmp_path, "Day of entry", "Seen", more=(first,))
    assert line == (
        "endpoints.yaml, death: last_contact is first, from which the time runs (start), so that "
        "it is 0 for all; name the column of the end"
    )


@pytest.mark.parametrize(
    ("groups", "odd"),
    [
        ("{under 50: 0, 50 and over: 60}", ["under 50", "50 and over"]),
        ("{under 50: 0, 50 to 64: 50, 65 and over: 65}", []),
        ("{up to 49: 0, 50–64: 50, 65+: 65}", []),
        ("{below 36.5: 0, 36.5 to 37.9: 36.5, 38 and more: 38}", []),
        ("{40 to 49: 0, over 50: 50}", []),
        ("{1 to 3: 0, 4 or more: 5}", ["1 to 3"]),
        ("{Q1: 0, Q2: 40}", []),
        ("{young: 0, old: 65}", []),
    ],
)
def test_groups_whose_labels_name_other_bounds(tmp_path, groups, odd):
    made = f"  groups:\n    agegrp: {{of: age, label: Age group, from: {groups}}}\npopulations:"
    lines = labelled(tmp_path, (T, "populations:", made))
    assert [line.split("from: ")[1].split(" begins")[0] for line in lines] == odd


def test_a_time_that_is_an_age_or_no_time(tmp_path):
    time = "  time: days\n  origin: randomisation\n"
    plan = (P, "  kaplan_meier:\n    - {title: Alive, endpoint: death, population: itt,", "")
    plan = (*plan[:1], f"{plan[1]} unit: days, at: [0, 30]}}\n", "")
    (line,) = labelled(tmp_path, plan, (E, time, "  time: age\n"))
    assert line == "endpoints.yaml, death: its time is age (Age; dictionary.csv, line 4), an age"
    (line,) = labelled(
        tmp_path, plan, ("cleaning.yaml", "days: days}", "pain1: cm}"), (E, time, "  time: pain1\n")
    )
    assert line.endswith("its time is pain1 (Pain after; dictionary.csv, line 10), in cm")
    since = (D, "Days followed", "Days from randomisation")
    (line,) = labelled(tmp_path, since, (E, "origin: randomisation", "origin: birth"))
    assert "its origin is birth" in line
    assert labelled(tmp_path, since) == []


@pytest.mark.parametrize(
    ("column", "label", "said"),
    [
        ("press", "Blood pressure", True),
        ("press", "Pain of pressure", False),
        ("walk", '"Six-minute walk, m"', False),
    ],
)
def test_values_of_another_column_than_the_label_says(tmp_path, column, label, said):
    labels = {"press": "Blood pressure", "walk": '"Six-minute walk, m"'} | {column: label}
    fields = "".join(
        f"{name},patients,,text,{text},,,integer,0,800,,,,,,,,\n" for name, text in labels.items()
    )
    measured = "Six-minute walk" if column == "walk" or said else "Pain on pressure"
    lines = labelled(
        tmp_path,
        (D, "days,patients", f"{fields}days,patients"),
        (E, "label: Pain before", f"label: {measured}"),
        (E, "column: pain0", f"column: {column}"),
    )
    sentence = (
        "endpoints.yaml, first_pain: Six-minute walk takes press (Blood pressure; dictionary.csv, "
        "line 11), while walk (Six-minute walk, m; dictionary.csv, line 12) is there; mend the "
        "column or the label"
    )
    assert lines == ([sentence] if said else [])


def test_events_of_another_column_than_the_label_says(tmp_path):
    (line,) = labelled(tmp_path, (E, '{relief: {is: "1"}}', '{died: {is: "1"}}'))
    assert "Relief takes died (Died; dictionary.csv, line 12), while relief (Relief;" in line


def test_a_variable_with_the_name_of_another_column(tmp_path):
    other = (T, "smoker: smoker\n", "smoker: smoker\n    pain_0: pain1\n")
    assert labelled(tmp_path, other) == [
        "trial.yaml, subjects: pain_0 is pain1 (Pain after; dictionary.csv, line 10), while pain0 "
        "(Pain before; dictionary.csv, line 9) is there"
    ]
    assert labelled(tmp_path, (*other[:2], "smoker: smoker\n    pain_0: pain0\n")) == []


def test_events_by_the_day_on_which_they_ended(tmp_path):
    at = write_project(tmp_path, claims="papers: {}\nclaims: {}\n")
    trial = load_trial("mini", at)
    endpoint, any_column = trial.endpoints["nausea"], trial.dictionary["patients"]["age"]
    columns = {
        name: replace(any_column, name=name, kind="date", label=label)
        for name, label in (("came", "Onset"), ("went", "Ended"))
    }

    def lines(date: str, known: dict) -> list[str]:
        return list(_ends(replace(endpoint, entry=replace(endpoint.entry, date=date)), known))

    (line,) = lines("went", columns)
    assert line.startswith("endpoints.yaml, nausea: its date is went (Ended; dictionary.csv, line")
    assert lines("came", columns) == lines("went", {"went": columns["went"]}) == []


@pytest.mark.parametrize(
    ("column", "code", "told"), [("pain1", "3", True), ("pain1", "-1", False), ("age", "99", False)]
)
def test_a_code_for_missing_that_the_dictionary_takes_for_a_value(tmp_path, column, code, told):
    at = write_project(tmp_path, claims="papers: {}\nclaims: {}\n")
    edit(at, "cleaning.yaml", "    missing: {", f'    missing: {{{column}: ["{code}"], ')
    lines = [one for one in plan_remarks(load_trial("mini", at)) if "missing" in one]
    assert bool(lines) == told
    if told:
        place = "cleaning.yaml, tables.patients.missing.pain1: 3 counts as missing, while "
        assert lines[0].startswith(f"{place}dictionary.csv (line ")
