"""What is odd in a label and no mistake: counts and visits that it says otherwise."""

import pytest
from mini_trial import edit, told, write_project

from trialtrace.run.trial.label_remarks import label_remarks
from trialtrace.run.trial.load import load_trial


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
        "endpoints.yaml, relief: Relief counts where relief (Relief; dictionary.csv:8) is 0, "
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


@pytest.mark.parametrize(
    ("counted", "choices", "happened", "told"),
    [
        ("0", "0, Alive | 1, Dead", "Death", True),
        ("1", "0, Alive | 1, Dead", "Death", False),
        ("0", "0, Censored | 1, Progression", "Progression or death", False),
        ("0", "0, Event-free | 1, Second event", "Event", False),
        ("0", "0, Home | 1, Treatment completed", "Treatment failure", False),
    ],
)
def test_a_code_that_is_counted_is_what_happened(tmp_path, counted, choices, happened, told):
    status = (D, 'Died,"0, No | 1, Yes"', f'Followed up,"{choices}"')
    count = (E, '{died: {is: "1"}}', f'{{died: {{is: "{counted}"}}}}')
    label = (E, "event_label: Death", f"event_label: {happened}")
    lines = labelled(tmp_path, status, count, label)
    assert [line.startswith("endpoints.yaml, death: ") for line in lines] == [True] * told


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


def test_a_label_of_several_visits_has_the_number_of_each(tmp_path):
    """One line of a codebook on three columns; a number that is none of them is another."""
    labels = '"1": 30 days, "3": 90 days, "6": 180 days'
    every = "pain at 30, 90 and 180 days"
    assert of_visits(tmp_path, labels, " | ".join(f"{at}, {every}" for at in (1, 3, 6))) == []
    (line,) = of_visits(tmp_path, '"1": 30 days, "3": 60 days', f"1, {every} | 3, {every}")
    assert "3 is the visit 60 days" in line


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
